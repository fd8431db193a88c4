"""The page of what is recorded: what it shows, what it hands on, and what it leaves as it was."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from t3monitor.config.settings import Settings
from t3monitor.model.snapshot import Panel
from t3monitor.ui.settings.fields import Tone
from t3monitor.ui.settings.recording import RecordingPage
from values import device

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform says so of every window

AHU, VAV, BIG = device(1, 1, panel_name="AHU"), device(2, 2, panel_name="VAV"), device(4_000_000_000, 3, panel_name="")
Opened = Callable[..., RecordingPage]


@pytest.fixture
def opened(qtbot: QtBot) -> Opened:
    def open_page(*panels: Panel, **settings: object) -> RecordingPage:
        page = RecordingPage(panels)
        page.show_settings(Settings().with_values(**settings))
        qtbot.addWidget(page)
        page.show()
        return page

    return open_page


def shown(page: RecordingPage) -> list[QTreeWidgetItem]:
    items = [page.list.topLevelItem(row) for row in range(page.list.topLevelItemCount())]
    return [item for item in items if item and not item.isHidden()]


def names(page: RecordingPage) -> list[str]:
    return [item.text(0) for item in shown(page)]


def sentence(page: RecordingPage) -> str:
    return next((label.text() for label in page.list.findChildren(QLabel) if label.isVisible()), "")


def test_everything_is_recorded_at_first_and_the_panels_stand_in_their_order(opened: Opened) -> None:
    page = opened(BIG, VAV, AHU)
    assert names(page) == ["AHU", "VAV", "4000000000"]
    assert page.count.text() == "3 of 3 panels recorded"
    assert page.values() == {"recorded_types": ("INPUT", "OUTPUT", "VARIABLE"), "unrecorded_panels": ()}


def test_a_panel_is_turned_off_with_the_space_bar(opened: Opened, qtbot: QtBot) -> None:
    page = opened(AHU, BIG)
    page.list.setFocus()
    page.list.setCurrentItem(shown(page)[1])
    with qtbot.waitSignal(page.changed):
        qtbot.keyClick(page.list, Qt.Key.Key_Space)
    assert page.values()["unrecorded_panels"] == (4_000_000_000,)
    assert page.count.text() == "1 of 2 panels recorded"
    Settings().with_values(**page.values())


def test_panels_that_are_not_known_now_keep_what_was_chosen_for_them(opened: Opened) -> None:
    page = opened(AHU, VAV, unrecorded_panels=[99, 1])
    assert page.values()["unrecorded_panels"] == (99, 1), "nothing was changed, not even the order"
    assert page.count.text() == "1 of 2 panels recorded, 1 more that are not known now stay unrecorded"
    page.all.click()
    assert page.values()["unrecorded_panels"] == (99,)
    page.none.click()
    assert page.values()["unrecorded_panels"] == (1, 2, 99)


def test_all_and_none_are_about_what_the_search_shows(opened: Opened, qtbot: QtBot) -> None:
    page = opened(AHU, VAV, BIG)
    qtbot.keyClicks(page.search, "va")
    assert names(page) == ["VAV"]
    page.none.click()
    page.search.setText("4000")
    assert names(page) == ["4000000000"]
    page.search.clear()
    assert page.values()["unrecorded_panels"] == (2,)


def test_a_search_without_a_match_says_so_and_offers_nothing(opened: Opened) -> None:
    page = opened(AHU)
    page.search.setText("chiller")
    assert sentence(page) == "No panel matches the search"
    assert [button.isEnabled() for button in (page.all, page.none)] == [False, False]
    page.search.clear()
    assert sentence(page) == ""
    assert page.none.isEnabled()


def test_without_panels_the_list_says_what_will_be(opened: Opened) -> None:
    page = opened()
    assert sentence(page) == "No panel is known yet. New panels are recorded."
    assert page.count.text() == ""


def test_types_are_chosen_and_none_at_all_is_a_caution(opened: Opened) -> None:
    page = opened(AHU, recorded_types=["VARIABLE", "INPUT"])
    assert page.values()["recorded_types"] == ("VARIABLE", "INPUT"), "nothing was changed"
    page.types["INPUT"].click()
    assert page.values()["recorded_types"] == ("VARIABLE",)
    assert not page.caution.isVisible()
    page.types["VARIABLE"].click()
    assert (page.caution.tone, page.caution.isVisible()) == (Tone.CAUTION, True)
    assert page.values()["recorded_types"] == ()


def test_the_site_of_a_panel_is_shown_and_found_where_there_are_several(opened: Opened) -> None:
    assert opened(AHU, VAV).list.isColumnHidden(1)
    page = opened(device(1, 2, site="Plant"), device(2, 1, site="Plant"), device(3, 9, site="Office"))
    assert not page.list.isColumnHidden(1)
    assert [(item.text(1), item.text(2)) for item in shown(page)] == [("Office", "9"), ("Plant", "1"), ("Plant", "2")]
    page.search.setText("off")
    assert len(shown(page)) == 1


def test_everything_can_be_reached_by_keyboard_and_has_a_name(opened: Opened) -> None:
    page = opened(AHU)
    for widget in (*page.types.values(), page.search, page.all, page.none, page.list):
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert widget.accessibleName() or widget.text()
