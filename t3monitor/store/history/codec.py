"""Columns of numbers as codes of few bits: what stands in blocks and segments, exactly.

A value is (base + step * code) / scale, in whole numbers that a float holds exactly, so that plain SQL tells it too.
Codes have 0, 1, 2, 4, 8, 16 or 32 bits each, little-endian, low bits first.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.uint64]

_WIDTHS = 1, 2, 4, 8, 16, 32
_WIDEST = 64  # of times alone, when a clock was wrong by a century
_SCALES = 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000
_LARGEST = 2.0**53


class Column(NamedTuple):
    """Values of one point, some of them missing perhaps; the field names are the column names.

    The least value is base / scale, or (base + step) / scale if it is nullable; the greatest (base + step * top) /
    scale; the mean (base + step * total / known) / scale.
    """

    base: int
    step: int
    scale: int
    width: int | None  # bits; 0: all are the same; None: codes is a JSON array, since they are no whole numbers
    nullable: bool  # code 0 is a missing value; with width 0 all are
    top: int = 0  # the largest code
    total: int = 0  # of the codes
    known: int = 0  # how many are not missing
    codes: bytes | None = None


class Whole(NamedTuple):
    """Whole numbers: the n-th is base + step * (code n), or base + step * n if the width is 0."""

    base: int
    step: int
    width: int
    codes: bytes | None


def encode(values: Floats) -> Column:
    """Values of which NaN are the missing ones; `decode` gives them back to the bit."""
    is_known = ~np.isnan(values)
    known = int(is_known.sum())
    if not known:
        return Column(0, 0, 1, 0, nullable=True)
    nullable = known < len(values)
    numbers = values[is_known] if nullable else values
    scaled = _scaled(numbers)
    if scaled is None:
        return _as_text(values, known)
    scale, whole = scaled
    least = int(whole.min())
    above = whole - least
    step = int(np.gcd.reduce(above))
    if not step and not nullable:
        return Column(least, 0, scale, 0, nullable=False, known=known)
    step = step or 1
    its_codes = above // step + nullable
    top = int(its_codes.max())
    width = _width(top)
    if width > _WIDTHS[-1]:
        return _as_text(values, known)
    codes = np.zeros(len(values), dtype=np.uint64)
    codes[is_known] = its_codes
    total = int(its_codes.sum())
    return Column(least - nullable * step, step, scale, width, nullable, top, total, known, _packed(codes, width))


def decode(
    base: int, step: int, scale: int, width: int | None, nullable: bool, codes: bytes | None, count: int
) -> Floats:
    """The values of a column."""
    if width is None:
        return np.array(msgspec.json.decode(codes or b""), dtype=np.float64)  # None becomes NaN
    if not width:
        return np.full(count, np.nan if nullable else base / scale)
    its_codes = unpacked(codes or b"", width, count)
    values = (base + step * its_codes.astype(np.int64)) / scale
    if nullable:
        values[its_codes == 0] = np.nan
    return values


def encode_whole(numbers: Sequence[int]) -> Whole:
    """Times, or spacings, of less than 2^62; `decode_whole` gives them back."""
    first = numbers[0]
    steps = {later - earlier for earlier, later in pairwise(numbers)} or {0}
    if len(steps) == 1:
        return Whole(first, steps.pop(), 0, None)
    least = min(numbers)
    above = np.array([number - least for number in numbers], dtype=np.uint64)
    step = int(np.gcd.reduce(above))
    width = _width(int(above.max()) // step)
    return Whole(least, step, width, _packed(above // np.uint64(step), width))


def decode_whole(base: int, step: int, width: int, codes: bytes | None, count: int) -> NDArray[np.int64]:
    """The numbers of `encode_whole`."""
    numbers = unpacked(codes or b"", width, count).astype(np.int64) if width else np.arange(count)
    return base + step * numbers


def unpacked(codes: bytes, width: int, count: int) -> Codes:
    """The first ``count`` codes of a width that is not 0."""
    if width >= 8:
        return np.frombuffer(codes, dtype=f"<u{width // 8}", count=count).astype(np.uint64)
    shifts = np.arange(0, 8, width, dtype=np.uint8)
    parts = np.frombuffer(codes, dtype=np.uint8)[:, np.newaxis] >> shifts
    return parts.ravel()[:count].astype(np.uint64) & np.uint64((1 << width) - 1)


def _packed(codes: Codes, width: int) -> bytes:
    if width >= 8:
        return codes.astype(f"<u{width // 8}").tobytes()
    bits = (codes[:, np.newaxis] >> np.arange(width, dtype=np.uint64)) & 1
    return np.packbits(bits.astype(np.uint8), bitorder="little").tobytes()


def _width(top: int) -> int:
    return next((width for width in _WIDTHS if top < 1 << width), _WIDEST)


def _scaled(numbers: Floats) -> tuple[int, NDArray[np.int64]] | None:
    """The smallest scale that makes whole numbers of all, and those; None if none does."""
    greatest = float(np.abs(numbers).max())
    for scale in _SCALES:
        if greatest * scale > _LARGEST:
            return None
        whole = np.rint(numbers * scale).astype(np.int64)
        if np.array_equal((whole / scale).view(np.int64), numbers.view(np.int64)):  # tells -0.0 from 0
            return scale, whole
    return None


def _as_text(values: Floats, known: int) -> Column:
    numbers = [None if value != value else value for value in values.tolist()]
    nullable = known < len(numbers)
    return Column(0, 0, 1, None, nullable, known=known, codes=msgspec.json.encode(numbers))
