"""T3000's own databases as they are imported, and what is in ours afterwards."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from storing_imports import storing
from t3monitor.config.database_url import sqlite_url
from t3monitor.exchange.t3000_files.importing import Report, import_file
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.database import Database
from t3monitor.store.work import LongWork
from t3monitor.sync.logged.known import Known
from t3000_databases import SPLIT, point, sample, split

NEW_YORK = ZoneInfo("America/New_York")
SERIAL = 237219
IN1 = PointKey(SERIAL, PointType.INPUT, 1)


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.fixture
def ours(tmp_path: Path) -> Any:
    (tmp_path / "ours").mkdir()
    with closing(Database(sqlite_url(tmp_path / "ours" / "history.db"))) as opened:
        yield opened


def imported(file: Path, database: Database | None = None, known: Known | None = None) -> Report:
    store = storing(database) if database else None
    return import_file(file, NEW_YORK, file.parent / "copies", store, LongWork(), known or Known())


def rows(database: Database, columns: str = "point_id, logging_time, value, units") -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database.path)) as connection:
        order = "serial_number, point_type, point_index, logging_time"
        return connection.execute(f"SELECT {columns} FROM TRENDLOG_DATA ORDER BY {order}").fetchall()


def past(tmp_path: Path, name: str = "t3000.db", minutes: range = range(40)) -> Path:
    """Two points that a browser logs each minute, and one that the service logs beside them."""
    return split(
        tmp_path / name,
        SPLIT["2025-10-30"],
        [point(1, "IN1", 1), point(2, "IN2", 2), point(3, "IN3", 2)],
        [
            sample(parent, f"{parent}{minute:02}00", f"2026-01-05 12:{minute:02}:{seconds:02}")
            for minute in minutes
            for parent, seconds in ((1, 0), (2, 0), (3, 20))
        ],
    )
