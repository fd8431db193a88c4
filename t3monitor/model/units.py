"""From T3000's range numbers to range names, units and state words (docs/t3000.md 6).

A range number means nothing without its point: 3 is °C on an input, psi on an output, feet per minute on a variable
and Stop/Start on a digital point. Custom tables are not part of LOGGING_DATA; they get neutral words.
"""

from t3monitor.model.numbers import number_text
from t3monitor.model.point_types import PointType
from t3monitor.model.words import Words

UNUSED = 0
VARIABLE_TIME = 20
MULTISTATE = range(101, 105)

# range number -> (name, unit)
_INPUT_ANALOG = {
    1: ("Y3K", "°C"),
    2: ("Y3K", "°F"),
    3: ("10K Type2", "°C"),
    4: ("10K Type2", "°F"),
    5: ("G3K", "°C"),
    6: ("G3K", "°F"),
    7: ("10K Type3", "°C"),
    8: ("10K Type3", "°F"),
    9: ("PT 1K", "°C"),
    10: ("PT 1K", "°F"),
    11: ("0-5", "Volts"),
    12: ("0-100", "Amps"),
    13: ("4-20", "ma"),
    14: ("4-20", "psi"),
    15: ("Pulse slow 1 Hz", "counts"),
    16: ("0-100", "%"),
    17: ("0-100", "%"),
    18: ("0-100", "%"),
    19: ("0-10", "Volts"),
    **{20 + n: (f"Table {n + 1}", "") for n in range(5)},
    25: ("Pulse fast 100 Hz", "counts"),
    26: ("Frequency", "Hz"),
    27: ("Humidity", "%"),
    28: ("CO2", "PPM"),
    29: ("RPM", "RPM"),
    30: ("TVOC", "PPB"),
    31: ("Particles", "ug/m3"),
    32: ("Particles", "#/cm3"),
    33: ("Noise", "dB"),
    34: ("Light", "Lux"),
}

_OUTPUT_ANALOG = {
    1: ("0-10", "Volts"),
    2: ("0-100", "%Open"),
    3: ("4-20", "psi"),
    4: ("0-100", "%"),
    5: ("0-100", "%Cls"),
    6: ("4-20", "ma"),
    7: ("0-100", "%PWM"),
    8: ("2-10 Volts", "%"),
}

_VARIABLE_UNITS = (
    "°C °F FPM Pa KPa PSI inWC W kW kWH V kV A mA CFM s min h d Time Ω % %RH PPM Counts %Open "
    "kg L/h GPH GAL CF BTU m³/h"
).split()
_VARIABLE_ANALOG = {
    **{number: (unit, unit) for number, unit in enumerate(_VARIABLE_UNITS, start=1)},
    VARIABLE_TIME: ("Time", "s"),  # the value is in seconds, shown as h:mm:ss
    **{34 + n: (f"Custom {n + 1}", "") for n in range(5)},
}

_ANALOG = {PointType.INPUT: _INPUT_ANALOG, PointType.OUTPUT: _OUTPUT_ANALOG, PointType.VARIABLE: _VARIABLE_ANALOG}

# range number -> words for control 0 and 1
_DIGITAL = {
    1: ("Off", "On"),
    2: ("Close", "Open"),
    3: ("Stop", "Start"),
    4: ("Disable", "Enable"),
    5: ("Normal", "Alarm"),
    6: ("Normal", "High"),
    7: ("Normal", "Low"),
    8: ("No", "Yes"),
    9: ("Cool", "Heat"),
    10: ("Unoccupy", "Occupy"),
    11: ("Low", "High"),
    12: ("On", "Off"),
    13: ("Open", "Close"),
    14: ("Start", "Stop"),
    15: ("Enable", "Disable"),
    16: ("Alarm", "Normal"),
    17: ("High", "Normal"),
    18: ("Low", "Normal"),
    19: ("Yes", "No"),
    20: ("Heat", "Cool"),
    21: ("Occupy", "Unoccupy"),
    22: ("High", "Low"),
    **{23 + n: (f"Custom {n + 1} off", f"Custom {n + 1} on") for n in range(8)},
}

# How engineers write the units that T3000 writes in a way of its own.
_WRITTEN = {
    "Volts": "V",
    "Amps": "A",
    "ma": "mA",
    "PPM": "ppm",
    "PPB": "ppb",
    "KPa": "kPa",
    "PSI": "psi",
    "kWH": "kWh",
    "RPM": "rpm",
    "Lux": "lx",
    "Counts": "counts",
    "GAL": "gal",
    "ug/m3": "µg/m³",
    "#/cm3": "1/cm³",
}
_HUMIDITY = 27  # of an analog input

_POSITIONS = frozenset(("%", "%Open", "%Cls", "%PWM"))
_COUNTED = frozenset(("kwh", "mwh", "count", "counts", "pulse", "pulses"))  # custom tables have units of the site


def state_words(range_: int) -> tuple[str, str] | None:
    """Words for control 0 and 1 of a digital point; None where the range is no digital one."""
    return _DIGITAL.get(range_)


def has_states(*, digital: bool, range_: int) -> bool:
    """Whether a point shows one of two states: digital with a digital range (others show a number)."""
    return digital and range_ in _DIGITAL


def is_defined(point_type: PointType, *, digital: bool, range_: int) -> bool:
    """Whether T3000 has a meaning for the range; unused is none."""
    return range_ in MULTISTATE or range_ in (_DIGITAL if digital else _ANALOG[point_type])


def range_name(point_type: PointType, *, digital: bool, range_: int) -> str:
    """The word for T3000's Range column: ``10K Type2``, ``Off/On``, ``Multistate 1``, ``Unused``."""
    if range_ == UNUSED:
        return "Unused"
    if range_ in MULTISTATE:
        return f"Multistate {range_ - MULTISTATE.start + 1}"
    if digital:
        words = _DIGITAL.get(range_)
        return "/".join(words) if words else f"Range {range_}"
    name, _ = _ANALOG[point_type].get(range_, (f"Range {range_}", ""))
    return name


def unit(point_type: PointType, *, digital: bool, range_: int) -> str:
    """Engineering unit of a point's value; empty for states, multistates, unused and unknown ranges."""
    if digital or range_ in MULTISTATE:
        return ""
    _, text = _ANALOG[point_type].get(range_, ("", ""))
    return text


def written_unit(units: str, *, point_type: PointType | None = None, range_: int = UNUSED) -> str:
    """A unit as engineers write it: ``mA`` for T3000's ``ma``; with type and range also ``%RH`` for humidity."""
    if units == "%" and (point_type, range_) == (PointType.INPUT, _HUMIDITY):
        return "%RH"
    return _WRITTEN.get(units, units)


def is_measured(*, digital: bool, range_: int) -> bool:
    """Whether a point shows a number in a unit rather than one of several states."""
    return range_ not in MULTISTATE and not has_states(digital=digital, range_=range_)


def shows_time(point_type: PointType, range_: int) -> bool:
    """Whether a number is one of seconds that is shown as hours, minutes and seconds."""
    return point_type is PointType.VARIABLE and range_ == VARIABLE_TIME


def is_counter(units: str) -> bool:
    """Whether a value of these units only grows, but where it is set to zero or wraps."""
    return units.strip().casefold() in _COUNTED


def is_position(units: str, range_: int) -> bool:
    """Whether a value is how far something is open or driven, as that of a valve, in percent; humidity is not."""
    return units in _POSITIONS and not (units == "%" and range_ == _HUMIDITY)


def state_word(value: float, *, digital: bool, range_: int, words: Words = ()) -> str | None:
    """Word of a state, in the site's own ``words`` where it has some; None if the point shows a number."""
    if words and (word := dict(words).get(round(value))):
        return word  # of a site's two words, one may be unreadable
    neutral = state_words(range_) if digital else None
    return neutral[1 if value else 0] if neutral else None


def states_text(*, digital: bool, range_: int, words: Words = ()) -> str:
    """What the states of a range are called: ``0 Off, 1 On``; empty of a number, or where nobody knows."""
    neutral = state_words(range_) if digital else None
    known = dict(enumerate(neutral or ())) | dict(words)
    return ", ".join(f"{state} {word}" for state, word in sorted(known.items()))


def value_text(
    value: float,
    units: str,
    *,
    point_type: PointType,
    digital: bool,
    range_: int,
    words: Words = (),
    with_unit: bool = True,
) -> str:
    """A value with its unit as engineers write it, or its state word."""
    if (word := state_word(value, digital=digital, range_=range_, words=words)) is not None:
        return word
    if range_ in MULTISTATE:
        return f"State {value:g}"
    if shows_time(point_type, range_):
        return hours_minutes_seconds(value)
    unit = written_unit(units, point_type=point_type, range_=range_)
    number = number_text(value, unit)
    return f"{number} {unit}" if unit and with_unit else number


def hours_minutes_seconds(seconds: float) -> str:
    """Seconds as T3000 shows its Time variables: ``1:02:03``."""
    sign = "-" if seconds < 0 else ""
    minutes, second = divmod(round(abs(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{sign}{hours}:{minute:02}:{second:02}"
