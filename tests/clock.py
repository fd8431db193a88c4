"""Clocks for tests."""

import threading

from t3monitor.model.clock import SystemClock


class FakeClock:
    """Waiting takes no time, it moves the clock."""

    def __init__(self, utc_s: float = 1_761_960_900.0) -> None:
        self.now_s = 0.0
        self.utc_offset_s = utc_s
        self.asleep_s = 0.0
        self.waits: list[float] = []

    def utc_s(self) -> float:
        return self.utc_offset_s + self.now_s

    def monotonic_s(self) -> float:
        return self.now_s

    def up_s(self) -> tuple[float, float]:
        return self.now_s, self.asleep_s

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """Without a limit it really waits, for the test's own thread to ask for something."""
        if timeout_s is None:
            condition.wait()
            return
        self.waits.append(round(timeout_s, 3))
        self.now_s += timeout_s


class FastClock(SystemClock):
    """For commands that are run as they are: an interval of a second, the shortest, passes in a fiftieth of one."""

    def monotonic_s(self) -> float:
        return 50 * super().monotonic_s()

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        super().wait(condition, None if timeout_s is None else timeout_s / 50)
