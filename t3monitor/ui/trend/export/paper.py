"""What is painted on: pixels of a screen, or lines and text that stay such in a file."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtGui import QPaintEngine, QPainter, QTransform

_OF_VECTORS = QPaintEngine.Type.Pdf, QPaintEngine.Type.SVG


def is_vectors(painter: QPainter) -> bool:
    """Whether lines stay lines: then no picture of them is made and kept, and none is repeated as a brush."""
    return painter.paintEngine().type() in _OF_VECTORS


@contextmanager
def in_pixels(painter: QPainter) -> Iterator[QTransform]:
    """Has things painted in pixels, and gives the way there; a file of drawings rounds seconds since 1970 too much."""
    to_pixels = painter.transform()
    painter.save()
    painter.resetTransform()
    yield to_pixels
    painter.restore()
