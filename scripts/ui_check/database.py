"""What the program's files say, read beside it."""

import contextlib
import json
import sqlite3
from pathlib import Path
from typing import Any


def ask(folder: Path, question: str, *values: object) -> list[tuple[Any, ...]]:
    """Rows of the database in a folder; none while there is no such table."""
    uri = f"{(folder / 'webview_t3_device.db').absolute().as_uri()}?mode=ro"
    try:
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as connection:
            return connection.execute(question, values).fetchall()
    except sqlite3.OperationalError:
        return []


def cycles(folder: Path) -> int:
    told = ask(folder, "SELECT count(*) FROM SYNC_RUNS")
    return int(told[0][0]) if told else 0


def cycles_since(folder: Path, time_s: float) -> int:
    told = ask(folder, "SELECT count(*) FROM SYNC_RUNS WHERE started_at > ?", time_s)
    return int(told[0][0]) if told else 0


def read_json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text())) if path.exists() else {}
