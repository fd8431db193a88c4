"""Whom to ask next, so that what is known of each panel is as young as T3000's cooldown allows.

Time counts in calls. A panel asked for is read before the next call; see `rotation` for what calls show.
"""

from collections.abc import Callable, Iterator
from itertools import cycle, islice, product

import pytest

from t3monitor.t3000.webapi.rotation import COLLECT, Rotation, Step, best_collects, worst_age

CALLS = 400


def oldest(steps: Iterator[Step], panels: int, *, calls: int = CALLS) -> int:
    """The age that what is known of a panel reaches, the first calls apart, just before the next call is answered."""
    return max(ages(steps, range(panels), calls=calls)[calls // 2 :])


def ages(steps: Iterator[Step], watched: range, *, calls: int) -> list[int]:
    """The age of the oldest panel just before each call."""
    read: dict[int, int] = {}
    known: dict[int, int] = dict.fromkeys(watched, -calls)
    found = []
    for now, step in enumerate(islice(steps, calls)):
        found.append(now - min(map(known.__getitem__, watched)))
        known.update(read if step is COLLECT else {step: read[step]} if step in read else {})
        if step is not COLLECT:
            read[step] = now
    return found


def rotation_steps(
    rotation: Rotation, dead: Callable[[int], bool] = lambda panel: False, *, shows_all: bool = False
) -> Iterator[Step]:
    """The steps of a rotation against a T3000 whose logging times are the call at which it read."""
    read: dict[int, int] = {}
    for now in range(CALLS * 10):
        step = rotation.step()
        yield step
        rotation.done(read if step is COLLECT or shows_all else {step: read[step]} if step in read else {})
        if step is not COLLECT and not dead(step):
            read[step] = now


def rotation_of(panels: int) -> Rotation:
    rotation = Rotation()
    rotation.set_panels(range(panels))
    return rotation


def grouped(panels: int, collects: int) -> list[Step]:
    """A round with so many collecting calls, as even as can be."""
    if not collects:
        return list(range(panels))
    size = -(-panels // collects)
    groups = [list(range(panels))[begin : begin + size] for begin in range(0, panels, size)]
    return [step for group in groups for step in (*group, COLLECT)]


@pytest.mark.parametrize("panels", [*range(1, 21), 50])
def test_no_number_of_collecting_calls_keeps_the_oldest_panel_younger_by_more_than_a_call(panels: int) -> None:
    best = min(oldest(cycle(grouped(panels, collects)), panels, calls=panels * 8) for collects in range(panels + 1))
    calls = max(CALLS, panels * 8)
    assert oldest(rotation_steps(rotation_of(panels)), panels, calls=calls) <= best + 1


@pytest.mark.parametrize("panels", [1, 2, 3])
def test_no_schedule_at_all_keeps_few_panels_younger(panels: int) -> None:
    alphabet: list[Step] = [COLLECT, *range(panels)]
    # What comes round and round may be taken to begin with the call for the first panel.
    rounds = ((0, *rest) for length in range(7) for rest in product(alphabet, repeat=length))
    best = min(oldest(cycle(order), panels, calls=40) for order in rounds if set(range(panels)) <= set(order))
    assert oldest(rotation_steps(rotation_of(panels)), panels) == best


def test_ten_panels_are_younger_than_with_any_simpler_schedule() -> None:
    found = oldest(rotation_steps(rotation_of(10)), 10)
    assert found == worst_age(10, best_collects(10)) == 17
    simpler = {
        "each panel shown by its own next call": cycle(range(10)),
        "all panels, then one collecting call": cycle([*range(10), COLLECT]),
        "a collecting call after each panel": cycle(step for panel in range(10) for step in (panel, COLLECT)),
    }
    assert {name: oldest(steps, 10) for name, steps in simpler.items()} == {
        "each panel shown by its own next call": 20,
        "all panels, then one collecting call": 21,
        "a collecting call after each panel": 21,
    }


def test_where_every_answer_shows_all_panels_no_call_is_spent_on_collecting() -> None:
    rotation = rotation_of(10)
    rotation.answers_show_all = True
    steps = list(islice(rotation_steps(rotation, shows_all=True), 100))
    assert steps[0] is COLLECT
    assert COLLECT not in steps[1:]


@pytest.mark.parametrize("panels", [1, 2, 10, 50])
@pytest.mark.parametrize("silent", [0, 2])
@pytest.mark.parametrize("shows_all", [False, True])
def test_a_round_has_as_many_calls_as_lie_between_two_for_the_same_panel(
    panels: int, silent: int, shows_all: bool
) -> None:
    rotation = rotation_of(panels + silent)
    rotation.answers_show_all = shows_all
    steps = list(islice(rotation_steps(rotation, dead=lambda panel: panel >= panels, shows_all=shows_all), CALLS))
    asked = [call for call, step in enumerate(steps) if step == 0]
    assert rotation.calls_per_round == asked[-1] - asked[-2]


def test_the_first_call_collects() -> None:
    assert rotation_of(5).step() is COLLECT


def test_without_panels_there_is_only_collecting() -> None:
    assert list(islice(rotation_steps(rotation_of(0)), 3)) == [COLLECT] * 3


def test_panels_that_do_not_move_hardly_hold_up_the_others() -> None:
    rotation = rotation_of(10)
    steps = list(islice(rotation_steps(rotation, dead=lambda panel: panel >= 6), CALLS))
    found = ages(iter(steps), range(6), calls=CALLS)
    assert max(found[CALLS // 2 :]) <= worst_age(7, best_collects(7))
    assert all(rotation.is_silent(panel) == (panel >= 6) for panel in range(10))
    late = steps[CALLS // 2 :]
    assert all(late.count(panel) >= 2 for panel in range(6, 10))


def test_a_panel_that_moves_again_has_its_old_place() -> None:
    dead = {3}
    rotation = rotation_of(5)
    steps = rotation_steps(rotation, dead=dead.__contains__)
    list(islice(steps, 30))
    assert rotation.is_silent(3)
    dead.clear()
    list(islice(steps, 30))
    assert not rotation.is_silent(3)


def test_a_panel_that_moves_late_is_not_silent_any_more() -> None:
    rotation = rotation_of(2)
    rotation.done({0: 10, 1: 10})
    for shown in ({0: 10}, {1: 10}, {0: 10}, {1: 11}):
        rotation.step()
        rotation.done(shown)
    assert (rotation.is_silent(0), rotation.is_silent(1)) == (True, False)
    while rotation.step() is not COLLECT and rotation.step() != 0:
        rotation.done({})
    rotation.done({0: 12})
    assert not rotation.is_silent(0)


def test_a_step_that_t3000_ignored_comes_again() -> None:
    rotation = rotation_of(3)
    rotation.done({})
    assert rotation.step() == rotation.step() == 0


def test_a_panel_that_t3000_did_not_begin_to_read_is_not_silent_for_that() -> None:
    rotation = rotation_of(1)
    rotation.done({0: 10})
    for _ in range(3):
        assert rotation.step() == 0
        rotation.done({0: 10}, is_read=False)
    assert not rotation.is_silent(0)


def test_panels_that_are_gone_are_not_asked_any_more() -> None:
    rotation = rotation_of(3)
    rotation.done({})
    rotation.set_panels([2])
    assert rotation.step() == 2


def test_a_round_can_be_ended_by_collecting_what_it_is_waiting_for() -> None:
    rotation = rotation_of(9)
    rotation.done({})
    rotation.step()
    rotation.done({})
    assert rotation.awaited
    rotation.collect_next()
    assert rotation.step() is COLLECT
    rotation.done({0: 5})
    assert not rotation.awaited
