"""What stands beside the readings of points: what changed at them, and when T3000 was started anew."""

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from math import inf
from sqlite3 import Cursor
from typing import NamedTuple, cast

from t3monitor.model.errors import Outcome
from t3monitor.model.points import PointKey
from t3monitor.model.successions import Succession, spans
from t3monitor.store.history.changes import Change
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.reading import reading
from t3monitor.store.successions import successions_of

# The index of failed cycles finds them, of which there are few; hence no index for their times.
_NOT_READY = f"""
    SELECT site, started_at, finished_at FROM SYNC_RUNS
    WHERE outcome NOT IN ('{Outcome.OK.value}', '{Outcome.PARTIAL.value}') AND outcome = '{Outcome.NOT_READY.value}'
    AND +started_at BETWEEN ? AND ? ORDER BY site, started_at"""  # noqa: S608 - of constants
_STORED = f"""
    SELECT 1 FROM SYNC_RUNS WHERE started_at >= ? AND started_at < ? AND site = ?
    AND outcome IN ('{Outcome.OK.value}', '{Outcome.PARTIAL.value}') LIMIT 1"""  # noqa: S608 - of constants


class Restart(NamedTuple):
    """T3000 was starting: it answered, and had no main window yet; then it was ready."""

    since_s: float
    ready_s: float
    site: str


class Marks(NamedTuple):
    """Of a time, in its order."""

    changes: dict[PointKey, list[Change]]
    restarts: list[Restart]
    replaced: tuple[Succession, ...] = ()  # panels that others took the place of


def read_marks(url: str, keys: Iterable[PointKey], start_s: float, end_s: float) -> Marks:
    """What there is to mark between two times; raises DatabaseError."""
    reader = HistoryReader(url)
    changes = {key: reader.changes(key, start_s, end_s) for key in keys}
    with reading(url) as connection:
        cursor = cast(Cursor, connection.connection.cursor())
        known = successions_of(cursor)
        of = {span[:2] for serial in {key.serial_number for key in changes} for span in spans(known, serial)}
        replaced = tuple(its for its in known if its[1:3] in of and start_s <= its.since_s <= end_s)
        if "site" not in {name for _, name, *_ in cursor.execute("PRAGMA table_info(SYNC_RUNS)")}:
            return Marks(changes, [], replaced)  # there is no file, or one of an early schema
        return Marks(changes, list(_restarts(cursor, start_s, end_s)), replaced)


def _restarts(cursor: Cursor, start_s: float, end_s: float) -> Iterator[Restart]:
    """One for all cycles without a stored one between them; none where none came after them."""
    since_s: float | None = None
    rows = cursor.execute(_NOT_READY, (start_s, end_s)).fetchall()
    for (site, started_s, finished_s), following in zip_longest(rows, rows[1:]):
        since_s = started_s if since_s is None else since_s
        before_s = following[1] if following and following[0] == site else inf
        if cursor.execute(_STORED, (finished_s, before_s, site)).fetchone():
            yield Restart(since_s, finished_s, site)
            since_s = None
        elif before_s == inf:
            since_s = None
