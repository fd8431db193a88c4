"""``t3monitor export``: what is asked for, what is said, its exit codes, and that an end leaves nothing."""

import csv
import signal
import sys
import threading
import time
from pathlib import Path

import openpyxl
import pytest

from exported import IN1, export, holed, off_screen, only_past
from holed_file import SERIAL, SPACING_S, HoledFile
from programs import PATIENCE_S
from t3monitor.cli import main
from t3monitor.store.work import LongWork

__all__ = ["holed", "off_screen"]


def rows(tmp_path: Path, name: str = "t.csv", delimiter: str = ",") -> list[list[str]]:
    with (tmp_path / "out" / name).open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text, delimiter=delimiter))


def test_a_day_alone_is_meant_from_its_begin_to_its_end_by_the_clock_of_the_zone(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holed.read(*range(1_700_000_000 // 1800 * 1800, 1_700_000_000 + 3 * 86_400, 1800), spacing_s=1800)
    assert export(holed, tmp_path, "--point", IN1, "--from", "2023-11-15", "--to", "2023-11-15") == 0
    found = rows(tmp_path)[1:]
    assert len(found) == 48
    assert (found[0][0], found[-1][0]) == ("2023-11-15 00:00:00", "2023-11-15 23:30:00")
    assert {row[2] + row[4] for row in found} == {f"Panel {SERIAL}SAT"}
    told = capsys.readouterr()
    assert told.err == "About 49 rows of 1 point, 0.1 MB\n"
    assert told.out == f"Written: {tmp_path / 'out' / 't.csv'}, readings: 48\n"


def test_points_panels_and_everything_in_use_as_long_tables_and_workbooks(holed: HoledFile, tmp_path: Path) -> None:
    now_s = int(time.time())
    holed.read(*range(now_s - 3600, now_s, SPACING_S))
    assert export(holed, tmp_path, "--panel", f"{SERIAL}", "--point", IN1, "--long") == 0
    found = rows(tmp_path)
    assert {row[5] for row in found[1:]} == {"IN1", "IN2"}
    assert export(holed, tmp_path, "--excel", "--every", "600", name="t.xlsx") == 0
    book = openpyxl.load_workbook(tmp_path / "out" / "t.xlsx")
    assert [cell.value for cell in book["Grid"][1]][2:] == [
        f"Panel {SERIAL} IN1 SAT [°C]",
        f"Panel {SERIAL} IN2 RAT [°C]",
    ]
    assert export(holed, tmp_path, "--separators", ",;", "--every", "60", "--rule", "mean") == 0
    assert len(rows(tmp_path, delimiter=";")[0]) == 4


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--point", "IN1"], "--point: IN1 is no point; write SERIAL/IN1"),
        (["--point", f"{SERIAL}/IN9"], "has no point IN9"),
        (["--panel", "5"], "--panel: the database has no panel 5; it has "),
        (["--from", "yesterday"], "--from: yesterday is no time; write 2026-11-27"),
        (["--from", "2099-01-01"], "--from: the time begins after its end, or after now"),
        (["--zone", "Mars/North"], "--zone: Mars/North is no time zone"),
        (["--evidence"], "t.csv would be no evidence pack; choose a name that ends in .zip"),
    ],
)
def test_what_is_not_there_is_wrong_usage_and_said_in_a_sentence(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    assert export(holed, tmp_path, *options) == 2
    assert sentence in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("option", ["--every 90000", "--every 0", "--separators ,,", "--excel --long"])
def test_options_that_have_no_sense_are_refused(holed: HoledFile, tmp_path: Path, option: str) -> None:
    with pytest.raises(SystemExit) as error:
        export(holed, tmp_path, *option.split())
    assert error.value.code == 2


def test_a_missing_database_is_5_and_a_file_that_cannot_be_written_1(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", str(tmp_path / "t.csv"), "--database", f"sqlite:///{tmp_path}/none.db"]) == 5
    assert export(holed, tmp_path, name="no/t.csv") == 1
    assert "could not be written: No such file" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["--long", "--points", "--ede"])
def test_nothing_is_exported_into_the_place_of_the_database(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    holed.read(int(time.time()) - SPACING_S)
    for name in ("history.db", "history.db-wal"):
        assert main(["export", str(tmp_path / name), what, "--database", holed.url]) == 1
        assert "could not be written: that is a database or belongs to one" in capsys.readouterr().err
    assert export(holed, tmp_path, "--points", name="points.csv") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("form", ["--long", "--excel", "--evidence"])
def test_an_end_in_the_midst_leaves_nothing(
    off_screen: None, holed: HoledFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    now_s, folder = int(time.time()), tmp_path / "out"
    holed.read(*range(now_s - 2_000 * SPACING_S, now_s, SPACING_S))
    main_thread, tell, seen = threading.get_ident(), LongWork.tell, list[str]()

    def end_in_the_midst(work: LongWork, share: float | None) -> None:
        if not seen and any(folder.iterdir()):
            seen.extend(path.name for path in folder.iterdir())
            signal.pthread_kill(main_thread, signal.SIGTERM)
            assert work._cancelled.wait(PATIENCE_S)
        tell(work, share)

    monkeypatch.setattr(LongWork, "tell", end_in_the_midst)
    name = {"--excel": "t.xlsx", "--evidence": "t.zip"}.get(form, "t.csv")
    assert export(holed, tmp_path, "--from", "2020-01-01", form, name=name) == 130
    assert seen, "it writes beside its place"
    assert name not in seen
    assert not list(folder.iterdir())


def test_the_list_of_points_is_written_as_a_table_and_as_ede(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(holed, tmp_path, "--points", "--separators", ",;") == 0
    titles, *listed = rows(tmp_path, delimiter=";")
    assert [row[titles.index("Label")] for row in listed] == ["SAT", "RAT"]
    assert capsys.readouterr().out == f"Written: {tmp_path / 'out' / 't.csv'}, points: 2\n"
    assert export(holed, tmp_path, "--ede", "--point", f"{SERIAL}/IN2", name="plant_EDE.csv") == 0
    head, object_row = rows(tmp_path, "plant_EDE.csv", ";")[1], rows(tmp_path, "plant_EDE.csv", ";")[-1]
    assert head == ["PROJECT_NAME", "plant"]
    assert object_row[:6] == [f"{SERIAL}/IN2", "", "RAT", "0", "2", "RAT"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        *("t.csv", "plant_EDE.csv", "plant_StateTexts.csv", "plant_Units.csv", "plant_ObjTypes.csv"),
    }


def test_what_differs_from_a_baseline_is_written_as_a_table(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["database", "freeze", "Commissioning", "--database", holed.url]) == 0
    assert capsys.readouterr().out == "Frozen as “Commissioning”: 2 points of 1 panel\n"
    assert export(holed, tmp_path, "--differences", "Commissioning") == 0
    assert capsys.readouterr().out.endswith("t.csv, differences: 0\n")
    holed.connection.execute(
        "UPDATE INPUT_POINTS SET label = '=1', range = 4, units = '°F', auto_manual = 1 WHERE point_index = 2"
    )
    assert export(holed, tmp_path, "--differences", "Commissioning") == 0
    titles, *found = rows(tmp_path)
    assert titles[:7] == ["Site", "Panel", "Panel number", "Serial number", "Point", "Label", "What"]
    assert titles[7].startswith("Commissioning, 20")
    assert titles[8].startswith("Now, 20")
    assert titles[9:] == ["Difference", "Unit"]
    names = ["", f"Panel {SERIAL}", "1", f"{SERIAL}", "IN2", "'=1"]
    assert found == [
        [*names, "range", "10K Type2, °C", "10K Type2, °F", "", ""],
        [*names, "mode", "Auto", "Manual", "", ""],
        [*names, "label", "RAT", "'=1", "", ""],
    ]
    assert main(["database", "freeze", "Later", "--database", holed.url]) == 0
    holed.connection.execute("UPDATE INPUT_POINTS SET calibration = 1.5 WHERE point_index = 1")
    assert main(["database", "freeze", "Last", "--database", holed.url]) == 0
    assert export(holed, tmp_path, "--differences", "Later", "--against", "Commissioning") == 0
    assert len(rows(tmp_path)) == 4
    assert export(holed, tmp_path, "--differences", "Later", "--against", "Last", "--separators", ",;") == 0
    assert [row[6:9] for row in rows(tmp_path, delimiter=";")[1:]] == [["calibration", "0", "1,5"]]


def test_a_baseline_that_is_not_there_or_is_there_already_is_a_sentence(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(holed, tmp_path, "--differences", "x") == 2
    assert "it has none: t3monitor database freeze NAME makes one" in capsys.readouterr().err
    assert main(["database", "freeze", "a", "--database", holed.url]) == 0
    assert main(["database", "freeze", "a", "--database", holed.url]) == 1
    assert "There is a baseline “a” already" in capsys.readouterr().err
    assert export(holed, tmp_path, "--differences", "a", "--against", "b") == 2
    assert "no baseline “b”; it has “a”" in capsys.readouterr().err
    for options in (("--band", "-1"), ("--band", "few")):
        with pytest.raises(SystemExit):
            export(holed, tmp_path, "--differences", "a", *options)
    assert not list((tmp_path / "out").iterdir())


def test_how_far_a_value_may_differ_is_chosen(holed: HoledFile, tmp_path: Path) -> None:
    holed.connection.execute("UPDATE DEVICES SET input_logging_time = ?", (int(time.time()),))
    assert main(["database", "freeze", "a", "--database", holed.url]) == 0
    holed.connection.execute("UPDATE INPUT_POINTS SET value = 2.5 WHERE point_index = 1")
    found = {}
    for band in ("0", "1", "2", "none"):
        assert export(holed, tmp_path, "--differences", "a", "--band", band, "--separators", ",;") == 0
        found[band] = rows(tmp_path, delimiter=";")[1:]
    assert [row[6:] for row in found["1"]] == [["value", "1", "2,5", "1,5", "°C"]]
    assert found == {"0": found["1"], "1": found["1"], "2": [], "none": []}


def test_a_list_of_points_has_no_time(holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(holed, tmp_path, "--points", "--from", "2023-11-15") == 2
    assert "list the points as they are now" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


def test_a_panel_that_is_not_there_lists_nothing(holed: HoledFile, tmp_path: Path) -> None:
    assert export(holed, tmp_path, "--ede", "--panel", "5") == 2
    assert not list((tmp_path / "out").iterdir())


def test_a_panel_that_took_a_place_is_exported_with_the_one_before_each_under_its_own_serial_number(
    holed: HoledFile, tmp_path: Path
) -> None:
    old_s = 1_700_000_000 // 1800 * 1800
    new_s = old_s + 6 * 3600
    holed.read(*range(old_s, old_s + 3601, 1800), new_s + 60, values=(20.0,), spacing_s=1800)
    holed.panel(240001)
    layout = {"id": 9, "serial_number": 240001, "point_type": "INPUT", "panel_id": 1, "fingerprint": "9"}
    holed.add("TRENDLOG_LAYOUTS", **layout)
    point = {"point_id": "IN1", "point_index": 1, "label": "SAT", "range": 3, "units": "°C", "digital_analog": 1}
    holed.add("TRENDLOG_LAYOUT_POINTS", layout_id=9, position=0, **point)
    holed.read(new_s, new_s + 1800, values=(21.5,), layout=9, serial=240001, spacing_s=1800)
    holed.connection.execute("UPDATE INPUT_POINTS SET serial_number = 240001 WHERE point_index = 1")
    holed.connection.execute("UPDATE DEVICES SET last_seen = 1")
    holed.connection.execute(f"INSERT INTO PANEL_SUCCESSORS VALUES ({SERIAL}, 240001, {new_s}, 1, 'ann')")
    times = "--from", "2023-11-14T22:00Z", "--to", "2023-11-15T04:30Z", "--point", "240001/IN1"
    assert export(holed, tmp_path, *times, "--long") == 0
    assert [(row[0], row[3], row[7], row[12]) for row in rows(tmp_path)[1:]] == [
        ("2023-11-14T22:00:00Z", "237219", "20", ""),
        ("2023-11-14T22:30:00Z", "237219", "20", ""),
        ("2023-11-14T23:00:00Z", "237219", "20", ""),
        ("2023-11-14T23:30:00Z", "237219", "", "replaced"),
        ("2023-11-15T04:00:00Z", "240001", "21.5", ""),
        ("2023-11-15T04:30:00Z", "240001", "21.5", ""),
    ]
    assert export(holed, tmp_path, *times, "--every", "3600") == 0
    assert [row[0][11:] + " " + row[2] for row in rows(tmp_path)[1:]] == [
        *("23:00:00 20", "00:00:00 20", "01:00:00 ", "02:00:00 ", "03:00:00 ", "04:00:00 "),
        "05:00:00 21.5",
    ]
    assert export(holed, tmp_path, *times, "--zone", "America/New_York") == 0
    assert [row[0][11:16] for row in rows(tmp_path)[1:] if row[5]] == ["17:00", "17:30", "18:00", "23:00", "23:30"]


def test_a_panel_and_a_point_of_which_only_imported_history_is_there_are_exported_by_what_it_knows(
    holed: HoledFile, tmp_path: Path
) -> None:
    holed.layout(8, {1: "°C", 3: "%"})
    holed.read(1_700_000_000, layout=8)
    only_past(holed)
    times = "--from", "2023-11-14", "--to", "2023-11-15"
    assert export(holed, tmp_path, *times, "--panel", "240001") == 0
    assert [row[2:5] + row[5:7] for row in rows(tmp_path)[1:] if row[5]] == [
        ["Panel 4", "IN1", "SAT", "21.5", "°C"]
    ] * 2
    assert export(holed, tmp_path, *times, "--point", f"{SERIAL}/IN3", "--long") == 0
    assert next(row for row in rows(tmp_path) if row[7] == "21")[3:9] == [
        f"{SERIAL}",
        f"Panel {SERIAL}",
        "IN3",
        "L",
        "21",
        "%",
    ]
    assert export(holed, tmp_path, *times, "--long") == 0
    assert {"240001", f"{SERIAL}"} == {row[3] for row in rows(tmp_path)[1:]}

    assert export(holed, tmp_path, "--points") == 0
    assert {row[3] for row in rows(tmp_path)[1:]} == {"IN1", "IN2"}, "as they are now"
    assert export(holed, tmp_path, "--points", "--panel", "240001") == 0
    titles, listed = rows(tmp_path)
    told = dict(zip(titles, listed, strict=True))
    assert (told["Label"], told["Mode"], told["Value"], told["Status"], told["Remark"]) == (
        *("SAT", "", "", "", "known of the past alone"),
    )


def test_a_database_that_only_has_an_imported_panel_exports_it(holed: HoledFile, tmp_path: Path) -> None:
    only_past(holed)
    for table in ("DEVICES", "INPUT_POINTS", "TRENDLOG_FRAMES WHERE serial_number = " + str(SERIAL)):
        holed.connection.execute(f"DELETE FROM {table}")
    assert export(holed, tmp_path, "--from", "2023-11-14", "--to", "2023-11-15", "--point", "240001/IN1") == 0
    assert [row[5] for row in rows(tmp_path)[1:] if row[5]] == ["21.5", "21.5"]


def test_without_pyarrow_one_sentence_says_what_a_parquet_file_needs(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.exchange.export.find_spec", lambda _: None)
    assert export(holed, tmp_path, "--parquet", name="t.parquet") == 1
    assert capsys.readouterr().err.splitlines() == [
        "A Parquet file needs pyarrow, which is not installed: pip install pyarrow, or write --long"
    ]
    assert not list((tmp_path / "out").iterdir())
