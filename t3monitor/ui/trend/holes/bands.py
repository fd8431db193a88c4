"""How the holes of several series are drawn as bands; plain data.

Where all of them lack readings for the same cause, a band goes through the whole plot. Any other hole is of a panel or
a series alone, while the lines of others go on there: it stands in a row of its own.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from t3monitor.store.history.series import Floats
from t3monitor.ui.trend.holes.missing import Codes, Pieces, edges_of

_NOTHING = -1  # in place of a cause, where there is no hole


class Row(NamedTuple):
    """Holes that some of the series have."""

    series: tuple[int, ...]  # their places among all
    pieces: Pieces


class Bands(NamedTuple):
    """All holes of the series."""

    common: Pieces
    rows: tuple[Row, ...]


def bands(parts: Sequence[Pieces], panels: Sequence[object]) -> Bands:
    """Tells what all series lack from what those of a panel do, and that from what a series does; and their panels."""
    kinds = [Row(series, pieces) for of_panel in _by_panel(panels) for series, pieces in _alike_of(of_panel, parts)]
    if len(kinds) < 2:
        return Bands(kinds[0].pieces if kinds else Pieces.none(), ())
    edges = edges_of([edge for kind in kinds for edge in kind.pieces[:2]])
    causes = np.array([_causes_at(kind.pieces, edges[:-1]) for kind in kinds])
    common = _agreed(causes)
    rows: list[Row] = []
    for of_panel in _by_panel(panels):
        its = [number for number, kind in enumerate(kinds) if kind.series[0] in of_panel]
        own = np.where(common == _NOTHING, causes[its], _NOTHING)
        of_all = _agreed(own)
        rows.append(Row(tuple(of_panel), _pieces(edges, of_all)))
        rest = np.where(of_all == _NOTHING, own, _NOTHING)
        rows += [Row(kinds[number].series, _pieces(edges, one)) for number, one in zip(its, rest, strict=True)]
    together = [
        Row(tuple(sorted({place for number in numbers for place in rows[number].series})), pieces)
        for numbers, pieces in alike([row.pieces for row in rows])
    ]
    return Bands(_pieces(edges, common), tuple(row for row in together if len(row.pieces.starts)))


def bands_of_days(parts: Sequence[Pieces], panels: Sequence[object], days: Sequence[int]) -> Bands:
    """The same where some series are compared from other days: those have rows, each day for itself.

    What another day lacks says nothing of this one, and would leave hardly any hole that all series have.
    """
    own = 0 if 0 in days else next(iter(days), 0)
    common, rows = Pieces.none(), []
    for day in dict.fromkeys((own, *days)):
        places = [place for place, its in enumerate(days) if its == day]
        found = bands([parts[place] for place in places], [panels[place] for place in places])
        if day == own:
            common = found.common
        elif len(found.common.starts):
            rows.append(Row(tuple(places), found.common))
        rows += [Row(tuple(places[number] for number in row.series), row.pieces) for row in found.rows]
    return Bands(common, tuple(rows))


def _by_panel(panels: Sequence[object]) -> list[list[int]]:
    """The places of the series of each panel."""
    return [[place for place, one in enumerate(panels) if one == panel] for panel in dict.fromkeys(panels)]


def _alike_of(places: Sequence[int], parts: Sequence[Pieces]) -> list[Row]:
    return [
        Row(tuple(places[number] for number in numbers), pieces)
        for numbers, pieces in alike([parts[place] for place in places])
    ]


def _agreed(causes: Codes) -> Codes:
    """The cause that all rows of a table have, by column."""
    return np.where((causes == causes[0]).all(axis=0), causes[0], np.int8(_NOTHING))


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
    return some is others or (
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
