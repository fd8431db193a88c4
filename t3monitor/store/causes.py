"""Why a point has no reading: its holes, each with its cause, by what the database recorded; for any thread."""

import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from math import inf
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, Row, Table, func, select

from t3monitor.model.causes import Cause, HoleClass, PointChange, cause_of, sentence
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
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.series import Holes, Series

Vector = tuple[int, PointType]  # serial number and type; also the begin of a point's key
Times = tuple[float, float]
_Kind = tuple[str, int | None]  # units, and of states the range: what must not change along a line

_LONGEST_CYCLE_S = 86_400.0  # it may sleep with its computer
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
        """What of it lies between two times, at one of which at least it is there."""
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
    end_s = min(end_s, now_s)
    if start_s >= end_s:
        return ()
    found = _without_reading(series, start_s, end_s, now_s)
    with reading(url) as connection:
        recorded = Recorded(connection, url)
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


def holes_of_points(
    url: str, keys: Iterable[PointKey], start_s: float, end_s: float, now_s: float
) -> dict[PointKey, tuple[ExplainedHole, ...]]:
    """What `holes` finds of each point; raises DatabaseError."""
    lines = HistoryReader(url).read_many(keys, start_s, end_s, 1)  # its holes are all there, whatever is thinned
    return {
        key: holes(url, series[-1] if series else None, key, start_s, end_s, now_s)
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
    """What a database recorded of why there is no reading; as long as the transaction of its connection is open."""

    def __init__(self, connection: Connection, url: str) -> None:
        self._connection = connection
        self._url = url
        self._absences: dict[frozenset[str], list[Told]] = {}

    def vectors(self) -> list[Vector]:
        """Each type of each panel."""
        rows = self._rows(schema.devices, order_by=schema.devices.c.serial_number)
        return [(row.serial_number, point_type) for row in rows for point_type in PointType]

    def holes(self, vector: Vector, start_s: float, now_s: float) -> list[Hole] | None:
        """The holes of a panel and type since a time; None if nothing was read of them up to now."""
        last_before = self._frames(vector, UNKNOWN_SPACING_S, -inf, start_s, newest=True)
        frames = [*last_before, *self._frames(vector, UNKNOWN_SPACING_S, start_s, now_s)]
        ends = [*((time_s, True) for time_s, *_ in frames[1:]), (now_s, False)]
        found = [
            Hole(time_s + spacing_s, end_s, spacing_s, is_closed)
            for (time_s, _, spacing_s), (end_s, is_closed) in zip(frames, ends, strict=False)
            if is_hole(end_s - time_s, spacing_s)
        ]
        return [hole for hole in found if hole.end_s > start_s] if frames else None

    def faults(self, key: PointKey) -> list[Told]:
        """When the sensor of a point was open or shorted, from the reading that told it to that which told its end."""
        columns = schema.point_changes.c
        changes = self._rows(
            schema.point_changes,
            *_of_vector(columns, key),
            columns.point_index == key.point_index,
            columns.what == PointChange.STATUS.value,
            order_by=columns.at,
        )
        ends = [*(change.at for change in changes[1:]), inf]
        return [
            Told(change.at, end_s, Order.FAULT, _FAULTS[change.new])
            for change, end_s in zip(changes, ends, strict=False)  # without any change there is no end either
            if change.new in _FAULTS
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
        frames, blocks = schema.trendlog_frames.c, schema.trendlog_blocks.c
        if others and self._rows(
            schema.trendlog_frames,
            *_of_vector(frames, key),
            frames.logging_time < first_s,
            frames.layout_id.in_(others),
            order_by=frames.logging_time.desc(),
            limit=1,
        ):
            return []
        oldest = self._rows(schema.trendlog_blocks, *_of_vector(blocks, key), order_by=blocks.first_seq, limit=1)
        if oldest and oldest[0].first_seq:  # those before it were removed
            return [Told(-inf, first_s, Order.BEFORE, Cause.NO_LONGER_KEPT)]
        seen = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(first_s))
        return [Told(-inf, first_s, Order.BEFORE, Cause.BEFORE_FIRST, f"first seen {seen}")]

    def explained(self, vector: Vector, holes: list[Hole], told: list[Told]) -> list[ExplainedHole]:
        """Holes of a panel and type in pieces of one cause each; ``told`` is what is known of them already."""
        if not holes:
            return []
        sites = self._sites(vector)
        runs = [self._runs(sites, hole) for hole in holes]
        failed = [
            Told(run.started_at, run.finished_at, Order.LEDGER, cause, run.reason or "")
            for run in chain.from_iterable(runs)
            if (cause := _cause(run.outcome))
        ]
        covered = self._covered(vector, sites, min(holes).start_s, max(hole.end_s for hole in holes))
        known = in_force(chain(told, self._absences_of(sites), covered, failed))
        return [
            ExplainedHole(
                piece.start_s,
                piece.end_s,
                piece.cause,
                sentence(piece.cause, piece.detail),
                tuple(run.id for run in its_runs if piece.start_s < run.finished_at <= piece.end_s),
            )
            for hole, its_runs in zip(holes, runs, strict=True)
            for piece in pieces(hole.start_s, hole.end_s, hole.spacing_s or self._spacing(vector, hole), known)
        ]

    def _rows(self, table: Table, *conditions: Any, order_by: Any, limit: int | None = None) -> Sequence[Row[Any]]:
        """Rows of a table; none of a file of an earlier schema, which does not have it."""
        rows = stored_rows(self._connection, table)
        if rows is None:
            return ()
        return self._connection.execute(rows.where(*conditions).order_by(order_by).limit(limit)).all()

    def _sites(self, vector: Vector) -> frozenset[str]:
        """The T3000 computer that tells of a panel, also by its name of when it was the only one."""
        rows = self._rows(
            schema.devices,
            schema.devices.c.serial_number == vector[0],
            order_by=schema.devices.c.serial_number,
        )
        return frozenset(("", *(row.site for row in rows)))

    def _covered(self, vector: Vector, sites: frozenset[str], start_s: float, end_s: float) -> Iterator[Told]:
        columns = schema.coverage.c
        rows = self._rows(
            schema.coverage,
            columns.site.in_(sites),
            func.coalesce(columns.serial_number, vector[0]) == vector[0],
            func.coalesce(columns.point_type, vector[1].value) == vector[1].value,
            columns.until > start_s,
            columns.since < end_s,
            order_by=columns.id,
        )
        return (by_coverage(row.since, row.until, row.cause, row.reason) for row in rows)

    def _runs(self, sites: frozenset[str], hole: Hole) -> Sequence[Row[Any]]:
        """The cycles that ended in a hole, in this order."""
        columns = schema.sync_runs.c
        return self._rows(
            schema.sync_runs,
            columns.site.in_(sites),
            columns.started_at.between(hole.start_s - _LONGEST_CYCLE_S, hole.end_s),
            columns.finished_at > hole.start_s,
            columns.finished_at < hole.end_s,
            order_by=columns.finished_at,
        )

    def _absences_of(self, sites: frozenset[str]) -> list[Told]:
        if sites not in self._absences:
            columns = schema.sync_events.c
            rows = self._rows(schema.sync_events, columns.site.in_(sites), order_by=columns.id)
            events = (Event(row.at, row.kind, row.detail) for row in rows)
            is_recorded = holder_of(database_file(self._url)) is not None
            self._absences[sites] = absences(
                events, lambda before_s: self._last_sign(sites, before_s), is_recorded=is_recorded
            )
        return self._absences[sites]

    def _last_sign(self, sites: frozenset[str], before_s: float) -> float:
        """When a cycle of these sites was last known to run before a time."""
        runs, covered = schema.sync_runs.c, schema.coverage.c
        ran = self._rows(
            schema.sync_runs,
            runs.site.in_(sites),
            runs.started_at < before_s,
            order_by=runs.started_at.desc(),
            limit=1,
        )
        failed = self._rows(
            schema.coverage, covered.site.in_(sites), covered.until < before_s, order_by=covered.until.desc(), limit=1
        )
        signs = (*(run.finished_at for run in ran), *(row.until for row in failed))
        return min(before_s, max(signs, default=-inf))

    def _spacing(self, vector: Vector, hole: Hole) -> float:
        """Of the last reading before a hole."""
        frames = self._frames(vector, UNKNOWN_SPACING_S, -inf, hole.start_s, newest=True)
        return frames[0][2] if frames else UNKNOWN_SPACING_S

    def _kinds(self, key: PointKey) -> dict[int, _Kind]:
        """What the point is in each layout that has it."""
        layouts, places = schema.trendlog_layouts.c, schema.trendlog_layout_points.c
        if stored_rows(self._connection, schema.trendlog_layouts) is None:
            return {}
        rows = self._connection.execute(
            select(places.layout_id, places.units, places.range, places.digital_analog)
            .join(schema.trendlog_layouts, layouts.id == places.layout_id)
            .where(
                *_of_vector(layouts, key),
                places.point_index == key.point_index,
            )
        )
        return {
            row.layout_id: _kind(
                row.units, row.range, digital=has_states(digital=row.digital_analog == 0, range_=row.range)
            )
            for row in rows
        }

    def _held(self, vector: Vector, hole: Hole) -> Iterator[tuple[float, float, int]]:
        """When in a hole of a point readings of its panel and type held, and by which layout; what adjoins as one."""
        frames = self._frames(vector, hole.spacing_s, hole.start_s, hole.end_s)
        if not frames:
            return
        times, layouts, spacings = np.array(frames, dtype=np.float64).T
        until = known_until(times, spacings, np.append(times[1:], hole.end_s))
        first = np.flatnonzero(np.append(True, (layouts[1:] != layouts[:-1]) | (until[:-1] < times[1:])))
        last = np.append(first[1:], len(times)) - 1
        yield from zip(times[first].tolist(), until[last].tolist(), layouts[first].astype(int).tolist(), strict=True)

    def _frames(
        self, vector: Vector, spacing_s: float, start_s: float, end_s: float, *, newest: bool = False
    ) -> list[tuple[float, int, float]]:
        """Time, layout and spacing of the readings of a panel and type from ``start_s`` to before ``end_s``.

        ``spacing_s`` is that of readings of which none is known; with ``newest`` there is the last one alone.
        """
        stored = stored_rows(self._connection, schema.trendlog_frames)
        if stored is None:
            return []
        frame = stored.subquery().c
        in_time = frame.logging_time, frame.run_id
        frames = select(
            frame.logging_time,
            frame.layout_id,
            func.coalesce(frame.expected_spacing, frame.sync_interval, spacing_s),
        ).where(*_of_vector(frame, vector), frame.logging_time >= start_s, frame.logging_time < end_s)
        frames = frames.order_by(frame.logging_time.desc()).limit(1) if newest else frames.order_by(*in_time)
        return [(time_s, layout, known_s) for time_s, layout, known_s in self._connection.execute(frames)]


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


def _of_vector(columns: Any, vector: Sequence[Any]) -> tuple[Any, Any]:
    return columns.serial_number == vector[0], columns.point_type == vector[1].value


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
