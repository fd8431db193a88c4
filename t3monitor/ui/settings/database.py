"""The page of the database."""

from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget

from t3monitor.config.settings import Settings
from t3monitor.ui.kit.notice import Message, Tone
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.settings.checks import (
    database_problem,
    database_text_of,
    database_url_of,
    folder_problem,
    path_of,
    usable_problem,
)
from t3monitor.ui.settings.fields import PathField, number_field
from t3monitor.ui.settings.page import SettingsPage, lay_out_rows
from t3monitor.ui.settings.upkeep import Upkeep, UpkeepBox


class DatabasePage(SettingsPage):
    """Where the history is kept, its backups and its upkeep."""

    def __init__(self, upkeep: Upkeep, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._stored_url = ""
        self.file = PathField("database", self.tr("Database file"))
        self.file.offer_file(self.tr("Databases (*.db *.sqlite)"), new=True)
        self.message = Message()
        self.default = Label(wordWrap=True)
        self.default.setProperty("muted", True)
        self.backups = number_field("backups", self.tr("Daily backups kept"))
        self.backups.setSpecialValueText(self.tr("none"))
        self.folder = PathField("backup_folder", self.tr("Folder of the backups"))
        self.folder.offer_folder()
        self.folder.edit.setPlaceholderText(self.tr("that of the database"))
        self.folder_message = Message()
        self.upkeep = UpkeepBox(upkeep)
        lay_out_rows(
            self,
            (self.tr("&Database file"), self.file),
            ("", self.message),
            ("", self.default),
            (self.tr("Dail&y backups"), self.backups),
            (self.tr("Backup &folder"), self.folder),
            ("", self.folder_message),
            (self.tr("Upkeep"), self.upkeep.tasks),
            ("", self.upkeep),
        )
        self.watch_path(self.file)
        self.watch_path(self.folder)
        self.backups.valueChanged.connect(self.changed)

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        self._stored_url = settings.database
        self.file.set_text(database_text_of(settings.database))
        self.backups.setValue(settings.backups)
        self.folder.set_text(settings.backup_folder)

    def show_default(self, file: Path, *, demo: bool) -> None:
        """The file that an empty field means."""
        if demo:
            text = self.tr("It is for T3000 alone: the simulated building and recordings have databases of their own")
        else:
            text = self.tr("Leave it empty for the default, %s") % file
        self.default.setText(text)

    def values(self) -> dict[str, Any]:
        """The values; the stored URL as it is if nothing else was typed."""
        is_stored = self.file.text == database_text_of(self._stored_url)
        return {
            "database": self._stored_url if is_stored else database_url_of(self.file.text),
            "backups": self.backups.value(),
            "backup_folder": str(Path(path_of(self.folder.text)).absolute()) if self.folder.text else "",
        }

    def check(self) -> bool:
        """Looks whether the file and the folder can be what they are to be."""
        typed = self.file.text
        stored = usable_problem(self._stored_url) if typed == database_text_of(self._stored_url) else ""
        problems = (
            (self.file, self.message, stored or database_problem(typed)),
            (self.folder, self.folder_message, folder_problem(self.folder.text)),
        )
        for field, message, problem in problems:
            message.show_sentence(Tone.BAD, problem)
            field.edit.setAccessibleDescription(problem)
        return not any(problem for _, _, problem in problems)
