"""What more than one test file uses, and what is done around each test."""

import asyncio
import gc
import logging
import os
import shutil
import signal
import sqlite3
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import pyqtgraph
import pytest
import qasync
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from sqlalchemy import Engine

from programs import PATIENCE_S, Run
from t3monitor.config.database_url import sqlite_path, sqlite_url
from t3monitor.config.paths import Paths
from t3monitor.model.clock import SystemClock
from t3monitor.simulation import past
from t3monitor.simulation.building import Building
from t3monitor.store import database as database_module
from t3monitor.store.database import Database
from t3monitor.store.migrate import migrate_to_newest
from t3monitor.store.pages import check_pages
from t3monitor.ui.kit.theme import LIGHT, apply_theme

CLIB = Path(__file__).parent / "clib"
_MUCH_GARBAGE = 20_000  # objects that were made and not given back since garbage was collected last

suite = settings(
    max_examples=10,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
settings.register_profile("suite", suite)
settings.register_profile("fuzz", suite, max_examples=5000, derandomize=False)  # make fuzz
settings.load_profile("suite")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    gc.disable()  # what is imported for the tests stays
    _reset_signals()
    if not config.getoption("--hypothesis-profile", None):
        # Else constants are drawn too, of the source of all that is imported: it takes long to read, and what a test
        # draws would be up to which other ones there are.
        providers._get_local_constants = lambda: providers._local_constants
    pyqtgraph.setConfigOption("mouseRateLimit", 0)  # the hand of a test is quicker than a user's
    sqlite3.connect = sqlite3.dbapi2.connect = partial(sqlite3.connect, factory=Connection)


class Connection(sqlite3.Connection):
    """Warns when it was not closed, as Python does from 3.13 on, and names its test: that is noticed in a later one."""

    def __init__(self, *args: Any, **named: Any) -> None:
        self._opened_in = os.environ.get("PYTEST_CURRENT_TEST")
        super().__init__(*args, **named)

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # which is how it says that it is closed
            _ = self.total_changes
            opened = f"a database was not closed that was opened in {self._opened_in}"
            warnings.warn(opened, ResourceWarning, stacklevel=1, source=self)


def _reset_signals() -> None:
    """Programs that tests start inherit what is ignored: in the background of a script Ctrl-C, under nohup SIGHUP.

    Commands that are run in this process take them over.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


def pytest_collection_finish() -> None:
    """What is there for the whole run need not be looked at each time that garbage is collected."""
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish() -> None:
    """Of all that is left by now, what is not closed is noticed; for that pytest would collect it five times more."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """As in the program, garbage is collected by the main thread alone: a window in it must not end in another one."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    _reset_signals()
    _clear_screen()
    if gc.get_count()[0] > _MUCH_GARBAGE:
        gc.collect(1)  # what was made since the last time; a window that ended has given back what was frozen


def _clear_screen() -> None:
    """No test inherits widgets or a theme: widgets that are left take each theme, which slows all that is made."""
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # pytest-qt's, which wait for a loop
    application = QApplication.instance()
    if isinstance(application, QApplication) and application.styleSheet():
        apply_theme(application, LIGHT)
        application.setStyleSheet("")  # as a program finds it


@pytest.fixture(scope="session", autouse=True)
def new_databases_are_copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new file's tables are made once, by the migrations, and from then on copied; then its pages are whole."""
    empty, copies = tmp_path_factory.mktemp("empty") / "history.db", set[str]()
    Database(sqlite_url(empty)).close()

    def copy_or_migrate(engine: Engine, url: str, goes_on: Callable[[float], bool]) -> None:
        path = sqlite_path(url)
        if path is not None and not path.exists():
            with suppress(OSError):
                shutil.copyfile(empty, path)
                copies.add(url)
                return
        migrate_to_newest(engine, url, goes_on)

    def look_unless_copied(url: str, within_s: float) -> None:
        if url in copies:
            copies.remove(url)
        else:
            check_pages(url, within_s)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database_module, "migrate_to_newest", copy_or_migrate)
        patch.setattr(database_module, "check_pages", look_unless_copied)
        yield


@pytest.fixture(scope="session", autouse=True)
def past_of_the_demo_is_made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The past of the simulated building is coarse, its last day alone, and made once for each size up to its own."""
    folder, backfill = tmp_path_factory.mktemp("past"), past.backfill

    def copy_or_make(database_url: str, building: Building, *period: Any) -> int:
        if len(building.panels) > len(Building().panels):
            return backfill(database_url, building, *period)
        start_s, end_s, step_s = period[:3]  # made whole also where its first user closes meanwhile
        if step_s:
            start_s = end_s - 86_400
        made = folder / f"{len(building.panels)}-{step_s}.db"
        if not made.exists():
            backfill(sqlite_url(made), building, start_s, end_s, step_s)
        file = sqlite_path(database_url)
        assert file is not None
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, file)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(past, "backfill", copy_or_make)
        patch.setattr(past, "_DEMO_STEP_S", 3600)
        yield


@pytest.fixture
def run(qapp: QApplication) -> Iterator[Run]:
    """Runs a coroutine on the loop that the program has; a program that a failed test left open is closed."""
    qapp.setQuitOnLastWindowClosed(False)  # as the program itself has it: the loop ends when everything has stopped
    loop = qasync.QEventLoop(qapp)
    asyncio.set_event_loop(loop)
    with loop:
        yield lambda coroutine: loop.run_until_complete(asyncio.wait_for(coroutine, 2 * PATIENCE_S))
        if left := asyncio.all_tasks(loop):
            for window in qapp.topLevelWidgets():
                window.close()
            loop.run_until_complete(asyncio.wait(left, timeout=PATIENCE_S))
    asyncio.set_event_loop(None)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs when a test says so; what is going on at its end is cancelled."""
    loop = asyncio.new_event_loop()
    yield loop
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """The folders of a program that starts for the first time."""
    return Paths(tmp_path / "config", tmp_path / "data", tmp_path / "logs")


@pytest.fixture(scope="session", autouse=True)
def no_test_touches_a_users_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a test leaves in the program's folders would be found by the next run; ``own_home`` gives it some."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("T3MONITOR_HOME", str(home))
        yield
    assert not [file for file in home.rglob("*") if file.is_file()], "a test without own_home wrote there"


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """For commands run in this process: folders of its own, and logging left as it was."""
    home = tmp_path / "home"
    monkeypatch.setenv("T3MONITOR_HOME", str(home))
    yield home
    for name in ("t3monitor", "t3monitor.ffi"):
        logger = logging.getLogger(name)
        for log_file in logger.handlers[:]:
            logger.removeHandler(log_file)
            log_file.close()
        logger.propagate = True


@pytest.fixture
def seconds_fly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intervals of commands and windows that run in this process take a hundredth of what they are."""
    monotonic_s, wait = SystemClock.monotonic_s, SystemClock.wait
    monkeypatch.setattr(SystemClock, "monotonic_s", lambda clock: 100 * monotonic_s(clock))
    monkeypatch.setattr(SystemClock, "wait", lambda clock, condition, s: wait(clock, condition, s and s / 100))


@pytest.fixture(scope="session")
def build_t3000(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Compiles tests/clib/t3000.c, once for each set of flags."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("there is no C compiler to build the library of these tests with")

    @cache
    def build(*flags: str) -> Path:
        library = tmp_path_factory.mktemp("clib") / "t3000.so"
        command = [compiler, "-shared", "-fPIC", "-pthread", *flags, "-o", str(library), str(CLIB / "t3000.c")]
        subprocess.run(command, check=True)
        return library

    return build


@pytest.fixture(scope="session")
def t3000_library(build_t3000: Callable[..., Path]) -> Path:
    """A library with T3000's exports; what it does is up to the file that T3_CONTROL names (see its source)."""
    return build_t3000()


@pytest.fixture(scope="session")
def t3000_control(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that says what the library does; the same one for all tests, since a child may serve several."""
    return tmp_path_factory.mktemp("control") / "t3000.control"


@pytest.fixture
def t3000_does(t3000_control: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Tells the library what its next calls do, in the words of its source: ``say {"a":1}``."""
    for left in t3000_control.parent.iterdir():
        left.unlink()
    monkeypatch.setenv("T3_CONTROL", str(t3000_control))

    def does(what: str) -> None:
        t3000_control.write_text(what, encoding="utf-8")

    return does
