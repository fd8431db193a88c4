"""Files of readings: grids, long tables and workbooks, into how many files they go, and that names stay names."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import openpyxl
import pytest

from holed_file import IN1, SERIAL, SPACING_S, HoledFile
from t3monitor.config.files import WholeFiles
from t3monitor.exchange import csv_table, excel, export
from t3monitor.exchange.export import Form, Split, estimated, write
from t3monitor.exchange.table import Rule, Separators, Table, TableSeries
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.statistics import statistics
from t3monitor.store.work import CancelledWorkError, LongWork

IN2 = PointKey(SERIAL, PointType.INPUT, 2)
NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")
FORMS = [form for form in Form if form is not Form.PARQUET]  # whose package `make spreadsheets` installs
HOSTILE = [
    *("=cmd|' /C calc'!A0", "+1+1", "-1", "@x", '"quoted", and; more', "two\nlines", "a\ttab", "<b>&amp;"),
    *("1E5", "DEC1", "#N/A", "#DIV/0!", "#NAME?", "#ZAHL!"),
]


@pytest.fixture
def holed(tmp_path: Path) -> Iterator[HoledFile]:
    (tmp_path / "data").mkdir()
    holed = HoledFile(tmp_path / "data" / "history.db")
    yield holed
    holed.connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def named(key: PointKey = IN1, label: str = "SAT") -> TableSeries:
    return TableSeries(key, "", "AHU-1", f"IN{key.point_index}", label)


def table(start_s: float, end_s: float, *series: TableSeries, zone: tzinfo = UTC, **options: Any) -> Table:
    return Table(series or (named(),), start_s, end_s, options.pop("now_s", end_s), zone, **options)


def rows_of(file: Path, encoding: str = "utf-8-sig", delimiter: str = ",") -> list[list[str]]:
    with file.open(encoding=encoding, newline="") as text:
        return list(csv.reader(text, delimiter=delimiter))


def written(
    holed: HoledFile, folder: Path, wanted: Table, form: Form = Form.CSV, split: Split | None = None
) -> list[Path]:
    return write(holed.url, wanted, folder / f"t{form.suffix}", form, LongWork(), split).files


def utc_s(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[arg-type, misc]


# -- grids -------------------------------------------------------------------------------------------------------------


def test_a_grid_has_the_reading_in_force_within_one_spacing_and_nothing_from_before_a_hole(
    holed: HoledFile, folder: Path
) -> None:
    holed.read(0, 30, 60, values=(1.0, 5.0))
    holed.read(600, 630, values=(2.0, 6.0))
    (file,) = written(holed, folder, table(0, 660, named(), named(IN2, "RAT"), every_s=45))
    head, *rows = rows_of(file)
    assert head == ["Time", "UTC offset", "AHU-1 IN1 SAT [°C]", "AHU-1 IN2 RAT [°C]"]
    times = [row[0][-8:] for row in rows]
    assert times == [str(timedelta(seconds=at)).zfill(8) for at in range(0, 661, 45)]
    values = {row[0][-5:]: tuple(row[2:]) for row in rows}
    assert values["00:45"] == values["00:00"] == ("1", "5")
    assert values["01:30"] == ("", "")  # the last reading before the hole holds up to 1:30, where the hole begins
    assert values["09:45"] == ("", "")
    assert values["10:30"] == ("2", "6")


def test_means_of_a_grid_are_those_of_the_statistics_and_leave_out_what_is_not_known(
    holed: HoledFile, folder: Path
) -> None:
    random = np.random.default_rng(7)
    times = [at for at in range(0, 40_000, SPACING_S) if not 9000 < at < 13_000]
    for at in times:
        holed.read(at, values=(round(float(random.normal()), 2), 0.0))
    (file,) = written(holed, folder, table(0, 40_000, every_s=1700, rule=Rule.MEAN))
    (series,) = HistoryReader(holed.url).read(IN1, 0, 40_000, 100_000)
    edges = [*range(0, 40_000, 1700), 40_000]
    for row, start_s, end_s in zip(rows_of(file)[1:], edges[:-1], edges[1:], strict=True):
        expected = statistics(series, start_s, end_s, 40_000).mean
        assert (float(row[2]) if row[2] else None) == pytest.approx(expected)
    assert any(not row[2] for row in rows_of(file)[1:])


def test_a_grid_of_another_unit_has_a_column_of_its_own(holed: HoledFile, folder: Path) -> None:
    holed.layout(2, {1: "°F", 2: "°F"})
    holed.read(*range(0, 300, 30), values=(20.0, 21.0))
    holed.read(*range(300, 600, 30), values=(68.0, 70.0), layout=2)
    (file,) = written(holed, folder, table(0, 590, every_s=150))
    assert [row[2:] for row in rows_of(file)] == [
        ["AHU-1 IN1 SAT [°C]", "AHU-1 IN1 SAT [°F]"],
        *(["20", ""], ["20", ""], ["", "68"], ["", "68"]),
    ]


def test_while_a_sensor_was_open_a_grid_has_nothing(holed: HoledFile, folder: Path) -> None:
    holed.read(*range(0, 600, 30), values=(20.0, 21.0))
    holed.status(150, "0", "1")
    holed.status(300, "1", "0")
    (file,) = written(holed, folder, table(0, 590, every_s=100))
    assert [row[2] for row in rows_of(file)[1:]] == ["20", "20", "", "20", "20", "20"]


@pytest.mark.parametrize(
    ("zone", "start", "hours"),
    [
        (NEW_YORK, (2026, 11, 1, 4), [("00", "-04"), ("01", "-04"), ("01", "-05"), ("02", "-05")]),
        (NEW_YORK, (2026, 3, 8, 5), [("00", "-05"), ("01", "-05"), ("03", "-04"), ("04", "-04")]),
        (BERLIN, (2026, 10, 25, 0), [("02", "+02"), ("02", "+01"), ("03", "+01"), ("04", "+01")]),
        (BERLIN, (2026, 3, 29, 0), [("01", "+01"), ("03", "+02"), ("04", "+02"), ("05", "+02")]),
    ],
)
@pytest.mark.parametrize("every_s", [None, 3600])
def test_in_nights_in_which_clocks_are_put_each_hour_stands_there_once_with_its_offset(
    holed: HoledFile,
    folder: Path,
    zone: ZoneInfo,
    start: tuple[int, ...],
    hours: list[tuple[str, str]],
    every_s: int | None,
) -> None:
    start_s = utc_s(*start)
    holed.read(*range(start_s, start_s + 4 * 3600, 3600), spacing_s=3600)
    wanted = table(start_s, start_s + 3 * 3600, zone=zone, every_s=every_s)
    (file,) = written(holed, folder, wanted)
    assert [(row[0][11:13], row[1][3:6]) for row in rows_of(file)[1:]] == hours
    (book,) = written(holed, folder, wanted, Form.EXCEL)
    sheet = openpyxl.load_workbook(book).worksheets[0]
    cells = list(sheet.iter_rows(min_row=2, max_col=2, values_only=True))
    assert [(f"{at:%H}", str(offset)[3:6]) for at, offset in cells] == hours  # type: ignore[str-format]


def test_a_day_of_25_hours_has_one_row_of_a_daily_grid_and_25_of_an_hourly_one() -> None:
    start_s, end_s = utc_s(2026, 11, 1, 4), utc_s(2026, 11, 2, 5)
    daily = list(table(start_s, end_s, zone=NEW_YORK, every_s=86_400, takes_end=False).grid_times())
    hourly = list(table(start_s, end_s, zone=NEW_YORK, every_s=3600, takes_end=False).grid_times())
    assert daily == [start_s]
    assert hourly == list(range(start_s, end_s, 3600))
    assert len(hourly) == 25


# -- long --------------------------------------------------------------------------------------------------------------


def test_a_long_table_has_a_row_for_each_sample_and_for_each_cause_of_a_hole(holed: HoledFile, folder: Path) -> None:
    holed.read(1000, 1030, 2000, values=(21.25, 0.0))
    holed.cover(1060, 1500, "not_ready")
    holed.cover(1500, 2000, "timeout")
    (file,) = written(holed, folder, table(1000, 2000), Form.LONG)
    head, *rows = [dict(zip(rows_of(file)[0], row, strict=True)) for row in rows_of(file)]
    assert list(head) == list(head.values())
    assert not file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [(row["time"], row["until"], row["value"], row["unit"], row["cause"]) for row in rows] == [
        ("1970-01-01T00:16:40Z", "", "21.25", "°C", ""),
        ("1970-01-01T00:17:10Z", "", "21.25", "°C", ""),
        ("1970-01-01T00:17:40Z", "1970-01-01T00:25:00Z", "", "", "not_ready"),
        ("1970-01-01T00:25:00Z", "1970-01-01T00:33:20Z", "", "", "timeout"),
        ("1970-01-01T00:33:20Z", "", "21.25", "°C", ""),
    ]
    assert {(row["serial_number"], row["point"], row["label"]) for row in rows} == {(f"{SERIAL}", "IN1", "SAT")}


# -- workbooks ---------------------------------------------------------------------------------------------------------


def test_a_workbook_has_typed_cells_its_points_the_holes_by_cause_and_a_chart(holed: HoledFile, folder: Path) -> None:
    holed.read(*range(0, 900, 30), values=(20.0, 10.0))
    holed.read(*range(1800, 2700, 30), values=(22.0, 12.0))
    holed.cover(900, 1800, "not_ready")
    (file,) = written(holed, folder, table(0, 2670, named(), named(IN2, "RAT")), Form.EXCEL)
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Readings", "Points", "Holes", "Holes by cause", "Charts", "Chart data"]
    readings = list(book["Readings"].iter_rows(values_only=True))
    assert readings[0] == ("Time", "UTC offset", "Panel", "Point", "Label", "Value", "Unit", "Remark")
    assert readings[1] == (datetime(1970, 1, 1), "UTC+00:00", "AHU-1", "IN1", "SAT", 20, "°C", None)
    assert len(readings) == 1 + 2 * (60 + 1)
    assert sum(row[5] or 0 for row in readings[1:]) == 30 * (20 + 22 + 10 + 12)
    points = list(book["Points"].iter_rows(values_only=True))
    assert points[1][:9] == ("AHU-1", "IN1", "SAT", SERIAL, "10K Type2", "°C", 60, 20, points[1][8])
    assert points[1][8:10] == (pytest.approx(21.0, abs=0.05), 22)
    assert points[1][10] == pytest.approx(1 - 900 / 2670, abs=0.02)
    holes = list(book["Holes"].iter_rows(values_only=True))
    assert holes[1][:5] == ("AHU-1", "IN1", "SAT", "t3000", "T3000 was not ready")
    assert holes[1][5:8:2] == (datetime(1970, 1, 1, 0, 15), datetime(1970, 1, 1, 0, 30))
    assert holes[1][9] == timedelta(minutes=15)
    causes = list(book["Holes by cause"].iter_rows(values_only=True))
    assert causes[1][5:7] == (1, timedelta(minutes=15))
    assert len(book["Charts"]._charts) == 1
    line = list(book["Chart data"].iter_rows(values_only=True))
    assert line[0] == ("Time", "AHU-1 IN1 SAT", "Time", "AHU-1 IN2 RAT")
    assert [row[1] for row in line[1:]].count(None) == 1, "the line breaks at the hole"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("every_s", [None, 30])
def test_no_name_becomes_a_formula_a_date_a_row_or_a_cell(
    holed: HoledFile, folder: Path, form: Form, every_s: int | None
) -> None:
    holed.read(1020, 1050)
    series = [TableSeries(IN1, name, name, "IN1", name) for name in HOSTILE]
    (file,) = written(holed, folder, table(1020, 1050, *series, every_s=every_s), form)
    if form is Form.EXCEL:
        for sheet in openpyxl.load_workbook(file).worksheets:
            for cell in (cell for row in sheet.iter_rows() for cell in row):
                assert cell.data_type != "f"
                assert cell.hyperlink is None
        return
    rows = rows_of(file, "utf-8-sig" if form is Form.CSV else "utf-8")
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(rows) == 1 + (2 if every_s and form is Form.CSV else 2 * len(series))
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
        assert "\n" not in cell
        assert "\t" not in cell
    if form is Form.CSV:
        assert not {"1E5", "DEC1", "#N/A", "#DIV/0!", "#NAME?", "#ZAHL!"} & {cell for row in rows for cell in row}


def test_states_are_words_in_a_workbook(holed: HoledFile, folder: Path) -> None:
    connection = holed.connection
    connection.execute(
        "UPDATE TRENDLOG_LAYOUT_POINTS SET digital_analog = 0, range = 1, units = '' WHERE point_index = 1"
    )
    holed.read(1000, values=(1.0, 2.0))
    (file,) = written(holed, folder, table(1000, 1010), Form.EXCEL)
    assert openpyxl.load_workbook(file)["Readings"]["F2"].value == "On"


def test_of_more_points_than_charts_have_lines_the_first_that_are_measured_have_one(
    holed: HoledFile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(excel, "_MOST_CHARTED", 2)
    holed.connection.execute("UPDATE TRENDLOG_LAYOUT_POINTS SET digital_analog = 0, range = 1 WHERE point_index = 1")
    holed.read(1000, 1030, values=(1.0, 2.0))
    series = [named(), *(named(IN2, label) for label in ("A", "B", "C"))]
    (file,) = written(holed, folder, table(1000, 1030, *series), Form.EXCEL)
    titles = next(openpyxl.load_workbook(file)["Chart data"].iter_rows(values_only=True))
    assert titles == ("Time", "AHU-1 IN2 A", "Time", "AHU-1 IN2 B")


# -- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [Form.CSV, Form.EXCEL])
def test_more_rows_than_a_sheet_has_go_to_further_ones_and_that_is_said(
    holed: HoledFile, folder: Path, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (csv_table, excel, export):
        monkeypatch.setattr(module, "MOST_ROWS", 40)
    holed.read(*range(0, 3000, 30))
    wanted = table(0, 2970)
    files = written(holed, folder, wanted, form)
    said = estimated(holed.url, wanted, form).sentence(form)
    if form is Form.EXCEL:
        book = openpyxl.load_workbook(files[0])
        sheets = [list(book[name].iter_rows(values_only=True)) for name in ("Readings", "Readings 2", "Readings 3")]
        assert "3 sheets" in said
    else:
        assert [file.name for file in files] == ["t.csv", "t 2.csv", "t 3.csv"]
        sheets = [rows_of(file) for file in files]  # type: ignore[misc]
        assert "3 files" in said
    assert [len(sheet) for sheet in sheets] == [41, 41, 21]
    assert sheets[0][0] == sheets[2][0]


@pytest.mark.parametrize("form", [Form.CSV, Form.EXCEL])
def test_more_points_than_a_sheet_has_columns_go_to_further_ones(
    holed: HoledFile, folder: Path, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_COLUMNS", 1)
    holed.read(0, 30)
    wanted = table(0, 30, named(), named(IN2, "RAT"), every_s=30)
    rows, files = write(holed.url, wanted, folder / f"t{form.suffix}", form, LongWork())
    size = estimated(holed.url, wanted, form)
    assert (size.rows, size.sheets) == (rows, 2)
    if form is Form.EXCEL:
        assert openpyxl.load_workbook(files[0]).sheetnames[:2] == ["Grid", "Grid, points 2"]
    else:
        assert [rows_of(file)[1][2] for file in files] == ["20", "21"]


@pytest.mark.parametrize(("split", "names"), [(Split.DAY, ["10-24", "10-25", "10-26"]), (Split.WEEK, ["W43", "W44"])])
def test_a_file_for_each_day_or_week_of_the_zone_has_each_reading_once(
    holed: HoledFile, folder: Path, split: Split, names: list[str]
) -> None:
    start_s = utc_s(2026, 10, 24, 8)  # a Saturday; the night after it clocks are put back
    times = list(range(start_s, start_s + 2 * 86_400, 1800))
    holed.read(*times, spacing_s=1800)
    files = written(holed, folder, table(times[0], times[-1], zone=BERLIN), split=split)
    assert [file.stem.split(" ")[1].removeprefix("2026-") for file in files] == names
    rows = [rows_of(file)[1:] for file in files]
    assert sum(map(len, rows)) == len(times)
    if split is Split.DAY:
        assert [{row[0][:10] for row in part} for part in rows] == [{f"2026-{name}"} for name in names]
        assert len(rows[1]) == 50


class GivesUp(LongWork):
    """Is given up when it is at half."""

    def tell(self, share: float | None) -> None:
        if share and share >= 0.5:
            self.cancel()
        super().tell(share)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("every_s", [None, 60])
def test_what_is_given_up_leaves_nothing_and_what_was_there(
    holed: HoledFile, folder: Path, form: Form, every_s: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_ROWS_AT_ONCE", 10)
    holed.read(*range(0, 9000, 30))
    (folder / f"t{form.suffix}").write_text("of yesterday")
    with pytest.raises(CancelledWorkError):
        write(holed.url, table(0, 9000, every_s=every_s), folder / f"t{form.suffix}", form, GivesUp())
    (left,) = folder.iterdir()
    assert left.read_text() == "of yesterday"


def test_of_several_files_none_is_put_in_its_place_before_all_are_written(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(ZeroDivisionError), WholeFiles() as files:
        files.begin(tmp_path / "a").write(b"new")
        files.begin(tmp_path / "b").write(b"new")
        assert (tmp_path / "a").read_text() == "old"
        raise ZeroDivisionError
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a", "old")]


def test_the_rows_that_are_said_before_are_those_that_are_written(holed: HoledFile, folder: Path) -> None:
    holed.read(*range(0, 30_000, 30))
    for wanted, form in ((table(0, 30_000), Form.CSV), (table(0, 30_000, every_s=600), Form.LONG)):
        size, (file,) = estimated(holed.url, wanted, form), written(holed, folder, wanted, form)
        assert size.rows == pytest.approx(len(rows_of(file)), abs=3)
        assert size.size == pytest.approx(file.stat().st_size, rel=0.5)
    assert estimated(holed.url, table(0, 30_000), Form.CSV).sentence(Form.CSV) == "About 1,000 rows of 1 point, 0.1 MB"


def test_separators_are_those_that_are_chosen(holed: HoledFile, folder: Path) -> None:
    holed.read(0, values=(21.5, 0.0))
    (file,) = written(holed, folder, table(0, 10, separators=Separators(",", "\t")))
    assert rows_of(file, delimiter="\t")[1][5] == "21,5"


def test_a_point_by_itself_is_read_without_a_thread_of_its_own(
    holed: HoledFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Thousands of points are exported one after the other: a thread for each took longer than reading it."""
    monkeypatch.setattr("t3monitor.store.history.reader.threads", lambda _: pytest.fail("a thread"))
    holed.read(3600, 3630)
    [series] = HistoryReader(holed.url).read(IN2, 3600, 3700, 10)
    assert len(series.times_utc_s) == 2
