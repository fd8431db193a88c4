"""The strip under the plot: of each moment, how much of what is shown is missing, and because of whom."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QImage
from typing_extensions import override

from t3monitor.ui.kit.theme import Theme, current_theme
from t3monitor.ui.trend.holes.hatches import class_colours, hatched, picture
from t3monitor.ui.trend.holes.hole_items import LEAST_PX
from t3monitor.ui.trend.holes.missing import Pieces
from t3monitor.ui.trend.plot.column_item import ColumnItem
from t3monitor.ui.trend.plot.columns import BY_WORST, Columns, MissingTime
from t3monitor.ui.trend.plot.time_box import TimeBox

STRIP_PX = 14
_WORST_PX, _GAP_PX = 3, 1  # on top; the rest tells how much
_ALPHAS = 0.35, 0.85  # of tint and lines


class StripItem(ColumnItem):
    """Draws the strip."""

    def __init__(self) -> None:
        super().__init__()
        self._time = MissingTime(())

    def set_pieces(self, parts: Sequence[Pieces]) -> None:
        """Shows what is missing of these, each up to the present."""
        self._time = MissingTime(parts)
        self.renew()

    @override
    def pictures(self, first: int, count: int, s_per_column: float, scale: int) -> list[QImage]:
        columns = self._time.columns(first * s_per_column, s_per_column, count, LEAST_PX * scale)
        return [picture(codes(columns, first, scale), class_colours(current_theme()), _ALPHAS)]

    @override
    def places(self, whole: QRectF) -> list[QRectF]:
        return [whole]


class Strip(TimeBox):
    """The strip; a click asks for what was recorded of a time."""

    time_chosen = Signal(float)
    is_gripped = False

    def __init__(self) -> None:
        super().__init__()
        self._item = StripItem()
        self.add(self._item)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_pieces(self, parts: Sequence[Pieces]) -> None:
        """Shows what is missing of these, each up to the present."""
        self._item.set_pieces(parts)

    def restyle(self, theme: Theme) -> None:
        """As any box."""
        super().restyle(theme)
        self._item.renew()

    def mouseClickEvent(self, ev: Any) -> None:  # noqa: N802
        """Called by the scene."""
        if ev.button() == Qt.MouseButton.LeftButton:
            ev.accept()
            self.time_chosen.emit(self.time_at(ev.pos()))
        else:
            super().mouseClickEvent(ev)


def codes(columns: Columns, first: int, scale: int) -> NDArray[np.uint8]:
    """The picture in codes (see `hatches`): of each column the worst class on top, and below the share of each."""
    height = (STRIP_PX - _WORST_PX - _GAP_PX) * scale
    levels = 1 - (np.arange(height)[:, None] + 0.5) / height  # of the rows' middles, from the bottom
    shares = np.zeros((height, len(columns.worst)), dtype=np.uint8)
    lower = np.zeros(len(columns.worst))
    for its in BY_WORST.tolist():
        if columns.shares[its].any():
            upper = lower + columns.shares[its]
            of_class = hatched(np.full(len(upper), its, dtype=np.int8), first, height, scale)
            shares = np.where((levels > lower) & (levels <= upper + 1e-9), of_class, shares)
            lower = upper
    worst = np.where(columns.worst < 0, 0, 2 * columns.worst + 2).astype(np.uint8)
    gap = np.zeros_like(worst)
    return np.vstack([*[worst] * (_WORST_PX * scale), *[gap] * (_GAP_PX * scale), shares])
