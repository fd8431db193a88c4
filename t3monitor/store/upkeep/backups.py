"""The backups that the program makes by itself: one a day, beside the database or in a folder of the settings."""

import logging
import os
import re
import shutil
import socket
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from t3monitor.config.settings import Settings
from t3monitor.model.causes import EventKind
from t3monitor.store.files import database_file
from t3monitor.store.migrate import present_revision
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import sync_events
from t3monitor.store.upkeep.backup import BackupError, back_up, room_for
from t3monitor.store.work import LongWork

_STAMP = "%Y-%m-%d-%H%M%S"
_FREE_BYTES, _FREE_SHARE = 1_000_000_000, 0.05  # of a disk: what backups leave free
_log = logging.getLogger(__name__)


def backup_folder(database: Path, settings: Settings) -> Path:
    """Where its backups are."""
    return Path(settings.backup_folder).expanduser() if settings.backup_folder else database.parent


def backups_of(database: Path, settings: Settings, now_s: float) -> list[Path]:
    """Its backups, the newest last; none if their folder is out of reach.

    Those of the future are the first ones: the clock was wrong, and whatever is of the present is newer.
    """
    begin, end = re.escape(_begin_of_name(database, settings)), re.escape(database.suffix)
    name = re.compile(rf"{begin}\d{{4}}-\d\d-\d\d-\d{{6}}{end}")
    try:
        found = [file for file in backup_folder(database, settings).iterdir() if name.fullmatch(file.name)]
    except OSError:
        return []
    present = _file_name(database, settings, now_s)
    return sorted(found, key=lambda file: (file.name <= present, file.name))


def _begin_of_name(database: Path, settings: Settings) -> str:
    """Of its backups; in a folder that others may use, too, with what tells whose they are."""
    if not settings.backup_folder:
        return f"{database.stem}.backup-"
    whose = f"{socket.gethostname()}:{database.absolute()}"
    return f"{database.stem}-{zlib.crc32(os.fsencode(whose)):08x}.backup-"


def _file_name(database: Path, settings: Settings, now_s: float) -> str:
    stamp = time.strftime(_STAMP, time.localtime(now_s))
    return f"{_begin_of_name(database, settings)}{stamp}{database.suffix}"


def newest_backup(database: Path, settings: Settings, now_s: float) -> Path | None:
    """Its newest backup, if there is one."""
    return next(reversed(backups_of(database, settings, now_s)), None)


def make_backup(url: str, settings: Settings, now_s: float, work: LongWork, *, rests: bool = False) -> Path:
    """Makes a backup, and removes the oldest ones beyond the number to keep when it is there and good.

    Not where that would nearly fill the disk. Raises BackupError, DatabaseError or CancelledWorkError.
    """
    present_revision(url)
    database = database_file(url)
    folder = backup_folder(database, settings)
    copy = folder / _file_name(database, settings, now_s)
    try:
        needed, free = room_for(database, folder)
        left = max(_FREE_BYTES, int(shutil.disk_usage(folder).total * _FREE_SHARE))
    except OSError as error:
        raise BackupError(
            f"No backup of {database} was made: {folder} cannot be used ({error.strerror}); connect its drive "
            "or share, or choose another folder"
        ) from error
    if free - needed < left:
        raise BackupError(
            f"No backup of {database} was made: {free / 1e6:.0f} MB are free in {folder}, and {needed / 1e6:.0f} MB "
            "would nearly fill the disk; free some space, or choose another folder"
        )
    back_up(url, copy, work, rests=rests)
    others = [backup for backup in backups_of(database, settings, now_s) if backup != copy]
    for old in others[: max(0, len(others) + 1 - max(1, settings.backups))]:
        with suppress(OSError):  # it goes with the next one
            old.unlink()
    return copy


class Care(NamedTuple):
    """When a database was looked after, in UTC epoch seconds; None: never, or not since it was set aside."""

    checked_s: float | None = None  # and found good
    backed_up_s: float | None = None
    backup: str = ""
    salvaged_s: float | None = None
    salvaged: str = ""

    def sentence(self) -> str:
        """When it was looked at and copied, and whether it was damaged."""
        looked = f"last looked at {_text(self.checked_s)}, good" if self.checked_s else "not looked at yet"
        copied = "no backup yet"
        if self.backed_up_s:
            gone = "" if Path(self.backup).exists() else ", which is not there any more"
            copied = f"last backup {_text(self.backed_up_s)}: {self.backup}{gone}"
        salvaged = f"; {_text(self.salvaged_s)}: {self.salvaged}" if self.salvaged_s else ""
        return f"{looked}; {copied}{salvaged}"


def _text(utc_s: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(utc_s))


def last_care(url: str) -> Care:
    """How a database was looked after last, whatever the clock said then; raises DatabaseError."""
    kind = sync_events.c.kind
    with reading(url) as connection:
        rows = stored_rows(connection, sync_events)
        if rows is None:
            return Care()
        checked, backed_up, salvaged = (
            connection.execute(rows.where(kind == wanted).order_by(sync_events.c.id.desc()).limit(1)).first()
            for wanted in (EventKind.CHECKED, EventKind.BACKED_UP, EventKind.SALVAGED)
        )
    return Care(
        checked.at if checked else None,
        backed_up.at if backed_up else None,
        backed_up.detail if backed_up else "",
        salvaged.at if salvaged else None,
        salvaged.detail if salvaged else "",
    )
