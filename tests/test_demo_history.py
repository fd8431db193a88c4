"""What the simulated building's T3000 logged by itself, told as a T3000 tells it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from t3monitor.model.zones import offset_s
from t3monitor.simulation.building import Building
from t3monitor.simulation.history import logged
from t3monitor.simulation.link import DemoLink
from t3monitor.t3000.actions import LoggedStretch

NOW_S = datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()
BUILDING = Building(2)
PANEL = BUILDING.panels[0].address
ASKED = LoggedStretch(
    PANEL.serial_number, PANEL.panel_id, datetime(2026, 11, 27, 9), datetime(2026, 11, 27, 10), 10_000
)
NEW_YORK = ZoneInfo("America/New_York")


def test_rows_are_in_local_time_newest_first_and_both_ends_belong_to_the_stretch() -> None:
    times = [row.time for row in logged(BUILDING, ASKED, UTC, NOW_S).rows]
    assert times == sorted(times, reverse=True)
    assert (times[0], times[-1]) == ("2026-11-27 10:00:00", "2026-11-27 09:00:00")
    there = logged(BUILDING, ASKED, NEW_YORK, NOW_S + 86_400)
    assert {row.time for row in there.rows} == set(times)
    assert [row.raw for row in there.rows] != [row.raw for row in logged(BUILDING, ASKED, UTC, NOW_S).rows]


def test_no_more_rows_come_than_were_asked_for_and_these_are_the_newest() -> None:
    whole = logged(BUILDING, ASKED, UTC, NOW_S)
    part = logged(BUILDING, ASKED._replace(limit=50), UTC, NOW_S)
    assert not whole.is_full
    assert (part.is_full, part.rows) == (True, whole.rows[:50])


def test_nothing_is_logged_yet_of_what_is_to_come_nor_of_a_panel_of_another_number() -> None:
    later = ASKED._replace(until=datetime(2026, 11, 28))
    assert logged(BUILDING, later, UTC, NOW_S).rows[0].time == "2026-11-27 12:00:00"
    assert logged(BUILDING, ASKED._replace(panel_id=99), UTC, NOW_S).rows == []
    assert logged(BUILDING, ASKED._replace(serial_number=5), UTC, NOW_S).rows == []


def test_what_is_older_than_the_past_of_the_building_is_no_longer_there() -> None:
    asked = ASKED._replace(since=datetime(2026, 11, 1), until=datetime(2026, 11, 20), limit=50_000)
    rows = logged(BUILDING, asked, UTC, NOW_S).rows
    assert rows[-1].time == "2026-11-19 12:02:30"
    assert logged(BUILDING, asked._replace(until=datetime(2026, 11, 18)), UTC, NOW_S).rows == []


def test_the_service_counts_from_0_and_leaves_out_zeros_and_a_browser_counts_from_1() -> None:
    rows = logged(BUILDING, ASKED, UTC, NOW_S).rows
    by_service = [row for row in rows if row.time[-5:] in ("00:00", "05:00")]
    by_browser = [row for row in rows if row.time.endswith("02:30")]
    assert all(row.number == int(row.point_id.strip("INOUTVAR")) - 1 for row in by_service)
    assert all(row.number == int(row.point_id.strip("INOUTVAR")) for row in by_browser)
    assert not [row for row in by_service if row.raw == "0" and row.point_type == "VARIABLE"]  # they have no status
    assert 0 < len({row.point_id for row in by_browser}) <= 14
    states = [row for row in by_browser if not row.is_analog]
    assert states
    assert {row.raw for row in states} <= {"0", "1"}


def test_the_hour_that_comes_twice_is_there_twice() -> None:
    start_s = datetime(2026, 11, 1, 5, tzinfo=UTC).timestamp()
    asked = ASKED._replace(since=datetime(2026, 11, 1, 1), until=datetime(2026, 11, 1, 1, 59, 59), limit=50_000)
    rows = logged(BUILDING, asked, NEW_YORK, start_s + 86_400).rows
    at_1 = [row for row in rows if row.time == "2026-11-01 01:00:00" and row.point_id == "IN1"]
    assert len(at_1) == 2


@pytest.mark.parametrize("zone", [UTC, NEW_YORK])
def test_its_time_is_that_of_its_place(zone: ZoneInfo) -> None:
    told = DemoLink(1, clock=lambda: NOW_S, zone=zone).t3000_time(1)
    assert told is not None
    assert timedelta(seconds=told.utc_offset_s) == timedelta(seconds=offset_s(NOW_S, zone))
