"""What goes next of the samples of a vector: a packed block, or frames that are not packed yet."""

from collections.abc import Sequence
from contextlib import suppress
from itertools import takewhile
from sqlite3 import Cursor
from typing import NamedTuple

import msgspec
import numpy as np

from t3monitor.model.holes import UNKNOWN_SPACING_S, known_until
from t3monitor.store.history.codec import decode, decode_whole
from t3monitor.store.history.days import Readings, used_positions
from t3monitor.store.history.series import Floats
from t3monitor.store.layouts import RowVector, points_of_layout
from t3monitor.store.schema import DATA_SOURCE_FFI_SYNC, IMPORTED_RUN

_HOT_AT_ONCE = 240
_NEVER_S = 1e12
_BLOCK = """
    SELECT first_seq, count, layout_id, base, step, width, times, spacing_base, spacing_step, spacing_width, spacings,
           first_time
    FROM TRENDLOG_BLOCKS WHERE serial_number = ? AND point_type = ? AND last_time < ? ORDER BY last_time LIMIT 1"""
_HOT = """
    SELECT layout_id, logging_time, run_id, vals, coalesce(expected_spacing, sync_interval, ?)
    FROM TRENDLOG_FRAMES WHERE serial_number = ? AND point_type = ? AND seq IS NULL AND logging_time < ?
    ORDER BY logging_time, run_id LIMIT ?"""
_SEGMENT = """
    SELECT base, step, scale, width, nullable, codes FROM TRENDLOG_SEGMENTS
    WHERE serial_number = ? AND point_type = ? AND position = ? AND first_seq <= ? ORDER BY first_seq DESC LIMIT 1"""
_IS_IMPORTED = f"SELECT data_source <> {DATA_SOURCE_FFI_SYNC} FROM TRENDLOG_LAYOUTS WHERE id = ?"  # noqa: S608 - of a constant
# Of each recorded frame when the next one was read, and whether another one of its time counts.
_NEIGHBOURS = """
    SELECT (SELECT logging_time FROM TRENDLOG_FRAMES
            WHERE serial_number = frame.serial_number AND point_type = frame.point_type
              AND logging_time > frame.logging_time AND run_id > {imported} ORDER BY logging_time LIMIT 1),
           EXISTS (SELECT 1 FROM TRENDLOG_FRAMES AS later
                   WHERE later.serial_number = frame.serial_number AND later.point_type = frame.point_type
                     AND later.logging_time = frame.logging_time AND later.run_id > frame.run_id)
    FROM json_each(?) AS its CROSS JOIN TRENDLOG_FRAMES AS frame
    WHERE frame.serial_number = ? AND frame.point_type = ? AND frame.logging_time = json_extract(its.value, '$[0]')
      AND frame.{} = json_extract(its.value, '$[1]')
    ORDER BY its.key"""
_LAST_POSITION = "SELECT max(position) FROM TRENDLOG_SEGMENTS WHERE serial_number = ? AND point_type = ?"
_OF_BLOCK = "WHERE serial_number = ? AND point_type = ? AND first_seq = ?"
_OF_SEGMENT = "WHERE serial_number = ? AND point_type = ? AND position = ? AND first_seq = ?"
_OF_FRAME = "WHERE serial_number = ? AND point_type = ? AND logging_time = ? AND {} = ?"


class Leaving(NamedTuple):
    """Frames of one layout, by time; ``marks`` tell each from others of its time: their seq, or else their run."""

    vector: RowVector
    layout_id: int
    times: list[int]
    marks: list[int]
    spacings: Floats
    vals: list[str]  # JSON; empty if they are a block

    @property
    def is_block(self) -> bool:
        """Whether they are packed."""
        return not self.vals

    def is_imported(self, cursor: Cursor) -> bool:
        """Whether others recorded them: daily values are of what this program recorded."""
        row = cursor.execute(_IS_IMPORTED, (self.layout_id,)).fetchone()
        return bool(row and row[0])

    def readings(self, cursor: Cursor) -> Readings:
        """What they held."""
        points = points_of_layout(cursor, self.layout_id)
        used = used_positions(cursor, *self.vector, points)
        values = np.full((len(points), len(self.times)), np.nan)
        if self.is_block:
            for position in used:
                for segment in cursor.execute(_SEGMENT, (*self.vector, position, self.marks[0])).fetchall():
                    base, step, scale, width, nullable, codes = segment
                    values[position] = decode(base, step, scale, width, nullable, codes, len(self.times))
        for place, vals in enumerate(self.vals):
            with suppress(msgspec.DecodeError, TypeError, ValueError):  # of what cannot be read there is no daily value
                numbers = msgspec.json.decode(vals)[: len(points)]
                values[: len(numbers), place] = numbers  # None becomes NaN
        frames = msgspec.json.encode(self._frames).decode()
        neighbours = cursor.execute(
            _NEIGHBOURS.format(self._told_by, imported=IMPORTED_RUN), (frames, *self.vector)
        ).fetchall()
        next_s = np.array([_NEVER_S if next_s is None else next_s for next_s, _ in neighbours], dtype=np.float64)
        counts = np.array([not is_other for _, is_other in neighbours])
        times = np.array(self.times, dtype=np.float64)
        until = np.where(counts, known_until(times, self.spacings, next_s), times)
        return Readings(points, used, times, self.spacings, until, values, neighbours[-1][0])

    def delete(self, cursor: Cursor) -> None:
        """Deletes them; a constant that reaches into what is kept begins with the next block."""
        cursor.executemany(
            f"DELETE FROM TRENDLOG_FRAMES {_OF_FRAME.format(self._told_by)}",  # noqa: S608 - of constants
            [(*self.vector, *frame) for frame in self._frames],
        )
        if self.is_block:
            self._delete_block(cursor)

    def _delete_block(self, cursor: Cursor) -> None:
        block = *self.vector, self.marks[0]
        (last,) = cursor.execute(_LAST_POSITION, self.vector).fetchone()
        segments = [(*self.vector, position, self.marks[0]) for position in range(0 if last is None else last + 1)]
        (next_seq,) = cursor.execute(
            "SELECT min(first_seq) FROM TRENDLOG_BLOCKS WHERE serial_number = ? AND point_type = ? AND first_seq > ?",
            block,
        ).fetchone()
        if next_seq is not None:  # where that one has a segment of its own, it is left as it is
            cursor.executemany(
                f"UPDATE OR IGNORE TRENDLOG_SEGMENTS SET first_seq = ? {_OF_SEGMENT} AND width = 0",  # noqa: S608 - of constants
                [(next_seq, *segment) for segment in segments],
            )
        cursor.executemany(f"DELETE FROM TRENDLOG_SEGMENTS {_OF_SEGMENT}", segments)  # noqa: S608 - of constants
        cursor.execute(f"DELETE FROM TRENDLOG_BLOCKS {_OF_BLOCK}", block)  # noqa: S608 - of constants

    @property
    def _told_by(self) -> str:
        return "seq" if self.is_block else "run_id"

    @property
    def _frames(self) -> Sequence[tuple[int, int]]:
        return list(zip(self.times, self.marks, strict=True))


def oldest(cursor: Cursor, vector: RowVector, before_s: int) -> Leaving | None:
    """What is wholly before a time, by the clock, so that counters count on from day to day."""
    block = cursor.execute(_BLOCK, (*vector, before_s)).fetchone()
    hot = cursor.execute(_HOT, (UNKNOWN_SPACING_S, *vector, before_s, _HOT_AT_ONCE)).fetchall()
    if block and not (hot and hot[0][1] < block[-1]):
        first_seq, count, layout_id, base, step, width, times, spacing_base, spacing_step, spacing_width, codes, _ = (
            block
        )
        return Leaving(
            vector,
            layout_id,
            decode_whole(base, step, width, times, count).tolist(),
            list(range(first_seq, first_seq + count)),
            decode_whole(spacing_base, spacing_step, spacing_width, codes, count).astype(np.float64),
            [],
        )
    if not hot:
        return None
    layout_id, block_s = hot[0][0], block[-1] if block else _NEVER_S
    alike = takewhile(lambda frame: frame[0] == layout_id and frame[1] < block_s, hot)
    _, its_times, runs, vals, spacings = map(list, zip(*alike, strict=True))
    return Leaving(vector, layout_id, its_times, runs, np.array(spacings, dtype=np.float64), vals)
