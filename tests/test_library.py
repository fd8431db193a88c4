"""The library link against a real library in a real child process."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from pathlib import Path

import pytest

from t3monitor.config.settings import Settings
from t3monitor.model.errors import (
    BadReplyError,
    BusyError,
    CrashedError,
    InterruptedCycleError,
    LinkTimeoutError,
    NoNewDataError,
    NotReadyError,
    RefusedError,
)
from t3monitor.model.snapshot import PanelSettings
from t3monitor.model.trendlogs import TrendLog
from t3monitor.t3000.library import LibraryLink

SMALL = 8192  # bytes of a buffer that tests fill
PATIENCE_S = 30  # for what happens at once unless something is broken

Does = Callable[[str], None]


def library_link(
    library: Path, request: str = Settings().request, buffer_bytes: int = Settings().buffer_bytes
) -> LibraryLink:
    return LibraryLink(library, request=request, buffer_bytes=buffer_bytes)


@pytest.fixture(scope="module")
def links(t3000_library: Path) -> Iterator[dict[str, LibraryLink]]:
    """Their children serve one test after the other, which says that no call leaves anything to the next one."""
    links = {"usual": library_link(t3000_library), "small": library_link(t3000_library, buffer_bytes=SMALL)}
    yield links
    for link in links.values():
        link.close()
    assert not children()


@pytest.fixture
def link(links: dict[str, LibraryLink], t3000_does: Does) -> LibraryLink:
    """It may have a child, and nobody else has one."""
    links["small"].close()
    return links["usual"]


@pytest.fixture
def new_link(link: LibraryLink) -> LibraryLink:
    """It has no child yet."""
    link.close()
    return link


@pytest.fixture
def small_link(links: dict[str, LibraryLink], t3000_does: Does) -> LibraryLink:
    links["usual"].close()
    return links["small"]


@contextmanager
def deadline_when(*markers: Path) -> Iterator[None]:
    """Has the deadline of a call come once the library has written down its pids, however long that takes."""

    class Deadline(threading.Timer):
        def run(self) -> None:
            while not all(marker.exists() and marker.read_text().endswith("\n") for marker in markers):
                if self.finished.wait(0.005):
                    return
            self.function(*self.args, **self.kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("t3monitor.t3000.library.threading.Timer", Deadline)
        yield


def children() -> list[int]:
    return [child.pid for child in multiprocessing.active_children() if child.pid]


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def memory_bytes(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


def hung_pid(marker: Path) -> int:
    """The pid that a hanging library wrote down."""
    wait_until(lambda: marker.exists() and marker.read_text().endswith("\n"))
    return int(marker.read_text())


@pytest.mark.skipif(sys.platform != "linux", reason="the signals that a process blocks are read as Linux tells them")
def test_ctrl_c_in_a_terminal_never_reaches_the_child_not_even_while_it_starts(
    new_link: LibraryLink, t3000_does: Does
) -> None:
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined] # as in a program that just began
    assert answers_again(new_link, t3000_does)
    (child,) = children()
    status = dict(line.split(":", 1) for line in Path(f"/proc/{child}/status").read_text().splitlines())
    assert int(status["SigBlk"], 16) & 1 << signal.SIGINT - 1


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


# --- hanging, crashing, interrupting


def answers_again(link: LibraryLink, t3000_does: Does) -> bool:
    t3000_does('say {"data":[]}')
    return link.fetch(PATIENCE_S).body == b'{"data":[]}'


def test_a_call_that_hangs_ends_at_the_deadline_and_the_next_one_answers(
    link: LibraryLink, t3000_does: Does, tmp_path: Path
) -> None:
    assert answers_again(link, t3000_does)  # the library is loaded
    t3000_does(f"hang {tmp_path / 'pid'}")
    with pytest.raises(
        LinkTimeoutError, match=r"^T3000 gave no answer within 0\.1 s: look whether it hangs, or raise the timeout$"
    ):
        link.fetch(0.1)
    assert not children()
    assert answers_again(link, t3000_does)


def test_a_library_that_hangs_while_it_is_loaded_is_under_the_deadline_too(
    new_link: LibraryLink, t3000_does: Does, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("T3_LOAD", f"hang {tmp_path / 'pid'}")
        with deadline_when(tmp_path / "pid"), pytest.raises(LinkTimeoutError):
            new_link.fetch(PATIENCE_S)
    assert answers_again(new_link, t3000_does)


@pytest.mark.skipif(sys.platform != "linux", reason="the library finds the pipe by a Linux ioctl")
def test_a_transfer_that_stops_half_way_ends_at_the_deadline(link: LibraryLink, t3000_does: Does) -> None:
    assert answers_again(link, t3000_does)  # the library is loaded
    t3000_does("stall")
    with pytest.raises(LinkTimeoutError):
        link.fetch(0.3)
    assert answers_again(link, t3000_does)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("crash", "The library crashed (SIGSEGV); the next call starts it afresh"),
        ("exit 3", "The library ended its process (exit code 3); the next call starts it afresh"),
    ],
)
@pytest.mark.parametrize("variable", ["T3_LOAD", None])
def test_a_library_that_takes_its_process_down_is_named_and_the_next_call_answers(
    link: LibraryLink,
    t3000_does: Does,
    monkeypatch: pytest.MonkeyPatch,
    what: str,
    sentence: str,
    variable: str | None,
) -> None:
    t3000_does(what)
    with monkeypatch.context() as patch:
        if variable:
            link.close()
            patch.setenv(variable, what)
        with pytest.raises(CrashedError) as caught:
            link.fetch(PATIENCE_S)
    assert str(caught.value) == sentence
    assert answers_again(link, t3000_does)


def test_a_child_that_died_between_two_calls_is_replaced(link: LibraryLink, t3000_does: Does) -> None:
    assert answers_again(link, t3000_does)
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: is_gone(pid))
    with pytest.raises(CrashedError, match="SIGKILL"):
        link.fetch(PATIENCE_S)
    assert answers_again(link, t3000_does)


@pytest.mark.parametrize("variable", ["T3_LOAD", None])
def test_an_interruption_ends_a_hanging_call_at_once(
    link: LibraryLink, t3000_does: Does, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str | None
) -> None:
    marker = tmp_path / "pid"

    def interrupt() -> None:
        hung_pid(marker)
        link.interrupt()

    t3000_does(f"hang {marker}")
    thread = threading.Thread(target=interrupt)
    thread.start()
    with monkeypatch.context() as patch:
        if variable:
            link.close()
            patch.setenv(variable, f"hang {marker}")
        with pytest.raises(InterruptedCycleError):
            link.fetch(PATIENCE_S)
    thread.join()
    assert not children()
    assert answers_again(link, t3000_does)


def test_an_interruption_at_whatever_moment_of_a_call_is_not_lost(
    new_link: LibraryLink, t3000_does: Does, tmp_path: Path
) -> None:
    t3000_does(f"hang {tmp_path / 'pid'}")
    for delay_ms in range(0, 100, 8):
        outcome: list[BaseException] = []
        began = threading.Event()

        def fetch(outcome: list[BaseException] = outcome, began: threading.Event = began) -> None:
            began.set()
            try:
                new_link.fetch(PATIENCE_S)
            except InterruptedCycleError as error:
                outcome.append(error)

        thread = threading.Thread(target=fetch)
        thread.start()
        began.wait()
        thread.join(delay_ms / 1000)
        deadline = time.monotonic() + PATIENCE_S / 2
        while thread.is_alive() and time.monotonic() < deadline:
            new_link.interrupt()
            thread.join(0.02)
        assert outcome
        assert not children()


def test_an_interruption_without_a_call_is_forgotten(link: LibraryLink, t3000_does: Does) -> None:
    link.interrupt()
    assert answers_again(link, t3000_does)
    before = children()
    link.interrupt()
    assert answers_again(link, t3000_does)
    assert children() == before


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_ctrl_c_in_the_middle_of_a_call_leaves_no_answer_for_the_next_one(
    link: LibraryLink, t3000_does: Does, tmp_path: Path, short_grace: None
) -> None:
    marker = tmp_path / "pid"
    t3000_does(f"hang {marker}")
    thread = threading.Thread(target=lambda: os.kill(hung_pid(marker) and os.getpid(), signal.SIGINT))
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        link.fetch(PATIENCE_S)
    thread.join()
    wait_until(lambda: not children())
    assert answers_again(link, t3000_does)


def test_ctrl_c_does_not_reach_the_library(link: LibraryLink, t3000_does: Does) -> None:
    assert answers_again(link, t3000_does)
    before = children()
    os.kill(before[0], signal.SIGINT)
    assert answers_again(link, t3000_does)
    assert children() == before


# --- the process as a neighbour


@pytest.fixture
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a child that will not end by itself."""
    monkeypatch.setattr("t3monitor.t3000.library._GRACE_S", 0.1)


def run_parent(library: Path, code: str) -> subprocess.Popen[str]:
    """A program of its own that runs this code with a `link`."""
    program = f"""
import multiprocessing, sys
from pathlib import Path
from t3monitor.t3000.library import LibraryLink

if __name__ == "__main__":
    link = LibraryLink(Path(sys.argv[1]), request="", buffer_bytes=8192)
    {code}
"""
    script = library.parent / "parent.py"
    script.write_text(program)
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[1])}
    command = [sys.executable, str(script), str(library)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_parent_that_ends_without_closing_leaves_no_child_behind_not_even_one_that_was_stopped(
    t3000_library: Path, t3000_does: Does
) -> None:
    t3000_does("say {}")
    code = (
        "import os, signal; link.fetch(60); [idle] = multiprocessing.active_children(); "
        "other = LibraryLink(Path(sys.argv[1]), request='', buffer_bytes=8192); other.fetch(60); "
        "[stopped] = {*multiprocessing.active_children()} - {idle}; "
        "os.kill(stopped.pid, signal.SIGSTOP); print(idle.pid, stopped.pid)"
    )
    with run_parent(t3000_library, code) as parent:
        idle, stopped = map(int, parent.communicate(timeout=PATIENCE_S)[0].split())
    wait_until(lambda: is_gone(idle) and is_gone(stopped))


def test_noise_of_the_library_stays_off_the_program_s_stdout(
    new_link: LibraryLink, t3000_does: Does, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    t3000_does(f"noise {tmp_path}")
    assert [new_link.fetch(PATIENCE_S).body for _ in range(2)] == [b"{}", b"{}"]
    new_link.close()  # it changed its folder, and wrote where this test reads
    printed, errors = capfd.readouterr()
    assert printed == ""
    assert errors.count("noise on stdout") == 2


def test_a_relative_path_survives_a_change_of_folder(
    t3000_library: Path, t3000_does: Does, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(t3000_library.parent)
    link = library_link(Path(t3000_library.name))
    monkeypatch.chdir(tmp_path)
    assert answers_again(link, t3000_does)
    assert link.description == f"library {t3000_library}"
    link.close()


# What the library starts is not its parent's child, so nothing but the group ends it.


def forked_pid(marker: Path) -> int:
    """The pid of the process that the library started."""
    return hung_pid(marker)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("then", "error"), [("hang {hung}", LinkTimeoutError), ("crash", CrashedError), ("exit 3", CrashedError)]
)
def test_what_the_library_started_ends_with_a_call_that_fails(
    link: LibraryLink, t3000_does: Does, tmp_path: Path, then: str, error: type[Exception]
) -> None:
    marker, hung = tmp_path / "forked", tmp_path / "hung"
    t3000_does(f"fork {marker} {then.format(hung=hung)}")
    with deadline_when(marker, hung), pytest.raises(error):
        link.fetch(PATIENCE_S)
    wait_until(lambda: is_gone(forked_pid(marker)))
    assert answers_again(link, t3000_does)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_the_library_started_ends_when_the_link_is_closed_and_not_before(
    link: LibraryLink, t3000_does: Does, tmp_path: Path, short_grace: None
) -> None:
    marker = tmp_path / "forked"
    t3000_does(f"fork {marker} say {{}}")
    assert link.fetch(PATIENCE_S).body == b"{}"
    forked = forked_pid(marker)
    assert answers_again(link, t3000_does)
    assert not is_gone(forked)
    link.close()
    wait_until(lambda: is_gone(forked))


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    ("how", "then"),
    [("SIGKILL", "hang"), ("SIGKILL", "stop"), ("SIGHUP", "stop"), ("SIGTERM", "hang")],  # Windows has not all of them
)
def test_a_parent_that_ends_by_a_signal_leaves_nothing_of_the_library_behind(
    t3000_library: Path, t3000_does: Does, tmp_path: Path, how: str, then: str
) -> None:
    forked, hung = tmp_path / "forked", tmp_path / "hung"
    t3000_does(f"fork {forked} {then} {hung}")
    with run_parent(t3000_library, "link.fetch(60)") as parent:
        pids = hung_pid(hung), forked_pid(forked)
        before = [pid for pid in pids if is_gone(pid)]
        parent.send_signal(signal.Signals[how])
        parent.communicate(timeout=PATIENCE_S)  # nobody holds its output open
        for pid in pids:
            wait_until(lambda pid=pid: is_gone(pid))
    assert not before


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_library_that_stops_its_process_is_a_timeout(link: LibraryLink, t3000_does: Does, tmp_path: Path) -> None:
    t3000_does(f"stop {tmp_path / 'pid'}")
    with deadline_when(tmp_path / "pid"), pytest.raises(LinkTimeoutError):
        link.fetch(PATIENCE_S)
    assert is_gone(hung_pid(tmp_path / "pid"))
    assert answers_again(link, t3000_does)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_process_that_watches_over_the_library_ends_with_it(link: LibraryLink, t3000_does: Does) -> None:
    def watchmen(child: int) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{child}/task/{child}/children").read_text().split()]

    assert answers_again(link, t3000_does)
    [child] = children()
    [watchman] = watchmen(child)
    assert not is_gone(watchman)
    link.close()
    wait_until(lambda: is_gone(watchman))


def test_a_copy_of_the_library_s_process_does_not_answer_the_next_call(link: LibraryLink, t3000_does: Does) -> None:
    for _ in range(5):
        t3000_does("twice")
        assert link.fetch(PATIENCE_S).body == b"{}"
        assert answers_again(link, t3000_does)


def test_a_late_answer_is_not_taken_for_that_of_the_next_call(link: LibraryLink, t3000_does: Does) -> None:
    assert answers_again(link, t3000_does)
    t3000_does('late 1 {"call":"an old one"}')
    assert link.fetch(PATIENCE_S).body == b'{"call":"this one"}'
    assert answers_again(link, t3000_does)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_no_way_a_call_can_end_leaves_a_process_or_a_descriptor(
    link: LibraryLink, t3000_does: Does, tmp_path: Path
) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    assert answers_again(link, t3000_does)  # starts what multiprocessing keeps for the life of the program
    link.close()
    link.close()
    before = descriptors()
    endings = (("crash", PATIENCE_S, CrashedError), (f"hang {tmp_path / 'pid'}", 0.1, LinkTimeoutError))
    for what, timeout_s, error in endings:
        t3000_does(what)
        with pytest.raises(error):
            link.fetch(timeout_s)
        assert not children()
    assert descriptors() == before
    assert answers_again(link, t3000_does)
    link.close()
    assert descriptors() == before
    assert not children()


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
