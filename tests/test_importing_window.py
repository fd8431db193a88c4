"""T3000's own history is taken over in the window: looked at first, then imported, or left."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from answers import real_answer, real_panel
from captured import captured
from holed_file import HoledFile
from programs import Run, opened, until
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.config.sites import Site
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.notes import read_notes
from t3monitor.ui import importing
from t3monitor.ui.importing import ImportDialog
from t3000_databases import SPLIT, point, sample, split

STOPPED = Settings(link=LinkName.WEBAPI, auto_start=False, sites=(Site(zone="America/New_York"),))


def samples(paths: Paths) -> int:
    database = paths.database_file(None)
    if not database.exists():
        return 0
    with closing(sqlite3.connect(database)) as connection:
        count: int = connection.execute("SELECT count(*) FROM TRENDLOG_DATA").fetchone()[0]
    return count


def drop(window: QWidget, files: list[Path]) -> bool:
    """As from the desktop; whether the window takes them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    how = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enters = QDragEnterEvent(QPoint(5, 5), *how)
    enters.ignore()
    QApplication.sendEvent(window, enters)
    if enters.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(5, 5), *how))
    return enters.isAccepted()


def test_files_are_told_of_then_imported_and_the_window_is_told(run: Run, paths: Paths, tmp_path: Path) -> None:
    file = split(
        tmp_path / "t3000.db",
        SPLIT["2025-10-30"],
        [point(1)],
        [sample(1, f"{minute}000", f"2026-01-05 12:0{minute}:00") for minute in range(5)],
    )
    no_database = tmp_path / "text.db"
    no_database.write_text("nothing")

    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            importer = program.importer
            program.window.import_action.trigger()
            assert isinstance(importer.dialog, QFileDialog)
            importer.dialog.reject()
            assert not drop(program.window, [file, tmp_path / "letter.docx"])
            program.window.trend.state.add([PointKey(237219, PointType.INPUT, 1)])

            drop(program.window, [no_database, file])
            dialog = importer.dialog
            assert isinstance(dialog, ImportDialog)
            await until(dialog.import_button.isEnabled, program)
            told = dialog.text.toPlainText()
            assert f"{no_database} is no SQLite database" in told
            assert "5 samples from 2026-01-05 12:00:00 EST to 2026-01-05 12:04:00 EST" in told
            assert "stored" not in told
            assert not samples(paths)

            reloaded: list[bool] = []
            importer.imported.connect(lambda: reloaded.append(True))
            dialog.import_button.click()
            await until(lambda: bool(reloaded) and not program.is_busy, program)
            assert "5 samples were added" in dialog.text.toPlainText()
            assert samples(paths) == 5
            dialog.reject()

    run(scenario())


def test_a_dialog_that_is_closed_while_it_looks_stores_nothing(run: Run, paths: Paths, tmp_path: Path) -> None:
    file = split(tmp_path / "t3000.db", SPLIT["2025-10-30"], [point(1)], [sample(1, "1", "2026-01-05 12:00:00")])

    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            program.importer.look_at([str(file)])
            dialog = program.importer.dialog
            assert isinstance(dialog, ImportDialog)
            dialog.reject()
            await until(lambda: not program.is_busy, program)
            assert not samples(paths)

            program.importer.look_at([str(file)])
            dialog = program.importer.dialog
            assert isinstance(dialog, ImportDialog)
            await until(dialog.import_button.isEnabled, program)
            reloaded: list[bool] = []
            program.importer.imported.connect(lambda: reloaded.append(True))
            dialog.import_button.click()
            assert "1 sample from" in dialog.text.toPlainText(), "until there is more to tell"
            dialog.reject()  # while it stores: what stays is said, and the trend shows it
            await until(lambda: bool(reloaded), program)
            said = program.window.statusBar().currentMessage()
            stays = {0: "It was cancelled, and nothing was stored", 1: "1 sample was added"}[samples(paths)]
            assert said.startswith(f"t3000.db: {stays}") or "1 sample was added and stays" in said

    run(scenario())


def test_files_are_looked_for_among_the_documents_then_where_the_last_ones_were(
    run: Run, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "documents", lambda: str(tmp_path))
    (tmp_path / "site").mkdir()

    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            for folder in (tmp_path, tmp_path / "site"):
                program.window.import_action.trigger()
                dialog = program.importer.dialog
                assert isinstance(dialog, QFileDialog)
                assert Path(dialog.directory().path()) == folder
                dialog.reject()
                program.importer.look_at([str(tmp_path / "site" / "gone.db")])
                assert isinstance(program.importer.dialog, ImportDialog)
                program.importer.dialog.reject()
            await until(lambda: not program.is_busy, program)

    run(scenario())


def test_a_file_without_a_sample_cannot_be_imported_and_what_can_be_is_said(
    run: Run, paths: Paths, tmp_path: Path
) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sirs")
    empty = split(tmp_path / "empty.db", SPLIT["2025-10-30"], [point(1)], [])

    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            assert drop(program.window, [tmp_path / "letter.txt", empty])
            dialog = program.importer.dialog
            assert isinstance(dialog, ImportDialog)
            await until(lambda: not program.is_busy, program)
            assert not dialog.import_button.isEnabled()
            assert dialog.headline.text().startswith("Nothing of this can be imported. What can: databases of T3000's")
            assert "letter.txt holds no answers of T3000" in dialog.text.toPlainText()
            dialog.reject()

            (tmp_path / "log.zip").write_bytes(b"PK\x03\x04")
            assert drop(program.window, [tmp_path / "log.zip"])
            dialog = program.importer.dialog
            assert isinstance(dialog, ImportDialog)
            await until(lambda: not program.is_busy, program)
            assert "log.zip is packed: unpack it" in dialog.text.toPlainText()
            dialog.reject()

    run(scenario())


def test_what_was_dropped_is_nothing_where_its_program_ended_before_it_told(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            how = Qt.DropAction.CopyAction, QMimeData(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
            QApplication.sendEvent(program.window, QDropEvent(QPointF(5, 5), *how))
            assert program.importer.dialog is None

    run(scenario())


def test_a_folder_that_is_dropped_is_told_of_with_its_databases_and_captures(
    run: Run, paths: Paths, tmp_path: Path
) -> None:
    folder = tmp_path / "T3000"
    folder.mkdir()
    split(folder / "webview_t3_device.db", SPLIT["2025-10-30"], [point(1)], [sample(1, "1", "2026-01-05 12:00:00")])
    (folder / "webview_t3_device_2026-02.db").write_text("nothing")
    (folder / "T3_CppMsg_LOGGING_DATA_1021_1215h.txt").write_bytes(captured(real_answer(real_panel())))

    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            assert drop(program.window, [folder])
            dialog = program.importer.dialog
            assert isinstance(dialog, ImportDialog)
            await until(dialog.import_button.isEnabled, program)
            told = dialog.text.toPlainText()
            assert "1 sample from 2026-01-05 12:00:00 EST" in told
            assert "webview_t3_device_2026-02.db is no SQLite database" in told
            assert f"{folder}: 1 file, 0.0 MB, 1 answer (captures)" in told
            assert "3 samples from 2025-10-31 21:34:39 EDT" in told
            dialog.import_button.click()
            await until(lambda: not program.is_busy and samples(paths) == 4, program)
            dialog.reject()

    run(scenario())


def test_the_database_of_another_t3_monitor_is_told_of_and_merged(run: Run, paths: Paths, tmp_path: Path) -> None:
    theirs = HoledFile(tmp_path / "other computer.db")
    theirs.read(*range(1_767_632_400, 1_767_632_700, 30))
    theirs.add("NOTES", since=1_767_632_460, text="belt", author="ann", created_at=1, changed_at=1)
    theirs.connection.close()

    async def scenario() -> None:
        async with opened(paths, STOPPED) as program:
            assert drop(program.window, [tmp_path / "other computer.db"])
            dialog = program.importer.dialog
            assert isinstance(dialog, ImportDialog)
            await until(dialog.import_button.isEnabled, program)
            told = dialog.text.toPlainText()
            assert "10 readings of panels and types (another T3 Monitor's" in told
            assert "20 samples from 2026-01-05 12:00:00 EST to 2026-01-05 12:04:30 EST" in told
            assert "1 note, of which 1 is new\n  20 of the samples are new" in told
            dialog.import_button.click()
            await until(lambda: not program.is_busy and samples(paths) == 20, program)
            assert [note.text for note in read_notes(sqlite_url(paths.database_file(None)))] == ["belt"]
            dialog.reject()

    run(scenario())
