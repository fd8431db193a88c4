"""What is known of a sync service while it works; pure values, no widgets."""

from dataclasses import dataclass, replace
from enum import Enum

from t3monitor.model.errors import Outcome
from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleFinished,
    CycleReport,
    CycleStarted,
    PanelAsked,
    PanelLogged,
    PanelUpserted,
    RetryScheduled,
    ServiceStarted,
    ServiceStopped,
    SyncEvent,
    SyncPhase,
    TransactionStarted,
    Validated,
)


class LinkState(Enum):
    """How the link does; the value is its mark."""

    LIVE = "●"
    WAITING = "◐"
    STOPPED = "○"
    FAILED = "▲"


@dataclass(frozen=True, slots=True)
class Progress:
    """All that the events have told so far; times are of the monotonic clock."""

    started: bool = False
    in_cycle: bool = False
    phase: SyncPhase | None = None  # of the running cycle: what is done now
    attempt: int = 0
    attempts: int = 0
    retry_at_s: float | None = None
    retry_reason: str = ""
    position: int = 0
    total: int = 0
    points: int = 0  # stored so far by the running cycle
    next_at_s: float | None = None
    wait_s: float = 0.0  # from the last cycle's end to the next one's begin
    last: CycleReport | None = None
    last_good: CycleReport | None = None
    stop_reason: str = ""
    judged: bool = False  # a cycle has ended since the user started or stopped the service
    note: str = ""  # how the last answer was got

    def after(self, event: SyncEvent, now_s: float) -> "Progress":
        """What is known once ``event`` has happened."""
        match event:
            case ServiceStarted():
                return replace(self, started=True, stop_reason="", judged=False)
            case ServiceStopped(reason=reason):
                judged = self.judged and bool(reason)
                return replace(self, started=False, stop_reason=reason, next_at_s=None, judged=judged)
            case CycleStarted():
                return Progress(
                    self.started,
                    in_cycle=True,
                    last=self.last,
                    last_good=self.last_good,
                    judged=self.judged,
                    note=self.note,
                )
            case CallStarted(attempt=attempt, attempts=attempts):
                return replace(
                    self, phase=SyncPhase.FETCH, attempt=attempt, attempts=attempts, retry_at_s=None, position=0
                )
            case PanelAsked(position=position, total=total):
                return replace(self, position=position, total=total)
            case RetryScheduled(attempt=attempt, attempts=attempts, wait_s=wait_s, reason=reason):
                retry_at_s = now_s + wait_s
                return replace(self, attempt=attempt, attempts=attempts, retry_at_s=retry_at_s, retry_reason=reason)
            case AnswerDecoded(snapshot=snapshot):
                return replace(self, phase=SyncPhase.BEGIN, position=0, total=len(snapshot.panels), note=snapshot.note)
            case TransactionStarted():
                return replace(self, phase=SyncPhase.UPSERT)
            case PanelUpserted(panel=panel):
                points = self.points + panel.points
                return replace(
                    self, phase=SyncPhase.TRENDLOG, position=panel.position, total=panel.total, points=points
                )
            case PanelLogged(panel=panel):
                stored_all = panel.position == panel.total
                return replace(self, phase=SyncPhase.COMMIT if stored_all else SyncPhase.UPSERT)
            case Committed() | Validated():
                return replace(self, phase=SyncPhase.VALIDATE)
            case CycleFinished(report=report, next_in_s=next_in_s):
                stored = report.outcome.is_stored
                return Progress(
                    started=next_in_s is not None,
                    next_at_s=None if next_in_s is None else now_s + next_in_s,
                    wait_s=next_in_s or 0.0,
                    last=report,
                    last_good=report if stored else self.last_good,
                    judged=True,
                    note=self.note if stored else "",
                )
        return self

    def with_interval(self, interval_s: float, now_s: float) -> "Progress":
        """What is known once a new interval is in force: the next cycle comes no later than it wants."""
        if self.next_at_s is None or self.next_at_s <= now_s + interval_s:
            return self
        return replace(self, next_at_s=now_s + interval_s, wait_s=interval_s)

    def without_past(self) -> "Progress":
        """What is known of another link or database: nothing of what was before."""
        return replace(self, last=None, last_good=None, judged=False, stop_reason="", note="")

    @property
    def is_asking_panels(self) -> bool:
        """Whether the link asks panel by panel, and is at one of them: that may take seconds for each."""
        return self.phase is SyncPhase.FETCH and self.position > 0

    @property
    def outcome(self) -> Outcome | None:
        """What the state of the link rests on: how the last cycle ended, or that T3000 is just now not ready."""
        if self.retry_at_s is not None:
            return Outcome.NOT_READY
        return self.last.outcome if self.last and self.judged else None

    @property
    def is_up(self) -> bool:
        """Whether readings keep coming: T3000 answered last, and will be asked again; one cycle on request is none."""
        return self.started and self.outcome is not None and self.outcome.is_answer

    @property
    def link_state(self) -> LinkState:
        """How the link does."""
        outcome = self.outcome
        if self.stop_reason or (outcome and outcome.is_failure):
            return LinkState.FAILED
        if not self.started and not self.in_cycle:
            return LinkState.STOPPED
        return LinkState.LIVE if outcome and outcome.is_stored else LinkState.WAITING
