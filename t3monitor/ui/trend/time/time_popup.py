"""The small window in which a time is chosen: days and weeks, a calendar, two times to type, and the zone."""

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import QDate, QPoint, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from t3monitor.model.zones import local, zone_text
from t3monitor.ui.kit.calendar import Calendar
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import field_label
from t3monitor.ui.kit.texts import tooltip_text
from t3monitor.ui.trend.shown import ZoneChoice
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.fit_data import fit_tip
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.time_range import LONGEST_S, SHORTEST_S, TimeRange
from t3monitor.ui.trend.time.typed_times import TypedTimeError, time_typed, typed_text


class TimePopup(QFrame):
    """Opens beneath a button; Enter shows what is typed, Esc changes nothing."""

    def __init__(self, state: TrendState, fit: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._state = state
        self._now_s = 0.0
        self._clicked: date | None = None  # the first of two days
        self._filled = "", ""
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAccessibleName(self.tr("Time in sight"))
        offers = QVBoxLayout()
        offers.setSpacing(2)
        self.offers: list[QToolButton] = []
        for text, show in (
            (self.tr("Today") + "\tT", lambda: state.show_calendar(Span.DAY)),
            (self.tr("Yesterday") + "\tY", lambda: state.show_calendar(Span.DAY, -1)),
            (self.tr("This week") + "\tW", lambda: state.show_calendar(Span.WEEK)),
            (self.tr("Last week"), lambda: state.show_calendar(Span.WEEK, -1)),
            (self.tr("Fit data") + "\tF", fit),
        ):
            offers.addWidget(self._offer(text, show))
        fit_button = self.offers[-1]
        fit_button.setToolTip(tooltip_text([fit_button.toolTip(), fit_tip()]))
        offers.addStretch(1)

        self.start, self.end = QLineEdit(), QLineEdit()
        for edit, name in ((self.start, self.tr("From")), (self.end, self.tr("Until"))):
            edit.setAccessibleName(name)
            edit.textEdited.connect(self._on_edited)
        self.message = Message()
        self.calendar = Calendar(self.tr("Days"))
        self.calendar.setToolTip(self.tr("Click a day, or the first and the last one; double-click shows it at once"))
        self.calendar.clicked.connect(self._on_day_clicked)
        self.calendar.activated.connect(self.accept)
        self.zone = QComboBox()
        self.zone.setAccessibleName(self.tr("Times of"))
        self.zone.activated.connect(self._on_zone_chosen)
        self.accept_button = QPushButton(self.tr("Show"))
        self.accept_button.clicked.connect(self.accept)
        form = QFormLayout()
        form.addRow(field_label(self.tr("&From"), self.start), self.start)
        form.addRow(field_label(self.tr("&Until"), self.end), self.end)
        form.addRow(self.message)
        form.addRow(self.calendar)
        form.addRow(field_label(self.tr("Times &of"), self.zone), self.zone)
        form.addRow(self.accept_button)
        layout = QHBoxLayout(self)
        layout.addLayout(offers)
        layout.addSpacing(8)
        layout.addLayout(form)
        self.setTabOrder(self.start, self.end)

    def ask(self, below: QWidget, now_s: float) -> None:
        """Opens beneath a button with what is in sight."""
        self._now_s = now_s
        self._fill()
        self.resize(self.sizeHint())  # adjustSize would not take more than two thirds of the screen
        at = below.mapToGlobal(QPoint(below.width() - self.width(), below.height()))
        screen = below.screen().availableGeometry()
        self.move(
            max(screen.left(), min(at.x(), screen.right() - self.width())),
            max(screen.top(), min(at.y(), screen.bottom() - self.height())),
        )
        self.show()
        self.start.setFocus()
        self.start.selectAll()

    @property
    def range(self) -> TimeRange:
        """What the two fields say; raises TypedTimeError."""
        zone = self._state.zone
        start_s = time_typed(self.start.text(), zone, self._today)
        shown = TimeRange(start_s, time_typed(self.end.text(), zone, local(start_s, zone).date(), ends=True))
        if shown.length_s < SHORTEST_S:
            raise TypedTimeError(self.tr("The end has to be a minute after the beginning, or later"))
        if shown.length_s > LONGEST_S:
            raise TypedTimeError(self.tr("That is too long: five years are shown at most"))
        if shown.start_s > self._now_s - SHORTEST_S:
            raise TypedTimeError(self.tr("That is still to come: choose a time before now"))
        return shown

    @Slot()
    def accept(self) -> None:
        """Shows what the two fields say, or says what is wrong with it; if they say nothing new it goes on as it is."""
        if self._texts == self._filled:
            self.hide()
            return
        try:
            shown = self.range
        except TypedTimeError as error:
            self.message.show_sentence(Tone.BAD, str(error))
            self.resize(self.sizeHint())
            return
        self.hide()
        self._state.show_range(shown)

    @property
    def _texts(self) -> tuple[str, str]:
        return self.start.text(), self.end.text()

    @property
    def _today(self) -> date:
        return local(self._now_s, self._state.zone).date()

    def _offer(self, text: str, show: Callable[[], None]) -> QToolButton:
        name, _, key = text.partition("\t")
        button = QToolButton()
        button.setText(name)
        button.setToolTip(self.tr("%1 (key %2)").replace("%1", name).replace("%2", key) if key else name)
        button.setAccessibleName(name)
        button.setAutoRaise(True)
        button.clicked.connect(self.hide)
        button.clicked.connect(show)
        self.offers.append(button)
        return button

    def _fill(self) -> None:
        state, shown = self._state, self._state.time_range
        self.start.setText(typed_text(shown.start_s, state.zone))
        self.end.setText(typed_text(shown.end_s, state.zone))
        self._filled = self._texts
        self._clicked = None
        self._on_edited()
        self.calendar.show_day(local(shown.start_s, state.zone).date(), self._today)
        self.zone.clear()
        for choice in ZoneChoice:
            self.zone.addItem(self._zone_text(choice), choice)
        self.zone.setCurrentIndex(self.zone.findData(state.shown.zone))

    def _zone_text(self, choice: ZoneChoice) -> str:
        match choice:
            case ZoneChoice.SITE:
                zone = self._state.site_zone
                return self.tr("the site (%s)") % (zone or self.tr("as this computer"))
            case ZoneChoice.PC:
                return self.tr("this computer (%s)") % zone_text(self._now_s, None)
            case ZoneChoice.UTC:
                return "UTC"

    @Slot()
    def _on_edited(self) -> None:
        self.message.show_sentence(Tone.NONE, "")

    @Slot(QDate)
    def _on_day_clicked(self, clicked: QDate) -> None:
        day = date(clicked.year(), clicked.month(), clicked.day())
        first = self._clicked if self._clicked and self._clicked <= day else day
        self._clicked = day if first == day else None
        days = self._state.calendar.days(first, (day - first + timedelta(days=1)).days)
        self.start.setText(typed_text(days.start_s, self._state.zone))
        self.end.setText(typed_text(days.end_s, self._state.zone))
        self._on_edited()

    @Slot(int)
    def _on_zone_chosen(self, index: int) -> None:
        self._state.set_zone(self.zone.itemData(index))
        self._fill()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(event)
