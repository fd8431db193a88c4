"""Units as quantities, so that what is computed of points is right or refused; plain data.

A table of its own and no library of units: docs/decisions/0017-expressions.md. Temperatures are absolute (°C) or
differences (Δ°C), as they must be told apart: two of the first can be taken from each other, but not added.
"""

from functools import lru_cache
from typing import NamedTuple

from t3monitor.model.units import written_unit

Dimensions = tuple[tuple[str, int], ...]  # what a unit is made of, and to which power, in alphabetical order


class Unit(NamedTuple):
    """A unit; a value in it is ``value * factor + offset`` in that of its dimensions."""

    text: str
    dimensions: Dimensions = ()
    factor: float = 1.0
    offset: float = 0.0
    is_absolute: bool = False  # a temperature, not a difference of two

    @property
    def difference(self) -> "Unit":
        """The unit of what lies between two of its values."""
        return Unit(f"Δ{self.text}", self.dimensions, self.factor) if self.is_absolute else self

    def times(self, other: "Unit", power: int = 1) -> "Unit":
        """The unit of a product, or (-1) of a quotient."""
        dimensions = dict(self.dimensions)
        for name, exponent in other.dimensions:
            dimensions[name] = dimensions.get(name, 0) + power * exponent
        left = tuple(sorted((name, exponent) for name, exponent in dimensions.items() if exponent))
        text = _joined(self.text, other.text, power)
        return Unit(text, left, self.factor * other.factor**power)


NUMBER = Unit("")
STATE = Unit("", (("state", 1),))
HOUR = Unit("h", (("time", 1),), 3600.0)
KILOJOULES_PER_KG = Unit("kJ/kg", (("length", 2), ("time", -2)), 1000.0)
BTU_PER_LB = Unit("Btu/lb", (("length", 2), ("time", -2)), 2326.0)
PASCAL = Unit("Pa", (("length", -1), ("mass", 1), ("time", -2)))
CELSIUS = Unit("°C", (("temperature", 1),), 1.0, 273.15, is_absolute=True)
FAHRENHEIT = Unit("°F", (("temperature", 1),), 5 / 9, 459.67 * 5 / 9, is_absolute=True)

_POWER, _ENERGY = (("length", 2), ("mass", 1), ("time", -3)), (("length", 2), ("mass", 1), ("time", -2))
_VOLT, _AMPERE = (("current", -1), ("length", 2), ("mass", 1), ("time", -3)), (("current", 1),)
_FLOW, _VOLUME = (("length", 3), ("time", -1)), (("length", 3),)
_GALLON, _FOOT = 3.785411784e-3, 0.3048

# by T3000's words for them; percentages of different things are not one quantity, but % may be of any opening
_UNITS: dict[str, tuple[Dimensions, float]] = {
    **dict.fromkeys(("%", "%Open", "%PWM"), ((("opening", 1),), 1.0)),
    "%Cls": ((("closing", 1),), 1.0),
    "%RH": ((("humidity", 1),), 1.0),
    "FPM": ((("length", 1), ("time", -1)), _FOOT / 60),
    "Pa": (PASCAL.dimensions, 1.0),
    "KPa": (PASCAL.dimensions, 1000.0),
    **dict.fromkeys(("psi", "PSI"), (PASCAL.dimensions, 6894.757293)),
    "inWC": (PASCAL.dimensions, 249.08891),
    "W": (_POWER, 1.0),
    "kW": (_POWER, 1000.0),
    "kWH": (_ENERGY, 3.6e6),
    "BTU": (_ENERGY, 1055.05585262),
    **dict.fromkeys(("V", "Volts"), (_VOLT, 1.0)),
    "kV": (_VOLT, 1000.0),
    **dict.fromkeys(("A", "Amps"), (_AMPERE, 1.0)),
    **dict.fromkeys(("mA", "ma"), (_AMPERE, 0.001)),
    "CFM": (_FLOW, _FOOT**3 / 60),
    "L/h": (_FLOW, 0.001 / 3600),
    "GPH": (_FLOW, _GALLON / 3600),
    "m³/h": (_FLOW, 1 / 3600),
    "GAL": (_VOLUME, _GALLON),
    "CF": (_VOLUME, _FOOT**3),
    "s": ((("time", 1),), 1.0),
    "min": ((("time", 1),), 60.0),
    "h": (HOUR.dimensions, 3600.0),
    "d": ((("time", 1),), 86_400.0),
    "kg": ((("mass", 1),), 1.0),
    "PPM": ((("concentration", 1),), 1.0),
    "PPB": ((("concentration", 1),), 0.001),
    **dict.fromkeys(("Counts", "counts"), ((("counts", 1),), 1.0)),
}


@lru_cache(maxsize=256)
def unit_of(units: str) -> Unit:
    """What T3000's word for a unit means; a site's own one is a quantity of its own, none is a plain number."""
    match units:
        case "":
            return NUMBER
        case "°C":
            return CELSIUS
        case "°F":
            return FAHRENHEIT
    dimensions, factor = _UNITS.get(units, (((units, 1),), 1.0))
    return Unit(written_unit(units), dimensions, factor)


def _joined(text: str, other: str, power: int) -> str:
    """``kWh/h`` for kWh and h; equal units are no unit any more."""
    above, _, below = text.partition("/")
    if not other:
        return text
    if power < 0:
        if other == text:
            return ""
        return f"{text or '1'}/{other}" if not below else f"{above}/({below}·{other})"
    if other == below:
        return above
    return "·".join(filter(None, (above, other))) + (f"/{below}" if below else "")
