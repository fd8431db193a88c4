"""Where dialogs that ask for a file begin."""

from PySide6.QtCore import QStandardPaths


def documents() -> str:
    """The folder in which users keep what they make; the folder in which a program was started says nothing."""
    return QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
