"""``t3monitor export --points``, ``--ede`` and ``--differences``: the points themselves, and what differs of them."""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import tzinfo
from pathlib import Path

from t3monitor import __version__
from t3monitor.commands.chosen import chosen_points, known_panels
from t3monitor.config.errors import SettingsError
from t3monitor.config.files import WholeFiles
from t3monitor.config.paths import whole_path
from t3monitor.config.settings import Settings
from t3monitor.exchange.differences_csv import Compared, differences_csv
from t3monitor.exchange.ede import Project, ede_files, project_name
from t3monitor.exchange.point_list import in_order, point_list_csv, with_points
from t3monitor.exchange.table import Separators
from t3monitor.model.baselines import Frozen, differences
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel
from t3monitor.model.zones import local
from t3monitor.store.baselines import read_baseline, read_baselines
from t3monitor.store.migrate import present_revision
from t3monitor.store.present_state import present_panels, read_present_state

ZoneOf = Callable[[list[str]], tzinfo | None]  # sites


def written_list(
    args: argparse.Namespace, _settings: Settings, url: str, zone_of: ZoneOf, separators: Separators
) -> str:
    """Writes the list and says where it is; raises SettingsError, DatabaseError and OSError."""
    _check(args)
    known, file = known_panels(url), whole_path(args.output, "FILE")
    if not (args.point or args.panel):  # as they are now: what is of the past alone is listed where it is named
        known = present_panels(url)
    panels = _listed(args, known)
    zone = zone_of([panel.site for panel in panels])
    if args.ede:
        project = Project(project_name(file), local(time.time(), zone).date(), f"T3 Monitor {__version__}")
        contents = ede_files(file, panels, project)
    else:
        contents = {file: point_list_csv(panels, separators, zone)}
    return f"{_written(contents)}, points: {sum(panel.point_count for panel in panels):,}"


def written_differences(
    args: argparse.Namespace, settings: Settings, url: str, zone_of: ZoneOf, separators: Separators
) -> str:
    """Writes what differs and says how much that is; raises SettingsError, DatabaseError and OSError."""
    _check(args)
    if args.point or args.panel:
        raise SettingsError("--differences compares all points, without --point and --panel")
    present_revision(url)
    then = _baseline(url, args.differences)
    if args.against:
        now = _baseline(url, args.against)
    else:
        now = Frozen.of(read_present_state(url), time.time(), settings.sync_interval_secs)
    found = list(differences(then, now, args.band))
    zone = zone_of([panel.site for panel in (*then.panels, *now.panels)])
    compared = Compared(args.differences, then.taken_at, args.against or "", now.taken_at)
    content = differences_csv(found, compared, separators, zone)
    return f"{_written({whole_path(args.output, 'FILE'): content})}, differences: {len(found):,}"


def _check(args: argparse.Namespace) -> None:
    if args.since or args.until != "now" or args.every or args.split:
        raise SettingsError(
            "--points, --ede and --differences list the points as they are now, without --from, --to, --every, --files"
        )


def _listed(args: argparse.Namespace, panels: dict[int, Panel]) -> list[Panel]:
    wanted: dict[int, set[Point]] = defaultdict(set)
    for panel, point in chosen_points(args, panels):
        wanted[panel.serial_number].add(point)
    named = wanted.keys() | set(args.panel or ()) if args.point or args.panel else panels.keys()
    return in_order(with_points(panels[serial], wanted[serial].__contains__) for serial in named)


def _baseline(url: str, name: str) -> Frozen:
    known = [baseline.name for baseline in read_baselines(url)]
    if name not in known:
        there_are = ", ".join(f"“{its}”" for its in known) or "none: t3monitor database freeze NAME makes one"
        raise SettingsError(f"The database has no baseline “{name}”; it has {there_are}")
    return read_baseline(url, name)


def _written(contents: dict[Path, bytes]) -> str:
    with WholeFiles() as files:
        for path, content in contents.items():
            files.begin(path).write(content)
    first, *others = contents
    return f"Written: {first}" + (f" and {len(others)} more" if others else "")
