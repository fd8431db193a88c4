"""Databases as T3000 left them, in each shape that its history of samples had (column lists of its own files)."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

_FLAT = (
    "SerialNumber INTEGER NOT NULL, PanelId INTEGER NOT NULL, PointId TEXT NOT NULL, PointIndex INTEGER NOT NULL, "
    "PointType TEXT NOT NULL, Value TEXT NOT NULL, LoggingTime TEXT NOT NULL, LoggingTime_Fmt TEXT NOT NULL, "
    "Digital_Analog TEXT, Range_Field TEXT, Units TEXT"
)
_FLAT_WITH_SOURCE = f"{_FLAT}, DataSource TEXT, SyncInterval INTEGER, CreatedBy TEXT"
_POINTS = (
    "id INTEGER PRIMARY KEY, SerialNumber INTEGER NOT NULL, PanelId INTEGER NOT NULL, PointId TEXT NOT NULL, "
    "PointIndex INTEGER NOT NULL, PointType TEXT NOT NULL, Digital_Analog TEXT, Range_Field TEXT, Units TEXT, "
    "Description TEXT, IsActive BOOLEAN, CreatedAt TEXT, UpdatedAt TEXT"
)
_SAMPLES = "ParentId INTEGER NOT NULL, Value TEXT NOT NULL, LoggingTime_Fmt TEXT NOT NULL"
_WITH_EPOCH = (
    "id INTEGER PRIMARY KEY, ParentId INTEGER NOT NULL, Value TEXT NOT NULL, LoggingTime INTEGER NOT NULL, "
    "LoggingTime_Fmt TEXT NOT NULL, DataSource {0}, SyncInterval INTEGER, CreatedBy {0}"
)
_INPUTS = (
    "SerialNumber INTEGER NOT NULL, InputId TEXT, Input_Index TEXT, Panel TEXT, Full_Label TEXT, Auto_Manual TEXT, "
    "fValue TEXT, Units TEXT, Range_Field TEXT, Calibration TEXT, Sign TEXT, Filter_Field TEXT, Status TEXT, "
    "Digital_Analog TEXT, Label TEXT, Type_Field TEXT"
)
_UNOWNED = "Trendlog_Input_ID INTEGER NOT NULL, TimeStamp TEXT NOT NULL, fValue TEXT, Status TEXT, Quality TEXT"
UNOWNED = {"2025-08-18": f"{_UNOWNED}, BinaryArray TEXT", "2025-08-26": _UNOWNED}
FLAT = {
    "2025-08-27": _FLAT,
    "2025-08-27 in another order": _FLAT.replace(", Range_Field TEXT", "").replace(
        "Value TEXT NOT NULL", "Value TEXT NOT NULL, Range_Field TEXT"
    ),
    "2025-09-05": _FLAT_WITH_SOURCE,
}
SPLIT = {
    "2025-10-24": _WITH_EPOCH.format("TEXT"),
    "2025-10-28": _WITH_EPOCH.format("INTEGER"),
    "2025-10-29": f"{_SAMPLES}, DataSource INTEGER, SyncMetadataId INTEGER",
    "2025-10-30": _SAMPLES,
}


def flat(path: Path, columns: str, rows: Iterable[dict[str, object]], table: str = "TRENDLOG_DATA") -> Path:
    """A file with point and sample in one row."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE {table} ({columns})")
        _insert(connection, table, rows)
        connection.execute(f"CREATE INDEX {table}_TIME ON {table} (LoggingTime)")
    return path


def split(path: Path, columns: str, points: Iterable[dict[str, object]], samples: Iterable[dict[str, object]]) -> Path:
    """A file with a table of points and one of samples, which also has the empty old table, as T3000's have."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE TABLE TRENDLOG_DATA ({_POINTS})")
        connection.execute(f"CREATE TABLE TRENDLOG_DATA_DETAIL ({columns})")
        connection.execute(f"CREATE TABLE TRENDLOG_DATA_OLD ({_FLAT_WITH_SOURCE})")
        connection.execute(f"CREATE TABLE INPUTS ({_INPUTS})")
        _insert(connection, "TRENDLOG_DATA", points)
        _insert(connection, "TRENDLOG_DATA_DETAIL", samples)
        connection.execute("CREATE INDEX DETAIL_TIME ON TRENDLOG_DATA_DETAIL (LoggingTime_Fmt DESC)")
    return path


def point(row_id: int, point_id: str = "IN1", index: int = 0, **others: object) -> dict[str, object]:
    """A row of TRENDLOG_DATA, by default of IN1 as T3000's service writes it: 10K Type2 in °C."""
    kind = {"I": "INPUT", "O": "OUTPUT", "V": "VARIABLE"}[point_id[0]]
    described = {"Digital_Analog": "1", "Range_Field": "3", "Units": "Feet per Min"}
    who = {"id": row_id, "SerialNumber": 237219, "PanelId": 1, "PointId": point_id, "PointIndex": index}
    return {**who, "PointType": kind, **described, **others}


def sample(parent: int, value: str, text: str, **others: object) -> dict[str, object]:
    """A row of TRENDLOG_DATA_DETAIL."""
    return {"ParentId": parent, "Value": value, "LoggingTime_Fmt": text, **others}


def flat_row(value: str, epoch: object, text: str = "", **others: object) -> dict[str, object]:
    """A row of the old table, by default of IN1."""
    its = {name: cell for name, cell in point(0).items() if name != "id"}
    return {**its, "Value": value, "LoggingTime": str(epoch), "LoggingTime_Fmt": text, **others}


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[dict[str, object]]) -> None:
    for row in rows:
        names, places = ", ".join(row), ", ".join("?" * len(row))
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(row.values()))
