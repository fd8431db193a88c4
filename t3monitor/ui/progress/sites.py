"""How syncing goes at each T3000 computer: the one place that the status bar, the tool bar and the tree look at."""

import time
from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from t3monitor.model.events import CycleFinished, PanelAsked, PanelLogged, PanelUpserted, ServiceStopped, SyncEvent
from t3monitor.ui.progress.state import LinkState, Progress

_WORST_FIRST = (LinkState.FAILED, LinkState.WAITING, LinkState.STOPPED, LinkState.LIVE)


class SiteProgress(QObject):
    """The progress of each site, by its name; the name is empty where there is but one.

    Events of sites that are not, or no longer, among the names are left out.
    """

    changed = Signal()
    stepped = Signal()  # a running cycle is at another panel, which changes nothing else

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._sites: dict[str, Progress] = {"": Progress()}
        self._current = ""
        self.interval_s = 30  # from one cycle to the next
        self.description = ""  # what is at the other end, in a few words
        self.now_s = clock()

    @property
    def sites(self) -> Mapping[str, Progress]:
        """All sites in the order of the settings."""
        return self._sites

    @property
    def has_several(self) -> bool:
        """Whether it has to be said which site something is about."""
        return len(self._sites) > 1

    @property
    def current(self) -> str:
        """The site whose cycle runs, else the one whose cycle ended last."""
        return self._current

    @property
    def next(self) -> Progress | None:
        """The site whose cycle is due next; None if none is planned."""
        planned = [progress for progress in self._sites.values() if progress.next_at_s is not None]
        return min(planned, key=lambda progress: progress.next_at_s or 0.0, default=None)

    @property
    def worst(self) -> LinkState:
        """The state that the user should know of first."""
        states = {progress.link_state for progress in self._sites.values()}
        return next(state for state in _WORST_FIRST if state in states)

    @property
    def worst_site(self) -> str:
        """The site whose state it is; of several, the one whose cycle is shown."""
        worst = self.worst
        names = (self._current, *self._sites)
        return next(name for name in names if self._sites[name].link_state is worst)

    def apply(self, *events: SyncEvent) -> None:
        """Takes events that have just happened."""
        self.now_s = self._clock()
        for event in events:
            if event.site in self._sites:
                self._sites[event.site] = self._sites[event.site].after(event, self.now_s)
                self._choose_current(event)
            is_step = isinstance(event, PanelAsked | PanelUpserted | PanelLogged)
            (self.stepped if is_step else self.changed).emit()

    def set_now(self, monotonic_s: float) -> None:
        """Counts down."""
        self.now_s = monotonic_s
        self.changed.emit()

    def set_sites(self, names: Sequence[str], description: str) -> None:
        """Which sites there are; those that are not among them are forgotten."""
        self._sites = {name: self._sites.get(name, Progress()) for name in names or ("",)}
        if self._current not in self._sites:
            self._current = next(iter(self._sites))
        self.description = description
        self.changed.emit()

    def set_interval(self, interval_s: int) -> None:
        """The interval was changed."""
        self.interval_s = interval_s
        self.now_s = self._clock()
        self._sites = {name: progress.with_interval(interval_s, self.now_s) for name, progress in self._sites.items()}
        self.changed.emit()

    def forget(self) -> None:
        """Drops the past: the link or the database is another one."""
        self._sites = {name: progress.without_past() for name, progress in self._sites.items()}
        self.changed.emit()

    def begin_anew(self) -> None:
        """Nothing is known of the services any more."""
        self._sites = {name: Progress() for name in self._sites}
        self.changed.emit()

    def _choose_current(self, event: SyncEvent) -> None:
        """Stays with a cycle until it ends: with every step of cycles that overlap, the bar would jump."""
        if self._sites[self._current].in_cycle:
            return
        in_cycle = next((name for name, progress in self._sites.items() if progress.in_cycle), None)
        if in_cycle is not None:
            self._current = in_cycle
        elif isinstance(event, CycleFinished) or (isinstance(event, ServiceStopped) and event.reason):
            self._current = event.site
