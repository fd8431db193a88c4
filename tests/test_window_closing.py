"""The window closes in time and leaves nothing behind, whatever hangs."""

import asyncio
import os
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from programs import Run, cycle, next_event, opened, until
from t3monitor.app import MonitorApp
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName
from t3monitor.model.events import AnswerDecoded
from t3monitor.simulation import past
from window_settings import DEMO, PANELS, Does, library_settings


def test_closing_the_window_during_a_hang_takes_less_than_5_s_and_leaves_no_process(
    run: Run, paths: Paths, t3000_library: Path, t3000_does: Does, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    t3000_does(f"hang {pid}")

    async def scenario() -> None:
        program = MonitorApp(paths, library_settings(t3000_library, auto_start=True))
        running = asyncio.ensure_future(program.run())
        await until(lambda: pid.exists() and bool(pid.read_text().strip()), program)
        program.window.close()
        await asyncio.wait_for(running, 5)  # the contract; it takes a fraction of it
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid.read_text()), 0)

    run(scenario())


def test_closing_while_the_simulated_building_gets_its_past_leaves_no_half_of_it(
    run: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "_DEMO_STEP_S", 300)  # it takes long enough to be closed meanwhile

    async def scenario() -> None:
        program = MonitorApp(paths, DEMO.with_values(demo_panels=20))
        running = asyncio.ensure_future(program.run())
        partial = paths.database_file(LinkName.DEMO).with_name("webview_t3_device.db.partial")
        await until(partial.exists, program)
        program.window.close()
        await asyncio.wait_for(running, 5)
        assert list(partial.parent.iterdir()) == []
        monkeypatch.undo()
        async with opened(paths, DEMO) as program:
            state = program.session.shown
            assert state is not None
            assert len(state.panels) == PANELS, "the next start makes it whole"
        partial.touch()  # of a program that was killed
        async with opened(paths, DEMO):
            assert not partial.exists()

    run(scenario())


def test_a_test_of_a_library_that_hangs_does_not_hold_up_closing(
    run: Run, paths: Paths, t3000_library: Path, t3000_does: Does, tmp_path: Path
) -> None:
    t3000_does(f"hang {tmp_path / 'pid'}")

    async def scenario() -> None:
        program = MonitorApp(paths, library_settings(t3000_library, timeout_seconds=20))
        running = asyncio.ensure_future(program.run())
        await until(program.window.isVisible, program)
        program.settings.open()
        assert program.settings.dialog is not None
        program.settings.dialog.on_test()
        await until((tmp_path / "pid").exists, program)
        program.window.close()
        await asyncio.wait_for(running, 5)
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)  # it would end with the program, not with the test

    run(scenario())


def test_closing_while_another_program_locks_the_database_takes_less_than_5_s(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            await cycle(program, program.window.sync_once_action.trigger)
        with closing(sqlite3.connect(paths.database_file(LinkName.DEMO))) as other:
            program = MonitorApp(paths, DEMO)
            running = asyncio.ensure_future(program.run())
            await until(lambda: program.window.isVisible() and not program.is_busy, program)
            other.execute("BEGIN IMMEDIATE")
            decoded = next_event(program, AnswerDecoded)
            program.services.sync_once()
            await decoded
            program.window.close()
            await asyncio.wait_for(running, 5)

    run(scenario())
