"""What the reader finds in hot and packed frames is what a reader of the frames, one by one, would find."""

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.database import Database
from t3monitor.store.history import HistoryReader
from t3monitor.store.packed import pack_oldest
from t3monitor.store.series import Series

SERIAL, BEGIN_S = 237219, 1_700_000_000
ANALOG, STATE, ODD = (PointKey(SERIAL, PointType.INPUT, index) for index in (1, 2, 3))
POINTS = {  # by layout: the place of each point, its unit, its range, whether it is analog
    1: {1: (0, "°C", 3, 1), 2: (1, "", 1, 0), 3: (2, "°C", 3, 1)},
    2: {1: (2, "°F", 4, 1), 2: (0, "", 1, 0)},
}


class Frame(NamedTuple):
    time_s: int
    run: int
    layout: int
    spacing_s: int | None
    values: tuple[float | None, ...]

    def value(self, index: int) -> float | None:
        place = POINTS[self.layout].get(index)
        return self.values[place[0]] if place else None


@st.composite
def batches(draw: st.DrawFn, least: int = 0) -> list[list[Frame]]:
    """Frames in the order in which they came; each batch but the last one is packed as soon as it is there."""
    random = draw(st.randoms(use_true_random=False))
    made: list[list[Frame]] = []
    time_s, run, layout = BEGIN_S, 0, 1
    oldest = draw(st.booleans())  # of an older program, without spacings
    for _ in range(draw(st.integers(1, 5)) + least):
        if draw(st.integers(0, 5)) == 0:
            layout = 3 - layout
        is_late = draw(st.integers(0, 4)) == 0
        at_s = random.randint(BEGIN_S - 100, time_s) if is_late else time_s
        spacing_s = None if oldest and len(made) < 2 else draw(st.sampled_from([30, 60]))
        kind = draw(st.sampled_from(["calm", "restless", "constant", "missing", "odd"]))
        batch = []
        for _ in range(draw(st.sampled_from([1, 3, 8, 12])) + 4 * least):
            at_s += draw(st.sampled_from([30, 30, 30, 30, 29, 31, 60, 0, 90, 1000])) if kind == "restless" else 30
            values = [
                {"constant": 21.5, "odd": random.random() / 3}.get(kind, random.randint(180, 220) / 10),
                0.0 if kind == "constant" else float(random.random() < 0.3),
                None if kind == "missing" or random.random() < 0.1 else 20.0 + random.randint(0, 1),
            ]
            run += 1
            batch.append(Frame(at_s, run, layout, spacing_s, tuple(values)))
        time_s = max(time_s, at_s)
        made.append(batch)
    return made


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
                while number < packed and pack_oldest(cursor, SERIAL, "INPUT"):
                    pass


@pytest.fixture
def stored(tmp_path: Path) -> History:
    return History(tmp_path / "history.db")


def rows_of(made: list[list[Frame]]) -> list[Frame]:
    """Of frames of one time the one that came last."""
    of_time = {frame.time_s: frame for batch in made for frame in batch}
    return [of_time[time_s] for time_s in sorted(of_time)]


class Line(NamedTuple):
    readings: list[tuple[float, float]]
    holes: list[tuple[float, float]]


def found(series: Series) -> Line:
    return Line(
        list(zip(series.times_utc_s.tolist(), series.values.tolist(), strict=True)),
        list(zip(series.holes.starts.tolist(), series.holes.ends.tolist(), strict=True)),
    )


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


@given(batches(), SPANS, PARTS)
def test_packed_frames_are_read_as_hot_ones_are_and_both_as_they_stand(
    stored: History, made: list[list[Frame]], packed: int, part: tuple[int, int]
) -> None:
    stored.store(made, packed)
    start_s, end_s = part_of(made, part)
    keys = [ANALOG, STATE, ODD]
    for key, series in stored.reader.read_many(keys, start_s, end_s, 10_000).items():
        lines = expected(made, key.point_index, start_s, end_s)
        for part_series in series:
            assert part_series.stretches is None
            assert found(part_series) == lines.pop(part_series.units)
        for line in lines.values():  # of what had another unit before, and is not known in that time
            assert not any(start_s <= time_s <= end_s for time_s, _ in line.readings)
