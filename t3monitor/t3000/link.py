"""The contract of every way to reach T3000."""

from typing import Protocol

from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.trendlogs import TrendLog


class Link(Protocol):
    """One way to reach T3000. Used from one thread, except ``interrupt``.

    Every method answers or raises a `LinkError` (a named outcome), nothing else, and not later than its deadline.
    """

    @property
    def description(self) -> str:
        """What it reaches, for the sentences of the checks: ``library /opt/t3000.so``."""
        ...

    def fetch(self, timeout_s: float) -> bytes:
        """One LOGGING_DATA answer as T3000 sent it, in either wire shape."""
        ...

    def panel_settings(self, panel_id: int, timeout_s: float) -> PanelSettings | None:
        """Addresses of one panel; None where this link or this T3000 build does not tell them."""
        ...

    def trend_logs(self, panel_id: int, timeout_s: float) -> tuple[TrendLog, ...] | None:
        """Trend log configuration of one panel; None where this link or this T3000 build does not tell it."""
        ...

    def interrupt(self) -> None:
        """From any thread: makes the call in progress, if any, raise `InterruptedCycleError` at once."""
        ...

    def close(self) -> None:
        """Gives back everything; a link is not used after it. Leaves no process behind."""
        ...
