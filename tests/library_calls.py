"""The library link on a real C library, which does as a test wants, and its processes."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from t3monitor.config.settings import Settings
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


def hung_pid(marker: Path) -> int:
    """The pid that a hanging library wrote down."""
    wait_until(lambda: marker.exists() and marker.read_text().endswith("\n"))
    return int(marker.read_text())


def answers_again(link: LibraryLink, t3000_does: Does) -> bool:
    t3000_does('say {"data":[]}')
    return link.fetch(PATIENCE_S).body == b'{"data":[]}'


@pytest.fixture
def short_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a child that will not end by itself."""
    monkeypatch.setattr("t3monitor.t3000.library._GRACE_S", 0.1)
