"""The program's icons: all there, one colour, seen in every theme."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QImage, QPalette
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from drawn import drawn_colours
from t3monitor.ui.kit.icons import icon

RED, BLUE = "#ff0000", "#0000ff"
FOLDER = Path(__file__).parents[1] / "resources" / "icons"
NAMES = (
    "app back check clock close copy folder follow forward link plot search settings start stop sync-once warning "
    "zoom-in zoom-out"
).split()


@pytest.fixture(autouse=True)
def red(qapp: QApplication) -> Iterator[None]:
    """What the palette has for icons."""
    before = qapp.palette()
    use(RED)
    yield
    qapp.setPalette(before)


def use(colour: str) -> None:
    palette = QGuiApplication.palette()
    palette.setColor(QPalette.ColorRole.ButtonText, QColor(colour))
    QGuiApplication.setPalette(palette)


def drawn(name: str, mode: QIcon.Mode = QIcon.Mode.Normal) -> QImage:
    return icon(name).pixmap(QSize(24, 24), mode).toImage()


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
def test_an_icon_is_drawn_in_the_colour_of_the_palette_and_in_no_other(name: str) -> None:
    assert colours(drawn(name)) == {RED}


def test_an_icon_that_a_widget_has_follows_another_palette(qtbot: QtBot) -> None:
    button = QToolButton()
    button.setIcon(icon("plot"))
    qtbot.addWidget(button)
    gc.collect(0)  # the icon owns what draws it
    assert RED in drawn_colours(button)
    use(BLUE)
    assert BLUE in drawn_colours(button)
    assert RED not in drawn_colours(button)


def test_garbage_that_holds_an_icon_leaves_alone_what_draws_it() -> None:
    """In a cycle with its icon an engine was ended twice, by Python and by Qt."""
    plot = icon("plot")
    assert gc.get_referents(plot) == [QIcon]
    garbage: list[object] = [plot]
    garbage.append(garbage)
    shown = QIcon(plot)
    del plot, garbage
    gc.collect(0)
    assert colours(shown.pixmap(QSize(24, 24)).toImage()) == {RED}


def test_an_icon_that_qt_makes_another_of_keeps_what_draws_it() -> None:
    plot = icon("plot")
    shown = QIcon(plot)
    before = engines()
    shown.setIsMask(True)  # now it is another than the first
    assert engines() == before + 1
    assert colours(shown.pixmap(QSize(24, 24)).toImage()) == {RED}


def engines() -> int:
    return sum(isinstance(thing, QIconEngine) for thing in gc.get_objects())


def test_an_icon_may_have_another_colour_of_the_palette(qapp: QApplication) -> None:
    palette = qapp.palette()
    palette.setColor(QPalette.ColorRole.PlaceholderText, QColor(BLUE))
    qapp.setPalette(palette)
    image = icon("search", QPalette.ColorRole.PlaceholderText).pixmap(QSize(24, 24)).toImage()
    assert colours(image) == {BLUE}


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_square_of_24_and_keeps_within_its_edges(name: str) -> None:
    renderer = QSvgRenderer(str(FOLDER / f"{name}.svg"))
    assert renderer.isValid()
    assert renderer.viewBox().size() == QSize(24, 24)
    image = drawn(name)
    assert not image.isNull()
    edge = [image.pixelColor(x, y).alpha() for x in range(24) for y in (0, 23)]
    edge += [image.pixelColor(x, y).alpha() for y in range(24) for x in (0, 23)]
    assert max(edge) < 255


def test_a_disabled_icon_is_fainter() -> None:
    plain, disabled = drawn("stop"), drawn("stop", QIcon.Mode.Disabled)
    strongest = max(disabled.pixelColor(x, 12).alpha() for x in range(24))
    assert 0 < strongest < max(plain.pixelColor(x, 12).alpha() for x in range(24))
