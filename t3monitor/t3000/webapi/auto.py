"""The strategy `auto`: live where that works, else T3000's background readings; says which, and why."""

from collections.abc import Callable

from t3monitor.model.errors import (
    BadReplyError,
    LinkError,
    LinkTimeoutError,
    NoNewDataError,
    RefusedError,
)
from t3monitor.t3000.link import Answer
from t3monitor.t3000.webapi.background import BackgroundReading
from t3monitor.t3000.webapi.live import LiveReading, NoPanelReadableError

LIVE_AGAIN_S = 600.0
_TIMEOUTS_BEFORE_FALLING_BACK = 2  # the first one may be a T3000 that hangs, which no other call helps


class AutoReading:
    """Live reading works if at least one panel answered.

    What would stop any call (nothing there, T3000 starting or hanging) is no reason to fall back. Background readings
    that work are kept to for ten minutes; as long as they do not, live reading is tried in each cycle.
    """

    def __init__(self, live: LiveReading, background: BackgroundReading, monotonic_s: Callable[[], float]) -> None:
        self._live = live
        self._background = background
        self._monotonic_s = monotonic_s
        self._is_live = True
        self._live_again_at_s: float | None = None  # while the background readings serve
        self._why_not_live = ""
        self._timeouts = 0

    @property
    def errand_due_s(self) -> float | None:
        """That of the way that is in use."""
        return self._live.errand_due_s if self._is_live else self._background.errand_due_s

    def run_errand(self, timeout_s: float) -> None:
        """One of the way that is in use."""
        (self._live if self._is_live else self._background).run_errand(timeout_s)

    def fetch(self, timeout_s: float) -> Answer:
        """The answer of the strategy that works; raises what both of them say if none does."""
        serves_background = self._live_again_at_s is not None
        is_live_due = self._live_again_at_s is None or self._live_again_at_s <= self._monotonic_s()
        # What T3000 reads in the background is collected before live reading, which may load saved values over it.
        self._background.only_collects = serves_background and is_live_due and self._background.awaits_collection
        if is_live_due and not self._background.only_collects:
            try:
                answer = self._live.fetch(timeout_s)
            except LinkTimeoutError as error:
                self._timeouts += 1
                if self._timeouts < _TIMEOUTS_BEFORE_FALLING_BACK:
                    raise
                failure: LinkError = error
            except NoPanelReadableError:
                self._is_live = True
                raise
            except (NoNewDataError, RefusedError, BadReplyError) as error:
                failure = error
            else:
                self._is_live, self._timeouts = True, 0
                return answer
            finally:
                self._live_again_at_s = None
            self._is_live, self._why_not_live = False, str(failure)
        answer = self._fall_back(timeout_s)
        if self._live_again_at_s is None:
            self._live_again_at_s = self._monotonic_s() + LIVE_AGAIN_S
        return answer._replace(note=f"{answer.note}, since live reading failed: {self._why_not_live}")

    def _fall_back(self, timeout_s: float) -> Answer:
        try:
            return self._background.fetch(timeout_s)
        except (NoNewDataError, RefusedError, BadReplyError) as error:
            self._live_again_at_s = None
            raise type(error)(f"{error}; live reading failed too: {self._why_not_live}") from None
