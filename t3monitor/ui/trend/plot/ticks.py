"""Where the axes of values have their marks, and what these are called: round values; pure functions."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from t3monitor.model.numbers import entered, exact_text, short_text, ten_text
from t3monitor.model.series_keys import SeriesKey, points_of
from t3monitor.model.units import hours_minutes_seconds, is_counter, shows_time, written_unit
from t3monitor.store.history.series import Series
from t3monitor.ui.trend.plot.axis_choices import FINEST, LARGEST

TIME_UNIT = "h:mm:ss"  # the axis of values in seconds that are shown so
_LONG = 11  # characters of a label that make an axis wide
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_ROUND_S = (
    *(1.0, 2.0, 5.0, 10.0, 15.0, 30.0),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
)


def axis_unit(series: Series, key: SeriesKey) -> str:
    """Title of the axis on which a series is drawn: all percentages (%RH, %Open) share one."""
    if shows_time(points_of(key)[0].point_type, series.range):
        return TIME_UNIT
    return "%" if series.units.startswith("%") else written_unit(series.units)


class Scale(NamedTuple):
    """Values of an axis: where it begins, how far apart its marks are, where it ends."""

    lowest: float
    step: float
    highest: float

    @property
    def marks(self) -> list[float]:
        """The multiples of the step."""
        first, last = math.ceil(self.lowest / self.step - 1e-6), math.floor(self.highest / self.step + 1e-6)
        return [number * self.step for number in range(first, last + 1)]

    @property
    def span(self) -> float:
        """How much it shows."""
        return self.highest - self.lowest

    def zoomed(self, factor: float, around: float) -> tuple[float, float]:
        """The ends of an axis that shows ``factor`` times as much, with a value where it was."""
        least = FINEST * max(abs(self.lowest), abs(self.highest), 1e-6)
        factor = min(max(factor, least / self.span), LARGEST / self.span)
        return around - (around - self.lowest) * factor, around + (self.highest - around) * factor


class Fit(NamedTuple):
    """Scales of all units over one grid: the same number of divisions, so that the marks stand side by side.

    A scale whose ends somebody chose has marks of its own.
    """

    divisions: int
    scales: Mapping[str, Scale]


def labels(scale: Scale, unit: str = "") -> list[str]:
    """Texts at the marks, all with the same decimals; of huge and tiny values with a power of ten."""
    marks = scale.marks
    largest = max(map(abs, marks), default=0.0)
    if unit == TIME_UNIT and largest < 1e9:
        return [hours_minutes_seconds(mark) for mark in marks]
    power = math.floor(math.log10(largest)) if largest else 0
    decimals = _decimals(scale.step)
    plain = [f"{round(mark, decimals) + 0.0:{',' if largest >= 10_000 else ''}.{decimals}f}" for mark in marks]
    if max(map(len, plain), default=0) <= _LONG:
        return plain
    if largest / scale.step > 10_000:  # a power of ten would be as long
        first = plain[0] if len(plain[0]) <= 2 * _LONG else short_text(marks[0], 6)
        above = labels(Scale(0.0, scale.step, (len(marks) - 1) * scale.step))[1:]
        return [first, *(f"+{text}" for text in above)]
    decimals = _decimals(scale.step / 10.0**power)
    return [
        f"{mark / 10.0**power:.{decimals}f}{ten_text(power)}" if abs(mark) > scale.step / 2 else "0" for mark in marks
    ]


def whole_text(value: float, unit: str) -> str:
    """An end of an axis as it is typed."""
    return hours_minutes_seconds(value) if unit == TIME_UNIT and abs(value) < 1e9 else exact_text(value, 10)


def value_of(text: str) -> float | None:
    """What was typed, a number or hours, minutes and seconds; None if it is neither or too much for an axis."""
    parts = entered(text).strip().replace(",", ".").split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    value = 0.0
    for number in numbers:
        value = value * 60 + abs(number)
    value = -value if parts[0].startswith("-") else value
    return value if len(parts) <= 3 and abs(value) <= LARGEST else None


def _decimals(step: float) -> int:
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    is_between = not math.isclose(round(step, decimals), step, rel_tol=1e-6)  # 2.5 and 0.25
    return decimals + is_between


_FEWEST, _FEW, _SOME, _MANY = (2,), (4,), (4, 6), (6, 8, 10)
_FEW_PX, _SOME_PX, _MANY_PX = 64, 170, 330  # heights


def fit(
    extents: Mapping[str, tuple[float, float]],
    height_px: float,
    chosen: Mapping[str, tuple[float, float]] | None = None,
) -> Fit:
    """Scales on which the extents (smallest, largest) of all units fill a plot of this height well.

    ``chosen``: the ends of axes that somebody chose; these scales have exactly them.
    """
    counts = next(
        counts
        for least_px, counts in ((_MANY_PX, _MANY), (_SOME_PX, _SOME), (_FEW_PX, _FEW), (-math.inf, _FEWEST))
        if height_px >= least_px
    )
    chosen = chosen or {}
    spans = {unit: _span(unit, *extent) for unit, extent in extents.items() if unit not in chosen}

    def fitted(divisions: int) -> tuple[float, Fit]:
        scales = {unit: _scale(unit, low, high, divisions) for unit, (low, high) in spans.items()}
        waste = sum(  # squared: rather a little on each axis than half of one
            math.log(scale.span / (spans[unit][1] - spans[unit][0])) ** 2 for unit, scale in scales.items()
        )
        return waste, Fit(divisions, scales)

    divisions, scales = min((fitted(divisions) for divisions in counts), key=lambda found: found[0])[1]
    own = {
        unit: Scale(low, _scale(unit, 0.0, high - low, divisions).step, high)
        for unit, (low, high) in chosen.items()
        if unit in extents
    }
    return Fit(divisions, {unit: own.get(unit) or scales[unit] for unit in extents})


def still_fits(
    old: Fit,
    extents: Mapping[str, tuple[float, float]],
    new: Fit,
    chosen: Mapping[str, tuple[float, float]] | None = None,
) -> bool:
    """Whether the old scales serve as well: everything in sight and nearly as large as on the new ones."""
    if old.scales.keys() != extents.keys() or old.divisions >= 2 * new.divisions:  # its marks have no room
        return False
    for unit, (low, high) in extents.items():
        scale = old.scales[unit]
        if unit in (chosen or {}):
            if scale[::2] != new.scales[unit][::2]:
                return False
            continue
        slack = scale.step * 1e-6
        if max(low, -LARGEST) < scale.lowest - slack or min(high, LARGEST) > scale.highest + slack:
            return False
        if scale.span > 1.8 * new.scales[unit].span or round(scale.span / scale.step) != old.divisions:
            return False  # the second: its ends were chosen
    return True


_LEAST_SPANS = {"°C": 2.0, "°F": 4.0, "%": 10.0, "ppm": 100.0, TIME_UNIT: 10.0}
_ADDED_UP = ("kg", "gal", "cf", "btu")  # may be sums as well, of which a little is much


def _span(unit: str, low: float, high: float) -> tuple[float, float]:
    """The extent, widened if it is so narrow that it would show nothing but the noise of a constant value.

    Whatever the unit, its ends can be told apart by a float.
    """
    low, high = (min(max(end, -LARGEST), LARGEST) for end in (low, high))
    largest = max(abs(low), abs(high))
    least = max(_LEAST_SPANS.get(unit, 1 / LARGEST), 0.02 * largest) if largest else _LEAST_SPANS.get(unit, 1.0)
    if is_counter(unit) or unit.casefold() in _ADDED_UP:
        least = max(4.0 if low == high else 0.0, 10 * FINEST * largest, 1 / LARGEST)
    if high - low < least:
        middle = (low + high) / 2
        low, high = (0.0, least) if low >= 0 and middle < least / 2 else (middle - least / 2, middle + least / 2)
    return low, high


def _scale(unit: str, low: float, high: float, divisions: int) -> Scale:
    """The smallest round step with which so many divisions hold the extent."""
    least = (high - low) / divisions
    power = 10.0 ** math.floor(math.log10(least))
    steps = [*(power * factor for factor in _ROUND), power * 20, power * 50, power * 100]
    if unit == TIME_UNIT and least > 0.5:
        day = _DAY * max(1.0, 10.0 ** math.floor(math.log10(least / _DAY)))
        steps = [step for step in _ROUND_S if step >= least / 2] + [day * factor for factor in (1, 2, 5, 10, 20, 50)]
    for step in steps:
        lowest = math.floor(low / step + 1e-9) * step
        if lowest + divisions * step >= high - step * 1e-9:
            break
    return Scale(lowest, step, lowest + divisions * step)
