"""One rule for holes: whoever looks, however much of the history, they find the same ones."""

import csv
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median_low
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QObject

from t3monitor.config.database_url import sqlite_url
from t3monitor.exchange.export import Form, write
from t3monitor.exchange.table import Table, TableSeries
from t3monitor.model.causes import Cause
from t3monitor.model.holes import is_hole, known_until, usual_spacing
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.causes import holes as causes
from t3monitor.store.causes.holes import ExplainedHole, holes_in_turn, holes_of_points
from t3monitor.store.database import Database
from t3monitor.store.history import reader
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.history.statistics import statistics
from t3monitor.store.work import LongWork
from t3monitor.store.writing.spacings import read_spacings
from t3monitor.store.writing.writer import Writer
from t3monitor.sync.spacings import ExpectedSpacings
from t3monitor.ui.trend.holes.bands import bands
from t3monitor.ui.trend.holes.missing import CLASSES, Explained, Missing, Pieces, faults, missing
from t3monitor.ui.trend.legend.readout import Readout
from t3monitor.ui.trend.plot.columns import MissingTime
from t3monitor.ui.trend.plot.lanes import stretches
from t3monitor.ui.trend.plot.line import drawn_line
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.shown import Chosen
from t3monitor.ui.trend.state import TrendState
from values import NOW_S, device, line, point, report, snapshot

IN1 = PointKey(237219, PointType.INPUT, 1)
BEGIN_S = 1_700_000_000
LACKING = "lacking"
UNITS = {"°C": 1, "°F": 2}  # with their layouts


class Reading(NamedTuple):
    time_s: int
    interval_s: int
    spacing_s: int | None  # None: an older program stored it
    unit: str


@st.composite
def histories(draw: st.DrawFn) -> list[Reading]:
    """Runs of readings with pauses between them, under changing intervals and turns."""
    readings: list[Reading] = []
    time_s = BEGIN_S
    odd_ones = st.dictionaries(st.integers(0, 23), st.sampled_from([1, 45, 46, 90, LACKING, "°F"]), max_size=6)
    for _ in range(draw(st.integers(1, 4))):
        interval_s = draw(st.sampled_from([30, 60, 300]))
        step_s = max(interval_s, draw(st.sampled_from([0, 0, 150, 960])))  # of a panel that waits for its turn
        backs_off = draw(st.integers(0, 9)) == 0
        spacing_s = draw(st.sampled_from([None, step_s]))
        time_s += draw(st.sampled_from([0, 46, 155, 700, 5000, 40_000]))
        odd = draw(odd_ones)
        for number in range(draw(st.sampled_from([1, 2, 6, 17, 24]))):
            kind = odd.get(number, 0)
            time_s += step_s * (2**number if backs_off and number < 5 else 1) + (kind if isinstance(kind, int) else 0)
            readings.append(Reading(time_s, interval_s, spacing_s, kind if isinstance(kind, str) else "°C"))
    return readings


class History:
    """A database whose history is what a test says."""

    def __init__(self, file: Path) -> None:
        Database(sqlite_url(file)).close()
        self.file = file
        self.url = sqlite_url(file)
        self.reader = HistoryReader(sqlite_url(file))
        with closing(sqlite3.connect(file)) as connection, connection:
            for unit, layout in UNITS.items():
                connection.execute(
                    "INSERT INTO TRENDLOG_LAYOUTS VALUES (?, 237219, 'INPUT', 1, ?, 1, '')", (layout, unit)
                )
                connection.execute(
                    "INSERT INTO TRENDLOG_LAYOUT_POINTS VALUES (?, 0, 'IN1', 1, 'L1', ?, ?, 1)",
                    (layout, 3 if unit == "°C" else 4, unit),
                )

    def store(self, readings: list[Reading], happened: "Happened | None" = None) -> None:
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("DELETE FROM TRENDLOG_FRAMES")
            connection.execute("DELETE FROM SYNC_RUNS")
            connection.execute("DELETE FROM COVERAGE")
            connection.executemany(
                "INSERT INTO SYNC_RUNS VALUES (?, 1, 2, 'ok', NULL, 1, 9, 1, 0, 1, 1, '', ?, 1, '', '')",
                [(run, reading.interval_s) for run, reading in enumerate(readings, start=1)],
            )
            connection.executemany(
                "INSERT INTO TRENDLOG_FRAMES VALUES (237219, 'INPUT', ?, ?, ?, ?, ?, NULL, NULL)",
                [
                    (
                        reading.time_s,
                        run + 1,
                        UNITS.get(reading.unit, 1),
                        "[null]" if reading.unit == LACKING else f"[{run % 7}.5]",
                        reading.spacing_s,
                    )
                    for run, reading in enumerate(readings)
                ],
            )
            self._store_what(happened, readings, connection)

    @staticmethod
    def _store_what(happened: "Happened | None", readings: list[Reading], connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM POINT_CHANGES")
        connection.execute("DELETE FROM COVERAGE")
        if happened is None:
            return
        for number, (since_s, until_s) in enumerate(happened.faults(readings, np.inf)):
            changes = [(since_s, "0" if number else None, "1"), (until_s, "1", "0")]
            connection.executemany(
                "INSERT INTO POINT_CHANGES (serial_number, point_type, point_index, what, at, old, new)"
                " VALUES (237219, 'INPUT', 1, 'status', ?, ?, ?)",
                [change for change in changes if change[0] < np.inf],
            )
        length_s = readings[-1].time_s - BEGIN_S
        for since, lasts, cause in happened.causes:
            since_s = BEGIN_S + length_s * since // 1000
            connection.execute(
                "INSERT INTO COVERAGE (site, since, until, class, cause, cycles, longest_ms)"
                " VALUES ('', ?, ?, ?, ?, 1, 1)",
                (since_s, since_s + length_s * lasts // 1000, cause.hole_class.value, cause.value),
            )

    def read(self, start_s: float, end_s: float, max_points: int = 10_000) -> dict[str, Series]:
        return {series.units: series for series in self.reader.read(IN1, start_s, end_s, max_points)}


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "history.db")


Stretches = list[tuple[float, float]]


def known(series: Series | None, start_s: float, end_s: float, now_s: float) -> Stretches:
    """When there is a reading, within a time."""
    if series is None:
        return []
    starts = np.concatenate((series.times_utc_s[:1], series.holes.ends[np.isfinite(series.holes.ends)]))
    ends = series.holes.starts
    if len(ends) < len(starts):
        ends = np.append(ends, series.known_until(now_s))
    return within(zip(starts.tolist(), ends.tolist(), strict=True), start_s, end_s)


def within(found: Any, start_s: float, end_s: float) -> Stretches:
    clipped = ((max(begin, start_s), min(end, end_s)) for begin, end in found)
    return [(begin, end) for begin, end in clipped if begin < end]


def by_the_rule(readings: list[Reading], unit: str, now_s: float) -> Stretches:
    """When there is a reading of a unit: the rule once more, word by word."""
    found: Stretches = []
    times = [reading.time_s for reading in readings]
    for place, reading in enumerate(readings):
        spacing_s: float
        if reading.spacing_s is not None:
            spacing_s = reading.spacing_s
        else:
            gaps = [times[n] - times[n - 1] for n in range(max(1, place - 14), place + 1)]
            spacing_s = max(reading.interval_s, median_low(gaps) if gaps else 0)
        next_s = times[place + 1] if place + 1 < len(times) else now_s
        until_s = reading.time_s + spacing_s if next_s - reading.time_s > 2.5 * spacing_s else next_s
        if reading.unit == unit:
            if found and found[-1][1] == reading.time_s:
                found[-1] = found[-1][0], until_s
            else:
                found.append((reading.time_s, until_s))
    return found


PARTS = st.tuples(st.integers(-50, 1000), st.integers(0, 300))  # where it begins, how long it is: thousandths of all
ZOOMS = st.sampled_from([40, 60, 10_000])


@given(histories(), PARTS, ZOOMS)
def test_any_part_of_a_history_at_any_zoom_has_the_holes_of_the_whole(
    history: History, readings: list[Reading], part: tuple[int, int], max_points: int
) -> None:
    history.store(readings)
    length_s = readings[-1].time_s - BEGIN_S
    start_s, end_s = (BEGIN_S + length_s * share // 1000 for share in (part[0], sum(part)))
    now_s = readings[-1].time_s + 60
    found, whole = history.read(start_s, end_s, max_points), history.read(0, now_s, max_points)
    for unit in UNITS:
        expected = within(by_the_rule(readings, unit, now_s), start_s, end_s)
        assert known(found.get(unit), start_s, end_s, now_s) == expected
        assert known(whole.get(unit), 0, now_s, now_s) == by_the_rule(readings, unit, now_s)


@given(histories(), ZOOMS)
def test_a_line_breaks_at_each_hole_that_can_be_seen_and_nowhere_else(
    history: History, readings: list[Reading], max_points: int
) -> None:
    history.store(readings)
    end_s = readings[-1].time_s
    for series in history.read(BEGIN_S, end_s, max_points).values():
        shown = drawn_line(series, end_s)
        breaks = shown.times_s[np.isnan(shown.values)]
        assert set(breaks) <= set(series.holes.starts)
        pixel_s = (end_s - BEGIN_S) / (max_points // 4 - 2)
        closed = series.holes.ends < np.inf
        seen = series.holes.ends - series.holes.starts > pixel_s
        assert set(series.holes.starts[closed & seen]) <= set(breaks)
        assert len(series.times_utc_s) <= max_points


@given(histories(), st.integers(0, 40), st.integers(0, 4000))
def test_a_line_that_grew_live_has_the_holes_that_it_has_when_it_is_loaded_again(
    history: History, readings: list[Reading], loaded: int, since_s: int
) -> None:
    oldest_live = max((place for place, reading in enumerate(readings) if reading.spacing_s is None), default=-1) + 1
    loaded = max(min(loaded, len(readings)), oldest_live)
    history.store(readings[:loaded])
    now_s = readings[-1].time_s + since_s
    trace = Trace(IN1)
    trace.set_history(history.reader.read(IN1, BEGIN_S, now_s, 10_000), reaches_present=True)
    for place, reading in enumerate(readings[loaded:], start=loaded):
        if reading.unit == LACKING:
            trace.miss(reading.time_s)
        else:
            told = point(
                PointType.INPUT, 1, place % 7 + 0.5, units=reading.unit, range=3 if reading.unit == "°C" else 4
            )
            trace.describe(device(spacings_s=(reading.spacing_s,) * 3), told, reading.time_s)
    live = {series.units: series for series in trace.series}
    history.store(readings)
    again = history.read(BEGIN_S, now_s)
    assert live.keys() == again.keys()
    for unit, series in again.items():
        assert line(live[unit]) == line(series)
        assert live[unit].known_until(now_s) == series.known_until(now_s)


@given(histories())
def test_cursor_lane_and_line_agree_on_where_there_is_a_reading(history: History, readings: list[Reading]) -> None:
    history.store(readings)
    length_s = readings[-1].time_s - BEGIN_S
    now_s = BEGIN_S + length_s + 60
    trace = Trace(IN1)
    trace.set_history(history.reader.read(IN1, BEGIN_S, now_s, 10_000), reaches_present=True)
    lanes = [stretches(series, now_s) for series in trace.series]
    lines = [drawn_line(series, now_s) for series in trace.series]
    for moment in range(-2, 103, 3):
        time_s = BEGIN_S + length_s * moment // 100 + 0.5
        in_lane = any(((lane.starts <= time_s) & (time_s < lane.ends)).any() for lane in lanes)
        assert (trace.text_at(time_s, now_s) is not None) == in_lane
        assert trace.has_samples(time_s, time_s, now_s) == in_lane
        for series, shown in zip(trace.series, lines, strict=True):
            place = np.searchsorted(shown.times_s, time_s)
            ends = shown.values[max(place - 1, 0) : place + 1]
            on_line = 0 < place < len(shown.times_s) and not np.isnan(ends).any()
            assert (series.place_at(time_s, now_s) is not None) == on_line


class Happened(NamedTuple):
    """What is recorded beside readings."""

    status_at: set[int]  # by which readings, counted from the first, the sensor was opened and mended in turns
    causes: list[tuple[int, int, Cause]]  # since when and how long, in thousandths of all, and why nothing was read

    def faults(self, readings: list[Reading], now_s: float) -> Stretches:
        """When the sensor was open."""
        edges = [float(readings[place].time_s) for place in sorted(self.status_at) if place < len(readings)]
        edges += [now_s] * (len(edges) % 2)
        return list(zip(edges[::2], edges[1::2], strict=True))


HAPPENED = st.builds(
    Happened,
    st.sets(st.integers(0, 60), max_size=4),
    st.lists(
        st.tuples(
            st.integers(0, 1000),
            st.integers(0, 300),
            st.sampled_from([Cause.TIMEOUT, Cause.NOT_READY, Cause.DATABASE, Cause.NOT_REREAD]),
        ),
        max_size=4,
    ),
)


class HolesOf:
    """What `Readout` asks of the holes of one trace."""

    def __init__(self, its: Missing) -> None:
        self._its = its

    def has(self, _key: object) -> bool:
        return True

    def pieces(self, _key: object, now_s: float) -> Pieces:
        return self._its.pieces.until(now_s)

    def is_in(self, _key: object, time_s: float) -> bool:
        return self._its.place_at(time_s) is not None

    def at(self, _key: object, time_s: float) -> ExplainedHole | None:
        return self._its.told_at(time_s)

    def ask_about(self, *_: object) -> None:
        pass


def times_of(readings: list[Reading], part: tuple[int, int], since_s: int) -> tuple[float, float, float]:
    """Begin and end of a part of the time of readings, in thousandths, and the present so long after the last one."""
    length_s = readings[-1].time_s - BEGIN_S
    start_s, end_s = (float(BEGIN_S + length_s * share // 1000) for share in (part[0], sum(part)))
    return start_s, end_s, float(readings[-1].time_s + since_s)


@given(histories(), HAPPENED, PARTS, ZOOMS, st.integers(0, 4000))
def test_band_strip_lane_cursor_list_statistics_export_and_causes_have_the_same_holes_whatever_of_them_is_loaded(
    history: History,
    readings: list[Reading],
    happened: Happened,
    part: tuple[int, int],
    max_points: int,
    since_s: int,
) -> None:
    history.store(readings, happened)
    start_s, end_s, now_s = times_of(readings, part, since_s)
    end_s = min(end_s, now_s)
    there = [found for unit in UNITS for found in by_the_rule(readings, unit, now_s)]
    unread = within(pairwise_rest(there, now_s), start_s, end_s)
    lacking = union(unread + within(happened.faults(readings, now_s), start_s, end_s))

    traces = Traces()
    traces.keep((Chosen(IN1),))
    trace = traces[IN1]
    trace.set_history(history.reader.read(IN1, start_s, end_s, max_points), reaches_present=False)
    told = holes_of_points(history.url, [IN1], start_s, end_s, now_s)[IN1]
    found = missing(trace.series, Explained.of(told), start_s, end_s, now_s)
    pieces = found.pieces
    assert listed(missing(trace.series, Explained.of(), start_s, end_s, now_s).pieces) == unread, (
        "before it is told why"
    )
    assert listed(pieces) == union([hole[:2] for hole in told]) == lacking
    assert listed(bands([pieces, pieces], "ab").common) == lacking

    columns = MissingTime([pieces]).columns(start_s - 5, (end_s - start_s + 10) / 7, 7, 3)
    of_class = dict.fromkeys(CLASSES, 0.0)
    for hole in told:
        of_class[hole.hole_class] += hole.end_s - hole.start_s
    shown_s = columns.shares.sum(axis=1) * (end_s - start_s + 10) / 7
    assert dict(zip(CLASSES, shown_s.tolist(), strict=True)) == pytest.approx(of_class, abs=1e-3)

    lacking_s = sum(until_s - since_s for since_s, until_s in lacking)
    known_s = sum(statistics(series, start_s, end_s, now_s, faults(pieces)).known_s for series in trace.series)
    assert known_s == pytest.approx(end_s - start_s - lacking_s if end_s > start_s else 0, abs=1e-3)

    lanes = [stretches(series, now_s) for series in trace.series]
    rows = exported(history, start_s, end_s, now_s)
    state = TrendState(lambda: now_s, lambda _: None)
    state.add([IN1])
    readout = Readout(state, traces, HolesOf(found), lambda: now_s, QObject())  # type: ignore[arg-type]
    for moment in range(1, 20):
        time_s = start_s + (end_s - start_s) * moment / 20 + 0.01
        if time_s >= end_s:
            break
        is_lacking, is_unread = (any(begin <= time_s < end for begin, end in all_) for all_ in (lacking, unread))
        assert any(((lane.starts <= time_s) & (time_s < lane.ends)).any() for lane in lanes) != is_unread
        state.cursor_s = time_s
        (entry,) = readout.entries()
        assert entry.told.is_missing == entry.told.text.startswith("no reading: ") == is_lacking
        assert ("no reading: " in readout.cursor_text) == is_lacking
        before = [is_missing for at_s, is_missing in rows if at_s <= time_s]
        assert not before or before[-1] == is_lacking


def exported(history: History, start_s: float, end_s: float, now_s: float) -> list[tuple[float, bool]]:
    """From when on the rows of a table tell that there is a reading, or that there is none that says anything."""
    file = history.file.with_name("table.csv")
    table = Table([TableSeries(IN1, "", "AHU-1", "IN1", "L1")], start_s, end_s, now_s, UTC)
    write(history.url, table, file, Form.CSV, LongWork())
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    return [(datetime.fromisoformat(f"{row['Time']}+00:00").timestamp(), bool(row["Remark"])) for row in rows]


def listed(pieces: Pieces) -> Stretches:
    return union(zip(pieces.starts.tolist(), pieces.ends.tolist(), strict=True))


def union(found: Iterable[tuple[float, float]]) -> Stretches:
    """Times that overlap or adjoin as one, oldest first."""
    whole: Stretches = []
    for since_s, until_s in sorted(found):
        if whole and since_s <= whole[-1][1]:
            whole[-1] = whole[-1][0], max(whole[-1][1], until_s)
        else:
            whole.append((since_s, until_s))
    return whole


@given(histories(), HAPPENED, PARTS, st.sampled_from([100.0, 7000.0, 86_400.0]), st.integers(0, 4000))
def test_holes_that_are_found_bit_by_bit_are_those_of_the_whole_time(
    history: History,
    readings: list[Reading],
    happened: Happened,
    part: tuple[int, int],
    bit_s: float,
    since_s: int,
) -> None:
    history.store(readings, happened)
    start_s, end_s, now_s = times_of(readings, part, since_s)
    bit_s = max(bit_s, (end_s - start_s) / 6)
    whole = holes_of_points(history.url, [IN1], start_s, end_s, now_s)[IN1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_NEXT_PART", reader._NEXT_PART.replace(f"{reader._ROWS_AT_ONCE - 1}", "20"))
        bit_by_bit = list(holes_in_turn(history.url, IN1, start_s, end_s, now_s, bit_s))
    assert bit_by_bit == [hole._replace(run_ids=()) for hole in whole]


def test_a_point_that_lacks_for_longer_than_is_read_at_once_has_one_hole(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    units = ["°C"] * 9 + [LACKING] * 40 + ["°C"] * 9 + ["°F"] * 20 + ["°C"]
    history.store([Reading(BEGIN_S + 30 * place, 30, 30, unit) for place, unit in enumerate(units)])
    end_s = BEGIN_S + 30.0 * (len(units) - 1)
    monkeypatch.setattr(reader, "_NEXT_PART", reader._NEXT_PART.replace(f"{reader._ROWS_AT_ONCE - 1}", "4"))
    (hole,) = holes_in_turn(history.url, IN1, BEGIN_S, end_s, end_s, 20.0)
    assert (hole.start_s, hole.end_s, hole.cause) == (BEGIN_S + 30 * 9, BEGIN_S + 30 * 49, Cause.POINT_MISSING)


def test_years_before_anything_was_recorded_are_read_at_once(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    history.store([Reading(BEGIN_S + 30 * place, 30, 30, "°C") for place in range(5)])
    with closing(sqlite3.connect(history.file)) as connection, connection:
        connection.execute("UPDATE SYNC_RUNS SET started_at = ?, finished_at = ?", (BEGIN_S, BEGIN_S + 1))
    opened: list[str] = []
    reading = causes.reading
    monkeypatch.setattr(causes, "reading", lambda url: (opened.append(url), reading(url))[1])
    start_s, end_s = BEGIN_S - 10 * 366 * 86_400, BEGIN_S + 120.0
    (hole,) = holes_in_turn(history.url, IN1, start_s, end_s, end_s)
    assert (hole.start_s, hole.end_s, hole.cause) == (start_s, BEGIN_S, Cause.BEFORE_FIRST)
    assert len(opened) < 10


def pairwise_rest(there: Stretches, now_s: float) -> Stretches:
    """The times between these, before them and after them."""
    edges = [-np.inf, *(edge for found in sorted(there) for edge in found), now_s]
    return [(edges[place], edges[place + 1]) for place in range(0, len(edges), 2) if edges[place] < edges[place + 1]]


def test_of_an_older_file_fifteen_gaps_before_tell_how_often_it_was_read_also_at_the_begin_of_a_part(
    history: History,
) -> None:
    times = np.cumsum([BEGIN_S, *[300] * 8, *[30] * 7, 700, 30]).tolist()
    history.store([Reading(time_s, 30, None, "°C") for time_s in times])
    for start_s in (BEGIN_S, times[16]):
        assert history.read(start_s, times[-1])["°C"].holes.starts.tolist()[-1:] != [times[15] + 30]
    history.store([Reading(time_s, 30, None, "°C") for time_s in times[1:]])
    for start_s in (BEGIN_S, times[16]):
        assert history.read(start_s, times[-1])["°C"].holes.starts.tolist()[-1:] == [times[15] + 30]


def test_a_minute_between_two_readings_of_a_panel_that_waits_for_its_turn_is_on_its_line(history: History) -> None:
    times = range(BEGIN_S, BEGIN_S + 9600, 960)
    history.store([Reading(time_s, 30, 960, "°C") for time_s in times])
    start_s, end_s = times[4] + 300, times[4] + 360
    series = history.read(start_s, end_s)["°C"]
    assert line(series) == [(times[4], 4.5), (times[5], 5.5)]
    assert series.is_known_within(start_s, end_s, times[-1])


# --- the rule


def test_two_and_a_half_spacings_are_no_hole_and_a_hole_begins_one_spacing_after_the_reading() -> None:
    assert [is_hole(gap_s, 30) for gap_s in (75, 76)] == [False, True]
    assert [known_until(1000, 30, next_s) for next_s in (1030, 1075, 1076, 9000)] == [1030, 1075, 1030, 1030]
    of_arrays = known_until(np.array([0.0, 100.0]), np.array([30.0, 300.0]), np.array([100.0, 500.0]))
    assert of_arrays.tolist() == [30.0, 500.0]


def test_what_is_usual_is_the_gap_in_the_middle_and_of_two_the_smaller() -> None:
    assert [usual_spacing(gaps) for gaps in ([], [260], [3000, 30], [3000, 30, 300])] == [0, 260, 30, 300]


# --- what is written with a reading


def spacings(expected: ExpectedSpacings, time_s: int, interval_s: int, turn_s: float | None) -> tuple[int | None, ...]:
    answer = snapshot(device(time_s=time_s, variable_logging_time=None))
    (found,) = expected.of_snapshot(answer, interval_s, turn_s).panels
    return found.spacings_s


def test_the_spacing_is_the_interval_or_the_turn_of_the_panel_where_that_is_longer() -> None:
    expected = ExpectedSpacings()
    assert spacings(expected, NOW_S, 30, 15.0) == (30, 30, None)
    assert spacings(expected, NOW_S + 1, 30, 90.0) == (90, 90, None)
    assert spacings(expected, NOW_S + 2, 600, 90.0) == (600, 600, None)


def test_a_reading_keeps_its_spacing_when_it_is_repeated_under_another_plan() -> None:
    expected = ExpectedSpacings()
    spacings(expected, NOW_S, 600, 900.0)
    assert spacings(expected, NOW_S, 30, 60.0) == (900, 900, None)


def test_where_nobody_plans_the_turns_the_last_readings_tell_them() -> None:
    expected = ExpectedSpacings()
    found = [spacings(expected, NOW_S + 300 * n // 10, 30, None)[0] for n in (0, 10, 10, 20, 95, 105)]
    assert found == [30, 300, 300, 300, 300, 300]
    assert spacings(expected, NOW_S + 4000, 60, None)[0] == 60, "the interval is another one"
    assert spacings(expected, NOW_S + 3000, 60, None)[0] == 60, "a clock was set back"


def test_the_turns_of_the_run_before_are_known_until_this_one_has_seen_one(tmp_path: Path) -> None:
    file = tmp_path / "history.db"
    before, after, other = ExpectedSpacings(), ExpectedSpacings(), ExpectedSpacings()
    for time_s in (NOW_S - 300, NOW_S - 200, NOW_S - 100):
        spacings(before, time_s, 30, None)
    database = Database(sqlite_url(file))
    for run, time_s in enumerate((NOW_S - 100, NOW_S - 200), start=1):  # the newest reading counts, not the newest run
        answer = snapshot(device(time_s=time_s, variable_logging_time=None))
        (panel,) = before.of_snapshot(answer, 30, None if run == 1 else 30).panels
        with Writer(database).cycle(30) as transaction:
            transaction.upsert(panel, time_s)
            transaction.log(panel)
            transaction.record(report(started_at=time_s, finished_at=time_s))
    with database.writing() as cursor:
        cursor.execute("DELETE FROM SYNC_RUNS")  # no reading hangs on the ledger
    database.close()
    known = read_spacings(sqlite_url(file), "")
    assert set(known.values()) == {(100, 30)}
    after.recall(known)
    assert spacings(after, NOW_S, 30, None) == (100, 100, None)
    assert spacings(after, NOW_S + 50, 30, None) == (50, 50, None), "one of its own"
    other.recall(known)
    assert spacings(other, NOW_S, 60, None) == (60, 60, None), "the interval is another one"
    assert read_spacings(sqlite_url(file), "another site") == {}


def test_a_reading_that_lacks_the_point_is_told_by_its_time() -> None:
    lacking = device(time_s=NOW_S)
    assert lacking.read_without(PointType.INPUT, 1) is None
    assert lacking.read_without(PointType.INPUT, 9) == NOW_S
