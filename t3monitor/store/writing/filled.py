"""What became of holes that T3000 was asked about: rows of COVERAGE without a cycle; of the keeper's thread."""

from collections.abc import Iterable
from itertools import chain, pairwise
from sqlite3 import Cursor
from typing import NamedTuple

from t3monitor.model.causes import Cause, sentence
from t3monitor.model.holes import is_hole, usual_spacing
from t3monitor.model.points import Vector
from t3monitor.store import statements
from t3monitor.store.schema import DATA_SOURCE_T3000_HISTORY

NOTHING_THERE = "T3000 has no readings of this time"
_OF_NO_USE = "T3000's readings of this time were left out: %s"
_SHORTEST_BREAK_S = (
    900  # between readings of T3000's; it logs no zeros, so that of few points there is none for a while
)
_LEAST_S = 60  # for which a reading stands at least, were it the only one
_TIMES = """
    SELECT DISTINCT frame.logging_time FROM TRENDLOG_FRAMES AS frame
    JOIN TRENDLOG_LAYOUTS AS layout ON layout.id = frame.layout_id
    WHERE frame.serial_number = ? AND frame.point_type = ? AND frame.logging_time BETWEEN ? AND ?
      AND layout.data_source = ? ORDER BY frame.logging_time"""


class LeftOut(NamedTuple):
    """A time of which T3000 has readings that are of no use, and why; UTC epoch seconds, both ends belong to it."""

    since_s: float
    until_s: float
    why: str


def tell_filled(
    cursor: Cursor,
    site: str,
    vector: Vector,
    hole: tuple[float, float, Cause],
    left_out: Iterable[LeftOut] = (),
) -> float:
    """Writes of a hole, or a part of one, what of it was filled and what was not; returns how many seconds were."""
    start_s, end_s, cause = hole
    of_vector = vector[0], vector[1].value
    asked = *of_vector, start_s, end_s, DATA_SOURCE_T3000_HISTORY
    times = [time_s for (time_s,) in cursor.execute(_TIMES, asked)]
    spacing_s = usual_spacing([after - before for before, after in pairwise(times)])
    breaks = [
        (before, after)
        for before, after in pairwise(times)
        if after - before > _SHORTEST_BREAK_S and is_hole(after - before, spacing_s)
    ]
    edges = [times[0], *chain.from_iterable(breaks), times[-1]] if times else []
    lasts_s = max(spacing_s, _LEAST_S)
    filled = [(since, min(until + lasts_s, end_s)) for since, until in zip(edges[::2], edges[1::2], strict=True)]
    empty = [start_s, *chain.from_iterable(filled), end_s]
    rows = [(*part, Cause.FILLED, sentence(cause)) for part in filled]
    rows += [
        (*part, cause, _nothing_of(part, left_out))
        for part in zip(empty[::2], empty[1::2], strict=True)
        if part[0] < part[1]
    ]
    for since, until, why, reason in sorted(rows):
        told = why.hole_class.value, why.value, reason
        cursor.execute(statements.INSERT_COVERAGE, (None, site, *of_vector, since, until, *told, 0, 0.0))
    return float(sum(until - since for since, until in filled))


def _nothing_of(part: tuple[float, float], left_out: Iterable[LeftOut]) -> str:
    """Why nothing of a time was filled."""
    start_s, end_s = part
    whys = dict.fromkeys(its.why for its in left_out if its.since_s <= end_s and its.until_s >= start_s)
    return _OF_NO_USE % "; ".join(whys) if whys else NOTHING_THERE
