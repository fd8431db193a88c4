"""The web link: the web service inside an unmodified T3000.exe (docs/t3000.md 8), read by one of its strategies."""

import time
from collections.abc import Callable, Collection

from t3monitor.config.settings import WebReading
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import PanelSettings, Snapshot
from t3monitor.t3000.actions import LoggedStretch, Route
from t3monitor.t3000.link import Answer, Link, Logged, T3000Time
from t3monitor.t3000.webapi.auto import AutoReading
from t3monitor.t3000.webapi.background import BackgroundReading
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.clock import T3000Clock, utc_offset_s
from t3monitor.t3000.webapi.history import logged_rows
from t3monitor.t3000.webapi.live import LiveReading
from t3monitor.t3000.webapi.panels import ListedPanel, PanelList
from t3monitor.t3000.webapi.strategy import Strategy

_OTHERS_NAMED = 10


class WebApiLink(Link):
    """One T3000 web service; ``reading`` chooses the strategy.

    Calls end by the computer's own clock; ``monotonic_s`` and ``utc_s`` serve for what is planned and stamped.
    """

    tells_history = True

    def __init__(
        self,
        url: str,
        reading: WebReading = WebReading.AUTO,
        *,
        longest_answer_bytes: int = 104_857_600,
        monotonic_s: Callable[[], float] = time.monotonic,
        utc_s: Callable[[], float] = time.time,
        reads_all: bool = False,
        client: Client | None = None,
    ) -> None:
        """``reads_all`` has live reading take every point as one in use."""
        self._url = url
        self._client = client or Client(url, longest_answer_bytes, utc_s)
        self._clock = T3000Clock(self._client, monotonic_s)
        self._panels = PanelList(self._client, monotonic_s)
        background = BackgroundReading(self._client, self._panels, self._clock, monotonic_s)
        self._live = LiveReading(
            self._client,
            self._panels,
            monotonic_s,
            utc_s,
            lambda position, total: self.on_panel(position, total),
            reads_all=reads_all,
            may_load=lambda: not background.awaits_collection,
        )
        self._strategy = _strategy_named(reading, self._live, background, monotonic_s)

    @property
    def description(self) -> str:
        """``T3000 web service`` and the URL."""
        return f"T3000 web service {self._url}"

    def fetch(self, timeout_s: float) -> Answer:
        """One LOGGING_DATA answer, composed of what the strategy has read; ``timeout_s`` is each call's."""
        self._live.interval_s = self.interval_s
        with self._client.work():
            return self._strategy.fetch(timeout_s)

    def check_service(self, timeout_s: float) -> str:
        """Says that T3000's web service answers; raises LinkError if something else does, or nothing."""
        with self._client.work():
            self._client.check_health(timeout_s)
        return f"T3000's web service answers on {self._client.target.place}"

    def check_clock(self, timeout_s: float) -> str:
        """Says how far T3000's clock is ahead of this computer's."""
        with self._client.work():
            return self._clock.check(timeout_s)

    def check_panels(self, timeout_s: float) -> str:
        """Says how many panels T3000 knows and where from; raises LinkError.

        Action 4 is not asked for that: before a collecting call it would spoil what that collects.
        """
        with self._client.work():
            panels = self._panels.refresh(timeout_s, needs_instances=False, may_ask_t3000=False)
        if not panels:
            return "T3000's device list is empty, so T3000 is asked for its list of online panels"
        others = [panel for panel in panels if panel.has_points is False]
        count = len(panels) - len(others)
        found = f"{count} panel{'' if count == 1 else 's'} from {self._panels.source}"
        if not others:
            return found
        named = ", ".join(f"{panel.title} (class {panel.product_class})" for panel in others[:_OTHERS_NAMED])
        more = f" and {len(others) - _OTHERS_NAMED} more" if len(others) > _OTHERS_NAMED else ""
        return f"{found}; not asked, since their product class has no points: {named}{more}"

    def panel_settings(self, panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings | None:  # noqa: ARG002
        """What T3000's list of panels tells of the addresses of one; no call is needed."""
        return next(
            (panel.known_settings for panel in self._panels.known if panel.serial_number == serial_number), None
        )

    def logged(self, asked: LoggedStretch, timeout_s: float) -> Logged | None:
        """What the browsers at T3000's pages logged of a panel, and T3000's service if it is a server's.

        T3000 reads its database for that, and asks no panel. Raises LinkError.
        """
        with self._client.work():
            body = self._client.history(asked, timeout_s)
        return None if body is None else logged_rows(body, asked.limit)

    def t3000_time(self, timeout_s: float) -> T3000Time | None:
        """T3000's zone by its page about the time, and how far its clock is ahead; raises LinkError."""
        with self._client.work():
            body = self._client.get(Route.SERVER_TIME, timeout_s)
            offset_s = None if body is None else utc_offset_s(body)
            return None if offset_s is None else T3000Time(offset_s, self._clock.measure(timeout_s))

    @property
    def errand_due_s(self) -> float | None:
        """When T3000 takes the next call, where that is worth making; None for live reading."""
        return self._strategy.errand_due_s

    def run_errand(self, timeout_s: float) -> None:
        """One call; raises nothing but InterruptedCycleError."""
        with self._client.work():
            self._strategy.run_errand(timeout_s)

    def forget_panels(self) -> None:
        """Has the next call ask for the panels anew, with action 4 as well."""
        self._panels.forget()
        self._live.hurry()

    def recall(self, known: Snapshot) -> None:
        """Which points are in use, so that no panel need be read whole for that."""
        self._live.recall(known)

    @property
    def left_out(self) -> tuple[ListedPanel, ...]:
        """Devices of T3000's list that live reading does not ask, since they have no points."""
        return self._live.left_out

    def prefer(self, points: Collection[PointKey]) -> None:
        """From any thread: has live reading take the groups of these points first."""
        self._live.prefer(points)

    def interrupt(self) -> None:
        """From any thread: ends the call in progress, and what was to follow it."""
        self._client.interrupt()

    def close(self) -> None:
        """Ends what is in progress; connections do not outlive their calls."""
        self._client.interrupt()


def _strategy_named(
    name: WebReading, live: LiveReading, background: BackgroundReading, monotonic_s: Callable[[], float]
) -> Strategy:
    match name:
        case WebReading.LIVE:
            return live
        case WebReading.LOGGING_DATA:
            return background
        case WebReading.AUTO:
            return AutoReading(live, background, monotonic_s)
