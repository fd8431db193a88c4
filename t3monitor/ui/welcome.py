"""The page of the first start: where the data is to come from."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.plain import Label

_CARD_WIDTH = 300


class WelcomePage(QWidget):
    """Two ways to begin, each a large button with a sentence on what it does; shown while no link is chosen."""

    demo_chosen = Signal()
    connect_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        mark = Label(alignment=Qt.AlignmentFlag.AlignCenter, pixmap=icon("app").pixmap(QSize(48, 48)))
        self._title = Label(self.tr("T3 Monitor"), alignment=Qt.AlignmentFlag.AlignCenter)
        font = self._title.font()
        font.setPointSizeF(font.pointSizeF() * 2)
        font.setBold(True)
        self._title.setFont(font)
        purpose = Label(
            self.tr("Watches the panels of T3000, keeps the history of every point and explains each hole in it."),
            alignment=Qt.AlignmentFlag.AlignCenter,
            wordWrap=True,
        )
        purpose.setProperty("muted", True)
        on_accent = icon("plot", QPalette.ColorRole.HighlightedText)
        self.demo = QPushButton(on_accent, self.tr("&Watch the simulated building"))
        self.demo.setProperty("card", "first")
        self.connect_button = QPushButton(icon("link"), self.tr("&Connect to T3000"))
        self.connect_button.setProperty("card", "other")
        self.demo.clicked.connect(self.demo_chosen)
        self.connect_button.clicked.connect(self.connect_chosen)

        cards = QHBoxLayout()
        cards.setSpacing(32)
        cards.addStretch()
        cards.addLayout(
            self._card(
                self.demo,
                self.tr("Starts at once with panels that live in this program; nothing real is read or changed."),
            )
        )
        cards.addLayout(
            self._card(
                self.connect_button,
                self.tr(
                    "Opens the settings at T3000's web service, which works with the T3000 you have; test it before"
                    " anything is stored."
                ),
            )
        )
        cards.addStretch()
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch(2)
        layout.addWidget(mark)
        layout.addWidget(self._title)
        layout.addWidget(purpose)
        layout.addSpacing(24)
        layout.addLayout(cards)
        layout.addStretch(3)

    def _card(self, button: QPushButton, sentence: str) -> QVBoxLayout:
        button.setFixedWidth(_CARD_WIDTH)
        button.setMinimumHeight(64)
        button.setIconSize(QSize(24, 24))
        button.setAutoDefault(True)
        button.setAccessibleName(button.text().replace("&", ""))
        button.setAccessibleDescription(sentence)
        label = Label(sentence, alignment=Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, wordWrap=True)
        label.setProperty("muted", True)
        label.setFixedWidth(_CARD_WIDTH)
        card = QVBoxLayout()
        card.setSpacing(10)
        card.addWidget(button)
        card.addWidget(label)
        return card
