"""Cursors and figures in the trend: by mouse and keys, read beside the window, and as tables."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTableWidget
from pytestqt.qtbot import QtBot

from drawn import drawn
from t3monitor.model.errors import DatabaseError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import StoredKey
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.stretch.stretch import Bounds, Condition
from t3monitor.ui.trend.stretch.stretch_meter import MOST_READINGS
from t3monitor.ui.trend.stretch.stretch_told import tell
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView

NOW_S = 1_793_000_000.0
HOUR_S = 3600.0
SAT, OCC = PointKey(237219, PointType.INPUT, 3), PointKey(237219, PointType.VARIABLE, 1)


def readings(key: StoredKey) -> Series:
    times = np.arange(NOW_S - 2 * HOUR_S, NOW_S + 1, 30)
    digital = key == OCC
    values = (times % HOUR_S < 1800) * 1.0 if digital else np.where(times < NOW_S - HOUR_S, 20.0, 24.0)
    label = "OCC" if digital else "SAT"
    return Series(times, values, Holes.none(), "" if digital else "°C", 10 if digital else 3, digital, label, 30.0)


class Owner:
    def __init__(self) -> None:
        self.asked: list[tuple[list[StoredKey], float, float, int]] = []
        self.in_thread: list[Any] = []
        self.error: Exception | None = None
        self.now_s = NOW_S

    async def load(
        self, keys: Sequence[StoredKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[StoredKey, tuple[Series, ...]]:
        self.asked.append((list(keys), start_s, end_s, max_points))
        if self.error:
            raise self.error
        return {key: (readings(key),) for key in keys}

    async def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self.in_thread.append(function)
        return function(*arguments)


@pytest.fixture
def owner() -> Owner:
    return Owner()


@pytest.fixture
def view(qtbot: QtBot, owner: Owner, loop: asyncio.AbstractEventLoop) -> Iterator[TrendView]:
    view = TrendView(owner.load, lambda: owner.now_s, spawn=loop.create_task, in_thread=owner.call)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    view.state.add([SAT, OCC])
    view.state.show_range(TimeRange(NOW_S - 2 * HOUR_S, NOW_S - 60))
    settle(view, loop)
    QApplication.processEvents()  # axes and list have their widths
    yield view
    view.forget()


def settle(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    for _ in range(3):
        view.loader.flush()
        if view.meter.is_busy:
            view.meter.flush()
        for _ in range(12):
            loop.run_until_complete(asyncio.sleep(0))
        QApplication.sendPostedEvents()


def cells(table: QTableWidget, row: int = 0) -> dict[str, str]:
    found = {}
    for column in range(table.columnCount()):
        head, item = table.horizontalHeaderItem(column), table.item(row, column)
        if head and item and item.text() and not table.isColumnHidden(column):
            found[head.text()] = item.text()
    return found


def type_in(view: TrendView, title: str, text: str) -> None:
    """Types into a cell of the first value."""
    table = view.figures.values
    for column in range(table.columnCount()):
        head, item = table.horizontalHeaderItem(column), table.item(0, column)
        if head and item and head.text() == title:
            item.setText(text)


def at(view: TrendView, time_s: float) -> Any:
    """A place of the plot over a time, in pixels of its viewport."""
    box = view.plot._curve_box
    return view.plot.mapFromScene(box.mapToScene(QPointF(box.x_of(time_s), box.rect().center().y())))


def drag(
    view: TrendView, loop: asyncio.AbstractEventLoop, from_s: float, to_s: float, modifier: Qt.KeyboardModifier
) -> None:
    port = view.plot.viewport()
    places = [at(view, from_s + (to_s - from_s) * share).toPointF() for share in (0, 0.3, 0.6, 1)]
    QTest.mousePress(port, Qt.MouseButton.LeftButton, modifier, places[0].toPoint())
    for place in places[1:]:
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        moved = QMouseEvent(QEvent.Type.MouseMove, place, port.mapToGlobal(place), none, left, modifier)
        QApplication.sendEvent(port, moved)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, modifier, places[-1].toPoint())
    view.draw_now()
    settle(view, loop)
    QApplication.processEvents()  # the plot has the height that its figures leave


def test_keys_stand_cursors_at_the_crosshair_and_esc_takes_them_away(
    view: TrendView, loop: asyncio.AbstractEventLoop
) -> None:
    view.state.set_cursor(NOW_S - 1.5 * HOUR_S)
    QTest.keyClick(view, Qt.Key.Key_A)
    assert not view.figures.isVisible()
    view.state.set_cursor(NOW_S - 0.5 * HOUR_S)
    QTest.keyClick(view, Qt.Key.Key_B)
    settle(view, loop)
    assert view.state.shown.stretch.between == (NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S)
    assert {"A", "B"} <= set(drawn(view.plots.foot))
    assert any("1:00:00" in text for text in drawn(view.plots.foot))
    assert cells(view.figures.values)["Δ"] == "+4.00"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert not view.state.shown.stretch.cursors
    assert not {"A", "B"} & set(drawn(view.plots.foot))
    QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert {"A", "B"} <= set(drawn(view.plots.foot))


def test_a_drag_with_shift_marks_a_stretch_and_a_drag_at_a_cursor_moves_it(
    view: TrendView, loop: asyncio.AbstractEventLoop
) -> None:
    before = view.state.time_range
    drag(view, loop, NOW_S - 1.5 * HOUR_S, NOW_S - HOUR_S, Qt.KeyboardModifier.ShiftModifier)
    marked = view.state.shown.stretch.between
    assert marked is not None
    assert marked == pytest.approx((NOW_S - 1.5 * HOUR_S, NOW_S - HOUR_S), abs=60)
    drag(view, loop, marked.end_s, NOW_S - 0.5 * HOUR_S, Qt.KeyboardModifier.NoModifier)
    assert view.state.shown.stretch.b_s == pytest.approx(NOW_S - 0.5 * HOUR_S, abs=60)
    assert view.state.shown.stretch.a_s == marked.start_s
    assert view.state.time_range == before
    drag(view, loop, NOW_S - HOUR_S, NOW_S - 0.75 * HOUR_S, Qt.KeyboardModifier.NoModifier)
    assert view.state.time_range != before


def test_clicks_with_shift_stand_a_and_then_b(view: TrendView) -> None:
    for at_s in (NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S):
        QTest.mouseClick(
            view.plot.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, at(view, at_s)
        )
    stretch = view.state.shown.stretch
    assert (stretch.a_s, stretch.b_s) == pytest.approx((NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S), abs=60)


def test_figures_are_read_of_all_readings_and_computed_in_another_thread(
    view: TrendView, owner: Owner, loop: asyncio.AbstractEventLoop
) -> None:
    owner.asked.clear()
    stretch = TimeRange(NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S)
    view.state.mark(view.state.shown.stretch.marking(*stretch))
    assert view.figures.heading.text().endswith("reading…")
    settle(view, loop)
    assert not view.figures.heading.text().endswith("reading…")
    assert [asked for asked in owner.asked if asked[3] == MOST_READINGS] == [
        ([SAT], *stretch, MOST_READINGS),
        ([OCC], *stretch, MOST_READINGS),
    ]
    assert owner.in_thread.count(tell) == 2
    told = cells(view.figures.values)
    assert (told["Series"], told["Mean"], told["Known"]) == ("SAT · 237219", "22.00", "100 %")
    assert cells(view.figures.states, 1)["Runtime"] in ("0:30:00", "0:29:30")


def test_without_cursors_it_is_told_of_the_time_in_sight(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    QTest.keyClick(view, Qt.Key.Key_S)
    settle(view, loop)
    assert view.figures.heading.text().startswith("In sight, ")
    assert cells(view.figures.values)["Mean"] == "21.98"
    assert "A" not in cells(view.figures.values)
    view.figures.shut.click()
    assert not view.figures.isVisible()
    assert not view.meter.is_busy


def test_as_time_passes_only_figures_of_a_time_that_grows_are_found_anew(
    view: TrendView, owner: Owner, loop: asyncio.AbstractEventLoop
) -> None:
    view.state.set_follow()
    QTest.keyClick(view, Qt.Key.Key_S)
    settle(view, loop)
    owner.now_s += 60
    view.state.time_passed()
    assert view.meter.is_busy
    settle(view, loop)
    assert view.meter.asked is not None
    assert view.meter.asked.between.end_s == owner.now_s
    view.state.mark(view.state.shown.stretch.marking(NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S))
    settle(view, loop)
    owner.now_s += 60
    view.state.time_passed()
    assert not view.meter.is_busy


def test_a_condition_is_chosen_and_saved(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    view.state.mark(view.state.shown.stretch.marking(NOW_S - 2 * HOUR_S, NOW_S - 60))
    settle(view, loop)
    only = view.figures.only
    assert [only.itemText(place) for place in range(only.count())] == [
        "at any time",
        "only while 237219 OCC is Unoccupy",
        "only while 237219 OCC is Occupy",
    ]
    only.activated.emit(2)
    assert view.state.shown.stretch.condition == Condition(OCC, 1.0)
    settle(view, loop)
    view.figures.copy_text.click()
    assert QGuiApplication.clipboard().text().splitlines()[0].endswith(", only while 237219 OCC is Occupy")
    assert cells(view.figures.states)["Runtime"] == "0:00:00"  # Unoccupy
    view.state.remove(OCC)
    settle(view, loop)
    assert not only.isVisible()
    assert view.meter.asked is not None
    assert view.meter.asked.condition is None


def test_a_limit_is_typed_for_a_unit(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    view.state.mark(view.state.shown.stretch.marking(NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S))
    settle(view, loop)
    type_in(view, "High", "warm")
    assert not view.state.shown.stretch.bounds
    type_in(view, "High", "22.5")
    settle(view, loop)
    type_in(view, "Low", "22")
    assert view.state.shown.stretch.bounds == {"°C": Bounds(22.5, 22.0)}
    settle(view, loop)
    told = cells(view.figures.values)
    assert (told["High"], told["Over"], told["Time over"]) == ("22.5", "0.75", "0:30:00")
    assert (told["Low"], told["Under"], told["Time under"]) == ("22", "1.00", "0:30:00")
    type_in(view, "High", "")
    assert view.state.shown.stretch.bounds == {"°C": Bounds(low=22.0)}


@pytest.mark.parametrize(
    ("text", "limit", "told"),
    [
        ("1234567.8", 1_234_567.8, "1234567.8"),
        ("101325.5", 101_325.5, "101325.5"),
        ("3.403×10³⁵", 3.403e35, "3.403×10³⁵"),
        ("−5", -5.0, "-5"),
    ],
)
def test_a_limit_keeps_all_its_digits_and_is_typed_as_the_window_writes_numbers(
    view: TrendView, loop: asyncio.AbstractEventLoop, text: str, limit: float, told: str
) -> None:
    view.state.mark(view.state.shown.stretch.marking(NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S))
    settle(view, loop)
    type_in(view, "High", text)
    settle(view, loop)
    assert view.state.shown.stretch.bounds == {"°C": Bounds(limit)}
    assert cells(view.figures.values)["High"] == told
    type_in(view, "High", told)
    assert view.state.shown.stretch.bounds == {"°C": Bounds(limit)}


def test_the_height_of_the_figures_is_kept(view: TrendView, loop: asyncio.AbstractEventLoop, qtbot: QtBot) -> None:
    view.state.mark(view.state.shown.stretch.marking(NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S))
    settle(view, loop)
    QTest.mousePress(handle := view.panes.handle(1), Qt.MouseButton.LeftButton, pos=QPoint(9, 0))
    QTest.mouseMove(handle, QPoint(9, -60))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=QPoint(9, 0))
    chosen_px = view.panes.sizes()[1]
    saved = json.loads(json.dumps(view.save_state()))
    other = TrendView(view.loader._load, lambda: NOW_S, spawn=loop.create_task)
    qtbot.addWidget(other)
    other.resize(view.size())
    other.restore_state(saved)
    other.show()
    settle(other, loop)
    assert other.panes.sizes()[1] == chosen_px == view.panes.sizes()[1]
    other.restore_state({**saved, "stretch_px": "high"})
    assert other.panes.sizes()[1] < chosen_px


def test_letters_are_keys_of_the_plot_in_a_table_too(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    QTest.keyClick(view, Qt.Key.Key_S)
    settle(view, loop)
    view.state.set_cursor(NOW_S - HOUR_S)
    QTest.keyClick(view.figures.values, Qt.Key.Key_A)
    assert view.state.shown.stretch.a_s == NOW_S - HOUR_S
    QTest.keyClick(view.figures.values, Qt.Key.Key_Escape)
    assert view.state.shown.stretch.a_s is None


def test_ctrl_c_copies_all_figures(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    view.state.mark(view.state.shown.stretch.marking(NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S))
    settle(view, loop)
    QTest.keyClick(view.figures.values, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("A ")
    assert [line.replace(",", ".").split("\t")[:3] for line in text.splitlines() if "\t" in line] == [
        ["Panel", "Label", "Known %"],
        ["237219", "SAT", "100.00"],
        ["Panel", "Label", "Known %"],
        ["237219", "OCC", "100.00"],
        ["237219", "OCC", "100.00"],
    ]
    view.figures.copy_text.click()
    assert "SAT · 237219: Known 100 %, Unit °C, A 20.00" in QGuiApplication.clipboard().text()


def test_a_history_that_cannot_be_read_is_said(view: TrendView, owner: Owner, loop: asyncio.AbstractEventLoop) -> None:
    owner.error = DatabaseError("The database is locked; close what holds it")
    view.state.mark(view.state.shown.stretch.marking(NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S))
    settle(view, loop)
    assert view.figures.heading.text() == "The database is locked; close what holds it"


def test_in_a_low_window_the_figures_give_way_before_the_curves(
    view: TrendView, loop: asyncio.AbstractEventLoop
) -> None:
    view.resize(800, 260)
    QTest.keyClick(view, Qt.Key.Key_S)
    settle(view, loop)
    assert view.figures.isVisible()
    assert view.plot.height() > 80
    assert view.height() == 260


def test_all_figures_with_all_limits_fit_a_narrow_window_and_what_gives_way_is_copied_all_the_same(
    view: TrendView, loop: asyncio.AbstractEventLoop
) -> None:
    view.state.mark(view.state.shown.stretch.marking(NOW_S - 1.5 * HOUR_S, NOW_S - 0.5 * HOUR_S))
    settle(view, loop)
    type_in(view, "High", "22.5")
    type_in(view, "Low", "22")
    settle(view, loop)
    table, told = view.figures.values, {}
    for width in (1600, 960, 760):
        view.resize(width, 600)
        settle(view, loop)
        told[width] = cells(table)
        assert table.horizontalHeader().length() <= table.viewport().width(), "nothing scrolls sideways"
    assert {"Std dev", "Time over", "Δ"} <= told[1600].keys()
    assert told[1600]["Integral"] == "22.00 °C·h"
    narrow = {"Unit": "°C", "A": "20.00", "Mean": "22.00", "Integral": "22.00", "High": "22.5", "t over": "0:30:00"}
    assert narrow.items() <= told[960].items()
    assert {"Series", "Known", "A", "B", "Min", "Mean", "Max", "High", "Over", "Low", "Under"} <= told[760].keys()
    assert not {"Δ", "Std dev", "σ"} & told[760].keys()
    tips = [table.horizontalHeaderItem(column).toolTip() for column in range(table.columnCount())]
    assert {"Time over", "Std dev"} <= set(tips), "short titles are told in full"
    view.figures.copy_table.click()
    assert "Std dev" in QGuiApplication.clipboard().text()
    view.resize(1600, 600)
    settle(view, loop)
    assert cells(table) == told[1600]


def test_it_tells_how_much_height_it_wants_when_that_changes(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    told: list[int] = []
    view.figures.height_changed.connect(told.append)
    QTest.keyClick(view, Qt.Key.Key_S)
    settle(view, loop)
    view.figures.fill()
    assert told == [view.figures.sizeHint().height()]
    assert told[0] > 80, "two tables"
    QTest.keyClick(view, Qt.Key.Key_S)
    assert told[1:] == [0]
