"""How long history is kept: what goes is whole, what stays is as it was, and the daily values tell of what went."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clock import FakeClock
from six_points import BERLIN, FIRST, NEW_YORK, POINTS, ROWS, SECOND, VECTOR, Frame, History, key, midnight, regular
from t3monitor.config.settings import Settings
from t3monitor.model.local_days import begin_of, days_of
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Holes
from t3monitor.store.history.statistics import statistics
from t3monitor.store.upkeep import retention
from t3monitor.store.upkeep.leaving import Leaving, oldest
from t3monitor.store.upkeep.preview import preview
from t3monitor.store.upkeep.retention import Retain, pause_text
from t3monitor.store.upkeep.retention_text import preview_lines
from t3monitor.store.upkeep.slices import UpkeepContext
from t3monitor.store.writing.rows import insert_run
from values import report

few = settings(max_examples=settings().max_examples // 3)  # each has a file of its own


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "history.db")
    yield history
    history.database.close()


# Days


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        (BERLIN, (2026, 3, 29), 23),
        (BERLIN, (2025, 10, 26), 25),
        (NEW_YORK, (2026, 3, 8), 23),
        (NEW_YORK, (2025, 11, 2), 25),
        (BERLIN, (2026, 1, 31), 24),
    ],
)
def test_days_are_those_of_the_zone_and_follow_each_other(zone: tzinfo, day: tuple[int, int, int], hours: int) -> None:
    begin_s = midnight(zone, *day)
    before, that, after = days_of(begin_s - 1, begin_s + 26 * 3600, zone)
    assert that == (begin_s, begin_s + hours * 3600)
    assert before[1] == that[0]
    assert that[1] == after[0]


# What stays and what goes


def test_nothing_goes_by_default(history: History) -> None:
    history.store(regular(1_000_000_000, 50))
    assert history.retain(1_700_000_000.0) == 0
    assert history.rows("SELECT count(*) FROM TRENDLOG_FRAMES") == [(50,)]
    assert history.rows("SELECT * FROM SYNC_EVENTS") == []


def test_a_program_that_keeps_everything_loads_nothing_for_it(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(retention, "is_loaded")
    assert Retain(UpkeepContext(FakeClock(1_700_000_000.0), Settings)).work(history.database) == 60


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Frame], list[Frame]]:
    """Some days of readings with pauses, changes of layout, missing values and repeated times; some come late."""
    zone = BERLIN
    begin_s = midnight(zone, *draw(st.sampled_from([(2026, 3, 27), (2025, 10, 24), (2026, 1, 30)])))
    step_s = draw(st.sampled_from([600, 900, 1700]))
    frames: list[Frame] = []
    time_s = begin_s + draw(st.sampled_from([0, 1, 5000]))
    odd = draw(
        st.dictionaries(st.integers(0, 300), st.sampled_from(["pause", "twice", "null", "zero", "turn"]), max_size=12)
    )
    layout, counter, late = FIRST, 100.0, draw(st.sets(st.integers(0, 300), max_size=8))
    restless = draw(st.booleans())
    for place in range(draw(st.integers(20, 250))):
        what = odd.get(place)
        if what == "turn":
            layout = FIRST + SECOND - layout
        if what == "pause":
            time_s += draw(st.sampled_from([2 * step_s, 40_000, 200_000]))
        counter = 3.0 if place == 111 else counter + place % 3 * 0.25
        vals = [
            20 + place % 7 / 10 if restless else 20.0,
            place // 5 % 2,
            0.0 if what == "zero" else counter,
            None if what == "null" else 21.5,
            0.0,
            place // 9 % 3,
        ]
        frames.append(Frame(time_s, 2 * place, layout, step_s, vals))
        if what == "twice":
            frames.append(Frame(time_s, 2 * place + 1, layout, step_s, [25.5, *vals[1:]]))
        time_s += step_s
    at_once = [frame for place, frame in enumerate(frames) if place not in late]
    return at_once, [frame._replace(run_id=5000 + frame.run_id) for place, frame in enumerate(frames) if place in late]


def view_rows(frames: Sequence[Frame]) -> Counter[Any]:
    """What the view is to say of frames."""
    return Counter(
        (frame.time_s, number, float(value), "°F" if frame.layout == SECOND and number == 1 else units, frame.spacing_s)
        for frame in frames
        for (number, _, units, _), value in zip(POINTS, frame.vals, strict=True)
        if value is not None
    )


@few
@given(stories(), st.integers(0, 3), st.integers(0, 3), st.integers(0, 4), st.integers(0, 40))
def test_what_stays_is_as_it_was_and_only_whole_blocks_and_days_go(
    story: tuple[list[Frame], list[Frame]], blocks: int, late_blocks: int, age: int, slices: int
) -> None:
    at_once, late = story
    with TemporaryDirectory() as folder:
        history = History(Path(folder) / "history.db")
        history.store(at_once)
        history.pack(blocks)
        history.store(late)
        history.pack(late_blocks)
        now_s = at_once[-1].time_s + 86_400.0
        today = datetime.fromtimestamp(now_s, BERLIN).date()
        before_s = begin_of(today - timedelta(days=age + 1), BERLIN)
        blocks_before = {
            (time_s, run_id): (first_seq, last_s)
            for time_s, run_id, first_seq, last_s in history.rows(
                "SELECT logging_time, run_id, first_seq, last_time FROM TRENDLOG_FRAMES AS frame JOIN TRENDLOG_BLOCKS"
                " USING (serial_number, point_type) WHERE seq >= first_seq AND seq < first_seq + count"
            )
        }
        kept = [frame for frame in (*at_once, *late) if blocks_before.get(frame[:2], (0, frame.time_s))[1] >= before_s]
        expected = view_rows(kept)

        history.retain(now_s, BERLIN, slices=slices or None, keep_samples_days=age + 1)  # is ended in the middle
        there = Counter(history.rows(ROWS))
        assert expected <= there <= view_rows([*at_once, *late])
        frames_there = {
            (time_s, run_id) for time_s, run_id in history.rows("SELECT logging_time, run_id FROM TRENDLOG_FRAMES")
        }
        for block in set(blocks_before.values()):
            of_block = {frame for frame, its in blocks_before.items() if its == block}
            assert of_block <= frames_there or not of_block & frames_there

        history.retain(now_s, BERLIN, keep_samples_days=age + 1)
        assert Counter(history.rows(ROWS)) == expected
        assert history.rows("SELECT count(*) FROM TRENDLOG_FRAMES") == [(len(kept),)]
        known = history.rows("SELECT max(known_s - (day_end - day_start)) FROM TRENDLOG_DAYS")[0][0]
        assert known is None or known <= 1e-6

        history.pack(5)  # what is packed later finds the constants that are in force
        assert Counter(history.rows(ROWS)) == expected
        history.database.close()


@few
@given(stories(), st.integers(0, 3), st.lists(st.integers(0, 5), max_size=3))
def test_the_daily_values_are_those_of_all_samples_however_they_went(
    story: tuple[list[Frame], list[Frame]], blocks: int, ages: list[int]
) -> None:
    frames = story[0]
    end_s = float(frames[-1].time_s)
    with TemporaryDirectory() as folder:
        history = History(Path(folder) / "history.db")
        history.store(frames)
        expected = {}
        for number, *_ in POINTS:
            for series in HistoryReader(history.url).read(key(number), 0, 4e9, 10**9):
                for start_s, day_end_s in days_of(frames[0].time_s, end_s + 10_000, BERLIN):
                    found = statistics(series, start_s, day_end_s, end_s + 100_000)
                    if found.known_s and number != 5:
                        expected[number, start_s, series.units] = (
                            day_end_s,
                            found.minimum,
                            found.maximum,
                            found.mean,
                            found.known_s,
                            found.runtime_s,
                            found.increase,
                        )
        history.pack(blocks)
        for age in sorted(ages, reverse=True):
            history.retain(end_s, BERLIN, keep_samples_days=age + 1)
        history.retain(end_s + 3 * 86_400, BERLIN, keep_samples_days=1)
        assert history.rows("SELECT count(*) FROM TRENDLOG_FRAMES") == [(0,)]
        assert history.rows("SELECT count(*) FROM TRENDLOG_SEGMENTS") == [(0,)]
        there = {
            (number, start_s, units): values
            for number, start_s, units, *values in history.rows(
                "SELECT point_index, day_start, units, day_end, minimum, maximum, mean, known_s, runtime_s, increase"
                " FROM TRENDLOG_DAYS"
            )
        }
        history.database.close()
    assert there.keys() == expected.keys()
    for of_day, values in expected.items():
        assert there[of_day] == pytest.approx(values), of_day


# Counters over blocks and days


def counting(values: Sequence[float], begin_s: int, step_s: int = 600) -> list[Frame]:
    frames = regular(begin_s, len(values), step_s)
    return [frame._replace(vals=[20.0, 0, value, 21.5, 0, 0]) for frame, value in zip(frames, values, strict=True)]


def test_what_a_counter_counts_at_midnight_belongs_to_the_new_day_also_when_the_days_go_apart(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(counting([float(number) for number in range(300)], begin_s))  # 144 a day, one exactly at midnight
    for age in (2, 1):
        history.retain(begin_s + 3 * 86_400.0 + 60, BERLIN, keep_samples_days=age)
    assert [day.increase for day in history.days(3)] == [143, 144]


def test_a_zero_at_the_end_of_what_goes_is_no_reset_if_the_next_reading_goes_on(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    values = [5000.0 + number for number in range(144)]
    history.store(counting([*values[:-1], 0.0, 5143.0, 5144.0], begin_s))
    for days in (2, 3):
        history.retain(begin_s + days * 86_400.0 + 60, BERLIN, keep_samples_days=1)
    assert [day.increase for day in history.days(3)] == [142, 2]


def test_a_reading_that_comes_after_its_day_has_gone_is_added_to_it(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    frames = counting([float(number) for number in range(144)], begin_s)
    late = [frames.pop(60) for _ in range(12)]  # of two hours
    history.store(frames)
    history.retain(begin_s + 3 * 86_400.0, BERLIN, keep_samples_days=1)
    (before,) = history.days(3)
    assert (before.known_s, before.increase) == (86_400 - 12 * 600, 143)
    history.store([frame._replace(run_id=900 + frame.run_id) for frame in late])
    history.retain(begin_s + 3 * 86_400.0, BERLIN, keep_samples_days=1)
    (after,) = history.days(3)
    assert (after.known_s, after.increase) == (86_400, 143)  # the step over the hole was counted before
    assert after.mean == pytest.approx(71.5)


def test_a_day_is_never_known_for_longer_than_it_was(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    frames = regular(begin_s, 144)
    history.store(frames)
    history.retain(begin_s + 3 * 86_400.0, BERLIN, keep_samples_days=1)
    history.store([frame._replace(run_id=900 + frame.run_id) for frame in frames])
    history.retain(begin_s + 3 * 86_400.0, BERLIN, keep_samples_days=1)
    assert {day.known_s for number in (1, 2, 3) for day in history.days(number)} == {86_400}


@pytest.mark.parametrize(
    ("changes", "open_s"),
    [
        ([(3600, None, "1"), (7200, "1", "0")], (3600, 7200)),
        ([(7200, "1", "0")], (6600, 7200)),  # its begin is from before changes were recorded
    ],
)
def test_time_in_which_a_sensor_was_open_is_not_known(
    history: History, changes: list[tuple[int, str | None, str]], open_s: tuple[int, int]
) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 144))
    with history.database.writing() as cursor:
        cursor.executemany(
            "INSERT INTO POINT_CHANGES VALUES (7, 'INPUT', 1, ?, 'status', ?, ?)",
            [(begin_s + after_s, old, new) for after_s, old, new in changes],
        )
    expected = statistics(
        HistoryReader(history.url).read(key(1), 0, 4e9, 10**9)[0],
        begin_s,
        begin_s + 86_400,
        4e9,
        Holes(np.array([begin_s + open_s[0]]), np.array([begin_s + open_s[1]])),
    )
    history.retain(begin_s + 3 * 86_400.0, BERLIN, keep_samples_days=1)
    (day,) = history.days(1)
    assert day.known_s == 86_400 - (open_s[1] - open_s[0]) == expected.known_s
    assert day.mean == pytest.approx(expected.mean)


# The clock


def test_a_clock_that_is_set_years_ahead_deletes_nothing(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 4 * 144))
    _cycles(history, begin_s, 96, first_id=1)
    right_s, wrong_s = begin_s + 4 * 86_400.0, begin_s + (4 + 5 * 365) * 86_400.0
    kept = {"keep_samples_days": 4, "keep_daily_values_days": 5}

    assert history.retain(wrong_s, BERLIN, **kept) == 0
    told = preview(history.url, Settings().with_values(**kept), wrong_s, BERLIN)
    assert told.whole.readings_going == told.whole.days_going == 0
    pause = "1,826 days without any cycle do not count as age, so that a clock that is set wrong deletes nothing"
    assert pause in preview_lines(told)

    _cycles(history, wrong_s, 72, first_id=1000)
    history.store(regular(int(wrong_s), 3 * 144, run_id=5000))
    assert history.retain(wrong_s + 3600, BERLIN, **kept) == 0
    assert history.retain(right_s, BERLIN, **kept) == 0
    assert preview(history.url, Settings().with_values(**kept), right_s, BERLIN).pause == ""
    assert history.retain(wrong_s + 3 * 86_400, BERLIN, **kept) == 2 * 144  # as old as three days of recording made it
    assert history.rows("SELECT detail FROM SYNC_EVENTS") == [
        ("samples before 2026-02-01; daily values before 2026-01-31",)
    ]


def test_a_week_without_cycles_is_age_and_so_is_what_is_older_than_the_ledger(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 144))
    _cycles(history, begin_s + 3 * 86_400, 6, first_id=1)
    now_s = begin_s + 9 * 86_400.0
    assert pause_text(history.url, Settings(keep_samples_days=1), now_s) == ""
    assert history.retain(now_s, BERLIN, keep_samples_days=7) == 144


def test_the_log_says_once_that_what_is_old_by_the_clock_does_not_go(
    history: History, caplog: pytest.LogCaptureFixture
) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    _cycles(history, begin_s, 6, first_id=1)
    clock = FakeClock(begin_s + 100 * 86_400.0)
    _cycles(history, clock.utc_s() - 60, 12, first_id=10)
    upkeep = Retain(UpkeepContext(clock, lambda: Settings(keep_samples_days=7)))
    with caplog.at_level("INFO"):
        for _ in range(4):
            upkeep.work(history.database)
            clock.now_s += 2 * 3600
    assert [record.message for record in caplog.records if "days without any cycle" in record.message] == [
        "ℹ️ 100 days without any cycle do not count as age, so that a clock that is set wrong deletes nothing"
    ]


def _cycles(history: History, begin_s: float, hours: int, *, first_id: int) -> None:
    with history.database.writing() as cursor:
        for number in range(0, hours, 6):
            insert_run(cursor, first_id + number, report(started_at=begin_s + number * 3600), 600)


# Rules


def test_panels_and_types_have_ages_of_their_own(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 288))
    now_s = begin_s + 4 * 86_400.0
    assert history.retain(now_s, BERLIN, keep_samples_days=1, keep_exceptions=[{"serial_number": 7}]) == 0
    exceptions = [{"serial_number": 7, "samples_days": 3}]
    assert history.retain(now_s, BERLIN, keep_samples_days=1, keep_exceptions=exceptions) == 144


def test_readings_that_came_late_go_in_the_order_of_their_times(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s + 86_400, 3 * 144))
    history.pack(1)
    history.store(regular(begin_s, 3, run_id=5000))
    gone: list[tuple[bool, int, int]] = []
    with history.database.writing() as cursor:
        while run := oldest(cursor, VECTOR, begin_s + 9 * 86_400):
            gone.append((run.is_block, min(run.times), max(run.times)))
            run.delete(cursor)
    (late, block, *rest) = gone
    assert (late, block[0]) == ((False, begin_s, begin_s + 1200), True)
    assert rest
    assert all(before[2] < after[1] for before, after in pairwise(gone))


def test_daily_values_go_at_their_own_age(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 4 * 144))
    now_s = begin_s + 5 * 86_400.0
    history.retain(now_s, BERLIN, keep_samples_days=1)
    assert len(history.days(1)) == 4
    history.retain(now_s, BERLIN, keep_samples_days=1, keep_daily_values_days=3)
    assert [day.start_s for day in history.days(1)] == [begin_s + day * 86_400 for day in (2, 3)]


def test_where_daily_values_are_kept_no_longer_than_samples_none_are_made(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 144))
    history.retain(begin_s + 5 * 86_400.0, BERLIN, keep_samples_days=2, keep_daily_values_days=2)
    assert history.rows("SELECT * FROM TRENDLOG_DAYS") == []
    assert history.rows("SELECT * FROM TRENDLOG_FRAMES") == []


def test_what_is_no_longer_kept_is_an_event_once_a_day(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 3 * 144))
    now_s = begin_s + 3 * 86_400.0 + 4000
    for _ in range(2):
        history.retain(now_s, BERLIN, keep_samples_days=2, keep_exceptions=[{"serial_number": 9, "samples_days": 7}])
    history.retain(now_s + 86_400, BERLIN, keep_samples_days=2)
    assert history.rows("SELECT at, site, kind, detail FROM SYNC_EVENTS ORDER BY id") == [
        (now_s, "", "retention", "samples before 2026-01-31, of panel 9 before 2026-01-26"),
        (now_s + 86_400, "", "retention", "samples before 2026-02-01"),
    ]


def test_layouts_words_causes_changes_events_and_the_ledger_stay(history: History) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 288))
    stays = {
        "RANGE_WORDS": "(1, 7, 'digital', 1, '[]', 5)",
        "POINT_CHANGES": "(7, 'INPUT', 1, 5, 'label', 'A', 'B')",
        "COVERAGE": "(1, '', NULL, NULL, 5, 9, 't3000', 'timeout', NULL, 1, 9)",
        "SYNC_EVENTS": "(1, 5, '', 'started', '')",
        "SYNC_RUNS": f"(1, {begin_s}, {begin_s}, 'ok', NULL, 1, 1, 1, 0, 6, 6, '{{}}', 30, 1, 'ffi_sync_service', '')",
    }
    with history.database.writing() as cursor:
        for table, row in stays.items():
            cursor.execute(f"INSERT INTO {table} VALUES {row}")
    tables = *stays, "TRENDLOG_LAYOUTS", "TRENDLOG_LAYOUT_POINTS"
    before = {table: history.rows(f"SELECT * FROM {table}") for table in tables}
    assert history.retain(begin_s + 6 * 86_400.0, BERLIN, keep_samples_days=1, keep_daily_values_days=1) == 288
    after = {table: history.rows(f"SELECT * FROM {table}") for table in tables}
    assert after.pop("SYNC_EVENTS")[:1] == before.pop("SYNC_EVENTS")
    assert after == before


# Slices


def test_a_slice_that_is_killed_leaves_samples_and_daily_values_as_they_were(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 300))
    history.pack(1)
    before = history.rows(ROWS)
    delete = Leaving.delete

    def delete_and_die(leaving: Leaving, cursor: sqlite3.Cursor) -> None:
        delete(leaving, cursor)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Leaving, "delete", delete_and_die)
        history.retain(begin_s + 9 * 86_400.0, BERLIN, keep_samples_days=1)
    assert history.rows(ROWS) == before
    assert [history.rows(f"SELECT * FROM {table}") for table in ("TRENDLOG_DAYS", "SYNC_EVENTS")] == [[], []]


def test_upkeep_does_a_block_at_a_time_and_takes_up_other_settings_and_a_new_day(history: History) -> None:
    clock = FakeClock(1_769_770_000.0)  # 2026-01-30
    begin_s = int(clock.utc_s()) - 20 * 86_400
    history.store(regular(begin_s, 19 * 144))
    history.pack(2)
    settings = [Settings()]
    upkeep = Retain(UpkeepContext(clock, lambda: settings[0]))

    def frames() -> int:
        return int(history.rows("SELECT count(*) FROM TRENDLOG_FRAMES")[0][0])

    def until_done() -> list[int]:
        counts = [frames()]
        while upkeep.work(history.database) < 60:
            counts.append(frames())
        return counts

    assert until_done() == [19 * 144]
    settings[0] = Settings(keep_samples_days=15)
    going = until_done()
    assert all(0 <= earlier - later <= 240 for earlier, later in pairwise(going))
    assert going[0] - going[-1] > 3 * 144
    assert until_done() == going[-1:]
    clock.now_s += 86_400
    assert going[-1] - until_done()[-1] == 144
    history.store(regular(begin_s, 5, run_id=9000))  # late
    assert len(set(until_done())) == 1
    clock.now_s += 3600
    late = until_done()
    assert late[0] - late[-1] == 5


def test_space_goes_back_to_the_disk_a_bit_at_a_time(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_SPARE_PAGES", 10)
    monkeypatch.setattr(retention, "_PAGES_AT_ONCE", 20)
    begin_s = midnight(BERLIN, 2026, 1, 30)
    history.store(regular(begin_s, 6000, 30))
    pages = history.rows("PRAGMA page_count")[0][0]
    history.retain(begin_s + 9 * 86_400.0, BERLIN, keep_samples_days=1)
    left, free = history.rows("PRAGMA page_count")[0][0], history.rows("PRAGMA freelist_count")[0][0]
    assert left < pages / 2
    assert free <= 10
