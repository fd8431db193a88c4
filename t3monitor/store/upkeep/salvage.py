"""Makes a new database of a damaged one, and tells what is lost.

What can be read of it is carried over, and filled from a backup where it cannot; then `mending` sees to it that nothing
that is left says more than it should.
"""

import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.errors import DatabaseError
from t3monitor.model.holes import is_hole
from t3monitor.store.database import Database
from t3monitor.store.failures import database_sentences
from t3monitor.store.files import beside
from t3monitor.store.layouts import RowVector
from t3monitor.store.pages import must_be_whole
from t3monitor.store.redescribed import redescribed
from t3monitor.store.upkeep.carrying import HIGHEST, Loss, Table, carry, opened, tables_of
from t3monitor.store.upkeep.mending import LostValues, Unknown, mend
from t3monitor.store.work import LongWork

_MOST_SAID = 3
_MENDED = ("TRENDLOG_BLOCKS", "TRENDLOG_SEGMENTS", "TRENDLOG_BYTES", "alembic_version")  # are made anew, or told of
_READINGS_AROUND = """SELECT logging_time, expected_spacing FROM TRENDLOG_FRAMES
    WHERE serial_number = :serial AND point_type = :kind AND logging_time BETWEEN
        coalesce((SELECT max(logging_time) FROM TRENDLOG_FRAMES
                  WHERE serial_number = :serial AND point_type = :kind AND logging_time <= :first), 0)
        AND coalesce((SELECT min(logging_time) FROM TRENDLOG_FRAMES
                      WHERE serial_number = :serial AND point_type = :kind AND logging_time >= :last), :last)
    ORDER BY logging_time"""


class Salvaged(NamedTuple):
    """What came of it: rows that were read of the damaged file and those that a backup gave, and what is lost."""

    rows: Mapping[str, int]
    from_backup: int
    lost: tuple[str, ...]

    def sentence(self, path: Path, aside: str) -> str:
        """What is to be said of it."""
        count = sum(self.rows.values())
        begin = f"The database {path} was damaged and is set aside as {aside}"
        if not count and not self.from_backup:
            return f"{begin}: nothing of it could be read, and a new one is begun"
        parts = [f"{count} rows of it"] * bool(count) + [f"{self.from_backup} of the newest backup"] * bool(
            self.from_backup
        )
        more = f"; and {len(self.lost) - _MOST_SAID} things more" if len(self.lost) > _MOST_SAID else ""
        lost = "; ".join(self.lost[:_MOST_SAID]) + more
        return f"{begin}: {' and '.join(parts)} are in a new one; {lost or 'nothing is lost'}"


def salvage(path: Path, new: Path, backup: Path | None, work: LongWork) -> Salvaged:
    """Makes a new database, whole or not at all, of a damaged one, which stays as it is.

    Raises DatabaseError, or CancelledWorkError.
    """
    target = None
    try:
        remove(new)
        target = Database(sqlite_url(new))
        with database_sentences(path):
            rows, losses = carry(path, target, work)
            if any(loss.is_whole_table for loss in losses):
                rows, losses = _carry_redescribed(path, target, work) or (rows, losses)
        filled = 0
        lost_values = _lost_values(losses)
        if backup and losses:
            with suppress(DatabaseError, sqlite3.Error):  # which may be damaged as well
                filled = _fill(backup, target, lost_values, work)
        unknown = mend(target, lost_values, work)
        lost = tuple(_told(target, losses, unknown, is_filled=bool(filled)))
        target.close()
        must_be_whole(sqlite_url(new), work, sealed=True)
    except BaseException:
        if target:
            target.close()
        with suppress(OSError):
            remove(new)
        raise
    return Salvaged(rows, filled, lost)


def _carry_redescribed(path: Path, target: Database, work: LongWork) -> tuple[dict[str, int], list[Loss]] | None:
    """The same where the description of tables is lost; None if they are not where they should be."""
    copy = target.path.with_name(f"{target.path.name}.copy")
    try:
        return carry(copy, target, work) if redescribed(path, copy) else None
    finally:
        with suppress(OSError):
            remove(copy)


def remove(database: Path) -> None:
    """Removes a file and what SQLite keeps beside it; raises OSError."""
    for file in (database, *(beside(database, ending) for ending in ("wal", "shm"))):
        file.unlink(missing_ok=True)


def _lost_values(losses: Iterable[Loss]) -> dict[RowVector, list[LostValues]]:
    lost: defaultdict[RowVector, list[LostValues]] = defaultdict(list)
    for loss in losses:
        if loss.table == "TRENDLOG_SEGMENTS" and loss.cell:
            serial, kind, position = loss.cell
            lost[serial, kind].append(LostValues(position, loss.first, loss.last))
    return lost


def _fill(backup: Path, target: Database, lost: dict[RowVector, list[LostValues]], work: LongWork) -> int:
    """Fills from a backup; how many rows that gave. Of what it has whole no value is lost any more."""
    with target.writing() as cursor:
        before = {table.name: _size(cursor, table) for table in tables_of(cursor)}
    _, losses = carry(backup, target, work)
    with closing(opened(backup)) as source:
        ends = {
            (serial, kind): last
            for serial, kind, last in source.execute(
                "SELECT serial_number, point_type, max(first_seq) FROM TRENDLOG_BLOCKS GROUP BY 1, 2"
            )
        }
    if not losses:
        for vector, values in lost.items():
            end = ends.get(vector, -1)
            lost[vector] = [part._replace(first=max(part.first, end + 1)) for part in values]
    with target.writing() as cursor:
        return sum(_size(cursor, table) - before[table.name] for table in tables_of(cursor))


def _size(cursor: sqlite3.Cursor, table: Table) -> int:
    (size,) = cursor.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()  # noqa: S608 - of the schema
    return int(size)


def _told(target: Database, losses: Sequence[Loss], unknown: Sequence[Unknown], *, is_filled: bool) -> Iterator[str]:
    """In words: what nobody has any more."""
    for vector, group in groupby(unknown, key=lambda values: values.vector):
        parts = list(group)
        samples = sum(part.samples for part in parts)
        yield (
            f"{samples} samples of {vector[1]} of {vector[0]} between {_time(min(part.first_s for part in parts))} and "
            f"{_time(max(part.last_s for part in parts))} are lost"
        )
    for table, its_losses in groupby(losses, key=lambda loss: loss.table):
        if table == "TRENDLOG_FRAMES":
            with target.writing() as cursor:
                yield from [lost for loss in its_losses for lost in _lost_times(cursor, loss)]
        elif table not in _MENDED and not is_filled:
            yield f"rows of {table} are lost"


def _lost_times(cursor: sqlite3.Cursor, loss: Loss) -> Iterator[str]:
    """Readings of which neither their block nor a backup tells: holes that the loss has made."""
    if not loss.cell:
        yield "the readings are lost"
        return
    serial, kind = loss.cell
    place = {"serial": serial, "kind": kind, "first": loss.first, "last": loss.last}
    readings = cursor.execute(_READINGS_AROUND, place).fetchall()
    ends = [(loss.first, 0)] * (not readings or readings[0][0] > loss.first)
    for (before_s, spacing_s), (after_s, _) in pairwise([*ends, *readings]):
        if is_hole(after_s - before_s, spacing_s or 0):
            yield f"readings of {kind} of {serial} from {_time(before_s)} to {_time(after_s)} are lost"
    if not readings or readings[-1][0] < loss.last:
        yield f"readings of {kind} of {serial} from {_time(readings[-1][0] if readings else 0)} on are lost"


def _time(utc_s: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(utc_s)) if 0 < utc_s < HIGHEST else "…"
