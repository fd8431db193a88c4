"""What there are pictures of: each kind is a view that is made in the open window."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtWidgets import QWidget

from scripts.pictures.houses import BERLIN, BERLIN_IN_SPRING, MONTH, NEW_YORK, NEW_YORK_IN_SPRING, NOBODY, WEEK, House
from t3monitor.app import MonitorApp
from t3monitor.commands.snapshot import compose, idle, points_of
from t3monitor.model.clock import SystemClock
from t3monitor.model.events import FillOffered
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, ComputedKey
from t3monitor.model.successions import Succession, SuccessionEdit
from t3monitor.sync.filling import Filler
from t3monitor.sync.links import open_link
from t3monitor.ui.trend.plot.axis_choices import Per
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.time_range import Preset, TimeRange

_METERS, _BOILERS, _FLOOR = "Lighting & meters", "Boiler plant", "VAV-1 Floor 1"


class Kind(NamedTuple):
    """A view, and where it is made; ``make`` returns the window that shows it."""

    make: Callable[[MonitorApp], Awaitable[QWidget | None]]
    house: House = MONTH


async def _holes(program: MonitorApp) -> QWidget:
    """A day with a hole of each class."""
    state = _trend_alone(program, *points_of(program, "AHU-1", "SAT", "MAT", "OAT", "HTG_VLV", "SF_ST"))
    state.show_preset(Preset.DAY)
    return program.window


async def _strip(program: MonitorApp) -> QWidget:
    """A week of points of several panels: what stands in the strip in proportion."""
    state = _trend_alone(program, *points_of(program, "AHU-1", "SAT"), *points_of(program, "AHU-2", "EXH_T"))
    state.add(points_of(program, _FLOOR, "OCC") + points_of(program, _BOILERS, "HWS_T", "P1_ST"))
    state.show_preset(Preset.WEEK)
    return program.window


async def _states(program: MonitorApp) -> QWidget:
    """Multistate and digital lanes, a counter as it counts and another one as its increase."""
    modes = points_of(program, "AHU-1", "AHU_MODE", "SF_ST", "ECON")
    counters = points_of(program, _METERS, "MAIN_KWH", "KWH_PLS")
    state = _trend_alone(program, *counters, *points_of(program, _BOILERS, "LEAD"), *modes)
    units = program.window.trend.traces[counters[1]].unit or ""
    state.choose_axes(state.shown.axes.with_increase(units, Per.HOUR))
    _show_working_day(state)
    _stand_at(state, 0.7)
    return program.window


async def _stacked(program: MonitorApp) -> QWidget:
    """Temperatures, what is done about them, and when somebody was there, with one time."""
    state = _trend_alone(program, *points_of(program, "AHU-1", "SAT", "RAT", "OAT"))
    state.add(points_of(program, "AHU-1", "HTG_VLV", "CLG_VLV", "OAD"), 1)
    state.add(points_of(program, "AHU-1", "SF_ST", "OCC", "AHU_MODE"), 2)
    _show_working_day(state)
    _stand_at(state, 0.6)
    return program.window


async def _twenty(program: MonitorApp) -> QWidget:
    """Twenty points of all units at once."""
    labels = (
        "OAT MAT SAT RAT EXH_T RA_RH RA_CO2 SF_AMPS SF_ST HTG_VLV CLG_VLV OAD DUCT_PA SA_FLOW SF_KW AHU_MODE".split()
    )
    keys = points_of(program, "AHU-1", *labels) + points_of(program, "AHU-2", "SAT", "RAT", "RA_CO2", "HTG_VLV")
    _trend_alone(program, *keys).show_preset(Preset.WEEK)
    return program.window


async def _digital(program: MonitorApp) -> QWidget:
    """States alone, which have the whole height."""
    keys = points_of(program, "AHU-1", "SF_ST", "OCC", "ECON", "AHU_MODE") + points_of(
        program, _BOILERS, "B1_ST", "P1_ST"
    )
    state = _trend_alone(program, *keys, *points_of(program, _METERS, "PIR_LOB", "LTG_EXT"))
    _show_working_day(state)
    _stand_at(state, 0.75)
    return program.window


async def _computed(program: MonitorApp) -> QWidget:
    """What is computed of points: a difference, and the enthalpy of the air."""
    supply, mixed, air, humidity = points_of(program, "AHU-1", "SAT", "MAT", "RAT", "RA_RH")
    state = _trend_alone(program, supply, mixed)
    state.add([ComputedKey("p0 - p1", (supply, mixed)), ComputedKey("enthalpy(p0, p1)", (air, humidity))])
    _show_working_day(state)
    _stand_at(state, 0.8)
    return program.window


async def _clocks(program: MonitorApp, twice: datetime) -> QWidget:
    """The night in which this time comes twice, over the one before; the cursor at the second one."""
    supply, fan = points_of(program, "AHU-1", "SAT", "SF_ST")
    state = _trend_alone(program, supply, fan)
    state.add([ComparedKey(supply, 1), ComparedKey(fan, 1)])
    midnight = twice.replace(hour=0, minute=0)
    state.show_range(TimeRange((midnight - timedelta(minutes=30)).timestamp(), midnight.replace(hour=6).timestamp()))
    await idle(program)
    state.set_cursor(twice.replace(fold=1).timestamp())
    return program.window


async def _clocks_in_spring(program: MonitorApp, never: datetime) -> QWidget:
    """The night in which this time was left out, and the next one, over the one before; the cursor where it lacks."""
    supply, fan = points_of(program, "AHU-1", "SAT", "SF_ST")
    state = _trend_alone(program, supply, fan)
    state.add([ComparedKey(supply, 1), ComparedKey(fan, 1)])
    midnight, next_day = never.replace(hour=0, minute=0), never + timedelta(days=1)
    state.show_range(TimeRange(midnight.timestamp(), next_day.replace(hour=6, minute=0).timestamp()))
    await idle(program)
    state.set_cursor(next_day.timestamp())
    return program.window


async def _notes(program: MonitorApp) -> QWidget:
    program.window.trend.state.add(points_of(program, "AHU-1", "SAT", "HTG_VLV"))
    program.window.activity_action.trigger()
    program.window.activity.show_notes()
    return program.window


async def _successor_dialog(program: MonitorApp) -> QWidget | None:
    """A panel is said to have taken the place of another one."""
    (point,) = points_of(program, "AHU-2", "SAT")
    program.window.devices.successor_asked.emit(point.serial_number)
    await idle(program)
    return program.successions_control.dialog


async def _successor(program: MonitorApp) -> QWidget:
    """One line over both, the flag of the day, and what stands at the panels."""
    (old,) = points_of(program, "AHU-1", "SAT")
    keys = points_of(program, "AHU-2", "SAT", "RAT", "SF_ST")
    now_s = int(time.time())
    its = Succession(old.serial_number, keys[0].serial_number, now_s - 40 * 3600, now_s, "ann")
    program.successions.write([SuccessionEdit(its.successor, its)])
    await idle(program)
    state = program.window.trend.state
    state.add(keys)
    state.show_preset(Preset.WEEK)
    return program.window


async def _filled(program: MonitorApp) -> QWidget:
    """An hour in which recording was stopped for a while, filled from what T3000 logged."""
    state = _trend_alone(program, *points_of(program, "AHU-1", "SAT", "MAT", "HTG_VLV", "SF_CMD", "SF_ST"))
    await asyncio.to_thread(_fill, program)
    program.feed.on_imported()
    now_s = time.time()
    state.show_range(TimeRange(now_s - 3.6 * 3600, now_s - 2.4 * 3600))
    await idle(program)
    _stand_at(state, 0.5)
    program.window.fill_offer.take(FillOffered(6, now_s - 20 * 3600, now_s - 11 * 3600, 3600.0))
    return program.window


def _fill(program: MonitorApp) -> None:
    """The newest hole of our own of each panel: a look, and for each of six panels the time and a question."""
    settings = program.session.settings.with_values(fill_from_t3000="always")
    filler = Filler("", settings, program.session.database, SystemClock())
    with program.services.upkeep.keeper(program.session.database) as keeper:
        link = open_link(settings)
        for _ in range(13):
            filler.step(link, keeper, 30.0)


async def _import(program: MonitorApp) -> QWidget | None:
    """A database of T3000's is looked at before anything of it is stored."""
    (point,) = points_of(program, "AHU-1", "SAT")
    with tempfile.TemporaryDirectory(prefix="T3000-") as folder:
        file = Path(folder, "webview_t3_device.db")
        with closing(sqlite3.connect(file)) as connection, connection:
            connection.executescript(_T3000_DATABASE.format(serial=point.serial_number))
        program.importer.look_at([str(file)])
        await idle(program)
    return program.importer.dialog


# Of a service and a browser, which count points from 0 and from 1; the service logged once more what it had not read.
_T3000_DATABASE = """
    CREATE TABLE TRENDLOG_DATA (id INTEGER PRIMARY KEY, SerialNumber INTEGER, PanelId INTEGER, PointId TEXT,
        PointIndex INTEGER, PointType TEXT, Digital_Analog TEXT, Range_Field TEXT, Units TEXT);
    CREATE TABLE TRENDLOG_DATA_DETAIL (ParentId INTEGER, Value TEXT, LoggingTime_Fmt TEXT);
    WITH point(n) AS (VALUES (1), (2), (3)) INSERT INTO TRENDLOG_DATA
        SELECT n, {serial}, 2, 'IN' || n, n - 1, 'INPUT', '1', '3', '' FROM point UNION ALL
        SELECT n + 3, {serial}, 2, 'IN' || n, n, 'INPUT', '1', '3', '' FROM point;
    WITH RECURSIVE minute(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM minute WHERE n < 1440)
    INSERT INTO TRENDLOG_DATA_DETAIL SELECT id, 20000 + n, datetime('2026-11-01', n || ' minutes')
        FROM minute, TRENDLOG_DATA WHERE id <= 3 OR n < 60;
    INSERT INTO TRENDLOG_DATA_DETAIL VALUES (1, '0', '1970-01-01 00:00:00');
    """


def _page(name: str, house: House = MONTH) -> Kind:
    """A page of `t3monitor snapshot`."""
    return Kind(partial(compose, page=name, demo=house.is_live), house)


KINDS = {
    "main": _page("main"),
    "month": _page("month"),
    "holes": Kind(_holes),
    "strip": Kind(_strip),
    "stretch": _page("stretch"),
    "compare": _page("compare"),
    "clocks-new-york": Kind(partial(_clocks, twice=datetime(2026, 11, 1, 1, 30)), NEW_YORK),
    "clocks-berlin": Kind(partial(_clocks, twice=datetime(2026, 10, 25, 2, 30)), BERLIN),
    "clocks-spring-new-york": Kind(partial(_clocks_in_spring, never=datetime(2026, 3, 8, 2, 30)), NEW_YORK_IN_SPRING),
    "clocks-spring-berlin": Kind(partial(_clocks_in_spring, never=datetime(2026, 3, 29, 2, 30)), BERLIN_IN_SPRING),
    "states": Kind(_states, WEEK),
    "digital": Kind(_digital, WEEK),
    "stacked": Kind(_stacked, WEEK),
    "twenty": Kind(_twenty, WEEK),
    "computed": Kind(_computed, WEEK),
    "successor-dialog": Kind(_successor_dialog, WEEK),
    "successor": Kind(_successor, WEEK),  # the last of this house, for it leaves it so
    "xy": _page("xy"),
    "log": _page("log"),
    "cycles": _page("cycles"),
    "notes": Kind(_notes),
    "baselines": _page("baselines"),
    "settings": _page("settings"),
    "history": _page("history"),
    "evidence": _page("evidence"),
    "import": Kind(_import),
    "filled": Kind(_filled),  # the last of its house, for it leaves it so
    "welcome": _page("welcome", NOBODY),
}


def _trend_alone(program: MonitorApp, *keys: PointKey) -> TrendState:
    program.window.trend_alone_action.trigger()
    state = program.window.trend.state
    state.add(keys)
    return state


def _show_working_day(state: TrendState) -> None:
    """The last one that is over."""
    state.show_calendar(Span.DAY, -next(days for days in (1, 2, 3) if (date.today() - timedelta(days)).weekday() < 5))


def _stand_at(state: TrendState, share: float) -> None:
    """The cursor, so far in the time in sight."""
    start_s, end_s = state.time_range
    state.set_cursor(start_s + share * (end_s - start_s))
