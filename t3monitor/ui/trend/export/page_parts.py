"""What a page is made of beside its plots: its head, the table of its series, the figures of a stretch, its foot."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
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
from t3monitor.ui.trend.stretch.stretch_rows import Row, Tables
from t3monitor.ui.trend.stretch.stretch_rows import Table as FiguresTable

GAP_PX = 8
_ROWS_IN_ONE_COLUMN, _HOLES = 8, 4  # at most
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ELIDE = Qt.TextElideMode.ElideRight


def _title_font() -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPointSizeF(font.pointSizeF() * 1.6)
    font.setBold(True)
    return font


def head_px() -> float:
    """How high a head is."""
    return QFontMetricsF(_title_font()).height() + QFontMetricsF(QGuiApplication.font()).height()


def paint_head(painter: QPainter, room: QRectF, page: Page) -> None:
    """Title, and beneath it site and time."""
    title_px = _line(painter, room, page.title, _title_font(), LIGHT.text)
    texts = " · ".join(filter(None, (page.site, page.time)))
    _line(painter, room.adjusted(0, title_px, 0, 0), texts, QGuiApplication.font(), LIGHT.muted)


def foot_px(lines: Sequence[str]) -> float:
    """How high a foot of these is."""
    return QFontMetricsF(axis_font()).height() * len(lines)


def missing(page: Page) -> list[str]:
    """The lines that tell what is missing."""
    more = len(page.holes) - _HOLES
    lines = [translate("Picture", "Missing: %s") % line for line in page.holes[:_HOLES]]
    if more > 0:
        lines[-1] += " " + translate("Picture", "(and %d more)") % more
    return lines


def paint_foot(painter: QPainter, room: QRectF, lines: Sequence[str]) -> None:
    """Lines at the bottom of the room."""
    height, top = foot_px(lines[:1]), room.bottom() - foot_px(lines)
    for number, text in enumerate(lines):
        at = QRectF(room.left(), top + number * height, room.width(), height)
        _line(painter, at, text, axis_font(), LIGHT.muted)


def _figures_font() -> tuple[QFont, QFont, int]:
    """Of figures and of their titles, and how high a row is."""
    font = tabular(axis_font())
    bold = QFont(font)
    bold.setBold(True)
    return font, bold, ceil(QFontMetricsF(bold).height()) + 2


class FiguresPart:
    """The figures of a stretch, those of values before those of states, under the time that they are of."""

    def __init__(self, shown: Tables, heading: str) -> None:
        self._shown, self._heading = shown, heading
        self._font, self._bold, self._row_px = _figures_font()
        self.count = sum(len(table.rows) for table in shown)

    def height(self, rows: range) -> float:
        """Of these rows."""
        return self._row_px * (1 + sum(1 + len(its) for _, its in self._cut(rows))) if rows else 0.0

    def fitting(self, rows: range, height: float) -> int:
        """How many of these, from the first on, have room."""
        return bisect_right(range(1, len(rows) + 1), height, key=lambda count: self.height(rows[:count]))

    def _cut(self, rows: range) -> Iterator[tuple[FiguresTable, Sequence[Row]]]:
        """The tables of which there are some, and these."""
        before = 0
        for table in self._shown:
            if its := table.rows[max(0, rows.start - before) : max(0, rows.stop - before)]:
                yield table, its
            before += len(table.rows)

    def paint(self, painter: QPainter, room: QRectF, rows: range) -> None:
        """Paints these at the top of the room."""
        if not rows:
            return
        row_px, metrics = self._row_px, QFontMetricsF(self._bold)
        at = room.top()
        _line(painter, QRectF(room.left(), at, room.width(), row_px), self._heading, self._bold, LIGHT.text)
        for table, shown in self._cut(rows):
            columns = [n for n in range(len(table.heads)) if any(row.cells[n].text for row in table.rows)]
            titles = [table.heads[n].title for n in columns]
            whole = [titles, *([row.cells[n].text for n in columns] for row in table.rows)]
            widths = [max(map(metrics.horizontalAdvance, its)) + 2 * GAP_PX for its in zip(*whole, strict=True)]
            if columns[-1] == len(table.heads) - 1:  # the remark has what is left
                widths[-1] = max(0.0, room.width() - sum(widths[:-1]))
            for number, texts in enumerate([titles, *([row.cells[n].text for n in columns] for row in shown)]):
                at += row_px
                left = room.left()
                painter.setFont(self._font if number else self._bold)
                painter.setPen(LIGHT.text if number else LIGHT.muted)
                for n, (text, width) in enumerate(zip(texts, widths, strict=True)):
                    is_text = n == 0 or columns[n] == len(table.heads) - 1
                    cell = QRectF(left, at, width - GAP_PX, row_px)
                    text = QFontMetricsF(painter.font()).elidedText(text, _ELIDE, max(0.0, cell.width() + 1))
                    painter.drawText(cell, _LEFT if is_text else _RIGHT, text)
                    left += width


def _line(painter: QPainter, room: QRectF, text: str, font: QFont, colour: QColor) -> float:
    metrics = QFontMetricsF(font)
    painter.setFont(font)
    painter.setPen(colour)
    at = QRectF(room.left(), room.top(), room.width(), metrics.height())
    painter.drawText(at, _LEFT, metrics.elidedText(text, _ELIDE, room.width()))
    return metrics.height()


class SeriesTable:
    """The series with their figures, in one column or two."""

    def __init__(self, page: Page, width: float) -> None:
        self._page = page
        self._font = tabular(axis_font())
        self._bold = QFont(self._font)
        self._bold.setBold(True)
        self._metrics = QFontMetricsF(self._bold)
        self._row_px = ceil(self._metrics.height()) + 3
        self._columns = 2 if len(page.entries) > _ROWS_IN_ONE_COLUMN else 1
        self._width = (width - (self._columns - 1) * 3 * GAP_PX) / self._columns
        self._shown = list(FIGURES)
        self._widths = {
            column: max(self._metrics.horizontalAdvance(text) for text in self._texts(column)) + 2 * GAP_PX
            for column in self._shown
        }

    def height(self, count: int) -> float:
        """Of so many series."""
        return self._row_px * (ceil(count / self._columns) + 1) + 2 if count else 0.0

    def fitting(self, height: float) -> int:
        """How many series have room."""
        return self._columns * max(1, int((height - 2) // self._row_px) - 1)

    def _texts(self, column: Column) -> list[str]:
        return [title(column), *(figure_text(entry, column) for entry in self._page.entries)]

    def paint(self, painter: QPainter, top: float, left: float, shown: range) -> None:
        """Paints these of the series there."""
        each = ceil(len(shown) / self._columns)
        for number in range(self._columns if shown else 0):
            places = shown[number * each : (number + 1) * each]
            room = QRectF(left + number * (self._width + 3 * GAP_PX), top, self._width, self._row_px)
            painter.setFont(self._bold)
            painter.setPen(LIGHT.muted)
            painter.drawText(room, _LEFT, title(Column.NAME))
            self._paint_cells(painter, room, title)
            painter.setPen(LIGHT.border)
            painter.drawLine(room.bottomLeft(), room.bottomRight())
            for place in places:
                room.translate(0, self._row_px)
                self._paint_entry(
                    painter, room, self._page.entries[place], self._page.plots[place] if self._page.plots else ""
                )

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
