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

    def succeeded(self) -> None:
        """The next failure is the first one."""
        self.failures = 0
        self.hurry()

    def wait(self, now_s: float, wait_s: float) -> None:
        """Postpones the next try without counting a failure."""
        self.due_s = now_s + wait_s

    def hurry(self) -> None:
        """The next try may come at once."""
        self.due_s = float("-inf")

    @property
    def is_hurried(self) -> bool:
        """Whether something speaks for a try at once."""
        return self.due_s == float("-inf")

    def is_due(self, now_s: float, slack_s: float = _SLACK_S) -> bool:
        """Whether it is worth trying now, or within ``slack_s``, for those who do not come by again so soon."""
        return now_s >= self.due_s - slack_s
