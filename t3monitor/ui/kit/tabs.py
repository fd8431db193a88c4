"""Pages behind tabs that show when they have the keys."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QTabWidget, QWidget
from typing_extensions import override

from t3monitor.ui.kit.theme import current_theme


class Tabs(QTabWidget):
    """With a frame around the tab in focus, of which the style has but a tint."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabBar(_TabBar())


class _TabBar(QTabBar):
    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(current_theme().accent)
            painter.drawRect(self.tabRect(self.currentIndex()).adjusted(2, 2, -3, -3))
