"""Makes blocks of frames: what stood in them as JSON stands in columns then, a segment for each point that moved.

The frames of a block have one layout, one sync interval, and times and cycles that rise. So of two readings of one time
in two blocks that of the later cycle is in the block whose last cycle is the later one.
"""

from itertools import pairwise
from sqlite3 import Cursor
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from t3monitor.model.holes import GAPS_TO_TELL, UNKNOWN_SPACING_S
from t3monitor.store import statements
from t3monitor.store.history.codec import encode, encode_whole
from t3monitor.store.history.filling import filled
from t3monitor.store.history.series import Floats
from t3monitor.store.schema import trendlog_frames

_TIDIED_AT_ONCE = 1920
# The sync interval of a frame of an older program, as TRENDLOG_DATA tells it as long as it is not filled in.
_ITS_INTERVAL = f"""coalesce(sync_interval, (SELECT run.sync_interval FROM SYNC_RUNS AS run WHERE run.id = run_id),
    expected_spacing, {UNKNOWN_SPACING_S})"""  # noqa: S608 - of constants
_HOT_FRAMES = "TRENDLOG_FRAMES INDEXED BY TRENDLOG_FRAMES_HOT"
_OF_VECTOR = "serial_number = ? AND point_type = ? AND seq IS NULL"
_FILL = f"""UPDATE {_HOT_FRAMES} SET sync_interval = {_ITS_INTERVAL}
    WHERE {_OF_VECTOR} AND sync_interval IS NULL"""  # noqa: S608 - of constants
_OLDEST = f"""SELECT run_id, logging_time, layout_id, {_ITS_INTERVAL}, expected_spacing, vals FROM {_HOT_FRAMES}
    WHERE {_OF_VECTOR} ORDER BY logging_time, run_id LIMIT ?"""  # noqa: S608 - of constants
_TIMES = "SELECT DISTINCT logging_time FROM TRENDLOG_FRAMES WHERE serial_number = ? AND point_type = ? AND logging_time"
_NEWEST_BLOCK = """SELECT first_seq, count, first_time FROM TRENDLOG_BLOCKS
    WHERE serial_number = ? AND point_type = ? ORDER BY first_seq DESC LIMIT 1"""
_REACHED = "SELECT max(last_time) FROM TRENDLOG_BLOCKS WHERE serial_number = ? AND point_type = ?"
_HELD = """SELECT point.position, segment.base, segment.scale, segment.nullable FROM TRENDLOG_LAYOUT_POINTS AS point
    CROSS JOIN TRENDLOG_SEGMENTS AS segment ON segment.serial_number = ?1 AND segment.point_type = ?2
    AND segment.position = point.position AND segment.first_seq = (
        SELECT max(first_seq) FROM TRENDLOG_SEGMENTS
        WHERE serial_number = ?1 AND point_type = ?2 AND position = point.position)
    WHERE point.layout_id = ?3 AND segment.width = 0"""
_COUNT_POINTS = "SELECT coalesce(max(position) + 1, 0) FROM TRENDLOG_LAYOUT_POINTS WHERE layout_id = ?"
_DELETE = """DELETE FROM TRENDLOG_FRAMES
    WHERE serial_number = ? AND point_type = ? AND logging_time = ? AND run_id = ?"""
# Of what is packed before a time, as many rows as are tidied at once, and those of the same time as the oldest of them.
_PACKED_BEFORE = """FROM TRENDLOG_FRAMES
    WHERE serial_number = ?1 AND point_type = ?2 AND logging_time < ?3 AND seq IS NOT NULL"""
_TIDIED_SINCE = f"""SELECT min(logging_time)
    FROM (SELECT logging_time {_PACKED_BEFORE} ORDER BY logging_time DESC LIMIT {_TIDIED_AT_ONCE})"""  # noqa: S608 - of constants
_TIDIED = f"""SELECT {", ".join(column.name for column in trendlog_frames.columns)}
    {_PACKED_BEFORE} AND logging_time >= ?4 ORDER BY logging_time, run_id"""
_DELETE_TIDIED = f"DELETE {_PACKED_BEFORE} AND logging_time >= ?4"
_decode = msgspec.json.Decoder().decode


class _Frame(NamedTuple):
    run_id: int
    time: int
    layout_id: int
    sync_interval: int
    spacing: int | None
    vals: str


def fill_intervals(cursor: Cursor, serial_number: int, point_type: str) -> None:
    """Has the hot frames of an older program know their sync interval, which stood in the ledger alone."""
    cursor.execute(_FILL, (serial_number, point_type))


def pack_oldest(cursor: Cursor, serial_number: int, point_type: str, count: int) -> int:
    """Makes one block of so many of the oldest hot frames of a vector, or fewer; returns of how many.

    Raises ValueError for values that are no numbers.
    """
    vector = serial_number, point_type
    frames = [_Frame(*row) for row in cursor.execute(_OLDEST, (*vector, count))]
    if not frames:
        return 0
    (reached,) = cursor.execute(_REACHED, vector).fetchone()
    frames = _alike(frames, reached or 0)
    first, last = frames[0], frames[-1]
    newest_seq, newest_count, _ = cursor.execute(_NEWEST_BLOCK, vector).fetchone() or (0, 0, 0)
    seq = newest_seq + newest_count
    times = encode_whole([frame.time for frame in frames])
    spacings = _spacings(cursor, vector, frames)
    cursor.execute(
        statements.INSERT_BLOCK,
        (
            *(*vector, seq, len(frames), first.layout_id, first.sync_interval, first.time, last.time, last.run_id),
            *(*times, *encode_whole(spacings)),
        ),
    )
    (points,) = cursor.execute(_COUNT_POINTS, (first.layout_id,)).fetchone()
    values = _values(frames, points)
    held = np.full(values.shape[1], np.inf)  # which nothing is equal to
    for position, base, scale, nullable in cursor.execute(_HELD, (*vector, first.layout_id)):
        held[position] = np.nan if nullable else base / scale
    goes_on = (_bits(values) == _bits(held)).all(axis=0)
    cursor.executemany(
        statements.INSERT_SEGMENT,
        [(*vector, position, seq, *encode(values[:, position])) for position in np.flatnonzero(~goes_on).tolist()],
    )
    keys = [(*vector, frame.time, frame.run_id) for frame in frames]
    rows = [
        (*key, first.layout_id, "", spacing, None if spacing == first.sync_interval else first.sync_interval, number)
        for number, (key, spacing) in enumerate(zip(keys, spacings, strict=True), seq)
    ]
    # Rows that are made shorter in their places would leave pages that are nearly empty; written the newest first
    # they fill them best.
    cursor.executemany(_DELETE, reversed(keys))
    cursor.executemany(statements.INSERT_FRAME, reversed(rows))
    return len(frames)


def is_untidy(cursor: Cursor, serial_number: int, point_type: str) -> bool:
    """Whether so many frames of a vector are packed, with its newest block, that they are to be tidied."""
    block = cursor.execute(_NEWEST_BLOCK, (serial_number, point_type)).fetchone()
    return block is not None and (block[0] + block[1]) // _TIDIED_AT_ONCE > block[0] // _TIDIED_AT_ONCE


def tidy(cursor: Cursor, serial_number: int, point_type: str) -> None:
    """Writes the newest packed frames before the newest block anew, in their order.

    Beside hot frames, which are many times as long, they leave a sixth of their pages free; among their like half of
    that.
    """
    vector = serial_number, point_type
    before = *vector, cursor.execute(_NEWEST_BLOCK, vector).fetchone()[2]
    (since,) = cursor.execute(_TIDIED_SINCE, before).fetchone()
    rows = cursor.execute(_TIDIED, (*before, since)).fetchall()
    cursor.execute(_DELETE_TIDIED, (*before, since))
    cursor.executemany(statements.INSERT_FRAME, rows)


def _alike(frames: list[_Frame], reached: int) -> list[_Frame]:
    """Those that make one block, from the earliest cycle on; blocks reach to a time, before which others came late."""
    frames.sort(key=lambda frame: frame.run_id)
    for place, (earlier, later) in enumerate(pairwise(frames), 1):
        if later.time < earlier.time or earlier.time <= reached < later.time or later[2:4] != earlier[2:4]:
            return frames[:place]
    return frames


def _values(frames: list[_Frame], points: int) -> Floats:
    """A row for each frame; what stands beside the points of the layout is kept, and what is not there is missing."""
    try:
        there = np.array([_decode(frame.vals) for frame in frames], dtype=np.float64)  # None becomes NaN
        values = np.full((len(frames), max(points, there.shape[1])), np.nan)
    except (msgspec.DecodeError, LookupError, TypeError) as error:
        raise ValueError(str(error)) from error
    values[:, : there.shape[1]] = there
    return values


def _bits(values: Floats) -> NDArray[np.int64]:
    """By which a missing value is equal to itself, and -0.0 is not 0."""
    return values.view(np.int64)


def _spacings(cursor: Cursor, vector: tuple[int, str], frames: list[_Frame]) -> list[int]:
    """The expected spacings; those that are not known as a reader of these frames would have told them."""
    known = [frame.spacing for frame in frames if frame.spacing is not None]
    if len(known) == len(frames):
        return known
    begin, end = (*vector, frames[0].time), (*vector, frames[-1].time)
    before = cursor.execute(f"{_TIMES} < ? ORDER BY logging_time DESC LIMIT {GAPS_TO_TELL}", begin).fetchall()
    after = cursor.execute(f"{_TIMES} > ? ORDER BY logging_time LIMIT 1", end).fetchone()
    among = cursor.execute(f"{_TIMES} BETWEEN ? AND ? ORDER BY logging_time", (*begin, frames[-1].time)).fetchall()
    times = np.array([*reversed(before), *among, *([after] if after else [])], dtype=np.float64)[:, 0]
    places = np.searchsorted(times, [frame.time for frame in frames])
    spacings, intervals = np.zeros(len(times)), np.zeros(len(times))
    spacings[places] = np.array([frame.spacing for frame in frames], dtype=np.float64)
    intervals[places] = [frame.sync_interval for frame in frames]
    return [int(spacing) for spacing in filled(times, spacings, intervals)[places]]
