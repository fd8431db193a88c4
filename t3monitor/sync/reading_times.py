"""The times of readings by this computer's clock, and what is said of T3000's; see `t3monitor.model.times`."""

from collections.abc import Mapping
from dataclasses import replace

from t3monitor.model.point_types import PointType
from t3monitor.model.points import Vector
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.model.times import FUTURE_S, clocks_agree, difference_text, duration_text, time_by_our_clock

_MOVED_S = 2.0  # a measured difference that moves less is the same one
_MOVED_SHARE = 0.1


class ReadingTimes:
    """Gives each reading its time once: what T3000 repeats keeps it, whatever its clock or ours does meanwhile."""

    def __init__(self) -> None:
        self._given: dict[Vector, tuple[int, int]] = {}  # the newest reading: T3000's own time, and ours
        self._seen: dict[Vector, int] = {}  # T3000's own time of the last answer
        self._clocks = _ClockNews()

    def recall(self, known: Mapping[Vector, tuple[int, int]]) -> None:
        """Takes the times of readings that are stored, T3000's own and ours; those of this run are newer."""
        self._given = {**known, **self._given}

    def of_snapshot(self, snapshot: Snapshot, ahead_s: float | None) -> Snapshot:
        """The snapshot with its times by our clock; ``ahead_s`` is how far T3000's is ahead, None: not known.

        What is to be said of the clocks is in its news. A panel that is read in parts has times of ours already.
        """
        received_at = snapshot.received_at
        ahead_of_receipt_s: list[int] = []  # of what is new
        set_back_s = 0
        panels = []
        for panel in snapshot.panels:
            times = [time_s for _, _, time_s in panel.vectors()]
            for place, (kind, own_s) in enumerate(zip(PointType, panel.own_times, strict=True)):
                if own_s is None or panel.groups:
                    continue
                vector = panel.serial_number, kind
                given = self._given.get(vector)
                if given is None or given[0] != own_s:
                    given = self._given[vector] = own_s, time_by_our_clock(own_s, received_at, ahead_s)
                    ahead_of_receipt_s.append(own_s - received_at)
                set_back_s = max(set_back_s, self._seen.get(vector, own_s) - own_s)
                self._seen[vector] = own_s
                times[place] = given[1]
            panels.append(_with_times(panel, times))
        news = self._clocks.of_answer(received_at, ahead_s, max(ahead_of_receipt_s, default=None), set_back_s)
        return replace(snapshot, panels=tuple(panels), news=(*snapshot.news, *news))

    def to_keep(self, recorded: Snapshot, *, repeats: bool) -> list[tuple[Vector, tuple[int, int]]]:
        """The times of the readings that are recorded, T3000's own and ours.

        Of an answer that ``repeats`` nothing those alone that differ: nobody asks whether the others are known.
        """
        vectors = (
            (panel.serial_number, kind) for panel in recorded.panels for kind, points, _ in panel.vectors() if points
        )
        times = ((vector, self._given[vector]) for vector in vectors if vector in self._given)
        return [(vector, given) for vector, given in times if repeats or given[0] != given[1]]


class _ClockNews:
    """Says once when T3000's clock or ours begins to be wrong, when that changes, and when it ends."""

    def __init__(self) -> None:
        self._said_ahead_s = 0.0  # 0: they agree
        self._said_as_known = False
        self._received_at = 0

    def of_answer(
        self, received_at: int, ahead_s: float | None, ahead_of_receipt_s: int | None, set_back_s: int
    ) -> list[str]:
        """What is to be said with an answer.

        ``ahead_of_receipt_s`` is how much later than its receipt T3000 read what is new in it, None: nothing is new;
        ``set_back_s`` how much earlier than what was read before.
        """
        if ahead_s is None and self._said_as_known:  # readings of our own time, for one, tell nothing of T3000's clock
            ahead_of_receipt_s, set_back_s = None, 0
        news = []
        our_step_s = self._received_at - received_at
        self._received_at = received_at
        if our_step_s > FUTURE_S:
            news.append(f"This computer's clock was set back by {duration_text(our_step_s)}")
        difference = self._difference(ahead_s, ahead_of_receipt_s)
        if difference:
            news.append(difference)
        elif ahead_s is None and set_back_s > FUTURE_S and not news:
            news.append(f"T3000's clock was set back by {duration_text(set_back_s)}")
        return news

    def _difference(self, ahead_s: float | None, ahead_of_receipt_s: int | None) -> str:
        is_known = ahead_s is not None
        if ahead_s is not None:
            now_s = 0.0 if clocks_agree(ahead_s) else ahead_s
        elif ahead_of_receipt_s is not None:
            now_s = float(ahead_of_receipt_s) if ahead_of_receipt_s > FUTURE_S else 0.0
        else:
            return ""
        said_s = self._said_ahead_s
        least_s = max(_MOVED_S if is_known else FUTURE_S, _MOVED_SHARE * abs(said_s))
        if bool(now_s) == bool(said_s) and abs(now_s - said_s) < least_s:
            return ""
        self._said_ahead_s, self._said_as_known = now_s, is_known and bool(now_s)
        if not now_s:
            return "T3000's clock agrees with this computer's again"
        how = "are corrected by that" if is_known else "are stored with the time of receipt"
        return f"T3000's clock is {difference_text(now_s)} this computer's; its readings {how}"


def _with_times(panel: Panel, times: list[int | None]) -> Panel:
    if times == [time_s for _, _, time_s in panel.vectors()]:
        return panel
    inputs, outputs, variables = times
    return replace(panel, input_logging_time=inputs, output_logging_time=outputs, variable_logging_time=variables)
