"""The benchmarks go with the program: each of them runs, and compares what is equal."""

import gc
from functools import partial
from pathlib import Path

import pytest

from benchmarks import answers, cycle, sites, store


@pytest.fixture(autouse=True)
def small_building(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(answers.INPUTS, "demo", partial(answers.demo, panels=2))
    monkeypatch.setattr(gc, "collect", lambda: 0)  # what all tests before left is much to look at


def test_storing_is_measured_against_both_rivals(tmp_path: Path) -> None:
    measured = store.measure("demo", 1, 1, tmp_path)
    assert [row.what.strip() for row in measured.rows] == [
        "store a cycle, against one row per sample",
        "bytes of history per sample",
        "store a cycle, against select-then-write",
    ]


def test_a_whole_cycle_is_measured_against_a_floor_that_stores_the_same(tmp_path: Path) -> None:
    measured = cycle.measure("demo", 1, tmp_path)
    assert measured.rows[0].what.startswith("whole cycle")


def test_two_sites_are_measured_against_one_with_the_panels_of_both(tmp_path: Path) -> None:
    assert "2 sites" in sites.measure("demo", 1, tmp_path).what
