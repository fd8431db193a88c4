"""The page on which the trend leaves the window: title, time, plots and a table of what they show, ready for a report.

It is laid out in pixels of the screen, in which plots think, and is as large as a page of paper; what has no room on
that stands on further ones in a PDF, while a picture gets higher. In a PDF and in an SVG lines stay lines and text
stays text. Its colours are those of the light theme, whatever the screen is like.

It is painted in the GUI thread, which alone may have the plots: some 60 ms of the processor, of a year as of a week:
lines are no finer than the page. What comes of it is compressed by `as_file` and written in another one.
"""

from PySide6.QtCore import QBuffer, QHashSeed, QMarginsF, QPoint, QRect, QSize, QSizeF, QUuid
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from t3monitor.ui.trend.export.dated_pdf import dated
from t3monitor.ui.trend.export.page import Page
from t3monitor.ui.trend.export.sheets import Sheets, a4_px, dpi

_POINTS_PER_INCH = 72.0
_SCALE = 2  # of a PNG: fine enough to print
_CREATOR = "T3 Monitor"


def as_pdf(page: Page) -> bytes:
    """A page of A4, and further ones for what has no room on it."""
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
    writer.setResolution(dpi())
    writer.setTitle(page.title)
    writer.setCreator(_CREATOR)
    writer.setDocumentId(document_id)
    with Sheets(page, a4_px()) as sheets:
        painter = QPainter()
        for number, size in enumerate(sheets.sizes):
            writer.setPageLayout(_paper(size))
            if number:
                writer.newPage()
            else:
                painter.begin(writer)
            sheets.paint(painter, number)
        painter.end()
    return bytes(buffer.data().data())


def as_svg(page: Page) -> bytes:
    """A drawing that can be edited."""
    with Sheets(page, a4_px(), as_one=True) as sheets:
        buffer, generator, (size,) = _buffer(), QSvgGenerator(), sheets.sizes
        generator.setOutputDevice(buffer)
        generator.setResolution(dpi())
        generator.setSize(size)
        generator.setViewBox(QRect(QPoint(), size))
        generator.setTitle(page.title)
        generator.setDescription(page.time)
        painter = QPainter(generator)
        sheets.paint(painter, 0)
        painter.end()
    return bytes(buffer.data().data())


def as_image(page: Page) -> QImage:
    """A picture."""
    with Sheets(page, a4_px(), as_one=True) as sheets:
        image = QImage(sheets.sizes[0] * _SCALE, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(_SCALE)
        image.setText("Title", page.title)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        sheets.paint(painter, 0)
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


def _paper(size: QSize) -> QPageLayout:
    """Of a sheet, which is A4 unless it is higher."""
    if size == a4_px():
        paper, way = QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Landscape
    else:
        paper = QPageSize(QSizeF(size) * _POINTS_PER_INCH / dpi(), QPageSize.Unit.Point)
        way = QPageLayout.Orientation.Portrait  # as wide and as high as it is
    return QPageLayout(paper, way, QMarginsF(0, 0, 0, 0))
