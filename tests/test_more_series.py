"""What is made of the points on the plot by its menu: computed series, other days, X/Y plots."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from legend_rows import LegendRow
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, ComputedKey, StoredKey
from t3monitor.store.history.pairs import pairs
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.kit.notice import Tone
from t3monitor.ui.trend.series.day_dialog import DayDialog
from t3monitor.ui.trend.series.xy_window import hours_of
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView
from values import NOW_S, device, point, snapshot

SERIAL = 237219
OAT, VALVE, FAN, OTHER = (PointKey(SERIAL, PointType.INPUT, index) for index in range(1, 5))
EVERY_S = 60.0
HOLE_S = NOW_S - 3600.0, NOW_S - 3000.0


def series_of(key: PointKey, start_s: float, end_s: float) -> Series:
    """Even readings but for a hole of the valve."""
    times = np.arange(np.floor(start_s / EVERY_S) * EVERY_S, min(end_s, NOW_S) + 1, EVERY_S)
    holes = Holes.none()
    if key == VALVE and start_s < HOLE_S[0]:
        times = times[(times <= HOLE_S[0]) | (times >= HOLE_S[1])]
        last_s, next_s = times[times <= HOLE_S[0]][-1], times[times >= HOLE_S[1]][0]
        holes = Holes(np.array([last_s + EVERY_S]), np.array([next_s]))
    unit, range_ = ("°C", 3) if key == OAT else ("%", 16)
    return Series(times, times % 7919 / 100, holes, unit, range_, False, f"L{key.point_index}", EVERY_S)


@pytest.fixture
def view(qtbot: QtBot, loop: asyncio.AbstractEventLoop) -> Iterator[TrendView]:
    async def load(
        keys: Iterable[StoredKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[StoredKey, tuple[Series, ...]]:
        return {key: (series_of(key, start_s, end_s),) for key in keys if isinstance(key, PointKey)}

    view = TrendView(load, lambda: float(NOW_S), spawn=loop.create_task)
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show()
    view.state.add([OAT, VALVE])
    inputs = (
        point(PointType.INPUT, 1, 10.0, label="OAT"),
        point(PointType.INPUT, 2, 40.0, label="HTG VLV", units="%", range=16),
        point(PointType.INPUT, 3, 1.0, label="FAN", units="", range=1, digital_analog=0),
        point(PointType.INPUT, 4, 12.5, label="RAT"),
    )
    view.describe(snapshot(device(SERIAL, panel_name="AHU-1", inputs=inputs, input_logging_time=NOW_S)))
    yield view
    view.forget()


Settle = Callable[[], None]


@pytest.fixture
def settle(loop: asyncio.AbstractEventLoop, view: TrendView) -> Settle:
    def settle() -> None:
        for _ in range(4):
            view.loader.flush()
            if view.more.xy and view.more.xy._timer.isActive():
                view.more.xy.refresh()
            loop.run_until_complete(asyncio.sleep(0))
            QApplication.sendPostedEvents()

    return settle


def test_an_expression_is_checked_while_it_is_written_and_taken_with_enter(view: TrendView, qtbot: QtBot) -> None:
    dialog = view.more.expression_dialog()
    dialog.show()
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ok.isEnabled()
    qtbot.keyClicks(dialog.line, "RAT - ")
    assert (dialog.message.tone, ok.isEnabled()) == (Tone.BAD, False)
    dialog.points.itemClicked.emit(dialog.points.item(1))
    assert dialog.line.text() == "RAT - 'HTG VLV'"
    assert "RAT (°C) and HTG VLV (%) are different quantities" in dialog.message.text()
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert dialog.isVisible(), "it is not taken"
    dialog.line.setText("RAT - oat")
    assert dialog.message.text() == "✓ Now: 2.50 Δ°C"
    qtbot.keyClick(dialog.line, Qt.Key.Key_Return)
    assert not dialog.isVisible()
    key = ComputedKey("p0 - p1", (OTHER, OAT))
    assert [chosen.key for chosen in view.state.series] == [OAT, VALVE, key]
    assert LegendRow(view.legend, key).label == "IN4 − IN1", "snapshots tell names"


def test_an_expression_is_changed_in_its_place(view: TrendView, qtbot: QtBot) -> None:
    key, other = ComputedKey("p0 - p1", (OAT, OTHER)), ComputedKey("hours_on(p0)", (FAN,))
    view.state.add([key])
    view.state.move(key, OAT)
    style = view.state.series[0].style
    dialog = view.more.expression_dialog(key)
    assert dialog.line.text() == "OAT − RAT"
    dialog.line.setText("hours_on(FAN)")
    assert "It looks back" in dialog.message.text()
    dialog.accept()
    assert [chosen.key for chosen in view.state.series] == [other, OAT, VALVE]
    assert view.state.series[0].style == style
    view.state.undo()
    assert view.state.series[0].key == key


def test_the_menu_of_the_tool_bar_is_that_of_what_is_plotted_when_it_is_opened(view: TrendView) -> None:
    menu = view.more.make_menu(view)
    for keys in ([OAT, VALVE], [OAT]):
        menu.aboutToShow.emit()
        texts = [action.text() for action in menu.actions() if not action.isSeparator()]
        assert texts[-2:] == ["Computed series…", "X/Y plot…"]
        assert texts[0] == "The day before", "of all of them"
        own = [action.text() for action in menu.actions() if action.menu()]
        assert own == ([view.traces[key].names.everywhere for key in keys] if len(keys) > 1 else [])
        view.state.remove(VALVE)


def test_any_day_is_compared_by_a_calendar(qtbot: QtBot, view: TrendView) -> None:
    dialog = DayDialog(date(2026, 11, 2), date(2026, 11, 20), view)
    assert dialog.days == 1
    dialog.calendar.setSelectedDate(QDate(2026, 11, 12))
    assert (dialog.days, dialog.sentence.text()) == (-10, "10 days after what is in sight")
    dialog.calendar.setSelectedDate(QDate(2026, 11, 2))
    assert not dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).isEnabled(), "it is in sight itself"
    chosen = view.more.day_dialog([OAT, VALVE])
    chosen.calendar.setSelectedDate(chosen.calendar.selectedDate().addDays(-2))
    chosen.accept()
    assert [series.key for series in view.state.series][2:] == [ComparedKey(OAT, 3), ComparedKey(VALVE, 3)]


def test_pairs_are_readings_of_one_time_and_none_is_in_a_hole() -> None:
    start_s, end_s = NOW_S - 7200.0, NOW_S - 600.0
    x, y = series_of(OAT, start_s - 60, NOW_S), series_of(VALVE, start_s - 60, NOW_S)
    found = pairs(x, y, start_s, end_s, NOW_S)
    by_time = [dict(zip(its.times_utc_s.tolist(), its.values.tolist(), strict=True)) for its in (x, y)]
    both = [at_s for at_s in by_time[0] if at_s in by_time[1] and start_s <= at_s <= end_s]
    expected = [(at_s, by_time[0][at_s], by_time[1][at_s]) for at_s in both]
    held_s = found.times_utc_s[np.isin(found.times_utc_s, both, invert=True)]
    assert [pair for pair in zip(*(its.tolist() for its in found), strict=True) if pair[0] in both] == expected
    assert (held_s < y.holes.starts[0]).all(), "a last one holds for its spacing, and no longer"
    lacking = replace(y, holes=Holes(y.times_utc_s[:1] + 10, y.times_utc_s[1:2]))  # a later reading lacks the point
    after_s = y.times_utc_s[0] + 20
    x_after = replace(x, times_utc_s=np.array([after_s]), values=x.values[:1])
    assert not len(pairs(x_after, lacking, after_s - 5, after_s + 5, NOW_S).times_utc_s)
    assert len(pairs(x_after, y, after_s - 5, after_s + 5, NOW_S).times_utc_s) == 1
    old_s = HOLE_S[0] + 1.5 * EVERY_S  # that is no hole yet, but nobody knows what it was then
    without_hole = replace(y, holes=Holes.none())
    x_old = replace(x, times_utc_s=np.array([old_s]), values=x.values[:1])
    assert not len(pairs(x_old, without_hole, old_s - 5, old_s + 5, NOW_S).times_utc_s)
    late = pairs(x, Series(y.times_utc_s + 20, y.values, y.holes, "%", 16, False, "L", EVERY_S), start_s, end_s, NOW_S)
    assert len(late.times_utc_s) > 1.9 * len(both), "each reading of either makes one"


def test_hours_are_those_of_the_clock_on_the_wall() -> None:
    zone = ZoneInfo("America/New_York")
    begin_s = datetime(2026, 11, 1, tzinfo=zone).timestamp()
    assert hours_of(begin_s + np.arange(5) * 3600 + 60.0, zone).tolist() == [0, 1, 1, 2, 3]
    assert hours_of(np.empty(0), zone).tolist() == []


@pytest.mark.qt_log_ignore("This plugin does not support raise")
def test_an_xy_plot_follows_the_time_in_sight(view: TrendView, settle: Settle) -> None:
    view.state.show_range(TimeRange(NOW_S - 7200.0, NOW_S - 60.0))
    settle()
    view.more.show_xy()
    settle()
    window = view.more.xy
    assert window is not None
    times = window.shown.times_utc_s
    assert times[0] >= NOW_S - 7200
    assert not ((times > HOLE_S[0] + EVERY_S) & (times < HOLE_S[1])).any()
    assert sum(len(dots.data) for dots in window.dots) == len(times)
    labels = [window.plot.getAxis(name).labelText for name in ("bottom", "left")]
    assert labels == ["AHU-1 OAT [°C]", "AHU-1 HTG VLV [%]"]
    view.state.show_range(TimeRange(NOW_S - 1200.0, NOW_S - 60.0))
    settle()
    assert window.shown.times_utc_s[0] >= NOW_S - 1200
    view.state.remove_all()
    settle()
    assert "Two measured points" in window.message.text()
    window.close()
