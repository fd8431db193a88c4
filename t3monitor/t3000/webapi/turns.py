"""Whose turn it is where an interval does not hold all panels, and what that makes of their age; pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

_FILLED = 0.9  # of an interval; the rest is for the list of panels, for storing, and for what takes longer than it did
_SWEEP_SHARE = 0.25
SWEEP_S = 600.0  # how old the points of groups that are not in use should get at most


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cycle holds: panels by serial number, the one with the oldest reading first, and how long it may take.

    ``turns`` is after how many cycles each panel has been read once. ``swept`` is how many groups that are not in use a
    cycle reads besides, and ``sweep_age_s`` how old these get.
    """

    serials: tuple[int, ...]
    turns: int
    swept: int
    ends_after_s: float
    sweep_age_s: float


def plan(
    costs_s: Mapping[int, float], read_s: Mapping[int, float], other_groups: int, group_s: float, interval_s: float
) -> Plan:
    """The panels that a cycle of ``interval_s`` holds, at least one.

    ``costs_s`` is what reading each panel costs, ``read_s`` when that was done last, both by serial number;
    ``other_groups`` those of all panels that are not in use.
    """
    wanted = math.ceil(other_groups * min(1.0, interval_s / SWEEP_S))
    swept = min(wanted, max(1, int(_SWEEP_SHARE * interval_s / group_s))) if wanted else 0
    room_s = left_s = _FILLED * interval_s - swept * group_s
    chosen: list[int] = []
    turns = 1
    for serial in sorted(costs_s, key=lambda serial: (read_s[serial], serial)):
        if costs_s[serial] > left_s and left_s < room_s:
            turns += 1
            left_s = room_s
        left_s -= costs_s[serial]
        if turns == 1:
            chosen.append(serial)
    sweep_age_s = math.ceil(other_groups / swept) * interval_s if swept else 0.0
    return Plan(tuple(chosen), turns, swept, _FILLED * interval_s, sweep_age_s)
