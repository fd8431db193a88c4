"""Brings a database file to the newest schema, or refuses to touch it."""

import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine, inspect

from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.store.files import database_file, is_there
from t3monitor.store.reading import reading
from t3monitor.store.schema import SCHEMA_REVISION

_MIGRATIONS = Path(__file__).with_name("migrations")
_VERSION_TABLE = "alembic_version"
_OWN_TABLE = "SYNC_RUNS"  # other programs have the version table as well
_one_at_a_time = threading.Lock()  # Alembic keeps the migration that runs in a global
_log = logging.getLogger(__name__)


def migrate_to_newest(engine: Engine, url: str, migrations: Path = _MIGRATIONS, newest: str = SCHEMA_REVISION) -> None:
    """Creates the tables in an empty file, or migrates an older one after copying it aside.

    Raises DatabaseUnusableError for a file of a newer program or of another one, which stays untouched.
    """
    if schema_revision(url) == newest:
        return
    with _one_at_a_time:
        _migrate(engine, url, migrations, newest)


def _migrate(engine: Engine, url: str, migrations: Path, newest: str) -> None:
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
            _copy_aside(url, present)
        config.attributes["connection"] = connection
        upgrade(config, "head")
    _log.info("💾 Database %s is at schema %s", path, newest)


def schema_revision(url: str) -> str | None:
    """The file's schema revision; None for a missing or empty file.

    Raises DatabaseUnusableError if it is somebody else's, DatabaseError if it cannot be read.
    """
    with reading(url, foreign=True) as connection:
        tables = set(inspect(connection).get_table_names())
        if {_VERSION_TABLE, _OWN_TABLE} <= tables and (
            revision := connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        ):
            return str(revision)
    if tables:
        raise DatabaseUnusableError(
            f"The database {database_file(url)} belongs to another program (T3000 itself keeps a file of that name); "
            "it was not touched; choose another file"
        )
    return None


def present_revision(url: str) -> str:
    """The schema revision of a database that is there; raises DatabaseUnusableError where there is none."""
    path = database_file(url)
    if not is_there(path):
        raise DatabaseUnusableError(f"There is no database {path}; name one with --database, or in the settings")
    if not path.is_file():
        raise DatabaseUnusableError(f"{path} is no file; name the file of a database")
    revision = schema_revision(url)
    if revision is None:
        raise DatabaseUnusableError(f"The database {path} is empty: its tables are made by the first cycle")
    return revision


def _copy_aside(url: str, revision: str) -> None:
    path = database_file(url)
    copy = path.with_name(f"{path.stem}.schema-{revision}{path.suffix}")
    partial = copy.with_name(f"{copy.name}.partial")
    with reading(url) as connection, closing(sqlite3.connect(partial)) as target:
        source = connection.connection.driver_connection
        assert isinstance(source, sqlite3.Connection)  # noqa: S101 - else there were no file
        source.backup(target)  # takes what is still in the -wal file along
    partial.replace(copy)
    _log.info("💾 Copied the database to %s before migrating it from schema %s", copy, revision)
