"""Time, so that tests can bring their own."""

import sys
import threading
import time
from typing import Protocol


class Clock(Protocol):
    """Wall clock for what is stored, monotonic clock for what is scheduled, and the one way to wait."""

    def utc_s(self) -> float:
        """UTC epoch seconds."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never jump."""
        ...

    def up_s(self) -> tuple[float, float]:
        """Since some moment, for how many seconds the computer has been awake and for how many asleep."""
        ...

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """Waits on a condition that the caller holds until it is notified or the time is over (None: no limit)."""
        ...


class SystemClock:
    """The computer's clocks."""

    def utc_s(self) -> float:
        """UTC epoch seconds."""
        return time.time()

    def monotonic_s(self) -> float:
        """Seconds that never jump."""
        return time.monotonic()

    def up_s(self) -> tuple[float, float]:
        """Since it was switched on, for how many seconds the computer has been awake and for how many asleep."""
        if sys.platform == "win32":
            return _windows_up_s()
        if sys.platform == "linux":
            awake_s = time.clock_gettime(time.CLOCK_MONOTONIC)
            return awake_s, time.clock_gettime(time.CLOCK_BOOTTIME) - awake_s
        return time.monotonic(), 0.0

    def wait(self, condition: threading.Condition, timeout_s: float | None) -> None:
        """Waits on the condition."""
        condition.wait(None if timeout_s is None else min(timeout_s, threading.TIMEOUT_MAX))


if sys.platform == "win32":
    import ctypes

    _kernel = ctypes.WinDLL("kernel32")
    _kernel.GetTickCount64.restype = ctypes.c_ulonglong

    def _windows_up_s() -> tuple[float, float]:
        awake_ticks = ctypes.c_ulonglong()  # of 100 ns
        _kernel.QueryUnbiasedInterruptTime(ctypes.byref(awake_ticks))
        awake_s = awake_ticks.value / 1e7
        return awake_s, _kernel.GetTickCount64() / 1e3 - awake_s


class Stopwatch:
    """Milliseconds since it was made, and of each phase that was entered; a phase may be entered several times."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began_s = self._phase_began_s = clock.monotonic_s()
        self._phase: str | None = None
        self._phases_ms: dict[str, float] = {}

    def enter(self, phase: str) -> None:
        """Ends the phase that runs, if any, and begins this one."""
        now_s = self._clock.monotonic_s()
        if self._phase is not None:
            spent_ms = (now_s - self._phase_began_s) * 1000
            self._phases_ms[self._phase] = self._phases_ms.get(self._phase, 0.0) + spent_ms
        self._phase, self._phase_began_s = phase, now_s

    def elapsed_ms(self) -> float:
        """Milliseconds since the stopwatch was made."""
        return round((self._clock.monotonic_s() - self._began_s) * 1000, 1)

    def phases_ms(self) -> dict[str, float]:
        """Milliseconds of each phase entered so far, the running one up to now."""
        if self._phase is not None:
            self.enter(self._phase)
        return {phase: round(spent_ms, 1) for phase, spent_ms in self._phases_ms.items()}
