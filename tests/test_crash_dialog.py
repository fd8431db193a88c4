"""The mention of a crash in the status bar, and the dialog that shows all that it would copy."""

import json
import logging
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from answers import real_answer, real_panel, real_point
from programs import PATIENCE_S
from t3monitor.cli import main
from t3monitor.commands import window as window_module
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


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_home: None) -> Path:
    """Of a window that records once by itself."""
    answer, home = tmp_path / "answer.json", tmp_path / "home"
    answer.write_bytes(real_answer(real_panel(1, [real_point()])))
    (home / "config").mkdir(parents=True)
    settings = {"link": "replay", "replay": str(answer)}
    (home / "config" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    return home


def reports(home: Path) -> list[str]:
    return sorted(file.name.partition("-")[0] for file in (home / "logs" / "T3WebLog").glob("*-*"))


def has_had_a_cycle(home: Path) -> bool:
    log = home / "logs" / "T3WebLog" / "FFI.log"
    return log.exists() and "CYCLE COMPLETED" in log.read_text(encoding="utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="the window is ended by a signal")
def test_the_window_leaves_a_report_of_its_crash_for_the_next_start(home: Path) -> None:
    with subprocess.Popen([sys.executable, "-m", "t3monitor"], stderr=subprocess.DEVNULL) as program:
        try:
            deadline_s = time.monotonic() + 60
            while not has_had_a_cycle(home):
                assert program.poll() is None
                assert time.monotonic() < deadline_s
                time.sleep(0.05)
            assert reports(home) == ["running"]
            program.send_signal(signal.SIGSEGV)
            assert program.wait(60) == -signal.SIGSEGV
        finally:
            program.kill()
    assert reports(home) == ["running"]
    log = CrashLog(home / "logs" / "T3WebLog", "Qt 6")  # as the next start does first of all
    log.end_well()
    assert log.last_crash is not None
    assert "Segmentation fault" in log.last_crash.text
    assert reports(home) == ["crash"]


def test_a_window_that_is_closed_has_not_crashed_and_mentions_the_one_that_did(
    home: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = home / "logs" / "T3WebLog" / "running-20251021-120016-7.txt"
    begun.parent.mkdir(parents=True)
    begun.write_text(f"{CRASH.text}\n", encoding="utf-8")
    mentioned: list[bool] = []
    deadline_s = time.monotonic() + PATIENCE_S

    def close_soon() -> None:
        if has_had_a_cycle(home) or time.monotonic() > deadline_s:
            for window in qapp.topLevelWidgets():
                window.close()

    def mention(log: CrashLog, window: QMainWindow) -> None:
        mentioned.append(not CrashNotice(log, window).button.isHidden())

    timer = QTimer(interval=5)
    timer.timeout.connect(close_soon)
    timer.start()
    for module, name in ((sys, "excepthook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))  # which the window replaces
    monkeypatch.setattr(CrashLog, "watch", lambda _: None)  # of pytest's own process
    monkeypatch.setattr(window_module, "make_application", lambda: qapp)
    qapp.setQuitOnLastWindowClosed(False)  # as the program itself has it
    monkeypatch.setattr(window_module, "CrashNotice", mention)
    assert main([]) == 0
    timer.stop()
    assert mentioned == [True]
    assert reports(home) == ["crash"]
