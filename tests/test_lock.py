"""One program at a time holds the lock of a database or of a settings folder."""

import os
import re
import sys
import time
from pathlib import Path

import msgspec
import pytest

from t3monitor.store.lock import HeldError, Holder, Lock, holder_of, lock_file

HERE = Holder.of_this_process("t3monitor sync", 1, "key")
ELSEWHERE = msgspec.structs.replace(HERE, host="another-pc", user="anna", pid=7)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("t3monitor.store.lock._PAUSE_S", 0.0)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "site.db"


def left_behind(database: Path, holder: Holder) -> Path:
    """The text of a program that was killed."""
    file = lock_file(database)
    file.write_bytes(msgspec.json.encode(holder))
    return file


def test_the_second_is_told_who_holds_it(database: Path) -> None:
    here = Holder.of_this_process("t3monitor sync", 1, "key")
    lock = Lock(database, here)
    with pytest.raises(
        HeldError, match=rf"{re.escape(str(database))} is in use by t3monitor sync of .+ \(process {os.getpid()}\)"
    ) as held:
        Lock(database, HERE)
    assert held.value.holder == holder_of(database) == here
    lock.release()


def test_what_was_given_back_is_free_and_leaves_no_file(database: Path) -> None:
    Lock(database, HERE).release()
    assert not lock_file(database).exists()
    assert holder_of(database) is None
    Lock(database, HERE).release()


def test_a_text_without_a_lock_holds_up_nobody(database: Path) -> None:
    left_behind(database, HERE)
    assert holder_of(database) is None
    lock = Lock(database, HERE)
    assert holder_of(database) == HERE
    lock.release()


@pytest.mark.parametrize("text", [b"", b"no JSON", b'{"program": 1}', b"\xff" * 9000])
def test_a_text_that_nobody_understands_is_overwritten(text: bytes, database: Path) -> None:
    lock_file(database).write_bytes(text)
    lock = Lock(database, HERE)
    assert holder_of(database) == HERE
    lock.release()


def test_another_computer_is_named_and_that_two_must_not_write(database: Path) -> None:
    lock = Lock(database, ELSEWHERE)
    with pytest.raises(HeldError, match=r"of anna \(process 7 on another-pc\): .*not opened from two computers"):
        Lock(database, HERE)
    lock.release()


def test_another_computer_may_be_alive_where_file_systems_share_no_locks(database: Path) -> None:
    file = left_behind(database, ELSEWHERE)
    with pytest.raises(HeldError, match=f"on another-pc.*wait 3 minutes or delete {re.escape(str(file))}"):
        Lock(database, HERE)
    long_ago_s = time.time() - 181
    os.utime(file, (long_ago_s, long_ago_s))
    Lock(database, HERE).release()


def test_a_holder_that_freshens_is_never_long_ago(database: Path) -> None:
    lock = Lock(database, HERE)
    os.utime(lock_file(database), (0, 0))
    lock.freshen()
    assert time.time() - lock_file(database).stat().st_mtime < 60
    lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="only administrators make symbolic links, and wine none")
def test_another_name_of_a_database_has_the_same_lock(database: Path, tmp_path: Path) -> None:
    database.touch()
    (tmp_path / "link.db").symlink_to(database)
    lock = Lock(database, HERE)
    with pytest.raises(HeldError):
        Lock(tmp_path / "link.db", HERE)
    lock.release()


def test_one_process_may_hold_several(tmp_path: Path) -> None:
    locks = [Lock(tmp_path / name, HERE) for name in ("a.db", "b.db")]
    assert holder_of(tmp_path / "a.db") == holder_of(tmp_path / "b.db") == HERE
    for lock in locks:
        lock.release()


def test_child_processes_do_not_inherit_it(database: Path) -> None:
    lock = Lock(database, HERE)
    assert not os.get_inheritable(lock._handle)
    lock.release()


def test_a_folder_where_nothing_can_be_made_is_an_error_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        Lock(tmp_path / "file" / "x.db", HERE)
