"""Kills in the middle of what is done to a database beside the cycles: packing, retention, migration, backup.

Each campaign has a file of random histories, whose every sample is known. The real command works on it, is killed, and
then each row of the view is compared with those of before: none may be lost, none doubled, but what retention was told
to delete. When there is nothing left to do, the campaign begins again with a fresh copy of the file.
"""

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from time import time
from typing import Any

from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import create_engine

from benchmarks.equality import History, random_histories, write
from benchmarks.examine import uncommitted_pages
from benchmarks.victim import Home, Victim
from t3monitor.config.database_url import sqlite_url
from t3monitor.store import migrations

Row = tuple[Any, ...]

PANELS, FRAMES = 2, 5_400
_DAY_S = 86_400
_LOOK_EVERY_S = 0.2
_KEPT_DAYS = 6
_WRITING_S = 0.004  # about what SQLite takes to write the pages of a slice
_SYNC = ("sync", "--link", "demo", "--json", "--interval", "1")
_BLOCKS = "SELECT count(*), coalesce(sum(first_seq), 0) FROM TRENDLOG_BLOCKS"
_OWN = "serial_number >= 4000000001"  # the panels of the random histories; those of the demo are others


@dataclass(slots=True)
class Killed:
    """What came of the kills of a campaign."""

    name: str
    kills: int = 0
    inside: int = 0  # that found the work begun and not done
    torn_logs: int = 0
    rows: int = 0  # compared
    lost: int = 0
    doubled: int = 0
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.kills} kills, {self.inside} of them amid the work, {self.torn_logs} with uncommitted "
            f"pages left; {self.rows:,} rows compared, {self.lost} lost, {self.doubled} doubled, other violations: "
            f"{len(self.violations)}"
        )


class Campaign:
    """Kills of one kind of work."""

    name: str
    command: tuple[str, ...] = _SYNC
    settings: dict[str, object] = {}  # noqa: RUF012 - nobody changes it
    longest_s = 0.6  # after some of the work is done
    pace = 1

    def __init__(self, folder: Path, chance: random.Random, say: Callable[[str], None]) -> None:
        self._folder = folder / self.name
        self._home = Home(self._folder / "home", 2, **self.settings)
        self._original, self._database = self._folder / "original.db", self._folder / "history.db"
        self._chance = chance
        self._say = say
        self._begun_s = int(time())
        self._prepare()
        self._rows = _rows_of(self._original, self._begun_s)
        if not self._rows:
            raise RuntimeError("There is nothing that could be lost.")

    def run(self, kills: int) -> Killed:
        """Kills that many processes, each after it has begun to change the database."""
        killed = Killed(self.name)
        fresh = True
        for number in range(1, kills + 1):
            if fresh:
                self._copy()
            torn = self._kill()
            found = list(self._violations())
            before, left = len(killed.violations), self._left()
            fresh = not left
            killed.kills += 1
            killed.inside += self._is_begun() and left > 0
            killed.torn_logs += torn > 0
            killed.violations += found
            self._compare(killed)
            news = killed.violations[before:]
            self._say(f"{self.name} {number:2}: left to do {left}; {'; '.join(news) or 'nothing amiss'}")
        self._finish(killed)
        return killed

    def _prepare(self) -> None:
        write(self._original, self._histories(), packs=False)

    def _histories(self) -> list[History]:
        """What is there before: nothing from later than now."""
        return [
            history._replace(frames=[frame for frame in history.frames if frame.time_s < self._begun_s])
            for history in random_histories(self._chance, FRAMES, PANELS, self._first_s(), self.pace)
        ]

    def _first_s(self) -> int:
        return self._begun_s - 30 * _DAY_S

    def _copy(self) -> None:
        for file in self._folder.glob(f"{self._database.stem}*"):
            file.unlink()
        shutil.copyfile(self._original, self._database)

    def _kill(self) -> int:
        with Victim(self._home, self._database, command=self.command) as victim:
            self._hit(victim)
            victim.kill()
        return uncommitted_pages(self._database)

    def _hit(self, victim: Victim) -> None:
        """Waits for a moment amid the work, or amid the writing of pages."""
        self._wait_until_begun(victim)
        if self._chance.random() < 0.5:
            victim.let_run(self._chance.uniform(0, self.longest_s))
        else:
            victim.wait_for_pages()
            victim.let_run(self._chance.uniform(0, _WRITING_S))

    def _wait_until_begun(self, victim: Victim) -> None:
        """Waits until it has done some of what is to be done."""
        with closing(sqlite3.connect(self._database)) as connection:
            before = connection.execute(_BLOCKS).fetchone()
            victim.wait_until(lambda: connection.execute(_BLOCKS).fetchone() != before)

    def _violations(self) -> Iterator[str]:
        with closing(sqlite3.connect(self._database)) as connection:
            yield from (text for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok")

    def _compare(self, killed: Killed) -> None:
        """Each row of the view as it is now with each one of before."""
        rows = _rows_of(self._database, self._begun_s)
        killed.rows += len(rows)
        if rows == self._rows:
            return
        lost, more = Counter(self._rows) - Counter(rows), Counter(rows) - Counter(self._rows)
        self._tell(killed, lost, more)

    def _tell(self, killed: Killed, lost: Counter[Row], more: Counter[Row]) -> None:
        killed.lost += lost.total()
        killed.doubled += more.total()
        killed.violations += [f"lost {lost.total()} rows, such as {next(iter(lost))}"] if lost else []
        killed.violations += [f"{more.total()} rows more, such as {next(iter(more))}"] if more else []

    def _left(self) -> int:
        """How much is left to do."""
        raise NotImplementedError

    def _is_begun(self) -> bool:
        """Whether some of it is done."""
        raise NotImplementedError

    def _finish(self, killed: Killed) -> None:
        """Lets it come to its end once, after all kills."""


class Packing(Campaign):
    """Frames become blocks and segments."""

    name = "packing"

    def _left(self) -> int:
        (left,) = _one(
            self._database,
            "SELECT coalesce(sum(hot), 0) FROM (SELECT count(*) AS hot FROM TRENDLOG_FRAMES"
            f" WHERE seq IS NULL AND {_OWN} GROUP BY serial_number, point_type HAVING count(*) >= 270)",
        )
        return int(left)

    def _is_begun(self) -> bool:
        return bool(_one(self._database, "SELECT EXISTS (SELECT 1 FROM TRENDLOG_BLOCKS)")[0])


class Migration(Campaign):
    """A file of the schema before is brought to the newest."""

    name = "migration"
    longest_s = 0.6

    def _prepare(self) -> None:
        newest = self._original.with_name("newest.db")
        write(newest, self._histories(), packs=False)
        _copy_as_of_before(newest, self._original)

    def _wait_until_begun(self, victim: Victim) -> None:
        copy = self._database.with_name(f"{self._database.stem}.schema-{_SCHEMA_BEFORE}.db")
        partial = copy.with_name(f"{copy.name}.partial")
        victim.wait_until(lambda: partial.exists() or copy.exists())

    def _left(self) -> int:
        return int(_one(self._database, f"SELECT version_num = '{_SCHEMA_BEFORE}' FROM alembic_version")[0])

    def _is_begun(self) -> bool:
        return True


class Retention(Campaign):
    """Samples that are older than they are to be kept are deleted."""

    name = "retention"
    settings = {"keep_samples_days": _KEPT_DAYS}  # noqa: RUF012
    pace = 3

    def _prepare(self) -> None:
        write(self._original, self._histories(), packs=True)
        oldest_day = datetime.fromtimestamp(self._begun_s - _KEPT_DAYS * _DAY_S)
        self._kept_from_s = int(oldest_day.replace(hour=0, minute=0, second=0).timestamp())

    def _first_s(self) -> int:
        return self._begun_s - 14 * _DAY_S

    def _tell(self, killed: Killed, lost: Counter[Row], more: Counter[Row]) -> None:
        """Lost is what should have been kept; of what is older frames may be gone."""
        kept = Counter({row: times for row, times in lost.items() if row[_TIME] >= self._kept_from_s})
        super()._tell(killed, kept, more)

    def _left(self) -> int:
        until = f"{_OWN} AND {{}} < {self._kept_from_s}"
        (left,) = _one(
            self._database,
            f"SELECT (SELECT count(*) FROM TRENDLOG_BLOCKS WHERE {until.format('last_time')})"
            f" + (SELECT count(*) FROM TRENDLOG_FRAMES WHERE {until.format('logging_time')} AND seq IS NULL)",
        )
        return int(left)

    def _is_begun(self) -> bool:
        return len(_rows_of(self._database, self._begun_s)) < len(self._rows)

    def _finish(self, killed: Killed) -> None:
        """The daily values of what went must be those of a file that nobody killed a process of."""
        days = []
        for _ in range(2):
            with Victim(self._home, self._database, command=self.command) as victim:
                while self._left():
                    victim.let_run(_LOOK_EVERY_S)
            with closing(sqlite3.connect(self._database)) as connection:
                days.append(connection.execute(f"SELECT * FROM TRENDLOG_DAYS WHERE {_OWN}").fetchall())
            self._copy()
        killed.rows += len(days[1])
        if days[0] != days[1] or not days[1]:
            killed.violations.append(f"{len(days[0])} daily values after all kills differ from {len(days[1])} without")


class Backup(Campaign):
    """A copy is made, which is there as a whole or not at all."""

    name = "backup"
    longest_s = 0.2

    def __init__(self, folder: Path, chance: random.Random, say: Callable[[str], None]) -> None:
        self._backup = folder / self.name / "backup.db"
        self.command = ("database", "backup", str(self._backup))
        self._is_there = False
        super().__init__(folder, chance, say)

    def _hit(self, victim: Victim) -> None:
        folder, known = self._backup.parent, {file.name for file in self._backup.parent.iterdir()}
        victim.wait_until(lambda: any(file.name not in known for file in folder.iterdir()))
        victim.let_run(self._chance.uniform(0, self.longest_s), may_end=True)

    def _violations(self) -> Iterator[str]:
        yield from super()._violations()
        self._is_there = self._backup.exists()
        if self._is_there and _rows_of(self._backup, self._begun_s) != self._rows:
            yield "the backup differs"
        for file in self._backup.parent.glob(f"{self._backup.name}*"):
            file.unlink()

    def _left(self) -> int:
        return int(not self._is_there)

    def _is_begun(self) -> bool:
        return True

    def _finish(self, killed: Killed) -> None:
        with Victim(self._home, self._database, command=self.command) as victim:
            code = victim.finish()
        if code or not self._backup.exists():
            killed.violations.append(f"the backup after all kills ended with exit code {code}")
        else:
            killed.violations += list(self._violations())


_SCHEMA_BEFORE = "0004"
_COPIED = {
    "TRENDLOG_FRAMES": "serial_number, point_type, logging_time, run_id, layout_id, vals, expected_spacing",
    "TRENDLOG_LAYOUTS": "id, serial_number, point_type, panel_id, fingerprint",
    "TRENDLOG_LAYOUT_POINTS": "*",
    "SYNC_RUNS": "*",
}


def _copy_as_of_before(newest: Path, path: Path) -> None:
    """The same in a file of the schema before."""
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(sqlite_url(path))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, _SCHEMA_BEFORE)
    engine.dispose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ATTACH ? AS newest", (str(newest),))
        for name, columns in _COPIED.items():
            connection.execute(f"INSERT INTO main.{name} SELECT {columns} FROM newest.{name}")


CAMPAIGNS: tuple[tuple[type[Campaign], float], ...] = (
    (Packing, 0.6),
    (Migration, 0.4),
    (Retention, 0.4),
    (Backup, 0.2),
)
_TIME = 5  # the place of logging_time in a row of the view


def _rows_of(path: Path, before_s: int) -> list[Row]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"SELECT * FROM TRENDLOG_DATA WHERE {_OWN} AND logging_time < {before_s}").fetchall()


def _one(path: Path, sql: str) -> Row:
    with closing(sqlite3.connect(path)) as connection:
        row: Row = connection.execute(sql).fetchone()
        return row
