"""The table of points: rows, ages, live updates, filters, order."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import cycle
from typing import Any

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.simulation.building import Building
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.ui.kit.theme import LIGHT
from t3monitor.ui.points.columns import POINT_SORT_KEYS, Column
from t3monitor.ui.points.fading import FADE_STRENGTHS
from t3monitor.ui.points.filter import PointFilter
from t3monitor.ui.points.mime import POINTS_MIME_TYPE, decode_point_keys, encode_point_keys
from t3monitor.ui.points.model import PointsModel
from values import NOW_S, device, point, points, snapshot

INTERVAL_S = 30
ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder
BACKGROUND = Qt.ItemDataRole.BackgroundRole

Told = tuple[int, int, int, int]  # first and last row, first and last column


@pytest.fixture
def model(qtbot: QtBot) -> Iterable[PointsModel]:
    model = PointsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_now(NOW_S, INTERVAL_S)
    yield model
    tester.deleteLater()
    model.deleteLater()


@pytest.fixture
def told(model: PointsModel) -> list[Told]:
    """What dataChanged says from here on, but for the columns that run with the clock."""
    told: list[Told] = []

    def keep(first: QModelIndex, last: QModelIndex) -> None:
        if first.column() not in (Column.AGE, Column.CHANGED):
            told.append((first.row(), last.row(), first.column(), last.column()))

    model.dataChanged.connect(keep)
    return told


def ids(model: PointsModel) -> list[str]:
    return column(model, Column.POINT_ID)


def column(model: PointsModel, which: Column) -> list[str]:
    return [model.index(row, which).data() for row in range(model.rowCount())]


def cell(model: PointsModel, point_id: str, which: Column, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
    return model.index(ids(model).index(point_id), which).data(role)


def with_input(panel: Panel, number: int, **fields: Any) -> Panel:
    """The panel after another reading of one input; all other points are the same objects."""
    inputs = tuple(p._replace(**fields) if p.point_index == number else p for p in panel.inputs)
    return replace(panel, inputs=inputs)


def demo(panels: int, *times_s: int) -> list[Snapshot]:
    building, decoder = Building(panels), AnswerDecoder()
    return [decoder.decode(building.answer(time_s), time_s) for time_s in times_s]


class TestRows:
    def test_points_stand_by_panel_number_then_type_then_number(self, model: PointsModel) -> None:
        model.apply(snapshot(device(7, panel_id=9), device(8, panel_id=2)))
        assert column(model, Column.PANEL) == ["Panel 2"] * 7 + ["Panel 9"] * 7
        assert ids(model)[:7] == ["IN1", "IN2", "IN3", "OUT1", "OUT2", "VAR1", "VAR2"]

    def test_a_row_names_its_point(self, model: PointsModel) -> None:
        model.apply(snapshot(device(4_000_000_000)))
        assert model.key(3) == PointKey(4_000_000_000, PointType.OUTPUT, 1)
        assert model.row(PointKey(4_000_000_000, PointType.OUTPUT, 1)) == 3
        assert model.row(PointKey(1, PointType.OUTPUT, 1)) is None

    def test_a_row_says_what_t3000_says_of_a_sensor(self, model: PointsModel) -> None:
        sensor = point(
            PointType.INPUT,
            1,
            18.4,
            full_label="Supply Air",
            label="SAT",
            status=0,
            jumper=4,
            calibration=-0.5,
            filter=5,
        )
        model.apply(snapshot(device(inputs=(sensor,), outputs=(), variables=())))
        assert [model.index(0, which).data() for which in Column] == [
            "Panel 1", "IN1", "Supply Air", "SAT", "Auto", "18.40 °C", "Normal", "10K Type2", "-0.5", "5",
            "Thermistor", "", "", "", "5 s", "",
        ]  # fmt: skip

    def test_a_row_says_what_t3000_says_of_an_overridden_output(self, model: PointsModel) -> None:
        fan = point(
            PointType.OUTPUT, 3, 1.0, full_label="Fan", label="FAN", range=1, digital_analog=0, auto_manual=1,
            units="", low_voltage=2.0, high_voltage=10.0, hw_switch_status=2,
        )  # fmt: skip
        model.apply(snapshot(device(inputs=(), outputs=(fan,), variables=())))
        assert [model.index(0, which).data() for which in Column] == [
            "Panel 1", "OUT3", "Fan", "FAN", "Manual", "On", "Overridden", "Off/On", "", "", "", "2.0", "10.0",
            "MAN-ON", "4 s", "",
        ]  # fmt: skip
        assert cell(model, "OUT3", Column.STATUS, Qt.ItemDataRole.ToolTipRole) == (
            "Overridden: set to manual, hardware switch at MAN-ON"
        )

    def test_unused_points_are_hidden_until_asked_for(self, model: PointsModel) -> None:
        unused = point(PointType.INPUT, 2, range=0, label="", full_label="")
        model.apply(snapshot(device(inputs=(point(PointType.INPUT, 1), unused), outputs=(), variables=())))
        assert (ids(model), model.total) == (["IN1"], 2)
        model.set_filter(PointFilter(unused=True))
        assert ids(model) == ["IN1", "IN2"]

    def test_the_demo_building_shows_what_is_in_use(self, model: PointsModel) -> None:
        (reading,) = demo(6, NOW_S)
        model.apply(reading)
        assert model.total == 1536
        assert model.rowCount() == sum(p.in_use for panel in reading.panels for p in panel.points()) == 290

    def test_clearing_forgets_all_points(self, model: PointsModel) -> None:
        model.apply(snapshot(device()))
        model.clear()
        assert (model.rowCount(), model.total) == (0, 0)


class TestStates:
    def test_a_fault_is_a_word_in_the_colours_of_a_fault(self, model: PointsModel) -> None:
        model.apply(snapshot(device(inputs=(point(PointType.INPUT, 1, status=1, auto_manual=1),))))
        assert cell(model, "IN1", Column.STATUS) == "Open, Overridden"
        assert cell(model, "IN1", Column.STATUS, BACKGROUND) == LIGHT.fault.background
        assert cell(model, "IN1", Column.STATUS, Qt.ItemDataRole.ForegroundRole) == LIGHT.fault.text
        assert cell(model, "IN1", Column.AUTO_MANUAL, BACKGROUND) == LIGHT.overridden.background

    def test_an_alarm_state_has_the_colours_of_an_alarm(self, model: PointsModel) -> None:
        normal, alarm = points(PointType.INPUT, 0.0, 1.0, digital_analog=0, range=5)
        model.apply(snapshot(device(inputs=(normal, alarm))))
        assert cell(model, "IN2", Column.VALUE) == "Alarm"
        assert cell(model, "IN2", Column.VALUE, BACKGROUND) == LIGHT.alarm.background
        assert cell(model, "IN1", Column.VALUE, BACKGROUND) is None

    def test_ages_are_those_of_the_reading_not_of_the_sync(self, model: PointsModel) -> None:
        model.apply(snapshot(device(time_s=NOW_S - 130)))
        assert [cell(model, which, Column.AGE) for which in ("IN1", "OUT1", "VAR1")] == ["2 min"] * 3
        model.set_now(NOW_S + 400, INTERVAL_S)
        assert cell(model, "IN1", Column.AGE) == "stale 8 min"
        assert cell(model, "IN1", Column.AGE, BACKGROUND) == LIGHT.stale.background
        assert cell(model, "IN1", Column.AGE, Qt.ItemDataRole.ToolTipRole).startswith("Stale")

    def test_points_of_a_missing_panel_stay_without_answer(self, model: PointsModel) -> None:
        here, gone = device(1, panel_id=1), device(2, panel_id=2)
        model.apply(snapshot(here, gone))
        model.apply(snapshot(here))
        assert column(model, Column.AGE) == ["5 s"] * 3 + ["4 s"] * 2 + ["3 s"] * 2 + ["no answer"] * 7
        assert model.index(7, Column.AGE).data(BACKGROUND) == LIGHT.down.background
        model.apply(snapshot(here, gone))
        assert "no answer" not in column(model, Column.AGE)

    def test_tooltips_say_the_time(self, model: PointsModel) -> None:
        model.apply(snapshot(device()))
        assert "T3000 read it 20" in cell(model, "IN1", Column.AGE, Qt.ItemDataRole.ToolTipRole)
        assert "\nRead 20" in cell(model, "IN1", Column.VALUE, Qt.ItemDataRole.ToolTipRole)


class TestTime:
    def test_only_the_age_columns_are_told_of_time_going_on(self, model: PointsModel) -> None:
        model.apply(snapshot(device()))
        told: list[tuple[int, int]] = []
        model.dataChanged.connect(lambda first, last: told.append((first.column(), last.column())))
        model.set_now(NOW_S + 1, INTERVAL_S)
        assert told == [(Column.AGE, Column.AGE)]

    def test_nothing_is_told_when_no_age_reads_differently(self, model: PointsModel, qtbot: QtBot) -> None:
        model.apply(snapshot(device(time_s=NOW_S - 123)))
        with qtbot.assertNotEmitted(model.dataChanged):
            model.set_now(NOW_S + 2, INTERVAL_S)

    def test_points_that_turn_stale_are_told_of_whole(self, model: PointsModel, told: list[Told]) -> None:
        model.apply(snapshot(device(1, 1, time_s=NOW_S - 290), device(2, 2)))
        told.clear()
        model.set_now(NOW_S + 20, INTERVAL_S)
        assert told == [(0, 6, 0, Column.CHANGED)]

    def test_the_time_of_the_last_change_is_told(self, model: PointsModel) -> None:
        panel = device()
        model.apply(snapshot(panel))
        assert cell(model, "IN2", Column.CHANGED) == ""
        model.apply(snapshot(replace(with_input(panel, 2, value=1.0), input_logging_time=NOW_S - 2)))
        model.set_now(NOW_S + 10, INTERVAL_S)
        assert (cell(model, "IN2", Column.CHANGED), cell(model, "IN1", Column.CHANGED)) == ("12 s", "")


class TestLiveUpdates:
    def test_only_changed_rows_are_told_of_neighbours_together(self, model: PointsModel, told: list[Told]) -> None:
        panel = device(inputs=points(PointType.INPUT, *range(10)))
        model.apply(snapshot(panel))
        told.clear()
        for number in (2, 3, 4, 8):
            panel = with_input(panel, number, value=99.0)
        model.apply(snapshot(panel))
        assert told == [(1, 3, 0, Column.CHANGED), (7, 7, 0, Column.CHANGED)]

    def test_the_data_are_written_before_they_are_told_of(self, model: PointsModel) -> None:
        panel = device()
        model.apply(snapshot(panel))
        seen: list[str] = []
        model.dataChanged.connect(lambda first, _: seen.append(model.index(first.row(), Column.VALUE).data()))
        model.apply(snapshot(with_input(panel, 2, value=77.0)))
        assert seen[0] == "77.00 °C"

    def test_an_unchanged_snapshot_tells_nothing(self, model: PointsModel, qtbot: QtBot) -> None:
        model.apply(snapshot(device()))
        with qtbot.assertNotEmitted(model.dataChanged), qtbot.assertNotEmitted(model.modelReset):
            model.apply(snapshot(device()))  # equal, though no object is the same

    def test_rows_that_are_not_shown_are_not_told_of(self, model: PointsModel, told: list[Told]) -> None:
        panel = device()
        model.apply(snapshot(panel))
        model.set_filter(PointFilter(types=frozenset({PointType.OUTPUT})))
        told.clear()
        model.apply(snapshot(with_input(panel, 2, value=77.0)))
        assert told == []

    def test_very_many_ranges_are_told_of_in_fewer(
        self, model: PointsModel, told: list[Told], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("t3monitor.ui.kit.rows.MOST_STRETCHES", 20)
        count = 80
        panel = device(inputs=points(PointType.INPUT, *range(count)))
        model.apply(snapshot(panel))
        told.clear()
        every_other = tuple(p._replace(value=-1.0) if p.point_index % 2 else p for p in panel.inputs)
        model.apply(snapshot(replace(panel, inputs=every_other)))
        assert 0 < len(told) <= 20
        covered = {row for first, last, _, _ in told for row in range(first, last + 1)}
        assert covered >= set(range(0, count, 2))

    def test_a_renamed_panel_is_found_by_its_new_name(self, model: PointsModel, told: list[Told]) -> None:
        model.apply(snapshot(device()))
        model.set_filter(PointFilter(text="panel"))
        told.clear()
        model.apply(snapshot(device(panel_name="Roof")))
        assert told == [(0, 6, 0, Column.CHANGED)]
        model.set_filter(PointFilter(text="roof"))
        assert model.rowCount() == 7

    def test_a_renamed_panel_is_found_by_its_new_name_alone_also_where_rows_appear_with_it(
        self, model: PointsModel
    ) -> None:
        model.apply(snapshot(device(1, 1)))
        model.set_filter(PointFilter(text="panel"))
        model.apply(snapshot(device(1, 1, panel_name="Roof"), device(2, 2)))
        model.set_filter(PointFilter(text="roof"))
        assert column(model, Column.PANEL) == ["Roof"] * 7
        model.set_filter(PointFilter(text="panel"))
        assert column(model, Column.PANEL) == ["Panel 2"] * 7

    def test_a_renamed_point_is_found_by_its_new_name_alone(self, model: PointsModel) -> None:
        panel = with_input(device(), 2, full_label="Cellar")
        model.apply(snapshot(panel))
        model.set_filter(PointFilter(text="cellar"))
        model.apply(snapshot(with_input(panel, 2, full_label="Roof")))
        model.set_filter(PointFilter(text="roof"))
        assert ids(model) == ["IN2"]
        model.set_filter(PointFilter(text="cellar"))
        assert ids(model) == []

    def test_panels_of_several_sites_are_told_apart_as_soon_as_there_are_several(self, model: PointsModel) -> None:
        office, plant = device(1, 1, panel_name="AHU", site="Office"), device(2, 2, panel_name="AHU", site="Plant")
        model.apply(snapshot(office))
        assert set(column(model, Column.PANEL)) == {"AHU"}
        model.apply(snapshot(office, plant))
        assert set(column(model, Column.PANEL)) == {"AHU · Office", "AHU · Plant"}
        model.set_filter(PointFilter(text="plant"))
        assert set(column(model, Column.PANEL)) == {"AHU · Plant"}
        model.set_filter(PointFilter())
        model.apply(snapshot(replace(office, site="Plant"), plant))
        assert set(column(model, Column.PANEL)) == {"AHU (1)", "AHU (2)"}, "one site goes without saying"

    def test_rows_appear_and_vanish_with_their_points(self, model: PointsModel, qtbot: QtBot) -> None:
        model.apply(snapshot(device(inputs=points(PointType.INPUT, 1.0, 2.0, 3.0))))
        with qtbot.waitSignal(model.modelReset):
            model.apply(snapshot(device(inputs=points(PointType.INPUT, 1.0, 2.0))))
        assert ids(model)[:3] == ["IN1", "IN2", "OUT1"]
        with qtbot.waitSignal(model.modelReset):
            model.apply(snapshot(device(inputs=points(PointType.INPUT, 1.0, 2.0)), device(9, panel_id=9)))
        assert model.rowCount() == 13

    def test_what_is_known_of_a_point_survives_other_rows(self, model: PointsModel) -> None:
        panel = device(2, panel_id=2)
        model.apply(snapshot(panel))
        panel = with_input(panel, 2, value=5.0)
        model.apply(snapshot(panel))
        model.apply(snapshot(panel, device(1, panel_id=1)))
        assert [bool(text) for text in column(model, Column.CHANGED)] == [row == 8 for row in range(14)]

    def test_a_point_replaced_by_another_number_is_another_row(self, model: PointsModel) -> None:
        model.apply(snapshot(device(inputs=(point(PointType.INPUT, 1), point(PointType.INPUT, 2)))))
        model.apply(snapshot(device(inputs=(point(PointType.INPUT, 1), point(PointType.INPUT, 3)))))
        assert ids(model)[:2] == ["IN1", "IN3"]
        assert model.row(PointKey(237219, PointType.INPUT, 2)) is None

    def test_the_demo_building_updates_in_place(self, model: PointsModel, qtbot: QtBot, told: list[Told]) -> None:
        first, second = demo(2, NOW_S, NOW_S + 30)
        model.apply(first)
        with qtbot.assertNotEmitted(model.modelReset):
            model.apply(second)
        changed = {
            row
            for row in range(model.rowCount())
            for old, new in [(_find(first, model.key(row)), _find(second, model.key(row)))]
            if old != new
        }
        assert {row for first_row, last_row, _, _ in told for row in range(first_row, last_row + 1)} == changed
        assert changed


def _find(reading: Snapshot, key: PointKey) -> Any:
    (panel,) = (panel for panel in reading.panels if panel.serial_number == key.serial_number)
    return next(p for p in panel.points() if (p.point_type, p.point_index) == key[1:])


class TestChangeMark:
    def test_a_changed_cell_is_marked_then_fades(self, model: PointsModel) -> None:
        panel = device()
        model.apply(snapshot(panel))
        assert cell(model, "IN2", Column.VALUE, BACKGROUND) is None
        model.apply(snapshot(with_input(panel, 2, value=5.0)))
        strengths = []
        for _ in FADE_STRENGTHS[1:]:
            strengths.append(cell(model, "IN2", Column.VALUE, BACKGROUND).alphaF())
            model.fading.on_step()
        assert strengths == pytest.approx(FADE_STRENGTHS[:-1], abs=0.01)
        assert cell(model, "IN2", Column.VALUE, BACKGROUND) is None

    def test_only_the_cells_that_changed_are_marked(self, model: PointsModel) -> None:
        panel = device()
        model.apply(snapshot(panel))
        model.apply(snapshot(with_input(panel, 2, value=5.0)))
        row = ids(model).index("IN2")
        assert [which for which in Column if model.index(row, which).data(BACKGROUND)] == [Column.VALUE]
        assert cell(model, "IN1", Column.VALUE, BACKGROUND) is None

    def test_all_marks_fade_by_one_signal(self, model: PointsModel, told: list[Told]) -> None:
        panel = device()
        model.apply(snapshot(panel))
        model.apply(snapshot(with_input(with_input(panel, 1, value=5.0), 3, value=5.0)))
        told.clear()
        while FADE_STRENGTHS[model.fading._step + 1] == 1.0:
            model.fading.on_step()
        assert told == []
        model.fading.on_step()
        assert told == [(0, 2, 0, Column.CHANGED)]


class TestFilters:
    @pytest.fixture
    def model(self, model: PointsModel) -> PointsModel:
        inputs = (
            point(PointType.INPUT, 1, 18.4, full_label="Supply Air Temp", label="SAT"),
            point(PointType.INPUT, 2, 21.0, full_label="Return Air Temp", label="RAT", status=2),
            point(PointType.INPUT, 3, range=0, label="", full_label="", status=1),
        )
        outputs = (
            point(PointType.OUTPUT, 1, 1.0, full_label="Supply Fan", digital_analog=0, range=1),
            point(PointType.OUTPUT, 2, 30.0, full_label="Valve", hw_switch_status=0),
        )
        roof = device(1, 1, panel_name="Roof", inputs=inputs, outputs=outputs, variables=())
        cellar = device(2, 2, panel_name="Cellar", inputs=inputs[:1], outputs=(), time_s=NOW_S - 1000)
        model.apply(snapshot(roof, cellar))
        return model

    @pytest.mark.parametrize(
        ("wanted", "expected"),
        [
            (PointFilter(), "IN1 IN2 OUT1 OUT2 IN1 VAR1 VAR2"),
            (PointFilter(text="supply"), "IN1 OUT1 IN1"),
            (PointFilter(text="AIR supply"), "IN1 IN1"),
            (PointFilter(text="cellar supply"), "IN1"),
            (PointFilter(text="18.40"), "IN1 IN1"),
            (PointFilter(text="shorted"), "IN2"),
            (PointFilter(text="no such word"), ""),
            (PointFilter(types=frozenset({PointType.VARIABLE})), "VAR1 VAR2"),
            (PointFilter(types=frozenset({PointType.OUTPUT, PointType.VARIABLE})), "OUT1 OUT2 VAR1 VAR2"),
            (PointFilter(overridden=True), "OUT2"),
            (PointFilter(faulty=True), "IN2"),
            (PointFilter(overridden=True, faulty=True), "IN2 OUT2"),
            (PointFilter(stale=True), "IN1 VAR1 VAR2"),
            (PointFilter(stale=True, types=frozenset({PointType.INPUT})), "IN1"),
            (PointFilter(changed=True), ""),
            (PointFilter(unused=True), "IN1 IN2 IN3 OUT1 OUT2 IN1 VAR1 VAR2"),
            (PointFilter(serial_number=2), "IN1 VAR1 VAR2"),
            (PointFilter(serial_number=3), ""),
        ],
    )
    def test_a_filter_lets_its_points_through(self, model: PointsModel, wanted: PointFilter, expected: str) -> None:
        model.set_filter(wanted)
        assert ids(model) == expected.split()

    def test_the_total_is_that_of_the_chosen_panel(self, model: PointsModel) -> None:
        model.set_filter(PointFilter(serial_number=2, text="nothing"))
        assert (model.rowCount(), model.total) == (0, 3)

    def test_the_search_finds_the_new_value_not_the_old(self, model: PointsModel) -> None:
        model.set_filter(PointFilter(text="18.40"))
        changed = device(2, 2, panel_name="Cellar", inputs=(point(PointType.INPUT, 1, 55.5),), outputs=())
        model.apply(snapshot(changed))
        model.set_filter(PointFilter(text="55.50"))
        assert column(model, Column.PANEL) == ["Cellar"]

    def test_what_a_search_found_stays_when_its_value_changes(self, model: PointsModel, qtbot: QtBot) -> None:
        model.set_filter(PointFilter(text="18.40"))
        changed = device(2, 2, panel_name="Cellar", inputs=(point(PointType.INPUT, 1, 55.5),), outputs=())
        with qtbot.assertNotEmitted(model.modelReset):
            model.apply(snapshot(changed))
        assert column(model, Column.VALUE) == ["18.40 °C", "55.50 °C"]

    def test_a_new_fault_comes_to_the_faulty_and_a_mended_one_goes(self, model: PointsModel) -> None:
        panel = device(3, 3)
        model.apply(snapshot(panel))
        model.set_filter(PointFilter(faulty=True))
        assert ids(model) == ["IN2"]
        model.apply(snapshot(with_input(panel, 3, status=1)))
        assert ids(model) == ["IN2", "IN3"]
        model.apply(snapshot(panel))
        assert ids(model) == ["IN2"]

    def test_points_come_to_the_stale_as_they_age(self, model: PointsModel) -> None:
        model.set_filter(PointFilter(stale=True))
        model.set_now(NOW_S + 400, INTERVAL_S)
        assert model.rowCount() == 7

    def test_points_changed_in_the_last_minutes_can_be_seen_alone(self, model: PointsModel) -> None:
        panel = device(3, 3)
        model.apply(snapshot(panel))
        model.set_filter(PointFilter(changed=True))
        model.apply(snapshot(with_input(panel, 2, value=-1.0)))
        assert ids(model) == ["IN2"]
        model.set_now(NOW_S + 600, INTERVAL_S)
        model.apply(snapshot(with_input(panel, 1, value=-1.0), device(4, 4)))
        assert "IN2" not in ids(model)

    def test_a_point_put_to_use_appears(self, model: PointsModel) -> None:
        panel = device(3, 3, inputs=(point(PointType.INPUT, 1, range=0, label="", full_label=""),))
        model.apply(snapshot(panel))
        before = model.rowCount()
        model.apply(snapshot(with_input(panel, 1, range=3)))
        assert model.rowCount() == before + 1

    def test_a_filter_is_the_same_after_its_dictionary(self) -> None:
        wanted = PointFilter(text="a b", types=frozenset({PointType.INPUT}), faulty=True, unused=True)
        assert PointFilter.from_dict(wanted.to_dict()) == wanted
        assert PointFilter.from_dict({"text": 7, "types": "INPUT", "faulty": 1}) == PointFilter()


class TestOrder:
    def test_values_sort_as_numbers(self, model: PointsModel) -> None:
        model.apply(snapshot(device(inputs=points(PointType.INPUT, 9.0, 100.0, -5.0), outputs=(), variables=())))
        model.sort(Column.VALUE, ASCENDING)
        assert ids(model) == ["IN3", "IN1", "IN2"]
        model.sort(Column.VALUE, DESCENDING)
        assert ids(model) == ["IN2", "IN1", "IN3"]

    @pytest.mark.parametrize("order", [ASCENDING, DESCENDING])
    def test_equal_rows_keep_t3000s_order(self, model: PointsModel, order: Qt.SortOrder) -> None:
        model.apply(snapshot(device(2, 2), device(1, 1)))
        expected = list(zip(column(model, Column.PANEL), ids(model), strict=True))
        model.sort(Column.VALUE, ASCENDING)
        model.sort(Column.AUTO_MANUAL, order)
        assert list(zip(column(model, Column.PANEL), ids(model), strict=True)) == expected

    @pytest.mark.parametrize("order", [ASCENDING, DESCENDING])
    def test_empty_cells_are_last_in_any_order(self, model: PointsModel, order: Qt.SortOrder) -> None:
        inputs = (point(PointType.INPUT, 1), *points(PointType.INPUT, 0.0, 1.0, calibration=0.5)[1:])
        model.apply(snapshot(device(inputs=inputs, outputs=(), variables=())))
        model.sort(Column.CALIBRATION, order)
        assert ids(model) == ["IN2", "IN1"]

    def test_names_sort_by_their_numbers(self, model: PointsModel) -> None:
        names = {1: "AHU-10", 2: "ahu-2", 3: "Boiler"}
        model.apply(snapshot(*(device(n, n, panel_name=name, inputs=(), outputs=()) for n, name in names.items())))
        model.sort(Column.PANEL, ASCENDING)
        assert column(model, Column.PANEL)[::2] == ["ahu-2", "AHU-10", "Boiler"]

    def test_ids_sort_by_type_and_number(self, model: PointsModel) -> None:
        model.apply(snapshot(device(inputs=points(PointType.INPUT, *range(12)))))
        model.sort(Column.POINT_ID, DESCENDING)
        assert ids(model)[:6] == ["VAR2", "VAR1", "OUT2", "OUT1", "IN12", "IN11"]

    def test_every_column_sorts_by_native_values(self) -> None:
        model = PointsModel()  # without the model tester, which looks at every row at each of many sorts
        (reading,) = demo(2, NOW_S)
        model.apply(reading)
        for which, native in POINT_SORT_KEYS.items():
            model.sort(which, ASCENDING)
            values = [native(model.point(row)) for row in range(model.rowCount())]
            filled = [value for value in values if value is not None]
            assert filled == sorted(filled)
            assert values[: len(filled)] == filled

    def test_a_live_update_moves_no_row(self, model: PointsModel) -> None:
        panel = device(inputs=points(PointType.INPUT, 1.0, 2.0, 3.0), outputs=(), variables=())
        model.apply(snapshot(panel))
        model.sort(Column.VALUE, ASCENDING)
        model.apply(snapshot(with_input(panel, 1, value=50.0)))
        assert column(model, Column.VALUE) == ["50.00 °C", "2.00 °C", "3.00 °C"]
        model.sort_again()
        assert ids(model) == ["IN2", "IN3", "IN1"]

    def test_rows_that_appear_come_to_their_place(self, model: PointsModel) -> None:
        model.apply(snapshot(device(inputs=points(PointType.INPUT, 3.0, 1.0), outputs=(), variables=())))
        model.sort(Column.VALUE, ASCENDING)
        model.apply(snapshot(device(inputs=points(PointType.INPUT, 3.0, 1.0, 2.0), outputs=(), variables=())))
        assert ids(model) == ["IN2", "IN3", "IN1"]

    def test_no_column_is_t3000s_order(self, model: PointsModel) -> None:
        model.apply(snapshot(device()))
        model.sort(Column.VALUE, ASCENDING)
        model.sort(-1, ASCENDING)
        assert ids(model) == ["IN1", "IN2", "IN3", "OUT1", "OUT2", "VAR1", "VAR2"]
        assert model.sorting is None

    def test_persistent_indexes_follow_their_points(self, model: PointsModel) -> None:
        model.apply(snapshot(device(inputs=points(PointType.INPUT, 3.0, 1.0, 2.0), outputs=(), variables=())))
        index = QPersistentModelIndex(model.index(0, Column.LABEL))
        model.sort(Column.VALUE, ASCENDING)
        assert (index.row(), index.column(), index.data()) == (2, Column.LABEL, "L1")


class TestManyPoints:
    def test_25600_points_are_shown_filtered_sorted_and_updated(self, qtbot: QtBot) -> None:
        model = PointsModel()  # the model tester looks at every row on every signal: minutes
        model.set_now(NOW_S, INTERVAL_S)
        first, second = (
            replace(
                few, panels=tuple(replace(panel, serial_number=n) for n, panel in zip(range(100), cycle(few.panels)))
            )
            for few in demo(6, NOW_S, NOW_S + 30)
        )
        model.apply(first)
        model.set_filter(PointFilter(unused=True))
        assert model.rowCount() == 25_600
        model.sort(Column.VALUE, DESCENDING)
        values = [model.point(row).value for row in range(model.rowCount())]
        assert values == sorted(values, reverse=True)
        model.apply(second)
        model.set_filter(PointFilter(text="supply air temp"))
        found = column(model, Column.FULL_LABEL)
        assert set(found) == {"Supply Air Temp"}
        assert len(found) == sum(p.full_label == "Supply Air Temp" for panel in second.panels for p in panel.points())


class TestDragging:
    def test_points_survive_the_way_through_mime_data(self) -> None:
        keys = [PointKey(4_294_967_295, PointType.VARIABLE, 128), PointKey(1, PointType.INPUT, 1)]
        mime = encode_point_keys(keys)
        assert bytes(mime.data(POINTS_MIME_TYPE).data()) == b'[[4294967295, "VARIABLE", 128], [1, "INPUT", 1]]'
        assert decode_point_keys(mime) == keys

    @pytest.mark.parametrize(
        "data",
        [b"", b"{", b"7", b"[1]", b'[["1", "INPUT", 1]]', b'[[1, "INPUTS", 1]]', b"[[1, 2]]", b"\xff"],
    )
    def test_broken_mime_data_are_no_points(self, data: bytes) -> None:
        mime = encode_point_keys([])
        mime.setData(POINTS_MIME_TYPE, data)
        assert decode_point_keys(mime) == []

    def test_a_drag_carries_each_row_once(self, model: PointsModel) -> None:
        model.apply(snapshot(device()))
        indexes = [model.index(row, which) for row in (3, 0) for which in (Column.VALUE, Column.LABEL)]
        expected = [PointKey(237219, PointType.INPUT, 1), PointKey(237219, PointType.OUTPUT, 1)]
        assert decode_point_keys(model.mimeData(indexes)) == expected
        assert model.flags(indexes[0]) & Qt.ItemFlag.ItemIsDragEnabled


def test_the_header_names_every_column(model: PointsModel) -> None:
    horizontal: Callable[[int, int], Any] = lambda section, role: model.headerData(  # noqa: E731
        section, Qt.Orientation.Horizontal, role
    )
    titles = [horizontal(which, Qt.ItemDataRole.DisplayRole) for which in Column]
    assert len(set(titles)) == len(Column)
    assert all(horizontal(which, Qt.ItemDataRole.ToolTipRole) for which in Column)
