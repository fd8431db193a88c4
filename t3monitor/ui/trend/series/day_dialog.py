"""A small dialog in which a day is chosen, with which points are to be compared."""

from datetime import date, timedelta

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QVBoxLayout, QWidget

from t3monitor.ui.kit.calendar import Calendar
from t3monitor.ui.kit.plain import Label


class DayDialog(QDialog):
    """Enter or a double-click takes the day."""

    def __init__(self, shown: date, today: date, parent: QWidget) -> None:
        """``shown`` is the day in sight."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Compare with another day"))
        self._shown = shown
        self.calendar = Calendar(self.tr("Days"))
        self.calendar.show_day(shown - timedelta(days=1), today)
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
