"""What a chosen point is compared with, by the menus of the trend: itself at other times, and other points."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from legend_rows import LegendRow
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.recording import Recording
from t3monitor.model.series_keys import ComparedKey, ComputedKey, PlacedKey, SeriesKey, StoredKey, difference
from t3monitor.model.snapshot import Panel
from t3monitor.store.history.computed import computed
from t3monitor.store.history.series import Holes, Series, Stretches
from t3monitor.ui.trend.time.time_range import Preset
from t3monitor.ui.trend.view import TrendView
from values import NOW_S, device, point, snapshot

SERIAL, OTHER_SERIAL = 237219, 237451
SAT, RAT, CO2, FAN, PUMP = (PointKey(SERIAL, PointType.INPUT, index) for index in range(1, 6))
OAT = PointKey(OTHER_SERIAL, PointType.INPUT, 1)
RISE = difference(SAT, RAT)
VALUES = {SAT: 21.5, RAT: 19.25, OAT: -3.0}


def panels(read_at: int, supply: float = 21.5) -> tuple[Panel, ...]:
    inputs: tuple[Point, ...] = (
        point(PointType.INPUT, 1, supply, label="SAT", full_label="Supply air", units="°C", range=3),
        point(PointType.INPUT, 2, 19.25, label="RAT", full_label="Return air", units="°C", range=3),
        point(PointType.INPUT, 3, 600.0, label="CO2", units="PPM", range=28),
        point(PointType.INPUT, 4, 1.0, label="FAN", units="", range=1, digital_analog=0),
        point(PointType.INPUT, 5, 1.0, label="PUMP", units="", range=1, digital_analog=0),
    )
    outdoor = (point(PointType.INPUT, 1, -3.0, label="OAT", units="°C", range=3),)
    return (
        device(SERIAL, panel_name="AHU-1", inputs=inputs, input_logging_time=read_at),
        device(OTHER_SERIAL, panel_name="Roof", inputs=outdoor, input_logging_time=read_at),
    )


class History:
    """An hour of even readings up to the newest cycle."""

    def __init__(self) -> None:
        self.newest_s = NOW_S
        self.loads = 0
        self.is_thinned = False

    async def load(
        self, keys: Iterable[StoredKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[StoredKey, tuple[Series, ...]]:
        self.loads += 1
        return {key: self._read(key, end_s) for key in keys}

    def _read(self, key: StoredKey, end_s: float) -> tuple[Series, ...]:
        if isinstance(key, ComputedKey):
            return computed(key.expression, [self._read(point, end_s) for point in key.points], 0.0, end_s)
        if isinstance(key, PlacedKey):  # less of it on each other day
            return tuple(replace(part, values=part.values - 0.75) for part in self._read(key.of, end_s))
        if key not in VALUES:
            return ()
        times = np.arange(NOW_S - 3600.0, self.newest_s + 1, 30.0)
        values, label = np.full(len(times), VALUES[key]), f"was IN{key.point_index}"
        stretches = Stretches(times, values - 1, values + 1, np.ones(len(times))) if self.is_thinned else None
        return (Series(times, values, Holes.none(), "°C", 3, False, label, 30.0, stretches),)


@pytest.fixture
def history() -> History:
    return History()


@pytest.fixture
def now() -> list[float]:
    return [float(NOW_S)]


@pytest.fixture
def view(qtbot: QtBot, history: History, now: list[float], loop: asyncio.AbstractEventLoop) -> Iterator[TrendView]:
    view = TrendView(history.load, lambda: now[0], spawn=loop.create_task)
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.state.show_preset(Preset.HOUR)
    view.show()
    yield view
    view.loader.cancel()


def load(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    view.loader.flush()
    loop.run_until_complete(asyncio.sleep(0))
    QApplication.sendPostedEvents()


def choose(menu: QMenu, *path: str) -> None:
    """Clicks through the texts of a menu and its submenus."""
    for text in path[:-1]:
        (action,) = (action for action in menu.actions() if action.text() == text)
        menu = action.menu()
    (action,) = (action for action in menu.actions() if action.text() == path[-1])
    action.trigger()


def texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if not action.isSeparator()]


def keys(view: TrendView) -> list[SeriesKey]:
    return [chosen.key for chosen in view.state.series]


def test_the_list_offers_other_times_and_points_of_the_same_unit(view: TrendView) -> None:
    view.state.add([SAT, RAT, CO2, FAN, PUMP, OAT])
    view.describe(snapshot(*panels(NOW_S)))
    earlier = ["The day before", "The same weekday a week before", "Another day…"]
    own = ["Colour and line…\tF2", "Show in", "Remove\tDel"]
    assert texts(view.series_menu(SAT)) == [*earlier, "Minus AHU-1 RAT", "Minus Roof OAT", *own]
    assert texts(view.series_menu(CO2)) == [*earlier, *own]
    assert texts(view.series_menu(FAN)) == [*earlier, *own]
    view.state.add([RISE, ComparedKey(SAT, 1)])
    assert texts(view.series_menu(RISE)) == ["Change the expression…", *earlier, *own]
    assert texts(view.series_menu(ComparedKey(SAT, 1))) == own


def test_what_is_chosen_there_is_plotted_and_can_be_undone(view: TrendView) -> None:
    view.state.add([SAT, RAT])
    view.describe(snapshot(*panels(NOW_S)))
    choose(view.series_menu(SAT), "Minus AHU-1 RAT")
    choose(view.context_menu(), "Compare", "AHU-1 RAT", "The same weekday a week before")
    assert keys(view) == [SAT, RAT, RISE, ComparedKey(RAT, 7)]
    assert view.state.points == [SAT, RAT]
    choose(view.series_menu(RISE), "Remove\tDel")
    view.state.undo()
    assert RISE in keys(view)


def test_a_computed_series_is_compared_with_itself_on_other_days(
    view: TrendView, loop: asyncio.AbstractEventLoop
) -> None:
    view.state.add([SAT, RISE])
    view.describe(snapshot(*panels(NOW_S)))
    choose(view.context_menu(), "Compare", "The day before")
    choose(view.context_menu(), "Compare", "AHU-1 SAT − RAT", "The same weekday a week before")
    earlier, weekday = ComparedKey(RISE, 1), ComparedKey(RISE, 7)
    assert keys(view) == [SAT, RISE, ComparedKey(SAT, 1), earlier, weekday]
    view.describe(snapshot(*panels(NOW_S)))
    assert LegendRow(view.legend, earlier).label == "(SAT − RAT) −1 d"
    load(view, loop)
    assert LegendRow(view.legend, earlier).value == "1.50 Δ°C (+0.75)", "as the day before had it at this time"
    view.state.set_cursor(NOW_S - 600.0)
    assert LegendRow(view.legend, earlier).value == "1.50 Δ°C (+0.75)"
    saved = view.save_state()
    view.state.remove_all()
    view.restore_state(saved)
    assert keys(view)[3:] == [earlier, weekday]


def test_where_many_readings_share_a_pixel_the_difference_is_that_of_their_means(
    view: TrendView, history: History, loop: asyncio.AbstractEventLoop
) -> None:
    history.is_thinned = True
    view.state.add([SAT, ComparedKey(SAT, 1)])
    view.describe(snapshot(*panels(NOW_S)))
    load(view, loop)
    view.state.set_cursor(NOW_S - 600.0)
    assert LegendRow(view.legend, ComparedKey(SAT, 1)).value == "20.50 … 22.50 °C (≈ +0.75)"


def test_a_difference_is_called_by_both_and_has_their_value(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    across = difference(SAT, OAT)
    view.state.add([RISE, across])
    assert LegendRow(view.legend, RISE).label == "IN1 − IN2"
    load(view, loop)
    assert LegendRow(view.legend, RISE).label == "was IN1 − was IN2", "as its history calls them"
    view.describe(snapshot(*panels(NOW_S)))
    row, other_row = LegendRow(view.legend, RISE), LegendRow(view.legend, across)
    assert (row.label, row.small) == ("SAT − RAT", "AHU-1 · Supply air − Return air")
    assert other_row.label == "SAT − Roof OAT"
    assert (row.value, other_row.value) == ("2.25 Δ°C", "24.50 Δ°C")
    view.state.set_cursor(NOW_S - 600.0)
    assert row.value == "2.25 Δ°C"
    assert list(view.plot.value_axes) == ["Δ°C"]


def test_a_series_that_has_no_sense_any_more_says_why(view: TrendView) -> None:
    view.state.add([RISE])
    supply_in_volts = point(PointType.INPUT, 1, 5.0, label="SAT", units="Volts", range=11)
    ahu, roof = panels(NOW_S)
    view.describe(snapshot(replace(ahu, inputs=(supply_in_volts, *ahu.inputs[1:])), roof))
    row = LegendRow(view.legend, RISE)
    assert (row.label, row.value) == ("SAT − RAT", "")
    assert row.small == "AHU-1 · SAT (V) and RAT (°C) are different quantities, and so cannot be taken from each other"


def test_what_looks_back_has_the_newest_value_of_its_history(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    change = ComputedKey("delta(p0, 0.5)", (SAT,))
    view.state.add([change])
    load(view, loop)
    view.describe(snapshot(*panels(NOW_S)))
    assert LegendRow(view.legend, change).value == "0.00 Δ°C"


def test_a_difference_is_as_old_as_the_older_of_both(view: TrendView, loop: asyncio.AbstractEventLoop) -> None:
    across = difference(SAT, OAT)
    view.state.add([across])
    load(view, loop)
    view.describe(snapshot(*panels(NOW_S)))
    view.describe(snapshot(panels(NOW_S + 30)[0]))
    view.set_now(NOW_S + 30, 30)
    assert LegendRow(view.legend, across).value == "○ 24.50 Δ°C"
    assert LegendRow(view.legend, across).small.startswith("no answer")


def test_a_difference_is_recorded_when_both_are(view: TrendView) -> None:
    view.state.add([difference(SAT, OAT)])
    assert view.traces.is_recorded(view.traces[difference(SAT, OAT)])
    view.set_recording(Recording(unrecorded=frozenset({OTHER_SERIAL})))
    assert not view.traces.is_recorded(view.traces[difference(SAT, OAT)])


@pytest.mark.parametrize("key", [RISE, ComputedKey("delta(p0, 0.5)", (SAT,))])
def test_what_is_not_computed_yet_up_to_the_present_is_no_hole(
    view: TrendView, now: list[float], loop: asyncio.AbstractEventLoop, key: ComputedKey
) -> None:
    view.state.show_preset(Preset.DAY)  # in which a pixel is minutes
    view.state.add([key])
    load(view, loop)
    view.describe(snapshot(*panels(NOW_S)))
    load(view, loop)
    for newer_s in (30, 60, 90):
        now[0] = NOW_S + newer_s
        view.describe(snapshot(*panels(NOW_S + newer_s)))
        view.set_now(now[0], 30)
        assert LegendRow(view.legend, key).value.endswith("Δ°C")
    now[0] = NOW_S + 300  # it was not read again
    view.set_now(now[0], 30)
    assert LegendRow(view.legend, key).value == "no reading"


def test_a_difference_goes_on_with_what_is_stored_as_soon_as_it_would_be_seen(
    view: TrendView, history: History, now: list[float], loop: asyncio.AbstractEventLoop
) -> None:
    view.state.add([RISE])
    load(view, loop)
    view.describe(snapshot(*panels(NOW_S)))
    load(view, loop)
    loads = history.loads
    for newer_s in (30, 60):
        now[0] = history.newest_s = NOW_S + newer_s
        view.describe(snapshot(*panels(NOW_S + newer_s)))
        load(view, loop)
        assert view.traces[RISE].series[0].times_utc_s[-1] == NOW_S + newer_s
    view.state.time_passed()
    load(view, loop)
    assert history.loads == loads + 2, "once for each cycle"
    view.state.show_preset(Preset.MONTH)
    load(view, loop)
    loads = history.loads
    now[0] = history.newest_s = NOW_S + 90
    view.describe(snapshot(*panels(NOW_S + 90)))
    load(view, loop)
    assert history.loads == loads, "no pixel of a month has changed"


def test_a_difference_has_what_came_while_it_was_loaded(
    view: TrendView, history: History, now: list[float], loop: asyncio.AbstractEventLoop
) -> None:
    view.state.add([RISE])
    view.describe(snapshot(*panels(NOW_S)))
    view.loader.flush()
    now[0] = NOW_S + 30
    view.describe(snapshot(*panels(NOW_S + 30)))  # which what is read now does not hold
    loop.run_until_complete(asyncio.sleep(0))
    QApplication.sendPostedEvents()
    assert view.traces[RISE].series[0].times_utc_s[-1] == NOW_S
    history.newest_s = NOW_S + 30
    load(view, loop)
    assert view.traces[RISE].series[0].times_utc_s[-1] == NOW_S + 30


def test_a_difference_is_found_again_at_the_next_start(view: TrendView, qtbot: QtBot) -> None:
    view.state.add([SAT, RISE])
    view.state.set_hidden(RISE, True)
    saved = view.save_state()
    view.state.remove_all()
    view.restore_state(saved)
    assert [(chosen.key, chosen.hidden) for chosen in view.state.series] == [(SAT, False), (RISE, True)]
    broken = {"minuend": list(SAT), "subtrahend": {"point": list(SAT), "by_s": 1.0}}
    view.restore_state({**saved, "points": [broken, {"minuend": list(SAT)}, list(SAT)]})
    assert keys(view) == [SAT]
