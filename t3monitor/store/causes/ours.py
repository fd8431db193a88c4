"""Holes that came about on our side, of which T3000 may know more than we do; for any thread."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import attrgetter
from sqlite3 import Cursor
from typing import NamedTuple, cast

from t3monitor.model.causes import OURS, Cause
from t3monitor.model.holes import HOLE_AFTER_SPACINGS
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Vector
from t3monitor.model.recording import Recording
from t3monitor.store.causes.hole import Hole, Times
from t3monitor.store.causes.holes import explained_holes
from t3monitor.store.causes.recorded import Recorded
from t3monitor.store.layouts import LayoutPoint, points_of_layout
from t3monitor.store.reading import reading
from t3monitor.store.schema import IMPORTED_RUN

_AROUND = f"""SELECT layout_id, (SELECT panel_id FROM TRENDLOG_LAYOUTS WHERE id = layout_id) FROM TRENDLOG_FRAMES
    WHERE serial_number = ? AND point_type = ? AND run_id > {IMPORTED_RUN} AND logging_time """  # noqa: S608 - of a constant
_BEFORE = _AROUND + "<= ? ORDER BY logging_time DESC, run_id DESC LIMIT 1"
_AFTER = _AROUND + ">= ? ORDER BY logging_time, run_id LIMIT 1"
_ALONE_S = 3  # so near to the reading after a hole, a single one would be joined to it


class OwnHole(NamedTuple):
    """A part of a hole in which readings of others are wanted, all of one cause; UTC epoch seconds."""

    serial_number: int
    panel_id: int  # at present
    point_type: PointType
    start_s: float
    end_s: float
    cause: Cause


def panels_of(url: str, site: str) -> list[tuple[int, int]]:
    """Serial and panel number of all panels that a site's T3000 computer tells of; raises DatabaseError."""
    with reading(url) as connection:
        return Recorded(connection, url).panels_of(site)


def own_holes(
    url: str, panels: Iterable[tuple[int, int]], recording: Recording, since_s: float, now_s: float
) -> list[OwnHole]:
    """Those of some panels since a time that nobody was asked about yet; raises DatabaseError.

    They begin and end so far from the recorded readings that no line can join these to what is found. Of a panel with a
    hole each night of a month it takes some 100 ms.
    """
    with reading(url) as connection:
        recorded = Recorded(connection, url)
        return [
            OwnHole(serial, panel_id, kind, *its)
            for serial, panel_id in panels
            for kind in PointType
            if recording.has_type(serial, kind)
            for its in _of_vector(recorded, (serial, kind), since_s, now_s)
        ]


class Around(NamedTuple):
    """The points that were recorded before a hole and, as the same ones, after it, by number.

    ``panel_ids`` are the numbers that their panel had before it and after it; ``changed`` points became others.
    """

    points: dict[int, LayoutPoint]
    panel_ids: tuple[int, ...]
    changed: frozenset[int] = frozenset()


def around(url: str, hole: OwnHole) -> Around:
    """What there is on both sides of a hole; raises DatabaseError."""
    vector = hole.serial_number, hole.point_type.value
    with reading(url) as connection:
        cursor = cast(Cursor, connection.connection.cursor())
        layouts = [
            cursor.execute(statement, (*vector, at_s)).fetchone()
            for statement, at_s in ((_BEFORE, hole.start_s), (_AFTER, hole.end_s))
        ]
        before, after = (
            {point.point_index: point for point in points_of_layout(cursor, layout[0])} if layout else None
            for layout in layouts
        )
    panel_ids = tuple(dict.fromkeys(layout[1] for layout in layouts if layout)) or (hole.panel_id,)
    if before is None or after is None:
        return Around(before or after or {}, panel_ids)
    both = {number: point for number, point in before.items() if _is_same(point, after.get(number))}
    return Around(both, panel_ids, frozenset((before.keys() | after.keys()) - both.keys()))


def _is_same(point: LayoutPoint, other: LayoutPoint | None) -> bool:
    """Whether values of both are of one kind, whatever it is called."""
    return other is not None and other[3:] == point[3:]


def _of_vector(
    recorded: Recorded, vector: Vector, since_s: float, now_s: float
) -> Iterator[tuple[float, float, Cause]]:
    holes: list[Hole] = []
    for start_s, end_s in _joined(recorded.not_recorded_by_us(vector, since_s, now_s)):
        seen_s = holes[-1].end_s if holes else since_s
        holes += recorded.frames.holes(vector, max(start_s, seen_s), now_s, end_s) or ()
    pieces = explained_holes(recorded, vector, holes, [])
    asked = recorded.asked(vector, since_s) if pieces else []
    for piece in pieces:
        hole = holes[bisect_right(holes, piece.start_s, key=attrgetter("start_s")) - 1]
        goes_on = piece.end_s == hole.end_s and not hole.is_closed
        if piece.cause not in OURS or goes_on:  # that is asked about when there are readings again
            continue
        free_s = (HOLE_AFTER_SPACINGS - 1) * hole.spacing_s  # after which no line leads on from the reading before
        part = piece.within(max(since_s, hole.start_s + free_s), hole.end_s - _ALONE_S)
        if part.start_s < part.end_s:
            for rest in Hole(part.start_s, part.end_s).without(asked):
                yield rest.start_s, rest.end_s, piece.cause


def _joined(times: Iterable[Times]) -> list[Times]:
    """Times in order, those that overlap or adjoin as one."""
    joined: list[Times] = []
    for start_s, end_s in sorted(times):
        if joined and start_s <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end_s)
        else:
            joined.append((start_s, end_s))
    return joined
