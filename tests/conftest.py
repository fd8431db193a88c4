"""Fixtures that more than one test file uses."""

import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

CLIB = Path(__file__).parent / "clib"


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
