"""The page of the intervals."""

from typing import Any

from PySide6.QtWidgets import QCheckBox, QWidget

from t3monitor.config.settings import Settings
from t3monitor.ui.kit.notice import Message
from t3monitor.ui.settings.fields import described, number_field
from t3monitor.ui.settings.page import SettingsPage, lay_out_rows


class SyncPage(SettingsPage):
    """When T3000 is asked, and how patiently."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.interval = number_field("sync_interval_secs", self.tr("Interval"))
        self.timeout = number_field("timeout_seconds", self.tr("Timeout"))
        self.retries = number_field("retry_attempts", self.tr("Retries"))
        self.panels_logged = number_field("panels_logged", self.tr("Panels in the log"))
        self.auto_start = QCheckBox(self.tr("&Start syncing with the program"))
        described(self.auto_start, "auto_start", self.tr("Start syncing with the program"))
        self.caution = Message()
        lay_out_rows(
            self,
            (self.tr("&Interval"), self.interval),
            ("", self.caution),
            (self.tr("&Timeout"), self.timeout),
            (self.tr("R&etries"), self.retries),
            ("", self.auto_start),
            (self.tr("Panels in the &log"), self.panels_logged),
        )
        for number in (self.interval, self.timeout, self.retries, self.panels_logged):
            number.valueChanged.connect(self.changed)
        self.auto_start.toggled.connect(self.changed)

    def show_settings(self, settings: Settings) -> None:
        """Shows the values."""
        self.interval.setValue(settings.sync_interval_secs)
        self.timeout.setValue(settings.timeout_seconds)
        self.retries.setValue(settings.retry_attempts)
        self.panels_logged.setValue(settings.panels_logged)
        self.auto_start.setChecked(settings.auto_start)

    def values(self) -> dict[str, Any]:
        """The values as they are shown."""
        return {
            "sync_interval_secs": self.interval.value(),
            "timeout_seconds": self.timeout.value(),
            "retry_attempts": self.retries.value(),
            "panels_logged": self.panels_logged.value(),
            "auto_start": self.auto_start.isChecked(),
        }
