"""What is painted on: pixels of a screen, or lines and text that stay such in a file."""

from PySide6.QtGui import QPaintEngine, QPainter

_OF_VECTORS = QPaintEngine.Type.Pdf, QPaintEngine.Type.SVG


def is_vectors(painter: QPainter) -> bool:
    """Whether lines stay lines: then no picture of them is made and kept, and none is repeated as a brush."""
    return painter.paintEngine().type() in _OF_VECTORS
