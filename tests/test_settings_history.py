"""The settings page of how long history is kept: exceptions, and what the values would do before they are applied."""

import asyncio
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from six_points import History, regular
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.settings import Filling, Kept, Settings
from t3monitor.model.errors import DatabaseError
from t3monitor.store.upkeep.preview import Preview, preview
from t3monitor.store.work import LongWork
from t3monitor.ui.settings.history import HistoryPage
from t3monitor.ui.settings.upkeep import UpkeepTask
from values import device

BEGIN_S = int(datetime(2026, 1, 10).timestamp())
NOW_S = BEGIN_S + 20 * 86_400 + 60
KEPT = Kept(serial_number=237219, point_type="OUTPUT", samples_days=30, daily_values_days=400)
UNKNOWN = Kept(serial_number=4711, samples_days=3)


class Looking:
    """Looks at a database by a clock of the test."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Settings] = []

    async def state(self) -> str:
        raise AssertionError

    async def do(self, task: UpkeepTask, work: LongWork) -> str:
        raise AssertionError

    async def preview(self, settings: Settings) -> Preview:
        self.asked.append(settings)
        if not self.url:
            raise DatabaseError("The database is locked")
        return preview(self.url, settings, NOW_S)


def page_of(qtbot: QtBot, settings: Settings, url: str = "") -> tuple[HistoryPage, Looking]:
    looking = Looking(url)
    page = HistoryPage(looking, [device()])
    qtbot.addWidget(page)
    page.show_settings(settings)
    page.check_now()
    return page, looking


def values_of(settings: Settings) -> dict[str, object]:
    return {
        "keep_samples_days": settings.keep_samples_days,
        "keep_daily_values_days": settings.keep_daily_values_days,
        "keep_exceptions": settings.keep_exceptions,
        "fill_from_t3000": settings.fill_from_t3000,
    }


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(keep_samples_days=90, keep_daily_values_days=700, keep_exceptions=(KEPT, UNKNOWN)),
        Settings(fill_from_t3000=Filling.NEVER),
    ],
)
def test_what_is_stored_is_shown_and_given_back(settings: Settings, qtbot: QtBot) -> None:
    page, _ = page_of(qtbot, settings)
    assert page.values() == values_of(settings)
    assert page.is_usable


def test_zero_days_read_for_ever(qtbot: QtBot) -> None:
    page, _ = page_of(qtbot, Settings(keep_exceptions=(Kept(serial_number=4711),)))
    row = page.exceptions.rows[0]
    assert {box.text() for box in (page.samples, page.days, row.samples, row.days)} == {"for ever"}


def test_a_known_panel_has_its_name_and_another_one_its_serial_number(qtbot: QtBot) -> None:
    page, _ = page_of(qtbot, Settings(keep_exceptions=(KEPT, UNKNOWN)))
    assert [row.panel.currentText() for row in page.exceptions.rows] == ["Panel 1 (237219)", "4711"]


def test_an_exception_is_added_and_of_nothing_it_cannot_be_used(qtbot: QtBot) -> None:
    page, _ = page_of(qtbot, Settings())
    page.exceptions.add.click()
    assert not page.is_usable
    assert "each needs a serial_number, a point_type or both" in page.wrong.text()
    (row,) = page.exceptions.rows
    row.kind.setCurrentIndex(row.kind.findData("VARIABLE"))
    row.samples.setValue(7)
    assert page.is_usable
    assert not page.wrong.text()
    assert page.values()["keep_exceptions"] == (Kept(point_type="VARIABLE", samples_days=7),)


def test_without_exceptions_it_is_said_that_there_are_none(qtbot: QtBot) -> None:
    page, _ = page_of(qtbot, Settings())
    (none,) = (label for label in page.exceptions.findChildren(QLabel) if label.text().startswith("None: "))
    assert none.isVisibleTo(page)
    page.exceptions.add.click()
    assert not none.isVisibleTo(page)
    page.exceptions.rows[0].remove.click()
    assert none.isVisibleTo(page)


def test_an_exception_is_removed(qtbot: QtBot) -> None:
    page, _ = page_of(qtbot, Settings(keep_exceptions=(KEPT, UNKNOWN)))
    with qtbot.waitSignal(page.changed):
        page.exceptions.rows[0].remove.click()
    assert page.values()["keep_exceptions"] == (UNKNOWN,)


def test_what_the_values_would_do_is_said_before_they_are_applied(
    qtbot: QtBot, tmp_path: Path, loop: asyncio.AbstractEventLoop
) -> None:
    history = History(tmp_path / "history.db")
    history.store(regular(BEGIN_S, 20 * 144))
    page, looking = page_of(qtbot, Settings(), sqlite_url(history.file))

    async def scenario() -> None:
        page.show()
        await page.looking()
        assert "Goes: nothing now" in page.preview.text()
        assert page.caution.isHidden()
        page.samples.setValue(5)
        page.on_look()
        await page.looking()

    loop.run_until_complete(scenario())
    history.database.close()
    assert "Goes: 12,960 of 17,280 samples" in page.preview.text()
    assert "what goes is deleted, which cannot be undone" in page.caution.text()
    assert [settings.keep_samples_days for settings in looking.asked] == [0, 5]


def test_how_much_of_what_is_in_force_is_deleted_is_watched(
    qtbot: QtBot, tmp_path: Path, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.ui.settings.history._WATCH_MS", 1_000_000)
    history = History(tmp_path / "history.db")
    history.store(regular(BEGIN_S, 20 * 144))
    page, _ = page_of(qtbot, Settings(), sqlite_url(history.file))
    shares = []

    async def scenario() -> None:
        page.show()
        page.samples.setValue(5)
        page.take_as_applied(Settings(keep_samples_days=5))
        for _ in range(3):
            page.on_look()
            await page.looking()
            shares.append(None if page.bar.isHidden() else page.bar.value())
            assert page._soon.isActive() == (shares[-1] is not None)
            history.retain(NOW_S, keep_samples_days=5, slices=None if len(shares) > 1 else 6)

    loop.run_until_complete(scenario())
    history.database.close()
    assert shares == [0, int(1000 * 5 * 240 / (15 * 144)), None]
    assert page.caution.isHidden()


def test_what_cannot_be_looked_at_is_said(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> None:
    page, _ = page_of(qtbot, Settings())

    async def scenario() -> None:
        page.show()
        await page.looking()

    loop.run_until_complete(scenario())
    assert page.preview.text() == "The database is locked"


def test_nothing_is_looked_at_while_the_page_is_not_seen_or_cannot_be_used(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    page, looking = page_of(qtbot, Settings(keep_exceptions=(KEPT, KEPT)))
    page.on_look()

    async def scenario() -> None:
        page.show()
        await page.looking()

    loop.run_until_complete(scenario())
    assert looking.asked == []
