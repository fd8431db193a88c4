"""How the demo's points are configured: what T3000 would show in its Inputs, Outputs and Variables grids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from t3monitor.model.point_types import PointType


class In(IntEnum):
    """Range numbers of analog inputs (docs/t3000.md 6.1)."""

    THERMISTOR_C = 3
    PT_1K_C = 9
    AMPS = 12
    MILLIAMPS = 13
    PSI = 14
    PULSES = 15
    VOLTS = 19
    HERTZ = 26
    HUMIDITY = 27
    CO2 = 28
    LUX = 34


class Out(IntEnum):
    """Range numbers of analog outputs."""

    VOLTS = 1
    PERCENT_OPEN = 2
    PERCENT = 4
    PERCENT_PWM = 7
    VOLTS_2_10 = 8


class Var(IntEnum):
    """Range numbers of analog variables."""

    CELSIUS = 1
    PASCAL = 4
    KW = 9
    KWH = 10
    VOLTS = 11
    AMPS = 13
    CFM = 15
    HOURS = 18
    TIME = 20
    PERCENT = 22
    PPM = 24
    COUNTS = 25
    PERCENT_OPEN = 26
    M3_PER_HOUR = 33
    CUSTOM_1 = 34
    MULTISTATE_1 = 101


class State(IntEnum):
    """Range numbers of digital points of all types."""

    OFF_ON = 1
    STOP_START = 3
    DISABLE_ENABLE = 4
    NORMAL_ALARM = 5
    OCCUPIED = 10


OPEN, SHORTED = 1, 2
HAND_OFF, HW_AUTO, HAND_ON = 0, 1, 2

_THERMISTOR, _4_20_MA, _0_10_V, _PT_1K = 4, 1, 3, 5
_JUMPERS: dict[int, int] = {
    In.PT_1K_C: _PT_1K,
    In.MILLIAMPS: _4_20_MA,
    In.PSI: _4_20_MA,
    In.AMPS: _0_10_V,
    In.VOLTS: _0_10_V,
    In.HUMIDITY: _0_10_V,
    In.CO2: _0_10_V,
    In.LUX: _0_10_V,
}
_IN_STEPS: dict[int, float] = {
    In.MILLIAMPS: 0.02,
    In.VOLTS: 0.02,
    In.HERTZ: 0.01,
    In.PULSES: 1,
    In.CO2: 5,
    In.HUMIDITY: 0.5,
}
_VAR_STEPS: dict[int, float] = {
    Var.PASCAL: 2,
    Var.CFM: 5,
    Var.PERCENT: 1,
    Var.COUNTS: 1,
    Var.TIME: 1,
    Var.MULTISTATE_1: 1,
}


@dataclass(frozen=True, slots=True)
class PointConfig:
    """One configured point. ``label`` is also the key under which its plant gives the value."""

    point_type: PointType
    label: str
    description: str
    range: int
    digital: bool
    step: float  # resolution of the controller, in units
    held: float | None = None  # not the plant's to decide: a setpoint, a manual value, the rail of a faulty sensor
    manual: bool = False
    status: int = 0  # inputs: OPEN, SHORTED
    jumper: int = 0  # inputs
    hw_switch: int = HW_AUTO  # outputs
    calibration_tenths: int = 0  # inputs
    wire_label: str | None = None  # text as the device's memory has it, where that is not the label
    wire_description: str | None = None


class Plant(Protocol):
    """What a panel controls, as a function of time."""

    def values(self, local_s: float) -> Mapping[str, float]:
        """Value in units, or state, of every point that is not held, by label."""
        ...


# A panel's points in the order of their numbers; None is an unused one between them.
PointList = Sequence[PointConfig | None]


def analog_in(label: str, description: str, range_: In, *, calibration_tenths: int = 0) -> PointConfig:
    """A measured input; the range decides signal and resolution."""
    return PointConfig(
        PointType.INPUT,
        label,
        description,
        range_,
        digital=False,
        step=_IN_STEPS.get(range_, 0.1),
        jumper=_JUMPERS.get(range_, _THERMISTOR),
        calibration_tenths=calibration_tenths,
    )


def lux_in(label: str, description: str, step: float) -> PointConfig:
    """A light sensor; indoor and outdoor ones differ in resolution."""
    return PointConfig(PointType.INPUT, label, description, In.LUX, digital=False, step=step, jumper=_0_10_V)


def digital_in(label: str, description: str, range_: State) -> PointConfig:
    """A dry contact."""
    return PointConfig(PointType.INPUT, label, description, range_, digital=True, step=1, jumper=_THERMISTOR)


def analog_out(label: str, description: str, range_: Out) -> PointConfig:
    """A modulating output."""
    return PointConfig(
        PointType.OUTPUT, label, description, range_, digital=False, step=0.1 if range_ is Out.VOLTS else 1
    )


def digital_out(label: str, description: str, range_: State) -> PointConfig:
    """A relay."""
    return PointConfig(PointType.OUTPUT, label, description, range_, digital=True, step=1)


def analog_var(
    label: str, description: str, range_: Var, *, held: float | None = None, step: float | None = None
) -> PointConfig:
    """A number in the panel's memory; with ``held`` a setpoint nobody changes."""
    if step is None:
        step = _VAR_STEPS.get(range_, 0.1)
    return PointConfig(PointType.VARIABLE, label, description, range_, digital=False, step=step, held=held)


def digital_var(label: str, description: str, range_: State, *, held: float | None = None) -> PointConfig:
    """A state in the panel's memory."""
    return PointConfig(PointType.VARIABLE, label, description, range_, digital=True, step=1, held=held)
