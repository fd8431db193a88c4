"""Live reading: every panel through T3000 at the moment of the call."""

from collections.abc import Iterator

import pytest

from clock import FakeClock
from t3monitor.model.errors import (
    LinkError,
    LinkTimeoutError,
    NoNewDataError,
    NotReadyError,
    RefusedError,
    UnreachableError,
)
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import PanelSettings, Snapshot
from t3monitor.t3000.link import Answer
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_model import make_panels
from t3000_stand_in import Mood, StandIn

PATIENCE_S = 10
SHORT_S = 0.15
PANELS = 4


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def stand_in(clock: FakeClock) -> Iterator[StandIn]:
    with StandIn(make_panels(PANELS), clock.monotonic_s, clock.utc_s) as stand_in:
        yield stand_in


@pytest.fixture
def link(stand_in: StandIn, clock: FakeClock) -> Iterator[WebApiLink]:
    link = WebApiLink(stand_in.url, "live", monotonic_s=clock.monotonic_s, utc_s=clock.utc_s)
    yield link
    link.close()


def decoded(answer: Answer, clock: FakeClock) -> Snapshot:
    return AnswerDecoder().decode(answer.body, int(clock.utc_s()))


def asked_panels(stand_in: StandIn) -> list[int]:
    """The panels of the calls since it was asked last, each once, in their order."""
    asked = list(dict.fromkeys(call["panelId"] for call in stand_in.actions(17)))
    stand_in.requests.clear()
    return asked


def test_each_panel_is_read_with_all_its_points_and_stamped_with_the_time_of_the_answer(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    clock.now_s = 100
    answer = link.fetch(PATIENCE_S)
    snapshot = decoded(answer, clock)
    assert (answer.failed_panels, answer.missing_points, answer.repeats) == ((), (), True)
    assert answer.note == "read live from each panel"
    assert [device.panel_name for device in snapshot.devices] == ["AHU-1", "AHU-2", "AHU-3", "AHU-4"]
    assert [device.point_count for device in snapshot.devices] == [256] * PANELS
    for device in snapshot.devices:
        assert device.inputs[0].value == 100
        assert [time_s for _, _, time_s in device.vectors()] == [int(clock.utc_s())] * 3
    assert [(call["entryType"], call["entryIndexStart"], call["entryIndexEnd"]) for call in stand_in.calls[:3]] == [
        (1, 0, 63),
        (0, 0, 63),
        (2, 0, 127),
    ]


def test_live_reading_needs_no_gate_and_knows_no_cooldown(stand_in: StandIn, link: WebApiLink) -> None:
    stand_in.t3000.gate_open = False
    for _ in range(3):
        assert not link.fetch(PATIENCE_S).failed_panels
    assert link.errand_due_s is None
    assert {call["action"] for call in stand_in.calls} == {17}


def test_ten_panels_are_all_read_in_each_cycle(clock: FakeClock) -> None:
    with StandIn(make_panels(10), clock.monotonic_s, clock.utc_s) as stand_in:
        link = WebApiLink(stand_in.url, "live", monotonic_s=clock.monotonic_s, utc_s=clock.utc_s)
        for clock.now_s in (0.0, 15.0, 30.0):
            devices = decoded(link.fetch(PATIENCE_S), clock).devices
            assert [device.input_logging_time for device in devices] == [int(clock.utc_s())] * 10
        link.close()


def test_who_fetches_hears_which_panel_is_asked(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    heard = []
    link.on_panel = lambda position, total: heard.append((position, total))
    stand_in.t3000.panels[0].reachable = False
    link.fetch(PATIENCE_S)
    total = len(stand_in.t3000.panels)
    assert heard == [(position, total) for position in range(1, total + 1)]


def test_a_point_that_stands_still_keeps_its_bytes(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    decoder = AnswerDecoder()
    before = decoder.decode(link.fetch(PATIENCE_S).body, 1)
    after = decoder.decode(link.fetch(PATIENCE_S).body, 2)
    assert all(old is new for old, new in zip(before.devices[0].points(), after.devices[0].points(), strict=True))


@pytest.mark.parametrize("serial", [2**31 + 5, 2**32 - 1])
def test_a_serial_number_beyond_2_to_the_31_is_asked_for_with_its_sign(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock, serial: int
) -> None:
    stand_in.t3000.panels[0].serial_number = serial
    assert serial in [device.serial_number for device in decoded(link.fetch(PATIENCE_S), clock).devices]
    assert stand_in.calls[0]["serialNumber"] == serial - 2**32


def test_dirty_text_of_a_panel_arrives_cleaned(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.t3000.panels[0].dirty = {"IN1": "Zul\u00fcft\x01\x7f\ufffd", "OUT2": "\u4e2d"}
    for stand_in.ascii in (True, False):
        device = decoded(link.fetch(PATIENCE_S), clock).devices[0]
        assert (device.inputs[0].label, device.outputs[1].label) == ("Zul\u00fcft", "\u4e2d")


# --- panels that do not answer


def test_a_dead_panel_has_a_sentence_of_its_own_and_costs_the_others_nothing(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.panels[1].reachable = False
    answer = link.fetch(PATIENCE_S)
    assert [device.panel_id for device in decoded(answer, clock).devices] == [1, 3, 4]
    assert answer.failed_panels == (
        "panel 2 'AHU-2' was not read: it gives T3000 no answer; look at its power, its network, "
        "and whether T3000 shows it",
    )


def test_silent_panels_are_asked_last_in_turns_and_only_until_one_is_silent_again(
    stand_in: StandIn, link: WebApiLink
) -> None:
    panels = stand_in.t3000.panels
    panels[0].reachable = panels[2].reachable = False
    link.fetch(PATIENCE_S)
    assert asked_panels(stand_in) == [1, 2, 3, 4]
    for silent in (1, 3, 1, 3):
        answer = link.fetch(PATIENCE_S)
        assert asked_panels(stand_in) == [2, 4, silent]
        assert [text[:7] for text in answer.failed_panels] == ["panel 1", "panel 3"]
    panels[0].reachable = panels[2].reachable = True
    assert not link.fetch(PATIENCE_S).failed_panels
    asked_panels(stand_in)
    link.fetch(PATIENCE_S)
    assert asked_panels(stand_in) == [1, 2, 3, 4]


def test_points_that_a_panel_did_not_tell_are_named_and_the_others_are_kept(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.panels[0].missing_groups = {(PointType.INPUT, 1), (PointType.VARIABLE, 12)}
    answer = link.fetch(PATIENCE_S)
    assert answer.failed_panels == ()
    assert answer.missing_points == (
        "panel 1 'AHU-1' did not tell T3000 IN11 to IN20",
        "panel 1 'AHU-1' did not tell T3000 VAR121 to VAR128",
    )
    assert decoded(answer, clock).devices[0].point_count == 256 - 18


@pytest.mark.parametrize(
    ("mood", "words"),
    [(Mood.HANG, "T3000 on 127.0.0.1:"), (Mood.BRIDGE_ERROR, "T3000 refused it: Exception in Bacnet")],
)
def test_a_panel_that_fails_half_way_keeps_the_older_points_with_their_older_time(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock, mood: Mood, words: str
) -> None:
    first = int(clock.utc_s())
    link.fetch(PATIENCE_S)
    clock.now_s = 60

    stand_in.moods = [Mood.WELL, mood]
    answer = link.fetch(SHORT_S)
    device = decoded(answer, clock).devices[0]
    assert answer.failed_panels == ()
    assert answer.missing_points[0].startswith(f"panel 1 'AHU-1': its outputs were not read: {words}")
    assert [time_s - first for _, _, time_s in device.vectors()] == [60, 0, 0]
    assert (device.inputs[0].value, device.point_count) == (60, 256)


def test_a_type_of_which_a_panel_tells_nothing_does_not_cost_it_the_others(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.panels[0].missing_groups = {(PointType.OUTPUT, group) for group in range(7)}
    answer = link.fetch(PATIENCE_S)
    device = decoded(answer, clock).devices[0]
    assert answer.missing_points == ("panel 1 'AHU-1' did not tell T3000 any of its outputs",)
    assert (len(device.inputs), len(device.outputs), len(device.variables)) == (64, 0, 128)


def test_a_refusal_is_that_panel_s_alone(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.t3000.device_rows = stand_in.t3000.devices()["devices"]
    stand_in.t3000.panels[3].object_instance = 5
    answer = link.fetch(PATIENCE_S)
    assert len(decoded(answer, clock).devices) == 3
    assert answer.failed_panels == (
        "panel 4 'AHU-4' was not read: T3000 refused it: serial number or object instance does not match",
    )


def test_a_timeout_is_that_panel_s_alone(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.moods = [Mood.HANG]
    answer = link.fetch(SHORT_S)
    assert [device.panel_id for device in decoded(answer, clock).devices] == [2, 3, 4]
    assert "took the call and gave no answer within 0.15 s" in answer.failed_panels[0]


def test_two_timeouts_in_a_row_end_the_round(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    stand_in.moods = [*[Mood.WELL] * 3, Mood.HANG, Mood.HANG]
    answer = link.fetch(SHORT_S)
    assert [device.panel_id for device in decoded(answer, clock).devices] == [1]
    assert answer.failed_panels[2] == (
        "panel 4 'AHU-4' was not asked: T3000 gave no answer 2 times in a row, its turn comes with the next cycle"
    )
    stand_in.requests.clear()
    assert link.fetch(PATIENCE_S).failed_panels == ()
    assert asked_panels(stand_in) == [1, 4, 2, 3]


def test_a_round_gives_up_when_dead_panels_have_cost_it_two_timeouts(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    for panel in stand_in.t3000.panels[:3]:
        panel.reachable = False

    def take_long(panel: object, kind: PointType) -> None:
        clock.now_s += 9

    stand_in.t3000.on_live = take_long
    with pytest.raises(NoNewDataError, match=r"^None of 4 panels gave values: panel 1 'AHU-1' was not read"):
        link.fetch(8)
    assert asked_panels(stand_in) == [1, 2]
    answer = link.fetch(10)
    assert [device.panel_id for device in decoded(answer, clock).devices] == [4]


# --- nothing at all


def test_no_panel_that_answers_is_an_outcome_that_names_the_first(stand_in: StandIn, link: WebApiLink) -> None:
    for panel in stand_in.t3000.panels:
        panel.reachable = False
    with pytest.raises(NoNewDataError, match=r"^None of 4 panels gave values: panel 1 'AHU-1' was not read: it gives"):
        link.fetch(PATIENCE_S)


@pytest.mark.parametrize(
    ("mood", "kind", "calls"),
    [
        (Mood.HANG, LinkTimeoutError, 2),
        (Mood.LOCKED, LinkTimeoutError, 2),
        (Mood.CODE_MINUS_1, RefusedError, PANELS),
        (Mood.STARTING, NotReadyError, 1),
        (Mood.WARM_UP, NotReadyError, 1),
        (Mood.NOT_LOADED, UnreachableError, 1),
    ],
)
def test_what_concerns_all_panels_is_the_outcome_and_soon_found_out(
    stand_in: StandIn, link: WebApiLink, mood: Mood, kind: type[Exception], calls: int
) -> None:
    stand_in.mood = mood
    with pytest.raises(kind) as caught:
        link.fetch(SHORT_S if mood is Mood.HANG else PATIENCE_S)
    assert type(caught.value) is kind
    assert len(stand_in.calls) == calls


def test_a_build_that_does_not_know_live_reading_is_named(stand_in: StandIn, link: WebApiLink) -> None:
    stand_in.t3000.build.knows_live = False
    with pytest.raises(NoNewDataError, match="this build may not know live reading"):
        link.fetch(PATIENCE_S)


# --- which panels there are


def rows(stand_in: StandIn, **members: object) -> list[dict[str, object]]:
    return [{**row, **members} for row in stand_in.t3000.devices()["devices"]]


@pytest.mark.parametrize("members", [{"objectInstance": None}, {"objectInstance": 0}, {"panelId": 0}, {"panelId": 255}])
def test_a_device_list_without_what_live_reading_needs_has_action_4_asked_once(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock, members: dict[str, object]
) -> None:
    stand_in.t3000.device_rows = rows(stand_in, **members)
    for _ in range(3):
        assert len(decoded(link.fetch(PATIENCE_S), clock).devices) == PANELS
    assert [call["action"] for call in stand_in.calls].index(4) == 0
    assert len(stand_in.actions(4)) == 1


def test_an_older_device_list_without_the_column_is_completed_by_action_4(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.device_rows = [
        {name: value for name, value in row.items() if name != "objectInstance"} for row in rows(stand_in)
    ]
    assert len(decoded(link.fetch(PATIENCE_S), clock).devices) == PANELS
    clock.now_s = 700
    assert len(decoded(link.fetch(PATIENCE_S), clock).devices) == PANELS
    assert len(stand_in.actions(4)) == 1


def test_an_empty_list_is_asked_for_again_since_that_harms_nothing(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    panels = stand_in.t3000.panels[:]
    stand_in.t3000.device_rows, stand_in.t3000.panels[:] = [], []
    for _ in range(2):
        with pytest.raises(NoNewDataError, match=r"^T3000 knows of no panel"):
            link.fetch(PATIENCE_S)
    stand_in.t3000.panels += panels
    assert len(decoded(link.fetch(PATIENCE_S), clock).devices) == PANELS
    link.fetch(PATIENCE_S)
    assert len(stand_in.actions(4)) == 3


def test_panels_are_forgotten_on_demand_and_action_4_is_asked_once_more(stand_in: StandIn, link: WebApiLink) -> None:
    link.fetch(PATIENCE_S)
    assert not stand_in.actions(4)
    link.forget_panels()
    link.fetch(PATIENCE_S)
    link.fetch(PATIENCE_S)
    assert len(stand_in.actions(4)) == 1


@pytest.mark.parametrize("mood", [Mood.CODE_MINUS_1, Mood.BRIDGE_ERROR, Mood.OTHER_ACTION, Mood.HANG])
def test_action_4_on_demand_that_fails_costs_one_cycle(stand_in: StandIn, link: WebApiLink, mood: Mood) -> None:
    link.fetch(PATIENCE_S)
    link.forget_panels()
    stand_in.moods = [mood]
    with pytest.raises(LinkError):
        link.fetch(SHORT_S)
    link.fetch(PATIENCE_S)
    assert len(stand_in.actions(4)) == 1


def test_the_device_list_is_read_again_every_ten_minutes(stand_in: StandIn, link: WebApiLink, clock: FakeClock) -> None:
    link.fetch(PATIENCE_S)
    stand_in.t3000.panels += make_panels(1, first_serial=5000)
    stand_in.t3000.panels[-1].panel_id = 77
    clock.now_s = 599
    assert len(decoded(link.fetch(PATIENCE_S), clock).devices) == PANELS
    clock.now_s = 600
    assert len(decoded(link.fetch(PATIENCE_S), clock).devices) == PANELS + 1


def test_a_device_list_that_cannot_be_read_is_done_without(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.device_rows = "no rows"  # type: ignore[assignment]
    assert len(decoded(link.fetch(PATIENCE_S), clock).devices) == PANELS
    assert len(stand_in.actions(4)) == 1


@pytest.mark.parametrize(
    "row",
    [
        {"serialNumber": 0},
        {"serialNumber": "x"},
        {"panelId": None, "panelNumber": None},
        {"parentSerialNumber": 5},
        {},
        7,
    ],
)
def test_an_entry_that_is_no_panel_is_passed_over(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock, row: object
) -> None:
    good = rows(stand_in)
    broken = {**good[0], **row} if isinstance(row, dict) and row else row
    stand_in.t3000.device_rows = [broken, *good[1:]]  # type: ignore[list-item]
    assert [device.panel_id for device in decoded(link.fetch(PATIENCE_S), clock).devices] == [2, 3, 4]


def test_addresses_come_from_the_device_list_as_far_as_it_is_right(
    stand_in: StandIn, link: WebApiLink, clock: FakeClock
) -> None:
    stand_in.t3000.panels[1].ip_address = "0.0.0.0"
    assert link.panel_settings(1, 237219 + 1, PATIENCE_S) is None
    link.fetch(PATIENCE_S)
    assert link.panel_settings(1, 237219 + 1, PATIENCE_S) == PanelSettings("192.168.1.1", None, 1, None)
    assert link.panel_settings(2, 237219 + 2, PATIENCE_S) == PanelSettings(None, None, 2, None)
    assert link.panel_settings(9, 237219 + 9, PATIENCE_S) is None
