"""A database that a test fills row by row with readings, and with what was recorded of those that lack."""

import json
import sqlite3
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.causes.holes import ExplainedHole, holes
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.layouts import LayoutPoint
from t3monitor.store.schema import CREATED_BY_T3000_HISTORY, DATA_SOURCE_T3000_HISTORY
from t3monitor.store.writing.imported import ImportedFrame, add_frames

SERIAL = 237219
IN1 = PointKey(SERIAL, PointType.INPUT, 1)
SPACING_S = 30
NOW_S = 100_000.0


class HoledFile:
    """The inputs of one panel; further ones are added as they are read."""

    def __init__(self, path: Path) -> None:
        self.url = sqlite_url(path)
        Database(self.url).close()
        self.connection = sqlite3.connect(path, isolation_level=None)
        self._ids = count(1)
        self.panel(SERIAL)
        self.layout(1, {1: "°C", 2: "°C"})

    def add(self, table: str, **columns: Any) -> None:
        names, places = ", ".join(columns), ", ".join("?" * len(columns))
        self.connection.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", tuple(columns.values()))

    def panel(self, serial: int) -> None:
        names = {"panel_name": f"Panel {serial}", "status": "Online", "site": ""}
        self.add("DEVICES", serial_number=serial, panel_id=1, first_seen=0, last_seen=0, **names)

    def describe(self, *labels: str) -> None:
        """Inputs as they are at present, from IN1 on."""
        for index, label in enumerate(labels, 1):
            names = {"point_id": f"IN{index}", "label": label, "full_label": "", "units": "°C"}
            numbers = dict.fromkeys(("auto_manual", "control", "status", "filter", "jumper", "logging_time"), 0)
            numbers |= {"panel": 1, "value": 1.0, "range": 3, "digital_analog": 1, "calibration": 0.0, "updated_at": 0}
            self.add("INPUT_POINTS", serial_number=SERIAL, point_index=index, **names, **numbers)
        self.connection.execute("UPDATE DEVICES SET last_seen = 1")

    def layout(self, layout_id: int, units: dict[int, str]) -> None:
        self.add(
            "TRENDLOG_LAYOUTS",
            id=layout_id,
            serial_number=SERIAL,
            point_type="INPUT",
            panel_id=1,
            fingerprint=f"{layout_id}",
        )
        for position, (index, unit) in enumerate(units.items()):
            names = {"point_id": f"IN{index}", "point_index": index, "label": "L", "range": 3, "units": unit}
            self.add("TRENDLOG_LAYOUT_POINTS", layout_id=layout_id, position=position, digital_analog=1, **names)

    def read(
        self,
        *times: float,
        values: Sequence[float | None] = (20.0, 21.0),
        layout: int = 1,
        serial: int = SERIAL,
        kind: str = "INPUT",
        spacing_s: int = SPACING_S,
    ) -> None:
        self.connection.execute("BEGIN")
        for at_s in times:
            self.add(
                "TRENDLOG_FRAMES",
                serial_number=serial,
                point_type=kind,
                logging_time=at_s,
                run_id=next(self._ids),
                layout_id=layout,
                vals=json.dumps(values),
                expected_spacing=spacing_s,
                sync_interval=spacing_s,
            )
        self.connection.execute("COMMIT")

    def fill(self, *times: int, value: float = 22.0) -> int:
        """Input 1 had this in T3000's own history."""
        points = (LayoutPoint("IN1", 1, "L", 3, "°C", 1),)
        source = DATA_SOURCE_T3000_HISTORY, CREATED_BY_T3000_HISTORY
        frames = [ImportedFrame(SERIAL, PointType.INPUT, 1, source, time_s, 1, points, {1: value}) for time_s in times]
        return add_frames(self.connection.cursor(), frames)

    def cover(self, since: float, until: float, cause: str, reason: str | None = None, **columns: Any) -> None:
        own = {"site": "", "serial_number": None, "point_type": None, "class": Cause(cause).hole_class.value, **columns}
        self.add(
            "COVERAGE", since=since, until=until, cause=cause, reason=reason, longest_ms=1.0, **({"cycles": 1} | own)
        )

    def event(self, at: float, kind: str, detail: str = "", site: str = "") -> None:
        self.add("SYNC_EVENTS", at=at, site=site, kind=kind, detail=detail)

    def run(
        self, started_at: float, finished_at: float, outcome: str, reason: str | None = None, site: str = ""
    ) -> int:
        counts = dict.fromkeys(("attempts", "bytes", "devices", "skipped", "points", "samples"), 0)
        source = {"phases_ms": "{}", "sync_interval": SPACING_S, "data_source": 1, "created_by": "x"}
        run_id = next(self._ids)
        times = {"started_at": started_at, "finished_at": finished_at}
        self.add("SYNC_RUNS", id=run_id, outcome=outcome, reason=reason, site=site, **times, **counts, **source)
        return run_id

    def status(self, at: int, old: str | None, new: str) -> None:
        key = {"serial_number": SERIAL, "point_type": "INPUT", "point_index": 1}
        self.add("POINT_CHANGES", at=at, what="status", old=old, new=new, **key)

    def explained(
        self, start_s: float = 0, end_s: float = 10_000, now_s: float = NOW_S, key: PointKey = IN1
    ) -> tuple[ExplainedHole, ...]:
        series = HistoryReader(self.url).read(key, start_s, end_s, 10_000)
        return holes(self.url, series[-1] if series else None, key, start_s, end_s, now_s)

    def causes(self, start_s: float = 0, end_s: float = 10_000, **fields: Any) -> list[tuple[float, float, str]]:
        return [(*hole[:2], hole.cause.value) for hole in self.explained(start_s, end_s, **fields)]
