"""The marks of what is plotted: changes and restarts, read beside the history, and the notes; GUI thread."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from heapq import merge

from PySide6.QtCore import QObject

from t3monitor.model.errors import MonitorError
from t3monitor.model.notes import Note
from t3monitor.model.points import PointKey
from t3monitor.model.successions import Succession
from t3monitor.store.history.changes import Change
from t3monitor.store.marks import Marks, Restart
from t3monitor.ui.trend.marks.marks import Mark, mark_of_note, mark_of_restart, mark_of_succession, marks_of_changes
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.series.loader import Spawn, Task
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.state import TrendState

ReadMarks = Callable[[Sequence[PointKey], float, float], Awaitable[Marks]]  # points, start, end

_ASK_AGAIN_S = 30.0
_LATE_S = 600.0  # what is recorded of a time is recorded by then

_logger = logging.getLogger(__name__)


async def no_marks(_keys: Sequence[PointKey], _start_s: float, _end_s: float) -> Marks:
    """For a view that is shown without a database."""
    return Marks({}, [])


class ShownMarks(QObject):
    """Has flags shown as long as they are wanted; a newer request supersedes an older one."""

    def __init__(
        self,
        plots: PlotStack,
        state: TrendState,
        traces: Traces,
        read: ReadMarks,
        clock: Callable[[], float],
        spawn: Spawn = asyncio.ensure_future,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._plots = plots
        self._state = state
        self._traces = traces
        self._read = read
        self._clock = clock
        self._spawn = spawn
        self._task: Task | None = None
        self._asked: tuple[tuple[PointKey, ...], float, float] | None = None
        self._asked_at_s = 0.0
        self._changes: dict[PointKey, list[Change]] = {}
        self._restarts: list[Restart] = []
        self._replaced: list[Succession] = []
        self.notes: Sequence[Note] = ()

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        return self._task is not None

    def set_notes(self, notes: Sequence[Note]) -> None:
        """Shows these notes, as far as they are about the site or a plotted point."""
        self.notes = notes
        self.show()

    def request(self, start_s: float, end_s: float) -> None:
        """Reads what happened to the plotted points between two times."""
        self._asked = tuple(self._state.points), start_s, end_s
        self._ask(*self._asked, anew=True)

    def pass_time(self) -> None:
        """Something may have happened meanwhile; to be called with each snapshot."""
        now_s = self._clock()
        if self._asked and not self._task and now_s - self._asked_at_s >= _ASK_AGAIN_S:
            keys, start_s, end_s = self._asked
            self._ask(keys, max(start_s, now_s - _LATE_S), end_s, anew=False)

    def forget(self) -> None:
        """Drops what was requested and what is known, but the notes."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._asked, self._changes, self._restarts, self._replaced = None, {}, [], []
        self.show()

    def show(self) -> None:
        """Has the flags tell what is known, in the words of now."""
        self._plots.set_marks(self.shown)

    @property
    def shown(self) -> list[Mark]:
        """The flags as of now."""
        if not self._state.shown.marks:
            return []
        points = self._state.points
        names = {point: self._traces.name_of(point) for point in points}
        of_points = (
            sorted(marks_of_changes(point, names[point], self._changes.get(point, ())), key=lambda mark: mark.time_s)
            for point in points
        )
        notes = [
            mark_of_note(note, names[note.point] if note.point else "")
            for note in self.notes
            if note.point is None or note.point in names
        ]
        others = map(mark_of_restart, self._restarts), map(mark_of_succession, self._replaced)
        return list(merge(*of_points, *others, notes, key=lambda mark: mark.time_s))

    def _ask(self, keys: Sequence[PointKey], start_s: float, end_s: float, *, anew: bool) -> None:
        if self._task is not None:
            self._task.cancel()
        self._asked_at_s = self._clock()
        self._task = self._spawn(self._run(keys, start_s, end_s, anew=anew))

    async def _run(self, keys: Sequence[PointKey], start_s: float, end_s: float, *, anew: bool) -> None:
        try:
            changes, restarts, replaced = await self._read(keys, start_s, end_s)
            if anew:
                self._changes, self._restarts, self._replaced = changes, restarts, [*replaced]
            else:
                self._changes = {key: _joined(self._changes, changes, key) for key in keys}
                self._restarts += [restart for restart in restarts if restart not in self._restarts]
                self._replaced += [its for its in replaced if its not in self._replaced]
        except MonitorError as error:
            _logger.warning("⚠️ %s", error)  # the history of the same file could be read
        except Exception:
            _logger.exception("Reading marks failed")
        self._task = None
        self.show()


def _joined(
    known: Mapping[PointKey, list[Change]], new: Mapping[PointKey, list[Change]], key: PointKey
) -> list[Change]:
    return sorted({*known.get(key, ()), *new.get(key, ())}, key=lambda change: change.at_s)
