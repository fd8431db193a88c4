"""Captures of T3000's answers, of each kind: read, told of and imported."""

import hashlib
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from answers import LOGGED_S, full_panel, real_answer, real_panel, real_point
from captured import captured, commented, exported, flat_answer, logged
from storing_imports import storing
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.exchange import captures
from t3monitor.exchange.captures import Report, import_captures, report_lines
from t3monitor.exchange.imports import sources_in
from t3monitor.exchange.t3000_files.importing import Store
from t3monitor.exchange.t3000_files.opening import UnusableFileError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.words import RangeWords
from t3monitor.store.database import Database
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.sync.logged.known import Known
from t3000_databases import SPLIT, point, sample, split

NEW_YORK = ZoneInfo("America/New_York")
SERIAL = 237219
LISTED = b'{"action":"GET_PANELS_LIST_RES","data":[{"panel_number":5,"serial_number":237219}]}'
SAMPLES = "point_id, logging_time, value, units"


def utc(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def call(turn: int, value: int = 21500, serial: int = SERIAL, **members: Any) -> bytes:
    """The answer to a call: an input, an output and a variable, read a minute after those of the turn before."""
    times = {f"{kind}_logging_time": LOGGED_S + 60 * turn for kind in ("input", "output", "variable")}
    points = [real_point(), real_point(PointType.OUTPUT, 2), real_point(PointType.VARIABLE, 3)]
    points[0] = real_point(value=value)
    return real_answer(real_panel(serial, points, **times, **members))


def told(turn: int, value: float = 21.5) -> set[tuple[str, int, float, str]]:
    """What `call` comes to."""
    at = LOGGED_S + 60 * turn
    return {("IN1", at, value, "°C"), ("OUT2", at, 21.5, "Volts"), ("VAR3", at, 21.5, "°C")}


def file(path: Path, *parts: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(parts))
    return path


@pytest.fixture
def ours(tmp_path: Path) -> Any:
    (tmp_path / "ours").mkdir()
    with closing(Database(sqlite_url(tmp_path / "ours" / "history.db"))) as opened:
        yield opened


def imported(path: Path, database: Database | Store | None = None, known: Known | None = None) -> Report:
    (source,) = sources_in([path], LongWork())
    store = storing(database) if isinstance(database, Database) else database
    return import_captures(*source, NEW_YORK, store, LongWork(), known or Known())


def rows(database: Database, columns: str = SAMPLES) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database.path)) as connection:
        return connection.execute(f"SELECT {columns} FROM TRENDLOG_DATA ORDER BY logging_time, point_id").fetchall()


def state_of(folder: Path) -> dict[str, str]:
    """What is in it, byte for byte."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


KINDS = {
    "LOGGING_DATA": ("T3WebLog/2025-10/1021/T3_CppMsg_LOGGING_DATA_1021_1215h.txt", captured),
    "HandWebViewMsg": (
        "T3WebLog/2025-11/1101/T3_CppMsg_HandWebViewMsg_1101.txt",
        lambda answer: b"Action 17: read 10 points\r\n" + captured(LISTED) + captured(answer),
    ),
    "Exports": ("T3WebLog/2026-01/0127/T3_CppMsg_BacnetWebView_Exports_1215h.txt", exported),
    "Rust, 2025": ("T3WebLog/2025-10/1021/T3_Webview_FFI_1215h.txt", logged),
    "Rust, 2026": ("T3Web/logs/2026-03/0305/0b2c_1.txt", lambda answer: answer),
    "Rust, 2026, commented": ("T3Web/logs/2026-03/0305/0b2c_2.txt", commented),
    "saved": ("answer.json", lambda answer: ("\ufeff" + answer.decode() + "\r\n").encode("utf-16-le")),
}


@pytest.mark.parametrize("kind", KINDS)
def test_of_each_kind_the_readings_are_imported_with_the_times_at_which_they_were_read(
    kind: str, tmp_path: Path, ours: Database
) -> None:
    name, entry = KINDS[kind]
    folder = tmp_path / "T3000"
    file(folder / name, entry(call(0)))
    before = state_of(folder)
    report = imported(folder, ours)
    assert set(rows(ours)) == told(0)
    assert rows(ours, "DISTINCT serial_number, panel_id, data_source, created_by") == [(SERIAL, 5, 5, "t3000_capture")]
    assert (report.files, report.answers, report.samples, report.added, report.points) == (1, 1, 3, 3, 3)
    assert (report.first_s, report.last_s, report.panels) == (LOGGED_S, LOGGED_S, {SERIAL: {5}})
    assert state_of(folder) == before


def test_the_same_call_in_files_of_several_kinds_counts_once_and_so_does_what_was_not_read_anew(
    tmp_path: Path, ours: Database
) -> None:
    folder = tmp_path / "T3000"
    for name, entry in KINDS.values():
        file(folder / name, entry(call(0)))
    name = KINDS["LOGGING_DATA"][0]
    file(folder / name, *map(captured, (call(0), call(1, 22000), call(1, 22000), call(2, 22500))))
    report = imported(folder, ours)
    assert set(rows(ours)) == told(0) | told(1, 22.0) | told(2, 22.5)
    assert len(rows(ours)) == report.samples == report.added == 9
    assert report.repeats == 3 * (len(KINDS) - 1 + 1)
    again = imported(folder, ours)
    assert (again.samples, again.added, len(rows(ours))) == (9, 0, 9)


def test_they_are_put_in_order_whatever_the_names_of_the_files_and_spacings_tell_how_often_was_read(
    tmp_path: Path, ours: Database
) -> None:
    turns = 7, 2, 5, 0, 3, 6, 1, 4, 40
    for number, turn in enumerate(turns):
        file(tmp_path / "logs" / f"{number:04x}.txt", call(turn))
    imported(tmp_path / "logs", ours)
    with closing(sqlite3.connect(ours.path)) as connection:
        spacings = connection.execute(
            "SELECT expected_spacing FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT' ORDER BY logging_time"
        ).fetchall()
    assert [spacing for (spacing,) in spacings] == [300, *[60] * 8]
    (series,) = HistoryReader(ours.url).read(PointKey(SERIAL, PointType.INPUT, 1), LOGGED_S, LOGGED_S + 60 * 40, 10_000)
    assert series.holes.starts.tolist()[:1] == [LOGGED_S + 60 * 8]


def test_without_a_time_of_its_own_a_reading_has_that_of_its_entry_and_says_so(tmp_path: Path, ours: Database) -> None:
    untimed = {f"{kind}_logging_time": 0 for kind in ("input", "output", "variable")}
    empty = real_point(PointType.OUTPUT, 2, value=0, range=0, label="", description="")  # a memory never read into
    zero = real_answer(real_panel(SERIAL, [real_point(), empty], **untimed))
    folder = tmp_path / "T3WebLog"
    file(folder / "a.txt", captured(zero, at="2025-10-21 12:00:16"), captured(flat_answer(), at="2025-10-21 12:01:17"))
    file(folder / "b.txt", logged(zero, at="2025-10-21 12:02:18"))
    report = imported(folder, ours)
    at = [utc(f"2025-10-21 12:0{minute}:1{minute + 6}") for minute in range(3)]
    assert rows(ours) == [("IN1", time_s, 21.5, "°C") for time_s in at]
    assert rows(ours, "DISTINCT created_by") == [("t3000_capture_untimed",)]
    assert "  3 samples without a time of T3000's, with that of the capture" in report_lines(
        report, NEW_YORK, is_stored=None
    )


def test_an_entry_that_follows_one_that_was_cut_off_has_its_own_time(tmp_path: Path, ours: Database) -> None:
    cut = captured(flat_answer(), at="2025-10-21 11:00:00")[:-100]
    imported(file(tmp_path / "a.txt", cut, captured(flat_answer(), at="2025-10-21 12:00:16")), ours)
    assert [time_s for _, time_s, *_ in rows(ours)] == [utc("2025-10-21 12:00:16")]


def test_a_file_of_2026_without_a_time_is_taken_for_when_it_was_written_if_that_is_the_day_of_its_folder(
    tmp_path: Path, ours: Database
) -> None:
    name = "T3Web/logs/2026-03/0305/0b2c_1.txt"
    of_that_day, copied = file(tmp_path / "a" / name, flat_answer()), file(tmp_path / "b" / name, flat_answer())
    at = utc("2026-03-06 03:30:00")  # 22:30 of the fifth in New York
    os.utime(of_that_day, (at, at))
    imported(tmp_path / "a", ours)
    report = imported(tmp_path / "b", ours)
    assert rows(ours) == [("IN1", at, 21.5, "°C")]
    assert [*report.faults] == [
        f"{copied}: readings of panel 5 are left out: neither T3000 nor the file says when it was read"
    ]


def test_what_is_cut_off_or_no_reading_is_counted_and_named_and_the_rest_is_imported(
    tmp_path: Path, ours: Database
) -> None:
    folder = tmp_path / "T3WebLog"
    cut = file(folder / "a.txt", captured(call(0)), captured(call(1))[:-200])
    broken = file(folder / "b.txt", captured(call(1).replace(b"21500", b"2x")), captured(call(2)))
    bare = [
        file(folder / "c.txt", b"Remember the milk\n"),
        file(folder / "d.txt"),
        file(folder / "e.exe", b"MZ\0\0" + os.urandom(5000)),
        file(folder / "f.txt", captured(LISTED), captured(b'{"action":"LOGGING_DATA_RES"}')),
        file(folder / "g.json", b'{"debug":"HandleWebViewMsg returned empty response"}'),
        file(folder / "h.txt", captured(call(9, serial=0))),
    ]
    report = imported(folder, ours)
    assert {row[1] for row in rows(ours)} == {LOGGED_S, LOGGED_S + 120}
    assert report.without == bare
    lines = list(report_lines(report, ZoneInfo("UTC"), is_stored=True))
    assert lines[0].startswith(f"{folder}: 8 files, 0.0 MB, 6 answers")
    assert "  6 files without a reading: c.txt, d.txt, e.exe, f.txt, g.json and 1 more" in lines
    at = "an answer of 2025-10-21 08:00:16 is cut off or no answer of T3000's, and is left out"
    assert sorted(report.faults) == [
        f"{cut}: {at}",
        f"{broken}: {at}",
        f"{folder / 'h.txt'}: panel 5 'AHU5' has serial number 0",
    ]
    assert lines[-1] == "  6 samples were added"


def test_a_reading_of_another_age_than_can_be_is_left_out(tmp_path: Path, ours: Database) -> None:
    known = Known(kept_since=lambda _, kind: LOGGED_S + 1.0 if kind is PointType.INPUT else 0.0)
    later = real_answer(real_panel(SERIAL, [real_point()], input_logging_time=2**32))
    path = file(tmp_path / "a.txt", captured(call(0)), captured(later), captured(call(1)))
    report = imported(path, ours, known)
    assert set(rows(ours)) == {row for row in told(0) if row[0] != "IN1"} | told(1)
    left_out = f"{path}: readings of panel 5 are left out: "
    assert sorted(report.faults) == [
        f"{left_out}it is older than samples are kept (settings)",
        f"{left_out}its time is yet to come",
    ]


def test_of_two_panels_with_one_serial_number_the_first_is_taken_and_the_other_one_named(
    tmp_path: Path, ours: Database
) -> None:
    path = file(tmp_path / "a.txt", captured(real_answer(real_panel(SERIAL), real_panel(SERIAL, panel_id=9))))
    report = imported(path, ours)
    assert rows(ours, "DISTINCT panel_id") == [(5,)]
    assert [*report.faults] == [f"{path}: panel 9 has the serial number of another one, and is left out"]


def test_units_of_the_sites_own_tables_are_known(tmp_path: Path, ours: Database) -> None:
    answer = real_answer(real_panel(SERIAL, [real_point(range=20)]))
    imported(file(tmp_path / "a.txt", captured(answer)), ours, Known({SERIAL: RangeWords(units={20: "kg"})}))
    assert [units for *_, units in rows(ours)] == ["kg"]


def test_an_import_that_was_ended_anywhere_and_repeated_is_as_one_that_was_not(
    tmp_path: Path, ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(captures, "_SAMPLES_AT_ONCE", 10)
    path = file(tmp_path / "a.txt", *(captured(call(turn, 20_000 + turn)) for turn in range(20)))
    imported(path, ours)
    whole = rows(ours, "*")
    assert len(whole) == 60
    for windows in range(6):
        (tmp_path / f"{windows}").mkdir()
        with closing(Database(sqlite_url(tmp_path / f"{windows}" / "history.db"))) as other:
            with pytest.raises(CancelledWorkError):
                imported(path, storing(other, windows))
            assert len(rows(other)) == 10 * windows
            imported(path, other)
            assert rows(other, "*") == whole


def test_one_that_is_no_longer_wanted_ends_while_it_reads_and_nothing_was_stored(
    tmp_path: Path, ours: Database
) -> None:
    path = file(tmp_path / "a.txt", captured(call(0)))
    work = LongWork()
    work.cancel()
    with pytest.raises(CancelledWorkError, match="nothing was stored"):
        import_captures(path, (path,), None, storing(ours), work, Known())
    assert rows(ours) == []


def test_present_state_is_what_it_was(tmp_path: Path, ours: Database) -> None:
    imported(file(tmp_path / "a.txt", captured(call(0))), ours)
    with closing(sqlite3.connect(ours.path)) as connection:
        there = [
            connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("DEVICES", "INPUT_POINTS", "OUTPUT_POINTS", "VARIABLE_POINTS", "SYNC_RUNS", "COVERAGE")
        ]
        events = connection.execute("SELECT kind, detail FROM SYNC_EVENTS").fetchall()
    assert there == [0] * 6
    assert events == [("import", "a.txt, 1 answer")]


def test_a_folder_may_hold_databases_and_captures_and_a_file_is_told_by_what_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "T3000"
    (folder / "Database").mkdir(parents=True)
    database = split(
        folder / "Database" / "webview_t3_device.db",
        SPLIT["2025-10-30"],
        [point(1)],
        [sample(1, "21500", "2026-01-05 12:00:00")],
    )
    (folder / "Database" / "webview_t3_device.db-shm").touch()
    log = file(folder / "T3WebLog" / "2025-10" / "1021" / "a.txt", captured(call(0)))
    older, newer = (
        file(folder / "T3WebLog" / "2025-10" / day / "a.txt", captured(call(0))) for day in ("0930", "1022")
    )
    backup = tmp_path / "backup.bak"
    backup.write_bytes(database.read_bytes())
    assert sources_in([folder, log, backup, folder], LongWork()) == [
        (database, ()),
        (folder, (older, log, newer)),
        (log, (log,)),
        (backup, ()),
    ]


def test_the_command_imports_both_and_says_of_each_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "home"))
    folder = tmp_path / "T3000"
    file(folder / "T3WebLog" / "a.txt", captured(call(0)), captured(call(1)))
    split(folder / "webview_t3_device.db", SPLIT["2025-10-30"], [point(1)], [sample(1, "1", "2026-01-05 12:00:00")])
    for options, last in (
        (["--dry-run"], "nothing was stored (--dry-run)"),
        ([], "6 samples were added"),
        ([], "0 samples were added; 6 were there already"),
    ):
        assert main(["import", str(folder), "--zone", "UTC", *options]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert [line for line in lines if "6 samples from 2025-11-01 01:34:39 UTC" in line]
        assert [line for line in lines if "1 sample from 2026-01-05 12:00:00 UTC" in line]
        assert lines[-1] == f"  {last}"
    nothing = file(tmp_path / "notes.txt", b"Remember the milk")
    assert main(["import", str(nothing)]) == 1
    assert "holds no answers of T3000, and is no database: name a file of T3WebLog" in capsys.readouterr().err
    without_panels = file(tmp_path / "empty.txt", b'{"action": "LOGGING_DATA_RES", "data": []}')
    assert main(["import", str(without_panels)]) == 0
    assert "  there is no reading in it" in capsys.readouterr().out
    for begin in (b"PK\x03\x04", b"\x1f\x8b\x08\x00"):
        packed = file(tmp_path / "T3WebLog.zip", begin + b"of some length")
        assert main(["import", str(packed)]) == 1
        assert f"{packed} is packed: unpack it, and import" in capsys.readouterr().err
    assert main(["import", str(tmp_path / "none.txt"), "--dry-run"]) == 1
    assert capsys.readouterr().err == f"There is no file {tmp_path / 'none.txt'}\n"


OF_OTHER_CALLS = {
    "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_9.txt": b'{"debug":"HandleWebViewMsg returned empty response"}',
    "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed_4.txt": b"",
    "T3_CppMsg_HandWebViewMsg_1101.txt": b"Action 17: read 10 points\r\n",
    "saved.json": b'{\n  "data": [],\n  "action": "GET_PANELS_LIST_RES"\n}',
    "saved.txt": '{"error":"Exception in BacnetWebView HandleWebViewMsg bridge"}'.encode("utf-16"),
    "early.txt": b'{"error":"MFC application not initialized"}',
    "asked.txt": b'// request: {"action":17}\n// response (2 items):\n{"data":{}}',
    "entry.txt": captured(LISTED),
    "rust.log": b"[2025-10-21 12:00:17 UTC] [INFO] Starting the service\r\n",
}


@pytest.mark.parametrize("name", OF_OTHER_CALLS)
def test_a_file_of_t3000s_without_a_reading_is_counted_also_where_it_is_named_alone(name: str, tmp_path: Path) -> None:
    report = imported(file(tmp_path / name, OF_OTHER_CALLS[name]))
    assert report.without == [tmp_path / name]
    assert [*report_lines(report, ZoneInfo("UTC"), is_stored=None)] == [
        f"{tmp_path / name}: 0.0 MB, 0 answers (captures)",
        "  there is no reading in it",
        f"  1 file without a reading: {name}",
    ]


@pytest.mark.parametrize("content", [b"hello", b"", b'{"debug": true, "action": "run"}', b"MZ\0\0", b"error: none"])
def test_a_file_of_others_is_no_capture(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="holds no answers of T3000, and is no database: name a file of"):
        imported(file(tmp_path / "hello.txt", content))


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(tmp_path: Path, ours: Database) -> None:
    gone, there = tmp_path / "gone.txt", file(tmp_path / "there.txt", captured(call(0)))
    report = import_captures(tmp_path, (gone, there), None, storing(ours), LongWork(), Known())
    assert [*report.faults] == [f"{gone}: it cannot be read (No such file or directory)"]
    assert set(rows(ours)) == told(0)
    with pytest.raises(UnusableFileError, match="There is no file"):
        import_captures(gone, (gone,), None, None, LongWork(), Known())


def test_a_whole_panel_comes_through_with_all_its_points(tmp_path: Path, ours: Database) -> None:
    report = imported(file(tmp_path / "a.txt", captured(real_answer(full_panel(SERIAL)))), ours)
    assert (report.samples, report.added, report.points, len(rows(ours))) == (256, 256, 256, 256)


def test_what_there_is_once_is_told_as_one(tmp_path: Path, ours: Database) -> None:
    once = {f"{kind}_logging_time": 0 for kind in ("input", "output", "variable")}
    answer = real_answer(real_panel(SERIAL, [real_point()], **once))
    folder = tmp_path / "T3WebLog"
    file(folder / "a.txt", captured(answer, at="2025-10-21 12:00:16"))
    file(
        folder / "b.txt", captured(answer, at="2025-10-21 12:00:16"), captured(answer, at="2025-10-21 12:00:16")[:-200]
    )
    file(folder / "c.txt")
    at = "2025-10-21 12:00:16 UTC"
    assert list(report_lines(imported(folder, ours), ZoneInfo("UTC"), is_stored=True))[1:] == [
        f"  1 sample from {at} to {at}",
        f"  1 point of panel {SERIAL} (panel 5)",
        "  1 sample repeats another one and counts once",
        "  1 sample without a time of T3000's, with that of the capture",
        "  1 file without a reading: c.txt",
        f"  {folder / 'b.txt'}: an answer of 2025-10-21 08:00:16 is cut off or no answer of T3000's, and is left out",
        "  1 sample was added",
    ]
