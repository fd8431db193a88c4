"""``t3monitor export --evidence``: the same bytes at any time, without a display, and what is refused."""

import json
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QImage

from exported import IN1, export, holed, off_screen, only_past
from holed_file import HoledFile
from t3monitor.config.paths import user_paths
from t3monitor.store.history.reader import HistoryReader
from t3monitor.ui.kit.theme import LIGHT

__all__ = ["holed", "off_screen"]


def test_an_evidence_pack_is_the_same_at_another_time_and_in_another_folder(
    off_screen: None,
    holed: HoledFile,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    holed.read(*(at for at in range(1_700_000_000, 1_700_300_000, 1800) if not 1_700_090_000 < at < 1_700_110_000))
    options = ("--evidence", "--from", "2023-11-15", "--to", "2023-11-16T12:00", "--point", IN1)
    for number, now_s in enumerate((1_700_400_000.0, 1_760_000_000.0)):
        (tmp_path / str(number)).mkdir()
        monkeypatch.chdir(tmp_path / str(number))
        monkeypatch.setattr("t3monitor.commands.export.time.time", lambda now_s=now_s: now_s)
        assert export(holed, tmp_path, *options, name=f"{number}.zip") == 0
        told = capsys.readouterr()
        assert told.out == f"Written: {tmp_path / 'out' / f'{number}.zip'}, readings: 61\n"
        assert told.err.startswith("About 6")
    first, second = ((tmp_path / "out" / f"{number}.zip").read_bytes() for number in (0, 1))
    assert first == second
    with zipfile.ZipFile(tmp_path / "out" / "0.zip") as pack:
        pdf, png = pack.read("view.pdf"), pack.read("view.png")
        assert {info.date_time for info in pack.infolist()} == {(2023, 11, 16, 11, 0, 0)}
    assert b"/CreationDate (D:20231116110000Z)" in pdf
    image = QImage.fromData(png).convertToFormat(QImage.Format.Format_RGB32)
    colours = set(np.frombuffer(image.constBits(), dtype=np.uint32).tolist())
    assert {LIGHT.base.rgb(), LIGHT.curves[0].rgb()} <= colours, "a line on light ground"
    assert LIGHT.curves[1].rgb() not in colours, "and no other"


def test_a_pack_is_the_same_after_a_label_and_a_unit_have_changed(
    off_screen: None, holed: HoledFile, tmp_path: Path
) -> None:
    end_s = 1_700_086_400
    options = ("--evidence", "--from", "2023-11-14", "--to", f"{datetime.fromtimestamp(end_s, UTC).isoformat()}")
    holed.read(*range(1_700_000_000, end_s, 600), spacing_s=600)
    assert export(holed, tmp_path, *options, "--point", IN1, name="before.zip") == 0
    holed.layout(2, {1: "°F", 2: "°C"})
    holed.read(*range(end_s + 200, end_s + 20_000, 600), layout=2, spacing_s=600)
    old = dict(
        zip(
            ("label", "units", "range"),
            *holed.connection.execute("SELECT label, units, range FROM INPUT_POINTS WHERE point_index = 1"),
            strict=True,
        )
    )
    for what, new in {"label": "Zuluft", "units": "°F", "range": 4}.items():
        holed.connection.execute(f"UPDATE INPUT_POINTS SET {what} = ? WHERE point_index = 1", (new,))
        its = {"serial_number": 237219, "point_type": "INPUT", "point_index": 1, "at": end_s + 200}
        holed.add("POINT_CHANGES", **its, what=what, old=f"{old[what]}", new=f"{new}")
    assert export(holed, tmp_path, *options, "--point", IN1, name="after.zip") == 0
    before, after = (zipfile.ZipFile(tmp_path / "out" / f"{name}.zip") for name in ("before", "after"))
    with before, after:
        assert [name for name in before.namelist() if before.read(name) != after.read(name)] == []


def test_of_many_points_the_first_are_drawn_and_the_readme_says_so(
    off_screen: None, holed: HoledFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.ui.trend.export.evidence_picture.MOST_DRAWN", 1)
    holed.read(*range(1_700_000_000, 1_700_010_000, 60))
    assert export(holed, tmp_path, "--evidence", "--from", "2023-11-14", "--to", "2023-11-15", name="t.zip") == 0
    with zipfile.ZipFile(tmp_path / "out" / "t.zip") as pack:
        assert "A picture of the trend: the first 1 of the 2 points." in pack.read("README.txt").decode()


def test_for_the_picture_no_more_is_read_than_it_shows(
    off_screen: None, holed: HoledFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window reads as much again on both sides, where its user may look next."""
    asked: list[tuple[float, float]] = []
    read_many = HistoryReader.read_many

    def noted(self: HistoryReader, keys: Any, start_s: float, end_s: float, max_points: int, **how: Any) -> Any:
        if max_points > 1:  # else it is asked for holes alone, which may begin earlier
            asked.append((start_s, end_s))
        return read_many(self, keys, start_s, end_s, max_points, **how)

    monkeypatch.setattr(HistoryReader, "read_many", noted)
    holed.read(*range(1_700_000_000, 1_700_010_000, 60))
    times = "--from", "2023-11-14T22:30:00Z", "--to", "2023-11-14T23:30:00Z"
    assert export(holed, tmp_path, "--evidence", *times, name="t.zip") == 0
    assert asked
    assert min(start_s for start_s, _ in asked) == 1_700_001_000
    assert max(end_s for _, end_s in asked) == 1_700_004_600


def test_a_panel_of_which_only_imported_history_is_there_has_its_evidence(
    off_screen: None, holed: HoledFile, tmp_path: Path
) -> None:
    only_past(holed)
    holed.connection.execute("DELETE FROM DEVICES")
    times = "--from", "2023-11-14", "--to", "2023-11-15"
    assert export(holed, tmp_path, "--evidence", *times, "--panel", "240001", name="t.zip") == 0
    with zipfile.ZipFile(tmp_path / "out" / "t.zip") as pack:
        assert "Panel 4,IN1,SAT,21.5" in pack.read("readings.csv").decode()
        assert ",240001,IN1,,SAT,analog," in pack.read("points.csv").decode()
        assert "240001/IN1" in pack.read("points_EDE.csv").decode()
        image = QImage.fromData(pack.read("view.png")).convertToFormat(QImage.Format.Format_RGB32)
    assert LIGHT.curves[0].rgb() in np.frombuffer(image.constBits(), dtype=np.uint32)


@pytest.mark.parametrize("options", [["--every", "60"], ["--files", "day"]])
def test_an_evidence_pack_has_every_reading_in_one_file(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    assert export(holed, tmp_path, "--evidence", *options, name="t.zip") == 2
    assert capsys.readouterr().err == "--evidence has every reading in one file; leave --every and --files out\n"


def test_a_zip_file_is_wanted_by_evidence_alone(
    holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(holed, tmp_path, "--long", name="t.zip") == 2
    assert capsys.readouterr().err == f"{tmp_path / 'out' / 't.zip'} would be no evidence pack; write --evidence\n"


def test_an_evidence_pack_that_cannot_be_written_is_one_sentence(
    off_screen: None, holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    holed.read(int(time.time()) - 60)
    assert export(holed, tmp_path, "--evidence", name="no/t.zip") == 1
    assert capsys.readouterr().err.splitlines()[-1].endswith("t.zip could not be written: No such file or directory")


@pytest.mark.parametrize("stored", ['{"t3000": {"sites": "Office"}}', '{"t3000": {"sites": [{"zone": "Mars"}]}}'])
def test_what_of_the_settings_file_cannot_be_used_is_said_and_stands_in_the_pack(
    off_screen: None, holed: HoledFile, tmp_path: Path, capsys: pytest.CaptureFixture[str], stored: str
) -> None:
    file = user_paths().settings_file
    file.parent.mkdir(parents=True)
    file.write_text(stored)
    only_past(holed)
    options = "--point", "240001/IN1", "--from", "2023-11-14", "--to", "2023-11-15"
    assert export(holed, tmp_path, "--evidence", *options, name="e.zip") == 0
    (said,) = (line for line in capsys.readouterr().err.splitlines() if "sites" in line)
    assert said.endswith("; the default is in force")
    with zipfile.ZipFile(tmp_path / "out" / "e.zip") as pack:
        assert json.loads(pack.read("settings.json"))["not in force"] == [said]
    assert export(holed, tmp_path, *options, name="e.csv") == 0
    assert said in capsys.readouterr().err.splitlines()
