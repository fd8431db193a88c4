"""What is done between two cycles: a call of the link's own, the panels' trend logs, holes filled from T3000's history.

Each is done in small steps, so that cycles keep their time.
"""

import logging
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from t3monitor.config.settings import Filling, Settings
from t3monitor.model.errors import DatabaseError, InterruptedCycleError, Outcome
from t3monitor.model.snapshot import Snapshot
from t3monitor.sync.cycle import Host
from t3monitor.sync.source import Source
from t3monitor.sync.trend_log_reader import TrendLogReader
from t3monitor.t3000.link import Link

if TYPE_CHECKING:
    from t3monitor.sync.filling import Filler

_log = logging.getLogger(__name__)

_LEAVES_HOLES = Outcome.DATABASE, Outcome.FAILED, Outcome.INTERRUPTED  # on our side


class Errand(NamedTuple):
    """One step; ``due_s`` is monotonic."""

    due_s: float
    run: Callable[[], None]


class Errands:
    """Those of one service; of its thread, where nothing else is said."""

    def __init__(self, host: Host, settings: Settings, close_link: Callable[[], None]) -> None:
        """``close_link`` is called when a call between two cycles went wrong: the next cycle opens it anew."""
        self.is_filling = False  # which can wait for a cycle; from any thread
        self._host = host
        self._settings = settings  # in use
        self._close_link = close_link
        self._link: Link | None = None
        self._trend_logs: TrendLogReader | None = None
        self._filler: Filler | None = None
        self._was_good = False  # the last cycle
        self._may_have_holes = threading.Event()  # since something kept this program from recording
        self._fill_asked = threading.Event()

    def look_for_holes(self) -> None:
        """Something kept this program from recording: the next good cycle is followed by filling; from any thread."""
        self._may_have_holes.set()

    def fill(self) -> None:
        """The user wants holes filled, as was offered; from any thread."""
        self._fill_asked.set()

    def after_cycle(
        self,
        outcome: Outcome,
        snapshot: Snapshot | None,
        source: Source | None,
        settings: Settings,
        *,
        is_periodic: bool,
    ) -> None:
        """Plans what follows a cycle of these settings, which asked this source and stored this snapshot, if any."""
        self._settings = settings
        self._was_good = outcome.is_stored
        if outcome in _LEAVES_HOLES:
            self._may_have_holes.set()
        self._link = source.link if source else None
        if snapshot and snapshot.panels and source and not source.trend_logs_asked:
            source.trend_logs_asked = True
            self._trend_logs = TrendLogReader(snapshot, self._host.clock)
        looks = is_periodic and self._was_good and self._may_have_holes.is_set()
        if looks:
            self._may_have_holes.clear()
        if settings.fill_from_t3000 is Filling.NEVER:
            self._filler = None
        elif looks:
            self._filler = self._new_filler()

    def drop(self) -> None:
        """The link is closed: nothing is planned any more."""
        if self._filler:
            self._may_have_holes.set()
        self._link = self._trend_logs = self._filler = None

    def next(self, cycle_due_s: float | None) -> Errand | None:
        """What is due, or else what will be first; ``cycle_due_s`` is of the next cycle, None without periodic ones."""
        if self._link is None:
            return None
        errands = []
        if cycle_due_s is not None and (due_s := self._link.errand_due_s) is not None:
            errands.append(Errand(due_s, partial(self._run_of_link, self._link)))
        if self._trend_logs:
            errands.append(Errand(self._trend_logs.due_s, partial(self._read_trend_logs, self._trend_logs, self._link)))
        now_s = self._host.clock.monotonic_s()
        if cycle_due_s is not None and self._was_good and (filler := self._wanted_filler()):
            time_s = cycle_due_s - max(now_s, filler.due_s)  # between this step and the cycle
            if time_s >= min(filler.needs_s, self._settings.sync_interval_secs / 2):
                errands.append(Errand(filler.due_s, partial(self._fill, filler, self._link, cycle_due_s)))
        return min(errands, key=lambda errand: max(errand.due_s, now_s), default=None)

    def _run_of_link(self, link: Link) -> None:
        try:
            link.run_errand(self._settings.timeout_seconds)
        except InterruptedCycleError:
            pass  # the service is to stop
        except Exception:  # noqa: BLE001 - the service outlives any mistake in a link
            _log.exception("❌ A call between two cycles failed by an error of this program")
            self._close_link()

    def _read_trend_logs(self, reader: TrendLogReader, link: Link) -> None:
        try:
            keeper = self._host.keeper
        except DatabaseError:  # the settings name no file any more
            self._trend_logs = None
            return
        if ended := reader.step(link, keeper, self._settings.timeout_seconds):
            self._trend_logs = None
            self._host.emit(ended)

    def _wanted_filler(self) -> "Filler | None":
        if self._fill_asked.is_set():
            self._fill_asked.clear()
            self._filler = self._filler or self._new_filler()
            self._filler.go()
        return self._filler

    def _new_filler(self) -> "Filler":
        from t3monitor.sync.filling import Filler  # with numpy, which a program that was just started can do without

        return Filler(self._host.site, self._settings, self._host.database_in_use, self._host.clock)

    def _fill(self, filler: "Filler", link: Link, cycle_due_s: float) -> None:
        """One step, which ends before the next cycle is due."""
        left_s = cycle_due_s - self._host.clock.monotonic_s()
        told = None
        self.is_filling = True
        try:
            told = filler.step(link, self._host.keeper, max(1.0, min(self._settings.timeout_seconds, left_s)))
        except Exception:  # noqa: BLE001 - the service outlives any mistake in what is not a cycle
            _log.exception("❌ Filling holes from T3000's history failed by an error of this program")
            self._filler = None
        finally:
            self.is_filling = False
        if filler.is_over:
            self._filler = None
        if told:
            self._host.emit(told)
