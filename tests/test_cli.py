"""The command line: what is stored, printed and returned."""

import gc
import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from answers import DOCUMENT_EXAMPLE
from command_line import REAL, Command, Does, at_home, command, kept_link, one_child
from t3monitor import __version__
from t3monitor.cli import main
from t3monitor.simulation.link import DemoLink
from t3monitor.t3000.library import LibraryLink

__all__ = ["at_home", "command", "kept_link", "one_child"]

# The documented example (docs/t3000.md 4.3), with one point of each type.
DOCUMENTED = json.loads(DOCUMENT_EXAMPLE)
DOCUMENTED["devices"][0]["output_points"] = [
    {"index": 1, "panel": 1, "full_label": "Valve", "value": 40.0, "range": 4, "units": "%", "id": "OUT1"}
]
DOCUMENTED["devices"][0]["variable_points"] = [
    {"index": 1, "panel": 1, "full_label": "Setpoint", "value": 0, "range": 2, "units": "Deg.F", "id": "VAR1"}
]
TABLES = ("DEVICES", "INPUT_POINTS", "OUTPUT_POINTS", "VARIABLE_POINTS")


def stored(command: Command, t3000_does: Does, answer: Any) -> dict[str, list[Any]]:
    t3000_does(f"say {json.dumps(answer)}")
    assert command.sync("--once")[0] == 0
    queries = {
        "DEVICES": "SELECT serial_number, panel_id, panel_name, address, status, ip_address, input_logging_time,"
        " output_logging_time, variable_logging_time FROM DEVICES",
        "TRENDLOG_DATA": "SELECT * FROM TRENDLOG_DATA",
    }
    for table in TABLES[1:]:
        queries[table] = (
            "SELECT serial_number, point_index, point_id, panel, full_label, label, value, units, range, auto_manual,"
            f" control, digital_analog, logging_time FROM {table}"
        )
    queries["status"] = "SELECT status FROM INPUT_POINTS"
    found = {name: command.rows(sql) for name, sql in queries.items()}
    command.file.unlink()
    return found


@pytest.mark.usefixtures("one_child")
def test_both_shapes_of_an_answer_are_stored_alike_where_they_mean_the_same(command: Command, t3000_does: Does) -> None:
    documented = stored(command, t3000_does, DOCUMENTED)
    assert documented == stored(command, t3000_does, REAL)
    assert documented["INPUT_POINTS"][0][4:9] == ("Temperature Sensor 1", "", 72.5, "°F", 2)
    assert len(documented["TRENDLOG_DATA"]) == 3


@pytest.mark.usefixtures("one_child")
def test_a_zero_is_a_sample(command: Command, t3000_does: Does) -> None:
    t3000_does(f"say {json.dumps(REAL)}")
    command.sync("--once")
    assert command.rows("SELECT value FROM TRENDLOG_DATA WHERE point_type = 'VARIABLE'") == [(0.0,)]


@pytest.mark.usefixtures("one_child")
def test_the_documented_addresses_of_a_panel_are_stored(command: Command, t3000_does: Does) -> None:
    t3000_does(f"say {json.dumps(DOCUMENTED)}")
    command.sync("--once")
    assert command.rows("SELECT port, modbus_address, bacnet_mstp_mac_id FROM DEVICES") == [(502, 1, 1)]


@pytest.mark.usefixtures("one_child")
def test_however_often_a_scheduler_starts_it_there_is_one_begin_and_one_end(command: Command, t3000_does: Does) -> None:
    t3000_does(f"say {json.dumps(REAL)}")
    for _ in range(3):
        assert command.sync("--once")[0] == 0
    assert command.rows("SELECT kind FROM SYNC_EVENTS ORDER BY id") == [("started",), ("quit",)]


@pytest.mark.usefixtures("one_child")
def test_a_cycle_is_one_json_object_on_one_line(command: Command, t3000_does: Does) -> None:
    t3000_does(f"say {json.dumps(REAL)}")
    code, [cycle] = command.sync("--once")
    assert code == 0
    assert list(cycle) == [
        *("outcome", "reason", "attempts", "devices", "skipped", "points", "samples"),
        *("bytes", "run_id", "elapsed_ms", "phases_ms"),
    ]
    assert cycle["outcome"] == "ok"
    assert cycle["reason"] is None
    numbers = {name: cycle[name] for name in ("attempts", "devices", "skipped", "points", "samples", "run_id")}
    assert numbers == {"attempts": 1, "devices": 1, "skipped": 0, "points": 3, "samples": 3, "run_id": 1}
    assert cycle["bytes"] == len(json.dumps(REAL))


SERIAL_0 = {"data": [{**REAL["data"][0], "panel_serial_number": 0}, REAL["data"][0]]}  # type: ignore[dict-item, index]


@pytest.mark.usefixtures("one_child")
@pytest.mark.parametrize(
    ("act", "code", "outcome", "reason"),
    [
        ('say {"debug":"HandleWebViewMsg returned empty response"}', 7, "no_new_data", "opened once"),
        ("say {}", 7, "no_new_data", "no panel"),
        ('say {"error":"Panel is offline ."}', 1, "refused", "Panel is offline ."),
        ('code -1 {"error":"Exception in bridge"}', 1, "refused", "Exception in bridge"),
        ('code 7 {"error":"seven"}', 1, "refused", "seven"),
        ('code -2 {"error":"MFC application not initialized"}', 3, "not_ready", "MFC application not initialized"),
        ("say this is no JSON", 1, "bad_reply", "not a LOGGING_DATA answer"),
        ("fill", 1, "bad_reply", "104857600 bytes"),
        ("crash", 1, "crashed", "SIGSEGV"),
        ("exit 3", 1, "crashed", "exit code 3"),
        (f"say {json.dumps(SERIAL_0)}", 6, "partial", "serial number 0"),
    ],
)
def test_what_the_library_does_decides_outcome_reason_exit_code_and_ledger(
    command: Command, t3000_does: Does, act: str, code: int, outcome: str, reason: str
) -> None:
    t3000_does(act)
    found, [cycle] = command.sync("--once", "--retries", "0")
    assert (found, cycle["outcome"]) == (code, outcome)
    assert reason in cycle["reason"]
    assert command.rows("SELECT outcome, reason, attempts FROM SYNC_RUNS") == [(outcome, cycle["reason"], 1)]
    assert command.rows("SELECT count(*) FROM DEVICES WHERE serial_number = 0") == [(0,)]


def test_a_library_that_hangs_is_a_timeout(
    command: Command, t3000_does: Does, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    t3000_does(f"hang {tmp_path / 'pid'}")
    fetch, before = LibraryLink.fetch, set(multiprocessing.active_children())
    monkeypatch.setattr(LibraryLink, "fetch", lambda link, timeout_s: fetch(link, timeout_s / 10))
    code, [cycle] = command.sync("--once", "--timeout", "1")
    assert (code, cycle["outcome"]) == (4, "timeout")
    assert "within 0.1 s" in cycle["reason"]
    assert set(multiprocessing.active_children()) == before


def test_after_a_crash_the_next_cycle_works(command: Command, t3000_does: Does) -> None:
    t3000_does("crash")
    assert command.sync("--once")[0] == 1
    t3000_does(f"say {json.dumps(REAL)}")
    assert command.sync("--once")[0] == 0
    assert command.rows("SELECT id, outcome FROM SYNC_RUNS") == [(1, "crashed"), (2, "ok")]


def test_the_exit_code_of_several_cycles_is_that_of_the_last(
    command: Command, tmp_path: Path, seconds_fly: None
) -> None:
    recording = tmp_path / "answers"
    recording.write_text(json.dumps(REAL) + "\n{}\n")
    code, cycles = command.sync("--cycles", "2", "--interval", "1", link=("--file", str(recording)))
    assert (code, [cycle["outcome"] for cycle in cycles]) == (7, ["ok", "no_new_data"])


@pytest.mark.parametrize(("options", "cycles"), [(("--once",), 1), (("--cycles", "1"), 1)])
@pytest.mark.parametrize("finds", [True, False])
def test_panels_are_looked_for_anew_before_the_first_cycle_on_request_and_cost_no_cycle_more(
    command: Command, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], cycles: int, finds: bool
) -> None:
    done: list[str] = []
    fetch = DemoLink.fetch
    monkeypatch.setattr(DemoLink, "forget_panels", lambda _: done.append("forgot"))
    monkeypatch.setattr(DemoLink, "fetch", lambda link, timeout_s: (done.append("fetched"), fetch(link, timeout_s))[1])
    options = (*options, "--find-panels") if finds else options
    code, printed = command.sync(*options, link=("--link", "demo"))
    assert (code, len(printed)) == (0, cycles)
    assert done == [*(["forgot"] if finds else []), *["fetched"] * cycles]
    assert command.rows("SELECT count(*) FROM SYNC_RUNS") == [(cycles,)]


@pytest.mark.skipif(sys.platform == "win32", reason="there os.kill takes no Ctrl-C")
@pytest.mark.parametrize(
    "module", ["argparse", "t3monitor.model.errors", "t3monitor.config.settings", "t3monitor.commands.doctor"]
)
def test_ctrl_c_while_the_program_is_still_being_imported_is_exit_code_130_and_no_traceback(module: str) -> None:
    program = f"""if True:
        import os, signal, sys
        class Interrupting:
            def find_spec(self, name, *_):
                if name == "{module}":
                    os.kill(os.getpid(), signal.SIGINT)
        sys.meta_path.insert(0, Interrupting())
        from t3monitor.cli import main
        main(["doctor"])
    """
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out == f"t3monitor {__version__}\n"


def test_people_get_a_table_of_panels(capsys: pytest.CaptureFixture[str], own_home: Path) -> None:
    assert main(["sync", "--link", "demo", "--once"]) == 0
    printed = capsys.readouterr().out
    assert "6 panels, 1,536 points, 1,536 samples" in printed
    assert "AHU-1" in printed
    assert "°C" in printed
    assert (own_home / "data" / "demo" / "webview_t3_device.db").exists(), "apart from a real building's file"


@pytest.mark.usefixtures("one_child")
def test_the_log_files_are_written_beside_the_output(command: Command, t3000_does: Does, own_home: Path) -> None:
    t3000_does(f"say {json.dumps(REAL)}")
    command.sync("--once")
    logs = own_home / "logs" / "T3WebLog"
    ffi = (logs / "FFI.log").read_text(encoding="utf-8")
    assert "] 📱 Device 1/1: Serial=12345, Name='Building A Controller'\n" in ffi
    assert ffi.splitlines()[-1].endswith("] 🎉 SYNC CYCLE COMPLETED")
    assert "✅ Database connection established" in (logs / "Initialize.log").read_text(encoding="utf-8")


@contextmanager
def signalled(how: signal.Signals, condition: Callable[[], object]) -> Iterator[None]:
    """Sends this process a signal as soon as a condition holds; the command that runs in it takes it for its own."""
    is_over = threading.Event()

    def send() -> None:
        while not condition():
            if is_over.wait(0.01):
                return
        os.kill(os.getpid(), how)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="there os.kill takes no Ctrl-C")
@pytest.mark.parametrize("how", ["SIGINT", "SIGHUP"])  # by name: on Windows there is no signal.SIGHUP
def test_ctrl_c_stops_cleanly_in_the_middle_of_a_call_that_hangs(
    command: Command, t3000_does: Does, tmp_path: Path, how: str
) -> None:
    pid = tmp_path / "pid"
    t3000_does(f"hang {pid}")
    with signalled(
        signal.Signals[how], lambda: pid.exists() and pid.read_text().strip()
    ):  # the library says that it hangs
        code, cycles = command.sync()
    assert (code, [cycle["outcome"] for cycle in cycles]) == (130, ["interrupted"])
    assert "Traceback" not in command.stderr
    assert command.rows("SELECT outcome FROM SYNC_RUNS") == [("interrupted",)]
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_what_the_library_prints_does_not_get_between_the_json(
    t3000_library: Path, t3000_does: Does, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    t3000_does(f"noise {tmp_path}")
    main(["sync", "--library", str(t3000_library), "--database", f"sqlite:///{tmp_path / 'x.db'}", "--json", "--once"])
    printed, _ = capfd.readouterr()
    assert [json.loads(line)["outcome"] for line in printed.splitlines()] == ["no_new_data"]


def test_a_reader_that_goes_away_ends_the_sync_without_a_traceback() -> None:
    command = [sys.executable, "-m", "t3monitor", "sync", "--link", "demo", "--json"]
    program = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        program.stdout.close()
        program.stdout = None  # on Windows communicate would read it all the same
        _, errors = program.communicate(timeout=60)
    finally:
        program.kill()
    assert (program.returncode, errors) == (1, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a file that is always full")
def test_output_that_cannot_be_written_ends_a_command_with_a_sentence_at_most(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    database = f"--database sqlite:///{tmp_path / 'x.db'}"
    assert main(f"sync --link demo --once {database}".split()) == 0
    unprintable = "The result cannot be printed: No space left on device\n"
    ends = {
        "sync --link demo --json": "",
        "doctor --link demo --json": unprintable,
        f"database check {database}": unprintable,
        f"export {tmp_path / 'x.csv'} --panel 237221 {database}": unprintable,
    }
    for arguments, sentence in ends.items():
        capsys.readouterr()
        with Path("/dev/full").open("w") as full:
            monkeypatch.setattr(sys, "stdout", full)
            assert main(arguments.split()) == 1
        assert capsys.readouterr().err.endswith(sentence)
    assert (tmp_path / "x.csv").exists(), "it is not the file that could not be written"


@pytest.mark.skipif(sys.platform == "win32", reason="there os.kill takes no Ctrl-C")
def test_ctrl_c_while_another_program_locks_the_database_ends_it_with_the_lock_still_there(
    command: Command, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.keeper._CLOSING_PATIENCE_S", 0.1)
    log = own_home / "logs" / "T3WebLog" / "FFI.log"
    assert command.sync("--once", link=("--link", "demo"))[0] == 0
    with closing(sqlite3.connect(command.file)) as other:
        other.execute("BEGIN IMMEDIATE")
        # With its second answer it waits for the database.
        with signalled(signal.SIGINT, lambda: log.read_text(encoding="utf-8").count("FFI Response") == 2):
            code, _ = command.sync(link=("--link", "demo"))
    assert code == 130


def test_the_window_starts_without_looking_for_garbage_in_what_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    was_enabled, seen = gc.isenabled(), []
    monkeypatch.setattr("t3monitor.commands.window.window", lambda _: seen.append(gc.isenabled()) or 0)
    gc.enable()
    try:
        assert main([]) == 0
    finally:
        (gc.enable if was_enabled else gc.disable)()
    assert seen == [False]
