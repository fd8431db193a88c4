"""When a reading counts as old. Freshness is the logging time, never the success of a sync (docs/t3000.md 3.2)."""

from collections.abc import Collection
from enum import Enum

from t3monitor.model.times import FUTURE_S

# T3000 reads one panel per cooldown (15 s): a dozen panels in turn, or three missed cycles, are no cause for alarm.
SHORTEST_STALE_AGE_S = 300
STALE_AFTER_INTERVALS = 3


def is_ahead(logging_time: float, now: float) -> bool:
    """Whether a reading claims to be of the future; times in UTC epoch seconds."""
    return logging_time - now > FUTURE_S


def is_stale(logging_time: float | None, now: float, sync_interval_s: int) -> bool:
    """Whether a reading of ``logging_time`` cannot be shown as present; times in UTC epoch seconds, None: never.

    That is one too old, and one of the future, whose clock was wrong: nobody knows when it was read.
    """
    if logging_time is None:
        return True
    too_old_s = max(SHORTEST_STALE_AGE_S, STALE_AFTER_INTERVALS * sync_interval_s)
    return now - logging_time > too_old_s or is_ahead(logging_time, now)


class PanelState(Enum):
    """Whether a panel's readings are of the present; by their logging times, never by the success of a sync."""

    LIVE = "live"
    HELD = "held"  # not old yet, but its link is stopped or fails: nothing newer comes
    STALE = "stale"
    NO_ANSWER = "no answer"  # missing in the newest answer, or never read at all


def is_link_up(site: str, links_up: Collection[str] | None) -> bool:
    """Whether readings of a site keep coming; ``links_up`` are the sites of which they do, None: nobody has said."""
    return links_up is None or site in links_up


def panel_state(
    read_at: float | None, now: float, sync_interval_s: int, *, answers: bool = True, link_is_up: bool = True
) -> PanelState:
    """The state of a panel whose points were read at ``read_at``; times in UTC epoch seconds, None: never."""
    if read_at is None or not answers:
        return PanelState.NO_ANSWER
    if is_stale(read_at, now, sync_interval_s):
        return PanelState.STALE
    return PanelState.LIVE if link_is_up else PanelState.HELD
