"""Columns of numbers that stand in the file as codes, those of all blocks at once: a year is thousands of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from sqlite3 import Cursor
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, FromClause, and_, bindparam, func, literal_column, select

from t3monitor.store.layouts import RowVector
from t3monitor.store.statements import sql_text

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Places = NDArray[np.intp]

_SKIPPED_AT_MOST = 1_000  # readings: their codes are read at one go, wherever they stand


def read_columns(cursor: Cursor, statement: str, parameters: tuple[Any, ...]) -> Ints:
    """Columns of whole numbers, each a JSON array: a row for each of their places would take several times as long."""
    texts = cursor.execute(statement, parameters).fetchone()
    return np.array([np.fromstring(text[1:-1], dtype=np.int64, sep=",") for text in texts])


def codes_of(table: FromClause, codes: ColumnElement[Any], varies: ColumnElement[bool]) -> str:
    """Reads the codes of a vector's columns in some runs: of a position, from a reading to another one."""
    run = func.json_each(bindparam("runs")).table_valued("value", name="run").c.value
    position, first, last = (func.json_extract(run, literal_column(f"'$[{place}]'")) for place in range(3))
    own = [table.c.first_seq.between(first, last), *(c == position for c in table.c if c.name == "position")]
    statement = (
        select(table.c.first_seq, codes)
        .join_from(run.table, table, and_(*own))
        .where(
            table.c.serial_number == bindparam("serial_number"), table.c.point_type == bindparam("point_type"), varies
        )
    )
    return sql_text(statement).replace(" JOIN ", " CROSS JOIN ", 1)  # else SQLite looks for a run for each column


def read_codes(cursor: Cursor, statement: str, vector: RowVector, positions: Ints, seqs: Ints) -> list[bytes]:
    """The codes of some columns, each by its position and the first of its readings."""
    if not seqs.size:
        return []
    order = np.argsort(seqs)
    ordered, its_positions = seqs[order], positions[order]
    last = np.flatnonzero((np.diff(ordered) > _SKIPPED_AT_MOST) | (np.diff(its_positions) != 0))
    first, last = np.append(0, last + 1), np.append(last, len(order) - 1)
    runs = np.column_stack((its_positions[first], ordered[first], ordered[last])).tolist()
    found = dict(cursor.execute(statement, (msgspec.json.encode(runs).decode(), *vector)).fetchall())
    return [found[seq] or b"" for seq in seqs.tolist()]


class Codes:
    """Codes of some columns, each of which is of a block, and has as many of them as the block has readings."""

    def __init__(self, counts: Ints, width: Ints, columns: Places, codes: Sequence[bytes]) -> None:
        """``width``: how many bits each code of a column has, of all columns; ``codes``: those of ``columns``."""
        self._counts, self._width = counts, width
        lengths = -(-counts[columns] * width[columns] // 8)
        if lengths.tolist() != [len(column) for column in codes]:
            raise LookupError("codes are missing")
        self._starts = np.zeros(len(width), dtype=np.int64)  # of the columns of one width, side by side
        self._joined: dict[int, tuple[Places, bytes]] = {}
        for bits in np.unique(width[columns]).tolist():
            own = np.flatnonzero(width[columns] == bits)
            self._starts[columns[own]] = np.cumsum(lengths[own]) - lengths[own]
            self._joined[bits] = columns[own], b"".join([codes[number] for number in own.tolist()])

    def at(self, which: Ints, numbers: Ints) -> Ints:
        """Some of the codes, each by its column and its place in there, which is the code if the width is 0."""
        codes, widths = numbers.copy(), self._width[which]
        for bits, (_, joined) in self._joined.items():
            own = np.flatnonzero(widths == bits)
            codes[own] = _code_at(joined, bits, self._starts[which[own]], numbers[own])
        return codes

    def every(self, chosen: Flags) -> NDArray[Any]:
        """All codes of some columns, one column after the other; of columns without, 0."""
        counts, widths = self._counts[chosen], self._width[chosen]
        codes = np.zeros(int(counts.sum()), dtype=np.int64)
        for columns, its_codes in self.by_width():
            is_own = chosen[columns]
            own = its_codes if is_own.all() else its_codes[np.repeat(is_own, self._counts[columns])]
            if len(own) == len(codes):
                return own
            codes[np.repeat(widths == self._width[columns[0]], counts)] = own
        return codes

    def by_width(self) -> Iterator[tuple[Places, NDArray[Any]]]:
        """The columns of each width and their codes, one column after the other."""
        for bits, (columns, joined) in self._joined.items():
            yield columns, _unpacked(joined, bits, self._counts[columns])


@dataclass(frozen=True, slots=True, eq=False)
class Wholes:
    """Columns of whole numbers: see `codec.Whole`."""

    counts: Ints
    base: Ints
    step: Ints
    width: Ints
    codes: Codes

    def at(self, which: Ints, numbers: Ints) -> Ints:
        """Some of the numbers, each by its column and its place in there."""
        return self.base[which] + self.step[which] * self.codes.at(which, numbers)

    def every(self, chosen: Flags) -> Ints:
        """All numbers of some columns, one column after the other."""
        counts = self.counts[chosen]
        codes = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
        if self.width[chosen].any():
            codes = np.where(np.repeat(self.width[chosen] == 0, counts), codes, self.codes.every(chosen))
        return np.repeat(self.base[chosen], counts) + np.repeat(self.step[chosen], counts) * codes


def _code_at(codes: bytes, width: int, starts: Ints, numbers: Ints) -> NDArray[Any]:
    """Codes by their numbers in columns that start at these bytes."""
    if width >= 8:
        size = width // 8
        wide: NDArray[Any] = np.frombuffer(codes, dtype=_dtype(width))[starts // size + numbers]
        return wide
    bits = numbers * width
    found: NDArray[Any] = np.frombuffer(codes, dtype=np.uint8)[starts + (bits >> 3)]
    return (found >> (bits & 7).astype(np.uint8)) & np.uint8((1 << width) - 1)


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
