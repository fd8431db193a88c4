"""The report of an error: a button in the status bar that leads to it, and the dialog that shows and copies it."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QMainWindow,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from t3monitor.diagnostics.crashes import CrashLog, CrashReport
from t3monitor.ui.kit.icons import icon
from t3monitor.ui.kit.plain import Label

_SIZE = (760, 520)


class CrashDialog(QDialog):
    """Shows a report whole; what is shown is what *Copy* copies, and nothing goes anywhere by itself."""

    def __init__(self, headline: str, report: CrashReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Report of an error"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(*_SIZE)
        self._report = report
        sentence = Label(
            headline
            + " "
            + self.tr(
                "Nothing was sent. To report it, copy the text below, which is all that there is, and look through it "
                "before you pass it on: log lines name panels and files."
            ),
            wordWrap=True,
        )
        self.text = QPlainTextEdit(report.text, readOnly=True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setAccessibleName(self.tr("Text of the report"))
        file = Label(self.tr("It is kept in %s") % report.file.name)
        file.setProperty("muted", True)
        self.copy_button = QPushButton(icon("copy"), self.tr("&Copy"))
        self.copy_button.clicked.connect(self.on_copy)
        folder_button = QPushButton(icon("folder"), self.tr("Open &log folder"))
        folder_button.clicked.connect(self.on_log_folder)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(folder_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(icon("close"))
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (sentence, self.text, file, buttons):
            layout.addWidget(widget)
        self.copy_button.setFocus()

    @Slot()
    def on_copy(self) -> None:
        """Puts the report on the clipboard."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())
        self.copy_button.setText(self.tr("Copied"))

    @Slot()
    def on_log_folder(self) -> None:
        """Opens the folder of the report and the log files."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report.file.parent)))


class CrashNotice(QObject):
    """Says in the status bar that a program before crashed, or that this one had an error; a click opens the report.

    Lives on the GUI thread; errors may come from any.
    """

    _error_noted = Signal()

    def __init__(self, crash_log: CrashLog, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._headline = ""
        self._report: Callable[[], CrashReport | None] = crash_log.report
        self._crash_log = crash_log
        self.button = QToolButton(autoRaise=True)
        self.button.setIcon(icon("warning"))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.clicked.connect(self.on_clicked)
        self.button.hide()
        window.statusBar().addPermanentWidget(self.button)
        self._error_noted.connect(self.on_error_noted, Qt.ConnectionType.QueuedConnection)
        crash_log.error_noted = self._error_noted.emit
        if crash_log.last_crash is not None:
            self._say_crash(crash_log.last_crash)

    def _say_crash(self, crash: CrashReport) -> None:
        self._report = lambda: crash
        self._show(self.tr("T3 Monitor crashed last time"), self.tr("T3 Monitor crashed the last time it ran."))

    def _show(self, text: str, headline: str) -> None:
        self._headline = headline
        self.button.setText(self.tr("%s · Details…") % text)
        self.button.setAccessibleName(self.button.text())
        self.button.setToolTip(self.tr("Shows a report that you can copy; nothing was sent"))
        self.button.show()

    @Slot()
    def on_error_noted(self) -> None:
        """An error in this program, which went on."""
        self._report = self._crash_log.report
        self._show(self.tr("An error in this program"), self.tr("The program had an error and went on."))

    @Slot()
    def on_clicked(self) -> None:
        """Shows the report; having been read, it needs no mention any more."""
        self.button.hide()
        if report := self._report():
            CrashDialog(self._headline, report, self._window).open()
