"""The log files of docs/t3000.md 13.4: their lines, their rotation, and what happens where they cannot be."""

import logging
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from t3monitor.diagnostics import logs
from t3monitor.diagnostics.logs import flush_logs, start_logging

PROGRAM = logging.getLogger("t3monitor.sync.service")
FFI = logging.getLogger("t3monitor.ffi")
STAMP = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] ")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Logging belongs to the whole process: afterwards it is as if nothing had been started."""
    loggers = [logging.getLogger(name) for name in ("t3monitor", "t3monitor.ffi")]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.handlers = []
    yield
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        for handler in logger.handlers:
            handler.close()
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "T3WebLog"


def started(folder: Path) -> Path:
    start_logging(folder, cycles_on_stderr=False)
    return folder


def lines(file: Path) -> list[str]:
    return file.read_bytes().decode("utf-8").splitlines()


def texts(file: Path) -> list[str]:
    """The lines without their stamps; each must have one."""
    found = lines(file)
    assert all(STAMP.match(line) for line in found)
    return [STAMP.sub("", line, count=1) for line in found]


def handler_count() -> int:
    return sum(len(logging.getLogger(name).handlers) for name in ("t3monitor", "t3monitor.ffi"))


def test_the_program_and_the_calls_have_a_file_each(folder: Path) -> None:
    started(folder)
    PROGRAM.info("🚀 Starting %s", "T3 Monitor")
    FFI.info("🔄 Starting HandleWebViewMsg(%d) call", 15)
    assert texts(folder / "Initialize.log") == ["🚀 Starting T3 Monitor"]
    assert texts(folder / "FFI.log") == ["🔄 Starting HandleWebViewMsg(15) call"]


def test_both_files_are_there_from_the_start(folder: Path) -> None:
    started(folder)
    assert sorted(file.name for file in folder.iterdir()) == ["FFI.log", "Initialize.log"]


def test_a_line_has_the_local_time_of_its_record(folder: Path) -> None:
    started(folder)
    moment = time.mktime((2025, 10, 21, 12, 0, 16, 0, 0, -1))
    FFI.handle(logging.makeLogRecord({"created": moment + 0.9, "levelno": logging.INFO, "msg": "🔄 call"}))
    assert lines(folder / "FFI.log") == ["[2025-10-21 12:00:16] 🔄 call"]


def test_every_line_of_a_record_is_stamped(folder: Path) -> None:
    started(folder)
    FFI.info("first\nsecond\n\nfourth")
    assert texts(folder / "FFI.log") == ["first", "second", "", "fourth"]


def test_every_line_of_a_traceback_is_stamped(folder: Path) -> None:
    started(folder)
    try:
        raise ValueError("two\nlines")
    except ValueError:
        PROGRAM.exception("❌ a bug")
    found = texts(folder / "Initialize.log")
    assert found[0] == "❌ a bug"
    assert found[1].startswith("Traceback")
    assert found[-2:] == ["ValueError: two", "lines"]


def test_the_files_are_utf_8_whatever_the_text(folder: Path) -> None:
    started(folder)
    names = ["Bürogebäude", "日本", "⚠️ °C Ω", "Geb\udce4ude.txt"]
    for name in names:
        FFI.info("📱 %s", name)
    assert texts(folder / "FFI.log")[:3] == [f"📱 {name}" for name in names[:3]]
    assert len(texts(folder / "FFI.log")) == 4


def test_what_is_less_than_information_is_not_written(folder: Path) -> None:
    started(folder)
    PROGRAM.debug("a detail")
    assert lines(folder / "Initialize.log") == []


def test_a_restart_adds_lines_and_no_handlers(folder: Path) -> None:
    started(folder)
    first = handler_count()
    FFI.info("before")
    for _ in range(3):
        started(folder)
    FFI.info("after")
    PROGRAM.info("once")
    assert handler_count() == first
    assert texts(folder / "FFI.log") == ["before", "after"]
    assert texts(folder / "Initialize.log") == ["once"]


def test_a_restart_in_another_folder_leaves_the_first_alone(folder: Path, tmp_path: Path) -> None:
    started(folder)
    FFI.info("here")
    started(tmp_path / "other")
    FFI.info("there")
    assert texts(folder / "FFI.log") == ["here"]
    assert texts(tmp_path / "other" / "FFI.log") == ["there"]


def test_nothing_reaches_the_root_logger(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    started(folder)
    FFI.warning("⚠️ to the file")
    PROGRAM.warning("⚠️ to the file")
    assert caplog.records == []


# Standard error


def test_warnings_of_the_program_are_on_standard_error_and_information_is_not(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started(folder)
    PROGRAM.info("🚀 quiet")
    PROGRAM.warning("⚠️ loud")
    flush_logs()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "⚠️ loud\n")


@pytest.mark.parametrize(("asked", "shown"), [(True, "❌ failed\n"), (False, "")])
def test_warnings_of_the_cycles_are_on_standard_error_only_on_request(
    asked: bool, shown: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_logging(folder, cycles_on_stderr=asked)
    FFI.error("❌ failed")
    flush_logs()
    assert capsys.readouterr().err == shown
    assert texts(folder / "FFI.log") == ["❌ failed"]


def test_a_program_without_standard_error_logs_all_the_same(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    start_logging(folder, cycles_on_stderr=True)
    PROGRAM.warning("⚠️ one")
    FFI.warning("⚠️ two")
    assert (texts(folder / "Initialize.log"), texts(folder / "FFI.log")) == (["⚠️ one"], ["⚠️ two"])


# Folders that cannot be written to


def test_a_folder_that_cannot_be_made_is_one_warning_and_no_exception(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(b"")
    start_logging(tmp_path / "file" / "T3WebLog", cycles_on_stderr=False)
    FFI.info("to nowhere")
    PROGRAM.info("to nowhere")
    flush_logs()
    captured = capsys.readouterr()
    assert captured.out == ""
    (warning,) = captured.err.splitlines()
    assert str(tmp_path / "file" / "T3WebLog") in warning
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("name", ["FFI.log", "Initialize.log"])
def test_one_file_that_cannot_be_opened_is_one_warning_and_no_exception(
    name: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / name).mkdir(parents=True)
    started(folder)
    FFI.info("🔄 call")
    PROGRAM.info("🚀 start")
    flush_logs()
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_an_unwritable_folder_without_standard_error_is_no_exception(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setattr(sys, "stderr", None)
    start_logging(tmp_path / "file", cycles_on_stderr=True)
    FFI.error("to nowhere")


def test_a_folder_that_vanishes_while_the_program_runs_is_no_exception(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started(folder)
    shutil.rmtree(folder)
    FFI.info("to nowhere")
    PROGRAM.info("to nowhere")
    assert capsys.readouterr().err == ""


# Rotation


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(logs, "_MAX_BYTES", 1000)
    return 1000


def test_rotation_keeps_going_and_keeps_the_newest_lines_in_a_few_small_files(folder: Path, small_files: int) -> None:
    started(folder)
    for number in range(500):
        FFI.info("line %d of many", number)
    files = sorted(folder.glob("FFI.log*"), reverse=True)  # .5 is the oldest
    assert [file.name for file in files] == [*(f"FFI.log.{n}" for n in (5, 4, 3, 2, 1)), "FFI.log"]
    assert all(file.stat().st_size <= small_files for file in files)
    kept = [text for file in files for text in texts(file)]
    assert kept == [f"line {number} of many" for number in range(500 - len(kept), 500)]
    assert len(kept) > 100
    assert lines(folder / "Initialize.log") == []


def test_rotation_goes_on_after_a_restart(folder: Path, small_files: int) -> None:
    for number in range(60):
        started(folder)
        FFI.info("line %d of many", number)
    files = sorted(folder.glob("FFI.log*"), reverse=True)
    assert len(files) > 1
    assert [text for file in files for text in texts(file)] == [f"line {number} of many" for number in range(60)]


def test_no_line_is_lost_while_the_files_cannot_be_renamed(
    folder: Path, small_files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(folder)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "The process cannot access the file because it is being used by another process")

    with monkeypatch.context() as locked:
        locked.setattr(os, "rename", refuse)
        for number in range(100):
            FFI.info("line %d of many", number)
    assert texts(folder / "FFI.log") == [f"line {number} of many" for number in range(100)]
    for number in range(100, 200):
        FFI.info("line %d of many", number)
    files = sorted(folder.glob("FFI.log*"), reverse=True)
    assert len(files) > 1
    assert files[-1].stat().st_size <= small_files
    assert [text for file in files for text in texts(file)] == [f"line {number} of many" for number in range(200)]


def test_the_older_files_stay_while_another_process_holds_the_newest(
    folder: Path, small_files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    started(folder)
    for number in range(300):
        FFI.info("line %d of many", number)
    rename = os.rename

    def refuse_the_newest(source: str, target: str) -> None:
        if Path(source).name == "FFI.log":
            raise PermissionError(13, "it is being used by another process")
        rename(source, target)

    monkeypatch.setattr(os, "rename", refuse_the_newest)
    for number in range(300, 320):
        FFI.info("line %d of many", number)
    kept = [text for file in sorted(folder.glob("FFI.log*"), reverse=True) for text in texts(file)]
    assert kept == [f"line {number} of many" for number in range(320 - len(kept), 320)]
    assert len(list(folder.glob("FFI.log.*"))) >= 4
