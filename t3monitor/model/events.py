"""What the sync service tells its listeners: the 11 steps of docs/t3000.md 13.1, as they happen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from t3monitor.model.errors import Outcome
from t3monitor.model.snapshot import Snapshot


class SyncPhase(IntEnum):
    """The steps of docs/t3000.md 13.1, by their numbers; 5 to 11 are one cycle."""

    APPLICATION_STARTUP = 1
    SERVICE_INITIALIZATION = 2
    BACKGROUND_TASK = 3
    STARTUP_SYNC = 4
    FETCH = 5
    PARSE = 6
    BEGIN = 7
    UPSERT = 8
    TRENDLOG = 9
    COMMIT = 10
    VALIDATE = 11

    @property
    def key(self) -> str:
        """Its name in ``phases_ms``."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class CycleReport:
    """How one cycle ended; the ledger row and the JSON line of ``t3monitor sync`` say the same.

    ``skipped`` counts panels and points that were left out; ``attempts`` counts calls of T3000, the retries included.
    """

    outcome: Outcome
    reason: str | None
    started_at: float  # UTC epoch seconds
    finished_at: float
    elapsed_ms: float
    phases_ms: Mapping[str, float]  # lower-case SyncPhase name -> milliseconds, in the order they ran
    attempts: int = 0
    devices: int = 0
    skipped: int = 0
    points: int = 0
    samples: int = 0
    bytes: int = 0
    run_id: int | None = None  # None: the ledger could not be written
    site: str = ""  # the T3000 computer that was asked; empty where there is but one


@dataclass(frozen=True, slots=True)
class PanelCounts:
    """One panel of a cycle and how many of its points were handled; ``position`` of ``total`` starts at 1."""

    position: int
    total: int
    serial_number: int
    panel_name: str
    inputs: int
    outputs: int
    variables: int

    @property
    def points(self) -> int:
        """Points of all three types."""
        return self.inputs + self.outputs + self.variables


@dataclass(frozen=True, slots=True)
class SyncEvent:
    """Base of all events.

    ``site`` names the T3000 computer whose service tells it, which puts it in; empty where there is but one.
    """

    site: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class ServiceInitialized(SyncEvent):
    """The database is open."""

    database: str


@dataclass(frozen=True, slots=True)
class ServiceStarted(SyncEvent):
    """Periodic cycles begin, the first at once."""

    interval_s: int


@dataclass(frozen=True, slots=True)
class ServiceStopped(SyncEvent):
    """No further cycle until the service is started again; ``reason`` is empty when the user asked for it."""

    reason: str


@dataclass(frozen=True, slots=True)
class ServiceInterrupted(SyncEvent):
    """The computer slept, or the program was halted, for ``slept_s``; its clock was set by ``stepped_s``."""

    slept_s: int
    stepped_s: int


@dataclass(frozen=True, slots=True)
class CycleStarted(SyncEvent):
    """A cycle begins, which will store into ``database``; ``at_startup`` if it is the first after a start."""

    database: str
    at_startup: bool
    timeout_s: int
    retries: int
    panels_logged: int = 20  # up to which each of them has its lines in the log


@dataclass(frozen=True, slots=True)
class CallStarted(SyncEvent):
    """T3000 is asked; ``attempt`` of ``attempts`` starts at 1."""

    attempt: int
    attempts: int


@dataclass(frozen=True, slots=True)
class PanelAsked(SyncEvent):
    """A link that reads panel by panel asks for the next one; ``position`` of ``total`` starts at 1."""

    position: int
    total: int


@dataclass(frozen=True, slots=True)
class RetryScheduled(SyncEvent):
    """T3000 is not ready and will be asked again in ``wait_s``, as try ``attempt`` of ``attempts``."""

    attempt: int
    attempts: int
    wait_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class AnswerDecoded(SyncEvent):
    """The answer was understood; what had to be left out is in the snapshot."""

    snapshot: Snapshot
    answer_bytes: int


@dataclass(frozen=True, slots=True)
class TransactionStarted(SyncEvent):
    """The database is ours to write to."""


@dataclass(frozen=True, slots=True)
class PanelUpserted(SyncEvent):
    """A panel and those of its points that changed go to the present state."""

    panel: PanelCounts


@dataclass(frozen=True, slots=True)
class PanelLogged(SyncEvent):
    """A panel's points went to the history, each with one sample."""

    panel: PanelCounts


@dataclass(frozen=True, slots=True)
class Committed(SyncEvent):
    """All that is recorded of ``snapshot``, ``panels`` panels of it, is for good in ``database``, given as its URL."""

    snapshot: Snapshot
    database: str
    panels: int


@dataclass(frozen=True, slots=True)
class LateStored(SyncEvent):
    """Cycles of any site that could not be stored at their time are in the database now, with their own times."""

    cycles: int


@dataclass(frozen=True, slots=True)
class DatabaseSalvaged(SyncEvent):
    """The database was damaged; the sentence says where it is now, and what of it is in the new one."""

    sentence: str


@dataclass(frozen=True, slots=True)
class Validated(SyncEvent):
    """What was counted back from the database, panel by panel."""

    panels: tuple[PanelCounts, ...]


@dataclass(frozen=True, slots=True)
class CycleFinished(SyncEvent):
    """The cycle is over, well or not; the next one begins in ``next_in_s``, None if none is planned.

    ``snapshot`` is what it committed; None if nothing.
    """

    report: CycleReport
    next_in_s: float | None
    snapshot: Snapshot | None = None


@dataclass(frozen=True, slots=True)
class FillOffered(SyncEvent):
    """There are holes that came about on our side, of ``panels`` panels, between two times (UTC epoch seconds).

    ``missing_s`` is how long any of them lacks readings; T3000 is asked for its own when the user wants it.
    """

    panels: int
    since_s: float
    until_s: float
    missing_s: float


@dataclass(frozen=True, slots=True)
class FillEnded(SyncEvent):
    """T3000 was asked for its own history: ``samples`` of it were missing.

    ``panels`` got some. The one that lacked readings longest did for ``missing_s``, of which ``filled_s`` are filled.
    ``left_out`` tells how many rows are of no use, by why.

    ``problem`` is a sentence where that was cut short, ``again_in_s`` tells when it is tried again, None: not at all.
    """

    samples: int
    panels: int
    missing_s: float
    filled_s: float
    problem: str = ""
    again_in_s: float | None = None
    left_out: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TrendLogsRead(SyncEvent):
    """The one-time reading of the panels' trend log configuration ended.

    ``trend_logs`` of ``panels`` panels are stored; ``problem`` is empty if nothing went wrong.
    """

    panels: int
    trend_logs: int
    problem: str
