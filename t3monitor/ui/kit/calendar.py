"""A month of which a day is chosen, in the colours of the theme and with names for a screen reader."""

from datetime import date, timedelta

from PySide6.QtCore import QDate, Qt
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QTableView, QToolButton, QWidget

from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.theme import current_theme

_LINES = 13
_DAYS_IN_SIGHT = 43  # of a month, with its neighbours


class Calendar(QCalendarWidget):
    """Days that are still to come cannot be chosen."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        self.setMinimumHeight(_LINES * self.fontMetrics().height())  # else its last row may be cut
        for part in (self, *self.findChildren(QTableView)):  # which has the keys
            part.setAccessibleName(name)
        for step, icon_name in (("prevmonth", "back"), ("nextmonth", "forward")):
            if button := self.findChild(QToolButton, f"qt_calendar_{step}"):
                button.setIcon(icon(icon_name))

    def show_day(self, selected: date, today: date) -> None:
        """Shows a day in its month, in the colours of now."""
        plain, muted = QTextCharFormat(), QTextCharFormat()
        plain.setForeground(current_theme().text)
        muted.setForeground(current_theme().muted)
        for weekday in Qt.DayOfWeek:
            self.setWeekdayTextFormat(weekday, plain)  # Qt has red ones
        self.setHeaderTextFormat(muted)
        self.setDateTextFormat(QDate(), plain)
        for days in range(1, _DAYS_IN_SIGHT):
            self.setDateTextFormat(_qt(today + timedelta(days=days)), muted)
        self.setMaximumDate(_qt(today))
        self.setSelectedDate(_qt(selected))


def _qt(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
