"""A page of the trend on as many sheets of paper as it takes, or on one that is as high as it takes."""

from math import ceil
from types import TracebackType
from typing import NamedTuple, Self

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QGuiApplication, QPageSize, QPainter

from t3monitor.ui.kit.texts import translate
from t3monitor.ui.kit.theme import LIGHT, drawn_in
from t3monitor.ui.trend.export.page import Page
from t3monitor.ui.trend.export.page_parts import (
    GAP_PX,
    SeriesTable,
    figures_px,
    foot_px,
    head_px,
    missing,
    paint_figures,
    paint_foot,
    paint_head,
)

_MARGIN_MM, _MM_PER_INCH = 12.0, 25.4
_LEAST_PLOT_PX = 260  # else the table goes to the next sheet
_XY_SHARE = 0.4  # of the width


def dpi() -> int:
    """That of the screen's fonts, so that plots and text come out as they do there."""
    return round(QGuiApplication.primaryScreen().logicalDotsPerInchY())


def a4_px() -> QSize:
    """A4, landscape."""
    return QPageSize(QPageSize.PageSizeId.A4).sizePixels(dpi()).transposed()


class _Sheet(NamedTuple):
    """What stands on a sheet, from top to bottom."""

    height_px: float
    plot_px: float  # 0: without the plots
    series: range  # of the table
    has_figures: bool


class Sheets:
    """Lays a page out; a context manager, which has the plots while it lasts."""

    def __init__(self, page: Page, paper: QSize, *, as_one: bool = False) -> None:
        """``as_one``: on one sheet, which gets higher than the paper for it."""
        self._page, self._paper = page, paper
        with drawn_in(LIGHT):
            self._margin_px = _MARGIN_MM / _MM_PER_INCH * dpi()
            self._width_px = paper.width() - 2 * self._margin_px
            self._room_px = paper.height() - 2 * self._margin_px - head_px() - 2 * GAP_PX  # beside head and foot
            self._table = SeriesTable(page, self._width_px)
            self._figures_px = figures_px(page.figures[0]) + GAP_PX if page.figures else 0.0
            plots_px = self._width_px * ((1 - _XY_SHARE) if page.paint_xy else 1)
            self._plots = page.make_plot(QSize(ceil(plots_px), ceil(self._room_px)))
            self._sheets = self._laid_out(as_one=as_one)

    def _laid_out(self, *, as_one: bool) -> list[_Sheet]:
        page, table = self._page, self._table
        everything, nothing = range(len(page.entries)), range(0)
        above_px = self._room_px - foot_px([*missing(page), page.made])  # of the first foot
        least_px = max(_LEAST_PLOT_PX, self._plots.needed_px)
        beneath_px = table.height(len(everything)) + GAP_PX + self._figures_px
        height_px = self._paper.height()
        if above_px - beneath_px >= least_px:
            return [_Sheet(height_px, above_px - beneath_px, everything, has_figures=True)]
        plot_px = max(above_px, least_px)
        higher_px = height_px + plot_px - above_px
        if as_one:
            return [_Sheet(higher_px + beneath_px, plot_px, everything, has_figures=True)]
        sheets = [_Sheet(higher_px, plot_px, nothing, has_figures=False)]
        room_px = self._room_px - foot_px([page.made])
        while everything:
            count = table.fitting(room_px)
            now, everything = everything[:count], everything[count:]
            has_room = not everything and table.height(len(now)) + GAP_PX + self._figures_px <= room_px
            sheets.append(_Sheet(height_px, 0.0, now, has_figures=has_room))
        if page.figures and not sheets[-1].has_figures:
            sheets.append(_Sheet(height_px, 0.0, nothing, has_figures=True))
        return sheets

    @property
    def sizes(self) -> list[QSize]:
        """Of the sheets, in pixels of the screen."""
        return [QSize(self._paper.width(), ceil(sheet.height_px)) for sheet in self._sheets]

    def paint(self, painter: QPainter, number: int) -> None:
        """Paints a sheet from the origin of the painter on."""
        page, sheet, margin_px = self._page, self._sheets[number], self._margin_px
        with drawn_in(LIGHT):
            whole = QRectF(0, 0, self._paper.width(), ceil(sheet.height_px))
            painter.fillRect(whole, LIGHT.base)
            room = whole.adjusted(margin_px, margin_px, -margin_px, -margin_px)
            lines = [*(missing(page) if number == 0 else ()), self._made(number)]
            paint_head(painter, room, page)
            paint_foot(painter, room, lines)
            room.adjust(0, head_px() + GAP_PX, 0, -foot_px(lines) - GAP_PX)
            if sheet.plot_px:
                self._paint_plots(painter, QRectF(room.left(), room.top(), room.width(), sheet.plot_px))
                room.setTop(room.top() + sheet.plot_px + GAP_PX)
            self._table.paint(painter, room.top(), room.left(), sheet.series)
            if sheet.has_figures and page.figures:
                table_px = self._table.height(len(sheet.series))
                room.setTop(room.top() + table_px + GAP_PX if table_px else room.top())
                paint_figures(painter, room, *page.figures)

    def _made(self, number: int) -> str:
        if len(self._sheets) == 1:
            return self._page.made
        return translate("Picture", "%s · page %d of %d") % (self._page.made, number + 1, len(self._sheets))

    def _paint_plots(self, painter: QPainter, room: QRectF) -> None:
        if self._page.paint_xy:
            painter.save()
            self._page.paint_xy(painter, room.adjusted((1 - _XY_SHARE) * room.width() + GAP_PX, 0, 0, 0))
            painter.restore()
        self._plots.resize(self._plots.width(), int(room.height()))
        painter.save()
        painter.translate(room.topLeft().toPoint())
        self._plots.paint_on(painter)
        painter.restore()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._plots.deleteLater()
