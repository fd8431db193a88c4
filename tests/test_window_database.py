"""The whole program with its window, and a database that is damaged, named wrongly, another one, or grows."""

import asyncio
import json
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from answers import real_answer, real_panel, real_point
from drawn import panel_count
from programs import Run, click, cycle, next_event, opened, until
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleFinished, LateStored
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.store.database import Database
from t3monitor.store.ledger import read_cycles
from t3monitor.store.upkeep.preview import preview
from t3monitor.store.writing.writer import Writer
from t3monitor.ui.devices.columns import DeviceColumn
from t3monitor.ui.main_window import MainWindow
from t3monitor.ui.points.columns import Column
from values import NOW_S, report
from window_settings import DEMO, ONE_PANEL, Does, enabled, library_settings


def test_ages_are_those_of_the_clock_from_the_first_row_on(
    run: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    ages: set[str] = set()
    apply = MainWindow.apply_snapshot

    def look_at(window: MainWindow, snapshot: Snapshot) -> None:
        apply(window, snapshot)
        points = window.points.model
        ages.update(points.text(row, Column.AGE) for row in range(points.rowCount()))
        ages.update(window.devices.model.texts(DeviceColumn.AGE))

    monkeypatch.setattr(MainWindow, "apply_snapshot", look_at)

    async def scenario() -> None:
        async with opened(paths, DEMO):
            assert any("stale" in age for age in ages), "those of its past"

    run(scenario())
    assert not [age for age in ages if "ahead" in age]


def test_a_reading_that_is_stored_late_is_in_the_curve_and_in_the_ledger(
    run: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.keeper._PATIENCE_S", 0.0)
    now_s = int(time.time())
    recording = paths.data / "answers.jsonl"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(
        b"\n".join(
            real_answer(real_panel(1, [real_point(value=20_000)], input_logging_time=now_s + time_s))
            for time_s in (-90, -60, -30)
        )
    )
    key = PointKey(1, PointType.INPUT, 1)

    async def scenario() -> None:
        settings = Settings(auto_start=False).with_values(link="replay", replay=str(recording))
        async with opened(paths, settings) as program:
            window = program.window

            async def sync_once() -> Outcome:
                return (await cycle(program, lambda: click(program, window.sync_once_action))).outcome

            assert await sync_once() is Outcome.OK
            window.trend.state.add([key])
            with closing(sqlite3.connect(paths.database_file("replay"), isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                assert await sync_once() is Outcome.DATABASE
            assert await sync_once() is Outcome.OK

            def drawn() -> list[int]:
                return [int(at) - now_s for series in window.trend.traces[key].series for at in series.times_utc_s]

            def told() -> list[tuple[Outcome, bool]]:
                reports = [ledger.row(row) for row in range(ledger.rowCount())]
                return [(report.outcome, "its readings were stored" in str(report.reason)) for report in reports]

            ledger = window.activity.cycles.model
            late = [(Outcome.OK, False), (Outcome.DATABASE, True), (Outcome.OK, False)]
            await until(lambda: drawn() == [-90, -60, -30] and told() == late, program)

    run(scenario())


def test_a_damaged_database_is_said_in_the_window(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        file = paths.database_file(LinkName.DEMO)
        file.parent.mkdir(parents=True)
        file.write_bytes(b"This is a letter." * 500)
        async with opened(paths, DEMO) as program:
            report = await cycle(program, lambda: click(program, program.window.sync_once_action))
            assert report.outcome is Outcome.DATABASE
            await until(lambda: "not an SQLite database" in program.window.phase_bar.sentence, program)

    run(scenario())


def test_a_bad_database_in_the_settings_is_said_and_nothing_is_recorded_until_it_is_corrected(
    run: Run, paths: Paths, t3000_library: Path, t3000_does: Does, tmp_path: Path
) -> None:
    t3000_does(f"say {json.dumps(ONE_PANEL)}")
    bad = library_settings(t3000_library, auto_start=True, database="mysql://<host>/db")

    async def scenario() -> None:
        async with opened(paths, bad) as program:
            window = program.window
            assert window.banner.isVisible()
            assert "'mysql://<host>/db' is no database this program can use" in window.banner.label.text()
            assert "database is corrected" in window.points._notice.text
            assert enabled(program) == (False, False, False)
            program.on_tick()
            window.trend.state.add([PointKey(237219, PointType.INPUT, 1)])
            await until(lambda: not program.is_busy, program)
            QTest.mouseClick(window.banner.button, Qt.MouseButton.LeftButton)
            dialog = program.settings.dialog
            assert dialog is not None
            await until(dialog.isVisible, program)
            assert dialog.tabs.currentWidget() is dialog.database
            assert dialog.database.file.text == "mysql://<host>/db"
            assert "is no database" in dialog.database.message.text()
            assert not list(tmp_path.rglob("*.db")), "no other file is begun in its place"
            finished = next_event(program, CycleFinished)
            dialog.database.file.set_text(str(tmp_path / "good.db"))
            dialog.accept()
            assert (await finished).report.outcome is Outcome.OK, "it starts as the settings say"
            assert not window.banner.isVisible()
            await until(lambda: panel_count(window.devices.model) == 1, program)
        assert [file.name for file in tmp_path.rglob("*.db")] == ["good.db"]

    run(scenario())


def test_nobody_waits_for_how_fast_the_database_grows(run: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on = threading.Event()

    def slow(*arguments: Any) -> Any:
        goes_on.wait()
        return preview(*arguments)

    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            monkeypatch.setattr("t3monitor.ui.feed.preview", slow)
            filled = asyncio.Event()
            program.feed.open(makes_past=False, then=filled.set)
            try:
                await until(filled.is_set, program)
            finally:
                goes_on.set()
            await until(lambda: not program.is_busy, program)

    run(scenario())


def test_a_cycle_that_failed_long_ago_is_found_behind_all_the_good_ones(
    run: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.ui.feed.CAPACITY", 3)
    monkeypatch.setattr("t3monitor.sync.sites.give_demo_a_past", lambda *_: None)
    database = Database(paths.database_url(DEMO))
    for number, outcome in enumerate((Outcome.TIMEOUT, *[Outcome.OK] * 5)):
        times = {"started_at": NOW_S + 30.0 * number, "finished_at": NOW_S + 30.0 * number + 1}
        Writer(database).record_failure(report(outcome, **times), 30)
    database.close()

    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            cycles = program.window.activity.cycles

            def rows() -> list[Outcome]:
                return [cycles.model.row(row).outcome for row in range(cycles.model.rowCount())]

            assert rows() == [Outcome.OK] * 3
            cycles.failed_only.click()
            await until(lambda: not program.is_busy, program)
            assert rows() == [Outcome.TIMEOUT]
            cycles.failed_only.click()
            await until(lambda: not program.is_busy, program)
            assert rows() == [Outcome.OK] * 3

            window = program.window
            window.trend.plots.foot.strip.time_chosen.emit(NOW_S + 2.0)
            await until(lambda: not program.is_busy, program)
            assert window.activity.isVisible()
            assert rows() == [Outcome.OK, Outcome.TIMEOUT]
            assert cycles.view.currentIndex().row() == 0, "which came next"
            cycles.view.doubleClicked.emit(cycles.model.index(1, 0))
            assert sum(window.trend.state.time_range) / 2 == pytest.approx(NOW_S + 1.0)

    run(scenario())


def test_what_was_read_of_another_database_is_not_shown(
    run: Run, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    goes_on = threading.Event()

    def slow(url: str, most: int, *, failed_only: bool, around_s: float | None) -> Any:
        cycles = read_cycles(url, most, failed_only=failed_only, around_s=around_s)
        if cycles.reports:
            goes_on.wait()
        return cycles

    async def scenario() -> None:
        answer = tmp_path / "answer.json"
        answer.write_bytes(real_answer(real_panel(1, [real_point()])))
        settings = Settings(link=LinkName.REPLAY, replay=str(answer), auto_start=False)
        async with opened(paths, settings) as program:
            await cycle(program, program.services.sync_once)
            await until(lambda: not program.is_busy, program)
            monkeypatch.setattr("t3monitor.ui.feed.read_cycles", slow)
            program.feed.on_event(LateStored(1))
            await asyncio.sleep(0)
            program.settings.apply(
                settings.with_values(link=LinkName.LIBRARY, database=sqlite_url(tmp_path / "other.db"))
            )
            await until(lambda: not program.feed.is_opening, program)
            goes_on.set()
            await until(lambda: not program.is_busy, program)
            assert program.window.activity.cycles.model.rowCount() == 0

    run(scenario())


def test_a_cycle_that_ends_when_the_settings_name_no_database_is_no_error_of_this_program(
    run: Run, paths: Paths, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with opened(paths, Settings(auto_start=False, link=LinkName.LIBRARY, database="nonsense")) as program:
            program.feed.on_event(CycleFinished(report(), None))
            await until(lambda: not program.is_busy, program)

    run(scenario())
    assert "An error in this program" not in caplog.text


def test_a_simulated_building_needs_no_database_of_the_settings_and_puts_nothing_into_it(
    run: Run, paths: Paths, tmp_path: Path
) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO.with_values(database="mysql://host/db")) as program:
            assert not program.window.banner.isVisible()
            for named in (program.session.settings.database, f"sqlite:///{tmp_path / 'site.db'}"):
                program.settings.apply(program.session.settings.with_values(database=named))
                await until(lambda: not program.is_busy, program)
                report = await cycle(program, program.window.sync_once_action.trigger)
                assert report.outcome is Outcome.OK
        assert not (tmp_path / "site.db").exists()
        assert paths.database_file(LinkName.DEMO).exists()

    run(scenario())


def test_a_bad_database_is_said_on_the_first_page_too(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, Settings(database="nothing")) as program:
            assert program.window.banner.isVisible()
            assert program.window.welcome.isVisible()

    run(scenario())
