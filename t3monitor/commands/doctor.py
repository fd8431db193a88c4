"""``t3monitor doctor``: checks everything the program stands on and says what to do where something is wrong."""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from t3monitor.commands import exit_codes
from t3monitor.commands.options import settings_in_force
from t3monitor.commands.past_panels import PastPanel, past_panels, sentence
from t3monitor.commands.printing import say
from t3monitor.config.paths import Paths, user_paths
from t3monitor.diagnostics.versions import versions
from t3monitor.model.check import Check, checked
from t3monitor.model.errors import DatabaseUnusableError, Outcome
from t3monitor.model.snapshot import Snapshot
from t3monitor.qt.background import in_daemon_thread
from t3monitor.store.database import Database
from t3monitor.store.files import database_file, is_there, must_be_file, size_of
from t3monitor.store.lock import holder_of
from t3monitor.store.migrate import schema_revision
from t3monitor.store.pages import must_be_whole
from t3monitor.store.present_state import read_present_state
from t3monitor.store.reading import reading
from t3monitor.store.schema import SCHEMA_REVISION, sync_runs, trendlog_blocks, trendlog_frames
from t3monitor.store.upkeep.backups import last_care
from t3monitor.store.words import words_taken
from t3monitor.store.work import LongWork
from t3monitor.sync.check import check_link

if TYPE_CHECKING:  # needs numpy, which takes a while to load
    from t3monitor.commands.holes import PanelHoles


def doctor(args: argparse.Namespace) -> int:
    """Prints the checks; the exit code is that of the first thing that is wrong."""
    paths = user_paths()
    settings, warnings = settings_in_force(args, paths)
    url = args.database or paths.database_url(settings)
    state_of_settings = Check(
        "settings", Outcome.FAILED if warnings else Outcome.OK, "; ".join(warnings) or f"{paths.settings_file}"
    )
    # In another thread: SQLite looks at a large file for a minute, during which this one would hear no Ctrl-C.
    panels: list[PanelHoles] = []
    past: list[PastPanel] = []
    checks = asyncio.run(
        in_daemon_thread(
            lambda: [
                Check("versions", Outcome.OK, ", ".join(" ".join(its) for its in versions().items())),
                _folders(paths),
                state_of_settings,
                *_history(url, panels, past),
                checked("recorder", lambda: _recorder(url)),
                *check_link(settings, _known(url)),
                _qt(),
            ]
        )
    )
    wrong = next((check for check in checks if not check.is_ok), None)
    say(*_told(checks, panels, past, as_json=args.json))
    return exit_codes.of_outcome(wrong.outcome) if wrong else exit_codes.GOOD


def _told(checks: list[Check], panels: "list[PanelHoles]", past: list[PastPanel], *, as_json: bool) -> Iterator[str]:
    if as_json:
        told = {
            "ok": all(check.is_ok for check in checks),
            "checks": [asdict(check) for check in checks],
            "holes": [{**panel._asdict(), "causes": [cause._asdict() for cause in panel.causes]} for panel in panels],
            "past_panels": [panel._asdict() for panel in past],
        }
        yield json.dumps(told)
        return
    for check in checks:
        mark = "ok" if check.is_ok else check.outcome.replace("_", " ").upper()
        yield f"{check.name:10} {mark:14} {check.text}"
        if check.name == "holes" and panels:
            from t3monitor.commands.holes import lines

            yield from (f"{'':25} {line}" for line in lines(panels))


def _folders(paths: Paths) -> Check:
    for folder in (paths.config, paths.data, paths.log_folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _write_into(folder)
        except OSError as error:
            text = f"{folder} cannot be written to ({error.strerror}); give yourself permission, or set T3MONITOR_HOME"
            return Check("folders", Outcome.FAILED, text)
    return Check("folders", Outcome.OK, f"config {paths.config}, data {paths.data}, logs {paths.log_folder}")


def _write_into(folder: Path) -> None:
    """Makes a file that is gone at once; raises OSError."""
    with tempfile.TemporaryFile(dir=folder):
        pass


def _history(url: str, panels: "list[PanelHoles]", past: list[PastPanel]) -> list[Check]:
    """The database, and if that is well what of the last day is not in it, and which panels it alone knows.

    The two go into ``panels`` and ``past``.
    """

    def look() -> str:
        from t3monitor.commands.holes import holes_of_last_day, summary

        panels.extend(holes_of_last_day(url, time.time()))
        return summary(panels)

    def look_back() -> str:
        past.extend(past_panels(url))
        return sentence(past) if past else ""

    database = checked("database", lambda: _database(url))
    if not (database.is_ok and is_there(database_file(url))):
        return [database]
    upkeep, holes, known_before = (
        checked("upkeep", lambda: last_care(url).sentence()),
        checked("holes", look),
        checked("past", look_back),
    )
    return [database, upkeep, holes, *([known_before] if known_before.text else [])]


def _database(url: str) -> str:
    """Looks without creating or migrating anything; at every page, which takes seconds for each gigabyte."""
    file = database_file(url)
    revision = schema_revision(url)
    if revision is None:
        must_be_file(file)
        folder = next((parent for parent in file.parents if parent.exists()), None)
        if folder is None:  # Windows' drives and shares are not always there
            raise DatabaseUnusableError(
                f"{file} cannot be made: there is no {file.anchor}; connect the drive or share, or choose another file"
            )
        try:
            _write_into(folder)
        except OSError as error:
            raise DatabaseUnusableError(
                f"{file} cannot be made: {folder} cannot be written to ({error.strerror}); choose another file"
            ) from error
        return f"{file} will be made by the first cycle"
    must_be_whole(url, LongWork())
    if revision != SCHEMA_REVISION:
        return f"{file} has schema {revision}; the next start copies it aside and migrates it to {SCHEMA_REVISION}"
    if holder_of(file):  # which is the one that writes
        allowed = "can be read" if os.access(file, os.W_OK) else "may only be read by this user"
    else:
        _try_writing(url)
        allowed = "can be written to"
    with reading(url) as connection:
        count = select(func.count())
        cycles = connection.scalar(count.select_from(sync_runs))
        blocks = connection.scalar(count.select_from(trendlog_blocks))
        hot = connection.scalar(count.where(trendlog_frames.c.seq.is_(None)))
        taken = words_taken(connection)
    history = f"history in {blocks} packed blocks and {hot} hot frames"
    return f"{file} {allowed}; {cycles} cycles, {history}, {size_of(file) / 1e6:.1f} MB{_words(taken)}"


def _try_writing(url: str) -> None:
    database = Database(url)
    try:
        with database.writing():
            pass
    finally:
        database.close()


def _recorder(url: str) -> str:
    holder = holder_of(database_file(url))
    if holder is None:
        return "no program records into this database"
    return f"{holder} {'records into' if holder.records else 'is at work in'} this database"


def _words(taken: tuple[int, int, int] | None) -> str:
    """What the database holds of the site's own words, as the end of a sentence."""
    if taken is None:
        return ""
    panels, *times = taken
    when = " to ".join(dict.fromkeys(time.strftime("%Y-%m-%d %H:%M", time.localtime(at_s)) for at_s in times))
    return f"; words of custom ranges of {panels} panel{'s' if panels > 1 else ''}, taken {when}"


def _known(url: str) -> Snapshot | None:
    """What the database holds of the panels, so that none is asked for more than a cycle would; None if it cannot."""
    try:
        return read_present_state(url)
    except Exception:  # noqa: BLE001 - the check of the database says why, whatever it is
        return None


def _qt() -> Check:
    try:
        from PySide6 import QtCore, QtGui, QtWidgets  # noqa: F401 - whether they load is the question
    except ImportError as error:
        text = f"Qt cannot be loaded ({error}); install the system packages that README names, or PySide6 anew"
        return Check("qt", Outcome.FAILED, text)
    return Check("qt", Outcome.OK, f"Qt {QtCore.qVersion()}")
