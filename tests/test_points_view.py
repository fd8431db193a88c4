"""The points pane: what the user does with keys and mouse, and what stays in place while values change."""

import json
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QLocale, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Panel
from t3monitor.ui.kit.texts import local_time_text
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme
from t3monitor.ui.points.columns import Column
from t3monitor.ui.points.filter import PointFilter
from t3monitor.ui.points.mime import decode_point_keys
from t3monitor.ui.points.table import PointsTable
from t3monitor.ui.points.view import PointsView
from values import NOW_S, device, point, points, snapshot

INTERVAL_S = 30
SERIAL = 237219
IN1, IN2, IN3 = (PointKey(SERIAL, PointType.INPUT, number) for number in (1, 2, 3))
OUT1 = PointKey(SERIAL, PointType.OUTPUT, 1)


@pytest.fixture
def view(qtbot: QtBot) -> PointsView:
    return shown_view(qtbot)


def shown_view(qtbot: QtBot) -> PointsView:
    view = PointsView()
    qtbot.addWidget(view)
    view.resize(950, 500)
    view.set_now(NOW_S, INTERVAL_S)
    with qtbot.waitExposed(view):
        view.show()
    return view


def many() -> Panel:
    return device(inputs=points(PointType.INPUT, *(float(n * 7 % 50) for n in range(200))))


def button(view: PointsView, text: str) -> QAbstractButton:
    (found,) = (b for b in view.findChildren(QAbstractButton) if b.text() == text)
    return found


def click(qtbot: QtBot, view: PointsView, text: str) -> None:
    qtbot.mouseClick(button(view, text), Qt.MouseButton.LeftButton)


def shown_texts(view: PointsView) -> list[str]:
    return [label.text() for label in view.findChildren(QLabel) if label.isVisible() and label.text()]


def shown_ids(view: PointsView) -> list[str]:
    return [view.model.text(row, Column.POINT_ID) for row in range(view.model.rowCount())]


def select(view: PointsView, keys: list[PointKey]) -> None:
    """Selects these points and no other."""
    view.table.clearSelection()
    flags = QItemSelectionModel.SelectionFlag
    for key in keys:
        row = view.model.row(key)
        assert row is not None
        view.table.selectionModel().select(view.model.index(row, 0), flags.Select | flags.Rows)


def current_key(view: PointsView) -> PointKey | None:
    index = view.table.currentIndex()
    return view.model.key(index.row()) if index.isValid() else None


def top_key(view: PointsView) -> PointKey:
    return view.model.key(view.table.rowAt(0))


class TestHeading:
    def test_the_count_says_how_many_of_how_many(self, view: PointsView) -> None:
        panels = [device(n, n, inputs=points(PointType.INPUT, *range(500))) for n in (1, 2, 3)]
        view.apply(snapshot(*panels))
        view.search.setText("L500")
        assert view.count_label.text() == "3 of 1,512 points"
        view.choose_panel(2)
        assert view.count_label.text() == "1 of 504 points"
        view.choose_panel(None)
        assert view.count_label.text() == "3 of 1,512 points"


class TestFilterControls:
    def test_typing_finds_points_by_all_words(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        qtbot.keyClicks(view.search, "out 10k")
        assert view.model.rowCount() == 0
        view.search.clear()
        qtbot.keyClicks(view.search, "2 IN l2")
        assert shown_ids(view) == ["IN2"]

    def test_escape_empties_the_search_box(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        view.search.setText("var")
        qtbot.keyClick(view.search, Qt.Key.Key_Escape)
        assert view.model.rowCount() == 7

    def test_what_is_typed_into_the_table_is_looked_for(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        view.search.setText("var")
        qtbot.keyClick(view.table, Qt.Key.Key_2)
        assert view.search.hasFocus()
        qtbot.keyClicks(view.search, "in")
        assert view.search.text() == "2in"

    def test_what_is_found_is_seen_from_its_first_row(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(many()))
        view.table.scrollToBottom()
        qtbot.keyClicks(view.search, "in")
        assert view.table.verticalScrollBar().value() == 0
        assert view.model.rowCount() > len(view.table.keys_in_sight())

    def test_arrow_down_goes_from_the_search_box_to_the_first_point(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        qtbot.keyClick(view.search, Qt.Key.Key_Down)
        assert view.table.hasFocus()
        assert view.selected_keys() == [IN1]

    def test_one_click_shows_one_type(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        click(qtbot, view, "Outputs")
        assert shown_ids(view) == ["OUT1", "OUT2"]
        click(qtbot, view, "Variables")
        assert shown_ids(view) == ["OUT1", "OUT2", "VAR1", "VAR2"]
        click(qtbot, view, "Outputs")
        click(qtbot, view, "Variables")
        assert view.model.rowCount() == 7

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Overridden", ["IN2"]),
            ("Faulty", ["IN3"]),
            ("Stale", ["OUT1", "OUT2"]),
            ("Changed", []),
            ("Unused", ["IN1", "IN2", "IN3", "IN4", "OUT1", "OUT2"]),
        ],
    )
    def test_quick_filters_show_their_points(
        self, view: PointsView, qtbot: QtBot, text: str, expected: list[str]
    ) -> None:
        inputs = (
            point(PointType.INPUT, 1),
            point(PointType.INPUT, 2, auto_manual=1),
            point(PointType.INPUT, 3, status=2),
            point(PointType.INPUT, 4, range=0, full_label="", label=""),
        )
        view.apply(snapshot(device(inputs=inputs, variables=(), output_logging_time=NOW_S - 4000)))
        click(qtbot, view, text)
        assert shown_ids(view) == expected

    def test_every_control_has_an_accessible_name(self, view: PointsView) -> None:
        controls: list[QWidget] = [*view.findChildren(QAbstractButton), *view.findChildren(QLineEdit), view.table]
        ours = [control for control in controls if control.isVisible() and type(control).__name__ != "QAbstractButton"]
        unnamed = [control for control in ours if not control.accessibleName() and control.parent() is not view.search]
        assert len(ours) >= 10
        assert unnamed == []


class TestEmptyTable:
    def test_without_points_it_says_how_to_get_them(self, view: PointsView) -> None:
        assert "No points yet: start syncing, or sync once" in shown_texts(view)
        view.apply(snapshot(device()))
        assert not any("No points" in text for text in shown_texts(view))
        view.clear()
        assert "No points yet: start syncing, or sync once" in shown_texts(view)

    def test_a_filter_that_nothing_matches_is_cleared_by_a_button(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        view.choose_panel(SERIAL)
        click(qtbot, view, "Faulty")
        view.search.setText("nothing")
        assert "No point matches; clear the filters" in shown_texts(view)
        click(qtbot, view, "Clear filters")
        assert (view.search.text(), button(view, "Faulty").isChecked()) == ("", False)
        assert view.model.rowCount() == 7
        assert view.model.filter == PointFilter(serial_number=SERIAL)

    def test_unused_points_can_be_shown_where_there_are_no_others(self, view: PointsView, qtbot: QtBot) -> None:
        unused = points(PointType.INPUT, 0.0, 0.0, range=0, full_label="", label="")
        view.apply(snapshot(device(inputs=unused, outputs=(), variables=())))
        assert "All of these points are unused" in shown_texts(view)
        click(qtbot, view, "Show unused points")
        assert shown_ids(view) == ["IN1", "IN2"]

    def test_the_owner_can_say_what_is_waited_for(self, view: PointsView) -> None:
        view.set_notice("Waiting for the first cycle…")
        assert "Waiting for the first cycle…" in shown_texts(view)
        view.apply(snapshot(device()))
        assert "Waiting for the first cycle…" not in shown_texts(view)
        view.clear()
        view.set_notice("")
        assert "No points yet: start syncing, or sync once" in shown_texts(view)


def fits(table: PointsTable, column: Column, text: str) -> bool:
    return table.columnWidth(column) > table.fontMetrics().horizontalAdvance(text)


class TestRoom:
    @pytest.mark.parametrize("width", [650, 960, 1250, 1620])
    def test_all_that_is_shown_has_room_and_the_status_stands_beside_the_value(
        self, view: PointsView, width: int
    ) -> None:
        view.resize(width, 500)
        table = view.table
        assert table.horizontalHeader().length() <= table.viewport().width()
        shown = table.columns.shown()
        assert shown[shown.index(Column.VALUE) + 1] is Column.STATUS
        assert {Column.FULL_LABEL, Column.AGE} <= set(shown)
        assert table.columnWidth(Column.FULL_LABEL) < 400, "further away, the eye loses the row"

    def test_a_wide_window_shows_more_columns_and_a_narrow_one_hides_them_again(self, view: PointsView) -> None:
        for width, hidden in ((900, True), (1700, False), (900, True)):
            view.resize(width, 500)
            assert view.table.isColumnHidden(Column.CALIBRATION) is hidden
            assert view.table.isColumnHidden(Column.FILTER) is hidden

    def test_no_value_is_cut_nor_a_name_beside_free_room(self, view: PointsView, qtbot: QtBot) -> None:
        name = "The second air handling unit on the roof"
        view.resize(1700, 500)
        view.apply(snapshot(device(panel_name=name)))
        huge = points(PointType.VARIABLE, 1234567890.125, units="custom units")
        before = view.table.columnWidth(Column.VALUE)
        for column, text in ((Column.VALUE, huge[0].value_text), (Column.PANEL, name)):
            if column is Column.VALUE:
                view.apply(snapshot(device(panel_name=name, variables=huge)))
                view.table.scrollToBottom()
            qtbot.waitUntil(lambda column=column, text=text: fits(view.table, column, text))
        assert view.table.columnWidth(Column.VALUE) > before
        both = point(PointType.INPUT, 1, 1.0, status=2, auto_manual=1)
        view.apply(snapshot(device(panel_name=name, inputs=(both,))))
        view.table.scrollToTop()
        qtbot.waitUntil(lambda: fits(view.table, Column.STATUS, "Shorted, Overridden"))
        view.apply(snapshot(device(panel_name=name, inputs=(point(PointType.INPUT, 1, 1.0, label="WWWWWMMMM"),))))
        qtbot.waitUntil(lambda: fits(view.table, Column.LABEL, "WWWWWMMMM"))

    @pytest.mark.parametrize("word", ["Warm-up stage 01 ABC", "Warm-up stage 01 ABCDEFGHIJKLMNOP"])
    @pytest.mark.parametrize("width", [577, 649, 693, 739])  # beside the panels in windows of 800 to 1024 pixels
    def test_full_labels_give_way_to_long_values_and_labels_do_not(
        self, view: PointsView, qtbot: QtBot, width: int, word: str
    ) -> None:
        table = view.table
        view.resize(width, 500)
        mode = point(PointType.VARIABLE, 1, 1.0, label="WWWWWMMMM", range=101)._replace(words=((1, word),))
        view.apply(snapshot(device(inputs=(), outputs=(), variables=(mode,))))
        qtbot.waitUntil(lambda: fits(table, Column.VALUE, word) and fits(table, Column.LABEL, "WWWWWMMMM"))
        assert {Column.LABEL, Column.VALUE, Column.STATUS, Column.AGE} <= set(table.columns.shown())
        has_room = table.horizontalHeader().length() <= table.viewport().width()
        assert has_room or table.isColumnHidden(Column.FULL_LABEL)

    def test_a_label_that_an_older_version_had_hidden_for_want_of_room_is_shown(self, view: PointsView) -> None:
        saved = view.save_state()
        for column in saved["columns"]:
            column["hidden"] = column["name"] == Column.LABEL.key
        view.restore_state(saved)
        assert not view.table.isColumnHidden(Column.LABEL)

    def test_columns_that_points_of_a_type_have_not_give_their_room_to_those_they_have(self, view: PointsView) -> None:
        view.resize(1000, 400)
        view.apply(snapshot(device()))
        assert not view.table.isColumnHidden(Column.CALIBRATION)
        assert view.table.isColumnHidden(Column.HW_SWITCH)
        view.filter_bar.set_filter(PointFilter(types=frozenset({PointType.OUTPUT})))
        assert view.table.isColumnHidden(Column.CALIBRATION)
        assert not view.table.isColumnHidden(Column.HW_SWITCH)

    def test_widths_and_columns_that_the_user_chose_stay(self, view: PointsView, qtbot: QtBot) -> None:
        view.resize(700, 500)
        view.table.horizontalHeader().resizeSection(Column.FULL_LABEL, 111)
        (action,) = (a for a in view.table.columns.make_menu(view.table).actions() if a.text() == "Label")
        action.trigger()
        other = shown_view(qtbot)
        other.restore_state(json.loads(json.dumps(view.save_state())))
        for table in (view.table, other.table):
            table.resize(1700, 500)
            assert table.columnWidth(Column.FULL_LABEL) == 111
            assert table.isColumnHidden(Column.LABEL)
            table.columns.further_actions[0].trigger()
            assert not table.isColumnHidden(Column.LABEL)
            assert table.columnWidth(Column.FULL_LABEL) > 111

    def test_the_room_is_used_anew_after_a_start_with_untouched_columns(self, view: PointsView, qtbot: QtBot) -> None:
        saved = view.save_state()
        other = shown_view(qtbot)
        other.restore_state(saved)
        other.resize(1700, 500)
        assert other.table.columnWidth(Column.FULL_LABEL) > view.table.columnWidth(Column.FULL_LABEL)
        assert not other.table.isColumnHidden(Column.FILTER)


class TestStayingInPlace:
    def test_the_selection_survives_live_updates(self, view: PointsView) -> None:
        panel = device()
        view.apply(snapshot(panel))
        select(view, [IN1, IN3])
        view.apply(snapshot(replace(panel, inputs=points(PointType.INPUT, 5.0, 6.0, 7.0))))
        assert view.selected_keys() == [IN1, IN3]

    def test_selection_current_point_and_scroll_survive_rows_that_appear(self, view: PointsView) -> None:
        view.apply(snapshot(many()))
        keys = [PointKey(SERIAL, PointType.INPUT, number) for number in (100, 101, 120)]
        select(view, keys)
        row = view.model.row(keys[1])
        assert row is not None
        view.table.selectionModel().setCurrentIndex(
            view.model.index(row, Column.LABEL), QItemSelectionModel.SelectionFlag.NoUpdate
        )
        view.table.verticalScrollBar().setValue(95 * view.table.rowHeight(0) + 7)
        top, offset = top_key(view), view.table.rowViewportPosition(view.table.rowAt(0))
        view.apply(snapshot(many(), device(1, panel_id=0)))
        assert view.selected_keys() == keys
        assert current_key(view) == keys[1]
        assert view.table.currentIndex().column() == Column.LABEL
        assert (top_key(view), view.table.rowViewportPosition(view.table.rowAt(0))) == (top, offset)

    def test_the_selection_survives_sorting(self, view: PointsView) -> None:
        view.apply(snapshot(many()))
        keys = [PointKey(SERIAL, PointType.INPUT, number) for number in (1, 2, 150)]
        select(view, keys)
        view.table.sortByColumn(Column.VALUE, Qt.SortOrder.DescendingOrder)
        assert sorted(view.selected_keys()) == keys

    def test_a_selection_comes_back_when_the_filter_goes(self, view: PointsView) -> None:
        view.apply(snapshot(device()))
        select(view, [IN2, OUT1])
        view.search.setText("out")
        assert view.selected_keys() == [OUT1]
        view.search.clear()
        assert view.selected_keys() == [IN2, OUT1]

    def test_a_new_selection_ends_one_that_is_filtered_out(self, view: PointsView) -> None:
        view.apply(snapshot(device()))
        select(view, [IN2])
        view.search.setText("out")
        view.table.selectRow(0)
        view.search.clear()
        assert view.selected_keys() == [OUT1]

    def test_the_order_survives_live_updates(self, view: PointsView) -> None:
        panel = device()
        view.apply(snapshot(panel))
        view.table.sortByColumn(Column.VALUE, Qt.SortOrder.DescendingOrder)
        before = shown_ids(view)
        view.apply(snapshot(replace(panel, inputs=points(PointType.INPUT, 500.0, 6.0, 7.0))))
        assert shown_ids(view) == before
        assert view.table.horizontalHeader().sortIndicatorSection() == Column.VALUE

    def test_the_third_click_on_a_title_brings_t3000s_order_back(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        header = view.table.horizontalHeader()
        place = QPoint(header.sectionViewportPosition(Column.VALUE) + 20, 8)
        orders = []
        for _ in range(3):
            qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=place)
            orders.append(shown_ids(view))
        assert orders[0][-1] == "OUT1"
        assert orders[1][0] == "OUT1"
        assert orders[2] == ["IN1", "IN2", "IN3", "OUT1", "OUT2", "VAR1", "VAR2"]

    def test_the_context_menu_sorts_without_a_mouse(self, view: PointsView) -> None:
        view.apply(snapshot(device()))
        for expected in ("OUT2", "OUT1"):  # the second time the other way round
            (action,) = (a for a in view.table.make_sort_menu().actions() if a.text() == "Value")
            action.trigger()
            assert next(key for key in shown_ids(view) if key != "IN3") == expected
        view.table.make_sort_menu().actions()[0].trigger()
        assert shown_ids(view)[0] == "IN1"


class TestCopying:
    def test_rows_are_copied_as_tab_separated_text_with_titles(self, view: PointsView, qtbot: QtBot) -> None:
        sensor = point(PointType.INPUT, 1, 18.4, full_label="Supply\tAir", label="SAT", jumper=4, status=0)
        view.apply(snapshot(device(panel_name="AHU 1", inputs=(sensor,))))
        select(view, [IN1, OUT1])
        qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
        read_at = [local_time_text(NOW_S - 5), local_time_text(NOW_S - 4)]
        point_ = QLocale.system().decimalPoint()
        assert QGuiApplication.clipboard().text() == (
            "Panel\tId\tFull label\tLabel\tA/M\tValue\tUnit\tStatus\tRange\tSignal\tRead at\n"
            f"AHU 1\tIN1\tSupply Air\tSAT\tAuto\t18{point_}40\t°C\tNormal\t10K Type2\tThermistor\t{read_at[0]}\n"
            f"AHU 1\tOUT1\tOUT 1\tL1\tAuto\t35{point_}00\t°C\t\t'4-20\t\t{read_at[1]}\n"
        )

    def test_columns_are_copied_as_they_stand(self, view: PointsView) -> None:
        view.apply(snapshot(device()))
        for column in Column:
            view.table.setColumnHidden(column, column not in (Column.POINT_ID, Column.VALUE))
        header = view.table.horizontalHeader()
        header.moveSection(header.visualIndex(Column.VALUE), 0)
        select(view, [IN1])
        number = QLocale.system().toString(20.5, "f", 2)
        assert view.table.selected_text() == f"Value\tUnit\tId\n{number}\t°C\tIN1\n"

    def test_huge_and_tiny_values_are_figures_with_all_that_is_shown(self, view: PointsView) -> None:
        values = (3.4028235e35, 0.012, 1e-9)
        view.apply(snapshot(device(inputs=points(PointType.INPUT, *values, units="inWC"), outputs=(), variables=())))
        for column in Column:
            view.table.setColumnHidden(column, column is not Column.VALUE)
        view.table.selectAll()
        texts = [line.split("\t") for line in view.table.selected_text().splitlines()[1:]]
        decimal = QLocale.system().decimalPoint()
        assert [number.replace(decimal, ".") for number, _ in texts] == ["3.403e35", "0.012", "1.00e-9"]
        assert {unit for _, unit in texts} == {"inWC"}

    @pytest.mark.parametrize("value", [20.0, 3.4e35, -1.7e308])
    def test_labels_and_ages_stay_in_sight_beside_a_huge_value(self, qtbot: QtBot, value: float) -> None:
        view = shown_view(qtbot)
        view.resize(695, 300)
        view.apply(snapshot(device(inputs=points(PointType.INPUT, value), outputs=(), variables=())))
        QApplication.processEvents()
        assert {Column.LABEL, Column.AGE} <= {column for column in Column if not view.table.isColumnHidden(column)}
        assert view.table.horizontalScrollBar().maximum() == 0

    def test_states_have_no_unit_and_hours_are_figures(self, view: PointsView) -> None:
        fan = point(PointType.VARIABLE, 1, 1.0, range=1, digital_analog=0, units="")
        run_time = point(PointType.VARIABLE, 2, 3723.0, range=20, units="s")
        view.apply(snapshot(device(inputs=(), outputs=(), variables=(fan, run_time))))
        for column in Column:
            view.table.setColumnHidden(column, column is not Column.VALUE)
        view.table.selectAll()
        assert view.table.selected_text() == "Value\tUnit\nOn\t\n1:02:03\t\n"

    def test_nothing_selected_leaves_the_clipboard_alone(self, view: PointsView) -> None:
        view.apply(snapshot(device()))
        QGuiApplication.clipboard().setText("precious")
        view.table.copy_action.trigger()
        assert QGuiApplication.clipboard().text() == "precious"


class TestPlotting:
    def test_a_double_click_asks_for_the_point(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        place = view.table.visualRect(view.model.index(1, Column.FULL_LABEL)).center()
        qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        with qtbot.waitSignal(view.plot_requested) as asked:
            qtbot.mouseDClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert asked.args == [[IN2]]

    def test_enter_asks_for_all_selected_points(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        select(view, [OUT1, IN1])
        with qtbot.waitSignal(view.plot_requested) as asked:
            qtbot.keyClick(view.table, Qt.Key.Key_Return)
        assert asked.args == [[IN1, OUT1]]

    def test_the_context_menu_plots_and_copies(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        select(view, [IN1])
        actions = {action.text(): action for action in view.table.make_menu().actions() if action.text()}
        assert list(actions) == ["Plot", "Copy", "Select all", "Sort by", "&Columns"]
        with qtbot.waitSignal(view.plot_requested) as asked:
            actions["Plot"].trigger()
        assert asked.args == [[IN1]]

    def test_a_drag_carries_the_selected_points(self, view: PointsView) -> None:
        view.apply(snapshot(device()))
        select(view, [IN1, IN3])
        mime = view.model.mimeData(view.table.selectionModel().selectedIndexes())
        assert decode_point_keys(mime) == [IN1, IN3]
        assert view.table.dragEnabled()


class TestState:
    def test_columns_order_and_filters_are_as_they_were(self, view: PointsView, qtbot: QtBot) -> None:
        view.apply(snapshot(device()))
        header = view.table.horizontalHeader()
        header.moveSection(header.visualIndex(Column.AGE), 0)
        header.resizeSection(Column.LABEL, 123)
        view.table.setColumnHidden(Column.RANGE, True)
        view.table.setColumnHidden(Column.CHANGED, False)
        view.table.columns.chosen.emit()
        view.table.sortByColumn(Column.VALUE, Qt.SortOrder.DescendingOrder)
        click(qtbot, view, "Inputs")
        view.search.setText("in")
        select(view, [IN2])
        saved = json.loads(json.dumps(view.save_state()))

        other = shown_view(qtbot)
        other.choose_panel(SERIAL)
        other.restore_state(saved)
        other.apply(snapshot(device()))
        assert other.save_state() == saved
        assert shown_ids(other) == shown_ids(view) == ["IN2", "IN1", "IN3"]
        assert other.selected_keys() == [IN2]
        assert other.table.horizontalHeader().visualIndex(Column.AGE) == 0
        assert other.table.columnWidth(Column.LABEL) == 123
        assert other.table.isColumnHidden(Column.RANGE)
        assert not other.table.isColumnHidden(Column.CHANGED)
        assert other.model.filter.serial_number == SERIAL

    def test_a_hidden_column_comes_back_as_wide_as_it_was(self, view: PointsView) -> None:
        view.table.horizontalHeader().resizeSection(Column.RANGE, 222)
        for hidden in (True, False):
            (action,) = (a for a in view.table.columns.make_menu(view.table).actions() if a.text() == "Range")
            action.trigger()
            assert view.table.isColumnHidden(Column.RANGE) is hidden
        assert view.table.columnWidth(Column.RANGE) == 222

    @pytest.mark.parametrize(
        "saved",
        [
            {},
            {"columns": 7, "sort": "up", "filters": [1]},
            {"columns": [None, {"name": "no such"}, {"name": "age", "width": "wide"}], "sort": {"column": []}},
            {"filters": {"text": None, "types": {}, "faulty": "yes"}},
        ],
    )
    def test_a_broken_state_leaves_a_usable_table(self, view: PointsView, saved: dict[str, Any]) -> None:
        view.restore_state(saved)
        view.apply(snapshot(device()))
        assert view.model.rowCount() == 7

    def test_at_least_one_column_is_shown(self, view: PointsView) -> None:
        view.restore_state({"columns": [{"name": column.key, "width": 50, "hidden": True} for column in Column]})
        assert len(view.table.columns.shown()) == 1


class TestTheme:
    def test_colours_follow_the_theme(self, view: PointsView, qapp: QApplication) -> None:
        view.apply(snapshot(device(inputs=(point(PointType.INPUT, 1, status=1),))))
        cell = view.model.index(0, Column.STATUS)
        assert cell.data(Qt.ItemDataRole.BackgroundRole) == LIGHT.fault.background
        apply_theme(qapp, DARK)
        assert cell.data(Qt.ItemDataRole.BackgroundRole) == DARK.fault.background

    def test_state_cells_are_painted_in_their_colours(self, view: PointsView) -> None:
        view.apply(snapshot(device(inputs=(point(PointType.INPUT, 1, status=1), point(PointType.INPUT, 2)))))
        rect = view.table.visualRect(view.model.index(0, Column.STATUS))
        image = view.table.viewport().grab().toImage()
        assert image.pixelColor(rect.right() - 3, rect.center().y()) == LIGHT.fault.background
        assert image.pixelColor(rect.right() - 3, rect.center().y() + rect.height()) != LIGHT.fault.background
