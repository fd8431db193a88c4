"""The Help menu: the guide, the list of keys, and what this program is."""

import platform
import re
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl, Slot, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeySequence, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QMainWindow,
    QPushButton,
    QTextBrowser,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

import t3monitor
from t3monitor import __version__
from t3monitor.ui.keys import Keys, table_keys, trend_keys, window_keys
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.plain import Label
from t3monitor.ui.kit.texts import translate

_GUIDE = Path(t3monitor.__file__).parents[1] / "docs" / "window.md"  # frozen too, but not installed by pip
_UNKNOWN = QTextDocument.ResourceType.UnknownResource
_WITH_PICTURES = re.compile(r"(?:^\|.*\n)*^.*\]\(images/.*\n(?:^\|.*\n)*", re.MULTILINE)  # lines and tables
_T3000 = "https://github.com/temcocontrols/T3000_Building_Automation_System"


def add_help_menu(window: QMainWindow) -> None:
    """The last menu of the window."""
    menu = window.menuBar().addMenu(translate("Help", "&Help"))
    offers: tuple[tuple[str, str, Callable[[], None]], ...] = (
        (translate("Help", "&Guide to the window"), "", lambda: GuideDialog(window).show()),  # to be read beside it
        (translate("Help", "&Keys"), "F1", lambda: KeysDialog(window).open()),
        (translate("Help", "&About T3 Monitor"), "", lambda: AboutDialog(window).open()),
    )
    for text, key, show in offers:
        action = menu.addAction(text)
        action.setShortcut(QKeySequence(key))
        action.triggered.connect(show)
    menu.actions()[0].setEnabled(_GUIDE.exists())


class GuideDialog(QDialog):
    """The guide by task, beside the window that it tells of."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Guide to the window"))
        self.resize(860, 700)
        self.pages = _Pages()
        self.pages.setAccessibleName(self.tr("Guide to the window"))
        self.pages.setOpenExternalLinks(True)
        self.pages.setSource(QUrl.fromLocalFile(str(_GUIDE)))
        layout = QVBoxLayout(self)
        layout.addWidget(self.pages)
        layout.addWidget(_close_button(self))


class _Pages(QTextBrowser):
    """Pages of docs/, without pictures: those of the window are in sight anyway."""

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        loaded = super().loadResource(kind, name)
        if kind != QTextDocument.ResourceType.MarkdownResource.value:
            return loaded
        return _WITH_PICTURES.sub("", bytes(loaded.data()).decode().partition("\n## Pictures")[0])

    @override
    def doSetSource(self, name: QUrl | str, kind: QTextDocument.ResourceType = _UNKNOWN) -> None:
        super().doSetSource(name, kind)
        block = self.document().begin()  # of Markdown, Qt makes no places for links to headings
        while block.isValid():
            if block.blockFormat().headingLevel() and _anchor(block.text()) == QUrl(name).fragment():
                self.moveCursor(QTextCursor.MoveOperation.End)  # from below it comes to the top
                self.setTextCursor(QTextCursor(block))
            block = block.next()


class KeysDialog(QDialog):
    """All keys, by the place in which they work."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keys"))
        self.resize(740, 700)
        self.list = QTreeWidget()
        self.list.setAccessibleName(self.tr("Keys"))
        self.list.setHeaderLabels([self.tr("Keys"), self.tr("What they do")])
        self.list.setRootIsDecorated(False)
        bold = self.font()
        bold.setBold(True)
        places: dict[str, QTreeWidgetItem] = {}
        for keys in (*window_keys(), *table_keys(), *trend_keys()):
            if keys.place not in places:
                places[keys.place] = QTreeWidgetItem(self.list, [keys.place])
                places[keys.place].setFirstColumnSpanned(True)
                places[keys.place].setFont(0, bold)
            QTreeWidgetItem(places[keys.place], [keys_text(keys), keys.what])
        self.list.expandAll()
        self.list.resizeColumnToContents(0)
        layout = QVBoxLayout(self)
        layout.addWidget(self.list)
        layout.addWidget(_close_button(self))


class AboutDialog(QDialog):
    """Versions, which can be copied, and where to read more."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About T3 Monitor"))
        heading = Label("T3 Monitor")
        heading.setProperty("heading", True)
        sentence = Label(
            self.tr("Records Temco T3000 controllers and explains every hole in their data."), wordWrap=True
        )
        self.versions = Label(versions())
        self.versions.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.versions.setAccessibleName(self.tr("Versions"))
        buttons = _close_button(self)
        self.copy = QPushButton(icon("copy"), self.tr("&Copy"))
        self.copy.clicked.connect(self.on_copy)
        buttons.addButton(self.copy, QDialogButtonBox.ButtonRole.ActionRole)
        t3000 = QPushButton(icon("link"), self.tr("&T3000 on the web"))
        t3000.setToolTip(_T3000)
        t3000.clicked.connect(partial(QDesktopServices.openUrl, QUrl(_T3000)))
        buttons.addButton(t3000, QDialogButtonBox.ButtonRole.ActionRole)
        layout = QVBoxLayout(self)
        for part in (heading, sentence, self.versions, buttons):
            layout.addWidget(part)

    @Slot()
    def on_copy(self) -> None:
        """Puts the versions on the clipboard."""
        QGuiApplication.clipboard().setText(self.versions.text())
        self.copy.setText(self.tr("Copied"))


def _anchor(heading: str) -> str:
    """The name of a heading in links, as the places where Markdown is published make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def keys_text(keys: Keys) -> str:
    """The keys as this desktop writes them: ``Ctrl+Z, Ctrl+Y``."""
    return ", ".join(QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText) for key in keys.keys)


def versions() -> str:
    """What a report of a fault needs to name."""
    lines = (
        f"T3 Monitor {__version__}",
        f"Qt {qVersion()}",
        f"Python {platform.python_version()}",
        f"SQLite {sqlite3.sqlite_version}",
        platform.platform(),
    )
    return "\n".join(lines)


def _close_button(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    return buttons
