"""T3000's own history, as its web service tells it (docs/t3000.md 8.5)."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from clock import FakeClock
from t3monitor.model.errors import BadReplyError, LinkTimeoutError, RefusedError
from t3monitor.model.point_types import PointType
from t3monitor.t3000.actions import LoggedStretch
from t3monitor.t3000.link import LoggedRow
from t3monitor.t3000.webapi.history import logged_rows
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_log import T3000Log, at_utc
from t3000_panels import PanelModel, make_panels
from t3000_stand_in import Mood, StandIn

INPUT, OUTPUT, VARIABLE = PointType
DAY = at_utc("2026-11-27")
STRETCH = LoggedStretch(237220, 1, datetime(2026, 11, 27), datetime(2026, 11, 28), 1000)


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn(make_panels(2, used=(2, 1, 1))) as stand_in:
        yield stand_in


@pytest.fixture
def panel(stand_in: StandIn) -> PanelModel:
    return stand_in.t3000.panels[0]


def link(stand_in: StandIn) -> WebApiLink:
    return WebApiLink(stand_in.url)


def test_rows_come_newest_first_by_the_local_time_of_t3000_with_raw_values_as_text(
    stand_in: StandIn, panel: PanelModel
) -> None:
    stand_in.t3000.log.by_browser(panel, [(INPUT, 1)], [DAY, DAY + 60])
    told = link(stand_in).logged(STRETCH, 5)
    assert told is not None
    raw = [str(panel.point(INPUT, 1, at_s)["value"]) for at_s in (DAY + 60, DAY)]
    range_ = str(panel.point(INPUT, 1, DAY)["range"])
    assert told.rows == [
        LoggedRow("2026-11-27 01:01:00", "IN2", "INPUT", 2, raw[0], range_, True),
        LoggedRow("2026-11-27 01:00:00", "IN2", "INPUT", 2, raw[1], range_, True),
    ]
    assert not told.is_full
    assert stand_in.histories[0]["start_time"] == "2026-11-27 00:00:00"


def test_both_ends_belong_to_the_stretch_and_other_panels_do_not(stand_in: StandIn, panel: PanelModel) -> None:
    for each in stand_in.t3000.panels:
        stand_in.t3000.log.by_browser(each, [(INPUT, 1)], range(int(DAY), int(DAY) + 300, 60))
    asked = STRETCH._replace(since=datetime(2026, 11, 27, 1, 1), until=datetime(2026, 11, 27, 1, 3))
    told = link(stand_in).logged(asked, 5)
    assert told is not None
    assert [row.time[-5:] for row in told.rows] == ["03:00", "02:00", "01:00"]
    other = link(stand_in).logged(asked._replace(panel_id=9), 5)
    assert other is not None
    assert other.rows == []  # a panel that was renumbered has its history under another number


def test_an_answer_as_long_as_the_limit_may_not_be_all(stand_in: StandIn, panel: PanelModel) -> None:
    stand_in.t3000.log.by_browser(panel, [(INPUT, 1)], range(int(DAY), int(DAY) + 300, 60))
    for limit, is_full in ((4, True), (5, True), (6, False)):
        told = link(stand_in).logged(STRETCH._replace(limit=limit), 5)
        assert told is not None
        assert (len(told.rows), told.is_full) == (min(limit, 5), is_full)
        assert told.rows[0].time == "2026-11-27 01:04:00"


def test_a_row_that_cannot_be_read_costs_that_row_and_counts_towards_the_limit() -> None:
    good = b'{"time":"2026-11-27 01:00:00","point_id":"IN1","point_type":"INPUT","raw_value":"21500","range":"3"}'
    body = b'{"data":[%s,{"time":5},%s,null,{"time":"x","point_id":"IN1","point_type":"INPUT","raw_value":null}]}'
    told = logged_rows(body % (good, good), 5)
    assert (len(told.rows), told.unreadable, told.is_full) == (2, 3, True)


def test_of_a_value_that_is_no_number_the_text_counts_not_the_zero_beside_it(
    stand_in: StandIn, panel: PanelModel
) -> None:
    stand_in.t3000.log.by_browser(panel, [(INPUT, 1)], [DAY])
    log = stand_in.t3000.log
    log.samples[0] = log.samples[0]._replace(raw="")
    told = link(stand_in).logged(STRETCH, 5)
    assert told is not None
    assert told.rows[0].raw == ""


def test_the_service_counts_from_0_leaves_out_zeros_and_does_not_reach_the_upper_variables(
    stand_in: StandIn, panel: PanelModel
) -> None:
    panel.members = {"IN1": {"value": 0, "decom": 0}, "IN2": {"value": 0, "decom": 1}, "VAR100": {"value": 5}}
    stand_in.t3000.log.by_service([panel], [DAY])
    told = link(stand_in).logged(STRETCH, 5)
    assert told is not None
    assert [(row.point_id, row.number, row.raw) for row in told.rows if row.point_id in ("IN1", "IN2")] == [
        ("IN2", 1, "0")
    ]
    assert not any(row.point_id == "VAR100" for row in told.rows)


def test_a_build_without_the_page_tells_nothing(stand_in: StandIn) -> None:
    stand_in.tells_history = False
    assert link(stand_in).logged(STRETCH, 5) is None
    stand_in.tells_time = False
    assert link(stand_in).t3000_time(5) is None


def test_a_database_that_t3000_cannot_read_is_a_refusal_in_a_sentence(stand_in: StandIn) -> None:
    stand_in.history_status = 500
    with pytest.raises(RefusedError, match=r"failed to read its history \(HTTP 500\)"):
        link(stand_in).logged(STRETCH, 5)


def test_what_is_no_history_is_a_bad_reply(stand_in: StandIn) -> None:
    stand_in.mood = Mood.NOT_JSON
    with pytest.raises(BadReplyError, match="history cannot be read"):
        link(stand_in).logged(STRETCH, 5)


def test_a_history_that_takes_too_long_is_given_up(stand_in: StandIn) -> None:
    stand_in.mood = Mood.HANG
    with pytest.raises(LinkTimeoutError):
        link(stand_in).logged(STRETCH, 0.2)


@pytest.mark.parametrize(
    ("zone", "offset_s"), [(timezone(timedelta(hours=10, minutes=30)), 37_800), (ZoneInfo("America/New_York"), -18_000)]
)
def test_t3000_tells_its_offset_of_today_and_how_far_its_clock_is_ahead(
    zone: timezone | ZoneInfo, offset_s: int
) -> None:
    clock = FakeClock(DAY)
    with StandIn([], clock.monotonic_s, clock.utc_s) as stand_in:
        stand_in.t3000.log = T3000Log(zone)
        stand_in.t3000.clock_ahead_s = 100
        told = WebApiLink(stand_in.url, monotonic_s=clock.monotonic_s, utc_s=clock.utc_s).t3000_time(5)
    assert told is not None
    assert told.utc_offset_s == offset_s
    assert told.ahead_s == pytest.approx(100, abs=1)
