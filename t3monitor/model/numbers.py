"""Numbers as people read them: each unit has its decimals, and what they cannot tell has a power of ten."""

import math
import re

_UNITS_OF_HUNDREDTHS = (
    "°C °F Δ°C Δ°F % %RH %Open %Cls %PWM Hz ppm ppb µg/m³ 1/cm³ dB lx rpm counts FPM Pa W mA CFM s min h d Ω kg L/h "
    "GPH gal CF BTU m³/h"
).split()
_DECIMALS = dict.fromkeys(_UNITS_OF_HUNDREDTHS, 2)
_MOST_DECIMALS = 3  # T3000 gives thousandths
_HUGE = 1e9  # which T3000's own numbers never reach
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_TEN = "×10"
_POWER = re.compile(f"{_TEN}([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")


def number_text(value: float, unit: str) -> str:
    """A value without its unit, which is as it is written; what is not 0 never reads as 0."""
    if abs(value) >= _HUGE:
        return short_text(value, 4)
    its = _decimals(unit)
    for decimals in (its, _MOST_DECIMALS):
        text = f"{value:.{decimals}f}"
        if float(text):
            return text
    return short_text(value) if value else f"{0.0:.{its}f}"


def exact_text(value: float, digits: int = 15) -> str:
    """A value as somebody typed it, with all its digits and no others."""
    first, _, power = f"{value:.{digits}g}".partition("e")
    return f"{first}{ten_text(int(power))}" if power else first


def short_text(value: float, digits: int = 3) -> str:
    """So many digits of a value, with a power of ten."""
    if not math.isfinite(value):
        return f"{value}"
    first, power = f"{value:.{digits - 1}e}".split("e")
    return f"{first}{ten_text(int(power))}"


def ten_text(power: int) -> str:
    """A power of ten, as it stands behind a number."""
    return f"{_TEN}{str(power).translate(_SUPERSCRIPTS)}"


def typed(text: str) -> str:
    """The same number as spreadsheets and programs read it: ``3.403e35`` for ``3.403×10³⁵``."""
    return _POWER.sub(lambda found: f"e{found[1].translate(_PLAIN)}", text)


def entered(text: str) -> str:
    """What somebody typed or copied out of the window, with its minus sign, as programs read it."""
    return typed(text).replace("−", "-")


def difference(value: float, other: float) -> float:
    """How much more than another value; what is nothing but rounding is 0."""
    return 0.0 if math.isclose(value, other, rel_tol=1e-12) else value - other


def _decimals(unit: str) -> int:
    """A rate has those of what it is a rate of."""
    its = unit if unit in _DECIMALS else unit.removesuffix("/h").removesuffix("/d")
    return _DECIMALS.get(its, _MOST_DECIMALS)
