"""Frames that are not packed: a JSON array of each reading of a panel and type; for any thread."""

from collections.abc import Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from sqlite3 import Cursor
from typing import NamedTuple

import msgspec
import numpy as np
from sqlalchemy import bindparam, case, func, literal_column, null, select

from t3monitor.model.holes import UNKNOWN_SPACING_S
from t3monitor.store.history.coded import Ints
from t3monitor.store.history.places import Place
from t3monitor.store.history.series import Floats
from t3monitor.store.layouts import RowVector
from t3monitor.store.schema import sync_runs, trendlog_frames
from t3monitor.store.statements import sql_text

_ROWS_AT_ONCE = 512
_frame, _run = trendlog_frames.c, sync_runs.c
_decode = msgspec.json.Decoder().decode  # untyped: twice as fast, and numpy refuses what is no number


def frames_statement(cursor: Cursor) -> str:
    """Reads the hot frames of a vector; empty if the file has no frames at all.

    A file of an earlier schema has no packed ones, and perhaps no spacings.
    """
    columns = {name for _, name, *_ in cursor.execute(f"PRAGMA table_info({trendlog_frames.name})")}
    return _frames(*(column.name in columns for column in (_frame.expected_spacing, _frame.seq))) if columns else ""


@cache
def _frames(has_spacings: bool, may_be_packed: bool) -> str:
    frames = trendlog_frames.alias("hot")
    hot = frames.c
    spacing = hot.expected_spacing if has_spacings else null()
    of_run = select(_run.sync_interval).where(_run.id == hot.run_id).scalar_subquery()
    intervals = (*((hot.sync_interval,) if may_be_packed else ()), of_run, literal_column(f"{UNKNOWN_SPACING_S}"))
    statement = (
        select(
            hot.logging_time,
            spacing,
            case((spacing.is_(None), func.coalesce(*intervals))),
            hot.layout_id,
            hot.run_id,
            hot.vals,
        )
        .where(
            hot.serial_number == bindparam("serial_number"),
            hot.point_type == bindparam("point_type"),
            hot.logging_time.between(bindparam("start"), bindparam("end")),
            *((hot.seq.is_(None),) if may_be_packed else ()),
        )
        .order_by(hot.logging_time, hot.run_id)
    )
    sql = sql_text(statement)
    # Else SQLite walks over all packed frames of that time.
    return sql.replace("AS hot ", 'AS hot INDEXED BY "TRENDLOG_FRAMES_HOT" ', 1) if may_be_packed else sql


class Hot(NamedTuple):
    """Frames that are not packed; a row may have the time of another one."""

    times: Floats
    spacings: Floats
    intervals: Floats
    layouts: Ints
    runs: Ints
    columns: dict[int, Floats]  # by point


def read_hot(
    cursor: Cursor,
    statement: str,
    vector: RowVector,
    indexes: Sequence[int],
    all_places: dict[int, dict[int, Place]],
    start_s: float,
    end_s: float,
) -> Hot:
    """Those of a vector between two times, with the values of some points."""
    cursor.execute(statement, (*vector, start_s, end_s))
    chunks = [np.empty((5 + len(indexes), 0))]
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        times, spacings, intervals, layouts, runs, texts = zip(*rows, strict=True)
        frames = [_decode(text) for text in texts]
        columns: list[list[float | None]] = [[] for _ in indexes]
        for layout, group in groupby(zip(layouts, frames, strict=True), itemgetter(0)):
            alike = [frame for _, frame in group]
            places = all_places.get(layout, {})
            for index, column in zip(indexes, columns, strict=True):
                if place := places.get(index):
                    position = place.position
                    column += [frame[position] for frame in alike]
                else:
                    column += [None] * len(alike)
        chunks.append(
            np.array([times, spacings, intervals, layouts, runs, *columns], dtype=np.float64)
        )  # None becomes NaN
    table = np.concatenate(chunks, axis=1)
    times, spacings, intervals = table[:3]
    layouts, runs = table[3:5].astype(np.int64)
    return Hot(times, spacings, intervals, layouts, runs, dict(zip(indexes, table[5:], strict=True)))
