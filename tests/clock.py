"""A clock for tests: waiting takes no time, it moves the clock."""

import threading


class FakeClock:
    def __init__(self, utc_s: float = 1_761_960_900.0) -> None:
        self.now_s = 0.0
        self.utc_offset_s = utc_s
        self.waits: list[float] = []

    def utc_s(self) -> float:
        return self.utc_offset_s + self.now_s

    def monotonic_s(self) -> float:
        return self.now_s

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """Without a limit it really waits, for the test's own thread to ask for something."""
        if timeout_s is None:
            condition.wait()
            return
        self.waits.append(round(timeout_s, 3))
        self.now_s += timeout_s
