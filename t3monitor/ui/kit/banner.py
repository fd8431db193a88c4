"""A line across the window on what keeps the program from its work, with the way out; it stays until that is done."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget
from typing_extensions import override

from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.theme import current_theme


class Banner(QFrame):
    """Hidden while there is nothing to say."""

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
        self._paint()
        self.hide()

    def say(self, text: str) -> None:
        """Shows the sentence; an empty one hides the line."""
        self.label.setText(f"▲ {text}" if text else "")
        self.setVisible(bool(text))

    def _paint(self) -> None:
        colours = current_theme().fault
        # By a style sheet: a palette of its own would be lost with the change of the program's style sheet.
        background, text = colours.background.name(), colours.text.name()
        sheet = f"#banner {{ background: {background}; }} #banner > Label {{ color: {text}; }}"
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint()
