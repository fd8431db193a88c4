"""What was recorded of a panel and type when: its readings without their values, and the holes between them."""

from collections.abc import Iterator
from math import inf
from typing import Any

import numpy as np

from t3monitor.model.holes import GAPS_TO_TELL, UNKNOWN_SPACING_S, is_hole, known_until, told_until
from t3monitor.model.points import Vector
from t3monitor.store import schema
from t3monitor.store.causes.hole import Hole
from t3monitor.store.causes.table_rows import TableRows
from t3monitor.store.history.filling import filled
from t3monitor.store.history.vectors import delay_of_last

_Frame = tuple[float, int, float]  # time, layout, spacing

OF_VECTOR = "WHERE serial_number = ? AND point_type = ?"
RECORDED = f"{OF_VECTOR} AND run_id > {schema.IMPORTED_RUN}"  # by this program: what was imported came with no cycle


class Frames:
    """Of any panels and types; as long as the transaction of the rows is open."""

    def __init__(self, rows: TableRows) -> None:
        self._rows = rows
        self._read: dict[tuple[Vector, float, float], list[_Frame]] = {}  # in holes that points share

    def holes(self, vector: Vector, start_s: float, now_s: float, end_s: float = inf) -> list[Hole] | None:
        """The holes of a panel and type from one time to another; None if nothing was read of them up to that."""
        frames = [*self._last(vector, start_s), *self._between(vector, start_s, min(end_s, now_s))]
        if not frames:
            return None
        after = self._first(vector, end_s) if end_s < now_s else []
        last_s, _, spacing_s = frames[-1]
        told_s = told_until(last_s, spacing_s, delay_of_last(self._rows.cursor, vector, now_s), now_s)
        last_end = (after[0][0], True) if after else (told_s, False)
        ends = [*((time_s, True) for time_s, *_ in frames[1:]), last_end]
        found = [
            Hole(time_s + spacing_s, end_s, spacing_s, is_closed)
            for (time_s, _, spacing_s), (end_s, is_closed) in zip(frames, ends, strict=True)
            if is_hole(end_s - time_s, spacing_s)
        ]
        return [hole for hole in found if hole.end_s > start_s]

    def spacing(self, vector: Vector, hole: Hole) -> float:
        """Of the last reading before a hole."""
        return next((spacing_s for _, _, spacing_s in self._last(vector, hole.start_s)), UNKNOWN_SPACING_S)

    def held(self, vector: Vector, hole: Hole, now_s: float, *, may_be_cut: bool) -> Iterator[tuple[float, float, int]]:
        """When in a hole of a point readings of its panel and type held, and by which layout; what adjoins as one.

        ``may_be_cut``: its begin or end may be amid what a reading tells.
        """
        frames, next_s = self._between(vector, *hole[:2]), hole.end_s
        if may_be_cut:
            frames = self._last(vector, hole.start_s) + frames
            next_s = self._next_s(vector, frames, hole.end_s, now_s) if frames else next_s
        if not frames:
            return
        times, layouts, spacings = np.array(frames, dtype=np.float64).T
        until = np.minimum(known_until(times, spacings, np.append(times[1:], next_s)), hole.end_s)
        times = np.maximum(times, hole.start_s)
        there = times < until
        times, until, layouts = times[there], until[there], layouts[there]
        first = np.flatnonzero(np.append(True, (layouts[1:] != layouts[:-1]) | (until[:-1] < times[1:]))[: len(times)])
        last = np.append(first[1:], len(times))[: len(first)] - 1
        yield from zip(times[first].tolist(), until[last].tolist(), layouts[first].astype(int).tolist(), strict=True)

    def _next_s(self, vector: Vector, frames: list[_Frame], after_s: float, now_s: float) -> float:
        """When the reading after these came, or up to when it is known that there is none."""
        of_vector = f"{OF_VECTOR} AND logging_time >= ?"
        ((next_s,),) = self._rows.select(
            "SELECT min(logging_time) FROM", schema.trendlog_frames, of_vector, *vector, after_s
        ) or [(None,)]
        if next_s is not None:
            return float(next_s)
        last_s, _, spacing_s = frames[-1]
        return told_until(last_s, spacing_s, delay_of_last(self._rows.cursor, vector, now_s), now_s)

    def _between(self, vector: Vector, start_s: float, end_s: float) -> list[_Frame]:
        """Time, layout and spacing of what was recorded of a panel and type from ``start_s`` to before ``end_s``."""
        place = vector, start_s, end_s
        if place not in self._read:
            rest = f"{RECORDED} AND logging_time >= ? AND logging_time < ? ORDER BY logging_time, run_id"
            rows = self._rows.select(self._select(), schema.trendlog_frames, rest, *vector, start_s, end_s)
            self._read[place] = self._with_spacings(vector, rows)
        return self._read[place]

    def _last(self, vector: Vector, before_s: float) -> list[_Frame]:
        """The same of the last one before a time, if there is one."""
        return self._with_spacings(vector, self._last_rows(vector, before_s, 1))

    def _first(self, vector: Vector, since_s: float) -> list[_Frame]:
        """The same of the first one since a time, if there is one."""
        rest = f"{RECORDED} AND logging_time >= ? ORDER BY logging_time, run_id DESC LIMIT 1"
        rows = self._rows.select(self._select(), schema.trendlog_frames, rest, *vector, since_s)
        return self._with_spacings(vector, rows)

    def _last_rows(self, vector: Vector, before_s: float, count: int) -> list[tuple[Any, ...]]:
        rest = f"{RECORDED} AND logging_time < ? ORDER BY logging_time DESC, run_id DESC LIMIT ?"
        return self._rows.select(self._select(), schema.trendlog_frames, rest, *vector, before_s, count)[::-1]

    def _with_spacings(self, vector: Vector, rows: list[tuple[Any, ...]]) -> list[_Frame]:
        """Of readings that an older program stored without, as the reader of the history tells them."""
        if all(spacing_s is not None for _, _, spacing_s, _ in rows):
            return [row[:3] for row in rows]
        whole = [*self._last_rows(vector, rows[0][0], GAPS_TO_TELL), *rows]
        one_a_time = {row[0]: row for row in whole}
        times, layouts, spacings, intervals = np.array(list(one_a_time.values()), dtype=np.float64).T
        own = times >= rows[0][0]
        columns = times[own], layouts[own].astype(int), filled(times, spacings, intervals)[own]
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def _select(self) -> str:
        there = self._rows.columns(schema.trendlog_frames)
        spacing = "expected_spacing" if "expected_spacing" in there else "NULL"
        intervals = ["sync_interval"] if "sync_interval" in there else []
        intervals += ["(SELECT run.sync_interval FROM SYNC_RUNS AS run WHERE run.id = run_id)", f"{UNKNOWN_SPACING_S}"]
        return f"SELECT logging_time, layout_id, {spacing}, coalesce({', '.join(intervals)}) FROM"
