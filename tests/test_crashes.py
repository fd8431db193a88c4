"""Crash reports: what becomes one, what does not, and whose it is. Each program is a process of its own."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from t3monitor import __version__
from t3monitor.diagnostics.crashes import CrashLog, CrashReport

PROGRAM = """
import logging, os, sys
from pathlib import Path
from t3monitor import __version__
from t3monitor.diagnostics.crashes import CrashLog
from t3monitor.diagnostics.logs import start_logging

folder = Path(sys.argv[1])
crash_log = CrashLog(folder, "Qt 6")
start_logging(folder, cycles_on_stderr=False)
crash_log.watch()
log = logging.getLogger("t3monitor.sync.service")
log.info("Starting")
"""


def program(folder: Path, does: str, *, home: Path | None = None) -> "subprocess.CompletedProcess[str]":
    """Runs a program that opens its crash log and then does what a test is about."""
    environment = {**os.environ, "HOME": str(home)} if home else None
    command = [sys.executable, "-c", PROGRAM + textwrap.dedent(does), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)


CRASHES = "import faulthandler; faulthandler._sigsegv()"
ENDS_WELL = "crash_log.end_well()"
FAILS_AND_GOES_ON = """
    def slot():
        raise ValueError("a bug at https://user:secret@host/")
    try:
        slot()
    except ValueError:
        log.exception("An error in this program")
"""


def next_start(folder: Path) -> CrashReport | None:
    """What the next program finds out when it starts."""
    crash_log = CrashLog(folder, "Qt 6")
    crash_log.end_well()
    return crash_log.last_crash


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "T3WebLog"


def files(folder: Path) -> list[str]:
    return sorted(file.name.partition("-")[0] for file in folder.glob("*-*"))


def test_a_crash_is_mentioned_by_the_next_start_with_all_that_is_known(folder: Path) -> None:
    assert program(folder, CRASHES).returncode != 0
    assert files(folder) == ["running"]
    crash = next_start(folder)
    assert crash is not None
    assert crash.file.read_text(encoding="utf-8") == crash.text
    for part in (
        f"T3 Monitor {__version__}, unfrozen",
        "Python 3",
        "Qt 6",
        'File "<string>"',
        "The last lines of Initialize.log",
        "Starting",
    ):
        assert part in crash.text
    assert "Fatal" in crash.text or "fatal" in crash.text


def test_a_crash_is_mentioned_once_and_its_report_stays(folder: Path) -> None:
    program(folder, CRASHES)
    assert next_start(folder) is not None
    assert next_start(folder) is None
    assert files(folder) == ["crash"]


def test_a_program_that_ends_well_leaves_nothing(folder: Path) -> None:
    assert program(folder, ENDS_WELL).returncode == 0
    assert files(folder) == []
    assert next_start(folder) is None


def test_a_program_that_is_killed_has_not_crashed(folder: Path) -> None:
    program(folder, "os._exit(1)")  # as a power cut: nothing is written and nothing removed
    assert files(folder) == ["running"]
    assert next_start(folder) is None
    assert files(folder) == []


def test_an_error_that_ends_the_program_is_a_crash(folder: Path) -> None:
    ends = program(
        folder,
        """
        sys.excepthook = lambda *error: log.error("An error in this program", exc_info=error)
        raise ValueError("at the start")
        """,
    )
    assert ends.returncode == 1
    crash = next_start(folder)
    assert crash is not None
    assert "ValueError: at the start" in crash.text


def test_an_error_that_the_program_survives_leaves_a_report_and_is_not_mentioned_again(folder: Path) -> None:
    assert program(folder, FAILS_AND_GOES_ON + "\n    " + ENDS_WELL).returncode == 0
    assert files(folder) == ["crash"]
    (report,) = folder.glob("crash-*")
    assert "ValueError: a bug" in report.read_text(encoding="utf-8")
    assert next_start(folder) is None


def test_a_report_has_no_password_and_not_the_name_of_the_users_folder(folder: Path, tmp_path: Path) -> None:
    home = tmp_path / "somebody"
    program(
        home / "logs",
        FAILS_AND_GOES_ON + '\n    log.warning("the file %s", Path.home() / "t3000.so")\n    ' + ENDS_WELL,
        home=home,
    )
    (report,) = (home / "logs").glob("crash-*")
    text = report.read_text(encoding="utf-8")
    assert "https://***@host/" in text
    assert "secret" not in text
    if sys.platform != "win32":  # there the user's folder is not moved by HOME
        assert "the file ~/t3000.so" in text
        assert str(home) not in text


def test_the_same_error_is_noted_once_and_many_errors_do_not_fill_the_disk(folder: Path) -> None:
    program(
        folder,
        """
        for number in range(100):
            for _ in range(3):
                try:
                    raise ValueError(f"number {number}.")
                except ValueError:
                    log.exception("An error")
        crash_log.end_well()
        """,
    )
    (report,) = folder.glob("crash-*")
    noted = report.read_text(encoding="utf-8").partition("The last lines")[0]
    assert noted.count("number 7.\n") == 1
    assert noted.count("Traceback") == 20


def test_a_program_that_still_runs_is_left_alone(folder: Path) -> None:
    command = [sys.executable, "-c", PROGRAM + "log.error('x', exc_info=ValueError('y')); print(flush=True); input()"]
    with subprocess.Popen([*command, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert next_start(folder) is None, "it has an error in its file, and it is alive"
        assert files(folder) == ["running"]
        other.kill()
        other.wait()
    crash = next_start(folder)
    assert crash is not None
    assert "ValueError: y" in crash.text


def test_two_programs_have_a_file_each(folder: Path) -> None:
    first, second = CrashLog(folder, "Qt 6"), None
    try:
        program(folder, CRASHES)
        second = CrashLog(folder, "Qt 6")
        assert second.last_crash is not None
        assert files(folder)[0] == "crash"
    finally:
        first.end_well()
        if second:
            second.end_well()
    assert files(folder) == ["crash"]


def test_the_newest_five_reports_are_kept(folder: Path) -> None:
    folder.mkdir(parents=True)
    for number in range(8):
        (folder / f"crash-2026112{number}-101112-1.txt").write_text("about\n\nhappened\n", encoding="utf-8")
    assert next_start(folder) is None
    assert sorted(file.name[6:14] for file in folder.glob("crash-*")) == [f"2026112{n}" for n in range(3, 8)]


def test_a_folder_that_cannot_be_made_is_a_warning_and_no_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    crash_log = CrashLog(tmp_path / "file" / "T3WebLog", "Qt 6")
    assert crash_log.report() is None
    assert crash_log.last_crash is None
    crash_log.end_well()
    assert "Crashes leave no report" in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_signal_that_ends_the_program_by_force_leaves_its_traceback(folder: Path) -> None:
    ended = program(folder, "os.kill(os.getpid(), __import__('signal').SIGABRT)")
    assert ended.returncode == -signal.SIGABRT
    crash = next_start(folder)
    assert crash is not None
    assert "Fatal Python error: Aborted" in crash.text
