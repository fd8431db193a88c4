"""From one point object of an answer to a Point (docs/t3000.md 4.1, 4.3, 5)."""

import math
import re
from enum import Enum
from typing import Annotated

import msgspec
from msgspec import Raw, Struct

from t3monitor.model.point_types import PointType, parse_point_id
from t3monitor.model.points import Point
from t3monitor.model.units import has_states, is_defined, unit
from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.t3000.text import clean
from t3monitor.t3000.wire_json import LenientDecoder, WireError, read

# T3000's numbers have 32 bits, of which builds differ in the sign; what is beyond them was made by no panel.
LEAST_RAW, MOST_RAW = -(2**31), 2**32
Number = Annotated[int, msgspec.Meta(ge=LEAST_RAW, le=MOST_RAW)]

LABEL_SIZE = 9
FULL_LABEL_SIZES = {PointType.INPUT: 21, PointType.OUTPUT: 19, PointType.VARIABLE: 21}
_UNITS_SIZE = 16
_LATEST_TIME = 2**33  # a logging time beyond the year 2242 is a mistake, not a time


class Shape(Enum):
    """The two shapes of an answer; they differ in the scale of values and the base of indexes."""

    DOCUMENTED = "devices"
    REAL = "data"


class _WirePoint(Struct):
    id: str | None = None
    index: Number | None = None
    type: str | None = None
    pid: Number | None = None
    panel: Number | None = None
    description: str | None = None
    full_label: str | None = None
    label: str | None = None
    value: float | None = None
    control: Number | None = None
    range: Number = 0
    units: str | int | float | None = None  # the real shape has ``unit``, the range number once more
    auto_manual: Number = 0
    digital_analog: Number = 1
    decom: Number | None = None
    status: Number | None = None
    filter: Number | None = None
    calibration_h: Number | None = None
    calibration_l: Number = 0
    calibration_sign: Number = 0
    low_voltage: Number = 0
    high_voltage: Number = 0
    hw_switch_status: Number | None = None
    unused: Number | None = None


class _Typed(Struct):
    type: str


_VALUE_MEMBER = b'"value":'
_LAST_NUMBER = re.compile(rb"-?[0-9]{1,9}}")  # fits T3000's 32 bits whatever its digits
_POINT_TYPES: dict[str | None, PointType] = {point_type.value: point_type for point_type in PointType}
# Objects that stand beside the points in an answer and are none; what is wrong with them is nobody's fault.
_OTHER_TYPES = {"PROGRAM", "PID", "SCHEDULE", "HOLIDAY", "GRP", "MON"}
_type_alone = msgspec.json.Decoder(_Typed)
_points = LenientDecoder(_WirePoint, {"id", "index", "type", "value", "control", "range", "digital_analog"})


def serial_number(sent: int) -> int:
    """A panel's serial number, of which builds differ in the sign beyond 2^31; WireError if it does not fit 32 bits."""
    if not -(2**31) <= sent < 2**32:
        raise WireError(f"its serial number {sent} does not fit 32 bits")
    return sent % 2**32


def logging_time(sent: float | str | None) -> int | None:
    """UTC epoch seconds of a logging time as it was sent, 0 if it is 0; None for what is none (missing, no number)."""
    try:
        time_s = float(sent if sent is not None else "")
    except (ValueError, OverflowError):
        return None
    return int(time_s) if time_s == 0 or 1 <= time_s < _LATEST_TIME else None


def is_other_object(raw: Raw) -> bool:
    """Whether it is an object of a known type that is no point: a program, a schedule, a trend log."""
    try:
        return read(_type_alone, raw).type in _OTHER_TYPES
    except WireError:
        return False


def read_point(
    raw: Raw, shape: Shape, listed_as: PointType | None, panel_id: int, words: RangeWords = NO_WORDS
) -> Point:
    """Decodes one point; ``listed_as`` is its type where the list it stands in tells it, not the point.

    ``words`` are what the panel calls its custom ranges. Raises WireError with a text that says what is wrong.
    """
    wire = _points.read(raw)
    point_type = listed_as or _type(wire)
    number = _number(wire, point_type, shape)
    digital = wire.digital_analog == 0
    value = _value(wire, shape, digital=digital)
    decom = wire.decom if wire.decom is not None else wire.status
    is_input, is_output = point_type is PointType.INPUT, point_type is PointType.OUTPUT
    return Point(
        point_type=point_type,
        point_index=number,
        point_id=f"{point_type.prefix}{number}",
        panel=wire.pid or wire.panel or panel_id,
        full_label=clean(wire.description or wire.full_label, FULL_LABEL_SIZES[point_type]),
        label=clean(wire.label, LABEL_SIZE),
        value=value,
        units=words.unit(point_type, digital=digital, range_=wire.range) or _units(wire, point_type, digital=digital),
        range=wire.range,
        auto_manual=wire.auto_manual,
        control=wire.control if wire.control is not None else int(digital and value != 0),
        digital_analog=0 if digital else 1,
        status=_status(decom, point_type, wire.range, digital=digital) if is_input else decom if is_output else None,
        calibration=_calibration(wire) if is_input else None,
        filter=wire.filter if is_input else None,
        jumper=decom >> 4 & 0xF if is_input and decom is not None else None,
        low_voltage=wire.low_voltage / 10 if is_output and not digital and wire.low_voltage else None,
        high_voltage=wire.high_voltage / 10 if is_output and not digital and wire.high_voltage else None,
        hw_switch_status=wire.hw_switch_status if is_output else None,
        unused=wire.unused if point_type is PointType.VARIABLE else None,
        words=words.of_states(digital=digital, range_=wire.range),
    )


def with_new_value(point: Point, old_raw: Raw, raw: Raw) -> Point | None:
    """The point as it reads now, if its analog value in thousandths is all that changed; None if more may have.

    T3000 writes members in the order of their names (docs/t3000.md 4.1), so ``value`` comes last; most of what changes
    in a building is that, and reading it alone takes a tenth of the time.
    """
    sent, old = bytes(raw), bytes(old_raw)
    value_at = sent.rfind(_VALUE_MEMBER)
    number_at = value_at + len(_VALUE_MEMBER)
    if value_at < 0 or sent[:number_at] != old[:number_at] or b"," in old[number_at:]:
        return None
    if not _LAST_NUMBER.fullmatch(sent, number_at):
        return None
    if has_states(digital=point.is_digital, range_=point.range):
        return point  # its state is ``control``, which did not change
    return point.with_value(int(sent[number_at:-1]) / 1000)


def _type(wire: _WirePoint) -> PointType:
    point_type = _POINT_TYPES.get(wire.type)
    if point_type is None:
        raise WireError(f"unknown point type {wire.type!r}")
    return point_type


def _number(wire: _WirePoint, point_type: PointType, shape: Shape) -> int:
    """The number in the id; the index, whose base differs between the shapes, counts only where the id is empty."""
    if wire.id:
        named = parse_point_id(wire.id)
        if named is None or named[0] is not point_type:
            raise WireError(f"{wire.id!r} is not the id of an {point_type}")
        return named[1]
    if wire.index is None:
        raise WireError("it has neither id nor index")
    number = wire.index + (1 if shape is Shape.REAL else 0)
    if number < 1:
        raise WireError(f"its index {wire.index} is too small")
    return number


def _value(wire: _WirePoint, shape: Shape, *, digital: bool) -> float:
    """The value in units or as a state: the state is ``control``, the ``value`` beside it is not reliable."""
    if wire.value is None or not math.isfinite(wire.value):
        raise WireError("it has no value")
    if has_states(digital=digital, range_=wire.range):
        state = wire.control if wire.control is not None else wire.value
        return 1.0 if state else 0.0
    if not LEAST_RAW <= wire.value <= MOST_RAW:
        raise WireError(f"its value {wire.value:g} does not fit T3000's 32 bits")
    return wire.value / 1000 if shape is Shape.REAL else wire.value


def _units(wire: _WirePoint, point_type: PointType, *, digital: bool) -> str:
    """Units follow from the range; the text of the documented shape serves where the range tells none."""
    derived = unit(point_type, digital=digital, range_=wire.range)
    if derived or digital or not isinstance(wire.units, str):
        return derived
    text = clean(wire.units, _UNITS_SIZE).replace("Deg.", "°")
    return "" if text == "Unused" else text


def _status(decom: int | None, point_type: PointType, range_: int, *, digital: bool) -> int | None:
    """Low nibble of decom; T3000 shows Normal whatever it says where the range is unused or means nothing."""
    if decom is None:
        return None
    return decom & 0xF if is_defined(point_type, digital=digital, range_=range_) else 0


def _calibration(wire: _WirePoint) -> float | None:
    if wire.calibration_h is None:
        return None
    calibration = (wire.calibration_h * 256 + wire.calibration_l) / 10
    return -calibration if wire.calibration_sign and calibration else calibration
