"""The calls by which a panel is read live: action 17, and 0 where T3000 has forgotten it (docs/t3000.md 7)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from t3monitor.model.errors import BadReplyError, LinkError, LinkTimeoutError, NoNewDataError, RefusedError
from t3monitor.model.point_types import PointType
from t3monitor.model.words import NO_WORDS, RangeWords
from t3monitor.t3000.actions import Action
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.panel_facts import ENTRY_TYPE as FACTS
from t3monitor.t3000.webapi.panel_facts import PanelFacts, read_panel_facts
from t3monitor.t3000.webapi.panels import ListedPanel
from t3monitor.t3000.webapi.point_groups import Counts, Run
from t3monitor.t3000.webapi.range_words import read_range_words
from t3monitor.t3000.webapi.replies import Answer, HeldUpError
from t3monitor.t3000.wire_json import WireError, read

_ENTRY_TYPES = {PointType.INPUT: 1, PointType.OUTPUT: 0, PointType.VARIABLE: 2}
_MISMATCH = "match"  # serial number or object instance do not match: those of the panel are not loaded
_FIRST_GUESS_S = 0.13  # for a group: T3000 pauses 100 ms after each
_LEAST_S = 0.001  # clocks have steps
_NEWEST_COUNTS = 0.2


class ForgottenPanelError(RefusedError):
    """T3000 has not loaded the panel in this run, and refuses it until it has."""


class Loading(NamedTuple):
    """What came of having T3000 load what it has saved of a panel: its words, or T3000's own reason why not."""

    words: RangeWords
    refusal: str


class _Echo(Struct, rename="camel"):
    panel_id: int
    serial_number: int
    entry_type: int
    device_data: list[Raw] = msgspec.field(name="device_data", default_factory=list)


_read_echo = msgspec.json.Decoder(_Echo)


@dataclass(frozen=True, slots=True)
class _Held:
    """A call that was given up: T3000 goes on with it, and takes no other one meanwhile."""

    title: str
    since_s: float


class PanelCalls:
    """Makes the calls, and knows what they cost.

    T3000 serves one call at a time, also one whose caller has gone. So after a call that was given up, what the next
    ones wait for is its panel, not theirs.
    """

    def __init__(self, client: Client, monotonic_s: Callable[[], float]) -> None:
        self._group_s: dict[int, float] = {}  # what a group that answers costs, by serial number
        self._client = client
        self._monotonic_s = monotonic_s
        self._held: _Held | None = None

    def group_s(self, panel: ListedPanel) -> float:
        """What a group costs that the panel gives."""
        return self._group_s.get(panel.serial_number, _FIRST_GUESS_S)

    @property
    def held_up(self) -> str:
        """Whom T3000 waits for, as a sentence; empty if for nobody."""
        if self._held is None:
            return ""
        waits_s = self._monotonic_s() - self._held.since_s
        return f"T3000 still waits for {self._held.title}, since {waits_s:.0f} s: if that stays so, restart T3000"

    def points(self, panel: ListedPanel, run: Run, counts: Counts, timeout_s: float) -> list[Raw]:
        """The points of neighbouring groups as they are now, without those groups that T3000 could not read.

        Raises ForgottenPanelError, HeldUpError or another LinkError.
        """
        began_s = self._monotonic_s()
        points = self._entries(panel, _ENTRY_TYPES[run.kind], run.start(), run.end(counts), timeout_s)
        if len(points) == run.end(counts) - run.start() + 1:
            spent_s = max((self._monotonic_s() - began_s) / len(run.groups), _LEAST_S)
            before_s = self._group_s.get(panel.serial_number, spent_s)
            self._group_s[panel.serial_number] = before_s + _NEWEST_COUNTS * (spent_s - before_s)
        return points

    def facts(self, panel: ListedPanel, timeout_s: float) -> PanelFacts:
        """What the panel says of itself; raises LinkError."""
        return read_panel_facts(self._entries(panel, FACTS, 0, 0, timeout_s))

    def load_saved(self, panel: ListedPanel, timeout_s: float) -> Loading:
        """Has T3000 load what it has saved of a panel, over what it had read of it; raises LinkError.

        Its success says nothing: whether T3000 knows the panel now is told by `points` alone.
        """
        answer = self._call(panel, Action.GET_PANEL_DATA, timeout_s, panelId=panel.panel_id)
        if answer.is_empty:
            return Loading(NO_WORDS, "it ignored the call")
        if answer.error_text:
            return Loading(NO_WORDS, answer.error_text)
        return Loading(read_range_words(answer.ranges) if isinstance(answer.ranges, Raw) else NO_WORDS, "")

    def _entries(self, panel: ListedPanel, entry_type: int, start: int, end: int, timeout_s: float) -> list[Raw]:
        answer = self._call(
            panel,
            Action.GET_WEBVIEW_LIST,
            timeout_s,
            panelId=panel.panel_id,
            serialNumber=panel.serial_number,
            objectinstance=panel.object_instance,
            entryType=entry_type,
            entryIndexStart=start,
            entryIndexEnd=end,
        )
        if text := answer.error_text:
            kind = ForgottenPanelError if _MISMATCH in text.lower() else RefusedError
            raise kind(f"T3000 refused it: {text}")
        if not isinstance(answer.data, Raw):
            raise NoNewDataError("T3000 ignored the call: this build may not know live reading")
        try:
            echo = read(_read_echo, answer.data)
        except WireError as error:
            raise BadReplyError(f"T3000's answer cannot be read ({error})") from None
        answered = (echo.panel_id, echo.serial_number % 2**32, echo.entry_type)
        if answered != (panel.panel_id, panel.serial_number, entry_type):
            raise BadReplyError(
                f"T3000 answered with the points of panel {echo.panel_id} (serial number {echo.serial_number % 2**32})"
            )
        return echo.device_data

    def _call(self, panel: ListedPanel, action: Action, timeout_s: float, **members: int) -> Answer:
        began_s = self._monotonic_s()
        try:
            answer = self._client.call(action, timeout_s, **members)
        except LinkTimeoutError as error:
            if self._held is not None:
                raise HeldUpError(self.held_up) from None
            if isinstance(error, HeldUpError):  # by somebody else's call
                raise
            self._held = _Held(panel.title, began_s)
            raise
        except LinkError:
            self._held = None
            raise
        self._held = None
        return answer
