"""On how many sheets of paper a page of the trend stands: nothing is lost, however many series there are."""

import re
from dataclasses import replace
from datetime import UTC
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QBuffer, QSize
from PySide6.QtGui import QColor, QPainter
from PySide6.QtSvg import QSvgGenerator
from pytestqt.qtbot import QtBot

from t3monitor.model.freshness import PanelState
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.export.page import Page
from t3monitor.ui.trend.export.picture import as_image, as_pdf, as_pdf_of, as_svg
from t3monitor.ui.trend.export.sheets import Sheets, a4_px
from t3monitor.ui.trend.legend.figures import Figures
from t3monitor.ui.trend.legend.legend_model import Entry, Told
from t3monitor.ui.trend.legend.styles import FIRST
from t3monitor.ui.trend.plot.drawn import Drawn
from t3monitor.ui.trend.plot.lanes import lane_words
from t3monitor.ui.trend.plot.plots import PlotStack
from t3monitor.ui.trend.series.trace import Names
from t3monitor.ui.trend.stretch.stretch_rows import Cell, Head, Row, Table, Tables
from t3monitor.ui.trend.time.time_range import TimeRange

TIMES = np.arange(0.0, 3600.0, 60.0)
COLOUR = QColor("#2067d4")


def key(number: int) -> PointKey:
    return PointKey(1, PointType.INPUT, number)


def page_of(count: int, states: int = 0) -> Page:
    """A page with so many measured points and so many with states."""
    digital = [number >= count for number in range(count + states)]

    def plot(size: QSize) -> PlotStack:
        series = [
            Series(TIMES, TIMES // 600 % 2, Holes.none(), "", int(its), its, f"P{number}", 60.0)
            for number, its in enumerate(digital)
        ]
        stack = PlotStack(are_axes_wide=True)
        stack.resize(size)
        stack.show()
        stack.set_range(TimeRange(0.0, 3600.0), UTC, 3600.0)
        lines = [((its, lane_words(its, ())),) for its in series]
        stack.draw([Drawn(key(n), f"P{n}", COLOUR, FIRST, its) for n, its in enumerate(lines)], 3600.0)
        return stack

    entries = [
        Entry(
            key(number),
            Names("AHU-1", f"P{number}", ""),
            COLOUR,
            FIRST,
            hidden=False,
            told=Told(""),
            state=PanelState.LIVE,
            recorded=True,
            unit=None,
            figures=Figures("15.00", "19.60", "25.00", "100 %"),
        )
        for number in range(count + states)
    ]
    return Page("AHU-1", "a day", "School", "T3 Monitor", entries, (), ("an hour", "a minute"), plot)


def with_figures(page: Page) -> Page:
    row = Row(key(1), "", (Cell("P1"), Cell("4.25"), Cell("")), is_partial=False, remark="")
    heads = tuple(Head(title, (title,)) for title in ("Series", "Mean of it", "Remark"))
    return replace(page, figures=(Tables(Table(heads, (row,)), Table(heads, ())), "between A and B"))


def texts_of(sheets: Sheets) -> list[list[tuple[str, float]]]:
    """The words on each sheet, and how far down they stand."""
    found = []
    for number, size in enumerate(sheets.sizes):
        buffer, generator = QBuffer(), QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(size)
        painter = QPainter(generator)
        sheets.paint(painter, number)
        painter.end()
        found.append(svg_texts(bytes(buffer.data().data())))
    return found


def svg_texts(svg: bytes) -> list[tuple[str, float]]:
    name = "{http://www.w3.org/2000/svg}"
    return [
        ((text.text or "").strip(), float(text.get("y", 0)) + float(group.get("transform", ",0)").split(",")[-1][:-1]))
        for group in ElementTree.fromstring(svg).iter(f"{name}g")
        for text in group.findall(f"{name}text")
    ]


@pytest.mark.parametrize(
    ("count", "states", "pages"),
    [(0, 0, 1), (1, 0, 1), (20, 0, 1), (10, 10, 1), (50, 0, 2), (60, 0, 2), (200, 0, 4), (1, 60, 2)],
)
def test_each_series_stands_once_in_the_table_and_the_plot_keeps_its_height(
    qtbot: QtBot, count: int, states: int, pages: int
) -> None:
    with Sheets(page_of(count, states), a4_px()) as sheets:
        found = texts_of(sheets)
        plots, box = sheets._plots, sheets._plots.lowest._curve_box
        assert plots.height() >= max(260, plots.needed_px)
        assert not count or box.size().height() >= 64
        heights = [size.height() for size in sheets.sizes]
    assert len(found) == pages
    assert all(size == a4_px().height() for size in heights[1:])
    assert heights[0] == a4_px().height() or states == 60, "lanes have no room on paper"
    labels = [text for on_sheet in found for text, _ in on_sheet if re.fullmatch(r"P\d+", text)]
    wanted = [f"P{number}" for number in range(count + states)]
    assert sorted(labels) == sorted(wanted + wanted[count:]), "states beside their lanes as well"
    for on_sheet, height in zip(found, heights, strict=True):
        assert {"AHU-1", "School · a day"} <= {text for text, _ in on_sheet}
        assert all(0 < at < height for _, at in on_sheet)
    numbers = [text for on_sheet in found for text, _ in on_sheet if text.startswith("T3 Monitor")]
    assert numbers == (
        ["T3 Monitor"] if pages == 1 else [f"T3 Monitor · page {n + 1} of {pages}" for n in range(pages)]
    )
    assert sum(text.startswith("Missing") for on_sheet in found for text, _ in on_sheet) == 2


@pytest.mark.parametrize("count", [1, 60, 120])
def test_the_figures_of_a_stretch_follow_the_table(qtbot: QtBot, count: int) -> None:
    with Sheets(with_figures(page_of(count)), a4_px()) as sheets:
        found = texts_of(sheets)
    (figures,) = [at for text, at in found[-1] if text == "4.25"]
    rows = [at for text, at in found[-1] if re.fullmatch(r"P\d+", text) and at < figures - 1]
    assert not rows or figures - max(rows) < 90
    assert not any("4.25" in text for on_sheet in found[:-1] for text, _ in on_sheet)


def test_a_pdf_has_a_page_for_each_sheet_and_pictures_get_higher(qtbot: QtBot) -> None:
    for count, pages in ((20, 1), (60, 2), (200, 4)):
        page = page_of(count)
        pdf = as_pdf(page)
        assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == pages
        boxes = {tuple(map(round, map(float, box.split()))) for box in re.findall(rb"/MediaBox \[([^\]]*)\]", pdf)}
        assert boxes == {(0, 0, 842, 595)}, "A4"
        image = as_image(page)
        labels = [text for text, _ in svg_texts(as_svg(page)) if re.fullmatch(r"P\d+", text)]
        assert sorted(labels) == sorted(f"P{number}" for number in range(count))
        assert image.width() == 2 * a4_px().width()
        assert (image.height() > 2 * a4_px().height()) is (pages > 1)


def test_further_pages_are_the_same_bytes_each_time(qtbot: QtBot) -> None:
    page = page_of(60)
    pdf = as_pdf_of(page, 1_790_000_000.0)
    assert len(re.findall(rb"/Type /Page\b(?!s)", pdf)) == 2
    assert pdf == as_pdf_of(page, 1_790_000_000.0)


@pytest.mark.parametrize(
    ("count", "values", "states", "pages"),
    [(2, 6, 4, 1), (12, 12, 0, 1), (20, 80, 0, 4), (60, 60, 42, 5), (0, 3, 3, 1)],
)
def test_all_rows_of_figures_stand_once_on_as_few_sheets_as_they_fill(
    qtbot: QtBot, count: int, values: int, states: int, pages: int
) -> None:
    heads = tuple(Head(title, (title,)) for title in ("Series", "Mean of it", "Remark"))
    rows = [
        Row(key(n), "", (Cell(f"F{n}"), Cell("4.25"), Cell("")), is_partial=False, remark="")
        for n in range(values + states)
    ]
    told = Tables(Table(heads, tuple(rows[:values])), Table(heads, tuple(rows[values:])))
    page = replace(page_of(count), figures=(told, "between A and B"))
    with Sheets(page, a4_px()) as sheets:
        found = texts_of(sheets)
        height = a4_px().height()
    assert [text for on_sheet in found for text, _ in on_sheet if re.fullmatch(r"F\d+", text)] == [
        f"F{n}" for n in range(values + states)
    ]
    assert not any("more" in text for on_sheet in found for text, _ in on_sheet)
    for on_sheet in found:
        figures = [at for text, at in on_sheet if re.fullmatch(r"F\d+", text)]
        heading = [text for text, _ in on_sheet if text == "between A and B"]
        assert len(heading) == bool(figures), "each sheet says of which time they are"
        assert max(figures, default=0) < min((at for text, at in on_sheet if text.startswith("T3 Monitor"))) < height
    assert len(found) == pages
    whole = [text for text, _ in svg_texts(as_svg(page)) if re.fullmatch(r"F\d+", text)]
    assert len(whole) == values + states
