from dataclasses import replace

import pytest

from t3monitor.config.settings import Settings
from t3monitor.model.point_types import PointType
from t3monitor.model.recording import Recording
from t3monitor.model.snapshot import Snapshot
from t3monitor.sync.recording import PanelClaims, Readings
from values import NOW_S, device, points, snapshot

AHU, VAV = device(1, panel_id=1), device(2, panel_id=2)
NO_TIMES: dict[str, None] = dict.fromkeys(f"{kind}_logging_time" for kind in ("input", "output", "variable"))


def kinds(answer: Snapshot) -> dict[int, list[PointType]]:
    """The types that are to be stored of each panel."""
    return {panel.serial_number: [kind for kind, listed, _ in panel.vectors() if listed] for panel in answer.panels}


def chosen(answer: Snapshot, **settings: object) -> Snapshot:
    in_force = Settings().with_values(**settings)
    return Recording.of(in_force.unrecorded_panels, in_force.recorded_types).of_snapshot(answer)


def test_everything_is_recorded_unless_somebody_chooses_otherwise() -> None:
    answer = snapshot(AHU, VAV)
    assert chosen(answer) is answer


def test_a_panel_that_is_not_recorded_is_left_out_and_a_new_one_is_not() -> None:
    assert kinds(chosen(snapshot(AHU, VAV, device(3)), unrecorded_panels=[2])) == {1: [*PointType], 3: [*PointType]}


def test_point_types_that_are_not_recorded_are_left_out_of_every_panel() -> None:
    only_inputs = chosen(snapshot(AHU, VAV), recorded_types=["INPUT"])
    assert kinds(only_inputs) == {1: [PointType.INPUT], 2: [PointType.INPUT]}
    assert only_inputs.panels[0].variable_logging_time == AHU.variable_logging_time


def test_with_no_type_chosen_no_panel_is_stored_either() -> None:
    assert chosen(snapshot(AHU), recorded_types=[]).panels == ()


@pytest.mark.parametrize("kind", PointType)
def test_of_a_panel_with_points_of_one_type_alone_that_type_is_kept(kind: PointType) -> None:
    only = AHU.with_only([kind])
    assert [its_kind for its_kind, its_points, _ in only.vectors() if its_points] == [kind]


@pytest.mark.parametrize("kind", PointType)
def test_a_point_of_a_panel_that_was_read_whole_has_the_time_of_its_type(kind: PointType) -> None:
    times_s = {PointType.INPUT: NOW_S - 5, PointType.OUTPUT: NOW_S - 4, PointType.VARIABLE: NOW_S - 3}
    assert device().point_read_at(kind, 1) == times_s[kind]


def test_what_kept_its_logging_time_and_its_points_is_not_a_new_reading() -> None:
    readings = Readings()
    assert kinds(readings.new_in(snapshot(AHU, VAV))) == {1: [*PointType], 2: [*PointType]}
    readings.take_as_stored(snapshot(AHU, VAV))
    read_anew = replace(VAV, output_logging_time=NOW_S + 30)
    assert kinds(readings.new_in(snapshot(AHU, read_anew))) == {1: [], 2: [PointType.OUTPUT]}


def test_a_value_that_changed_under_a_frozen_logging_time_is_stored() -> None:
    readings = Readings()
    readings.take_as_stored(snapshot(AHU))
    changed = replace(AHU, inputs=points(PointType.INPUT, 99.0))
    assert kinds(readings.new_in(snapshot(changed))) == {1: [PointType.INPUT]}


def test_what_a_later_answer_lacks_is_still_known_as_stored() -> None:
    readings = Readings()
    readings.take_as_stored(snapshot(AHU, VAV))
    readings.take_as_stored(readings.new_in(snapshot(VAV)))
    assert kinds(readings.new_in(snapshot(AHU, VAV))) == {1: [], 2: []}


def test_a_panel_that_two_sites_tell_of_belongs_to_the_first() -> None:
    claims = PanelClaims()
    assert kinds(claims.of_site("Office", snapshot(AHU), 30)).keys() == {1}
    plant = claims.of_site("Plant", snapshot(AHU, VAV, note="read live"), 30)
    assert kinds(plant).keys() == {2}
    assert plant.note == "read live; 1 panel left to Office"
    assert kinds(claims.of_site("Office", snapshot(AHU, VAV), 30)).keys() == {1}


def test_the_other_site_takes_over_when_the_first_is_silent_for_long_or_gone() -> None:
    claims = PanelClaims()
    claims.of_site("Office", snapshot(AHU, VAV), 30)
    soon, late = (replace(snapshot(AHU), received_at=NOW_S + seconds) for seconds in (300, 301))
    assert kinds(claims.of_site("Plant", soon, 30)) == {}
    assert kinds(claims.of_site("Plant", late, 30)).keys() == {1}
    claims.release("Office")
    assert kinds(claims.of_site("Plant", snapshot(VAV), 30)).keys() == {2}


def test_between_two_cycles_far_apart_no_other_site_takes_over() -> None:
    claims = PanelClaims()
    claims.of_site("Office", snapshot(AHU), 900)
    next_cycle, much_later = (replace(snapshot(AHU), received_at=NOW_S + seconds) for seconds in (901, 2701))
    assert kinds(claims.of_site("Plant", next_cycle, 900)) == {}
    assert kinds(claims.of_site("Plant", much_later, 900)).keys() == {1}


def test_a_site_that_has_a_newer_reading_takes_over_from_one_whose_reading_is_stale() -> None:
    def told(read_at: int, received_at: int) -> Snapshot:
        times = {f"{kind}_logging_time": read_at for kind in ("input", "output", "variable")}
        return replace(snapshot(replace(AHU, **times)), received_at=received_at)  # type: ignore[arg-type]

    claims = PanelClaims()
    claims.of_site("Office", told(NOW_S, NOW_S + 300), 30)
    assert kinds(claims.of_site("Plant", told(NOW_S + 290, NOW_S + 300), 30)) == {}
    claims.of_site("Office", told(NOW_S, NOW_S + 310), 30)
    assert kinds(claims.of_site("Plant", told(NOW_S, NOW_S + 310), 30)) == {}
    assert kinds(claims.of_site("Plant", told(NOW_S + 310, NOW_S + 310), 30)).keys() == {1}
    assert kinds(claims.of_site("Office", told(NOW_S, NOW_S + 320), 30)) == {}


def test_two_sites_that_tell_of_two_controllers_with_one_serial_number_are_told_apart() -> None:
    claims, other = PanelClaims(), device(1, panel_id=7)
    claims.known_controllers("Office", snapshot(AHU))
    plant = claims.known_controllers("Plant", snapshot(other, VAV))
    assert kinds(plant).keys() == {2}
    assert (len(plant.skipped_panels), plant.conflicts, plant.note) == (1, (1,), "")
    late = replace(snapshot(other), received_at=NOW_S + 86_400)
    assert kinds(claims.known_controllers("Plant", late)) == {}
    claims.accept_controller(1)
    assert kinds(claims.known_controllers("Plant", late)).keys() == {1}


def test_a_reading_that_an_earlier_run_stored_is_told_by_t3000s_own_time() -> None:
    readings = Readings()
    own = replace(AHU, own_times=(NOW_S + 600, NOW_S + 601, None))
    readings.recall([((1, PointType.INPUT), NOW_S + 600), ((1, PointType.OUTPUT), NOW_S + 500)])
    assert kinds(readings.new_in(snapshot(own))) == {1: [PointType.OUTPUT, PointType.VARIABLE]}
    drifted = replace(own, input_logging_time=NOW_S - 100)
    assert kinds(readings.new_in(snapshot(drifted))) == {1: [PointType.OUTPUT, PointType.VARIABLE]}
    readings.take_as_stored(snapshot(own))
    readings.recall([((1, PointType.INPUT), 5)])
    assert kinds(readings.new_in(snapshot(own))) == {1: []}, "what this run stored is newer"


def test_our_clock_set_back_gives_no_panel_to_another_site() -> None:
    claims = PanelClaims()
    claims.of_site("Office", replace(snapshot(AHU), received_at=NOW_S + 3600), 30)
    back = replace(snapshot(device(1, panel_id=1, time_s=NOW_S - 3600)), received_at=NOW_S - 3590)
    assert kinds(claims.of_site("Plant", snapshot(AHU), 30)) == {}
    assert kinds(claims.of_site("Office", back, 30)).keys() == {1}
    assert kinds(claims.of_site("Plant", back, 30)) == {}


def test_a_reading_of_the_future_holds_no_panel_against_one_that_is_live() -> None:
    claims = PanelClaims()
    claims.of_site("Office", snapshot(device(1, panel_id=1, time_s=NOW_S + 86_400)), 30)
    assert kinds(claims.of_site("Plant", snapshot(AHU), 30)).keys() == {1}


def test_a_panel_of_which_nothing_was_read_goes_to_the_site_that_reads_it() -> None:
    claims = PanelClaims()
    never = device(1, inputs=(), outputs=(), variables=(), **NO_TIMES)
    assert kinds(claims.of_site("Office", snapshot(never), 30)).keys() == {1}
    assert kinds(claims.of_site("Plant", snapshot(never), 30)) == {}
    assert kinds(claims.of_site("Plant", snapshot(AHU), 30)).keys() == {1}


def test_a_panel_that_is_silent_here_and_told_of_elsewhere_is_left_to_that_site() -> None:
    claims = PanelClaims()
    silent = device(1, inputs=(), outputs=(), variables=(), **NO_TIMES)
    claims.of_site("Office", snapshot(AHU), 30)
    listed = snapshot(VAV, silent=(silent, replace(silent, serial_number=3)))
    assert [panel.serial_number for panel in claims.of_site("Plant", listed, 30).silent] == [3]
    assert [panel.serial_number for panel in claims.of_site("Office", listed, 30).silent] == [1, 3]


def test_a_silent_panel_that_is_not_recorded_is_left_out() -> None:
    listed = snapshot(AHU, silent=(VAV, device(3)))
    assert [panel.serial_number for panel in chosen(listed, unrecorded_panels=[2]).silent] == [3]
    assert chosen(listed, recorded_types=[]).silent == ()
