"""The one-time reading of the panels' trend logs: 5 s after the first good cycle, 500 ms between panels."""

from collections import deque

from t3monitor.model.clock import Clock
from t3monitor.model.errors import MonitorError, NotReadyError, RefusedError
from t3monitor.model.events import TrendLogsRead
from t3monitor.model.snapshot import Snapshot
from t3monitor.store.keeper import Keeper
from t3monitor.t3000.link import Link

DELAY_S = 5.0
BETWEEN_PANELS_S = 0.5


class TrendLogReader:
    """Reads one panel per `step`, so that cycles keep their time; ``due_s`` is when the next step is, monotonic."""

    def __init__(self, snapshot: Snapshot, clock: Clock) -> None:
        self._clock = clock
        self._panels = deque((panel.serial_number, panel.panel_id) for panel in snapshot.panels)
        self._panels_read = self._trend_logs = 0
        self.due_s = clock.monotonic_s() + DELAY_S

    def step(self, link: Link, keeper: Keeper, timeout_s: float) -> TrendLogsRead | None:
        """Reads the next panel; after the last one, or after a failure that would repeat itself, the closing event."""
        serial_number, panel_id = self._panels.popleft()
        try:
            trend_logs = link.trend_logs(panel_id, timeout_s)
            if trend_logs is None:
                return self._ended("this way to T3000 does not tell it")
            now_s = int(self._clock.utc_s())
            keeper.run(lambda store: store.writer.write_trend_logs(serial_number, panel_id, trend_logs, now_s))
            self._panels_read += 1
            self._trend_logs += len(trend_logs)
        except (RefusedError, NotReadyError):
            pass  # T3000 tells none of this panel
        except MonitorError as error:
            return self._ended(str(error))
        self.due_s = self._clock.monotonic_s() + BETWEEN_PANELS_S
        return None if self._panels else self._ended("")

    def _ended(self, problem: str) -> TrendLogsRead:
        return TrendLogsRead(self._panels_read, self._trend_logs, problem)
