"""A point as it was on another day stands at the same times by the clock on the wall, also where clocks are put."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from holed_file import IN1, SERIAL, HoledFile
from legend_rows import LegendRow
from t3monitor.model.day_shifts import DayShift
from t3monitor.model.holes import known_until
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, ComputedKey, PlacedKey, StoredKey
from t3monitor.model.zones import zone_text
from t3monitor.store.causes.holes import ExplainedHole, holes_of_points
from t3monitor.store.history import pieces
from t3monitor.store.history.placed import placed
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Holes, Series
from t3monitor.store.history.statistics import statistics
from t3monitor.ui.trend.shown import ZoneChoice
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView

NEW_YORK, BERLIN, LORD_HOWE = map(ZoneInfo, ("America/New_York", "Europe/Berlin", "Australia/Lord_Howe"))
EVERY_S, DAY_S = 300, 86_400


class Change(NamedTuple):
    """A day on which clocks are put."""

    zone: ZoneInfo
    day: datetime

    def at(self, clock: str, days: int = 0, *, second: bool = False) -> float:
        """A time of the day, or of one so many days later."""
        hour, minute = map(int, clock.split(":"))
        at = self.day.replace(hour=hour, minute=minute) + timedelta(days=days)
        return at.replace(tzinfo=self.zone, fold=second).timestamp()


AUTUMN = Change(NEW_YORK, datetime(2026, 11, 1)), Change(BERLIN, datetime(2026, 10, 25))
SPRING = Change(NEW_YORK, datetime(2026, 3, 8)), Change(BERLIN, datetime(2026, 3, 29))
TWICE = {NEW_YORK: "01:30", BERLIN: "02:30"}  # in autumn
NEVER = "02:30"  # in spring, in both
names = [str(change.zone) for change in AUTUMN]


@contextmanager
def filled(path: Path, change: Change) -> Iterator[HoledFile]:
    """Readings of three days, each of a value that no other one has, with an hour without them at noon."""
    made = HoledFile(path)
    times = range(int(change.at("00:00", -1)) - 600, int(change.at("04:00", 2)), EVERY_S)
    with_readings = [at_s for at_s in times if not 12 <= (at_s - change.at("00:00")) % DAY_S / 3600 < 13]
    made.connection.execute("BEGIN")
    made.connection.executemany(
        "INSERT INTO TRENDLOG_FRAMES (serial_number, point_type, logging_time, run_id, layout_id, vals, "
        "expected_spacing, sync_interval) VALUES (?, 'INPUT', ?, ?, 1, ?, ?, ?)",
        [
            (SERIAL, at_s + 7, number, f"[{number / 4}, 0]", EVERY_S, EVERY_S)
            for number, at_s in enumerate(with_readings)
        ],
    )
    made.connection.execute("COMMIT")
    with closing(made.connection):
        yield made


def raw(file: HoledFile, time_s: float) -> float:
    """The raw sample in force at a time, asked of the file itself."""
    row = file.connection.execute(
        "SELECT json_extract(vals, '$[0]') FROM TRENDLOG_FRAMES "
        "WHERE (serial_number, point_type) = (?, 'INPUT') AND logging_time <= ? ORDER BY logging_time DESC",
        (SERIAL, time_s),
    ).fetchone()
    return float(row[0])


def shown(
    file: HoledFile,
    change: Change,
    time_s: float,
    days: int = 1,
    max_points: int = 100_000,
    of: PointKey | ComputedKey = IN1,
) -> object:
    """What stands at a time of the axis for the series so many days before; of many readings the lowest and highest."""
    start_s, end_s = change.at("00:00"), change.at("00:00", 2)
    key = PlacedKey(of, DayShift(days, change.zone).parts(start_s, end_s))
    (series,) = HistoryReader(file.url).read_many([key], start_s, end_s, max_points)[key]
    place = series.place_at(time_s, end_s)
    if place is None or series.stretches is None:
        return None if place is None else series.values[place]
    return series.stretches.lows[place], series.stretches.highs[place]


@pytest.mark.parametrize("change", AUTUMN, ids=names)
def test_the_hour_that_comes_twice(tmp_path: Path, change: Change) -> None:
    """``pytest -s`` prints the values beside the raw samples."""
    twice = TWICE[change.zone]
    rows = [  # shown, and when that was
        *((change.at(clock), change.at(clock, -1)) for clock in ("00:30", "01:30")),
        (change.at(twice), change.at(twice, -1)),
        (change.at(twice, second=True), None),
        (change.at("03:30"), change.at("03:30", -1)),
        *((change.at(clock, 1), change.at(clock)) for clock in ("00:30", "01:30", twice, "03:30")),
    ]
    with filled(tmp_path / "history.db", change) as file:
        for at_s, was_s in rows:
            value, sample = shown(file, change, at_s), None if was_s is None else raw(file, was_s)
            print(f"{at_text(at_s, change)} | day before {value} | raw sample of {at_text(was_s, change)} {sample}")
            assert value == sample
            if sample is not None:
                low, high = shown(file, change, at_s, max_points=100)  # type: ignore[misc]
                assert low <= sample <= high


@pytest.mark.parametrize("change", SPRING, ids=names)
def test_the_hour_that_is_left_out(tmp_path: Path, change: Change) -> None:
    rows = [
        *((change.at(clock), change.at(clock, -1)) for clock in ("00:30", "01:30", "03:30")),
        *((change.at(clock, 1), change.at(clock)) for clock in ("00:30", "01:30", "03:30")),
        (change.at(NEVER, 1), None),
    ]
    with filled(tmp_path / "history.db", change) as file:
        for at_s, was_s in rows:
            value, sample = shown(file, change, at_s), None if was_s is None else raw(file, was_s)
            print(f"{at_text(at_s, change)} | day before {value} | raw sample of {at_text(was_s, change)} {sample}")
            assert value == sample


@pytest.mark.parametrize("change", [*AUTUMN, *SPRING], ids=lambda change: f"{change.zone} {change.day:%B}")
@pytest.mark.parametrize("days_later", [0, 1])  # the day itself over the one before, and the one after over it
def test_figures_of_the_other_day_are_those_of_its_raw_samples_minute_by_minute(
    tmp_path: Path, change: Change, days_later: int
) -> None:
    start_s, end_s = change.at("00:00", days_later), change.at("14:00", days_later)
    shift, minutes = DayShift(1, change.zone), np.arange(start_s + 30, end_s, 60)
    with filled(tmp_path / "history.db", change) as file:
        samples = [
            raw(file, taken_s) for at_s in minutes if (taken_s := shift.taken(at_s)) and is_read(change, taken_s)
        ]
        key = PlacedKey(IN1, shift.parts(start_s, end_s))
        (series,) = HistoryReader(file.url).read_many([key], start_s, end_s, 100_000)[key]
    found = statistics(series, start_s, end_s, change.at("00:00", 2))
    assert found.known_s / 60 == pytest.approx(len(samples), abs=2)
    assert found.mean == pytest.approx(np.mean(samples), abs=0.2)
    assert found.maximum == pytest.approx(max(samples), abs=0.3)


def is_read(change: Change, time_s: float) -> bool:
    """Whether a reading holds then: one is missing from noon on."""
    return not 12 * 3600 < (time_s - change.at("00:00")) % DAY_S - 7 < 13 * 3600


@pytest.mark.parametrize("change", [*AUTUMN, *SPRING], ids=lambda change: f"{change.zone} {change.day:%B}")
def test_a_computed_series_is_what_it_was_on_the_other_day(tmp_path: Path, change: Change) -> None:
    rise = ComputedKey("delta(p0, 0.5)", (IN1,))
    with filled(tmp_path / "history.db", change) as file:
        for clock in ("00:30", "01:30", "03:30", "08:30"):
            for days in (0, 1):
                was_s = change.at(clock, days - 1)
                value = shown(file, change, change.at(clock, days), of=rise)
                assert value == raw(file, was_s) - raw(file, was_s - 1800)


def at_text(time_s: float | None, change: Change) -> str:
    if time_s is None:
        return "no such time    "
    return f"{datetime.fromtimestamp(time_s, change.zone):%d %b %H:%M} {zone_text(time_s, change.zone)}"


@settings(max_examples=2 * settings().max_examples)
@given(
    st.sampled_from([NEW_YORK, BERLIN, LORD_HOWE]),
    st.sampled_from([(2026, 11, 1), (2026, 10, 25), (2026, 3, 8), (2026, 3, 29), (2026, 4, 5), (2026, 10, 4)]),
    st.sampled_from([1, 2, 7, -1, 364]),
    st.lists(st.sampled_from([60, 600, 1800, 3600, 5000, 9000]), min_size=5, max_size=60),
    st.sampled_from([2.0**14, 2.0**21]),
)
def test_whatever_is_shown_is_the_reading_of_that_time_of_the_other_day(
    zone: ZoneInfo, day: tuple[int, int, int], days: int, gaps: list[int], piece_s: float
) -> None:
    start_s = datetime(*day, tzinfo=zone).timestamp() - DAY_S / 2
    end_s, shift = start_s + 2.5 * DAY_S, DayShift(days, zone)
    times = start_s - days * DAY_S - 9000 + np.cumsum(gaps * 8, dtype=float)
    until = known_until(times[:-1], 1800.0, times[1:])
    holes = Holes(until[until < times[1:]], times[1:][until < times[1:]])
    series = Series(times, np.arange(len(times), dtype=float), holes, "°C", 3, False, "L", 1800.0)

    def read(from_s: float, to_s: float) -> tuple[Series, ...]:
        """With the reading before and the one after."""
        own = slice(max(0, np.searchsorted(times, from_s) - 1), np.searchsorted(times, to_s, side="right") + 1)
        its = times[own]
        between = (holes.starts >= its[:1]) & (holes.ends <= its[-1:]) if its.size else np.zeros(len(holes.ends), bool)
        its_holes = Holes(holes.starts[between], holes.ends[between])
        return (replace(series, times_utc_s=its, values=series.values[own], holes=its_holes),) if its.size else ()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "_PIECE_S", piece_s)
        (found,) = placed(read, shift.parts(start_s, end_s), start_s, end_s, 100_000) or (None,)
    now_s = times[-1] + 1e6
    for time_s in np.arange(start_s + 1, end_s, 613.0):
        taken_s = shift.taken(time_s)
        if taken_s == series.known_until(now_s):
            continue  # the very moment
        place = None if taken_s is None else series.place_at(taken_s, now_s)
        shown_place = found.place_at(time_s, now_s + 400 * DAY_S) if found else None
        assert (place is None) == (shown_place is None), time_s
        if place is not None and shown_place is not None and found:
            assert found.values[shown_place] == series.values[place]


@pytest.fixture
def night(tmp_path: Path) -> Iterator[HoledFile]:
    with filled(tmp_path / "history.db", AUTUMN[0]) as file:
        file.cover(AUTUMN[0].at("12:00", -1) - 600, AUTUMN[0].at("13:10", -1), "not_ready")
        yield file


YESTERDAY = ComparedKey(IN1, 1)


def opened(qtbot: QtBot, night: HoledFile, loop: asyncio.AbstractEventLoop, now_s: float) -> TrendView:
    """A view of the night in which the hour comes twice, beside the day before."""
    change = AUTUMN[0]

    async def load(keys: Sequence[StoredKey], *asked: float) -> Mapping[StoredKey, tuple[Series, ...]]:
        return HistoryReader(night.url).read_many(keys, asked[0], asked[1], int(asked[2]))

    async def explain(keys: Sequence[PointKey], *times: float) -> Mapping[PointKey, tuple[ExplainedHole, ...]]:
        return holes_of_points(night.url, keys, *times, now_s)

    view = TrendView(load, lambda: now_s, explain=explain, spawn=loop.create_task)
    qtbot.addWidget(view)
    view.resize(1000, 500)
    view.show()
    view.state.set_site_zone(change.zone)
    view.set_zones({"": change.zone})
    view.state.add([IN1, YESTERDAY])
    view.state.show_range(TimeRange(change.at("00:00"), change.at("23:00")))
    settle(view, loop)
    return view


def test_holes_are_those_of_the_other_day_in_band_strip_and_cursor(
    qtbot: QtBot, night: HoledFile, loop: asyncio.AbstractEventLoop
) -> None:
    change = AUTUMN[0]
    now_s, noon_s = change.at("00:00", 1), change.at("12:30")
    view = opened(qtbot, night, loop, now_s)

    def at(time_s: float) -> str:
        view.state.set_cursor(time_s)
        return LegendRow(view.legend, YESTERDAY).value

    assert at(change.at("01:30", second=True)).endswith(
        "The day that is compared has no such hour, since clocks were put"
    )
    assert at(noon_s) == "no reading: T3000 was not ready"
    value, then = raw(night, change.at("03:30")), raw(night, change.at("03:30", -1))
    assert at(change.at("03:30")) == f"{then:.2f} °C (+{value - then:.2f})"
    pieces = view.holes._missing[YESTERDAY].pieces
    shown = pieces.reaching(change.at("00:00"), now_s - 1)
    assert [at_text(time_s, change)[7:] for time_s in shown.starts] == ["01:00 EST", "12:00 EST"]
    (series,) = view.traces[YESTERDAY].series
    assert np.isin(shown.starts, series.holes.starts).all(), "band, strip and lines have the same"
    view.state.set_zone(ZoneChoice.UTC)
    settle(view, loop)
    then = raw(night, change.at("03:30") - DAY_S)
    assert at(change.at("03:30")).startswith(f"{then:.2f} °C"), "by the clocks of UTC"
    view.forget()


def test_without_a_cursor_the_other_day_says_what_it_was_at_this_time_of_day(
    qtbot: QtBot, night: HoledFile, loop: asyncio.AbstractEventLoop
) -> None:
    change = AUTUMN[0]
    now_s = change.at("15:00")
    view = opened(qtbot, night, loop, now_s)
    value, then = raw(night, now_s), raw(night, change.at("15:00", -1))
    assert LegendRow(view.legend, YESTERDAY).value == f"{then:.2f} °C (+{value - then:.2f})"
    view.state.show_range(TimeRange(change.at("00:00", -9), change.at("01:00", -9)))
    settle(view, loop)
    assert LegendRow(view.legend, YESTERDAY).value == "", "what it was then is not loaded"
    view.forget()


def test_a_hole_of_the_other_day_that_goes_on_at_this_time_of_day_is_told_up_to_now(
    qtbot: QtBot, night: HoledFile, loop: asyncio.AbstractEventLoop
) -> None:
    change = AUTUMN[0]
    view = opened(qtbot, night, loop, change.at("12:30"))
    assert LegendRow(view.legend, YESTERDAY).value == "no reading: T3000 was not ready"
    told = view.holes.told(change.at("11:30"), change.at("14:00"), YESTERDAY)
    assert [line.split(" ")[0] for line in told] == ["12:00–now"]
    view.forget()
    earlier = opened(qtbot, night, loop, change.at("11:30"))
    assert not earlier.holes.told(change.at("11:00"), change.at("14:00"), YESTERDAY), "what is to come is none yet"
    earlier.forget()


def settle(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    for _ in range(6):
        view.loader.flush()
        loop.run_until_complete(asyncio.sleep(0))
        QApplication.sendPostedEvents()
