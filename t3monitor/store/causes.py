"""Why a point has no reading: its holes, each with its cause, by what the database recorded; for any thread."""

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from math import inf
from sqlite3 import Cursor
from typing import Any, NamedTuple, cast

import numpy as np
from sqlalchemy import Connection, Table

from t3monitor.model.causes import Cause, EventKind, HoleClass, PointChange, cause_of, sentence
from t3monitor.model.errors import Outcome
from t3monitor.model.holes import UNKNOWN_SPACING_S, is_hole, known_until
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.units import has_states
from t3monitor.store import schema
from t3monitor.store.derivation import Event, Order, Told, absences, by_coverage, in_force, pieces
from t3monitor.store.files import database_file
from t3monitor.store.history import HistoryReader
from t3monitor.store.lock import holder_of
from t3monitor.store.reading import reading
from t3monitor.store.series import Holes, Series

Vector = tuple[int, PointType]  # serial number and type; also the begin of a point's key
Times = tuple[float, float]
_Sites = tuple[str, str]
_Kind = tuple[str, int | None]  # units, and of states the range: what must not change along a line

_LONGEST_CYCLE_S = 3600.0  # but for one that slept with its computer
_OF_VECTOR = "WHERE serial_number = ? AND point_type = ?"
_FAULTS = {"1": Cause.SENSOR_OPEN, "2": Cause.SENSOR_SHORTED}  # by status


class ExplainedHole(NamedTuple):
    """A time without a reading, all of one cause; a hole of several causes is several of these. UTC epoch seconds."""

    start_s: float
    end_s: float
    cause: Cause
    sentence: str  # plain text in English, without a full stop
    run_ids: tuple[int, ...]  # rows of SYNC_RUNS: the cycles that ended in it

    @property
    def hole_class(self) -> HoleClass:
        """Who is to be asked about it."""
        return self.cause.hole_class

    def within(self, start_s: float, end_s: float) -> "ExplainedHole":
        """What of it lies between two times."""
        return self._replace(start_s=max(self.start_s, start_s), end_s=min(self.end_s, end_s))

    def shifted(self, by_s: float) -> "ExplainedHole":
        """The same, so much later."""
        return self._replace(start_s=self.start_s + by_s, end_s=self.end_s + by_s)


class Hole(NamedTuple):
    """A time without a reading, before anything is known of its causes."""

    start_s: float
    end_s: float
    spacing_s: float = 0.0  # of the reading before it; 0: not known
    is_closed: bool = False  # there is a reading after it

    def within(self, start_s: float, end_s: float) -> "Hole":
        """What of it lies between two times that it reaches into."""
        return self._replace(start_s=max(self.start_s, start_s), end_s=min(self.end_s, end_s))

    def without(self, known: list[Times]) -> Iterator["Hole"]:
        """What is left of it without these times, which do not overlap."""
        edges = [-inf, *chain.from_iterable(sorted(known)), inf]
        for since_s, until_s in zip(edges[::2], edges[1::2], strict=True):
            part = self.within(since_s, until_s)
            if part.start_s < part.end_s:
                yield part


def holes(
    url: str, series: Series | None, key: PointKey, start_s: float, end_s: float, now_s: float
) -> tuple[ExplainedHole, ...]:
    """Why the point has no reading at any time between two, oldest first, nothing of the time after ``now_s``.

    ``series`` is what `HistoryReader` gives of the point for these times, None where it gives nothing. There is no
    reading in its holes, before its first reading and after its last one, nor, though its line goes on, while the
    sensor was open or shorted. There is one while the point had another unit. Raises DatabaseError.
    """
    with reading(url) as connection:
        return _holes(Recorded(connection, url), series, key, start_s, end_s, now_s)


def holes_of_points(
    url: str, keys: Iterable[PointKey], start_s: float, end_s: float, now_s: float
) -> dict[PointKey, tuple[ExplainedHole, ...]]:
    """What `holes` finds of each point; raises DatabaseError."""
    lines = HistoryReader(url).read_many(keys, start_s, end_s, 1)  # its holes are all there, whatever is thinned
    with reading(url) as connection:
        recorded = Recorded(connection, url)
        return {
            key: _holes(recorded, series[-1] if series else None, key, start_s, end_s, now_s)
            for key, series in lines.items()
            if isinstance(key, PointKey)
        }


def holes_of_vectors(url: str, start_s: float, now_s: float) -> dict[Vector, tuple[ExplainedHole, ...]]:
    """The holes of each panel and type since a time, oldest first; those that nothing was ever read of are left out.

    Raises DatabaseError.
    """
    with reading(url) as connection:
        recorded = Recorded(connection, url)
        return {
            vector: tuple(hole.within(start_s, now_s) for hole in recorded.explained(vector, found, []))
            for vector in recorded.vectors()
            if (found := recorded.holes(vector, start_s, now_s)) is not None
        }


def faulty(url: str, key: PointKey) -> Holes:
    """When the sensor of a point was open or shorted, as far as it was read; raises DatabaseError."""
    with reading(url) as connection:
        faults = Recorded(connection, url).faults(key)
    return Holes(np.array([fault.start_s for fault in faults]), np.array([fault.end_s for fault in faults]))


class Recorded:
    """What a database recorded of why there is no reading; as long as the transaction of its connection is open.

    It is asked for each of many holes and vectors, hence by the driver's cursor.
    """

    def __init__(self, connection: Connection, url: str) -> None:
        self._cursor = cast(Cursor, connection.connection.cursor())
        self._url = url
        self._columns: dict[str, frozenset[str]] = {}  # by table
        self._absences: dict[_Sites, list[Told]] = {}
        self._ended: dict[tuple[_Sites, Times], list[tuple[Any, ...]]] = {}  # cycles, in holes that points share

    def vectors(self) -> list[Vector]:
        """Each type of each panel."""
        rows = self._rows("SELECT serial_number FROM", schema.devices, "ORDER BY serial_number")
        return [(serial, point_type) for (serial,) in rows for point_type in PointType]

    def holes(self, vector: Vector, start_s: float, now_s: float) -> list[Hole] | None:
        """The holes of a panel and type since a time; None if nothing was read of them up to now."""
        frames = [*self._last_frame(vector, start_s), *self._frames(vector, start_s, now_s)]
        ends = [*((time_s, True) for time_s, *_ in frames[1:]), (now_s, False)]
        found = [
            Hole(time_s + spacing_s, end_s, spacing_s, is_closed)
            for (time_s, _, spacing_s), (end_s, is_closed) in zip(frames, ends, strict=False)
            if is_hole(end_s - time_s, spacing_s)
        ]
        return [hole for hole in found if hole.end_s > start_s] if frames else None

    def faults(self, key: PointKey) -> list[Told]:
        """When the sensor of a point was open or shorted, from the reading that told it to that which told its end."""
        changes = self._rows(
            "SELECT at, new FROM",
            schema.point_changes,
            "WHERE serial_number = ? AND point_type = ? AND point_index = ? AND what = ? ORDER BY at",
            *(*key, PointChange.STATUS.value),
        )
        ends = [*(at_s for at_s, _ in changes[1:]), inf]
        return [
            Told(at_s, end_s, Order.FAULT, _FAULTS[status])
            for (at_s, status), end_s in zip(changes, ends, strict=False)  # without any change there is no end either
            if status in _FAULTS
        ]

    def left_out(self, key: PointKey, series: Series | None, holes: list[Hole]) -> tuple[list[Told], list[Times]]:
        """When in these holes the panel and type were read without the point, and when with it in another unit."""
        left_out: list[Told] = []
        elsewhere: list[Times] = []
        kinds = self._kinds(key)
        own = _kind_of(series) if series else None
        for hole in holes:
            for start_s, end_s, layout in self._held(key[:2], hole):
                if layout not in kinds:
                    left_out.append(Told(start_s, end_s, Order.LEFT_OUT, Cause.UNUSED))
                elif own in (None, kinds[layout]):
                    left_out.append(Told(start_s, end_s, Order.LEFT_OUT, Cause.POINT_MISSING))
                else:
                    elsewhere.append((start_s, end_s))
        return left_out, elsewhere

    def before(self, key: PointKey, series: Series) -> list[Told]:
        """Why there is nothing before the first reading of a series; nothing if the point was read in another unit."""
        first_s = float(series.times_utc_s[0])
        others = [layout for layout, kind in self._kinds(key).items() if kind != _kind_of(series)]
        for layout in others:
            if self._rows(
                "SELECT 1 FROM", schema.trendlog_frames, f"{_OF_VECTOR} AND logging_time < ? AND layout_id = ? LIMIT 1",
                *(*key[:2], first_s, layout),
            ):  # fmt: skip
                return []
        kept = self._rows(
            "SELECT 1 FROM", schema.sync_events, "WHERE kind = ? LIMIT 1", EventKind.RETENTION.value
        ) and self._rows("SELECT first_seen FROM", schema.devices, "WHERE serial_number = ?", key.serial_number)
        seen_s = min((first_s, *(seen_s for (seen_s,) in kept)))
        seen = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seen_s))
        return [
            Told(-inf, seen_s, Order.BEFORE, Cause.BEFORE_FIRST, f"first seen {seen}"),
            Told(seen_s, first_s, Order.BEFORE, Cause.NO_LONGER_KEPT),
        ]

    def explained(self, vector: Vector, holes: list[Hole], told: list[Told]) -> list[ExplainedHole]:
        """Holes of a panel and type in pieces of one cause each; ``told`` is what is known of them already."""
        if not holes:
            return []
        sites = self._sites(vector)
        runs = [self._runs(sites, hole) for hole in holes]
        failed = (
            Told(started_s, finished_s, Order.LEDGER, cause, reason or "")
            for _, started_s, finished_s, outcome, reason in chain.from_iterable(runs)
            if (cause := _cause(outcome))
        )
        covered = self._covered(vector, sites, min(holes).start_s, max(hole.end_s for hole in holes))
        known = in_force(chain(told, self._absences_of(sites), covered, failed))
        return [
            ExplainedHole(
                piece.start_s,
                piece.end_s,
                piece.cause,
                sentence(piece.cause, piece.detail),
                tuple(run_id for run_id, _, finished_s, *_ in its_runs if piece.start_s < finished_s <= piece.end_s),
            )
            for hole, its_runs in zip(holes, runs, strict=True)
            for piece in pieces(hole.start_s, hole.end_s, hole.spacing_s or self._spacing(vector, hole), known)
        ]

    def _rows(self, select: str, table: Table, rest: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of a table; none of a file of an earlier schema, which does not have it."""
        return self._cursor.execute(f"{select} {table.name} {rest}", values).fetchall() if self._has(table) else []

    def _has(self, table: Table) -> frozenset[str]:
        """The columns of a table of this file."""
        if table.name not in self._columns:
            columns = self._cursor.execute(f"PRAGMA table_info({table.name})")
            self._columns[table.name] = frozenset(name for _, name, *_ in columns)
        return self._columns[table.name]

    def _site(self, table: Table) -> str:
        """Its column of sites; of a file from before there were several, the name of the only one."""
        return "site" if "site" in self._has(table) else "''"

    def _sites(self, vector: Vector) -> _Sites:
        """The T3000 computer that tells of a panel, also by its name of when it was the only one."""
        select = f"SELECT {self._site(schema.devices)} FROM"
        rows = self._rows(select, schema.devices, "WHERE serial_number = ?", vector[0])
        return (rows[0][0] if rows else "", "")

    def _covered(self, vector: Vector, sites: _Sites, start_s: float, end_s: float) -> Iterator[Told]:
        rows = self._rows(
            "SELECT since, until, cause, reason FROM",
            schema.coverage,
            """WHERE until > ? AND since < ? AND site IN (?, ?)
                AND (serial_number IS NULL OR serial_number = ?) AND (point_type IS NULL OR point_type = ?)""",
            *(start_s, end_s, *sites, *vector),
        )
        return (by_coverage(*row) for row in rows)

    def _runs(self, sites: _Sites, hole: Hole) -> list[tuple[Any, ...]]:
        """The cycles that ended in a hole: id, begin, end, outcome, reason."""
        place = sites, hole[:2]
        if place not in self._ended:
            self._ended[place] = self._rows(
                "SELECT id, started_at, finished_at, outcome, reason FROM",
                schema.sync_runs,
                f"""WHERE started_at > ? AND started_at < ? AND finished_at > ? AND finished_at < ?
                    AND {self._site(schema.sync_runs)} IN (?, ?) ORDER BY started_at""",
                *(hole.start_s - _LONGEST_CYCLE_S, hole.end_s, hole.start_s, hole.end_s, *sites),
            )
        return self._ended[place]

    def _absences_of(self, sites: _Sites) -> list[Told]:
        if sites not in self._absences:
            rows = self._rows(
                "SELECT at, kind, detail FROM", schema.sync_events, "WHERE site IN (?, ?) ORDER BY id", *sites
            )
            is_recorded = holder_of(database_file(self._url)) is not None
            self._absences[sites] = absences(
                (Event(*row) for row in rows), lambda at_s: self._last_sign(sites, at_s), is_recorded=is_recorded
            )
        return self._absences[sites]

    def _last_sign(self, sites: _Sites, before_s: float) -> float:
        """When a cycle of these sites was last known to run before a time."""
        of_site = f"{self._site(schema.sync_runs)} IN (?, ?)"
        ran = self._rows(
            "SELECT finished_at FROM",
            schema.sync_runs,
            f"WHERE started_at < ? AND {of_site} ORDER BY started_at DESC LIMIT 1",
            *(before_s, *sites),
        )
        failed = self._rows(
            "SELECT until FROM",
            schema.coverage,
            "WHERE until < ? AND site IN (?, ?) ORDER BY until DESC LIMIT 1",
            *(before_s, *sites),
        )
        return min(before_s, max((sign_s for (sign_s,) in (*ran, *failed)), default=-inf))

    def _spacing(self, vector: Vector, hole: Hole) -> float:
        """Of the last reading before a hole."""
        return next((spacing_s for _, _, spacing_s in self._last_frame(vector, hole.start_s)), UNKNOWN_SPACING_S)

    def _kinds(self, key: PointKey) -> dict[int, _Kind]:
        """What the point is in each layout that has it."""
        rows = self._rows(
            "SELECT place.layout_id, place.units, place.range, place.digital_analog FROM",
            schema.trendlog_layouts,
            f"""AS layout JOIN {schema.trendlog_layout_points.name} AS place ON place.layout_id = layout.id
                WHERE layout.serial_number = ? AND layout.point_type = ? AND place.point_index = ?""",
            *key,
        )
        return {
            layout: _kind(units, range_, digital=has_states(digital=digital_analog == 0, range_=range_))
            for layout, units, range_, digital_analog in rows
        }

    def _held(self, vector: Vector, hole: Hole) -> Iterator[tuple[float, float, int]]:
        """When in a hole of a point readings of its panel and type held, and by which layout; what adjoins as one."""
        frames = self._frames(vector, hole.start_s, hole.end_s)
        if not frames:
            return
        times, layouts, spacings = np.array(frames, dtype=np.float64).T
        until = known_until(times, spacings, np.append(times[1:], hole.end_s))
        first = np.flatnonzero(np.append(True, (layouts[1:] != layouts[:-1]) | (until[:-1] < times[1:])))
        last = np.append(first[1:], len(times)) - 1
        yield from zip(times[first].tolist(), until[last].tolist(), layouts[first].astype(int).tolist(), strict=True)

    def _frames(self, vector: Vector, start_s: float, end_s: float) -> list[tuple[Any, ...]]:
        """Time, layout and spacing of the readings of a panel and type from ``start_s`` to before ``end_s``."""
        rest = f"{_OF_VECTOR} AND logging_time >= ? AND logging_time < ? ORDER BY logging_time, run_id"
        return self._rows(self._select_frames(), schema.trendlog_frames, rest, *vector, start_s, end_s)

    def _last_frame(self, vector: Vector, before_s: float) -> list[tuple[Any, ...]]:
        """The same of the last one before a time, if there is one."""
        rest = f"{_OF_VECTOR} AND logging_time < ? ORDER BY logging_time DESC, run_id DESC LIMIT 1"
        return self._rows(self._select_frames(), schema.trendlog_frames, rest, *vector, before_s)

    def _select_frames(self) -> str:
        there = [name for name in ("expected_spacing", "sync_interval") if name in self._has(schema.trendlog_frames)]
        of_run = "(SELECT run.sync_interval FROM SYNC_RUNS AS run WHERE run.id = run_id)"
        return f"SELECT logging_time, layout_id, coalesce({', '.join((*there, of_run, f'{UNKNOWN_SPACING_S}'))}) FROM"


def _holes(
    recorded: Recorded, series: Series | None, key: PointKey, start_s: float, end_s: float, now_s: float
) -> tuple[ExplainedHole, ...]:
    end_s = min(end_s, now_s)
    if start_s >= end_s:
        return ()
    found = _without_reading(series, start_s, end_s, now_s)
    told, elsewhere = recorded.left_out(key, series, [hole.within(start_s, end_s) for hole in found])
    faults = recorded.faults(key)
    told += [
        fault._replace(start_s=hole.start_s, end_s=hole.end_s)
        for hole in found
        for fault in faults
        if hole.is_closed and fault.start_s < hole.start_s and hole.end_s < fault.end_s
    ]
    if series is not None and series.times_utc_s.size and start_s < series.times_utc_s[0]:
        told += recorded.before(key, series)
    explained = recorded.explained(key[:2], [part for hole in found for part in hole.without(elsewhere)], told)
    explained += [
        ExplainedHole(part.start_s, part.end_s, fault.cause, sentence(fault.cause), ())
        for fault in faults
        for part in Hole(fault.start_s, fault.end_s).without([(hole.start_s, hole.end_s) for hole in found])
    ]
    return tuple(
        hole.within(start_s, end_s)
        for hole in _joined(sorted(explained))
        if hole.start_s < end_s and hole.end_s > start_s
    )


def _without_reading(series: Series | None, start_s: float, end_s: float, now_s: float) -> list[Hole]:
    """The holes of a series, and what is before and after it; as long as they are, if within sight."""
    if series is None or not series.times_utc_s.size:
        return [Hole(start_s, end_s, UNKNOWN_SPACING_S, is_closed=False)]
    first_s = float(series.times_utc_s[0])
    starts, ends = (edges.tolist() for edges in series.holes)
    if not ends or ends[-1] < inf:
        starts.append(series.known_until(now_s))
        ends.append(inf)
    return [
        hole
        for hole in (
            Hole(start_s, first_s, series.spacing_s, is_closed=True),
            *(
                Hole(since_s, min(until_s, now_s), _spacing(series, since_s), is_closed=until_s < inf)
                for since_s, until_s in zip(starts, ends, strict=True)
            ),
        )
        if hole.start_s < min(hole.end_s, end_s) and hole.end_s > start_s
    ]


def _spacing(series: Series, hole_s: float) -> float:
    """Of the last reading before a hole; 0 if it is in a stretch that goes on after it."""
    return max(0.0, hole_s - float(series.ends_utc_s[np.searchsorted(series.times_utc_s, hole_s) - 1]))


def _joined(explained: list[ExplainedHole]) -> list[ExplainedHole]:
    """Those that adjoin and have one cause as one: a sensor may have been open before a hole, too."""
    joined: list[ExplainedHole] = []
    for hole in explained:
        last = joined[-1] if joined else None
        if last and (last.end_s, last.cause, last.sentence) == (hole.start_s, hole.cause, hole.sentence):
            joined[-1] = last._replace(end_s=hole.end_s, run_ids=last.run_ids + hole.run_ids)
        else:
            joined.append(hole)
    return joined


def _kind(units: str, range_: int, *, digital: bool) -> _Kind:
    return units, range_ if digital else None


def _kind_of(series: Series) -> _Kind:
    return _kind(series.units, series.range, digital=series.digital)


def _cause(outcome: str) -> Cause | None:
    """Of a cycle; None if it stored its readings, or its outcome is one of a later version."""
    try:
        known = Outcome(outcome)
    except ValueError:
        return None
    return None if known.is_stored else cause_of(known)
