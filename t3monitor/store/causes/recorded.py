"""What a database recorded of why there is no reading: read here, judged in `t3monitor.store.causes.derivation`."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from datetime import date
from math import inf
from sqlite3 import Cursor
from typing import Any, cast

from sqlalchemy import Connection

from t3monitor.model.causes import OURS, Cause, EventKind, cause_of
from t3monitor.model.errors import Outcome
from t3monitor.model.local_days import begin_of
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey, Vector
from t3monitor.model.successions import Span, Succession, spans
from t3monitor.model.units import has_states, is_measured
from t3monitor.model.zones import local, zone_text
from t3monitor.store import schema
from t3monitor.store.causes.derivation import Event, Order, Told, absences, by_coverage, in_force, without_pauses
from t3monitor.store.causes.frames import OF_VECTOR, RECORDED, Frames
from t3monitor.store.causes.hole import Hole, Times
from t3monitor.store.causes.table_rows import TableRows
from t3monitor.store.files import database_file
from t3monitor.store.history.faults import Fault, faults_of
from t3monitor.store.history.places_taken import seams
from t3monitor.store.history.series import Series
from t3monitor.store.lock import holder_of
from t3monitor.store.successions import successions_of

_Sites = tuple[str, str]
_Kind = tuple[str, int | None]  # units, and of states the range: what must not change along a line

_LONGEST_CYCLE_S = 3600.0  # but for one that slept with its computer
_Of = tuple[Vector, tuple[Hole, ...], tuple[Told, ...], frozenset[Told]]


class Recorded:
    """What a database recorded of why there is no reading; as long as the transaction of its connection is open."""

    def __init__(self, connection: Connection, url: str) -> None:
        self._rows = TableRows(cast(Cursor, connection.connection.cursor()))
        self.frames = Frames(self._rows)
        self._url = url
        self._absences: dict[tuple[_Sites, int], list[Told]] = {}  # of events from one on
        self.explained: dict[_Of, list[Any]] = {}  # what others had made
        self._successions: tuple[Succession, ...] | None = None
        self._ended: dict[tuple[_Sites, Times], list[tuple[Any, ...]]] = {}  # cycles, in holes that points share

    def begun_s(self) -> float:
        """When the first of all was recorded that tells of causes."""
        columns = (schema.sync_runs, "started_at"), (schema.sync_events, "at"), (schema.coverage, "since")
        firsts = (
            row[0] for table, column in columns for row in self._rows.select(f"SELECT min({column}) FROM", table, "")
        )
        return min((first_s for first_s in firsts if first_s is not None), default=inf)

    def vectors(self) -> list[Vector]:
        """Each type of each panel."""
        rows = self._rows.select("SELECT serial_number FROM", schema.devices, "ORDER BY serial_number")
        return [(serial, point_type) for (serial,) in rows for point_type in PointType]

    def panels_of(self, site: str) -> list[tuple[int, int]]:
        """Serial number and panel number of each panel that a T3000 computer tells of."""
        of_site = f"WHERE {self._rows.site(schema.devices)} = ? ORDER BY serial_number"
        rows = self._rows.select("SELECT serial_number, panel_id FROM", schema.devices, of_site, site)
        return [(serial, panel_id) for serial, panel_id in rows]

    def not_recorded_by_us(self, vector: Vector, since_s: float, now_s: float) -> Iterator[Times]:
        """Times since one in which no cycle ran, or could not store what it read; they may overlap."""
        sites = self._sites(vector)
        told = [*self._absences_of(sites, since_s), *self._covered(vector, sites, since_s, now_s)]
        yield from (
            (max(one.start_s, since_s), min(one.end_s, now_s))
            for one in told
            if one.cause in OURS and one.end_s > since_s and one.start_s < now_s
        )

    def asked(self, vector: Vector, since_s: float) -> list[Times]:
        """Times since one about which T3000 was asked already, in order: no cycle stands behind these rows."""
        rows = self._rows.select(
            "SELECT since, until FROM",
            schema.coverage,
            "WHERE until > ? AND cycles = 0 AND serial_number = ? AND point_type = ? ORDER BY since",
            *(since_s, *vector),
        )
        return [(start_s, end_s) for start_s, end_s in rows]

    def faults(self, key: PointKey) -> list[Fault]:
        """When the sensor of a point was open or shorted."""
        return faults_of(self._rows.cursor, key) if self._rows.columns(schema.point_changes) else []

    def in_its_place(self, key: PointKey) -> list[tuple[PointKey, Span]]:
        """The point, and those of the panels whose place its panel took; and when each was the one."""
        if self._successions is None:
            self._successions = successions_of(self._rows.cursor)
        of = spans(self._successions, key.serial_number)
        return [(key._replace(serial_number=span.serial_number), span) for span in of]

    def replacing(self, key: PointKey) -> list[Told]:
        """When one of these panels was not read any more, and the next one not yet."""
        return [
            Told(seam.last_s, seam.first_s, Order.REPLACED, Cause.REPLACED, f"{seam.serial_number} by {seam.successor}")
            for seam in seams(self._rows.cursor, key[:2])
        ]

    def left_out(
        self, key: PointKey, series: Series | None, holes: list[Hole], now_s: float
    ) -> tuple[list[Told], list[Times]]:
        """When in these holes the panel and type were read without the point, and when with it in another unit.

        They are in order; the first may be cut at its begin and the last one at its end, amid what a reading tells.
        """
        left_out: list[Told] = []
        elsewhere: list[Times] = []
        kinds = self._kinds(key)
        own = _kind_of(series) if series else None
        for place, hole in enumerate(holes):
            may_be_cut = place in (0, len(holes) - 1)
            for start_s, end_s, layout in self.frames.held(key[:2], hole, now_s, may_be_cut=may_be_cut):
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
            if self._rows.select(
                "SELECT 1 FROM", schema.trendlog_frames, f"{OF_VECTOR} AND logging_time < ? AND layout_id = ? LIMIT 1",
                *(*key[:2], first_s, layout),
            ):  # fmt: skip
                return []
        retained = self._rows.select(
            "SELECT detail FROM", schema.sync_events, "WHERE kind = ? ORDER BY id", EventKind.RETENTION.value
        )
        gone_s = max((begin_of(day, None) for (detail,) in retained for day in _days(detail)), default=-inf)
        kept = gone_s > -inf and self._rows.select(
            "SELECT first_seen FROM", schema.devices, "WHERE serial_number = ?", key.serial_number
        )
        seen_s = min((first_s, *(seen_s for (seen_s,) in kept or ())))
        seen = f"{local(seen_s, None):%Y-%m-%d %H:%M:%S} {zone_text(seen_s, None)}"  # it stands beside times of others
        return [
            Told(-inf, seen_s, Order.BEFORE, Cause.BEFORE_FIRST, f"first seen {seen}"),
            Told(seen_s, min(first_s, gone_s), Order.BEFORE, Cause.NO_LONGER_KEPT),
        ]

    def stored(self, vector: Vector, hole: Hole) -> Times:
        """The cycle that stored the last reading before a hole: begin and end; long ago if the ledger has none."""
        rows = self._rows.select(
            "SELECT started_at, finished_at FROM",
            schema.sync_runs,
            f"""WHERE id = (SELECT run_id FROM {schema.trendlog_frames.name} {RECORDED} AND logging_time < ?
                ORDER BY logging_time DESC, run_id DESC LIMIT 1)""",  # noqa: S608 - of constants
            *(*vector, hole.start_s),
        )
        return rows[0] if rows else (-inf, -inf)

    def filled(self, vector: Vector, start_s: float, end_s: float) -> list[Told]:
        """When T3000 told readings of some points of a panel and type that were missing."""
        covered = self._covered(vector, self._sites(vector), start_s, end_s)
        return [told for told in covered if told.cause is Cause.FILLED]

    def known(
        self, vector: Vector, holes: list[Hole], told: list[Told], without: frozenset[Told] = frozenset()
    ) -> list[Told]:
        """What counts at each time of these holes; ``told`` is what is known of them besides.

        ``without`` is what was recorded of their panel and type and does not hold for them.
        """
        sites = self._sites(vector)
        failed = [
            Told(started_s, finished_s, Order.LEDGER, cause, reason or "")
            for hole in holes
            for _, started_s, finished_s, outcome, reason in self._runs(sites, hole)
            if (cause := _cause(outcome))
        ]
        start_s, end_s = min(holes).start_s, max(hole.end_s for hole in holes)
        covered = (one for one in self._covered(vector, sites, start_s, end_s) if one not in without)
        absent = (away for away in self._absences_of(sites, start_s) if away.start_s < end_s and away.end_s > start_s)
        others = [*told, *covered, *failed]
        in_order = sorted(holes)

        def spacing_s(away: Told) -> float:
            place = bisect_left(in_order, away.end_s, key=lambda hole: hole.start_s)
            hole = in_order[max(place - 1, 0)]
            return hole.spacing_s or self.frames.spacing(vector, hole)

        return in_force([*others, *without_pauses(absent, others, spacing_s)])

    def ended_in(self, vector: Vector, hole: Hole) -> tuple[list[float], list[int]]:
        """The cycles that ended in a hole, in that order: when, and which."""
        runs = sorted((finished_s, run_id) for run_id, _, finished_s, *_ in self._runs(self._sites(vector), hole))
        return [finished_s for finished_s, _ in runs], [run_id for _, run_id in runs]

    def _sites(self, vector: Vector) -> _Sites:
        """The T3000 computer that tells of a panel, also by its name of when it was the only one."""
        select = f"SELECT {self._rows.site(schema.devices)} FROM"
        rows = self._rows.select(select, schema.devices, "WHERE serial_number = ?", vector[0])
        return (rows[0][0] if rows else "", "")

    def _covered(self, vector: Vector, sites: _Sites, start_s: float, end_s: float) -> Iterator[Told]:
        rows = self._rows.select(
            "SELECT since, until, cause, reason, cycles FROM",
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
            self._ended[place] = self._rows.select(
                "SELECT id, started_at, finished_at, outcome, reason FROM",
                schema.sync_runs,
                f"""WHERE started_at > ? AND started_at < ? AND finished_at > ? AND finished_at < ?
                    AND {self._rows.site(schema.sync_runs)} IN (?, ?) ORDER BY started_at""",
                *(hole.start_s - _LONGEST_CYCLE_S, hole.end_s, hole.start_s, hole.end_s, *sites),
            )
        return self._ended[place]

    def _absences_of(self, sites: _Sites, since_s: float) -> list[Told]:
        """Those after a time, and perhaps earlier ones: a scheduler may start the program a hundred thousand times."""
        started = self._rows.select(
            "SELECT id FROM",
            schema.sync_events,
            "WHERE at <= ? AND kind = ? AND site = ? ORDER BY at DESC LIMIT 1",
            *(since_s, EventKind.STARTED.value, sites[0]),
        )
        place = sites, started[0][0] if started else 0
        if place not in self._absences:
            rows = self._rows.select(
                "SELECT site, at, kind, detail FROM",
                schema.sync_events,
                "WHERE id >= ? AND site IN (?, ?) ORDER BY id",
                *(place[1], *sites),
            )
            holder = holder_of(database_file(self._url))
            is_recorded = holder is not None and holder.records
            self._absences[place] = absences(
                _events(rows, sites[0]), lambda at_s: self._last_sign(sites, at_s), is_recorded=is_recorded
            )
        return self._absences[place]

    def _last_sign(self, sites: _Sites, before_s: float) -> float:
        """When a cycle of these sites was last known to run before a time."""
        of_site = f"{self._rows.site(schema.sync_runs)} IN (?, ?)"
        ran = self._rows.select(
            "SELECT finished_at FROM",
            schema.sync_runs,
            f"WHERE started_at < ? AND {of_site} ORDER BY started_at DESC LIMIT 1",
            *(before_s, *sites),
        )
        failed = self._rows.select(
            "SELECT until FROM",
            schema.coverage,
            "WHERE until < ? AND cycles > 0 AND site IN (?, ?) ORDER BY until DESC LIMIT 1",
            *(before_s, *sites),
        )
        return min(before_s, max((sign_s for (sign_s,) in (*ran, *failed)), default=-inf))

    def _kinds(self, key: PointKey) -> dict[int, _Kind]:
        """What the point is in each layout that has it."""
        rows = self._rows.select(
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


def _events(rows: list[tuple[Any, ...]], site: str) -> list[Event]:
    """Those of a site, and up to its first one those without a site's name, whose end may have been written later."""
    begin = next((place for place, row in enumerate(rows) if row[0] == site), len(rows))
    of_site = [Event(*row[1:]) for row in rows[begin:] if row[0] == site]
    before = [Event(*row[1:]) for row in rows[:begin]]
    if before and of_site:
        before.append(Event(of_site[0].at_s, EventKind.QUIT, ""))
    return before + of_site


def _days(retention: str) -> list[date]:
    """Those before which something is no longer kept, in the words of `t3monitor.store.upkeep.retention`."""
    return [date.fromisoformat(day) for day in re.findall(r"before (\d{4}-\d\d-\d\d)", retention)]


def _kind(units: str, range_: int, *, digital: bool) -> _Kind:
    return units, None if is_measured(digital=digital, range_=range_) else range_


def _kind_of(series: Series) -> _Kind:
    return _kind(series.units, series.range, digital=series.digital)


def _cause(outcome: str) -> Cause | None:
    """Of a cycle; None if it stored its readings, or its outcome is one of a later version."""
    try:
        known = Outcome(outcome)
    except ValueError:
        return None
    return None if known.is_stored else cause_of(known)
