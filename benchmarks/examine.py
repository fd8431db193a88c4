"""Looks at a database with nothing but SQLite, and says what in it cannot be the work of whole cycles."""

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path

_TABLES = {
    "DEVICES",
    "INPUT_POINTS",
    "OUTPUT_POINTS",
    "VARIABLE_POINTS",
    "SYNC_RUNS",
    "TRENDLOG_FRAMES",
    "TRENDLOG_LAYOUTS",
    "TRENDLOG_LAYOUT_POINTS",
}
_POINTS = {"INPUT": 64, "OUTPUT": 64, "VARIABLE": 128}  # of every panel, used or not

# Each finds what must not be: the sentence takes a row's columns.
_MUST_NOT_BE = [
    (
        "run {} claims {} panels and {} samples, the history has {} frames and {} samples of it",
        """
        WITH history AS (
            SELECT run_id, count(*) AS frames,
                   sum((SELECT count(value) FROM json_each(iif(seq IS NULL, vals, '[]')))) AS samples,
                   count(seq) AS packed
            FROM TRENDLOG_FRAMES GROUP BY run_id
        )
        SELECT id, devices, run.samples, coalesce(frames, 0), coalesce(history.samples, 0)
        FROM SYNC_RUNS AS run LEFT JOIN history ON run_id = id
        WHERE coalesce(frames, 0) != 3 * devices
           OR coalesce(packed, 0) = 0 AND coalesce(history.samples, 0) != run.samples
        """,
    ),
    (
        "run {} ended {} and claims no panel",
        "SELECT id, outcome FROM SYNC_RUNS WHERE outcome IN ('ok', 'partial') AND devices = 0",
    ),
    (
        "{} frames belong to run {}, which is not in the ledger",
        """
        SELECT count(*), run_id FROM TRENDLOG_FRAMES
        WHERE run_id NOT IN (SELECT id FROM SYNC_RUNS) GROUP BY run_id
        """,
    ),
    (
        "{} frames belong to layout {}, which there is not",
        """
        SELECT count(*), layout_id FROM TRENDLOG_FRAMES
        WHERE layout_id NOT IN (SELECT id FROM TRENDLOG_LAYOUTS) GROUP BY layout_id
        """,
    ),
    (
        "{} points belong to layout {}, which there is not",
        """
        SELECT count(*), layout_id FROM TRENDLOG_LAYOUT_POINTS
        WHERE layout_id NOT IN (SELECT id FROM TRENDLOG_LAYOUTS) GROUP BY layout_id
        """,
    ),
    (
        "no frame belongs to layout {}",
        "SELECT id FROM TRENDLOG_LAYOUTS WHERE id NOT IN (SELECT layout_id FROM TRENDLOG_FRAMES)",
    ),
    (
        "a frame of run {} has {} values, its layout {} has {} points",
        """
        WITH layout AS (SELECT layout_id AS id, count(*) AS points FROM TRENDLOG_LAYOUT_POINTS GROUP BY layout_id)
        SELECT run_id, json_array_length(vals), layout_id, coalesce(points, 0)
        FROM TRENDLOG_FRAMES LEFT JOIN layout ON id = layout_id
        WHERE seq IS NULL AND json_array_length(vals) != coalesce(points, 0)
        """,
    ),
    (
        "the ledger claims up to {} panels, DEVICES has {}",
        """
        SELECT claimed, present
        FROM (SELECT coalesce(max(devices), 0) AS claimed FROM SYNC_RUNS), (SELECT count(*) AS present FROM DEVICES)
        WHERE claimed != present
        """,
    ),
    *(
        (
            f"panel {{}} has {{}} {kind} points, not {points}",
            f"""
            WITH stored AS (SELECT serial_number, count(*) AS points FROM {kind}_POINTS GROUP BY serial_number)
            SELECT serial_number, coalesce(points, 0) FROM DEVICES LEFT JOIN stored USING (serial_number)
            WHERE coalesce(points, 0) != {points}
            """,
        )
        for kind, points in _POINTS.items()
    ),
    *(
        (
            f"panel {{}} has {kind} points and is not in DEVICES",
            f"""
            SELECT DISTINCT serial_number FROM {kind}_POINTS
            WHERE serial_number NOT IN (SELECT serial_number FROM DEVICES)
            """,
        )
        for kind in _POINTS
    ),
    *(
        (
            f"{{}} of panel {{}} is {{}} in {kind}_POINTS, its newest sample is {{}}",
            f"""
            WITH newest AS (
                SELECT serial_number, layout_id, vals, max(run_id) FROM TRENDLOG_FRAMES
                WHERE point_type = '{kind}' GROUP BY serial_number
            )
            SELECT state.point_id, state.serial_number, state.value, sample.value
            FROM newest CROSS JOIN json_each(newest.vals) AS sample
            JOIN TRENDLOG_LAYOUT_POINTS AS point ON point.layout_id = newest.layout_id AND position = sample.key
            JOIN {kind}_POINTS AS state USING (serial_number, point_index)
            WHERE sample.value IS NOT NULL AND state.value != sample.value
            """,
        )
        for kind in _POINTS
    ),
]


def violations(path: Path, reported_runs: Collection[int] = ()) -> list[str]:
    """A sentence for each thing that whole cycles cannot have left behind.

    ``reported_runs`` are the ledger ids of cycles that the program has reported as stored.
    """
    with closing(sqlite3.connect(path)) as connection:
        try:
            return list(_violations(connection, reported_runs))
        except sqlite3.DatabaseError as error:
            return [f"SQLite cannot read it: {error}"]


def _violations(connection: sqlite3.Connection, reported_runs: Collection[int]) -> Iterator[str]:
    integrity = [text for (text,) in connection.execute("PRAGMA integrity_check")]
    if integrity != ["ok"]:
        yield from (f"integrity_check: {text}" for text in integrity)
        return
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if tables and not tables >= _TABLES:
        yield f"the tables {', '.join(sorted(_TABLES - tables))} are missing"
        return
    stored = {run for (run,) in connection.execute("SELECT id FROM SYNC_RUNS")} if tables else set()
    yield from (f"run {run} was reported and is not in the ledger" for run in sorted(set(reported_runs) - stored))
    if tables:
        for sentence, query in _MUST_NOT_BE:
            yield from (sentence.format(*row) for row in connection.execute(query))


def uncommitted_pages(path: Path) -> int:
    """Pages at the end of the database's log that a transaction wrote and did not commit; does not open the database.

    Reads the log as https://sqlite.org/fileformat2.html#walformat describes it, its checksums left aside.
    """
    log = path.with_name(path.name + "-wal")
    if not log.exists():
        return 0
    with log.open("rb") as file:
        header = file.read(32)
        page_size, salts = int.from_bytes(header[8:12], "big"), header[16:24]
        pages = 0
        while len(frame := file.read(24)) == 24 and frame[8:16] == salts and len(file.read(page_size)) == page_size:
            pages = 0 if frame[4:8] != bytes(4) else pages + 1  # of a commit: the size of the database, else nothing
    return pages
