import asyncio
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from t3monitor.cli import main
from t3monitor.commands import snapshot as snapshot_command
from t3monitor.commands.snapshot import _print_qt_message
from t3monitor.simulation import past


@pytest.fixture
def snapshot(qapp: QApplication, own_home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """The command in this process, which has an application and somebody who hears Qt already."""
    monkeypatch.setattr(snapshot_command, "make_application", lambda: qapp)
    monkeypatch.setattr(snapshot_command, "qInstallMessageHandler", lambda _: None)
    monkeypatch.setattr(snapshot_command, "_QUIET_TURNS", 3)
    monkeypatch.setattr(past, "_DEMO_STEP_S", 3600)  # the curves of these pictures may be coarse
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")  # which the command sets as well, and this takes back
    qapp.setQuitOnLastWindowClosed(False)
    yield lambda *arguments: main(["snapshot", *arguments])
    asyncio.set_event_loop(None)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_the_window_is_drawn_in_the_size_and_theme_asked_for(
    snapshot: Callable[..., int], home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "dark.png"
    assert snapshot(str(picture), "--demo", "--size", "1000x700", "--theme", "dark") == 0
    assert capsys.readouterr().out == f"{picture}\n"
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1000, 700)
    assert image.pixelColor(5, 5).lightness() < 80
    assert not (home / "data").exists(), "the simulated building of a picture leaves nothing behind"


def test_a_picture_that_cannot_be_written_is_one_sentence(home: Path, tmp_path: Path) -> None:
    """As a process, which has no screen and finds its own way to do without."""
    picture = tmp_path / "missing" / "x.png"
    command = [sys.executable, "-m", "t3monitor", "snapshot", str(picture), "--demo", "--page", "welcome"]
    environment = {"T3MONITOR_HOME": str(home), "PATH": "/usr/bin:/bin"}
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, env=environment)
    assert result.returncode == 1
    assert result.stderr == f"{picture} cannot be written; choose a file that ends in .png\n"


def test_what_qt_has_to_say_is_printed_but_for_what_it_says_of_every_window(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("This plugin does not support propagateSizeHints()", "QPainter::begin: Paint device is missing"):
        _print_qt_message(QtMsgType.QtWarningMsg, QMessageLogContext(), text)
    assert capsys.readouterr().err == "QPainter::begin: Paint device is missing\n"


@pytest.mark.parametrize("size", ["1280", "0x0", "axb", "99999x99999"])
def test_a_size_that_is_none_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["snapshot", "x.png", "--size", size])
    assert end.value.code == 2
    assert "such as 1280x800" in capsys.readouterr().err


def test_a_picture_of_the_users_own_window_changes_nothing_of_the_users(
    snapshot: Callable[..., int], home: Path, tmp_path: Path
) -> None:
    config = home / "config"
    config.mkdir(parents=True)
    (config / "settings.json").write_text('{"link": "demo"}')
    (config / "window.json").write_text('{"activity": true}')
    assert snapshot(str(tmp_path / "x.png")) == 0
    assert (config / "window.json").read_text() == '{"activity": true}'
    assert not list((home / "data").rglob("*.db"))
