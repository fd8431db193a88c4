"""What the pages of the settings dialog share: showing settings, giving them back, checking them as they are typed."""

from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from t3monitor.config.settings import Settings
from t3monitor.ui.kit.plain import field_label
from t3monitor.ui.settings.fields import PathField

_TYPING_MS = 250


class SettingsPage(QWidget):
    """Base of the pages.

    Paths are looked at when the user stops typing: a folder on a network may take its time to answer.
    """

    changed = Signal()  # a value, or whether all of them can be used

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_usable = True  # as of the last check
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self.check_now)

    def watch_path(self, field: PathField) -> None:
        """Checks anew what is typed into the field."""
        field.changed.connect(self.check_soon)
        field.finished.connect(self.check_typed)

    @Slot()
    def check_soon(self) -> None:
        """Something was typed: it is checked when the typing ends."""
        self._typing.start()
        self.changed.emit()

    @Slot()
    def check_typed(self) -> None:
        """Checks what was typed since the last check, if anything was."""
        if self._typing.isActive():
            self.check_now()

    @Slot()
    def check_now(self) -> None:
        """Checks all values."""
        self._typing.stop()
        self.is_usable = self.check()
        self.changed.emit()

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """The values as they are shown; to be asked for only while nothing is wrong."""
        raise NotImplementedError

    def check(self) -> bool:
        """Whether all values can be used; says at the field what is wrong."""
        return True


def lay_out_rows(page: QWidget, *rows: tuple[str, QWidget]) -> None:
    """A form, in a grid: a QFormLayout gives wrapped sentences the height of a much narrower one."""
    grid = QGridLayout(page)
    grid.setColumnStretch(1, 1)
    for row, (text, field) in enumerate(rows):
        if field.sizePolicy().horizontalPolicy() is QSizePolicy.Policy.Fixed:
            grid.addWidget(field, row, 1, Qt.AlignmentFlag.AlignLeft)
        else:
            grid.addWidget(field, row, 1)
        if text:
            grid.addWidget(field_label(text, field), row, 0)
    grid.setRowStretch(len(rows), 1)
