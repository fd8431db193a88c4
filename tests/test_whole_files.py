"""Files that are there whole or not at all, also when a program is killed amid them."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from t3monitor.config.databases import TakenError
from t3monitor.config.files import WholeFiles, open_file, whole_file, write_whole

WRITER = """
import sys
from pathlib import Path
from t3monitor.config.databases import TakenError
from t3monitor.config.files import WholeFiles
with WholeFiles() as files:
    for name in ("a.csv", "b.csv"):
        files.begin(Path(sys.argv[1], name)).write(b"half")
    (files.workplace(Path(sys.argv[1], "a.csv")) / "sheet1").write_text("rows")
    print("writing", flush=True)
    sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def writer(folder: Path) -> "subprocess.Popen[str]":
    """A program that has begun two files and waits."""
    program = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdout.readline() == "writing\n"
    return program


def test_what_a_killed_program_left_goes_with_the_next_file_of_its_folder_and_what_is_written_stays(
    tmp_path: Path,
) -> None:
    (tmp_path / ".a.csv.1a2b3c4d.tmp").write_text("somebody else's")
    with writer(tmp_path) as killed, writer(tmp_path) as alive:
        killed.kill()
        killed.wait()
        assert len(names(tmp_path)) == 3
        with whole_file(tmp_path / "c.csv") as file:
            file.write(b"whole")
            assert len(names(tmp_path)) == 3, "its own, and that of the one that is alive"
        assert len(names(tmp_path)) == 3
        alive.communicate("")
        assert alive.returncode == 0
    assert names(tmp_path) == [".a.csv.1a2b3c4d.tmp", "a.csv", "b.csv", "c.csv"]
    assert (tmp_path / "a.csv").read_bytes() == b"half"


def test_what_another_computer_left_on_a_share_is_left_alone(tmp_path: Path) -> None:
    """Its locks may not be seen here."""
    other = tmp_path / ".t3monitor-00000000-1a2b3c4d.tmp"
    other.mkdir()
    (other / "lock").touch()
    with whole_file(tmp_path / "c.csv"):
        pass
    assert names(tmp_path) == [other.name, "c.csv"]


def test_files_of_several_folders_are_each_written_beside_their_places(tmp_path: Path) -> None:
    folders = tmp_path / "a", tmp_path / "b"
    with WholeFiles() as files:
        for folder in folders:
            folder.mkdir()
            files.begin(folder / "x.csv").write(folder.name.encode())
        assert [len(names(folder)) for folder in folders] == [1, 1]
    assert [(folder / "x.csv").read_text() for folder in folders] == ["a", "b"]
    assert [names(folder) for folder in folders] == [["x.csv"], ["x.csv"]]


@pytest.mark.skipif(sys.platform == "win32", reason="there the folder decides")
def test_a_text_is_for_its_owner_alone_and_a_document_for_whom_the_folder_says(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        write_whole(tmp_path / "new" / "settings.json", "{}")
        with whole_file(tmp_path / "a.csv"):
            pass
    finally:
        os.umask(old)
    assert (tmp_path / "new" / "settings.json").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "a.csv").stat().st_mode & 0o777 == 0o644
    assert names(tmp_path / "new") == ["settings.json"]


def test_what_goes_wrong_leaves_nothing_and_what_was_there(tmp_path: Path) -> None:
    write_whole(tmp_path / "settings.json", "old")
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "settings.json") as file:
        file.write(b"new")
        raise ZeroDivisionError
    assert names(tmp_path) == ["settings.json"]
    assert (tmp_path / "settings.json").read_text() == "old"


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal", "-lock", "-late.json"])
def test_no_document_takes_the_place_of_a_database_or_of_what_belongs_to_one(
    tmp_path: Path, mode: str, ending: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute(f"PRAGMA journal_mode = {mode}")
        database.execute("CREATE TABLE t (x)")
        database.commit()
        before = names(tmp_path)
        with pytest.raises(TakenError, match="choose another name"), whole_file(tmp_path / f"a.db{ending}") as file:
            file.write(b"rows")
        with closing(sqlite3.connect(tmp_path / "a.db")) as other:
            assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("t",)]
        assert names(tmp_path) == before


def test_a_database_is_known_behind_a_link_and_its_wal_under_any_name(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("CREATE TABLE t (x)")
        (tmp_path / "wal of before").write_bytes((tmp_path / "a.db-wal").read_bytes())
        (tmp_path / "link.csv").symlink_to(tmp_path / "a.db")
        for name in ("link.csv", "wal of before"):
            with pytest.raises(TakenError), whole_file(tmp_path / name):
                pass
        assert (tmp_path / "link.csv").is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such files")
def test_what_is_no_file_is_not_replaced_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in (tmp_path / "pipe", tmp_path):
        with pytest.raises(TakenError, match="that is no file"), whole_file(place):
            pass


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes in the file system")
def test_what_a_user_names_to_be_read_is_a_file_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="it is neither a file nor a folder"):
        open_file(tmp_path / "pipe")
    with pytest.raises(FileNotFoundError):
        open_file(tmp_path / "none")
    (tmp_path / "a.csv").write_bytes(b"rows")
    with open_file(tmp_path / "a.csv") as file:
        assert file.read() == b"rows"
