"""Baselines: the state of all points as it was frozen, as at commissioning, and what differs from it later."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isinf
from typing import Literal, NamedTuple

from t3monitor.model.freshness import is_stale
from t3monitor.model.point_types import PointType
from t3monitor.model.points import HW_SWITCH_WORDS, INPUT_STATUS_WORDS, JUMPER_WORDS, MANUAL, Point, PointKey
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.model.times import duration_text
from t3monitor.model.units import is_counter, is_measured, shows_time

# Within which a value counts as the same, by its unit; else a share of the value then.
BANDS = {
    "°C": 1.0,
    "°F": 2.0,
    "%RH": 5.0,
    **dict.fromkeys(("%", "%Open", "%Cls", "%PWM"), 5.0),
    "ppm": 100.0,
}
_OTHER_BAND, _TIME_BAND_S = 0.05, 60.0
BANDS_TEXT = "1 °C, 2 °F, 5 % and 5 %RH, 100 ppm, a minute, else 5 % of the value then"
_ROUNDING = 1e-9  # values are thousandths
_NEVER_READ = "never read"


class BaselineEdit(NamedTuple):
    """What is to be done with the baseline of a name."""

    deed: Literal["freeze", "rename", "delete"]
    name: str
    new_name: str = ""
    author: str = ""  # who freezes: the login name


class Baseline(NamedTuple):
    """A baseline by its name; what it holds is a `Frozen`."""

    name: str
    taken_at: float  # UTC epoch seconds
    author: str
    panels: int
    points: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """All panels at a time, with all their points that were ever read; ``online`` are those whose values were of then.

    It may be a baseline, or what is known now.
    """

    taken_at: float  # UTC epoch seconds
    panels: tuple[Panel, ...]
    online: frozenset[int]  # serial numbers

    @classmethod
    def of(cls, snapshot: Snapshot | None, now_s: float, sync_interval_s: int) -> "Frozen":
        """What a snapshot knows."""
        panels = (*snapshot.panels, *snapshot.silent) if snapshot else ()
        fresh = (panel.serial_number for panel in panels if not is_stale(panel.read_at, now_s, sync_interval_s))
        return cls(now_s, panels, frozenset(fresh))


class Aspect(StrEnum):
    """What of a panel or point differs."""

    PANEL = "panel"  # missing, new, or another controller at its number
    ONLINE = "online"
    NAME = "panel name"
    NUMBER = "panel number"
    POINT = "point"  # read at one of the times only
    VALUE = "value"
    STATUS = "status"
    MODE = "mode"
    SWITCH = "switch"
    RANGE = "range"
    UNIT = "unit"
    WORDS = "words"
    LABEL = "label"
    FULL_LABEL = "full label"
    CALIBRATION = "calibration"
    FILTER = "filter"
    SIGNAL = "signal"


class Difference(NamedTuple):
    """Something that was ``then`` and is ``now``, in words; of a point, or (None) of its whole panel."""

    panel: Panel
    point: Point | None
    what: Aspect
    then: str
    now: str
    delta: float | None = None  # of measured values, in the point's unit

    @property
    def has_numbers(self) -> bool:
        """Whether what it says are numbers without units."""
        return self.what in (Aspect.NUMBER, Aspect.CALIBRATION, Aspect.FILTER)

    @property
    def key(self) -> PointKey | None:
        """That of the point."""
        return self.point and PointKey(self.panel.serial_number, self.point.point_type, self.point.point_index)


def differences(then: Frozen, now: Frozen, band: float = 1.0) -> Iterator[Difference]:
    """What differs, panel after panel; ``band`` times `BANDS` is no difference of a value, infinite: no value is.

    Values and faults count of panels alone that were online both times, values also only where they can be compared:
    same range and unit, no fault. A counter is the same unless it went back. What was never read is no zero: it is
    said to be never read. Words and units that one of both does not know are no difference, nor is anything at points
    that nobody uses.
    """
    before, after = ({panel.serial_number: panel for panel in frozen.panels} for frozen in (then, now))
    replaced = dict(_replaced(then, now))
    for serial, panel in before.items():
        if serial in replaced:
            yield Difference(panel, None, Aspect.PANEL, f"serial number {serial}", f"serial number {replaced[serial]}")
        elif serial not in after:
            yield Difference(panel, None, Aspect.PANEL, "there", "missing")
        else:
            yield from _of_panel(panel, after[serial], then, now, band)
    for serial, panel in after.items():
        if serial not in before and serial not in replaced.values():
            yield Difference(panel, None, Aspect.PANEL, "not known", "there")


def _replaced(then: Frozen, now: Frozen) -> Iterator[tuple[int, int]]:
    """Panels whose numbers other controllers have now, by serial numbers."""
    before = {panel.serial_number for panel in then.panels}
    new_panels = (panel for panel in now.panels if panel.serial_number not in before)
    new = {(panel.site, panel.panel_id): panel.serial_number for panel in new_panels}
    for panel in then.panels:
        if panel.serial_number not in now.online and (successor := new.get((panel.site, panel.panel_id))):
            yield panel.serial_number, successor


def _of_panel(panel: Panel, later: Panel, then: Frozen, now: Frozen, band: float) -> Iterator[Difference]:
    states = [_state(its, frozen) for its, frozen in ((panel, then), (later, now))]
    if states[0][0] != states[1][0]:
        yield Difference(later, None, Aspect.ONLINE, states[0][1], states[1][1])
    if panel.panel_name != later.panel_name:
        yield Difference(later, None, Aspect.NAME, panel.panel_name, later.panel_name)
    if panel.panel_id != later.panel_id:
        yield Difference(later, None, Aspect.NUMBER, f"{panel.panel_id}", f"{later.panel_id}")
    are_values = panel.serial_number in then.online & now.online
    before, after = ({(its.point_type, its.point_index): its for its in each.points()} for each in (panel, later))
    for key in sorted(before.keys() | after.keys(), key=lambda its: (_ORDER[its[0]], its[1])):
        old, new = before.get(key), after.get(key)
        point = new or old
        if point is None or not any(its.in_use for its in (old, new) if its):
            continue
        if old is None or new is None:
            was, has = (_NEVER_READ if its is None else "in use" for its in (old, new))
            yield Difference(later, point, Aspect.POINT, was, has)
            continue
        for what, was, has in _settings(old, new):
            yield Difference(later, new, what, was, has)
        if are_values:
            yield from _values(later, old, new, band)


_ORDER = {kind: place for place, kind in enumerate(PointType)}


def _state(panel: Panel, frozen: Frozen) -> tuple[int, str]:
    """Whether it was online, as something to compare and in words."""
    if panel.read_at is None:
        return 0, _NEVER_READ
    if panel.serial_number in frozen.online:
        return 1, "online"
    return 2, f"offline, last read {duration_text(frozen.taken_at - panel.read_at)} before"


def _word(number: int | None, words: Mapping[int, str], other: str) -> str:
    return "" if number is None else words.get(number, other)


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:g}"


_SETTINGS: dict[Aspect, Callable[[Point], str]] = {
    Aspect.MODE: lambda its: "Manual" if its.auto_manual == MANUAL else "Auto",
    Aspect.SWITCH: lambda its: _word(its.hw_switch_status, HW_SWITCH_WORDS, HW_SWITCH_WORDS[1]),
    Aspect.UNIT: lambda its: its.written_unit,
    Aspect.WORDS: lambda its: its.states_text if its.words else "",
    Aspect.LABEL: lambda its: its.label,
    Aspect.FULL_LABEL: lambda its: its.full_label,
    Aspect.CALIBRATION: lambda its: _number(its.calibration),
    Aspect.FILTER: lambda its: _number(its.filter),
    Aspect.SIGNAL: lambda its: _word(its.jumper, JUMPER_WORDS, _number(its.jumper)),
}
_OF_A_RANGE = (Aspect.UNIT, Aspect.WORDS)  # another range has others
_MAY_BE_EMPTY = (Aspect.LABEL, Aspect.FULL_LABEL)  # others are not told then


def _settings(old: Point, new: Point) -> Iterator[tuple[Aspect, str, str]]:
    same_range = _same_range(old, new)
    if not same_range:
        was, has = _range_text(old), _range_text(new)
        if was == has:
            was, has = f"{was}, range {old.range}", f"{has}, range {new.range}"
        yield Aspect.RANGE, was, has
    for what, text in _SETTINGS.items():
        was, has = text(old), text(new)
        is_told = what in _MAY_BE_EMPTY or (was and has)
        if was != has and is_told and (same_range or what not in _OF_A_RANGE):
            yield what, was, has


def _range_text(point: Point) -> str:
    return ", ".join(filter(None, (point.range_name, point.written_unit)))


def _same_range(old: Point, new: Point) -> bool:
    return (old.range, old.digital_analog) == (new.range, new.digital_analog)


def _values(panel: Panel, old: Point, new: Point, band: float) -> Iterator[Difference]:
    normal = INPUT_STATUS_WORDS[0]
    if old.fault != new.fault:
        yield Difference(panel, new, Aspect.STATUS, old.fault or normal, new.fault or normal)
    can_compare = _same_range(old, new) and old.units == new.units and not old.fault and not new.fault
    if can_compare and not isinf(band) and _is_beyond(old, new, band):
        is_number = is_measured(digital=new.is_digital, range_=new.range)
        delta = new.value - old.value if is_number else None
        yield Difference(panel, new, Aspect.VALUE, old.value_text, new.value_text, delta)


def _is_beyond(old: Point, new: Point, band: float) -> bool:
    if not is_measured(digital=new.is_digital, range_=new.range):
        return old.value != new.value
    if is_counter(new.units):
        return new.value < old.value
    if shows_time(new.point_type, new.range):
        within = _TIME_BAND_S
    else:
        within = BANDS.get(new.written_unit, _OTHER_BAND * abs(old.value))
    return abs(new.value - old.value) > within * band + _ROUNDING
