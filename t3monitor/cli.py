"""The command line.

Commands are imported when they are called: the library's child process imports this module once more (that is how
multiprocessing starts children) and must not wait for the database packages.
"""

import argparse
from collections.abc import Sequence

from t3monitor import __version__


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code (design, section 8)."""
    parser = _parser()
    args = parser.parse_args(argv)
    if args.command is None:
        parser.error("the window is not part of this version yet; try: t3monitor sync --link demo")
    if args.command == "sync":
        from t3monitor.commands.sync import sync

        return sync(args)
    from t3monitor.commands.doctor import doctor

    return doctor(args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="t3monitor", description="Trend monitor beside Temco T3000.")
    parser.add_argument("--version", action="version", version=f"t3monitor {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    sync = commands.add_parser("sync", help="fetch, store and report sync cycles; until Ctrl-C unless told how many")
    count = sync.add_mutually_exclusive_group()
    count.add_argument("--once", action="store_true", help="one cycle")
    count.add_argument("--cycles", type=_positive, metavar="N", help="N cycles; the exit code is the last one's")
    _add_link_options(sync)
    sync.add_argument("--interval", type=int, metavar="S", help="seconds from one cycle to the next")
    sync.add_argument("--retries", type=int, metavar="N", help="how often a starting T3000 (-2) is asked again")
    sync.add_argument("--json", action="store_true", help="one JSON object per cycle on stdout, nothing else there")

    doctor = commands.add_parser("doctor", help="what works: link, database, folders, Qt, versions")
    _add_link_options(doctor)
    doctor.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser


def _add_link_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--link", choices=("demo", "library", "replay"), help="how T3000 is reached")
    parser.add_argument("--library", metavar="FILE", help="shared library that exports BacnetWebView_HandleWebViewMsg")
    parser.add_argument("--file", metavar="PATH", help="file or folder of recorded answers, for --link replay")
    parser.add_argument("--database", metavar="URL", help="sqlite:///FILE (default: in the per-user data folder)")
    parser.add_argument("--timeout", type=int, metavar="S", help="longest wait for an answer")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return number
