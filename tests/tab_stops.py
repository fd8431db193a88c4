"""What the Tab key goes to, and what a screen reader calls it."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractSpinBox, QWidget


def stops(window: QWidget) -> Iterator[QWidget]:
    """What the Tab key goes to, in that order."""
    widget = window.nextInFocusChain()
    while widget is not window:
        is_stop = widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.window() is window
        is_stop = is_stop and widget.focusProxy() is None  # which is one itself
        if is_stop and not isinstance(widget.parent(), QAbstractSpinBox):  # whose line is the box itself
            yield widget
        widget = widget.nextInFocusChain()


def names(window: QWidget) -> list[str]:
    found = [QAccessible.queryAccessibleInterface(stop).text(QAccessible.Text.Name) for stop in stops(window)]
    assert all(found), [type(stop) for stop, name in zip(stops(window), found, strict=True) if not name]
    return found
