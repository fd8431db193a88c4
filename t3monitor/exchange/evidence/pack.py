"""Writes an evidence pack: what was read of some points in a time, what was not and why, and by which program.

Readings, holes and points are told as of the end of its time. What is of now is what people wrote about that time, the
settings, the versions, and whatever nobody records the changes of (`store/past_points.py`). For any thread.
"""

import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path

from t3monitor import __version__
from t3monitor.config.files import whole_file
from t3monitor.config.settings import Settings
from t3monitor.config.without_secrets import without_secrets
from t3monitor.diagnostics.versions import versions
from t3monitor.exchange.cells import text_cell
from t3monitor.exchange.csv_table import CsvFiles, write_list
from t3monitor.exchange.ede import Project, ede_files
from t3monitor.exchange.evidence.archive import Archive
from t3monitor.exchange.evidence.readme import readme
from t3monitor.exchange.evidence.told_settings import told_settings
from t3monitor.exchange.export import Written
from t3monitor.exchange.grid import faults_of
from t3monitor.exchange.notes_csv import notes_csv
from t3monitor.exchange.point_list import in_order, point_list_csv, with_points
from t3monitor.exchange.table import Table, TableSeries
from t3monitor.exchange.told import bits, missing, read_series, spans_of
from t3monitor.exchange.wall_clock import WallClock
from t3monitor.model.causes import HoleClass
from t3monitor.model.notes import Note
from t3monitor.model.points import Point, PointKey
from t3monitor.model.series_keys import points_of
from t3monitor.model.snapshot import Panel
from t3monitor.model.successions import Span, Succession, spans
from t3monitor.model.zones import local
from t3monitor.store.history.statistics import statistics
from t3monitor.store.ledger import cycles_between
from t3monitor.store.migrate import present_revision
from t3monitor.store.notes import read_notes
from t3monitor.store.past_points import with_past_points
from t3monitor.store.present_state import every_panel
from t3monitor.store.successions import read_successions
from t3monitor.store.work import LongWork

_ROWS_AT_ONCE = 1000  # between two looks whether it is still wanted
_NAMES = ("Site", "Serial number", "Panel", "Point", "Label")
_T3000 = "not known: no answer of T3000 tells its version"


@dataclass(frozen=True, slots=True)
class Picture:
    """The view as it is drawn, which is done where Qt is; ``shows`` says what, for the reader."""

    png: bytes
    pdf: bytes
    shows: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the pack is of; ``table`` is of all readings, and is told as of its end: nothing later is known in it."""

    table: Table
    picture: Picture
    settings: Settings
    settings_warnings: Sequence[str]  # what of their file cannot be used, so that the defaults are in force
    qt_version: str


def write_evidence(url: str, evidence: Evidence, file: Path, work: LongWork) -> Written:
    """Writes the file, whole or not at all, in memory that does not grow with the time.

    Raises OSError, DatabaseError, and CancelledWorkError.
    """
    with whole_file(file) as target:
        archive = Archive(target, evidence.table.end_s)
        table, panels = as_of_end(url, evidence.table)
        pack = _Pack(url, replace(evidence, table=table), panels, archive)
        try:
            with closing(pack.write()) as steps:
                for number, share in enumerate(steps):
                    if number % _ROWS_AT_ONCE == 0:
                        work.tell(share)
            work.tell(1.0)
            archive.end()
        except BaseException:
            archive.give_up()
            raise
    return Written(pack.readings, [file])


def as_of_end(url: str, table: Table) -> tuple[Table, dict[int, Panel]]:
    """A table whose points are called as they were at its end, and all panels with its points as they were then.

    Raises DatabaseError.
    """
    successions = read_successions(url)
    points = {
        point._replace(serial_number=span.serial_number)
        for series in table.series
        for point in points_of(series.key)
        for span in spans(successions, point.serial_number)
    }
    present = every_panel(url)
    past = with_past_points(url, present, points, table.end_s)

    def called(series: TableSeries) -> TableSeries:
        if not isinstance(series.key, PointKey) or series.serial_number not in present:
            return series
        names = [_name(panels[series.serial_number], series.key) for panels in (present, past)]
        return replace(series, label=names[1]) if names[0] != names[1] else series

    return replace(table, series=[called(series) for series in table.series]), past


def _name(panel: Panel, key: PointKey) -> str:
    points = panel.points()
    its = (point.label or point.full_label for point in points if tuple(point[:2]) == tuple(key[1:]))
    return next(its, "")


class _Pack:
    """A pack in the making; each step yields how much is done."""

    def __init__(self, url: str, evidence: Evidence, panels: dict[int, Panel], archive: Archive) -> None:
        """``panels`` are all of them, with the points of the table as they were at its end."""
        self._url = url
        self._panels = panels
        self._evidence = evidence
        self._table = replace(evidence.table, now_s=evidence.table.end_s)
        self._archive = archive
        self._clock = WallClock(self._table.zone, self._table.start_s, self._table.end_s)
        self._missing_s: dict[TableSeries, dict[HoleClass, float]] = {}
        self._holes: dict[TableSeries, int] = {}
        self.readings = 0

    def write(self) -> Generator[float, None, None]:
        """Everything, in the order in which it stands in the file."""
        panels = self._panels
        text = readme(
            self._table, self._evidence.picture.shows, [self._serials_text(its) for its in self._table.series]
        )
        self._archive.write("README.txt", text.encode())
        yield from self._write_readings()
        yield from self._write_holes()
        yield from self._write_known()
        yield from self._write_ledger({panels[serial].site for serial in self._serials if serial in panels})
        self._write_notes()
        self._write_points([panels[serial] for serial in self._serials if serial in panels])
        self._archive.write("view.png", self._evidence.picture.png)
        self._archive.write("view.pdf", self._evidence.picture.pdf)
        self._write_json("settings.json", told_settings(self._evidence.settings, self._evidence.settings_warnings))
        about = {"schema of the database": present_revision(self._url), "T3000": _T3000}
        self._write_json("versions.json", {**versions(), "Qt": self._evidence.qt_version, **about})

    @cached_property
    def _successions(self) -> tuple[Succession, ...]:
        return read_successions(self._url)

    def _spans(self, serial_number: int) -> list[Span]:
        """The panels that were in the place of one at any time of the table, the first one first."""
        every, table = spans(self._successions, serial_number), self._table
        return [span for span in every if span.start_s <= table.end_s and span.end_s > table.start_s] or [every[-1]]

    def _serials_text(self, series: TableSeries) -> str:
        return ", then ".join(f"{span.serial_number}" for span in self._spans(series.serial_number))

    @cached_property
    def _points(self) -> dict[PointKey, str]:
        """All that the series are made of, and how they are called."""
        found: dict[PointKey, str] = {}
        for series in self._table.series:
            for point in points_of(series.key):
                for span in self._spans(point.serial_number):
                    its = point._replace(serial_number=span.serial_number)
                    is_one = isinstance(series.key, PointKey)
                    found.setdefault(its, f"{series.panel} {series.label}" if is_one else " ".join(map(str, its)))
        return found

    @property
    def _serials(self) -> set[int]:
        return {point.serial_number for point in self._points}

    def _write_readings(self) -> Iterator[float]:
        with closing(write_list(self._archive, Path("readings.csv"), self._url, self._table)) as rows:
            for share, is_reading in rows:
                self.readings += is_reading
                yield 0.5 * share

    def _write_holes(self) -> Iterator[float]:
        table = self._table
        titles = ("From", "UTC offset", "To", "UTC offset", "Seconds", *_NAMES, "Class", "Cause", "Sentence")
        with self._csv("holes.csv", titles) as rows:
            for number, series in enumerate(table.series):
                lengths, named = self._missing_s.setdefault(series, defaultdict(float)), spans_of(self._url, series)
                self._holes[series] = 0
                for hole in missing(self._url, table, series.key):
                    length_s = hole.end_s - hole.start_s
                    lengths[hole.hole_class] += length_s
                    self._holes[series] += 1
                    times = *self._clock.cells(hole.start_s), *self._clock.cells(hole.end_s), self._number(length_s)
                    why = hole.hole_class.value, hole.cause.value, text_cell(hole.sentence)
                    place = bisect_right(named, hole.start_s, key=lambda span: span.start_s) - 1
                    rows.write((*times, *_names(series, named[place].serial_number), *why))
                    yield 0.5 + 0.2 * (number + table.share(hole.end_s)) / len(table.series)

    def _write_known(self) -> Iterator[float]:
        table = self._table
        classes = [f"Seconds missing, {its.value}" for its in HoleClass]
        titles = (*_NAMES, "Known, %", "Seconds known", "Seconds of the time", "Holes", *classes)
        with self._csv("known.csv", titles) as rows:
            for number, series in enumerate(table.series):
                known_s, faults = 0.0, faults_of(self._url, table, series.key)
                for start_s, end_s in bits(self._url, table, [series.key]):
                    for part in read_series(self._url, table, series.key, start_s, end_s):
                        known_s += statistics(part, start_s, end_s, table.now_s, faults).known_s
                    yield 0.7 + 0.2 * (number + table.share(end_s)) / len(table.series)
                length_s = table.end_s - table.start_s
                shares = (f"{100 * known_s / length_s:.2f}", f"{known_s:.1f}", f"{length_s:.1f}")
                missing_s = (self._number(self._missing_s[series][its]) for its in HoleClass)
                rows.write((*_names(series), *map(self._decimal, shares), f"{self._holes[series]}", *missing_s))

    def _write_ledger(self, sites: set[str]) -> Iterator[float]:
        table = self._table
        times = ("Began", "UTC offset", "Ended", "UTC offset", "Site", "Cycle", "Outcome", "Reason")
        with self._csv("ledger.csv", (*times, "Attempts", "Panels", "Skipped", "Points", "Samples", "Bytes")) as rows:
            for its in cycles_between(self._url, table.start_s, table.end_s, sites):
                when = *self._clock.cells(its.started_at), *self._clock.cells(its.finished_at)
                reason = text_cell(without_secrets(its.reason or ""))
                counts = its.attempts, its.devices, its.skipped, its.points, its.samples, its.bytes
                rows.write((*when, text_cell(its.site), f"{its.run_id}", its.outcome.value, reason, *map(str, counts)))
                yield 0.9 + 0.1 * table.share(its.started_at)

    def _write_notes(self) -> None:
        notes = filter(self._is_told, read_notes(self._url))
        table = self._table
        content = notes_csv(notes, lambda point: self._points[point], table.zone, table.separators.cells)
        self._archive.write("notes.csv", content)

    def _write_points(self, panels: list[Panel]) -> None:
        """Their settings; what they say at present is not of the time."""
        listed = in_order(with_points(panel, partial(self._has, panel)) for panel in panels)
        table = self._table
        self._archive.write("points.csv", point_list_csv(listed, table.separators, table.zone, has_values=False))
        project = Project("points", local(table.end_s, table.zone).date(), f"T3 Monitor {__version__}")
        for path, content in ede_files(Path("points_EDE.csv"), listed, project).items():
            self._archive.write(path.name, content)

    def _has(self, panel: Panel, point: Point) -> bool:
        return PointKey(panel.serial_number, point.point_type, point.point_index) in self._points

    def _is_told(self, note: Note) -> bool:
        end_s = note.start_s if note.end_s is None else note.end_s
        return (note.point is None or note.point in self._points) and (
            note.start_s <= self._table.end_s and end_s >= self._table.start_s
        )

    def _write_json(self, name: str, told: object) -> None:
        self._archive.write(name, json.dumps(told, indent=2).encode() + b"\n")

    def _csv(self, name: str, titles: tuple[str, ...]) -> "closing[CsvFiles]":
        return closing(CsvFiles(self._archive, Path(name), titles, self._table.separators.cells))

    def _number(self, seconds: float) -> str:
        return self._decimal(f"{round(seconds, 3):.12g}")

    def _decimal(self, text: str) -> str:
        return text.replace(".", self._table.separators.decimal)


def _names(series: TableSeries, serial_number: int | None = None) -> tuple[str, ...]:
    """``serial_number``: of the panel that was in its place."""
    serial = f"{serial_number or series.serial_number}"
    return text_cell(series.site), serial, *map(text_cell, (series.panel, series.point, series.label))
