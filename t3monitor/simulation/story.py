"""What the simulated building's past tells beside its values: holes of each cause, an override, settings that changed.

Hours count back from the end of the past. Days ago readings are an hour apart, so incidents are hours long there.
Weeks or months before all that T3 Monitor ran for two days, in which clocks were put.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from t3monitor.model.causes import Blank, Cause, EventKind
from t3monitor.model.errors import Outcome
from t3monitor.model.notes import Note, NoteEdit
from t3monitor.model.points import MANUAL, Point
from t3monitor.model.snapshot import Panel
from t3monitor.simulation.place import place_of_building
from t3monitor.simulation.points import OPEN, SHORTED
from t3monitor.store.upkeep.disk import NO_SAMPLES
from t3monitor.store.writing.events import RecordingEvent

HOUR_S = 3600
_FINE_S, _COARSE_S = 300, HOUR_S  # between readings of the last day, and before
_NIGHT_STEP_S = 600  # where clocks are put
_DAY_S = 24 * HOUR_S
_NIGHT_S = 2 * HOUR_S  # before and after clocks are put
_DAY_BEFORE_S, _DAY_AFTER_S = 38 * HOUR_S, 23 * HOUR_S  # the night, and the one to compare it with
_EVER = 9_000  # hours, more than a year


class Incident(NamedTuple):
    """Why nothing was read: of the whole site, of a panel, or of one of its points."""

    hours_ago: float
    hours: float
    cause: Cause
    reason: str = ""
    panel: str = ""
    label: str = ""


class Episode(NamedTuple):
    """A time in which a point was other than it is now."""

    hours_ago: float
    hours: float
    panel: str
    label: str
    as_it_was: Callable[[Point], Point]


_UNREACHABLE = "No connection to T3000's web service"
_INCIDENTS = (
    Incident(170, 5, Cause.ENDED_UNEXPECTEDLY),
    Incident(160, 3, Cause.CRASHED, "T3000's library ended the program that had called it"),
    Incident(148, 4, Cause.TIMEOUT, "T3000 did not answer within 30 s"),
    Incident(138, 3, Cause.BAD_REPLY, "T3000's answer is no JSON"),
    Incident(130, 7, Cause.NOT_RUNNING),
    Incident(121, 3, Cause.NOT_RECORDED, "", "AHU-2"),
    Incident(116, 4, Cause.SERIAL_SHARED, "another controller answers with the same serial number", "VAV-1 Floor 1"),
    Incident(110, 3, Cause.REFUSED, "T3000's web service refuses the call"),
    Incident(104, 4, Cause.UNKNOWN),
    Incident(98, 3, Cause.SERIAL_ZERO, "", "VAV-1 Floor 1"),
    Incident(92, 4, Cause.SKIPPED, "its answer has points without numbers", "Boiler plant"),
    Incident(85, 3, Cause.NO_NEW_DATA, "T3000's cooldown is not over"),
    Incident(78, 4, Cause.PANEL_MISSING, "T3000 lists the panel, and it does not answer", "AHU-1"),
    Incident(66, 3, Cause.CLOCK_STEPPED),
    Incident(44, 4, Cause.UNREACHABLE, _UNREACHABLE),
    Incident(19.5, 0.5, Cause.ASLEEP),
    Incident(16.5, 0.25, Cause.UNREACHABLE, _UNREACHABLE),  # T3000 is started anew
    Incident(16.25, 0.25, Cause.NOT_READY, "MFC application not initialized"),
    Incident(11, 0.4, Cause.DATABASE, NO_SAMPLES),
    Incident(8.5, 0.5, Cause.NOT_REREAD, "", "AHU-1"),
    Incident(5.2, 0.5, Cause.POINT_MISSING, "", "AHU-1", "OAT"),
    Incident(3.2, 0.4, Cause.STOPPED, "by the user"),
)
_ABSENCES = (
    *(Cause.NOT_RUNNING, Cause.STOPPED, Cause.ASLEEP, Cause.ENDED_UNEXPECTEDLY, Cause.CLOCK_STEPPED),
    Cause.UNKNOWN,
)
_EPISODES = (
    Episode(58, 6, "AHU-2", "EXH_T", lambda point: point._replace(status=SHORTED, value=120.0)),
    Episode(22.5, 2, "AHU-1", "RAT", lambda point: point._replace(range=4, units="°F", value=point.value * 1.8 + 32)),
    Episode(14, 1, "AHU-1", "MAT", lambda point: point._replace(status=OPEN, value=-40.0)),
    Episode(7, 1.5, "AHU-1", "HTG_VLV", lambda point: point._replace(auto_manual=MANUAL, value=35.0)),
    Episode(_EVER, _EVER - 2.5, "AHU-1", "SAT", lambda point: point._replace(calibration=1.0, value=point.value - 0.2)),
    Episode(_EVER, _EVER - 10, "AHU-1", "RA_RH", lambda point: point._replace(filter=20)),
    Episode(_EVER, _EVER - 12, "AHU-1", "SF_VFD", lambda point: point._replace(label="SF_SPD")),
)
PAST_S = 192 * HOUR_S
_NOTES = (  # hours ago, for how many hours (0: a moment), text
    (16, 0, "T3000 was updated, and started anew"),
    (7, 1.5, "Coil test: heating valve of AHU-1 at 35 % by hand"),
)
_PUT_BACK = "Clocks were put back: the hour before comes twice"
_PUT_FORWARD = "Clocks were put forward: an hour is left out"


class Blanks(NamedTuple):
    """What a cycle of the past has to store: panels with readings, and why there are no others."""

    panels: tuple[Panel, ...]
    blanks: tuple[Blank, ...]


class Story:
    """The past from a time to another one.

    With a step there are cycles as often as that; without, more often where there is more to tell, and some from the
    days about the last time at which clocks were put.
    """

    def __init__(self, start_s: int, end_s: int, step_s: int | None = None) -> None:
        self._end_s = end_s
        self._step_s = step_s
        self._starts_s = start_s
        self._incidents: tuple[Incident, ...] = _INCIDENTS
        self._place = place_of_building(end_s)
        put_s = self._place.clocks_put_s
        if put_s and put_s - _DAY_BEFORE_S < start_s and not step_s:
            self._starts_s = put_s - _DAY_BEFORE_S
            if (paused_s := start_s - put_s - _DAY_AFTER_S) > 0:
                pause = Incident((end_s - start_s + paused_s) / HOUR_S, paused_s / HOUR_S, Cause.NOT_RUNNING)
                self._incidents = (pause, *_INCIDENTS)
        self._told: dict[int, Panel] = {}  # as they were read last, by serial number

    def times(self) -> list[int]:
        """When cycles ran, as far as any did."""
        times, now_s = [], self._starts_s
        while now_s < self._end_s:
            times.append(now_s)
            now_s += self._step_s or self._spacing_s(now_s)
        return times

    def _spacing_s(self, now_s: int) -> int:
        if now_s >= self._end_s - _DAY_S:
            return _FINE_S
        put_s = self._place.clocks_put_s
        return _NIGHT_STEP_S if put_s and abs(now_s - put_s) <= _NIGHT_S else _COARSE_S

    def events(self) -> Iterator[RecordingEvent]:
        """What happened to the recording, in that order."""
        yield RecordingEvent(self._starts_s, "", EventKind.STARTED)
        for incident in self._incidents:
            since_s, until_s = self._times_of(incident)
            if since_s > self._starts_s:
                match incident.cause:
                    case Cause.NOT_RUNNING:
                        yield RecordingEvent(since_s, "", EventKind.QUIT)
                        yield RecordingEvent(until_s, "", EventKind.STARTED)
                    case Cause.ENDED_UNEXPECTEDLY:
                        yield RecordingEvent(until_s, "", EventKind.STARTED)
                    case Cause.CLOCK_STEPPED:
                        yield RecordingEvent(until_s, "", EventKind.CLOCK_STEPPED, f"{until_s - since_s:.0f}")
                    case Cause.STOPPED:
                        yield RecordingEvent(since_s, "", EventKind.STOPPED, incident.reason)
                        yield RecordingEvent(until_s, "", EventKind.RESUMED)
                    case Cause.ASLEEP:
                        yield RecordingEvent(until_s, "", EventKind.SLEPT, f"{until_s - since_s:.0f}")
        yield RecordingEvent(self._end_s, "", EventKind.QUIT)

    def notes(self) -> Iterator[NoteEdit]:
        """What somebody wrote down."""
        for hours_ago, hours, text in _NOTES:
            since_s = self._end_s - hours_ago * HOUR_S
            if since_s > self._starts_s:
                yield _note(since_s, since_s + hours * HOUR_S if hours else None, text)
        put_s = self._place.clocks_put_s
        if put_s and put_s > self._starts_s:
            yield _note(put_s, None, _PUT_BACK if self._place.are_put_back else _PUT_FORWARD)

    def runs(self, now_s: float) -> bool:
        """Whether a cycle ran then."""
        return not any(incident.cause in _ABSENCES for incident in self._on(now_s))

    def failure(self, now_s: float) -> tuple[Outcome, Blank] | None:
        """How the cycle of that time failed as a whole, if it did."""
        for incident in self._on(now_s):
            if not incident.panel and incident.cause not in _ABSENCES:
                return Outcome(incident.cause.value), Blank(None, None, incident.cause, incident.reason)
        return None

    def told(self, panels: Iterable[Panel], now_s: float) -> Blanks:
        """What was read of these panels then."""
        read: list[Panel] = []
        blanks: list[Blank] = []
        for panel in panels:
            incident = next((its for its in self._on(now_s) if its.panel == panel.panel_name and not its.label), None)
            if incident is None:
                new = self._with_news_only(self._as_it_was(panel, now_s), blanks)
                self._told[panel.serial_number] = panel
                if new.point_count:
                    read.append(new)
            else:
                blanks.append(Blank(panel.serial_number, None, incident.cause, incident.reason))
        return Blanks(tuple(read), tuple(blanks))

    def _with_news_only(self, panel: Panel, blanks: list[Blank]) -> Panel:
        """Without the types of points that T3000 has not read again."""
        last = self._told.get(panel.serial_number)
        if last is None:
            return panel
        times = {kind: time_s for kind, _, time_s in last.vectors()}
        old = [kind for kind, _, time_s in panel.vectors() if times[kind] == time_s]
        blanks.extend(Blank(panel.serial_number, kind, Cause.NOT_REREAD) for kind in old)
        return panel.with_only([kind for kind in times if kind not in old])

    def _as_it_was(self, panel: Panel, now_s: float) -> Panel:
        changes = {
            its.label: its.as_it_was for its in _EPISODES if its.panel == panel.panel_name and self._is_on(its, now_s)
        }
        missing = {its.label for its in self._on(now_s) if its.panel == panel.panel_name}
        if not (changes or missing):
            return panel

        def were(points: tuple[Point, ...]) -> tuple[Point, ...]:
            return tuple(
                changes[point.label](point) if point.label in changes else point
                for point in points
                if point.label not in missing
            )

        return replace(panel, inputs=were(panel.inputs), outputs=were(panel.outputs), variables=were(panel.variables))

    def _on(self, now_s: float) -> Iterator[Incident]:
        return (incident for incident in self._incidents if self._is_on(incident, now_s))

    def _is_on(self, what: Incident | Episode, now_s: float) -> bool:
        since_s, until_s = self._times_of(what)
        return since_s <= now_s < until_s

    def _times_of(self, what: Incident | Episode) -> tuple[float, float]:
        since_s = self._end_s - what.hours_ago * HOUR_S
        return since_s, since_s + what.hours * HOUR_S


def _note(since_s: float, until_s: float | None, text: str) -> NoteEdit:
    return NoteEdit(Note(since_s, until_s, None, text, "demo", since_s, since_s))
