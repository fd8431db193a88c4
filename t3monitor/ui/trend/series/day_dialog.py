"""A small dialog in which a day is chosen, with which points are to be compared."""

from datetime import date

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from t3monitor.ui.kit.plain import Label

_CALENDAR_LINES = 13


class DayDialog(QDialog):
    """Enter or a double-click takes the day."""

    def __init__(self, shown: date, today: date, parent: QWidget) -> None:
        """``shown`` is the day in sight."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Compare with another day"))
        self._shown = shown
        self.calendar = QCalendarWidget()
        self.calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        for weekend in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):
            self.calendar.setWeekdayTextFormat(weekend, QTextCharFormat())  # Qt's red is nobody's choice
        self.calendar.setMinimumHeight(_CALENDAR_LINES * self.fontMetrics().height())
        self.calendar.setMaximumDate(QDate(today.year, today.month, today.day))
        self.calendar.setSelectedDate(QDate(shown.year, shown.month, shown.day).addDays(-1))
        self.calendar.selectionChanged.connect(self._say)
        self.calendar.activated.connect(self.accept)
        self.sentence = Label()
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for part in (self.calendar, self.sentence, self.buttons):
            layout.addWidget(part)
        self._say()

    @property
    def days(self) -> int:
        """How many days before the one in sight; negative: after it."""
        chosen = self.calendar.selectedDate()
        return (self._shown - date(chosen.year(), chosen.month(), chosen.day())).days

    def _say(self) -> None:
        days = self.days
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(days != 0)
        texts = {0: self.tr("This day is in sight itself"), 1: self.tr("The day before"), -1: self.tr("The day after")}
        text = self.tr("%d days before what is in sight") if days > 0 else self.tr("%d days after what is in sight")
        self.sentence.setText(texts.get(days) or text % abs(days))
