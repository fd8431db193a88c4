"""What the simulated building's past tells, and that a database that was begun without it gets it."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from service_site import Runner
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.baselines import Aspect, BaselineEdit, differences
from t3monitor.model.causes import Cause
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.simulation import past
from t3monitor.simulation.link import DemoLink
from t3monitor.simulation.past import give_demo_a_past
from t3monitor.simulation.place import place_of_building
from t3monitor.simulation.story import PAST_S, Story
from t3monitor.store.baselines import read_baseline
from t3monitor.store.causes.holes import holes_of_points
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.present_state import read_present_state
from t3monitor.sync.links import open_link, site_zones
from t3monitor.sync.sites import SiteServices

END_S = 1_761_998_400  # 1 November 2025, 12:00 UTC
PANELS = 5


@pytest.fixture(scope="module", autouse=True)
def the_past_is_as_dense_as_users_have_it() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past, "_DEMO_STEP_S", None)
        yield


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("demo") / "past.db"
    give_demo_a_past(path, PANELS, lambda: False, lambda _: None)
    return sqlite_url(path)


def points(url: str, *labels: str) -> list[PointKey]:
    state = read_present_state(url)
    assert state is not None
    return [
        PointKey(panel.serial_number, point.point_type, point.point_index)
        for panel in state.panels
        for point in panel.points()
        if point.label in labels
    ]


def test_the_past_has_a_hole_of_each_cause(url: str) -> None:
    keys = points(url, "OAT", "MAT", "EXH_T", "Z1_T", "B1_FLUE")
    now_s = time.time()
    holes = holes_of_points(url, keys, now_s - PAST_S, now_s, now_s)
    assert {hole.cause for found in holes.values() for hole in found} >= {
        *(Cause.NOT_RUNNING, Cause.STOPPED, Cause.ASLEEP, Cause.ENDED_UNEXPECTEDLY, Cause.UNKNOWN),
        *(Cause.CLOCK_STEPPED, Cause.NOT_RECORDED),
        *(Cause.NOT_READY, Cause.UNREACHABLE, Cause.TIMEOUT, Cause.DATABASE),
        *(Cause.CRASHED, Cause.BAD_REPLY, Cause.REFUSED, Cause.NO_NEW_DATA, Cause.SERIAL_ZERO),
        *(Cause.PANEL_MISSING, Cause.NOT_REREAD, Cause.SKIPPED, Cause.SERIAL_SHARED),
        *(Cause.POINT_MISSING, Cause.SENSOR_OPEN, Cause.SENSOR_SHORTED),
    }


@pytest.mark.parametrize(
    ("label", "changes"),
    [
        ("RAT", ["range 3 4", "units °C °F", "range 4 3", "units °F °C"]),
        ("HTG_VLV", ["mode 0 1", "mode 1 0"]),
        ("SAT", ["calibration 1.0 1.2"]),
        ("RA_RH", ["filter 20 5"]),
        ("SF_VFD", ["label SF_SPD SF_VFD"]),
    ],
)
def test_points_of_the_past_changed(url: str, label: str, changes: list[str]) -> None:
    found = HistoryReader(url).changes(points(url, label)[0], 0, time.time())
    assert [f"{change.what.value} {change.old} {change.new}" for change in found] == changes


@pytest.mark.parametrize(
    ("zone", "put_at"),
    [
        ("Europe/Berlin", datetime(2025, 10, 26, 1, tzinfo=UTC)),
        ("America/New_York", datetime(2025, 3, 9, 7, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2025, 3, 9, 7, tzinfo=UTC)),  # whose clocks are never put: New York's
    ],
)
def test_the_past_has_the_last_night_in_which_clocks_were_put_and_the_day_before(
    zone: str, put_at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        story = Story(END_S - PAST_S, END_S)
        times = [time_s for time_s in story.times() if story.runs(time_s)]
        notes = [edit.note.start_s for edit in story.notes() if edit.note]
    finally:
        monkeypatch.undo()
        time.tzset()
    put_s = int(put_at.timestamp())
    about = [time_s - put_s for time_s in times if -38 <= (time_s - put_s) / 3600 <= 22]
    assert {later - earlier for earlier, later in pairwise(about) if -7200 <= earlier < 7200} == {600}
    assert min(later - earlier for earlier, later in pairwise(about) if abs(earlier) > 12_000) == 3600
    assert times[0] == min(put_s - 38 * 3600, END_S - PAST_S)
    assert put_s in notes, "that is how its user finds it"


@pytest.mark.parametrize(("zone", "site_zone", "hours"), [("Europe/Berlin", None, 1), ("UTC", "America/New_York", -5)])
def test_the_building_stands_in_a_zone_whose_clocks_are_put_and_lives_by_its_standard_time(
    zone: str, site_zone: str | None, hours: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(link=LinkName.DEMO)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        place, zones, link = place_of_building(END_S), site_zones(settings), open_link(settings)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert isinstance(link, DemoLink)
    assert link._building._utc_offset_s == place.standard_offset_s == hours * 3600
    assert zones == ({"": ZoneInfo(site_zone)} if site_zone else {})


def test_nothing_ran_between_that_night_and_the_last_days(url: str) -> None:
    key, now_s = points(url, "OAT")[0], time.time()
    put_s = place_of_building(now_s).clocks_put_s
    assert put_s is not None
    if put_s + 86_400 > now_s - PAST_S:
        pytest.skip("clocks were put in the last days: there is nothing between")
    (line,) = HistoryReader(url).read_many([key], put_s - 3600, put_s + 3600, 1000)[key]
    assert len(line.times_utc_s) >= 12
    (hole,) = holes_of_points(url, [key], put_s + 86_400, now_s - PAST_S - 600, now_s)[key]
    assert hole.cause is Cause.NOT_RUNNING


def test_states_of_multistates_have_words_in_the_past_and_from_the_first_answer_on(url: str) -> None:
    state = read_present_state(url)
    assert state is not None
    words = {point.label: dict(point.words) for panel in state.panels for point in panel.points() if point.words}
    assert words["AHU_MODE"][3] == "Economizer"
    assert words["LEAD"] == {1: "Boiler 1", 2: "Boiler 2"}
    link = DemoLink(PANELS)
    assert {its.multistate[101] for its in link.fetch(1.0).words.values()} == {
        tuple(sorted(words[label].items())) for label in ("AHU_MODE", "LEAD")
    }
    assert not link.fetch(1.0).words, "what was told is known"


def test_a_service_that_began_without_a_past_gets_one_and_nothing_that_it_stored_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "demo.db"

    def rows(sql: str) -> list[Any]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute(sql).fetchall()

    settings = Settings(link=LinkName.DEMO, demo_panels=2)
    services = SiteServices(settings, lambda _: DemoLink(2), lambda _: sqlite_url(path), Runner, lambda _: None)
    services.run()
    try:
        (first,) = services.sync_once()
        first.result(30)
        stored = "SELECT * FROM TRENDLOG_DATA WHERE logging_time > {} ORDER BY 1, 4, 5"
        began_s = rows("SELECT min(logging_time) FROM TRENDLOG_FRAMES")[0][0] - 1
        before, state = rows(stored.format(began_s)), rows("SELECT * FROM INPUT_POINTS")
        services.write_baseline(BaselineEdit("freeze", "Own"))
        services.give_past()
        own, made_up = (read_baseline(sqlite_url(path), name) for name in ("Own", "Commissioning"))
        assert [sum(panel.point_count for panel in its.panels) for its in (own, made_up)] == [512, 512]
        assert abs(own.taken_at - made_up.taken_at - PAST_S) < 3600
        assert {its.what for its in differences(made_up, own)} > {Aspect.CALIBRATION, Aspect.VALUE}
        assert rows(stored.format(began_s)) == before
        assert rows("SELECT * FROM INPUT_POINTS") == state
        runs = [run for (run,) in rows("SELECT id FROM SYNC_RUNS ORDER BY started_at")]
        assert runs == sorted(runs)
        assert len(runs) > 300
        of_other_runs = """SELECT count(*) FROM TRENDLOG_FRAMES AS frame
            LEFT JOIN SYNC_RUNS AS run ON run.id = frame.run_id
            WHERE run.id IS NULL OR abs(run.started_at - frame.logging_time) > 7200"""
        assert rows(of_other_runs) == [(0,)]
        key = PointKey(before[0][0], PointType.INPUT, 1)
        (line,) = HistoryReader(sqlite_url(path)).read_many([key], began_s - 3600, began_s + 60, 1000)[key]
        assert len(line.times_utc_s) > 9, "what was there before goes on where the past ends"
        monkeypatch.setattr("t3monitor.simulation.past.backfill", lambda *_: pytest.fail("it has one"))
        services.give_past()
        (last,) = services.sync_once()
        assert last.result(30).run_id == 2
    finally:
        services.close()


def test_services_that_have_ended_make_no_past(tmp_path: Path) -> None:
    settings = Settings(link=LinkName.DEMO, demo_panels=2)
    url = sqlite_url(tmp_path / "demo.db")
    services = SiteServices(settings, lambda _: DemoLink(2), lambda _: url, Runner, lambda _: None)
    services.run()
    services.close()
    services.give_past()
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_being_made_gets_no_past_yet(tmp_path: Path) -> None:
    path = tmp_path / "demo.db"
    path.touch()
    give_demo_a_past(path, PANELS, lambda: False, lambda _: None)
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_size == 0
