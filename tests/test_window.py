"""The whole program with its window: cycles, settings, and what is shown of them."""

import asyncio
import json
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from answers import real_answer, real_panel, real_point
from drawn import panel_count
from programs import Run, click, cycle, next_event, opened, until
from t3monitor.app import MonitorApp
from t3monitor.cli import main
from t3monitor.commands import exit_codes
from t3monitor.commands import window as window_command
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.config.settings_file import load
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleFinished, RetryScheduled
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.present_state import read_present_state
from t3monitor.store.upkeep.preview import preview
from t3monitor.sync.sites import SiteServices
from t3monitor.ui.progress.texts import database_text
from t3monitor.ui.trend.time.time_range import Preset
from window_settings import DEMO, ONE_PANEL, PANELS, Does, enabled, library_settings


@pytest.mark.parametrize("ahead_s", [5 * 365 * 86_400, 600])
def test_one_reading_of_a_wrong_clock_stops_no_line(run: Run, paths: Paths, ahead_s: int) -> None:
    now_s = int(time.time())
    own_s = [-120, ahead_s, -60, -30, -10]  # none in the second of receipt, of which the last counts
    recording = paths.data / "answers.jsonl"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(
        b"\n".join(
            real_answer(real_panel(1, [real_point(value=20_000 + 1000 * number)], input_logging_time=now_s + time_s))
            for number, time_s in enumerate(own_s)
        )
    )
    key = PointKey(1, PointType.INPUT, 1)

    async def scenario() -> None:
        settings = Settings(auto_start=False).with_values(link="replay", replay=str(recording))
        async with opened(paths, settings) as program:
            program.window.trend.state.show_preset(Preset.HOUR)
            for number in range(len(own_s)):
                await cycle(program, lambda: click(program, program.window.sync_once_action))
                if number == 0:
                    program.window.trend.state.add([key])
                await until(lambda: not program.is_busy, program)

            def drawn() -> list[tuple[int, float]]:
                return [
                    (int(time_s) - now_s, float(value))
                    for series in program.window.trend.traces[key].series
                    for time_s, value in zip(series.times_utc_s, series.values, strict=True)
                ]

            live = drawn()
            assert live[:4] == [(-120, 20.0), (-60, 22.0), (-30, 23.0), (-10, 24.0)]
            assert [value for time_s, value in live[4:] if 0 <= time_s <= 60] == [21.0]
            program.window.trend.reload()
            await until(lambda: not program.is_busy and bool(drawn()), program)
            assert drawn() == live

    run(scenario())
    with closing(sqlite3.connect(paths.database_file("replay"))) as connection:
        (latest_s,) = connection.execute("SELECT max(logging_time) FROM TRENDLOG_DATA").fetchone()
    assert now_s <= latest_s <= now_s + 60


def test_a_click_on_sync_once_shows_devices_points_and_a_curve(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            window = program.window
            report = await cycle(program, lambda: click(program, window.sync_once_action))
            assert report.outcome is Outcome.OK
            assert panel_count(window.devices.model) == PANELS == report.devices
            assert program.session.shown is not None
            in_use = [point for panel in program.session.shown.panels for point in panel.points() if point.in_use]
            assert window.points.model.rowCount() == len(in_use) > 30 * PANELS
            key = PointKey(program.session.shown.panels[0].serial_number, PointType.INPUT, 1)
            window.trend.state.add([key])
            await until(lambda: bool(window.trend.traces[key].series) and not program.is_busy, program)
            drawn = sum(len(series.times_utc_s) for series in window.trend.traces[key].series)
            assert drawn > 16, "a day of history, here every hour, but in its holes"

    run(scenario())


def test_the_service_starts_with_the_window_if_the_settings_say_so(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        program = MonitorApp(paths, DEMO.with_values(auto_start=True))
        finished = next_event(program, CycleFinished)
        running = asyncio.ensure_future(program.run())
        assert (await finished).report.outcome is Outcome.OK
        program.window.close()
        await running

    run(scenario())


def test_a_new_interval_counts_while_the_service_runs_and_is_kept(run: Run, paths: Paths, seconds_fly: None) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO.with_values(sync_interval_secs=86_400)) as program:
            await cycle(program, program.window.start_action.trigger)
            second = next_event(program, CycleFinished)
            program.window.indicator.intervals.aboutToShow.emit()
            program.window.indicator.interval_chosen.emit(1)
            assert (await second).report.outcome is Outcome.OK
            assert load(paths.settings_file)[0].sync_interval_secs == 1
            program.window.indicator.other_interval_asked.emit()
            for _ in range(2):  # by the menu of the countdown, and then where they were
                dialog = program.settings.dialog
                assert dialog is not None
                assert dialog.tabs.currentWidget() is dialog.sync
                dialog.reject()
                program.settings.open()
            assert program.window.save_state()["settings_page"] == 1

    run(scenario())


def test_settings_that_cannot_be_saved_are_said_in_the_window(run: Run, paths: Paths) -> None:
    paths.config.parent.mkdir(parents=True, exist_ok=True)
    paths.config.write_text("in the way of the folder")

    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            program.settings.apply(program.session.settings.with_values(timeout_seconds=7))
            assert "The settings were not saved" in program.window.statusBar().currentMessage()

    run(scenario())


def test_the_window_says_that_t3000_is_starting_or_crashed_stays_usable_and_the_next_cycle_works(
    run: Run, paths: Paths, t3000_library: Path, t3000_does: Does
) -> None:
    async def scenario() -> None:
        async with opened(paths, library_settings(t3000_library)) as program:
            window = program.window
            t3000_does('code -2 {"error":"MFC application not initialized"}')
            retrying = next_event(program, RetryScheduled)
            click(program, window.sync_once_action)
            await retrying
            await until(lambda: "try 2 of 4" in window.phase_bar.sentence, program)
            assert "T3000 is starting (-2)" in window.phase_bar.sentence
            ended = next_event(program, CycleFinished)
            click(program, window.stop_action)
            assert (await ended).report.outcome is Outcome.INTERRUPTED
            await until(lambda: not program.is_busy, program)
            t3000_does("crash")
            report = await cycle(program, lambda: click(program, window.sync_once_action))
            assert report.outcome is Outcome.CRASHED
            await until(lambda: "SIGSEGV" in window.phase_bar.sentence, program)
            t3000_does(f"say {json.dumps(ONE_PANEL)}")
            report = await cycle(program, lambda: click(program, window.sync_once_action))
            assert report.outcome is Outcome.OK
            assert panel_count(window.devices.model) == 1

    run(scenario())


def test_the_window_lives_on_while_the_library_hangs_and_says_that_it_timed_out(
    run: Run, paths: Paths, t3000_library: Path, t3000_does: Does, tmp_path: Path
) -> None:
    t3000_does(f"hang {tmp_path / 'pid'}")

    async def scenario() -> None:
        async with opened(paths, library_settings(t3000_library, timeout_seconds=1)) as program:
            finished = next_event(program, CycleFinished)
            click(program, program.window.sync_once_action)
            await until(program.window.stop_action.isEnabled, program)
            click(program, program.window.activity_action)  # the window answers meanwhile
            assert program.window.activity.isVisible()
            assert (await finished).report.outcome is Outcome.TIMEOUT
            await until(lambda: "within 1 s" in program.window.phase_bar.sentence, program)

    run(scenario())


def test_the_first_start_offers_both_ways_and_the_simulated_building_is_one_click(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, Settings(demo_panels=PANELS)) as program:
            assert program.window.welcome.isVisible()
            finished = next_event(program, CycleFinished)
            program.window.welcome.demo_chosen.emit()
            assert (await finished).report.outcome is Outcome.OK
            assert not program.window.welcome.isVisible()
            assert program.window.devices.isVisible()
            assert load(paths.settings_file)[0].link == LinkName.DEMO

    run(scenario())


def test_the_window_comes_back_as_it_was_left(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            await cycle(program, program.window.sync_once_action.trigger)
            assert program.session.shown is not None
            key = PointKey(program.session.shown.panels[0].serial_number, PointType.INPUT, 1)
            program.window.trend.state.add([key])
            rows = program.window.points.model.rowCount()
            program.window.activity_action.trigger()
            program.window.resize(780, 640)
        async with opened(paths, DEMO) as program:
            assert program.window.trend.state.points == [key]
            assert program.window.activity.isVisible()
            assert (program.window.width(), program.window.height()) == (780, 640)
            assert program.window.points.model.rowCount() == rows > 0, "the last known state, before any cycle"

    run(scenario())


def test_the_status_bar_says_how_the_database_grows_and_start_and_stop_change_what_can_be_clicked(
    run: Run, paths: Paths
) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            await until(lambda: not program.is_busy, program)
            size = paths.database_file(LinkName.DEMO).stat().st_size
            grows = preview(paths.database_url(DEMO), DEMO, time.time()).whole.bytes_a_day
            labels = [label.text() for label in program.window.statusBar().findChildren(QLabel)]
            assert database_text(size, grows) in labels
            assert grows > 0

            window = program.window
            assert enabled(program) == (True, True, False)
            await cycle(program, lambda: click(program, window.start_action))
            await until(lambda: enabled(program) == (True, False, True), program)
            assert "next cycle in" in window.indicator.countdown.text()
            click(program, window.stop_action)
            await until(lambda: enabled(program) == (True, True, False), program)
            assert window.indicator.countdown.text() == "every 30 s"

    run(scenario())


def test_what_the_user_looks_at_is_to_be_read_first_and_a_controller_is_accepted_from_the_menu_of_its_panel(
    run: Run, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted: list[int] = []
    monkeypatch.setattr(SiteServices, "accept_controller", lambda _, serial_number: accepted.append(serial_number))

    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            told: list[frozenset[PointKey]] = []
            monkeypatch.setattr(program.services, "prefer", told.append, raising=False)
            window = program.window
            await cycle(program, window.sync_once_action.trigger)
            assert program.session.shown is not None
            first, *_, last = (device.serial_number for device in program.session.shown.panels)
            window.devices.choose(last)
            program.on_tick()
            window.devices.choose(None)
            program.on_tick()
            in_sight = told[-1]
            assert 0 < len(in_sight) < window.points.model.rowCount(), "the rows in sight, not all"
            program.on_tick()
            assert told[-1] is in_sight
            assert told.count(in_sight) == 1, "once for each change"
            window.devices.choose(first)
            plotted = PointKey(last, PointType.INPUT, 1)
            window.trend.state.add([plotted])
            program.on_tick()
            shown = {window.points.model.key(row) for row in range(window.points.model.rowCount())}
            assert told[-1] == shown | {plotted}
            assert {key.serial_number for key in shown} == {first}

            window.devices.set_conflicts([first])
            entries = {}
            for serial in (first, last):
                actions = window.devices.make_panel_menu(serial).actions()
                entries[serial] = next(action for action in actions if action.text() == "&This is the same controller")
            assert (entries[first].isEnabled(), entries[last].isEnabled()) == (True, False)
            entries[first].trigger()
            assert accepted == [first]

    run(scenario())


def test_a_cycle_of_the_old_link_is_not_shown_after_a_switch_and_not_stored_in_the_new_database(
    run: Run, paths: Paths, t3000_library: Path, t3000_does: Does
) -> None:
    t3000_does(f"say {json.dumps(ONE_PANEL)}")

    async def scenario() -> None:
        async with opened(paths, library_settings(t3000_library)) as program:
            ended = next_event(program, CycleFinished)
            program.services.sync_once()
            program.settings.apply(program.session.settings.with_values(link=LinkName.DEMO, demo_panels=PANELS))
            await ended
            await until(lambda: program.session.shown is not None and not program.is_busy, program)
            assert program.session.shown is not None
            assert 237219 not in {device.serial_number for device in program.session.shown.panels}
            assert panel_count(program.window.devices.model) == PANELS
        for link, serials in ((LinkName.DEMO, PANELS), (None, 1)):
            state = read_present_state(sqlite_url(paths.database_file(link)))
            assert state is None or len(state.panels) == serials

    run(scenario())


def test_a_settings_error_is_shown_where_there_is_no_console(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = []
    monkeypatch.setenv("T3MONITOR_HOME", "~nosuchuser/x")
    monkeypatch.setattr(window_command, "make_application", lambda: qapp)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: shown.append(box))
    monkeypatch.setattr("sys.stderr", None)
    assert main([]) == exit_codes.USAGE
    (box,) = shown
    sentence = box.text()
    assert box.textFormat() is Qt.TextFormat.PlainText
    assert sentence.startswith("T3MONITOR_HOME: the home folder in '~nosuchuser/x' is not known")
