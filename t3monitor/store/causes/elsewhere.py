"""Causes that another T3 Monitor recorded, of holes that are left when its readings are in ours; for any thread.

Of a time in which ours was away, or knows nothing, the other one may know why it read nothing. Its ledger and its
events are not taken: what they come to is told, panel by panel, in rows of COVERAGE with less than no cycles.
"""

from collections.abc import Iterator
from sqlite3 import Cursor
from typing import NamedTuple, cast

from sqlalchemy import Connection

from t3monitor.model.causes import OURS, Cause
from t3monitor.model.points import Vector
from t3monitor.store import statements
from t3monitor.store.causes.derivation import Piece
from t3monitor.store.causes.hole import Hole, Times
from t3monitor.store.causes.holes import pieces_of
from t3monitor.store.causes.recorded import Recorded
from t3monitor.store.reading import reading

_STEP_S = 5 * 86_400.0  # of the time that is looked through at once
_NOBODYS = frozenset((Cause.UNKNOWN, Cause.BEFORE_FIRST))
_AWAY = OURS | {Cause.NOT_RECORDED}
_CYCLES_ELSEWHERE = -1
_SIGNS = """
    SELECT min(sign), max(sign) FROM (
        SELECT min(started_at) AS sign FROM SYNC_RUNS UNION ALL SELECT max(finished_at) FROM SYNC_RUNS
        UNION ALL SELECT min(since) FROM COVERAGE UNION ALL SELECT max(until) FROM COVERAGE
        UNION ALL SELECT min(at) FROM SYNC_EVENTS UNION ALL SELECT max(at) FROM SYNC_EVENTS)"""


class Other(NamedTuple):
    """Another T3 Monitor's database, as long as the transaction of its connection is open."""

    connection: Connection
    url: str

    def signs(self) -> Times:
        """When it was first and last known to be there; UTC epoch seconds."""
        first_s, last_s = cast(Cursor, self.connection.connection.cursor()).execute(_SIGNS).fetchone()
        return (first_s, last_s) if first_s is not None else (0.0, 0.0)


def told_elsewhere(url: str, other: Other, vector: Vector, now_s: float) -> Iterator[Piece]:
    """What the other one tells of holes of ours better than ours does; raises DatabaseError."""
    first_s, end_s = other.signs()
    start_s, seen_s = first_s, 0.0
    while start_s < end_s:
        until_s = min(start_s + _STEP_S, end_s)
        with reading(url) as connection:
            ours, theirs = Recorded(connection, url), Recorded(*other)  # which remember what they are asked for
            for hole in ours.frames.holes(vector, start_s, now_s, until_s) or ():
                if hole.start_s > seen_s:
                    seen_s = hole.start_s
                    yield from _better(ours, theirs, vector, hole.within(first_s, end_s))
        start_s = until_s


def _better(ours: Recorded, theirs: Recorded, vector: Vector, hole: Hole) -> Iterator[Piece]:
    """The pieces of a hole of which the other one tells more."""
    if hole.start_s >= hole.end_s:
        return
    others = [piece for piece in pieces_of(theirs, vector, hole) if piece.cause not in _NOBODYS]
    for own in pieces_of(ours, vector, hole):
        for piece in others:
            if own.cause in _NOBODYS or (own.cause in _AWAY and piece.cause not in _AWAY):
                since_s, until_s = max(own.start_s, piece.start_s), min(own.end_s, piece.end_s)
                if since_s < until_s:
                    yield piece._replace(start_s=since_s, end_s=until_s)


def tell_elsewhere(cursor: Cursor, vector: Vector, pieces: list[Piece]) -> int:
    """Writes what `told_elsewhere` found; returns how much that is."""
    for start_s, end_s, cause, detail in pieces:
        told = cause.hole_class.value, cause.value, detail or None
        row = None, "", vector[0], vector[1].value, start_s, end_s, *told, _CYCLES_ELSEWHERE, 0.0
        cursor.execute(statements.INSERT_COVERAGE, row)
    return len(pieces)
