"""The program's icons: drawn as SVG in a colour of the palette that is in force while they are painted."""

from importlib.resources import files

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from typing_extensions import override


def icon(name: str, role: QPalette.ColorRole = QPalette.ColorRole.ButtonText) -> QIcon:
    """The icon ``resources/icons/NAME.svg`` in a colour of the palette, greyed when disabled."""
    svg = (files("t3monitor.resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return QIcon(_SvgInk(svg, role))


class PaintedIcon(QIconEngine):
    """Base of the engines that draw anew each time, and so in the colours of the theme that is then in force."""

    def draw(self, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
        """Draws the icon; the painter may be left in any state."""
        raise NotImplementedError

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        self.draw(painter, rect, mode)
        painter.restore()

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.draw(painter, QRect(QPoint(0, 0), size), mode)
        painter.end()
        return pixmap


class _SvgInk(PaintedIcon):
    def __init__(self, svg: str, role: QPalette.ColorRole) -> None:
        super().__init__()
        self._svg, self._role = svg, role

    @override
    def clone(self) -> QIconEngine:
        return _SvgInk(self._svg, self._role)

    @override
    def draw(self, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
        disabled = mode is QIcon.Mode.Disabled
        group = QPalette.ColorGroup.Disabled if disabled else QPalette.ColorGroup.Active
        colour = QGuiApplication.palette().color(group, self._role)
        painter.setOpacity(0.5 if disabled else 1.0)
        svg = self._svg.replace("currentColor", colour.name())
        QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(rect))
