"""What stands in the middle of an empty table or tree: a sentence, and maybe the way out."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QPushButton, QVBoxLayout, QWidget

from t3monitor.ui.kit.plain import Label


class Notice(QWidget):
    """Covers the viewport of a view; hidden until it has something to say."""

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
        """What it says."""
        return self._label.text()

    def say(self, text: str, button: str = "") -> None:
        """Shows the sentence, and the button if it has a text; without one, clicks go to the view."""
        self._label.setText(text)
        self.button.setText(button)
        self.button.setAccessibleName(button)
        self.button.setVisible(bool(button))
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not button)
        self.show()
