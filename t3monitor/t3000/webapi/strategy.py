"""The contract of the strategies of the web link."""

from typing import Protocol

from t3monitor.t3000.link import Answer


class Strategy(Protocol):
    """One way to get at the values; its methods mean what those of `Link` mean."""

    @property
    def errand_due_s(self) -> float | None:
        """When `run_errand` is to be called, by the monotonic clock; None: not at all."""
        ...

    def fetch(self, timeout_s: float) -> Answer:
        """One answer, made of one or more calls."""
        ...

    def run_errand(self, timeout_s: float) -> None:
        """One call between two cycles; what goes wrong in it is the next answer's business."""
        ...
