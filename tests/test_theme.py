"""The theme: what it draws that the style does not."""

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QRadioButton
from pytestqt.qtbot import QtBot

from t3monitor.ui.kit.theme import DARK, LIGHT, Theme, apply_theme


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_boxes_and_rings_have_an_outline_and_are_filled_when_ticked(
    qtbot: QtBot, qapp: QApplication, theme: Theme, kind: type[QAbstractButton]
) -> None:
    apply_theme(qapp, theme)
    try:
        button = kind()
        qtbot.addWidget(button)
        assert theme.muted.name() in colours(button)
        assert theme.accent.name() not in colours(button)
        button.setChecked(True)
        assert theme.accent.name() in colours(button)
        if kind is QCheckBox:
            assert theme.accent_text.name() in colours(button), "the tick is drawn"
    finally:
        apply_theme(qapp, LIGHT)


def colours(button: QAbstractButton) -> set[str]:
    image = button.grab().toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
