"""``t3monitor snapshot``: the window, drawn off screen into a PNG file."""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtWidgets import QWidget

from t3monitor.app import MonitorApp
from t3monitor.commands import exit_codes
from t3monitor.commands.off_screen import off_screen
from t3monitor.commands.printing import say
from t3monitor.config.databases import must_be_free
from t3monitor.config.paths import Paths, user_paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.config.settings_file import load
from t3monitor.diagnostics.logs import start_logging
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, difference
from t3monitor.simulation.building import Building
from t3monitor.simulation.past import backfill
from t3monitor.simulation.place import place_of_building
from t3monitor.ui.trend.state import TrendState
from t3monitor.ui.trend.time.time_range import Preset
from t3monitor.ui.trend.view import TrendView

_DAY_S = 86_400
_PATIENCE_S = 60.0
_QUIET_TURNS = 20
# The points of the simulated building that its pictures plot.
_PANEL, _POINTS = "AHU-1", ("SAT", "RAT", "OAT", "HTG_VLV", "SF_ST")


def snapshot(args: argparse.Namespace) -> int:
    """Draws one page and says where; ``--demo`` uses a simulated building in a folder that is thrown away."""
    try:
        must_be_free(Path(args.picture))
    except OSError as error:
        print(f"{args.picture} could not be written: {error.strerror}", file=sys.stderr)
        return exit_codes.FAILED
    with off_screen() as loop, _paths(demo=args.demo) as paths:
        start_logging(paths.log_folder, cycles_on_stderr=False)
        saved = loop.run_until_complete(_draw(args, paths))
    if not saved:
        print(f"{args.picture} cannot be written; choose a file that ends in .png", file=sys.stderr)
        return exit_codes.FAILED
    say(args.picture)
    return exit_codes.GOOD


@contextmanager
def _paths(*, demo: bool) -> Iterator[Paths]:
    if not demo:
        yield user_paths()
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        yield Paths(root / "config", root / "data", root / "logs")


async def _draw(args: argparse.Namespace, paths: Paths) -> bool:
    if args.demo:
        settings = Settings(auto_start=False).with_values(appearance=args.theme)
        if args.page != "welcome":
            settings = settings.with_values(link=LinkName.DEMO)
    else:
        settings = load(paths.settings_file)[0].with_values(appearance=args.theme, auto_start=False)
    program = MonitorApp(paths, settings, leaves_traces=args.demo)
    if args.demo and args.page == "month":
        now_s = int(time.time())
        building = Building(utc_offset_s=place_of_building(now_s).standard_offset_s)
        backfill(paths.database_url(settings), building, now_s - 30 * _DAY_S, now_s)
    program.window.resize(*args.size)
    running = asyncio.ensure_future(program.run())
    try:
        shown = await compose(program, args.page, demo=args.demo)
        return shown is not None and shown.grab().save(args.picture)
    finally:
        program.window.close()
        await running


async def compose(program: MonitorApp, page: str, *, demo: bool) -> QWidget | None:
    """Waits until the page is as a user would find it, and returns what shows it."""
    window = program.window
    if program.session.settings.link is not None:
        await idle(program)
    if demo and page != "welcome":
        program.services.start()
        await asyncio.gather(*map(asyncio.wrap_future, program.services.sync_once()))  # joins the first cycle
        await idle(program)
        window.trend.state.add(points_of(program, _PANEL, *_POINTS))
    if page == "month":
        window.trend.state.show_preset(Preset.MONTH)
    if page == "stretch":
        window.trend_alone_action.trigger()
        window.trend.state.show_preset(Preset.WEEK)
        _mark_days(window.trend.state)
    if page == "compare":
        window.trend_alone_action.trigger()
        _compare(window.trend)
        await idle(program)
        start_s, end_s = window.trend.state.time_range
        window.trend.state.set_cursor(end_s - (end_s - start_s) / 4)
    if page == "xy":
        window.trend.state.show_preset(Preset.WEEK)
        window.trend.more.show_xy()
        await idle(program)
        _plot_valve(window.trend)
    if page in ("log", "cycles"):
        window.activity_action.trigger()
        window.activity.show_log() if page == "log" else window.activity.show_cycle()
    if page == "baselines":
        program.baselines.show_action.trigger()
    if page in ("settings", "history"):
        program.settings.open()
    if page == "history" and (dialog := program.settings.dialog):
        dialog.tabs.setCurrentWidget(dialog.history)
        await dialog.history.looking()
    if page == "evidence":
        window.trend.exporter.evidence_action.trigger()
    await idle(program)
    match page:
        case "evidence":
            return program.evidence.dialog
        case "settings" | "history":
            return program.settings.dialog
        case "xy":
            return window.trend.more.xy
    return window


def _mark_days(state: TrendState) -> None:
    """Stands cursors A and B around three days, with limits that a supply temperature passes."""
    start_s, end_s = state.time_range
    third_s = (end_s - start_s) / 3
    state.mark(
        state.shown.stretch.marking(start_s + third_s, end_s - third_s)
        .with_bound("°C", "high", 21.0)
        .with_bound("°C", "low", 18.0)
    )


def _compare(trend: TrendView) -> None:
    """The outdoor and the supply temperature, their difference, and the first one the day before."""
    supply, _, outdoor, *_ = trend.state.points
    for chosen in trend.state.series:
        if chosen.key not in (supply, outdoor):
            trend.state.remove(chosen.key)
    trend.state.add([ComparedKey(outdoor, 1), difference(supply, outdoor)])


def _plot_valve(trend: TrendView) -> None:
    """The heating valve over the outdoor temperature."""
    assert trend.more.xy is not None  # noqa: S101 - it was just opened
    _, _, outdoor, valve, *_ = trend.state.points
    trend.more.xy.choose(outdoor, valve)


async def idle(program: MonitorApp) -> None:
    """Waits until nothing is going on any more, and was not for a moment: what ends may begin something else."""
    deadline_s, quiet_turns = time.monotonic() + _PATIENCE_S, 0  # turns of the loop, however long a busy machine takes
    while quiet_turns < _QUIET_TURNS and time.monotonic() < deadline_s:
        quiet_turns = 0 if program.is_busy else quiet_turns + 1
        await asyncio.sleep(0.02)
    program.window.trend.plots.rest()


def points_of(program: MonitorApp, panel_name: str, *labels: str) -> list[PointKey]:
    """Those points of a panel, in this order."""
    panels = program.session.shown.panels if program.session.shown else ()
    return [
        PointKey(panel.serial_number, point.point_type, point.point_index)
        for panel in panels
        if panel.panel_name == panel_name
        for label in labels
        for point in panel.points()
        if point.label == label
    ]
