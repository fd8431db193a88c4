"""A state is called what its site called it when it was read: loaded, live, packed, by days, in a table and a file."""

import csv
from collections.abc import Iterator
from pathlib import Path
from random import Random

import numpy as np
import pytest

from answers import real_answer, real_panel, real_point
from cycles import Cycles
from six_points import BERLIN, SERIAL, History, key, midnight, regular
from t3monitor.exchange.export import Form, write
from t3monitor.exchange.table import Table, TableSeries
from t3monitor.model.point_types import PointType
from t3monitor.model.series_keys import ComputedKey
from t3monitor.model.successions import Span
from t3monitor.model.words import RangeWords, Words, are_renamed
from t3monitor.store.history import lines
from t3monitor.store.history.past_words import PastWords
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.words import add_others, read_words, rows_in, write_words
from t3monitor.store.work import LongWork
from t3monitor.t3000.link import Answer
from t3monitor.ui.trend.holes.missing import Pieces
from t3monitor.ui.trend.legend.figures import figures_of
from t3monitor.ui.trend.legend.in_sight import ToMeasure, in_sight, measure
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.stretch.stretch_rows import tables
from t3monitor.ui.trend.stretch.stretch_told import Times, tell
from t3monitor.ui.trend.time.time_range import TimeRange
from values import NOW_S, device, point

MODE = key(6)  # of three states, read every ten minutes, another state after each ninth reading
BEGIN_S = midnight(BERLIN, 2026, 1, 30)
STEP_S = 600
LOW_HIGH: Words = ((0, "Off"), (1, "Low"), (2, "High"))
HIGH_LOW: Words = ((0, "Off"), (1, "High"), (2, "Low"))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(tmp_path / "history.db")
    yield history
    history.database.close()


def call(history: History, since_s: int, words: Words, serial: int = SERIAL) -> None:
    with history.database.writing() as cursor:
        write_words(cursor, serial, RangeWords(multistate={101: words}), since_s)


def word_at(series: tuple[Series, ...], time_s: float) -> str:
    """What the reading of a time is called."""
    ((own, place),) = [
        (each, int(places[0])) for each in series if (places := np.flatnonzero(each.times_utc_s == time_s)).size
    ]
    return dict(own.words)[round(own.values[place])]


def state(place: int) -> int:
    return place // 9 % 3


def test_readings_before_and_after_a_change_have_the_words_of_their_time(history: History) -> None:
    history.store(regular(BEGIN_S, 100))
    call(history, BEGIN_S, LOW_HIGH)
    call(history, BEGIN_S + 50 * STEP_S, HIGH_LOW)
    series = HistoryReader(history.url).read(MODE, BEGIN_S, BEGIN_S + 100 * STEP_S, 10_000)
    assert [len(each.times_utc_s) for each in series] == [50, 50]
    assert [each.words for each in series] == [LOW_HIGH, HIGH_LOW]
    assert (word_at(series, BEGIN_S + 49 * STEP_S), word_at(series, BEGIN_S + 20 * STEP_S)) == ("High", "High")
    assert word_at(series, BEGIN_S + 75 * STEP_S) == "Low", "the same state"
    assert series[0].holes.starts.tolist() == [BEGIN_S + 50 * STEP_S], "up to the reading that is called otherwise"
    assert series[1].holes.starts.size == 0


def test_other_points_and_what_is_computed_stay_in_one_piece(history: History) -> None:
    history.store(regular(BEGIN_S, 100))
    call(history, BEGIN_S, LOW_HIGH)
    call(history, BEGIN_S + 50 * STEP_S, HIGH_LOW)
    whole = BEGIN_S, BEGIN_S + 100 * STEP_S, 10_000
    low = ComputedKey("p0 == 1", (MODE,))
    found = HistoryReader(history.url).read_many([key(2), low], *whole)
    assert [len(parts) for parts in found.values()] == [1, 1]
    assert found[low][0].holes.starts.size == 0


@pytest.mark.parametrize("seed", range(12))
def test_every_stretch_of_a_long_time_is_of_one_wording(
    history: History, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "_WORTH_SUMMING", 1)  # headers of blocks in place of their readings
    random = Random(seed)
    count, changes = 1500, sorted(random.sample(range(1, 1500), 3))
    history.store(regular(BEGIN_S, count))
    history.pack(random.randrange(7))
    for number, place in enumerate([0, *changes]):
        call(history, BEGIN_S + place * STEP_S, (LOW_HIGH, HIGH_LOW)[number % 2])
    series = HistoryReader(history.url).read(MODE, BEGIN_S, BEGIN_S + count * STEP_S, random.choice([40, 60, 10_000]))
    assert {each.words for each in series} == {LOW_HIGH, HIGH_LOW}
    for each in series:
        for begin_s, end_s in zip(each.times_utc_s.tolist(), each.ends_utc_s.tolist(), strict=True):
            places = range(round((begin_s - BEGIN_S) / STEP_S), round((end_s - BEGIN_S) / STEP_S) + 1)
            numbers = {sum(change <= place for change in changes) % 2 for place in places}
            assert numbers == {(LOW_HIGH, HIGH_LOW).index(each.words)}
    newest = max(series, key=lambda each: each.ends_utc_s[-1])
    assert series[-1] is newest


def test_a_day_on_which_a_state_got_another_word_has_none_for_it(history: History) -> None:
    history.store(regular(BEGIN_S, 6 * 144))
    call(history, BEGIN_S, LOW_HIGH)
    call(history, BEGIN_S + 2 * 86_400 + 40_000, HIGH_LOW)
    now_s = BEGIN_S + 6 * 86_400 + 60.0
    history.retain(now_s, BERLIN, keep_samples_days=2)
    series = HistoryReader(history.url).read(MODE, 0, now_s, 10_000)
    told = {each.words: each.times_utc_s for each in series}
    assert told[LOW_HIGH].tolist() == [BEGIN_S, BEGIN_S + 86_400]
    assert told[((0, "Off"),)].tolist() == [BEGIN_S + 2 * 86_400]
    assert told[HIGH_LOW][0] == BEGIN_S + 3 * 86_400
    assert len(told[HIGH_LOW]) > 144, "a day, and the readings that are left"


def test_what_was_read_before_any_words_were_known_has_the_first_ones(history: History) -> None:
    history.store(regular(BEGIN_S, 20))
    call(history, BEGIN_S + 10 * STEP_S, LOW_HIGH[:2])
    call(history, BEGIN_S + 15 * STEP_S, LOW_HIGH)
    (series,) = HistoryReader(history.url).read(MODE, 0, 4e9, 10_000)
    assert series.words == LOW_HIGH, "a word that is known later is no other word"


def test_words_of_a_panel_that_was_replaced_are_not_its_successors() -> None:
    old, new = RangeWords(multistate={101: LOW_HIGH}), RangeWords(multistate={101: HIGH_LOW})
    past = PastWords([(Span(1, -np.inf, 100.0), [(10, old), (200, new)]), (Span(2, 100.0, np.inf), [])])
    assert past.of(digital=False, range_=101) == [(-np.inf, LOW_HIGH), (100.0, ())]
    past = PastWords([(Span(1, -np.inf, 100.0), []), (Span(2, 100.0, np.inf), [(150, old), (200, new)])])
    assert past.of(digital=False, range_=101) == [(100.0, LOW_HIGH), (200, HIGH_LOW)]


def test_words_are_other_ones_only_if_a_state_has_another_word() -> None:
    assert are_renamed(LOW_HIGH, HIGH_LOW)
    assert not are_renamed((), LOW_HIGH)
    assert not are_renamed(LOW_HIGH, ((1, "Low"),))
    assert are_renamed(LOW_HIGH, ((1, "Eco"),))


# --- stored


def test_the_newest_words_are_in_force_though_a_clock_was_set_back(history: History) -> None:
    call(history, 5000, LOW_HIGH)
    call(history, 4000, HIGH_LOW)
    assert read_words(history.url)[SERIAL].multistate == {101: HIGH_LOW}
    assert [row[0] for row in history.rows("SELECT since FROM RANGE_WORDS ORDER BY id")] == [5000, 5000]


def test_of_another_monitor_come_the_words_of_the_time_before_ours(history: History, tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    theirs = History(tmp_path / "theirs" / "history.db")
    for since_s, words in ((100, LOW_HIGH), (300, HIGH_LOW)):
        call(theirs, since_s, words)
    call(history, 200, HIGH_LOW)
    with theirs.database.writing() as cursor:
        rows = rows_in(cursor)
    with history.database.writing() as cursor:
        assert [add_others(cursor, rows) for _ in range(2)] == [1, 0]
    theirs.database.close()
    assert read_words(history.url)[SERIAL].multistate == {101: HIGH_LOW}
    assert [row[0] for row in history.rows("SELECT since FROM RANGE_WORDS ORDER BY since")] == [100, 200]


def test_words_hold_from_the_first_reading_of_the_answer_that_brought_them(tmp_path: Path) -> None:
    points = [real_point(PointType.VARIABLE, 1, range=101, value=1000)]
    times = dict.fromkeys(("input_logging_time", "output_logging_time"), NOW_S - 3)
    cycles = Cycles(tmp_path)
    bodies = [
        real_answer(real_panel(SERIAL, points, **times, variable_logging_time=at)) for at in (NOW_S - 40, NOW_S - 9)
    ]
    words = (RangeWords(multistate={101: words}) for words in (LOW_HIGH, HIGH_LOW))
    cycles.run(*(Answer(body, words={SERIAL: its}) for body, its in zip(bodies, words, strict=True)))
    series = HistoryReader(f"sqlite:///{cycles.file}").read(
        MODE._replace(point_type=PointType.VARIABLE, point_index=1), 0, 4e9, 99
    )
    assert [(each.times_utc_s.tolist(), each.words) for each in series] == [
        ([NOW_S - 40], LOW_HIGH),
        ([NOW_S - 9], HIGH_LOW),
    ]


# --- shown and written


def test_a_live_line_goes_on_while_its_words_hold_and_begins_anew_with_others() -> None:
    trace = Trace(MODE)

    def read(at_s: float, value: float, words: Words) -> None:
        trace.describe(device(), point(PointType.INPUT, 6, value, range=101, units="", words=words), at_s)

    read(NOW_S, 1.0, ())
    read(NOW_S + 30, 2.0, LOW_HIGH)
    assert len(trace.series) == 1, "they became known"
    read(NOW_S + 60, 1.0, HIGH_LOW)
    read(NOW_S + 90, 1.0, HIGH_LOW)
    texts = [trace.text_at(NOW_S + at_s, NOW_S + 90) for at_s in (0, 30, 60, 90)]
    assert texts == ["Low", "High", "High", "High"]
    assert [each.words for each in trace.series] == [LOW_HIGH, HIGH_LOW]


def test_how_long_it_was_in_a_state_is_told_by_the_words_of_their_time(history: History) -> None:
    history.store(regular(BEGIN_S, 37))
    call(history, BEGIN_S, LOW_HIGH)
    call(history, BEGIN_S + 18 * STEP_S, HIGH_LOW)
    shown = TimeRange(BEGIN_S, BEGIN_S + 36 * STEP_S)
    trace = Trace(MODE)
    trace.set_history(HistoryReader(history.url).read(MODE, *shown, 10_000), reaches_present=False)
    off, low, *_ = in_sight(trace, ToMeasure(trace.series, shown, Pieces.none(), shown.end_s))[1].split("; ")
    assert (off, low) == ("Off 3 hours, starts: 1", "Low 3 hours, starts: 1"), "as state 1 and then as state 2"
    told = tell(trace.series, (), Times(shown, BEGIN_S + 10.0 * STEP_S, BEGIN_S + 20.0 * STEP_S, shown.end_s))
    rows = tables({MODE: told}, lambda _: trace, {}).states.rows
    assert [[cell.text for cell in row.cells[2:7]] for row in rows] == [
        ["Off", "Low", "Low", "3:00:00", "50.0 %"],
        ["Low", "Low", "Low", "3:00:00", "50.0 %"],
    ]


def test_the_list_tells_the_share_of_a_word_whichever_state_it_was(history: History) -> None:
    """IN2 changes after each fifth reading; its two states change their words with one another."""
    with history.database.writing() as cursor:
        cursor.execute("UPDATE TRENDLOG_LAYOUT_POINTS SET range = 23 WHERE point_index = 2")
        for since_s, words in (
            (BEGIN_S, ((0, "Shut"), (1, "Open"))),
            (BEGIN_S + 20 * STEP_S, ((0, "Open"), (1, "Shut"))),
        ):
            write_words(cursor, SERIAL, RangeWords(digital={23: words}), since_s)
    history.store(regular(BEGIN_S, 31))
    shown = TimeRange(BEGIN_S, BEGIN_S + 30 * STEP_S)
    trace = Trace(key(2))
    trace.set_history(HistoryReader(history.url).read(key(2), *shown, 10_000), reaches_present=False)
    told = figures_of(trace, measure(ToMeasure(trace.series, shown, Pieces.none(), shown.end_s)))
    assert (told.mean, told.known, told.is_partial) == ("Shut 50 %", "100 %", False)
    shown = TimeRange(BEGIN_S, BEGIN_S + 25 * STEP_S)
    told = figures_of(trace, measure(ToMeasure(trace.series, shown, Pieces.none(), shown.end_s)))
    assert told.mean == "Shut 40 %", "10 of the first 20 readings, none of the 5 after them"


@pytest.mark.parametrize("every_s", [None, STEP_S])
def test_a_file_has_the_words_of_their_time(history: History, tmp_path: Path, every_s: int | None) -> None:
    history.store(regular(BEGIN_S, 20))
    call(history, BEGIN_S, LOW_HIGH)
    call(history, BEGIN_S + 12 * STEP_S, HIGH_LOW)
    end_s = BEGIN_S + 19 * STEP_S
    table = Table([TableSeries(MODE, "", "AHU-1", "IN6", "MODE")], BEGIN_S, end_s, end_s, BERLIN, every_s=every_s)
    (file,) = write(history.url, table, tmp_path / "out.csv", Form.CSV, LongWork()).files
    with file.open(encoding="utf-8-sig", newline="") as text:
        titles, *rows = csv.reader(text)
    words = ["Off"] * 9 + ["Low"] * 3 + ["High"] * 6 + ["Low"] * 2
    if every_s is None:
        assert [row[5] for row in rows] == words
        return
    assert titles[2:] == ["AHU-1 IN6 MODE [0 Off, 1 Low, 2 High]", "AHU-1 IN6 MODE [0 Off, 1 High, 2 Low]"]
    assert [row[2:] for row in rows] == [[word, ""] if place < 12 else ["", word] for place, word in enumerate(words)]
