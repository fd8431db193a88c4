"""Two programs and one database: the second window follows, hands over, and takes over when the first has ended."""

import asyncio
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from answers import real_answer, real_panel, real_point
from programs import PATIENCE_S, Run, click, opened, until
from t3monitor.app import MonitorApp
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.baselines import BaselineEdit
from t3monitor.model.errors import DatabaseError
from t3monitor.model.events import CycleReport, CycleStarted, FillEnded, FillOffered, ServiceStarted
from t3monitor.model.notes import Note, NoteEdit
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.database import Database
from t3monitor.store.lock import HeldError, Holder, Lock, holder_of, lock_file
from t3monitor.sync.handover import (
    Desk,
    OtherSettingsError,
    UnansweredError,
    give_past,
    show,
    sync_once,
    write_baseline,
    write_notes,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    answer = tmp_path / "answer.json"
    answer.write_bytes(real_answer(real_panel(1, [real_point()])))
    return Settings(link=LinkName.REPLAY, replay=str(answer), sync_interval_secs=3600)


@pytest.fixture
def other_paths(paths: Paths) -> Paths:
    """Another user, with settings of its own and the same database."""
    return Paths(paths.config.with_name("other"), paths.data, paths.logs)


def test_a_second_window_shows_what_the_first_stores_and_records_nothing(
    run: Run, paths: Paths, other_paths: Paths, settings: Settings
) -> None:
    async def scenario() -> None:
        async with opened(paths, settings) as first, opened(other_paths, settings) as second:
            await until(lambda: first.session.is_started and not first.is_busy, first)
            assert first.recorder.records
            assert not second.recorder.records
            holder = holder_of(paths.database_file("replay"))
            window = second.window
            assert window.recorder_banner.label.text().startswith(f"▲ {holder} records into this database")
            assert not window.start_action.isEnabled()
            assert not window.stop_action.isEnabled()
            assert str(holder) in window.start_action.toolTip()
            await until(lambda: second.session.is_started, second)  # it hears so

            runs = window.activity.cycles.model.rowCount()
            click(second, window.sync_once_action)
            await until(lambda: window.activity.cycles.model.rowCount() > runs and not second.is_busy, second)
            assert second.session.shown is not None
            assert first.session.shown is not None
            assert second.session.shown.received_at == first.session.shown.received_at
            assert first.window.activity.cycles.model.rowCount() == window.activity.cycles.model.rowCount()

    run(scenario())


def test_when_the_recorder_has_ended_a_click_records_here(run: Run, paths: Paths, settings: Settings) -> None:
    desk = Desk("t3monitor sync", Host())
    desk.take(paths.database_file("replay"))
    desk.publish(ServiceStarted(3600))

    async def scenario() -> None:
        async with opened(paths, settings) as program:
            window = program.window
            await until(lambda: program.session.is_started, program)
            desk.close()
            await until(lambda: bool(program.recorder.problem), program)
            assert "has ended: nobody records" in window.recorder_banner.label.text()
            assert not program.session.is_started
            assert not window.sync_once_action.isEnabled()
            window.recorder_banner.button.click()
            await until(lambda: program.session.is_started and program.session.shown is not None, program)
            assert window.recorder_banner.isHidden()
            assert program.recorder.records

    run(scenario())


def test_beside_an_import_it_is_said_that_this_ends_and_a_click_records_then(
    run: Run, paths: Paths, settings: Settings
) -> None:
    database = paths.database_file("replay")
    lock = Lock(database, Holder.of_this_process("t3monitor import", 0, ""))

    async def scenario() -> None:
        async with opened(paths, settings) as program:
            banner = program.window.recorder_banner
            await until(lambda: not program.recorder.records, program)
            program.recorder.look_again()
            assert f"is in use by {holder_of(database)}: wait until that is done" in banner.label.text()
            lock.release()
            banner.button.click()
            await until(lambda: program.session.is_started and program.session.shown is not None, program)
            assert program.recorder.records

    try:
        run(scenario())
    finally:
        lock.release()


def test_of_two_windows_that_are_started_at_once_one_stays(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, Settings()) as first:
            shown: list[bool] = []
            first.recorder.show_asked.disconnect()  # to come to the front is more than there is off screen
            first.recorder.show_asked.connect(lambda: shown.append(True))
            second = MonitorApp(paths, Settings())
            await asyncio.wait_for(second.run(), PATIENCE_S)
            await until(lambda: bool(shown), first)
            assert not first.is_closing

    run(scenario())


def test_the_sites_are_those_that_the_program_names_that_records(run: Run, paths: Paths, settings: Settings) -> None:
    desk = Desk("t3monitor sync", Host())
    desk.take(paths.database_file("replay"))
    for site in ("Office", "Plant"):
        desk.publish(ServiceStarted(3600, site=site))

    async def scenario() -> None:
        async with opened(paths, settings) as program:
            progress = program.window.progress
            await until(lambda: list(progress.sites) == ["Office", "Plant"] and program.session.is_started, program)
            desk.publish(CycleStarted("", False, 30, 3, 20, site="Plant"))
            await until(lambda: progress.current == "Plant" and progress.sites["Plant"].in_cycle, program)
            desk.close()
            await until(lambda: list(progress.sites) == [""], program)

    run(scenario())


def test_a_program_that_begins_to_record_later_is_followed_too(run: Run, paths: Paths, settings: Settings) -> None:
    async def scenario() -> None:
        first = Desk("t3monitor sync", Host())
        first.take(paths.database_file("replay"))
        async with opened(paths, settings) as program:
            first.close()
            await until(lambda: bool(program.recorder.problem), program)
            again = Desk("t3monitor sync", Host())
            again.take(paths.database_file("replay"))
            program.on_tick()
            assert program.recorder.other == holder_of(paths.database_file("replay"))
            assert program.window.sync_once_action.isEnabled()
            again.close()

    run(scenario())


@pytest.mark.parametrize("hanging", ["__init__", "release"])
def test_the_end_waits_for_no_share_that_hangs(hanging: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("t3monitor.sync.handover._CLOSING_S", 0.01)
    desk = Desk("t3monitor sync", Host())
    desk.take(tmp_path / "window")
    hangs, goes_on = threading.Event(), threading.Event()

    def hang(*_: object) -> None:
        hangs.set()
        goes_on.wait()

    with monkeypatch.context() as patched:
        patched.setattr(Lock, hanging, hang)
        taking = threading.Thread(target=desk.take, args=(tmp_path / "share",), daemon=True)
        taking.start()
        if hanging == "__init__":
            hangs.wait(PATIENCE_S)
        else:
            taking.join(PATIENCE_S)
        closing = threading.Thread(target=desk.close, daemon=True)
        closing.start()
        closing.join(PATIENCE_S)
        has_ended = not closing.is_alive()
    goes_on.set()
    taking.join()
    closing.join()
    desk._thread.join()
    assert has_ended


def test_a_database_that_another_computer_has_is_not_even_read(run: Run, paths: Paths, settings: Settings) -> None:
    database = paths.database_file("replay")
    elsewhere = Holder(program="t3monitor sync", pid=7, user="anna", host="another-pc", port=1, key="")

    async def scenario() -> None:
        async with opened(paths, settings) as program:
            await until(lambda: program.session.shown is not None, program)
        lock = Lock(database, elsewhere)
        async with opened(paths, settings) as program:
            assert "of anna (process 7 on another-pc)" in program.window.recorder_banner.label.text()
            assert not program.window.sync_once_action.isEnabled()
            assert program.session.shown is None
            lock.release()
            click(program, program.window.start_action)
            await until(lambda: program.session.is_started and program.session.shown is not None, program)
        assert [file.name for file in database.parent.iterdir()] == [database.name]

    run(scenario())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps files that are open")
def test_a_window_whose_share_was_away_follows_the_program_that_was_faster_when_it_came_back(
    run: Run, paths: Paths, settings: Settings, tmp_path: Path
) -> None:
    database = paths.database_file("replay")

    async def scenario() -> None:
        async with opened(paths, settings) as program:
            await a_whole_cycle(program)
            away = database.parent.rename(tmp_path / "away")
            lock_file(away / database.name).unlink()
            database.parent.mkdir()  # as an empty mount point is
            await a_whole_cycle(program)
            assert program.recorder.records
            assert list(database.parent.iterdir()) == []
            database.parent.rmdir()
            away.rename(database.parent)
            faster = Desk("t3monitor sync", Host())
            faster.take(database)
            click(program, program.window.sync_once_action)
            await until(lambda: program.recorder.other == holder_of(database), program)
            await until(lambda: not (program.recorder.records or program.session.is_started), program)
            faster.close()

    run(scenario())


async def a_whole_cycle(program: MonitorApp) -> None:
    """A cycle until the service is ready for another one: a click a moment before still joins this one."""
    await asyncio.gather(*map(asyncio.wrap_future, program.services.sync_once()))
    await until(lambda: program.window.sync_once_action.isEnabled() and not program.is_busy, program)


class Host:
    """A program with a desk, without services."""

    settings = Settings()

    def __init__(self) -> None:
        self.shown = 0
        self.edits: Sequence[NoteEdit] = ()
        self.cycles: list[Future[CycleReport]] = []

    def show(self) -> None:
        self.shown += 1

    def sync_once(self, *, find_panels: bool) -> list[Future[CycleReport]]:
        return self.cycles

    def write_notes(self, edits: Sequence[NoteEdit]) -> Sequence[NoteEdit]:
        self.edits = edits
        return (NoteEdit(None, 7),)

    def write_baseline(self, edit: BaselineEdit) -> None:
        self.baseline = edit

    def give_past(self) -> None:
        raise DatabaseError("The database is full")

    def fill(self) -> None:
        self.filled = True


def test_the_program_that_records_is_asked_to_write_notes(host: Host, holder: Holder) -> None:
    edits = [NoteEdit(Note(1.5, None, PointKey(7, PointType.INPUT, 1), "Belt", "ann", 2.0, 2.0)), NoteEdit(None, 3)]
    assert asyncio.run(write_notes(holder, edits)) == (NoteEdit(None, 7),)
    assert list(host.edits) == edits


def test_the_program_that_records_is_asked_to_freeze_all_points(host: Host, holder: Holder) -> None:
    edit = BaselineEdit("freeze", "Commissioning", author="ann")
    asyncio.run(write_baseline(holder, edit))
    assert host.baseline == edit


def test_a_window_beside_a_recorder_has_its_offer_to_fill_holes_and_a_click_passes_it_on(
    run: Run, paths: Paths, settings: Settings
) -> None:
    offered = FillOffered(2, 1000.0, 9000.0, 7200.0)

    async def scenario() -> None:
        host, database = Host(), paths.database_file("replay")
        database.parent.mkdir(parents=True)
        Database(sqlite_url(database)).close()
        desk = Desk("t3monitor sync", host)
        desk.take(database)
        desk.publish(ServiceStarted(30))
        desk.publish(offered)  # before anybody follows
        try:
            async with opened(paths, settings) as program:
                offer = program.window.fill_offer
                await until(offer.isVisible, program)
                assert offer.text().startswith("2 hours missed · ")
                offer.click()
                await until(lambda: getattr(host, "filled", False), program)
                desk.publish(FillEnded(0, 0, 7200.0, 0.0))
                await until(lambda: not offer.isVisible(), program)
                desk.publish(offered)
                await until(offer.isVisible, program)
                desk.close()
                await until(lambda: not offer.isVisible(), program)
        finally:
            desk.close()

    run(scenario())


def test_what_the_program_that_records_cannot_write_is_its_sentence(holder: Holder) -> None:
    with pytest.raises(UnansweredError, match="The database is full"):
        asyncio.run(give_past(holder))


@pytest.fixture
def host() -> Host:
    return Host()


@pytest.fixture
def holder(host: Host, tmp_path: Path) -> Iterator[Holder]:
    desk = Desk("t3monitor window", host)
    desk.take(tmp_path / "x.db")
    found = holder_of(tmp_path / "x.db")
    assert found is not None
    yield found
    desk.close()
    assert holder_of(tmp_path / "x.db") is None


def test_a_window_is_asked_to_come_to_the_front(host: Host, holder: Holder) -> None:
    asyncio.run(show(holder))
    assert host.shown == 1


def test_who_does_not_know_the_key_gets_no_answer(host: Host, holder: Holder) -> None:
    stranger = Holder(program="", pid=1, user="", host="", port=holder.port, key="guessed")
    with pytest.raises(UnansweredError):
        asyncio.run(show(stranger))
    assert host.shown == 0


@pytest.mark.parametrize("text", [b"\n", b"no JSON\n", b"\xff\xfe\n", b'{"key": 1}\n', b"x" * 2_000_000 + b"\n"])
def test_nonsense_ends_nothing_but_its_own_connection(text: bytes, host: Host, holder: Holder) -> None:
    async def talk() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", holder.port)
        writer.write(text)
        with suppress(ConnectionError):
            assert await reader.read() == b""
        writer.close()
        await show(holder)

    asyncio.run(talk())
    assert host.shown == 1


def test_settings_that_differ_are_named_and_make_no_cycle(holder: Holder) -> None:
    with pytest.raises(OtherSettingsError) as error:
        asyncio.run(sync_once(holder, wanted={"sync_interval_secs": 30, "timeout_seconds": 1, "unheard_of": 2}))
    assert error.value.values == {"timeout_seconds": 30, "unheard_of": None}


def test_a_program_that_ends_before_its_cycle_is_over_does_not_answer(host: Host, holder: Holder) -> None:
    cancelled: Future[Any] = Future()
    cancelled.cancel()
    host.cycles = [cancelled]
    with pytest.raises(UnansweredError, match="ended in the middle of the cycle"):
        asyncio.run(sync_once(holder))


def test_the_lock_of_an_open_desk_is_held(tmp_path: Path, host: Host, holder: Holder) -> None:
    with pytest.raises(HeldError):
        Lock(tmp_path / "x.db", holder)


def test_the_lock_is_taken_anew_where_another_folder_is_in_the_place_of_its_own(tmp_path: Path, host: Host) -> None:
    database = tmp_path / "share" / "x.db"
    desk = Desk("t3monitor sync", host)
    desk.take(database)
    desk.take(database)
    holder = holder_of(database)
    assert holder is not None
    (tmp_path / "share").rename(tmp_path / "away")
    assert holder_of(database) is None
    desk.take(database)
    assert holder_of(database) == holder
    desk.close()
    assert list(database.parent.iterdir()) == []
