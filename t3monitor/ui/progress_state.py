"""What is known of the sync service while it works, and the texts that say it; pure values, no widgets."""

import math
from dataclasses import dataclass, replace
from enum import Enum, IntEnum

from PySide6.QtCore import QCoreApplication

from t3monitor.model.errors import Outcome
from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleFinished,
    CycleReport,
    CycleStarted,
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
from t3monitor.ui.ledger_model import STORED, duration_text, outcome_word

translate = QCoreApplication.translate


class Step(IntEnum):
    """The phases of a cycle as the user sees them; storing has four of the document's steps."""

    FETCH = 0
    PARSE = 1
    STORE = 2
    VALIDATE = 3
    WAIT = 4


_STEP_OF_PHASE = {
    SyncPhase.FETCH: Step.FETCH,
    SyncPhase.PARSE: Step.PARSE,
    SyncPhase.BEGIN: Step.STORE,
    SyncPhase.UPSERT: Step.STORE,
    SyncPhase.TRENDLOG: Step.STORE,
    SyncPhase.COMMIT: Step.STORE,
    SyncPhase.VALIDATE: Step.VALIDATE,
}


# These heal by themselves, or were wanted.
_HEALING = (Outcome.NO_NEW_DATA, Outcome.NOT_READY, Outcome.INTERRUPTED)


class StepState(Enum):
    """What is known of a step; the value is its mark."""

    TO_COME = "○"
    NOW = "●"
    DONE = "✓"
    FAILED = "✕"
    HELD_UP = "▲"


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
                    self.started, in_cycle=True, last=self.last, last_good=self.last_good, judged=self.judged
                )
            case CallStarted(attempt=attempt, attempts=attempts):
                return replace(self, phase=SyncPhase.FETCH, attempt=attempt, attempts=attempts, retry_at_s=None)
            case RetryScheduled(attempt=attempt, attempts=attempts, wait_s=wait_s, reason=reason):
                retry_at_s = now_s + wait_s
                return replace(self, attempt=attempt, attempts=attempts, retry_at_s=retry_at_s, retry_reason=reason)
            case AnswerDecoded(snapshot=snapshot):
                return replace(self, phase=SyncPhase.BEGIN, total=len(snapshot.devices))
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
                return Progress(
                    started=next_in_s is not None,
                    next_at_s=None if next_in_s is None else now_s + next_in_s,
                    wait_s=next_in_s or 0.0,
                    last=report,
                    last_good=report if report.outcome in STORED else self.last_good,
                    judged=True,
                )
        return self

    def with_interval(self, interval_s: float, now_s: float) -> "Progress":
        """What is known once a new interval is in force: the next cycle comes no later than it wants."""
        if self.next_at_s is None or self.next_at_s <= now_s + interval_s:
            return self
        return replace(self, next_at_s=now_s + interval_s, wait_s=interval_s)

    def without_past(self) -> "Progress":
        """What is known of another link or database: nothing of what was before."""
        return replace(self, last=None, last_good=None, judged=False, stop_reason="")

    @property
    def outcome(self) -> Outcome | None:
        """What the state of the link rests on: how the last cycle ended, or that T3000 is just now not ready."""
        if self.retry_at_s is not None:
            return Outcome.NOT_READY
        return self.last.outcome if self.last and self.judged else None

    @property
    def link_state(self) -> LinkState:
        """How the link does."""
        if self.stop_reason or self.outcome not in (None, *STORED, *_HEALING):
            return LinkState.FAILED
        if not self.started and not self.in_cycle:
            return LinkState.STOPPED
        return LinkState.LIVE if self.outcome in STORED else LinkState.WAITING


def countdown_s(until_s: float | None, now_s: float) -> int:
    """Whole seconds that are left, never below zero."""
    return 0 if until_s is None else max(0, math.ceil(until_s - now_s - 0.05))


def retry_text(progress: Progress, now_s: float) -> str:
    """``T3000 is starting (-2), try 2 of 4 in 4 s``."""
    reason, left_s = progress.retry_reason, countdown_s(progress.retry_at_s, now_s)
    return translate("Progress", "{reason}, try {attempt} of {attempts} in {left} s").format(
        reason=reason, attempt=progress.attempt, attempts=progress.attempts, left=left_s
    )


def doing_text(progress: Progress, now_s: float) -> str:
    """What happens now: ``store · device 3/6 · 768 points``."""
    if not progress.in_cycle:
        if progress.stop_reason:
            return translate("Progress", "stopped: {reason}").format(reason=progress.stop_reason)
        return translate("Progress", "waiting") if progress.started else translate("Progress", "stopped")
    if progress.retry_at_s is not None:
        return retry_text(progress, now_s)
    match progress.phase:
        case None:
            return translate("Progress", "opening database and link")
        case SyncPhase.FETCH if progress.attempt > 1:
            return translate("Progress", "fetch · try {attempt} of {attempts}").format(
                attempt=progress.attempt, attempts=progress.attempts
            )
        case SyncPhase.FETCH:
            return translate("Progress", "fetch · asking T3000")
        case SyncPhase.BEGIN:
            return translate("Progress", "store · begin")
        case SyncPhase.COMMIT:
            return translate("Progress", "store · commit · {points} points").format(points=f"{progress.points:,}")
        case SyncPhase.VALIDATE:
            return translate("Progress", "validate")
    return translate("Progress", "store · device {position}/{total} · {points} points").format(
        position=progress.position, total=progress.total, points=f"{progress.points:,}"
    )


def last_cycle_text(report: CycleReport | None) -> str:
    """How the last cycle ended: ``last cycle ok, 143 ms, 6 panels, 1,536 samples``."""
    if report is None:
        return ""
    if report.outcome not in STORED:
        word = outcome_word(report.outcome)
        text = translate("Progress", "last cycle failed ({word}): {reason}")
        if report.outcome in _HEALING:
            text = translate("Progress", "last cycle: {word}: {reason}")
        return text.format(word=word, reason=report.reason or "")
    return translate("Progress", "last cycle {word}, {duration}, {panels} panels, {samples} samples").format(
        word=outcome_word(report.outcome),
        duration=duration_text(report.elapsed_ms),
        panels=f"{report.devices:,}",
        samples=f"{report.samples:,}",
    )


def next_cycle_text(progress: Progress, now_s: float) -> str:
    """``next cycle in 18 s``; empty when none is planned."""
    if progress.in_cycle:
        return translate("Progress", "syncing…")
    if progress.next_at_s is None:
        return ""
    return translate("Progress", "next cycle in {left} s").format(left=countdown_s(progress.next_at_s, now_s))


def link_state_text(progress: Progress) -> str:
    """Mark and word: ``● Live``, ``▲ Failed: timeout``."""
    state = progress.link_state
    reason = f": {outcome_word(progress.outcome)}" if progress.outcome else ""
    words = {
        LinkState.LIVE: translate("Progress", "Live"),
        LinkState.WAITING: translate("Progress", "Waiting") + reason,
        LinkState.STOPPED: translate("Progress", "Stopped"),
        LinkState.FAILED: translate("Progress", "Failed") + reason,
    }
    return f"{state.value} {words[state]}"


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it is shown."""

    name: str
    state: StepState
    detail: str = ""

    @property
    def text(self) -> str:
        """Mark, word and detail."""
        return " ".join(filter(None, (self.state.value, self.name, self.detail)))


def step_views(progress: Progress, now_s: float) -> tuple[StepView, ...]:
    """All steps in their order: those of the running cycle, or else of the last one."""
    names = (
        translate("Progress", "Fetch"),
        translate("Progress", "Parse"),
        translate("Progress", "Store"),
        translate("Progress", "Validate"),
        translate("Progress", "Wait"),
    )
    if progress.in_cycle:
        current = _STEP_OF_PHASE.get(progress.phase, Step.FETCH) if progress.phase else Step.FETCH
        return tuple(
            StepView(name, _state_in_cycle(step, current), _detail(progress, now_s) if step is current else "")
            for step, name in zip(Step, names, strict=True)
        )
    return tuple(_ended_view(step, name, progress, now_s) for step, name in zip(Step, names, strict=True))


def _state_in_cycle(step: Step, current: Step) -> StepState:
    if step is current:
        return StepState.NOW
    return StepState.DONE if step < current else StepState.TO_COME


def _detail(progress: Progress, now_s: float) -> str:
    if progress.retry_at_s is not None:
        return translate("Progress", "in {left} s").format(left=countdown_s(progress.retry_at_s, now_s))
    if progress.phase in (SyncPhase.UPSERT, SyncPhase.TRENDLOG, SyncPhase.COMMIT):
        return f"{progress.position}/{progress.total}"
    if progress.phase is SyncPhase.FETCH and progress.attempt > 1:
        return f"{progress.attempt}/{progress.attempts}"
    return ""


def _ended_view(step: Step, name: str, progress: Progress, now_s: float) -> StepView:
    report = progress.last
    if step is Step.WAIT:
        if progress.next_at_s is None:
            return StepView(name, StepState.TO_COME)
        left = translate("Progress", "{left} s").format(left=countdown_s(progress.next_at_s, now_s))
        return StepView(name, StepState.NOW, left)
    if report is None:
        return StepView(name, StepState.TO_COME)
    spent_ms: dict[Step, float] = {}
    for phase, phase_ms in report.phases_ms.items():
        if phase.upper() in SyncPhase.__members__ and (of := _STEP_OF_PHASE.get(SyncPhase[phase.upper()])) is not None:
            spent_ms[of] = spent_ms.get(of, 0.0) + phase_ms
    ended_in = max(spent_ms, default=Step.STORE if report.outcome is Outcome.DATABASE else Step.FETCH)
    if report.outcome not in STORED and step is ended_in:
        return StepView(name, StepState.HELD_UP if report.outcome in _HEALING else StepState.FAILED)
    if step not in spent_ms:
        return StepView(name, StepState.TO_COME)
    return StepView(name, StepState.DONE, duration_text(spent_ms[step]))


def database_text(size: int | None) -> str:
    """``db 12.4 MB``; empty without a database."""
    if size is None:
        return ""
    if size >= 1e9:
        return translate("Progress", "db %.2f GB") % (size / 1e9)
    return translate("Progress", "db %.1f MB") % (size / 1e6)
