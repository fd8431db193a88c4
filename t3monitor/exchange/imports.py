"""What can be imported, as it is named by people: files and folders, of whichever kind; of any thread."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import tzinfo
from pathlib import Path
from typing import NamedTuple

from t3monitor.config.files import open_file
from t3monitor.config.settings import Settings
from t3monitor.exchange import captures
from t3monitor.exchange.t3000_files.importing import import_file
from t3monitor.exchange.t3000_files.opening import MAGIC, OurOwnFileError, UnusableFileError
from t3monitor.exchange.t3000_files.storing import Storing
from t3monitor.exchange.t3000_files.told import report_lines
from t3monitor.model.zones import zone_named
from t3monitor.store.work import LongWork
from t3monitor.sync.logged.known import Known
from t3monitor.t3000.text import path_text

_DATABASE, _T3000S_NAME = ".db", "webview_t3_device"
_BESIDE_DATABASES = "-wal", "-shm", "-journal", "-lock"


class Source(NamedTuple):
    """Something to import: a database, or the captures of a file or folder."""

    path: Path
    captures: tuple[Path, ...] = ()


class Told(NamedTuple):
    """What is to be told of a source, and whether it holds anything that can be imported."""

    lines: list[str]
    holds_something: bool


def zone_of_t3000(settings: Settings) -> tzinfo | None:
    """The zone in which T3000 wrote its times, where the settings know but one; None: that of this computer."""
    names = {site.zone for site in settings.sites}
    return zone_named(names.pop()) if len(names) == 1 else None


def sources_in(paths: Iterable[Path], work: LongWork, in_force: Path | None = None) -> list[Source]:
    """What the named files and folders hold, each once: of a folder T3000's databases below it, then all captures.

    In a folder without any of T3000's names all databases are. ``in_force`` is ours, which is not opened here: closing
    it would take SQLite's locks from it. Raises UnusableFileError and CancelledWorkError.
    """
    found: list[Source] = []
    for path in paths:
        if not path.is_dir():
            found.append(Source(path) if _is_database(path, in_force) else Source(path, (path,)))
            continue
        files = list(_files_below(path, work))
        databases = [file for file in files if file.suffix.lower() == _DATABASE]
        found += map(Source, [file for file in databases if file.name.startswith(_T3000S_NAME)] or databases)
        others = tuple(file for file in files if file.suffix.lower() != _DATABASE and not _is_database(file, in_force))
        if others:
            found.append(Source(path, others))
        elif not databases:
            raise UnusableFileError(f"The folder {path_text(path)} has neither databases (*.db) nor captures")
    return list(dict.fromkeys(found))


def import_source(
    source: Source,
    zone: tzinfo | None,
    folder: Path,
    store: Storing | None,
    work: LongWork,
    known: Known,
    *,
    is_stored: bool | None,
) -> Told:
    """Imports it, or without ``store`` only looks at it; what is told of is in times of ``zone``.

    ``zone`` is that of the computer that wrote it (None: this one's), ``folder`` is ours, for a copy where one is
    needed; ``is_stored`` says what the lines say of the outcome (None: it is yet to be decided). Raises
    UnusableFileError, CancelledWorkError, and DatabaseError of ``store``.
    """
    if source.captures:
        captured = captures.import_captures(*source, zone, store, work, known)
        return Told([*captures.report_lines(captured, zone, is_stored=is_stored)], captured.samples > 0)
    try:
        report = import_file(source.path, zone, folder, store, work, known)
        return Told([*report_lines(report, zone, is_stored=is_stored)], report.samples > 0)
    except OurOwnFileError:
        from t3monitor.exchange import other_monitor  # with numpy, which a program that was just started does without

        merged = other_monitor.import_monitor(source.path, folder, store, work, known)
        return Told([*other_monitor.report_lines(merged, zone, is_stored=is_stored)], holds_something=True)


def _is_database(path: Path, in_force: Path | None) -> bool:
    if path.suffix.lower() == _DATABASE:
        return True
    with suppress(OSError):
        if in_force and path.samefile(in_force):
            return True
    with suppress(OSError), open_file(path) as file:
        return file.read(len(MAGIC)) == MAGIC
    return False


def _files_below(folder: Path, work: LongWork) -> Iterator[Path]:
    """All that may be imported, those of a folder before those of the folders in it, in the order of names."""
    for place, folders, names in os.walk(folder):
        work.tell(None)
        folders.sort()
        for name in sorted(names):
            file = Path(place, name)
            if not name.endswith(_BESIDE_DATABASES) and file.is_file():
                yield file
