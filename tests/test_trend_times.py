"""Times of a zone: days and weeks, clock changes, and what users type; plain data."""

from datetime import UTC, date, datetime, tzinfo
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QLocale

from t3monitor.model.zones import clock_changes, is_repeated, local, zone_named, zone_names, zone_text
from t3monitor.ui.kit.texts import clock_text, local_time_text
from t3monitor.ui.trend.time.local_calendar import LocalCalendar, Span
from t3monitor.ui.trend.time.range_text import range_text
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.time.time_ticks import time_ticks
from t3monitor.ui.trend.time.typed_times import TypedTimeError, time_typed, typed_text

NEW_YORK, BERLIN, LORD_HOWE = (ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe"))
HOUR_S = 3600.0
BRITISH, AMERICAN, GERMAN = (
    QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom),
    QLocale(QLocale.Language.English, QLocale.Country.UnitedStates),
    QLocale(QLocale.Language.German, QLocale.Country.Germany),
)


def utc(*parts: int) -> float:
    return datetime(*parts, tzinfo=UTC).timestamp()  # type: ignore[arg-type, misc]


# Clock changes of 2026: zone, moment of the change, its day, hours of that day, names before and after
CHANGES = [
    (NEW_YORK, utc(2026, 11, 1, 6), date(2026, 11, 1), 25, "EDT", "EST"),
    (NEW_YORK, utc(2026, 3, 8, 7), date(2026, 3, 8), 23, "EST", "EDT"),
    (BERLIN, utc(2026, 10, 25, 1), date(2026, 10, 25), 25, "CEST", "CET"),
    (BERLIN, utc(2026, 3, 29, 1), date(2026, 3, 29), 23, "CET", "CEST"),
    (LORD_HOWE, utc(2026, 4, 4, 15), date(2026, 4, 5), 24.5, "UTC+11", "UTC+10:30"),
    (LORD_HOWE, utc(2026, 10, 3, 15, 30), date(2026, 10, 4), 23.5, "UTC+10:30", "UTC+11"),
]
change = pytest.mark.parametrize(("zone", "at_s", "day", "hours", "before", "after"), CHANGES)


@change
def test_a_clock_change_is_found_and_named_and_its_day_is_longer_or_shorter(
    zone: tzinfo, at_s: float, day: date, hours: float, before: str, after: str
) -> None:
    whole = LocalCalendar(zone).days(day)
    assert whole.length_s == hours * HOUR_S
    assert clock_changes(*whole, zone) == [at_s]
    assert clock_changes(at_s + 1, at_s + 40 * 86_400, zone) == []
    assert (zone_text(at_s - 1, zone), zone_text(at_s, zone)) == (before, after)
    assert zone_names(*whole, zone) == f"{before}/{after.removeprefix('UTC')}"


@change
def test_the_days_and_weeks_beside_a_clock_change_begin_at_midnight(
    zone: tzinfo, at_s: float, day: date, hours: float, before: str, after: str
) -> None:
    calendar = LocalCalendar(zone, first_weekday=7)
    for span in Span:
        shown = calendar.around(span, at_s)
        assert calendar.span_of(shown) is span
        assert calendar.span_of(shown.moved(HOUR_S)) is None
        for by in (-2, -1, 1, 2):
            moved = calendar.around(span, shown.start_s, by)
            assert calendar.span_of(moved) is span
            assert clock_text(moved.start_s, zone) == "00:00:00"
            assert calendar.around(span, moved.start_s, -by) == shown
    noon = TimeRange(at_s - 30 * HOUR_S, at_s + 30 * HOUR_S)
    assert [clock_text(time_s, zone) for time_s in calendar.moved(noon, -7)] == [clock_text(s, zone) for s in noon]


@change
def test_both_hours_have_marks_and_the_hour_that_is_left_out_has_none(
    zone: tzinfo, at_s: float, day: date, hours: float, before: str, after: str
) -> None:
    shown = TimeRange(at_s - 2 * HOUR_S, at_s + 2 * HOUR_S)
    ticks = time_ticks(*shown, 1000 if "UTC" in after and hours > 24 else 700, zone)
    assert [tick.utc_s for tick in ticks] == [shown.start_s + 1800 * n for n in range(9)]
    named = [(tick.utc_s, f"{tick.text} {tick.date}".split()) for tick in ticks]
    marked = {at: name for at, words in named for name in (before, after) if name in words}
    repeated_s = (hours - 24) * HOUR_S
    if repeated_s > 0:
        assert marked == {at: (before if at < at_s else after) for at in _steps(at_s - repeated_s, at_s + repeated_s)}
    else:
        assert marked == {at_s: after}
    texts = [(tick.text, tick.date) for tick in ticks if tick.utc_s != shown.start_s]
    assert len(texts) == len(set(texts)) or repeated_s <= 0
    wide = time_ticks(*LocalCalendar(zone).days(day), 640, zone)
    assert [tick.text for tick in wide if tick.text] == [f"{hour:02}:00" for hour in (*range(0, 24, 3), 0)]
    even = time_ticks(*LocalCalendar(zone).days(day), 1000, zone)
    hours_told = [tick.text[:5] for tick in even if tick.text]
    assert hours_told == [f"{hour:02}:00" for hour in (*range(0, 24, 2), 0) if hours > 24 or hour != 2]
    start_s, end_s = map(int, LocalCalendar(zone).days(day))
    whole = {float(time_s) for time_s in range(start_s, end_s + 1, 900) if local(time_s, zone).minute == 0}
    hourly = time_ticks(start_s, end_s, 2000, zone)
    assert {tick.utc_s for tick in hourly if tick.text} == whole
    assert {tick.utc_s for tick in hourly} == whole | {at_s}
    close = time_ticks(at_s - 300, at_s - 60, 640, zone)
    assert {tick.text.partition(" ")[2] for tick in close} == {before if hours > 24 else ""}
    assert all(two.utc_s - one.utc_s >= len(one.text) * 7 * 240 / 640 for one, two in pairwise(close)), "they have room"
    assert after in " ".join(tick.date for tick in wide), "also where the hours are too narrow for marks"


def _steps(start_s: float, end_s: float) -> list[float]:
    return [start_s + n * 1800 for n in range(int((end_s - start_s) / 1800))]


def test_a_time_that_comes_twice_says_which_one_it_is() -> None:
    first_s = utc(2026, 11, 1, 5, 30)
    assert [local_time_text(first_s + n * HOUR_S, NEW_YORK) for n in (-1, 0, 1, 2)] == [
        "2026-11-01 00:30:00",
        "2026-11-01 01:30:00 EDT",
        "2026-11-01 01:30:00 EST",
        "2026-11-01 02:30:00",
    ]
    assert not is_repeated(first_s, UTC)
    assert clock_text(first_s, UTC, seconds=False) == "05:30"


def test_zones_without_a_short_name_are_named_by_their_offset() -> None:
    at_s = utc(2026, 7, 1)
    assert [zone_text(at_s, zone_named(name)) for name in ("UTC", "Asia/Kathmandu", "America/Sao_Paulo")] == [
        "UTC",
        "UTC+5:45",
        "UTC−3",
    ]


class TimeOfWindows(datetime):
    """It has no local times before 1970, as its C library has none."""

    @classmethod
    def fromtimestamp(cls, timestamp: float, tz: tzinfo | None = None) -> datetime:
        if timestamp < 0:
            raise OSError(22, "Invalid argument")
        return datetime.fromtimestamp(timestamp, tz)


@pytest.mark.parametrize("zone", [None, UTC, NEW_YORK, LORD_HOWE], ids=str)
def test_windows_too_has_local_times_around_1970(zone: tzinfo | None, monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [-3600.0, -0.5, 0.0, 86_399.5, 2 * 86_400 - 1, 2 * 86_400, 1e9]
    here = [datetime.fromtimestamp(at_s, zone) for at_s in moments]
    monkeypatch.setattr("t3monitor.model.zones.datetime", TimeOfWindows)
    assert [local(at_s, zone) for at_s in moments] == here
    assert [zone_text(at_s, zone) for at_s in moments[:-1]] == [zone_text(2 * 86_400, zone)] * 6
    assert not any(is_repeated(at_s, zone) for at_s in moments)
    assert clock_changes(-7200, 7200, zone) == []


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "America", "/etc/passwd", "../x", "a\0b", "x" * 5000])
def test_what_is_no_zone_is_none(name: str) -> None:
    assert zone_named(name) is None


def test_weeks_begin_with_the_day_of_the_locale() -> None:
    sunday_s = utc(2026, 11, 1, 17)
    starts = [LocalCalendar(NEW_YORK, first).around(Span.WEEK, sunday_s) for first in (1, 6, 7)]
    assert [local_time_text(week.start_s, NEW_YORK)[:10] for week in starts] == [
        "2026-10-26",
        "2026-10-31",
        "2026-11-01",
    ]


def test_the_time_in_sight_is_said_with_its_zone_and_nothing_that_is_known() -> None:
    calendar = LocalCalendar(NEW_YORK)
    day = calendar.days(date(2026, 11, 1))
    hour = TimeRange(utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 30))
    assert [
        range_text(day, NEW_YORK, Span.DAY),
        range_text(calendar.days(date(2026, 10, 26), 7), NEW_YORK, Span.WEEK),
        range_text(day._replace(end_s=day.start_s + 7 * HOUR_S), NEW_YORK, Span.DAY),
        range_text(hour, NEW_YORK),
        range_text(hour, UTC),
        range_text(hour, UTC, brief=True),
        range_text(hour._replace(end_s=hour.end_s + 24 * HOUR_S), UTC, brief=True),
    ] == [
        "Sun 2026-11-01 EDT/EST",
        "Mon 2026-10-26 – Sun 2026-11-01 EDT/EST",
        "Sun 2026-11-01 00:00 – 06:00 EDT/EST",
        "Sun 2026-11-01 01:30 EDT – 01:30 EST",
        "Sun 2026-11-01 05:30 – 06:30 UTC",
        "2026-11-01 05:30 – 06:30",
        "2026-11-01 05:30 – 11-02 06:30",
    ]


TODAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("text", "locale", "ends", "told"),
    [
        ("2026-10-31 13:45", AMERICAN, False, "2026-10-31 13:45:00"),
        (" 2026-10-31T13:45:10 ", GERMAN, False, "2026-10-31 13:45:10"),
        ("31/10/2026 9:05", BRITISH, False, "2026-10-31 09:05:00"),
        ("10/31/26 1:45 pm", AMERICAN, False, "2026-10-31 13:45:00"),
        ("10/31/2026, 12 AM", AMERICAN, False, "2026-10-31 00:00:00"),
        ("31.10.26 13:45", GERMAN, False, "2026-10-31 13:45:00"),
        ("31.10.2026", GERMAN, False, "2026-10-31 00:00:00"),
        ("31.10.2026", GERMAN, True, "2026-11-01 00:00:00"),
        ("31.10.2026 24:00", GERMAN, False, "2026-11-01 00:00:00"),
        ("8:00", BRITISH, False, "2026-11-02 08:00:00"),
        ("2026-11-01 01:30", BRITISH, False, "2026-11-01 01:30:00 EDT"),
        ("2026-11-01 01:30", BRITISH, True, "2026-11-01 01:30:00 EST"),
        ("2026-11-01 01:30 est", BRITISH, False, "2026-11-01 01:30:00 EST"),
        ("2026-11-01 01:30 EDT", BRITISH, True, "2026-11-01 01:30:00 EDT"),
    ],
)
def test_times_are_typed_as_the_locale_has_them_or_as_iso(text: str, locale: QLocale, ends: bool, told: str) -> None:
    assert local_time_text(time_typed(text, NEW_YORK, TODAY, locale, ends=ends), NEW_YORK) == told


@pytest.mark.parametrize("locale", [BRITISH, AMERICAN, GERMAN, QLocale.c(), QLocale("ko_KR"), QLocale("fa_IR")])
@pytest.mark.parametrize("zone", [NEW_YORK, LORD_HOWE])
def test_what_is_offered_is_read_back(locale: QLocale, zone: tzinfo) -> None:
    for at_s in (utc(2026, 11, 1, 5, 30), utc(2026, 11, 1, 6, 30), utc(2026, 4, 4, 14, 45), utc(2026, 4, 4, 15, 15)):
        assert time_typed(typed_text(at_s, zone), zone, TODAY, locale) == at_s


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "A time is missing; type it as 2026-11-02 13:45"),
        ("yesterday", "“yesterday” is no time"),
        ("31/02/2026 10:00", "“31/02/2026 10:00” is no time"),
        ("2026-10-31 25:00", "is no time"),
        ("2026-10-31 13 pm", "is no time"),
        ("8", "“8” is no time"),
        ("0001-01-01 00:00", "There is no history of the year 1"),
        ("1969-12-31", "There is no history of the year 1969"),
        ("9999-12-31 23:59", "There is no history of the year 9999"),
        ("2026-03-08 02:30", "There was no 02:30 on 2026-03-08: clocks were put forward past it"),
        ("2026-11-01 01:30 PST", "“PST” is not the time of this zone then; leave it out, or type EDT / EST"),
    ],
)
def test_what_is_no_time_is_told_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(TypedTimeError) as error:
        time_typed(text, NEW_YORK, TODAY, BRITISH)
    assert said in str(error.value)
