"""Writes whole cycles: present state, history and ledger row in one transaction; of the keeper's thread."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import compress
from operator import is_not, itemgetter
from sqlite3 import Cursor
from typing import Any, NamedTuple

from t3monitor.model.causes import Blank
from t3monitor.model.events import CycleReport
from t3monitor.model.freshness import PanelState, panel_state
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, Vector
from t3monitor.model.snapshot import Panel
from t3monitor.model.trendlogs import TrendLog
from t3monitor.model.words import RangeWords
from t3monitor.store import statements
from t3monitor.store.database import Database
from t3monitor.store.layouts import Layout, find_or_insert, layout_point, points_of_vector
from t3monitor.store.schema import point_tables
from t3monitor.store.words import write_words
from t3monitor.store.writing.coverage import Coverage, LastReading, Waiting
from t3monitor.store.writing.late import Late
from t3monitor.store.writing.point_changes import settings_of, stored_settings, write_changes
from t3monitor.store.writing.reading_times import write_reading_times
from t3monitor.store.writing.rows import insert_run, json_array, newest_run_id, with_values

_STATUS = {PanelState.LIVE: "Online", PanelState.STALE: "Stale", PanelState.NO_ANSWER: "Offline"}
_OF_POINT = frozenset(Point._fields)
# For each type, what takes a point's columns out of it in the order of its table, between serial number and the times.
_point_columns = {
    point_type: itemgetter(*(Point._fields.index(column.name) for column in table.columns if column.name in _OF_POINT))
    for point_type, table in point_tables.items()
}


@dataclass(frozen=True, slots=True)
class _StoredVector:
    """What the last committed cycle stored for one panel and point type."""

    points: tuple[Point, ...]
    layout: Layout
    vals: str


class _Changes(NamedTuple):
    """How the points of a vector differ from the stored ones."""

    positions: list[int]  # of those that do
    only_values: bool  # nothing but values is other


_Vectors = dict[Vector, _StoredVector]
_Settings = dict[Vector, dict[int, tuple[Any, ...]]]  # those of points by number, as of `settings_of`
_NO_CHANGES = _Changes([], only_values=True)


class Writer:
    """The one writer of a database.

    It remembers what it committed last, so that of a point that the decoder found unchanged nothing but its sample is
    written. Whether other points changed is decided by the database, which also knows what earlier programs wrote; when
    another program wrote in between, nothing is remembered.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._stored: _Vectors = {}
        self._settings: _Settings = {}  # of vectors that are read in parts
        self._seen: tuple[int, int] | None = None  # the connection and its data version
        self._newest_run: int | None = None  # id of a cycle
        self._coverage: tuple[int, Coverage] | None = None  # with the connection that it is of

    @contextmanager
    def cycle(self, sync_interval_s: int) -> Iterator["CycleTransaction"]:
        """The transaction of a cycle: everything written in the block is committed at its end, or none of it is.

        Raises DatabaseError, after which nothing of the block is in the file.
        """
        with self._writing() as (cursor, coverage, run_id):
            transaction = CycleTransaction(cursor, run_id, sync_interval_s, self._stored, self._settings, coverage)
            yield transaction
        self._stored = self._stored | transaction.written
        self._settings = self._settings | transaction.settings

    def forget(self) -> None:
        """Takes nothing as stored any more, after a validation that found something missing."""
        self._stored = {}

    def record_failure(
        self,
        report: CycleReport,
        sync_interval_s: int,
        run_id: int | None = None,
        blanks: Collection[Blank] = (),
    ) -> int:
        """Writes the ledger row of a cycle that failed, or corrects row ``run_id``, and returns its id.

        ``blanks`` say why it read nothing. Raises DatabaseError.
        """
        with self._writing() as (cursor, coverage, next_run_id):
            if run_id is None:
                run_id = next_run_id
                coverage.take(cursor, report, sync_interval_s, {}, blanks)
            else:
                cursor.execute("DELETE FROM SYNC_RUNS WHERE id = ?", (run_id,))
            insert_run(cursor, run_id, report, sync_interval_s)
        return run_id

    def store_late(self, late: Late, now_s: float) -> None:
        """Writes what could not be stored at its time, all of it or nothing; raises DatabaseError."""
        with self._writing() as (cursor, coverage, run_id):
            late.store(cursor, now_s, coverage, run_id)

    def waiting(self) -> list[Waiting]:
        """Causes that are not in the file yet, since they make no hole up to now."""
        return self._coverage[1].waiting() if self._coverage else []

    def write_trend_logs(self, serial_number: int, panel_id: int, trend_logs: Sequence[TrendLog], now_s: int) -> None:
        """Replaces what is known of a panel's trend log configuration; raises DatabaseError."""
        with self._database.writing() as cursor:
            cursor.execute("DELETE FROM TRENDLOGS WHERE serial_number = ?", (serial_number,))
            cursor.executemany(
                statements.UPSERT_TREND_LOG,
                [
                    (
                        serial_number,
                        log.trendlog_id,
                        panel_id,
                        log.label,
                        log.interval_s,
                        "ON" if log.enabled else "OFF",
                        log.num_inputs,
                        log.analog_inputs,
                        log.data_size_kb,
                        now_s,
                    )
                    for log in trend_logs
                ],
            )

    @contextmanager
    def _writing(self) -> Iterator[tuple[Cursor, Coverage, int]]:
        """A transaction, with what is known of the newest readings and the id for the next cycle."""
        with self._database.writing() as cursor:
            connection = self._database.connections
            (data_version,) = cursor.execute("PRAGMA data_version").fetchone()
            if self._seen != (connection, data_version):  # another program committed something, or may have
                self._seen, self._stored, self._settings, self._newest_run = (connection, data_version), {}, {}, None
            self._newest_run = newest_run_id(cursor, self._newest_run)
            known = self._coverage
            coverage = known[1].copy() if known and known[0] == connection else Coverage.recalled(cursor)
            yield cursor, coverage, self._newest_run + 1
        self._coverage = connection, coverage


class CycleTransaction:
    """What a cycle may write, step by step; made by `Writer.cycle`."""

    def __init__(
        self,
        cursor: Cursor,
        run_id: int,
        sync_interval_s: int,
        stored: _Vectors,
        settings: _Settings,
        coverage: Coverage,
    ) -> None:
        self.run_id = run_id
        self.written: _Vectors = {}
        self.settings: _Settings = {}
        self._cursor = cursor
        self._sync_interval_s = sync_interval_s
        self._stored = stored
        self._known_settings = settings
        self._coverage = coverage
        self._read: dict[Vector, LastReading] = {}
        self._found_changes: dict[Vector, _Changes | None] = {}

    def upsert(self, panel: Panel, received_at: int) -> None:
        """Step 8: the panel, and those of its points that changed; ``received_at`` in UTC epoch seconds."""
        serial, read_at = panel.serial_number, panel.read_at
        status = _STATUS[panel_state(read_at, received_at, self._sync_interval_s)]
        last_seen = None if read_at is None else received_at
        self._cursor.execute(statements.UPSERT_DEVICE, _panel_row(panel, status, received_at, last_seen))
        for point_type, points, time_s in panel.vectors():
            in_parts = point_type in panel.groups  # then these are others than those that `log` gets
            changes = None if in_parts else self._changes(serial, point_type, points)
            changed = points if changes is None else [points[position] for position in changes.positions]
            if not changed:
                continue
            if changes is not None and changes.only_values:  # the rows are there, and this takes half the time
                self._cursor.executemany(
                    statements.UPDATE_VALUE[point_type],
                    [(point.value, time_s or received_at, received_at, serial, point.point_index) for point in changed],
                )
                continue
            self._note_changes(panel, point_type, changed, time_s or received_at)
            columns = _point_columns[point_type]
            self._cursor.executemany(
                statements.UPSERT_POINT[point_type],
                [
                    (
                        serial,
                        *columns(point),
                        (panel.point_read_at(point_type, point.point_index) if in_parts else time_s) or received_at,
                        received_at,
                    )
                    for point in changed
                ],
            )

    def upsert_silent(self, panel: Panel, received_at: int) -> None:
        """A panel that T3000 lists and that did not answer; what is known of it from earlier stays."""
        self._cursor.execute(
            statements.UPSERT_SILENT_DEVICE, _panel_row(panel, _STATUS[PanelState.NO_ANSWER], received_at, None)
        )

    def take_words(self, serial_number: int, words: RangeWords, since: int) -> None:
        """What a panel calls its custom ranges from ``since`` on; blank ones replace no known ones."""
        write_words(self._cursor, serial_number, words, since)

    def take_reading_times(self, times: Iterable[tuple[Vector, tuple[int, int]]]) -> None:
        """T3000's own times of readings beside those they are stored with."""
        write_reading_times(self._cursor, times)

    def log(self, panel: Panel, whole: Panel | None = None) -> int:
        """Step 9: every point of the panel as a sample of the history; returns how many.

        Of a panel that is read in parts ``whole`` has all that is known of it: its points in use are the vector, also
        those that did not come this time.
        """
        frames = []
        for (point_type, points, time_s), spacing_s in zip(panel.vectors(), panel.spacings_s, strict=True):
            if points and time_s is not None:
                if whole is not None and point_type in whole.groups:
                    vector = self._vector_in_parts(whole, point_type, points)
                else:
                    vector = self._vector(panel, point_type, points)
                self.written[panel.serial_number, point_type] = vector
                key = panel.serial_number, point_type.value, time_s, self.run_id
                frames.append((*key, vector.layout.id, vector.vals, spacing_s, self._sync_interval_s, None))
                self._read[panel.serial_number, point_type] = LastReading(time_s, spacing_s or self._sync_interval_s)
        self._cursor.executemany(statements.INSERT_FRAME, frames)
        return panel.point_count

    def record(self, report: CycleReport, blanks: Collection[Blank] = ()) -> None:
        """The cycle's ledger row, and why what it did not bring is missing."""
        self._coverage.take(self._cursor, report, self._sync_interval_s, self._read, blanks)
        insert_run(self._cursor, self.run_id, report, self._sync_interval_s)

    def _note_changes(self, panel: Panel, point_type: PointType, points: Sequence[Point], at: int) -> None:
        """What is other at these points than it was, before they are written."""
        vector = panel.serial_number, point_type
        in_parts = point_type in panel.groups
        known = self._known_settings.get(vector) if in_parts else None
        stored = None if in_parts else self._stored.get(vector)
        if stored is not None:
            numbers = {point.point_index for point in points}
            known = {point.point_index: settings_of(point) for point in stored.points if point.point_index in numbers}
        from_tables = known is None
        if known is None:
            known = stored_settings(self._cursor, vector)
        times = (panel.point_read_at(point_type, point.point_index) if in_parts else None for point in points)
        timed = ((point, time_s or at) for point, time_s in zip(points, times, strict=True))
        write_changes(self._cursor, vector, known, timed, from_tables=from_tables)
        if in_parts:
            self.settings[vector] = known | {point.point_index: settings_of(point) for point in points}

    def _changes(self, serial_number: int, point_type: PointType, points: tuple[Point, ...]) -> _Changes | None:
        """What changed since the last cycle; None if that is not known."""
        key = serial_number, point_type
        if key not in self._found_changes:
            stored = self._stored.get(key)
            if stored is None or len(stored.points) != len(points):
                self._found_changes[key] = None
            elif stored.points is points:
                self._found_changes[key] = _NO_CHANGES
            else:
                others = compress(range(len(points)), map(is_not, points, stored.points))
                positions = [position for position in others if points[position] != stored.points[position]]
                only_values = all(points[position].is_revalued(stored.points[position]) for position in positions)
                self._found_changes[key] = _Changes(positions, only_values)
        return self._found_changes[key]

    def _vector(self, panel: Panel, point_type: PointType, points: tuple[Point, ...]) -> _StoredVector:
        stored = self._stored.get((panel.serial_number, point_type))
        changes = self._changes(panel.serial_number, point_type, points)
        if stored and changes is not None and stored.layout.panel_id == panel.panel_id:
            if not changes.positions:
                return stored
            if changes.only_values and len(points) == len(stored.layout.points):
                values: list[float | None] = [points[position].value for position in changes.positions]
                return _StoredVector(points, stored.layout, with_values(stored.vals, changes.positions, values))
            if all(layout_point(points[place]) == layout_point(stored.points[place]) for place in changes.positions):
                return _StoredVector(points, stored.layout, json_array(stored.layout.values(points)))
        entries = tuple(map(layout_point, points))
        layout = find_or_insert(self._cursor, panel.serial_number, point_type, panel.panel_id, entries)
        return _StoredVector(points, layout, json_array(layout.values(points)))

    def _vector_in_parts(self, whole: Panel, point_type: PointType, points: tuple[Point, ...]) -> _StoredVector:
        used, numbers = points_of_vector(whole, point_type)
        stored = self._stored.get((whole.serial_number, point_type))
        layout = stored.layout if stored and stored.layout.panel_id == whole.panel_id else None
        entries = tuple(map(layout_point, used))
        if layout is None or (layout.points != entries and not layout.holds(entries, numbers)):
            layout = find_or_insert(
                self._cursor, whole.serial_number, point_type, whole.panel_id, entries, within=numbers
            )
        return _StoredVector(points, layout, json_array(layout.values(points)))


def _panel_row(panel: Panel, status: str, received_at: int, last_seen: int | None) -> tuple[object, ...]:
    """A row of DEVICES, in the order of its columns."""
    settings = panel.settings
    return (
        panel.serial_number,
        panel.panel_id,
        panel.panel_name,
        panel.building_name or None,
        panel.address or None,
        status,
        settings.ip_address,
        settings.port,
        settings.modbus_address,
        settings.bacnet_mstp_mac_id,
        panel.input_logging_time,
        panel.output_logging_time,
        panel.variable_logging_time,
        received_at,
        last_seen,
        panel.site,
        settings.object_instance,
    )
