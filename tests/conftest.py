"""What is done in each process of a run; what each test finds is in `every_test`."""

import gc
from collections.abc import Generator

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """The process that only hands the tests out to others does without all that they use: a second less to begin."""
    gc.disable()  # what is imported for the tests stays
    hands_out = config.getoption("dist", "no") != "no" and not config.option.collectonly  # workers have no `dist`
    if not hands_out:
        config.pluginmanager.import_plugin("every_test")


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One more than cores: a test that waits for a program or a time limit leaves its core to another one."""
    return 1 + (yield)


def pytest_sessionfinish() -> None:
    """Pytest collects garbage five times more, for what tests did not close: `every_test` has done that by now."""
    gc.freeze()
