"""The program's icon in the forms that systems want, drawn from ``resources/icons/app.svg``: PNG files and one .ico.

python installer/icons.py FOLDER
"""

import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SVG = Path(__file__).parents[1] / "resources" / "icons" / "app.svg"
PNG_SIZES = (16, 32, 48, 64, 128, 256)
_WIZARD_SIZE, _WIZARD_COLOUR = (164, 314), "#dfe7f0"
_ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def write_icons(folder: Path) -> Path:
    """Writes ``t3monitor-SIZE.png`` for each size and ``t3monitor.ico``, which it returns."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in PNG_SIZES:
        (folder / f"t3monitor-{size}.png").write_bytes(png(size))
    icon = folder / "t3monitor.ico"
    icon.write_bytes(_ico({size: png(size) for size in _ICO_SIZES}))
    return icon


def write_wizard_picture(folder: Path) -> Path:
    """The picture at the left of the last page of the Windows installer, in the form and size that NSIS wants."""
    image = QImage(*_WIZARD_SIZE, QImage.Format.Format_RGB888)
    image.fill(QColor(_WIZARD_COLOUR))
    painter = QPainter(image)
    side = 96
    QSvgRenderer(str(SVG)).render(painter, QRectF((image.width() - side) / 2, 48, side, side))
    painter.end()
    picture = folder / "wizard.bmp"
    image.save(str(picture), "BMP")
    return picture


def png(size: int) -> bytes:
    """The icon as a PNG of so many pixels a side."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SVG)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def _ico(pictures: dict[int, bytes]) -> bytes:
    """The pictures in the container of Windows, which takes PNG since Vista; a side of 256 is written as 0."""
    offset = 6 + 16 * len(pictures)
    directory, data = struct.pack("<HHH", 0, 1, len(pictures)), b""
    for size, picture in pictures.items():
        directory += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), offset + len(data))
        data += picture
    return directory + data


if __name__ == "__main__":
    print(write_icons(Path(sys.argv[1])))
