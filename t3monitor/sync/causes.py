"""Why a cycle brought no new reading, panel by panel; see `t3monitor.model.causes`."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from t3monitor.model.causes import Blank, Cause, cause_of
from t3monitor.model.errors import MonitorError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.recording import Recording
from t3monitor.model.snapshot import LeftOut, Panel, Snapshot
from t3monitor.sync.faults import lasting

_LISTED = "T3000 lists the panel, and it does not answer"
_NEVER_READ = "T3000 has not read it since its start"


def of_failure(error: MonitorError) -> Blank:
    """Of a cycle that failed before it had anything to store."""
    return Blank(None, None, cause_of(error.outcome), lasting(str(error)))


def of_answer(
    snapshot: Snapshot, history: Snapshot, recording: Recording, known: Mapping[int, int]
) -> tuple[Blank, ...]:
    """Of a cycle that stored what is in ``history``; ``known`` are the panels of its site, with their numbers."""
    answer = _Answer(snapshot, history)
    return tuple(
        Blank(serial, kind, cause, lasting(reason))
        for serial in {**known, **answer.panels}
        for kind, cause, reason in answer.blanks_of(serial, known.get(serial), recording)
    )


class _Answer:
    def __init__(self, snapshot: Snapshot, history: Snapshot) -> None:
        self.panels = {panel.serial_number: panel for panel in snapshot.panels}
        self._stored = {
            (panel.serial_number, kind)
            for panel in history.panels
            for kind, points, time_s in panel.vectors()
            if points and time_s is not None
        }
        self._snapshot = snapshot

    @cached_property
    def _left_out(self) -> dict[int | None, LeftOut]:
        return {left_out.serial_number: left_out for left_out in reversed(self._snapshot.left_out)}

    @cached_property
    def _left_out_numbers(self) -> dict[int | None, LeftOut]:
        nameless = [left_out for left_out in self._snapshot.left_out if left_out.serial_number is None]
        return {left_out.panel_id: left_out for left_out in reversed(nameless)}

    @cached_property
    def _silent(self) -> set[int]:
        return {panel.serial_number for panel in self._snapshot.silent}

    def blanks_of(
        self, serial: int, panel_id: int | None, recording: Recording
    ) -> Iterator[tuple[PointType | None, Cause, str]]:
        panel = self.panels.get(serial)
        if not recording.has_panel(serial):
            yield None, Cause.NOT_RECORDED, ""
        elif panel is None:
            yield None, *self._why_missing(serial, panel_id)
        else:
            for kind, points, time_s in panel.vectors():
                if (serial, kind) in self._stored:
                    continue
                if kind not in recording.types:
                    yield kind, Cause.NOT_RECORDED, ""
                else:
                    yield kind, *self._why_not_read(panel, kind, points, time_s)

    def _why_missing(self, serial: int, panel_id: int | None) -> tuple[Cause, str]:
        left_out = self._left_out.get(serial)
        if left_out is None and panel_id is not None:
            left_out = self._left_out_numbers.get(panel_id)
        if left_out is not None:
            return left_out.cause, left_out.sentence
        return Cause.PANEL_MISSING, _LISTED if serial in self._silent else ""

    def _why_not_read(
        self, panel: Panel, kind: PointType, points: tuple[Point, ...], time_s: int | None
    ) -> tuple[Cause, str]:
        left_out = self._left_out.get(panel.serial_number)
        if left_out is not None and left_out.cause is Cause.SKIPPED:  # not the other one of two with its serial number
            return left_out.cause, left_out.sentence
        groups = panel.groups.get(kind)
        if groups is not None and not any(group.in_use for group in groups):
            return Cause.UNUSED, ""
        if groups is None and not points:
            return (Cause.POINT_MISSING, "") if time_s is not None else (Cause.NOT_REREAD, _NEVER_READ)
        return Cause.NOT_REREAD, ""
