"""How syncing goes, for the status bar: the steps of the running cycle."""

from dataclasses import replace

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from t3monitor.ui.kit.texts import tooltip_text
from t3monitor.ui.kit.theme import Theme, current_theme
from t3monitor.ui.progress.sites import SiteProgress
from t3monitor.ui.progress.steps import Step, StepState, StepView, step_views
from t3monitor.ui.progress.texts import doing_text, last_cycle_text, way_out_text

_STEPS_MS = 50
_STEPS = len(Step)


class PhaseBar(QWidget):
    """The steps of the running cycle in one row, each with mark, word and detail, and a sentence on the current one.

    A click, or Enter, asks for the last cycle of the site that it shows.
    """

    cycle_asked = Signal(str)  # site
    _LEFT, _GAP = 6, 14
    _HEIGHT = 26
    _SHORTEST_SENTENCE = 80

    def __init__(self, progress: SiteProgress, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = progress
        self.setAccessibleName(self.tr("Progress of the sync cycle"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
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
        last = self._progress.sites[self._progress.current].last
        self.setToolTip(tooltip_text([sentence, way_out_text(last), self.tr("Click: the last cycle in Activity")]))
        self.update()

    @Slot()
    def on_stepped(self) -> None:
        """Paints soon: panels follow each other faster than anybody reads."""
        if not self._steps_on.isActive():
            self._steps_on.start()

    def _steps(self) -> tuple[StepView, ...]:
        return step_views(self._progress.sites[self._progress.current], self._progress.now_s)

    def _step_width(self) -> int:
        """Wide enough for any detail, so that nothing moves; where the sentence needs the room, for words alone."""
        beside = self.width() - self._LEFT - self._width_of("last cycle ok, 00.0 s, 00 panels, 00,000 samples")
        words, whole = self._width_of("○ Validate"), self._width_of("○ Validate 00.0 s")
        narrowest = min(words, max(0, self.width() - self._LEFT) // _STEPS - self._GAP)
        return max(narrowest, min(whole, beside // _STEPS - self._GAP))

    def _width_of(self, text: str) -> int:
        bold = QFont(self.font())
        bold.setBold(True)
        return QFontMetrics(bold).horizontalAdvance(text)

    def _step_colour(self, step: StepView, theme: Theme) -> QColor:
        colours = {
            StepState.NOW: theme.text,
            StepState.DONE: theme.good,
            StepState.FAILED: theme.bad,
            StepState.HELD_UP: theme.warning,
        }
        return colours.get(step.state, theme.muted)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.cycle_asked.emit(self._progress.current)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.cycle_asked.emit(self._progress.current)
        else:
            super().keyPressEvent(event)

    @override
    def sizeHint(self) -> QSize:
        return QSize(_STEPS * (self._width_of("○ Validate 00.0 s") + self._GAP) + 300, self._HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(_STEPS * (self._width_of("○ Validate") + self._GAP), self._HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        width, left = self._step_width(), self._LEFT
        for step in self._steps():
            area = QRect(left, 0, width, self.height())
            font = QFont(self.font())
            font.setBold(step.state in (StepState.NOW, StepState.FAILED))
            painter.setFont(font)
            painter.setPen(self._step_colour(step, theme))
            ways = step.text, replace(step, detail="").text
            text = next((way for way in ways if painter.fontMetrics().horizontalAdvance(way) < width), ways[-1])
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, text)
            if step.state is StepState.NOW:
                painter.fillRect(left, self.height() - 2, width, 2, theme.accent)
            left += width + self._GAP
        if self.hasFocus():
            painter.setPen(theme.accent)
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.setFont(self.font())
        painter.setPen(theme.muted)
        area = QRect(left, 0, self.width() - left - 6, self.height())
        if area.width() < self._SHORTEST_SENTENCE:
            return
        text = painter.fontMetrics().elidedText(self.sentence, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)
