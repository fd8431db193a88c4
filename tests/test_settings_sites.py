"""The table of T3000 computers in the settings: typed, added and removed, checked while it is typed."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout
from pytestqt.qtbot import QtBot

from t3monitor.config.sites import DEFAULT_WEB_URL, Site
from t3monitor.ui.settings.sites import SitesField

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform says so of every window

OFFICE, PLANT = Site(name="Office", url="http://10.0.0.8:9103"), Site(name="Plant", url="http://10.0.0.9:9103")


class Dialog(QDialog):
    """A dialog with a default button, which Enter must not press while the table is used."""

    def __init__(self) -> None:
        super().__init__()
        self.field = SitesField()
        self.field.set_sites([OFFICE, PLANT])
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
        buttons.accepted.connect(self.accept)
        layout = QVBoxLayout(self)
        layout.addWidget(self.field)
        layout.addWidget(buttons)


@pytest.fixture
def dialog(qtbot: QtBot) -> Dialog:
    dialog = Dialog()
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    dialog.activateWindow()
    dialog.field.table.setFocus()
    return dialog


@pytest.fixture
def field(dialog: Dialog) -> SitesField:
    return dialog.field


def editor(field: SitesField) -> QLineEdit:
    """The cell that is edited."""
    found = [edit for edit in field.table.viewport().findChildren(QLineEdit) if edit.isVisible()]
    assert len(found) == 1
    return found[0]


def is_editing(field: SitesField) -> bool:
    return any(edit.isVisible() for edit in field.table.viewport().findChildren(QLineEdit))


def test_enter_edits_a_cell_and_takes_what_was_typed_without_pressing_ok(
    dialog: Dialog, field: SitesField, qtbot: QtBot
) -> None:
    qtbot.keyClick(field.table, Qt.Key.Key_Return)
    edit = editor(field)
    edit.clear()
    qtbot.keyClicks(edit, "Head office")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not is_editing(field))
    assert field.sites() == (Site(name="Head office", url=OFFICE.url), PLANT)
    assert dialog.isVisible()


@pytest.mark.qt_log_ignore("raise|grabbing the keyboard", extend=True)  # the offscreen platform says so of popups
def test_a_time_zone_is_found_by_any_part_of_its_name(field: SitesField, qtbot: QtBot) -> None:
    field.table.setCurrentCell(0, 2)
    qtbot.keyClick(field.table, Qt.Key.Key_F2)
    edit = editor(field)
    qtbot.keyClicks(edit, "york")
    zones = edit.completer()
    assert [zones.completionModel().index(row, 0).data() for row in range(zones.completionCount())] == [
        "America/New_York"
    ]
    qtbot.keyClick(zones.popup(), Qt.Key.Key_Down)
    qtbot.keyClick(zones.popup(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: field.sites()[0].zone == "America/New_York")


def test_tab_goes_from_cell_to_cell_while_one_is_edited_and_else_to_the_buttons(
    field: SitesField, qtbot: QtBot
) -> None:
    qtbot.keyClick(field.table, Qt.Key.Key_F2)
    qtbot.keyClick(editor(field), Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: field.table.currentColumn() == 1)
    edit = editor(field)
    assert edit.text() == OFFICE.url
    qtbot.keyClick(edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not is_editing(field))
    qtbot.keyClick(field.table, Qt.Key.Key_Tab)
    assert field.add.hasFocus()


def test_what_is_typed_is_told_with_each_key_and_the_cursor_stays(field: SitesField, qtbot: QtBot) -> None:
    qtbot.keyClick(field.table, Qt.Key.Key_F2)
    edit = editor(field)
    edit.setCursorPosition(0)
    with qtbot.waitSignal(field.changed):
        qtbot.keyClick(edit, Qt.Key.Key_X)
    qtbot.keyClick(edit, Qt.Key.Key_Y)
    assert field.sites()[0].name == "xyOffice"


def test_del_removes_a_computer_but_never_the_last(field: SitesField, qtbot: QtBot) -> None:
    field.table.setCurrentCell(1, 1)
    qtbot.keyClick(field.table, Qt.Key.Key_Delete)
    assert field.sites() == (OFFICE,)
    assert not field.remove.isEnabled()
    qtbot.keyClick(field.table, Qt.Key.Key_Delete)
    assert field.sites() == (OFFICE,)


def test_del_in_a_cell_that_is_edited_deletes_a_letter(field: SitesField, qtbot: QtBot) -> None:
    qtbot.keyClick(field.table, Qt.Key.Key_F2)
    edit = editor(field)
    edit.setCursorPosition(0)
    qtbot.keyClick(edit, Qt.Key.Key_Delete)
    assert [site.name for site in field.sites()] == ["ffice", "Plant"]


def test_an_added_computer_is_named_at_once(field: SitesField, qtbot: QtBot) -> None:
    qtbot.mouseClick(field.add, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(editor(field), "Roof")
    assert field.sites() == (OFFICE, PLANT, Site(name="Roof", url=""))
    assert field.table.currentRow() == 2


def test_there_are_no_more_computers_than_the_settings_take(field: SitesField) -> None:
    field.set_sites([Site(name=str(number)) for number in range(31)])
    field.add.click()
    assert len(field.sites()) == 32
    assert not field.add.isEnabled()


def test_a_screen_reader_is_told_what_everything_is(field: SitesField, qtbot: QtBot) -> None:
    assert [widget.accessibleName() for widget in (field.table, field.add, field.remove)] == [
        "T3000 computers",
        "Add a T3000 computer",
        "Remove the T3000 computer",
    ]
    field.table.setCurrentCell(0, 1)
    qtbot.keyClick(field.table, Qt.Key.Key_F2)
    assert editor(field).accessibleName() == "Address"


def test_a_single_computer_is_said_to_need_no_name(field: SitesField) -> None:
    named = field.table.viewport().grab().toImage()
    field.set_sites([Site()])
    unnamed = field.table.viewport().grab().toImage()
    field.set_sites([Site(), Site()])
    field.remove.click()
    assert field.sites() == (Site(name="", url=DEFAULT_WEB_URL),), "what is drawn is not what is stored"
    assert named != unnamed
