"""The tool bar: captions go before what the link says does."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolBar, QWidget
from typing_extensions import override

from t3monitor.ui.progress.indicator import LinkIndicator

_BESIDE, _ICONS = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


class ToolBar(QToolBar):
    """Actions at the left, the state of the link at the right, which is always whole.

    Where there is no room for all, the captions of the actions go, then what else the indicator says.
    """

    def __init__(self, indicator: LinkIndicator) -> None:
        super().__init__()
        self.setWindowTitle(self.tr("Tool bar"))
        self.setObjectName("tool_bar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setToolButtonStyle(_BESIDE)
        self._indicator = indicator
        self._captions_px = 0  # wide, all together

    def add(self, *parts: QAction | None) -> list[QAction]:
        """Adds actions, None for a separator, and then the indicator at the other end; returns all that was added."""
        for part in parts:
            if part is None:
                self.addSeparator()
            else:
                self.addAction(part)
                button = self.widgetForAction(part)
                button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
                button.setAccessibleName(part.text().replace("&", "").replace("…", ""))
        spacer = QWidget()
        spacer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(spacer)
        self.addWidget(self._indicator)
        self._measure()
        return self.actions()

    def _measure(self) -> None:
        shown = self.toolButtonStyle()
        widths = []
        for style in (_BESIDE, _ICONS):
            self.setToolButtonStyle(style)
            buttons = (
                self.widgetForAction(action) for action in self.actions() if action.text() and action.isVisible()
            )
            widths.append(sum(button.sizeHint().width() for button in buttons))
        self.setToolButtonStyle(shown)
        self._captions_px = widths[0] - widths[1]

    def _fit(self) -> None:
        """By what all would take; what is the same already causes no further layout."""
        needed = self.sizeHint().width() + self._indicator.spared_px
        if self.toolButtonStyle() is _ICONS:
            needed += self._captions_px
        style = _BESIDE if needed <= self.width() else _ICONS
        if style is not self.toolButtonStyle():
            self.setToolButtonStyle(style)
        self._indicator.set_brief(brief=style is _ICONS and needed - self._captions_px > self.width())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit()
        super().resizeEvent(event)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.FontChange:
            self._measure()
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit()
        return super().event(event)
