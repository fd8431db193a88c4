"""A name is no identity: panels of equal names, or of none, are told apart everywhere."""

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.ui.devices.columns import DeviceColumn
from t3monitor.ui.devices.model import DevicesModel
from t3monitor.ui.devices.view import DevicesView
from t3monitor.ui.kit.brief_names import brief_names
from t3monitor.ui.kit.panel_names import PanelNames, sentence_about
from t3monitor.ui.points.columns import Column
from t3monitor.ui.points.filter import PointFilter
from t3monitor.ui.points.view import PointsView
from t3monitor.ui.trend.legend.legend_model import Told
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.shown import Chosen
from values import NOW_S, device, point, snapshot

ALIKE = (device(237219, 1, panel_name="AHU-1"), device(4_294_967_295, 2, panel_name="ahu-1 "))


def names_of(*devices: object, **fields: object) -> dict[int, str]:
    names = PanelNames()
    told = snapshot(*devices, **fields)  # type: ignore[arg-type]
    names.learn(told)
    return {each.serial_number: names.everywhere(each.serial_number) for each in (*told.panels, *told.silent)}


def test_points_are_named_apart_by_panel_id_and_site(qtbot: QtBot) -> None:
    view = PointsView()
    qtbot.addWidget(view)
    twice = (point(PointType.INPUT, 1, label="A&B"), point(PointType.INPUT, 2, label="A&B"))
    view.apply(snapshot(*(replace(panel, inputs=twice) for panel in ALIKE)))
    keys = [PointKey(panel.serial_number, PointType.INPUT, number) for panel in ALIKE for number in (1, 2, 3)]
    names = list(map(view.model.name_of, keys))
    assert names[:3] == ["AHU-1 (237219) A&B (IN1)", "AHU-1 (237219) A&B (IN2)", "AHU-1 (237219) IN3"]
    assert len(set(names)) == len(keys)
    once = (point(PointType.INPUT, 1, label="SAT"), point(PointType.INPUT, 2, label=""))
    here, there = (device(number, panel_name="AHU", inputs=once, site=site) for number, site in ((1, "A"), (2, "B")))
    view.clear()
    view.apply(snapshot(here, there))
    view.apply(snapshot(here))
    named = [view.model.name_of(PointKey(number, PointType.INPUT, of)) for number in (1, 2) for of in (1, 2)]
    assert named == ["AHU SAT · A", "AHU IN2 · A", "AHU SAT · B", "AHU IN2 · B"], "of one that does not answer, too"
    assert view.model.name_of(PointKey(9, PointType.INPUT, 1)) == "9 IN1"


def test_names_of_their_own_stand_alone() -> None:
    assert names_of(device(1, panel_name="AHU-1"), device(2, panel_name="AHU-2")) == {1: "AHU-1", 2: "AHU-2"}


def test_names_that_look_alike_carry_the_serial_number() -> None:
    assert names_of(*ALIKE) == {237219: "AHU-1 (237219)", 4_294_967_295: "ahu-1  (4294967295)"}


def test_a_panel_without_a_name_is_called_by_its_serial_number() -> None:
    assert names_of(device(1, panel_name=""), device(2, panel_name="")) == {1: "1", 2: "2"}


def test_a_name_that_is_the_serial_number_of_another_panel_carries_its_own() -> None:
    assert names_of(device(5, panel_name=""), device(7, panel_name="5")) == {5: "5", 7: "5 (7)"}


def test_a_panel_that_never_answered_counts_as_well() -> None:
    listed = replace(unheard(3), panel_name="AHU-1")
    assert names_of(device(1, panel_name="AHU-1"), silent=(listed,)) == {1: "AHU-1 (1)", 3: "AHU-1 (3)"}


def test_equal_names_of_different_sites_are_told_apart_by_the_site() -> None:
    here, there = device(1, panel_name="AHU", site="Office"), device(2, panel_name="AHU", site="Plant")
    assert names_of(here, there) == {1: "AHU · Office", 2: "AHU · Plant"}
    assert names_of(here, there, device(3, panel_name="AHU", site="Plant")) == {
        1: "AHU · Office",
        2: "AHU (2) · Plant",
        3: "AHU (3) · Plant",
    }


def test_a_name_of_before_stands_while_the_list_knows_none() -> None:
    names = PanelNames()
    names.learn(snapshot(device(1, panel_name="AHU")))
    names.learn(snapshot(silent=(replace(unheard(1), panel_name=""),)))
    assert names.of_site(1) == "AHU"


def test_equal_names_are_told_apart_in_the_table_its_copy_and_by_a_search(qtbot: QtBot) -> None:
    view = PointsView()
    qtbot.addWidget(view)
    view.apply(snapshot(*ALIKE))
    shown = {view.model.text(row, Column.PANEL) for row in range(view.model.rowCount())}
    assert shown == {"AHU-1 (237219)", "ahu-1  (4294967295)"}
    view.table.selectAll()
    assert {line.split("\t")[0] for line in view.table.selected_text().splitlines()[1:]} == {
        "AHU-1 (237219)",
        "ahu-1 (4294967295)",
    }
    view.model.set_filter(PointFilter(text="4294967295"))
    assert {view.model.key(row).serial_number for row in range(view.model.rowCount())} == {4_294_967_295}


@pytest.mark.parametrize("name", ["AHU-1", ""])
def test_a_search_for_a_serial_number_finds_the_points_of_its_panel_whatever_it_is_called(
    qtbot: QtBot, name: str
) -> None:
    view = PointsView()
    qtbot.addWidget(view)
    view.apply(snapshot(device(237219, panel_name=name), device(5, 2, panel_name="Roof")))
    view.model.set_filter(PointFilter(text="237219"))
    assert {view.model.key(row).serial_number for row in range(view.model.rowCount())} == {237219}


def test_equal_names_are_told_apart_in_the_tree(qtbot: QtBot) -> None:
    model = DevicesModel()
    model.apply(snapshot(ALIKE[0]))
    assert model.index_of(237219).data() == "AHU-1"
    model.apply(snapshot(*ALIKE))
    assert model.index_of(237219).data() == "AHU-1 (237219)"
    assert str(model.index_of(237219).data(role=3)).startswith("AHU-1 (237219): ")


@pytest.mark.parametrize(
    ("names", "brief"),
    [
        (("VAV-1 Floor 1", "VAV-2 Floor 1", "VAV-1 Floor 1"), ("VAV-1 …", "VAV-2 …", "VAV-1 …")),
        (("Boiler plant 1", "Boiler plant 2"), ("… 1", "… 2")),
        (("Floor 1 East", "Floor 1 West", "Floor 2 East"), ("… 1 East", "… West", "… 2 …")),
        (("Boiler plant", "Boiler plant 2"), ("Boiler plant", "… 2")),
        (("AHU-1 · Office", "AHU-1 · Plant"), ("… Office", "… Plant")),
        (("AHU 1", "AHU 10", ""), ("… 1", "… 10", "")),
        ((), ()),
    ],
)
def test_of_names_in_little_room_the_words_stay_that_tell_them_apart(
    names: tuple[str, ...], brief: tuple[str, ...]
) -> None:
    assert brief_names(names) == brief


def test_equal_names_are_told_apart_in_legend_and_lanes(qtbot: QtBot) -> None:
    fan = point(PointType.INPUT, 1, 1.0, label="FAN", units="", range=1, digital_analog=0)
    panels = [replace(panel, panel_name="AHU-1", inputs=(fan,)) for panel in ALIKE]
    traces = Traces()
    traces.keep(tuple(Chosen(PointKey(panel.serial_number, PointType.INPUT, 1)) for panel in panels))
    traces.describe(snapshot(*panels))
    named = [entry.names.short for entry in traces.entries(lambda _: Told(""))]
    assert named == ["AHU-1 (237219) FAN", "AHU-1 (4294967295) FAN"]
    assert [drawn.name for drawn in traces.drawn(NOW_S)] == ["237219 FAN", "4294967295 FAN"], "there is little room"


def test_lanes_of_two_sites_name_them(qtbot: QtBot) -> None:
    panels = [device(n, n, panel_name="AHU-1", site=site) for n, site in enumerate(("Office", "Plant"), start=1)]
    traces = Traces()
    traces.keep(tuple(Chosen(PointKey(panel.serial_number, PointType.INPUT, 1)) for panel in panels))
    traces.describe(snapshot(*panels))
    assert [drawn.name for drawn in traces.drawn(NOW_S)] == ["AHU-1 L1 · Office", "AHU-1 L1 · Plant"]


def unheard(serial_number: int, panel_id: int = 9) -> object:
    return device(
        serial_number,
        panel_id,
        panel_name="Cellar",
        address="10.0.0.9",
        inputs=(),
        outputs=(),
        variables=(),
        input_logging_time=None,
        output_logging_time=None,
        variable_logging_time=None,
    )


class TestSilentPanels:
    SAID = "panel 9 'Cellar' was not read: T3000 gave no answer <within> 12 s"

    def test_a_listed_panel_that_never_answered_is_in_the_tree_with_what_is_known(self, qtbot: QtBot) -> None:
        view = DevicesView()
        qtbot.addWidget(view)
        view.set_now(NOW_S, 30)
        view.apply(snapshot(device(1), silent=(unheard(9),), skipped_panels=("panel 90 is none", self.SAID)))
        index = view.model.index_of(9)
        texts = [index.siblingAtColumn(column).data() for column in DeviceColumn]
        assert texts[:8] == ["Cellar", "no answer", "9", "9", "10.0.0.9", "never", "never", "never"]
        tip = str(index.data(role=3))
        assert "no answer; T3000 lists it, never read" in tip
        assert self.SAID in tip
        assert "Inputs never read" in tip
        assert "1970" not in tip
        assert view.model.index(0, DeviceColumn.AGE).data() == "1/2 live"

    def test_a_panel_that_answered_before_keeps_its_values_when_it_is_silent(self, qtbot: QtBot) -> None:
        model, points = DevicesModel(), PointsView()
        qtbot.addWidget(points)
        before, after = snapshot(device(9, 9, panel_name="Cellar")), snapshot(device(1), silent=(unheard(9),))
        for told in (before, after):
            for pane in (model, points):
                pane.set_now(NOW_S, 30)
                pane.apply(told)
        index = model.index_of(9)
        assert index.siblingAtColumn(DeviceColumn.AGE).data() == "no answer"
        assert index.siblingAtColumn(DeviceColumn.INPUTS).data() == "5 s"
        assert "no answer; T3000 lists it\n" in str(index.data(role=3))
        assert points.model.row(PointKey(9, PointType.INPUT, 1)) is not None

    def test_a_panel_that_answers_at_last_is_live(self, qtbot: QtBot) -> None:
        model = DevicesModel()
        model.set_now(NOW_S, 30)
        model.apply(snapshot(silent=(unheard(9),)))
        model.apply(snapshot(device(9, 9)))
        assert model.index_of(9).siblingAtColumn(DeviceColumn.AGE).data() == "5 s"

    def test_a_stored_panel_that_never_answered_does_not_answer(self, qtbot: QtBot) -> None:
        model = DevicesModel()
        model.set_now(NOW_S, 30)
        model.apply(snapshot(unheard(9)))  # type: ignore[arg-type]
        assert model.index_of(9).siblingAtColumn(DeviceColumn.AGE).data() == "no answer"


@pytest.mark.parametrize(
    ("sentence", "is_about"),
    [
        ("panel 7 'AHU-1' was not read: timeout", True),
        ("Two controllers have the serial number 237219", True),
        ("panel 7 'AHU-10' was not read", False),
        ("panel 77 'AHU-1' was not read", False),
        ("the serial number 2372190", False),
    ],
)
def test_a_sentence_is_about_the_panel_that_it_names(sentence: str, is_about: bool) -> None:
    assert sentence_about(device(237219, 7, panel_name="AHU-1"), [sentence]) == (sentence if is_about else "")


def test_a_sentence_about_a_panel_without_a_name_needs_its_number() -> None:
    nameless = device(237219, 7, panel_name="")
    assert (
        sentence_about(nameless, ["panel 7 of the answer cannot be read", "panel 70 is", "panel 7 is"]) == "panel 7 is"
    )
