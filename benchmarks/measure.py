"""Timing of contenders side by side, and the lines and rows in which results are printed."""

import gc
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Self

WARM_UP = 5  # cycles that nobody times: first inserts, first pages, caches


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
    def mean(self) -> float:
        """With the cycles in which SQLite copies its log back into the file, which a median does not see."""
        return statistics.fmean(self.ms)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; ``met`` is None where there is no bar."""

    what: str
    input: str
    program: str
    rival: str
    ratio: str
    bar: str = ""
    met: bool | None = None


def timed_ms(work: Callable[[], object]) -> float:
    """Milliseconds that ``work`` takes, not burdened with the garbage of what ran before it."""
    gc.collect()
    began = perf_counter()
    work()
    return (perf_counter() - began) * 1000


def at_least(what: str, input_: str, program: float, rival: float, unit: str, bar: float) -> Row:
    """A row for how many times smaller the program's number is than the rival's."""
    return _row(what, input_, program, rival, unit, rival / program, f"≥ {bar:g}×", met=rival / program >= bar)


def at_most(what: str, input_: str, program: float, rival: float, unit: str, bar: float | None = None) -> Row:
    """A row for how many times larger the program's number is than the rival's."""
    ratio = program / rival
    return _row(
        what, input_, program, rival, unit, ratio, f"≤ {bar:g}×" if bar else "", met=ratio <= bar if bar else None
    )


def _row(
    what: str, input_: str, program: float, rival: float, unit: str, ratio: float, bar: str, *, met: bool | None
) -> Row:
    return Row(what, input_, f"{program:.1f} {unit}", f"{rival:.1f} {unit}", f"{ratio:.2f}×", bar, met)


def table(rows: Iterable[Row]) -> str:
    """The rows under their titles."""
    cells = [("what", "input", "program", "against", "ratio", "bar", "")]
    cells += [
        (row.what, row.input, row.program, row.rival, row.ratio, row.bar, {True: "met", False: "NOT MET"}.get(row.met, ""))
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(_aligned(line, widths) for line in cells)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(
        cell.ljust(width) if column in (0, 1, 6) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(line, widths, strict=True))
    ).rstrip()
