"""Packed history as arrays: the blocks of a vector, and what a point had in them; for any thread.

Whatever is done is done with all blocks at once: a year of a point is thousands of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from sqlite3 import Cursor
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, FromClause, and_, bindparam, func, literal_column, select

from t3monitor.model.holes import is_hole
from t3monitor.store.history.series import Floats
from t3monitor.store.schema import trendlog_blocks, trendlog_segments
from t3monitor.store.statements import sql_text

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Vector = tuple[int, str]  # serial number and type

NOWHERE = -1  # in place of a position
_AS_TEXT = 64  # in place of a width: codes are text in the file, and here the values themselves, floats of 64 bits
_SKIPPED_AT_MOST = 8_000  # readings: to read their segments takes less time than to ask once more
_CODES_SKIPPED_AT_MOST = 1_000  # they are read at one go, wherever they stand
_block, _segment = trendlog_blocks.c, trendlog_segments.c
_zero: ColumnElement[int] = literal_column("0")
# From an index alone SQLite finds those among all blocks that are newer.
_there = trendlog_blocks.alias("there").c
_within_time = select(_there.first_seq).where(
    _there.serial_number == bindparam("serial_number"),
    _there.point_type == bindparam("point_type"),
    _there.last_time >= bindparam("start"),
    _there.first_time <= bindparam("end"),
)
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
    ).where(
        _block.serial_number == bindparam("serial_number"),
        _block.point_type == bindparam("point_type"),
        _block.first_seq.in_(_within_time),
    )
)
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
                _segment.known,
            ),
        )
    ).where(*_of_point, _segment.first_seq.between(bindparam("first"), bindparam("last")))
)
_NO_SEGMENT = 0, 0, 0, 0, 1, 1, 0, 0, 0


def _codes_of(table: FromClause, codes: ColumnElement[Any], varies: ColumnElement[bool]) -> str:
    """Reads the codes of a vector's columns in some runs: of a position, from a reading to another one."""
    run = func.json_each(bindparam("runs")).table_valued("value", name="run").c.value
    position, first, last = (func.json_extract(run, literal_column(f"'$[{place}]'")) for place in range(3))
    own = [table.c.first_seq.between(first, last), *(c == position for c in table.c if c is _segment.position)]
    statement = (
        select(table.c.first_seq, codes)
        .join_from(run.table, table, and_(*own))
        .where(
            table.c.serial_number == bindparam("serial_number"), table.c.point_type == bindparam("point_type"), varies
        )
    )
    return sql_text(statement).replace(" JOIN ", " CROSS JOIN ", 1)  # else SQLite looks for a run for each column


_TIMES = _codes_of(trendlog_blocks, _block.times, _block.width > _zero)
_SPACINGS = _codes_of(trendlog_blocks, _block.spacings, _block.spacing_width > _zero)
_CODES = _codes_of(trendlog_segments, _segment.codes, func.coalesce(_segment.width, literal_column("1")) > _zero)


@dataclass(frozen=True, slots=True, eq=False)
class _Coded:
    """Columns of whole numbers, one of each block: see `codec.Whole`."""

    counts: Ints
    base: Ints
    step: Ints
    width: Ints
    codes: NDArray[np.object_]  # bytes, of those columns that were read

    @classmethod
    def unread(cls, counts: Ints, base: Ints, step: Ints, width: Ints) -> "_Coded":
        """Without codes."""
        return cls(counts, base, step, width, np.full(len(counts), b"", dtype=object))

    def read(self, cursor: Cursor, statement: str, vector: Vector, seqs: Ints, positions: Ints) -> None:
        """Reads the codes of the columns that have a position and no codes yet; ``seqs``: their first readings."""
        unread = (self.width > 0) & (self.codes == b"")
        runs = _runs(seqs, np.where(unread, positions, NOWHERE), _CODES_SKIPPED_AT_MOST)
        if not runs:
            return
        asked = [(int(positions[run[0]]), *seqs[run[[0, -1]]].tolist()) for run in runs]
        found = dict(cursor.execute(statement, (msgspec.json.encode(asked).decode(), *vector)).fetchall())
        places = np.concatenate(runs)
        codes = [found[seq] for seq in seqs[places].tolist()]
        if statement is _CODES:
            for number in np.flatnonzero(self.width[places] == _AS_TEXT).tolist():
                values = msgspec.json.decode(codes[number] or b"")
                codes[number] = np.array(values, dtype=np.float64).tobytes()  # None becomes NaN
        lengths = -(-self.counts[places] * self.width[places] // 8)
        if lengths.tolist() != [len(column or b"") for column in codes]:
            raise LookupError("codes are missing")
        self.codes[places] = codes

    def codes_at(self, which: Ints, numbers: Ints) -> Ints:
        """Some of the codes, each by its column and its place in there, which is the code if the width is 0."""
        codes = numbers.copy()
        for width, columns in self.of_one_width(np.bincount(which, minlength=len(self.width)) > 0):
            starts = np.zeros(len(self.width), dtype=np.int64)
            lengths = -(-self.counts[columns] * width // 8)
            starts[columns] = np.cumsum(lengths) - lengths
            joined = b"".join(self.codes[columns].tolist())
            own = (self.width == width)[which]
            codes[own] = _code_at(joined, width, starts[which[own]], numbers[own])
        return codes

    def every_code(self) -> NDArray[Any]:
        """All codes, one column after the other; of columns without, 0."""
        codes = np.zeros(int(self.counts.sum()), dtype=np.int64)
        for width, columns in self.of_one_width(np.ones(len(self.width), dtype=bool)):
            its_codes = self.unpacked(columns)
            if len(its_codes) == len(codes):
                return its_codes
            codes[np.repeat(self.width == width, self.counts)] = its_codes
        return codes

    def at(self, which: Ints, numbers: Ints) -> Ints:
        """Some of the numbers, each by its column and its place in there."""
        return self.base[which] + self.step[which] * self.codes_at(which, numbers)

    def of_one_width(self, chosen: Flags) -> list[tuple[int, NDArray[np.intp]]]:
        """The places of the chosen columns with codes, by how many bits these have."""
        widths = np.unique(self.width[chosen & (self.width > 0)]).tolist()
        return [(width, np.flatnonzero(chosen & (self.width == width))) for width in widths]

    def unpacked(self, columns: NDArray[np.intp]) -> NDArray[Any]:
        """The codes of columns of one width, one column after the other."""
        return _unpacked(b"".join(self.codes[columns].tolist()), int(self.width[columns[0]]), self.counts[columns])


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """The blocks of a vector that reach into a stretch of time, in the order of their first readings."""

    vector: Vector
    first_seqs: Ints
    counts: Ints
    layouts: Ints
    first_times: Ints
    last_times: Ints
    runs: Ints  # the cycle of the last reading
    _times: _Coded
    _spacings: _Coded

    @classmethod
    def read(cls, cursor: Cursor, vector: Vector, start_s: float, end_s: float) -> "Blocks":
        """Those that have a reading in that time, or readings on both sides of it."""
        columns = _columns(cursor, _BLOCKS, (*vector, *vector, start_s, end_s))
        seqs, counts, layouts, first, last, runs, *coded = columns[:, np.lexsort((columns[0], columns[3]))]
        times, spacings = _Coded.unread(counts, *coded[:3]), _Coded.unread(counts, *coded[3:])
        for statement, of_blocks in ((_TIMES, times), (_SPACINGS, spacings)):
            of_blocks.read(cursor, statement, vector, seqs, np.zeros_like(seqs))
        return cls(vector, seqs, counts, layouts, first, last, runs, times, spacings)

    @classmethod
    def none(cls, vector: Vector) -> "Blocks":
        """No block."""
        nothing = np.empty(0, dtype=np.int64)
        coded = _Coded.unread(nothing, nothing, nothing, nothing)
        return cls(vector, nothing, nothing, nothing, nothing, nothing, nothing, coded, coded)

    def __len__(self) -> int:
        return len(self.counts)

    def times_of(self, which: Ints, numbers: Ints) -> Ints:
        """When some readings were taken, each by its block and its number in there."""
        first, last = numbers == 0, numbers == self.counts[which] - 1
        if (first | last).all():  # without decoding anything
            return np.where(first, self.first_times[which], self.last_times[which])
        return self._times.at(which, numbers)

    def spacings_of(self, which: Ints, numbers: Ints) -> Ints:
        """After what time the reading after each of some was expected."""
        return self._spacings.at(which, numbers)

    def unbroken(self, chosen: Flags) -> Flags:
        """Which of the chosen blocks have no hole inside, no two readings of one time, and nothing beside them.

        Those whose readings were not all expected after the same time are none of them, since they are few.
        """
        reached = np.maximum.accumulate(self.last_times)
        beside = np.append(False, self.first_times[1:] <= reached[:-1])
        beside[:-1] |= beside[1:]
        times, spacings = self._times, self._spacings
        chosen = chosen & ~beside & (spacings.width == 0) & (spacings.step == 0)
        shortest, longest = times.step.copy(), times.step.copy()  # gaps
        for width, places in times.of_one_width(chosen):
            codes = times.unpacked(places).astype(np.int16 if width <= 8 else np.int64)
            after = np.cumsum(self.counts[places])
            within = np.column_stack((after - self.counts[places], after - 1)).ravel()
            gaps = np.diff(codes, append=codes[-1:])  # the gap to the next block is left out
            shortest[places] *= np.minimum.reduceat(gaps, within)[::2]
            longest[places] *= np.maximum.reduceat(gaps, within)[::2]
        found: Flags = chosen & ((self.counts == 1) | ((shortest > 0) & ~is_hole(longest, spacings.base)))
        return found


class Pieces(NamedTuple):
    """Parts of blocks: each the readings from one to another one, which are counted from 0 in their block."""

    blocks: Ints
    firsts: Ints
    lasts: Ints

    @classmethod
    def whole(cls, counts: Ints, chosen: Flags) -> "Pieces":
        """Each of the chosen blocks."""
        blocks = np.flatnonzero(chosen)
        return cls(blocks, np.zeros(len(blocks), dtype=np.int64), counts[blocks] - 1)

    @classmethod
    def single(cls, counts: Ints, chosen: Flags) -> "Pieces":
        """Each reading of the chosen blocks."""
        own = counts[chosen]
        numbers = np.arange(int(own.sum())) - np.repeat(np.cumsum(own) - own, own)
        return cls(np.repeat(np.flatnonzero(chosen), own), numbers, numbers)

    @property
    def are_single(self) -> bool:
        """Whether each is one reading."""
        return self.lasts is self.firsts

    def merged(self, *others: "Pieces") -> "Pieces":
        """These and others, in the order of the blocks."""
        blocks, firsts, lasts = map(np.concatenate, zip(self, *others, strict=True))
        order = np.argsort(blocks, kind="stable")
        return Pieces(blocks[order], firsts[order], lasts[order])


class Segments:
    """What a point had in each block, in figures, and coded: see `codec.Column`."""

    def __init__(self, cursor: Cursor, blocks: Blocks, positions: Ints) -> None:
        """``positions``: where the point stands in the layout of each block, or NOWHERE."""
        self._cursor, self._blocks, self._positions = cursor, blocks, positions
        seqs, base, step, width, self._scale, self._nullable, top, total, known = _segments(cursor, blocks, positions)
        self._coded = _Coded.unread(blocks.counts, base, step, width)
        self.constant: Flags = width == 0
        if (~self.constant & (seqs != blocks.first_seqs)).any():
            raise LookupError("a segment is missing")
        # Whether the figures are right, and no value or each one is missing.
        self.summed_up: Flags = self.constant | ((width != _AS_TEXT) & (known == blocks.counts))
        self.lows: Floats = (base + step * self._nullable) / self._scale
        self.highs: Floats = (base + step * top) / self._scale
        self.means: Floats = (base + step * (total / np.maximum(known, 1))) / self._scale
        self.means[self.constant & (self._nullable == 1)] = np.nan

    def values(self, which: Ints, numbers: Ints) -> Floats:
        """Some values, each by its block and its number in there; NaN: missing."""
        coded = self._read(np.bincount(which, minlength=len(self.constant)) > 0)
        return self._values(coded.codes_at(which, numbers), lambda column: column[which])

    def every_value(self) -> Floats:
        """All values, one block after the other; NaN: missing."""
        coded = self._read(np.ones(len(self.constant), dtype=bool))
        return self._values(coded.every_code(), lambda column: np.repeat(column, coded.counts))

    def _values(self, codes: NDArray[Any], of_blocks: Callable[[Any], Any]) -> Floats:
        """Those with these codes; ``of_blocks`` tells for each of them what holds for its block."""
        coded, scale = self._coded, self._scale
        base = of_blocks(coded.base)
        whole = of_blocks(coded.step)
        whole *= codes
        whole += base
        values: Floats = whole / (scale[0] if len(scale) and (scale == scale[0]).all() else of_blocks(scale))
        if self._nullable.any():
            values[(whole == base) & of_blocks(self._nullable == 1)] = np.nan
        in_text = coded.width == _AS_TEXT
        if in_text.any():
            own = of_blocks(in_text)
            values[own] = codes[own].view(np.float64)
        return values

    def runs(self, chosen: Flags) -> Pieces:
        """The readings of blocks in which the value changes, equal ones side by side."""
        coded, counts = self._read(chosen), self._blocks.counts
        found = Pieces.whole(counts, chosen & self.constant)
        for _, places in coded.of_one_width(chosen):
            codes = coded.unpacked(places)
            starts = np.cumsum(counts[places]) - counts[places]
            begins = np.append(True, codes[1:] != codes[:-1])
            begins[starts] = True
            first = np.flatnonzero(begins)
            last = np.append(first[1:], len(codes)) - 1
            which = np.searchsorted(starts, first, side="right") - 1
            found = found.merged(Pieces(places[which], first - starts[which], last - starts[which]))
        return found

    def _read(self, chosen: Flags) -> _Coded:
        """With the codes of these blocks."""
        positions = np.where(chosen, self._positions, NOWHERE)
        self._coded.read(self._cursor, _CODES, self._blocks.vector, self._blocks.first_seqs, positions)
        return self._coded


def _columns(cursor: Cursor, statement: str, parameters: tuple[Any, ...]) -> Ints:
    """Columns of whole numbers, each a JSON array: a row for each of their places would take several times as long."""
    return np.array([_decode(text) for text in cursor.execute(statement, parameters).fetchone()], dtype=np.int64)


_decode = msgspec.json.Decoder(list[int]).decode


def _segments(cursor: Cursor, blocks: Blocks, positions: Ints) -> Ints:
    """The columns of the segments that are in force in each block."""
    columns = np.repeat(np.array([_NO_SEGMENT]).T, len(blocks), axis=1)
    for run in _runs(blocks.first_seqs, positions, _SKIPPED_AT_MOST):
        first, last = blocks.first_seqs[run[[0, -1]]].tolist()
        point = *blocks.vector, int(positions[run[0]])
        (in_force,) = cursor.execute(_IN_FORCE, (*point, first)).fetchone()
        found = _columns(cursor, _SEGMENTS, (*point, first if in_force is None else in_force, last))
        found = found[:, np.argsort(found[0])]
        places = np.searchsorted(found[0], blocks.first_seqs[run], side="right") - 1
        columns[:, run[places >= 0]] = found[:, places[places >= 0]]
    return columns


def _runs(seqs: Ints, positions: Ints, skipped_at_most: int) -> list[NDArray[np.intp]]:
    """Places of blocks nearly side by side in the order of packing, in which the point stands at one position."""
    order = np.argsort(seqs)
    order = order[positions[order] != NOWHERE]
    is_next = (np.diff(seqs[order]) <= skipped_at_most) & (np.diff(positions[order]) == 0)
    return np.split(order, np.flatnonzero(~is_next) + 1) if order.size else []


def _code_at(codes: bytes, width: int, starts: Ints, numbers: Ints) -> NDArray[Any]:
    """Codes by their numbers in columns that start at these bytes."""
    if width >= 8:
        size = width // 8
        wide: NDArray[Any] = np.frombuffer(codes, dtype=_dtype(width))[starts // size + numbers]
        return wide
    found: NDArray[Any] = np.frombuffer(codes, dtype=np.uint8)[starts + numbers * width // 8]
    return (found >> (numbers * width % 8).astype(np.uint8)) & np.uint8((1 << width) - 1)


def _dtype(width: int) -> str:
    """Of whole bytes; the widest ones are numbers with a sign, since they become such."""
    return "<i8" if width == 64 else f"<u{width // 8}"


def _unpacked(codes: bytes, width: int, counts: Ints) -> NDArray[Any]:
    """The codes of columns of one width, each of which ends with a whole byte."""
    if width >= 8:
        return np.frombuffer(codes, dtype=_dtype(width))
    packed = np.frombuffer(codes, dtype=np.uint8)
    if width == 1:
        parts = np.unpackbits(packed, bitorder="little")
    else:
        parts = (packed[:, np.newaxis] >> np.arange(0, 8, width, dtype=np.uint8)).ravel() & np.uint8((1 << width) - 1)
    in_byte = 8 // width
    lengths = -(-counts // in_byte) * in_byte
    if (lengths == counts).all():
        return parts
    places = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return parts[places < np.repeat(counts, lengths)]
