"""What leaves the trend: a page with what a report needs, in light colours, and tables beside what else goes on."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from t3monitor.exchange.csv_table import GivenUpError, Table
from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme, current_theme
from t3monitor.ui.trend.export.export import Format
from t3monitor.ui.trend.view import TrendView
from trend_views import CO2, FAN, NOW_S, SAT, Clock, History, Settle, clock, file, history, panel, settle
from values import snapshot

__all__ = ["clock", "file", "history", "settle"]
SVG = "{http://www.w3.org/2000/svg}"
Tables = list[tuple[Table, Path, Callable[[float], None], Callable[[], bool]]]


@pytest.fixture
def tables() -> Tables:
    """What was to be written."""
    return []


@pytest.fixture
def view(
    qtbot: QtBot, history: History, clock: Clock, loop: asyncio.AbstractEventLoop, settle: Settle, tables: Tables
) -> Iterator[TrendView]:
    async def save_table(*wanted: object) -> int:
        tables.append(wanted)  # type: ignore[arg-type]
        while not wanted[3]():  # type: ignore[operator]
            await asyncio.sleep(0)
        raise GivenUpError

    view = TrendView(history.load, clock, spawn=loop.create_task, save_table=save_table)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    view.describe(snapshot(panel(NOW_S)))
    yield view
    view.loader.cancel()


def shown(view: TrendView, settle: Settle, *keys: SeriesKey) -> None:
    view.state.add(keys)
    settle(view)
    view.describe(snapshot(panel(NOW_S)))


def test_a_page_has_title_site_time_points_figures_and_holes_as_text(
    view: TrendView, settle: Settle, tmp_path: Path
) -> None:
    shown(view, settle, SAT, CO2, FAN)
    view.page.site_name = "School"
    view.state.set_hidden(CO2, True)
    view.exporter.save(tmp_path / "page.svg", Format.SVG)
    texts = [text.text or "" for text in ElementTree.parse(tmp_path / "page.svg").iter(f"{SVG}text")]
    page = " ".join(text.strip() for text in texts)
    figures = view.readout.figures.of(view.state.time_range)[SAT]
    for expected in (
        "AHU-1",
        f"School · {view.toolbar.shown_time.text()}",
        "SAT [°C]",
        *(figures.minimum, figures.mean, figures.maximum, figures.known),
        "FAN",
        "Missing: ",
        "T3 Monitor",
    ):
        assert expected in page
    assert "CO2" not in page
    assert figures.minimum < figures.mean < figures.maximum
    drawn = [group for group in ElementTree.parse(tmp_path / "page.svg").iter(f"{SVG}g") if len(group)]
    numbers = re.findall(r"[-\d.e+]+", " ".join(group.get("transform", "") for group in drawn))
    assert max(abs(float(number)) for number in numbers) < 10_000, "a file rounds seconds since 1970"


def test_a_pdf_has_its_text_as_text_and_the_size_of_paper(view: TrendView, settle: Settle, tmp_path: Path) -> None:
    shown(view, settle, SAT)
    view.exporter.save(tmp_path / "page.pdf", Format.PDF)
    pdf = (tmp_path / "page.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [0 0 842" in pdf
    assert b"/Font" in pdf
    assert b"/ToUnicode" in pdf


def test_a_picture_is_light_whatever_the_screen_is(view: TrendView, settle: Settle) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    apply_theme(application, DARK)
    shown(view, settle, SAT)
    view.exporter.copy()
    picture = QGuiApplication.clipboard().image().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(picture.constBits(), dtype=np.uint32)
    counts = dict(zip(*(found.tolist() for found in np.unique(pixels, return_counts=True)), strict=True))
    assert counts[LIGHT.base.rgb()] > pixels.size / 2
    assert counts[LIGHT.curves[0].rgb()] > 100
    assert not counts.keys() & {DARK.base.rgb(), DARK.window.rgb(), DARK.grid.rgb(), DARK.curves[0].rgb()}
    assert current_theme() is DARK


def test_what_cannot_be_written_is_one_sentence_and_the_folder_is_not_remembered(
    view: TrendView, settle: Settle, tmp_path: Path
) -> None:
    shown(view, settle, SAT)
    said: list[str] = []
    view.exporter.failed.connect(said.append)
    view.exporter.save(tmp_path / "here.png", Format.PNG)
    view.exporter.save(tmp_path / "no" / "there.png", Format.PNG)
    assert [sentence.startswith(f"{tmp_path / 'no' / 'there.png'} could not be written: ") for sentence in said] == [
        True
    ]
    assert view.exporter.save_state() == {"folder": str(tmp_path), "format": "png"}
    assert [found.name for found in tmp_path.iterdir()] == ["here.png"]


def test_a_table_of_what_is_seen_is_written_beside_the_window_until_it_is_given_up(
    view: TrendView, settle: Settle, tmp_path: Path, tables: Tables, loop: asyncio.AbstractEventLoop
) -> None:
    shown(view, settle, SAT, CO2)
    view.state.set_hidden(CO2, True)
    said: list[str] = []
    view.exporter.said.connect(said.append)
    view.exporter.save(tmp_path / "table.csv", Format.READINGS)
    settle(view)
    assert view.is_busy
    ((table, path, _, _),) = tables
    assert path == tmp_path / "table.csv"
    assert (table.start_s, table.end_s) == tuple(view.state.time_range)
    assert [(series.key, series.panel, series.point, series.label) for series in table.series] == [
        (SAT, "AHU-1", "IN1", "SAT")
    ]
    assert table.drawn is None
    view.exporter.forget()
    settle(view)
    assert said == ["Given up: nothing was saved"]
    assert not view.is_busy


def test_values_as_drawn_are_those_of_the_lines(
    view: TrendView, settle: Settle, tmp_path: Path, tables: Tables
) -> None:
    shown(view, settle, SAT)
    view.exporter.save(tmp_path / "table.csv", Format.DRAWN)
    settle(view)
    assert tables[0][0].drawn == {SAT: view.traces[SAT].series}
    view.exporter.forget()
    settle(view)
