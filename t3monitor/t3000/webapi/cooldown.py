"""When T3000 takes the next LOGGING_DATA call, and why it ignored one; pure, all times are monotonic seconds.

T3000 ignores calls that follow the last one it accepted, whoever's that was, within 15 s (60 s on builds before
2026-01-30), and all calls while its background reading is off (docs/t3000.md 3.1). Its answer is the same for both, so
which it was is learned from when it comes. A call that is ignored costs nothing and starts nothing anew.
"""

import math
from enum import Enum, auto

SHORT_S, LONG_S = 15.0, 60.0
_MARGIN_S = 0.1  # T3000 counts from before its answer and we from after it; its clock has steps of up to 16 ms
_PROBE_S = 5.0  # how soon to try again where another program may have taken our turn
_CALLS_BETWEEN_PROBES = 10  # of a cooldown that was found to be long

_WINDOW = (
    "open a trend log in T3000 and its Graphic Beta window once, which is needed after each start of T3000; "
    "if that changes nothing, another program takes every call: close its trend chart"
)


class _Belief(Enum):
    """Why the last call was ignored."""

    NOT_IGNORED = auto()  # or within the cooldown that is known
    UNDECIDED = auto()  # none was accepted lately: the cooldown after somebody else's call, or the gate
    GATE = auto()
    GATE_AGAIN = auto()
    LONG_OR_OTHERS = auto()
    OTHERS = auto()


class Cooldown:
    """What the calls so far tell of T3000's cooldown and gate."""

    def __init__(self) -> None:
        self.length_s = SHORT_S
        self.free_at_s = 0.0  # when a call is worth making
        self._accepted_at_s: float | None = None
        self._ignored_s: tuple[float, float] | None = None  # the first and last call ignored since one was accepted
        self._belief = _Belief.NOT_IGNORED
        self._calls_before_probe = _CALLS_BETWEEN_PROBES

    def accepted(self, at_s: float) -> None:
        """T3000 answered a call."""
        if self._accepted_at_s is not None:
            if at_s - self._accepted_at_s < LONG_S:
                self.length_s = SHORT_S
            elif self._ignored_s and self._ignored_s[1] - self._accepted_at_s > 2 * SHORT_S:
                self.length_s = LONG_S
        self._accepted_at_s, self._ignored_s = at_s, None
        self._belief = _Belief.NOT_IGNORED
        wait_s = self.length_s
        if self.length_s == LONG_S:  # it may only have looked so, with another program calling as well
            self._calls_before_probe -= 1
            if self._calls_before_probe == 0:
                self._calls_before_probe = _CALLS_BETWEEN_PROBES
                wait_s = SHORT_S
        self.free_at_s = at_s + wait_s + _MARGIN_S

    def ignored(self, at_s: float) -> None:
        """T3000 answered that it has nothing to say."""
        accepted_at_s = self._accepted_at_s
        if accepted_at_s is not None and at_s - accepted_at_s < self.length_s:  # as expected
            self._belief = _Belief.NOT_IGNORED
            self.free_at_s = accepted_at_s + self.length_s + _MARGIN_S
            return
        first_s = self._ignored_s[0] if self._ignored_s else at_s
        self._ignored_s = first_s, at_s
        # Longer than a cooldown since any program's call that was accepted before the first of these.
        is_gate = at_s - first_s >= self.length_s
        self.free_at_s = at_s + SHORT_S + _MARGIN_S
        if accepted_at_s is None:
            self._belief = _Belief.GATE if is_gate else _Belief.UNDECIDED
        elif at_s - accepted_at_s > LONG_S + _MARGIN_S and (is_gate or self.length_s == SHORT_S):
            self._belief = _Belief.GATE_AGAIN if is_gate else _Belief.UNDECIDED
        else:
            self._belief = _Belief.OTHERS if self.length_s == LONG_S else _Belief.LONG_OR_OTHERS
            self.free_at_s = at_s + _PROBE_S + _MARGIN_S

    def sentence(self, now_s: float) -> str:
        """Why there is nothing new now, and what to do about it or how long to wait."""
        to_go_s = self.free_at_s - _MARGIN_S - now_s
        since_s = 0.0 if self._accepted_at_s is None else now_s - self._accepted_at_s
        match self._belief:
            case _Belief.NOT_IGNORED:
                left_s = self.length_s - since_s
                return f"T3000 ignores calls less than {self.length_s:g} s apart; {_whole(left_s)} s to go"
            case _Belief.UNDECIDED:
                return (
                    "T3000 ignored the call: another program called it less than 15 s ago, or its background reading "
                    f"is off; the next call in {_whole(to_go_s)} s will tell"
                )
            case _Belief.GATE:
                return f"T3000's background reading is off until the Trend Log beta window was opened once: {_WINDOW}"
            case _Belief.GATE_AGAIN:
                return f"T3000 was restarted and its background reading is off again: {_WINDOW}"
            case _Belief.LONG_OR_OTHERS:
                return (
                    "T3000 ignored a call more than 15 s after the last one: this build ignores calls less than 60 s "
                    f"apart, or another program calls it too; {_whole(LONG_S - since_s)} s to go at most"
                )
            case _Belief.OTHERS:
                return (
                    "T3000 ignored a call more than 60 s after ours: another program calls it too; "
                    f"the next try is in {_whole(to_go_s)} s"
                )


def _whole(seconds: float) -> int:
    """Seconds to go, rounded up: after that many it is so. What sums of floats leave over is no second."""
    return max(1, math.ceil(round(seconds, 3)))
