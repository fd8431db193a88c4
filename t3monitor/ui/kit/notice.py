"""Sentences that a pane or a dialog says: beside a field, across the window, or in the middle of an empty table."""

from enum import Enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from t3monitor.ui.kit.plain import Label


class Tone(Enum):
    """What a sentence is; the value is its mark. The theme has a colour for each."""

    NONE = ""
    GOOD = "✓"
    CAUTION = "▲"
    BAD = "✕"


def set_tone(widget: QWidget, tone: Tone) -> None:
    """Has a widget's text in the colour of a tone."""
    if widget.property("tone") != tone.name:
        widget.setProperty("tone", tone.name)
        widget.style().unpolish(widget)  # else the style sheet would not look at the property again
        widget.style().polish(widget)


class Message(Label):
    """A sentence with mark and colour, hidden while it is empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, wordWrap=True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.tone = Tone.NONE
        self.hide()

    def show_sentence(self, tone: Tone, sentence: str) -> None:
        """Shows it; an empty one hides the message."""
        self.tone = tone
        self.setText(f"{tone.value} {sentence}".strip() if sentence else "")
        set_tone(self, tone)
        self.setVisible(bool(sentence))


class Banner(QFrame):
    """A line on what keeps the program from its work, with the way out; hidden while there is nothing to say."""

    way_out_asked = Signal()

    def __init__(self, way_out: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.label = Label(wordWrap=True)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = QPushButton(way_out)
        self.button.setAccessibleName(way_out)
        self.button.clicked.connect(self.way_out_asked)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(12)
        layout.addWidget(self.label, 1)
        layout.addWidget(self.button)
        self.hide()

    def say(self, text: str, *, has_way_out: bool = True) -> None:
        """Shows the sentence; an empty one hides the line."""
        self.label.setText(f"▲ {text}" if text else "")
        self.button.setVisible(has_way_out)
        self.setVisible(bool(text))


class Notice(QWidget):
    """A sentence in the middle of a view, and maybe the way out; hidden until it has something to say."""

    def __init__(self, view: QAbstractScrollArea) -> None:
        super().__init__()
        self._label = Label(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._label.setProperty("muted", True)
        self.button = QPushButton()
        layout = QVBoxLayout(self)
        layout.addStretch(1)
        layout.addWidget(self._label)
        layout.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(1)
        self.hide()
        # A layout and no event filter: a filter of Python is still called while garbage collection destroys the view.
        cover = QVBoxLayout(view.viewport())
        cover.setContentsMargins(0, 0, 0, 0)
        cover.addWidget(self)

    @property
    def text(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else self._label.text()

    def say(self, text: str, button: str = "") -> None:
        """Shows the sentence, and the button if it has a text; without one, clicks go to the view."""
        self._label.setText(text)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not button)
        self.show()
