"""What must be so of every T3000: these tests run against the stand-in, or a real one that T3MONITOR_TEST_URL names.

    T3MONITOR_TEST_URL=http://192.168.1.20:9103 .venv/bin/python -m pytest tests/test_webapi_real.py

They only read. A real T3000 that nobody else reads takes them within a few minutes; it needs at least one panel.
"""

import os
from collections.abc import Iterator

import pytest

from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import NoNewDataError
from t3monitor.sync.check import check_link
from t3monitor.t3000.link import Answer
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.t3000.webapi.link import WebApiLink
from t3000_stand_in import StandIn

REAL_URL = os.environ.get("T3MONITOR_TEST_URL")
TIMEOUT_S = 60.0


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if REAL_URL:
        yield REAL_URL
        return
    with StandIn(hurries=True) as stand_in:
        stand_in.t3000.read_all()
        yield stand_in.url


def assert_is_whole(answer: Answer, received_at: int) -> None:
    snapshot = AnswerDecoder().decode(answer.body, received_at)
    assert snapshot.panels
    assert snapshot.skipped_panels == ()
    for device in snapshot.panels:
        assert 0 < device.serial_number < 2**32
        assert 1 <= device.panel_id <= 254
        assert device.point_count <= 256
        assert all(time_s <= received_at for _, points, time_s in device.vectors() if points)


def test_live_reading_gives_whole_panels_and_sentences_for_the_others(url: str) -> None:
    link = WebApiLink(url, "live")
    assert_is_whole(link.fetch(TIMEOUT_S), 2**33)
    assert_is_whole(link.fetch(TIMEOUT_S), 2**33)
    link.close()


def test_background_readings_are_whole_or_there_is_a_sentence_why_there_are_none(url: str) -> None:
    link = WebApiLink(url, "logging_data")
    try:
        assert_is_whole(link.fetch(TIMEOUT_S), 2**33)
    except NoNewDataError as error:
        assert "T3000" in str(error)  # noqa: PT017 - either is well
    link.close()


def test_every_check_has_a_sentence(url: str) -> None:
    settings = Settings(link=LinkName.WEBAPI).with_values(sites=[{"url": url}], timeout_seconds=int(TIMEOUT_S))
    checks = list(check_link(settings))
    assert [check.name for check in checks] == ["service", "clock", "panels", "link"]
    assert all(check.text for check in checks)
