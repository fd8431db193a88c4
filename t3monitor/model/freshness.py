"""When a reading counts as old. Freshness is the logging time, never the success of a sync (reference, section 1.2)."""

# T3000 reads one panel per cooldown (15 s): a dozen panels in turn, or three missed cycles, are no cause for alarm.
SHORTEST_STALE_AGE_S = 300
STALE_AFTER_INTERVALS = 3
# A clock may be off by a little; what is said to be read later than that says nothing of the present.
FURTHEST_AHEAD_S = 60


def is_ahead(logging_time: int, now: float) -> bool:
    """Whether a reading claims to be of the future; times in UTC epoch seconds."""
    return logging_time - now > FURTHEST_AHEAD_S


def is_stale(logging_time: int, now: float, sync_interval_s: int) -> bool:
    """Whether a reading of ``logging_time`` must not be shown as present; times in UTC epoch seconds.

    It is too old, or of the future, which makes nothing live.
    """
    too_old_s = max(SHORTEST_STALE_AGE_S, STALE_AFTER_INTERVALS * sync_interval_s)
    return now - logging_time > too_old_s or is_ahead(logging_time, now)
