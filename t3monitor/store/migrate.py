"""Brings a database file to the newest schema, or refuses to touch it."""

import logging
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from t3monitor.config.database_url import read_only_uri
from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.store.schema import SCHEMA_REVISION

_MIGRATIONS = Path(__file__).with_name("migrations")
_VERSION_TABLE = "alembic_version"
_OWN_TABLE = "SYNC_RUNS"  # other programs have the version table as well
_one_at_a_time = threading.Lock()  # Alembic keeps the migration that runs in a global
_log = logging.getLogger(__name__)


def migrate_to_newest(
    engine: Engine, path: Path, migrations: Path = _MIGRATIONS, newest: str = SCHEMA_REVISION
) -> None:
    """Creates the tables in an empty file, or migrates an older one after copying it aside.

    Raises DatabaseUnusableError for a file of a newer program or of another one, which stays untouched.
    """
    if schema_revision(path) == newest:
        return
    with _one_at_a_time:
        _migrate(engine, path, migrations, newest)


def _migrate(engine: Engine, path: Path, migrations: Path, newest: str) -> None:
    present = schema_revision(path)
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
            if schema_revision(path) != present:  # another program was faster
                return
            _copy_aside(path, present)
        config.attributes["connection"] = connection
        upgrade(config, "head")
    _log.info("💾 Database %s is at schema %s", path, newest)


def schema_revision(path: Path) -> str | None:
    """The file's schema revision; None for a missing or empty file.

    Opens it read-only, since it may be somebody else's; raises DatabaseUnusableError if it is, sqlite3.Error if it
    cannot be read.
    """
    if not path.is_file() or path.stat().st_size == 0:
        return None
    with closing(sqlite3.connect(read_only_uri(path), uri=True)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if {_VERSION_TABLE, _OWN_TABLE} <= tables and (
            row := connection.execute("SELECT version_num FROM alembic_version").fetchone()
        ):
            return str(row[0])
    if tables:
        raise DatabaseUnusableError(
            f"The database {path} belongs to another program (T3000 itself keeps a file of that name); it was not "
            "touched; choose another file"
        )
    return None


def _copy_aside(path: Path, revision: str) -> None:
    copy = path.with_name(f"{path.stem}.schema-{revision}{path.suffix}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)  # takes what is still in the -wal file along
    _log.info("💾 Copied the database to %s before migrating it from schema %s", copy, revision)
