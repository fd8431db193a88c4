"""Reads back what a widget draws."""

from xml.etree import ElementTree

from PySide6.QtCore import QBuffer, QPoint
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
