"""Named views: kept, opened, undone, and handed on as a file that says what is not here."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.shown import Chosen, Shown, ZoneChoice
from t3monitor.ui.trend.time.time_range import Preset
from t3monitor.ui.trend.view import TrendView
from t3monitor.ui.trend.views import NotAViewError, Views, file_text, read_file_text
from trend_views import CO2, NOW_S, SAT, VALVE, Clock, clock, panel
from values import snapshot

__all__ = ["clock"]
MORNING = Shown((Chosen(SAT), Chosen(CO2, Style(3, 1), hidden=True, plot=1)), 3600.0, zone=ZoneChoice.UTC)
offscreen_popup = pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing the keyboard)")


@pytest.fixture
def view(qtbot: QtBot, clock: Clock, loop: asyncio.AbstractEventLoop) -> Iterator[TrendView]:
    async def nothing(*_: object) -> dict[object, object]:
        return {}

    view = TrendView(nothing, clock, spawn=loop.create_task)
    qtbot.addWidget(view)
    view.describe(snapshot(panel(NOW_S)))
    yield view
    view.forget()


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def menu(view: TrendView) -> QMenu:
    view.views.fill()
    return view.views.menu


def change(view: TrendView, name: str, what: str) -> None:
    of = {action.text(): action.menu() for action in menu(view).actions() if action.menu()}["Change"]
    its = {action.text(): action.menu() for action in of.actions()}[name]  # type: ignore[union-attr]
    {action.text(): action for action in its.actions()}[what].trigger()  # type: ignore[union-attr]


def test_names_are_never_taken_twice_and_the_start_view_keeps_its_name_and_its_end() -> None:
    views = Views()
    views["AHU"] = MORNING
    assert views.free_name(" AHU ") == "AHU (2)"
    views[views.free_name("AHU")] = Shown()
    views.start = "AHU"
    views.rename("AHU", "Air")
    assert (list(views), views.start) == (["Air", "AHU (2)"], "Air")
    views.rename("Air", "AHU (2)")
    assert list(views) == ["AHU (2) (2)", "AHU (2)"]
    views.remove("AHU (2) (2)")
    assert (list(views), views.start) == (["AHU (2)"], None)


def test_views_are_kept_and_what_is_damaged_of_them_is_left_out() -> None:
    views, again = Views(), Views()
    views["Morning"] = MORNING
    views.start = "Morning"
    saved = json.loads(json.dumps(views.to_json()))
    again.restore(saved)
    assert again["Morning"] == MORNING
    assert again.start == "Morning"
    again.restore({"views": [7, {"name": 3}, *saved["views"]], "start": "Noon"})
    assert (list(again), again.start) == (["Morning"], None)
    for damaged in (None, [], {"views": 3}):
        again.restore(damaged)
        assert list(again) == []


def test_a_file_has_the_view_and_the_names_of_its_points() -> None:
    names = {SAT: "AHU-1 SAT", CO2: "AHU-1 CO₂", VALVE: "of another view"}
    text = file_text("Morning", MORNING, names)
    found = read_file_text(text)
    assert (found.name, found.shown) == ("Morning", MORNING)
    assert found.names == {SAT: "AHU-1 SAT", CO2: "AHU-1 CO₂"}
    assert json.loads(text)["points"][0] == {"serial": 237219, "type": "INPUT", "index": 1, "name": "AHU-1 SAT"}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"t3view": 2, "name": "A", "view": {}}', "[" * 100_000])
def test_what_is_no_view_is_refused(text: str) -> None:
    with pytest.raises(NotAViewError):
        read_file_text(text)


@offscreen_popup
def test_a_view_is_saved_by_its_name_opened_and_undone(view: TrendView, qtbot: QtBot) -> None:
    view.state.add([SAT, CO2])
    view.views.ask_to_save()
    dialog = view.views.dialog
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("Air")
    dialog.accept()
    saved = view.state.shown
    assert [action.text() for action in menu(view).actions() if action.isChecked()] == ["Air"]
    view.state.remove_all()
    view.state.show_preset(Preset.HOUR)
    other = view.state.shown
    menu(view).actions()[0].trigger()
    assert view.state.shown == saved
    view.state.undo()
    assert view.state.shown == other
    view.state.redo()
    assert view.page.title == "Air"
    view.state.remove(CO2)
    view.describe(snapshot(panel(NOW_S)))
    assert view.page.title == "AHU-1"
    assert "Save “Air”" in texts(menu(view))
    {action.text(): action for action in menu(view).actions()}["Save “Air”"].trigger()
    assert view.views.views["Air"] == view.state.shown


@offscreen_popup
def test_a_view_is_duplicated_renamed_deleted_and_begun_with(view: TrendView, clock: Clock, qtbot: QtBot) -> None:
    view.views.views["Morning"] = MORNING
    change(view, "Morning", "Duplicate")
    change(view, "Morning (2)", "Rename…")
    assert isinstance(view.views.dialog, QInputDialog)
    view.views.dialog.setTextValue("Noon")
    view.views.dialog.accept()
    change(view, "Noon", "Begin with it")
    view.views.views["Noon"] = replace(MORNING, length_s=7200.0)
    view.state.add([VALVE])
    saved = json.loads(json.dumps(view.save_state()))
    view.state.remove_all()
    view.restore_state(saved)
    assert view.state.shown == replace(MORNING, length_s=7200.0)
    assert not view.state.can_undo
    change(view, "Noon", "Delete…")
    assert isinstance(view.views.dialog, QMessageBox)
    view.views.dialog.buttons()[0].click()
    assert list(view.views.views) == ["Morning"]
    view.restore_state(saved | {"views": view.views.views.to_json()})
    assert view.state.points == [VALVE]


def test_a_file_of_a_colleague_says_in_one_sentence_which_points_are_not_here(view: TrendView, tmp_path: Path) -> None:
    told: list[str] = []
    view.views.said.connect(told.append)
    view.views.failed.connect(told.append)
    view.views.views["Morning"] = MORNING
    file = tmp_path / "Morning.t3view"
    view.views.write("Morning", file)
    view.views.read(file)
    assert list(filter(None, told)) == [f"Saved: {file}", "View opened: Morning (2)"]
    assert view.state.shown == MORNING
    told.clear()
    file.write_text(file.read_text(encoding="utf-8").replace("237219", "12"), encoding="utf-8")
    view.views.read(file)
    assert told[-1] == "Points of the view “Morning (3)” that are not here: AHU-1 SAT, AHU-1 CO2"
    assert [point.serial_number for point in view.state.points] == [12, 12]
    file.write_bytes(b"\xff\xfe")
    view.views.read(file)
    assert told[-1] == f"{file} cannot be opened: it is no view of T3 Monitor"
    view.views.write("Morning", tmp_path / "no" / "where.t3view")
    assert told[-1].startswith(f"{tmp_path / 'no' / 'where.t3view'} could not be written: ")
