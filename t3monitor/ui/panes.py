"""The panes of the window, and the borders between them, which stay where somebody moved them."""

from typing import Any

from PySide6.QtCore import QByteArray, Qt, Slot
from PySide6.QtWidgets import QSplitter, QWidget

from t3monitor.ui.kit.layout import splitter
from t3monitor.ui.points_and_trend import PointsAndTrend

_DEVICES_WIDTH, _DEVICES_SHARE = 300, 0.275  # at most, and of the window
_DRAWER_SHARE, _DRAWER_PX = 0.28, 150  # of the height, and what it has in a low window


class Panes(QSplitter):
    """Devices beside points above the trend, and the drawer below all of them."""

    def __init__(self, devices: QWidget, points: QWidget, trend: QWidget, drawer: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.right = PointsAndTrend(points, trend)
        self._beside = splitter(Qt.Orientation.Horizontal, (devices, 0), (self.right, 1))
        self._drawer = drawer
        self._has_own_devices = self._has_own_drawer = False  # the user moved that border
        self.setHandleWidth(1)
        self.setChildrenCollapsible(False)
        for pane, stretch in ((self._beside, 1), (drawer, 0)):
            self.addWidget(pane)
            self.setStretchFactor(self.indexOf(pane), stretch)
        drawer.hide()
        self._beside.splitterMoved.connect(self._on_devices_moved)
        self.splitterMoved.connect(self._on_drawer_moved)

    def fit(self, width: int) -> None:
        """Gives each pane what it needs of a window of that width, but where somebody moved a border."""
        if not self._has_own_devices:
            devices = min(_DEVICES_WIDTH, round(_DEVICES_SHARE * width))
            self._beside.setSizes([devices, width - devices])
        self._fit_drawer()

    def show_drawer(self, *, shown: bool) -> None:
        """Opens or closes the drawer."""
        self._drawer.setVisible(shown)
        self._fit_drawer()

    def save_state(self) -> dict[str, Any]:
        """Where the borders are, and which of them somebody moved."""
        return {
            "splitters": {name: bytes_to_text(its.saveState()) for name, its in self._splitters.items()},
            "own_panes": self._has_own_devices,
            "own_right": self.right.is_chosen,
            "own_drawer": self._has_own_drawer,
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        """Puts a saved state back; what cannot be used of it is left out."""
        self._has_own_devices = state.get("own_panes") is True
        self.right.is_chosen = state.get("own_right", "splitters" in state) is True
        self._has_own_drawer = state.get("own_drawer", "splitters" in state) is True
        saved = found if isinstance(found := state.get("splitters"), dict) else {}
        for name, its in self._splitters.items():
            if isinstance(text := saved.get(name), str):
                its.restoreState(text_to_bytes(text))

    @property
    def _splitters(self) -> dict[str, QSplitter]:
        return {"right": self.right, "panes": self._beside, "drawer": self}

    @Slot()
    def _on_devices_moved(self) -> None:
        self._has_own_devices = True

    @Slot()
    def _on_drawer_moved(self) -> None:
        self._has_own_drawer = True

    def _fit_drawer(self) -> None:
        """Leaves points and plot most of the height, until somebody moves the border."""
        if not (self._drawer.isHidden() or self._has_own_drawer):
            height = sum(self.sizes())
            drawer = min(self._drawer.sizeHint().height(), max(round(_DRAWER_SHARE * height), _DRAWER_PX))
            self.setSizes([height - drawer, drawer])


def bytes_to_text(state: QByteArray) -> str:
    """What Qt saves of a window or a splitter, for JSON."""
    return bytes(state.toBase64().data()).decode("ascii")


def text_to_bytes(text: str) -> QByteArray:
    """The way back; of what is no such text, something that Qt does not take."""
    return QByteArray.fromBase64(text.encode("ascii", "replace"))
