"""A point that stands still stays the same object, whatever happens beside it."""

from typing import Any

import pytest

from answers import (
    documented_answer,
    documented_panel,
    documented_point,
    full_panel,
    real_answer,
    real_panel,
    real_point,
    without,
)
from decoding import INPUT, OUTPUT, RECEIVED_S, decode
from t3monitor.model.errors import BadReplyError, NoNewDataError, RefusedError
from t3monitor.model.snapshot import Snapshot
from t3monitor.t3000.messages import AnswerDecoder

# One answer after another


def decoded(*answers: bytes) -> list[Snapshot]:
    decoder = AnswerDecoder()
    return [decoder.decode(body, RECEIVED_S) for body in answers]


def points_of(*wire: Any, **members: Any) -> bytes:
    return real_answer(real_panel(points=list(wire), **members))


def test_a_point_that_stands_still_is_the_same_object() -> None:
    panel = full_panel()
    before = real_answer(panel)
    panel["device_data"][70]["value"] += 1000
    old, new = (snapshot.panels[0] for snapshot in decoded(before, real_answer(panel)))
    differ = [(a, b) for a, b in zip(old.points(), new.points(), strict=True) if a is not b]
    assert [(a.point_id, a.value, b.point_id, b.value) for a, b in differ] == [("OUT7", 21.5, "OUT7", 22.5)]
    assert new.inputs is old.inputs
    assert new.variables is old.variables


def test_a_point_that_lost_the_members_behind_its_value_is_read_anew() -> None:
    wire = without(real_point(), "decom")
    before = points_of(wire).replace(b'"value":21500', b'"value":21500,"decom":2')
    old, new = (snapshot.panels[0].inputs[0] for snapshot in decoded(before, points_of({**wire, "value": 22000})))
    assert (old.value, old.status) == (21.5, 2)
    assert (new.value, new.status) == (22.0, None)


@pytest.mark.parametrize("value", [2**32 + 1, 10**14, -(2**31) - 1, 1e38])
def test_a_value_that_is_no_number_of_t3000s_is_no_change_of_the_one_before(value: float) -> None:
    _, new = decoded(points_of(real_point()), points_of(real_point(value=value)))
    assert new.panels[0].inputs == ()
    assert new.skipped_points == (
        f"panel 5: point 1 of the answer cannot be used: its value {value:g} does not fit T3000's 32 bits",
    )


@pytest.mark.parametrize("value", [-(2**31), 2**32 - 1, 999_999_999, 1_000_000_000, -1])
def test_a_value_of_32_bits_is_one_whatever_its_sign(value: int) -> None:
    _, new = decoded(points_of(real_point()), points_of(real_point(value=value)))
    assert [point.value for point in new.panels[0].points()] == [value / 1000]


def test_points_that_change_stay_at_their_places_in_whatever_order_they_are_listed() -> None:
    def answer(value: int) -> bytes:
        return points_of(
            *(real_point(INPUT, number, value=value) for number in (3, 1)),
            *(real_point(OUTPUT, number, value=value) for number in (1, 2)),
            real_point(INPUT, 2, value=7000),
        )

    for snapshot, value in zip(decoded(answer(5000), answer(6000)), (5.0, 6.0), strict=True):
        assert [(point.point_id, point.value) for point in snapshot.panels[0].points()] == [
            *(("IN1", value), ("IN2", 7.0), ("IN3", value)),
            *(("OUT1", value), ("OUT2", value)),
        ]


def test_an_equal_answer_gives_the_same_points_and_tuples() -> None:
    old, new = (snapshot.panels[0] for snapshot in decoded(*[real_answer(full_panel())] * 2))
    assert [new.inputs, new.outputs, new.variables] == [old.inputs, old.outputs, old.variables]
    assert new.inputs is old.inputs
    assert new.outputs is old.outputs
    assert new.variables is old.variables


def test_identity_survives_an_answer_without_data() -> None:
    decoder = AnswerDecoder()
    old = decoder.decode(real_answer(real_panel()), RECEIVED_S).panels[0]
    for body in (b'{"debug":"x"}', b'{"error":"x"}', b"no JSON", real_answer(5)):
        with pytest.raises((NoNewDataError, RefusedError, BadReplyError)):
            decoder.decode(body, RECEIVED_S)
    assert decoder.decode(real_answer(real_panel()), RECEIVED_S).panels[0].inputs is old.inputs


def test_panels_keep_their_points_apart() -> None:
    answers = [real_answer(real_panel(1), real_panel(2, points=[real_point(value=v)])) for v in (1000, 2000)]
    old, new = decoded(*answers)
    assert new.panels[0].inputs is old.panels[0].inputs
    assert [snapshot.panels[1].inputs[0].value for snapshot in (old, new)] == [1.0, 2.0]


def test_panels_may_change_places() -> None:
    one, two = real_panel(1, points=[real_point(value=1000)]), real_panel(2, points=[real_point(value=2000)])
    old, new = decoded(real_answer(one, two), real_answer(two, one))
    assert [device.serial_number for device in new.panels] == [2, 1]
    assert new.panels[0].inputs is old.panels[1].inputs
    assert new.panels[1].inputs is old.panels[0].inputs


CHANGES: dict[str, tuple[bytes, bytes]] = {
    "a point appears at the end": (
        points_of(real_point(number=1), real_point(number=2)),
        points_of(real_point(number=1), real_point(number=2), real_point(number=3)),
    ),
    "a point appears in the middle": (
        points_of(real_point(number=1), real_point(number=3)),
        points_of(real_point(number=1), real_point(number=2), real_point(number=3)),
    ),
    "a point vanishes": (
        points_of(real_point(number=1), real_point(number=2), real_point(number=3)),
        points_of(real_point(number=1), real_point(number=3)),
    ),
    "all points vanish": (points_of(real_point()), points_of()),
    "a point changes its number": (
        points_of(real_point(number=1), real_point(number=2)),
        points_of(real_point(number=3), real_point(number=2)),
    ),
    "a point changes its type": (
        points_of(real_point(INPUT, 1), real_point(INPUT, 2)),
        points_of(real_point(INPUT, 1), real_point(OUTPUT, 2)),
    ),
    "two points change places": (
        points_of(real_point(number=1, value=1), real_point(number=2, value=2)),
        points_of(real_point(number=2, value=2), real_point(number=1, value=1)),
    ),
    "a point becomes unreadable": (
        points_of(real_point(number=1), real_point(number=2)),
        points_of(real_point(number=1, value=None), real_point(number=2)),
    ),
    "a point becomes readable": (
        points_of(real_point(number=1, value=None), real_point(number=2)),
        points_of(real_point(number=1), real_point(number=2)),
    ),
    "a point stays unreadable while another changes": (
        points_of(real_point(number=1, value=None), real_point(number=2)),
        points_of(real_point(number=1, value=None), real_point(number=2, value=5)),
    ),
    "a point becomes unreadable for another reason": (
        points_of(real_point(number=1, value=None), real_point(number=2)),
        points_of(real_point(number=1, id="X1"), real_point(number=2)),
    ),
    "a point becomes the double of another": (
        points_of(real_point(number=1), real_point(number=2)),
        points_of(real_point(number=1), real_point(number=1, value=5)),
    ),
    "a double changes": (
        points_of(real_point(number=1), real_point(number=1, value=5)),
        points_of(real_point(number=1), real_point(number=1, value=6)),
    ),
    "the first of two doubles changes": (
        points_of(real_point(number=1), real_point(number=1, value=5)),
        points_of(real_point(number=1, value=7), real_point(number=1, value=5)),
    ),
    "a double is a double no more": (
        points_of(real_point(number=1), real_point(number=1, value=5)),
        points_of(real_point(number=1), real_point(number=2, value=5)),
    ),
    "the panel number changes": (points_of(real_point(), panel_id=5), points_of(real_point(), panel_id=6)),
    "the panel number changes and the points do not name it": (
        points_of(without(real_point(), "pid"), panel_id=5),
        points_of(without(real_point(), "pid"), panel_id=6),
    ),
    "the panel name changes": (points_of(real_point()), points_of(real_point(), panel_name="New")),
    "a panel becomes unreadable": (
        real_answer(real_panel(1), real_panel(2)),
        real_answer(real_panel(1), real_panel(2, panel_id=None)),
    ),
    "a panel loses its serial": (real_answer(real_panel(1), real_panel(2)), real_answer(real_panel(0), real_panel(2))),
    "a range changes": (points_of(real_point(range=3)), points_of(real_point(range=4))),
    "the shape changes": (
        real_answer(real_panel(12345, points=[real_point(value=72500)])),
        documented_answer(documented_panel(12345, panel_id=5)),
    ),
    "the shape changes back": (
        documented_answer(documented_panel(12345, panel_id=5)),
        real_answer(real_panel(12345, points=[real_point(value=72500)])),
    ),
    "a documented point moves to another list": (
        documented_answer(documented_panel(inputs=[without(documented_point(), "id")])),
        documented_answer(documented_panel(inputs=[], outputs=[without(documented_point(), "id")])),
    ),
}


@pytest.mark.parametrize(("before", "after"), CHANGES.values(), ids=CHANGES)
def test_what_was_decoded_before_changes_nothing_but_identity(before: bytes, after: bytes) -> None:
    assert decoded(before, after, before, after) == [decode(before), decode(after), decode(before), decode(after)]


@pytest.mark.parametrize(
    "change",
    [
        "a point changes its number",
        "a point changes its type",
        "a point becomes unreadable",
        "a point becomes readable",
        "a point becomes the double of another",
        "a double is a double no more",
        "the panel name changes",
    ],
)
def test_a_point_that_stands_still_is_the_same_object_whatever_happens_beside_it(change: str) -> None:
    old, new = (snapshot.panels[0] for snapshot in decoded(*CHANGES[change]))
    still = [point for point in new.points() if point in set(old.points())]
    assert still
    known = {id(point) for point in old.points()}
    assert all(id(point) in known for point in still)


def test_the_points_of_a_renumbered_panel_carry_the_new_number() -> None:
    wire = without(real_point(), "pid")
    _, new = decoded(points_of(wire, panel_id=5), points_of(wire, panel_id=6))
    assert (new.panels[0].panel_id, new.panels[0].inputs[0].panel) == (6, 6)
