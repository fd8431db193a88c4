"""Timing of contenders side by side, and the lines and rows in which results are printed."""

import gc
import statistics
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import NamedTuple, Self

WARM_UP = 3  # cycles that nobody times: first inserts, first pages, caches


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of each timed cycle of one contender."""

    ms: tuple[float, ...]

    @classmethod
    def after_warm_up(cls, ms: Sequence[float]) -> Self:
        """Of all cycles but the first ones."""
        return cls(tuple(ms[WARM_UP:]))

    @property
    def median(self) -> float:
        """The cycle in the middle."""
        return statistics.median(self.ms)

    @property
    def spread(self) -> str:
        """The median with the least and the greatest, for people."""
        return f"{self.median:.1f} ({min(self.ms):.1f} to {max(self.ms):.1f}) ms"

    @property
    def mean(self) -> float:
        """With the cycles in which SQLite copies its log back into the file, which a median does not see."""
        return statistics.fmean(self.ms)


class Row(NamedTuple):
    """A line of the table; no bar, no verdict."""

    what: str
    input: str
    program: str
    against: str
    ratio: str
    bar: str = ""
    verdict: str = ""


def timed_ms(work: Callable[[], object]) -> float:
    """Milliseconds that ``work`` takes, not burdened with the garbage of what ran before it."""
    gc.collect()
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def times_faster(what: str, input_: str, program: Times, rival: Times, bar: float) -> Row:
    """A row for how many times as long as the program the rival takes, cycle by cycle."""
    ratio = _ratio(rival, program)
    return Row(*_cells(what, input_, program.median, rival.median, "ms"), *_at_least(ratio, bar))


def times_smaller(what: str, input_: str, program: float, rival: float, unit: str, bar: float) -> Row:
    """A row for how many times as much as the program the rival needs."""
    return Row(*_cells(what, input_, program, rival, unit), *_at_least(rival / program, bar))


def times_floor(what: str, input_: str, program: Times, floor: Times, bar: float | None = None) -> Row:
    """A row for how many times as long as its floor the program takes, cycle by cycle."""
    ratio = _ratio(program, floor)
    cells = _cells(what, input_, program.median, floor.median, "ms")
    return Row(*cells, _times(ratio)) if bar is None else Row(*cells, _times(ratio), f"≤ {bar:g}×", _met(ratio <= bar))


def within_ms(what: str, against: str, program: Times, rival: Times | None, bar_ms: float) -> Row:
    """A row for a time that must not be exceeded, and for how many times as long as the program a rival takes."""
    met = f"≤ {bar_ms:g} ms", _met(program.median <= bar_ms)
    if rival is None:
        return Row(what, "", program.spread, "", "", *met)
    return Row(what, against, program.spread, rival.spread, _times(_ratio(rival, program)), *met)


def at_most(what: str, input_: str, value: float, bar: float, unit: str) -> Row:
    """A row for a figure that must not be exceeded."""
    return Row(what, input_, f"{value:.3g} {unit}", "", "", f"≤ {bar:g} {unit}", _met(value <= bar))


def _ratio(one: Times, other: Times) -> float:
    """The median of the ratios within a cycle: what slows the machine down for a while slows both down."""
    cycles = min(len(one.ms), len(other.ms))
    return statistics.median(a / b for a, b in zip(one.ms[:cycles], other.ms[:cycles], strict=True))


def _cells(what: str, input_: str, program: float, rival: float, unit: str) -> tuple[str, str, str, str]:
    return what, input_, f"{program:.1f} {unit}", f"{rival:.1f} {unit}"


def _at_least(ratio: float, bar: float) -> tuple[str, str, str]:
    return _times(ratio), f"≥ {bar:g}×", _met(ratio >= bar)


def _times(ratio: float) -> str:
    return f"{ratio:.2f}×"


def _met(met: bool) -> str:
    return "met" if met else "NOT MET"


def table(rows: Sequence[Row]) -> str:
    """The rows under their titles; texts to the left, numbers to the right."""
    return plain_table([Row("what", "input", "program", "against", "ratio", "bar"), *rows], left=(0, 1, 6))


def plain_table(lines: Sequence[Sequence[str]], left: Collection[int] = ()) -> str:
    """Columns as wide as need be; those of ``left`` begin at the left."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
