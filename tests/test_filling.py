"""Holes that came about on our side are filled from T3000's own history: whole programs, in virtual time."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from live_cycles import STEP_S, LiveCycles
from t3monitor.config.settings import Filling, Settings
from t3monitor.config.sites import Site
from t3monitor.model.causes import Cause
from t3monitor.model.events import CycleFinished, CycleStarted, FillEnded, FillOffered, SyncEvent
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.causes.holes import holes_of_points
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.statistics import statistics
from t3monitor.sync import filling
from t3monitor.sync.pulse import Interruption
from t3monitor.sync.service import SyncService
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_log import T3000Log, at_utc
from t3000_model import Timed, make_panels
from t3000_panels import PanelModel

INPUT, OUTPUT, VARIABLE = PointType
SERIAL = 237220  # of the first panel
IN2 = PointKey(SERIAL, INPUT, 2)
DIGITAL = {"range": 1, "digital_analog": 0, "control": 0, "value": 1000}
LOGGED = [(INPUT, 1), (INPUT, 2), (OUTPUT, 0), (VARIABLE, 0)]
AWAY_S = 3600
ALWAYS, ASK, NEVER = Filling.ALWAYS, Filling.ASK, Filling.NEVER


class FilledSite(LiveCycles):
    """A T3000 that logs by itself, and a program of ours that comes and goes."""

    def __init__(self, folder: Path, panels: list[PanelModel], utc_s: float, zone: str) -> None:
        super().__init__(folder, panels)
        self.clock.utc_offset_s = utc_s
        self.zone = zone
        self.events: list[SyncEvent] = []
        self.order: list[tuple[str, float]] = []  # begin and end of cycles, and questions for the history
        self.on_event: Callable[[SyncService, SyncEvent], None] = lambda service, event: None

    def service(self, **settings: Any) -> SyncService:
        service = super().service(**{"sites": (Site(zone=self.zone),), **settings})

        def listen(event: SyncEvent) -> None:
            self.events.append(event)
            match event:
                case CycleStarted():
                    self.order.append(("begin", self.clock.now_s))
                case CycleFinished():
                    self.order.append(("end", self.clock.now_s))
            self.on_event(service, event)

        service.add_listener(listen)
        return service

    def record(self, cycles: int = 3, **settings: Any) -> None:
        """A program of ours that runs for so many cycles, all of which are good."""
        reports = self.run(cycles, **{"fill_from_t3000": ALWAYS, **settings})
        assert {str(report.outcome) for report in reports} == {"ok"}

    def away(self, seconds: float = AWAY_S, every_s: float = 60.0) -> tuple[float, float]:
        """No program of ours runs, and T3000 logs all the same; returns since when and up to when."""
        self.clock.now_s = float(round(self.clock.now_s))
        since_s = self.clock.utc_s()
        self.clock.now_s += seconds
        until_s = self.clock.utc_s()
        times = [since_s - 600 + every_s * n for n in range(int((seconds + 1200) / every_s))]
        for panel in self.panels:
            self.t3000.log.by_browser(panel, LOGGED, times)
        return since_s, until_s

    def filled(self, what: str = "logging_time, point_id, value") -> list[Any]:
        return self.rows(f"SELECT {what} FROM TRENDLOG_DATA WHERE data_source = 7 ORDER BY logging_time, point_id")

    def ended(self) -> list[FillEnded]:
        return [event for event in self.events if isinstance(event, FillEnded)]

    def offered(self) -> list[FillOffered]:
        return [event for event in self.events if isinstance(event, FillOffered)]

    @property
    def url(self) -> str:
        return f"sqlite:///{self.file}"


def site(tmp_path: Path, zone: str = "Etc/GMT-1", utc: str = "2026-11-27 12:00:00", **panel: Any) -> FilledSite:
    made = FilledSite(tmp_path, make_panels(1, used=(3, 1, 1), **panel), at_utc(utc), zone)
    made.record(3)
    return made


@pytest.fixture
def recorded(tmp_path: Path) -> FilledSite:
    return site(tmp_path)


def test_a_hole_is_filled_with_what_t3000_logged_meanwhile_and_with_nothing_else(recorded: FilledSite) -> None:
    before = recorded.rows("SELECT * FROM TRENDLOG_DATA WHERE data_source = 1")
    since_s, until_s = recorded.away()
    recorded.record()
    rows = recorded.filled("logging_time, point_id, value, units, range, created_by, serial_number, panel_id")
    times = {row[0] for row in rows}
    assert 58 <= len(times) <= 61
    assert min(times) > since_s - STEP_S
    assert max(times) < until_s + STEP_S
    assert {row[1] for row in rows} == {"IN2", "IN3", "OUT1", "VAR1"}
    panel = recorded.panels[0]
    for time_s, point_id, value, *_, created_by, serial, panel_id in rows:
        if point_id == "IN2":
            assert value == panel.point(INPUT, 1, time_s)["value"] / 1000
        assert (created_by, serial, panel_id) == ("t3000_history", SERIAL, 1)
    units = recorded.rows("SELECT DISTINCT point_id, units, range FROM TRENDLOG_DATA WHERE data_source = 1")
    assert {(row[1], row[3], row[4]) for row in rows} <= set(units)
    assert set(before) <= set(recorded.rows("SELECT * FROM TRENDLOG_DATA WHERE data_source = 1"))
    [ended] = recorded.ended()
    assert (ended.samples, ended.panels, ended.problem) == (len(rows), 1, "")
    assert ended.filled_s == pytest.approx(AWAY_S, abs=200)
    [(detail,)] = recorded.rows("SELECT detail FROM SYNC_EVENTS WHERE kind = 'filled'")
    assert detail == f"{len(rows)} samples of 1 panel from T3000's own history"


def test_no_line_joins_filled_readings_and_each_counts_as_a_single_one(recorded: FilledSite) -> None:
    since_s, until_s = recorded.away()
    recorded.record()
    [line] = HistoryReader(recorded.url).read(IN2, since_s - 600, until_s + 600, 10_000)
    filled = sorted({row[0] for row in recorded.filled()})
    starts = set(line.holes.starts.tolist())
    assert all(time_s + 1 in starts for time_s in filled)
    assert filled[0] in line.holes.ends.tolist()  # nor is the last recorded one joined to the first of them
    known = statistics(line, filled[0], filled[-1], recorded.clock.utc_s())
    assert known.known_s == pytest.approx(len(filled) - 1)


def test_the_hole_says_filled_from_t3000_in_coverage_and_wherever_causes_are_told(recorded: FilledSite) -> None:
    since_s, until_s = recorded.away()
    recorded.record()
    rows = recorded.rows("SELECT point_type, cause, reason, cycles FROM COVERAGE WHERE cause = 'filled' ORDER BY 1")
    assert rows == [(kind.value, "filled", "T3 Monitor was not running", 0) for kind in PointType]
    told = holes_of_points(recorded.url, [IN2], since_s + 120, until_s - 120, recorded.clock.utc_s())[IN2]
    assert {(hole.cause, hole.sentence) for hole in told} == {
        (Cause.FILLED, "Filled from T3000: T3 Monitor was not running")
    }


def test_what_was_filled_is_not_asked_for_again_and_not_stored_twice(recorded: FilledSite) -> None:
    recorded.away()
    recorded.record()
    asked, rows = len(recorded.client.histories), recorded.filled("*")
    recorded.record()
    recorded.record()
    assert len(recorded.client.histories) == asked
    assert recorded.filled("*") == rows
    assert len(recorded.ended()) == 1


def test_a_program_that_ended_while_filling_begins_anew_and_comes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "whole").mkdir()
    whole, parts = site(tmp_path), site(tmp_path / "whole")
    monkeypatch.setattr(filling, "_FIRST_PIECE", filling.timedelta(minutes=20))
    monkeypatch.setattr(filling, "_LONGEST_PIECE", filling.timedelta(minutes=20))
    for each in (whole, parts):
        each.away()
    whole.record()
    times = {row[0] for row in whole.filled()}
    monkeypatch.setattr(filling, "BETWEEN_S", 7.0)  # so that there is time for a question between two cycles
    for cycles in (2, 2, 6):
        assert parts.ended() == []
        parts.record(cycles)
        parts.clock.now_s -= STEP_S
        assert {row[0] for row in parts.filled()} & times
    assert len(parts.ended()) == 1
    assert times <= {row[0] for row in parts.filled()}
    rows = parts.filled("logging_time, point_id")
    assert len(rows) == len(set(rows))


def test_asked_first_nothing_is_asked_of_t3000_until_the_user_wants_it(recorded: FilledSite) -> None:
    since_s, until_s = recorded.away()
    recorded.record(fill_from_t3000=ASK)
    [offered] = recorded.offered()
    assert offered.panels == 1
    assert offered.missing_s == pytest.approx(AWAY_S, abs=200)
    assert since_s - STEP_S < offered.since_s < offered.until_s < until_s + STEP_S
    assert recorded.client.histories == recorded.filled() == recorded.ended() == []

    def want(service: SyncService, event: SyncEvent) -> None:
        if isinstance(event, FillOffered):
            service.fill()

    recorded.on_event = want
    recorded.record(fill_from_t3000=ASK)
    assert len(recorded.offered()) == 2
    assert recorded.filled()


def test_never_is_never(recorded: FilledSite) -> None:
    recorded.away()
    recorded.record(fill_from_t3000=NEVER)
    assert recorded.client.histories == recorded.offered() == recorded.ended() == []


def test_without_a_hole_of_ours_nothing_is_asked(recorded: FilledSite) -> None:
    recorded.clock.now_s -= STEP_S
    recorded.record()
    assert recorded.client.histories == recorded.ended() == []


def test_t3000_is_asked_between_cycles_one_question_at_a_time_and_no_cycle_is_late(
    recorded: FilledSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "_FIRST_PIECE", filling.timedelta(minutes=5))
    monkeypatch.setattr(filling, "_LONGEST_PIECE", filling.timedelta(minutes=5))
    recorded.t3000.history_s = 6.0
    recorded.away()
    recorded.order.clear()
    recorded.record(20)
    begins = [at_s for what, at_s in recorded.order if what == "begin"]
    cycles = list(zip(begins, [at_s for what, at_s in recorded.order if what == "end"], strict=True))
    asked = [at_s for at_s, _ in recorded.client.histories]
    assert len(asked) >= 12
    assert asked[0] >= cycles[0][1] + filling.DELAY_S  # after the first good cycle
    assert all(after - before >= 6.0 for before, after in pairwise(asked))
    assert not any(begin_s - 6 < at_s < end_s for begin_s, end_s in cycles for at_s in asked)
    assert [after - before for before, after in pairwise(begins)] == [STEP_S] * 19


def test_a_history_that_hangs_is_given_up_in_time_and_tried_again_a_bounded_number_of_times(
    recorded: FilledSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "AGAIN_S", again_s := (45.0, 60.0, 90.0))
    recorded.t3000.history_s = 1e6
    recorded.away()
    recorded.order.clear()
    recorded.record(20)
    begins = [at_s for what, at_s in recorded.order if what == "begin"]
    assert {after - before for before, after in pairwise(begins)} == {STEP_S}
    assert len(recorded.client.histories) == 1 + len(again_s)
    assert [ended.again_in_s for ended in recorded.ended()] == [*again_s, None]
    assert all("did not answer" in ended.problem or "within" in ended.problem for ended in recorded.ended())
    assert recorded.filled() == []


def test_what_went_wrong_is_mended_by_the_next_try(recorded: FilledSite) -> None:
    recorded.client.history_status = 500

    def heal(_: SyncService, event: SyncEvent) -> None:
        if isinstance(event, FillEnded):
            recorded.client.history_status = 200

    recorded.on_event = heal
    recorded.away()
    recorded.record(5)
    assert [bool(ended.problem) for ended in recorded.ended()] == [True, False]
    assert "failed to read its history (HTTP 500)" in recorded.ended()[0].problem
    assert recorded.filled()


def test_more_rows_than_an_answer_may_have_are_asked_for_in_pieces_until_none_is_full(
    recorded: FilledSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filling, "ROWS", 30)
    recorded.away()
    recorded.record(6)
    assert len(recorded.client.histories) > 8
    assert {question["limit"] for _, question in recorded.client.histories} == {30}
    times = sorted({row[0] for row in recorded.filled()})
    assert {after - before for before, after in pairwise(times)} == {60}
    assert len(recorded.filled()) == 4 * len(times)
    assert len(times) >= 58


@pytest.mark.parametrize(("zone", "told"), [("Europe/Lisbon", "UTC"), ("America/New_York", "5 hours behind UTC")])
def test_a_zone_of_the_settings_that_t3000s_clock_contradicts_is_said_and_nothing_is_filled(
    recorded: FilledSite, zone: str, told: str
) -> None:
    recorded.away()
    recorded.zone = zone
    recorded.record()
    [ended] = recorded.ended()
    assert ended.problem == (
        f"T3000's local time is 1 hour ahead of UTC and that of the zone {zone} is {told}, so nothing is filled from "
        "its history: correct the time zone of this T3000 computer in the settings"
    )
    assert recorded.client.histories == recorded.filled() == []
    recorded.zone = "Etc/GMT-1"
    recorded.record()
    assert recorded.filled()


def test_a_build_that_does_not_tell_its_zone_or_its_history_is_said(recorded: FilledSite) -> None:
    recorded.away()
    recorded.client.tells_time = False
    recorded.record()
    assert "does not tell its time zone" in recorded.ended()[-1].problem
    assert recorded.client.histories == []
    recorded.client.tells_time, recorded.client.tells_history = True, False
    recorded.record()
    assert "has no history to ask for" in recorded.ended()[-1].problem


def test_times_are_corrected_by_what_t3000s_clock_differs(recorded: FilledSite) -> None:
    since_s = recorded.clock.utc_s()
    recorded.clock.now_s += AWAY_S
    recorded.t3000.clock_ahead_s = 90
    recorded.t3000.log.by_browser(recorded.panels[0], LOGGED, [since_s + 1800 + 90])
    recorded.record()
    assert [row[0] for row in recorded.filled()] == [pytest.approx(since_s + 1800, abs=2)] * 4


def test_of_the_hour_that_comes_twice_nothing_is_filled_and_around_it_all_is(tmp_path: Path) -> None:
    berlin = site(tmp_path, zone="Europe/Berlin", utc="2026-10-24 22:30:00")
    berlin.t3000.log = T3000Log(zone=ZoneInfo("Europe/Berlin"))
    since_s, until_s = berlin.away(6 * 3600, every_s=300)
    berlin.record()
    twice = at_utc("2026-10-25 00:00:00"), at_utc("2026-10-25 02:00:00")
    times = {row[0] for row in berlin.filled()}
    assert not any(twice[0] <= time_s < twice[1] for time_s in times)
    wanted = {
        round(since_s - 600 + 300 * n)
        for n in range(100)
        if since_s + 120 < since_s - 600 + 300 * n < until_s - 60 and not twice[0] <= since_s - 600 + 300 * n < twice[1]
    }
    assert {int(time_s) for time_s in wanted} <= times


def test_a_state_is_taken_from_what_browsers_log_and_not_from_what_the_service_does(tmp_path: Path) -> None:
    made = site(tmp_path, members={"OUT1": DIGITAL})
    since_s, _ = made.away(every_s=600)
    made.t3000.log.by_service(made.panels, [since_s + 900, since_s + 2100])
    made.record()
    states = [row for row in made.filled("point_id, value, logging_time") if row[0] == "OUT1"]
    assert {value for _, value, _ in states} == {0.0}  # its control; its value is another one
    assert not {since_s + 900, since_s + 2100} & {time_s for *_, time_s in states}
    assert since_s + 900 in {row[0] for row in made.filled() if row[1] == "IN2"}


@pytest.mark.parametrize("is_logged", [True, False])
def test_of_what_is_not_filled_it_is_told_whether_t3000_has_nothing_or_nothing_of_use(
    is_logged: bool, tmp_path: Path
) -> None:
    made = site(tmp_path, members={"OUT1": DIGITAL})
    since_s, _ = made.away(every_s=AWAY_S * 2)  # browsers log nothing meanwhile
    if is_logged:
        made.t3000.log.by_service(made.panels, [since_s + 900, since_s + 2100])
    made.record()
    said = dict(made.rows("SELECT point_type, reason FROM COVERAGE WHERE cycles = 0 AND cause = 'not_running'"))
    why = "it is a state that T3000's service logged, which need not be the one shown"
    assert said["OUTPUT"] == (
        f"T3000's readings of this time were left out: {why}" if is_logged else "T3000 has no readings of this time"
    )
    assert [dict(its.left_out).get(why, 0) for its in made.ended()] == [2 * is_logged]


def test_of_a_point_that_was_set_up_otherwise_meanwhile_it_is_not_told_that_t3000_has_nothing(tmp_path: Path) -> None:
    made = site(tmp_path)
    made.away()
    made.panels[0].members["OUT1"] = {"range": 2}
    made.record()
    [(said,)] = made.rows("SELECT DISTINCT reason FROM COVERAGE WHERE cycles = 0 AND point_type = 'OUTPUT'")
    why = "its point is set up otherwise than it was before, so its unit is not known"
    assert said == f"T3000's readings of this time were left out: {why}"


def test_rows_of_one_point_counted_from_0_and_from_1_are_one_reading(recorded: FilledSite) -> None:
    since_s, _ = recorded.away()
    recorded.t3000.log.by_service(recorded.panels, [since_s + 60 * n for n in range(60)])
    recorded.record()
    rows = recorded.filled("logging_time, point_id")
    assert len(rows) == len(set(rows))


def test_readings_so_near_that_a_line_would_join_them_are_left_out_so_that_each_stands_alone(
    recorded: FilledSite,
) -> None:
    since_s, until_s = recorded.away(every_s=2)
    recorded.record()
    times = sorted({row[0] for row in recorded.filled() if row[1] == "IN2"})
    assert len(times) == pytest.approx(AWAY_S / 4, abs=30)
    [line] = HistoryReader(recorded.url).read(IN2, since_s - 600, until_s + 600, 10_000)
    known = statistics(line, times[0], times[-1], recorded.clock.utc_s())
    assert known.known_s == pytest.approx(len(times) - 1)
    [ended] = recorded.ended()
    assert dict(ended.left_out)["it is so near to the one before that a line would join them"] > 800


def test_points_that_are_not_recorded_are_not_filled(recorded: FilledSite) -> None:
    since_s, _ = recorded.away()
    recorded.t3000.log.by_service(recorded.panels, [since_s + 1800])
    recorded.record()
    own = {row[0] for row in recorded.rows("SELECT DISTINCT point_id FROM TRENDLOG_DATA WHERE data_source = 1")}
    assert {row[1] for row in recorded.filled()} <= own
    assert len(own) < 64


def test_a_zero_is_kept_and_what_was_never_read_or_means_something_else_is_not(recorded: FilledSite) -> None:
    since_s, _ = recorded.away()
    log = recorded.t3000.log
    in2 = [sample for sample in log.samples if sample.point_id == "IN2" and log.local(since_s + 900) <= sample.time]
    zero, empty, words, other, never = in2[:5]
    odd = {
        zero: {"raw": "0"},
        empty: {"raw": ""},
        words: {"raw": "n/a"},
        other: {"range": "4"},
        never: {"time": "1970-01-01 01:00:00"},
    }
    log.samples = [sample._replace(**odd.get(sample, {})) for sample in log.samples]
    recorded.record()
    values = {log.local(time_s): value for time_s, point_id, value in recorded.filled() if point_id == "IN2"}
    assert values[zero.time] == 0
    assert not {empty.time, words.time, other.time, never.time} & set(values)


def test_what_a_sleep_left_is_filled_as_well(recorded: FilledSite) -> None:
    def sleep(service: SyncService, event: SyncEvent) -> None:
        if isinstance(event, CycleFinished) and len(recorded.order) == 6:
            recorded.clock.now_s += AWAY_S
            service.interrupted(Interruption(recorded.clock.utc_s(), AWAY_S, 0, 0.0))

    recorded.clock.now_s -= STEP_S
    recorded.order.clear()
    recorded.on_event = sleep
    since_s = recorded.clock.utc_s()
    times = [since_s + 60 * n for n in range(80)]
    recorded.t3000.log.by_browser(recorded.panels[0], LOGGED, times)
    recorded.record(6)
    assert len(recorded.filled()) > 4 * 50
    assert {reason for (reason,) in recorded.rows("SELECT reason FROM COVERAGE WHERE cause = 'filled'")} == {
        "This computer slept, or the program was halted"
    }


def test_what_was_missed_last_is_asked_about_first(recorded: FilledSite) -> None:
    first = recorded.away()
    recorded.record(3, fill_from_t3000=NEVER)
    second = recorded.away()
    recorded.record(4)
    begun = [question["start_time"] for _, question in recorded.client.histories]
    assert len(begun) == 2
    assert [recorded.t3000.log.local(since_s)[:13] for since_s, _ in (second, first)] == [text[:13] for text in begun]


def test_a_panel_that_was_renumbered_in_the_hole_is_asked_by_each_of_its_numbers_and_nothing_comes_twice(
    recorded: FilledSite,
) -> None:
    since_s, renumbered_s = recorded.away(1800)
    recorded.panels[0].panel_id = 9
    _, until_s = recorded.away(1800)  # around the change T3000 has logged by both
    recorded.record(6)
    asked = [
        (question["panel_id"], question["start_time"], question["end_time"])
        for _, question in recorded.client.histories
    ]
    assert [panel_id for panel_id, *_ in asked] == [1, 9]
    assert asked[0][1:] == asked[1][1:]
    of = {}
    for panel_id in (1, 9):
        rows = recorded.filled(f"CASE panel_id WHEN {panel_id} THEN logging_time END")
        of[panel_id] = sorted({time_s for (time_s,) in rows if time_s})
    assert since_s <= of[1][0] < renumbered_s < of[9][-1] <= until_s
    times = recorded.filled("logging_time, point_id")
    assert len(times) == len(set(times))
    recorded.record(3)
    assert len(recorded.client.histories) == 2, "it is not asked about again"


def test_a_cycle_that_is_asked_for_does_not_wait_for_an_answer_of_the_history(
    recorded: FilledSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded.away()
    answer, services = recorded.t3000.history, []
    recorded.on_event = lambda service, event: services.append(service)

    def ask(*args: Any) -> Timed:
        if len(recorded.client.histories) == 1:
            services[-1].sync_once()
        return answer(*args)

    monkeypatch.setattr(recorded.t3000, "history", ask)
    recorded.order.clear()
    recorded.record(4)
    (first_s, first), (_, again) = recorded.client.histories[:2]
    assert first == again
    assert ("begin", first_s) in recorded.order
    assert [ended.problem for ended in recorded.ended()] == [""]


def test_a_link_that_tells_no_history_is_never_asked_and_nothing_is_offered(
    recorded: FilledSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WebApiLink, "tells_history", False)
    recorded.away()
    recorded.record(fill_from_t3000=ASK)
    recorded.record()
    assert recorded.client.histories == recorded.offered() == recorded.ended() == []


def test_holes_of_a_database_are_not_filled_in_another_one(recorded: FilledSite, tmp_path: Path) -> None:
    recorded.away()
    other = f"sqlite:///{tmp_path / 'other.db'}"

    def change(service: SyncService, event: SyncEvent) -> None:
        if isinstance(event, FillOffered):
            service.apply(Settings(link="webapi", database=other, sites=(Site(zone=recorded.zone),)))
            service.fill()

    recorded.on_event = change
    recorded.record(5, fill_from_t3000=ASK)
    assert recorded.client.histories == recorded.filled() == []
    recorded.file = tmp_path / "other.db"
    assert recorded.rows("SELECT count(*) FROM TRENDLOG_DATA WHERE data_source = 7") == [(0,)]
    assert recorded.rows("SELECT count(*) FROM TRENDLOG_DATA") != [(0,)]
