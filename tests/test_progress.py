"""What the window tells of syncing while it happens: steps, state of the link, countdowns, the status bar."""

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from drawn import drawn, drawn_colours
from t3monitor.model.errors import Outcome
from t3monitor.model.events import (
    AnswerDecoded,
    CallStarted,
    Committed,
    CycleFinished,
    CycleReport,
    CycleStarted,
    PanelAsked,
    PanelCounts,
    PanelLogged,
    PanelUpserted,
    RetryScheduled,
    ServiceStarted,
    ServiceStopped,
    SyncEvent,
    TransactionStarted,
    Validated,
)
from t3monitor.ui.kit.texts import moment_text
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme
from t3monitor.ui.progress.bar import PhaseBar
from t3monitor.ui.progress.indicator import LinkIndicator
from t3monitor.ui.progress.sites import SiteProgress
from t3monitor.ui.progress.state import LinkState, Progress
from t3monitor.ui.progress.steps import step_views
from t3monitor.ui.progress.texts import (
    countdown_s,
    database_text,
    doing_text,
    last_cycle_text,
    link_state_text,
    next_cycle_text,
)
from values import NOW_S, device, report, snapshot

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform says so of every window

NOW = 1000.0
STARTED = ServiceStarted(30)
STOPPED = ServiceStopped("")
CYCLE = CycleStarted("sqlite:///x.db", False, 30, 3)
CALL = CallStarted(1, 4)
PANEL = PanelAsked(3, 10)
SECOND_CALL = CallStarted(2, 4)
RETRY = RetryScheduled(2, 4, 4.0, "T3000 is starting (-2)")
DECODED = AnswerDecoded(snapshot(*(device(serial) for serial in range(1, 7))), 331204)
BEGUN = TransactionStarted()
COMMITTED = Committed(snapshot(), "sqlite:///x.db", 6)
VALIDATED = Validated(())
GOOD = report(
    elapsed_ms=143.2,
    phases_ms={
        "fetch": 120.3,
        "parse": 2.1,
        "begin": 0.4,
        "upsert": 4.0,
        "trendlog": 6.2,
        "commit": 5.1,
        "validate": 2.0,
    },
    attempts=1,
    devices=6,
    points=1536,
    samples=1536,
)
TIMEOUT = report(Outcome.TIMEOUT, "T3000 gave no answer within 30 s", phases_ms={"fetch": 30000.0})
NOT_UNDERSTOOD = report(Outcome.BAD_REPLY, "It is not JSON", phases_ms={"fetch": 10.0, "parse": 1.0})
UNCHANGED = report(Outcome.NO_NEW_DATA, "T3000 had nothing new", phases_ms={"fetch": 10.0})
LOCKED = report(Outcome.DATABASE, "The database is locked")


def panel(position: int) -> PanelCounts:
    return PanelCounts(position, 6, 237000 + position, f"AHU-{position}", 64, 64, 128)


def upserted(position: int) -> PanelUpserted:
    return PanelUpserted(panel(position))


def logged(position: int) -> PanelLogged:
    return PanelLogged(panel(position))


def ended(report: CycleReport, next_in_s: float | None = 30.0) -> CycleFinished:
    return CycleFinished(report, next_in_s)


def after(*events: SyncEvent, now_s: float = NOW) -> Progress:
    progress = Progress()
    for event in events:
        progress = progress.after(event, now_s)
    return progress


STORING = (CYCLE, CALL, DECODED, BEGUN, upserted(1), logged(1), upserted(2), logged(2), upserted(3))


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ((), "stopped"),
        ((STARTED,), "waiting"),
        ((CYCLE,), "opening database and link"),
        ((CYCLE, CALL), "fetch · asking T3000"),
        ((CYCLE, CALL, PANEL), "fetch · panel 3/10"),
        ((CYCLE, CALL, PANEL, SECOND_CALL), "fetch · try 2 of 4"),
        ((CYCLE, CALL, PANEL, DECODED, BEGUN), "store · panel 0/6 · 0 points"),
        ((CYCLE, CALL, RETRY), "T3000 is starting (-2), try 2 of 4 in 4 s"),
        ((CYCLE, CALL, RETRY, SECOND_CALL), "fetch · try 2 of 4"),
        ((CYCLE, CALL, DECODED), "store · begin"),
        (STORING, "store · panel 3/6 · 768 points"),
        ((*STORING, logged(3), upserted(6), logged(6)), "store · commit · 1,024 points"),
        ((*STORING, COMMITTED), "validate"),
        ((*STORING, COMMITTED, VALIDATED, ended(GOOD)), "waiting"),
        ((CYCLE, ended(GOOD, None)), "stopped"),
        ((STARTED, STOPPED), "stopped"),
        (
            (ServiceStopped("The database is damaged"),),
            "stopped: The database is damaged",
        ),
    ],
)
def test_what_happens_now_is_said_in_a_few_words(events: tuple[SyncEvent, ...], text: str) -> None:
    assert doing_text(after(*events), NOW) == text


@pytest.mark.parametrize(
    ("report", "text"),
    [
        (None, ""),
        (GOOD, "last cycle ok, 143 ms, 6 panels, 1,536 samples"),
        (
            replace(GOOD, outcome=Outcome.PARTIAL, reason="1 panel skipped: AHU-2 gives T3000 no answer"),
            "last cycle partial, 143 ms, 6 panels, 1,536 samples: 1 panel skipped: AHU-2 gives T3000 no answer",
        ),
        (TIMEOUT, "last cycle failed (timeout): T3000 gave no answer within 30 s"),
        (UNCHANGED, "last cycle: no new data: T3000 had nothing new"),
    ],
)
def test_how_the_last_cycle_ended_is_said_in_one_line(report: CycleReport | None, text: str) -> None:
    assert last_cycle_text(report) == text


def test_a_countdown_rounds_up_and_ends_at_zero() -> None:
    assert [countdown_s(NOW + left, NOW) for left in (18.0, 17.99, 17.5, 0.4, 0.0, -3.0)] == [18, 18, 18, 1, 0, 0]
    assert countdown_s(None, NOW) == 0


def test_the_next_cycle_is_counted_down_to_unless_one_runs_or_none_is_planned() -> None:
    waiting = after(STARTED, CYCLE, ended(GOOD, 30.0))
    assert next_cycle_text(waiting, NOW + 12) == "next cycle in 18 s"
    assert next_cycle_text(after(STARTED, CYCLE), NOW) == "syncing…"
    assert next_cycle_text(waiting.after(STOPPED, NOW), NOW) == ""


def test_a_shorter_interval_brings_the_next_cycle_nearer_and_a_longer_one_does_not_defer_it() -> None:
    waiting = after(ended(GOOD, 30.0))
    assert next_cycle_text(waiting.with_interval(10, NOW), NOW) == "next cycle in 10 s"
    assert next_cycle_text(waiting.with_interval(600, NOW), NOW) == "next cycle in 30 s"


@pytest.mark.parametrize(
    ("events", "text"),
    [
        ((), "○ Stopped"),
        ((STARTED,), "◐ Waiting"),
        ((STARTED, CYCLE, CALL), "◐ Waiting"),
        ((STARTED, CYCLE, CALL, RETRY), "◐ Waiting: not ready"),
        ((STARTED, CYCLE, ended(GOOD)), "● Live: ok"),
        ((STARTED, CYCLE, ended(GOOD), CYCLE, CALL), "● Live: ok"),
        ((STARTED, CYCLE, ended(UNCHANGED)), "◐ Waiting: no new data"),
        ((STARTED, CYCLE, ended(TIMEOUT)), "▲ Failed: timeout"),
        ((STARTED, CYCLE, ended(TIMEOUT), CYCLE, CALL), "▲ Failed: timeout"),
        ((STARTED, CYCLE, ended(TIMEOUT), STOPPED), "○ Stopped"),
        ((STARTED, CYCLE, ended(TIMEOUT), STOPPED, STARTED), "◐ Waiting"),
        ((CYCLE, ended(GOOD, None)), "○ Stopped"),
        ((CYCLE, ended(TIMEOUT, None)), "▲ Failed: timeout"),
        (
            (STARTED, ended(LOCKED, None), ServiceStopped("damaged")),
            "▲ Failed: database",
        ),
    ],
)
def test_the_state_of_the_link_is_a_mark_and_a_word(events: tuple[SyncEvent, ...], text: str) -> None:
    assert link_state_text(after(*events)) == text.replace("Live: ok", "Live")


def test_a_stop_by_the_user_keeps_what_is_known_of_the_last_cycle() -> None:
    assert after(STARTED, CYCLE, ended(TIMEOUT), STOPPED).last is TIMEOUT


def marks(progress: Progress) -> str:
    return "".join(step.state.value for step in step_views(progress, NOW))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), "○○○○○"),
        ((CYCLE,), "●○○○○"),
        ((CYCLE, CALL), "●○○○○"),
        ((CYCLE, CALL, DECODED), "✓✓●○○"),
        (STORING, "✓✓●○○"),
        ((*STORING, COMMITTED), "✓✓✓●○"),
        ((*STORING, COMMITTED, VALIDATED, ended(GOOD)), "✓✓✓✓●"),
        ((CYCLE, CALL, ended(TIMEOUT)), "✕○○○●"),
        ((CYCLE, CALL, ended(NOT_UNDERSTOOD)), "✓✕○○●"),
        ((CYCLE, CALL, ended(UNCHANGED)), "▲○○○●"),
        ((CYCLE, ended(LOCKED, None)), "○○✕○○"),
    ],
)
def test_each_step_has_the_mark_of_its_state(events: tuple[SyncEvent, ...], expected: str) -> None:
    assert marks(after(*events)) == expected


def test_the_steps_tell_devices_while_they_are_stored_and_durations_afterwards() -> None:
    assert step_views(after(CYCLE, CALL, PANEL), NOW)[0].text == "● Fetch 3/10"
    assert [step.text for step in step_views(after(*STORING), NOW)][2] == "● Store 3/6"
    assert [step.text for step in step_views(after(*STORING, ended(GOOD)), NOW + 12)] == [
        "✓ Fetch 120 ms",
        "✓ Parse 2 ms",
        "✓ Store 16 ms",
        "✓ Validate 2 ms",
        "● Wait 18 s",
    ]


@pytest.fixture
def progress(qapp: QApplication) -> SiteProgress:
    return SiteProgress(clock=lambda: NOW)


@pytest.fixture
def bar(qtbot: QtBot, progress: SiteProgress) -> PhaseBar:
    bar = PhaseBar(progress)
    qtbot.addWidget(bar)
    return bar


def test_the_phase_bar_counts_a_retry_down_with_its_reason(bar: PhaseBar, progress: SiteProgress) -> None:
    for event in (CYCLE, CALL, RETRY):
        progress.apply(event)
    progress.set_now(NOW + 1)
    assert bar.sentence == "T3000 is starting (-2), try 2 of 4 in 3 s"
    assert bar.accessibleDescription().startswith("● Fetch in 3 s,")


def test_a_screen_reader_hears_all_steps_of_the_phase_bar(bar: PhaseBar, progress: SiteProgress) -> None:
    for event in STORING:
        progress.apply(event)
    progress.set_now(NOW)
    description = bar.accessibleDescription()
    assert description.startswith("✓ Fetch, ✓ Parse, ● Store 3/6, ○ Validate, ○ Wait.")
    assert description.endswith("store · panel 3/6 · 768 points")
    progress.apply(ended(GOOD))
    assert bar.sentence == "last cycle ok, 143 ms, 6 panels, 1,536 samples"
    progress.apply(ended(TIMEOUT))
    assert bar.accessibleDescription().endswith("last cycle failed (timeout): T3000 gave no answer within 30 s")


def test_all_steps_have_room_beside_the_note_of_a_crash_in_a_window_of_800_pixels(bar: PhaseBar) -> None:
    assert bar.minimumSizeHint().width() <= 480
    bar.resize(480, 26)
    step_px = bar._step_width()
    assert bar.fontMetrics().horizontalAdvance("● Validate") < step_px < 480 / 5


def test_how_a_cycle_ended_is_whole_before_details_of_its_steps_are(bar: PhaseBar, progress: SiteProgress) -> None:
    for event in STORING:
        progress.apply(event)
    bar.resize(1100, 26)
    assert "● Store 3/6" in drawn(bar)
    progress.apply(ended(GOOD))
    bar.resize(800, 26)
    told = drawn(bar)
    assert "last cycle ok, 143 ms, 6 panels, 1,536 samples" in told
    assert {"✓ Store", "✓ Validate"} <= set(told), "words without what has no room, and none that is cut"


def test_no_step_is_cut_at_any_width(bar: PhaseBar, progress: SiteProgress) -> None:
    progress.apply(ended(GOOD))
    for width in range(480, 1000, 3):
        bar.resize(width, 26)
        steps = [text for text in drawn(bar) if text[0] in "✓●○"]
        assert len(steps) == 5
        assert not any("…" in text for text in steps), (width, steps)


def test_the_phase_bar_draws_a_failed_step_unlike_a_good_one(bar: PhaseBar, progress: SiteProgress) -> None:
    bar.resize(1000, bar.sizeHint().height())
    pictures = []
    for event in (ended(GOOD), ended(TIMEOUT)):
        progress.apply(event)
        pictures.append(bar.grab().toImage())
    assert pictures[0] != pictures[1]
    assert bar.accessibleDescription().startswith("✕ Fetch,")


def test_nothing_in_the_phase_bar_moves_when_details_change(bar: PhaseBar, progress: SiteProgress) -> None:
    empty = bar.sizeHint()
    progress.apply(ended(TIMEOUT))
    assert bar.sizeHint() == empty


@pytest.fixture
def indicator(qtbot: QtBot, progress: SiteProgress) -> LinkIndicator:
    indicator = LinkIndicator(progress)
    qtbot.addWidget(indicator)
    return indicator


def test_the_indicator_counts_down_with_a_bar_that_fills(indicator: LinkIndicator, progress: SiteProgress) -> None:
    progress.apply(ended(GOOD, 20.0))
    progress.set_now(NOW + 5)
    assert indicator.countdown.text() == "next cycle in 15 s"
    assert indicator.bar.value() == 250
    assert not indicator.bar.isHidden()
    progress.apply(STOPPED)
    assert indicator.countdown.text() == "every 30 s"
    assert indicator.bar.value() == 0


def test_a_click_on_the_countdown_offers_intervals_with_the_one_in_force_marked(
    qtbot: QtBot, indicator: LinkIndicator, progress: SiteProgress
) -> None:
    progress.set_interval(90)
    indicator.intervals.aboutToShow.emit()
    actions = {action.text(): action for action in indicator.intervals.actions()}
    assert [text for text, action in actions.items() if action.isChecked()] == ["Every 90 s"]
    with qtbot.waitSignal(indicator.interval_chosen) as chosen:
        actions["Every 1 min"].trigger()
    assert chosen.args == [60]
    with qtbot.waitSignal(indicator.other_interval_asked):
        actions["Other…"].trigger()


def test_the_indicators_colour_goes_with_its_word_and_follows_the_theme(
    indicator: LinkIndicator, progress: SiteProgress, qapp: QApplication
) -> None:
    apply_theme(qapp, LIGHT)
    indicator.show()
    progress.apply(ended(GOOD))
    assert LIGHT.good.name() in drawn_colours(indicator.state)
    progress.apply(ended(TIMEOUT))
    assert LIGHT.bad.name() in drawn_colours(indicator.state)
    apply_theme(qapp, DARK)
    assert DARK.bad.name() in drawn_colours(indicator.state)
    assert indicator.state.text() == "▲ Failed: timeout"


def test_the_indicators_tooltip_says_why_and_when_it_was_last_good(
    indicator: LinkIndicator, progress: SiteProgress
) -> None:
    progress.apply(ended(GOOD))
    progress.apply(ended(TIMEOUT))
    lines = indicator.toolTip().split("\n")
    assert lines[1] == "last cycle failed (timeout): T3000 gave no answer within 30 s"
    assert lines[2] == "What to do: see whether T3000 hangs; if it is only slow, raise the timeout"
    assert lines[3] == f"last good cycle at {moment_text(NOW_S)}"


def test_another_link_or_database_starts_without_the_past_of_the_one_before(
    indicator: LinkIndicator, bar: PhaseBar, progress: SiteProgress
) -> None:
    progress.apply(STARTED, CYCLE, CALL, ended(TIMEOUT))
    assert "timeout" in bar.sentence
    progress.forget()
    assert indicator.state.text() == "◐ Waiting"
    assert indicator.toolTip() == "◐ Waiting"
    assert bar.sentence == ""
    assert bar.accessibleDescription().startswith("○ Fetch, ○ Parse, ○ Store, ○ Validate, ")


def test_each_state_of_the_link_has_a_mark_of_its_own() -> None:
    assert len({state.value for state in LinkState}) == 4


def test_the_size_of_the_database_is_in_megabytes_and_then_in_gigabytes_with_its_growth() -> None:
    sizes = (None, None), (0, None), (12_400_000, None), (1_234_000_000, None), (12_400_000, 1_530_000.0)
    assert [database_text(*size) for size in sizes] == [
        "",
        "db 0.0 MB",
        "db 12.4 MB",
        "db 1.23 GB",
        "db 12.4 MB, +1.5 MB a day",
    ]


def test_how_the_last_answer_was_got_is_in_full_in_the_tooltip_and_in_that_of_each_site(qtbot: QtBot) -> None:
    note = "read live; 4 of 10 panels in a cycle, the oldest is 95 s old"
    progress = SiteProgress()
    indicator = LinkIndicator(progress)
    qtbot.addWidget(indicator)
    for sites in ([""], ["Office", "Plant"]):
        progress.set_sites(sites, "")
        for site in sites:
            decoded = AnswerDecoded(snapshot(note=note), 10, site=site)
            progress.apply(decoded, CycleFinished(report(site=site), 5.0, site=site))
        said = " ".join(indicator.toolTip().split())
        assert said.count(note) == len(sites)
