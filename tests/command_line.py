"""The command line as it is called, in a home of its own, with a library that does as a test wants."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from t3monitor.cli import main
from t3monitor.config.settings import Settings
from t3monitor.t3000.library import LibraryLink

Does = Callable[[str], None]


def real_point(kind: str, id_: str, value: int, **fields: Any) -> dict[str, Any]:
    common = {"type": kind, "id": id_, "index": 0, "pid": 1, "command": f"1{id_}", "label": "", "value": value}
    return {**common, "auto_manual": 0, "control": 0, "digital_analog": 1, **fields}


# What T3000 really sends for the above (docs/t3000.md 4.1).
REAL = {
    "action": "LOGGING_DATA_RES",
    "data": [
        {
            "device_data": [
                real_point("INPUT", "IN1", 72500, description="Temperature Sensor 1", range=2, unit=2, decom=1),
                real_point("OUTPUT", "OUT1", 40000, description="Valve", range=4),
                real_point("VARIABLE", "VAR1", 0, description="Setpoint", range=2),
            ],
            "input_logging_time": 1729512016,
            "output_logging_time": 1729512016,
            "panel_id": 1,
            "panel_ipaddress": "192.168.1.100",
            "panel_name": "Building A Controller",
            "panel_serial_number": 12345,
            "variable_logging_time": 1729512016,
        }
    ],
}


@pytest.fixture(autouse=True)
def at_home(own_home: Path) -> None:
    """Each test has folders of its own: the command takes over logging."""


class Command:
    """Runs ``t3monitor sync`` in this process and keeps what came of it."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path, library: Path) -> None:
        self.capsys, self.library = capsys, library
        self.file = folder / "x.db"
        self.stderr = ""

    def sync(self, *options: str, link: tuple[str, ...] | None = None) -> tuple[int, list[dict[str, Any]]]:
        chosen = link if link is not None else ("--link", "library", "--library", str(self.library))
        code = main(["sync", *chosen, "--database", f"sqlite:///{self.file}", "--json", *options])
        captured = self.capsys.readouterr()
        self.stderr = captured.err
        return code, [json.loads(line) for line in captured.out.splitlines()]

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], tmp_path: Path, t3000_library: Path) -> Command:
    return Command(capsys, tmp_path, t3000_library)


@pytest.fixture(scope="module")
def kept_link(t3000_library: Path) -> Iterator[LibraryLink]:
    link = LibraryLink(t3000_library, request=Settings().request, buffer_bytes=Settings().buffer_bytes)
    yield link
    link.close()


@pytest.fixture
def one_child(kept_link: LibraryLink, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's child process serves the commands of all tests: what becomes of its answers is what they try."""
    monkeypatch.setattr(kept_link, "close", lambda: None)
    monkeypatch.setattr("t3monitor.t3000.library.LibraryLink", lambda *_, **__: kept_link)


def doctor(capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, dict[str, str]]]:
    code = main(["doctor", "--json", *options])
    answer = json.loads(capsys.readouterr().out)
    checks = {check["name"]: check for check in answer["checks"]}
    assert answer["ok"] == (code == 0) == all(check["outcome"] == "ok" for check in checks.values())
    return code, checks
