"""A page of the trend on as many sheets of paper as it takes, or on one that is as high as it takes."""

from collections.abc import Iterator
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
    FiguresPart,
    SeriesTable,
    foot_px,
    head_px,
    missing,
    paint_foot,
    paint_head,
)
from t3monitor.ui.trend.stretch.stretch_rows import Table, Tables

_MARGIN_MM, _MM_PER_INCH = 12.0, 25.4
_LEAST_PLOT_PX = 260  # else the table goes to the next sheet
_XY_SHARE = 0.4  # of the width
_NO_FIGURES = Tables(Table((), ()), Table((), ())), ""


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
    figures: range  # rows of them


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
            self._figures = FiguresPart(*(page.figures or _NO_FIGURES))
            plots_px = self._width_px * ((1 - _XY_SHARE) if page.paint_xy else 1)
            self._plots = page.make_plot(QSize(ceil(plots_px), ceil(self._room_px)))
            self._sheets = self._laid_out(as_one=as_one)

    def _laid_out(self, *, as_one: bool) -> list[_Sheet]:
        page = self._page
        series, rows, nothing = range(len(page.entries)), range(self._figures.count), range(0)
        above_px = self._room_px - foot_px([*missing(page), page.made])  # of the first foot
        least_px = max(_LEAST_PLOT_PX, self._plots.needed_px)
        beneath_px = self._beneath_px(series, rows)
        height_px = self._paper.height()
        if above_px - beneath_px >= least_px:
            return [_Sheet(height_px, above_px - beneath_px, series, rows)]
        plot_px = max(above_px, least_px)
        higher_px = height_px + plot_px - above_px
        if as_one:
            return [_Sheet(higher_px + beneath_px, plot_px, series, rows)]
        beneath_px = self._beneath_px(series, nothing)
        if above_px - beneath_px >= least_px:
            return [_Sheet(height_px, above_px - beneath_px, series, nothing), *self._further(nothing, rows)]
        return [_Sheet(higher_px, plot_px, nothing, nothing), *self._further(series, rows)]

    def _beneath_px(self, series: range, rows: range) -> float:
        figures_px = self._figures.height(rows) + GAP_PX if rows else 0.0
        return self._table.height(len(series)) + GAP_PX + figures_px

    def _further(self, series: range, rows: range) -> Iterator[_Sheet]:
        """Sheets beneath the plots for these; where the table ends the figures begin."""
        room_px = self._room_px - foot_px([self._page.made])
        while series or rows:
            count = self._table.fitting(room_px)
            now, series = series[:count], series[count:]
            count = 0 if series else self._figures.fitting(rows, room_px - self._beneath_px(now, range(0)))
            count = count if now else max(1, count)
            yield _Sheet(self._paper.height(), 0.0, now, rows[:count])
            rows = rows[count:]

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
            table_px = self._table.height(len(sheet.series))
            room.setTop(room.top() + table_px + GAP_PX if table_px else room.top())
            self._figures.paint(painter, room, sheet.figures)

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
