"""The steps of a cycle as the user sees them; pure values, no widgets."""

from dataclasses import dataclass
from enum import Enum, IntEnum

from PySide6.QtCore import QCoreApplication

from t3monitor.model.errors import Outcome
from t3monitor.model.events import SyncPhase
from t3monitor.ui.kit.texts import duration_text
from t3monitor.ui.progress.state import Progress
from t3monitor.ui.progress.texts import countdown_s

translate = QCoreApplication.translate


class Step(IntEnum):
    """The phases of a cycle as the user sees them; storing has four of the steps of docs/t3000.md 13.1."""

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


class StepState(Enum):
    """What is known of a step; the value is its mark."""

    TO_COME = "○"
    NOW = "●"
    DONE = "✓"
    FAILED = "✕"
    HELD_UP = "▲"


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
    if progress.phase in (SyncPhase.UPSERT, SyncPhase.TRENDLOG, SyncPhase.COMMIT) or progress.is_asking_panels:
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
    if not report.outcome.is_stored and step is ended_in:
        return StepView(name, StepState.HELD_UP if report.outcome.heals else StepState.FAILED)
    if step not in spent_ms:
        return StepView(name, StepState.TO_COME)
    return StepView(name, StepState.DONE, duration_text(spent_ms[step]))
