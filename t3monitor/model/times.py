"""By whose clock a reading has its time, and how a difference of the clocks is said; times in UTC epoch seconds.

The times of readings are T3000's, whose computer may have another time of day than this one.
"""

FUTURE_S = 60  # a time so much later than now is no difference of a moment: a clock is, or was, wrong
_CLOCKS_AGREE_WITHIN_S = 5.0
_UNITS = (("year", 365 * 86_400), ("day", 86_400), ("hour", 3600), ("minute", 60))


def clocks_agree(ahead_s: float) -> bool:
    """Whether T3000's clock is so near to ours that its times are taken as they are."""
    return abs(ahead_s) <= _CLOCKS_AGREE_WITHIN_S


def time_by_our_clock(own_s: int, received_at: int, ahead_s: float | None) -> int:
    """When something was read that T3000 says it read at ``own_s``, by this computer's clock; never after its receipt.

    ``ahead_s`` is how far T3000's clock is ahead of ours, None where that is not known.
    """
    if ahead_s is not None and not clocks_agree(ahead_s):
        own_s = round(own_s - ahead_s)
    return max(1, min(own_s, received_at))


def difference_text(ahead_s: float) -> str:
    """``3 minutes ahead of`` or ``3 minutes behind``, to be followed by whose clock."""
    return f"{duration_text(ahead_s)} {'ahead of' if ahead_s > 0 else 'behind'}"


def duration_text(seconds: float) -> str:
    """A length of time in its largest unit: ``40 seconds``, ``10 minutes``, ``1.5 hours``, ``5 years``."""
    seconds = abs(seconds)
    unit, size = next((known for known in _UNITS if seconds >= 0.99 * known[1]), ("second", 1))
    number = (
        f"{seconds / size:.1f}".removesuffix(".0") if size > 60 and seconds < 9.95 * size else f"{seconds / size:.0f}"
    )
    return f"{number} {unit}" if number == "1" else f"{number} {unit}s"
