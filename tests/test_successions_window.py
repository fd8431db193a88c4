"""A replaced panel in the window: said in the menu of Devices, seen in the trend, taken back."""

import sqlite3
import time
from contextlib import closing
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialogButtonBox

from programs import Run, opened, until
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.ui.devices.paint import NOTE_ROLE
from t3monitor.ui.devices.successions import SuccessorDialog

DEMO = Settings(link=LinkName.DEMO, auto_start=False, demo_panels=2)


def test_a_panel_is_the_successor_of_another_one_until_that_is_taken_back(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, DEMO) as program:
            window, control, book = program.window, program.successions_control, program.successions
            devices, trend = window.devices, window.trend
            old, new = (panel.serial_number for panel in program.session.shown.panels[:2])

            def menu() -> dict[str, object]:
                return {action.text(): action for action in devices.make_panel_menu(new).actions()}

            def note(serial_number: int) -> str:
                return str(devices.model.index_of(serial_number).data(NOTE_ROLE))

            async def dialog() -> SuccessorDialog:
                control.dialog = None
                menu()["&Successor of…"].trigger()
                await until(lambda: control.dialog is not None, program)
                return control.dialog

            def save(its: SuccessorDialog) -> None:
                its.buttons.button(QDialogButtonBox.StandardButton.Save).click()

            def flags() -> list[str]:
                return [mark.text for mark in trend.plot.flags.marks if mark.text.startswith("panel replaced")]

            trend.state.add([PointKey(new, PointType.INPUT, 1)])
            await until(lambda: not program.is_busy, program)
            asked = await dialog()
            assert asked.replaced.currentData() == old
            asked.since.setText("2000-01-01")
            save(asked)
            await until(lambda: len(book.entries) == 1, program)
            await until(lambda: not program.is_busy, program)
            assert (note(new), note(old)) == (f"successor of {old}", f"replaced by {new}")
            assert trend.traces.shown[0].series, "its own readings, which all came since"

            QTest.keySequence(window, QKeySequence.StandardKey.Undo)
            await until(lambda: not book.entries, program)
            assert (note(new), note(old)) == ("", "")
            QTest.keySequence(window, QKeySequence("Ctrl+Y"))
            await until(lambda: len(book.entries) == 1, program)
            menu()[f"&No longer successor of {old}"].trigger()
            await until(lambda: not book.entries, program)

            asked = await dialog()
            asked.since.setText("2099-01-01")
            save(asked)
            assert asked.message.text() == "✕ That time is still to come"
            asked.since.setText("nonsense")
            save(asked)
            assert "nonsense" in asked.message.text()
            since_s = round(time.time()) - 3600
            asked.since.setText(f"{datetime.fromtimestamp(since_s, trend.state.zone):%Y-%m-%d %H:%M:%S}")
            QTest.keyClick(asked, Qt.Key.Key_Return)
            await until(lambda: len(book.entries) == 1, program)
            await until(lambda: not program.is_busy and bool(flags()), program)
            assert book.entries[0][:3] == (old, new, since_s)
            assert flags() == [f"panel replaced: {old} → {new}"]

    run(scenario())


def test_a_controller_that_was_gone_before_anything_was_recorded_is_named_by_its_imported_history(
    run: Run, paths: Paths
) -> None:
    async def scenario() -> None:
        async with opened(paths, Settings(link=LinkName.DEMO, auto_start=False, demo_panels=1)) as program:
            control, devices = program.successions_control, program.window.devices
            [new] = (panel.serial_number for panel in program.session.shown.panels)

            async def dialog() -> SuccessorDialog:
                control.dialog = None
                actions = {action.text(): action for action in devices.make_panel_menu(new).actions()}
                actions["&Successor of…"].trigger()
                await until(lambda: control.dialog is not None, program)
                return control.dialog

            asked = await dialog()
            assert not asked.buttons.button(QDialogButtonBox.StandardButton.Save).isEnabled()
            assert asked.message.text() == "✕ No other panel is known; import its history first"
            asked.reject()

            with closing(sqlite3.connect(paths.database_file(LinkName.DEMO))) as file, file:
                layout = "INSERT INTO TRENDLOG_LAYOUTS (id, serial_number, point_type, panel_id, fingerprint)"
                file.execute(f"{layout} VALUES (9999, 7, 'INPUT', 4, 'x')")
                file.execute("INSERT INTO TRENDLOG_LAYOUT_POINTS VALUES (9999, 0, 'IN1', 1, 'SAT', 3, '°C', 1)")
            asked = await dialog()
            assert [asked.replaced.itemText(row) for row in range(asked.replaced.count())] == ["Panel 4 (7)"]
            asked.buttons.button(QDialogButtonBox.StandardButton.Save).click()
            await until(lambda: len(program.successions.entries) == 1, program)
            assert program.successions.entries[0][:2] == (7, new)
            await until(lambda: not program.is_busy, program)
            assert devices.model.index_of(new).data(NOTE_ROLE) == "successor of 7"

    run(scenario())
