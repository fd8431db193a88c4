"""What could not be stored at its time, readings and ledger rows: it waits in memory and is stored with its own times.

Between two runs of the program it waits in one file beside the database. The present state is none of it: the next
cycle has a newer one.
"""

import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from sqlite3 import Cursor
from typing import NamedTuple

import msgspec

from t3monitor.config.files import write_whole
from t3monitor.model.causes import Blank, Cause
from t3monitor.model.events import CycleReport
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Vector
from t3monitor.model.snapshot import Panel
from t3monitor.model.times import duration_text
from t3monitor.store import statements
from t3monitor.store.files import beside
from t3monitor.store.layouts import Layout, LayoutPoint, find_or_insert, layout_point, points_of_vector
from t3monitor.store.writing.coverage import Coverage, LastReading, Waiting
from t3monitor.store.writing.events import RecordingEvent, write_events
from t3monitor.store.writing.reading_times import write_reading_times
from t3monitor.store.writing.rows import insert_run, json_array

_VERSION = 1
_MOST_BYTES = 64_000_000  # of values: more than a day of 10 panels every 30 s
_BYTES_OF_A_CYCLE = 1000  # without its values
_MOST_EVENTS = 1000

_log = logging.getLogger(__name__)


class LateLayout(msgspec.Struct, frozen=True):
    """Where each point stands in a vector; ``within`` as in `find_or_insert`."""

    serial_number: int
    point_type: PointType
    panel_id: int
    points: tuple[LayoutPoint, ...]
    within: frozenset[int] | None


class LateFrame(msgspec.Struct, frozen=True, array_like=True):
    """One vector: its place among the layouts, its time (UTC epoch seconds), and its values as JSON."""

    layout: int
    logging_time: int
    vals: str
    spacing_s: int | None


class LateCycle(msgspec.Struct, frozen=True):
    """The ledger row of a cycle, and what it read if it read anything."""

    report: CycleReport
    sync_interval_s: int
    frames: tuple[LateFrame, ...] = ()
    reading_times: tuple[tuple[Vector, tuple[int, int]], ...] = ()
    blanks: tuple[Blank, ...] = ()


class UnstoredCycle(NamedTuple):
    """What a cycle wanted stored; ``panels`` are what `CycleTransaction.log` would have been given."""

    report: CycleReport
    sync_interval_s: int
    panels: Iterable[tuple[Panel, Panel]] = ()
    reading_times: Iterable[tuple[Vector, tuple[int, int]]] = ()
    blanks: Iterable[Blank] = ()


class Late(msgspec.Struct):
    """The cycles that wait, oldest first; what does not fit falls out at that end and is counted.

    As a whole it is what the file holds.
    """

    version: int = _VERSION
    layouts: list[LateLayout] = []
    cycles: list[LateCycle] = []
    fallen: int = 0
    lost: dict[str, tuple[LateCycle, int]] = {}  # fell out, by site: the last one, begun with the first; how many
    bytes: int = 0
    events: list[RecordingEvent] = []
    waiting: list[Waiting] = []  # causes, when the program ended

    def add(self, unstored: UnstoredCycle) -> None:
        """Keeps a cycle."""
        report, sync_interval_s, panels, reading_times, blanks = unstored
        frames = tuple(frame for panel, whole in panels for frame in self._frames(panel, whole))
        self.cycles.append(LateCycle(report, sync_interval_s, frames, tuple(reading_times), tuple(blanks)))
        self.bytes += _size(self.cycles[-1])
        while self.bytes > _MOST_BYTES and len(self.cycles) > 1:
            cycle = self.cycles.pop(0)
            self.bytes -= _size(cycle)
            self.fallen += 1
            self._lose(cycle)

    def add_event(self, event: RecordingEvent) -> None:
        """Keeps what happened to the recording."""
        self.events = [*self.events, event][-_MOST_EVENTS:]

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not (self.cycles or self.events or self.waiting)

    def store(self, cursor: Cursor, now_s: float, coverage: Coverage, run_id: int) -> None:
        """Writes all of it but for what is in the ledger already, stored by a run that could not remove the file.

        ``run_id`` is for the first cycle of it.
        """
        write_events(cursor, self.events)
        coverage.wait_for(self.waiting)
        for cycle, count in self.lost.values():
            coverage.take(cursor, cycle.report, cycle.sync_interval_s, {}, cycle.blanks, count)
        fallen = self.fallen
        for cycle in self.cycles:
            report = cycle.report
            if _is_stored(cursor, report):
                continue
            reasons = [report.reason] if report.reason else []
            if cycle.frames:
                reasons.append(f"its readings were stored {duration_text(now_s - report.finished_at)} later")
            if fallen:
                reasons.append(f"before it so many cycles could not be kept: {fallen}")
                fallen = 0
            insert_run(cursor, run_id, replace(report, reason="; ".join(reasons) or None), cycle.sync_interval_s)
            cursor.executemany(
                statements.INSERT_FRAME,
                [self._row(cursor, run_id, frame, cycle.sync_interval_s) for frame in cycle.frames],
            )
            write_reading_times(cursor, cycle.reading_times)
            coverage.take(cursor, report, cycle.sync_interval_s, self._read(cycle), cycle.blanks)
            run_id += 1

    def _lose(self, cycle: LateCycle) -> None:
        """Of what falls out it stays known from when to when readings are missing, and why they could not be stored."""
        report = cycle.report
        before, count = self.lost.get(report.site, (None, 0))
        if before is not None:
            longest_ms = max(before.report.elapsed_ms, report.elapsed_ms)
            report = replace(report, started_at=before.report.started_at, elapsed_ms=longest_ms)
        blanks = before.blanks if before else (Blank(None, None, Cause.DATABASE, report.reason or ""),)
        self.lost[report.site] = LateCycle(report, cycle.sync_interval_s, blanks=blanks), count + 1

    def _read(self, cycle: LateCycle) -> dict[Vector, LastReading]:
        layouts = self.layouts
        return {
            (layouts[frame.layout].serial_number, layouts[frame.layout].point_type): LastReading(
                frame.logging_time, frame.spacing_s or cycle.sync_interval_s
            )
            for frame in cycle.frames
        }

    def _frames(self, panel: Panel, whole: Panel) -> Iterator[LateFrame]:
        for (point_type, points, time_s), spacing_s in zip(panel.vectors(), panel.spacings_s, strict=True):
            if points and time_s is not None:
                used, within = points_of_vector(whole if point_type in whole.groups else panel, point_type)
                entries = tuple(map(layout_point, used))
                layout = LateLayout(panel.serial_number, point_type, whole.panel_id, entries, within)
                if layout not in self.layouts:
                    self.layouts.append(layout)
                vals = json_array(Layout(0, whole.panel_id, entries).values(points))
                yield LateFrame(self.layouts.index(layout), time_s, vals, spacing_s)

    def _row(self, cursor: Cursor, run_id: int, frame: LateFrame, sync_interval_s: int) -> tuple[object, ...]:
        late = self.layouts[frame.layout]
        vector = late.serial_number, late.point_type
        layout = find_or_insert(cursor, *vector, late.panel_id, late.points, within=late.within)
        vals = frame.vals
        if layout.points != late.points:
            values = dict(zip(late.points, msgspec.json.decode(vals), strict=True))
            vals = json_array([values.get(point) for point in layout.points])
        key = late.serial_number, late.point_type.value, frame.logging_time, run_id
        return *key, layout.id, vals, frame.spacing_s, sync_interval_s, None


def late_file(database: Path) -> Path:
    """The file beside a database."""
    return beside(database, "late.json")


def read_late(database: Path) -> Late:
    """What an earlier run could not store; a file that is damaged or of another version is set aside."""
    path = late_file(database)
    try:
        late = msgspec.json.decode(path.read_bytes(), type=Late)
        if late.version != _VERSION:
            raise ValueError(f"it is of version {late.version}")
        if any(frame.layout not in range(len(late.layouts)) for cycle in late.cycles for frame in cycle.frames):
            raise ValueError("a reading lacks its layout")
    except FileNotFoundError:
        return Late()
    except (OSError, ValueError) as error:
        aside = path.with_name(f"{path.name}.damaged")
        with suppress(OSError):
            path.replace(aside)
        _log.warning("⚠️ The readings in %s cannot be used (%s); they are set aside as %s", path, error, aside)
        return Late()
    return late


def write_late(database: Path, late: Late) -> None:
    """Writes the file, to be read by whom the database is; raises OSError, or ValueError for what is no text."""
    path = late_file(database)
    write_whole(path, msgspec.json.encode(late).decode())
    with suppress(OSError):
        shutil.copymode(database, path)


def _size(cycle: LateCycle) -> int:
    return _BYTES_OF_A_CYCLE + sum(len(frame.vals) for frame in cycle.frames)


def _is_stored(cursor: Cursor, report: CycleReport) -> bool:
    row = cursor.execute(
        "SELECT 1 FROM SYNC_RUNS WHERE started_at = ? AND site = ?", (report.started_at, report.site)
    ).fetchone()
    return row is not None
