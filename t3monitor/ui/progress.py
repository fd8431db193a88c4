"""How syncing goes: the phases of the running cycle, the state of the link, and the texts of the status bar."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, IntEnum
from typing import NamedTuple

from PySide6.QtCore import QCoreApplication, QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget
from typing_extensions import override

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
from t3monitor.ui.texts import local_time_text
from t3monitor.ui.theme import Theme, current_theme

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


class StatusTexts(NamedTuple):
    """The status bar, from the left."""

    now: str
    last_cycle: str
    database: str


class StatusLine:
    """Keeps the texts of the status bar; no widget."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, utc_s: Callable[[], float] = time.time) -> None:
        self.progress = Progress()
        self._clock = clock
        self._utc_s = utc_s
        self._event_at: float | None = None  # UTC epoch seconds
        self._database_bytes: int | None = None

    def apply(self, event: SyncEvent) -> None:
        """Takes an event that has just happened."""
        self.progress = self.progress.after(event, self._clock())
        self._event_at = self._utc_s()

    def set_database_bytes(self, size: int | None) -> None:
        """The size of the database with its log; None while there is none."""
        self._database_bytes = size

    def texts(self) -> StatusTexts:
        """The texts as of now."""
        doing = doing_text(self.progress, self._clock())
        if self._event_at is not None:
            doing = f"{local_time_text(self._event_at)[-8:]} {doing}"
        return StatusTexts(doing, last_cycle_text(self.progress.last), database_text(self._database_bytes))


def database_text(size: int | None) -> str:
    """``db 12.4 MB``; empty without a database."""
    if size is None:
        return ""
    if size >= 1e9:
        return translate("Progress", "db %.2f GB") % (size / 1e9)
    return translate("Progress", "db %.1f MB") % (size / 1e6)


class PhaseBar(QWidget):
    """The steps of the running cycle in one row, each with mark, word and detail, and a sentence on the current one."""

    _GAP = 14
    _HEIGHT = 26
    _SHORTEST_SENTENCE = 80

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._now_s = clock()
        self._progress = Progress()
        self.setAccessibleName(self.tr("Progress of the sync cycle"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._refresh()

    def apply(self, *events: SyncEvent) -> None:
        """Takes events that have just happened, and shows the state after the last of them."""
        self._now_s = self._clock()
        for event in events:
            self._progress = self._progress.after(event, self._now_s)
        self._refresh()

    def set_now(self, monotonic_s: float) -> None:
        """Counts down."""
        self._now_s = monotonic_s
        self._refresh()

    def set_interval(self, interval_s: float) -> None:
        """The interval was changed."""
        self._progress = self._progress.with_interval(interval_s, self._clock())
        self._refresh()

    @property
    def steps(self) -> tuple[StepView, ...]:
        """What is shown."""
        return self._steps

    @property
    def sentence(self) -> str:
        """What is shown at the right: what the running cycle does or waits for, or why the service stopped."""
        if not self._progress.in_cycle and not self._progress.stop_reason:
            return ""
        return doing_text(self._progress, self._now_s)

    def _refresh(self) -> None:
        self._steps = step_views(self._progress, self._now_s)
        text = f"{', '.join(step.text for step in self._steps)}. {self.sentence}"
        if text != self.accessibleDescription():
            self.setAccessibleDescription(text)
            self.setToolTip(self.sentence)
            self.update()

    def _step_width(self) -> int:
        """Wide enough for any detail, so that nothing moves."""
        bold = QFont(self.font())
        bold.setBold(True)
        return QFontMetrics(bold).horizontalAdvance("○ Validate 00.0 s")

    def _step_colour(self, step: StepView, theme: Theme) -> QColor:
        colours = {
            StepState.NOW: theme.text,
            StepState.DONE: theme.good,
            StepState.FAILED: theme.bad,
            StepState.HELD_UP: theme.warning,
        }
        return colours.get(step.state, theme.muted)

    @override
    def sizeHint(self) -> QSize:
        return QSize(5 * (self._step_width() + self._GAP) + 300, self._HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(5 * (self._step_width() + self._GAP), self._HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        width, left = self._step_width(), 6
        for step in self._steps:
            area = QRect(left, 0, width, self.height())
            font = QFont(self.font())
            font.setBold(step.state in (StepState.NOW, StepState.FAILED))
            painter.setFont(font)
            painter.setPen(self._step_colour(step, theme))
            text = painter.fontMetrics().elidedText(step.text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
            if step.state is StepState.NOW:
                painter.fillRect(left, self.height() - 2, width, 2, theme.accent)
            left += width + self._GAP
        painter.setFont(self.font())
        painter.setPen(theme.muted)
        area = QRect(left, 0, self.width() - left - 6, self.height())
        if area.width() < self._SHORTEST_SENTENCE:
            return
        text = painter.fontMetrics().elidedText(self.sentence, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


class LinkIndicator(QWidget):
    """The state of the link with the countdown to the next cycle, for the right end of the tool bar."""

    def __init__(self, parent: QWidget | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self._clock = clock
        self._now_s = clock()
        self._progress = Progress()
        self.setAccessibleName(self.tr("State of the link"))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.state = QLabel()
        self.link = QLabel()
        self.link.setProperty("muted", True)
        self.countdown = QLabel(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.bar.setFixedSize(80, 6)
        self.bar.setAccessibleName(self.tr("Time to the next cycle"))
        size_policy = self.bar.sizePolicy()
        size_policy.setRetainSizeWhenHidden(True)
        self.bar.setSizePolicy(size_policy)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 0)
        layout.setSpacing(10)
        for widget in (self.state, self.link, self.countdown, self.bar):
            layout.addWidget(widget)
        self._refresh()

    def apply(self, *events: SyncEvent) -> None:
        """Takes events that have just happened, and shows the state after the last of them."""
        self._now_s = self._clock()
        for event in events:
            self._progress = self._progress.after(event, self._now_s)
        self._refresh()

    def set_link(self, description: str) -> None:
        """What is at the other end; another link starts without the past of the one before."""
        if description != self.link.text():
            self.link.setText(description)
            self._progress = replace(self._progress, last=None, last_good=None, judged=False)
            self._refresh()

    def set_now(self, monotonic_s: float) -> None:
        """Counts down."""
        self._now_s = monotonic_s
        self._refresh()

    def set_interval(self, interval_s: float) -> None:
        """The interval was changed."""
        self._progress = self._progress.with_interval(interval_s, self._clock())
        self._refresh()

    def _refresh(self) -> None:
        progress = self._progress
        self.state.setText(link_state_text(progress))
        theme = current_theme()
        colours = {LinkState.LIVE: theme.good, LinkState.FAILED: theme.bad, LinkState.WAITING: theme.warning}
        # By a style sheet: a palette of its own would be lost with the change of the program's style sheet.
        sheet = f"font-weight: 600; color: {colours.get(progress.link_state, theme.muted).name()}"
        if sheet != self.state.styleSheet():
            self.state.setStyleSheet(sheet)
        self.countdown.setText(next_cycle_text(progress, self._now_s))
        self.countdown.setMinimumWidth(self.fontMetrics().horizontalAdvance(self.tr("next cycle in 000 s")))
        left_s = 0.0 if progress.next_at_s is None else max(0.0, progress.next_at_s - self._now_s)
        self.bar.setValue(round(1000 * (1 - left_s / progress.wait_s)) if left_s and progress.wait_s else 0)
        self.bar.setVisible(progress.next_at_s is not None)
        self.setToolTip(self._tooltip())
        self.setAccessibleDescription(f"{self.state.text()}, {self.link.text()}, {self.countdown.text()}")

    def _tooltip(self) -> str:
        lines = [self.state.text(), self._progress.stop_reason or last_cycle_text(self._progress.last)]
        if self._progress.last_good:
            lines.append(self.tr("last good cycle at %s") % local_time_text(self._progress.last_good.finished_at))
        return "\n".join(filter(None, lines))

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._refresh()
