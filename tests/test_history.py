import math
import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Holes, Series, Stretches
from t3monitor.store.history.thinning import thinned
from t3monitor.store.writing.writer import Writer
from values import device, line, point, points, report

SERIAL = 237219
IN1 = PointKey(SERIAL, PointType.INPUT, 1)
IN2 = PointKey(SERIAL, PointType.INPUT, 2)
OUT1 = PointKey(SERIAL, PointType.OUTPUT, 1)
INTERVAL_S = 30


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a folder with spaces & 100% odd #signs" / "history.db"


@pytest.fixture
def database(file: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture
def writer(database: Database) -> Writer:
    return Writer(database)


@pytest.fixture
def reader(file: Path, database: Database) -> HistoryReader:
    return HistoryReader(sqlite_url(file))


def store(
    writer: Writer,
    time_s: int,
    inputs: tuple[Point, ...],
    *,
    serial: int = SERIAL,
    interval: int = INTERVAL_S,
    spacing: int | None = None,
) -> None:
    stored = device(
        serial,
        inputs=inputs,
        input_logging_time=time_s,
        output_logging_time=time_s,
        spacings_s=(spacing, spacing, spacing),
    )
    with writer.cycle(interval) as transaction:
        transaction.log(stored)
        transaction.record(report())


def store_values(writer: Writer, values: Sequence[float], *, start_s: int = 1000) -> None:
    for number, value in enumerate(values):
        store(writer, start_s + number * INTERVAL_S, points(PointType.INPUT, value))


def only(found: tuple[Series, ...]) -> Series:
    assert len(found) == 1
    return found[0]


def test_a_point_is_read_with_its_times_unit_range_and_label(writer: Writer, reader: HistoryReader) -> None:
    store_values(writer, [20.5, 21.0, 0.0])
    found = only(reader.read(IN1, 0, 9999, 1000))
    assert line(found) == [(1000.0, 20.5), (1030.0, 21.0), (1060.0, 0.0)]
    assert (found.units, found.range, found.digital, found.label) == ("°C", 3, False, "L1")
    assert (found.spacing_s, found.thinned) == (INTERVAL_S, False)
    assert found.times_utc_s.dtype == found.values.dtype == np.float64


def test_the_asked_time_is_read_with_the_readings_next_to_it(writer: Writer, reader: HistoryReader) -> None:
    store_values(writer, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    of_asked = [(1030.0, 2.0), (1060.0, 3.0), (1090.0, 4.0), (1120.0, 5.0)]
    assert line(only(reader.read(IN1, 1060, 1090, 1000))) == of_asked
    assert line(only(reader.read(IN1, 1059, 1091, 1000))) == of_asked


def test_points_of_one_vector_and_of_others_are_read_together(writer: Writer, reader: HistoryReader) -> None:
    for time_s in (1000, 1030):
        store(writer, time_s, points(PointType.INPUT, 1.0, 2.0))
    other = PointKey(5, PointType.INPUT, 1)
    store(writer, 1000, points(PointType.INPUT, 9.0), serial=5)
    found = reader.read_many([IN2, OUT1, other, IN1], 0, 9999, 1000)
    assert {key: only(series).values.tolist() for key, series in found.items()} == {
        IN2: [2.0, 2.0],
        OUT1: [35.0, 35.0],
        other: [9.0],
        IN1: [1.0, 1.0],
    }


def test_a_point_that_was_never_read_has_no_series(writer: Writer, reader: HistoryReader) -> None:
    store_values(writer, [1.0])
    unknown = PointKey(SERIAL, PointType.INPUT, 99)
    other = PointKey(5, PointType.INPUT, 1)
    assert reader.read_many([unknown, other], 0, 9999, 1000) == {unknown: (), other: ()}


def test_a_time_within_a_hole_is_read_with_the_hole_around_it(writer: Writer, reader: HistoryReader) -> None:
    for time_s in (1000, 1030, 9000):
        store(writer, time_s, points(PointType.INPUT, 5.0))
    series = only(reader.read(IN1, 5000, 6000, 1000))
    assert line(series) == [(1030.0, 5.0), (1060.0, None), (9000.0, 5.0)]
    assert not series.is_known_within(5000, 6000, 9999)


def test_one_sample_is_a_series(writer: Writer, reader: HistoryReader) -> None:
    store_values(writer, [7.0])
    assert line(only(reader.read(IN1, 0, 9999, 1000))) == [(1000.0, 7.0)]


def test_a_file_that_is_not_there_has_no_history_and_is_not_made(tmp_path: Path) -> None:
    reader = HistoryReader(sqlite_url(tmp_path / "none.db"))
    assert reader.read(IN1, 0, 9999, 1000) == ()
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_nobody_has_open_can_be_read(file: Path) -> None:
    database = Database(f"sqlite:///{file}")
    store_values(Writer(database), [7.0])
    database.close()
    assert line(only(HistoryReader(sqlite_url(file)).read(IN1, 0, 9999, 1000))) == [(1000.0, 7.0)]


def test_the_line_breaks_one_interval_after_the_last_sample_before_a_hole(
    writer: Writer, reader: HistoryReader
) -> None:
    for time_s in (1000, 1030, 1200, 1230):
        store(writer, time_s, points(PointType.INPUT, 5.0))
    assert line(only(reader.read(IN1, 0, 9999, 1000))) == [
        (1000.0, 5.0),
        (1030.0, 5.0),
        (1060.0, None),
        (1200.0, 5.0),
        (1230.0, 5.0),
    ]


@pytest.mark.parametrize(("dt_s", "broken"), [(75, False), (76, True)])
def test_two_and_a_half_intervals_are_no_hole(writer: Writer, reader: HistoryReader, dt_s: int, broken: bool) -> None:
    store(writer, 1000, points(PointType.INPUT, 5.0))
    store(writer, 1000 + dt_s, points(PointType.INPUT, 5.0))
    assert bool(only(reader.read(IN1, 0, 9999, 1000)).holes.starts.size) is broken


@pytest.mark.parametrize("spacing", [None, 30], ids=["an older program", "this one"])
def test_the_reading_before_decides_what_a_hole_is(writer: Writer, reader: HistoryReader, spacing: int | None) -> None:
    store(writer, 1000, points(PointType.INPUT, 5.0), interval=30, spacing=spacing)
    store(writer, 1300, points(PointType.INPUT, 5.0), interval=300, spacing=spacing and 300)
    store(writer, 1600, points(PointType.INPUT, 5.0), interval=30, spacing=spacing)
    assert line(only(reader.read(IN1, 0, 9999, 1000))) == [(1000.0, 5.0), (1030.0, None), (1300.0, 5.0), (1600.0, 5.0)]


def test_the_spacing_that_was_written_counts_and_not_how_often_the_panel_was_read(
    writer: Writer, reader: HistoryReader
) -> None:
    for time_s in range(1000, 1000 + 40 * 100, 100):  # by its plan it is read every 30 s: T3000 is slow all the time
        store(writer, time_s, points(PointType.INPUT, 5.0), interval=30, spacing=30)
    assert only(reader.read(IN1, 0, 9999, 1000)).holes.starts.tolist() == [1030.0 + 100 * n for n in range(39)]


def test_an_older_reading_of_which_even_the_ledger_row_is_gone_has_five_minutes(
    writer: Writer, reader: HistoryReader, database: Database
) -> None:
    for time_s in (1000, 1750, 2501):
        store(writer, time_s, points(PointType.INPUT, 5.0))
    with database.writing() as cursor:
        cursor.execute("DELETE FROM SYNC_RUNS")
        cursor.execute("UPDATE TRENDLOG_FRAMES SET sync_interval = NULL")
    assert line(only(reader.read(IN1, 0, 1000, 1000))) == [(1000.0, 5.0), (1750.0, 5.0)]
    assert only(reader.read(IN1, 0, 1000, 1000)).known_until(9999) == 1750 + 750, "one gap before it tells"


def test_a_panel_that_t3000_reads_less_often_than_it_is_synced_is_one_line_with_its_real_holes(
    writer: Writer, reader: HistoryReader
) -> None:
    turns = [1000 + 150 * turn for turn in range(20)]
    for time_s in [*turns, turns[-1] + 600]:
        store(writer, time_s, points(PointType.INPUT, 20.0), interval=30)
    series = only(reader.read(PointKey(SERIAL, PointType.INPUT, 1), 0, 10_000, 1000))
    assert series.holes.starts.tolist() == [1030, turns[-1] + 150], "one reading alone does not tell how often it comes"


def test_a_missing_value_breaks_the_line_once_and_at_its_own_time(writer: Writer, reader: HistoryReader) -> None:
    first, second = points(PointType.INPUT, 1.0, 2.0)
    for time_s, inputs in ((1000, (first, second)), (1030, (second,)), (1060, (second,)), (1090, (first, second))):
        store(writer, time_s, inputs)
    assert line(only(reader.read(IN1, 0, 9999, 1000))) == [(1000.0, 1.0), (1030.0, None), (1090.0, 1.0)]
    assert line(only(reader.read(IN2, 0, 9999, 1000))) == [(1000 + 30.0 * n, 2.0) for n in range(4)]


def test_a_line_does_not_begin_with_a_break(writer: Writer, reader: HistoryReader) -> None:
    first, second = points(PointType.INPUT, 1.0, 2.0)
    for time_s, inputs in ((1000, (first, second)), (1030, (second,)), (1060, (first, second))):
        store(writer, time_s, inputs)
    assert line(only(reader.read(IN1, 1060, 9999, 1000))) == [(1060.0, 1.0)]


def test_each_unit_has_its_own_series_and_the_present_one_comes_last(writer: Writer, reader: HistoryReader) -> None:
    celsius = points(PointType.INPUT, 20.0)
    fahrenheit = points(PointType.INPUT, 68.0, units="°F", range=4, label="SAT")
    for time_s, inputs in ((1000, celsius), (1030, fahrenheit), (1060, celsius), (1090, fahrenheit)):
        store(writer, time_s, inputs)
    first, last = reader.read(IN1, 0, 9999, 1000)
    assert (first.units, last.units, last.range, last.label) == ("°C", "°F", 4, "SAT")
    assert line(first) == [(1000.0, 20.0), (1030.0, None), (1060.0, 20.0), (1090.0, None)]
    assert line(last) == [(1030.0, 68.0), (1060.0, None), (1090.0, 68.0)]


def test_a_new_label_or_sensor_type_of_one_unit_does_not_break_the_line(writer: Writer, reader: HistoryReader) -> None:
    store(writer, 1000, points(PointType.INPUT, 20.0, range=3, label="OLD"))
    store(writer, 1030, points(PointType.INPUT, 21.0, range=1, label="NEW"))
    found = only(reader.read(IN1, 0, 9999, 1000))
    assert line(found) == [(1000.0, 20.0), (1030.0, 21.0)]
    assert (found.label, found.range) == ("NEW", 1)


def test_states_of_another_range_are_another_series(writer: Writer, reader: HistoryReader) -> None:
    store(writer, 1000, points(PointType.INPUT, 1.0, units="", range=1, digital_analog=0))
    store(writer, 1030, points(PointType.INPUT, 1.0, units="", range=5, digital_analog=0))
    found = reader.read(IN1, 0, 9999, 1000)
    assert [(series.digital, series.range) for series in found] == [(True, 1), (True, 5)]


def test_a_digital_point_whose_range_has_no_states_shows_a_number(writer: Writer, reader: HistoryReader) -> None:
    store(writer, 1000, points(PointType.INPUT, 3.0, units="", range=101, digital_analog=0))
    assert only(reader.read(IN1, 0, 9999, 1000)).digital is False


def test_of_equal_logging_times_the_later_cycle_counts(writer: Writer, reader: HistoryReader) -> None:
    for value in (1.0, 2.0, 3.0):
        store(writer, 1000, points(PointType.INPUT, value))
    store(writer, 1030, points(PointType.INPUT, 4.0))
    assert line(only(reader.read(IN1, 0, 9999, 1000))) == [(1000.0, 3.0), (1030.0, 4.0)]


def test_thinned_history_keeps_the_extremes(writer: Writer, reader: HistoryReader) -> None:
    values = [20.0 + math.sin(n / 7) for n in range(900)]
    values[333], values[777] = 99.0, -40.0
    store_values(writer, values)
    found = only(reader.read(IN1, 1000, 1000 + 900 * INTERVAL_S, 100))
    assert found.stretches
    assert len(found.values) <= 100
    times, (ends, lows, highs, _) = found.times_utc_s, found.stretches
    assert (highs.max(), lows.min()) == (99.0, -40.0)
    peak = highs.argmax()
    assert times[peak] <= 1000 + 333 * INTERVAL_S <= ends[peak]
    assert np.all(times <= ends)
    assert np.all(ends[:-1] < times[1:])


def test_no_more_samples_than_asked_for_are_not_thinned(writer: Writer, reader: HistoryReader) -> None:
    store_values(writer, [float(n) for n in range(60)])
    found = only(reader.read(IN1, 0, 99999, 60))
    assert (len(found.values), found.thinned) == (60, False)


def many(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.arange(count) * 30.0, np.sin(np.arange(count) / 50)


def in_stretches(
    times: np.ndarray, values: np.ndarray, holes: Holes, max_points: int, *, digital: bool = False
) -> tuple[Series, Stretches]:
    series = Series(times, values, holes, "", 1, digital, "L1", 30.0)
    found = thinned(series, np.ones(len(times)), 0, times[-1], max_points)
    assert len(found.times_utc_s) <= max_points
    assert found.stretches
    return found, found.stretches


def test_each_stretch_has_the_smallest_and_the_largest_reading_and_the_mean_of_its_time() -> None:
    times, values = many(100_000)
    found, (ends, lows, highs, known) = in_stretches(times, values, Holes.none(), 2000)
    assert np.all(known == 1)
    covered = 0
    for place, (start, end) in enumerate(zip(found.times_utc_s, ends, strict=True)):
        inside = values[(times >= start) & (times <= end)]
        assert (lows[place], highs[place]) == (inside.min(), inside.max())
        assert found.values[place] == pytest.approx(inside.mean())
        covered += len(inside)
    assert covered == len(times)


def test_stretches_stand_still_while_the_time_asked_for_moves() -> None:
    times, values = many(100_000)
    found, _ = in_stretches(times, values, Holes.none(), 2000)
    series = Series(times, values, Holes.none(), "", 1, False, "L1", 30.0)
    moved = thinned(series, np.ones(len(times)), 777_777, 777_777 + times[-1], 2000)
    assert np.array_equal(moved.times_utc_s, found.times_utc_s)


def holes_before(times: np.ndarray, *readings: int) -> Holes:
    return Holes(times[np.array(readings) - 1] + 30, times[list(readings)])


def test_stretches_end_before_each_hole_and_begin_after_it() -> None:
    times, values = many(50_000)
    for later in (10_000, 25_001, 40_002):
        times[later:] += 6000
    holes = holes_before(times, 10_000, 25_001, 40_002)
    found, (ends, _, _, known) = in_stretches(times, values, holes, 1000)
    assert set(times[[10_000, 25_001, 40_002]]) <= set(found.times_utc_s)
    assert set(times[[9_999, 25_000, 40_001]]) <= set(ends)
    assert np.count_nonzero(known < 1) == 3


@pytest.mark.parametrize("hole_s", [60, 3000, 30_000])
@pytest.mark.parametrize("digital", [False, True])
def test_thousands_of_holes_do_not_make_the_answer_longer_than_asked_for(hole_s: int, digital: bool) -> None:
    times, values = many(60_000)
    times += np.arange(60_000) // 5 * hole_s
    times[30_000:] += 9e6
    holes = holes_before(times, *range(5, 60_000, 5))
    found, (ends, _, _, known) = in_stretches(times, np.round(values), holes, 1000, digital=digital)
    assert times[30_000] in found.times_utc_s, "a hole that can be seen"
    assert times[29_999] in ends
    known_s = float(known @ (np.append(found.times_utc_s[1:], ends[-1]) - found.times_utc_s))
    assert known_s == pytest.approx(times[-1] - float((holes.ends - holes.starts).sum())), "it tells those that cannot"


def test_equal_values_are_one_stretch_if_all_fit_in_that_way() -> None:
    values = np.zeros(50_000)
    values[20_000:20_001] = 1.0
    values[30_000:] = 1.0
    times = np.arange(50_000) * 30.0
    times[40_000:] += 60
    found, (ends, lows, highs, _) = in_stretches(times, values, holes_before(times, 40_000), 100, digital=True)
    assert found.times_utc_s.tolist() == times[[0, 20_000, 20_001, 30_000, 40_000]].tolist()
    assert ends.tolist() == times[[19_999, 20_000, 29_999, 39_999, 49_999]].tolist()
    assert found.values.tolist() == lows.tolist() == highs.tolist() == [0, 1, 0, 1, 1]


def test_more_changes_of_a_state_than_fit_are_the_share_of_the_second_one() -> None:
    values = np.tile([0.0, 1.0, 1.0, 1.0], 10_000)
    found, (_, lows, highs, _) = in_stretches(np.arange(40_000) * 30.0, values, Holes.none(), 500, digital=True)
    assert set(lows) == {0.0}
    assert set(highs) == {1.0}
    assert found.values[1:-1] == pytest.approx(0.75, abs=0.02)


def test_the_present_unit_is_that_of_the_sample_that_came_last_not_of_the_latest_time(
    writer: Writer, reader: HistoryReader
) -> None:
    store(writer, 1000, (point(PointType.INPUT, 1, 1.0, label="old", units="°F", range=4),))
    store(writer, 9000, (point(PointType.INPUT, 1, 2.0, label="old", units="°F", range=4),))
    store(writer, 1030, (point(PointType.INPUT, 1, 3.0, label="new", units="°C", range=3),))
    store(writer, 1060, (point(PointType.INPUT, 1, 4.0, label="new", units="°C", range=3),))
    old, present = reader.read(IN1, 0, 10_000, 1000)
    assert (old.units, present.units, present.label) == ("°F", "°C", "new")
    assert present.values[~np.isnan(present.values)].tolist() == [3.0, 4.0]
    store(writer, 1090, (point(PointType.INPUT, 1, 5.0, label="old", units="°F", range=4),))
    assert [series.units for series in reader.read(IN1, 0, 10_000, 1000)] == ["°C", "°F"]


def test_a_sample_that_came_after_one_of_a_later_time_stands_where_its_time_is(
    writer: Writer, reader: HistoryReader
) -> None:
    for time_s, value in ((1000, 20.0), (1062, 21.0), (1030, 22.0), (1060, 24.0)):
        store(writer, time_s, points(PointType.INPUT, value))
    (series,) = reader.read(IN1, 0, 10_000, 1000)
    assert series.times_utc_s.tolist() == [1000, 1030, 1060, 1062]
    assert series.values.tolist() == [20.0, 22.0, 24.0, 21.0]


def test_reading_leaves_the_log_of_the_database_free_to_be_emptied(
    writer: Writer, reader: HistoryReader, database: Database, file: Path
) -> None:
    store_values(writer, [1.0, 2.0])
    reader.read(IN1, 0, 9999, 1000)
    with closing(sqlite3.connect(file)) as connection:
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0


def test_many_threads_read_while_cycles_are_written(writer: Writer, reader: HistoryReader) -> None:
    store_values(writer, [float(n) for n in range(50)])
    with ThreadPoolExecutor(4) as threads:
        reads = [threads.submit(reader.read_many, [IN1, OUT1], 0, 2470, 1000) for _ in range(40)]
        store_values(writer, [float(n) for n in range(50)], start_s=4000)
        for read in reads:
            found = read.result()
            assert only(found[IN1]).values.tolist()[:50] == [float(n) for n in range(50)]
            assert len(only(found[OUT1]).values) in (50, 51), "with the one after the time, once there is one"


def test_a_locked_database_is_told_in_a_sentence(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{file}")
    store_values(Writer(database), [1.0])
    database.close()
    monkeypatch.setattr("t3monitor.store.reading.BUSY_TIMEOUT_S", 0.01)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseError, match="locked by another program"):
            HistoryReader(sqlite_url(file)).read(IN1, 0, 9999, 1000)


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "letter.db"
    file.write_text("Dear engineer, " * 100, encoding="utf-8")
    with pytest.raises(DatabaseError, match=r"letter\.db is not an SQLite database"):
        HistoryReader(sqlite_url(file)).read(IN1, 0, 9999, 1000)


@pytest.mark.parametrize("vals", ["[1.0,", '["warm"]', "[[1.0]]", "[]", "1.0"])
def test_damaged_history_is_told_in_a_sentence(
    writer: Writer, reader: HistoryReader, database: Database, vals: str
) -> None:
    store(writer, 1000, (point(PointType.INPUT, 1),))
    with database.writing() as cursor:
        cursor.execute("UPDATE TRENDLOG_FRAMES SET vals = ?", (vals,))
    with pytest.raises(DatabaseError, match="holds history that cannot be read"):
        reader.read(IN1, 0, 9999, 1000)
