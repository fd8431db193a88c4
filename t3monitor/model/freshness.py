"""When a reading counts as old. Freshness is the logging time, never the success of a sync (reference, section 1.2)."""

# T3000 reads one panel per cooldown (15 s): a dozen panels in turn, or three missed cycles, are no cause for alarm.
SHORTEST_STALE_AGE_S = 300
STALE_AFTER_INTERVALS = 3


def is_stale(logging_time: int, now: float, sync_interval_s: int) -> bool:
    """Whether a reading of ``logging_time`` is too old to be shown as present; times in UTC epoch seconds."""
    return now - logging_time > max(SHORTEST_STALE_AGE_S, STALE_AFTER_INTERVALS * sync_interval_s)
