"""Reads back what the window shows."""

from xml.etree import ElementTree

from PySide6.QtCore import QAbstractItemModel, QBuffer, QPoint
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget


def drawn(widget: QWidget) -> list[str]:
    """The texts that a widget draws, in their order."""
    buffer = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    painter = QPainter(generator)
    QWidget.render(widget, painter, QPoint())  # that of a graphics view takes other arguments
    painter.end()
    picture = ElementTree.fromstring(bytes(buffer.data().data()))
    return [(text.text or "").strip() for text in picture.iter("{http://www.w3.org/2000/svg}text")]


def drawn_colours(widget: QWidget) -> set[str]:
    """The names of all colours that a widget draws."""
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def panel_count(devices: QAbstractItemModel) -> int:
    """How many panels the tree has."""
    return sum(devices.rowCount(devices.index(row, 0)) for row in range(devices.rowCount()))
