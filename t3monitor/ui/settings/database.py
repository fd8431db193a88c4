"""The page of the database."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from t3monitor.config.settings import Settings
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.settings.checks import database_problem, database_text_of, database_url_of, usable_problem
from t3monitor.ui.settings.fields import PathField
from t3monitor.ui.settings.page import SettingsPage, lay_out_rows


class DatabasePage(SettingsPage):
    """Where the history is kept."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stored_url = ""
        self.file = PathField("database", self.tr("Database file"))
        self.file.offer_file(self.tr("Databases (*.db *.sqlite)"), new=True)
        self.message = Message()
        self.default = Label(wordWrap=True)
        self.default.setProperty("muted", True)
        kept = Label(self.tr("Every sample is kept for ever"))
        lay_out_rows(
            self,
            (self.tr("&Database file"), self.file),
            ("", self.message),
            ("", self.default),
            (self.tr("History"), kept),
        )
        self.watch_path(self.file)

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        self._stored_url = settings.database
        self.file.set_text(database_text_of(settings.database))

    def show_default(self, file: Path, *, demo: bool) -> None:
        """The file that an empty field means."""
        if demo:
            text = self.tr("It is for T3000 alone: the simulated building and recordings have databases of their own")
        else:
            text = self.tr("Leave it empty for the default, %s") % file
        self.default.setText(text)

    def values(self) -> dict[str, Any]:
        """The URL; the stored one as it is if nothing else was typed."""
        if self.file.text == database_text_of(self._stored_url):
            return {"database": self._stored_url}
        return {"database": database_url_of(self.file.text)}

    def check(self) -> bool:
        """Looks whether the file can be what it is to be."""
        typed = self.file.text
        stored = usable_problem(self._stored_url) if typed == database_text_of(self._stored_url) else ""
        problem = stored or database_problem(typed)
        self.message.show_sentence(Tone.BAD, problem)
        self.file.edit.setAccessibleDescription(problem)
        return not problem
