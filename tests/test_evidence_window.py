"""File > Evidence: the view in sight as a pack, told of before, and given up when its dialog is closed."""

import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from holed_file import IN1, HoledFile
from programs import Run, opened, until
from t3monitor import __version__
from t3monitor.app import MonitorApp
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.config.sites import Site
from t3monitor.ui.evidence import EvidenceDialog
from t3monitor.ui.trend.time.time_range import TimeRange

STOPPED = Settings(link=LinkName.WEBAPI, auto_start=False, sites=(Site(zone="America/New_York"),))
START_S = 1_700_000_000


@pytest.fixture
def stored(paths: Paths) -> None:
    """Two points with a hole, in the database of the window."""
    file = paths.database_file(None)
    file.parent.mkdir(parents=True)
    holed = HoledFile(file)
    holed.describe("SAT", "RAT")
    holed.read(*(START_S + at for at in range(0, 20_000, 30) if not 6000 <= at < 7800))
    holed.cover(START_S + 6000, START_S + 7800, "not_ready")
    holed.connection.execute("UPDATE DEVICES SET input_logging_time = ?", (START_S + 20_000,))
    holed.connection.close()


async def dialog_of(program: MonitorApp) -> EvidenceDialog:
    """Of the first point in a time that has passed."""
    state = program.window.trend.state
    state.add([IN1])
    state.show_range(TimeRange(START_S + 3600.0, START_S + 10_800.0))
    await until(lambda: not program.is_busy, program)
    program.window.trend.exporter.evidence_action.trigger()
    assert program.evidence.dialog is not None
    await until(lambda: not program.is_busy, program)
    return program.evidence.dialog


def test_the_view_in_sight_is_told_of_and_written_as_the_same_bytes_each_time(
    run: Run, paths: Paths, tmp_path: Path, stored: None
) -> None:
    files = tmp_path / "one.zip", tmp_path / "two.zip"

    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            for file in files:
                dialog = await dialog_of(program)
                assert dialog.points.text() == "Panel 237219 SAT"
                assert dialog.size_text.text() == "About 181 rows of 1 point, 0.1 MB"
                assert dialog.time.text().endswith("EST")
                dialog.save_button.click()
                assert isinstance(dialog.file_dialog, QFileDialog)
                (name,) = dialog.file_dialog.selectedFiles()
                assert name.endswith(".zip")
                dialog.file_dialog.fileSelected.emit(str(file))
                dialog.file_dialog.reject()
                await until(lambda: not program.is_busy, program)
            notice = program.window.trend.exporter.saved_notice
            assert list(notice.files) == [files[1]]
            assert "(readings: 181)" in notice.text()

    run(scenario())
    assert files[0].read_bytes() == files[1].read_bytes()
    with zipfile.ZipFile(files[0]) as pack:
        assert "the view in sight" in pack.read("README.txt").decode()
        assert "T3000 was not ready" in pack.read("holes.csv").decode()
        assert b"IN2" not in pack.read("readings.csv")
        assert QImage.fromData(pack.read("view.png")).width() > 1000
        assert b"/CreationDate (D:20231115011320Z)" in pack.read("view.pdf")


def test_a_dialog_that_is_closed_while_it_writes_leaves_nothing(
    run: Run, paths: Paths, tmp_path: Path, stored: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.exchange.evidence.pack._ROWS_AT_ONCE", 1)
    (tmp_path / "out").mkdir()

    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            said: list[str] = []
            program.window.trend.exporter.said.connect(said.append)
            dialog = await dialog_of(program)
            dialog.save(tmp_path / "out" / "e.zip")
            dialog.reject()
            await until(lambda: not program.is_busy, program)
            assert said == ["Given up: nothing was saved"]

    run(scenario())
    assert not list((tmp_path / "out").iterdir())


def test_what_cannot_be_written_is_told_in_the_dialog_which_stays(
    run: Run, paths: Paths, tmp_path: Path, stored: None
) -> None:
    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            dialog = await dialog_of(program)
            dialog.save(tmp_path / "no" / "e.zip")
            await until(lambda: not program.is_busy, program)
            assert dialog.problem.text().startswith(f"{tmp_path / 'no' / 'e.zip'} could not be written: No such file")
            assert dialog.save_button.isEnabled()
            assert dialog.bar.isHidden()
            dialog.reject()

    run(scenario())


def test_where_nothing_is_plotted_it_is_said_and_nothing_opens(run: Run, paths: Paths, stored: None) -> None:
    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            program.window.trend.exporter.evidence_action.trigger()
            assert program.evidence.dialog is None
            assert "no point is plotted" in program.window.trend.exporter.problem.text()

    run(scenario())


def test_a_page_of_evidence_knows_no_now_and_tells_no_folder_of_a_user(run: Run, paths: Paths, stored: None) -> None:
    with closing(sqlite3.connect(paths.database_file(None))) as connection, connection:
        connection.execute(
            "UPDATE COVERAGE SET class = 'database', cause = 'database', reason = '/home/ann/t3.db is full'"
        )
        connection.execute("DELETE FROM TRENDLOG_FRAMES WHERE logging_time > ?", (START_S + 9000,))

    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            dialog = await dialog_of(program)
            page = program.window.trend.page.make(tells_when=False)
            first, second = page.holes
            assert (first[:11], second[:11]) == ("18:53–19:23", "19:43–20:13")
            assert first.endswith("The database could not be written to: ~/t3.db is full")
            assert page.made == f"T3 Monitor {__version__}"
            plot = page.make_plot(QSize(600, 300))
            assert plot.foot.time_axis._now_s is None, "no line, and no word beneath it"
            plot.deleteLater()
            usual = program.window.trend.page.make()
            assert usual.holes[0].startswith("2023-11-14 "), "which is another day than today"
            assert "made" in usual.made
            dialog.reject()

    run(scenario())
