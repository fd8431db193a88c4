"""Readings as a CSV file: what a spreadsheet reads, what stands where there is no reading, and that it is whole."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from holed_file import IN1, SERIAL, SPACING_S, HoledFile
from t3monitor.exchange.export import Form, write
from t3monitor.exchange.table import Separators, Table, TableSeries
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, SeriesKey, difference
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.work import CancelledWorkError, LongWork

IN2 = PointKey(SERIAL, PointType.INPUT, 2)
PUT_BACK_S = int(datetime(2026, 11, 1, 6, tzinfo=UTC).timestamp())  # clocks in New York


@pytest.fixture
def holed(tmp_path: Path) -> Iterator[HoledFile]:
    holed = HoledFile(tmp_path / "history.db")
    yield holed
    holed.connection.close()


def written(
    holed: HoledFile,
    start_s: float,
    end_s: float,
    *keys: SeriesKey,
    zone: tzinfo = UTC,
    separators: Separators = Separators(),  # noqa: B008 - it cannot be changed
    label: str = "SAT",
    most: int | None = None,
) -> list[list[str]]:
    """The cells that a program reads which knows the separators."""
    file = Path(holed.url.removeprefix("sqlite:///")).with_name("table.csv")
    keys = keys or (IN1,)
    drawn = HistoryReader(holed.url).read_many((IN1,), start_s, end_s, most) if most else None
    series = [TableSeries(key, "", "AHU-1", "IN1", label) for key in keys]
    table = Table(series, start_s, end_s, end_s, zone, separators, drawn and dict(drawn))
    write(holed.url, table, file, Form.CSV, LongWork())
    assert file.read_bytes().startswith(b"\xef\xbb\xbfTime"), "Excel takes a file without a mark for the PC's code page"
    assert file.read_bytes().count(b"\r\n") == file.read_bytes().count(b"\n")
    with file.open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text, delimiter=separators.cells))


def test_an_hour_that_comes_twice_stands_there_twice_with_its_offsets(holed: HoledFile) -> None:
    holed.read(PUT_BACK_S - 1800, PUT_BACK_S + 1800, spacing_s=3600)
    rows = written(holed, PUT_BACK_S - 1800, PUT_BACK_S + 1800, zone=ZoneInfo("America/New_York"))
    assert [row[:2] for row in rows[1:]] == [
        ["2026-11-01 01:30:00", "UTC-04:00"],
        ["2026-11-01 01:30:00", "UTC-05:00"],
    ]


def test_a_german_spreadsheet_gets_its_own_numbers_and_the_unit_in_a_cell_of_its_own(holed: HoledFile) -> None:
    holed.read(1000, values=(-21.5, 0.0))
    title, row = written(holed, 1000, 1010, separators=Separators.of(","))
    assert title == ["Time", "UTC offset", "Panel", "Point", "Label", "Value", "Unit", "Remark"]
    assert row[2:] == ["AHU-1", "IN1", "SAT", "-21,5", "°C", ""]


@pytest.mark.parametrize("name", ["=1+1", "+KWH", "-5 to +5 bar", "@X", "4-20"])
def test_no_name_becomes_a_formula_or_a_date(holed: HoledFile, name: str) -> None:
    holed.read(1000)
    assert written(holed, 1000, 1010, label=name)[1][4] == f"'{name}"


def test_where_there_is_no_reading_one_row_says_for_how_long_and_why(holed: HoledFile) -> None:
    times = [*range(1000, 2000, SPACING_S), *range(4000, 5000, SPACING_S)]
    holed.read(*times)
    holed.cover(1500, 4000, "not_ready")
    rows = written(holed, 1000, times[-1])
    told = [row for row in rows[1:] if not row[5]]
    assert len(rows) == 1 + len(times) + 1
    hole_s = 1990 + SPACING_S
    assert told == [
        [
            f"1970-01-01 00:{hole_s // 60}:{hole_s % 60}",
            *["UTC+00:00", "AHU-1", "IN1", "SAT", "", ""],
            "no reading for 33 minutes: T3000 was not ready",
        ]
    ]
    assert sorted(row[0] for row in rows[1:]) == [row[0] for row in rows[1:]]


def test_what_is_drawn_tells_what_lay_between_its_values(holed: HoledFile) -> None:
    for number in range(10):
        holed.read(*range(number * SPACING_S, 60_000, 10 * SPACING_S), values=(float(number), 0.0))
    rows = written(holed, 0, 60_000, most=10)
    assert rows[0][5:] == ["Value", "Unit", "Lowest", "Highest", "Remark"]
    assert 10 < len(rows) < 1500
    assert {(row[7], row[8]) for row in rows[1:-2]} == {("0", "9")}


def test_earlier_readings_stand_at_their_later_time_and_a_difference_is_computed(holed: HoledFile) -> None:
    holed.read(1000, 1030, values=(20.0, 21.5))
    rows = written(holed, 86_400 + 1000, 86_400 + 1030, ComparedKey(IN1, 1))[1:]
    assert [(row[0], row[5]) for row in rows] == [("1970-01-02 00:16:40", "20"), ("1970-01-02 00:17:10", "20")]
    assert [row[5] for row in written(holed, 1000, 1030, difference(IN1, IN2))[1:]] == ["-1.5", "-1.5"]


def test_a_time_of_day_that_was_not_on_the_day_compared_is_said(holed: HoledFile) -> None:
    holed.read(*range(PUT_BACK_S - 86_400 - 7200, PUT_BACK_S - 86_400 + 7200, 600), spacing_s=600)
    rows = written(holed, PUT_BACK_S - 1800, PUT_BACK_S + 5400, ComparedKey(IN1, 1), zone=ZoneInfo("America/New_York"))
    told = [(row[:2], row[-1]) for row in rows[1:] if not row[5]]
    assert len(told) == 1
    assert told[0][0] == ["2026-11-01 01:00:00", "UTC-05:00"]
    assert told[0][1].startswith("no reading for 1 hour: ")


def test_a_table_that_is_given_up_leaves_what_was_there(holed: HoledFile, tmp_path: Path) -> None:
    holed.read(*range(0, 100_000, SPACING_S))
    file = tmp_path / "table.csv"
    file.write_text("of yesterday")
    table = Table([TableSeries(IN1, "", "AHU-1", "IN1", "SAT")], 0, 100_000, 100_000, UTC)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(CancelledWorkError):
        write(holed.url, table, file, Form.CSV, GivesUp())
    assert sorted(tmp_path.iterdir()) == before
    assert file.read_text() == "of yesterday"


class GivesUp(LongWork):
    """Is given up as soon as a part is done."""

    def tell(self, share: float | None) -> None:
        if share and share > 0.2:
            self.cancel()
        super().tell(share)
