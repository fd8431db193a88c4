"""The page of baselines in the drawer: which one is compared with what, and the table of what differs."""

from collections.abc import Sequence
from math import inf

from PySide6.QtCore import QModelIndex, QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QKeySequence, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QHBoxLayout, QMenu, QToolButton, QWidget
from typing_extensions import override

from t3monitor.model.baselines import BANDS_TEXT, Aspect, Baseline, Difference
from t3monitor.ui.baselines.differences_model import DifferenceColumn, DifferencesModel, what_text
from t3monitor.ui.kit.notice import Message, Notice, Tone
from t3monitor.ui.kit.pages import add_key, lay_out_page, table, tool_button
from t3monitor.ui.kit.plain import Label, tooltip
from t3monitor.ui.kit.search import SearchBox
from t3monitor.ui.kit.table_text import table_text
from t3monitor.ui.kit.texts import local_time_text

_LONGEST_NAME = 24  # of a baseline, in the combo boxes at once


class BaselinesPage(QWidget):
    """Whoever owns it does what is asked for, and shows what came of it."""

    comparison_asked = Signal()
    freeze_asked = Signal()
    rename_asked = Signal(str)  # the name
    delete_asked = Signal(str)
    export_asked = Signal()
    point_chosen = Signal(object)  # PointKey that is to be plotted

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = DifferencesModel(self)
        self.baselines: Sequence[Baseline] = ()
        self.then = self._combo(self.tr("Baseline"), self.tr("What is compared: the points as they were frozen"))
        self.now = self._combo(self.tr("With"), self.tr("With what it is compared: now, or another baseline"))
        self.band = self._combo(
            self.tr("Band"), self.tr("A value differs beyond a band.\nThe usual one: %s") % BANDS_TEXT
        )
        for text, factor in (
            (self.tr("Usual band"), 1.0),
            (self.tr("Half the band"), 0.5),
            (self.tr("Double band"), 2.0),
            (self.tr("Any change"), 0.0),
            (self.tr("No values"), inf),
        ):
            self.band.addItem(text, factor)
        self.what = self._combo(self.tr("What differs"), self.tr("Which differences are shown"))
        self.search = SearchBox(self.tr("Search…"))
        self.search.setAccessibleName(self.tr("Search the differences"))
        self.search.setMinimumWidth(80)
        self.search.setMaximumWidth(220)
        self.deeds = tool_button(self.tr("Baseline"), self.tr("Freeze all points, or rename or delete the baseline"))
        self.deeds.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.deeds.setProperty("has_menu", True)
        menu = QMenu(self.deeds)
        self.freeze = menu.addAction(self.tr("&Freeze all points…"), self.freeze_asked.emit)
        self.rename = menu.addAction(self.tr("&Rename…"), self.on_rename)
        self.delete = menu.addAction(self.tr("&Delete…"), lambda: self.delete_asked.emit(self.chosen))
        self.deeds.setMenu(menu)
        self.again = tool_button(self.tr("Compare"), self.tr("Compare anew with the points as they are now"))
        self.export = tool_button(self.tr("Export…"), self.tr("The differences that are shown, as a CSV file"))
        self.count = Label()
        self.count.setProperty("muted", True)
        self.view = table(self.model, self.tr("Differences"), stretched=DifferenceColumn.THEN)
        self.view.horizontalHeader().setSectionResizeMode(
            DifferenceColumn.NOW, self.view.horizontalHeader().ResizeMode.Stretch
        )
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        width = self.fontMetrics().horizontalAdvance
        for column, text in (
            (DifferenceColumn.PANEL, "A panel's name"),
            (DifferenceColumn.POINT, "VAR128"),
            (DifferenceColumn.LABEL, "A label of"),
            (DifferenceColumn.WHAT, "Panel number"),
            (DifferenceColumn.DELTA, "+1,000.00 %Open"),
        ):
            self.view.setColumnWidth(column, width(text) + 20)
        self.message = Message()
        self.notice = Notice(self.view)
        controls = QHBoxLayout()
        for widget in (self.then, self.now, self.band, self.what):
            controls.addWidget(widget)
        controls.addWidget(self.search, 1)
        controls.addWidget(self.count)
        controls.addStretch()
        for button in (self.again, self.deeds, self.export):
            controls.addWidget(button)
        lay_out_page(self, controls, self.view, self.message)
        for combo in (self.then, self.now, self.band):
            combo.currentIndexChanged.connect(self.comparison_asked)
        self.what.currentIndexChanged.connect(self.on_what_chosen)
        self.search.textChanged.connect(self.on_sought)
        self.search.left_downwards.connect(self.view.setFocus)
        self.again.clicked.connect(self.comparison_asked)
        self.export.clicked.connect(self.export_asked)
        self.notice.button.clicked.connect(self.freeze_asked)
        self.view.doubleClicked.connect(self.on_chosen)
        add_key(self.view, Qt.Key.Key_Return, lambda: self.on_chosen(self.view.currentIndex()))
        add_key(self.view, Qt.Key.Key_F2, self.on_rename)
        add_key(self.view, QKeySequence.StandardKey.Copy, self.on_copy)
        self.show_baselines(())

    @property
    def chosen(self) -> str:
        """The name of the baseline that is compared; empty: there is none."""
        return self.then.currentData() or ""

    @property
    def chosen_now(self) -> str:
        """The name of the one that takes the place of now; empty: it is now."""
        return self.now.currentData() or ""

    @property
    def band_factor(self) -> float:
        """How many bands a value may differ."""
        factor: float = self.band.currentData()
        return factor

    def show_baselines(self, baselines: Sequence[Baseline], chosen: str = "") -> None:
        """Offers these, newest first; ``chosen`` or the one before stays chosen, else the newest is."""
        self.baselines = baselines
        for combo, kept in ((self.then, chosen or self.chosen), (self.now, self.chosen_now)):
            blocker = QSignalBlocker(combo)
            combo.clear()
            if combo is self.now:
                combo.addItem(self.tr("with now"), "")
            for baseline in baselines:
                name = baseline.name if len(baseline.name) <= _LONGEST_NAME else f"{baseline.name[:_LONGEST_NAME]}…"
                combo.addItem(name if combo is self.then else self.tr("with %s") % name, baseline.name)
                told = f"{baseline.name}, {local_time_text(baseline.taken_at, self.model.zone)} ({baseline.author})"
                combo.setItemData(combo.count() - 1, tooltip(told), Qt.ItemDataRole.ToolTipRole)
            combo.setCurrentIndex(max(0, combo.findData(kept)))
            del blocker
        for control in (self.then, self.now, self.band, self.what, self.search, self.rename, self.delete, self.again):
            control.setEnabled(bool(baselines))
        if not baselines:
            self.show_differences((), "", "", "")

    def show_differences(self, found: Sequence[Difference], then: str, now: str, at: str) -> None:
        """Lists what differs between two states of these names; ``at`` tells when that was found out."""
        self.model.show(found, then, now)
        kept = self.what.currentData()
        blocker = QSignalBlocker(self.what)
        self.what.clear()
        self.what.addItem(self.tr("All"), None)
        kinds = {difference.what for difference in found}
        for what in Aspect:
            if what in kinds:
                self.what.addItem(what_text(what), what)
        self.what.setCurrentIndex(max(0, self.what.findData(kept)))
        del blocker
        self.model.choose(self.what.currentData())
        self.count.setToolTip(at)
        self._say()

    def say(self, problem: str = "") -> None:
        """What went wrong; empty: nothing any more."""
        self.message.show_sentence(Tone.BAD, problem)

    @Slot(int)
    def on_what_chosen(self, _index: int) -> None:
        """Shows the differences of that kind."""
        self.model.choose(self.what.currentData())
        self._say()

    @Slot(str)
    def on_sought(self, text: str) -> None:
        """Shows those with these words."""
        self.model.seek(text)
        self._say()

    @Slot()
    def on_rename(self) -> None:
        """Asks for another name."""
        if self.chosen:
            self.rename_asked.emit(self.chosen)

    @Slot(QModelIndex)
    def on_chosen(self, index: QModelIndex) -> None:
        """Asks for the point of a row in the trend."""
        if index.isValid() and (key := self.model.row(index.row()).key):
            self.point_chosen.emit(key)

    @Slot()
    def on_copy(self) -> None:
        """Puts the chosen rows on the clipboard, for a spreadsheet."""
        rows = sorted({index.row() for index in self.view.selectionModel().selectedRows()})
        texts = [self.model.copied(self.model.row(row)) for row in rows]
        QGuiApplication.clipboard().setText(table_text(self.model.copied_titles(), texts))

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.comparison_asked.emit()

    def _say(self) -> None:
        shown, found = self.model.rowCount(), len(self.model.found)
        self.export.setEnabled(shown > 0)
        of_all = self.tr("%d differ") % found if shown == found else self.tr("%d of %d that differ") % (shown, found)
        self.count.setText(of_all if self.baselines and found else "")
        if shown:
            self.notice.hide()
        elif found:
            self.notice.say(self.tr("No difference is of this kind and has these words."))
        elif self.baselines:
            self.notice.say(self.tr("Nothing differs."))
        else:
            self.notice.say(
                self.tr(
                    "A baseline keeps the state of all points, as at commissioning: values, modes, ranges, labels, "
                    "calibration. Later it tells what differs."
                ),
                self.tr("Freeze all points…"),
            )

    def _combo(self, name: str, explanation: str) -> QComboBox:
        combo = QComboBox()
        combo.setAccessibleName(name)
        combo.setToolTip(tooltip(explanation))
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return combo
