"""The `webapi` link."""

import time
from collections.abc import Callable

from t3monitor.config.settings import WebReadingName
from t3monitor.t3000.link import Answer, Link


class WebApiLink(Link):
    """One T3000 web service; ``reading`` chooses the strategy."""

    def __init__(
        self,
        url: str,
        reading: WebReadingName = "auto",
        *,
        longest_answer_bytes: int = 104_857_600,
        monotonic_s: Callable[[], float] = time.monotonic,
        utc_s: Callable[[], float] = time.time,
    ) -> None:
        self._url, self._reading, self._limit = url, reading, longest_answer_bytes
        self._monotonic_s, self._utc_s = monotonic_s, utc_s

    @property
    def description(self) -> str:
        """``T3000 web service`` and the URL."""
        return f"T3000 web service {self._url}"

    def fetch(self, timeout_s: float) -> Answer:
        """One answer."""
        raise NotImplementedError
