"""What a point had in each block of its vector, in figures, and coded: see `codec.Column`; for any thread."""

from collections.abc import Callable
from operator import itemgetter
from sqlite3 import Cursor
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, literal_column, select

from t3monitor.store.history.blocks import Blocks
from t3monitor.store.history.coded import Codes, Flags, Ints, codes_of, read_codes, read_columns
from t3monitor.store.history.series import Floats
from t3monitor.store.schema import trendlog_segments
from t3monitor.store.statements import sql_text

NOWHERE = -1  # in place of a position
_AS_TEXT = 64  # in place of a width: codes are text in the file, and here the values themselves, floats of 64 bits
_segment = trendlog_segments.c
_of_point = (
    _segment.serial_number == bindparam("serial_number"),
    _segment.point_type == bindparam("point_type"),
    _segment.position == bindparam("position"),
)
_IN_FORCE = sql_text(select(func.max(_segment.first_seq)).where(*_of_point, _segment.first_seq <= bindparam("first")))
_SEGMENTS = sql_text(
    select(
        *map(
            func.json_group_array,
            (
                _segment.first_seq,
                _segment.base,
                _segment.step,
                func.coalesce(_segment.width, literal_column(f"{_AS_TEXT}")),
                _segment.scale,
                _segment.nullable,
                _segment.top,
                _segment.total,
            ),
        )
    ).where(*_of_point, _segment.first_seq.between(bindparam("first"), bindparam("last")))
)
_NO_SEGMENT = 0, 0, 0, 0, 1, 1, 0, 0
_CODES = codes_of(
    trendlog_segments, _segment.codes, func.coalesce(_segment.width, literal_column("1")) > literal_column("0")
)


class Runs(NamedTuple):
    """Equal readings side by side: from one to another one, which are counted from 0 in their block."""

    blocks: Ints
    firsts: Ints
    lasts: Ints
    values: Floats

    @classmethod
    def none(cls) -> "Runs":
        """No run."""
        nothing = np.empty(0, dtype=np.int64)
        return cls(nothing, nothing, nothing, np.empty(0))


class Segments:
    """What a point had in each block."""

    def __init__(self, cursor: Cursor, blocks: Blocks, positions: Ints) -> None:
        """``positions``: where the point stands in the layout of each block, or NOWHERE."""
        self._cursor, self._blocks, self._positions = cursor, blocks, positions
        seqs, base, step, width, scale, nullable, top, total = _read(cursor, blocks, positions)
        self._base, self._step, self._width, self._scale, self._nullable = base, step, width, scale, nullable
        self.constant: Flags = width == 0
        if (~self.constant & (seqs != blocks.first_seqs)).any():
            raise LookupError("a segment is missing")
        # Whether the figures are right, and no value or each one is missing.
        self.summed_up: Flags = self.constant | ((width != _AS_TEXT) & (nullable == 0))
        self.lows: Floats = (base + step * nullable) / scale
        self.highs: Floats = (base + step * top) / scale
        self.means: Floats = (base + step * (total / blocks.counts)) / scale
        self.means[self.constant & (nullable == 1)] = np.nan
        self._with_codes: Flags = np.zeros(len(blocks), dtype=bool)
        self._codes = Codes(blocks.counts, width, np.empty(0, dtype=np.intp), ())

    def every_value(self, chosen: Flags) -> Floats:
        """All values of some blocks, one block after the other; NaN: missing."""
        self.read_codes(chosen)
        counts = self._blocks.counts[chosen]
        return self._values(self._codes.every(chosen), lambda column: np.repeat(column[chosen], counts))

    def _values(self, codes: NDArray[Any], of_blocks: Callable[[Any], Any]) -> Floats:
        """Those with these codes; ``of_blocks`` tells for each of them what holds for its block."""
        scale = self._scale
        base = of_blocks(self._base)
        whole = of_blocks(self._step)
        whole *= codes
        whole += base
        values: Floats = whole / (scale[0] if len(scale) and (scale == scale[0]).all() else of_blocks(scale))
        if self._nullable.any():
            values[(whole == base) & of_blocks(self._nullable == 1)] = np.nan
        in_text = self._width == _AS_TEXT
        if in_text.any():
            own = of_blocks(in_text)
            values[own] = codes[own].view(np.float64)
        return values

    def runs(self, chosen: Flags) -> Runs:
        """The readings of some blocks, equal ones side by side in one."""
        self.read_codes(chosen)
        counts = self._blocks.counts
        parts = [Runs.none()]
        for places, codes in self._codes.by_width():
            starts = np.cumsum(counts[places]) - counts[places]
            begins = np.append(True, codes[1:] != codes[:-1])
            begins[starts] = True
            first = np.flatnonzero(begins)
            last = np.append(first[1:], len(codes)) - 1
            own = np.searchsorted(starts, first, side="right") - 1
            is_chosen = chosen[places[own]]
            first, last, own = first[is_chosen], last[is_chosen], own[is_chosen]
            which = places[own]
            values = self._values(codes[first], itemgetter(which))
            parts.append(Runs(which, first - starts[own], last - starts[own], values))
        return Runs(*map(np.concatenate, zip(*parts, strict=True)))

    def read_codes(self, chosen: Flags) -> None:
        """Reads the codes of these blocks, unless they are there already."""
        chosen = chosen & ~self.constant
        if not (chosen & ~self._with_codes).any():
            return
        places = np.flatnonzero(chosen)
        blocks = self._blocks
        codes = read_codes(self._cursor, _CODES, blocks.vector, self._positions[places], blocks.first_seqs[places])
        for number in np.flatnonzero(self._width[places] == _AS_TEXT).tolist():
            values = msgspec.json.decode(codes[number])
            codes[number] = np.array(values, dtype=np.float64).tobytes()  # None becomes NaN
        self._codes, self._with_codes = Codes(blocks.counts, self._width, places, codes), chosen


def _read(cursor: Cursor, blocks: Blocks, positions: Ints) -> Ints:
    """The columns of the segments that are in force in each block."""
    columns = np.repeat(np.array([_NO_SEGMENT]).T, len(blocks), axis=1)
    for position in {*positions.tolist()} - {NOWHERE}:
        places = np.flatnonzero(positions == position)
        seqs = blocks.first_seqs[places]
        first, last = int(seqs.min()), int(seqs.max())
        point = *blocks.vector, position
        (in_force,) = cursor.execute(_IN_FORCE, (*point, first)).fetchone()
        found = read_columns(cursor, _SEGMENTS, (*point, first if in_force is None else in_force, last))
        order = np.argsort(found[0])
        own = np.searchsorted(found[0], seqs, side="right", sorter=order) - 1
        is_there = own >= 0
        columns[:, places[is_there]] = found[:, order[own[is_there]]]
    return columns
