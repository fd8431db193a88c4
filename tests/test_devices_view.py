"""The devices pane: choosing a panel, and keeping it chosen."""

import json
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeySequence, QPainter
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from t3monitor.model.recording import Recording
from t3monitor.model.successions import Succession
from t3monitor.ui.devices.columns import DeviceColumn
from t3monitor.ui.devices.panels import SiteState
from t3monitor.ui.devices.view import DevicesView
from t3monitor.ui.kit.delegates import RIGHT_MARGIN
from t3monitor.ui.progress.state import LinkState
from values import NOW_S, device, snapshot

INTERVAL_S = 30
BIG = 4_000_000_000  # beyond what a signal of int carries


@pytest.fixture
def view(qtbot: QtBot) -> DevicesView:
    return shown_view(qtbot)


def shown_view(qtbot: QtBot) -> DevicesView:
    view = DevicesView()
    qtbot.addWidget(view)
    view.resize(300, 600)
    view.set_now(NOW_S, INTERVAL_S)
    with qtbot.waitExposed(view):
        view.show()
    return view


def selected(view: DevicesView) -> list[str]:
    return [index.data() for index in view.tree.selectionModel().selectedRows()]


def shown(view: DevicesView) -> list[str]:
    names, index = [], view.model.index(0, 0)
    while index.isValid():
        names.append(index.data())
        index = view.tree.indexBelow(index)
    return names


class Painted(QStyledItemDelegate):
    """Notes the ages that are painted."""

    def __init__(self, view: DevicesView) -> None:
        super().__init__(view.tree)
        self.texts: list[str] = []
        view.tree.setItemDelegateForColumn(DeviceColumn.AGE, self)
        paint_all()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        if index.parent().isValid():
            self.texts.append(index.data())


def paint_all() -> None:
    for _ in range(5):  # turns of the loop
        QApplication.processEvents()


@pytest.mark.parametrize("panels", [1, 3])
def test_ages_are_painted_when_they_change(view: DevicesView, panels: int, qtbot: QtBot) -> None:
    view.apply(snapshot(*(device(number, number) for number in range(1, panels + 1))))
    painted = Painted(view)
    painted.texts.clear()
    view.set_now(NOW_S + 5, INTERVAL_S)
    qtbot.waitUntil(lambda: bool(painted.texts))
    assert painted.texts == ["10 s"] * panels


class TestChoosing:
    def test_all_panels_are_chosen_at_first(self, view: DevicesView) -> None:
        assert (view.chosen, selected(view)) == (None, ["All panels"])

    def test_a_click_chooses_a_panel(self, view: DevicesView, qtbot: QtBot) -> None:
        view.apply(snapshot(device(BIG, 1), device(2, 2)))
        place = view.tree.visualRect(view.model.index_of(BIG)).center()
        with qtbot.waitSignal(view.panel_chosen) as chosen:
            qtbot.mouseClick(view.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert chosen.args == [BIG]
        with qtbot.waitSignal(view.panel_chosen) as chosen:
            view.choose(None)
        assert chosen.args == [None]

    def test_the_keyboard_chooses_a_panel(self, view: DevicesView, qtbot: QtBot) -> None:
        view.apply(snapshot(device(1, 1), device(2, 2)))
        view.tree.setFocus()
        for _ in range(3):
            qtbot.keyClick(view.tree, Qt.Key.Key_Down)
        assert view.chosen == 2

    def test_a_building_is_not_chosen_by_a_click(self, view: DevicesView, qtbot: QtBot) -> None:
        view.apply(snapshot(device(1, 1)))
        view.choose(1)
        place = view.tree.visualRect(view.model.index(1, 0)).center()
        with qtbot.assertNotEmitted(view.panel_chosen):
            qtbot.mouseClick(view.tree.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def test_the_choice_survives_updates_and_new_panels(self, view: DevicesView, qtbot: QtBot) -> None:
        view.apply(snapshot(device(2, 2), device(3, 3)))
        view.choose(3)
        with qtbot.assertNotEmitted(view.panel_chosen):
            view.apply(snapshot(device(2, 2), device(3, 3, time_s=NOW_S)))
            view.apply(snapshot(device(1, 1), device(2, 2)))
        assert (view.chosen, selected(view)) == (3, ["Panel 3"])

    def test_a_panel_that_is_not_known_yet_is_chosen_when_it_appears(self, view: DevicesView, qtbot: QtBot) -> None:
        view.choose(2)
        assert view.chosen is None
        view.apply(snapshot(device(1, 1)))
        with qtbot.waitSignal(view.panel_chosen) as chosen:
            view.apply(snapshot(device(1, 1), device(2, 2)))
        assert (chosen.args, selected(view)) == ([2], ["Panel 2"])

    def test_clearing_chooses_all_panels(self, view: DevicesView, qtbot: QtBot) -> None:
        view.apply(snapshot(device(1, 1)))
        view.choose(1)
        with qtbot.waitSignal(view.panel_chosen) as chosen:
            view.clear()
        assert chosen.args == [None]
        assert selected(view) == ["All panels"]


class TestFilter:
    def test_the_button_shows_the_box_and_takes_the_filter_away(self, view: DevicesView, qtbot: QtBot) -> None:
        view.set_site_name("Site")
        view.apply(snapshot(device(11, 1, panel_name="AHU"), device(22, 2, panel_name="VAV", address="10.0.0.7")))
        assert not view.filter_box.isVisible()
        qtbot.mouseClick(view.filter_button, Qt.MouseButton.LeftButton)
        qtbot.keyClicks(view.filter_box, "0.7 va")
        assert shown(view) == ["All panels", "Site", "VAV"]
        qtbot.mouseClick(view.filter_button, Qt.MouseButton.LeftButton)
        assert not view.filter_box.isVisible()
        assert shown(view) == ["All panels", "Site", "AHU", "VAV"]

    def test_a_new_panel_is_filtered_too(self, view: DevicesView) -> None:
        view.apply(snapshot(device(1, 1, panel_name="AHU-1")))
        view.filter_box.setText("ahu")
        view.apply(
            snapshot(device(1, 1, panel_name="AHU-1"), device(2, 2, panel_name="VAV"), device(3, 3, panel_name="AHU-2"))
        )
        assert shown(view) == ["All panels", "Panels", "AHU-1", "AHU-2"]


class TestRecording:
    def record(self, view: DevicesView, serial: int) -> QAction:
        menu = view.make_panel_menu(serial)
        return next(action for action in menu.actions() if action.text() == "&Record this panel")

    def test_the_menu_of_a_panel_turns_its_recording_off_and_on(self, view: DevicesView, qtbot: QtBot) -> None:
        view.apply(snapshot(device(BIG, 1)))
        with qtbot.waitSignal(view.record_toggled) as toggled:
            self.record(view, BIG).trigger()
        assert toggled.args == [BIG, False]
        view.set_recording(Recording.of([BIG], ["INPUT"]))
        assert not self.record(view, BIG).isChecked()
        with qtbot.waitSignal(view.record_toggled) as toggled:
            self.record(view, BIG).trigger()
        assert toggled.args == [BIG, True]

    @pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
    @pytest.mark.parametrize("reason", [QContextMenuEvent.Reason.Keyboard, QContextMenuEvent.Reason.Mouse])
    def test_a_right_click_or_the_menu_key_opens_the_menu_of_that_panel(
        self, view: DevicesView, qtbot: QtBot, reason: QContextMenuEvent.Reason
    ) -> None:
        view.apply(snapshot(device(1, 1), device(2, 2)))
        view.choose(2)
        if reason is QContextMenuEvent.Reason.Keyboard:  # Qt sends it to the widget with the focus
            widget: QWidget = view.tree
            at = view.tree.inputMethodQuery(Qt.InputMethodQuery.ImCursorRectangle).center()
        else:
            widget = view.tree.viewport()
            at = view.tree.visualRect(view.model.index_of(2)).center()
        QApplication.sendEvent(widget, QContextMenuEvent(reason, at, widget.mapToGlobal(at)))
        menu = view.findChild(QMenu)
        assert menu is not None
        record, _same, successor, _, columns = menu.actions()
        assert (record.text(), columns.text()) == ("&Record this panel", "&Columns")
        with qtbot.waitSignal(view.record_toggled) as toggled:
            record.trigger()
        assert toggled.args == [2, False]
        with qtbot.waitSignal(view.successor_asked) as asked:
            successor.trigger()
        assert asked.args == [2]
        menu.close()

    def test_what_is_not_recorded_is_drawn_behind_the_name_and_found_by_the_filter(self, view: DevicesView) -> None:
        view.apply(snapshot(device(1, 1, panel_name="AHU"), device(2, 2, panel_name="VAV")))
        place = view.tree.visualRect(view.model.index_of(1))
        before = view.tree.viewport().grab(place).toImage()
        view.set_recording(Recording.of([1], ["INPUT"]))
        assert view.tree.viewport().grab(place).toImage() != before
        view.filter_box.setText("not rec")
        assert shown(view) == ["All panels", "Panels", "AHU"]

    def test_a_key_does_each_entry_of_a_panels_menu(self, view: DevicesView) -> None:
        view.apply(snapshot(device(1, 1), device(2, 2)))
        view.set_successions([Succession(2, 1, NOW_S, NOW_S, "")])
        for serial_number in (1, 2):
            entries = [its for its in view.make_panel_menu(serial_number).actions() if not its.isSeparator()]
            letters = [QKeySequence.mnemonic(its.text()).toString() for its in entries]
            assert all(letters)
            assert len(letters) == len(set(letters)) == 4


class TestState:
    def test_columns_expansion_and_choice_are_as_they_were(self, view: DevicesView, qtbot: QtBot) -> None:
        panels = snapshot(device(1, 1, building_name="A"), device(BIG, 2, building_name="B"))
        view.apply(panels)
        view.choose(BIG)
        view.tree.collapse(view.model.index(1, 0))
        (action,) = (a for a in view.tree.columns.make_menu(view.tree).actions() if a.text() == "Serial")
        action.trigger()
        view.tree.header().resizeSection(DeviceColumn.SERIAL, 111)
        saved = json.loads(json.dumps(view.save_state()))

        other = shown_view(qtbot)
        other.restore_state(saved)
        assert other.save_state()["chosen"] == BIG
        other.apply(panels)
        assert other.chosen == BIG
        assert shown(other) == ["All panels", "A", "B", "Panel 2"]
        assert not other.tree.isColumnHidden(DeviceColumn.SERIAL)
        assert other.tree.columnWidth(DeviceColumn.SERIAL) == 111
        assert other.save_state() == saved

    def test_a_hidden_column_keeps_its_width(self, view: DevicesView, qtbot: QtBot) -> None:
        view.tree.header().resizeSection(DeviceColumn.SERIAL, 111)
        assert view.tree.isColumnHidden(DeviceColumn.SERIAL)
        other = shown_view(qtbot)
        other.restore_state(json.loads(json.dumps(view.save_state())))
        assert other.tree.isColumnHidden(DeviceColumn.SERIAL)
        other.tree.showColumn(DeviceColumn.SERIAL)
        assert other.tree.columnWidth(DeviceColumn.SERIAL) == 111

    @pytest.mark.parametrize(
        "saved", [{}, {"columns": 1, "collapsed": 2, "chosen": "3"}, {"columns": [{"name": "name", "hidden": True}]}]
    )
    def test_a_broken_state_leaves_a_usable_tree(self, view: DevicesView, saved: dict[str, Any]) -> None:
        view.restore_state(saved)
        view.apply(snapshot(device(1, 1)))
        assert shown(view) == ["All panels", "Panels", "Panel 1"]
        assert not view.tree.isColumnHidden(DeviceColumn.NAME)

    def test_names_take_the_room_that_is_left(self, view: DevicesView) -> None:
        view.apply(snapshot(device(1, 1)))
        assert view.tree.header().length() == view.tree.viewport().width()
        view.resize(500, 600)
        assert view.tree.header().length() == view.tree.viewport().width()

    def test_ages_are_whole_whatever_they_say_and_names_have_all_the_rest(
        self, view: DevicesView, qtbot: QtBot
    ) -> None:
        def is_whole(text: str) -> bool:
            room = view.tree.columnWidth(DeviceColumn.AGE) - RIGHT_MARGIN
            return view.tree.fontMetrics().horizontalAdvance(text) < room

        view.apply(snapshot(device(1, 1)))
        qtbot.waitUntil(lambda: is_whole("1/1 live"))
        assert not is_whole("▲ unreachable"), "names have the room until it is said"
        view.set_site_state("", SiteState(LinkState.FAILED, "▲ unreachable", "Nothing answers", is_up=False))
        qtbot.waitUntil(lambda: is_whole("▲ unreachable"))
        assert view.tree.header().length() == view.tree.viewport().width()


class TestEmptyTree:
    def test_a_single_site_without_panels_leaves_it_to_the_sentence(self, view: DevicesView) -> None:
        view.set_site_state("Office", SiteState(LinkState.FAILED, "▲ unreachable", "Nothing answers", is_up=False))
        assert shown(view) == ["All panels"]

    def test_sites_without_panels_are_shown_instead_of_the_sentence(self, view: DevicesView) -> None:
        view.set_site_state("Office", SiteState(LinkState.LIVE, "● live", "", is_up=True))
        view.set_site_state("Plant", SiteState(LinkState.FAILED, "▲ unreachable", "Nothing answers", is_up=False))
        (notice,) = (label for label in view.tree.findChildren(QLabel) if label.text() == "No panel yet")
        assert not notice.isVisible()
        assert shown(view) == ["All panels", "Office", "Plant"]

    def test_it_says_that_there_is_no_panel_until_there_is_one(self, view: DevicesView) -> None:
        (notice,) = (label for label in view.tree.findChildren(QLabel) if label.text() == "No panel yet")
        assert notice.isVisible()
        view.apply(snapshot(device(1, 1)))
        assert not notice.isVisible()
        view.clear()
        assert notice.isVisible()


def test_no_name_is_cut_beside_room_that_no_age_takes(view: DevicesView) -> None:
    view.resize(214, 600)
    panel = device(serial_number=1, panel_name="VAV-1 Floor 1")
    view.set_now(NOW_S + 400 * 86_400, INTERVAL_S)
    view.apply(snapshot(panel))  # "400 d" old, and so it says
    QApplication.processEvents()
    view.set_now(NOW_S, INTERVAL_S)
    QApplication.processEvents()
    tree = view.tree
    name = view.model.index_of(1)
    assert tree.visualRect(name).width() >= tree.sizeHintForIndex(name).width()


def test_a_note_behind_a_name_has_the_room_that_no_age_takes(view: DevicesView) -> None:
    view.resize(300, 600)
    view.set_now(NOW_S + 400 * 86_400, INTERVAL_S)
    view.apply(snapshot(device(1, 1, panel_name="AHU-1"), device(2, 2, panel_name="AHU-2")))
    QApplication.processEvents()
    view.set_now(NOW_S, INTERVAL_S)
    view.set_successions([Succession(2, 1, NOW_S, NOW_S, "")])
    QApplication.processEvents()
    width = view.tree.fontMetrics().horizontalAdvance("AHU-1 · successor of 2")
    assert view.tree.visualRect(view.model.index_of(1)).width() > width


def test_what_names_need_is_asked_when_they_are_others_and_not_as_ages_or_states_do(
    view: DevicesView, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.apply(snapshot(*(device(number, number) for number in range(1, 4))))
    paint_all()
    asked = []
    measure = view.tree.sizeHintForColumn
    monkeypatch.setattr(view.tree, "sizeHintForColumn", lambda column: asked.append(column) or measure(column))
    view.set_now(NOW_S + 5, INTERVAL_S)
    paint_all()
    assert not asked, "each row would be asked, once a second"
    view.set_now(NOW_S + 4000, INTERVAL_S)
    paint_all()
    assert view.model.index_of(1).siblingAtColumn(DeviceColumn.AGE).data().startswith("stale")
    assert not asked, "a mark is as wide as another one"
    view.apply(snapshot(*(device(number, number, panel_name="A name of its own") for number in range(1, 4))))
    paint_all()
    assert asked
    asked.clear()
    view.tree.collapse(view.model.index_of(1).parent())
    paint_all()
    assert asked
