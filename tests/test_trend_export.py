"""What leaves the trend: a page with what a report needs, in light colours, and tables beside what else goes on."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from t3monitor.exchange.export import Form, Size, Written
from t3monitor.exchange.table import Table
from t3monitor.model.series_keys import SeriesKey
from t3monitor.model.zones import local
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme, current_theme
from t3monitor.ui.trend.export.formats import Format
from t3monitor.ui.trend.export.picture import as_image
from t3monitor.ui.trend.legend import figures
from t3monitor.ui.trend.legend.in_sight import measure
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView
from trend_views import (
    CO2,
    FAN,
    NOW_S,
    SAT,
    Clock,
    History,
    Settle,
    clock,
    file,
    history,
    offscreen_popup,
    panel,
    settle,
)
from values import snapshot

__all__ = ["clock", "file", "history", "settle"]
SVG = "{http://www.w3.org/2000/svg}"


@dataclass
class Writer:
    """Takes note of what was to be written, and writes until it is given up or told to end."""

    rows: int = 10
    ends: bool = False
    wanted: list[tuple[Table, Path, Form]] = field(default_factory=list)

    async def size(self, table: Table, form: Form) -> Size:
        return Size(self.rows, 1000, len(table.series), 1, 1)

    async def save(self, table: Table, file: Path, form: Form, work: LongWork) -> Written:
        self.wanted.append((table, file, form))
        while not self.ends:
            if work.is_cancelled:
                raise CancelledWorkError
            await asyncio.sleep(0)
        return Written(1234, [file])


@pytest.fixture
def writer() -> Writer:
    return Writer()


@pytest.fixture
def view(
    qtbot: QtBot, history: History, clock: Clock, loop: asyncio.AbstractEventLoop, settle: Settle, writer: Writer
) -> Iterator[TrendView]:
    view = TrendView(history.load, clock, spawn=loop.create_task, tables=writer)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    view.describe(snapshot(panel(NOW_S)))
    yield view
    view.loader.cancel()


def shown(view: TrendView, settle: Settle, *keys: SeriesKey) -> None:
    view.state.add(keys)
    settle(view)
    view.describe(snapshot(panel(NOW_S)))


def save(view: TrendView, settle: Settle, file: Path, its: Format) -> None:
    view.exporter.save(file, its)
    settle(view)


def test_a_page_has_title_site_time_points_figures_and_holes_as_text(
    view: TrendView, settle: Settle, tmp_path: Path
) -> None:
    shown(view, settle, SAT, CO2, FAN)
    view.page.site_name = "School"
    view.state.set_hidden(CO2, True)
    save(view, settle, tmp_path / "page.svg", Format.SVG)
    texts = [text.text or "" for text in ElementTree.parse(tmp_path / "page.svg").iter(f"{SVG}text")]
    page = " ".join(text.strip() for text in texts)
    figures = view.readout.figures.of(view.state.time_range)[SAT]
    for expected in (
        "AHU-1",
        f"School · {view.toolbar.shown_time.text()}",
        "SAT [°C]",
        *(figures.minimum, figures.mean, figures.maximum, figures.known),
        "FAN",
        "Missing: ",
        "T3 Monitor",
    ):
        assert expected in page
    assert "CO2" not in page
    assert figures.minimum < figures.mean < figures.maximum
    drawn = [group for group in ElementTree.parse(tmp_path / "page.svg").iter(f"{SVG}g") if len(group)]
    numbers = re.findall(r"[-\d.e+]+", " ".join(group.get("transform", "") for group in drawn))
    assert max(abs(float(number)) for number in numbers) < 10_000, "a file rounds seconds since 1970"


def test_a_page_of_one_panel_names_it_in_its_title_alone(view: TrendView, settle: Settle, tmp_path: Path) -> None:
    shown(view, settle, SAT)

    def texts() -> list[str]:
        save(view, settle, tmp_path / "page.svg", Format.SVG)
        return [(text.text or "").strip() for text in ElementTree.parse(tmp_path / "page.svg").iter(f"{SVG}text")]

    assert {"AHU-1", "Supply air temperature"} <= set(texts())
    view.page.view_name = lambda: "Coil test"
    assert {"Coil test", "AHU-1 · Supply air temperature"} <= set(texts())


def test_lines_of_a_drawing_end_at_the_plot_since_a_file_knows_no_clip(
    view: TrendView, settle: Settle, tmp_path: Path
) -> None:
    shown(view, settle, SAT)
    start_s, end_s = view.state.time_range
    view.state.show_range(TimeRange(end_s - (end_s - start_s) / 3, end_s))
    settle(view)
    save(view, settle, tmp_path / "page.svg", Format.SVG)
    lines = [line.get("points", "") for line in ElementTree.parse(tmp_path / "page.svg").iter(f"{SVG}polyline")]
    assert min(float(place.split(",")[0]) for line in lines for place in line.split()) >= -0.5


def test_a_page_waits_for_the_history_that_it_shows(
    view: TrendView, settle: Settle, loop: asyncio.AbstractEventLoop, tmp_path: Path
) -> None:
    view.state.add([SAT])
    assert view.loader.is_busy
    page = tmp_path / "page.svg"
    view.exporter.save(page, Format.SVG)
    assert not page.exists()
    assert view.exporter.is_busy
    settle(view)
    loop.run_until_complete(asyncio.wait_for(_gone(view), 30))
    shown(view, settle)
    save(view, settle, tmp_path / "later.svg", Format.SVG)
    assert page.read_text().count("<path") == (tmp_path / "later.svg").read_text().count("<path"), "with its lines"


def test_a_copied_picture_waits_for_the_history_that_it_shows(
    view: TrendView, settle: Settle, loop: asyncio.AbstractEventLoop
) -> None:
    QGuiApplication.clipboard().clear()
    view.state.add([SAT])
    assert view.loader.is_busy
    view.exporter.copy()
    assert QGuiApplication.clipboard().image().isNull()
    settle(view)
    loop.run_until_complete(asyncio.wait_for(_gone(view), 30))
    waited = colours_of_clipboard()[LIGHT.curves[0].rgb()]
    shown(view, settle)
    view.exporter.copy()
    assert waited > 0.9 * colours_of_clipboard()[LIGHT.curves[0].rgb()], "with its lines"


def test_a_page_measures_nothing_anew_that_was_measured_beside_the_window(
    view: TrendView, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(view, settle, SAT)
    view.state.set_follow(False)
    view.readout.figures.compute_now()
    measured: list[object] = []
    monkeypatch.setattr(figures, "measure", lambda its: measured.append(its) or measure(its))
    (entry,) = view.page.make().entries
    assert entry.figures.mean
    assert not measured
    view.state.pan(-3600)
    view.draw_now()
    assert view.page.make().entries[0].figures.mean
    assert len(measured) == 1


def colours_of_clipboard() -> dict[int, int]:
    """How many pixels of its picture are of each."""
    picture = QGuiApplication.clipboard().image().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), dtype=np.uint32)
    return dict(zip(*(found.tolist() for found in np.unique(pixels, return_counts=True)), strict=True))


async def _gone(view: TrendView) -> None:
    while view.exporter.is_busy:
        await asyncio.sleep(0)


def test_a_picture_is_compressed_and_written_beside_the_window(
    view: TrendView, settle: Settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(view, settle, SAT)
    may_go_on, in_thread = asyncio.Event(), view.exporter._in_thread

    async def later(*call: Any) -> Any:
        await may_go_on.wait()
        return await in_thread(*call)

    monkeypatch.setattr(view.exporter, "_in_thread", later)
    save(view, settle, tmp_path / "page.png", Format.PNG)
    assert view.exporter.is_busy
    assert not list(tmp_path.iterdir())
    view.state.remove_all()  # what was painted is kept
    may_go_on.set()
    settle(view)
    assert not view.exporter.is_busy
    picture = QImage(str(tmp_path / "page.png"))
    colours = {picture.pixel(x, y) for x in range(picture.width()) for y in range(0, picture.height(), 7)}
    assert LIGHT.curves[0].rgb() in colours


def test_a_pdf_has_its_text_as_text_and_the_size_of_paper(view: TrendView, settle: Settle, tmp_path: Path) -> None:
    shown(view, settle, SAT)
    save(view, settle, tmp_path / "page.pdf", Format.PDF)
    pdf = (tmp_path / "page.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [0 0 842" in pdf
    assert b"/Font" in pdf
    assert b"/ToUnicode" in pdf


def test_a_picture_is_light_whatever_the_screen_is(view: TrendView, settle: Settle) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, DARK)
    shown(view, settle, SAT)
    view.exporter.copy()
    counts = colours_of_clipboard()
    assert counts[LIGHT.base.rgb()] > sum(counts.values()) / 2
    assert counts[LIGHT.curves[0].rgb()] > 100
    assert not counts.keys() & {DARK.base.rgb(), DARK.window.rgb(), DARK.grid.rgb(), DARK.curves[0].rgb()}
    assert current_theme() is DARK


def test_what_cannot_be_written_is_one_sentence_and_the_folder_is_not_remembered(
    view: TrendView, settle: Settle, tmp_path: Path
) -> None:
    shown(view, settle, SAT)
    said: list[str] = []
    view.exporter.failed.connect(said.append)
    save(view, settle, tmp_path / "here.png", Format.PNG)
    save(view, settle, tmp_path / "no" / "there.png", Format.PNG)
    assert [sentence.startswith(f"{tmp_path / 'no' / 'there.png'} could not be written: ") for sentence in said] == [
        True
    ]
    assert view.exporter.save_state() == {"folder": str(tmp_path), "format": "png"}
    assert [found.name for found in tmp_path.iterdir()] == ["here.png"]


@pytest.mark.parametrize("its", [Format.PNG, Format.PDF])
def test_no_picture_takes_the_place_of_a_database(view: TrendView, settle: Settle, tmp_path: Path, its: Format) -> None:
    shown(view, settle, SAT)
    said: list[str] = []
    view.exporter.failed.connect(said.append)
    (tmp_path / "history.db").write_bytes(b"SQLite format 3\0 and pages")
    save(view, settle, tmp_path / "history.db", its)
    assert said == [
        f"{tmp_path / 'history.db'} could not be written: that is a database or belongs to one, and is left as it is; "
        "choose another name"
    ]
    assert (tmp_path / "history.db").read_bytes() == b"SQLite format 3\0 and pages"


def test_a_table_of_what_is_seen_is_written_beside_the_window_until_it_is_given_up(
    view: TrendView, settle: Settle, tmp_path: Path, writer: Writer
) -> None:
    shown(view, settle, SAT, CO2)
    view.state.set_hidden(CO2, True)
    said: list[str] = []
    view.exporter.said.connect(said.append)
    view.exporter.save(tmp_path / "table.csv", Format.READINGS)
    settle(view)
    assert view.is_busy
    ((table, path, form),) = writer.wanted
    assert (path, form) == (tmp_path / "table.csv", Form.CSV)
    assert (table.start_s, table.end_s) == tuple(view.state.time_range)
    assert [(series.key, series.panel, series.point, series.label) for series in table.series] == [
        (SAT, "AHU-1", "IN1", "SAT")
    ]
    assert table.drawn is None
    view.exporter.forget()
    settle(view)
    assert said == ["Given up: nothing was saved"]
    assert not view.is_busy


@pytest.mark.parametrize("is_there", [True, False])
def test_a_parquet_file_is_offered_where_its_package_is_installed(
    view: TrendView, settle: Settle, writer: Writer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_there: bool
) -> None:
    monkeypatch.setattr("t3monitor.ui.trend.export.formats.has_parquet", lambda: is_there)
    menu = view.exporter.make_menu(view)
    assert ("All readings, Parquet" in [action.text() for action in menu.actions()]) is is_there
    view.exporter.restore_state({"folder": str(tmp_path), "format": "parquet"})
    assert (view.exporter.save_state()["format"] == "parquet") is is_there
    view.exporter.ask()
    assert view.exporter.dialog is not None
    filters = view.exporter.dialog.nameFilters()
    view.exporter.dialog.reject()
    assert ("All readings, Parquet (*.parquet)" in filters) is is_there
    if is_there:
        shown(view, settle, SAT)
        writer.ends = True
        save(view, settle, tmp_path / "t.parquet", Format.PARQUET)
        [(table, file, form)] = writer.wanted
        assert (table.drawn, file.name, form) == (None, "t.parquet", Form.PARQUET)


@pytest.mark.parametrize(("its", "form"), [(Format.DRAWN, Form.CSV), (Format.DRAWN_EXCEL, Form.EXCEL)])
def test_values_as_drawn_are_those_of_the_lines(
    view: TrendView, settle: Settle, tmp_path: Path, writer: Writer, its: Format, form: Form
) -> None:
    shown(view, settle, SAT)
    writer.ends = True
    view.exporter.save(tmp_path / "table", its)
    settle(view)
    assert writer.wanted[0][0].drawn == {SAT: view.traces[SAT].series}
    assert writer.wanted[0][2] is form


def test_one_key_writes_at_once_beside_the_last_file_under_a_name_of_site_range_and_time(
    view: TrendView, settle: Settle, tmp_path: Path
) -> None:
    shown(view, settle, SAT)
    view.page.site_name = "School 1/2"
    view.exporter.restore_state({"folder": str(tmp_path), "format": "svg"})
    view.exporter.save_action.trigger()
    view.exporter.save_action.trigger()  # before the first is written
    settle(view)
    first, second = sorted(tmp_path.iterdir(), key=lambda file: len(file.name))
    assert re.fullmatch(r"School 1 2 AHU-1 \d{4}-\d\d-\d\d \d\d\.\d\d to \d{4}-\d\d-\d\d \d\d\.\d\d\.svg", first.name)
    assert second.stem == f"{first.stem} (2)"
    assert view.exporter.dialog is None
    notice = view.exporter.saved_notice
    assert not notice.isHidden()
    assert QUrl.fromLocalFile(str(second)).toEncoded().data().decode() in notice.text()
    assert f">{tmp_path}</a>" in notice.text()


def test_a_file_of_whole_days_is_named_by_the_first_and_the_last_one(view: TrendView, settle: Settle) -> None:
    shown(view, settle, SAT)
    state = view.state
    state.show_calendar(Span.DAY, -1)
    day = local(state.time_range.start_s, state.zone).date()
    assert view.exporter.proposed_name() == f"AHU-1 {day}"
    state.show_calendar(Span.WEEK, -1)
    first, last = (
        local(time_s, state.zone).date() for time_s in (state.time_range.start_s, state.time_range.end_s - 1)
    )
    assert (last - first).days == 6
    assert view.exporter.proposed_name() == f"AHU-1 {first} to {last}"


def test_links_of_what_was_saved_are_text_where_a_name_looks_like_html(view: TrendView, tmp_path: Path) -> None:
    notice = view.exporter.saved_notice
    notice.show_files([tmp_path / "<b>x&y.csv"], 1234)
    assert "<b>" not in notice.text()
    assert "&lt;b&gt;x&amp;y.csv" in notice.text()
    assert "1,234" in notice.text()
    notice.put_away()
    assert notice.isHidden()


def test_nothing_is_written_where_nothing_is_plotted(view: TrendView, tmp_path: Path) -> None:
    view.exporter.restore_state({"folder": str(tmp_path), "format": "svg"})
    view.exporter.save_action.trigger()
    assert not list(tmp_path.iterdir())
    assert "no point is plotted" in view.exporter.problem.text()


@pytest.mark.parametrize(("answer", "is_written"), [("Save", True), ("Cancel", False)])
def test_a_large_table_is_asked_about_with_its_rows_and_size_before_it_is_written(
    view: TrendView, settle: Settle, tmp_path: Path, writer: Writer, answer: str, is_written: bool
) -> None:
    shown(view, settle, SAT)
    writer.rows, writer.ends = 2_000_000, True
    view.exporter.save(tmp_path / "table.csv", Format.READINGS)
    settle(view)
    question = view.exporter.question
    assert question is not None
    assert question.text() == "About 2,000,000 rows of 1 point, 0.1 MB"
    assert not writer.wanted
    question.button(QMessageBox.StandardButton[answer]).click()
    settle(view)
    assert bool(writer.wanted) is is_written


def test_the_page_has_no_crosshair_and_no_values_at_it(view: TrendView, settle: Settle) -> None:
    shown(view, settle, SAT)
    view.state.set_cursor(NOW_S - 3600.0)
    plots = view.page.make().make_plot(QSize(600, 300))
    assert view.plots.foot.time_axis.cursor_text
    assert not plots.foot.time_axis.cursor_text
    plots.deleteLater()


def test_figures_between_a_and_b_stand_on_the_page_while_they_are_shown(
    view: TrendView, settle: Settle, tmp_path: Path
) -> None:
    shown(view, settle, SAT, FAN)

    def texts() -> str:
        save(view, settle, tmp_path / "page.svg", Format.SVG)
        found = ElementTree.parse(tmp_path / "page.svg").iter(f"{SVG}text")
        return " ".join((text.text or "").strip() for text in found)

    assert "Std dev" not in texts()
    view.state.mark(view.state.shown.stretch.marking(NOW_S - 7200.0, NOW_S - 3600.0))
    view.meter.flush()
    for _ in range(12):
        settle(view)
    assert view.figures.told[0].values.rows
    page = texts()
    assert "Std dev" in page
    assert "A 20" in page


@offscreen_popup
def test_an_x_y_plot_that_is_open_stands_on_the_page(view: TrendView, settle: Settle, qtbot: QtBot) -> None:
    shown(view, settle, SAT, CO2)
    plain = view.page.make()
    assert plain.paint_xy is None
    view.more.show_xy()
    assert view.more.xy is not None
    settle(view)
    page = view.page.make()
    assert page.paint_xy is not None
    assert as_image(page) != as_image(plain)
    view.more.xy.close()
    assert view.page.make().paint_xy is None
