"""How long history is kept: whole blocks of samples go, with their segments and frames, and daily values stay.

Both ages are told in days of the computer's zone, and only whole days go. The words and layouts of points, what changed
at them, the causes of holes, the events and the ledger stay: they are small, and they explain what is left.
"""

import logging
from collections.abc import Iterator
from datetime import tzinfo
from sqlite3 import Cursor
from typing import NamedTuple, cast

from t3monitor.config.settings import Settings
from t3monitor.model.causes import EventKind
from t3monitor.model.local_days import begin_of
from t3monitor.store.database import Database
from t3monitor.store.layouts import RowVector
from t3monitor.store.reading import reading
from t3monitor.store.upkeep.ages import Ages
from t3monitor.store.upkeep.slices import UpkeepContext, is_loaded

_log = logging.getLogger(__name__)
_EVERY_S, _REST_S, _LOADING_S = 60.0, 0.02, 1.0
_TOOLS = "t3monitor.store.upkeep.leaving"
_AGAIN_S = 3600.0  # readings that came late may have to go
_DAYS_AT_ONCE = 500
_PAGES_AT_ONCE = 50
_SPARE_PAGES = 1000  # 4 MB, for what comes next; or a twentieth of the file
_KEY = "serial_number, point_type, point_index, day_start, units, range"
_DELETE_DAYS = f"""
    DELETE FROM TRENDLOG_DAYS WHERE ({_KEY}) IN (
        SELECT {_KEY} FROM TRENDLOG_DAYS WHERE serial_number = ? AND point_type = ? AND day_end <= ? LIMIT ?)"""  # noqa: S608 - of constants
_OLDER = (
    "SELECT 1 FROM TRENDLOG_BLOCKS WHERE serial_number = ? AND point_type = ? AND last_time < ? LIMIT 1",
    "SELECT 1 FROM TRENDLOG_FRAMES WHERE serial_number = ? AND point_type = ? AND seq IS NULL AND logging_time < ?"
    " LIMIT 1",
)
_OLDER_DAY = "SELECT 1 FROM TRENDLOG_DAYS WHERE serial_number = ? AND point_type = ? AND day_end <= ? LIMIT 1"


class Limits(NamedTuple):
    """Before what times nothing of a vector is kept, UTC epoch seconds; 0: everything is."""

    samples_s: int
    days_s: int

    @property
    def keeps_days(self) -> bool:
        """Whether daily values outlive samples."""
        return self.days_s < self.samples_s


class Retain:
    """Has what is older than the settings say go, a block at a time."""

    def __init__(self, context: UpkeepContext) -> None:
        self._context = context
        self._steps: Iterator[int] = iter(())
        self._rules = ""  # by which they go
        self._said = ""
        self._again_s = 0.0

    def work(self, database: Database) -> float:  # noqa: D102 - see Upkeep
        settings, clock = self._context.settings(), self._context.clock
        rules, now_s = rule_text(settings, Ages(clock.utc_s())), clock.monotonic_s()
        if rules and not is_loaded(_TOOLS):
            return _LOADING_S
        if rules != self._rules or now_s >= self._again_s:
            self._rules, self._again_s = rules, now_s + _AGAIN_S
            self._steps = retained(database, settings, clock.utc_s())
            self._say(pause_text(database.url, settings, clock.utc_s()))
        try:
            return _EVERY_S if next(self._steps, None) is None else _REST_S
        except BaseException:
            self._rules = ""  # these steps are at their end
            raise

    def _say(self, pause: str) -> None:
        if pause and pause != self._said:
            _log.info("ℹ️ %s", pause)
        self._said = pause


def rule_text(settings: Settings, ages: Ages) -> str:
    """What is not kept, as the event of it says; empty if everything is."""
    exceptions = [(kept, _of_what(kept.serial_number, kept.point_type)) for kept in settings.keep_exceptions]
    texts = []
    for what, name in (("samples", "samples_days"), ("daily values", "daily_values_days")):
        general = getattr(settings, f"keep_{name}")
        parts = [f"before {ages.day_before(general)}"] if general else []
        for kept, of_what in exceptions:
            if days := getattr(kept, name):
                parts.append(f"{of_what} before {ages.day_before(days)}")
            elif general:
                parts.append(f"{of_what} none")
        if any("before" in part for part in parts):
            texts.append(f"{what} {', '.join(parts)}")
    return "; ".join(texts)


def pause_text(url: str, settings: Settings, now_s: float, zone: tzinfo | None = None) -> str:
    """What by the clock is old and does not go; empty if that is nothing. Raises DatabaseError."""
    ages = [settings.keep_samples_days, settings.keep_daily_values_days]
    ages += [days or 0 for kept in settings.keep_exceptions for days in (kept.samples_days, kept.daily_values_days)]
    if not any(ages):
        return ""
    with reading(url) as connection:
        in_file = Ages.in_file(cast(Cursor, connection.connection.cursor()), now_s, zone)
    days = in_file.uncounted_days(max(ages))
    if not days:
        return ""
    return f"{days:,} days without any cycle do not count as age, so that a clock that is set wrong deletes nothing"


def limits_of(settings: Settings, vector: RowVector, ages: Ages) -> Limits:
    """What is kept of a panel's points of a type."""
    kept = settings.kept(*vector)
    samples, days = (
        begin_of(ages.day_before(age), ages.zone) if age else 0 for age in (kept.samples_days, kept.daily_values_days)
    )
    return Limits(samples, days)


def vectors_in(cursor: Cursor) -> list[RowVector]:
    """All of which there are layouts."""
    return cursor.execute(
        "SELECT DISTINCT serial_number, point_type FROM TRENDLOG_LAYOUTS ORDER BY serial_number, point_type"
    ).fetchall()


def retained(database: Database, settings: Settings, now_s: float, zone: tzinfo | None = None) -> Iterator[int]:
    """Does what the settings say, a slice at each step, which tells how many frames went; raises DatabaseError.

    ``zone`` None is the computer's. Each slice is a transaction that leaves everything whole.
    """
    if not rule_text(settings, Ages(now_s, zone)):
        return
    # With numpy, which a program that was just started can do without.
    from t3monitor.store.history.days import add_to_days
    from t3monitor.store.upkeep.leaving import oldest

    with reading(database.url) as connection:
        cursor = cast(Cursor, connection.connection.cursor())
        vectors, ages = vectors_in(cursor), Ages.in_file(cursor, now_s, zone)
    rules = rule_text(settings, ages)
    for vector in vectors:
        limits = limits_of(settings, vector, ages)
        yield 0
        if not _has_older(database, vector, limits):
            continue
        while True:
            with database.writing() as cursor:
                run = oldest(cursor, vector, limits.samples_s)
                if run is None:
                    break
                _note(cursor, rules, now_s)
                if limits.keeps_days and not run.is_imported(cursor):
                    add_to_days(cursor, *vector, run.readings(cursor), zone)
                run.delete(cursor)
            yield len(run.times)
        deleted = True
        while deleted:
            with database.writing() as cursor:
                deleted = bool(cursor.execute(_DELETE_DAYS, (*vector, limits.days_s, _DAYS_AT_ONCE)).rowcount)
            yield 0
    while _has_spare_pages(database):
        with database.writing() as cursor:
            for _ in range(_PAGES_AT_ONCE):  # the driver takes no more than the first step of each
                cursor.execute("PRAGMA incremental_vacuum(1)")
            cursor.execute("SELECT 1").fetchone()  # ends the last one
        yield 0


def _has_older(database: Database, vector: RowVector, limits: Limits) -> bool:
    asked = [*((older, limits.samples_s) for older in _OLDER), (_OLDER_DAY, limits.days_s)]
    with reading(database.url) as connection:
        cursor = cast(Cursor, connection.connection.cursor())
        return any(limit_s and cursor.execute(older, (*vector, limit_s)).fetchone() for older, limit_s in asked)


def _has_spare_pages(database: Database) -> bool:
    """Whether there is more free space in the file than is soon used, and it can be given back a bit at a time."""
    with reading(database.url) as connection:
        mode, pages, free = (
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("auto_vacuum", "page_count", "freelist_count")
        )
    return bool(mode == 2 and free > max(_SPARE_PAGES, pages // 20))


def _note(cursor: Cursor, rules: str, now_s: float) -> None:
    """Writes down what is no longer kept, once."""
    kind = EventKind.RETENTION.value
    newest = cursor.execute(
        "SELECT detail FROM SYNC_EVENTS WHERE kind = ? ORDER BY id DESC LIMIT 1", (kind,)
    ).fetchone()
    if newest != (rules,):
        cursor.execute("INSERT INTO SYNC_EVENTS (at, site, kind, detail) VALUES (?, '', ?, ?)", (now_s, kind, rules))


def _of_what(serial_number: int | None, point_type: str | None) -> str:
    return " ".join(
        filter(
            None, (f"of panel {serial_number}" if serial_number else "", f"of type {point_type}" if point_type else "")
        )
    )
