"""Why a point has no reading: its holes, each with its cause, by what the database recorded; for any thread."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf
from typing import NamedTuple

import numpy as np

from t3monitor.model.causes import Cause, HoleClass, sentence
from t3monitor.model.holes import UNKNOWN_SPACING_S
from t3monitor.model.points import PointKey, Vector
from t3monitor.model.successions import Span
from t3monitor.store.causes.derivation import Order, Piece, Told, pieces
from t3monitor.store.causes.hole import Hole
from t3monitor.store.causes.recorded import Recorded
from t3monitor.store.history.faults import Fault
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Holes, Series, Stretches
from t3monitor.store.reading import reading

_BIT_S = 7 * 86_400.0
_AROUND_SPACINGS, _AROUND_S = 10, 3600.0  # what is so far from a part of a hole explains nothing of it


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


def holes(
    url: str, series: Series | None, key: PointKey, start_s: float, end_s: float, now_s: float
) -> tuple[ExplainedHole, ...]:
    """Why the point has no reading at any time between two, oldest first, nothing of the time after ``now_s``.

    ``series`` is what `HistoryReader` gives of the point for these times, None where it gives nothing. There is no
    reading in its holes, before its first reading and after its last one, nor, though its line goes on, while the
    sensor was open or shorted. There is one while the point had another unit. Raises DatabaseError.
    """
    with reading(url) as connection:
        return _holes_in_place(Recorded(connection, url), series, key, start_s, end_s, now_s)


def holes_of_points(
    url: str, keys: Iterable[PointKey], start_s: float, end_s: float, now_s: float
) -> dict[PointKey, tuple[ExplainedHole, ...]]:
    """What `holes` finds of each point; raises DatabaseError."""
    lines = HistoryReader(url).read_many(
        keys, start_s, end_s, 1, by_words=False
    )  # its holes are all there, whatever is thinned
    with reading(url) as connection:
        recorded = Recorded(connection, url)
        return {
            key: _holes_in_place(recorded, _last_of(series, end_s), key, start_s, end_s, now_s)
            for key, series in lines.items()
            if isinstance(key, PointKey)
        }


def holes_in_turn(
    url: str, key: PointKey, start_s: float, end_s: float, now_s: float, bit_s: float = _BIT_S
) -> Iterator[ExplainedHole]:
    """What `holes_of_points` finds of a point, in memory that does not grow with the time; without the cycles.

    Raises DatabaseError.
    """
    end_s = min(end_s, now_s)
    series = _outline(url, key, start_s, end_s)
    faults = Holes.none() if series is None else faulty(url, key)
    with reading(url) as connection:
        begun_s = Recorded(connection, url).begun_s()
    if series is not None:
        begun_s = min(begun_s, float(series.times_utc_s[0]))
    last: ExplainedHole | None = None
    while start_s < end_s:
        until_s = min(max(start_s + bit_s, begun_s), end_s)  # years before anything was recorded are one bit
        found: tuple[ExplainedHole, ...] = ()
        if _without_reading(series, start_s, until_s, now_s) or faults.reach_into(start_s, until_s):
            with reading(url) as connection:
                found = _holes_in_place(Recorded(connection, url), series, key, start_s, until_s, now_s, is_bit=True)
        for hole in found:
            if last and (last.end_s, *last[2:4]) == (hole.start_s, *hole[2:4]):
                last = last._replace(end_s=hole.end_s)
            else:
                if last:
                    yield last
                last = hole._replace(run_ids=())
        start_s = until_s
    if last:
        yield last


def _outline(url: str, key: PointKey, start_s: float, end_s: float) -> Series | None:
    """Begin, end and holes of the series that was read last in a time, which is read bit by bit."""
    outlines: dict[object, Series] = {}
    newest: object = None
    reader = HistoryReader(url)
    for since_s, until_s in reader.bits([key], start_s, end_s):
        parts = reader.read_many((key,), since_s, until_s, 1, by_words=False)[key]
        for part in parts:
            outlines[part.kind] = _going_on(outlines.get(part.kind), part)
        last = _last_of(parts, end_s)
        newest = last.kind if last else newest
    return outlines.get(newest)


def _last_of(parts: Sequence[Series], end_s: float) -> Series | None:
    """The series that was read last up to the end; of one that went on after it the reader tells that as well."""
    within = [part for one in parts if (part := one.before(end_s))]
    last = max(within, key=lambda part: part.ends_utc_s[-1], default=None)
    return next((one for one in parts if last and one.kind == last.kind), parts[-1] if parts else None)


def _going_on(before: Series | None, part: Series) -> Series:
    """A series in outline, with the next part of it, which may begin with the last readings of the one before."""
    first_s = float(part.times_utc_s[0])
    starts, ends = np.empty(0), np.empty(0)
    if before:
        is_before = before.holes.starts < first_s
        starts, ends = before.holes.starts[is_before], np.minimum(before.holes.ends[is_before], first_s)
        first_s = min(first_s, float(before.times_utc_s[0]))
    last_s = max(float(part.ends_utc_s[-1]), float(before.ends_utc_s[-1]) if before else -inf)
    starts, ends = (np.concatenate(both) for both in zip((starts, ends), part.holes, strict=True))
    one = np.zeros(1)
    return replace(
        part,
        times_utc_s=np.array([first_s]),
        values=one,
        holes=Holes(starts, ends),
        stretches=Stretches(np.array([last_s]), one, one, one),
    )


def holes_of_vectors(url: str, start_s: float, now_s: float) -> dict[Vector, tuple[ExplainedHole, ...]]:
    """The holes of each panel and type since a time, oldest first; those that nothing was ever read of are left out.

    Raises DatabaseError.
    """
    with reading(url) as connection:
        recorded = Recorded(connection, url)
        return {
            vector: tuple(hole.within(start_s, now_s) for hole in explained_holes(recorded, vector, found, []))
            for vector in recorded.vectors()
            if (found := recorded.frames.holes(vector, start_s, now_s)) is not None
        }


def faulty(url: str, key: PointKey) -> Holes:
    """When the sensor of a point was open or shorted, as far as it was read; raises DatabaseError."""
    with reading(url) as connection:
        recorded = Recorded(connection, url)
        faults = [fault for its in recorded.in_its_place(key) for fault in _faults(recorded, *its)]
    return Holes(np.array([fault.start_s for fault in faults]), np.array([fault.end_s for fault in faults]))


def _faults(recorded: Recorded, key: PointKey, span: Span) -> list[Fault]:
    """Those while its panel was the one in its place."""
    return [
        fault._replace(start_s=max(fault.start_s, span.start_s), end_s=min(fault.end_s, span.end_s))
        for fault in recorded.faults(key)
        if fault.start_s < span.end_s and fault.end_s > span.start_s
    ]


def _holes_in_place(
    recorded: Recorded,
    series: Series | None,
    key: PointKey,
    start_s: float,
    end_s: float,
    now_s: float,
    *,
    is_bit: bool = False,
) -> tuple[ExplainedHole, ...]:
    """As of the panel of the point, or of those whose place it took while they were there.

    ``is_bit``: of long holes only what is around the time is looked at.
    """
    each = recorded.in_its_place(key)
    replacing = recorded.replacing(key) if len(each) > 1 else []
    found = [
        hole
        for own, span in each
        for hole in _holes(recorded, series, own, span, start_s, end_s, now_s, replacing, is_bit=is_bit)
    ]
    return tuple(_joined(found) if len(each) > 1 else found)


def _holes(
    recorded: Recorded,
    series: Series | None,
    key: PointKey,
    span: Span,
    start_s: float,
    end_s: float,
    now_s: float,
    replacing: list[Told],
    *,
    is_bit: bool,
) -> tuple[ExplainedHole, ...]:
    start_s, end_s = max(start_s, span.start_s), min(end_s, span.end_s, now_s)
    if start_s >= end_s:
        return ()
    found = _without_reading(series, start_s, end_s, now_s)
    told, elsewhere = recorded.left_out(key, series, [hole.within(start_s, end_s) for hole in found], now_s)
    faults = _faults(recorded, key, span)
    told += replacing
    told += [
        Told(hole.start_s, hole.end_s, Order.FAULT, fault.cause)
        for hole in found
        for place in (bisect_left(faults, (hole.start_s,)),)
        for fault in faults[max(0, place - 1) : place]  # the last one that began before it
        if hole.is_closed and hole.end_s < fault.end_s
    ]
    if series is not None and series.times_utc_s.size and start_s < series.times_utc_s[0]:
        told += recorded.before(key, series)
    filled = recorded.filled(key[:2], start_s, end_s)
    unread: list[tuple[float, float]] = []
    alike: dict[frozenset[Told], list[Hole]] = {}  # by what was filled of other points alone
    for hole in found:
        of_others = frozenset(told for told in filled if series is None or _is_amid(told, hole))
        for part in hole.without(elsewhere):
            unread.append((part.start_s, part.end_s))
            alike.setdefault(of_others, []).extend(
                _around(recorded, key[:2], part, start_s, end_s) if is_bit else [part]
            )
    explained = [
        hole
        for of_others, parts in alike.items()
        for hole in explained_holes(recorded, key[:2], parts, told, of_others)
    ]
    explained += [
        ExplainedHole(part.start_s, part.end_s, fault.cause, sentence(fault.cause), ())
        for fault in faults
        for part in Hole(fault.start_s, fault.end_s).without(unread)
    ]
    return tuple(
        hole.within(start_s, end_s)
        for hole in _joined(sorted(explained))
        if hole.start_s < end_s and hole.end_s > start_s
    )


def _is_amid(told: Told, hole: Hole) -> bool:
    """Whether a hole began before what is told and ends after it."""
    return hole.start_s < told.start_s and told.end_s < hole.end_s


def _around(recorded: Recorded, vector: Vector, hole: Hole, start_s: float, end_s: float) -> Iterator[Hole]:
    """What of a hole is so near to a time that it may matter there."""
    spacing_s = hole.spacing_s or recorded.frames.spacing(vector, hole)
    around_s = max(_AROUND_S, _AROUND_SPACINGS * spacing_s)
    part = hole.within(start_s - around_s, end_s + around_s)
    if part.start_s < part.end_s:
        yield part._replace(spacing_s=spacing_s)


def explained_holes(
    recorded: Recorded, vector: Vector, holes: list[Hole], told: list[Told], without: frozenset[Told] = frozenset()
) -> list[ExplainedHole]:
    """Holes in pieces of one cause each; ``told`` is what is known of them already. Points of a panel share them.

    ``without`` is what was recorded and does not hold for them.
    """
    if not holes:
        return []
    of = vector, tuple(holes), tuple(told), without
    if of in recorded.explained:
        return recorded.explained[of]
    known = recorded.known(vector, holes, told, without)
    recorded.explained[of] = [
        ExplainedHole(
            piece.start_s,
            piece.end_s,
            piece.cause,
            sentence(piece.cause, piece.detail),
            tuple(run_ids[bisect_right(ended, piece.start_s) : bisect_right(ended, piece.end_s)]),
        )
        for hole in holes
        for ended, run_ids in (recorded.ended_in(vector, hole),)
        for piece in _pieces(recorded, vector, hole, known)
    ]
    return recorded.explained[of]


def pieces_of(recorded: Recorded, vector: Vector, hole: Hole) -> list[Piece]:
    """A hole in pieces of one cause each, as they were recorded."""
    return _pieces(recorded, vector, hole, recorded.known(vector, [hole], []))


def _pieces(recorded: Recorded, vector: Vector, hole: Hole, known: list[Told]) -> list[Piece]:
    times = hole.start_s, hole.end_s, hole.spacing_s or recorded.frames.spacing(vector, hole)
    found = pieces(*times, known)
    if found[0].cause is not Cause.UNKNOWN:
        return found
    started_s, finished_s = recorded.stored(vector, hole)
    if {piece.cause for piece in found} != {Cause.UNKNOWN}:
        return pieces(*times, known, finished_s)
    if not hole.start_s <= started_s < hole.end_s:
        return found
    nothing_newer = Told(hole.start_s, min(finished_s, hole.end_s), Order.LEDGER, Cause.NOT_REREAD)
    return pieces(*times, [nothing_newer])


def _without_reading(series: Series | None, start_s: float, end_s: float, now_s: float) -> list[Hole]:
    """The holes of a series, and what is before and after it; as long as they are, if within sight."""
    if series is None or not series.times_utc_s.size:
        return [Hole(start_s, end_s, UNKNOWN_SPACING_S, is_closed=False)]
    first_s = float(series.times_utc_s[0])
    told_s = series.told_until(now_s)
    starts, ends = (edges.tolist() for edges in series.holes)
    if not ends or ends[-1] < inf:
        starts.append(series.known_until(now_s))
        ends.append(inf)
    return [
        hole
        for hole in (
            Hole(start_s, first_s, series.spacing_s, is_closed=True),
            *(
                Hole(since_s, min(until_s, told_s), _spacing(series, since_s), is_closed=until_s < inf)
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
