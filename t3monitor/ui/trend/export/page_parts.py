"""What a page is made of beside its plots: its head, the table of its series, the figures of a stretch, its foot."""

from collections.abc import Callable
from math import ceil

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter

from t3monitor.ui.kit.delegates import tabular
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.kit.theme import LIGHT
from t3monitor.ui.trend.export.page import Page
from t3monitor.ui.trend.legend.legend_model import FIGURES, Column, Entry, figure_text, title
from t3monitor.ui.trend.legend.legend_painting import paint_line
from t3monitor.ui.trend.plot.axes import axis_font
from t3monitor.ui.trend.stretch.stretch_rows import Tables

GAP_PX = 8
_ROWS_IN_ONE_COLUMN, _HOLES, _FIGURES = 8, 4, 10  # at most
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight


def paint_head(painter: QPainter, room: QRectF, page: Page) -> float:
    """Title, and beneath it site and time; returns where it ends."""
    font = QFont(QGuiApplication.font())
    font.setPointSizeF(font.pointSizeF() * 1.6)
    font.setBold(True)
    top = room.top() + _line(painter, room, page.title, font, LIGHT.text)
    texts = " · ".join(filter(None, (page.site, page.time)))
    return top + _line(painter, room.adjusted(0, top - room.top(), 0, 0), texts, QGuiApplication.font(), LIGHT.muted)


def paint_foot(painter: QPainter, room: QRectF, page: Page) -> float:
    """What is missing, and who made the page when; returns where it begins."""
    font, height = axis_font(), QFontMetricsF(axis_font()).height()
    more = len(page.holes) - _HOLES
    holes = [translate("Picture", "Missing: %s") % line for line in page.holes[:_HOLES]]
    if more > 0:
        holes[-1] += " " + translate("Picture", "(and %d more)") % more
    lines = [*holes, page.made]
    top = room.bottom() - height * len(lines)
    for number, text in enumerate(lines):
        at = QRectF(room.left(), top + number * height, room.width(), height)
        _line(painter, at, text, font, LIGHT.muted)
    return top


def paint_figures(painter: QPainter, room: QRectF, shown: Tables, heading: str) -> float:
    """The figures of a stretch at the bottom of the room, under the time that they are of; returns where they begin."""
    font = tabular(axis_font())
    bold = QFont(font)
    bold.setBold(True)
    row_px = ceil(QFontMetricsF(bold).height()) + 2
    parts = [table for table in shown if table.rows]
    left_out = max(0, sum(len(table.rows) for table in parts) - _FIGURES)
    rows_left = _FIGURES
    cut = []
    for table in parts:
        cut.append(table._replace(rows=table.rows[:rows_left]))
        rows_left -= len(cut[-1].rows)
    cut = [table for table in cut if table.rows]
    lines = sum(len(table.rows) + 1 for table in cut)
    top = at = room.bottom() - row_px * (1 + lines)
    if left_out:
        heading += " " + translate("Picture", "(%d rows more in the window)") % left_out
    _line(painter, QRectF(room.left(), at, room.width(), row_px), heading, bold, LIGHT.text)
    for table in cut:
        columns = [column for column in range(len(table.heads)) if any(row.cells[column].text for row in table.rows)]
        texts = [[table.heads[column].title for column in columns]]
        texts += [[row.cells[column].text for column in columns] for row in table.rows]
        metrics = QFontMetricsF(bold)
        widths = [max(metrics.horizontalAdvance(row[n]) for row in texts) + 2 * GAP_PX for n in range(len(columns))]
        widths[-1] = max(0.0, room.width() - sum(widths[:-1]))  # the remark
        for number, row in enumerate(texts):
            at += row_px
            left = room.left()
            painter.setFont(font if number else bold)
            painter.setPen(LIGHT.text if number else LIGHT.muted)
            for n, (text, width) in enumerate(zip(row, widths, strict=True)):
                is_text = n == 0 or columns[n] == len(table.heads) - 1
                cell = QRectF(left, at, width - GAP_PX, row_px)
                text = QFontMetricsF(painter.font()).elidedText(text, _ELIDE, max(0.0, cell.width() + 1))
                painter.drawText(cell, _LEFT if is_text else _RIGHT, text)
                left += width
    return top


def _line(painter: QPainter, room: QRectF, text: str, font: QFont, colour: QColor) -> float:
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(colour)
    at = QRectF(room.left(), room.top(), room.width(), metrics.height())
    painter.drawText(at, _LEFT, metrics.elidedText(text, _ELIDE, room.width()))
    return metrics.height()


class Table:
    """The series with their figures, in one column or two."""

    def __init__(self, page: Page, width: float) -> None:
        self._page = page
        self._font = tabular(axis_font())
        self._bold = QFont(self._font)
        self._bold.setBold(True)
        self._metrics = QFontMetricsF(self._bold)
        self._row_px = ceil(self._metrics.height()) + 3
        rows = list(page.entries)
        self._columns = 2 if len(rows) > _ROWS_IN_ONE_COLUMN else 1
        self._per_column = ceil(len(rows) / self._columns)
        self._width = (width - (self._columns - 1) * 3 * GAP_PX) / self._columns
        self._shown = list(FIGURES)
        self._widths = {
            column: max(self._metrics.horizontalAdvance(text) for text in self._texts(column)) + 2 * GAP_PX
            for column in self._shown
        }

    @property
    def height(self) -> float:
        """Of all of it."""
        return self._row_px * (self._per_column + 1) + 2 if self._page.entries else 0.0

    def _texts(self, column: Column) -> list[str]:
        return [title(column), *(figure_text(entry, column) for entry in self._page.entries)]

    def paint(self, painter: QPainter, top: float, left: float) -> None:
        """Paints it there."""
        for number in range(self._columns if self._page.entries else 0):
            entries = list(enumerate(self._page.entries))[number * self._per_column : (number + 1) * self._per_column]
            room = QRectF(left + number * (self._width + 3 * GAP_PX), top, self._width, self._row_px)
            painter.setFont(self._bold)
            painter.setPen(LIGHT.muted)
            painter.drawText(room, _LEFT, title(Column.NAME))
            self._paint_cells(painter, room, title)
            painter.setPen(LIGHT.border)
            painter.drawLine(room.bottomLeft(), room.bottomRight())
            for place, entry in entries:
                room.translate(0, self._row_px)
                self._paint_entry(painter, room, entry, self._page.plots[place] if self._page.plots else "")

    def _paint_entry(self, painter: QPainter, room: QRectF, entry: Entry, plot: str) -> None:
        painter.save()
        paint_line(painter, QRectF(room.left(), room.top(), 22, room.height()).toRect(), entry.colour, entry.style)
        painter.restore()
        painter.setFont(self._font)
        painter.setPen(LIGHT.text)
        names = room.adjusted(22 + GAP_PX, 0, -sum(self._widths.values()), 0)
        metrics = QFontMetricsF(self._font)
        label = f"{entry.names.own} [{entry.unit}]" if entry.unit else entry.names.own
        label = metrics.elidedText(label, _ELIDE, names.width())
        painter.drawText(names, _LEFT, label)
        names.adjust(metrics.horizontalAdvance(label) + GAP_PX, 0, 0, 0)
        painter.setPen(LIGHT.muted)
        its = entry.names  # and not how it does at present
        panel = its.panel if its.panel != self._page.title else ""  # of one panel it is the title
        small = " · ".join(filter(None, (plot, panel, its.site, its.full_label)))
        if names.width() > 4 * GAP_PX:
            painter.drawText(names, _LEFT, metrics.elidedText(small, _ELIDE, names.width()))
        painter.setPen(LIGHT.text)
        self._paint_cells(painter, room, lambda column: figure_text(entry, column))

    def _paint_cells(self, painter: QPainter, room: QRectF, text: Callable[[Column], str]) -> None:
        right = room.right()
        for column in reversed(self._shown):
            width = self._widths[column]
            painter.drawText(QRectF(right - width, room.top(), width, room.height()), _RIGHT, text(column))
            right -= width
