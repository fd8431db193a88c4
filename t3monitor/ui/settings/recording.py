"""The page of what is recorded: types of points, and panels."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from t3monitor.config.settings import POINT_TYPE_NAMES, Settings
from t3monitor.model.snapshot import Panel
from t3monitor.ui.kit.delegates import ROW_PADDING
from t3monitor.ui.kit.notice import Message, Notice, Tone
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.search import SearchBox, all_found, words_of
from t3monitor.ui.kit.texts import natural_key
from t3monitor.ui.settings.fields import described
from t3monitor.ui.settings.page import SettingsPage

_NAME, _SITE, _PANEL, _SERIAL = range(4)
_NUMBERS = (_PANEL, _SERIAL)
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class RecordingPage(SettingsPage):
    """What is stored; panels that are not known now keep what was chosen for them."""

    def __init__(self, panels: Sequence[Panel], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.types = {
            "INPUT": QCheckBox(self.tr("&Inputs")),
            "OUTPUT": QCheckBox(self.tr("&Outputs")),
            "VARIABLE": QCheckBox(self.tr("&Variables")),
        }
        for box in self.types.values():
            described(box, "recorded_types", box.text().replace("&", ""))
            box.toggled.connect(self.on_toggled)
        self.search = SearchBox(self.tr("Name, site or number"))
        self.search.setAccessibleName(self.tr("Search the panels"))
        self.all = QPushButton(self.tr("&All"))
        self.all.setToolTip(self.tr("Records all panels of the list as it is shown"))
        self.none = QPushButton(self.tr("&None"))
        self.none.setToolTip(self.tr("Records none of the panels of the list as it is shown"))
        self.list = QTreeWidget()
        self.list.setProperty("framed", True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(self.tr("Recorded panels"))
        self._fill(panels)
        self._notice = Notice(self.list)
        self.count = Label()
        self.count.setProperty("muted", True)
        self.caution = Message()
        self._stored = Settings()
        self._lay_out()
        for button in (self.all, self.none):
            button.setAutoDefault(False)
        self.all.clicked.connect(self.on_all)
        self.none.clicked.connect(self.on_none)
        self.search.textChanged.connect(self.on_searched)
        self.search.left_downwards.connect(self.list.setFocus)
        self.list.itemChanged.connect(self.on_toggled)
        self.on_searched("")

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        self._stored = settings
        for name, box in self.types.items():
            box.setChecked(name in settings.recorded_types)
        self.list.blockSignals(True)
        for item in self._items():
            item.setCheckState(_NAME, _checked(self._serial(item) not in settings.unrecorded_panels))
        self.list.blockSignals(False)
        self.on_toggled()

    def values(self) -> dict[str, Any]:
        """The values as they are shown, the stored ones where nothing was changed."""
        types = tuple(name for name in POINT_TYPE_NAMES if self.types[name].isChecked())
        unrecorded = self._unknown() | {self._serial(item) for item in self._items() if not _is_checked(item)}
        stored = self._stored
        return {
            "recorded_types": stored.recorded_types if set(types) == set(stored.recorded_types) else types,
            "unrecorded_panels": stored.unrecorded_panels
            if unrecorded == set(stored.unrecorded_panels)
            else tuple(sorted(unrecorded)),
        }

    @Slot()
    def on_toggled(self) -> None:
        """Says how much is recorded."""
        items = self._items()
        recorded = sum(map(_is_checked, items))
        text = self.tr("%d of %d panels recorded") % (recorded, len(items)) if items else ""
        if unknown := len(self._unknown()):
            text = ", ".join(filter(None, (text, self.tr("%d more that are not known now stay unrecorded") % unknown)))
        self.count.setText(text)
        no_type = not any(box.isChecked() for box in self.types.values())
        self.caution.show_sentence(
            Tone.CAUTION, self.tr("Nothing is recorded while no type is chosen") if no_type else ""
        )
        self.changed.emit()

    @Slot(str)
    def on_searched(self, text: str) -> None:
        """Hides what does not match."""
        words = words_of(text)
        shown = 0
        for item in self._items():
            found_in = "\n".join(item.text(column) for column in range(self.list.columnCount())).lower()
            matches = all_found(words, found_in)
            item.setHidden(not matches)
            shown += matches
        if not self._items():
            self._notice.say(self.tr("No panel is known yet. New panels are recorded."))
        elif not shown:
            self._notice.say(self.tr("No panel matches the search"))
        else:
            self._notice.hide()
        self.all.setEnabled(bool(shown))
        self.none.setEnabled(bool(shown))

    @Slot()
    def on_all(self) -> None:
        """Records what the list shows."""
        self._check_shown(checked=True)

    @Slot()
    def on_none(self) -> None:
        """Does not record what the list shows."""
        self._check_shown(checked=False)

    def _check_shown(self, *, checked: bool) -> None:
        self.list.blockSignals(True)
        for item in self._items():
            if not item.isHidden():
                item.setCheckState(_NAME, _checked(checked))
        self.list.blockSignals(False)
        self.list.viewport().update()
        self.on_toggled()

    def _items(self) -> list[QTreeWidgetItem]:
        found = (self.list.topLevelItem(row) for row in range(self.list.topLevelItemCount()))
        return [item for item in found if item]

    def _unknown(self) -> set[int]:
        """Serial numbers of unrecorded panels that are not in the list."""
        return set(self._stored.unrecorded_panels) - {self._serial(item) for item in self._items()}

    def _serial(self, item: QTreeWidgetItem) -> int:
        return int(item.text(_SERIAL))

    def _fill(self, panels: Sequence[Panel]) -> None:
        self.list.setHeaderLabels([self.tr("Name"), self.tr("Site"), self.tr("Panel"), self.tr("Serial")])
        self.list.setColumnHidden(_SITE, len({panel.site for panel in panels}) < 2)
        for panel in sorted(panels, key=lambda panel: (natural_key(panel.site) or (), panel.panel_id)):
            serial = str(panel.serial_number)
            item = QTreeWidgetItem([panel.panel_name or serial, panel.site, str(panel.panel_id), serial])
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemNeverHasChildren)
            item.setCheckState(_NAME, Qt.CheckState.Checked)
            item.setSizeHint(_NAME, QSize(0, self.fontMetrics().height() + ROW_PADDING))
            for column in _NUMBERS:
                item.setTextAlignment(column, _RIGHT)
            self.list.addTopLevelItem(item)
        header = self.list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for column in _NUMBERS:
            self.list.headerItem().setTextAlignment(column, _RIGHT)

    def _lay_out(self) -> None:
        types = QHBoxLayout()
        types.setSpacing(14)
        types.addWidget(Label(self.tr("Record")))
        for box in self.types.values():
            types.addWidget(box)
        types.addWidget(Label(self.tr("of these panels:")))
        types.addStretch()
        tools = QHBoxLayout()
        tools.addWidget(self.search, 1)
        tools.addWidget(self.all)
        tools.addWidget(self.none)
        explanation = Label(
            self.tr(
                "What is not recorded is still shown live. New panels are recorded. Nothing that is stored already is"
                " deleted."
            ),
            wordWrap=True,
        )
        explanation.setProperty("muted", True)
        layout = QVBoxLayout(self)
        layout.addLayout(types)
        layout.addWidget(self.caution)
        layout.addLayout(tools)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.count)
        layout.addWidget(explanation)


def _checked(checked: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked


def _is_checked(item: QTreeWidgetItem) -> bool:
    return item.checkState(_NAME) is Qt.CheckState.Checked
