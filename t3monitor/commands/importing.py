"""``t3monitor import``: T3000's own databases and captures, and those of other T3 Monitors, into ours."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import tzinfo
from functools import partial
from pathlib import Path

from t3monitor.commands import exit_codes
from t3monitor.commands.options import settings_told
from t3monitor.commands.printing import say
from t3monitor.commands.signals import on_end_signals
from t3monitor.commands.waiting import done
from t3monitor.config.errors import SettingsError
from t3monitor.config.paths import user_paths, whole_path
from t3monitor.config.settings import Settings
from t3monitor.exchange.imports import import_source, sources_in, zone_of_t3000
from t3monitor.exchange.t3000_files.opening import NoSamplesError
from t3monitor.exchange.t3000_files.storing import Storing
from t3monitor.model.errors import DatabaseError, MonitorError
from t3monitor.model.zones import zone_named
from t3monitor.store.keeper import Keeper
from t3monitor.store.keepers import Keepers
from t3monitor.store.lock import Holder, Lock
from t3monitor.store.work import LongWork
from t3monitor.sync.logged.known import known_to


def import_(args: argparse.Namespace) -> int:
    """Imports each file, says what came of it, and returns the exit code: that of the first one that failed."""
    settings, _ = settings_told(args)
    if not args.files:
        raise SettingsError("import: name files or a folder, or --from-t3000")
    zone = _zone(args.zone) if args.zone else zone_of_t3000(settings)
    url = args.database or user_paths().database_url(settings)
    work = LongWork()
    on_end_signals(lambda _: work.cancel())
    code = exit_codes.GOOD
    paths = [whole_path(path, "FILE") for path in args.files]
    known, folder = known_to(url, settings), user_paths().data / "import"
    sources = done(partial(sources_in, paths, work, known.file), work)
    is_stored = not args.dry_run
    with _storing(url, settings, dry_run=args.dry_run) as store:
        for source in sources:
            act = partial(import_source, source, zone, folder, store, work, known, is_stored=is_stored)
            try:
                told = done(act, work)
            except DatabaseError:
                raise
            except MonitorError as error:
                print(error, file=sys.stderr)
                if isinstance(error, NoSamplesError) and source.path not in paths:
                    continue  # T3000's own partitioning leaves such files in its folder
                code = code or exit_codes.of_outcome(error.outcome)
                if work.is_cancelled:
                    break
            else:
                say(*told.lines)
    return code


def _zone(name: str) -> tzinfo:
    zone = zone_named(name)
    if zone is None:
        raise SettingsError(f"--zone: there is no zone {name!r}; write it as America/New_York, or UTC")
    return zone


@contextmanager
def _storing(url: str, settings: Settings, *, dry_run: bool) -> Iterator[Storing | None]:
    """What stores windows; nothing for a dry run."""
    if dry_run:
        yield None
        return
    with own_keeper(url, settings) as keeper:
        yield Storing(keeper)


@contextmanager
def own_keeper(url: str, settings: Settings) -> Iterator[Keeper]:
    """A keeper of this command alone: nobody else records into the database meanwhile. Raises DatabaseError."""
    locks: list[Lock] = []

    def take_lock(database: Path) -> None:
        with suppress(OSError):  # where there are no locks nothing is refused
            if not locks:
                locks.append(Lock(database, Holder.of_this_process("t3monitor import", 0, "")))

    keepers = Keepers(None, user_paths().known_folders_file, take_lock, lambda: settings)
    keeper = keepers.take(url)
    try:
        keeper.database()  # now, to refuse before anything is read
        yield keeper
    finally:
        keepers.give_back(keeper)
        for lock in locks:
            lock.release()
