"""Notes in the window: written in the trend, listed, changed and taken back, exported and imported."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from programs import Run, opened, until
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.notes import Note
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.ui.kit.plain import tooltip
from t3monitor.ui.notes.dialog import NoteDialog
from t3monitor.ui.notes.page import NoteColumn
from t3monitor.ui.trend.marks.marks import Cluster, MarkKind

DEMO = Settings(link=LinkName.DEMO, auto_start=False, demo_panels=2)


def test_a_note_is_written_listed_changed_deleted_brought_back_and_comes_home_by_file(
    run: Run, paths: Paths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    german = QLocale(QLocale.Language.German, QLocale.Country.Germany)
    monkeypatch.setattr("t3monitor.qt.separators.QLocale.system", lambda: german)

    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            window, control = program.window, program.notes_control
            trend, page, book = window.trend, window.activity.notes, program.notes

            def typed(text: str) -> None:
                dialog = control.dialog
                assert isinstance(dialog, NoteDialog)
                dialog.text.setPlainText(text)
                dialog.buttons.button(QDialogButtonBox.StandardButton.Save).click()

            def listed() -> list[str]:
                return [note.text for note in page.shown if note.author != "demo"]

            def own() -> list[Note]:
                return [note for note in book.entries if note.author != "demo"]

            point = PointKey(program.session.shown.panels[0].serial_number, PointType.INPUT, 4)
            trend.state.add([point])
            await until(lambda: not program.is_busy, program)
            at_s = round(time.time() - 7200) + 0.4
            trend.state.set_cursor(at_s)
            QTest.keyClick(trend, Qt.Key.Key_N)
            typed("Filter changed")
            await until(lambda: listed() == ["Filter changed"], program)
            (note,) = own()
            assert (note.start_s, note.end_s, note.point) == (round(at_s), None, point)
            flags = [mark for mark in trend.plot.flags.marks if mark.kind is MarkKind.NOTE]
            assert round(at_s) in [flag.time_s for flag in flags]
            changes = [mark.text for mark in trend.plot.flags.marks if mark.kind is MarkKind.CHANGE]
            assert changes[0] == "AHU-1 RAT range 10K Type2 °C → 10K Type2 °F", "of the building's past"

            trend.state.set_cursor(None)
            trend.ask_note()
            assert control.dialog is not None
            start_s, end_s = trend.state.time_range
            assert control.dialog.about.itemText(1) == "AHU-1 RAT"
            control.dialog.about.setCurrentIndex(0)
            typed("=Day of the audit")
            await until(lambda: len(listed()) == 2, program)
            assert own()[0][:3] == (round(start_s), round(end_s), None)

            page.search.setText("AUDIT day")
            assert listed() == ["=Day of the audit"]
            page.search.clear()
            control.edit(note._replace(point=PointKey(*point)))  # as it comes from the database
            typed("Belt changed")
            await until(lambda: "Belt changed" in listed(), program)
            assert {note.text: note.point for note in own()}["Belt changed"] == point, "it is plotted as well"
            index = page.model.index(
                page.shown[::-1].index(next(its for its in own() if its.text == "Belt changed")), NoteColumn.ABOUT
            )
            assert index.data(Qt.ItemDataRole.ToolTipRole) == tooltip("AHU-1 RAT"), "where the name is cut"
            page.view.selectAll()
            page.delete.click()
            await until(lambda: listed() == [], program)
            page.undo.click()
            await until(lambda: len(listed()) == 2, program)

            length_s = trend.state.time_range.length_s
            control.delete([note for note in own() if note.text == "Belt changed"])
            await until(lambda: len(listed()) == 1, program)
            trend.state.zoom(0.5)
            QTest.keySequence(trend, QKeySequence.StandardKey.Undo)
            assert trend.state.time_range.length_s == pytest.approx(length_s)
            assert len(listed()) == 1, "the time was changed last"
            QTest.keySequence(trend, QKeySequence.StandardKey.Undo)
            await until(lambda: len(listed()) == 2, program)
            QTest.keySequence(trend, QKeySequence("Ctrl+Y"))
            await until(lambda: len(listed()) == 1, program)
            page.undo.click()
            await until(lambda: len(listed()) == 2, program)

            file = tmp_path / "notes.csv"
            control.export_to(file, page.shown)
            assert trend.exporter.saved_notice.files == [file]
            assert file.read_text(encoding="utf-8-sig").startswith("start;end;"), "as spreadsheets of this language"
            assert "'=Day of the audit" in file.read_text(encoding="utf-8-sig")
            notes = book.entries
            control.import_from(file)
            await until(lambda: not program.is_busy, program)
            assert book.entries == notes, "they are there already"
            assert page.message.text() == f"✓ Notes added: 0, there already: {len(notes)}"
            page.view.selectAll()
            page.delete.click()
            await until(lambda: listed() == [], program)
            control.import_from(file)
            await until(lambda: len(listed()) == 2, program)
            assert page.message.text().startswith("✓ Notes added: 4, ")
            assert [its._replace(note_id=None) for its in book.entries] == [its._replace(note_id=None) for its in notes]
            file.write_bytes(b"nothing")
            control.import_from(file)
            assert "notes.csv: The file has no columns" in page.message.text()

            trend.state.add([point._replace(point_index=3)])
            trend.state.show_in(point, 1, anew=True)
            upper, lower = trend.plots.plots
            assert not lower.flags.marks
            flag = next(mark for mark in upper.flags.marks if mark.note and mark.note.text == "Belt changed")
            upper.flags.chosen.emit(Cluster((flag,)))
            assert control.dialog.text.toPlainText() == "Belt changed"
            control.dialog.reject()

            page.on_chosen(page.model.index(0, 0))
            assert trend.state.cursor_s == round(at_s)
            trend.state.set_marks(False)
            assert not trend.plot.flags.marks

    run(scenario())
