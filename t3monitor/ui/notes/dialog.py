"""A note is written or changed."""

from collections.abc import Mapping
from datetime import tzinfo

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QPlainTextEdit, QWidget

from t3monitor.model.notes import Note
from t3monitor.model.points import PointKey
from t3monitor.model.zones import local, zone_text
from t3monitor.ui.kit.choices import place_of
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import Label, field_label
from t3monitor.ui.kit.texts import local_time_text
from t3monitor.ui.trend.time.typed_times import TypedTimeError, time_typed, typed_text


class NoteDialog(QDialog):
    """``note`` is what was written when it was accepted; None: it is to be deleted."""

    def __init__(
        self, draft: Note, points: Mapping[PointKey, str], zone: tzinfo | None, now_s: float, parent: QWidget
    ) -> None:
        """``points`` are those that it may be about, with their names; that of the draft is among them."""
        super().__init__(parent)
        self.note: Note | None = draft
        self._draft = draft
        self._zone = zone
        self._now_s = now_s
        is_new = draft.note_id is None
        self.setWindowTitle(self.tr("New note") if is_new else self.tr("Note"))
        self.text = QPlainTextEdit(draft.text, tabChangesFocus=True)
        self.text.setMinimumSize(360, 90)
        self.start, self.end = QLineEdit(self._typed(draft.start_s)), QLineEdit(self._typed(draft.end_s))
        self.end.setPlaceholderText(self.tr("empty: a moment"))
        self.about = QComboBox()
        self.about.addItem(self.tr("The whole site"), None)
        for point, name in points.items():
            self.about.addItem(name, point)
        self.about.setCurrentIndex(place_of(draft.point, self.about))
        self.message = Message()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.on_save)
        self.buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        for title, field in (
            (self.tr("Te&xt"), self.text),
            (f"{self.tr('&From')}, {zone_text(draft.start_s, zone)}", self.start),
            (self.tr("&To"), self.end),
            (self.tr("&About"), self.about),
        ):
            form.addRow(field_label(title, field), field)
        if not is_new:
            said = self.tr("%1, %2").replace("%2", local_time_text(draft.changed_at, zone)).replace("%1", draft.author)
            form.addRow(self.tr("By"), Label(said))
            self.delete = self.buttons.addButton(self.tr("&Delete"), QDialogButtonBox.ButtonRole.DestructiveRole)
            self.delete.clicked.connect(self.on_delete)
        form.addRow(self.message)
        form.addRow(self.buttons)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self, self.on_save)
        self.text.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def on_save(self) -> None:
        """Takes what was typed, or says what is wrong with it."""
        today = local(self._now_s, self._zone).date()
        try:
            start_s = self._time(self.start, self._draft.start_s, time_typed(self.start.text(), self._zone, today))
            end_s = None
            if self.end.text().strip():
                typed_s = time_typed(self.end.text(), self._zone, today, ends=True)
                end_s = self._time(self.end, self._draft.end_s, typed_s)
        except TypedTimeError as error:
            self.message.show_sentence(Tone.BAD, str(error))
            return
        text = self.text.toPlainText().strip()
        if not text:
            self.message.show_sentence(Tone.BAD, self.tr("Write something, or cancel"))
        elif end_s is not None and end_s <= start_s:
            self.message.show_sentence(Tone.BAD, self.tr("It ends before it begins"))
        else:
            about: PointKey | None = self.about.currentData()
            self.note = self._draft._replace(
                start_s=round(start_s), end_s=end_s and round(end_s), point=about, text=text, changed_at=self._now_s
            )
            self.accept()

    @Slot()
    def on_delete(self) -> None:
        """It is not wanted any more; that can be undone."""
        self.note = None
        self.accept()

    def _typed(self, time_s: float | None) -> str:
        return "" if time_s is None else typed_text(time_s, self._zone)

    def _time(self, field: QLineEdit, before_s: float | None, typed_s: float) -> float:
        """What was typed has no seconds: a time that was left alone keeps its own."""
        return before_s if before_s is not None and field.text() == self._typed(before_s) else typed_s
