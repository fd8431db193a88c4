"""Brings a database file to the newest schema, or refuses to touch it."""

import logging
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

from sqlalchemy import Engine

from t3monitor.model.errors import DatabaseError, DatabaseUnusableError
from t3monitor.store.failures import database_sentences
from t3monitor.store.files import database_file, is_there, must_be_file, size_of
from t3monitor.store.reading import open_read_only, reading
from t3monitor.store.schema import SCHEMA_REVISION

_MIGRATIONS = Path(__file__).with_name("migrations")
_VERSION_TABLE = "alembic_version"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
_OWN_TABLE = "SYNC_RUNS"  # other programs have the version table as well
_PAGES_AT_ONCE = 500
_STEPS_AT_ONCE = 100_000  # of SQLite's virtual machine
_one_at_a_time = threading.Lock()  # Alembic keeps the migration that runs in a global
_log = logging.getLogger(__name__)


def migrate_to_newest(
    engine: Engine,
    url: str,
    goes_on: Callable[[float], bool] = lambda _: True,
    migrations: Path = _MIGRATIONS,
    newest: str = SCHEMA_REVISION,
) -> None:
    """Creates the tables in an empty file, or migrates an older one after copying it aside.

    Of a large file that takes minutes: ``goes_on`` is told meanwhile which share is copied, and says whether to go on.
    Until all is done the file is the old one.

    Raises DatabaseUnusableError for a file of a newer program or of another one, which stays untouched, and
    DatabaseError where there is no space for the copy.
    """
    if schema_revision(url) == newest:
        return
    with _one_at_a_time:
        _migrate(engine, url, goes_on, migrations, newest)


def _migrate(engine: Engine, url: str, goes_on: Callable[[float], bool], migrations: Path, newest: str) -> None:
    path, present = database_file(url), schema_revision(url)
    if present == newest:  # another thread was faster
        return
    # Alembic takes a tenth of a second to import; a file of the newest schema does without.
    from alembic.command import upgrade
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    if present is not None:
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if present not in known:
            raise DatabaseUnusableError(
                f"The database {path} was written by a newer version of this program (schema {present}, this one knows "
                f"{newest}); update the program, or choose another file"
            )
    with engine.begin() as connection:  # keeps other programs from migrating it
        if present is not None:
            if schema_revision(url) != present:  # another program was faster
                return
            _copy_aside(url, present, goes_on)
        config.attributes["connection"] = connection
        driver = cast(sqlite3.Connection, connection.connection.driver_connection)
        driver.set_progress_handler(lambda: present is not None and not goes_on(1.0), _STEPS_AT_ONCE)
        try:
            upgrade(config, "head")
        finally:
            driver.set_progress_handler(None, 0)
    _log.info("💾 Database %s is at schema %s", path, newest)


def schema_revision(url: str) -> str | None:
    """The file's schema revision; None for a missing or empty file.

    Raises DatabaseUnusableError if it is somebody else's, DatabaseError if it cannot be read.
    """
    path = database_file(url)
    with database_sentences(path, opening=True), closing(open_read_only(path, foreign=True)) as connection:
        connection.execute("BEGIN")  # else another program might change the tables in between
        tables = {name for (name,) in connection.execute(_TABLES)}
        if {_VERSION_TABLE, _OWN_TABLE} <= tables and (
            revision := connection.execute("SELECT version_num FROM alembic_version").fetchone()
        ):
            return str(revision[0])
    if tables:
        raise DatabaseUnusableError(
            f"The database {path} belongs to another program (T3000 itself keeps a file of that name); "
            "it was not touched; choose another file"
        )
    return None


def present_revision(url: str) -> str:
    """The schema revision of a database that is there; raises DatabaseUnusableError where there is none."""
    path = database_file(url)
    if not is_there(path):
        raise DatabaseUnusableError(f"There is no database {path}; name one with --database, or in the settings")
    must_be_file(path)
    revision = schema_revision(url)
    if revision is None:
        raise DatabaseUnusableError(f"The database {path} is empty: its tables are made by the first cycle")
    return revision


def _copy_aside(url: str, revision: str, goes_on: Callable[[float], bool]) -> None:
    path = database_file(url)
    copy = path.with_name(f"{path.stem}.schema-{revision}{path.suffix}")
    partial = copy.with_name(f"{copy.name}.partial")

    def check(_: int, left: int, pages: int) -> None:
        if not goes_on(1 - left / pages):
            raise DatabaseError(f"The database {path} is not migrated, since the program ends; the next start does it")

    partial.unlink(missing_ok=True)  # of a program that was killed
    _check_space(path, copy)
    try:
        with reading(url) as connection, closing(sqlite3.connect(partial)) as target:
            source = cast(sqlite3.Connection, connection.connection.driver_connection)
            source.backup(target, pages=_PAGES_AT_ONCE, progress=check)  # takes what is still in the -wal file along
        partial.replace(copy)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    _log.info("💾 Copied the database to %s before migrating it from schema %s", copy, revision)


def _check_space(path: Path, copy: Path) -> None:
    needed = size_of(path) * 5 // 4  # the copy, and a new index: in the -wal, then in the file
    free = shutil.disk_usage(path.parent).free
    if free < needed:
        raise DatabaseError(
            f"The database {path} is to be copied to {copy.name} before it is migrated, which needs "
            f"{needed // 1_000_000} MB, and {free // 1_000_000} MB are free; free some space"
        )
