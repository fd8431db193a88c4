"""The blocks of a vector in a stretch of time as arrays; for any thread."""

from dataclasses import dataclass
from sqlite3 import Cursor

import numpy as np
from sqlalchemy import bindparam, func, literal_column, select

from t3monitor.model.holes import is_hole
from t3monitor.store.history.coded import Codes, Flags, Ints, Wholes, codes_of, read_codes, read_columns
from t3monitor.store.layouts import RowVector
from t3monitor.store.schema import trendlog_blocks
from t3monitor.store.statements import sql_text

_block = trendlog_blocks.c
_of_vector = _block.serial_number == bindparam("serial_number"), _block.point_type == bindparam("point_type")
_within_time = _block.last_time >= bindparam("start"), _block.first_time <= bindparam("end")
# From an index alone SQLite finds those among all blocks that are newer.
_EXTENT = sql_text(select(func.min(_block.first_seq), func.max(_block.first_seq)).where(*_of_vector, *_within_time))
_BLOCKS = sql_text(
    select(
        *map(
            func.json_group_array,
            (
                _block.first_seq,
                _block.count,
                _block.layout_id,
                _block.first_time,
                _block.last_time,
                _block.last_run,
                _block.base,
                _block.step,
                _block.width,
                _block.spacing_base,
                _block.spacing_step,
                _block.spacing_width,
            ),
        )
    ).where(*_of_vector, _block.first_seq.between(bindparam("first"), bindparam("last")), *_within_time)
)
_zero = literal_column("0", _block.width.type)
_TIMES = codes_of(trendlog_blocks, _block.times, _block.width > _zero)
_SPACINGS = codes_of(trendlog_blocks, _block.spacings, _block.spacing_width > _zero)


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """The blocks of a vector that reach into a stretch of time, in the order of their first readings."""

    vector: RowVector
    first_seqs: Ints
    counts: Ints
    layouts: Ints
    first_times: Ints
    last_times: Ints
    runs: Ints  # the cycle of the last reading
    _times: Wholes
    _spacings: Wholes

    @classmethod
    def read(cls, cursor: Cursor, vector: RowVector, start_s: float, end_s: float) -> "Blocks":
        """Those that have a reading in that time, or readings on both sides of it."""
        extent = cursor.execute(_EXTENT, (*vector, start_s, end_s)).fetchone()
        columns = read_columns(cursor, _BLOCKS, (*vector, *extent, start_s, end_s))
        seqs, counts, layouts, first, last, runs, *coded = columns[:, np.lexsort((columns[0], columns[3]))]
        wholes = []
        for statement, (base, step, width) in ((_TIMES, coded[:3]), (_SPACINGS, coded[3:])):
            varying = np.flatnonzero(width)
            codes = read_codes(cursor, statement, vector, np.zeros_like(varying), seqs[varying])
            wholes.append(Wholes(counts, base, step, width, Codes(counts, width, varying, codes)))
        return cls(vector, seqs, counts, layouts, first, last, runs, *wholes)

    @classmethod
    def none(cls, vector: RowVector) -> "Blocks":
        """No block."""
        nothing = np.empty(0, dtype=np.int64)
        wholes = Wholes(nothing, nothing, nothing, nothing, Codes(nothing, nothing, nothing, ()))
        return cls(vector, nothing, nothing, nothing, nothing, nothing, nothing, wholes, wholes)

    def __len__(self) -> int:
        return len(self.counts)

    def times_of(self, which: Ints, numbers: Ints) -> Ints:
        """When some readings were taken, each by its block and its number in there."""
        is_first = numbers == 0
        times = np.where(is_first, self.first_times[which], self.last_times[which])
        inside = np.flatnonzero(~is_first & (numbers < self.counts[which] - 1))
        times[inside] = self._times.at(which[inside], numbers[inside])
        return times

    @property
    def common_spacings(self) -> Ints:
        """After what time the reading after each one of a block was expected, if that is the same for all."""
        return self._spacings.base

    def every_time(self, chosen: Flags) -> Ints:
        """When all readings of some blocks were taken."""
        return self._times.every(chosen)

    def every_spacing(self, chosen: Flags) -> Ints:
        """After what time the reading after each one of some blocks was expected."""
        return self._spacings.every(chosen)

    def unbroken(self, chosen: Flags) -> Flags:
        """Which of the chosen blocks have no hole inside, no two readings of one time, and nothing beside them.

        Those whose readings were not all expected after the same time are none of them, since they are few.
        """
        reached = np.maximum.accumulate(self.last_times)
        beside = np.append(False, self.first_times[1:] <= reached[:-1])
        beside[:-1] |= beside[1:]
        times, spacings = self._times, self._spacings
        shortest, longest = times.step.copy(), times.step.copy()  # gaps
        for places, codes in times.codes.by_width():
            codes = codes.astype(np.int16 if codes.dtype.itemsize == 1 else np.int64)
            after = np.cumsum(self.counts[places])
            within = np.column_stack((after - self.counts[places], after - 1)).ravel()
            gaps = np.diff(codes, append=codes[-1:])  # the gap to the next block is left out
            shortest[places] *= np.minimum.reduceat(gaps, within)[::2]
            longest[places] *= np.maximum.reduceat(gaps, within)[::2]
        found: Flags = (self.counts == 1) | ((shortest > 0) & ~is_hole(longest, spacings.base))
        found &= chosen & ~beside & (spacings.width == 0) & (spacings.step == 0)
        return found
