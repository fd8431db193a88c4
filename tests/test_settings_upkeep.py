"""Upkeep in the settings: one task at a time, watched and cancelled, and what came of it in one sentence."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from socket import gethostname
from sqlite3 import connect

import pytest
from pytestqt.qtbot import QtBot

from programs import Run, cycle, opened, until
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import DatabaseError, Outcome
from t3monitor.store.database import Database
from t3monitor.store.lock import Holder, Lock
from t3monitor.store.work import LongWork
from t3monitor.ui.kit.notice import Tone
from t3monitor.ui.settings.upkeep import UpkeepBox, UpkeepTask

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform says so of every window


class Scripted:
    """Upkeep that does what a test says."""

    def __init__(self, act: Callable[[LongWork], Awaitable[str]]) -> None:
        self.asked: list[UpkeepTask] = []
        self._act = act

    async def state(self) -> str:
        return f"asked {len(self.asked)} times"

    async def do(self, task: UpkeepTask, work: LongWork) -> str:
        self.asked.append(task)
        return await self._act(work)


def shown(box: UpkeepBox) -> tuple[bool, bool]:
    """Whether the buttons can be clicked, and whether the bar is there."""
    return all(button.isEnabled() for button in box.buttons.values()), not box.bar.isHidden()


def test_a_task_is_watched_and_its_sentence_shown(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    async def act(work: LongWork) -> str:
        assert shown(box) == (False, True)
        box.on_look()
        assert box.bar.maximum() == 0, "a bar without an end, as long as nobody knows"
        work.share = 0.25
        box.on_look()
        assert box.bar.value() / box.bar.maximum() == 0.25
        box.begin(UpkeepTask.CHECK)
        return "The database is compact"

    async def scenario() -> None:
        box.buttons[UpkeepTask.COMPACT].click()
        await until(lambda: shown(box) == (True, False))

    upkeep = Scripted(act)
    box = UpkeepBox(upkeep)
    qtbot.addWidget(box)
    assert shown(box) == (True, False)
    loop.run_until_complete(scenario())
    assert upkeep.asked == [UpkeepTask.COMPACT], "one at a time"
    assert shown(box) == (True, False)
    assert (box.message.tone, box.message.text()) == (Tone.GOOD, "✓ The database is compact")
    assert box.state.text() == "Asked 1 times"


@pytest.mark.parametrize(
    ("error", "tone", "words"),
    [
        (DatabaseError("The disk is full; free some space"), Tone.BAD, "The disk is full"),
        (ZeroDivisionError(), Tone.BAD, "by an error in this program"),
    ],
)
def test_what_went_wrong_is_said_and_the_buttons_come_back(
    error: Exception, tone: Tone, words: str, qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    async def act(_: LongWork) -> str:
        raise error

    async def scenario() -> None:
        box.begin(UpkeepTask.BACK_UP)
        await until(lambda: shown(box) == (True, False))

    box = UpkeepBox(Scripted(act))
    qtbot.addWidget(box)
    loop.run_until_complete(scenario())
    assert box.message.tone is tone
    assert words in box.message.text()
    assert shown(box) == (True, False)


def test_a_task_is_cancelled(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    async def act(work: LongWork) -> str:
        box.cancel.click()
        assert not box.cancel.isEnabled()
        work.tell(0.5)
        return "done all the same"

    async def scenario() -> None:
        box.begin(UpkeepTask.CHECK)
        await until(lambda: shown(box) == (True, False))

    box = UpkeepBox(Scripted(act))
    qtbot.addWidget(box)
    loop.run_until_complete(scenario())
    assert box.message.text() == "It was cancelled, and nothing of it is left behind"


def rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(connect(file)) as connection:
        return connection.execute(sql).fetchall()


def test_the_window_does_each_of_them_while_it_records(paths: Paths, run: Run) -> None:
    async def scenario() -> None:
        async with opened(paths, Settings(link=LinkName.DEMO, demo_panels=1, auto_start=False)) as program:
            await cycle(program, program.window.sync_once_action.trigger)
            file = paths.database_file(LinkName.DEMO)
            program.settings.open()
            box = program.settings.dialog.database.upkeep
            for task, words in (
                (UpkeepTask.CHECK, "is good: "),
                (UpkeepTask.BACK_UP, "and it is good"),
                (UpkeepTask.COMPACT, "The database is compact: "),
            ):
                box.begin(task)
                await until(lambda: shown(box) == (True, False), program)
                assert (box.message.tone, words in box.message.text()) == (Tone.GOOD, True), box.message.text()
            (backup,) = file.parent.glob("*.backup-*")
            await until(lambda: str(backup) in box.state.text(), program)
            report = await cycle(program, program.window.sync_once_action.trigger)
            assert report.outcome is Outcome.OK
            program.settings.close()
            kinds = [kind for (kind,) in rows(file, "SELECT kind FROM SYNC_EVENTS")]
            assert {"checked", "backed_up", "compacted"} < set(kinds)

    run(scenario())


def test_beside_another_recorder_it_is_checked_and_copied_but_not_compacted(paths: Paths, run: Run) -> None:
    async def scenario() -> None:
        file = paths.database_file(LinkName.DEMO)
        Database(f"sqlite:///{file}").close()
        async with opened(paths, Settings(link=LinkName.DEMO, demo_panels=1, auto_start=False)) as program:
            program.recorder._desk.give_back(file)
            lock = Lock(file, Holder(program="t3monitor sync", pid=1, user="ann", host=gethostname(), port=1, key=""))
            upkeep, work = program.services.upkeep, LongWork()
            url, settings = program.session.database, program.session.settings
            try:
                assert "is good" in upkeep.check(url, work)
                assert "and it is good" in upkeep.back_up(url, settings, work)
                with pytest.raises(DatabaseError, match="is in use by t3monitor sync of ann"):
                    upkeep.compact(url, work)
            finally:
                lock.release()
            assert rows(file, "SELECT count(*) FROM SYNC_EVENTS WHERE kind = 'checked'") == [(0,)]

    run(scenario())


def test_closing_the_settings_cancels_what_goes_on(paths: Paths, run: Run) -> None:
    async def scenario() -> None:
        async with opened(paths, Settings(link=LinkName.DEMO, demo_panels=1, auto_start=False)) as program:
            program.settings.open()
            box = program.settings.dialog.database.upkeep
            box.begin(UpkeepTask.CHECK)
            work = box._work
            program.settings.close()
            assert work.is_cancelled
            await until(lambda: program.settings.dialog is None, program)

    run(scenario())
