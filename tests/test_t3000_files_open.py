"""T3000 has its file open, closes it, or is killed while it is imported; and what is no such file."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from imported_files import NEW_YORK, imported, ours, past, rows, utc
from storing_imports import storing
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Settings
from t3monitor.exchange.imports import sources_in
from t3monitor.exchange.t3000_files import importing
from t3monitor.exchange.t3000_files.importing import import_file
from t3monitor.exchange.t3000_files.opening import UnusableFileError
from t3monitor.store.database import Database
from t3monitor.store.work import LongWork
from t3monitor.sync.logged import frames
from t3monitor.sync.logged.known import Known, known_to
from t3000_databases import SPLIT, UNOWNED, flat, point, split

__all__ = ["ours"]

_T3000 = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA wal_autocheckpoint = 0")
connection.execute("INSERT INTO TRENDLOG_DATA_DETAIL VALUES (1, '77000', '2026-01-05 13:00:00')")
print("open", flush=True)
sys.stdin.readline()
connection.close()
print("closed", flush=True)
"""


def t3000(file: Path) -> "subprocess.Popen[bytes]":
    """Another process that has it open, and has written a sample of 13:00."""
    process = subprocess.Popen(
        [sys.executable, "-c", _T3000, os.fspath(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"open\n"
    return process


def state(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}


def close(process: "subprocess.Popen[bytes]") -> None:
    """Has it close the file, which copies the -wal into it."""
    assert process.communicate(b"\n") == (b"closed\n", None)


def test_while_t3000_has_it_open_what_its_wal_holds_is_read_and_nothing_is_left_beside_it(
    tmp_path: Path, ours: Database
) -> None:
    folder = tmp_path / "Database"
    folder.mkdir()
    file, copies = past(folder), tmp_path / "copies"
    with t3000(file) as process:
        before = state(folder)
        assert "t3000.db-wal" in before
        looked = import_file(file, NEW_YORK, tmp_path / "home" / "data" / "import", None, LongWork(), Known())
        assert not (tmp_path / "home").exists(), "where only is looked nothing stays"
        assert looked.size == len(before["t3000.db"]) + len(before["t3000.db-wal"])
        report = import_file(file, NEW_YORK, copies, storing(ours), LongWork(), Known())
        assert (report.added, rows(ours)[40]) == (121, ("IN1", utc("2026-01-05 18:00:00"), 77.0, "°C"))
        assert state(folder) == before
        process.kill()
    after_kill = state(folder)
    assert import_file(file, NEW_YORK, copies, storing(ours), LongWork(), Known()).samples == 121
    assert state(folder) == after_kill == before
    assert not copies.exists()


@pytest.mark.parametrize("opens", [False, True])
def test_t3000_may_close_the_file_while_it_is_imported_or_open_it_and_close_it(
    opens: bool, tmp_path: Path, ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_READINGS_OF_WINDOW", 50)
    folder = tmp_path / "Database"
    folder.mkdir()
    file, store = past(folder), storing(ours)
    process = None if opens else t3000(file)
    left: dict[str, bytes] = {}

    def store_while_it_closes(its_frames: Any, detail: str) -> int:
        if not left:
            close(process or t3000(file))
            left.update(state(folder))
        return store(its_frames, detail)

    import_file(file, NEW_YORK, tmp_path / "copies", store_while_it_closes, LongWork(), Known())
    assert len(rows(ours)) == 121
    assert state(folder) == left
    assert list(left) == ["t3000.db"]


def test_a_closed_file_is_read_where_it_stands_and_nothing_is_left_beside_it(tmp_path: Path, ours: Database) -> None:
    folder = tmp_path / "Database"
    folder.mkdir()
    file = past(folder)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")  # as T3000's are, also when they are closed
    before = state(folder)
    assert list(before) == ["t3000.db"]
    left_over = tmp_path / "ours" / "copies"
    (left_over / "copy").mkdir(parents=True)
    (left_over / "copy" / "copy.db").touch()  # by an import that was killed
    assert import_file(file, NEW_YORK, left_over, storing(ours), LongWork(), Known()).added == 120
    assert state(folder) == before
    assert not left_over.exists()


def test_a_file_that_changes_while_it_is_read_is_begun_again(
    tmp_path: Path, ours: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "_READINGS_OF_WINDOW", 30)
    file, store, windows = past(tmp_path), storing(ours), 0

    def change_once(its_frames: Any, detail: str) -> int:
        nonlocal windows
        windows += 1
        if windows == 2:
            with closing(sqlite3.connect(file)) as connection, connection:
                connection.execute(
                    "UPDATE TRENDLOG_DATA_DETAIL SET Value = '5000' WHERE LoggingTime_Fmt > '2026-01-05 12:30'"
                )
        return store(its_frames, detail)

    report = import_file(file, NEW_YORK, tmp_path, change_once, LongWork(), Known())
    assert (report.added, report.samples, len(rows(ours))) == (120, 120, 120)
    assert {value for _, time_s, value, _ in rows(ours) if time_s > utc("2026-01-05 17:31:00")} == {5.0}


def unusable(file: Path) -> str:
    with pytest.raises(UnusableFileError) as raised:
        imported(file)
    return str(raised.value).replace(str(file), "FILE")


def test_each_file_that_is_none_says_so_in_a_sentence(tmp_path: Path, ours: Database) -> None:
    text, empty, none = tmp_path / "text.db", tmp_path / "empty.db", tmp_path / "none.db"
    (tmp_path / "ours" / "nothing").mkdir()
    text.write_text("no database, but long enough to be taken for one by somebody who counts the bytes of it")
    empty.touch()
    strange, newer, bare, cut = (tmp_path / f"{name}.db" for name in ("strange", "newer", "bare", "cut"))
    flat(strange, "a TEXT, LoggingTime TEXT", [], "OTHERS")
    split(newer, "ParentId INTEGER, Reading REAL, LoggingTime_Fmt TEXT", [point(1)], [])
    split(bare, SPLIT["2025-10-30"], [point(1)], [])
    shutil.copy(past(tmp_path), cut)
    os.truncate(cut, cut.stat().st_size // 2)
    with ours.writing():
        pass  # by which it is marked
    ours.copy_wal()
    older, in_ruins = Path(shutil.copy(ours.path, tmp_path / "older.db")), tmp_path / "ruins.db"
    in_ruins.write_bytes(ours.path.read_bytes()[:100])  # its mark is seen before it is opened
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("PRAGMA application_id = 0")  # of a time before it had a mark
    other = "a file of T3WebLog or T3Web/logs, or webview_t3_device.db"
    assert unusable(text) == f"FILE is no SQLite database: name a backup of it if it was one, or {other}"
    assert unusable(empty) == f"FILE is empty: name a backup of it, or {other}"
    assert unusable(none) == "There is no file FILE"
    no_table = "FILE is no database of T3000's web service (it has no table TRENDLOG_DATA)"
    assert unusable(strange) == f"{no_table}: name {other}"
    packed = tmp_path / "packed.db"
    packed.write_bytes(b"PK\x03\x04" + bytes(200))
    assert unusable(packed) == "FILE is packed: unpack it, and import the folder or the files that were in it"
    assert unusable(newer) == (
        "FILE has a shape that this program does not know (TRENDLOG_DATA_DETAIL without Value): "
        "it may be of a newer T3000; update this program"
    )
    assert unusable(bare) == "FILE holds no samples: there is nothing in it to import"
    assert unusable(cut).startswith("FILE is damaged and cannot be read (")
    assert unusable(cut).endswith("; import a backup of it, or what SQLite's command .recover makes of a copy")
    assert unusable(tmp_path) == "FILE cannot be read (Is a directory); choose another file, or import a copy of it"
    for own in (ours.path, older, in_ruins):
        assert unusable(own) == "FILE is a database of T3 Monitor, not of T3000; nothing of it is imported"
    with pytest.raises(UnusableFileError, match=r"has neither databases \(\*\.db\) nor captures"):
        sources_in([tmp_path / "ours" / "nothing"], LongWork())


def databases_in(paths: list[Path]) -> list[Path]:
    return [path for path, captures in sources_in(paths, LongWork()) if not captures]


def test_of_a_folder_t3000s_databases_are_taken_or_all_where_none_has_its_name(tmp_path: Path) -> None:
    (tmp_path / "Database").mkdir()
    names = "Database/webview_t3_device.db", "Database/webview_t3_device_2026-01.db", "Database/users.db", "a.db"
    files = [tmp_path / name for name in names]
    for file in files:
        file.touch()
    assert databases_in([tmp_path, files[0]]) == files[:2]
    assert databases_in([tmp_path / "a.db"]) == files[3:]
    files[0].unlink()
    files[1].unlink()
    assert databases_in([tmp_path]) == [files[3], files[2]]


def test_the_database_in_force_is_not_even_opened_since_that_would_take_its_locks(
    ours: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = known_to(ours.url, Settings())
    monkeypatch.setattr(importing, "opened", None)
    with pytest.raises(UnusableFileError, match="is the database in force itself"):
        imported(ours.path, None, known)


@pytest.mark.parametrize("shape", UNOWNED)
def test_a_shape_whose_samples_no_point_owns_says_so(shape: str, tmp_path: Path) -> None:
    file = tmp_path / "t3000.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"CREATE TABLE TRENDLOG_DATA ({UNOWNED[shape]})")
        connection.execute("INSERT INTO TRENDLOG_DATA (Trendlog_Input_ID, TimeStamp) VALUES (1, 'x')")
    assert unusable(file) == (
        "FILE has the shape of August 2025, whose samples name no point of a panel: none can be imported; "
        "of that time captures of T3000's answers can (T3WebLog, T3Web/logs), if there are any"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="there links are for administrators")
def test_what_the_wal_of_a_file_holds_is_read_by_whatever_link_it_is_named(tmp_path: Path, ours: Database) -> None:
    file, link = past(tmp_path), tmp_path / "elsewhere" / "webview_t3_device.db"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "first link.db")
    (tmp_path / "first link.db").symlink_to(file)
    with t3000(file) as process:
        report = import_file(link, NEW_YORK, tmp_path / "copies", storing(ours), LongWork(), Known())
        assert (report.added, rows(ours)[40]) == (121, ("IN1", utc("2026-01-05 18:00:00"), 77.0, "°C"))
        assert list(link.parent.iterdir()) == [link]
        process.kill()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes in the file system")
@pytest.mark.parametrize("name", ["pipe.db", "pipe.json"])
def test_a_pipe_is_refused_and_not_waited_for(
    name: str, tmp_path: Path, own_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "Database"
    folder.mkdir()
    os.mkfifo(folder / name)
    file, url = past(folder), sqlite_url(tmp_path / "history.db")
    assert main(["import", str(folder / name), str(file), "--database", url]) == 1
    told = capsys.readouterr()
    assert f"{folder / name} cannot be read (it is neither a file nor a folder)" in told.err
    assert "120 samples were added" in told.out
    assert databases_in([folder]) == [file]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes in the file system")
@pytest.mark.parametrize(
    "command", [["sync", "--once", "--link", "demo"], ["import", "FILE"], ["database", "check"], ["export", "a.csv"]]
)
def test_a_pipe_is_no_database_in_force(
    command: list[str], tmp_path: Path, own_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    file = past(tmp_path)
    words = [str(file) if word == "FILE" else word for word in command]
    assert main([*words, "--database", sqlite_url(tmp_path / "pipe.db")]) == 5
    told = capsys.readouterr()
    assert f"{tmp_path / 'pipe.db'} is no file; name the file of a database" in told.out + told.err
