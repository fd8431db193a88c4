"""What combo boxes offer."""

from PySide6.QtWidgets import QComboBox


def place_of(data: object, box: QComboBox) -> int:
    """Where a box offers this, -1 if it does not; Qt's own `findData` finds no equal object, only the very same one."""
    return next((place for place in range(box.count()) if box.itemData(place) == data), -1)
