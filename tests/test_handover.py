"""Beside a program that records nobody else does: single cycles are handed over, everything else is refused."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import user_paths
from t3monitor.config.settings import Settings
from t3monitor.config.settings_file import save
from t3monitor.model.notes import Note, NoteEdit
from t3monitor.model.successions import Succession, SuccessionEdit
from t3monitor.store.baselines import read_baselines
from t3monitor.store.database import Database
from t3monitor.store.lock import Holder, Lock, holder_of
from t3monitor.store.notes import read_notes
from t3monitor.store.successions import read_successions
from t3monitor.sync.handover import UnansweredError, write_notes, write_successions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="programs are ended by signals here")

INTERVAL_S = 3600


@pytest.fixture
def database(own_home: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("t3monitor.store.lock._PAUSE_S", 0.01)
    save(user_paths().settings_file, Settings(demo_panels=2))
    return tmp_path / "home" / "data" / "demo" / "webview_t3_device.db"


@pytest.fixture
def recorder(database: Path) -> Iterator["subprocess.Popen[str]"]:
    """A periodic sync of another process, whose first cycle is over."""
    options = ("sync", "--link", "demo", "--interval", str(INTERVAL_S), "--json")
    with subprocess.Popen(
        [sys.executable, "-m", "t3monitor", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as program:
        assert program.stdout is not None
        try:
            assert json.loads(program.stdout.readline())["run_id"] == 1
            yield program
        finally:
            program.kill()


def cycles(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM SYNC_RUNS").fetchone()
        return int(count)


def test_beside_a_program_that_records(
    recorder: "subprocess.Popen[str]",
    database: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One test, since it takes a second process: every command that may come, and the end of the first one."""
    name = str(holder_of(database))
    assert name.endswith(f"(process {recorder.pid})")

    assert main(["sync", "--link", "demo", "--once", "--json"]) == 0
    printed = capsys.readouterr().out
    assert recorder.stdout is not None
    assert printed == recorder.stdout.readline()  # it is that one's cycle
    assert json.loads(printed)["run_id"] == 2

    assert main(["sync", "--link", "demo", "--once", "--interval", str(INTERVAL_S)]) == 0
    printed = capsys.readouterr().out
    assert f"Database {database}, recorded by {name}\n" in printed
    assert "2 panels, 512 points" in printed
    assert "AHU-1" in printed

    assert main(["sync", "--link", "demo", "--once", "--interval", "5", "--retries", "1"]) == 2
    captured = capsys.readouterr()
    assert f"{name} records with --interval {INTERVAL_S}, --retries 3" in captured.err
    assert captured.out == ""

    for how_many in ((), ("--cycles", "2")):
        assert main(["sync", "--link", "demo", *how_many]) == 5
        assert f"{database} is in use by {name}" in capsys.readouterr().err
    assert cycles(database) == 3

    for may_write, found in ((True, "can be read; 3 cycles"), (False, "may only be read by this user; 3 cycles")):
        with monkeypatch.context() as patch:
            patch.setattr(Database, "__init__", lambda *_: 1 / 0)  # nobody but the recorder writes
            patch.setattr("os.access", lambda *_, answer=may_write: answer)
            assert main(["doctor", "--link", "demo"]) == 0
        printed = capsys.readouterr().out
        assert f"{database} {found}" in printed
        assert f"{name} records into this database" in printed

    holder = holder_of(database)
    assert holder is not None
    note = Note(1000.0, None, None, "Belt changed", "ann", 1001.0, 1001.0)
    undo = asyncio.run(write_notes(holder, [NoteEdit(note)]))
    assert [written.text for written in read_notes(sqlite_url(database))] == ["Belt changed"]
    asyncio.run(write_notes(holder, undo))
    assert read_notes(sqlite_url(database)) == ()
    its = Succession(237219, 240001, 1000, 1001, "ann")
    back = asyncio.run(write_successions(holder, [SuccessionEdit(240001, its)]))
    assert read_successions(sqlite_url(database)) == (its,)
    asyncio.run(write_successions(holder, back))
    assert read_successions(sqlite_url(database)) == ()
    with pytest.raises(UnansweredError, match="no other panel"):
        asyncio.run(write_successions(holder, [SuccessionEdit(237219, its._replace(successor=237219))]))

    assert main(["database", "freeze", "Handover", "--database", sqlite_url(database)]) == 0
    assert capsys.readouterr().out == "Frozen as “Handover”: 512 points of 2 panels\n"
    assert main(["database", "freeze", "Handover", "--database", sqlite_url(database)]) != 0
    assert "There is a baseline “Handover” already" in capsys.readouterr().err
    assert [baseline.name for baseline in read_baselines(sqlite_url(database))] == ["Handover"]

    recorder.kill()
    recorder.wait()
    assert holder_of(database) is None
    assert main(["sync", "--link", "demo", "--once", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["run_id"] == 4
    for_the_next = f"{database.name}-late.json"  # of a panel that T3000 did not read again just then
    assert {file.name for file in database.parent.iterdir()} - {for_the_next} == {database.name}


def test_a_pipe_that_nobody_reads_keeps_neither_cycles_nor_the_end_from_coming_however_many_signals_ask_for_it(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "home" / "logs" / "T3WebLog" / "FFI.log"
    read, write = os.pipe()
    os.set_blocking(write, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(write, b"." * 65_536)
    os.set_blocking(write, True)
    program = subprocess.Popen(
        [sys.executable, "-m", "t3monitor", "sync", "--link", "demo", "--interval", str(INTERVAL_S)],
        stdout=write,
        stderr=write,
    )
    try:
        while not (log.exists() and "SYNC CYCLE COMPLETED" in log.read_text(encoding="utf-8")):
            assert program.poll() is None
            time.sleep(0.01)
        assert main(["sync", "--link", "demo", "--once"]) == 0
        assert f"(process {program.pid})" in capsys.readouterr().out
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP) * 20:
            program.send_signal(how)
        assert program.wait(timeout=60) == 130
    finally:
        program.kill()
        os.close(read)
        os.close(write)
    assert cycles(database) == 2
    assert [file.name for file in database.parent.iterdir()] == [database.name]


def test_beside_an_import_nothing_is_handed_over_and_nobody_records(
    database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database.parent.mkdir(parents=True)
    Database(sqlite_url(database)).close()
    lock = Lock(database, Holder.of_this_process("t3monitor import", 0, ""))
    try:
        in_use = f"{database} is in use by {holder_of(database)}: wait until that is done"
        for command in (["sync", "--once"], ["sync", "--cycles", "1"], ["sync"]):
            assert main([*command, "--link", "demo"]) == 5
            assert in_use in capsys.readouterr().err
        assert main(["database", "freeze", "Commissioning", "--database", sqlite_url(database)]) == 5
        assert in_use in capsys.readouterr().err
        main(["doctor", "--link", "demo"])
        said = capsys.readouterr().out
        assert f"{holder_of(database)} is at work in this database" in said
        assert "records into" not in said
    finally:
        lock.release()
    assert cycles(database) == 0
