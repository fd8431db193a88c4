"""What the reader finds in hot and packed frames is what a reader of the frames, one by one, would find."""

import json
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorded_frames import BEGIN_S, POINTS, SERIAL, Frame, Line, assert_is_of, few, line_of, some_batches
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.causes import PointChange
from t3monitor.model.errors import DatabaseError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.database import Database
from t3monitor.store.history import lines as of_points
from t3monitor.store.history import reader as history
from t3monitor.store.history.changes import Change
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.upkeep.packed import pack_oldest

KEYS = ANALOG, STATE, ODD, MIXED = tuple(PointKey(SERIAL, PointType.INPUT, index) for index in (1, 2, 3, 4))
POINTS_TOLD = {
    1: {PointChange.LABEL: "L1", PointChange.RANGE: "3", PointChange.UNITS: "°C"},
    2: {PointChange.LABEL: "L2", PointChange.RANGE: "4", PointChange.UNITS: "°F"},
}


def batches(least: int = 0) -> st.SearchStrategy[list[list[Frame]]]:
    """Frames in the order in which they came, at least so many batches of them."""
    return st.integers(0, 2**32).map(lambda seed: some_batches(Random(seed), least))


class History:
    """A database in which some batches are packed."""

    def __init__(self, file: Path) -> None:
        self.database = Database(sqlite_url(file))
        self.file = file
        self.reader = HistoryReader(sqlite_url(file))
        with self.database.writing() as cursor:
            for layout, points in POINTS.items():
                cursor.execute(
                    "INSERT INTO TRENDLOG_LAYOUTS (id, serial_number, point_type, panel_id, fingerprint)"
                    " VALUES (?, ?, 'INPUT', 1, ?)",
                    (layout, SERIAL, str(layout)),
                )
                cursor.executemany(
                    "INSERT INTO TRENDLOG_LAYOUT_POINTS VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (layout, place, f"IN{index}", index, f"L{layout}", range_, units, analog)
                        for index, (place, units, range_, analog) in points.items()
                    ],
                )

    def store(self, made: list[list[Frame]], packed: int) -> None:
        """Stores all batches, and packs the first ones."""
        with self.database.writing() as cursor:
            for table in ("FRAMES", "BLOCKS", "SEGMENTS"):
                cursor.execute(f"DELETE FROM TRENDLOG_{table}")
            for number, batch in enumerate(made):
                cursor.executemany(
                    "INSERT INTO TRENDLOG_FRAMES VALUES (?, 'INPUT', ?, ?, ?, ?, ?, 30, NULL)",
                    [
                        (SERIAL, frame.time_s, frame.run, frame.layout, json.dumps(frame.values), frame.spacing_s)
                        for frame in batch
                    ],
                )
                while number < packed and pack_oldest(cursor, SERIAL, "INPUT", 240):
                    pass


@pytest.fixture
def stored(tmp_path: Path) -> Iterator[History]:
    history_file = History(tmp_path / "history.db")
    yield history_file
    history_file.database.close()


def rows_of(made: list[list[Frame]]) -> list[Frame]:
    """Of frames of one time the one that came last."""
    of_time = {frame.time_s: frame for batch in made for frame in batch}
    return [of_time[time_s] for time_s in sorted(of_time)]


def usual_s(rows: list[Frame], place: int) -> float:
    gaps = sorted(later.time_s - earlier.time_s for earlier, later in pairwise(rows[max(0, place - 15) : place + 1]))
    return gaps[(len(gaps) - 1) // 2] if gaps else 0


def expected(made: list[list[Frame]], index: int, start_s: float, end_s: float) -> dict[str, Line]:
    """By unit, what there is to find of a point: word by word, without numpy."""
    every = rows_of(made)
    until = [
        row.time_s + spacing_s if later - row.time_s > 2.5 * spacing_s else later
        for place, (row, later) in enumerate(zip(every, [*(row.time_s for row in every[1:]), math.inf], strict=True))
        for spacing_s in (row.spacing_s or max(30, usual_s(every, place)),)
    ]
    first = max((place for place, row in enumerate(every) if row.time_s < start_s), default=0)
    last = min((place for place, row in enumerate(every) if row.time_s > end_s), default=len(every) - 1)
    until[last] = math.inf
    found: dict[str, Line] = {}
    for unit in {points[index][1] for points in POINTS.values() if index in points}:
        own = [
            (place, float(value))
            for place, row in enumerate(every[first : last + 1], start=first)
            if index in POINTS[row.layout] and POINTS[row.layout][index][1] == unit
            if (value := row.value(index)) is not None
        ]
        if own:
            nexts = [*(float(every[place].time_s) for place, _ in own[1:]), math.inf]
            found[unit] = Line(
                [(float(every[place].time_s), value) for place, value in own],
                [(float(until[place]), end) for (place, _), end in zip(own, nexts, strict=True) if until[place] < end],
            )
    return found


PARTS = st.tuples(st.integers(-100, 1000), st.integers(0, 1100))  # where it begins, how long: thousandths of all
SPANS = st.integers(0, 6)


def part_of(made: list[list[Frame]], part: tuple[int, int]) -> tuple[float, float]:
    times = [frame.time_s for batch in made for frame in batch]
    start_s = min(times) + (max(times) - min(times)) * part[0] // 1000
    return start_s, start_s + (max(times) - min(times)) * part[1] // 1000


@few
@given(batches(), SPANS, PARTS)
def test_packed_frames_are_read_as_hot_ones_are_and_both_as_they_stand(
    stored: History, made: list[list[Frame]], packed: int, part: tuple[int, int]
) -> None:
    stored.store(made, packed)
    start_s, end_s = part_of(made, part)
    for key, series in stored.reader.read_many(KEYS, start_s, end_s, 10_000).items():
        lines = expected(made, key.point_index, start_s, end_s)
        for found_part in series:
            assert found_part.stretches is None
            assert line_of(found_part) == lines.pop(found_part.units)
        for line in lines.values():  # of what had another unit before, and is not known in that time
            assert not any(start_s <= time_s <= end_s for time_s, _ in line.readings)


@few
@given(batches(least=20), st.integers(1, 30), st.tuples(st.integers(-100, 500), st.integers(400, 1100)))
def test_headers_tell_what_the_readings_of_their_stretch_tell(
    stored: History, made: list[list[Frame]], packed: int, part: tuple[int, int]
) -> None:
    stored.store(made, packed)
    start_s, end_s = part_of(made, part)
    whole = stored.reader.read_many(KEYS, BEGIN_S - 1e6, BEGIN_S + 1e6, 10_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_points, "_WORTH_SUMMING", 1)
        found = stored.reader.read_many(KEYS, start_s, end_s, 40)
    for key, parts in found.items():
        lines = {series.units: series for series in whole[key]}
        for series in parts:
            assert len(series.times_utc_s) <= 40
            assert_is_of(series, lines[series.units])


def every_30_s(times: range, run: int, value: float = 20.0, *, spacing_s: int | None = 30) -> list[Frame]:
    """A batch whose values move a little."""
    return [
        Frame(time_s, run + number, 1, spacing_s, (value + number % 7, 0.0, None, 0.0))
        for number, time_s in enumerate(times)
    ]


def test_a_block_that_begins_before_the_time_is_not_summed_up_with_late_readings_in_it(stored: History) -> None:
    edge_s = BEGIN_S // 2048 * 2048 + 2048
    ends = [edge_s + 150 + 1800 * number for number in range(30)]
    blocks = [every_30_s(range(end_s - 1770, end_s + 1, 30), 1000 * number) for number, end_s in enumerate(ends)]
    late = every_30_s(range(ends[0] - 1755, ends[0] - 1700, 30), 100_000, 99.0)
    stored.store([*blocks, late], 31)
    (whole,) = stored.reader.read(ANALOG, edge_s - 1e5, edge_s + 1e5, 10_000)
    (series,) = stored.reader.read(ANALOG, edge_s, edge_s + 50_000, 40)
    assert series.stretches
    assert np.diff(series.times_utc_s).max() > 1800, "they are of headers"
    assert_is_of(series, whole)


def test_the_changes_of_a_state_are_kept_also_where_it_was_a_number_before(stored: History) -> None:
    def state(number: int) -> float:
        return float(number // 10 % 100 == 0)

    blocks = [every_30_s(range(BEGIN_S + 300 * n, BEGIN_S + 300 * n + 300, 30), 10 * n) for n in range(300)]
    changing = [
        [frame._replace(layout=2, values=(0.0, None, 20.0, state(frame.run - 5))) for frame in block]
        for block in blocks[100:]
    ]
    stored.store([*blocks[:100], *changing], 298)
    (series,) = stored.reader.read(MIXED, BEGIN_S + 30_300, BEGIN_S + 90_000, 40)
    assert series.stretches
    assert series.values.tolist() == [0, 1, 0, 1, 0]
    assert (series.stretches.ends - series.times_utc_s).tolist()[1:4] == [9 * 30, 989 * 30, 9 * 30]


def test_readings_without_spacings_are_judged_by_all_readings_before_them_also_in_blocks(stored: History) -> None:
    blocks = [
        every_30_s(range(BEGIN_S + 300 * n, BEGIN_S + 300 * n + 300, 30), 10 * n, spacing_s=30) for n in range(100)
    ]
    hot_s = BEGIN_S + 30_000
    hot = every_30_s(range(hot_s, hot_s + 90, 30), 5000, spacing_s=None)
    after_hole = every_30_s(range(hot_s + 200, hot_s + 300, 30), 6000, spacing_s=None)
    stored.store([*blocks, [*hot, *after_hole]], 100)
    (series,) = stored.reader.read(ANALOG, BEGIN_S, hot_s + 300, 40)
    assert series.stretches
    assert line_of(series).holes == [(hot_s + 90, hot_s + 200)]


@few
@given(batches(), SPANS, st.integers(-50, 1050))
def test_the_reading_in_force_is_that_which_holds_by_the_rule(
    stored: History, made: list[list[Frame]], packed: int, moment: int
) -> None:
    stored.store(made, packed)
    time_s, _ = part_of(made, (moment, 0))
    for key in KEYS:
        lines = expected(made, key.point_index, -math.inf, math.inf)
        in_force = None
        for unit, line in lines.items():
            held = [place for place, (read_s, _) in enumerate(line.readings) if read_s <= time_s]
            if held and not any(start_s <= time_s < end_s for start_s, end_s in line.holes):
                read_s, value = line.readings[held[-1]]
                in_force = unit, read_s, value
        found = stored.reader.at(key, time_s)
        if in_force and in_force[1] == max(frame.time_s for batch in made for frame in batch):
            continue  # how long the newest one holds is told by the time that is asked for
        assert (found and (found.units, found.time_s, found.value)) == in_force


@few
@given(batches(), SPANS)
def test_the_latest_reading_is_the_last_one_with_the_point(
    stored: History, made: list[list[Frame]], packed: int
) -> None:
    stored.store(made, packed)
    told = {
        key: max(reading for line in lines.values() for reading in line.readings)
        for key in KEYS
        if (lines := expected(made, key.point_index, -math.inf, math.inf))
    }
    assert {key: found[:2] for key, found in stored.reader.latest(KEYS).items()} == told


@few
@given(batches(least=2), SPANS, PARTS)
def test_an_export_reads_each_reading_once_in_order_of_time(
    stored: History, made: list[list[Frame]], packed: int, part: tuple[int, int]
) -> None:
    stored.store(made, packed)
    start_s, end_s = part_of(made, part)
    for key in KEYS:
        told = [
            (time_s, value, unit)
            for unit, line in expected(made, key.point_index, -math.inf, math.inf).items()
            for time_s, value in line.readings
            if start_s <= time_s <= end_s
        ]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(history, "_NEXT_PART", history._NEXT_PART.replace(f"{history._ROWS_AT_ONCE - 1}", "6"))
            parts = list(stored.reader.readings(key, start_s, end_s))
        found = [
            (*reading, part.units) for part in parts for reading in zip(*map(np.ndarray.tolist, part[:2]), strict=True)
        ]
        assert found == sorted(told)
        assert all(len(part.values) <= 7 for part in parts)


@few
@given(batches(), SPANS)
def test_changes_of_the_unit_are_told_by_the_readings(stored: History, made: list[list[Frame]], packed: int) -> None:
    stored.store(made, packed)
    rows = rows_of(made)
    expected_changes = [
        Change(later.time_s, what, *(POINTS_TOLD[frame.layout][what] for frame in (earlier, later)))
        for earlier, later in pairwise(rows)
        if later.layout != earlier.layout
        for what in (PointChange.LABEL, PointChange.RANGE, PointChange.UNITS)
    ]
    assert stored.reader.changes(ANALOG, -math.inf, math.inf) == sorted(expected_changes)


def test_a_change_that_was_recorded_is_told_once_and_others_with_it(stored: History) -> None:
    frames = [
        Frame(BEGIN_S + 30 * number, number + 1, 1 + number // 2, 30, (1.0, 1.0, 1.0, 1.0)) for number in range(4)
    ]
    stored.store([frames], 1)
    with stored.database.writing() as cursor:
        cursor.executemany(
            "INSERT INTO POINT_CHANGES VALUES (?, 'INPUT', 1, ?, ?, ?, ?)",
            [(SERIAL, BEGIN_S + 60, "units", None, "°F"), (SERIAL, BEGIN_S + 30, "mode", "0", "1")],
        )
    assert stored.reader.changes(ANALOG, BEGIN_S, BEGIN_S + 90) == [
        Change(BEGIN_S + 30, PointChange.MODE, "0", "1"),
        Change(BEGIN_S + 60, PointChange.LABEL, "L1", "L2"),
        Change(BEGIN_S + 60, PointChange.RANGE, "3", "4"),
        Change(BEGIN_S + 60, PointChange.UNITS, None, "°F"),
    ]
    assert stored.reader.changes(ANALOG, BEGIN_S + 61, BEGIN_S + 90) == []


def test_a_file_of_an_older_program_is_read_as_it_is(stored: History) -> None:
    frames = [*every_30_s(range(BEGIN_S, BEGIN_S + 300, 30), 1), Frame(BEGIN_S + 300, 99, 2, 30, (0.0, None, 5.0, 0.0))]
    stored.store([frames], 0)
    with stored.database.writing() as cursor:
        for statement in (
            "DROP VIEW TRENDLOG_DATA",
            "DROP INDEX TRENDLOG_FRAMES_HOT",
            *(
                f"ALTER TABLE TRENDLOG_FRAMES DROP COLUMN {name}"
                for name in ("seq", "sync_interval", "expected_spacing")
            ),
            *(f"DROP TABLE {name}" for name in ("TRENDLOG_BLOCKS", "TRENDLOG_SEGMENTS", "POINT_CHANGES")),
        ):
            cursor.execute(statement)
    celsius, fahrenheit = stored.reader.read(ANALOG, BEGIN_S, BEGIN_S + 300, 100)
    assert celsius.values.tolist() == [frame.values[0] for frame in frames[:-1]]
    assert fahrenheit.values.tolist() == [5.0]
    in_force = stored.reader.at(ANALOG, BEGIN_S + 45)
    assert in_force
    assert in_force[:2] == (BEGIN_S + 30, 21.0)
    assert stored.reader.latest([ANALOG])[ANALOG][:3] == (BEGIN_S + 300, 5.0, "°F")
    assert [change.what.value for change in stored.reader.changes(ANALOG, BEGIN_S, BEGIN_S + 300)] == [
        "label",
        "range",
        "units",
    ]
    assert [part.units for part in stored.reader.readings(ANALOG, BEGIN_S, BEGIN_S + 300)] == ["°C", "°F"]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM TRENDLOG_SEGMENTS WHERE first_seq > 0",
        "UPDATE TRENDLOG_SEGMENTS SET codes = x'00' WHERE width > 0",
        "UPDATE TRENDLOG_SEGMENTS SET codes = CASE first_seq WHEN 0 THEN x'00' ELSE zeroblob(2 * length(codes) - 1) END"
        " WHERE width > 0",
        "UPDATE TRENDLOG_SEGMENTS SET width = NULL, codes = '[1,'",
        "UPDATE TRENDLOG_SEGMENTS SET base = 'x'",
        "UPDATE TRENDLOG_BLOCKS SET width = 8, times = x'00'",
        "UPDATE TRENDLOG_BLOCKS SET last_run = 0.5",
    ],
)
def test_damaged_blocks_are_told_in_a_sentence(stored: History, damage: str) -> None:
    stored.store([every_30_s(range(at_s, at_s + 300, 30), at_s) for at_s in (BEGIN_S, BEGIN_S + 300)], 2)
    assert stored.reader.read(ANALOG, BEGIN_S, BEGIN_S + 600, 100)
    with stored.database.writing() as cursor:
        cursor.execute(damage)
    with pytest.raises(DatabaseError, match="holds history that cannot be read"):
        stored.reader.read(ANALOG, BEGIN_S, BEGIN_S + 600, 100)
