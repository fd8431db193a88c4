"""What is not as it should be: overridden points, faulty sensors, dirty texts, panels and answers that fail to come."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from t3monitor.simulation.noise import key_of, uniform
from t3monitor.simulation.points import HAND_OFF, HAND_ON, OPEN, SHORTED, PointConfig
from t3monitor.simulation.schedule import DAY_S, HOUR_S, MINUTE_S

_RAIL_OPEN_C, _RAIL_SHORTED_C = -40.0, 120.0  # ends of the 10K Type2 table
_PT_1K_SHORTED_C = -200.0


class _Change(NamedTuple):
    """A change to one point of the panel at ``place`` in its wing, in every ``every``-th wing from ``first`` on."""

    place: int
    label: str
    change: Callable[[PointConfig], PointConfig]
    first: int = 0
    every: int = 2


def _manual(value: float) -> Callable[[PointConfig], PointConfig]:
    return lambda point: replace(point, manual=True, held=value)


def _hand(switch: int) -> Callable[[PointConfig], PointConfig]:
    return lambda point: replace(point, hw_switch=switch, held=1.0 if switch == HAND_ON else 0.0)


def _broken(status: int, rail: float) -> Callable[[PointConfig], PointConfig]:
    return lambda point: replace(point, status=status, held=rail)


def _text(label: str | None, description: str) -> Callable[[PointConfig], PointConfig]:
    return lambda point: replace(point, wire_label=label, wire_description=description)


# A label that fills its 9 bytes has no end, so what is read runs on into the bytes of the value; a description that
# fills its 21 bytes runs on into the label.
_OVERRUN_LABEL = "MIXEDAIRT" + "\x10'"
_OVERRUN = _text(_OVERRUN_LABEL, "Mixed Air Temp Sensor" + _OVERRUN_LABEL)
# "Café Zone Temp" typed in an ANSI code page and read as UTF-8: é swallowed the two characters after it.
_MISREAD = _text(None, "Caf\u981aone Temp")

_CHANGES = (
    _Change(0, "EF_CMD", _hand(HAND_OFF)),
    _Change(0, "EXH_T", _broken(SHORTED, _RAIL_SHORTED_C), first=1, every=3),
    _Change(1, "OAD", _manual(40.0), every=3),
    _Change(1, "MAT", _OVERRUN, every=4),
    _Change(2, "Z4_DAT", _broken(OPEN, _RAIL_OPEN_C), every=5),
    _Change(3, "Z3_SP", _manual(24.5)),
    _Change(3, "Z6_T", _MISREAD, every=4),
    _Change(4, "B2_FLUE", _broken(SHORTED, _PT_1K_SHORTED_C), first=4, every=7),
    _Change(5, "LTG_3", _hand(HAND_ON)),
)


def with_faults(points: tuple[PointConfig | None, ...], place: int, wing: int) -> tuple[PointConfig | None, ...]:
    """The points of one panel with what is wrong with them."""
    changes = {
        change.label: change.change
        for change in _CHANGES
        if change.place == place and wing >= change.first and (wing - change.first) % change.every == 0
    }
    return tuple(changes[point.label](point) if point and point.label in changes else point for point in points)


class Interruption:
    """Stretches of time that come at most once in each ``period_s``, ``shortest_s`` to ``longest_s`` long."""

    def __init__(self, key: int, period_s: float, share: float, shortest_s: float, longest_s: float) -> None:
        self._key = key
        self._period_s = period_s
        self._share = share  # of the periods that have one
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._shift_s = period_s * uniform(key, -1)

    def began(self, utc_s: float) -> float | None:
        """Begin, in UTC seconds, of the stretch that is on at a time; None outside of one."""
        period = int((utc_s + self._shift_s) // self._period_s)
        happens, length, place = (uniform(self._key, 3 * period + n) for n in range(3))
        length_s = self._shortest_s + (self._longest_s - self._shortest_s) * length
        start_s = period * self._period_s - self._shift_s + (self._period_s - length_s) * place
        return start_s if happens < self._share and start_s <= utc_s < start_s + length_s else None


def cooldown(seed: int) -> Interruption:
    """When the whole answer is empty because something else has just asked T3000: a minute every few hours."""
    return Interruption(key_of(seed, "cooldown"), 3 * HOUR_S, 0.8, 45, 75)


def standstill(seed: int, panel_id: int) -> Interruption:
    """When T3000 gets no new values from one panel: up to three quarters of an hour, about every third day."""
    return Interruption(key_of(seed, "standstill", panel_id), 3 * DAY_S, 0.85, 6 * MINUTE_S, 45 * MINUTE_S)
