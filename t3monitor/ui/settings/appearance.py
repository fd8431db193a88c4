"""The page of the colours."""

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QRadioButton, QVBoxLayout, QWidget

from t3monitor.config.settings import Appearance, Settings
from t3monitor.ui.settings.fields import described
from t3monitor.ui.settings.page import SettingsPage


class AppearancePage(SettingsPage):
    """Light or dark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choices = {
            Appearance.SYSTEM: QRadioButton(self.tr("&As the desktop")),
            Appearance.LIGHT: QRadioButton(self.tr("&Light")),
            Appearance.DARK: QRadioButton(self.tr("&Dark")),
        }
        layout = QVBoxLayout(self)
        for choice in self.choices.values():
            described(choice, "appearance", choice.text().replace("&", ""))
            layout.addWidget(choice)
            choice.toggled.connect(self.on_choice_toggled)
        layout.addStretch()

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        self.choices[settings.appearance].setChecked(True)

    def values(self) -> dict[str, Any]:
        """The values as they are shown."""
        return {"appearance": self.appearance}

    @property
    def appearance(self) -> Appearance:
        """The choice."""
        chosen = (appearance for appearance, choice in self.choices.items() if choice.isChecked())
        return next(chosen, Appearance.SYSTEM)

    @Slot(bool)
    def on_choice_toggled(self, checked: bool) -> None:
        """One signal a change: the button that goes up says nothing."""
        if checked:
            self.changed.emit()
