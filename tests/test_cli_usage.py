"""What cannot be done as it is asked for is one sentence and an exit code."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from command_line import REAL, Command, Does, at_home, command, doctor
from t3monitor.cli import main

__all__ = ["at_home", "command"]


def test_a_missing_library_is_one_sentence(command: Command, tmp_path: Path) -> None:
    code, [cycle] = command.sync("--once", link=("--library", str(tmp_path / "t3000.so")))
    assert (code, cycle["outcome"]) == (3, "unreachable")
    assert "does not exist" in cycle["reason"]
    assert "Traceback" not in command.stderr


def test_no_link_at_all_is_one_sentence_and_nothing_simulated_is_stored(command: Command) -> None:
    code, [cycle] = command.sync("--once", link=())
    assert (code, cycle["outcome"]) == (3, "unreachable")
    assert "--link" in cycle["reason"]
    assert command.rows("SELECT count(*) FROM DEVICES") == [(0,)]


def test_a_database_that_cannot_be_opened_has_exit_code_5(command: Command, t3000_does: Does) -> None:
    t3000_does(f"say {json.dumps(REAL)}")
    command.file.write_bytes(b"This is a letter." * 500)
    code, [cycle] = command.sync("--once")
    assert (code, cycle["outcome"], cycle["run_id"]) == (5, "database", None)
    assert "is not an SQLite database" in cycle["reason"]


@pytest.mark.parametrize("sent", ["nonsense", 5])
@pytest.mark.parametrize("options", [("--once",), ()])
def test_a_bad_database_in_the_settings_has_exit_code_5_and_begins_no_file(
    sent: Any, options: tuple[str, ...], t3000_library: Path, own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = own_home / "config" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"database": sent}))
    assert main(["sync", "--library", str(t3000_library), "--json", *options]) == 5
    captured = capsys.readouterr()
    [cycle] = map(json.loads, captured.out.splitlines())
    sentence = f"'{sent}' is no database this program can use; write it as sqlite:///FILE"
    assert (cycle["outcome"], cycle["run_id"], cycle["attempts"]) == ("database", None, 0)
    assert cycle["reason"].startswith(sentence)
    assert captured.err.count(f"failed (database): {sentence}") == 1  # although both log files have it
    assert not list(own_home.rglob("*.db"))
    assert json.loads(settings.read_text()) == {"database": sent}
    if not options:
        code, checks = doctor(capsys, "--library", "none.so")
        assert code == 5
        assert checks["database"]["text"].startswith(sentence)


def test_a_home_that_is_a_file_is_one_sentence_and_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "file"))
    assert main(["sync", "--once"]) == 2
    assert (
        capsys.readouterr().err
        == f"T3MONITOR_HOME: {tmp_path / 'file'} is no folder; name one, which need not be there yet\n"
    )


def test_a_database_that_cannot_be_opened_ends_a_sync_without_end(command: Command) -> None:
    command.file.write_bytes(b"This is a letter." * 500)
    code, cycles = command.sync()
    assert (code, len(cycles)) == (5, 1)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--interval", "0"), "--interval: sync_interval_secs cannot be 0: it is a whole number from 1 to 31536000"),
        (("--timeout", "601"), "--timeout: timeout_seconds cannot be 601: it is a whole number from 1 to 600"),
        (("--retries", "-1"), "--retries: retry_attempts cannot be -1: it is a whole number from 0 to 10"),
    ],
)
def test_a_bad_option_is_one_sentence_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], sentence: str
) -> None:
    assert main(["sync", "--once", "--link", "demo", *options]) == 2
    assert sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["sync", "--link", "telepathy"], ["sync", "--cycles", "0"], ["sync", "--once", "--cycles", "2"]]
)
def test_wrong_usage_has_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2


@pytest.mark.parametrize("sent", ["abc", "0", "1.5", "9" * 5000])
def test_a_count_of_cycles_that_is_none_is_named(sent: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["sync", "--cycles", sent])
    assert "argument --cycles: must be a whole number of 1 or more" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="there it is the folder of that name beside one's own")
@pytest.mark.parametrize("command_", [[], ["sync", "--once"], ["doctor"]])
def test_a_home_of_a_user_who_is_not_known_is_one_sentence_and_exit_code_2(
    command_: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", r"~nosuchuser\x")
    assert main(command_) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors == "T3MONITOR_HOME: the home folder in '~nosuchuser\\x' is not known; give the whole path\n"


@pytest.mark.skipif(sys.platform == "win32", reason="there it is the folder of that name beside one's own")
@pytest.mark.parametrize("option", ["--library", "--file"])
@pytest.mark.parametrize("command_", ["sync", "doctor"])
def test_a_file_in_the_home_of_a_user_who_is_not_known_is_one_sentence_and_exit_code_2(
    option: str, command_: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command_, option, "~nosuchuser/x"]) == 2
    assert f"{option}: the home folder in '~nosuchuser/x' is not known" in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no names that are no text")
@pytest.mark.parametrize("option", ["--library", "--file"])
@pytest.mark.parametrize("command_", [["sync", "--once"], ["doctor"]])
def test_a_file_whose_name_is_no_text_is_unreachable(
    command_: list[str], option: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main([*command_, option, f"{tmp_path}/\udcff"]) == 3
    printed, errors = capfd.readouterr()
    assert "\\udcff" in printed
    assert "Traceback" not in errors
