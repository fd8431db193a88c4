import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from t3monitor.cli import main


def snapshot(*arguments: str, home: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "t3monitor", "snapshot", *arguments]
    environment = {"T3MONITOR_HOME": str(home), "PATH": "/usr/bin:/bin"}
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, env=environment)


def test_the_window_is_drawn_in_the_size_and_theme_asked_for(tmp_path: Path) -> None:
    picture = tmp_path / "dark.png"
    result = snapshot(str(picture), "--demo", "--size", "1000x700", "--theme", "dark", home=tmp_path)
    assert (result.returncode, result.stdout) == (0, f"{picture}\n"), result.stderr
    image = QImage(str(picture))
    assert (image.width(), image.height()) == (1000, 700)
    assert image.pixelColor(5, 5).lightness() < 80
    assert not (tmp_path / "data").exists(), "the simulated building of a picture leaves nothing behind"


def test_a_picture_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    result = snapshot(str(tmp_path / "missing" / "x.png"), "--demo", "--page", "welcome", home=tmp_path)
    assert result.returncode == 1
    assert "cannot be written; choose a file that ends in .png" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("size", ["1280", "0x0", "axb", "99999x99999"])
def test_a_size_that_is_none_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["snapshot", "x.png", "--size", size])
    assert end.value.code == 2
    assert "such as 1280x800" in capsys.readouterr().err


def test_a_picture_of_the_users_own_window_changes_nothing_of_the_users(tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.mkdir()
    (config / "settings.json").write_text('{"link": "demo"}')
    (config / "window.json").write_text('{"activity": true}')
    assert snapshot(str(tmp_path / "x.png"), home=tmp_path).returncode == 0
    assert (config / "window.json").read_text() == '{"activity": true}'
    assert not list((tmp_path / "data").rglob("*.db"))
