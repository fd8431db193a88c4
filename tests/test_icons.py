"""The program's icons: all there, one colour, seen in every theme."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from t3monitor.ui.kit.icons import icon

FOLDER = Path(__file__).parents[1] / "resources" / "icons"
NAMES = (
    "app back check clock close copy folder follow forward link plot search settings start stop sync-once warning "
    "zoom-in zoom-out"
).split()


def drawn(name: str, colour: str, mode: QIcon.Mode = QIcon.Mode.Normal) -> QImage:
    return icon(name, QColor(colour)).pixmap(QSize(24, 24), mode).toImage()


def colours(image: QImage) -> set[str]:
    opaque = set()
    for x in range(image.width()):
        for y in range(image.height()):
            if (pixel := image.pixelColor(x, y)).alpha() == 255:
                opaque.add(pixel.name())
    return opaque


def test_the_folder_holds_the_icons_that_the_window_asks_for() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} >= set(NAMES)


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"app"}))
def test_an_icon_is_drawn_in_the_colour_asked_for_and_in_no_other(qapp: QApplication, name: str) -> None:
    assert colours(drawn(name, "#ff0000")) == {"#ff0000"}


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_square_of_24_and_keeps_within_its_edges(qapp: QApplication, name: str) -> None:
    renderer = QSvgRenderer(str(FOLDER / f"{name}.svg"))
    assert renderer.isValid()
    assert renderer.viewBox().size() == QSize(24, 24)
    image = drawn(name, "#000000")
    assert not image.isNull()
    edge = [image.pixelColor(x, y).alpha() for x in range(24) for y in (0, 23)]
    edge += [image.pixelColor(x, y).alpha() for y in range(24) for x in (0, 23)]
    assert max(edge) < 255


def test_a_disabled_icon_is_fainter(qapp: QApplication) -> None:
    plain, disabled = drawn("stop", "#000000"), drawn("stop", "#000000", QIcon.Mode.Disabled)
    strongest = max(disabled.pixelColor(x, 12).alpha() for x in range(24))
    assert 0 < strongest < max(plain.pixelColor(x, 12).alpha() for x in range(24))
