"""The processes of the library end with it, whatever it starts, and leave nothing behind."""

import os
import signal
import subprocess
import sys
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
    library_link,
    link,
    links,
    new_link,
    short_grace,
    wait_until,
)
from t3monitor.model.errors import CrashedError, LinkTimeoutError
from t3monitor.t3000.library import LibraryLink

__all__ = ["link", "links", "new_link", "short_grace"]


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
