"""Why there is no reading: the words that stand in the file, and their classes."""

from enum import StrEnum
from typing import NamedTuple

from t3monitor.model.errors import Outcome
from t3monitor.model.point_types import PointType


class HoleClass(StrEnum):
    """Who is to be asked about a hole, in the order in which one is taken for its cause."""

    POINT = "point"
    PANEL = "panel"
    DATABASE = "database"
    T3000 = "t3000"
    MONITOR = "monitor"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """Why there is no reading; stored in ``COVERAGE.cause``."""

    SENSOR_OPEN = "sensor_open"
    SENSOR_SHORTED = "sensor_shorted"
    POINT_MISSING = "point_missing"  # left out of an answer that had its panel
    BEFORE_FIRST = "before_first"
    PANEL_MISSING = "panel_missing"  # not in T3000's answer
    NOT_REREAD = "not_reread"  # T3000 had no newer reading
    SERIAL_ZERO = "serial_zero"
    REPLACED = "replaced"  # another panel took its place, and was not read yet; never stored
    SERIAL_SHARED = "serial_shared"
    SKIPPED = "skipped"  # could not be used, with the reason
    DATABASE = "database"  # locked, full, read-only
    FAILED = "failed"  # by an error of this program
    NOT_READY = "not_ready"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    REFUSED = "refused"
    BAD_REPLY = "bad_reply"
    NO_NEW_DATA = "no_new_data"  # cooldown, or background reading off, as the reason tells
    NOT_RECORDED = "not_recorded"  # by choice
    FILLED = "filled"  # by single readings of T3000's own history, between which nothing is known
    UNUSED = "unused"  # not read, since nobody has configured the point
    STOPPED = "stopped"  # by the user
    NOT_RUNNING = "not_running"
    ASLEEP = "asleep"  # the computer, or the stopped program
    ENDED_UNEXPECTEDLY = "ended_unexpectedly"
    CLOCK_STEPPED = "clock_stepped"
    NO_LONGER_KEPT = "no_longer_kept"  # older than retention keeps
    NO_SUCH_TIME = "no_such_time"  # on a day that is compared; never stored
    UNKNOWN = "unknown"  # nobody recorded it

    @property
    def hole_class(self) -> HoleClass:
        """Who is to be asked about it."""
        return _CLASSES[self]


SENSOR_FAULTS = Cause.SENSOR_OPEN, Cause.SENSOR_SHORTED  # there are readings, which say nothing
# On the side of T3 Monitor: T3000 may have gone on and logged meanwhile.
OURS = frozenset((
    *(Cause.STOPPED, Cause.NOT_RUNNING, Cause.ASLEEP, Cause.ENDED_UNEXPECTEDLY),
    *(Cause.DATABASE, Cause.FAILED),
))  # fmt: skip

_CLASSES = {
    cause: hole_class
    for hole_class, causes in (
        (HoleClass.POINT, (Cause.SENSOR_OPEN, Cause.SENSOR_SHORTED, Cause.POINT_MISSING, Cause.BEFORE_FIRST)),
        (HoleClass.POINT, (Cause.UNUSED,)),
        (HoleClass.PANEL, (Cause.PANEL_MISSING, Cause.NOT_REREAD, Cause.SERIAL_ZERO, Cause.SERIAL_SHARED)),
        (HoleClass.PANEL, (Cause.SKIPPED, Cause.REPLACED)),
        (HoleClass.DATABASE, (Cause.DATABASE, Cause.FAILED)),
        (HoleClass.T3000, (Cause.NOT_READY, Cause.UNREACHABLE, Cause.TIMEOUT, Cause.CRASHED, Cause.REFUSED)),
        (HoleClass.T3000, (Cause.BAD_REPLY, Cause.NO_NEW_DATA)),
        (HoleClass.MONITOR, (Cause.FILLED, Cause.NOT_RECORDED, Cause.STOPPED, Cause.NOT_RUNNING, Cause.ASLEEP)),
        (HoleClass.MONITOR, (Cause.ENDED_UNEXPECTEDLY, Cause.CLOCK_STEPPED, Cause.NO_LONGER_KEPT)),
        (HoleClass.UNKNOWN, (Cause.NO_SUCH_TIME, Cause.UNKNOWN)),
    )
    for cause in causes
}


_SENTENCES = {
    Cause.SENSOR_OPEN: "The sensor was open",
    Cause.SENSOR_SHORTED: "The sensor was shorted",
    Cause.POINT_MISSING: "T3000's answer had the panel, but not this point",
    Cause.BEFORE_FIRST: "It was not read before",
    Cause.UNUSED: "The point was not in use, and so not read",
    Cause.PANEL_MISSING: "The panel was not in T3000's answer",
    Cause.NOT_REREAD: "T3000 had no newer reading",
    Cause.SERIAL_ZERO: "The panel told no serial number",
    Cause.REPLACED: "The panel was being replaced",
    Cause.SERIAL_SHARED: "Another controller has the same serial number",
    Cause.SKIPPED: "The panel could not be read",
    Cause.DATABASE: "The database could not be written to",
    Cause.FAILED: "T3 Monitor failed by an error of its own",
    Cause.NOT_READY: "T3000 was not ready",
    Cause.UNREACHABLE: "T3000 could not be reached",
    Cause.TIMEOUT: "T3000 did not answer in time",
    Cause.CRASHED: "T3000's library crashed",
    Cause.REFUSED: "T3000 refused to answer",
    Cause.BAD_REPLY: "T3000's answer could not be understood",
    Cause.NO_NEW_DATA: "T3000 gave nothing new",
    Cause.FILLED: "Filled from T3000",
    Cause.NOT_RECORDED: "The panel or this type of points was not recorded, by choice",
    Cause.STOPPED: "Recording was stopped",
    Cause.NOT_RUNNING: "T3 Monitor was not running",
    Cause.ASLEEP: "This computer slept, or the program was halted",
    Cause.ENDED_UNEXPECTEDLY: "T3 Monitor ended unexpectedly",
    Cause.CLOCK_STEPPED: "The clock was set forward",
    Cause.NO_LONGER_KEPT: "It is older than what is kept",
    Cause.NO_SUCH_TIME: "The day that is compared has no such hour, since clocks were put",
    Cause.UNKNOWN: "Cause not recorded",
}

_WORDS = {
    Cause.SENSOR_OPEN: "sensor open",
    Cause.SENSOR_SHORTED: "sensor shorted",
    Cause.POINT_MISSING: "point missing",
    Cause.BEFORE_FIRST: "not yet read",
    Cause.UNUSED: "not in use",
    Cause.PANEL_MISSING: "panel missing",
    Cause.NOT_REREAD: "nothing newer",
    Cause.SERIAL_ZERO: "no serial",
    Cause.REPLACED: "replaced",
    Cause.SERIAL_SHARED: "serial shared",
    Cause.SKIPPED: "unreadable",
    Cause.DATABASE: "database",
    Cause.FAILED: "program error",
    Cause.NOT_READY: "T3000 not ready",
    Cause.UNREACHABLE: "no connection",
    Cause.TIMEOUT: "T3000 timeout",
    Cause.CRASHED: "library crashed",
    Cause.REFUSED: "refused",
    Cause.BAD_REPLY: "bad answer",
    Cause.NO_NEW_DATA: "nothing new",
    Cause.FILLED: "filled",
    Cause.NOT_RECORDED: "not recorded",
    Cause.STOPPED: "stopped",
    Cause.NOT_RUNNING: "not running",
    Cause.ASLEEP: "asleep",
    Cause.ENDED_UNEXPECTEDLY: "ended",
    Cause.CLOCK_STEPPED: "clock set",
    Cause.NO_LONGER_KEPT: "not kept",
    Cause.NO_SUCH_TIME: "no such hour",
    Cause.UNKNOWN: "cause unknown",
}


def word(cause: Cause) -> str:
    """The same where there is no room for a sentence."""
    return _WORDS[cause]


def sentence(cause: Cause, detail: str = "") -> str:
    """Why there is no reading, in plain English without a full stop; ``detail`` is what was recorded with the cause.

    It may hold names of panels, which are text, never HTML.
    """
    goes_on = cause is Cause.STOPPED and detail[:1].islower()  # "by the user"
    return f"{_SENTENCES[cause]}{' ' if goes_on else ': '}{detail}" if detail else _SENTENCES[cause]


class Blank(NamedTuple):
    """Why a cycle brought no new reading: of a type of a panel, of all types (None), of the whole site (no panel).

    ``reason`` is a sentence without figures that change while the cause lasts; empty if the cause says it all.
    """

    serial_number: int | None
    point_type: PointType | None
    cause: Cause
    reason: str = ""


def cause_of(outcome: Outcome) -> Cause:
    """Why a cycle that ended so stored no reading; raises ValueError for one that stored some."""
    return Cause.STOPPED if outcome is Outcome.INTERRUPTED else Cause(outcome.value)


class EventKind(StrEnum):
    """What happened to the recording; stored in ``SYNC_EVENTS.kind``."""

    STARTED = "started"  # the program began to record
    QUIT = "quit"  # it ended in order; detail: why, where the program goes on elsewhere
    STOPPED = "stopped"  # the user stopped recording; detail: who or how
    RESUMED = "resumed"
    SLEPT = "slept"  # at: when it was noticed; detail: for how many seconds
    CLOCK_STEPPED = "clock_stepped"  # at: by the new time; detail: by how many seconds, negative if set back
    SETTINGS = "settings"  # detail: what was changed
    RETENTION = "retention"  # detail: what is no longer kept
    IMPORT = "import"
    FILLED = "filled"  # a hole, from T3000's own history; detail: with what
    CHECKED = "checked"  # every page was looked at and good
    BACKED_UP = "backed_up"  # detail: the copy
    COMPACTED = "compacted"  # detail: from how many MB to how many
    SALVAGED = "salvaged"  # the file was damaged and this one begun; detail: where that one is, what is lost


class PointChange(StrEnum):
    """What of a point changed; stored in ``POINT_CHANGES.what``."""

    LABEL = "label"
    RANGE = "range"
    UNITS = "units"
    MODE = "mode"  # auto or manual
    SWITCH = "switch"  # of the hardware
    CALIBRATION = "calibration"
    FILTER = "filter"
    STATUS = "status"  # of an input: 0 normal, 1 open, 2 shorted; old is null when it was first seen faulty
    WORDS = "words"  # of its range
