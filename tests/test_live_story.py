"""A site of twelve panels in twelve minutes, cycle by cycle into a real database, in virtual time.

Ten panels are alive, one is dead, one is forgotten, and T3000 is started anew unseen between two cycles. By hand it
tells what happens:

    python tests/test_live_story.py
"""

import itertools
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

import pytest

from answers import JsonObject
from clock import FakeClock
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import Outcome
from t3monitor.model.events import AnswerDecoded, CycleFinished, CycleReport, SyncEvent
from t3monitor.sync.service import SyncService
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_client import ModelClient
from t3000_model import T3000Model, make_panels

SERIAL, DEAD, FORGOTTEN, ALIVE = 237219, 1, 2, range(2, 13)
USED = (10, 10, 10)  # points of each panel, in three groups
INTERVAL_S, CYCLES = 30, 24
RESTART_S, SCAN_S = 321.0, 40.0  # between two cycles, and until the scan has found the panels after it
FOUND_S = RESTART_S + SCAN_S
ENTRY_NAMES = {0: "OUT", 1: "IN", 2: "VAR"}


class Call(NamedTuple):
    """One call of T3000."""

    began_s: float
    ended_s: float
    request: JsonObject

    @property
    def span(self) -> str:
        if self.request["action"] != 17:
            return f"action {self.request['action']}"
        start, end = self.request["entryIndexStart"] + 1, self.request["entryIndexEnd"] + 1
        return f"{ENTRY_NAMES[self.request['entryType']]}{start}–{end}"


class Cycle(NamedTuple):
    """One cycle: when it began and ended, and the panels of which it read every group in use."""

    began_s: float
    ended_s: float
    report: CycleReport
    complete: frozenset[int]


class TimedClient(ModelClient):
    """Remembers when each call ended."""

    calls: list[Call]

    def _send(self, path: str, body: bytes | None, timeout_s: float):  # type: ignore[no-untyped-def]
        began_s, before = self.clock.now_s, len(self.sent)
        try:
            return super()._send(path, body, timeout_s)
        finally:
            self.calls += [Call(began_s, self.clock.now_s, request) for _, request in self.sent[before:]]


class Story:
    """What happened, from the first cycle to the last."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.clock = FakeClock()
        panels = make_panels(12, used=USED, alike=False)
        panels[DEAD - 1].reachable = False
        t3000 = T3000Model(panels, self.clock.monotonic_s, self.clock.utc_s)
        t3000.scan_s = SCAN_S
        t3000.forget(panels[FORGOTTEN - 1])
        t3000.restart_at(RESTART_S)
        self.client = TimedClient(t3000, self.clock)
        self.client.calls = []
        self.cycles: list[Cycle] = []
        self._complete: frozenset[int] = frozenset()
        self._run()

    def _run(self) -> None:
        self._service = SyncService(
            Settings(link=LinkName.WEBAPI, database=f"sqlite:///{self.file}", sync_interval_secs=INTERVAL_S),
            lambda _: WebApiLink(
                "http://127.0.0.1:9103",
                "live",
                monotonic_s=self.clock.monotonic_s,
                utc_s=self.clock.utc_s,
                client=self.client,
            ),
            lambda current: current.database,
            self.clock,
        )
        self._service.add_listener(self._listen)
        self._service.start()
        self._service.run()

    def _listen(self, event: SyncEvent) -> None:
        if isinstance(event, AnswerDecoded):
            self._complete = frozenset(
                device.panel_id
                for device in event.snapshot.panels
                if all(group.is_new for groups in device.groups.values() for group in groups if group.in_use)
            )
        elif isinstance(event, CycleFinished):
            report, now_s = event.report, self.clock.now_s
            began_s = report.started_at - self.clock.utc_offset_s
            self.cycles.append(Cycle(round(began_s, 3), now_s, report, self._complete))
            self._complete = frozenset()
            if len(self.cycles) == CYCLES:
                self._service.close()

    @property
    def calls(self) -> list[Call]:
        return self.client.calls

    @property
    def whole_again(self) -> Cycle:
        """The first cycle after the restart that read all that is in use, of every panel that is alive."""
        return next(cycle for cycle in self.cycles if cycle.began_s > RESTART_S and cycle.complete >= set(ALIVE))

    @property
    def lost_s(self) -> float:
        """What the dead panel cost T3000 and us."""
        return sum(call.ended_s - call.began_s for call in self.calls if call.request["panelId"] == DEAD)

    @property
    def lost_in_cycles_s(self) -> float:
        """How much of that the others had to wait for."""
        return sum(
            call.ended_s - call.began_s
            for cycle in self.cycles
            for call in self.calls_between(cycle.began_s, cycle.ended_s)
            if call.request["panelId"] == DEAD
        )

    @cached_property
    def readings(self) -> dict[tuple[int, str], list[float]]:
        """When the points in use of each panel and type were read, as it is stored, in seconds from the begin."""
        with closing(sqlite3.connect(self.file)) as connection:
            rows = connection.execute(
                'SELECT serial_number, point_type, logging_time FROM "TRENDLOG_FRAMES" ORDER BY 1, 2, 3'
            ).fetchall()
        readings: dict[tuple[int, str], list[float]] = {}
        for serial, kind, time_s in rows:
            readings.setdefault((serial - SERIAL, kind), []).append(time_s - self.clock.utc_offset_s)
        return readings

    def worst_age_s(self, from_s: float, to_s: float) -> float:
        """How old the oldest point in use of a panel that is alive got before it was read again, within a span."""
        return max(
            min(later, to_s) - earlier
            for times in self.readings.values()
            for earlier, later in itertools.pairwise(times)
            if later > from_s and earlier < to_s
        )

    def calls_between(self, from_s: float, to_s: float) -> list[Call]:
        return [call for call in self.calls if from_s <= round(call.began_s, 3) < round(to_s, 3)]

    def told(self) -> Iterator[str]:
        before = ""
        edges = [cycle.began_s for cycle in self.cycles[1:]] + [float("inf")]
        for number, (cycle, next_s) in enumerate(zip(self.cycles, edges, strict=True), start=1):
            if number > 1 and cycle.began_s > RESTART_S > self.cycles[number - 2].began_s:
                yield f"{RESTART_S:6.1f} s  T3000 is started anew; its scan finds the panels at {FOUND_S:.0f} s"
            report = cycle.report
            said = (report.reason or "").replace("1 panel skipped: ", "")
            took_s = cycle.ended_s - cycle.began_s
            yield (
                f"{cycle.began_s:6.1f} s  cycle {number}: {report.outcome}, {took_s:.1f} s, {report.points} points, "
                f"{len(cycle.complete & set(ALIVE))} of {len(ALIVE)} panels complete"
            )
            if said != before:
                yield f'          "{said}"'
            before = said
            yield from _compressed(self.calls_between(cycle.began_s, cycle.ended_s), "          ")
            yield from _compressed(self.calls_between(cycle.ended_s, next_s), "          between: ")
        before_s = self.cycles[2].began_s
        yield ""
        yield f"Actions sent: {sorted({call.request['action'] for call in self.calls})}, {len(self.calls)} calls"
        yield f"Worst age of a point in use, before the restart: {self.worst_age_s(before_s, RESTART_S):.0f} s"
        yield f"Worst age of a point in use, around the restart: {self.worst_age_s(RESTART_S, 10_000):.0f} s"
        normal_s = self.whole_again.ended_s
        yield f"and from {normal_s:.1f} s on: {self.worst_age_s(normal_s + 1, 10_000):.0f} s"
        yield f"Complete {self.whole_again.ended_s - FOUND_S:.1f} s after the scan"
        lost_s, all_s = self.lost_s, self.clock.now_s
        yield f"Cost of the dead panel: {lost_s:.1f} s of {all_s:.0f}, {self.lost_in_cycles_s:.1f} s of it in cycles"


def _compressed(calls: list[Call], margin: str) -> Iterator[str]:
    """Calls in their order; neighbours that ask the same of panels of following numbers share a line."""
    panels = [(panel, list(own)) for panel, own in itertools.groupby(calls, lambda call: int(call.request["panelId"]))]
    for (spans, _), same in itertools.groupby(
        enumerate(panels), lambda entry: (tuple(call.span for call in entry[1][1]), entry[1][0] - entry[0])
    ):
        entries = [entry for _, entry in same]
        first, last = entries[0], entries[-1]
        numbers = f"panel {first[0]}" if first is last else f"panels {first[0]} to {last[0]}"
        spent_s = last[1][-1].ended_s - first[1][0].began_s
        yield f"{margin}{first[1][0].began_s:6.1f} s  {numbers}: {', '.join(spans)} ({spent_s:.1f} s)"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return Story(tmp_path_factory.mktemp("story") / "history.db")


def test_nothing_but_actions_0_and_17_is_sent(story: Story) -> None:
    assert {call.request["action"] for call in story.calls} == {0, 17}


def test_the_forgotten_panel_is_read_in_the_first_cycle_and_the_dead_one_costs_that_one_group(story: Story) -> None:
    first = story.cycles[0]
    assert first.complete == set(ALIVE)
    asked = [call for call in story.calls_between(0, first.ended_s) if call.request["panelId"] == DEAD]
    assert [call.span for call in asked] == ["IN1–10"]


def test_the_site_is_whole_within_two_cycles_after_the_scan_of_a_t3000_that_was_started_anew(story: Story) -> None:
    assert story.whole_again.ended_s - FOUND_S <= 2 * INTERVAL_S
    after = [cycle for cycle in story.cycles if cycle.began_s > story.whole_again.began_s]
    assert all(cycle.complete == set(ALIVE) for cycle in after)


def test_no_point_in_use_is_older_than_an_interval_but_for_the_restart(story: Story) -> None:
    seconds = 1 + INTERVAL_S  # stored times are whole seconds
    assert story.worst_age_s(story.cycles[2].began_s, RESTART_S) <= seconds
    assert story.worst_age_s(RESTART_S, 10_000) <= RESTART_S % INTERVAL_S + SCAN_S + 2 * INTERVAL_S
    assert story.worst_age_s(story.whole_again.ended_s + 1, 10_000) <= seconds


def test_the_dead_panel_costs_a_tenth_of_the_time_and_the_others_wait_for_it_once(story: Story) -> None:
    assert story.lost_in_cycles_s <= 12.1
    assert story.lost_s <= story.clock.now_s / 10


def test_all_that_is_not_ok_is_the_dead_panel_and_the_restart(story: Story) -> None:
    for cycle in story.cycles:
        is_healing = RESTART_S < cycle.began_s < story.whole_again.began_s
        assert cycle.report.outcome is (Outcome.NO_NEW_DATA if is_healing else Outcome.PARTIAL)
        if not is_healing:
            assert (cycle.report.reason or "").startswith("1 panel skipped: panel 1 'AHU-1' was not read: ")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print("\n".join(Story(Path(folder) / "history.db").told()))
