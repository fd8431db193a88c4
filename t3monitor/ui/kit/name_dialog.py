"""Asking for a name."""

from collections.abc import Callable

from PySide6.QtWidgets import QInputDialog, QWidget

from t3monitor.ui.kit.texts import translate


def name_dialog(parent: QWidget, title: str, name: str, then: Callable[[str], None]) -> QInputDialog:
    """A dialog, not open yet, that offers a name and hands on what the user makes of it."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText(translate("NameDialog", "Name"))
    dialog.setTextValue(name)
    dialog.textValueSelected.connect(then)
    return dialog
