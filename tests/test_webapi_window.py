"""The whole window, off screen, against T3000's web service in good and bad moods."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from drawn import panel_count
from programs import Run, cycle, opened, until
from t3monitor.app import MonitorApp
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import Outcome
from t3monitor.model.freshness import PanelState
from t3monitor.t3000.webapi import panel_reader
from t3monitor.t3000.webapi.exchange import Exchange, Reply
from t3monitor.ui.activity.ledger_model import LedgerColumn
from t3000_model import make_panels
from t3000_stand_in import Mood, StandIn


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with StandIn(make_panels(3), hurries=True) as stand_in:
        stand_in.t3000.silent_group_s = 0.3
        monkeypatch.setattr(panel_reader, "_AT_ONCE_S", 0.1)
        yield stand_in


def settings(url: str, **values: object) -> Settings:
    usual: dict[str, object] = {"sites": [{"url": url}], "timeout_seconds": 1, "retry_attempts": 0}
    return Settings(link=LinkName.WEBAPI, auto_start=False).with_values(**usual | values)


def test_a_click_shows_the_panels_of_t3000_and_how_they_were_read(run: Run, paths: Paths, stand_in: StandIn) -> None:
    async def scenario() -> None:
        async with opened(paths, settings(stand_in.url)) as program:
            report = await cycle(program, program.window.sync_once_action.trigger)
            assert (report.outcome, report.devices) == (Outcome.OK, 3)
            assert panel_count(program.window.devices.model) == 3
            assert program.session.shown is not None
            assert [device.panel_name for device in program.session.shown.panels] == ["AHU-1", "AHU-2", "AHU-3"]
            await until(lambda: "read live from each panel" in program.window.indicator.toolTip(), program)

    run(scenario())


MOODS = [
    (Mood.STARTING, Outcome.NOT_READY, "T3000 is starting (-2)"),
    (Mood.LOCKED, Outcome.TIMEOUT, "An earlier call holds T3000 up"),
    (Mood.HANG, Outcome.TIMEOUT, "gave no answer within 1 s"),
    (Mood.OLD_BUILD, Outcome.UNREACHABLE, "is of a build before September 2025"),
    (Mood.OTHER_PROGRAM, Outcome.UNREACHABLE, "Something else than T3000 answers on 127.0.0.1:"),
    (Mood.REDIRECT, Outcome.REFUSED, "which T3000 never does"),
    (Mood.CUT_OFF, Outcome.BAD_REPLY, "T3000's answer broke off"),
]


def test_each_mood_has_its_sentence_in_the_window_and_the_next_cycle_is_good(
    run: Run, paths: Paths, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_exchange = Exchange.run

    def end_a_hang_sooner(exchange: Exchange, timeout_s: float) -> Reply:
        return run_exchange(exchange, timeout_s / 5 if stand_in.mood is Mood.HANG else timeout_s)

    monkeypatch.setattr(Exchange, "run", end_a_hang_sooner)

    async def scenario() -> None:
        async with opened(paths, settings(stand_in.url)) as program:
            for mood, outcome, words in MOODS:
                stand_in.mood = mood
                report = await cycle(program, program.window.sync_once_action.trigger)
                assert report.outcome is outcome, mood
                await until(lambda words=words: words in program.window.phase_bar.sentence, program)
                stand_in.mood = Mood.WELL
                report = await cycle(program, program.window.sync_once_action.trigger)
                assert report.outcome is Outcome.OK, mood

    run(scenario())


def test_a_dead_panel_is_named_in_the_ledger_and_the_others_are_shown(
    run: Run, paths: Paths, stand_in: StandIn
) -> None:
    async def scenario() -> None:
        stand_in.t3000.panels[1].reachable = False
        async with opened(paths, settings(stand_in.url, timeout_seconds=10)) as program:
            report = await cycle(program, program.window.sync_once_action.trigger)
            assert (report.outcome, report.devices) == (Outcome.PARTIAL, 2)
            await until(lambda: "last cycle partial" in program.window.phase_bar.sentence, program)
            ledger = program.window.activity.cycles.model
            assert "panel 2 'AHU-2' was not read" in str(ledger.index(0, LedgerColumn.REASON).data())

    run(scenario())


def test_a_closed_gate_says_in_the_window_what_is_ignored(run: Run, paths: Paths, stand_in: StandIn) -> None:
    async def scenario() -> None:
        stand_in.t3000.gate_open = False
        async with opened(paths, settings(stand_in.url, web_reading="logging_data")) as program:
            report = await cycle(program, program.window.sync_once_action.trigger)
            assert report.outcome is Outcome.NO_NEW_DATA
            await until(lambda: "its background reading is off" in program.window.phase_bar.sentence, program)

    run(scenario())


def test_panels_of_a_site_that_was_removed_are_known_and_do_not_answer(
    run: Run, paths: Paths, stand_in: StandIn
) -> None:
    def states(program: MonitorApp) -> list[tuple[str, PanelState]]:
        model = program.window.devices.model
        rows = (model.index(row, 0) for row in range(model.rowCount()))
        panels = [model.panel(model.index(child, 0, row)) for row in rows for child in range(model.rowCount(row))]
        return [(panel.newest.site, panel.state) for panel in panels if panel]

    async def scenario() -> None:
        with StandIn(make_panels(1, first_serial=5000), hurries=True) as plant:
            sites = [{"name": "Office", "url": stand_in.url}, {"name": "Plant", "url": plant.url}]
            async with opened(paths, settings(stand_in.url, sites=sites)) as program:
                program.window.sync_once_action.trigger()
                await until(lambda: panel_count(program.window.devices.model) == 4, program)
                await until(lambda: not program.is_busy, program)
                program.settings.apply(program.session.settings.with_values(sites=sites[:1]))
                await until(lambda: not program.is_busy, program)
                assert panel_count(program.window.devices.model) == 4
                assert [state for site, state in states(program) if site == "Plant"] == [PanelState.NO_ANSWER]
                await cycle(program, program.window.sync_once_action.trigger)
                expected = [("Office", PanelState.HELD)] * 3 + [("Plant", PanelState.NO_ANSWER)]
                await until(lambda: states(program) == expected, program)

    run(scenario())


def test_closing_the_window_during_a_call_that_hangs_takes_less_than_5_s_and_leaves_no_thread(
    run: Run, paths: Paths, stand_in: StandIn
) -> None:
    async def scenario() -> None:
        stand_in.mood = Mood.HANG
        program = MonitorApp(paths, settings(stand_in.url, auto_start=True, timeout_seconds=600))
        running = asyncio.ensure_future(program.run())
        await until(lambda: bool(stand_in.calls), program)
        program.window.close()
        await asyncio.wait_for(running, 5)
        await until(lambda: "t3000-http" not in {thread.name for thread in threading.enumerate()}, program)

    run(scenario())
