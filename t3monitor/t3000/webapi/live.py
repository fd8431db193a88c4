"""The strategy `live`: every panel is read through T3000 at the moment of the call (action 17, reference 4).

No gate, no cooldown; each panel has its own outcome. The time of an answer is that of its arrival.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

import msgspec
from msgspec import Raw, Struct

from t3monitor.model.errors import (
    BadReplyError,
    LinkError,
    LinkTimeoutError,
    NoNewDataError,
    NotReadyError,
    RefusedError,
    UnreachableError,
)
from t3monitor.model.point_types import PointType
from t3monitor.t3000.actions import Action
from t3monitor.t3000.link import Answer
from t3monitor.t3000.webapi.client import Client
from t3monitor.t3000.webapi.mirror import Mirror, MirroredPanel, Reading
from t3monitor.t3000.webapi.panels import Panel, PanelList
from t3monitor.t3000.wire_json import WireError, read

NOTE = "read live from each panel"
_ENTRY_TYPES = {PointType.INPUT: 1, PointType.OUTPUT: 0, PointType.VARIABLE: 2}
_TIMEOUTS_IN_A_ROW = 2  # after one of them T3000 may still be at it, and holds up everything else


class _Echo(Struct, rename="camel"):
    panel_id: int
    serial_number: int
    entry_type: int
    device_data: list[Raw] = msgspec.field(name="device_data", default_factory=list)


class _Indexed(Struct):
    index: int | None = None


_read_echo = msgspec.json.Decoder(_Echo)
_read_index = msgspec.json.Decoder(_Indexed)


@dataclass
class _Round:
    """How far one fetch has come: what was read, and what was not, in sentences."""

    total: int  # panels
    read: set[int]  # serial numbers
    failed_panels: dict[int, str]
    missing_points: list[str]
    timeouts_in_a_row: int = 0
    lost_s: float = 0.0  # spent on panels that did not answer
    first_error: LinkError | None = None


class LiveReading:
    """Reads the panels one after the other.

    Panels that were silent are asked after the others, until one of them is silent again, each of them in its turn:
    dead panels cost the others little, and all of them come back when a switch does.
    """

    errand_due_s: float | None = None

    def __init__(
        self,
        client: Client,
        panels: PanelList,
        monotonic_s: Callable[[], float],
        utc_s: Callable[[], float],
        on_panel: Callable[[int, int], None],
    ) -> None:
        """``on_panel(position, total)`` is called before each panel of a round."""
        self._client = client
        self._on_panel = on_panel
        self._panels = panels
        self._monotonic_s, self._utc_s = monotonic_s, utc_s
        self._mirror = Mirror()
        self._silent: dict[int, str] = {}  # by serial number, the one whose turn is next first; what it was last

    def run_errand(self, timeout_s: float) -> None:
        """There is none: a live answer is as fresh as can be."""

    def fetch(self, timeout_s: float) -> Answer:
        """All panels that answer. A round gives up when panels that do not have cost it more than two timeouts."""
        panels = self._panels.refresh(timeout_s, needs_instances=True)
        if not panels:
            raise NoNewDataError("T3000 knows of no panel: let it scan the network, and look at its list of devices")
        this = _Round(len(panels), set(), {}, [])
        talkative = [panel for panel in panels if panel.serial_number not in self._silent]
        for panel in talkative:
            if not panel.object_instance:
                this.failed_panels[panel.serial_number] = (
                    f"{panel.title} cannot be read live: T3000's list lacks its object instance; "
                    "have it look for panels again"
                )
            elif reason := self._why_to_stop(this, timeout_s):
                this.failed_panels[panel.serial_number] = f"{panel.title} was not asked: {reason}"
            else:
                self._ask(panel, this, timeout_s)
        self._ask_silent({panel.serial_number: panel for panel in panels}, this, timeout_s)
        if not this.read:
            raise _nothing_read(list(this.failed_panels.values()), this.first_error)
        order = [panel.serial_number for panel in panels]
        failed = tuple(this.failed_panels[serial] for serial in order if serial in this.failed_panels)
        body = self._mirror.body(serial for serial in order if serial in this.read)
        return Answer(body, failed, tuple(this.missing_points), repeats=True, note=NOTE)

    def _why_to_stop(self, this: _Round, timeout_s: float) -> str:
        if this.timeouts_in_a_row >= _TIMEOUTS_IN_A_ROW:
            return f"T3000 gave no answer {this.timeouts_in_a_row} times in a row, its turn comes with the next cycle"
        if this.lost_s > _TIMEOUTS_IN_A_ROW * timeout_s:
            return "others took too long to give no answer, its turn comes with the next cycle"
        return ""

    def _ask_silent(self, panels: dict[int, Panel], this: _Round, timeout_s: float) -> None:
        was_silent = [serial for serial in self._silent if serial in panels and serial not in this.failed_panels]
        self._silent = {serial: said for serial, said in self._silent.items() if serial in panels}
        one_was_silent = False
        for serial in was_silent:
            if one_was_silent or self._why_to_stop(this, timeout_s):
                this.failed_panels[serial] = self._silent[serial]
                continue
            self._silent.pop(serial)  # to its end, if it is silent again
            self._ask(panels[serial], this, timeout_s)
            one_was_silent = serial in self._silent

    def _ask(self, panel: Panel, this: _Round, timeout_s: float) -> None:
        """Reads one panel, type by type, up to the first that fails; one without inputs gives no answer at all."""
        self._on_panel(len(this.read) + len(this.failed_panels) + 1, this.total)
        began_s = self._monotonic_s()
        serial = panel.serial_number
        known = self._mirror.panels.get(serial)
        readings = dict(known.readings) if known and known.panel_id == panel.panel_id else {}
        anew: list[PointType] = []
        try:
            for kind in _ENTRY_TYPES:
                points = self._read(panel, kind, this, timeout_s)
                if not points and not anew:
                    raise NoNewDataError(
                        "it gives T3000 no answer; look at its power, its network, and whether T3000 shows it"
                    )
                this.missing_points += _missing(panel, kind, points)
                if not points:
                    continue  # there may be none; what was known keeps its time
                readings[kind] = Reading(points, int(self._utc_s()))
                anew.append(kind)
        except (UnreachableError, NotReadyError):
            raise  # no panel is to blame
        except LinkError as error:
            this.first_error = this.first_error or error
            this.lost_s += self._monotonic_s() - began_s
            if anew:
                this.missing_points.append(f"{panel.title}: its {kind.value.lower()}s were not read: {error}")
            else:
                self._silent[serial] = this.failed_panels[serial] = f"{panel.title} was not read: {error}"
                return
        this.read.add(serial)
        self._mirror.panels[serial] = MirroredPanel(
            serial, panel.panel_id, panel.name, panel.settings.ip_address or "", readings
        )

    def _read(self, panel: Panel, kind: PointType, this: _Round, timeout_s: float) -> list[Raw]:
        """The points of one type as they are now; raises LinkError."""
        try:
            points = self._call(panel, kind, timeout_s)
        except LinkTimeoutError:
            this.timeouts_in_a_row += 1
            raise
        except LinkError:
            this.timeouts_in_a_row = 0
            raise
        this.timeouts_in_a_row = 0
        return points

    def _call(self, panel: Panel, kind: PointType, timeout_s: float) -> list[Raw]:
        answer = self._client.call(
            Action.GET_WEBVIEW_LIST,
            timeout_s,
            panelId=panel.panel_id,
            serialNumber=panel.serial_number,
            objectinstance=panel.object_instance,
            entryType=_ENTRY_TYPES[kind],
            entryIndexStart=0,
            entryIndexEnd=kind.per_panel - 1,
        )
        if answer.error_text:
            raise RefusedError(f"T3000 refused it: {answer.error_text}")
        if not isinstance(answer.data, Raw):
            raise NoNewDataError("T3000 ignored the call: this build may not know live reading")
        try:
            echo = read(_read_echo, answer.data)
        except WireError as error:
            raise BadReplyError(f"T3000's answer cannot be read ({error})") from None
        answered = (echo.panel_id, echo.serial_number % 2**32, echo.entry_type)
        if answered != (panel.panel_id, panel.serial_number, _ENTRY_TYPES[kind]):
            raise BadReplyError(
                f"T3000 answered with the points of panel {echo.panel_id} (serial number {echo.serial_number % 2**32})"
            )
        return echo.device_data


def _nothing_read(failed: list[str], error: LinkError | None) -> LinkError:
    """The outcome of a round in which no panel answered: that of the first one."""
    which = "The only panel gave no values" if len(failed) == 1 else f"None of {len(failed)} panels gave values"
    outcome = type(error) if error else NoNewDataError
    return outcome(f"{which}: {failed[0]}")


def _missing(panel: Panel, kind: PointType, points: list[Raw]) -> Iterable[str]:
    """A sentence for the points that T3000 left out since it could not read their group (reference 4)."""
    if len(points) >= kind.per_panel:
        return
    if not points:
        yield f"{panel.title} did not tell T3000 any of its {kind.value.lower()}s"
        return
    try:
        present = {read(_read_index, point).index for point in points}
    except WireError:  # the decoder will say what is wrong with that point
        present = set()
    absent = [index + 1 for index in range(kind.per_panel) if index not in present]
    ranges = ", ".join(
        f"{kind.prefix}{first}" if first == last else f"{kind.prefix}{first} to {kind.prefix}{last}"
        for first, last in _runs(absent)
    )
    yield f"{panel.title} did not tell T3000 {ranges}"


def _runs(numbers: list[int]) -> Iterable[tuple[int, int]]:
    for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        yield members[0], members[-1]
