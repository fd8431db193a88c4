"""How a hole of each class is hatched, in bands, lanes and strip: told apart without colour, quiet in both themes.

Pictures of holes are made of codes, one a pixel: 0 where there is none, else twice the class's place and 1, or 2 where
its hatch has a line. Nothing recorded tells of a hole of `HoleClass.UNKNOWN`, nor yet of one whose cause is still being
read: it is a plain tint.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from t3monitor.model.causes import HoleClass
from t3monitor.ui.kit.theme import Theme
from t3monitor.ui.trend.holes.missing import CLASSES, Codes

TILE_PX = 8

_rows, _columns = np.indices((TILE_PX, TILE_PX))
_LINES = {
    HoleClass.POINT: (_rows % 4 < 2) & (_columns % 4 < 2) & (_rows // 4 == _columns // 4),  # dots
    HoleClass.PANEL: (_columns - _rows) % TILE_PX == 0,  # falling
    HoleClass.DATABASE: ((_columns - _rows) % TILE_PX == 0) | ((_columns + _rows) % TILE_PX == 0),  # crossed
    HoleClass.T3000: (_columns + _rows) % TILE_PX == 0,  # rising
    HoleClass.MONITOR: _rows % 4 == 0,  # level
    HoleClass.UNKNOWN: np.zeros((TILE_PX, TILE_PX), dtype=bool),
}
# By class, row and column: where a hatch has its lines.
MASKS: NDArray[np.bool_] = np.array([_LINES[hole_class] for hole_class in CLASSES])
# Likewise: the codes; the last ones are of no hole.
_CODES = np.array([*(2 * place + 1 + mask for place, mask in enumerate(MASKS)), np.zeros_like(_rows)], dtype=np.uint8)


def class_colours(theme: Theme) -> dict[HoleClass, QColor]:
    """The colour of what is missing because of each: beside its hatch, never instead of it."""
    return {
        HoleClass.POINT: theme.accent,
        HoleClass.PANEL: theme.muted,
        HoleClass.DATABASE: theme.bad,
        HoleClass.T3000: theme.warning,
        HoleClass.MONITOR: theme.text,
        HoleClass.UNKNOWN: theme.muted,
    }


def hatched(classes: Codes, first: int, rows: int, scale: int) -> NDArray[np.uint8]:
    """The codes of so many rows of columns, each of one class (below 0: none), from column ``first`` of all on.

    A hatch is so many times as large as its tile.
    """
    places = (first + np.arange(len(classes))) // scale % TILE_PX
    return _CODES[classes, (np.arange(rows) // scale % TILE_PX)[:, None], places]


def picture(codes: NDArray[np.uint8], colours: Mapping[HoleClass, QColor], alphas: tuple[float, float]) -> QImage:
    """What is drawn of codes, in the colour of each class, with these alphas of tint and lines."""
    table = [0, *(_with_alpha(colours[hole_class].rgb(), alpha) for hole_class in CLASSES for alpha in alphas)]
    pixels = np.array(table, dtype=np.uint32)[codes]
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()


@lru_cache
def _with_alpha(opaque: int, alpha: float) -> int:
    return int.from_bytes(bytes(round(alpha * channel) for channel in opaque.to_bytes(4, "big")), "big")
