"""``--processes``: several processes run the tests of what one has collected, and nothing of it gets lost."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import processes

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")


def outcome(folder: Path, tests: dict[str, str], *options: str) -> tuple[int, str]:
    """How a run of these files in two processes ends: its status and all that it prints."""
    for name, text in tests.items():
        (folder / f"test_{name}.py").write_text(text, encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, *"-m pytest -c /dev/null --rootdir . -p processes --processes 2".split(), *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(processes.__file__).parent), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


GOOD = "def test_good(): pass\n"
BAD = "def test_bad():\n    print('what it printed')\n    assert 1 + 1 == 3\n"
SKIPPED = "import pytest\n@pytest.mark.skip(reason='the reason')\ndef test_skipped(): pass\n"
UNCLEAN = "import pytest\n@pytest.fixture\ndef f():\n    yield\n    raise OSError('left over')\ndef test_f(f): pass\n"
ENDS_EARLY = "import os\ndef test_ends(): os._exit(0)\n"
ENDS_BADLY = "import atexit, os\ndef test_good(): atexit.register(lambda: os._exit(9))\n"
HANGS = "import time\ndef test_hangs(): time.sleep(600)\n"


def test_what_each_process_finds_is_told_by_one_and_what_none_finds_as_well(tmp_path: Path) -> None:
    tests = {"a": GOOD, "b": BAD, "c": SKIPPED, "d": UNCLEAN, "e": ENDS_EARLY}
    status, said = outcome(tmp_path, tests, "-rs")
    assert status == 1
    assert "1 failed, 2 passed, 1 skipped, 1 error" in said
    for told in ("assert (1 + 1) == 3", "what it printed", "the reason", "left over"):
        assert told in said
    assert "a process ended amid its tests; 1 have no result: test_e.py::test_ends" in said


def test_a_process_that_fails_after_its_tests_is_a_failure(tmp_path: Path) -> None:
    status, said = outcome(tmp_path, {"a": ENDS_BADLY, "b": GOOD})
    assert (status, "a process failed after its tests" in said) == (1, True), said


def test_the_first_failure_ends_all_if_that_is_wanted(tmp_path: Path) -> None:
    status, said = outcome(tmp_path, {"a": BAD, "b": HANGS}, "-x")
    assert (status, "1 failed" in said) == (1, True), said
