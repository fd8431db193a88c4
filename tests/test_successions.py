"""A panel that took the place of another one: its line is that of both, and everything of it can be taken back."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from math import inf
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from holed_file import SERIAL, HoledFile
from recorded_frames import BEGIN_S, POINTS, Frame, assert_is_of, few, line_of, some_batches
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.successions import Span, Succession, SuccessionEdit, SuccessionError, check, spans
from t3monitor.store.causes.holes import faulty, holes_in_turn, holes_of_points
from t3monitor.store.database import Database
from t3monitor.store.history import lines as of_points
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.marks import read_marks
from t3monitor.store.successions import first_reading_s, read_successions, write_successions
from t3monitor.store.upkeep.packed import pack_oldest
from t3monitor.store.upkeep.salvage import salvage
from t3monitor.store.work import LongWork

OLD, NEW, NEWEST = 237219, 240001, 250003
NOW_S = 2_000_000_000.0


def took_over(old: int, new: int, since_s: int) -> Succession:
    return Succession(old, new, since_s, 1_900_000_000, "ann")


def said(*successions: Succession) -> list[SuccessionEdit]:
    return [SuccessionEdit(its.successor, its) for its in successions]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(sqlite_url(tmp_path / "panels.db"))
    yield database
    database.close()


def test_the_panels_of_a_place_are_told_the_first_one_first() -> None:
    known = [took_over(NEW, NEWEST, 500), took_over(OLD, NEW, 200), took_over(7, 8, 100)]
    assert spans(known, NEWEST) == (Span(OLD, -inf, 200), Span(NEW, 200, 500), Span(NEWEST, 500, inf))
    assert spans(known, NEW) == (Span(OLD, -inf, 200), Span(NEW, 200, inf))
    assert spans(known, OLD) == (Span(OLD, -inf, inf),)


def test_panels_that_somebody_wrote_in_a_circle_are_told_once_each() -> None:
    assert [span.serial_number for span in spans([took_over(1, 2, 10), took_over(2, 1, 20)], 1)] == [1, 2, 1]


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (took_over(NEW, NEW, 300), "no other panel"),
        (took_over(OLD, 9, 300), f"The successor of {OLD} is {NEW} already"),
        (took_over(NEW, OLD, 300), f"{NEW} came after {OLD} already"),
        (took_over(NEW, 9, 200), f"{NEW} was not yet in the place of {OLD}"),
        (took_over(9, OLD, 200), f"{NEW} was in the place of {OLD} already"),
        (took_over(NEW, 9, 3_000_000_000), "still to come"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(database: Database, new: Succession, sentence: str) -> None:
    write_successions(database, said(took_over(OLD, NEW, 200)), NOW_S)
    with pytest.raises(SuccessionError, match=sentence):
        check(new, read_successions(database.url), NOW_S)
    with pytest.raises(SuccessionError, match=sentence):
        write_successions(database, said(took_over(70, 80, 5), new), NOW_S)
    assert read_successions(database.url) == (took_over(OLD, NEW, 200),), "all or nothing"


def test_what_was_said_is_taken_back_and_said_again(database: Database) -> None:
    first, chained = took_over(OLD, NEW, 200), took_over(NEW, NEWEST, 500)
    undo = write_successions(database, said(first, chained), NOW_S)
    assert read_successions(database.url) == (first, chained)
    assert write_successions(database, said(first._replace(author="bob")), NOW_S) == (), "it says the same"
    moved = write_successions(database, said(first._replace(since_s=300)), NOW_S)
    assert read_successions(database.url)[0].since_s == 300
    write_successions(database, moved, NOW_S)
    redo = write_successions(database, undo, NOW_S)
    assert read_successions(database.url) == ()
    write_successions(database, redo, NOW_S)
    assert read_successions(database.url) == (first, chained)


def test_a_damaged_database_is_left_with_them_and_a_file_of_an_earlier_schema_has_none(
    database: Database, tmp_path: Path
) -> None:
    write_successions(database, said(took_over(OLD, NEW, 200)), NOW_S)
    known = read_successions(database.url)
    database.close()
    salvage(database.path, tmp_path / "new.db", None, LongWork())
    assert read_successions(sqlite_url(tmp_path / "new.db")) == known
    with closing(sqlite3.connect(database.path)) as connection, connection:
        connection.execute("DROP TABLE PANEL_SUCCESSORS")
    assert read_successions(database.url) == ()
    assert HistoryReader(database.url).read(PointKey(NEW, PointType.INPUT, 1), 0, 1e10, 100) == ()


class Panels:
    """Inputs of panels in a database; the layouts of each have ids, labels and cycles of their own."""

    def __init__(self, file: Path, serials: Sequence[int]) -> None:
        """Of the first, second and third panel; the same number for all of them: they are stored as one."""
        self.database, self._serials = Database(sqlite_url(file)), serials
        self.reader = HistoryReader(self.database.url)
        with self.database.writing() as cursor:
            for number, serial in enumerate(serials):
                for layout, points in POINTS.items():
                    layout_id = 10 * number + layout
                    cursor.execute(
                        "INSERT INTO TRENDLOG_LAYOUTS (id, serial_number, point_type, panel_id, fingerprint)"
                        " VALUES (?, ?, 'INPUT', 1, ?)",
                        (layout_id, serial, str(layout_id)),
                    )
                    cursor.executemany(
                        "INSERT INTO TRENDLOG_LAYOUT_POINTS VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                        [
                            (layout_id, place, f"IN{index}", index, f"L{layout_id}", range_, units, analog)
                            for index, (place, units, range_, analog) in points.items()
                        ],
                    )

    def store(self, made: Sequence[list[Frame]], packed: int = 0) -> None:
        """The readings of each panel."""
        with self.database.writing() as cursor:
            for table in ("FRAMES", "BLOCKS", "SEGMENTS"):
                cursor.execute(f"DELETE FROM TRENDLOG_{table}")
            for number, (serial, frames) in enumerate(zip(self._serials, made, strict=True)):
                cursor.executemany(
                    "INSERT INTO TRENDLOG_FRAMES VALUES (?, 'INPUT', ?, ?, ?, ?, ?, 30, NULL)",
                    [
                        (
                            *(serial, frame.time_s, 100_000 * number + frame.run, 10 * number + frame.layout),
                            *(json.dumps(frame.values), frame.spacing_s),
                        )
                        for frame in frames
                    ],
                )
                for _ in range(packed):
                    pack_oldest(cursor, serial, "INPUT", 240)


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Panels]:
    panels = Panels(tmp_path / "three.db", (OLD, NEW, NEWEST))
    yield panels
    panels.database.close()


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Panels]:
    panels = Panels(tmp_path / "one.db", (NEWEST, NEWEST, NEWEST))
    yield panels
    panels.database.close()


def some_panels(seed: int) -> tuple[list[list[Frame]], tuple[int, int]]:
    """Readings of three panels that overlap or leave gaps, and from when on the second and third are in place."""
    random = Random(seed)
    made, begin_s = [], BEGIN_S
    for number in range(3):
        frames = [
            frame._replace(time_s=frame.time_s - BEGIN_S + begin_s, spacing_s=frame.spacing_s or 30)
            for batch in some_batches(random, random.choice([0, 4, 12]))
            for frame in batch
        ]
        made.append(frames if number == 2 or random.random() < 0.9 else [])
        begin_s = max(frame.time_s for frame in frames) + random.choice([-600, -90, 1, 30, 60, 100, 5000])
    first_s = [min((frame.time_s for frame in frames), default=begin_s) for frames in made]
    second_s = first_s[1] + random.choice([0, 0, 0, -20, 45, 400])
    return made, (second_s, max(second_s + 1, first_s[2] + random.choice([0, 0, 0, -20, 45, 400])))


KEYS = [PointKey(NEWEST, PointType.INPUT, index) for index in (1, 2, 3, 4)]
TIMES = st.tuples(st.integers(-100, 1000), st.integers(0, 1100))


@few
@given(st.integers(0, 2**32), st.integers(0, 12), TIMES)
def test_panels_in_turn_are_read_as_one_panel_would_be_that_had_the_readings_of_each_in_its_time(
    three: Panels, one: Panels, seed: int, packed: int, part: tuple[int, int]
) -> None:
    made, (second_s, third_s) = some_panels(seed)
    edges = -inf, second_s, third_s, inf
    three.store(made, packed)
    one.store(
        [[frame for frame in its if edges[n] <= frame.time_s < edges[n + 1]] for n, its in enumerate(made)], packed
    )
    with three.database.writing() as cursor:
        cursor.execute("DELETE FROM PANEL_SUCCESSORS")
    write_successions(three.database, said(took_over(OLD, NEW, second_s), took_over(NEW, NEWEST, third_s)), NOW_S)
    times = [frame.time_s for its in made for frame in its]
    length_s = max(times) - min(times)
    start_s = min(times) + length_s * part[0] // 1000
    end_s = start_s + length_s * part[1] // 1000
    found, wanted = (its.reader.read_many(KEYS, start_s, end_s, 10_000) for its in (three, one))
    whole = one.reader.read_many(KEYS, BEGIN_S - 1e6, BEGIN_S + 1e6, 10_000)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(of_points, "_WORTH_SUMMING", 1)
        thinned = three.reader.read_many(KEYS, start_s, end_s, 40)
    for key in KEYS:
        assert [_told(series) for series in found[key]] == [_told(series) for series in wanted[key]]
        lines = {series.units: series for series in whole[key]}
        for series in thinned[key]:
            assert_is_of(series, lines[series.units])
    for key in KEYS:
        both = [
            [(part.label, *part[2:5], list(zip(part.times_utc_s, part.values, strict=True))) for part in each]
            for its in (three, one)
            for each in (list(its.reader.readings(key, start_s, end_s)),)
        ]
        joined = [[(label, reading) for label, *_, readings in each for reading in readings] for each in both]
        assert joined[0] == joined[1]
        assert three.reader.changes(key, start_s, end_s) == one.reader.changes(key, start_s, end_s)
        assert three.reader.latest([key]) == one.reader.latest([key])
        assert three.reader.at(key, start_s) == one.reader.at(key, start_s)
        assert three.reader.count(key, start_s, end_s) == one.reader.count(key, start_s, end_s)


def _told(series: Series) -> tuple[object, ...]:
    assert series.stretches is None
    return (*line_of(series), series.units, series.range, series.digital, series.label, series.spacing_s)


NEW_IN1 = PointKey(NEW, PointType.INPUT, 1)


@pytest.fixture
def replaced(tmp_path: Path) -> Iterator[HoledFile]:
    """Read every 30 s: the old panel from 1000 to 1300, and once more at 2100 on a bench; the new one from 2000 on."""
    assert SERIAL == OLD
    file = HoledFile(tmp_path / "replaced.db")
    file.panel(NEW)
    layout_of_new(file, 2, "°C")
    file.read(*range(1000, 1301, 30), 2100)
    file.read(*range(2000, 2201, 30), values=(23.0,), layout=2, serial=NEW)
    say(file, took_over(OLD, NEW, 1990))
    yield file
    file.connection.close()


def layout_of_new(file: HoledFile, layout_id: int, units: str, label: str = "L") -> None:
    file.add(
        "TRENDLOG_LAYOUTS",
        id=layout_id,
        serial_number=NEW,
        point_type="INPUT",
        panel_id=1,
        fingerprint=f"{layout_id}",
    )
    its = {"point_id": "IN1", "point_index": 1, "label": label, "range": 3, "units": units, "digital_analog": 1}
    file.add("TRENDLOG_LAYOUT_POINTS", layout_id=layout_id, position=0, **its)


def say(file: HoledFile, its: Succession) -> None:
    names = "serial_number", "successor", "since", "created_at", "author"
    file.add("PANEL_SUCCESSORS", **dict(zip(names, its, strict=True)))


def causes(file: HoledFile, start_s: float = 1000, end_s: float = 2200) -> list[tuple[float, float, str]]:
    found = holes_of_points(file.url, [NEW_IN1], start_s, end_s, 2210)[NEW_IN1]
    assert tuple(holes_in_turn(file.url, NEW_IN1, start_s, end_s, 2210, 100)) == tuple(
        hole._replace(run_ids=()) for hole in found
    )
    return [(*hole[:2], hole.cause.value) for hole in found]


def test_the_time_between_the_two_panels_is_a_hole_of_which_the_cause_is_known(replaced: HoledFile) -> None:
    assert causes(replaced) == [(1330, 2000, "replaced")]
    (hole,) = holes_of_points(replaced.url, [NEW_IN1], 1500, 1600, 2210)[NEW_IN1]
    assert hole[:4] == (1500, 1600, "replaced", "The panel was being replaced: 237219 by 240001")
    replaced.connection.execute("DELETE FROM PANEL_SUCCESSORS")
    assert causes(replaced) == [(1000, 2000, "before_first")]


def test_what_was_recorded_of_either_panel_tells_more_than_that_they_were_replaced(replaced: HoledFile) -> None:
    replaced.cover(1330, 1600, "panel_missing", serial_number=OLD, point_type="INPUT")
    replaced.cover(1990, 2000, "skipped", "odd", serial_number=NEW, point_type="INPUT")
    replaced.cover(1700, 1800, "skipped", "not of its time", serial_number=NEW, point_type="INPUT")
    assert causes(replaced) == [
        (1330, 1600, "panel_missing"),
        (1600, 1990, "replaced"),
        (1990, 2000, "skipped"),
    ]


def test_the_old_sensor_is_faulty_for_as_long_as_its_panel_was_there(replaced: HoledFile) -> None:
    replaced.status(1240, "0", "1")
    assert causes(replaced) == [(1240, 1330, "sensor_open"), (1330, 2000, "replaced")]
    assert [edge.tolist() for edge in faulty(replaced.url, NEW_IN1)] == [[1240], [1990]]


def test_in_another_unit_there_is_one_line_for_each_and_a_flag_tells_why(replaced: HoledFile) -> None:
    layout_of_new(replaced, 3, "°F", "RAT")
    replaced.connection.execute("UPDATE TRENDLOG_FRAMES SET layout_id = 3 WHERE serial_number = ?", (NEW,))
    old, new = HistoryReader(replaced.url).read(NEW_IN1, 1000, 2200, 1000)
    assert (old.units, old.label, line_of(old).readings[-1], line_of(old).holes) == (
        "°C",
        "L",
        (1300, 20),
        [(1330, inf)],
    )
    assert (new.units, new.label, line_of(new).readings[0]) == ("°F", "RAT", (2000, 23))
    changes, _, flags = read_marks(replaced.url, [NEW_IN1], 1000, 2200)
    assert flags == (took_over(OLD, NEW, 1990),)
    assert [change[:2] for change in changes[NEW_IN1]] == [(2000, "label"), (2000, "units")]
    assert read_marks(replaced.url, [NEW_IN1], 1000, 1989).replaced == ()
    assert read_marks(replaced.url, [NEW_IN1._replace(serial_number=OLD)], 1000, 2200).replaced == ()


def test_the_old_panel_keeps_its_own_line_with_all_that_it_has(replaced: HoledFile) -> None:
    (series,) = HistoryReader(replaced.url).read(NEW_IN1._replace(serial_number=OLD), 1000, 2200, 1000)
    assert line_of(series).readings[-1] == (2100, 20)


def test_the_first_reading_of_a_panel_is_since_when_it_is_there_unless_the_user_knows_better(
    replaced: HoledFile,
) -> None:
    assert first_reading_s(replaced.url, NEW) == 2000
    assert first_reading_s(replaced.url, NEWEST) is None
