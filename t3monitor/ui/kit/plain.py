"""Text is text: what panels, sites and files are called reaches the screen letter by letter.

Qt takes some texts for HTML, ``&`` for a mnemonic, a tab in a menu for the begin of a shortcut and ``[*]`` in a title
for the mark of a changed document. Whatever shows a text that is not the program's own goes through here.
"""

from collections.abc import Callable
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtGui import Qt as RichText  # the functions; the enumerations are those of QtCore
from PySide6.QtWidgets import QLabel, QMenu, QMessageBox, QWidget


class Label(QLabel):
    """A QLabel that never guesses; a mnemonic it has only with a buddy, as any."""

    def __init__(self, text: str = "", parent: QWidget | None = None, **properties: Any) -> None:
        super().__init__(text, parent, textFormat=Qt.TextFormat.PlainText, **properties)


def field_label(text: str, field: QWidget) -> Label:
    """The label of a field, which its mnemonic leads to."""
    label = Label(text)
    label.setBuddy(field)
    return label


def tooltip(text: str) -> str:
    """What to give Qt for a tooltip that says this text; the text itself where Qt would not take it for HTML."""
    return f'<p style="white-space:pre">{escape(text)}</p>' if RichText.mightBeRichText(text) else text


def menu_text(text: str) -> str:
    """What to give Qt for a menu entry or a button that says this text."""
    return text.replace("&", "&&").replace("\t", " ")


def add_action(menu: QMenu, text: str, triggered: Callable[[], object]) -> QAction:
    """The new entry of a menu that says this text, also in its tooltip."""
    action = menu.addAction(menu_text(text), triggered)
    action.setToolTip(tooltip(text))
    return action


def window_title(text: str) -> str:
    """What to give Qt for the title of a window that says this text."""
    return text.replace("[*]", "[*][*]")


def message_box(title: str, text: str) -> QMessageBox:
    """The box that says what keeps the program from starting."""
    box = QMessageBox(QMessageBox.Icon.Critical, window_title(title), "")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    return box
