"""Names of folders and files that mean something within a URL, on every way from a name to a database."""

import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path, PureWindowsPath

import pytest
from sqlalchemy import Engine

from t3monitor.cli import main
from t3monitor.config.database_url import read_only_uri, sqlite_path, sqlite_url
from t3monitor.config.paths import user_paths
from t3monitor.config.settings import Settings
from t3monitor.config.settings_file import save
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.simulation.building import Building
from t3monitor.simulation.past import backfill
from t3monitor.store import migrate
from t3monitor.store.database import Database
from t3monitor.store.files import database_file
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.ledger import read_cycles
from t3monitor.store.migrate import migrate_to_newest, schema_revision
from t3monitor.store.present_state import read_present_state
from t3monitor.store.schema import SCHEMA_REVISION

NAMES = ["a%b", "100%", "%41%3F", "a?b", "?", "a#b", "#", "a&b;c", "a+b", "Büro 3 °C", " a b ", "日本", "x?mode=ro#%2F"]
if sys.platform == "win32":
    NAMES = [name.strip() for name in NAMES if "?" not in name]
LATER = [*NAMES, "no\udce4text"] if sys.platform == "linux" else NAMES
# All of them in four, for what takes a whole program: a ? hides a # behind it, and the other way round.
TOGETHER = [" 100% a%b %41%3F&;+ Büro 3 °C 日本 ", "a?b", "a#b", "x?mode=ro#%2F"]
if sys.platform == "win32":
    TOGETHER = ["100% a%b %41&;+ Büro 3 °C 日本", "a#b"]
ANSWER = Building(panels=1).answer(1_761_960_895)
SERIAL = json.loads(ANSWER)["data"][0]["panel_serial_number"]


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    file = tmp_path / "answer.json"
    file.write_bytes(ANSWER)
    return file


def is_read_by_every_reader(file: Path) -> bool:
    key = PointKey(SERIAL % 2**32, PointType.INPUT, 1)
    state = read_present_state(sqlite_url(file))
    return (
        schema_revision(sqlite_url(file)) == SCHEMA_REVISION
        and len(read_cycles(sqlite_url(file), 10).reports) == 1
        and state is not None
        and len(state.panels) == 1
        and bool(HistoryReader(sqlite_url(file)).read(key, 0, 2e9, 100))
    )


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(("-wal", "-shm"))}


@pytest.mark.parametrize("name", LATER)
def test_a_name_is_the_same_after_it_was_a_url(name: str, tmp_path: Path) -> None:
    path = tmp_path / name / f"{name}.db"
    assert sqlite_path(sqlite_url(path)) == path
    assert sqlite_path(sqlite_url(path).replace("sqlite:", "sqlite+pysqlite:")) == path


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("a%3Fb.db", "a?b.db"),
        ("a%23b.db", "a#b.db"),
        ("a#b.db", "a#b.db"),
        ("100%.db", "100%.db"),
        ("100%25.db", "100%.db"),
        ("a%20b.db", "a b.db"),
        ("a b.db", "a b.db"),
        ("a+b.db", "a+b.db"),
        ("B%C3%BCro.db", "Büro.db"),
        ("a&b;c=d.db", "a&b;c=d.db"),
    ],
)
def test_a_typed_url_names_what_a_url_names(
    typed: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert database_file(f"sqlite:///{typed}") == tmp_path / name


@pytest.mark.parametrize("name", [*TOGETHER, *set(LATER).difference(NAMES)])
def test_a_folder_of_any_name_serves_as_home(
    name: str, tmp_path: Path, recording: Path, monkeypatch: pytest.MonkeyPatch, own_home: None
) -> None:
    home = tmp_path / "here" / name / "home"
    monkeypatch.setenv("T3MONITOR_HOME", str(home))
    assert main(["sync", "--link", "replay", "--file", str(recording), "--once", "--json"]) == 0
    file = home / "data" / "replay" / "webview_t3_device.db"
    assert files_in(tmp_path / "here") - files_in(home / "logs") == {file, home / "config" / "folders.json"}
    assert is_read_by_every_reader(file)


@pytest.mark.parametrize("name", TOGETHER)
def test_a_database_of_any_name_is_written_and_read_back(
    name: str, tmp_path: Path, recording: Path, own_home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "here" / name / f"{name}.db"
    command = ["sync", "--file", str(recording), "--once", "--json", "--database", sqlite_url(file)]
    assert main(command) == 0
    assert files_in(tmp_path / "here") == {file}
    assert is_read_by_every_reader(file)
    capsys.readouterr()
    main(["doctor", "--file", str(recording), "--database", sqlite_url(file), "--json"])
    checks = {check["name"]: check for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["database"]["outcome"] == "ok"
    assert str(file) in checks["database"]["text"]


@pytest.mark.parametrize("name", TOGETHER)
def test_a_database_of_the_settings_may_have_any_name(name: str, tmp_path: Path, own_home: None) -> None:
    file = tmp_path / "here" / f"{name}.db"
    save(user_paths().settings_file, Settings(database=sqlite_url(file), library="nowhere.so"))
    assert main(["sync", "--link", "library", "--once", "--json"]) == 3
    assert files_in(tmp_path / "here") == {file}
    assert [cycle.outcome for cycle in read_cycles(sqlite_url(file), 10).reports] == ["unreachable"]


@pytest.mark.parametrize("name", TOGETHER)
def test_a_past_is_given_to_a_database_of_any_name(name: str, tmp_path: Path) -> None:
    file = tmp_path / "here" / name / f"{name}.db"
    assert backfill(sqlite_url(file), Building(panels=1), 1_761_960_000, 1_761_960_300, 300) == 1
    assert files_in(tmp_path / "here") == {file}
    assert is_read_by_every_reader(file)


@pytest.mark.parametrize("name", TOGETHER)
def test_a_database_of_any_name_is_copied_aside_before_it_is_migrated(name: str, tmp_path: Path) -> None:
    file = tmp_path / "here" / name / f"{name}.db"
    Database(sqlite_url(file)).close()
    migrations = tmp_path / "migrations"
    shutil.copytree(Path(migrate.__file__).with_name("migrations"), migrations)
    (migrations / "versions" / "m9999_later.py").write_text(
        f'revision, down_revision = "9999", "{SCHEMA_REVISION}"\nbranch_labels = depends_on = None\n'
        "def upgrade():\n    pass\n"
    )
    engine = _engine(file)
    migrate_to_newest(engine, sqlite_url(file), migrations=migrations, newest="9999")
    engine.dispose()
    copy = file.with_name(f"{file.stem}.schema-{SCHEMA_REVISION}.db")
    assert files_in(tmp_path / "here") == {file, copy}
    assert (schema_revision(sqlite_url(file)), schema_revision(sqlite_url(copy))) == ("9999", SCHEMA_REVISION)


def _engine(file: Path) -> Engine:
    from t3monitor.store.database import _engine as engine

    return engine(file)


@pytest.mark.parametrize("name", NAMES)
def test_what_opens_a_file_read_only_opens_that_file_and_cannot_write(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    with closing(sqlite3.connect(os.fspath(file))) as connection:
        connection.execute("CREATE TABLE T (x)")
    with closing(sqlite3.connect(read_only_uri(file), uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM T").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DROP TABLE T")


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        (r"C:\Users\a b\site.db", "file:///C:/Users/a%20b/site.db?mode=ro"),
        (r"\\nas\t3\site.db", "file:////nas/t3/site.db?mode=ro"),
        (r"\\nas\t3 data\100%#.db", "file:////nas/t3%20data/100%25%23.db?mode=ro"),
    ],
)
def test_a_file_of_windows_is_opened_read_only_by_a_uri_without_a_host(path: str, uri: str) -> None:
    assert read_only_uri(PureWindowsPath(path)) == uri


def test_the_url_of_a_windows_share_keeps_its_name() -> None:
    assert sqlite_url(PureWindowsPath(r"\\nas\t3\100%.db")) == r"sqlite:///\\nas\t3\100%25.db"
