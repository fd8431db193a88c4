"""The library link: answers, return codes, and the other exports; with a real C library."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from library_calls import PATIENCE_S, SMALL, Does, answers_again, children, library_link, link, links, new_link
from t3monitor.config.settings import Settings
from t3monitor.model.errors import BadReplyError, BusyError, NoNewDataError, NotReadyError, RefusedError
from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.trendlogs import TrendLog
from t3monitor.t3000.library import LibraryLink

__all__ = ["link", "links", "new_link"]


@pytest.fixture
def small_link(links: dict[str, LibraryLink], t3000_does: Does) -> LibraryLink:
    links["usual"].close()
    return links["small"]


def memory_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


# --- answers


def test_the_bytes_of_the_answer_arrive_as_they_are(link: LibraryLink, t3000_does: Does, tmp_path: Path) -> None:
    answer = tmp_path / "answer.json"
    answer.write_bytes('{"name":"Büro 3 °C"}'.encode())
    t3000_does(f"file {answer}")
    assert link.fetch(PATIENCE_S).body == answer.read_bytes()


def test_dirty_bytes_are_left_to_the_decoding(link: LibraryLink, t3000_does: Does) -> None:
    t3000_does("dirty")
    assert link.fetch(PATIENCE_S).body == b'{"a":"\x01\xff\xc3(\xed\xa0\x80"}'


@pytest.mark.parametrize("request_", [Settings().request, '{"action":15,"panelId":7}'])
def test_the_library_finds_the_request_in_the_buffer(t3000_library: Path, t3000_does: Does, request_: str) -> None:
    t3000_does("echo")
    link = library_link(t3000_library, request=request_)
    assert link._exchange(link._call, PATIENCE_S).body == request_.encode()
    link.close()


def test_a_library_that_leaves_the_buffer_as_it_was_is_said_to(link: LibraryLink, t3000_does: Does) -> None:
    t3000_does("untouched 0")
    with pytest.raises(BadReplyError, match=r"^The library reported success but left the buffer untouched"):
        link.fetch(PATIENCE_S)


def test_an_empty_request_is_an_empty_buffer_and_an_empty_answer_no_new_data(
    t3000_library: Path, t3000_does: Does
) -> None:
    t3000_does("echo")
    link = library_link(t3000_library, request="")
    with pytest.raises(NoNewDataError, match=r"^T3000 returned an empty answer: look at the request"):
        link.fetch(PATIENCE_S)
    link.close()


def test_the_remains_of_a_longer_answer_are_not_in_the_buffer_of_the_next_call(
    t3000_library: Path, t3000_does: Does
) -> None:
    link = library_link(t3000_library, request="")
    t3000_does("say a long answer")
    link.fetch(PATIENCE_S)
    t3000_does("echo")
    with pytest.raises(NoNewDataError):
        link.fetch(PATIENCE_S)
    link.close()


def test_an_answer_of_20_megabytes_arrives_whole(link: LibraryLink, t3000_does: Does) -> None:
    t3000_does("big 20000000")
    assert link.fetch(PATIENCE_S).body == b"x" * 20_000_000


def test_an_answer_may_fill_the_buffer_to_its_last_byte(small_link: LibraryLink, t3000_does: Does) -> None:
    t3000_does("exact")
    assert small_link.fetch(PATIENCE_S).body == b"x" * (SMALL - 1)


def test_an_answer_of_100_megabytes_fits_the_default_buffer(link: LibraryLink, t3000_does: Does) -> None:
    t3000_does("exact")
    assert len(link.fetch(PATIENCE_S).body) == 104_857_599


@pytest.mark.parametrize("what", ["fill", "overrun 8"])
def test_an_answer_without_an_end_is_a_bad_reply_and_the_next_one_is_unharmed(
    small_link: LibraryLink, t3000_does: Does, what: str
) -> None:
    t3000_does(what)
    with pytest.raises(
        BadReplyError, match=f"^T3000 filled the buffer of {SMALL} bytes and did not end its text: raise buffer_bytes$"
    ):
        small_link.fetch(PATIENCE_S)
    before = children()
    assert answers_again(small_link, t3000_does)
    assert children() == before


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_small_answer_leaves_the_buffer_of_100_megabytes_untouched(new_link: LibraryLink, t3000_does: Does) -> None:
    t3000_does("say {}")
    for _ in range(3):
        new_link.fetch(PATIENCE_S)
    assert memory_bytes(*children()) < 50_000_000


# --- return codes


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("code -1 out of order", "T3000 refused the call (-1): out of order"),
        (
            'code -1 {"error":"Exception in BacnetWebView HandleWebViewMsg bridge"}',
            "T3000 refused the call (-1): Exception in BacnetWebView HandleWebViewMsg bridge",
        ),
        ('code 7 {"other":1}', 'T3000 refused the call (7): {"other":1}'),
        ("code -9", "T3000 refused the call (-9): it gave no reason"),
        ("code -1 a\r\n\x1b[31mb", "T3000 refused the call (-1): a [31mb"),
        (f"code -1 {'y' * 1000}", f"T3000 refused the call (-1): {'y' * 299}…"),
        (
            "code -1",
            f"T3000 refused the call (-1): bad arguments, or the answer does not fit into the buffer of {SMALL} bytes",
        ),
        (
            "untouched -1",
            f"T3000 refused the call (-1): bad arguments, or the answer does not fit into the buffer of {SMALL} bytes",
        ),
    ],
)
def test_a_refusal_carries_the_code_and_the_text(
    small_link: LibraryLink, t3000_does: Does, what: str, sentence: str
) -> None:
    t3000_does(what)
    with pytest.raises(RefusedError) as caught:
        small_link.fetch(PATIENCE_S)
    way_out = (
        "raise buffer_bytes, or correct the request" if "bad arg" in sentence else "look at the request in the settings"
    )
    assert str(caught.value) == f"{sentence}; {way_out}"


def test_a_refusal_may_hold_bytes_that_are_no_text(small_link: LibraryLink, t3000_control: Path) -> None:
    t3000_control.write_bytes(b"code -1 caf\xe9")
    with pytest.raises(RefusedError, match="caf\N{REPLACEMENT CHARACTER}"):
        small_link.fetch(PATIENCE_S)


def test_not_ready_twice_and_then_an_answer_come_from_one_process(link: LibraryLink, t3000_does: Does) -> None:
    t3000_does('not_ready 2 {"data":[]}')
    for _ in range(2):
        with pytest.raises(NotReadyError, match=r"^T3000 is starting \(-2\): MFC application not initialized; wait, "):
            link.fetch(PATIENCE_S)
    assert link.fetch(PATIENCE_S).body == b'{"data":[]}'


def test_a_t3000_that_is_busy_is_told_from_one_that_refuses_and_when_it_takes_a_call_again(
    link: LibraryLink, t3000_does: Does
) -> None:
    t3000_does('say {"action":"LOGGING_DATA_RES","error":"Panel is offline ."}')
    with pytest.raises(BusyError, match=r"^T3000 is busy with the configuration of a panel.*: wait until") as caught:
        link.fetch(PATIENCE_S)
    assert caught.value.again_in_s >= 15
    assert answers_again(link, t3000_does)


def test_a_request_that_the_pipe_may_not_take_at_once_is_refused(t3000_library: Path) -> None:
    link = library_link(t3000_library, request="x" * 5000)
    with pytest.raises(RefusedError, match="longer than 4096 bytes"):
        link.fetch(PATIENCE_S)


# --- the other exports


SETTINGS = (
    '{"panel_id":3,"panel_name":"T3-TB\\u0000\\u0000","serial_number":-5,"ip_address":"192.168.1.7","modbus_id":3,'
    '"modbus_port":502,"object_instance":9,"mstp_id":12,"panel_number":3}'
)
TREND_LOGS = (
    '{"data_source":"g_monitor_data","panel_id":3,"success":true,"timestamp":1761960879,"total_monitors":2,'
    '"trendlogs":[{"an_inputs":3,"data_size_kb":0.4,"data_size_text":"0.40","id":"MON1","interval_seconds":900,'
    '"interval_text":"15 min","label":"AHU trends\\u0001x","num":0,"num_inputs":5,"status":"ON","status_code":1},'
    '{"an_inputs":0,"data_size_kb":0.0,"data_size_text":"0.00","id":"MON2","interval_seconds":0,'
    '"interval_text":"0 sec","label":"Monitor 2","num":1,"num_inputs":0,"status":"OFF","status_code":0}]}'
)


def test_the_settings_of_a_panel_are_read(link: LibraryLink, t3000_control: Path) -> None:
    t3000_control.with_name("t3000.control.settings.3").write_text(SETTINGS)
    for serial_number in (-5, 2**32 - 5):  # builds differ in the sign
        assert link.panel_settings(3, serial_number, PATIENCE_S) == PanelSettings("192.168.1.7", 502, 3, 12, 9)


@pytest.mark.parametrize(
    ("answer", "whose"),
    [
        (SETTINGS, "the panel with serial number 4294967291"),
        (SETTINGS.replace("-5", "0"), "no panel"),
        ('{"ip_address":"192.168.1.7","modbus_port":502}', "no panel"),
    ],
)
def test_the_settings_of_another_panel_or_of_none_are_not_used(
    link: LibraryLink, t3000_control: Path, answer: str, whose: str
) -> None:
    t3000_control.with_name("t3000.control.settings.3").write_text(answer)
    with pytest.raises(RefusedError, match=f"^T3000 has the settings of {whose} where those of 237219 should be: "):
        link.panel_settings(3, 237219, PATIENCE_S)


def test_an_address_that_t3000_does_not_know_is_not_known(link: LibraryLink, t3000_control: Path) -> None:
    t3000_control.with_name("t3000.control.settings.3").write_text('{"ip_address":"0.0.0.0","serial_number":7}')
    assert link.panel_settings(3, 7, PATIENCE_S) == PanelSettings()


def test_the_trend_logs_of_a_panel_are_read(link: LibraryLink, t3000_control: Path) -> None:
    t3000_control.with_name("t3000.control.trendlogs.3").write_text(TREND_LOGS)
    assert link.trend_logs(3, PATIENCE_S) == (
        TrendLog("MON1", "AHU trends", 900, True, 5, 3, 0.4),
        TrendLog("MON2", "Monitor 2", 0, False, 0, 0, 0.0),
    )


def test_a_build_without_the_other_exports_tells_nothing(build_t3000: Callable[..., Path], t3000_does: Does) -> None:
    link = library_link(build_t3000("-DNO_OPTIONAL"))
    assert link.panel_settings(3, 7, PATIENCE_S) is None
    assert link.trend_logs(3, PATIENCE_S) is None
    assert answers_again(link, t3000_does)
    link.close()


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        ('{"success":false,"error":"No monitor data available"}', RefusedError, "No monitor data available"),
        ('{"success":false}', RefusedError, "without a reason"),
        ('-2 {"error":"MFC application not initialized"}', NotReadyError, "MFC application not initialized"),
        ('-1 {"error":"Exception in GetTrendlogList"}', RefusedError, r"\(-1\): Exception in GetTrendlogList"),
        ("-1", RefusedError, "does not fit into the buffer of 1048576 bytes"),
        (TREND_LOGS.replace("g_m", "m_m"), RefusedError, "has not read the trend logs of this panel"),
        ("{", BadReplyError, "The trend log list of T3000 cannot be understood"),
        ('{"trendlogs":[{"id":7}]}', BadReplyError, "cannot be understood"),
    ],
)
def test_a_trend_log_list_that_is_none_is_named(
    link: LibraryLink, t3000_control: Path, answer: str, error: type[Exception], sentence: str
) -> None:
    t3000_control.with_name("t3000.control.trendlogs.3").write_text(answer)
    with pytest.raises(error, match=sentence):
        link.trend_logs(3, PATIENCE_S)
