"""The points that ``--point`` and ``--panel`` name."""

import argparse
from collections.abc import Iterator

from t3monitor.config.errors import SettingsError
from t3monitor.model.point_types import parse_point_id
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel
from t3monitor.store.migrate import present_revision
from t3monitor.store.present_state import every_panel


def known_panels(url: str) -> dict[int, Panel]:
    """All panels of a database, by their serial numbers, those of its history as well; raises DatabaseError."""
    present_revision(url)
    return every_panel(url)


def chosen_points(args: argparse.Namespace, panels: dict[int, Panel]) -> Iterator[tuple[Panel, Point]]:
    """The points that are named; of panels, and where none is named of all of them, those that are in use."""
    for name in args.point or ():
        serial, _, point_id = name.partition("/")
        parsed = parse_point_id(point_id.upper())
        if not (serial.isdecimal() and parsed):
            raise SettingsError(f"--point: {name} is no point; write SERIAL/IN1, SERIAL/OUT1 or SERIAL/VAR1")
        panel = _panel(panels, int(serial), "--point")
        found = [point for point in panel.points() if (point.point_type, point.point_index) == parsed]
        if not found:
            raise SettingsError(f"--point: panel {serial} ({panel.panel_name}) has no point {point_id.upper()}")
        yield panel, found[0]
    for serial in args.panel or () if args.panel or args.point else panels:
        panel = _panel(panels, int(serial), "--panel")
        yield from ((panel, point) for point in panel.points() if point.in_use)


def _panel(panels: dict[int, Panel], serial: int, option: str) -> Panel:
    if serial not in panels:
        known = ", ".join(f"{its.serial_number} ({its.panel_name})" for its in list(panels.values())[:8])
        raise SettingsError(f"{option}: the database has no panel {serial}; it has {known or 'none'}")
    return panels[serial]
