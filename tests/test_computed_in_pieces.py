"""What is computed piece by piece is what is computed of all readings at once."""

from pathlib import Path

import numpy as np
import pytest

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComputedKey
from t3monitor.store.database import Database
from t3monitor.store.history import pieces
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.writing.writer import Writer
from values import NOW_S, device, point, report

SUPPLY, FAN, COUNTER = (PointKey(237219, PointType.INPUT, index) for index in (1, 2, 3))
MIXED = PointKey(237451, PointType.INPUT, 1)
BEGIN_S, LENGTH_S = NOW_S - 50_000, 40_000
LONGEST_S, SHORTEST_S = 2.0**30, 2.0**12  # of a piece


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> HistoryReader:
    """Two panels read in turns of their own, with outages, a point that is missing at times, and one of two units."""
    url = sqlite_url(Path(tmp_path_factory.mktemp("pieces")) / "history.db")
    database, random = Database(url), np.random.default_rng(12)
    writer = Writer(database)
    gaps = random.choice([30, 31, 45, 46, 300, 4000], 600, p=[0.6, 0.2, 0.1, 0.06, 0.034, 0.006])
    for number, time_s in enumerate(np.cumsum(gaps).tolist()):
        value, is_on = round(float(random.normal(20, 3)), 1), number // 40 % 2
        inputs = [
            point(PointType.INPUT, 1, value, label="SAT"),
            point(PointType.INPUT, 2, is_on, label="FAN", units="", range=1, digital_analog=0),
            point(PointType.INPUT, 3, number % 400, label="KWH", units="kWh", range=1),
        ]
        unit = {"units": "°F", "range": 4} if 200 < number < 350 else {}
        others = () if 400 < number < 430 else (point(PointType.INPUT, 1, value + 5, label="RAT", **unit),)
        with writer.cycle(30) as transaction:
            inputs_of = inputs if number % 97 else inputs[1:]
            transaction.log(device(237219, inputs=tuple(inputs_of), input_logging_time=BEGIN_S + time_s))
            if number % 3:
                transaction.log(device(237451, 2, inputs=others, input_logging_time=BEGIN_S + time_s + 7))
            transaction.record(report())
    database.close()
    return HistoryReader(url)


@pytest.mark.parametrize("max_points", [60, 400, 100_000])
@pytest.mark.parametrize(
    ("expression", "points"),
    [
        ("p0 - p1", (SUPPLY, MIXED)),
        ("p0 > 20", (SUPPLY,)),
        ("not p0", (FAN,)),
        ("hours_on(p0, 2)", (FAN,)),
        ("delta(p0, 1)", (COUNTER,)),
        ("rate(p0, 0.5) + delta(p1, 0.5)", (SUPPLY, MIXED)),
        ("1 / max(delta(p0, 0.1), 0)", (SUPPLY,)),
        ("p0 > 20 and not p1", (SUPPLY, FAN)),
        ("abs(delta(p0) / delta(p1))", (SUPPLY, COUNTER)),
    ],
)
def test_pieces_make_the_same_series_as_all_readings_at_once(
    reader: HistoryReader,
    monkeypatch: pytest.MonkeyPatch,
    expression: str,
    points: tuple[PointKey, ...],
    max_points: int,
) -> None:
    key = ComputedKey(expression, points)
    random = np.random.default_rng(max_points)
    for _ in range(2):
        start_s = BEGIN_S + float(random.integers(-3000, LENGTH_S // 2))
        end_s = start_s + float(random.integers(8000, LENGTH_S))
        at_once, in_pieces = (
            read(reader, key, start_s, end_s, max_points, monkeypatch, least_s) for least_s in (LONGEST_S, SHORTEST_S)
        )
        assert len(at_once) == len(in_pieces)
        for whole, joined in zip(at_once, in_pieces, strict=True):
            assert told(whole) == told(joined)
            for column, other in zip(columns(whole), columns(joined), strict=True):
                np.testing.assert_allclose(other, column, rtol=1e-9, atol=1e-9)


def read(
    reader: HistoryReader,
    key: ComputedKey,
    start_s: float,
    end_s: float,
    max_points: int,
    monkeypatch: pytest.MonkeyPatch,
    least_s: float,
) -> tuple[Series, ...]:
    monkeypatch.setattr(pieces, "_PIECE_S", least_s)
    return reader.read_many([key], start_s, end_s, max_points)[key]


def told(series: Series) -> tuple[object, ...]:
    ends_open = (
        series.holes.ends.size and series.holes.ends[-1] == np.inf
    )  # then nobody asks when the next was expected
    newest = () if ends_open else (series.spacing_s, series.delay_s)
    return series.units, series.range, series.digital, series.label, series.thinned, *newest


def columns(series: Series) -> list[np.ndarray]:
    return [series.times_utc_s, series.values, *series.holes, *(series.stretches or ())]
