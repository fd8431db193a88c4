"""The export of a file of ours, as the command line is called for it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from holed_file import SERIAL, HoledFile
from t3monitor.cli import main

IN1 = f"{SERIAL}/IN1"


@pytest.fixture
def holed(tmp_path: Path) -> Iterator[HoledFile]:
    (tmp_path / "out").mkdir()
    holed = HoledFile(tmp_path / "history.db")
    holed.describe("SAT", "RAT")
    yield holed
    holed.connection.close()


@pytest.fixture
def off_screen(qapp: QApplication, own_home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A command that needs Qt in this process, which has an application and somebody who hears Qt already."""
    monkeypatch.setattr("t3monitor.commands.off_screen.make_application", lambda: qapp)
    monkeypatch.setattr("t3monitor.commands.off_screen.qInstallMessageHandler", lambda _: None)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    yield
    asyncio.set_event_loop(None)


def export(holed: HoledFile, tmp_path: Path, *options: str, name: str = "t.csv") -> int:
    return main(["export", str(tmp_path / "out" / name), "--database", holed.url, "--zone", "Europe/Berlin", *options])


def only_past(holed: HoledFile) -> None:
    """A panel of which there are readings and nothing else."""
    layout = {"id": 9, "serial_number": 240001, "point_type": "INPUT", "panel_id": 4, "fingerprint": "9"}
    holed.add("TRENDLOG_LAYOUTS", **layout)
    point = {"point_id": "IN1", "point_index": 1, "label": "SAT", "range": 3, "units": "°C", "digital_analog": 1}
    holed.add("TRENDLOG_LAYOUT_POINTS", layout_id=9, position=0, **point)
    holed.read(1_700_000_000, 1_700_000_030, values=(21.5,), layout=9, serial=240001)
