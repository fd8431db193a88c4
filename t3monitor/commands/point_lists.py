"""``t3monitor export --points`` and ``--ede``: the points themselves, as a list."""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import tzinfo

from t3monitor import __version__
from t3monitor.commands.chosen import chosen_points, known_panels
from t3monitor.config.errors import SettingsError
from t3monitor.config.files import WholeFiles
from t3monitor.config.paths import whole_path
from t3monitor.exchange.ede import Project, ede_files, project_name
from t3monitor.exchange.point_list import in_order, point_list_csv, with_points
from t3monitor.exchange.table import Separators
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel
from t3monitor.model.zones import local


def written_list(
    args: argparse.Namespace, url: str, zone_of: Callable[[list[str]], tzinfo | None], separators: Separators
) -> str:
    """Writes the files and says where they are; ``zone_of`` sites. Raises SettingsError, DatabaseError and OSError."""
    if args.since or args.until != "now" or args.every or args.split:
        raise SettingsError(
            "--points and --ede list the points as they are now, without --from, --to, --every, --files"
        )
    panels, file = _listed(args, known_panels(url)), whole_path(args.output, "FILE")
    zone = zone_of([panel.site for panel in panels])
    if args.ede:
        project = Project(project_name(file), local(time.time(), zone).date(), f"T3 Monitor {__version__}")
        contents = ede_files(file, panels, project)
    else:
        contents = {file: point_list_csv(panels, separators, zone)}
    with WholeFiles() as files:
        for path, content in contents.items():
            files.begin(path).write(content)
    more = f" and {len(contents) - 1} more" if len(contents) > 1 else ""
    return f"Written: {file}{more}, points: {sum(panel.point_count for panel in panels):,}"


def _listed(args: argparse.Namespace, panels: dict[int, Panel]) -> list[Panel]:
    wanted: dict[int, set[Point]] = defaultdict(set)
    for panel, point in chosen_points(args, panels):
        wanted[panel.serial_number].add(point)
    named = wanted.keys() | set(args.panel or ()) if args.point or args.panel else panels.keys()
    return in_order(with_points(panels[serial], wanted[serial].__contains__) for serial in named)
