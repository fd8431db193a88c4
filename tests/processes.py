"""``--processes N``: what one process has imported and collected is run by N that are forked from it, file by file."""

import faulthandler
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, groupby, pairwise
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path

import pytest

_NUMBER_BYTES = 2  # of a file; so few are read from a pipe as they were written
_TO_END_S = 30
_LIKE_OTHERS = 40  # tests that take as long as one with the window


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--processes", type=int, default=1, help="that run the tests; 0: two more than there are cores")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    count = session.config.getoption("processes") or (os.cpu_count() or 1) + 2  # some wait for what they started
    if count < 2 or session.config.option.collectonly or session.testsfailed:
        return None
    files = [list(items) for _, items in groupby(session.items, lambda item: item.path)]
    files.sort(key=_cost, reverse=True)  # else one process may be left with a long one at the end
    waiting, numbers = os.pipe()
    os.write(numbers, b"".join(number.to_bytes(_NUMBER_BYTES) for number in range(len(files))))
    os.close(numbers)
    running: dict[Connection, int] = {}
    try:
        for _ in range(count):
            reports, own_end = Pipe(duplex=False)
            sys.stdout.flush()
            process = os.fork()
            if not process:
                running.clear()
                _speak_to(own_end, session.config)
                _run(_taken(files, waiting))
                return True  # from here on it ends as one that has run them all
            own_end.close()
            running[reports] = process
        _hear(session, running)
    finally:
        for process in running.values():  # where not all is to be run
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
    return True


def _cost(items: Iterable[pytest.Item]) -> int:
    return sum(_LIKE_OTHERS if "run" in getattr(item, "fixturenames", ()) else 1 for item in items)


def _taken(files: list[list[pytest.Item]], waiting: int) -> Iterator[pytest.Item]:
    """The tests of each file that no other process has taken."""
    while number := os.read(waiting, _NUMBER_BYTES):
        yield from files[int.from_bytes(number)]


def _run(items: Iterable[pytest.Item]) -> None:
    for item, following in pairwise(chain(items, [None])):
        assert item is not None
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


def _speak_to(own_end: Connection, config: pytest.Config) -> None:
    """Has reports sent instead of printed, and what is printed by tests kept in files of this process's own."""
    capture = config.pluginmanager.getplugin("capturemanager")
    capture.stop_global_capturing()
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    capture.start_global_capturing()
    capture.suspend_global_capture()
    config.pluginmanager.register(_Speaker(own_end, config))


class _Speaker:
    def __init__(self, own_end: Connection, config: pytest.Config) -> None:
        self._own_end, self._config = own_end, config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or not report.passed:
            self._own_end.send(self._config.hook.pytest_report_to_serializable(config=self._config, report=report))

    def pytest_unconfigure(self) -> None:
        faulthandler.dump_traceback_later(_TO_END_S, exit=True)  # where a failed test left a thread that goes on

    def pytest_internalerror(self, excrepr: object) -> None:
        print(excrepr, file=sys.stderr)


def _hear(session: pytest.Session, running: dict[Connection, int]) -> None:
    """Prints and counts what the processes report until all have ended; raises `Failed` where that is not all well."""
    hook, unheard, ended_well = session.config.hook, {item.nodeid for item in session.items}, True
    while running:
        for reports in wait(list(running)):
            assert isinstance(reports, Connection)
            try:
                told = reports.recv()
            except EOFError:
                ended_well &= os.waitpid(running.pop(reports), 0)[1] == 0
                continue
            report = hook.pytest_report_from_serializable(config=session.config, data=told)
            hook.pytest_runtest_logreport(report=report)
            hook.pytest_runtest_logfinish(nodeid=report.nodeid, location=report.location)
            unheard.discard(report.nodeid)
            if session.shouldfail:
                raise session.Failed(session.shouldfail)
    if unheard:
        session.shouldfail = f"a process ended amid its tests; {len(unheard)} have no result: {min(unheard)}, …"
    elif not ended_well and not session.testsfailed:
        session.shouldfail = "a process failed after its tests"
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
