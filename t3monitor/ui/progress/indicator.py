"""The state of the link with the countdown to the next cycle, for the right end of the tool bar."""

from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QProgressBar, QSizePolicy, QToolButton, QWidget

from t3monitor.ui.kit.notice import Tone, set_tone
from t3monitor.ui.kit.plain import Label, menu_text
from t3monitor.ui.kit.texts import interval_text, tooltip_text
from t3monitor.ui.progress.sites import SiteProgress
from t3monitor.ui.progress.state import LinkState
from t3monitor.ui.progress.texts import (
    last_cycle_text,
    last_good_text,
    link_state_text,
    next_cycle_text,
    site_line,
    sites_state_text,
    way_out_text,
)

INTERVALS_S = (5, 10, 20, 30, 60, 120, 300, 600, 900, 3600)
_GAP_PX = 8
_LONGEST_DESCRIPTION = 40  # in characters
_TONES = {
    LinkState.LIVE: Tone.GOOD,
    LinkState.WAITING: Tone.CAUTION,
    LinkState.STOPPED: Tone.NONE,
    LinkState.FAILED: Tone.BAD,
}


class LinkIndicator(QWidget):
    """A click on the state asks for the cycle that it rests on; one on the countdown offers other intervals."""

    cycle_asked = Signal(str)  # site
    interval_chosen = Signal(int)  # in seconds
    other_interval_asked = Signal()

    def __init__(self, progress: SiteProgress, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._progress = progress
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.state = QToolButton(autoRaise=True)
        self.state.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.state.setProperty("heading", True)
        self.state.clicked.connect(self.on_state_clicked)
        self.link = Label()
        self.link.setProperty("muted", True)
        self.countdown = QToolButton(autoRaise=True)
        self.countdown.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.countdown.setToolTip(self.tr("Time to the next cycle; click for another interval"))
        self.countdown.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.intervals = QMenu(self.countdown)
        self.intervals.aboutToShow.connect(self.on_intervals_asked)
        self.countdown.setMenu(self.intervals)
        self.bar = QProgressBar(textVisible=False, maximum=1000)
        self.bar.setFixedSize(80, 6)
        self.bar.setAccessibleName(self.tr("Time to the next cycle"))
        self.spared_px = 0  # by being brief
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 0, 6, 0)
        layout.setSpacing(_GAP_PX)
        for widget in (self.state, self.link, self.countdown, self.bar):
            layout.addWidget(widget)
        progress.changed.connect(self.on_progress_changed)
        self.on_progress_changed()

    def set_brief(self, *, brief: bool) -> None:
        """Leaves out what is also said in the title and by the countdown, where there is no room."""
        if brief is bool(self.spared_px):
            return
        spared = (self.link, self.bar)
        self.spared_px = sum(part.sizeHint().width() + _GAP_PX for part in spared) if brief else 0
        for part in spared:
            part.setHidden(brief)

    @Slot()
    def on_progress_changed(self) -> None:
        """Shows the link, or all links together."""
        progress, now_s = self._progress, self._progress.now_s
        state = self._state_text()
        self.state.setText(menu_text(state))
        self.state.setAccessibleName(self.tr("State of the link: %s") % state)
        self.link.setText(self._elided(progress.description))
        set_tone(self.state, _TONES[progress.worst])
        due = progress.next or next(iter(progress.sites.values()))
        every = self.tr("every %s") % interval_text(progress.interval_s)
        countdown = next_cycle_text(due, now_s) or every
        self.countdown.setText(countdown)
        self.countdown.setAccessibleName(f"{countdown}, {every}" if countdown != every else every)
        self.countdown.setMinimumWidth(self.fontMetrics().horizontalAdvance(self.tr("next cycle in 000 s")) + 24)
        left_s = 0.0 if due.next_at_s is None else max(0.0, due.next_at_s - now_s)
        self.bar.setValue(round(1000 * (1 - left_s / due.wait_s)) if left_s and due.wait_s else 0)
        tip = tooltip_text(self._tooltip_lines())
        self.setToolTip(tip)
        self.state.setToolTip(tip)
        self.state.setAccessibleDescription(f"{progress.description}. {tip}")

    @Slot()
    def on_state_clicked(self) -> None:
        """The user wants to know why."""
        self.cycle_asked.emit(self._progress.worst_site)

    @Slot()
    def on_intervals_asked(self) -> None:
        """Offers the usual intervals, with the one in force marked."""
        self.intervals.clear()
        chosen = self._progress.interval_s
        for interval_s in sorted({*INTERVALS_S, chosen}):
            text = self.tr("Every %s") % interval_text(interval_s)
            action = self.intervals.addAction(text, partial(self.interval_chosen.emit, interval_s))
            action.setCheckable(True)
            action.setChecked(interval_s == chosen)
        self.intervals.addSeparator()
        self.intervals.addAction(self.tr("Other…"), self.other_interval_asked.emit)

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
        lines = [self._state_text(), progress.stop_reason or last_cycle_text(progress.last)]
        return [*lines, way_out_text(progress.last), progress.note, last_good_text(progress)]
