"""A library that hangs, crashes or is interrupted costs its call alone."""

import os
import signal
import sys
import threading
import time
from multiprocessing import resource_tracker
from pathlib import Path

import pytest

from library_calls import (
    PATIENCE_S,
    Does,
    answers_again,
    children,
    deadline_when,
    hung_pid,
    is_gone,
    link,
    links,
    new_link,
    short_grace,
    wait_until,
)
from t3monitor.model.errors import CrashedError, InterruptedCycleError, LinkTimeoutError
from t3monitor.t3000.library import LibraryLink

__all__ = ["link", "links", "new_link", "short_grace"]


@pytest.mark.skipif(sys.platform != "linux", reason="the signals that a process blocks are read as Linux tells them")
def test_ctrl_c_in_a_terminal_never_reaches_the_child_not_even_while_it_starts(
    new_link: LibraryLink, t3000_does: Does
) -> None:
    resource_tracker._resource_tracker._stop()  # type: ignore[attr-defined] # as in a program that just began
    assert answers_again(new_link, t3000_does)
    (child,) = children()
    status = dict(line.split(":", 1) for line in Path(f"/proc/{child}/status").read_text().splitlines())
    assert int(status["SigBlk"], 16) & 1 << signal.SIGINT - 1


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
