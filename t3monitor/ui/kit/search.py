"""Searching points and panels: all of the words, in any order and case."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QLineEdit, QWidget
from typing_extensions import override

from t3monitor.ui.kit.icons import icon


def words_of(typed: str) -> list[str]:
    """What is looked for."""
    return typed.lower().split()


def all_found(words: list[str], text: str) -> bool:
    """Whether all words are in a text, which is of lower case; that is asked of tens of thousands at each key."""
    for word in words:  # noqa: SIM110 - all() takes twice as long
        if word not in text:
            return False
    return True


class SearchBox(QLineEdit):
    """A line to type words in; Esc empties it, arrow down goes to what was found."""

    left_downwards = Signal()

    def __init__(self, placeholder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setClearButtonEnabled(True)
        self.addAction(icon("search", QPalette.ColorRole.PlaceholderText), QLineEdit.ActionPosition.LeadingPosition)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)
