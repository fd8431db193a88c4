"""The other ways to store a cycle, on the driver alone: what the program's writer is measured against.

Like the writer they begin with a decoded snapshot and make their own rows. All have the program's own tables for the
present state and the pragmas of its connections; only their history differs.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from benchmarks.answers import INTERVAL_S
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.store import statements
from t3monitor.store.database import Database
from t3monitor.store.schema import (
    CREATED_BY_FFI_SYNC_SERVICE,
    DATA_SOURCE_FFI_SYNC,
    devices,
    point_tables,
)

SqlRow = tuple[Any, ...]

SAMPLES_TABLE = """
    CREATE TABLE TRENDLOG_DATA (
        serial_number INTEGER NOT NULL,
        panel_id INTEGER NOT NULL,
        point_id TEXT NOT NULL,
        point_type TEXT NOT NULL,
        point_index INTEGER NOT NULL,
        logging_time INTEGER NOT NULL,
        value REAL NOT NULL,
        range INTEGER NOT NULL,
        units TEXT NOT NULL,
        data_source INTEGER NOT NULL,
        sync_interval INTEGER NOT NULL,
        created_by TEXT NOT NULL
    )
"""
SAMPLES_INDEX = "CREATE INDEX SAMPLES_OF_A_TYPE ON TRENDLOG_DATA (serial_number, point_type, logging_time)"
INSERT_SAMPLE = f"INSERT INTO TRENDLOG_DATA VALUES ({', '.join('?' * 12)})"
_PRAGMAS = ("journal_mode", "synchronous", "wal_autocheckpoint")


@dataclass(frozen=True, slots=True)
class Rows:
    """A cycle as rows."""

    devices: list[SqlRow]
    points: dict[PointType, list[SqlRow]]
    samples: list[SqlRow]


class RawFile:
    """A database file of the newest schema and a connection of the driver to it, with the program's pragmas."""

    def __init__(self, path: Path) -> None:
        self.path = path
        database = Database(sqlite_url(path))
        with database.writing() as cursor:
            pragmas = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in _PRAGMAS}
        database.close()
        self.connection = sqlite3.connect(path, isolation_level=None)
        for name, value in pragmas.items():
            self.connection.execute(f"PRAGMA {name} = {value}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Cursor]:
        """One transaction."""
        cursor = self.connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        yield cursor
        cursor.execute("COMMIT")

    def keep_samples_in_rows(self) -> None:
        """Puts a plain table with one row per sample in the place of the program's history."""
        self.connection.execute("DROP VIEW TRENDLOG_DATA")
        self.connection.execute(SAMPLES_TABLE)
        self.connection.execute(SAMPLES_INDEX)

    def close(self) -> None:
        """Closes the connection."""
        self.connection.close()


def size_in_bytes(path: Path) -> int:
    """Bytes of a database file once everything in its log is copied into it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.stat().st_size


class OneRowPerSample:
    """The plain way to keep samples: a table with one row for each, filled with one statement.

    Of the present state it writes what the program writes: panels, and points that the decoder found changed.
    """

    def __init__(self, path: Path) -> None:
        self.file = RawFile(path)
        self.file.keep_samples_in_rows()
        self._changed_points = ChangedPoints()

    def rows(self, snapshot: Snapshot) -> Rows:
        """What it writes of a snapshot; to be asked for one after the other."""
        return Rows(device_rows(snapshot), self._changed_points.rows(snapshot), _sample_rows(snapshot))

    def store(self, rows: Rows) -> None:
        """One cycle in one transaction."""
        with self.file.writing() as cursor:
            upsert(cursor, rows.devices, rows.points)
            cursor.executemany(INSERT_SAMPLE, rows.samples)


class SelectThenWrite:
    """The way of docs/t3000.md 13.1: look for each row, then update or insert it; then each sample."""

    def __init__(self, path: Path) -> None:
        self.file = RawFile(path)
        self.file.keep_samples_in_rows()

    def rows(self, snapshot: Snapshot) -> Rows:
        """What it writes of a snapshot: everything."""
        points: dict[PointType, list[SqlRow]] = {kind: [] for kind in PointType}
        for device in snapshot.panels:
            for kind, listed, time_s in device.vectors():
                points[kind] += point_rows(device, kind, listed, time_s, snapshot.received_at)
        return Rows(device_rows(snapshot), points, _sample_rows(snapshot))

    def store(self, rows: Rows) -> None:
        """One cycle in one transaction."""
        with self.file.writing() as cursor:
            _write_each(cursor, _DEVICE, rows.devices)
            for kind, points in rows.points.items():
                _write_each(cursor, _POINT[kind], points)
            for sample in rows.samples:
                cursor.execute(INSERT_SAMPLE, sample)


class ChangedPoints:
    """Rows of those points that are not the objects of the snapshot before: what the decoder did not find unchanged."""

    def __init__(self) -> None:
        self._last: dict[tuple[int, PointType], tuple[Point, ...]] = {}

    def rows(self, snapshot: Snapshot) -> dict[PointType, list[SqlRow]]:
        """Those of the next snapshot."""
        rows: dict[PointType, list[SqlRow]] = {kind: [] for kind in PointType}
        for device in snapshot.panels:
            for kind, points, time_s in device.vectors():
                vector = (device.serial_number, kind)
                last, self._last[vector] = self._last.get(vector), points
                if last is not points:
                    changed = points
                    if last is not None and len(last) == len(points):
                        changed = tuple(point for point, old in zip(points, last, strict=True) if point is not old)
                    rows[kind] += point_rows(device, kind, changed, time_s, snapshot.received_at)
        return rows


def upsert(cursor: sqlite3.Cursor, devices: list[SqlRow], points: Mapping[PointType, list[SqlRow]]) -> None:
    """The present state, by the program's own statements."""
    cursor.executemany(statements.UPSERT_DEVICE, devices)
    for kind, rows in points.items():
        cursor.executemany(statements.UPSERT_POINT[kind], rows)


def device_rows(snapshot: Snapshot) -> list[SqlRow]:
    """The rows of DEVICES."""
    return [
        (
            device.serial_number,
            device.panel_id,
            device.panel_name,
            device.building_name or None,
            device.address or None,
            "Online",
            device.settings.ip_address,
            device.settings.port,
            device.settings.modbus_address,
            device.settings.bacnet_mstp_mac_id,
            device.input_logging_time,
            device.output_logging_time,
            device.variable_logging_time,
            snapshot.received_at,
            snapshot.received_at,
            device.site,
            device.settings.object_instance,
        )
        for device in snapshot.panels
    ]


def point_rows(device: Panel, kind: PointType, points: Sequence[Point], time_s: int, received_at: int) -> list[SqlRow]:
    """The rows of a point table."""
    serial, columns = device.serial_number, _COLUMNS[kind]
    return [(serial, *columns(point), time_s, received_at) for point in points]


def _sample_rows(snapshot: Snapshot) -> list[SqlRow]:
    return [
        (
            device.serial_number,
            device.panel_id,
            point.point_id,
            kind.value,
            point.point_index,
            time_s,
            point.value,
            point.range,
            point.units,
            DATA_SOURCE_FFI_SYNC,
            INTERVAL_S,
            CREATED_BY_FFI_SYNC_SERVICE,
        )
        for device in snapshot.panels
        for kind, points, time_s in device.vectors()
        for point in points
    ]


def _columns(table: Table) -> Callable[[Point], SqlRow]:
    """Takes a point's columns out of it, in the order of its table."""
    return itemgetter(*(Point._fields.index(column.name) for column in table.columns if column.name in Point._fields))


_COLUMNS = {kind: _columns(table) for kind, table in point_tables.items()}


@dataclass(frozen=True, slots=True)
class _ByKey:
    """The three statements for one row of a table, whose key columns are its first ones."""

    keys: int
    select: str
    update: str
    insert: str


def _by_key(table: Table) -> _ByKey:
    names = [f'"{column.name}"' for column in table.columns]
    keys = len(table.primary_key.columns)
    where = " AND ".join(f"{name} = ?" for name in names[:keys])
    return _ByKey(
        keys,
        f"SELECT {', '.join(names)} FROM {table.name} WHERE {where}",
        f"UPDATE {table.name} SET {', '.join(f'{name} = ?' for name in names[keys:])} WHERE {where}",
        f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(names))})",
    )


_DEVICE = _by_key(devices)
_POINT = {kind: _by_key(table) for kind, table in point_tables.items()}


def _write_each(cursor: sqlite3.Cursor, sql: _ByKey, rows: Sequence[SqlRow]) -> None:
    for row in rows:
        key = row[: sql.keys]
        if cursor.execute(sql.select, key).fetchone():
            cursor.execute(sql.update, row[sql.keys :] + key)
        else:
            cursor.execute(sql.insert, row)
