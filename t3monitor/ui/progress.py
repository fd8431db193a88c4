"""How syncing goes: the phases of the running cycle, the state of the link, and the texts of the status bar."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget
from typing_extensions import override

from t3monitor.model.events import (
    SyncEvent,
)
from t3monitor.ui.progress_state import (
    LinkState,
    Progress,
    StepState,
    StepView,
    doing_text,
    last_cycle_text,
    link_state_text,
    next_cycle_text,
    step_views,
)
from t3monitor.ui.texts import local_time_text
from t3monitor.ui.theme import Theme, current_theme


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

    def forget(self) -> None:
        """Drops the past: the link or the database is another one."""
        self._progress = self._progress.without_past()
        self._refresh()

    @property
    def steps(self) -> tuple[StepView, ...]:
        """What is shown."""
        return self._steps

    @property
    def sentence(self) -> str:
        """What is shown at the right: what the running cycle does or waits for, or how the last one ended."""
        if self._progress.in_cycle or self._progress.stop_reason:
            return doing_text(self._progress, self._now_s)
        return last_cycle_text(self._progress.last)

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
            self._progress = self._progress.without_past()
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
