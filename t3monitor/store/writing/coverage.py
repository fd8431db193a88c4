"""Why there is no reading, run by run: a row as long as one cause lasts, and only where there is a hole.

What lasts is known before anybody knows whether it makes a hole: its first cycles wait in memory, and are written as
soon as there is one.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from sqlite3 import Cursor
from typing import NamedTuple

from t3monitor.model.causes import Blank, Cause
from t3monitor.model.events import CycleReport
from t3monitor.model.holes import UNKNOWN_SPACING_S, is_hole
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Vector
from t3monitor.store import statements
from t3monitor.store.schema import IMPORTED_RUN

_Scope = tuple[int | None, PointType | None]  # serial number, None: the whole site; type, None: all of the panel's
_Why = tuple[Cause, str]
_SITE: _Scope = (None, None)
_CAUSES = frozenset(Cause)
_KINDS = tuple(PointType)  # which takes its time to be iterated
_NEWEST = f"""
    SELECT device.site, device.serial_number, kind.column1, frame.logging_time,
           coalesce(frame.expected_spacing, frame.sync_interval)
    FROM DEVICES AS device CROSS JOIN (VALUES ('INPUT'), ('OUTPUT'), ('VARIABLE')) AS kind
    JOIN TRENDLOG_FRAMES AS frame ON frame.serial_number = device.serial_number AND frame.point_type = kind.column1
     AND frame.run_id > {IMPORTED_RUN} AND frame.logging_time = (
        SELECT newest.logging_time FROM TRENDLOG_FRAMES AS newest
        WHERE newest.serial_number = device.serial_number AND newest.point_type = kind.column1
          AND newest.run_id > {IMPORTED_RUN} ORDER BY newest.logging_time DESC LIMIT 1)"""  # noqa: S608 - of a constant
# Of each scope the last row; those that go on are among the newest.
_LAST_ROWS = """
    SELECT site, serial_number, point_type, cause, coalesce(reason, ''), since, until, cycles, longest_ms, max(id)
    FROM COVERAGE WHERE cycles > 0 AND until > (SELECT max(until) FROM COVERAGE) - 86400
    GROUP BY site, serial_number, point_type"""
_EXTEND = "UPDATE COVERAGE SET until = ?, cycles = ?, longest_ms = ? WHERE id = ?"


class LastReading(NamedTuple):
    """When a type of a panel was read last, UTC epoch seconds, and when the next reading was expected after it."""

    time_s: int
    spacing_s: int


class Run(NamedTuple):  # its fields stand in the file of what is late
    """Cycles one after the other without a reading for one reason."""

    cause: Cause
    reason: str
    since: float  # begin of the first, UTC epoch seconds
    until: float  # end of the last
    cycles: int
    longest_ms: float
    is_over: bool = False
    row_id: int | None = None  # of its row; None: there is no hole yet


Waiting = tuple[str, int | None, PointType | None, Run]  # by site and scope


class Coverage:
    """What is known of the newest readings of a database, and the runs that may still go on.

    It belongs to one transaction: the next one takes a copy, or what was before if nothing was committed.
    """

    def __init__(self, readings: dict[Vector, LastReading], sites: dict[int, str]) -> None:
        self._readings = readings
        self._sites = sites  # which one tells of a panel, by serial number
        self._runs: dict[str, dict[_Scope, list[Run]]] = {}  # by site

    @classmethod
    def recalled(cls, cursor: Cursor) -> "Coverage":
        """What the database itself tells of the newest readings, and of what may still go on."""
        readings, sites = {}, {}
        for site, serial, kind, time_s, spacing_s in cursor.execute(_NEWEST):
            sites[serial] = site
            readings[serial, PointType(kind)] = LastReading(time_s, spacing_s or UNKNOWN_SPACING_S)
        found = cls(readings, sites)
        for site, serial, kind, cause, reason, since, until, cycles, longest_ms, row_id in cursor.execute(_LAST_ROWS):
            scope = serial, PointType(kind) if kind else None
            is_over = any(readings[vector].time_s > until for vector in found._vectors(site, scope))
            if not is_over and cause in _CAUSES:  # one of a later version does not go on
                run = Run(Cause(cause), reason, since, until, cycles, longest_ms, row_id=row_id)
                found._runs.setdefault(site, {})[scope] = [run]
        return found

    def copy(self) -> "Coverage":
        """Another one that knows the same."""
        copied = Coverage(self._readings.copy(), self._sites.copy())
        copied._runs = {
            site: {scope: runs.copy() for scope, runs in by_scope.items()} for site, by_scope in self._runs.items()
        }
        return copied

    def waiting(self) -> list[Waiting]:
        """What may become a hole in the next run of the program; nothing can while there is no reading."""
        return [
            (site, *scope, run)
            for site, by_scope in self._runs.items()
            for scope, runs in by_scope.items()
            for run in runs
            if run.row_id is None and self._readings
        ]

    def wait_for(self, waiting: Iterable[Waiting]) -> None:
        """Takes what waited when the run before ended."""
        for site, serial, kind, run in waiting:
            runs = self._runs.setdefault(site, {}).setdefault((serial, kind), [])
            runs[-1:] = [last._replace(is_over=True) for last in runs[-1:]]
            runs.append(run)

    def take(
        self,
        cursor: Cursor,
        report: CycleReport,
        interval_s: int,
        read: Mapping[Vector, LastReading],
        blanks: Collection[Blank],
        cycles: int = 1,
    ) -> None:
        """A cycle with what it read, and why it read nothing else; or ``cycles`` of them of which nothing is left."""
        site, until = report.site, report.finished_at
        old = self._runs.get(site, {})
        whole = next((blank for blank in blanks if blank.serial_number is None), None)
        new, holed = self._taken(site, read) if read else (set(), [])
        if not (old or blanks or len(new) < len(read)):
            return
        runs = _Runs(old, report, interval_s, cycles)
        if whole is not None:
            runs.go_on(_SITE, (whole.cause, whole.reason), self._spacing(site, _SITE))
        else:
            scopes = self._scopes(site, read, new, blanks)
            for scope, why in scopes.items():
                runs.go_on(scope, why, self._spacing(site, scope))
            runs.end_others(scopes)
        for vector, read_before_s in holed:
            runs.open(cursor, _scopes_of(vector), read_before_s)
        explained = runs.explained()
        for scope in [scope for scope in runs.by_scope if runs.waits(scope)]:
            if scope == _SITE:
                explained = runs.explained()
            for vector in self._vectors(site, scope):
                time_s, spacing_s = self._readings[vector]
                explained_s = max(time_s, explained.get(vector, 0.0))
                if is_hole(until - (explained_s if scope == _SITE else time_s), spacing_s):
                    runs.open(cursor, (scope,), explained_s if scope == _SITE else time_s)
                    runs.open(cursor, (_SITE,), explained_s)
                    if not runs.waits(scope):
                        break
        runs.write(cursor)
        self._runs[site] = self._still_wanted(site, runs)

    def _taken(self, site: str, read: Mapping[Vector, LastReading]) -> tuple[set[Vector], list[tuple[Vector, int]]]:
        """The vectors that have a new reading now, and those with a hole before it, with when that began."""
        new, holed = set(), []
        for vector, reading in read.items():
            last = self._readings.get(vector)
            if last is not None:
                if last.time_s == reading.time_s:
                    continue
                if is_hole(reading.time_s - last.time_s, last.spacing_s):
                    holed.append((vector, last.time_s))
            self._readings[vector] = reading
            self._sites[vector[0]] = site
            new.add(vector)
        return new, holed

    def _scopes(
        self, site: str, read: Iterable[Vector], new: set[Vector], blanks: Iterable[Blank]
    ) -> dict[_Scope, _Why]:
        """Why there is no new reading: of a whole panel, where that is the same for all its types."""
        panels: dict[int, dict[PointType, _Why]] = {}
        for serial, kind in read:
            if (serial, kind) not in new:
                panels.setdefault(serial, {})[kind] = Cause.NOT_REREAD, ""  # with the time of the reading before
        for serial_number, point_type, cause, reason in blanks:
            if serial_number is not None and self._sites.get(serial_number) == site:
                for kind in [point_type] if point_type else _KINDS:
                    if (serial_number, kind) in self._readings and (serial_number, kind) not in new:
                        panels.setdefault(serial_number, {}).setdefault(kind, (cause, reason))
        scopes: dict[_Scope, _Why] = {}
        for serial, by_type in panels.items():
            known = [kind for kind in _KINDS if (serial, kind) in self._readings]
            if len(set(by_type.values())) == 1 and len(by_type) == len(known):
                scopes[serial, None] = by_type[known[0]]
            else:
                scopes |= {(serial, kind): why for kind, why in by_type.items()}
        return scopes

    def _vectors(self, site: str, scope: _Scope) -> Iterator[Vector]:
        """Those that a scope is about."""
        serial, kind = scope
        if serial is None:
            yield from (vector for vector in self._readings if self._sites[vector[0]] == site)
        else:
            kinds = _KINDS if kind is None else (kind,)
            yield from ((serial, kind) for kind in kinds if (serial, kind) in self._readings)

    def _spacing(self, site: str, scope: _Scope) -> int:
        return min((self._readings[vector].spacing_s for vector in self._vectors(site, scope)), default=0)

    def _still_wanted(self, site: str, runs: "_Runs") -> dict[_Scope, list[Run]]:
        """Those that go on, and those that make a hole if a reading that is still missing does not come soon."""
        wanted = {}
        explained = runs.explained()
        for scope, its_runs in runs.by_scope.items():
            kept = [run for run in its_runs if not run.is_over]
            if runs.waits(scope):
                explained_s = (
                    max(self._readings[vector].time_s, explained.get(vector, 0.0))
                    for vector in self._vectors(site, scope)
                )
                oldest_s = min(explained_s, default=math.inf)
                kept = [run for run in its_runs if not run.is_over or (run.row_id is None and run.until > oldest_s)]
            if kept:
                wanted[scope] = kept
        return wanted


class _Runs:
    """The runs of a site, while a cycle is added to them."""

    def __init__(self, by_scope: Mapping[_Scope, list[Run]], report: CycleReport, interval_s: int, cycles: int) -> None:
        self.by_scope = {scope: runs.copy() for scope, runs in by_scope.items()}
        self._report = report
        self._interval_s = interval_s
        self._cycles = cycles
        self._extended: set[_Scope] = set()

    def go_on(self, scope: _Scope, why: _Why, spacing_s: int) -> None:
        """One cycle more for a reason: of the run that goes on if it is the same, else of a new one."""
        report = self._report
        runs = self.by_scope.setdefault(scope, [])
        last = runs[-1] if runs else None
        if last and not last.is_over:
            goes_on = not is_hole(report.started_at - last.until, max(spacing_s, self._interval_s))
            if goes_on and (last.cause, last.reason) == why and last.since <= report.finished_at:  # a clock may be set
                runs[-1] = last._replace(
                    until=report.finished_at,
                    cycles=last.cycles + self._cycles,
                    longest_ms=max(last.longest_ms, report.elapsed_ms),
                )
                self._extended.add(scope)
                return
            runs[-1] = last._replace(is_over=True)
        runs.append(Run(*why, report.started_at, report.finished_at, self._cycles, report.elapsed_ms))

    def end_others(self, scopes: Iterable[_Scope]) -> None:
        """The runs of all other scopes do not go on."""
        for scope in self.by_scope.keys() - scopes:
            runs = self.by_scope[scope]
            runs[-1] = runs[-1]._replace(is_over=True)

    def waits(self, scope: _Scope) -> bool:
        """Whether a run has no row yet."""
        return any(run.row_id is None for run in self.by_scope[scope])

    def explained(self) -> dict[Vector, float]:
        """Until when rows of their own say of panels why they have no reading."""
        return {
            (serial, kind): run.until
            for (serial, of_type), runs in self.by_scope.items()
            if serial is not None
            for kind in ((of_type,) if of_type else _KINDS)
            for run in runs
            if run.row_id is not None
        }

    def open(self, cursor: Cursor, scopes: Iterable[_Scope], since_s: float) -> None:
        """There is a hole that nothing explains since a reading or a row: what has lasted since then gets its rows."""
        for scope in scopes:
            runs = self.by_scope.get(scope, [])
            for position, run in enumerate(runs):
                if run.row_id is None and run.until > since_s:
                    runs[position] = run._replace(row_id=self._insert(cursor, scope, run))

    def write(self, cursor: Cursor) -> None:
        """Brings the rows up to date of the runs that go on."""
        runs = (self.by_scope[scope][-1] for scope in self._extended)
        rows = [(run.until, run.cycles, run.longest_ms, run.row_id) for run in runs if run.row_id is not None]
        cursor.executemany(_EXTEND, rows)

    def _insert(self, cursor: Cursor, scope: _Scope, run: Run) -> int | None:
        serial, kind = scope
        where = self._report.site, serial, kind.value if kind else None
        why = run.cause.hole_class.value, run.cause.value, run.reason or None
        row = (None, *where, run.since, run.until, *why, run.cycles, run.longest_ms)
        return cursor.execute(statements.INSERT_COVERAGE, row).lastrowid


def _scopes_of(vector: Vector) -> tuple[_Scope, _Scope, _Scope]:
    serial, kind = vector
    return _SITE, (serial, None), (serial, kind)
