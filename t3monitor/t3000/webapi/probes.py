"""When what is silent is asked again: a panel that gave no answer, or a group that a panel did not tell."""

import logging
from collections.abc import Callable, Iterator
from typing import NamedTuple

from t3monitor.model.errors import LinkError
from t3monitor.t3000.webapi.backoff import Backoff
from t3monitor.t3000.webapi.calls import PanelCalls
from t3monitor.t3000.webapi.panel_memory import PanelMemory, State
from t3monitor.t3000.webapi.panel_reader import PanelReader, Round
from t3monitor.t3000.webapi.point_groups import GroupKey

_SILENT_GROUP_S = 19.0  # what a silent group costs at most
_AGAIN_S = 60.0
_SHARE = 0.1  # of the time, for what is silent
_NEGLECTED_AFTER = 3  # intervals
_SHORT_INTERVAL_S = 25.0  # does not hold a silent group beside a cycle

_log = logging.getLogger(__name__)


class _Probe(NamedTuple):
    """What is asked for: a silent panel, or the ``group`` that it did not tell."""

    backoff: Backoff
    memory: PanelMemory
    group: GroupKey | None = None


class Probes:
    """Calls for one group of what is silent, between two cycles where it can be; together a tenth of the time."""

    def __init__(self, reader: PanelReader, calls: PanelCalls, monotonic_s: Callable[[], float]) -> None:
        self._reader = reader
        self._calls = calls
        self._monotonic_s = monotonic_s
        self._from_s = float("-inf")
        self.next_cycle_s = 0.0  # monotonic

    @property
    def due_s(self) -> float | None:
        """When the next one is due, monotonic; None while nothing is silent, or the next cycle is too near."""
        due_s = min((probe.backoff.due_s for probe in self._all()), default=None)
        if due_s is None:
            return None
        due_s = max(due_s, self._from_s)
        interval_s = self._reader.interval_s
        collides = max(due_s, self._monotonic_s()) + _SILENT_GROUP_S > self.next_cycle_s
        is_overdue = self.next_cycle_s - due_s > 2 * interval_s
        return None if collides and not is_overdue and interval_s > _SHORT_INTERVAL_S else due_s

    def hurry(self) -> None:
        """Rests no longer from those that were made."""
        self._from_s = float("-inf")

    def make_next(self, timeout_s: float) -> None:
        """Asks for what has been due for longest; a panel that answers is read whole by the next cycle."""
        began_s = self._monotonic_s()
        due = [probe for probe in self._all() if probe.backoff.is_due(began_s)]
        if due and began_s >= self._from_s:
            self._make(min(due, key=lambda probe: probe.backoff.due_s), Round(timeout_s, began_s, began_s))

    def make_neglected(self, this: Round) -> None:
        """Within a cycle, where there are no cycles but those that are asked for: nobody comes between them."""
        probe = min(self._all(), key=lambda probe: probe.backoff.due_s, default=None)
        if probe is None or this.lost_s or this.stopped:
            return
        neglected_s = self._monotonic_s() - max(probe.backoff.due_s, self._from_s)
        if neglected_s > _NEGLECTED_AFTER * self._reader.interval_s:
            self._make(probe, this)
            if probe.group is None and probe.memory.answers:
                self._reader.read_rest(probe.memory, this)

    def is_wanted_in_cycle(self, memory: PanelMemory, *, is_alone: bool) -> bool:
        """Whether a silent panel is asked within a cycle: T3000's scan has found it, or there is no other panel.

        Where the scan was wrong of a panel before, it is asked no more than other silent ones are.
        """
        now_s = self._monotonic_s()
        if memory.probe.is_hurried:
            return memory.trusts_scan or now_s >= self._from_s
        return is_alone and memory.probe.is_due(now_s) and now_s >= self._from_s

    def rest_since(self, began_s: float) -> None:
        """Makes none for nine times as long as one took that began then."""
        now_s = self._monotonic_s()
        # T3000 goes on with a call that was given up.
        spent_s = max(now_s - began_s, _SILENT_GROUP_S) if self._calls.held_up else now_s - began_s
        self._from_s = now_s + spent_s * (1 / _SHARE - 1)

    def _make(self, probe: _Probe, this: Round) -> None:
        began_s = self._monotonic_s()
        try:
            if probe.group is None:
                self._reader.ask(probe.memory, this)
            else:
                self._reader.read_groups(probe.memory, [probe.group], this)
        except LinkError as error:
            _log.debug("Between two cycles: %s", error)
        finally:
            now_s = self._monotonic_s()
            if probe.backoff.is_due(now_s):  # it was not its silence that ended the call
                probe.backoff.wait(now_s, _AGAIN_S)
            self.rest_since(began_s)

    def _all(self) -> Iterator[_Probe]:
        for memory in self._reader.memories.values():
            if memory.state is State.SILENT:
                yield _Probe(memory.probe, memory)
            elif memory.answers:
                for group, backoff in memory.silent_groups.items():
                    yield _Probe(backoff, memory, group)
