"""A small history for tests, hot and packed: made by hand, so that what is looked for in it is known."""

import json
from collections.abc import Sequence
from sqlite3 import Cursor

import numpy as np

from t3monitor.store.database import Database
from t3monitor.store.history.codec import encode, encode_whole

SERIAL, KIND = 237219, "INPUT"
BLOCK = 40  # readings of a block
BEGIN_S, SPACING_S = 1_761_960_000, 30
POINTS = 3  # the last one is constant


def value(seq: int, position: int) -> float | None:
    """Of the reading with that number: the first point moves, the second is missing now and then."""
    if position == 1 and seq % 7 == 3:
        return None
    return 21.5 if position == POINTS - 1 else (seq * (position + 2) % 97) / 10


def fill(database: Database, blocks: int = 2, hot: int = 5, serial: int = SERIAL) -> None:
    """Packed blocks of readings, and hot ones behind them, each with a row in the ledger."""
    with database.writing() as cursor:
        cursor.execute(
            "INSERT INTO TRENDLOG_LAYOUTS (serial_number, point_type, panel_id, fingerprint) VALUES (?, ?, 1, 'x')",
            (serial, KIND),
        )
        layout = cursor.lastrowid
        cursor.executemany(
            "INSERT INTO TRENDLOG_LAYOUT_POINTS VALUES (?, ?, ?, ?, 'Room', 3, '°C', 1)",
            [(layout, position, f"IN{position + 1}", position + 1) for position in range(POINTS)],
        )
        packed = blocks * BLOCK
        for seq in range(packed + hot):
            cursor.execute(
                "INSERT INTO SYNC_RUNS (started_at, finished_at, outcome, attempts, bytes, devices, skipped, points, "
                "samples, phases_ms, sync_interval, data_source, created_by) "
                "VALUES (?, ?, 'ok', 1, 0, 1, 0, 3, 3, '{}', 30, 1, 'ffi_sync_service')",
                (time_of(seq), time_of(seq)),
            )
            values = json.dumps([value(seq, position) for position in range(POINTS)]) if seq >= packed else ""
            cursor.execute(
                "INSERT INTO TRENDLOG_FRAMES VALUES (?, ?, ?, ?, ?, ?, 30, 30, ?)",
                (serial, KIND, time_of(seq), cursor.lastrowid, layout, values, None if seq >= packed else seq),
            )
        for first in range(0, packed, BLOCK):
            _pack(cursor, serial, layout or 0, range(first, first + BLOCK))


def time_of(seq: int) -> int:
    """Of the reading with that number."""
    return BEGIN_S + SPACING_S * seq


def _pack(cursor: Cursor, serial: int, layout: int, seqs: Sequence[int]) -> None:
    times = encode_whole([time_of(seq) for seq in seqs])
    spacings = encode_whole([SPACING_S] * len(seqs))
    cursor.execute(
        "INSERT INTO TRENDLOG_BLOCKS VALUES (?, ?, ?, ?, ?, 30, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            serial,
            KIND,
            seqs[0],
            len(seqs),
            layout,
            time_of(seqs[0]),
            time_of(seqs[-1]),
            seqs[-1] + 1,
            *times,
            *spacings,
        ),
    )
    for position in range(POINTS):
        column = encode(np.array([value(seq, position) for seq in seqs], dtype=np.float64))
        if column.width != 0 or seqs[0] == 0:
            cursor.execute(
                "INSERT INTO TRENDLOG_SEGMENTS VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (serial, KIND, position, seqs[0], *column),
            )
