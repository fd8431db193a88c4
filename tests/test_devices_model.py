"""The tree of panels: what it says of them, and when it says that something changed."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from t3monitor.model.point_types import PointType
from t3monitor.model.recording import Recording
from t3monitor.simulation.building import Building
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.ui.devices.columns import DeviceColumn
from t3monitor.ui.devices.model import DevicesModel
from t3monitor.ui.devices.paint import NOTE_ROLE
from t3monitor.ui.devices.panels import SiteState
from t3monitor.ui.kit.texts import moment_text
from t3monitor.ui.kit.theme import LIGHT
from t3monitor.ui.progress.state import LinkState
from values import NOW_S, device, point, points, snapshot

INTERVAL_S = 30


@pytest.fixture
def model(qtbot: QtBot) -> Iterable[DevicesModel]:
    model = DevicesModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_now(NOW_S, INTERVAL_S)
    yield model
    tester.deleteLater()
    model.deleteLater()


def cell(
    model: DevicesModel, serial: int | None, column: DeviceColumn, role: int = Qt.ItemDataRole.DisplayRole
) -> object:
    return model.index_of(serial).siblingAtColumn(column).data(role)


def tree(model: DevicesModel) -> dict[str, list[str]]:
    groups = [model.index(row, 0) for row in range(model.rowCount())]
    return {
        str(group.data()): [str(model.index(row, 0, group).data()) for row in range(model.rowCount(group))]
        for group in groups
    }


class TestRows:
    def test_panels_stand_by_their_number_below_the_site(self, model: DevicesModel) -> None:
        model.set_site_name("Simulated building")
        model.apply(snapshot(device(8, panel_id=3), device(7, panel_id=5), device(9, panel_id=1)))
        assert tree(model) == {"All panels": [], "Simulated building": ["Panel 1", "Panel 3", "Panel 5"]}

    def test_panels_stand_below_their_building(self, model: DevicesModel) -> None:
        south_10, south_9 = (device(n, n, building_name=f"South {11 - n}") for n in (1, 2))
        model.apply(snapshot(south_10, south_9, device(3, 3)))
        assert tree(model) == {
            "All panels": [], "Panels": ["Panel 3"], "South 9": ["Panel 2"], "South 10": ["Panel 1"],
        }  # fmt: skip

    def test_a_row_knows_its_panel(self, model: DevicesModel) -> None:
        model.apply(snapshot(device(4_000_000_000)))
        assert cell(model, 4_000_000_000, DeviceColumn.NAME, DevicesModel.SERIAL_ROLE) == 4_000_000_000
        assert model.index(0, 0).data(DevicesModel.SERIAL_ROLE) is None
        assert not model.index_of(5).isValid()

    def test_a_building_cannot_be_chosen(self, model: DevicesModel) -> None:
        model.apply(snapshot(device()))
        selectable = Qt.ItemFlag.ItemIsSelectable
        assert not model.index(1, 0).flags() & selectable
        assert model.index(0, 0).flags() & selectable
        assert model.index_of(237219).flags() & selectable

    def test_a_row_counts_the_points_of_its_panel(self, model: DevicesModel) -> None:
        inputs = (
            point(PointType.INPUT, 1, status=1),
            point(PointType.INPUT, 2, auto_manual=1),
            point(PointType.INPUT, 3, range=0, label="", full_label=""),
        )
        model.apply(snapshot(device(1, 4, inputs=inputs, address="192.168.1.4")))
        assert [cell(model, 1, column) for column in DeviceColumn] == [
            "Panel 4", "5 s", "4", "1", "192.168.1.4", "5 s", "4 s", "3 s", "6", "1", "1",
        ]  # fmt: skip
        assert cell(model, None, DeviceColumn.FAULTS) == "1"

    def test_counts_follow_the_demo_building(self, model: DevicesModel) -> None:
        building, decoder = Building(6), AnswerDecoder()
        for time_s in range(NOW_S, NOW_S + 3600, 600):
            reading = decoder.decode(building.answer(time_s), time_s)
            model.apply(reading)
        for panel in reading.panels:
            all_points = list(panel.points())
            assert [
                cell(model, panel.serial_number, column)
                for column in (DeviceColumn.IN_USE, DeviceColumn.OVERRIDDEN, DeviceColumn.FAULTS)
            ] == [
                str(sum(p.in_use for p in all_points)),
                str(sum(p.is_overridden for p in all_points)),
                str(sum(bool(p.fault) for p in all_points)),
            ]

    def test_another_number_of_points_is_counted(self, model: DevicesModel) -> None:
        model.apply(snapshot(device()))
        model.apply(snapshot(device(inputs=points(PointType.INPUT, 1.0))))
        assert cell(model, 237219, DeviceColumn.IN_USE) == "5"


class TestStates:
    def test_a_panel_is_as_old_as_its_oldest_reading(self, model: DevicesModel) -> None:
        model.apply(snapshot(device(1, output_logging_time=NOW_S - 420)))
        assert cell(model, 1, DeviceColumn.AGE) == "stale 7 min"
        assert cell(model, 1, DeviceColumn.INPUTS) == "5 s"
        assert cell(model, 1, DeviceColumn.OUTPUTS) == "7 min"

    def test_a_missing_panel_stays_without_answer(self, model: DevicesModel) -> None:
        model.apply(snapshot(device(1, 1), device(2, 2)))
        model.apply(snapshot(device(1, 1)))
        assert cell(model, 2, DeviceColumn.AGE) == "no answer"
        assert cell(model, None, DeviceColumn.AGE) == "1/2 live"
        model.apply(snapshot(device(1, 1), device(2, 2)))
        assert cell(model, 2, DeviceColumn.AGE) == "5 s"

    @pytest.mark.parametrize(
        ("age_s", "missing", "word"), [(5, False, "live"), (400, False, "stale"), (5, True, "no answer")]
    )
    def test_a_state_is_a_mark_and_a_word(self, model: DevicesModel, age_s: int, missing: bool, word: str) -> None:
        model.apply(snapshot(device(1, time_s=NOW_S - age_s)))
        if missing:
            model.apply(snapshot(device(2, 2)))
        assert f", {word}, " in str(cell(model, 1, DeviceColumn.NAME, Qt.ItemDataRole.AccessibleTextRole))
        assert f": {word}" in str(cell(model, 1, DeviceColumn.NAME, Qt.ItemDataRole.ToolTipRole))
        assert cell(model, 1, DeviceColumn.NAME, Qt.ItemDataRole.DecorationRole) is not None

    def test_the_marks_differ_without_colour(self, model: DevicesModel) -> None:
        model.apply(snapshot(device(1, 1), device(2, 2, time_s=NOW_S - 4000), device(3, 3)))
        model.set_site_state("", TestSites.LIVE)
        model.set_site_state("Plant", TestSites.STOPPED)
        model.apply(snapshot(device(1, 1), device(2, 2, time_s=NOW_S - 4000), device(4, 4, site="Plant")))
        shapes = set()
        for serial in (1, 2, 3, 4):
            icon = cell(model, serial, DeviceColumn.NAME, Qt.ItemDataRole.DecorationRole)
            image = icon.pixmap(16).toImage()
            shapes.add(tuple(image.pixelColor(x, 8).alpha() > 128 for x in range(16)))
        assert len(shapes) == 4

    def test_states_have_their_colours(self, model: DevicesModel) -> None:
        model.apply(
            snapshot(device(1, 1, time_s=NOW_S - 4000), device(2, 2, inputs=(point(PointType.INPUT, 1, status=1),)))
        )
        background = Qt.ItemDataRole.BackgroundRole
        assert cell(model, 1, DeviceColumn.AGE, background) == LIGHT.stale.background
        assert cell(model, 2, DeviceColumn.FAULTS, background) == LIGHT.fault.background
        assert cell(model, 2, DeviceColumn.AGE, background) is None


TIP = Qt.ItemDataRole.ToolTipRole
REASON = "Nothing answers at http://10.0.0.9:9103"


def group(model: DevicesModel, title: str) -> QModelIndex:
    return next(model.index(row, 0) for row in range(1, model.rowCount()) if model.index(row, 0).data() == title)


def state_of(model: DevicesModel, title: str, role: int = Qt.ItemDataRole.DisplayRole) -> object:
    return group(model, title).siblingAtColumn(DeviceColumn.AGE).data(role)


class TestSites:
    LIVE = SiteState(LinkState.LIVE, "● live", "", is_up=True)
    FAILED = SiteState(LinkState.FAILED, "▲ unreachable", REASON, is_up=False)
    WAITING = SiteState(LinkState.WAITING, "◐ no new data", "7 s to go", is_up=True)
    NOT_READY = SiteState(LinkState.WAITING, "◐ not ready", "T3000 is starting (-2)", is_up=False)
    BEGUN = SiteState(LinkState.WAITING, "◐ waiting", "", is_up=False)
    STOPPED = SiteState(LinkState.STOPPED, "○ stopped", "read live from each panel", is_up=False)

    def test_panels_stand_below_their_site_and_building(self, model: DevicesModel) -> None:
        model.apply(
            snapshot(
                device(1, 1, site="Office"),
                device(2, 2, site="Plant", building_name="Hall 10"),
                device(3, 3, site="Plant", building_name="Hall 9"),
                device(4, 4, building_name="Old house"),
            )
        )
        assert tree(model) == {
            "All panels": [],
            "Office": ["Panel 1"],
            "Old house": ["Panel 4"],
            "Plant · Hall 9": ["Panel 3"],
            "Plant · Hall 10": ["Panel 2"],
        }

    def test_a_panel_that_is_found_at_another_site_moves_there(self, model: DevicesModel) -> None:
        model.apply(snapshot(device(1, 1, site="Office")))
        model.apply(snapshot(device(1, 1, site="Plant")))
        assert tree(model) == {"All panels": [], "Plant": ["Panel 1"]}

    def test_each_of_several_sites_says_how_its_link_does_and_why(self, model: DevicesModel) -> None:
        model.set_site_state("Office", self.LIVE)
        model.set_site_state("Plant", self.FAILED)
        model.apply(snapshot(device(1, 1, site="Office")))
        assert tree(model) == {"All panels": [], "Office": ["Panel 1"], "Plant": []}, "even without a panel"
        assert (state_of(model, "Office"), state_of(model, "Plant")) == ("● live", "▲ unreachable")
        assert state_of(model, "Plant", TIP) == f"Plant: ▲ unreachable\n{REASON}"
        spoken = group(model, "Plant").data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken == f"Plant, ▲ unreachable. {REASON}"

    def test_only_what_needs_attention_is_coloured(self, model: DevicesModel) -> None:
        for site, state in (("A", self.LIVE), ("B", self.WAITING), ("C", self.FAILED)):
            model.set_site_state(site, state)
        colours = [state_of(model, site, Qt.ItemDataRole.ForegroundRole) for site in "ABC"]
        assert colours == [LIGHT.muted, LIGHT.warning, LIGHT.bad]

    def test_a_single_site_only_says_that_it_fails(self, model: DevicesModel) -> None:
        model.set_site_name("Simulated building")
        model.apply(snapshot(device()))
        for state, text in ((self.LIVE, ""), (self.WAITING, ""), (self.FAILED, "▲ unreachable")):
            model.set_site_state("", state)
            assert state_of(model, "Simulated building") == text

    def test_a_new_state_is_told_of_once_and_moves_no_row(self, model: DevicesModel, qtbot: QtBot) -> None:
        model.set_site_state("Office", self.LIVE)
        model.set_site_state("Plant", self.LIVE)
        with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
            model.set_site_state("Plant", self.FAILED)
        with qtbot.assertNotEmitted(model.dataChanged):
            model.set_site_state("Plant", self.FAILED)

    def test_a_panel_that_t3000_has_stopped_reading_is_stale_though_t3000_answers(self, model: DevicesModel) -> None:
        model.set_site_state("Office", self.LIVE)
        frozen = NOW_S - 720
        for _ in range(3):
            model.apply(snapshot(device(1, 1, time_s=frozen, site="Office")))
        assert cell(model, 1, DeviceColumn.AGE) == "stale 12 min"
        expected = f"T3000 answers, but has not read this panel since {moment_text(frozen)}"
        assert expected in " ".join(str(cell(model, 1, DeviceColumn.NAME, TIP)).split())

    @pytest.mark.parametrize(
        ("state", "age", "why"),
        [
            (LIVE, "5 s", "live"),
            (WAITING, "5 s", "live"),
            (STOPPED, "held 5 s", "Nothing is read while syncing is stopped"),
            (FAILED, "held 5 s", REASON),
            (NOT_READY, "held 5 s", "T3000 is starting (-2)"),
            (BEGUN, "held 5 s", "T3000 has not answered yet"),
        ],
    )
    def test_a_panel_is_live_only_while_its_link_is(
        self, model: DevicesModel, qtbot: QtBot, state: SiteState, age: str, why: str
    ) -> None:
        for site in ("Office", "Plant"):
            model.set_site_state(site, self.LIVE)
        model.apply(snapshot(device(1, 1, site="Plant"), device(2, 2, site="Office")))
        with qtbot.assertNotEmitted(model.modelReset):
            model.set_site_state("Plant", state)
        assert cell(model, 1, DeviceColumn.AGE) == age
        assert why in " ".join(str(cell(model, 1, DeviceColumn.NAME, TIP)).split())
        assert cell(model, 2, DeviceColumn.AGE) == "5 s"
        assert cell(model, None, DeviceColumn.AGE) == f"{1 if age.startswith('held') else 2}/2 live"
        model.set_site_state("Plant", self.LIVE)
        assert cell(model, None, DeviceColumn.AGE) == "2/2 live"

    def test_what_is_old_or_missing_is_so_whether_or_not_its_link_is_stopped(self, model: DevicesModel) -> None:
        model.set_site_state("", self.STOPPED)
        model.apply(snapshot(device(1, 1, time_s=NOW_S - 720), device(2, 2)))
        model.apply(snapshot(device(1, 1, time_s=NOW_S - 720)))
        assert [cell(model, serial, DeviceColumn.AGE) for serial in (1, 2)] == ["stale 12 min", "no answer"]

    def test_a_panel_whose_site_fails_is_stale_for_that_reason(self, model: DevicesModel) -> None:
        model.set_site_state("Plant", self.FAILED)
        model.apply(snapshot(device(1, 1, time_s=NOW_S - 720, site="Plant")))
        tip = " ".join(str(cell(model, 1, DeviceColumn.NAME, TIP)).split())
        assert REASON in tip
        assert "T3000 answers" not in tip


class TestRecording:
    def test_a_panel_that_is_not_recorded_says_so(self, model: DevicesModel, qtbot: QtBot) -> None:
        model.apply(snapshot(device(1, 1), device(2, 2)))
        with qtbot.waitSignal(model.dataChanged):
            model.set_recording(Recording.of([1], ["INPUT", "OUTPUT", "VARIABLE"]))
        notes = [cell(model, serial, DeviceColumn.NAME, NOTE_ROLE) for serial in (1, 2)]
        assert notes == ["not recorded", ""]
        assert str(cell(model, 1, DeviceColumn.NAME, Qt.ItemDataRole.AccessibleTextRole)).endswith(", not recorded")
        assert "shown but not stored" in str(cell(model, 1, DeviceColumn.NAME, TIP))
        assert "not" not in str(cell(model, 2, DeviceColumn.NAME, TIP))

    def test_a_type_that_is_not_recorded_is_named_in_the_tooltip(self, model: DevicesModel) -> None:
        model.apply(snapshot(device(1, 1)))
        model.set_recording(Recording.of([], ["INPUT"]))
        lines = str(cell(model, 1, DeviceColumn.NAME, TIP)).split("\n")
        assert [line.endswith(", not recorded") for line in lines[-3:]] == [False, True, True]
        assert cell(model, 1, DeviceColumn.NAME, NOTE_ROLE) == ""


class TestUpdates:
    @pytest.fixture
    def told(self, model: DevicesModel) -> list[tuple[object, DeviceColumn]]:
        told: list[tuple[object, DeviceColumn]] = []

        def keep(first: QModelIndex, last: QModelIndex) -> None:
            assert first == last
            told.append((first.siblingAtColumn(0).data(), DeviceColumn(first.column())))

        model.dataChanged.connect(keep)
        return told

    def test_time_changes_only_cells_that_read_differently(
        self, model: DevicesModel, told: list[tuple[object, DeviceColumn]]
    ) -> None:
        model.apply(snapshot(device(1, 1), device(2, 2, time_s=NOW_S - 123)))
        told.clear()
        model.set_now(NOW_S + 1, INTERVAL_S)
        ages = (DeviceColumn.AGE, DeviceColumn.INPUTS, DeviceColumn.OUTPUTS, DeviceColumn.VARIABLES)
        assert told == [("Panel 1", column) for column in ages]
        told.clear()
        model.set_now(NOW_S + 1.5, INTERVAL_S)
        assert told == []

    def test_a_panel_that_turns_stale_changes_its_mark(
        self, model: DevicesModel, told: list[tuple[object, DeviceColumn]]
    ) -> None:
        model.apply(snapshot(device(1, 1, time_s=NOW_S - 299)))
        told.clear()
        model.set_now(NOW_S + 2, INTERVAL_S)
        assert ("Panel 1", DeviceColumn.NAME) in told
        assert ("All panels", DeviceColumn.AGE) in told

    def test_an_update_of_known_panels_moves_no_row(self, model: DevicesModel, qtbot: QtBot) -> None:
        panel = device()
        model.apply(snapshot(panel))
        with qtbot.assertNotEmitted(model.modelReset):
            model.apply(snapshot(replace(panel, panel_name="Roof", input_logging_time=NOW_S)))
        assert cell(model, 237219, DeviceColumn.NAME) == "Roof"

    def test_panels_appear_and_are_forgotten(self, model: DevicesModel) -> None:
        model.apply(snapshot(device(1, 1)))
        model.apply(snapshot(device(1, 1), device(2, 2)))
        assert tree(model) == {"All panels": [], "Panels": ["Panel 1", "Panel 2"]}
        model.clear()
        assert tree(model) == {"All panels": []}
