"""Fixtures that more than one test file uses."""

import gc
import logging
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

CLIB = Path(__file__).parent / "clib"
_MUCH_GARBAGE = 50_000  # objects that were made and not given back since garbage was collected last


def pytest_configure() -> None:
    """Programs that tests start inherit what is ignored: in the background of a script Ctrl-C, under nohup SIGHUP."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """As in the program, garbage is collected by the main thread alone: a window in it must not end in another one."""
    gc.disable()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    if gc.get_count()[0] > _MUCH_GARBAGE:
        gc.collect()


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """For commands run in this process: folders of its own, and logging and SIGTERM left as they were."""
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "home"))
    handler = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, handler)
    for name in ("t3monitor", "t3monitor.ffi"):
        logger = logging.getLogger(name)
        for log_file in logger.handlers[:]:
            logger.removeHandler(log_file)
            log_file.close()
        logger.propagate = True


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


@pytest.fixture
def t3000_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Tells the library what its next calls do, in the words of its source: ``say {"a":1}``."""
    control = tmp_path / "t3000.control"
    monkeypatch.setenv("T3_CONTROL", str(control))

    def does(what: str) -> None:
        control.write_text(what, encoding="utf-8")

    return does
