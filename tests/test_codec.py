"""Columns of numbers as codes: every number comes back, by the code and by plain SQL."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from t3monitor.config.database_url import sqlite_url
from t3monitor.store.database import Database
from t3monitor.store.history.codec import Column, Whole, decode, decode_whole, encode, encode_whole

NAN = float("nan")
JAN_S = 1_700_000_000
MOST = 2**62 - 1

measured = st.integers(-10_000, 120_000).map(lambda thousandths: thousandths / 1000)
counted = st.integers(-(2**53), 2**53).map(float)
states = st.sampled_from([0.0, 1.0])
any_numbers = st.floats(allow_nan=False, allow_infinity=False)
columns = st.sampled_from([measured, counted, states, any_numbers]).flatmap(
    lambda numbers: st.lists(numbers | st.just(NAN) if numbers is not states else numbers, min_size=1, max_size=60)
)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Cursor]:
    """Of a database with one packed vector, whose column is put there by `told_by_sql`."""
    path = tmp_path_factory.mktemp("codec") / "history.db"
    Database(sqlite_url(path)).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        cursor = database.cursor()
        cursor.execute("BEGIN")
        cursor.execute("INSERT INTO TRENDLOG_LAYOUTS VALUES (1, 7, 'INPUT', 1, '', 1, 'test')")
        cursor.execute("INSERT INTO TRENDLOG_LAYOUT_POINTS VALUES (1, 0, 'IN1', 1, '', 0, '', 1)")
        cursor.executemany(
            "INSERT INTO TRENDLOG_FRAMES VALUES (7, 'INPUT', ?, 1, 1, '', 30, 30, ?)",
            [(JAN_S + seq, seq) for seq in range(300)],
        )
        yield cursor


def told_by_sql(view: sqlite3.Cursor, column: Column, count: int) -> list[float]:
    view.execute("DELETE FROM TRENDLOG_SEGMENTS")
    view.execute(f"INSERT INTO TRENDLOG_SEGMENTS VALUES (7, 'INPUT', 0, 0{', ?' * 9})", column)
    told = dict(view.execute("SELECT logging_time - ?, value FROM TRENDLOG_DATA", (JAN_S,)))
    return [told.get(place, NAN) for place in range(count)]


def bits(numbers: object) -> list[int]:
    return np.asarray(numbers, dtype=np.float64).view(np.int64).tolist()


def decoded(column: Column, count: int) -> list[float]:
    base, step, scale, width, nullable, _, _, _, codes = column
    return decode(base, step, scale, width, nullable, codes, count).tolist()


@given(columns)
def test_every_value_comes_back_to_the_bit(values: list[float]) -> None:
    assert bits(decoded(encode(np.array(values)), len(values))) == bits(values)


@given(columns)
def test_plain_sql_reads_the_same(view: sqlite3.Cursor, values: list[float]) -> None:
    column = encode(np.array(values))
    # SQLite's own reading of a decimal number may be off by its last bit; whole numbers are exact
    exact = 0 if column.width is not None else 1e-15
    assert told_by_sql(view, column, len(values)) == pytest.approx(values, rel=exact, abs=0, nan_ok=True)


@given(columns)
def test_a_column_tells_its_extremes_and_its_mean(values: list[float]) -> None:
    column = encode(np.array(values))
    known = [value for value in values if value == value]
    assert column.known == len(known)
    assert column.nullable == (len(known) < len(values))
    if column.width is not None and known:
        assert (column.base + column.step * column.nullable) / column.scale == min(known)
        assert (column.base + column.step * column.top) / column.scale == max(known)
        mean = (column.base + column.step * column.total / column.known) / column.scale
        assert mean == pytest.approx(sum(known) / len(known), abs=1e-9 * max(map(abs, known)))


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16, 32])
@pytest.mark.parametrize("lacking", [0, 1])
def test_codes_take_as_many_bits_as_the_largest_needs(view: sqlite3.Cursor, width: int, lacking: int) -> None:
    largest = 2**width - 1 - lacking
    values = [20 + 0.5 * code for code in (0, largest, largest // 2, min(largest, 3), largest)] * 48 + [NAN] * lacking
    column = encode(np.array(values))
    assert (column.width, column.top) == (width, 2**width - 1)
    assert len(column.codes or b"") == -(-len(values) * width // 8)
    assert bits(decoded(column, len(values))) == bits(values)
    assert bits(told_by_sql(view, column, len(values))) == bits(values)


def test_what_never_changes_takes_nothing() -> None:
    assert encode(np.full(240, 21.5)) == Column(215, 0, 10, 0, nullable=False, known=240)
    assert encode(np.full(240, NAN)) == Column(0, 0, 1, 0, nullable=True)


def test_one_value_that_is_missing_at_times_takes_a_bit() -> None:
    assert encode(np.array([NAN, 5, 5])) == Column(4, 1, 1, 1, nullable=True, top=1, total=2, known=2, codes=b"\x06")


@pytest.mark.parametrize("values", [[0.1 + 0.2, 1.0], [1e300, -1e300], [-0.0, 1.0], [5e-324], [2.0**60, 1.0]])
def test_what_is_no_whole_number_at_any_scale_is_kept_as_text(view: sqlite3.Cursor, values: list[float]) -> None:
    column = encode(np.array(values))
    assert column.width is None
    assert bits(decoded(column, len(values))) == bits(values)
    assert told_by_sql(view, column, len(values)) == values


@given(
    st.lists(st.integers(0, 2**31) | st.sampled_from([0, JAN_S, JAN_S + 1]), min_size=1, max_size=60)
    | st.lists(st.integers(-MOST, MOST), min_size=1, max_size=5)
)
def test_whole_numbers_come_back(numbers: list[int]) -> None:
    assert decode_whole(*encode_whole(numbers), len(numbers)).tolist() == numbers


def test_even_times_and_one_spacing_take_no_codes() -> None:
    assert encode_whole([JAN_S + 30 * n for n in range(240)]) == Whole(JAN_S, 30, 0, None)
    assert encode_whole([300] * 240) == Whole(300, 0, 0, None)
    assert encode_whole([30, 31, 30, 90]).width == 8
