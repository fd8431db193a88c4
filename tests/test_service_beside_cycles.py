"""What a service asks of T3000 beside its answers: settings of panels, trend logs; and what stands still."""

import logging

import pytest

from service_site import ANSWER, POINTS, Open, site
from t3monitor.model.errors import LinkTimeoutError, NoNewDataError, Outcome, RefusedError
from t3monitor.model.events import AnswerDecoded, TrendLogsRead
from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.trendlogs import TrendLog
from t3monitor.sync.flow_log import FlowLines
from t3monitor.t3000.messages import AnswerDecoder

__all__ = ["site"]


def test_panel_settings_complete_the_panels_and_are_asked_for_once(site: Open) -> None:
    building = site()
    building.link.settings = PanelSettings("10.0.0.7", 502, 9, 4)
    building.run(2)
    found = building.rows("SELECT DISTINCT port, modbus_address, bacnet_mstp_mac_id FROM DEVICES")
    assert found == [(502, 9, 4)]


def test_an_answer_is_stored_although_the_panel_settings_cannot_be_read(site: Open) -> None:
    building = site()
    building.link.settings = LinkTimeoutError("T3000 gave no answer")
    assert building.once().outcome is Outcome.OK
    assert building.rows("SELECT count(*) FROM DEVICES") == [(2,)]


def test_a_panel_that_refuses_its_settings_does_not_keep_the_others_from_theirs(site: Open) -> None:
    building = site()
    refused: list[int] = []

    def settings(panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings:
        if not refused:
            refused.append(panel_id)
            raise RefusedError("T3000 refused the panel settings")
        return PanelSettings("10.0.0.7", 502, 9, 4)

    building.link.panel_settings = settings  # type: ignore[method-assign]
    building.run(2)
    assert sorted(building.rows("SELECT port FROM DEVICES"), key=str) == [(502,), (None,)]
    assert len(refused) == 1


def test_a_panel_that_refused_its_settings_is_asked_again_after_ten_minutes(site: Open) -> None:
    building = site(sync_interval_secs=200)
    asked: list[tuple[float, int, int]] = []

    def settings(panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings:
        asked.append((building.clock.now_s, panel_id, serial_number))
        if building.clock.now_s < 300:
            raise RefusedError("T3000 has the settings of no panel there")
        return PanelSettings(port=502)

    building.link.panel_settings = settings  # type: ignore[method-assign]
    building.run(6)
    panels = [(device.panel_id, device.serial_number) for device in AnswerDecoder().decode(ANSWER, 1).panels]
    assert asked == [(at_s, *panel) for at_s in (0, 600) for panel in panels]
    assert building.rows("SELECT port FROM DEVICES") == [(502,), (502,)]


def with_time(time_s: int) -> bytes:
    """The same answer, read at another time."""
    return ANSWER.replace(b"1761960", str(time_s)[:7].encode())


@pytest.mark.parametrize(("link", "noted"), [("library", True), ("replay", False)])
def test_a_library_whose_times_stand_still_is_noted_and_stored_all_the_same(site: Open, link: str, noted: bool) -> None:
    building = site(link=link, sync_interval_secs=60)
    reports = building.run(8)
    assert {report.outcome for report in reports} == {Outcome.OK}
    assert [report.samples for report in reports] == [POINTS] * 8
    note = "T3000 reads no panel anew for this request"
    notes = [event.snapshot.note for event in building.of(AnswerDecoded)]
    assert notes == [""] * 6 + [note if noted else ""] * 2  # longer than 5 minutes


def test_one_panel_that_is_read_is_enough_and_reading_again_ends_the_note(site: Open) -> None:
    building = site(*[ANSWER] * 8, with_time(1_762_000_895), link="library", sync_interval_secs=60)
    building.run(15)
    notes = [bool(event.snapshot.note) for event in building.of(AnswerDecoded)]
    assert notes == [False] * 6 + [True] * 2 + [False] * 6 + [True]


def test_all_panel_settings_together_take_no_longer_than_one_answer(site: Open) -> None:
    building = site(timeout_seconds=10)
    asked: list[float] = []

    def slow(panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings:
        asked.append(timeout_s)
        building.clock.now_s += 12
        return PanelSettings(port=502)

    building.link.panel_settings = slow  # type: ignore[method-assign]
    building.run(1)
    assert asked == [10]
    assert sorted(building.rows("SELECT port FROM DEVICES"), key=str) == [(502,), (None,)]


def test_trend_logs_are_read_once_5_seconds_after_the_first_good_cycle_a_panel_every_half_second(site: Open) -> None:
    building = site(NoNewDataError("nothing"), ANSWER, sync_interval_secs=30)
    building.link.trend_log_answers = (TrendLog("MON1", "AHU", 900, True, 5, 3, 0.4),)
    ended: list[float] = []
    building.service.add_listener(
        lambda event: ended.append(building.clock.now_s) if isinstance(event, TrendLogsRead) else None
    )
    building.run(4)
    assert len(building.link.trend_logs_asked) == 2
    assert ended == [30 + 5 + 0.5]
    assert building.of(TrendLogsRead)[0].trend_logs == 2
    assert building.rows("SELECT count(*) FROM TRENDLOGS") == [(2,)]


def test_a_link_without_trend_logs_is_asked_once_and_says_so_in_one_line(site: Open) -> None:
    building = site(sync_interval_secs=30)
    building.run(3)
    assert len(building.link.trend_logs_asked) == 1
    [event] = building.of(TrendLogsRead)
    lines = FlowLines().of(event)
    assert [level for level, _ in lines] == [logging.INFO]
