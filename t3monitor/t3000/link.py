"""The contract of every way to reach T3000."""

from collections.abc import Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple, Protocol

from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Groups, LeftOut, Panel, PanelSettings, Snapshot
from t3monitor.model.trendlogs import TrendLog
from t3monitor.model.words import RangeWords
from t3monitor.t3000.actions import LoggedStretch
from t3monitor.t3000.wire_panels import RealPanel

Body = bytes | Sequence[RealPanel]


class Answer(NamedTuple):
    """One LOGGING_DATA answer, and what it cannot tell itself.

    Its ``body`` are bytes in either wire shape, or the panels themselves where a link asks for them one by one.

    ``failed_panels`` and ``missing_points`` hold a sentence for each panel, or gap in a panel, that T3000 could not
    read; ``left_out`` are those of the panels again that the link knows. An answer that ``repeats`` holds panels which
    were not read anew as they were; what kept its logging time is then the reading of before. ``note`` says how the
    answer was got, where there is more than one way.

    ``silent`` are listed panels that did not answer. ``groups``, by serial number, are those of panels read in parts.
    ``words``, by serial number, are what the panels call their custom ranges, as far as that was learned for this
    answer. ``clock_ahead_s`` is how far T3000's clock is ahead of ours; None: not known. ``turn_s`` is how long
    it takes until each panel was read once more; None: the link does not plan that. ``file`` is where it was recorded.
    """

    body: Body
    failed_panels: tuple[str, ...] = ()
    missing_points: tuple[str, ...] = ()
    repeats: bool = False
    note: str = ""
    silent: tuple[Panel, ...] = ()
    groups: Mapping[int, Groups] = MappingProxyType({})
    words: Mapping[int, RangeWords] = MappingProxyType({})
    clock_ahead_s: float | None = None
    turn_s: float | None = None
    file: str = ""
    left_out: tuple[LeftOut, ...] = ()

    @property
    def size_bytes(self) -> int:
        """The bytes of the body; of panels those of their points."""
        if isinstance(self.body, bytes):
            return len(self.body)
        return sum(len(bytes(point)) for panel in self.body for point in panel.device_data)


class LoggedRow(NamedTuple):
    """A sample as T3000 logged it: local time without zone, raw number and range as text.

    ``number`` counts from 0 where its service wrote it, from 1 where a browser did.
    """

    time: str
    point_id: str
    point_type: str
    number: int
    raw: str
    range: str
    is_analog: bool


class Logged(NamedTuple):
    """What T3000 logged of a panel, the newest first; ``is_full``: there may be more.

    ``unreadable`` rows are left out.
    """

    rows: Sequence[LoggedRow]
    is_full: bool
    unreadable: int = 0


class T3000Time(NamedTuple):
    """How far T3000's local time is ahead of UTC at present, and its clock of ours (None: not known); seconds."""

    utc_offset_s: int
    ahead_s: float | None = None


def _unheard(position: int, total: int) -> None:
    """Nobody wants to know how far a fetch has come."""


class Link(Protocol):
    """One way to reach T3000. Used from one thread, except ``interrupt``.

    Every method answers or raises a `LinkError` (a named outcome), nothing else, and not later than its deadline. What
    a link does not override is what one without settings exports, errands or resources does.

    ``on_panel`` is whoever fetches' own: a link that asks T3000 panel by panel calls it with the position, from 1, and
    the number of panels before it asks for each. ``interval_s`` is how long it is from one `fetch` to the next; a link
    that cannot ask for everything in that time plans by it. ``tells_history``: `logged` and `t3000_time` can tell it.
    """

    on_panel: Callable[[int, int], None] = staticmethod(_unheard)
    interval_s: float = 30.0
    tells_history: bool = False

    @property
    def description(self) -> str:
        """What it reaches, for the sentences of the checks: ``library /opt/t3000.so``."""
        ...

    def fetch(self, timeout_s: float) -> Answer:
        """One LOGGING_DATA answer; where that takes several calls of T3000, each of them has the deadline."""
        ...

    def panel_settings(self, panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings | None:  # noqa: ARG002
        """Addresses of one panel; None where this link or this T3000 build does not tell them."""
        return None

    def trend_logs(self, panel_id: int, timeout_s: float) -> tuple[TrendLog, ...] | None:  # noqa: ARG002
        """Trend log configuration of one panel; None where this link or this T3000 build does not tell it."""
        return None

    def logged(self, asked: LoggedStretch, timeout_s: float) -> Logged | None:  # noqa: ARG002
        """What T3000 itself logged of a panel; None where this link or this T3000 build does not tell it."""
        return None

    def t3000_time(self, timeout_s: float) -> T3000Time | None:  # noqa: ARG002
        """By which time T3000 logs; None where this link or this T3000 build does not tell it."""
        return None

    @property
    def errand_due_s(self) -> float | None:
        """When `run_errand` is to be called between two cycles, by the monotonic clock; None: not at all."""
        return None

    def run_errand(self, timeout_s: float) -> None:  # noqa: ARG002
        """One call of T3000 that makes the next answer fresher; what goes wrong in it is the next answer's business."""
        return

    def recall(self, known: Snapshot) -> None:  # noqa: ARG002
        """What the database holds of earlier runs; called once, before the first `fetch`."""
        return

    def prefer(self, points: Collection[PointKey]) -> None:  # noqa: ARG002
        """From any thread: these points are looked at, so a link that reads in parts takes them first."""
        return

    def forget_panels(self) -> None:
        """Has the next call ask anew which panels there are, also in ways that T3000 pays for."""
        return

    def interrupt(self) -> None:
        """From any thread: makes the call in progress, if any, raise `InterruptedCycleError` at once."""
        return

    def close(self) -> None:
        """Gives back everything; a link is not used after it. Leaves no process behind."""
        return
