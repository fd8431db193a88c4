"""The offer to fill holes from T3000's own history, in the window."""

from pytestqt.qtbot import QtBot

from programs import Run, opened
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.events import FillEnded, FillOffered
from t3monitor.ui.fill_offer import FillOffer

OFFERED = FillOffered(3, 1000.0, 8200.0, 7200.0)


def test_it_is_seen_while_there_is_something_to_be_filled_and_a_click_has_it_done_once(qtbot: QtBot) -> None:
    offer = FillOffer()
    qtbot.addWidget(offer)
    assert not offer.isVisibleTo(None)
    offer.take(OFFERED)
    assert offer.isVisibleTo(None)
    assert offer.text() == "2 hours missed · Fill from T3000"
    assert "3 panels" in offer.toolTip()
    assert "(1970-01-01" in offer.toolTip(), "of when"
    with qtbot.waitSignal(offer.asked, timeout=1000):
        offer.click()
    assert not offer.isEnabled()
    assert offer.text() == "Filling from T3000…"
    with qtbot.assertNotEmitted(offer.asked):
        offer.click()


def test_what_came_of_it_is_said_and_what_is_shown_is_read_anew(qtbot: QtBot) -> None:
    offer = FillOffer()
    qtbot.addWidget(offer)
    said: list[str] = []
    offer.said.connect(said.append)
    offer.take(OFFERED)
    with qtbot.waitSignal(offer.filled, timeout=1000):
        offer.take(FillEnded(1234, 3, 7200.0, 6840.0))
    assert not offer.isVisibleTo(None)
    with qtbot.assertNotEmitted(offer.filled):
        offer.take(FillEnded(0, 0, 7200.0, 0.0))
        offer.take(FillEnded(0, 0, 7200.0, 0.0, left_out=(("its value is no number", 1200),)))
        offer.take(FillEnded(0, 0, 0.0, 0.0, "T3000 does not tell its time zone"))
    assert said == [
        "Filled from T3000: 1.9 hours of 2 hours that were missed",
        "T3000 has logged nothing of what was missed",
        "T3000 has logged nothing of use of what was missed: each row is left out because its value is no number",
        "T3000 does not tell its time zone",
    ]


def test_of_several_sites_it_stays_until_all_are_done_and_goes_with_their_database(qtbot: QtBot) -> None:
    offer = FillOffer()
    qtbot.addWidget(offer)
    offer.take(FillOffered(1, 0.0, 100.0, 100.0, site="north"))
    offer.take(FillOffered(2, 0.0, 100.0, 3600.0, site="south"))
    assert offer.text().startswith("1 hour missed")
    assert "3 panels" in offer.toolTip()
    offer.take(FillEnded(5, 1, 3600.0, 3600.0, site="south"))
    assert offer.isVisibleTo(None)
    offer.clear()
    assert not offer.isVisibleTo(None)


def test_in_the_window_a_click_asks_the_services_and_what_was_filled_is_loaded(run: Run, paths: Paths) -> None:
    async def scenario() -> None:
        async with opened(paths, Settings(link=LinkName.WEBAPI, auto_start=False)) as program:
            window, loads = program.window, []
            window.apply_event(OFFERED)
            assert window.fill_offer.isVisible()
            (service,) = program.services._services.values()
            window.fill_offer.click()
            assert service._errands._fill_asked.is_set()
            program.feed.on_imported = lambda: loads.append(1)  # the slot itself is another test's
            window.apply_event(FillEnded(5, 1, 7200.0, 7200.0))
            assert loads == [1]
            assert not window.fill_offer.isVisible()
            assert window.statusBar().currentMessage().startswith("Filled from T3000")
            window.apply_event(OFFERED)
            window.clear()
            assert not window.fill_offer.isVisible()

    run(scenario())
