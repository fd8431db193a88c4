"""The demo link: fetches now, and now and then what goes wrong at a real site."""

import re
from itertools import pairwise

import pytest

from t3monitor.model.snapshot import PanelSettings
from t3monitor.simulation.building import Building
from t3monitor.simulation.faults import Interruption, cooldown, standstill
from t3monitor.simulation.link import UNDISTURBED_S, DemoLink
from t3monitor.t3000.link import Link

START = 1_768_392_000.0  # 2026-01-14 12:00 UTC
COOLDOWN = b'{"debug":"HandleWebViewMsg returned empty response"}'
DAY = 86_400


class Clock:
    """A clock that stands until it is set."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def linked(start: float = START, panels: int = 6) -> tuple[DemoLink, Clock]:
    clock = Clock(start)
    return DemoLink(panels, clock=clock), clock


def input_times(answer: bytes) -> list[int]:
    return [int(text) for text in re.findall(rb'"input_logging_time":(\d+)', answer)]


def next_stretch(interruption: Interruption, after: float) -> float:
    """Begin of the first stretch that begins after a time."""
    return next(
        began
        for step in range(100_000)
        if (began := interruption.began(after + 30 * step)) is not None and began > after
    )


def test_a_fetch_is_the_building_at_the_time_of_the_clock() -> None:
    link, clock = linked()
    clock.now += 90
    assert link.fetch(1.0).body == Building().answer(START + 90)


def test_it_is_a_link() -> None:
    link: Link = linked()[0]
    link.interrupt()
    assert link.fetch(1.0).body.startswith(b'{"action":"LOGGING_DATA_RES"')
    link.close()


@pytest.mark.parametrize(("panels", "words"), [(1, "1 panel"), (6, "6 panels")])
def test_the_description_tells_the_size(panels: int, words: str) -> None:
    assert linked(panels=panels)[0].description == f"simulated building, {words}"


def test_an_empty_cooldown_answer_comes_some_times_a_day_for_about_a_minute() -> None:
    begin, empty = START + UNDISTURBED_S, cooldown(1)
    due = [empty.began(begin + 15 * step) is not None for step in range(2 * DAY // 15)]
    windows = sum(after and not before for before, after in pairwise(due))
    assert 6 <= windows <= 16
    assert 3 <= sum(due) / windows <= 5
    link, clock = linked(panels=1)
    changes = [step for step, (before, after) in enumerate(pairwise(due)) if after != before]
    for step in {*changes, *(step + 1 for step in changes)}:
        clock.now = begin + 15 * step
        assert (link.fetch(1.0).body == COOLDOWN) == due[step]


def test_panels_stop_updating_for_a_stretch_while_the_others_go_on() -> None:
    link, clock = linked()
    stretches = [standstill(1, panel.address.panel_id) for panel in Building().panels]
    longest = [0.0] * 6
    for step in range(5 * DAY // 300):
        now = START + UNDISTURBED_S + 300 * step
        still = [0.0 if (began := stretch.began(now)) is None else now - began for stretch in stretches]
        assert sum(seconds > 0 for seconds in still) <= 2
        longest = [max(pair) for pair in zip(longest, still, strict=True)]
        if step % 100 == 0 or any(0 < seconds <= 300 for seconds in still):
            clock.now = now
            ages = [now - time for time in input_times(link.fetch(1.0).body)]
            assert all(0 <= age - seconds < 15 for age, seconds in zip(ages, still, strict=True))
    assert sum(seconds > 360 for seconds in longest) >= 4
    assert max(longest) < 46 * 60


def test_a_frozen_panel_keeps_its_values_from_the_begin_of_the_stretch() -> None:
    link, clock = linked(panels=1)
    began = next_stretch(standstill(1, 2), START + UNDISTURBED_S)
    clock.now = began + 1
    first = link.fetch(1.0).body
    clock.now = began + 300
    assert link.fetch(1.0).body == first != Building(1).answer(clock.now, undisturbed_until_s=clock.now)
    clock.now = began + 46 * 60
    assert input_times(link.fetch(1.0).body)[0] > clock.now - 60


def test_the_first_ten_minutes_have_no_cooldown_even_if_one_is_due() -> None:
    due = next_stretch(cooldown(1), START)
    link, clock = linked(due - 300, panels=1)
    for second in range(0, UNDISTURBED_S, 5):
        clock.now = due - 300 + second
        assert link.fetch(1.0).body != COOLDOWN
    early, early_clock = linked(due - UNDISTURBED_S - 1)
    early_clock.now = due
    assert early.fetch(1.0).body == COOLDOWN


def test_a_stretch_that_began_before_the_ten_minutes_were_over_is_left_out_whole() -> None:
    began = next_stretch(standstill(1, 2), START)
    link, clock = linked(began + 60, panels=1)
    times = []
    for minute in range(50):
        clock.now = began + 60 + 60 * minute
        answer = link.fetch(1.0).body
        if answer != COOLDOWN:
            times += [clock.now - time for time in input_times(answer)]
    assert len(times) > 40
    assert max(times) < 15


def test_the_settings_of_a_panel_are_its_addresses_and_its_instance() -> None:
    link, _ = linked()
    assert link.panel_settings(2, 2, 1.0) == PanelSettings("192.168.1.2", 502, 2, 2, 237221)
    assert link.panel_settings(250, 250, 1.0) is None


def test_every_panel_has_a_few_trend_logs_of_which_one_is_off() -> None:
    link, _ = linked()
    for panel in Building().panels:
        logs = link.trend_logs(panel.address.panel_id, 1.0)
        assert logs is not None
        assert [log.trendlog_id for log in logs] == ["MON1", "MON2", "MON3"]
        assert [log.enabled for log in logs] == [True, True, False]
        assert all(log.analog_inputs <= log.num_inputs <= 14 for log in logs)
        assert all(log.data_size_kb > 0 for log in logs)
    assert link.trend_logs(250, 1.0) is None
