"""What was saved, with links to the file and its folder; for the status bar."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QSizePolicy

_SHOWN_MS = 30_000


class SavedNotice(QLabel):
    """One line, for half a minute."""

    shown = Signal(bool)

    def __init__(self) -> None:
        super().__init__(textFormat=Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setContentsMargins(8, 0, 8, 0)
        self.linkActivated.connect(self.open)
        self._timer = QTimer(self, singleShot=True, interval=_SHOWN_MS)
        self._timer.timeout.connect(self.put_away)
        self.files: Sequence[Path] = ()
        self.hide()

    def show_files(self, files: Sequence[Path], readings: int | None = None) -> None:
        """Tells of files that were just saved."""
        self.files = files
        parts = [_link(files[0], files[0].name)]
        if len(files) > 1:
            parts.append(self.tr("and %d more") % (len(files) - 1))
        if readings is not None:
            parts.append(self.tr("(readings: %s)") % f"{readings:,}")
        folder = _link(files[0].parent, str(files[0].parent))
        self.setText(self.tr("Saved: %s in %s") % (" ".join(parts), folder))
        self.setAccessibleName(self.tr("Saved: %s") % files[0])
        self.setToolTip(escape(str(files[0])))
        self.show()
        self._timer.start()
        self.shown.emit(True)

    @Slot()
    def put_away(self) -> None:
        """It was there long enough."""
        self._timer.stop()
        self.hide()
        self.shown.emit(False)

    @Slot(str)
    def open(self, url: str) -> None:
        """Opens what a link leads to, with the program that the desktop has for it."""
        QDesktopServices.openUrl(QUrl(url))


def _link(path: Path, text: str) -> str:
    url = QUrl.fromLocalFile(str(path)).toString(QUrl.ComponentFormattingOption.FullyEncoded)
    return f'<a href="{escape(url)}">{escape(text)}</a>'
