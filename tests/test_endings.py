"""Whatever ends a window, it ends as by a click: stored, remembered, and with nothing left behind."""

import asyncio
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType

from answers import real_answer, real_panel, real_point
from programs import Run, cycle, next_event, opened, until
from t3monitor.app import MonitorApp
from t3monitor.commands import exit_codes
from t3monitor.commands.window import Ending
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.config.settings_file import load, save
from t3monitor.diagnostics.crashes import CrashLog
from t3monitor.diagnostics.logs import start_logging
from t3monitor.model.events import CycleFinished
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.lock import holder_of
from t3monitor.store.reading import reading

KEY = PointKey(237219, PointType.INPUT, 1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    answer = tmp_path / "answer.json"
    answer.write_bytes(real_answer(real_panel(1, [real_point()])))
    return Settings(link=LinkName.REPLAY, replay=str(answer), auto_start=False)


@pytest.mark.parametrize("has_begun", [True, False])
def test_history_that_is_being_loaded_is_forgotten_before_anything_is_closed(
    has_begun: bool, run: Run, paths: Paths, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    loading: list[bool] = []

    async def scenario() -> None:
        async with opened(paths, settings) as program:
            loader, close = program.window.trend.loader, program.services.close
            monkeypatch.setattr(program.services, "close", lambda: (loading.append(loader.is_busy), close()))
            await cycle(program, program.window.sync_once_action.trigger)
            program.window.trend.state.add([KEY])
            if has_begun:
                loader.flush()
            assert loader.is_busy

    run(scenario())
    assert loading == [False]


def test_what_is_being_read_ends_with_the_window(run: Run, paths: Paths, settings: Settings) -> None:
    def count_for_long() -> None:
        long = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000) SELECT max(i) FROM n"
        begun.set()
        with reading(paths.database_url(settings)) as connection:
            connection.exec_driver_sql(long)
            counted.set()

    begun, counted = threading.Event(), threading.Event()

    async def scenario() -> None:
        async with opened(paths, settings) as program:
            await cycle(program, program.window.sync_once_action.trigger)
            program._tasks.spawn(program._tasks.read(count_for_long))
            await until(begun.is_set, program)

    run(scenario())
    assert not counted.is_set()


def test_what_is_plotted_is_remembered_without_an_orderly_end(run: Run, paths: Paths, settings: Settings) -> None:
    async def scenario() -> None:
        async with opened(paths, settings) as program:
            program.window.trend.state.add([KEY])
            assert program.memory._timer.isActive()
            program.memory._timer.timeout.emit()
            remembered = json.loads(paths.window_state_file.read_text(encoding="utf-8"))
            assert remembered["trend"] == program.window.trend.save_state()
            assert str(KEY.serial_number) in str(remembered["trend"])

    run(scenario())


def test_a_cycle_that_ends_while_the_window_closes_begins_nothing_more(
    run: Run, paths: Paths, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with opened(paths, settings) as program:
            finished = next_event(program, CycleFinished)
            program.window.sync_once_action.trigger()
            event = await finished
            await until(lambda: not program.is_busy, program)
            program.window.close()
            program.feed.on_event(event)
            assert not program._tasks.is_busy

    run(scenario())
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


def test_what_is_shown_while_the_window_closes_does_not_start_its_clock_again(
    run: Run, paths: Paths, settings: Settings
) -> None:
    async def scenario() -> None:
        program = MonitorApp(paths, settings)
        running = asyncio.ensure_future(program.run())
        await until(program._tick.isActive, program)
        program.window.close()
        await running
        program.feed.shown.emit()  # by what was being read
        assert not program._tick.isActive()

    run(scenario())


@pytest.fixture
def ended(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The exit codes with which the process would have ended."""
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr("logging.shutdown", lambda: None)
    return codes


@pytest.fixture
def crash_log(paths: Paths) -> Iterator[CrashLog]:
    log = CrashLog(paths.log_folder, "Qt")
    yield log
    log.end_well()


@pytest.mark.parametrize("how", ["display", "log-off"])
def test_a_display_that_goes_and_a_log_off_end_it_in_order(
    how: str, run: Run, paths: Paths, settings: Settings, crash_log: CrashLog, ended: list[int]
) -> None:
    database = paths.database_file("replay")

    async def scenario() -> None:
        program = MonitorApp(paths, settings)
        ending = Ending(program, crash_log)
        running = asyncio.ensure_future(program.run())
        await until(lambda: program.window.isVisible() and not program.is_busy, program)
        await cycle(program, program.window.sync_once_action.trigger)
        assert holder_of(database) is not None
        if how == "display":
            text = "The X11 connection broke (error 1). Did the X11 server die?"
            ending.on_qt_message(QtMsgType.QtWarningMsg, QMessageLogContext(), text)
        else:
            ending.on_quit()
        assert ended == [exit_codes.GOOD]
        assert holder_of(database) is None
        assert [file.name for file in database.parent.iterdir()] == [database.name]
        assert paths.window_state_file.exists()
        assert list(paths.log_folder.iterdir()) == []
        await running

    run(scenario())


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, exit_codes.INTERRUPTED), (signal.SIGTERM, exit_codes.GOOD)]
)
def test_signals_close_the_window_however_many_come(
    number: int, code: int, run: Run, paths: Paths, settings: Settings, crash_log: CrashLog
) -> None:
    async def scenario() -> None:
        program = MonitorApp(paths, settings)
        ending = Ending(program, crash_log)
        running = asyncio.ensure_future(program.run())
        for _ in range(3):
            ending.on_signal(number)
        await running
        ending.on_signal(number)  # the window has gone
        assert ending.exit_code == code

    run(scenario())


CONSOLE_IS_CLOSED = """
import threading
from t3monitor.commands import signals
signals.end_at_once_on_signals()
asked = threading.Event()
signals.on_end_signals(lambda number: asked.set())
console = threading.Thread(target=signals._handlers[-1], args=(2,), daemon=True)  # CTRL_CLOSE_EVENT
console.start()
while not asked.wait(0.05):
    pass
console.join(0.2)
print("ended in order" if console.is_alive() else "Windows would have ended it before")
"""


@pytest.mark.skipif(
    sys.platform != "win32", reason="elsewhere a console that is closed sends SIGHUP and waits for nobody"
)
def test_windows_is_kept_from_ending_a_program_whose_console_is_closed_before_it_has_ended_in_order() -> None:
    program = subprocess.run(
        [sys.executable, "-c", CONSOLE_IS_CLOSED], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=50
    )
    assert (program.returncode, program.stdout, program.stderr) == (0, "ended in order\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="there the folders of a user are private by themselves")
def test_settings_and_logs_are_their_owners_and_what_was_open_to_others_is_mended(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "data", tmp_path / "logs")
    for file in (paths.settings_file, paths.log_folder / "FFI.log", paths.log_folder / "FFI.log.1"):
        file.parent.mkdir(exist_ok=True, parents=True)
        file.parent.chmod(0o755)
        file.write_text("{}")
        file.chmod(0o644)
    load(paths.settings_file)
    start_logging(paths.log_folder, cycles_on_stderr=False)
    assert modes(paths.config) == {"": 0o700, "settings.json": 0o600}
    assert set(modes(paths.log_folder).values()) == {0o700, 0o600}
    new = tmp_path / "new" / "config" / "settings.json"
    save(new, Settings())
    assert modes(new.parent) == {"": 0o700, "settings.json": 0o600}


def modes(folder: Path) -> dict[str, int]:
    of_files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}
    return {"": stat.S_IMODE(folder.stat().st_mode)} | of_files
