"""Merges another T3 Monitor's database into ours: two computers of one site, or the one before; of any thread.

Readings that it recorded count as recorded. Of the same panel, type and time ours counts, so an import may be ended or
killed at any moment, and be done once more. Its file is only read; an earlier schema is migrated in a copy of ours.
"""

import time
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import tzinfo
from functools import partial
from pathlib import Path
from sqlite3 import Cursor
from typing import Protocol, cast

from sqlalchemy import Connection

from t3monitor.config.database_url import sqlite_url
from t3monitor.exchange.reports import Samples, counted, left_by_cancel, outcome_lines, span_lines
from t3monitor.exchange.t3000_files.opening import (
    FileChangedError,
    OpenFile,
    UnusableFileError,
    must_be_other,
    opened,
)
from t3monitor.model.holes import UNKNOWN_SPACING_S
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Vector
from t3monitor.store import baselines, words
from t3monitor.store.causes.elsewhere import Other, tell_elsewhere, told_elsewhere
from t3monitor.store.database import Database
from t3monitor.store.files import size_of
from t3monitor.store.history.hot import frames_statement
from t3monitor.store.history.vectors import VectorReadings
from t3monitor.store.layouts import points_of_layout
from t3monitor.store.migrate import schema_revision
from t3monitor.store.notes import add_others as add_others_notes
from t3monitor.store.notes import notes_in
from t3monitor.store.reading import reading
from t3monitor.store.schema import IMPORTED_RUN, SCHEMA_REVISION
from t3monitor.store.successions import add_others as add_others_successions
from t3monitor.store.successions import successions_of
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.store.writing import other_days
from t3monitor.store.writing.imported import ImportedFrame, new_samples
from t3monitor.store.writing.point_changes import Row
from t3monitor.store.writing.point_changes import add_others as add_others_changes
from t3monitor.sync.logged.known import Known
from t3monitor.t3000.text import path_text

_TRIES = 5
_LEFT_OUT = "sample that is left out: ", "samples that are left out: "
_ROWS_AT_ONCE = 1_000
_SAMPLES_AT_ONCE = 10_000
_TIMES = """SELECT logging_time FROM TRENDLOG_FRAMES
    WHERE serial_number = ? AND point_type = ? AND logging_time > ? ORDER BY logging_time LIMIT ?"""
_INTERVALS = f"""SELECT logging_time, run_id <= {IMPORTED_RUN},
        coalesce(sync_interval, CASE WHEN seq IS NOT NULL THEN expected_spacing END,
            (SELECT run.sync_interval FROM SYNC_RUNS AS run WHERE run.id = run_id), expected_spacing,
            {UNKNOWN_SPACING_S})
    FROM TRENDLOG_FRAMES WHERE serial_number = ? AND point_type = ? AND logging_time BETWEEN ? AND ?"""  # noqa: S608 - of constants
_VECTORS = "SELECT DISTINCT serial_number, point_type FROM TRENDLOG_LAYOUTS ORDER BY serial_number, point_type"
_LAYOUTS = """SELECT id, panel_id, data_source, created_by FROM TRENDLOG_LAYOUTS
    WHERE serial_number = ? AND point_type = ? ORDER BY id"""
_CHANGES = "SELECT serial_number, point_type, point_index, at, what, old, new FROM POINT_CHANGES ORDER BY at"

_Layouts = dict[int, other_days.Told]  # by number


class Target(Protocol):
    """Who writes to our database; raises DatabaseError."""

    def __call__(self, frames: Collection[ImportedFrame], detail: str) -> int:
        """Stores readings, with what tells of the import; returns how many samples are added."""
        ...

    def write(self, act: Callable[[Cursor], int]) -> int:
        """Whatever else, in a transaction; returns what ``act`` does."""
        ...


@dataclass(slots=True)
class Report(Samples):
    """What was found in a database, and what of it was added or, if nothing is stored, would be."""

    path: Path
    size: int = 0
    schema: str = ""
    frames: int = 0
    new: int = 0  # samples
    older: int = 0  # samples that are no longer kept
    later: int = 0  # samples whose time is yet to come
    notes: int = 0
    new_notes: int = 0
    changes: int = 0
    new_changes: int = 0
    baselines: int = 0
    new_baselines: int = 0
    days: int = 0
    new_days: int = 0
    new_words: int = 0  # ranges
    successions: int = 0
    explained: int = 0


def import_monitor(path: Path, folder: Path, target: Target | None, work: LongWork, known: Known) -> Report:
    """Merges all of a database; without ``target`` only tells what is in it, and what of it is new.

    ``folder`` is ours, for a copy where one is needed. Raises UnusableFileError, CancelledWorkError, and DatabaseError
    of ours.
    """
    must_be_other(path, known.file)
    report = Report(path)
    added = 0
    for _ in range(_TRIES):
        try:
            with _readable(path, folder, work) as (file, schema), _transaction(file) as connection:
                report = Report(path, size_of(path), schema)
                _Merging(file, connection, target, work, known, report).run()
        except FileChangedError:
            added += report.added
            continue
        except CancelledWorkError:
            added += report.added
            raise CancelledWorkError(left_by_cancel(added)) from None
        report.added += added
        return report
    raise UnusableFileError(f"{path_text(path)} changes all the time while it is read; end what writes to it")


@contextmanager
def _readable(path: Path, folder: Path, work: LongWork) -> Iterator[tuple[OpenFile, str]]:
    """The file, perhaps as a copy that was migrated to the newest schema, and of which one it was."""
    with opened(path, folder, work, may_be_ours=True) as file, file.sentences():
        revision = _revision(file)
        if revision == SCHEMA_REVISION:
            yield file, revision
            return
        if revision > SCHEMA_REVISION:
            raise UnusableFileError(
                f"{path_text(path)} was written by a newer version of this program (schema {revision}, this one knows "
                f"{SCHEMA_REVISION}); update the program"
            )
        if file.is_copy:
            _migrate(file, work)
            yield file, revision
            return
    with opened(path, folder, work, may_be_ours=True, always_copied=True) as file, file.sentences():
        _migrate(file, work)
        yield file, revision


def _migrate(copy: OpenFile, work: LongWork) -> None:
    def goes_on(_: Database, __: float) -> bool:
        return not work.is_cancelled

    with closing(Database(sqlite_url(copy.read_from), goes_on=goes_on)):
        work.tell(None)


def _revision(file: OpenFile) -> str:
    if file.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        row = file.connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if row:
            return str(row[0])
    raise UnusableFileError(f"{path_text(file.path)} has no tables of T3 Monitor's: there is nothing in it to import")


@contextmanager
def _transaction(file: OpenFile) -> Iterator[Connection]:
    with reading(sqlite_url(file.read_from), foreign=True) as connection, file.sentences():
        yield connection


class _Merging:
    """One pass over a database."""

    def __init__(
        self,
        file: OpenFile,
        connection: Connection,
        target: Target | None,
        work: LongWork,
        known: Known,
        report: Report,
    ) -> None:
        self._file = file
        self._connection = connection
        self._cursor = cast(Cursor, connection.connection.cursor())
        self._target = target
        self._work = work
        self._known = known
        self._report = report
        self._now_s = time.time()
        ours = sqlite_url(known.file) if known.file else ""
        self._ours = ours if ours and schema_revision(ours) else None  # None: there is nothing yet
        self._points: dict[Vector, set[int]] = {}

    def run(self) -> None:
        """Raises FileChangedError, too."""
        vectors = [
            (serial, PointType(kind))
            for serial, kind in self._cursor.execute(_VECTORS).fetchall()
            if kind in frozenset(PointType)
        ]
        (total,) = self._cursor.execute("SELECT count(*) FROM TRENDLOG_FRAMES").fetchone()
        detail = f"{self._report.path.name}, {counted(total, 'reading')}"
        for vector in vectors:
            layouts = self._layouts(vector)
            self._take_days(vector, layouts)  # before its samples: the last of the days may have some as well
            for frames in self._frames(vector, layouts):
                self._file.check()  # before anything of it is stored
                self._take(frames, detail)
                self._work.tell(self._report.frames / max(total, 1))
        self._report.points = sum(map(len, self._points.values()))
        self._take_told()
        self._take_baselines()
        self._file.check()
        successions = successions_of(self._cursor)
        self._report.successions = len(successions)
        if self._target and successions:
            self._target.write(partial(add_others_successions, others=successions, now_s=self._now_s))
        self._explain(vectors)

    def _take(self, frames: list[ImportedFrame], detail: str) -> None:
        report = self._report
        report.take_frames(frames)
        for frame in frames:
            self._points.setdefault(frame[:2], set()).update(frame.values)
        if self._target:
            report.added += self._target(frames, detail)
        elif self._ours:
            with reading(self._ours) as connection:
                report.new += new_samples(cast(Cursor, connection.connection.cursor()), frames)
        else:
            report.new += sum(len(frame.values) for frame in frames)

    def _layouts(self, vector: Vector) -> _Layouts:
        return {
            layout: (panel_id, (source, creator), points_of_layout(self._cursor, layout))
            for layout, panel_id, source, creator in self._cursor.execute(_LAYOUTS, vector).fetchall()
        }

    def _frames(self, vector: Vector, layouts: _Layouts) -> Iterator[list[ImportedFrame]]:
        """All of a panel and type in the order of time, some at once."""
        indexes = sorted({point.point_index for _, _, points in layouts.values() for point in points})
        kept_since_s = self._known.kept_since(*vector)
        at_once = max(1, _SAMPLES_AT_ONCE // max(len(indexes), 1))
        frames: list[ImportedFrame] = []
        for frame in self._each(vector, layouts, indexes):
            self._report.frames += 1
            if frame.logging_time < kept_since_s:
                self._report.older += len(frame.values)
            elif frame.logging_time > self._now_s:
                self._report.later += len(frame.values)
            else:
                frames.append(frame)
            if len(frames) >= at_once:
                yield frames
                frames = []
        if frames:
            yield frames

    def _each(
        self,
        vector: Vector,
        layouts: _Layouts,
        indexes: list[int],
    ) -> Iterator[ImportedFrame]:
        statement = frames_statement(self._cursor)
        last_s = -1
        while times := self._cursor.execute(_TIMES, (*vector, last_s, _ROWS_AT_ONCE)).fetchall():
            (start_s,), (last_s,) = times[0], times[-1]
            intervals = {
                (time_s, bool(is_imported)): interval_s
                for time_s, is_imported, interval_s in self._cursor.execute(_INTERVALS, (*vector, start_s, last_s))
            }
            read = VectorReadings(self._cursor, statement, vector, indexes, start_s, last_s)
            rows, columns = read.every_row()
            chosen = ((rows.times >= start_s) & (rows.times <= last_s)).nonzero()[0]
            by_point = [columns[index][chosen].tolist() for index in indexes]
            told = (column[chosen].tolist() for column in (rows.times, rows.layouts, rows.runs, rows.spacings))
            for time_s, layout, run, spacing_s, values in zip(*told, zip(*by_point, strict=True), strict=True):
                if int(layout) not in layouts:  # of a file with damage: nobody knows what these values are
                    continue
                panel_id, source, points = layouts[int(layout)]
                yield ImportedFrame(
                    *vector,
                    panel_id,
                    source,
                    int(time_s),
                    int(spacing_s),
                    points,
                    {index: value for index, value in zip(indexes, values, strict=True) if value == value},  # no NaN
                    intervals[int(time_s), run <= IMPORTED_RUN],
                    is_recorded=run > IMPORTED_RUN,
                )

    def _added(self, table: str, act: Callable[..., int], rows: int) -> int:
        """How many of so many rows ``act`` adds to ours or, if nothing is stored, would add."""
        if self._target:
            return self._target.write(act) if rows else 0
        if self._ours:
            with reading(self._ours) as connection:
                cursor = cast(Cursor, connection.connection.cursor())
                if cursor.execute(f"PRAGMA table_info({table})").fetchone():  # ours may be of an earlier schema, too
                    return act(cursor, dry=True)
        return rows

    def _take_days(self, vector: Vector, layouts: _Layouts) -> None:
        """Daily values, a point at once."""
        since_s = self._known.days_kept_since(*vector)
        for index in other_days.points_with_days(self._cursor, vector):
            rows = other_days.rows_of(self._cursor, vector, index, since_s)
            self._file.check()
            self._work.tell(None)
            add = partial(other_days.add_others, vector=vector, rows=rows, layouts=layouts.values())
            self._report.days += len(rows)
            self._report.new_days += self._added("TRENDLOG_DAYS", add, len(rows))

    def _take_told(self) -> None:
        """What its users and its panels said: notes, changes at points, words of ranges."""
        report, notes = self._report, notes_in(self._cursor)
        changes: list[Row] = self._cursor.execute(_CHANGES).fetchall()
        others = words.rows_in(self._cursor)
        report.notes, report.changes = len(notes), len(changes)
        report.new_notes = self._added("NOTES", partial(add_others_notes, others=notes), len(notes))
        report.new_changes = self._added("POINT_CHANGES", partial(add_others_changes, rows=changes), len(changes))
        report.new_words = self._added("RANGE_WORDS", partial(words.add_others, rows=others), len(others))

    def _take_baselines(self) -> None:
        for other in baselines.baselines_in(self._cursor):
            rows = baselines.rows_of(self._cursor, other) if self._target else ()
            self._file.check()
            self._report.baselines += 1
            self._report.new_baselines += self._added(
                "BASELINES", partial(baselines.add_other, other=other, rows=rows), 1
            )

    def _explain(self, vectors: list[Vector]) -> None:
        """Tells of holes that are left what the other one knows of them."""
        if not (self._target and self._ours):
            return
        other = Other(self._connection, sqlite_url(self._file.path))
        for vector in vectors:
            self._work.tell(None)
            if pieces := list(told_elsewhere(self._ours, other, vector, self._now_s)):
                tell = partial(tell_elsewhere, vector=vector, pieces=pieces)
                self._report.explained += self._target.write(tell)


def report_lines(report: Report, zone: tzinfo | None, *, is_stored: bool | None) -> Iterator[str]:
    """What is in a database, and what became of it (None: that is yet to be decided); times are told in ``zone``."""
    yield (
        f"{path_text(report.path)}: {report.size / 1e6:.1f} MB, {counted(report.frames, 'reading')} "
        f"of panels and types (another T3 Monitor's, schema {report.schema})"
    )
    if not report.samples:
        yield "  there is no sample in it"
    yield from span_lines(report, zone)
    for count, one, more, what in (
        (report.older, *_LEFT_OUT, "older than samples are kept (settings)"),
        (report.later, *_LEFT_OUT, "of a time that is yet to come"),
        (report.notes, "note", "notes", f", of which {counted(report.new_notes, 'is', 'are')} new"),
        (
            report.changes,
            "change at points",
            "changes at points",
            f", of which {counted(report.new_changes, 'is', 'are')} new",
        ),
        (report.baselines, "baseline", "baselines", f", of which {counted(report.new_baselines, 'is', 'are')} new"),
        (report.days, "daily value", "daily values", f", of which {counted(report.new_days, 'is', 'are')} new"),
        (report.new_words, "range", "ranges", " of which ours has no words of that time yet"),
        (report.successions, "panel", "panels", " in the place of another one, unless it is said here otherwise"),
        (report.explained, "stretch", "stretches", " without a reading of which it tells why"),
    ):
        if count:
            yield f"  {counted(count, one, more)}{what}"
    if not is_stored:
        yield f"  {counted(report.new, 'of the samples is', 'of the samples are')} new"
    yield from outcome_lines(report, is_stored=is_stored)
