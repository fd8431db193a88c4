"""When something that failed is worth another try; pure, times are monotonic seconds."""

from collections.abc import Sequence

_SLACK_S = 1.0  # cycles do not begin to the millisecond


class Backoff:
    """Waits longer after each failure in a row, up to the last of ``steps_s``."""

    def __init__(self, steps_s: Sequence[float]) -> None:
        self._steps_s = steps_s
        self.failures = 0
        self.due_s = float("-inf")

    def failed(self, now_s: float) -> None:
        """Another try failed; the next one comes later."""
        self.wait(now_s, self._steps_s[min(self.failures, len(self._steps_s) - 1)])
        self.failures += 1

    def wait(self, now_s: float, wait_s: float) -> None:
        """Postpones the next try without counting a failure."""
        self.due_s = now_s + wait_s

    def hurry(self) -> None:
        """The next try may come at once."""
        self.due_s = float("-inf")

    def is_due(self, now_s: float) -> bool:
        """Whether it is worth trying now."""
        return now_s >= self.due_s - _SLACK_S
