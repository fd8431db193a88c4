"""A database whose history is what a test says: six points of a panel's inputs, each of another kind."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.database import Database
from t3monitor.store.history.days import Day, days_of_point
from t3monitor.store.upkeep.packed import pack_oldest
from t3monitor.store.upkeep.retention import retained

BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
SERIAL, VECTOR = 7, (7, "INPUT")
ROWS = "SELECT logging_time, point_index, value, units, sync_interval FROM TRENDLOG_DATA"
FIRST, SECOND = 1, 2  # layouts: the second one has IN1 in °F
# Number, range, unit, whether digital: measured, of two states, a counter, constant, unused, of three states.
POINTS = [(1, 3, "°C", 0), (2, 1, "", 1), (3, 20, "kWh", 0), (4, 3, "°C", 0), (5, 0, "", 0), (6, 101, "", 0)]


class Frame(NamedTuple):
    time_s: int
    run_id: int
    layout: int
    spacing_s: int
    vals: list[float | None]


class History:
    """A database whose history is what a test says; of a file that is there, what is in it."""

    def __init__(self, file: Path) -> None:
        self.url = sqlite_url(file)
        self.file = file
        is_copy = file.exists()
        self.database = Database(self.url)
        if is_copy:
            return
        layouts = (FIRST, POINTS), (SECOND, [(1, 4, "°F", 0), *POINTS[1:]])
        with self.database.writing() as cursor:
            for layout, points in layouts:
                cursor.execute(
                    "INSERT INTO TRENDLOG_LAYOUTS VALUES (?, 7, 'INPUT', 1, ?, 1, 'ffi_sync_service')", (layout, layout)
                )
                cursor.executemany(
                    "INSERT INTO TRENDLOG_LAYOUT_POINTS VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (layout, place, f"IN{number}", number, f"IN{number}", range_, units, 1 - digital)
                        for place, (number, range_, units, digital) in enumerate(points)
                    ],
                )

    def store(self, frames: Sequence[Frame]) -> None:
        with self.database.writing() as cursor:
            cursor.executemany(
                "INSERT INTO TRENDLOG_FRAMES VALUES (7, 'INPUT', ?, ?, ?, ?, ?, ?, NULL)",
                [
                    (frame.time_s, frame.run_id, frame.layout, json.dumps(frame.vals), frame.spacing_s, frame.spacing_s)
                    for frame in frames
                ],
            )

    def pack(self, blocks: int) -> None:
        with self.database.writing() as cursor:
            for _ in range(blocks):
                pack_oldest(cursor, *VECTOR, 240)

    def retain(self, now_s: float, zone: tzinfo | None = None, slices: int | None = None, **settings: Any) -> int:
        """So many slices, else all; returns how many frames went."""
        gone = 0
        kept = Settings().with_values(**settings)
        for number, frames in enumerate(retained(self.database, kept, now_s, zone)):
            gone += frames
            if number + 1 == slices:
                break
        return gone

    def rows(self, sql: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql, values).fetchall()

    def days(self, number: int) -> tuple[Day, ...]:
        with closing(sqlite3.connect(self.file)) as connection:
            return tuple(days_of_point(connection.cursor(), key(number), 0, 4e9))


def key(number: int) -> PointKey:
    return PointKey(SERIAL, PointType.INPUT, number)


def midnight(zone: tzinfo, year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=zone).timestamp())


def regular(begin_s: int, count: int, step_s: int = 600, layout: int = FIRST, run_id: int = 1) -> list[Frame]:
    return [
        Frame(
            begin_s + place * step_s,
            run_id + place,
            layout,
            step_s,
            [20 + place % 7 / 10, place // 5 % 2, 100 + place * 0.25, 21.5, 0, place // 9 % 3],
        )
        for place in range(count)
    ]
