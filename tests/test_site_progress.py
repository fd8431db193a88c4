"""Several T3000 computers at a time: what the status bar and the tool bar say of them together."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from drawn import drawn_colours
from t3monitor.model.errors import Outcome
from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    CycleFinished,
    CycleReport,
    CycleStarted,
    RetryScheduled,
    ServiceStarted,
    ServiceStopped,
    SyncEvent,
)
from t3monitor.ui.kit.texts import moment_text
from t3monitor.ui.kit.theme import LIGHT, apply_theme
from t3monitor.ui.progress.bar import PhaseBar
from t3monitor.ui.progress.indicator import LinkIndicator
from t3monitor.ui.progress.sites import SiteProgress
from t3monitor.ui.progress.state import LinkState
from values import NOW_S, device, report, snapshot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform says so of every window

NOW = 1000.0
STARTED = ServiceStarted(30)
STOPPED = ServiceStopped("")
CYCLE = CycleStarted("sqlite:///x.db", False, 30, 3)
CALL = CallStarted(1, 4)
GOOD = report(elapsed_ms=143.2, devices=6, samples=1536)
COOLDOWN = report(Outcome.NO_NEW_DATA, "T3000 ignores calls less than 15 s apart; 7 s to go")
NOBODY = report(Outcome.UNREACHABLE, "Nothing answers at http://10.0.0.9:9103: connection refused")


def at(site: str, *events: SyncEvent) -> list[SyncEvent]:
    return [replace(event, site=site) for event in events]


def ended(report: CycleReport, next_in_s: float | None = 30.0) -> CycleFinished:
    return CycleFinished(report, next_in_s)


def decoded(note: str) -> AnswerDecoded:
    return AnswerDecoded(snapshot(device(), note=note), 331204)


@pytest.fixture
def progress(qapp: QApplication) -> SiteProgress:
    progress = SiteProgress(clock=lambda: NOW)
    progress.set_sites(("Office", "Plant", "Roof"), "3 T3000 computers")
    return progress


@pytest.fixture
def bar(qtbot: QtBot, progress: SiteProgress) -> PhaseBar:
    bar = PhaseBar(progress)
    qtbot.addWidget(bar)
    return bar


@pytest.fixture
def indicator(qtbot: QtBot, progress: SiteProgress) -> LinkIndicator:
    indicator = LinkIndicator(progress)
    qtbot.addWidget(indicator)
    return indicator


def one_line(indicator: LinkIndicator) -> str:
    """The tooltip without the breaks and indents of its lines."""
    return " ".join(indicator.toolTip().split())


def test_the_indicator_counts_the_live_sites_with_the_mark_and_colour_of_the_worst(
    indicator: LinkIndicator, progress: SiteProgress, qapp: QApplication
) -> None:
    apply_theme(qapp, LIGHT)
    for site in ("Office", "Plant", "Roof"):
        progress.apply(*at(site, STARTED, CYCLE, ended(GOOD)))
    assert indicator.state.text() == "● 3 of 3 live"
    assert LIGHT.good.name() in drawn_colours(indicator.state)
    progress.apply(*at("Roof", CYCLE, ended(COOLDOWN)))
    assert indicator.state.text() == "◐ 2 of 3 live"
    progress.apply(*at("Plant", CYCLE, ended(NOBODY)))
    assert indicator.state.text() == "▲ 1 of 3 live"
    assert LIGHT.bad.name() in drawn_colours(indicator.state)
    assert indicator.link.text() == "3 T3000 computers"


def test_all_sites_that_were_stopped_are_said_to_be_stopped(indicator: LinkIndicator, progress: SiteProgress) -> None:
    assert indicator.state.text() == "○ Stopped"
    for site in ("Office", "Plant", "Roof"):
        progress.apply(*at(site, STARTED, ended(GOOD), STOPPED))
    assert indicator.state.text() == "○ Stopped"
    assert indicator.countdown.text() == "every 30 s"


def test_the_indicators_tooltip_has_each_site_with_its_state_and_the_whole_reason(
    indicator: LinkIndicator, progress: SiteProgress
) -> None:
    progress.apply(*at("Office", STARTED, CYCLE, decoded("read live from each panel"), ended(GOOD)))
    progress.apply(*at("Plant", STARTED, CYCLE, ended(NOBODY)))
    progress.apply(*at("Roof", STARTED, CYCLE, ended(GOOD), CYCLE, ended(COOLDOWN)))
    assert indicator.toolTip().split("\n") == [
        "● Office: live · read live from each panel",
        "▲ Plant: unreachable · Nothing answers at http://10.0.0.9:9103: connection refused",
        "◐ Roof: no new data · T3000 ignores calls less than 15 s apart; 7 s to go · last good",
        f"    cycle at {moment_text(NOW_S)}",
    ]


def test_a_panel_that_was_skipped_is_told_though_its_site_is_live(
    indicator: LinkIndicator, progress: SiteProgress
) -> None:
    skipped = report(Outcome.PARTIAL, "1 panel skipped: panel 2 'AHU-2' gives T3000 no answer")
    progress.apply(*at("Office", STARTED, CYCLE, decoded("read live from each panel"), ended(skipped)))
    assert one_line(indicator).startswith(f"● Office: live · {skipped.reason} · read live from each panel")


def test_a_retry_is_counted_down_in_the_tooltip(indicator: LinkIndicator, progress: SiteProgress) -> None:
    retry = RetryScheduled(2, 4, 4.0, "T3000 is starting (-2)")
    progress.apply(*at("Plant", STARTED, CYCLE, CALL, retry))
    progress.set_now(NOW + 1)
    assert "◐ Plant: not ready · T3000 is starting (-2), try 2 of 4 in 3 s" in indicator.toolTip()


def test_a_long_reason_is_wrapped_and_none_of_it_is_lost(indicator: LinkIndicator, progress: SiteProgress) -> None:
    reason = "Background reading is off until the Trend Log beta window was opened once; " * 4
    progress.apply(*at("Plant", STARTED, ended(report(Outcome.NO_NEW_DATA, reason))))
    assert " ".join(reason.split()) in one_line(indicator)
    assert max(map(len, indicator.toolTip().split("\n"))) <= 90


def test_the_countdown_is_to_the_next_cycle_of_any_site(indicator: LinkIndicator, progress: SiteProgress) -> None:
    progress.apply(*at("Office", ended(GOOD, 30.0)), *at("Plant", ended(GOOD, 10.0)), *at("Roof", CYCLE))
    assert indicator.countdown.text() == "next cycle in 10 s"
    progress.set_now(NOW + 5)
    assert (indicator.countdown.text(), indicator.bar.value()) == ("next cycle in 5 s", 500)
    progress.apply(*at("Plant", CYCLE))
    assert indicator.countdown.text() == "next cycle in 30 s"
    progress.apply(*at("Office", CYCLE))
    assert indicator.countdown.text() == "syncing…"


def test_the_phase_bar_stays_with_a_cycle_until_it_ends_and_says_whose_it_is(
    bar: PhaseBar, progress: SiteProgress
) -> None:
    progress.apply(*at("Office", CYCLE, CALL), *at("Plant", CYCLE))
    assert bar.sentence == "Office: fetch · asking T3000"
    progress.apply(*at("Office", ended(GOOD)))
    assert bar.sentence == "Plant: opening database and link"
    progress.apply(*at("Plant", ended(NOBODY)))
    assert bar.sentence == f"Plant: last cycle failed (unreachable): {NOBODY.reason}"
    progress.apply(*at("Office", STOPPED))
    assert bar.sentence.startswith("Plant: "), "a stop that was asked for is no news"


def test_a_service_that_gave_up_is_what_the_phase_bar_shows(bar: PhaseBar, progress: SiteProgress) -> None:
    progress.apply(*at("Office", STARTED, ended(GOOD)))
    progress.apply(*at("Roof", ServiceStopped("The database is damaged")))
    assert bar.sentence == "Roof: stopped: The database is damaged"


def test_a_site_that_is_removed_is_forgotten_with_what_its_service_still_tells(
    indicator: LinkIndicator, bar: PhaseBar, progress: SiteProgress
) -> None:
    for site in ("Office", "Plant", "Roof"):
        progress.apply(*at(site, STARTED, CYCLE, ended(NOBODY if site == "Roof" else GOOD)))
    progress.set_sites(("Office", "Plant"), "2 T3000 computers")
    progress.apply(*at("Roof", CYCLE, CALL))
    assert indicator.state.text() == "● 2 of 2 live"
    assert indicator.toolTip().count("\n") == 1
    assert bar.sentence.startswith("Office: last cycle ok")
    progress.set_sites(("Office", "Plant", "Roof"), "3 T3000 computers")
    assert progress.sites["Roof"].link_state is LinkState.STOPPED


def test_the_names_of_many_sites_leave_the_tool_bar_its_room(indicator: LinkIndicator, progress: SiteProgress) -> None:
    names = [f"Building {number}" for number in range(20)]
    progress.set_sites(names, ", ".join(names))
    assert indicator.link.text().endswith("…")
    assert indicator.link.sizeHint().width() < 400
    assert all(name in indicator.toolTip() for name in names)
    assert names[-1] in indicator.state.accessibleDescription()


def test_a_single_site_is_not_named_and_says_how_its_answer_was_got(
    indicator: LinkIndicator, bar: PhaseBar, progress: SiteProgress
) -> None:
    progress.set_sites((), "127.0.0.1")
    progress.apply(STARTED, CYCLE, decoded("read live from each panel"), ended(GOOD))
    assert indicator.state.text() == "● Live"
    assert indicator.toolTip().split("\n")[1:3] == [bar.sentence, "read live from each panel"]
    assert bar.sentence == "last cycle ok, 143 ms, 6 panels, 1,536 samples"
    progress.apply(CYCLE, ended(NOBODY))
    assert "read live" not in indicator.toolTip(), "the last answer was none"
