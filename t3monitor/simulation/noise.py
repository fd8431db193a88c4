"""Repeatable randomness: numbers that depend on a key and a position alone, whichever process asks."""

import hashlib

_MASK = (1 << 64) - 1


def key_of(*parts: str | int) -> int:
    """64-bit key of a name such as ``(seed, "AHU-1", "SAT")``."""
    text = "/".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def uniform(key: int, position: int) -> float:
    """A number in 0..1 for each integer position (the splitmix64 finaliser)."""
    z = (key + position * 0x9E3779B97F4A7C15) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _MASK
    return (z ^ (z >> 31)) / _MASK


class Noise:
    """A smooth random course between -amplitude and +amplitude, a new level every ``period_s``."""

    __slots__ = ("_amplitude", "_key", "_knots", "_period_s")

    def __init__(self, key: int, period_s: float, amplitude: float) -> None:
        self._key = key
        self._period_s = period_s
        self._amplitude = amplitude
        # The last two levels, since the next question is mostly about the same stretch; one object, so that it is
        # replaced whole.
        self._knots = (0, self._level(0), self._level(1))

    def __call__(self, at_s: float) -> float:
        """Its level at a time in seconds."""
        position = at_s / self._period_s
        knot = int(position // 1)
        known, low, high = self._knots
        if knot != known:
            low, high = self._level(knot), self._level(knot + 1)
            self._knots = (knot, low, high)
        x = position - knot
        return low + (high - low) * x * x * (3 - 2 * x)

    def _level(self, knot: int) -> float:
        return self._amplitude * (2 * uniform(self._key, knot) - 1)
