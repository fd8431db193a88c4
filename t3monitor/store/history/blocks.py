"""Packed history as arrays: the blocks of a vector, and what a point had in them; for any thread.

Whatever is done is done with all blocks at once: a year of a point is thousands of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from sqlite3 import Cursor
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, bindparam, case, func, literal_column, select

from t3monitor.model.holes import is_hole
from t3monitor.store.history.series import Floats
from t3monitor.store.schema import trendlog_blocks, trendlog_segments
from t3monitor.store.statements import sql_text

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Codes = Sequence[bytes | None]
Vector = tuple[int, str]  # serial number and type

NOWHERE = -1  # in place of a position
_AS_TEXT = -1  # in place of a width, or of how many values are known
_CONSTANT = -2  # in place of how many values are known: all of however many
_SKIPPED_AT_MOST = 8_000  # readings: to read their segments takes less time than to ask once more
_block, _segment = trendlog_blocks.c, trendlog_segments.c
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
        _block.times,
        _block.spacings,
    )
    .where(
        _block.serial_number == bindparam("serial_number"),
        _block.point_type == bindparam("point_type"),
        _block.first_seq.in_(_within_time),
    )
    .order_by(_block.first_time, _block.first_seq)
)
_of_point = (
    _segment.serial_number == bindparam("serial_number"),
    _segment.point_type == bindparam("point_type"),
    _segment.position == bindparam("position"),
)
_IN_FORCE = sql_text(select(func.max(_segment.first_seq)).where(*_of_point, _segment.first_seq <= bindparam("first")))


def _within(columns: Select[Any]) -> str:
    within = _segment.first_seq.between(bindparam("first"), bindparam("last"))
    return sql_text(columns.where(*_of_point, within).order_by(_segment.first_seq))


_zero: ColumnElement[int] = literal_column("0")
_one: ColumnElement[float] = literal_column("1.0")
_SEGMENTS = _within(
    select(
        _segment.first_seq,
        func.coalesce(_segment.width, literal_column(f"{_AS_TEXT}")),
        _segment.base,
        _segment.step,
        _segment.scale,
        _segment.nullable,
        _segment.codes,
    )
)
_NO_SEGMENT = 0, 0, 0, 0, 1, 1, None
# SQLite computes, since a column more of a row costs more than that.
_HEADERS = _within(
    select(
        _segment.first_seq,
        case(
            (_segment.width.is_(None), literal_column(f"{_AS_TEXT}")),
            (_segment.width > _zero, _segment.known),
            (_segment.nullable == _zero, literal_column(f"{_CONSTANT}")),
            else_=_zero,
        ),
        *(
            (_segment.base + _segment.step * code) * _one / _segment.scale
            for code in (_segment.nullable, _segment.top, _segment.total * _one / func.max(_segment.known, _one))
        ),
    )
)
_NO_HEADER = 0, 0, 0.0, 0.0, 0.0


class _Whole(NamedTuple):
    """Columns of whole numbers, one of each block: see `codec.Whole`."""

    base: Ints
    step: Ints
    width: Ints
    codes: Codes

    def only(self, chosen: Flags) -> "_Whole":
        """The chosen ones."""
        codes = [self.codes[place] for place in np.flatnonzero(chosen).tolist()]
        return _Whole(self.base[chosen], self.step[chosen], self.width[chosen], codes)

    def picked(self, which: Ints, numbers: Ints) -> Ints:
        """Some of the numbers, each by its column and its place in there; the others are not decoded."""
        codes = numbers.copy()
        widths = self.width[which]
        for width in np.unique(widths[widths > 0]).tolist():
            own = widths == width
            columns, its_columns = np.unique(which[own], return_inverse=True)
            texts = [self.codes[column] or b"" for column in columns.tolist()]
            starts = np.cumsum([0, *map(len, texts)])[its_columns]
            codes[own] = _code_at(b"".join(texts), width, starts, numbers[own])
        return self.base[which] + self.step[which] * codes

    def decoded(self, counts: Ints) -> Ints:
        """The numbers, one column after the other."""
        numbers = np.repeat(self.step, counts)
        numbers *= _codes(self.width, self.codes, counts, counted=True)
        numbers += np.repeat(self.base, counts)
        return numbers


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
    _times: _Whole
    _spacings: _Whole

    @classmethod
    def read(cls, cursor: Cursor, vector: Vector, start_s: float, end_s: float) -> "Blocks":
        """Those that have a reading in that time, or readings on both sides of it."""
        return cls._of(vector, cursor.execute(_BLOCKS, (*vector, *vector, start_s, end_s)).fetchall())

    @classmethod
    def none(cls, vector: Vector) -> "Blocks":
        """No block."""
        return cls._of(vector, [])

    @classmethod
    def _of(cls, vector: Vector, rows: list[tuple[Any, ...]]) -> "Blocks":
        *numbers, times, spacings = zip(*rows, strict=True) if rows else [()] * 14
        seqs, counts, layouts, first, last, runs, *whole = np.array(numbers, dtype=np.int64)
        base, step, width, spacing_base, spacing_step, spacing_width = whole
        return cls(
            vector,
            seqs,
            counts,
            layouts,
            first,
            last,
            runs,
            _Whole(base, step, width, times),
            _Whole(spacing_base, spacing_step, spacing_width, spacings),
        )

    def __len__(self) -> int:
        return len(self.counts)

    def only(self, chosen: Flags) -> "Blocks":
        """The chosen ones."""
        return Blocks(
            self.vector,
            self.first_seqs[chosen],
            self.counts[chosen],
            self.layouts[chosen],
            self.first_times[chosen],
            self.last_times[chosen],
            self.runs[chosen],
            self._times.only(chosen),
            self._spacings.only(chosen),
        )

    def times(self) -> Ints:
        """When the readings were taken, one block after the other."""
        return self._times.decoded(self.counts)

    def spacings(self) -> Ints:
        """After what time the reading after each of these was expected."""
        return self._spacings.decoded(self.counts)

    def times_of(self, which: Ints, numbers: Ints) -> Ints:
        """When some readings were taken, each by its block and its number in there."""
        first, last = numbers == 0, numbers == self.counts[which] - 1
        if (first | last).all():  # without decoding anything
            return np.where(first, self.first_times[which], self.last_times[which])
        return self._times.picked(which, numbers)

    def spacings_of(self, which: Ints, numbers: Ints) -> Ints:
        """After what time the reading after each of some was expected."""
        return self._spacings.picked(which, numbers)

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
        coded = chosen & (times.width > 0)
        if coded.any():
            part = times.only(coded)
            counts = self.counts[coded]
            gaps = np.diff(_codes(part.width, part.codes, counts).astype(np.int64), append=0)
            after = np.cumsum(counts)
            within = np.column_stack((after - counts, after - 1)).ravel()  # the gap to the next block is left out
            shortest[coded] *= np.minimum.reduceat(gaps, within)[::2]
            longest[coded] *= np.maximum.reduceat(gaps, within)[::2]
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

    @classmethod
    def of_values(cls, counts: Ints, chosen: Flags, values: Floats, in_runs: Flags) -> "Pieces":
        """The readings of the chosen blocks, which had these values; of those ``in_runs``, equal ones side by side."""
        own = counts[chosen]
        starts = np.cumsum(own) - own
        begins = np.repeat(~in_runs[chosen], own)
        begins[1:] |= values[1:] != values[:-1]
        begins[starts] = True
        first = np.flatnonzero(begins)
        last = np.append(first[1:], len(values)) - 1
        which = np.searchsorted(starts, first, side="right") - 1
        return cls(np.flatnonzero(chosen)[which], first - starts[which], last - starts[which])

    @property
    def are_single(self) -> bool:
        """Whether each is one reading."""
        return self.lasts is self.firsts

    def merged(self, others: "Pieces") -> "Pieces":
        """These and others, in the order of the blocks."""
        blocks, firsts, lasts = (np.append(*both) for both in zip(self, others, strict=True))
        order = np.argsort(blocks, kind="stable")
        return Pieces(blocks[order], firsts[order], lasts[order])


def places_of(counts: Ints, chosen: Flags, which: Ints, numbers: Ints) -> Ints:
    """Where readings, by block and number, stand in a column of all readings of the chosen blocks."""
    own = np.where(chosen, counts, 0)
    return (np.cumsum(own) - own)[which] + numbers


class Headers(NamedTuple):
    """What a point had in each block, in figures; where it had nothing, these say nothing."""

    lows: Floats
    highs: Floats
    means: Floats
    constant: Flags
    summed_up: Flags  # the figures are right, and no value or each one is missing

    @classmethod
    def read(cls, cursor: Cursor, blocks: Blocks, positions: Ints) -> "Headers":
        """``positions``: where the point stands in the layout of each block, or NOWHERE."""
        rows, which = _segments(cursor, _HEADERS, blocks, positions, _NO_HEADER)
        seqs, known, lows, highs, means = np.array(rows).T[:, which]
        constant = (known == 0) | (known == _CONSTANT)
        _check(constant, seqs, blocks)
        summed_up = constant | (known == blocks.counts)
        return cls(lows, highs, np.where(known, means, np.nan), constant, summed_up)


class Segments(NamedTuple):
    """What a point had in each block, coded: see `codec.Column`."""

    counts: Ints
    width: Ints
    base: Ints
    step: Ints
    scale: Ints
    nullable: Ints
    codes: Codes

    @classmethod
    def read(cls, cursor: Cursor, blocks: Blocks, positions: Ints) -> "Segments":
        """``positions``: where the point stands in the layout of each block, or NOWHERE."""
        rows, which = _segments(cursor, _SEGMENTS, blocks, positions, _NO_SEGMENT)
        *numbers, codes = zip(*rows, strict=True)
        seqs, width, base, step, scale, nullable = np.array(numbers, dtype=np.int64)[:, which]
        _check(width == 0, seqs, blocks)
        return cls(blocks.counts, width, base, step, scale, nullable, [codes[place] for place in which.tolist()])

    @property
    def headers(self) -> Headers:
        """Of the blocks in which nothing changed; of the others nothing is told."""
        constant = self.width == 0
        values = np.where(constant & (self.nullable == 0), self.base / self.scale, np.nan)
        return Headers(values, values, values, constant, constant)

    def only(self, chosen: Flags) -> "Segments":
        """Those of the chosen blocks."""
        return Segments(
            self.counts[chosen],
            self.width[chosen],
            self.base[chosen],
            self.step[chosen],
            self.scale[chosen],
            self.nullable[chosen],
            [self.codes[place] for place in np.flatnonzero(chosen).tolist()],
        )

    def values(self) -> Floats:
        """All values, one block after the other; NaN: missing."""
        counts, width, base, step, scale, nullable, texts = self
        codes = _codes(width, texts, counts)
        whole = np.repeat(step, counts)
        whole *= codes
        whole += np.repeat(base, counts)
        values: Floats = whole / (scale[0] if len(scale) and (scale == scale[0]).all() else np.repeat(scale, counts))
        if nullable.any():
            values[(codes == 0) & np.repeat(nullable == 1, counts)] = np.nan
        after = np.cumsum(counts)
        for place in np.flatnonzero(width == _AS_TEXT).tolist():
            those = np.array(msgspec.json.decode(texts[place] or b""), dtype=np.float64)  # None becomes NaN
            values[after[place] - counts[place] : after[place]] = those
        return values


def _segments(
    cursor: Cursor, statement: str, blocks: Blocks, positions: Ints, nothing: tuple[Any, ...]
) -> tuple[list[tuple[Any, ...]], NDArray[np.intp]]:
    """Rows of segments, and which one is in force in each block; the last row is for those where none is."""
    rows: list[tuple[Any, ...]] = []
    which = np.full(len(blocks), -1)
    for run in _runs(blocks, positions):
        first, last = blocks.first_seqs[run[[0, -1]]].tolist()
        point = *blocks.vector, int(positions[run[0]])
        (in_force,) = cursor.execute(_IN_FORCE, (*point, first)).fetchone()
        found = cursor.execute(statement, (*point, first if in_force is None else in_force, last)).fetchall()
        places = np.searchsorted([row[0] for row in found], blocks.first_seqs[run], side="right") - 1
        which[run] = np.where(places < 0, -1, len(rows) + places)
        rows += found
    return [*rows, nothing], which


def _runs(blocks: Blocks, positions: Ints) -> list[NDArray[np.intp]]:
    """Places of blocks nearly side by side in the order of packing, in which the point stands at one position."""
    order = np.argsort(blocks.first_seqs)
    seqs, its_positions = blocks.first_seqs[order], positions[order]
    is_next = (np.diff(seqs) <= _SKIPPED_AT_MOST) & (its_positions[1:] == its_positions[:-1])
    runs = np.split(order, np.flatnonzero(~is_next) + 1)
    return [run for run in runs if run.size and positions[run[0]] != NOWHERE]


def _check(constant: Flags, seqs: NDArray[Any], blocks: Blocks) -> None:
    if (~constant & (seqs != blocks.first_seqs)).any():
        raise LookupError("a segment is missing")


def _codes(widths: Ints, codes: Codes, counts: Ints, *, counted: bool = False) -> NDArray[Any]:
    """The codes of many columns, one after the other; of those without, 0, or 0, 1, 2 if they are ``counted``."""
    found = np.zeros(int(counts.sum()), dtype=np.int64)
    for width in np.unique(widths).tolist():
        own = widths == width
        if width > 0:
            joined = b"".join(codes[place] or b"" for place in np.flatnonzero(own).tolist())
            its_codes = _unpacked(joined, width, counts[own])
        elif width == 0 and counted:
            its_codes = Pieces.single(counts, own).firsts
        else:
            continue
        if own.all() and len(its_codes) == len(found):
            return its_codes
        found[np.repeat(own, counts)] = its_codes
    return found


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
