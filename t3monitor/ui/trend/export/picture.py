"""The page on which the trend leaves the window: title, time, plots and a table of what they show, ready for a report.

It is laid out in pixels of the screen, in which plots think, and is as large as a page of paper; in a PDF and in an SVG
lines stay lines and text stays text. Its colours are those of the light theme, whatever the screen is like.

It is painted in the GUI thread, which alone may have the plots: some 60 ms of the processor, of a year as of a week:
lines are no finer than the page. What comes of it is compressed by `as_file` and written in another one.
"""

from PySide6.QtCore import QBuffer, QHashSeed, QMarginsF, QRect, QRectF, QSize, QUuid
from PySide6.QtGui import (
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from t3monitor.ui.kit.theme import LIGHT, drawn_in
from t3monitor.ui.trend.export.dated_pdf import dated
from t3monitor.ui.trend.export.page import Page
from t3monitor.ui.trend.export.page_parts import GAP_PX, Table, paint_figures, paint_foot, paint_head

_MARGIN_MM, _MM_PER_INCH = 12.0, 25.4
_SCALE = 2  # of a PNG: fine enough to print
_XY_SHARE = 0.4  # of the width
_CREATOR = "T3 Monitor"


def as_pdf(page: Page) -> bytes:
    """A page of A4."""
    return _pdf(page, QUuid.createUuid())


def as_pdf_of(page: Page, time_s: float) -> bytes:
    """The same of a time, UTC epoch seconds, and telling nothing of when it was made: equal pages are equal bytes."""
    QHashSeed.setDeterministicGlobalSeed()  # by which fonts follow each other
    try:
        return dated(_pdf(page, QUuid.createUuidV5(QUuid(), f"{_CREATOR} {page.title} {page.time}".encode())), time_s)
    finally:
        QHashSeed.resetRandomGlobalSeed()


def _pdf(page: Page, document_id: QUuid) -> bytes:
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setResolution(_dpi())
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Landscape, QMarginsF(0, 0, 0, 0))
    )
    writer.setTitle(page.title)
    writer.setCreator(_CREATOR)
    writer.setDocumentId(document_id)
    painter = QPainter(writer)
    _paint(painter, page)
    painter.end()
    return bytes(buffer.data().data())


def as_svg(page: Page) -> bytes:
    """A drawing that can be edited."""
    buffer, generator = _buffer(), QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(_dpi())
    generator.setSize(_page_size())
    generator.setViewBox(QRect(0, 0, _page_size().width(), _page_size().height()))
    generator.setTitle(page.title)
    generator.setDescription(page.time)
    painter = QPainter(generator)
    _paint(painter, page)
    painter.end()
    return bytes(buffer.data().data())


def as_image(page: Page) -> QImage:
    """A picture."""
    image = QImage(_page_size() * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.setText("Title", page.title)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    _paint(painter, page)
    painter.end()
    return image


def as_file(painted: bytes | QImage) -> bytes:
    """What of a page that was painted stands in a file; for any thread, for a PNG takes longer than to paint it."""
    if isinstance(painted, bytes):
        return painted
    buffer = _buffer()
    painted.save(buffer, "PNG")  # type: ignore[call-overload] # PySide takes text, not bytes
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    return buffer


def _dpi() -> int:
    """That of the screen's fonts, so that plots and text come out as they do there."""
    return round(QGuiApplication.primaryScreen().logicalDotsPerInchY())


def _page_size() -> QSize:
    """A4, landscape."""
    return QPageSize(QPageSize.PageSizeId.A4).sizePixels(_dpi()).transposed()


def _paint(painter: QPainter, page: Page) -> None:
    with drawn_in(LIGHT):
        whole = QRectF(0, 0, _page_size().width(), _page_size().height())
        margin = _MARGIN_MM / _MM_PER_INCH * _dpi()
        painter.fillRect(whole, LIGHT.base)
        room = whole.adjusted(margin, margin, -margin, -margin)
        room.setTop(paint_head(painter, room, page) + GAP_PX)
        room.setBottom(paint_foot(painter, room, page) - GAP_PX)
        if page.figures:
            room.setBottom(paint_figures(painter, room, *page.figures) - GAP_PX)
        table = Table(page, room.width())
        room.setBottom(room.bottom() - table.height)
        table.paint(painter, room.bottom(), room.left())
        room.setBottom(room.bottom() - GAP_PX)
        if page.paint_xy:
            painter.save()
            page.paint_xy(painter, room.adjusted((1 - _XY_SHARE) * room.width() + GAP_PX, 0, 0, 0))
            painter.restore()
            room.setWidth((1 - _XY_SHARE) * room.width())
        _paint_plot(painter, room.toAlignedRect(), page)


def _paint_plot(painter: QPainter, room: QRect, page: Page) -> None:
    plot = page.make_plot(room.size())
    painter.save()
    painter.translate(room.topLeft())
    plot.paint_on(painter)
    painter.restore()
    plot.deleteLater()
