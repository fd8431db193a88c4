"""A point as the BACnet object that its panel has for it, as far as that is known (docs/t3000.md 5.4).

Codes are those of ANSI/ASHRAE 135.
"""

from enum import IntEnum
from typing import NamedTuple

from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.units import UNUSED, is_measured, state_words, written_unit
from t3monitor.model.words import CUSTOM_DIGITAL

_INVERSE_STATES = range(12, 23)  # On/Off and its like: the panel tells the opposite of its control


class ObjectType(IntEnum):
    """Types of objects that panels have for points."""

    ANALOG_INPUT = 0
    ANALOG_OUTPUT = 1
    ANALOG_VALUE = 2
    BINARY_INPUT = 3
    BINARY_OUTPUT = 4
    BINARY_VALUE = 5

    @property
    def title(self) -> str:
        """As it is written in tables of object types."""
        return self.name.replace("_", " ").title()


class BacnetObject(NamedTuple):
    """The object of a point within the device of its panel."""

    object_type: ObjectType
    instance: int


class EngineeringUnit(NamedTuple):
    """A unit of the standard."""

    code: int
    name: str


_ANALOG = {
    PointType.INPUT: ObjectType.ANALOG_INPUT,
    PointType.OUTPUT: ObjectType.ANALOG_OUTPUT,
    PointType.VARIABLE: ObjectType.ANALOG_VALUE,
}
_BINARY = {
    PointType.INPUT: ObjectType.BINARY_INPUT,
    PointType.OUTPUT: ObjectType.BINARY_OUTPUT,
    PointType.VARIABLE: ObjectType.BINARY_VALUE,
}

NO_UNITS = EngineeringUnit(95, "no-units")
_PERCENT = EngineeringUnit(98, "percent")

# By the unit as engineers write it; the standard has none for particles in a cubic centimetre, and sites have others.
# A range whose unit is not known has no unit here; that is not the same as the unit of a mere number.
_UNITS = {
    "counts": NO_UNITS,
    **dict.fromkeys(("%", "%Open", "%Cls", "%PWM"), _PERCENT),
    "%RH": EngineeringUnit(29, "percent-relative-humidity"),
    "°C": EngineeringUnit(62, "degrees-celsius"),
    "°F": EngineeringUnit(64, "degrees-fahrenheit"),
    "V": EngineeringUnit(5, "volts"),
    "kV": EngineeringUnit(6, "kilovolts"),
    "A": EngineeringUnit(3, "amperes"),
    "mA": EngineeringUnit(2, "milliamperes"),
    "Ω": EngineeringUnit(4, "ohms"),
    "W": EngineeringUnit(47, "watts"),
    "kW": EngineeringUnit(48, "kilowatts"),
    "kWh": EngineeringUnit(19, "kilowatt-hours"),
    "BTU": EngineeringUnit(20, "btus"),
    "Pa": EngineeringUnit(53, "pascals"),
    "kPa": EngineeringUnit(54, "kilopascals"),
    "psi": EngineeringUnit(56, "pounds-force-per-square-inch"),
    "inWC": EngineeringUnit(58, "inches-of-water"),
    "Hz": EngineeringUnit(27, "hertz"),
    "rpm": EngineeringUnit(104, "revolutions-per-minute"),
    "ppm": EngineeringUnit(96, "parts-per-million"),
    "ppb": EngineeringUnit(97, "parts-per-billion"),
    "µg/m³": EngineeringUnit(219, "micrograms-per-cubic-meter"),
    "dB": EngineeringUnit(199, "decibels"),
    "lx": EngineeringUnit(37, "luxes"),
    "FPM": EngineeringUnit(77, "feet-per-minute"),
    "CFM": EngineeringUnit(84, "cubic-feet-per-minute"),
    "CF": EngineeringUnit(79, "cubic-feet"),
    "m³/h": EngineeringUnit(135, "cubic-meters-per-hour"),
    "L/h": EngineeringUnit(136, "liters-per-hour"),
    "GPH": EngineeringUnit(192, "us-gallons-per-hour"),
    "gal": EngineeringUnit(83, "us-gallons"),
    "kg": EngineeringUnit(39, "kilograms"),
    "s": EngineeringUnit(73, "seconds"),
    "min": EngineeringUnit(72, "minutes"),
    "h": EngineeringUnit(71, "hours"),
    "d": EngineeringUnit(70, "days"),
}
ENGINEERING_UNITS = tuple(sorted(set(_UNITS.values())))  # all that a point may have


def object_of(point: Point) -> BacnetObject | None:
    """The object of a point; None for a variable without a range, which has none."""
    if point.point_type is PointType.VARIABLE and point.range == UNUSED:
        return None
    types = _BINARY if point.is_digital else _ANALOG
    return BacnetObject(types[point.point_type], point.point_index)


def unit_of(point: Point) -> EngineeringUnit | None:
    """The unit of the object of an analog point; None where the standard has none, and for binary ones."""
    if point.is_digital:
        return None
    if not is_measured(digital=False, range_=point.range):
        return NO_UNITS
    return _UNITS.get(written_unit(point.units, point_type=point.point_type, range_=point.range))


def state_texts(point: Point) -> tuple[str, str] | None:
    """The words for inactive and active of the object of a digital point; None where it is not known which is which.

    That of a site's own states is told by a flag that T3000 does not hand on.
    """
    words = state_words(point.range) if point.is_digital and point.range not in CUSTOM_DIGITAL else None
    if words is None:
        return None
    return (words[1], words[0]) if point.range in _INVERSE_STATES else words
