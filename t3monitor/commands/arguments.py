"""What stands on the command line (docs/command-line.md)."""

import argparse
import math
from collections.abc import Sequence
from functools import cache

from t3monitor import __version__
from t3monitor.config.settings import LinkName
from t3monitor.model.baselines import BANDS_TEXT

# Of `t3monitor snapshot`: the panes with a day of trends, a month, figures of a stretch, a comparison, an X/Y plot, and
# what opens beside them.
PAGES = (
    "main",
    "month",
    "stretch",
    "compare",
    "xy",
    "log",
    "cycles",
    "settings",
    "history",
    "evidence",
    "baselines",
    "welcome",
)
_DAY_S = 86_400
_BANDS = BANDS_TEXT.replace("%", "%%")
_DATABASE_HELP = "sqlite:///FILE (default: in the per-user data folder)"


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The command with its options, by default of this process; raises SystemExit where they are none."""
    return _parser().parse_args(argv)


@cache  # it takes 10 ms, and a process may run several commands
def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="t3monitor", description="Trend monitor beside Temco T3000.")
    parser.add_argument("--demo", action="store_true", help="open the window on a simulated building")
    parser.add_argument("--version", action="version", version=f"t3monitor {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="without a command the window opens")

    sync = commands.add_parser("sync", help="fetch, store and report sync cycles; until Ctrl-C unless told how many")
    count = sync.add_mutually_exclusive_group()
    count.add_argument("--once", action="store_true", help="one cycle")
    count.add_argument("--cycles", type=_positive, metavar="N", help="N cycles; the exit code is the last one's")
    _add_link_options(sync)
    sync.add_argument("--interval", type=int, metavar="S", help="seconds from one cycle to the next")
    sync.add_argument("--retries", type=int, metavar="N", help="how often a starting T3000 (-2) is asked again")
    sync.add_argument("--json", action="store_true", help="one JSON object per cycle on stdout, nothing else there")
    sync.add_argument(
        "--find-panels", action="store_true", help="look anew for panels first, as the window's Look for Panels Again"
    )

    doctor = commands.add_parser("doctor", help="what works: link, database, folders, Qt, versions")
    _add_link_options(doctor)
    doctor.add_argument("--json", action="store_true", help="one JSON object on stdout")

    _add_export(commands)

    snapshot = commands.add_parser("snapshot", help="draw the window off screen into a PNG file")
    snapshot.add_argument("picture", metavar="FILE.png")
    snapshot.add_argument("--demo", action="store_true", help="a simulated building with a past")
    snapshot.add_argument("--size", type=_size, default=(1280, 800), metavar="WxH", help="default: 1280x800")
    snapshot.add_argument("--theme", choices=("light", "dark"), default="light")
    snapshot.add_argument("--page", choices=PAGES, default=PAGES[0], help=f"default: {PAGES[0]}")
    _add_import(commands)
    _add_database(commands)
    return parser


def _add_import(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    import_ = commands.add_parser("import", help="take over the history that T3000 itself recorded")
    import_.add_argument(
        "files",
        nargs="*",
        metavar="FILE_OR_FOLDER",
        help="database of T3000 (webview_t3_device.db) or of another T3 Monitor, captures, or a folder",
    )
    import_.add_argument(
        "--from-t3000",
        action="store_true",
        help="in place of files: what T3000's web service logged while T3 Monitor was off or could not store",
    )
    import_.add_argument("--url", metavar="URL", help="of that web service (default: those of the settings)")
    import_.add_argument("--dry-run", action="store_true", help="only say what is in the files")
    import_.add_argument(
        "--zone",
        metavar="ZONE",
        help="of the computer that wrote them (default: that of the only site in the settings, else this one's)",
    )
    import_.add_argument("--database", metavar="URL", help=_DATABASE_HELP)


def _add_export(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    export = commands.add_parser("export", help="write readings into a file for spreadsheets or other programs")
    export.add_argument("output", metavar="FILE")
    export.add_argument("--point", action="append", metavar="SERIAL/IN1", help="a point; may be repeated")
    export.add_argument(
        "--panel", action="append", type=_positive, metavar="SERIAL", help="all points of a panel that are in use"
    )
    day = "a day, or a time such as 2026-11-27T14:00, by the clock of the site, or with an offset from UTC"
    export.add_argument("--from", dest="since", metavar="T", help=f"{day} (default: 24 hours before the end)")
    export.add_argument("--to", dest="until", default="now", metavar="T", help=f"{day}; a day is meant up to its end")
    export.add_argument(
        "--every",
        type=_spacing,
        default=None,
        metavar="raw|SECONDS",
        help="every reading (raw, the default), or a grid: a row for each time, a column for each point",
    )
    export.add_argument(
        "--rule",
        choices=("last", "mean"),
        default="last",
        help="what stands in a grid: the reading in force then, or the mean up to the next time",
    )
    form = export.add_mutually_exclusive_group()
    form.add_argument("--excel", action="store_true", help="an Excel workbook with points, holes by cause and charts")
    form.add_argument("--long", action="store_true", help="CSV for programs: ISO 8601 UTC, a row for each sample")
    form.add_argument("--parquet", action="store_true", help="the same as a Parquet file; needs pyarrow")
    form.add_argument(
        "--points", action="store_true", help="CSV: the list of points with their settings as they are now"
    )
    form.add_argument("--ede", action="store_true", help="the list as BACnet EDE: FILE and three tables beside it")
    form.add_argument(
        "--evidence",
        action="store_true",
        help="a zip file with readings, holes, ledger, pictures, settings and versions",
    )
    form.add_argument(
        "--differences", metavar="NAME", help="CSV: what differs now from a baseline (t3monitor database freeze)"
    )
    export.add_argument("--against", metavar="NAME", help="of --differences: from another baseline instead of now")
    export.add_argument(
        "--band",
        type=_band,
        default=1.0,
        metavar="FACTOR|none",
        help=f"of --differences: how many of the usual bands a value may differ ({_BANDS}), or none, if at all",
    )
    export.add_argument("--files", dest="split", choices=("day", "week"), help="a file for each day or week")
    export.add_argument("--zone", metavar="NAME", help="time zone, such as Europe/Berlin (default: that of the site)")
    export.add_argument(
        "--separators",
        type=_separators,
        metavar="DC",
        help="decimal point and what is between cells, such as ., or ,; (default: those of this computer's language)",
    )
    export.add_argument("--database", metavar="URL", help=_DATABASE_HELP)


def _band(text: str) -> float:
    """How many bands; infinite: values are not compared."""
    try:
        factor = math.inf if text == "none" else float(text)
    except ValueError:
        factor = -1.0
    if not factor >= 0:
        raise argparse.ArgumentTypeError("must be a number of bands such as 0.5, 0 for any change, or none")
    return factor


def _add_database(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Upkeep by hand: each action has a sub-command of its own."""
    actions = commands.add_parser("database", help="upkeep of the database by hand").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    check = actions.add_parser("check", help="look whether the file and everything in it is whole")
    check.add_argument("--full", action="store_true", help="count every sample as well, which takes minutes")
    compact = actions.add_parser("compact", help="write the file anew, without the space that is free in it")
    backup = actions.add_parser("backup", help="copy it, also while it is recorded to")
    backup.add_argument("copy", metavar="FILE", help="the copy, which must not be there yet")
    retain = actions.add_parser("retain", help="delete at once what is older than the settings, or DAYS, say")
    retain.add_argument("--older-than", type=int, metavar="DAYS", help="how long samples are kept, this time")
    retain.add_argument("--daily-values", type=int, metavar="DAYS", help="how long daily values are kept, this time")
    retain.add_argument("--dry-run", action="store_true", help="only say what would be deleted")
    freeze = actions.add_parser("freeze", help="keep the state of all points under a name, for export --differences")
    freeze.add_argument("name", metavar="NAME", help="of the baseline, such as Commissioning")
    for action in (check, compact, backup, retain, freeze):
        action.add_argument("--database", metavar="URL", help=_DATABASE_HELP)


def _spacing(text: str) -> int | None:
    if text == "raw":
        return None
    seconds = _positive(text)
    if seconds > _DAY_S and seconds % _DAY_S:
        raise argparse.ArgumentTypeError("must be raw, up to 86400 seconds, or whole days")
    return seconds


def _separators(text: str) -> str:
    text = text.replace("\\t", "\t")
    if len(text) != 2 or text[0] not in ".," or text[1] not in ",;|\t" or text[0] == text[1]:
        raise argparse.ArgumentTypeError("must be a decimal point (. or ,) and another of , ; | and \\t")
    return text


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    if not (width.isdecimal() and height.isdecimal() and 400 <= int(width) <= 7680 and 300 <= int(height) <= 4320):
        raise argparse.ArgumentTypeError(f"{text!r} is no size from 400x300 to 7680x4320, such as 1280x800")
    return int(width), int(height)


def _add_link_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--link", choices=[name.value for name in LinkName], help="how T3000 is reached")
    parser.add_argument("--library", metavar="FILE", help="shared library that exports BacnetWebView_HandleWebViewMsg")
    parser.add_argument("--url", metavar="URL", help="web service of T3000, for --link webapi (http://127.0.0.1:9103)")
    parser.add_argument("--file", metavar="PATH", help="file or folder of recorded answers, for --link replay")
    parser.add_argument("--database", metavar="URL", help=_DATABASE_HELP)
    parser.add_argument("--timeout", type=int, metavar="S", help="longest wait for an answer")


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be a whole number of 1 or more")
    return number
