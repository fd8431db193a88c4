"""Which panel took the place of which: said in a dialog, shown in the tree, and taken back; GUI thread."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from t3monitor.model.errors import MonitorError
from t3monitor.model.snapshot import Panel
from t3monitor.model.successions import Succession, SuccessionEdit, SuccessionError, check
from t3monitor.model.zones import local, zone_text
from t3monitor.ui.devices.view import DevicesView
from t3monitor.ui.kit.book import Book
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import Label, field_label
from t3monitor.ui.trend.time.typed_times import TypedTimeError, time_typed, typed_text
from t3monitor.ui.trend.view import TrendView


class SuccessorDialog(QDialog):
    """``succession`` is what was said when it was accepted."""

    def __init__(
        self,
        draft: Succession,
        name: str,
        panels: Mapping[int, str],
        known: Sequence[Succession],
        zone: tzinfo | None,
        parent: QWidget,
    ) -> None:
        """``panels`` are those of which it may be the successor, by serial number; the draft's is chosen first.

        Nothing is of a time after ``draft.created_at``: the present.
        """
        super().__init__(parent)
        self.succession = draft
        self._known = known
        self._zone = zone
        self.setWindowTitle(self.tr("Successor of another panel"))
        self.replaced = QComboBox()
        for serial_number, text in panels.items():
            self.replaced.addItem(text, serial_number)
        self.replaced.setCurrentIndex(max(0, self.replaced.findData(draft.serial_number)))
        self._typed = typed_text(draft.since_s, zone)
        self.since = QLineEdit(self._typed)
        self.message = Message()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.on_save)
        self.buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow(self.tr("Panel"), Label(f"{name} ({draft.successor})"))
        form.addRow(field_label(title := self.tr("took the &place of"), self.replaced), self.replaced)
        self.replaced.setAccessibleName(title.replace("&", ""))
        form.addRow(field_label(f"{self.tr('&since')}, {zone_text(draft.since_s, zone)}", self.since), self.since)
        told = Label(
            self.tr(
                "Its points then go on with the readings of the same points of that panel before this time, in plot, "
                "figures and export. Both keep their serial numbers, and it can be taken back."
            )
        )
        told.setWordWrap(True)
        told.setProperty("muted", True)
        form.addRow(told)
        form.addRow(self.message)
        form.addRow(self.buttons)
        self.replaced.setFocus()
        if not panels:
            self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(False)
            self.message.show_sentence(Tone.BAD, self.tr("No other panel is known; import its history first"))

    @Slot()
    def on_save(self) -> None:
        """Takes what was chosen, or says what is wrong with it."""
        draft, now_s = self.succession, self.succession.created_at
        try:
            text, today = self.since.text(), local(now_s, self._zone).date()
            since_s = draft.since_s if text == self._typed else round(time_typed(text, self._zone, today))
            new = draft._replace(serial_number=self.replaced.currentData(), since_s=since_s)
            check(new, self._known, now_s)
        except (TypedTimeError, SuccessionError) as error:
            self.message.show_sentence(Tone.BAD, str(error))
            return
        self.succession = new
        self.accept()


class SuccessionsControl(QObject):
    """Owns the dialog, and has the tree of panels show what the book holds."""

    lines_changed = Signal()  # the history of panels is that of others as well, or no more

    def __init__(
        self,
        book: Book[Succession, SuccessionEdit],
        devices: DevicesView,
        trend: TrendView,
        first_reading_s: Callable[[int], Awaitable[int | None]],
        every_panel: Callable[[], Awaitable[Mapping[int, Panel]]],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
        author: str,
        clock: Callable[[], float],
    ) -> None:
        """``first_reading_s`` tells of a serial number, None if it was never read; both readers raise MonitorError.

        ``every_panel`` are also those that only the history knows, as one that was gone before recording began.
        """
        super().__init__(trend)
        self.dialog: SuccessorDialog | None = None
        self._book = book
        self._devices = devices
        self._trend = trend
        self._first_reading_s = first_reading_s
        self._every_panel = every_panel
        self._spawn = spawn
        self._author = author
        self._clock = clock
        self._shown: Sequence[Succession] = ()
        devices.successor_asked.connect(self.on_asked)
        devices.successor_revoked.connect(self.on_revoked)
        book.changed.connect(self.on_changed)
        book.done.connect(trend.state.did)
        book.dropped.connect(trend.state.forget_deeds)

    @Slot()
    def on_changed(self) -> None:
        """Shows in the tree and in the plot what is said now."""
        known = self._book.entries
        self._devices.set_successions(known)
        if known != self._shown:
            self._shown = known
            self.lines_changed.emit()

    @Slot(object)
    def on_asked(self, successor: int) -> None:
        """Opens the dialog, once it is known since when the panel is read."""
        self._spawn(self._ask(successor))

    @Slot(object)
    def on_revoked(self, successor: int) -> None:
        """It is none; that can be undone."""
        self._book.write([SuccessionEdit(successor, None)])

    async def _ask(self, successor: int) -> None:
        now_s = round(self._clock())
        try:
            first_s, every = await self._first_reading_s(successor), await self._every_panel()
        except MonitorError as error:
            self._book.failed.emit(str(error))
            return
        shown = {panel.newest.serial_number for panel in self._devices.model.panels}
        replaced = {its.serial_number for its in self._book.entries}
        gone = {serial: f"{every[serial].panel_name} ({serial})" for serial in every.keys() - shown - replaced}
        panels = self._devices.replaceable_by(successor) | dict(sorted(gone.items()))
        draft = Succession(next(iter(panels), successor), successor, first_s or now_s, now_s, self._author)
        name = self._devices.model.name_of(successor)
        dialog = SuccessorDialog(
            draft, name, panels, self._book.entries, self._trend.state.zone, self._devices.window()
        )
        dialog.accepted.connect(lambda: self._book.write([SuccessionEdit(successor, dialog.succession)]))
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()
