"""Finds out, once a second, that the computer slept, the program was stopped, or the clock was set."""

import threading
from collections.abc import Callable
from typing import NamedTuple

from t3monitor.model.clock import Clock, SystemClock

_BEAT_S = 1.0
_ASLEEP_S = 2.0  # that the computer itself counts as sleep
_LATE_S = 5.0  # a busy computer is late as well
_STEP_S = 5.0


class Interruption(NamedTuple):
    """What happened between two beats."""

    at: float  # its end, UTC epoch seconds by the clock as it is now
    slept_s: int  # 0: it was no sleep
    stepped_s: int  # by how much the clock was set, back if negative; 0: it was not
    uncounted_s: float  # how much of it the monotonic clock has not counted


class Beats:
    """Compares clocks from one beat to the next."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = self._now()

    def beat(self) -> Interruption | None:
        """To be called once a second; None if nothing happened since the last time."""
        last, now = self._last, self._now()
        self._last = now
        utc_s, monotonic_s, awake_s, asleep_s = (after - before for after, before in zip(now, last, strict=True))
        late_s = awake_s - _BEAT_S if awake_s - _BEAT_S >= _LATE_S else 0.0
        slept_s = asleep_s if asleep_s >= _ASLEEP_S else 0.0
        if late_s:
            slept_s += late_s + _BEAT_S / 2  # it began within a beat
        stepped_s = utc_s - awake_s - asleep_s
        interruption = Interruption(
            now[0],
            round(slept_s),
            round(stepped_s) if abs(stepped_s) > _STEP_S else 0,
            max(0.0, awake_s + asleep_s - monotonic_s),
        )
        return interruption if interruption.slept_s or interruption.stepped_s else None

    def _now(self) -> tuple[float, float, float, float]:
        return self._clock.utc_s(), self._clock.monotonic_s(), *self._clock.up_s()


class Pulse:
    """Beats in a thread of its own while anybody listens; for any thread."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._changed = threading.Condition()  # guards the following
        self._listeners: list[Callable[[Interruption], None]] = []
        self._is_beating = False

    def listen(self, listener: Callable[[Interruption], None]) -> None:
        """Has interruptions told from now on, in the thread of the pulse."""
        with self._changed:
            self._listeners.append(listener)
            if not self._is_beating:
                self._is_beating = True
                threading.Thread(target=self._work, name="pulse", daemon=True).start()

    def leave(self, listener: Callable[[Interruption], None]) -> None:
        """Has nothing told any more; does nothing for one who does not listen."""
        with self._changed:
            if listener in self._listeners:
                self._listeners.remove(listener)
                self._changed.notify_all()

    def _work(self) -> None:
        beats = Beats(self._clock)
        while True:
            with self._changed:
                self._changed.wait(_BEAT_S if self._listeners else 0)
                listeners = tuple(self._listeners)
                if not listeners:
                    self._is_beating = False
                    return
            if interruption := beats.beat():
                for listener in listeners:
                    listener(interruption)
