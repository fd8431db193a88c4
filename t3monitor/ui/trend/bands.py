"""How the holes of several series are drawn as bands; plain data.

Where all of them lack readings for the same cause, a band goes through the whole plot. Any other hole is of its series
alone, while the lines of others go on there: it stands in a row of its own, which series with the same holes share.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from t3monitor.store.history.series import Floats
from t3monitor.ui.trend.missing import Codes, Pieces

_NOTHING = -1  # in place of a cause, where there is no hole


class Row(NamedTuple):
    """Holes that some of the series have."""

    series: tuple[int, ...]  # their places among all
    pieces: Pieces


class Bands(NamedTuple):
    """All holes of the series."""

    common: Pieces
    rows: tuple[Row, ...]


def bands(parts: Sequence[Pieces]) -> Bands:
    """Tells what all series lack from what some of them do."""
    rows = alike(parts)
    if len(rows) < 2:
        return Bands(rows[0].pieces if rows else Pieces.none(), ())
    edges = np.unique(np.concatenate([edge for row in rows for edge in row.pieces[:2]]))
    causes = np.array([_causes_at(row.pieces, edges[:-1]) for row in rows])
    is_common = (causes == causes[0]).all(axis=0)
    own = [
        Row(row.series, _pieces(edges, np.where(is_common, _NOTHING, its)))
        for row, its in zip(rows, causes, strict=True)
    ]
    return Bands(
        _pieces(edges, np.where(is_common, causes[0], _NOTHING)), tuple(row for row in own if len(row.pieces.starts))
    )


def alike(parts: Sequence[Pieces]) -> list[Row]:
    """Those that are the same as one row."""
    rows: list[Row] = []
    for number, pieces in enumerate(parts):
        for place, row in enumerate(rows):
            if _are_equal(row.pieces, pieces):
                rows[place] = Row((*row.series, number), pieces)
                break
        else:
            rows.append(Row((number,), pieces))
    return rows


def _are_equal(some: Pieces, others: Pieces) -> bool:
    return (
        np.array_equal(some.starts, others.starts)
        and np.array_equal(some.ends, others.ends)
        and np.array_equal(some.causes, others.causes)
    )


def _causes_at(pieces: Pieces, times_s: Floats) -> Codes:
    place = np.searchsorted(pieces.ends, times_s, side="right")
    starts, causes = np.append(pieces.starts, np.inf), np.append(pieces.causes, np.int8(_NOTHING))
    return np.where(starts[place] <= times_s, causes[place], np.int8(_NOTHING))


def _pieces(edges: Floats, causes: Codes) -> Pieces:
    """Of the causes between edges, those that adjoin and are equal as one."""
    changes = np.flatnonzero(np.diff(causes, prepend=np.int8(_NOTHING), append=np.int8(_NOTHING)))
    begins, ends = changes[:-1], changes[1:]
    there = causes[begins] != _NOTHING
    return Pieces(edges[begins[there]], edges[ends[there]], causes[begins[there]])


def widened(starts: Floats, ends: Floats, least_s: float) -> tuple[Floats, Floats]:
    """None shorter than that, about their middles; those that overlap then are one. They come oldest first."""
    if not len(starts):
        return starts, ends
    lacking = np.maximum(0.0, least_s - (ends - starts)) / 2
    starts, reach = starts - lacking, np.maximum.accumulate(ends + lacking)
    first = np.append(True, starts[1:] > reach[:-1])
    return starts[first], reach[np.append(first[1:], True)]
