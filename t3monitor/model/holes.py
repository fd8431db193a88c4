"""What a hole in the history is: the one rule, for whoever reads, draws or counts readings.

With each reading stands its spacing: after how many seconds the next one was expected, as far as was known then. What
comes later changes nothing about it, and neither does how much of the history somebody looks at.
"""

from collections.abc import Collection
from statistics import median_low
from typing import Any

HOLE_AFTER_SPACINGS = 2.5  # one missed cycle, or one that T3000's cooldown delayed, is no hole
GAPS_TO_TELL = 15  # before a reading, of how often its panel is read
UNKNOWN_SPACING_S = 300  # of a reading of which nobody knows even the sync interval

Seconds = Any  # one number, or a numpy array of them


def is_hole(gap_s: Seconds, spacing_s: Seconds) -> Any:
    """Whether so long a time after a reading is a hole; ``spacing_s`` is that of this reading."""
    return gap_s > HOLE_AFTER_SPACINGS * spacing_s


def known_until(read_s: Seconds, spacing_s: Seconds, next_s: Seconds) -> Any:
    """Until when a reading holds: up to the next one, or for one spacing if there is a hole between them.

    ``next_s`` may as well be the present, if there is no next one yet.
    """
    hole = is_hole(next_s - read_s, spacing_s)
    return hole * (read_s + spacing_s) + (1 - hole) * next_s


def told_until(read_s: float, spacing_s: float, delay_s: float, now_s: float) -> float:
    """Up to when it is known at present whether there is a reading after the newest one.

    That one was there ``delay_s`` after its time. The next one may come as late; until it is overdue there is no hole.
    """
    is_overdue = is_hole(now_s - delay_s - read_s, spacing_s)
    return now_s if is_overdue else min(now_s, read_s + HOLE_AFTER_SPACINGS * spacing_s)


def usual_spacing(gaps_s: Collection[float]) -> float:
    """How far apart readings are where nobody planned it, by at most `GAPS_TO_TELL` gaps before; 0: that is not known.

    Of two in the middle the smaller counts: rather a hole too many than a line where nothing was read.
    """
    return median_low(gaps_s) if gaps_s else 0.0
