"""Where the axes of values have their marks: round values; pure functions."""

import math
from collections.abc import Mapping
from typing import NamedTuple


class Scale(NamedTuple):
    """Values of an axis: its lowest mark, and how far apart its marks are."""

    lowest: float
    step: float

    def highest(self, divisions: int) -> float:
        """Its uppermost mark."""
        return self.lowest + divisions * self.step

    def label(self, mark: int) -> str:
        """Text at a mark, counted from below; all marks have the same decimals."""
        decimals = max(0, -math.floor(math.log10(self.step) + 1e-9))
        if not math.isclose(round(self.step, decimals), self.step, rel_tol=1e-6):
            decimals += 1  # 2.5 and 0.25
        value = round(self.lowest + mark * self.step, decimals) + 0.0  # no minus zero
        return f"{value:,.{decimals}f}" if abs(self.highest(1)) >= 10_000 else f"{value:.{decimals}f}"


class Fit(NamedTuple):
    """Scales of all units over one grid: the same number of divisions, so that the marks stand side by side."""

    divisions: int
    scales: Mapping[str, Scale]


_FEW, _SOME, _MANY = (4,), (4, 6), (6, 8, 10)
_SOME_PX, _MANY_PX = 170, 330  # heights
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)


def fit(extents: Mapping[str, tuple[float, float]], height_px: float) -> Fit:
    """Scales on which the extents (smallest, largest) of all units fill a plot of this height well."""
    counts = _MANY if height_px >= _MANY_PX else _SOME if height_px >= _SOME_PX else _FEW
    spans = {unit: _span(unit, *extent) for unit, extent in extents.items()}

    def fitted(divisions: int) -> tuple[float, Fit]:
        scales = {unit: _scale(low, high, divisions) for unit, (low, high) in spans.items()}
        waste = sum(  # squared: rather a little on each axis than half of one
            math.log(scale.step * divisions / (spans[unit][1] - spans[unit][0])) ** 2 for unit, scale in scales.items()
        )
        return waste, Fit(divisions, scales)

    return min((fitted(divisions) for divisions in counts), key=lambda found: found[0])[1]


def still_fits(old: Fit, extents: Mapping[str, tuple[float, float]], new: Fit) -> bool:
    """Whether the old scales serve as well: everything in sight and nearly as large as on the new ones."""
    if old.scales.keys() != extents.keys():
        return False
    for unit, (low, high) in extents.items():
        scale = old.scales[unit]
        slack = scale.step * 1e-6
        if low < scale.lowest - slack or high > scale.highest(old.divisions) + slack:
            return False
        if scale.step * old.divisions > 1.8 * new.scales[unit].step * new.divisions:
            return False
    return True


_LEAST_SPANS = {"°C": 2.0, "°F": 4.0, "%": 10.0, "ppm": 100.0}


def _span(unit: str, low: float, high: float) -> tuple[float, float]:
    """The extent, widened if it is so narrow that it would show nothing but the noise of a constant value."""
    least = _LEAST_SPANS.get(unit) or (max(0.02 * max(abs(low), abs(high)), 1e-6) if (low or high) else 1.0)
    if high - low < least:
        middle = (low + high) / 2
        low, high = (0.0, least) if low >= 0 and middle < least / 2 else (middle - least / 2, middle + least / 2)
    return low, high


def _scale(low: float, high: float, divisions: int) -> Scale:
    """The smallest round step with which so many divisions hold the extent."""
    power = 10.0 ** math.floor(math.log10((high - low) / divisions))
    for step in (*(power * factor for factor in _ROUND), power * 20, power * 50):
        lowest = math.floor(low / step + 1e-9) * step
        if lowest + divisions * step >= high - step * 1e-9:
            return Scale(lowest, step)
    return Scale(math.floor(low / (power * 100)) * power * 100, power * 100)
