"""A PDF of a time: equal pages are equal bytes wherever and whenever they are made, and every reference is right."""

import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QHashSeed, QSize
from pytestqt.qtbot import QtBot

from t3monitor.ui.trend.export.dated_pdf import dated
from t3monitor.ui.trend.export.page import Page
from t3monitor.ui.trend.export.picture import as_pdf, as_pdf_of
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.time.time_range import TimeRange

OF_S = datetime(2026, 11, 28, 12, 30, 5, tzinfo=UTC).timestamp()


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    def plot(size: QSize) -> PlotStack:
        plot = PlotStack()
        plot.resize(size)
        plot.set_range(TimeRange(0.0, 3600.0), UTC, 3600.0)
        return plot

    return Page("AHU-1 & more", "a day", "School", "T3 Monitor", (), (), (), plot)


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    def choose(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield choose
    monkeypatch.undo()
    time.tzset()


def test_its_dates_are_those_of_the_time_and_its_id_is_that_of_the_page(page: Page) -> None:
    pdf = as_pdf_of(page, OF_S)
    assert set(re.findall(rb"Date \(([^)]*)\)", pdf)) == {b"D:20261128123005Z"}
    assert set(re.findall(rb'Date="([^"]*)"', pdf)) == {b"2026-11-28T12:30:05+00:00"}
    for _ in range(10):  # as in other processes
        QHashSeed.resetRandomGlobalSeed()
        assert pdf == as_pdf_of(page, OF_S)
    assert as_pdf(page) != as_pdf(page), "while others have an id of their own"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no TZ")
def test_of_dates_of_any_length_the_same_bytes_come_and_all_objects_are_found(
    page: Page, in_zone: Callable[[str], None]
) -> None:
    in_zone("UTC")
    there = as_pdf_of(page, OF_S)
    in_zone("Asia/Kolkata")
    assert re.search(rb"Date \(D:\d{14}\+05'30'\)", as_pdf(page)), "which is longer"
    assert as_pdf_of(page, OF_S) == there


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no TZ")
def test_every_object_is_where_the_table_says(page: Page, in_zone: Callable[[str], None]) -> None:
    in_zone("Asia/Kolkata")
    pdf = dated(as_pdf(page), OF_S)
    start = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    lines = pdf[start:].split(b"\n")
    assert lines[0] == b"xref"
    count = int(lines[1].split()[1])
    offsets = [int(line[:10]) for line in lines[3 : 2 + count]]
    assert count > 5
    for number, offset in enumerate(offsets, 1):
        assert pdf[offset:].startswith(b"%d 0 obj" % number)
