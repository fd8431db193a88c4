"""Imports a database of T3000's, or only tells what an import would bring; of any thread.

It is read from its begin each time, in the order of its times, and what is there already is left out. So it may be
ended or killed at any moment, and be imported once more, or in parts.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from t3monitor.exchange.reports import Samples, counted, left_by_cancel
from t3monitor.exchange.t3000_files.opening import (
    FileChangedError,
    NoSamplesError,
    OpenFile,
    UnusableFileError,
    must_be_other,
    opened,
)
from t3monitor.exchange.t3000_files.points import SourcePoints
from t3monitor.exchange.t3000_files.readings import Readings
from t3monitor.exchange.t3000_files.shapes import shapes_in
from t3monitor.exchange.t3000_files.zones import ZoneCheck, zone_noted
from t3monitor.store.files import size_of
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.store.writing.imported import ImportedFrame
from t3monitor.sync.logged.frames import Described, Window, windows
from t3monitor.sync.logged.known import Known
from t3monitor.sync.logged.local_times import LocalTimes
from t3monitor.t3000.text import path_text

_TRIES = 5
Store = Callable[[Collection[ImportedFrame], str], int]  # with what tells of the import; returns the samples it added


@dataclass(slots=True)
class Report(Samples):
    """What was found in a file, and what of it was added."""

    file: Path
    size: int = 0
    shapes: list[str] = field(default_factory=list)
    rows: int = 0
    twins: int = 0
    duplicates: int = 0
    repeated: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)

    def take(self, window: Window) -> None:
        """One more window was read."""
        self.duplicates += window.duplicates
        self.repeated += window.repeated
        self.take_frames(window.frames)


def import_file(
    path: Path, zone: tzinfo | None, folder: Path, store: Store | None, work: LongWork, known: Known
) -> Report:
    """Imports all of a file; without ``store`` only tells what is in it.

    ``zone`` is that of the computer that wrote it (None: this one's), ``folder`` is ours, for a copy where one is
    needed. Raises UnusableFileError, CancelledWorkError, and DatabaseError of ``store``.
    """
    added = 0
    must_be_other(path, known.file)

    def store_counted(frames: Collection[ImportedFrame], detail: str) -> None:
        nonlocal added
        if store:
            added += store(frames, detail)

    for _ in range(_TRIES):
        try:
            with opened(path, folder, work) as file, file.sentences(), work.on(file.connection):
                check = ZoneCheck(known.url, zone, path_text(path))
                if check.is_needed:  # of the whole file, before anything of it is stored
                    _imported(file, zone, check.take, work, known)
                report = _imported(file, zone, store_counted, work, known)
        except FileChangedError:
            continue
        except CancelledWorkError:
            raise CancelledWorkError(left_by_cancel(added)) from None
        report.added = added
        return report
    raise UnusableFileError(f"{path_text(path)} changes all the time while it is read; end T3000, or try again")


def _imported(
    file: OpenFile,
    zone: tzinfo | None,
    store: Callable[[Collection[ImportedFrame], str], None],
    work: LongWork,
    known: Known,
) -> Report:
    report = Report(file.path, size_of(file.path))
    points, described = SourcePoints(file.connection, known), Described()
    times = LocalTimes(zone, time.time())
    shapes = shapes_in(file.connection, path_text(file.path))
    tables = [(shape, Readings(file, shape, points, times)) for shape in shapes]
    total = sum(readings.total for _, readings in tables)
    if not total:
        raise NoSamplesError(path_text(file.path))
    detail = f"{file.path.name}, {counted(total, 'row')}{zone_noted(zone)}"
    for shape, readings in tables:
        if not readings.total:
            continue
        report.shapes.append(f"{shape.table}: {shape.told}")
        before = report.rows
        for window in windows(readings, described):
            file.check()  # before anything of it is stored
            store(window.frames, detail)
            report.take(window)
            report.rows = before + readings.rows
            work.tell(report.rows / total)
        report.rows = before + readings.rows
        report.unreadable += readings.unreadable
    file.check()
    report.points, report.twins = len(points.keys), points.twins
    return report
