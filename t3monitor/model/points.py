"""One point of a panel as one reading of T3000 gives it."""

import math
from functools import lru_cache
from typing import NamedTuple

from t3monitor.model.point_types import PointType
from t3monitor.model.units import UNUSED, range_name, state_word, states_text, value_text, written_unit
from t3monitor.model.words import Words

MANUAL = 1
INPUT_STATUS_WORDS = {0: "Normal", 1: "Open", 2: "Shorted"}
HW_SWITCH_WORDS = {0: "MAN-OFF", 1: "AUTO", 2: "MAN-ON"}
HW_SWITCH_BY_HAND = (0, 2)  # T3000 shows whatever else it finds there as AUTO
JUMPER_WORDS = {0: "Thermistor", 1: "4-20 mA", 2: "0-5 V", 3: "0-10 V", 4: "Thermistor", 5: "PT 1K"}

Vector = tuple[int, PointType]  # serial number and type: what is read at one time; also the begin of a point's key


class PointKey(NamedTuple):
    """What identifies a point everywhere: IN1 of panel 237219 is (237219, INPUT, 1)."""

    serial_number: int
    point_type: PointType
    point_index: int


class Point(NamedTuple):
    """A point's settings and present value; the field names but ``words`` are the column names of the point tables.

    A named tuple, since a cycle handles tens of thousands and its fields go to the database as they stand. It does
    not know its panel's serial number: two panels whose points read alike may share the object.
    """

    point_type: PointType
    point_index: int  # the number in the id: 1 for IN1, whatever the answer's shape
    point_id: str
    panel: int  # panel number
    full_label: str  # T3000's description
    label: str  # T3000's short label
    value: float  # analog: in units; digital: the state, 0 or 1; multistate: the state number; NaN: see is_past
    units: str
    range: int
    auto_manual: int  # 0 auto, 1 manual
    control: int
    digital_analog: int  # 0 digital, 1 analog
    status: int | None = None  # inputs: 0 normal, 1 open, 2 shorted; outputs: 0 or 1, no alarm; variables: none
    calibration: float | None = None  # inputs; shown beside the value, already applied by the device
    filter: int | None = None  # inputs
    jumper: int | None = None  # inputs: signal type, see JUMPER_WORDS
    low_voltage: float | None = None  # outputs, V; None = not set
    high_voltage: float | None = None
    hw_switch_status: int | None = None  # outputs, see HW_SWITCH_WORDS
    unused: int | None = None  # variables
    words: Words = ()  # what the site calls the states of its range, as far as that is known; no column

    def with_value(self, value: float) -> "Point":
        """The point with another value; `_replace` takes twice as long."""
        return tuple.__new__(Point, (*self[:_VALUE], value, *self[_VALUE + 1 :]))

    def is_revalued(self, old: "Point") -> bool:
        """Whether nothing but the value is another one."""
        return self[:_VALUE] == old[:_VALUE] and self[_VALUE + 1 :] == old[_VALUE + 1 :]

    @property
    def is_past(self) -> bool:
        """Whether only the history knows it, and nothing of its present."""
        return math.isnan(self.value)

    @property
    def is_digital(self) -> bool:
        """Whether the point holds a state rather than a measured number."""
        return self.digital_analog == 0

    @property
    def in_use(self) -> bool:
        """Whether somebody configured the point: a range, or at least a name that is not T3000's default."""
        return is_in_use(self.point_id, self.range, self.label, self.full_label)

    @property
    def is_overridden(self) -> bool:
        """Whether the program does not decide the value: set to manual, or a hardware switch off AUTO."""
        return self.auto_manual == MANUAL or self.hw_switch_status in HW_SWITCH_BY_HAND

    @property
    def fault(self) -> str:
        """``Open`` or ``Shorted`` for a faulty input, else empty; outputs carry no usable alarm (docs/t3000.md 5.2)."""
        if self.point_type is not PointType.INPUT or not self.status or self.range == UNUSED:
            return ""
        return INPUT_STATUS_WORDS.get(self.status, "")

    @property
    def written_unit(self) -> str:
        """The unit as engineers write it; `units` is T3000's own word."""
        return written_unit(self.units, point_type=self.point_type, range_=self.range)

    @property
    def range_name(self) -> str:
        """The word for T3000's Range column."""
        return range_name(self.point_type, digital=self.is_digital, range_=self.range)

    @property
    def state_word(self) -> str | None:
        """Word of the present state, in the site's own words where it has some; None if the point shows a number."""
        return state_word(self.value, digital=self.is_digital, range_=self.range, words=self.words)

    @property
    def states_text(self) -> str:
        """What its states are called: ``0 Off, 1 On``; empty where it shows a number, or nobody knows."""
        return states_text(digital=self.is_digital, range_=self.range, words=self.words)

    @property
    def value_text(self) -> str:
        """The value with its unit or state word."""
        return value_text(
            self.value,
            self.units,
            point_type=self.point_type,
            digital=self.is_digital,
            range_=self.range,
            words=self.words,
        )


_VALUE = Point._fields.index("value")


def is_in_use(point_id: str, range_: int, *names: str) -> bool:
    """Whether somebody configured a point: a range, or a name that says more than ``IN1`` or ``IN 1`` does."""
    return range_ != UNUSED or any(name and not _is_default(name, point_id) for name in names)


@lru_cache(maxsize=4096)  # real panels carry the same 256 default names everywhere
def _is_default(name: str, point_id: str) -> bool:
    return "".join(name.split()).upper() == point_id
