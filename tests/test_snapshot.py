import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from t3monitor.cli import main
from t3monitor.commands import off_screen
from t3monitor.commands import snapshot as snapshot_command
from t3monitor.commands.off_screen import print_qt_message


@pytest.fixture
def snapshot(qapp: QApplication, own_home: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """The command in this process, which has an application and somebody who hears Qt already."""
    monkeypatch.setattr(off_screen, "make_application", lambda: qapp)
    monkeypatch.setattr(off_screen, "qInstallMessageHandler", lambda _: None)
    monkeypatch.setattr(snapshot_command, "_QUIET_TURNS", 3)
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


def test_a_picture_that_cannot_be_written_is_one_sentence_and_no_screen_is_needed(
    snapshot: Callable[..., int],
    qapp: QApplication,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    screens = []
    monkeypatch.setattr(
        off_screen, "make_application", lambda: screens.append(os.environ.get("QT_QPA_PLATFORM")) or qapp
    )
    monkeypatch.delenv("QT_QPA_PLATFORM")
    picture = tmp_path / "missing" / "x.png"
    assert snapshot(str(picture), "--demo", "--page", "welcome") == 1
    assert capsys.readouterr() == ("", f"{picture} cannot be written; choose a file that ends in .png\n")
    assert screens == ["offscreen"], "which Qt reads when it makes its application"


def test_what_qt_has_to_say_is_printed_but_for_what_it_says_of_every_window(capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("This plugin does not support propagateSizeHints()", "QPainter::begin: Paint device is missing"):
        print_qt_message(QtMsgType.QtWarningMsg, QMessageLogContext(), text)
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
