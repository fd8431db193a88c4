"""The buttons that narrow the points table, together with its search box."""

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from t3monitor.model.point_types import PointType
from t3monitor.ui.kit.search import SearchBox
from t3monitor.ui.points.filter import STATES, PointFilter

_STYLE = """
    QToolButton { border: 1px solid palette(mid); border-radius: 10px; padding: 2px; }
    QToolButton:hover, QToolButton:focus { border-color: palette(highlight); }
    QToolButton:checked {
        background: palette(highlight); color: palette(highlighted-text); border-color: palette(highlight);
    }
    QToolButton:checked:focus { border-color: palette(text); }
"""


class PointsFilterBar(QWidget):
    """Shows a filter and lets the user change it; the panel in it is left as it is."""

    filter_changed = Signal(object)  # PointFilter

    def __init__(self, search: SearchBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filter = PointFilter()
        self._search = search
        self._types = {
            PointType.INPUT: self._button(self.tr("Inputs"), self.tr("Show inputs only, or with other chosen types")),
            PointType.OUTPUT: self._button(
                self.tr("Outputs"), self.tr("Show outputs only, or with other chosen types")
            ),
            PointType.VARIABLE: self._button(
                self.tr("Variables"), self.tr("Show variables only, or with other chosen types")
            ),
        }
        self._flags = {
            "overridden": self._button(
                self.tr("Overridden"), self.tr("Show points set to manual, or with the hardware switch off AUTO")
            ),
            "faulty": self._button(self.tr("Faulty"), self.tr("Show open and shorted inputs")),
            "stale": self._button(self.tr("Stale"), self.tr("Show points that T3000 has not read for a while")),
            "changed": self._button(self.tr("Changed"), self.tr("Show points that changed in the last 5 minutes")),
            "unused": self._button(self.tr("Unused"), self.tr("Show unused points as well")),
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for button in self._types.values():
            layout.addWidget(button)
        layout.addWidget(_separator())
        for name in STATES:
            layout.addWidget(self._flags[name])
        layout.addStretch(1)
        layout.addWidget(self._flags["unused"])
        self.setStyleSheet(_STYLE)
        search.textChanged.connect(self.on_edited)

    @property
    def filter(self) -> PointFilter:
        """What the controls say."""
        return self._filter

    def set_filter(self, wanted: PointFilter) -> None:
        """Puts the controls as the filter says, and tells of it if that changes anything."""
        if wanted == self._filter:
            return
        self._filter = wanted
        blockers = [QSignalBlocker(widget) for widget in (self._search, *self._types.values(), *self._flags.values())]
        self._search.setText(wanted.text)
        for kind, button in self._types.items():
            button.setChecked(kind in wanted.types)
        for name, button in self._flags.items():
            button.setChecked(getattr(wanted, name))
        del blockers
        self.filter_changed.emit(wanted)

    @Slot()
    def on_edited(self) -> None:
        """A control was used."""
        self.set_filter(
            PointFilter(
                text=self._search.text(),
                types=frozenset(kind for kind, button in self._types.items() if button.isChecked()),
                serial_number=self._filter.serial_number,
                **{name: button.isChecked() for name, button in self._flags.items()},
            )
        )

    def _button(self, text: str, tool_tip: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(text)
        button.setCheckable(True)
        button.setToolTip(tool_tip)
        button.setAccessibleName(text)
        button.setAccessibleDescription(tool_tip)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.toggled.connect(self.on_edited)
        return button


def _separator() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.VLine)
    line.setFrameShadow(QFrame.Shadow.Plain)
    line.setForegroundRole(QPalette.ColorRole.Mid)
    return line
