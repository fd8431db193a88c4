"""How the window and its panes are laid out, all of them alike."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLayout, QSplitter, QVBoxLayout, QWidget

LEAST_TABLE_PX = 48  # heading and a row: in a low window the plot needs more than Qt leaves it


def stack(widget: QWidget, *parts: QWidget | QLayout) -> None:
    """Lays parts below each other in a widget, without gaps; the last one takes the room."""
    layout = QVBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    _add(layout, parts)
    layout.setStretch(len(parts) - 1, 1)


def head(*rows: QWidget | QLayout) -> QLayout:
    """What stands above the content of a pane."""
    layout = QVBoxLayout()
    layout.setContentsMargins(8, 6, 8, 6)
    layout.setSpacing(6)
    _add(layout, rows)
    return layout


def splitter(orientation: Qt.Orientation, *panes: tuple[QWidget, int]) -> QSplitter:
    """Panes side by side or below each other, each with its share of the room that comes and goes."""
    splitter = QSplitter(orientation)
    splitter.setHandleWidth(1)
    splitter.setChildrenCollapsible(False)
    for position, (pane, stretch) in enumerate(panes):
        splitter.addWidget(pane)
        splitter.setStretchFactor(position, stretch)
    return splitter


def mark_focus(widget: QWidget, *, focused: bool) -> None:
    """Marks a widget that cannot have the focus itself, but whose owner has it; the style sheet knows how."""
    mark(widget, "focused", on=focused)


def mark(widget: QWidget, name: str, *, on: bool) -> None:
    """Sets a property that the style sheet knows, and has the widget look like it."""
    if bool(widget.property(name)) != on:
        widget.setProperty(name, on)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def _add(layout: QVBoxLayout, parts: tuple[QWidget | QLayout, ...]) -> None:
    for part in parts:
        if isinstance(part, QWidget):
            layout.addWidget(part)
        else:
            layout.addLayout(part)
