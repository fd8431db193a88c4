"""Files as earlier versions of the program left them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from t3monitor.config.database_url import sqlite_url
from t3monitor.store import database as database_module
from t3monitor.store.migrate import migrate_to_newest

MIGRATIONS = Path(database_module.__file__).with_name("migrations")
SITE_OF = {"0001": "", "0002": "Plant", "0003": "Plant", "0004": "Plant", "0006": "Plant", "0007": "Plant"}
OLD_DEVICE = (7, 1, "AHU", "Main", "10.0.0.7", "Stale", "10.0.0.7", 502, 1, 2, 0, 1_700_000_001, 1_700_000_002, 5, 6)


def migrations_up_to(revision: str, folder: Path) -> Path:
    """The program's migrations as an earlier version had them."""
    (folder / "versions").mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        (folder / name).write_bytes((MIGRATIONS / name).read_bytes())
    for script in (MIGRATIONS / "versions").glob("m*.py"):
        if script.name[1:5] <= revision:
            (folder / "versions" / script.name).write_bytes(script.read_bytes())
    return folder


def older_schema(revision: str, file: Path, tmp_path: Path) -> None:
    engine = database_module._engine(file)
    try:
        migrate_to_newest(
            engine, sqlite_url(file), migrations=migrations_up_to(revision, tmp_path / revision), newest=revision
        )
    finally:
        engine.dispose()


def old_file(revision: str, file: Path, tmp_path: Path) -> None:
    """A file of an older schema with a panel, of which a point and a sample are stored."""
    older_schema(revision, file, tmp_path)
    site = [] if revision == "0001" else [SITE_OF[revision]]
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"INSERT INTO DEVICES VALUES (?{', ?' * (14 + len(site))})", (*OLD_DEVICE, *site))
        connection.execute(
            "INSERT INTO VARIABLE_POINTS VALUES (7, 3, 'VAR3', 1, 'Room', 'SP', 21.5, '°C', 1, 0, 0, 1, NULL, 2, 9, 9)"
        )
        connection.execute(
            f"INSERT INTO SYNC_RUNS VALUES (1, 1, 2, 'ok', NULL, 1, 9, 1, 0, 1, 1, '', 30, 1, ?{', ?' * len(site)})",
            ["ffi_sync_service", *site],
        )
        connection.execute(
            "INSERT INTO TRENDLOG_LAYOUTS (id, serial_number, point_type, panel_id, fingerprint)"
            " VALUES (1, 7, 'VARIABLE', 1, 'f')"
        )
        connection.execute("INSERT INTO TRENDLOG_LAYOUT_POINTS VALUES (1, 0, 'VAR3', 3, 'SP', 1, '°C', 1)")
        spacing = {"0004": ", 30", "0006": ", 30, 30, NULL", "0007": ", 30, 30, NULL"}.get(revision, "")
        connection.execute(f"INSERT INTO TRENDLOG_FRAMES VALUES (7, 'VARIABLE', 1700000002, 1, 1, '[21.5]'{spacing})")
