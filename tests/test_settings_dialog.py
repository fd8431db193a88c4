"""The settings dialog: what it shows, what it finds wrong as it is typed, and what it hands on."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QFileDialog, QRadioButton, QWidget
from pytestqt.qtbot import QtBot

from drawn import drawn_colours
from t3monitor.config.settings import Appearance, LinkName, LivePoints, Settings, WebReading
from t3monitor.config.sites import Site
from t3monitor.model.errors import Outcome
from t3monitor.model.snapshot import Panel
from t3monitor.store.upkeep.preview import Preview
from t3monitor.store.work import LongWork
from t3monitor.sync.check import Check
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme, current_theme
from t3monitor.ui.settings.checks import (
    database_problem,
    database_text_of,
    database_url_of,
    library_problem,
    replay_problem,
)
from t3monitor.ui.settings.dialog import SettingsDialog
from t3monitor.ui.settings.fields import PathField, Tone, declaration
from t3monitor.ui.settings.page import SettingsPage
from t3monitor.ui.settings.upkeep import UpkeepTask
from tab_stops import names
from values import device

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform says so of every window

GOOD = Check("link", Outcome.OK, "simulated building: 6 panels, 1536 points in 41 ms")
BAD = Check("link", Outcome.UNREACHABLE, "The library lacks the export")


TestLink = Callable[[Settings], Awaitable[Sequence[Check]]]


async def never_asked(_settings: Settings) -> Sequence[Check]:
    raise AssertionError("nobody asked for a test")


class NoUpkeep:
    """Nobody asks for any."""

    async def state(self) -> str:
        raise AssertionError

    async def do(self, task: UpkeepTask, work: LongWork) -> str:
        raise AssertionError

    async def preview(self, settings: Settings) -> Preview:
        raise AssertionError


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SettingsDialog]:
    monkeypatch.setattr("t3monitor.ui.settings.page._TYPING_MS", 10)

    def open_dialog(
        settings: Settings | None = None, test_link: TestLink = never_asked, panels: Sequence[Panel] = ()
    ) -> SettingsDialog:
        stored = settings or Settings(link=LinkName.DEMO, appearance=Appearance.LIGHT)
        dialog = SettingsDialog(stored, test_link, tmp_path / "default.db", panels, NoUpkeep())
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return open_dialog


def typed(field: PathField, text: str) -> None:
    """What is typed, up to Enter."""
    field.set_text(text)
    field.edit.editingFinished.emit()


def applied(dialog: SettingsDialog) -> list[Settings]:
    heard: list[Settings] = []
    dialog.settings_applied.connect(heard.append)
    return heard


def test_an_unchanged_dialog_offers_nothing_to_apply_and_shows_the_stored_values(
    opened: Callable[..., SettingsDialog],
) -> None:
    stored = Settings(
        link=LinkName.REPLAY, replay=str(Path(__file__)), sync_interval_secs=77, retry_attempts=0, appearance="dark"
    )
    dialog = opened(stored)
    assert dialog.wanted() == stored
    assert not dialog.apply.isEnabled()
    dialog.ok.click()
    assert not dialog.isVisible(), "OK is never grey: with nothing changed it closes"


def test_every_stop_of_the_tab_key_has_a_name(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened(Settings(link=LinkName.WEBAPI))
    for page in pages_of(dialog):
        if page is not dialog.history:  # which asks what it holds when it is shown
            dialog.tabs.setCurrentWidget(page)
            assert "OK" in names(dialog)


def pages_of(dialog: SettingsDialog) -> list[SettingsPage]:
    return [page for page in map(dialog.tabs.widget, range(dialog.tabs.count())) if isinstance(page, SettingsPage)]


def test_every_setting_can_be_seen_and_changed_in_the_dialog(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened()
    names = {name for page in pages_of(dialog) for name in page.values()}
    assert names == set(Settings.__struct_fields__)


def test_a_number_has_the_bounds_the_unit_and_the_help_text_of_its_declaration(
    opened: Callable[..., SettingsDialog],
) -> None:
    dialog = opened()
    assert (dialog.link.panels.minimum(), dialog.link.panels.maximum()) == (1, 200)
    assert dialog.sync.timeout.text() == "30 s"
    assert dialog.sync.timeout.toolTip() == declaration("timeout_seconds").help_text != ""
    assert dialog.link.buffer_bytes.maximum() == 1 << 30


def test_apply_hands_on_the_changed_settings_and_stays_open(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened()
    heard = applied(dialog)
    dialog.sync.interval.setValue(300)
    dialog.apply.click()
    assert heard == [Settings(link=LinkName.DEMO, appearance=Appearance.LIGHT, sync_interval_secs=300)]
    assert dialog.isVisible()
    assert not dialog.apply.isEnabled()


def test_ok_hands_on_the_changed_settings_once_and_closes(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened()
    heard = applied(dialog)
    dialog.sync.auto_start.setChecked(False)
    dialog.ok.click()
    assert [settings.auto_start for settings in heard] == [False]
    assert not dialog.isVisible()


def test_cancel_hands_on_nothing(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened()
    heard = applied(dialog)
    dialog.sync.timeout.setValue(99)
    dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel).click()
    assert heard == []
    assert not dialog.isVisible()


def test_a_value_that_is_set_back_is_no_change(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened()
    dialog.sync.interval.setValue(31)
    assert dialog.apply.isEnabled()
    dialog.sync.interval.setValue(30)
    assert not dialog.apply.isEnabled()


def test_a_library_that_does_not_exist_is_told_below_its_field_and_where_ok_leads(
    opened: Callable[..., SettingsDialog], tmp_path: Path
) -> None:
    dialog = opened()
    dialog.link.library.setChecked(True)
    typed(dialog.link.library_file, str(tmp_path / "none.so"))
    assert dialog.link.library_message.text() == "✕ There is no such file"
    assert dialog.link.library_message.isVisible()
    assert not dialog.apply.isEnabled()
    dialog.tabs.setCurrentWidget(dialog.sync)
    dialog.ok.click()
    assert dialog.isVisible()
    assert dialog.tabs.currentWidget() is dialog.link
    assert dialog.wrong.text() == "✕ Not yet usable: Link"
    (tmp_path / "some.so").touch()
    typed(dialog.link.library_file, str(tmp_path / "some.so"))
    assert not dialog.link.library_message.isVisible()
    assert dialog.apply.isEnabled()


def test_the_file_of_a_link_that_is_not_chosen_is_not_looked_at(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened(Settings(link=LinkName.LIBRARY, library="/no/such/file.so"))
    assert dialog.wanted() is None
    dialog.link.demo.setChecked(True)
    assert dialog.wanted() is not None
    assert not dialog.link.library_file.isEnabled()


def test_the_web_service_comes_first_with_one_computer_at_its_usual_address(
    opened: Callable[..., SettingsDialog],
) -> None:
    dialog = opened(Settings())
    choices = sorted(dialog.link.findChildren(QRadioButton), key=lambda choice: choice.y())
    assert choices == [dialog.link.webapi, dialog.link.library, dialog.link.replay, dialog.link.demo]
    dialog.choose_link(LinkName.WEBAPI)
    assert dialog.wanted() == Settings(link=LinkName.WEBAPI)
    assert dialog.link.web.sites.sites() == (Site(name="", url="http://127.0.0.1:9103"),)


def test_only_what_the_chosen_link_needs_is_shown(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened()
    fields = {
        "webapi": dialog.link.web,
        "library": dialog.link.library_file,
        "replay": dialog.link.replay_path,
        "demo": dialog.link.panels,
    }
    for name in fields:
        dialog.choose_link(name)
        assert [other for other, field in fields.items() if field.isVisible()] == [name]


def type_cell(dialog: SettingsDialog, row: int, column: int, text: str) -> None:
    item = dialog.link.web.sites.table.item(row, column)
    assert item is not None
    item.setText(text)


def test_an_address_is_checked_when_the_typing_ends_and_kept_in_full(
    opened: Callable[..., SettingsDialog], qtbot: QtBot
) -> None:
    dialog = opened(Settings(link=LinkName.WEBAPI))
    message = dialog.link.web.sites.message
    type_cell(dialog, 0, 1, "ftp://x")
    qtbot.waitUntil(message.isVisible)
    assert "'ftp://x' is not the address of a T3000 web service" in message.text()
    assert dialog.link.web.sites.table.accessibleDescription() in message.text()
    assert not dialog.apply.isEnabled()
    type_cell(dialog, 0, 1, "T3000-PC")
    qtbot.waitUntil(lambda: not message.isVisible())
    wanted = dialog.wanted()
    assert wanted is not None
    assert wanted.sites == (Site(url="http://t3000-pc:9103"),)
    assert dialog.apply.isEnabled()


def test_several_computers_need_names_and_addresses_of_their_own(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened(Settings(link=LinkName.WEBAPI))
    sites = dialog.link.web.sites
    for name, address, sentence in (
        ("", "", "Type the address of each T3000 computer"),
        ("", "10.0.0.9", "Give each of several T3000 computers a name"),
        ("Plant", "127.0.0.1", "Two have the URL"),
        ("Office", "10.0.0.9", "Two have the name"),
    ):
        sites.set_sites([Site(name="Office"), Site(name=name, url=address)])
        assert dialog.wanted() is None
        assert sentence in sites.message.text()
    type_cell(dialog, 1, 0, "Plant")
    wanted = dialog.wanted()
    assert wanted is not None
    assert wanted.sites == (Site(name="Office"), Site(name="Plant", url="http://10.0.0.9:9103"))


def test_computers_that_cannot_be_used_do_no_harm_while_another_link_is_chosen(
    opened: Callable[..., SettingsDialog],
) -> None:
    dialog = opened(Settings(link=LinkName.WEBAPI))
    type_cell(dialog, 0, 1, "two words")
    dialog.choose_link(LinkName.DEMO)
    assert dialog.wanted() == Settings(link=LinkName.DEMO)


def test_the_way_of_reading_is_explained_and_kept(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened(Settings(link=LinkName.WEBAPI, web_reading=WebReading.LIVE))
    web = dialog.link.web
    assert "without a cooldown" in web.meaning.text()
    web.choose_reading("logging_data")
    assert "beta window of Trend Log" in web.meaning.text()
    wanted = dialog.wanted()
    assert wanted is not None
    assert wanted.web_reading == "logging_data"
    explained = [web.reading.itemData(row, Qt.ItemDataRole.ToolTipRole) for row in range(web.reading.count())]
    assert [web.reading.itemData(row) for row in range(web.reading.count())] == list(WebReading)
    assert len(set(explained)) == 3


def test_each_of_several_checks_has_its_own_mark_and_name(opened: Callable[..., SettingsDialog]) -> None:
    waiting = Check("Roof", Outcome.NO_NEW_DATA, "T3000 ignores calls less than 15 s apart; 7 s to go")

    async def several(_settings: Settings) -> Sequence[Check]:
        return [GOOD, BAD, waiting]

    async def scenario() -> None:
        dialog = opened(test_link=several)
        dialog.link.test.click()
        await turns()
        shown = dialog.link.test_message
        assert shown.text.split("\n") == [f"✓ link: {GOOD.text}", f"✕ link: {BAD.text}", f"▲ Roof: {waiting.text}"]
        assert shown.tone is Tone.BAD
        dialog.link.panels.setValue(9)
        assert shown.text == "", "what was found out is not about these values"

    asyncio.run(scenario())


def test_what_is_recorded_is_chosen_among_the_known_panels(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened(panels=[device(1, 1), device(2, 2)])
    dialog.recording.none.click()
    wanted = dialog.wanted()
    assert wanted is not None
    assert wanted.unrecorded_panels == (1, 2)


def test_an_interval_below_the_cooldown_is_a_caution_and_no_error(
    opened: Callable[..., SettingsDialog], tmp_path: Path
) -> None:
    (tmp_path / "some.so").touch()
    dialog = opened(Settings(link=LinkName.LIBRARY, library=str(tmp_path / "some.so")))
    dialog.sync.interval.setValue(10)
    assert "shorter than T3000's cooldown" in dialog.sync.caution.text()
    assert dialog.sync.caution.tone is Tone.CAUTION
    assert dialog.apply.isEnabled()
    dialog.sync.interval.setValue(16)
    assert dialog.sync.caution.text() == ""


def test_without_a_link_the_appearance_can_be_changed_but_nothing_tested(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened(Settings(appearance=Appearance.LIGHT))
    assert not dialog.link.test.isEnabled()
    dialog.appearance.choices[Appearance.DARK].setChecked(True)
    assert dialog.apply.isEnabled()


def test_a_link_chosen_for_the_user_is_a_change(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened(Settings())
    dialog.choose_link(LinkName.DEMO)
    assert dialog.wanted() == Settings(link=LinkName.DEMO)
    assert dialog.apply.isEnabled()


def test_an_appearance_is_shown_at_once_and_taken_back_by_cancel(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened()
    dialog.appearance.choices[Appearance.DARK].setChecked(True)
    assert current_theme() is DARK
    dialog.reject()
    assert current_theme() is LIGHT


def test_an_appearance_that_was_applied_outlives_cancel(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened()
    dialog.appearance.choices[Appearance.DARK].setChecked(True)
    dialog.apply.click()
    dialog.reject()
    assert current_theme() is DARK


def test_colours_of_messages_follow_the_theme(opened: Callable[..., SettingsDialog], qapp: QApplication) -> None:
    dialog = opened(Settings(link=LinkName.LIBRARY, library="/no/such/file.so", appearance=Appearance.LIGHT))
    apply_theme(qapp, LIGHT)
    message = dialog.link.library_message
    assert LIGHT.bad.name() in drawn_colours(message)
    apply_theme(qapp, DARK)
    assert DARK.bad.name() in drawn_colours(message)


async def turns() -> None:
    """Lets tasks that wait for nothing come to their end."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("check", "text"), [(GOOD, f"✓ {GOOD.text}"), (BAD, f"✕ {BAD.text}")])
def test_a_test_of_the_link_shows_what_it_found(opened: Callable[..., SettingsDialog], check: Check, text: str) -> None:
    async def scenario() -> None:
        answer: asyncio.Future[Check] = asyncio.get_running_loop().create_future()
        asked: list[Settings] = []

        async def test_link(settings: Settings) -> Check:
            asked.append(settings)
            return [await answer]

        dialog = opened(test_link=test_link)
        dialog.link.panels.setValue(9)
        dialog.link.test.click()
        await turns()
        assert [settings.demo_panels for settings in asked] == [9]
        assert dialog.link.test_message.text == "Testing…"
        assert not dialog.link.test.isEnabled()
        answer.set_result(check)
        await turns()
        assert dialog.link.test_message.text == text
        assert dialog.link.test.isEnabled()
        dialog.link.panels.setValue(10)
        assert dialog.link.test_message.text == "", "what was found out is not about these values"

    asyncio.run(scenario())


def test_a_test_that_fails_by_a_bug_gives_the_button_back(
    opened: Callable[..., SettingsDialog], caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_settings: Settings) -> Sequence[Check]:
        raise ValueError("a bug")

    async def scenario() -> None:
        dialog = opened(test_link=broken)
        dialog.link.test.click()
        await turns()
        assert dialog.link.test.isEnabled()
        assert dialog.link.test_message.tone is Tone.BAD

    asyncio.run(scenario())
    assert "a bug" in caplog.text


def test_closing_the_dialog_ends_its_test(opened: Callable[..., SettingsDialog]) -> None:
    async def scenario() -> None:
        cancelled: list[bool] = []

        async def hangs(_settings: Settings) -> Sequence[Check]:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(True)
                raise
            return [GOOD]

        dialog = opened(test_link=hangs)
        dialog.link.test.click()
        await turns()
        dialog.reject()
        await turns()
        assert cancelled == [True]

    asyncio.run(scenario())


def test_the_browse_button_opens_a_dialog_that_does_not_block_and_takes_its_file(
    opened: Callable[..., SettingsDialog], qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened()
    dialog.link.library.setChecked(True)
    dialog.link.library_file.button.click()
    chooser = dialog.findChild(QFileDialog)
    assert chooser is not None
    chooser.fileSelected.emit(str(tmp_path / "chosen.so"))
    chooser.close()
    assert dialog.link.library_file.text == str(tmp_path / "chosen.so")


def test_every_control_can_be_reached_by_keyboard_and_has_a_name(opened: Callable[..., SettingsDialog]) -> None:
    dialog = opened()
    fields: list[Any] = [
        dialog.link.panels,
        dialog.link.library_file.edit,
        dialog.link.library_file.button,
        dialog.link.replay_path.edit,
        dialog.link.request,
        dialog.link.buffer_bytes,
        dialog.sync.interval,
        dialog.sync.timeout,
        dialog.sync.retries,
        dialog.sync.panels_logged,
        dialog.sync.auto_start,
        dialog.link.web.points,
        dialog.database.file.edit,
    ]
    for field in fields:
        assert isinstance(field, QWidget)
        assert field.accessibleName()
        assert field.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_database_is_typed_as_a_path_and_kept_as_a_url(opened: Callable[..., SettingsDialog], tmp_path: Path) -> None:
    dialog = opened()
    dialog.database.file.set_text(str(tmp_path / "history.db"))
    wanted = dialog.wanted()
    assert wanted is not None
    assert wanted.database == f"sqlite:///{tmp_path / 'history.db'}"
    dialog.database.file.set_text("")
    assert dialog.wanted() == Settings(link=LinkName.DEMO, appearance=Appearance.LIGHT)


def test_a_stored_database_url_is_shown_as_its_path_and_stays_as_it_is(
    opened: Callable[..., SettingsDialog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    dialog = opened(Settings(link=LinkName.DEMO, database="sqlite:///history.db"))
    assert dialog.database.file.text == str(tmp_path / "history.db")
    assert dialog.wanted() == Settings(link=LinkName.DEMO, database="sqlite:///history.db")


@pytest.mark.parametrize("stored", ["mysql://host/db", "5", "history.db", "null"])
def test_a_stored_database_that_is_none_is_shown_with_what_is_wrong_and_can_be_corrected(
    opened: Callable[..., SettingsDialog], tmp_path: Path, stored: str
) -> None:
    dialog = opened(Settings(link=LinkName.WEBAPI, database=stored))
    dialog.show_database()
    assert dialog.tabs.currentWidget() is dialog.database
    assert dialog.database.file.text == stored
    assert "is no database this program can use" in dialog.database.message.text()
    assert dialog.wanted() is None
    typed(dialog.database.file, str(tmp_path / "good.db"))
    wanted = dialog.wanted()
    assert wanted is not None
    assert wanted.database == f"sqlite:///{tmp_path / 'good.db'}"
    typed(dialog.database.file, "")
    assert dialog.wanted() == Settings(link=LinkName.WEBAPI)


def test_which_points_are_stored_live_and_how_many_panels_are_logged_can_be_chosen(
    opened: Callable[..., SettingsDialog],
) -> None:
    dialog = opened(Settings(link=LinkName.WEBAPI))
    assert dialog.link.web.points.currentData() == "used"
    assert dialog.sync.panels_logged.text() == "20 panels"
    dialog.link.web.choose_points("all")
    dialog.sync.panels_logged.setValue(0)
    wanted = dialog.wanted()
    assert wanted == Settings(link=LinkName.WEBAPI, live_points=LivePoints.ALL, panels_logged=0)
    dialog.link.web.choose_reading("logging_data")
    assert not dialog.link.web.points.isEnabled(), "T3000's background readings are stored as they come"


def test_what_cannot_be_a_database_is_told_before_it_is_tried(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database at all", encoding="utf-8")
    (tmp_path / "empty.db").touch()
    with closing(sqlite3.connect(tmp_path / "good.db")) as connection:
        connection.execute("CREATE TABLE T (x)")
    assert "not an SQLite database" in database_problem(str(tmp_path / "notes.txt"))
    assert "folder" in database_problem(str(tmp_path))
    assert "is not a folder" in database_problem(str(tmp_path / "notes.txt" / "new.db"))
    assert "sqlite:///FILE" in database_problem("postgresql://host/db")
    assert database_problem(str(tmp_path / "empty.db")) == ""
    assert database_problem(str(tmp_path / "good.db")) == ""
    assert database_problem(str(tmp_path / "new folder" / "new.db")) == ""
    assert database_problem("") == ""


def test_a_path_that_is_typed_may_have_any_name(tmp_path: Path) -> None:
    name = tmp_path / "what?x=1#2 100%.db"
    assert database_problem(str(name)) == ""
    assert database_url_of(str(name)) == f"sqlite:///{tmp_path / 'what%3Fx=1%232 100%25.db'}"
    assert database_text_of(database_url_of(str(name))) == str(name)
    assert database_url_of(str(tmp_path / "a b.db")) == f"sqlite:///{tmp_path / 'a b.db'}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_cannot_be_a_database_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    assert database_problem(str(tmp_path / "pipe.db")) == "This is no file; choose another name"


def test_what_cannot_be_a_library_or_a_recording_is_told(tmp_path: Path) -> None:
    assert library_problem("") == "Choose the library file"
    assert "folder" in library_problem(str(tmp_path))
    assert replay_problem("") == "Choose a file or folder of recorded answers"
    assert replay_problem(str(tmp_path)) == "This folder is empty"
    assert replay_problem(str(tmp_path / "none")) == "There is no such file or folder"
    (tmp_path / "answer.json").touch()
    assert replay_problem(str(tmp_path)) == ""


@pytest.mark.parametrize("problem_of", [library_problem, replay_problem, database_problem])
@pytest.mark.parametrize("text", ["~nosuchuser/x.db", "x" * 300, "/" + "x/" * 3000])
def test_whatever_is_typed_as_a_path_is_told_and_never_raised(problem_of: Callable[[str], str], text: str) -> None:
    assert problem_of(text)


def test_a_folder_that_may_not_be_looked_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    assert replay_problem(str(tmp_path)) == "It cannot be read (Permission denied)"


def test_a_path_in_the_home_folder_can_be_typed_with_a_tilde(
    opened: Callable[..., SettingsDialog], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "some.so").touch()
    dialog = opened()
    dialog.link.library.setChecked(True)
    typed(dialog.link.library_file, "~/some.so")
    wanted = dialog.wanted()
    assert wanted is not None
    assert wanted.library == str(tmp_path / "some.so")


def test_a_user_who_does_not_exist_in_a_field_that_is_not_used_does_no_harm(
    opened: Callable[..., SettingsDialog],
) -> None:
    dialog = opened()
    typed(dialog.link.library_file, "~nosuchuser/some.so")
    assert dialog.wanted() is not None


def test_paths_are_looked_at_once_when_the_typing_ends_and_never_for_other_fields(
    opened: Callable[..., SettingsDialog], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []

    def look(text: str) -> str:
        looked_at.append(text)
        return "" if text in ("", "ab") else "wrong"

    monkeypatch.setattr("t3monitor.ui.settings.database.database_problem", look)
    monkeypatch.setattr("t3monitor.ui.settings.link.library_problem", look)
    dialog = opened()
    looked_at.clear()
    dialog.sync.interval.setValue(99)
    dialog.link.panels.setValue(9)
    dialog.database.file.set_text("a")
    dialog.database.file.set_text("ab")
    assert looked_at == []
    qtbot.waitUntil(lambda: looked_at == ["ab"])


def test_ok_right_after_typing_a_path_that_cannot_be_used_says_so_and_stays_open(
    opened: Callable[..., SettingsDialog], tmp_path: Path
) -> None:
    dialog = opened()
    heard = applied(dialog)
    dialog.database.file.set_text(str(tmp_path))
    dialog.ok.click()
    assert heard == []
    assert dialog.isVisible()
    assert "folder" in dialog.database.message.text()


def test_a_folder_of_backups_that_cannot_be_used_is_said_at_the_field(
    opened: Callable[..., SettingsDialog], tmp_path: Path
) -> None:
    dialog = opened()
    page = dialog.database
    (tmp_path / "letter.txt").write_text("x")
    for name, words in (("none", "There is no such folder"), ("letter.txt", "This is no folder"), (".", "")):
        typed(page.folder, str(tmp_path / name))
        assert (words in page.folder_message.text(), page.is_usable) == (True, not words)
    assert page.values()["backup_folder"] == str(tmp_path)
    page.backups.setValue(0)
    assert (page.backups.text(), page.values()["backups"]) == ("none", 0)
