"""The baselines of a database: written by the program that records, read by anybody."""

import json
from collections import defaultdict
from collections.abc import Container
from itertools import chain, count
from operator import attrgetter
from sqlite3 import Cursor
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, func, select

from t3monitor.model.baselines import Baseline, BaselineEdit, Frozen
from t3monitor.model.errors import MonitorError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel
from t3monitor.store import statements
from t3monitor.store.baseline_tables import baseline_panels, baseline_points, baselines
from t3monitor.store.database import Database
from t3monitor.store.present_state import read_present_state
from t3monitor.store.reading import reading, stored_rows

# What of a point is kept as it stands, in the order of the columns.
_KEPT = [column.name for column in baseline_points.c if not column.primary_key and column.name != "words"]
_kept_of = attrgetter(*_KEPT)


_TAKEN = "SELECT id, name, taken_at, author FROM BASELINES ORDER BY taken_at, id"
Rows = tuple[tuple[str, list[tuple[Any, ...]]], ...]  # of a baseline, each with the statement that inserts them
_ITS_ROWS = (
    (statements.INSERT_BASELINE_PANEL, "SELECT * FROM BASELINE_PANELS WHERE baseline_id = ?"),
    (statements.INSERT_BASELINE_POINT, "SELECT * FROM BASELINE_POINTS WHERE baseline_id = ?"),
)


class Taken(NamedTuple):
    """A baseline as another database has it; when it was frozen and by whom tells which one it is."""

    id: int
    name: str
    taken_at: float  # UTC epoch seconds
    author: str


class BaselineError(MonitorError):
    """There is no baseline of that name, there is one already, or there is nothing to freeze."""


def read_baselines(url: str) -> tuple[Baseline, ...]:
    """All baselines, newest first; none of a file of an earlier schema. Raises DatabaseError."""
    counts = (
        select(func.count()).where(table.c.baseline_id == baselines.c.id).scalar_subquery()
        for table in (baseline_panels, baseline_points)
    )
    its = baselines.c
    query = select(its.name, its.taken_at, its.author, *counts).order_by(its.taken_at.desc(), its.id.desc())
    with reading(url) as connection:
        if stored_rows(connection, baselines) is None:
            return ()
        return tuple(Baseline(*row) for row in connection.execute(query))


def read_baseline(url: str, name: str) -> Frozen:
    """What a baseline holds; raises BaselineError where there is none of that name, and DatabaseError."""
    points: dict[tuple[int, str], list[Point]] = defaultdict(list)
    with reading(url) as connection:
        query = stored_rows(connection, baselines)
        found = None if query is None else connection.execute(query.where(baselines.c.name == name)).one_or_none()
        if found is None:
            raise _no_such(name)
        of_points = select(baseline_points).where(baseline_points.c.baseline_id == found.id)
        for point in connection.execute(of_points.order_by(*baseline_points.primary_key.columns)).mappings():
            points[point["serial_number"], point["point_type"]].append(_point(point))
        of_panels = select(baseline_panels).where(baseline_panels.c.baseline_id == found.id)
        rows = connection.execute(of_panels.order_by(baseline_panels.c.panel_id)).all()
    panels = []
    for row in rows:
        inputs, outputs, variables = (tuple(points[row.serial_number, kind]) for kind in PointType)
        times = row.input_logging_time, row.output_logging_time, row.variable_logging_time
        names = row.serial_number, row.panel_id, row.panel_name
        panels.append(Panel(*names, inputs, outputs, variables, *times, site=row.site))
    return Frozen(found.taken_at, tuple(panels), frozenset(row.serial_number for row in rows if row.online))


def write_baseline(database: Database, edit: BaselineEdit, now_s: float, sync_interval_s: int) -> None:
    """Freezes what the database knows now, or renames or deletes a baseline; raises BaselineError, DatabaseError."""
    frozen = Frozen.of(read_present_state(database.url), now_s, sync_interval_s) if edit.deed == "freeze" else None
    with database.writing() as cursor:
        ids = dict(cursor.execute("SELECT name, id FROM BASELINES").fetchall())
        if frozen:
            _check_new(edit.name, ids)
            keep(cursor, edit, frozen)
            return
        if edit.name not in ids:
            raise _no_such(edit.name)
        key = (ids[edit.name],)
        if edit.deed == "rename":
            _check_new(edit.new_name, ids)
            cursor.execute("UPDATE BASELINES SET name = ? WHERE id = ?", (edit.new_name, *key))
        else:
            cursor.execute("DELETE FROM BASELINE_POINTS WHERE baseline_id = ?", key)
            cursor.execute("DELETE FROM BASELINE_PANELS WHERE baseline_id = ?", key)
            cursor.execute("DELETE FROM BASELINES WHERE id = ?", key)


def _check_new(name: str, known: Container[str]) -> None:
    if not name.strip():
        raise BaselineError("A baseline needs a name")
    if name in known:
        raise BaselineError(f"There is a baseline “{name}” already; choose another name")


def _no_such(name: str) -> BaselineError:
    return BaselineError(f"The database has no baseline “{name}”")


def keep(cursor: Cursor, edit: BaselineEdit, frozen: Frozen) -> None:
    """Writes what is frozen under a name that there is not yet; raises BaselineError if that is nothing."""
    if not frozen.panels:
        raise BaselineError("There is no panel in the database yet that could be frozen")
    cursor.execute(statements.INSERT_BASELINE, (None, edit.name, frozen.taken_at, edit.author))
    its_id = cursor.lastrowid
    for panel in frozen.panels:
        key = its_id, panel.serial_number
        names = panel.site, panel.panel_id, panel.panel_name, panel.serial_number in frozen.online
        times = (time_s for _, _, time_s in panel.vectors())
        cursor.execute(statements.INSERT_BASELINE_PANEL, (*key, *names, *times))
        cursor.executemany(
            statements.INSERT_BASELINE_POINT,
            [
                (*key, its.point_type, its.point_index, *_kept_of(its), json.dumps(its.words, ensure_ascii=False))
                for its in panel.points()
            ],
        )


def baselines_in(cursor: Cursor) -> list[Taken]:
    """All of an open file, oldest first; none of a file of an earlier schema."""
    if not cursor.execute("PRAGMA table_info(BASELINES)").fetchone():
        return []
    return [Taken(*row) for row in cursor.execute(_TAKEN).fetchall()]


def rows_of(cursor: Cursor, taken: Taken) -> Rows:
    """All that stands of a baseline in an open file: what `add_other` takes."""
    return tuple((insert, cursor.execute(rows, (taken.id,)).fetchall()) for insert, rows in _ITS_ROWS)


def add_other(cursor: Cursor, other: Taken, rows: Rows = (), *, dry: bool = False) -> int:
    """Adds a baseline of another database, unless it is there under whatever name; returns how many are added.

    Of two of one name ours keeps it, and the other one gets a number behind it.
    """
    there = baselines_in(cursor)
    if other[2:] in {its[2:] for its in there}:
        return 0
    if not dry:
        known = {its.name for its in there}
        numbered = (f"{other.name} ({number})" for number in count(2))
        name = next(name for name in chain((other.name,), numbered) if name not in known)
        cursor.execute(statements.INSERT_BASELINE, (None, name, *other[2:]))
        its_id = cursor.lastrowid
        for insert, its_rows in rows:
            cursor.executemany(insert, [(its_id, *row[1:]) for row in its_rows])
    return 1


def _point(row: RowMapping) -> Point:
    words = tuple((int(state), str(word)) for state, word in json.loads(row["words"]))
    kept = {name: row[name] for name in _KEPT}
    return Point(PointType(row["point_type"]), row["point_index"], panel=0, control=0, words=words, **kept)
