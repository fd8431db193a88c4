"""The mention of a crash in the status bar, and the dialog that shows all that it would copy."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from answers import real_answer, real_panel, real_point
from t3monitor.diagnostics.crashes import CrashLog, CrashReport
from t3monitor.ui.crash_dialog import CrashDialog, CrashNotice


class Log(CrashLog):
    """A crash log that knows of what a test gives it, and watches nothing of the test's own process."""

    def __init__(self, last_crash: CrashReport | None, report: CrashReport | None = None) -> None:
        self.error_noted = lambda: None
        self.last_crash, self._given = last_crash, report

    def report(self) -> CrashReport | None:
        return self._given


CRASH = CrashReport(Path("logs/crash-1.txt"), "T3 Monitor 1\n\nFatal Python error: Segmentation fault\n")
ERROR = CrashReport(Path("logs/running-2.txt"), "T3 Monitor 1\n\nValueError: x\n")


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.statusBar()  # now, as the program does: one made later is shown by a later event
    window.resize(900, 300)
    window.show()
    return window


def shown(window: QMainWindow) -> CrashDialog:
    (dialog,) = window.findChildren(CrashDialog)
    assert dialog.isVisible()
    return dialog


def test_without_a_crash_nothing_is_said(window: QMainWindow) -> None:
    assert not CrashNotice(Log(None), window).button.isVisible()


def test_the_crash_of_last_time_is_a_line_in_the_status_bar_and_no_dialog(window: QMainWindow) -> None:
    notice = CrashNotice(Log(CRASH), window)
    assert notice.button.isVisible()
    assert "crashed last time" in notice.button.text()
    assert window.findChildren(CrashDialog) == []


def test_a_click_shows_all_that_would_be_copied_and_the_line_goes(window: QMainWindow) -> None:
    notice = CrashNotice(Log(CRASH), window)
    notice.button.click()
    dialog = shown(window)
    assert dialog.text.toPlainText() == CRASH.text
    assert "Nothing was sent" in " ".join(label.text() for label in dialog.findChildren(QLabel))
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text() == CRASH.text
    assert not notice.button.isVisible()


def test_a_closed_dialog_is_gone(window: QMainWindow, qtbot: QtBot) -> None:
    CrashNotice(Log(CRASH), window).button.click()
    with qtbot.waitSignal(shown(window).destroyed):
        shown(window).reject()
    assert window.findChildren(CrashDialog) == []


def test_an_error_in_a_thread_is_mentioned_with_its_own_report(window: QMainWindow, qtbot: QtBot) -> None:
    log = Log(CRASH, ERROR)
    notice = CrashNotice(log, window)
    thread = threading.Thread(target=lambda: log.error_noted())
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: "An error in this program" in notice.button.text())
    notice.button.click()
    assert shown(window).text.toPlainText() == ERROR.text


def test_an_error_after_the_window_has_gone_is_noted_all_the_same(tmp_path: Path, qtbot: QtBot) -> None:
    window = QMainWindow()
    log = CrashLog(tmp_path, "Qt 6")
    CrashNotice(log, window)
    with qtbot.waitSignal(window.destroyed):
        window.deleteLater()
    error = ValueError("while closing")
    record = logging.LogRecord("t3monitor", logging.ERROR, "", 0, "Closing", None, (ValueError, error, None))
    log.handle(record)
    log.end_well()
    (report,) = tmp_path.glob("crash-*")
    assert "ValueError: while closing" in report.read_text(encoding="utf-8")


def test_the_folder_of_the_report_is_a_click_away(window: QMainWindow) -> None:
    class Desktop(QObject):
        opened = ""

        @Slot(QUrl)
        def open_url(self, url: QUrl) -> None:
            self.opened = url.toLocalFile()

    desktop = Desktop()
    QDesktopServices.setUrlHandler("file", desktop, "open_url")
    CrashNotice(Log(CRASH), window).button.click()
    (button,) = (b for b in shown(window).findChildren(QPushButton) if "folder" in b.text())
    button.click()
    QDesktopServices.unsetUrlHandler("file")
    assert desktop.opened.endswith("logs")


@pytest.mark.skipif(sys.platform == "win32", reason="the window is asked to close by a signal")
def test_the_program_itself_reports_its_crash_at_the_next_start_and_closing_it_is_none(tmp_path: Path) -> None:
    logs = tmp_path / "logs" / "T3WebLog"
    answer, settings = tmp_path / "answer.json", tmp_path / "config" / "settings.json"
    answer.write_bytes(real_answer(real_panel(1, [real_point()])))
    settings.parent.mkdir()
    settings.write_text(json.dumps({"link": "replay", "replay": str(answer)}), encoding="utf-8")
    crash = run_and_end(tmp_path, logs / "FFI.log", signal.SIGSEGV)
    assert crash == -signal.SIGSEGV
    assert [file.name.partition("-")[0] for file in logs.glob("*-*")] == ["running"]
    (logs / "FFI.log").unlink()
    assert run_and_end(tmp_path, logs / "FFI.log", signal.SIGTERM) == 0
    (report,) = logs.glob("*-*")
    assert report.name.startswith("crash-")
    assert "Segmentation fault" in report.read_text(encoding="utf-8")


def run_and_end(home: Path, log: Path, number: int) -> int:
    """Runs the window until its first cycle is in the log, sends it a signal and returns its exit code."""
    environment = {**os.environ, "T3MONITOR_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "t3monitor"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as program:
        try:
            deadline_s = time.monotonic() + 60
            while not (log.exists() and "CYCLE COMPLETED" in log.read_text(encoding="utf-8")):
                assert program.poll() is None
                assert time.monotonic() < deadline_s
                time.sleep(0.05)
            program.send_signal(number)
            return program.wait(60)
        finally:
            program.kill()
