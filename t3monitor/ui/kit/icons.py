"""The program's icons: drawn as SVG in one colour, which becomes that of the palette."""

from importlib.resources import files

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

_SIZES = (16, 20, 24, 32, 48)


def icon(name: str, colour: QColor | None = None) -> QIcon:
    """The icon ``resources/icons/NAME.svg`` in ``colour`` (default: the palette's text), greyed when disabled.

    An icon does not follow a change of the palette; make it anew on PaletteChange.
    """
    palette = QGuiApplication.palette()
    enabled = colour or palette.color(QPalette.ColorRole.ButtonText)
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
    disabled.setAlphaF(0.5)
    svg = (files("t3monitor.resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    result = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, enabled), (QIcon.Mode.Disabled, disabled)):
        for size in _SIZES:
            result.addPixmap(_drawn(svg, shade, size), mode)
    return result


def _drawn(svg: str, colour: QColor, size: int) -> QPixmap:
    renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", colour.name()).encode()))
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(colour.alphaF())
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
