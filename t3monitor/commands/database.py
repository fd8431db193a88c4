"""``t3monitor database``: upkeep of the database by hand."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from t3monitor.commands import exit_codes
from t3monitor.commands.options import settings_told
from t3monitor.commands.printing import say
from t3monitor.commands.signals import on_end_signals
from t3monitor.commands.waiting import done
from t3monitor.config.paths import user_paths, whole_path
from t3monitor.model.baselines import BaselineEdit
from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.store.baselines import read_baselines, write_baseline
from t3monitor.store.database import Database
from t3monitor.store.files import database_file
from t3monitor.store.lock import HeldError, Holder, Lock, login_name
from t3monitor.store.migrate import present_revision
from t3monitor.store.schema import SCHEMA_REVISION
from t3monitor.store.upkeep.backup import back_up
from t3monitor.store.upkeep.checking import check
from t3monitor.store.upkeep.compact import compact
from t3monitor.store.upkeep.preview import preview
from t3monitor.store.upkeep.retention import retained
from t3monitor.store.upkeep.retention_text import preview_lines
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.sync import handover


def database(args: argparse.Namespace) -> int:
    """Does what is asked for, says in one sentence what came of it, and returns the exit code."""
    settings, _ = settings_told(args)
    url = args.database or user_paths().database_url(settings)
    work = LongWork()
    on_end_signals(lambda _: work.cancel())
    say(done(lambda: _ACTIONS[args.action](args, url, work), work))
    return exit_codes.GOOD


def _check(args: argparse.Namespace, url: str, work: LongWork) -> str:
    health, path = check(url, work, full=args.full), database_file(url)
    if health.findings:
        for finding in health.findings if not health.is_damaged else ():  # SQLite's own say nothing to anybody
            print(finding, file=sys.stderr)
        raise DatabaseUnusableError(health.sentence(path))
    return health.sentence(path)


def _compact(_args: argparse.Namespace, url: str, work: LongWork) -> str:
    with _opened(url) as opened:
        before_mb, after_mb = compact(opened, work)
    return f"The database {database_file(url)} is compact: {after_mb:.1f} MB, before {before_mb:.1f} MB"


def _back_up(args: argparse.Namespace, url: str, work: LongWork) -> str:
    copy = whole_path(args.copy, "FILE")
    size = back_up(url, copy, work)
    return f"The database {database_file(url)} is copied to {copy} ({size / 1e6:.1f} MB), and the copy is good"


def _retain(args: argparse.Namespace, url: str, work: LongWork) -> str:
    """Says what goes; deletes it unless it is only to be said. Exceptions of the settings are in force."""
    settings, _ = settings_told(args)
    wanted = {"keep_samples_days": args.older_than, "keep_daily_values_days": args.daily_values}
    settings = settings.with_values(**{name: days for name, days in wanted.items() if days is not None})
    present_revision(url)
    now_s = time.time()
    expected = preview(url, settings, now_s)
    if args.dry_run or not (expected.whole.readings_going or expected.whole.days_going):
        return "\n".join(preview_lines(expected))
    with _opened(url) as opened:
        gone = 0
        for readings in retained(opened, settings, now_s):
            gone += readings
            work.share = min(1.0, gone / max(1, expected.whole.readings_going))
            if work.is_cancelled:
                raise CancelledWorkError(f"{gone:,} readings of panels' types are deleted")
    lines = preview_lines(preview(url, settings, now_s))
    return "\n".join([f"Deleted: {gone:,} readings of panels' types, each a sample of each point", *lines])


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    """A database that is there and of this program's schema, to be written to as by one who records."""
    path, revision = database_file(url), present_revision(url)
    if revision != SCHEMA_REVISION:
        raise DatabaseUnusableError(
            f"The database {path} has schema {revision}, and this program knows {SCHEMA_REVISION}; have the newest one "
            "record to it first"
        )
    with _recording_right(path), closing(Database(url)) as opened:
        yield opened


@contextmanager
def _recording_right(path: Path) -> Iterator[None]:
    """As of one who records: nobody else does meanwhile. Raises HeldError."""
    lock = None
    with suppress(OSError):  # where there are no locks nothing is refused
        lock = Lock(path, Holder.of_this_process("t3monitor database", 0, ""))
    try:
        yield
    finally:
        if lock:
            lock.release()


def _freeze(args: argparse.Namespace, url: str, _work: LongWork) -> str:
    """Whoever records does it, else this program."""
    settings, _ = settings_told(args)
    edit = BaselineEdit("freeze", args.name, author=login_name())
    try:
        with _opened(url) as opened:
            write_baseline(opened, edit, time.time(), settings.sync_interval_secs)
    except HeldError as held:
        if held.holder is None or not held.holder.answers:
            raise
        asyncio.run(handover.write_baseline(held.holder, edit))
    frozen = next(baseline for baseline in read_baselines(url) if baseline.name == args.name)
    panels = "1 panel" if frozen.panels == 1 else f"{frozen.panels:,} panels"
    return f"Frozen as “{frozen.name}”: {frozen.points:,} points of {panels}"


_ACTIONS: dict[str, Callable[[argparse.Namespace, str, LongWork], str]] = {
    "check": _check,
    "compact": _compact,
    "backup": _back_up,
    "retain": _retain,
    "freeze": _freeze,
}
