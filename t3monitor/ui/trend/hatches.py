"""How a hole of each class is hatched, in bands, lanes and strip: told apart without colour, quiet in both themes.

Nothing recorded tells of a hole of `HoleClass.UNKNOWN`, nor yet of one whose cause is still being read: it is a plain
tint.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QBrush, QColor, QImage

from t3monitor.model.causes import HoleClass
from t3monitor.ui.kit.theme import Theme

TILE_PX = 8
_LINE_ALPHA, _TINT_ALPHA = 0.38, 0.10

_rows, _columns = np.indices((TILE_PX, TILE_PX))
_MASKS = {
    HoleClass.POINT: (_rows % 4 < 2) & (_columns % 4 < 2) & (_rows // 4 == _columns // 4),  # dots
    HoleClass.PANEL: (_columns - _rows) % TILE_PX == 0,  # falling
    HoleClass.DATABASE: ((_columns - _rows) % TILE_PX == 0) | ((_columns + _rows) % TILE_PX == 0),  # crossed
    HoleClass.T3000: (_columns + _rows) % TILE_PX == 0,  # rising
    HoleClass.MONITOR: _rows % 4 == 0,  # level
    HoleClass.UNKNOWN: np.zeros((TILE_PX, TILE_PX), dtype=bool),
}
CLASSES = tuple(_MASKS)  # in the order of `HoleClass`: a class is known by its place in arrays
MASKS: NDArray[np.bool_] = np.array(list(_MASKS.values()))  # by class, row and column: where a hatch has its lines


def class_colour(hole_class: HoleClass, theme: Theme) -> QColor:
    """The colour of what is missing because of this: beside its hatch, never instead of it."""
    return {
        HoleClass.POINT: theme.accent,
        HoleClass.PANEL: theme.muted,
        HoleClass.DATABASE: theme.bad,
        HoleClass.T3000: theme.warning,
        HoleClass.MONITOR: theme.text,
        HoleClass.UNKNOWN: theme.muted,
    }[hole_class]


@lru_cache(maxsize=64)
def hatch(hole_class: HoleClass, colour: str) -> QBrush:
    """What a hole of this class is filled with, in the colour of that name; it lets see what is beneath."""
    lines, tint = QColor(colour), QColor(colour)
    lines.setAlphaF(_LINE_ALPHA)
    tint.setAlphaF(_TINT_ALPHA)
    image = QImage(TILE_PX, TILE_PX, QImage.Format.Format_ARGB32)
    for row, column in np.ndindex(TILE_PX, TILE_PX):
        image.setPixelColor(column, row, lines if MASKS[CLASSES.index(hole_class), row, column] else tint)
    return QBrush(image)
