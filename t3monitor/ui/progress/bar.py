"""How syncing goes: the steps of the running cycle for the status bar, the state of the link for the tool bar."""

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget
from typing_extensions import override

from t3monitor.ui.kit.notice import Tone, set_tone
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.texts import tooltip_text
from t3monitor.ui.kit.theme import Theme, current_theme
from t3monitor.ui.progress.sites import SiteProgress
from t3monitor.ui.progress.state import LinkState
from t3monitor.ui.progress.steps import StepState, StepView, step_views
from t3monitor.ui.progress.texts import (
    doing_text,
    last_cycle_text,
    last_good_text,
    link_state_text,
    next_cycle_text,
    site_line,
    sites_state_text,
)

_LONGEST_DESCRIPTION = 40  # in characters
_STEPS_MS = 50
_TONES = {
    LinkState.LIVE: Tone.GOOD,
    LinkState.WAITING: Tone.CAUTION,
    LinkState.STOPPED: Tone.NONE,
    LinkState.FAILED: Tone.BAD,
}


class PhaseBar(QWidget):
    """The steps of the running cycle in one row, each with mark, word and detail, and a sentence on the current one."""

    _GAP = 14
    _HEIGHT = 26
    _SHORTEST_SENTENCE = 80

    def __init__(self, progress: SiteProgress, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = progress
        self.setAccessibleName(self.tr("Progress of the sync cycle"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        progress.changed.connect(self.on_progress_changed)
        self._steps_on = QTimer(self, singleShot=True, interval=_STEPS_MS)
        self._steps_on.timeout.connect(self.update)
        progress.stepped.connect(self.on_stepped)
        self.on_progress_changed()

    @property
    def sentence(self) -> str:
        """What is shown at the right: what the running cycle does or waits for, or how the last one ended."""
        site = self._progress.current
        progress = self._progress.sites[site]
        if progress.in_cycle or progress.stop_reason:
            text = doing_text(progress, self._progress.now_s)
        else:
            text = last_cycle_text(progress.last)
        return f"{site}: {text}" if text and self._progress.has_several else text

    @Slot()
    def on_progress_changed(self) -> None:
        """Shows the site whose cycle runs, else the one whose cycle ended last."""
        sentence = self.sentence
        self.setAccessibleDescription(f"{', '.join(step.text for step in self._steps())}. {sentence}")
        self.setToolTip(tooltip_text([sentence]))
        self.update()

    @Slot()
    def on_stepped(self) -> None:
        """Paints soon: panels follow each other faster than anybody reads."""
        if not self._steps_on.isActive():
            self._steps_on.start()

    def _steps(self) -> tuple[StepView, ...]:
        return step_views(self._progress.sites[self._progress.current], self._progress.now_s)

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
        for step in self._steps():
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

    def __init__(self, progress: SiteProgress, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = progress
        self.setAccessibleName(self.tr("State of the link"))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.state = Label()
        self.state.setProperty("heading", True)
        self.link = Label()
        self.link.setProperty("muted", True)
        self.countdown = Label(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
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
        progress.changed.connect(self.on_progress_changed)
        self.on_progress_changed()

    @Slot()
    def on_progress_changed(self) -> None:
        """Shows the link, or all links together."""
        progress, now_s = self._progress, self._progress.now_s
        self.state.setText(self._state_text())
        self.link.setText(self._elided(progress.description))
        set_tone(self.state, _TONES[progress.worst])
        due = progress.next or next(iter(progress.sites.values()))
        self.countdown.setText(next_cycle_text(due, now_s))
        self.countdown.setMinimumWidth(self.fontMetrics().horizontalAdvance(self.tr("next cycle in 000 s")))
        left_s = 0.0 if due.next_at_s is None else max(0.0, due.next_at_s - now_s)
        self.bar.setValue(round(1000 * (1 - left_s / due.wait_s)) if left_s and due.wait_s else 0)
        self.bar.setVisible(due.next_at_s is not None)
        self.setToolTip(tooltip_text(self._tooltip_lines()))
        self.setAccessibleDescription(f"{self.state.text()}, {progress.description}, {self.countdown.text()}")

    def _elided(self, description: str) -> str:
        """The names of many sites would push the actions out of the tool bar; the tooltip has them all."""
        metrics = self.link.fontMetrics()
        room = _LONGEST_DESCRIPTION * metrics.averageCharWidth()
        return metrics.elidedText(description, Qt.TextElideMode.ElideRight, room)

    def _state_text(self) -> str:
        progresses = list(self._progress.sites.values())
        if self._progress.has_several:
            return sites_state_text(progresses, self._progress.worst)
        return link_state_text(progresses[0])

    def _tooltip_lines(self) -> list[str]:
        sites = self._progress.sites
        if self._progress.has_several:
            return [site_line(site, progress, self._progress.now_s) for site, progress in sites.items()]
        (progress,) = sites.values()
        lines = [self.state.text(), progress.stop_reason or last_cycle_text(progress.last), progress.note]
        return [*lines, last_good_text(progress)]
