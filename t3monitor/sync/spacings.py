"""After what time the next reading of each panel and type is expected; see `t3monitor.model.holes`."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import replace

from t3monitor.model.holes import GAPS_TO_TELL, usual_spacing
from t3monitor.model.points import Vector
from t3monitor.model.snapshot import Panel, Snapshot


class ExpectedSpacings:
    """Gives each reading its spacing once: what is repeated keeps it, whatever is planned meanwhile.

    It is the sync interval, or longer where panels take turns. Where the link does not plan these, T3000 reads its
    panels when it likes, and how far apart the last readings were tells the turn.
    """

    def __init__(self) -> None:
        self._given: dict[Vector, tuple[int, int]] = {}  # the newest reading: its time and its spacing
        self._gaps: dict[Vector, deque[int]] = {}  # between the last readings under this interval
        self._interval_s = 0
        self._recalled: Mapping[Vector, tuple[int, int]] = {}

    def recall(self, known: Mapping[Vector, tuple[int, int]]) -> None:
        """Takes the spacings of the newest stored readings, with the sync interval of their cycles.

        By them the turns are known before this run has seen one, as long as the interval is the same.
        """
        self._recalled = known

    def of_snapshot(self, snapshot: Snapshot, interval_s: int, turn_s: float | None) -> Snapshot:
        """The snapshot with the spacing of each of its readings; ``turn_s`` is that of its answer."""
        if interval_s != self._interval_s:
            self._interval_s = interval_s
            self._gaps.clear()
        return replace(snapshot, panels=tuple(self._of_panel(panel, turn_s) for panel in snapshot.panels))

    def _of_panel(self, panel: Panel, turn_s: float | None) -> Panel:
        inputs, outputs, variables = (
            None if time_s is None else self._spacing((panel.serial_number, kind), time_s, turn_s)
            for kind, _, time_s in panel.vectors()
        )
        return replace(panel, spacings_s=(inputs, outputs, variables))

    def _spacing(self, vector: Vector, time_s: int, turn_s: float | None) -> int:
        given = self._given.get(vector)
        if given is None or given[0] != time_s:
            if turn_s is None:
                turn_s = self._usual(vector, 0 if given is None else time_s - given[0])
            given = self._given[vector] = time_s, max(self._interval_s, math.ceil(turn_s))
        return given[1]

    def _usual(self, vector: Vector, gap_s: int) -> float:
        gaps = self._gaps.get(vector)
        if gaps is None:
            gaps = self._gaps[vector] = deque(maxlen=GAPS_TO_TELL)  # the gap before was under another interval
            spacing_s, interval_s = self._recalled.get(vector, (0, 0))
            return spacing_s if interval_s == self._interval_s else 0
        if gap_s > 0:
            gaps.append(gap_s)
        else:  # a clock was set back
            gaps.clear()
        return usual_spacing(gaps)
