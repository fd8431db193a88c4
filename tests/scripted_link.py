"""A link for tests that does what it is told, call by call."""

import threading
from collections.abc import Callable
from typing import Any

from t3monitor.model.errors import InterruptedCycleError
from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.trendlogs import TrendLog
from t3monitor.t3000.link import Answer, Link

Step = bytes | Answer | Exception | Callable[[], bytes]


class ScriptedLink(Link):
    """Gives each step in turn, the last one for ever; an exception is raised, a function is called."""

    description = "script"

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.fetches = 0
        self.closed = False
        self.settings: Any = None
        self.trend_log_answers: Any = None
        self.trend_logs_asked: list[int] = []
        self.hanging = threading.Event()
        self._interrupted = threading.Event()

    def fetch(self, timeout_s: float) -> Answer:
        self.fetches += 1
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        answer = step() if callable(step) else step
        return answer if isinstance(answer, Answer) else Answer(answer)

    def hang(self) -> bytes:
        """A step: waits until the call is interrupted."""
        self._interrupted.clear()
        self.hanging.set()
        assert self._interrupted.wait(10), "nobody interrupted the call"
        raise InterruptedCycleError("The call of T3000 was interrupted")

    def panel_settings(self, panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings | None:
        if isinstance(self.settings, Exception):
            raise self.settings
        return self.settings

    def trend_logs(self, panel_id: int, timeout_s: float) -> tuple[TrendLog, ...] | None:
        self.trend_logs_asked.append(panel_id)
        if isinstance(self.trend_log_answers, Exception):
            raise self.trend_log_answers
        return self.trend_log_answers

    def interrupt(self) -> None:
        self._interrupted.set()

    def close(self) -> None:
        self.closed = True
