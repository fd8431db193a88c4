"""Imports captures: answers of LOGGING_DATA that T3000 wrote into files (docs/t3000.md 10), or others saved.

They are gathered first, each reading of a panel and type once: files are no order of time, and several of them may hold
the same call. So an import may be ended or killed at any moment, and be done once more.
"""

import re
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import tzinfo
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import msgspec

from t3monitor.config.files import open_file
from t3monitor.exchange.reports import Samples, counted, left_by_cancel, outcome_lines, span_lines
from t3monitor.exchange.t3000_files.importing import Store
from t3monitor.exchange.t3000_files.opening import (
    OF_T3000S,
    PACKED_BYTES,
    UnusableFileError,
    must_be_unpacked,
    unreadable,
)
from t3monitor.model.errors import LinkError, NoNewDataError
from t3monitor.model.holes import UNKNOWN_SPACING_S
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.model.zones import local
from t3monitor.store.layouts import LayoutPoint, fingerprint_of, layout_point
from t3monitor.store.schema import CREATED_BY_CAPTURE, CREATED_BY_CAPTURE_UNTIMED, DATA_SOURCE_CAPTURE
from t3monitor.store.work import CancelledWorkError, LongWork
from t3monitor.store.writing.imported import ImportedFrame
from t3monitor.sync.logged.known import Known
from t3monitor.sync.logged.local_times import LocalTimes, NoTimeError
from t3monitor.sync.logged.points import Pace
from t3monitor.t3000.captures import ACTION, Recorded, is_of_t3000, recorded_answers
from t3monitor.t3000.messages import AnswerDecoder
from t3monitor.t3000.text import path_text

_SAMPLES_AT_ONCE = 10_000
_SHARE_OF_READING = 0.8
_NAMED = 5  # files without a reading
_TOLD = 20  # sentences of what is wrong with files
_DISTINCT = 1_000
# Never read in that run of T3000's, or by a build that did not tell: as if there were no time.
_ZERO_TIME = re.compile(rb'("(?:input|output|variable)_logging_time"\s*+:\s*+)"?0"?(?=\s*+[,}])')
_DAY_FOLDERS = re.compile(r"(\d{4})-(\d\d)/\2(\d\d)")  # of T3Web/logs, by the clock on the wall
_T3000S_NAMES = re.compile(r"T3_(?:CppMsg|Webview)_|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}_\d+\.txt")
_UNTIMED = "neither T3000 nor the file says when it was read"
_SCHEMA = """
    CREATE TABLE layouts (fingerprint TEXT PRIMARY KEY, points TEXT) WITHOUT ROWID;
    CREATE TABLE frames (serial INTEGER, kind TEXT, time_s INTEGER, panel_id INTEGER, is_untimed INTEGER,
        fingerprint TEXT, vals TEXT, PRIMARY KEY (serial, kind, time_s)) WITHOUT ROWID;
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    BEGIN"""
_THERE = "SELECT 1 FROM frames WHERE serial = ? AND kind = ? AND time_s = ?"
_INSERT = "INSERT INTO frames VALUES (?, ?, ?, ?, ?, ?, ?)"
_FRAMES = """SELECT serial, kind, time_s, panel_id, is_untimed, fingerprint, vals FROM frames
    ORDER BY serial, kind, time_s"""
_read_points = msgspec.json.Decoder(tuple[LayoutPoint, ...])
_read_values = msgspec.json.Decoder(list[float])


@dataclass(slots=True)
class Report(Samples):
    """What was found in files, and what of it was added."""

    path: Path  # what was named: a file, or a folder with all of them
    files: int = 0
    size: int = 0
    answers: int = 0
    repeats: int = 0  # samples
    untimed: int = 0  # samples
    without: list[Path] = field(default_factory=list)  # a reading
    faults: Counter[str] = field(default_factory=Counter)  # sentences

    def fault(self, file: Path, sentence: str) -> None:
        """What is wrong in a file, which names it."""
        told = f"{path_text(file)}: {sentence}"
        self.faults[told if told in self.faults or len(self.faults) < _DISTINCT else "others"] += 1


class _Gathered:
    """Readings in a temporary database, each of a panel, type and time once; of one thread."""

    def __init__(self) -> None:
        self._connection = sqlite3.connect("", isolation_level=None)  # in a file that has no name, if it is large
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """It is gone."""
        self._connection.close()

    def add(
        self, serial: int, kind: PointType, time_s: int, panel_id: int, points: Sequence[Point], *, is_untimed: bool
    ) -> bool:
        """Whether it is new; raises sqlite3.Error."""
        key = serial, kind.value, time_s
        if self._connection.execute(_THERE, key).fetchone():
            return False
        entries = [layout_point(point) for point in points]
        fingerprint = fingerprint_of(panel_id, entries)
        vals = msgspec.json.encode([point.value for point in points]).decode()
        self._connection.execute(_INSERT, (*key, panel_id, is_untimed, fingerprint, vals))
        layout = fingerprint, msgspec.json.encode(entries).decode()
        self._connection.execute("INSERT OR IGNORE INTO layouts VALUES (?, ?)", layout)
        return True

    def windows(self) -> Iterator[list[ImportedFrame]]:
        """All of them, panel by panel and type by type in the order of time; raises sqlite3.Error."""
        frames: list[ImportedFrame] = []
        samples = 0
        for (serial, kind), rows in groupby(self._connection.execute(_FRAMES), itemgetter(0, 1)):
            pace = Pace()
            last = ""
            points: tuple[LayoutPoint, ...] = ()
            for _, _, time_s, panel_id, is_untimed, fingerprint, vals in rows:
                if fingerprint != last:
                    last, points = fingerprint, self._points(fingerprint)
                pace.take(time_s)
                values = _read_values.decode(vals)
                frames.append(
                    ImportedFrame(
                        serial,
                        PointType(kind),
                        panel_id,
                        (DATA_SOURCE_CAPTURE, CREATED_BY_CAPTURE_UNTIMED if is_untimed else CREATED_BY_CAPTURE),
                        time_s,
                        pace.spacing_s or UNKNOWN_SPACING_S,
                        points,
                        {point.point_index: value for point, value in zip(points, values, strict=True)},
                    )
                )
                samples += len(values)
                if samples >= _SAMPLES_AT_ONCE:
                    yield frames
                    frames, samples = [], 0
        if frames:
            yield frames

    def _points(self, fingerprint: str) -> tuple[LayoutPoint, ...]:
        (told,) = self._connection.execute(
            "SELECT points FROM layouts WHERE fingerprint = ?", (fingerprint,)
        ).fetchone()
        return _read_points.decode(told)


class _Reader:
    """Reads files, one after another, and gathers what is in them."""

    def __init__(self, gathered: _Gathered, report: Report, zone: tzinfo | None, known: Known) -> None:
        self._gathered = gathered
        self._report = report
        self._zone = zone
        self._times = LocalTimes(zone, time.time())
        self._known = known
        self._points: set[PointKey] = set()
        self._decoder = AnswerDecoder()
        for serial, words in known.words.items():
            self._decoder.set_words(serial, words)

    def read(self, file: Path, tell: Callable[[int], None]) -> None:
        """``tell`` is told how many bytes of it are read; raises OSError, sqlite3.Error and what ``tell`` raises."""
        readings = 0
        with open_file(file) as content:
            for recorded in recorded_answers(content):
                tell(content.tell())
                if ACTION in recorded.body:
                    self._report.answers += 1
                    readings += self._take(file, recorded)
        self._report.points = len(self._points)
        if not readings:
            self._report.without.append(file)

    def _take(self, file: Path, recorded: Recorded) -> int:
        """How many readings of panels and types are in the answer."""
        at_s = recorded.at_s or self._written_at(file)
        try:
            snapshot = self._decoder.decode(_ZERO_TIME.sub(rb"\1null", recorded.body), at_s or 0)
        except NoNewDataError:
            return 0
        except LinkError:
            at = f" of {local(at_s, self._zone):%Y-%m-%d %H:%M:%S}" if at_s else ""
            self._report.fault(file, f"an answer{at} is cut off or no answer of T3000's, and is left out")
            return 0
        for sentence in (*snapshot.skipped_panels, *snapshot.skipped_points):
            self._report.fault(file, sentence)
        for panel in snapshot.doubles:
            self._report.fault(file, f"panel {panel.panel_id} has the serial number of another one, and is left out")
        return self._gather(file, snapshot, at_s)

    def _gather(self, file: Path, snapshot: Snapshot, at_s: int | None) -> int:
        readings = 0
        for panel in snapshot.panels:
            for (kind, points, read_s), own_s in zip(panel.vectors(), panel.own_times, strict=True):
                time_s = own_s or at_s
                if not points or (own_s is None and not any(map(_says_something, points))):
                    continue  # it was never read: an empty memory
                try:
                    if time_s is None or read_s is None:
                        raise NoTimeError(_UNTIMED)
                    self._times.of_epoch(time_s)
                    if time_s < self._known.kept_since(panel.serial_number, kind):
                        raise NoTimeError("it is older than samples are kept (settings)")
                except NoTimeError as error:
                    self._report.fault(file, f"readings of panel {panel.panel_id} are left out: {error}")
                    continue
                readings += 1
                is_new = self._gathered.add(
                    panel.serial_number, kind, time_s, panel.panel_id, points, is_untimed=own_s is None
                )
                self._points |= {PointKey(panel.serial_number, kind, point.point_index) for point in points}
                if not is_new:
                    self._report.repeats += len(points)
                elif own_s is None:
                    self._report.untimed += len(points)
        return readings

    def _written_at(self, file: Path) -> int | None:
        """When a file was written that holds one answer, if its folder names the same day."""
        day = _DAY_FOLDERS.search(file.parent.as_posix())
        written_s = int(file.stat().st_mtime)
        return written_s if day and f"{local(written_s, self._zone):%Y%m%d}" == "".join(day.groups()) else None


def _says_something(point: Point) -> bool:
    return bool(point.value or point.range or point.label or point.full_label)


def import_captures(
    path: Path, files: Sequence[Path], zone: tzinfo | None, store: Store | None, work: LongWork, known: Known
) -> Report:
    """Imports all captures of a file or folder ``path``; without ``store`` only tells what is in them.

    ``zone`` is that of the computer that wrote them (None: this one's). Raises UnusableFileError, CancelledWorkError,
    and DatabaseError of ``store``.
    """
    report = Report(path, len(files), sum(map(_size, files)))
    try:
        with closing(_Gathered()) as gathered:
            _read(files, _Reader(gathered, report, zone, known), report, work)
            if not report.answers and path in files:
                _must_be_of_t3000(path)
            _store(gathered.windows(), report, store, work)
    except sqlite3.Error as error:
        raise UnusableFileError(
            f"What is in {path_text(path)} cannot be put into order in a temporary file ({error}); make room, or "
            "import parts of it"
        ) from error
    except CancelledWorkError:
        raise CancelledWorkError(left_by_cancel(report.added)) from None
    return report


def _read(files: Sequence[Path], reader: _Reader, report: Report, work: LongWork) -> None:
    before = 0
    for file in files:
        work.tell(work.share)
        try:
            reader.read(file, partial(_tell, work, report.size, before))
        except OSError as error:
            if file == report.path:
                raise unreadable(file, error) from error
            report.fault(file, f"it cannot be read ({error.strerror})")
        before += _size(file)


def _must_be_of_t3000(file: Path) -> None:
    """What T3000 wrote of other calls is a file without a reading; raises UnusableFileError of any other file."""
    with open_file(file) as content:
        must_be_unpacked(file, content.read(PACKED_BYTES))
        content.seek(0)
        if not _T3000S_NAMES.match(file.name) and not is_of_t3000(content):
            raise UnusableFileError(
                f"{path_text(file)} holds no answers of T3000, and is no database: name {OF_T3000S}"
            )


def _tell(work: LongWork, total: int, before: int, place: int) -> None:
    work.tell((before + place) / max(total, 1) * _SHARE_OF_READING)


def _store(windows: Iterator[Collection[ImportedFrame]], report: Report, store: Store | None, work: LongWork) -> None:
    detail = f"{report.path.name}, {counted(report.answers, 'answer')}"
    for window in windows:
        if store:
            report.added += store(window, detail)
        report.take_frames(window)
        work.tell(work.share)


def report_lines(report: Report, zone: tzinfo | None, *, is_stored: bool | None) -> Iterator[str]:
    """What is in captures, and what became of it (None: that is yet to be decided); times are told in ``zone``."""
    files = f"{counted(report.files, 'file')}, " if report.path.is_dir() else ""
    yield f"{path_text(report.path)}: {files}{report.size / 1e6:.1f} MB, {counted(report.answers, 'answer')} (captures)"
    if not report.samples:
        yield "  there is no reading in it"
    yield from span_lines(report, zone)
    if report.repeats:
        repeats = counted(report.repeats, "sample repeats another one and counts", "samples repeat others and count")
        yield f"  {repeats} once"
    if report.untimed:
        yield f"  {counted(report.untimed, 'sample')} without a time of T3000's, with that of the capture"
    if report.without:
        above = report.path if report.path.is_dir() else report.path.parent
        names = ", ".join(path_text(file.relative_to(above)) for file in report.without[:_NAMED])
        more = len(report.without) - _NAMED
        yield f"  {counted(len(report.without), 'file')} without a reading: {names}" + (
            f" and {more:,} more" if more > 0 else ""
        )
    faults = report.faults.most_common()
    for sentence, count in faults[:_TOLD]:
        yield f"  {sentence}" + (f" ({count:,} times)" if count > 1 else "")
    if more := sum(count for _, count in faults[_TOLD:]):
        yield f"  and {more:,} more of the kind"
    yield from outcome_lines(report, is_stored=is_stored)


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0
