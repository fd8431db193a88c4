"""The program's icons: drawn in colours of the palette that is in force while they are painted."""

from collections.abc import Callable
from functools import cache, partial
from importlib.resources import files
from typing import ClassVar

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from typing_extensions import override

Draw = Callable[[QPainter, QRect, QIcon.Mode], None]


def icon(name: str, role: QPalette.ColorRole = QPalette.ColorRole.ButtonText) -> QIcon:
    """The icon ``resources/icons/NAME.svg`` in a colour of the palette, greyed when disabled."""
    return painted_icon(partial(_draw_svg, name, role))


@cache
def _svg(name: str) -> str:
    return (files("t3monitor.resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")


def painted_icon(draw: Draw) -> QIcon:
    """An icon that is drawn anew each time, and so in the colours of the theme that is then in force.

    `draw` may leave the painter in any state.
    """
    # A copy: PySide makes an engine the child of the QIcon that is made of it, in Python alone. Garbage that held both
    # ended the engine, and then Qt ended it once more with its last icon: the process died.
    return QIcon(QIcon(_Engine(draw)))


class _Engine(QIconEngine):
    _clones: ClassVar[list[QIconEngine]] = []  # nobody else holds what Python returns to Qt

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self._draw = draw

    @override
    def clone(self) -> QIconEngine:
        self._clones.append(_Engine(self._draw))
        return self._clones[-1]

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        self._draw(painter, rect, mode)
        painter.restore()

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self._draw(painter, QRect(QPoint(0, 0), size), mode)
        painter.end()
        return pixmap


def paint_kept(painter: QPainter, rect: QRect, key: str, draw: Callable[[QPainter, QRect], None]) -> None:
    """Paints what ``draw`` draws, which is asked once for a key, a size and the scale of a screen."""
    ratio = painter.device().devicePixelRatioF()
    key = f"{key} {rect.width()}x{rect.height()} {ratio}"
    if not QPixmapCache.find(key, picture := QPixmap()):
        picture = QPixmap(rect.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        drawing = QPainter(picture)
        draw(drawing, QRect(QPoint(0, 0), rect.size()))
        drawing.end()
        QPixmapCache.insert(key, picture)
    painter.drawPixmap(rect.topLeft(), picture)


def _draw_svg(name: str, role: QPalette.ColorRole, painter: QPainter, rect: QRect, mode: QIcon.Mode) -> None:
    disabled = mode is QIcon.Mode.Disabled
    group = QPalette.ColorGroup.Disabled if disabled else QPalette.ColorGroup.Active
    colour = QGuiApplication.palette().color(group, role).name()

    def draw(painter: QPainter, rect: QRect) -> None:
        painter.setOpacity(0.5 if disabled else 1.0)
        QSvgRenderer(QByteArray(_svg(name).replace("currentColor", colour).encode())).render(painter, QRectF(rect))

    paint_kept(painter, rect, f"{name} {colour} {disabled}", draw)
