"""The page of the first start."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from drawn import drawn_colours
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme
from t3monitor.ui.welcome import WelcomePage


@pytest.fixture
def page(qtbot: QtBot) -> WelcomePage:
    page = WelcomePage()
    qtbot.addWidget(page)
    return page


def test_each_button_says_what_was_chosen_by_mouse(qtbot: QtBot, page: WelcomePage) -> None:
    with qtbot.waitSignal(page.demo_chosen):
        qtbot.mouseClick(page.demo, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(page.connect_chosen):
        qtbot.mouseClick(page.connect_button, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_each_button_says_what_was_chosen_by_keyboard(qtbot: QtBot, page: WelcomePage, key: Qt.Key) -> None:
    with qtbot.waitSignal(page.demo_chosen):
        qtbot.keyClick(page.demo, key)
    with qtbot.waitSignal(page.connect_chosen):
        qtbot.keyClick(page.connect_button, key)


def test_a_screen_reader_is_told_what_each_button_does(page: WelcomePage) -> None:
    assert page.demo.accessibleName() == "Watch the simulated building"
    assert page.connect_button.accessibleName() == "Connect to T3000"
    assert page.demo.accessibleDescription() != page.connect_button.accessibleDescription() != ""


def test_the_buttons_take_the_colours_of_another_theme(page: WelcomePage, qapp: QApplication) -> None:
    apply_theme(qapp, LIGHT)
    assert LIGHT.accent.name() in drawn_colours(page.demo)
    apply_theme(qapp, DARK)
    assert DARK.accent.name() in drawn_colours(page.demo)
