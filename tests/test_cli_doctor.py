"""The doctor says what is wrong, and what to do about it."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from importlib import metadata
from pathlib import Path

import pytest

from command_line import REAL, Does, at_home, doctor, kept_link, one_child
from t3monitor.cli import main
from t3monitor.store.database import Database

__all__ = ["at_home", "kept_link", "one_child"]


@pytest.mark.skipif(sys.platform == "win32", reason="there os.kill takes no Ctrl-C")
def test_ctrl_c_is_heard_while_doctor_has_sqlite_look_at_a_large_file(own_home: Path) -> None:
    program = """if True:
        import os, signal, sqlite3, threading
        from t3monitor.cli import main
        from t3monitor.commands import doctor

        def look(*_):
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            endless = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
            sqlite3.connect(":memory:").execute(endless)

        doctor.must_be_whole = look
        main(["doctor", "--link", "demo"])
    """
    assert main(["sync", "--link", "demo", "--once"]) == 0
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_the_doctor_finds_nothing_wrong_with_the_simulated_building(capsys: pytest.CaptureFixture[str]) -> None:
    code, checks = doctor(capsys, "--link", "demo")
    assert code == 0
    assert list(checks) == ["versions", "folders", "settings", "database", "recorder", "link", "qt"]
    assert "6 panels, 1536 points" in checks["link"]["text"]
    assert "will be made by the first cycle" in checks["database"]["text"]


def test_the_doctor_names_a_missing_package_by_a_question_mark(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    code, checks = doctor(capsys, "--link", "demo")
    assert code == 0
    assert "SQLAlchemy ?, alembic ?" in checks["versions"]["text"]


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), ValueError("embedded null byte")])
def test_a_check_that_fails_unexpectedly_is_a_failed_check_beside_the_others(
    error: Exception, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise error

    monkeypatch.setattr("t3monitor.commands.doctor.database_file", fail)
    code, checks = doctor(capsys, "--link", "demo")
    assert (code, checks["database"]["outcome"], checks["link"]["outcome"]) == (1, "failed", "ok")
    assert str(error) in checks["database"]["text"]


def test_the_doctor_looks_into_a_library(
    capsys: pytest.CaptureFixture[str], t3000_library: Path, t3000_does: Does
) -> None:
    t3000_does(f"say {json.dumps(REAL)}")
    code, checks = doctor(capsys, "--library", str(t3000_library))
    assert code == 0
    assert "BacnetWebView_HandleWebViewMsg" in checks["library"]["text"]
    assert "64 bits" in checks["library"]["text"]
    assert "1 panels, 3 points" in checks["link"]["text"]


@pytest.mark.usefixtures("one_child")
@pytest.mark.parametrize(
    ("act", "code", "outcome"),
    [("say {}", 7, "no_new_data"), ("code -2 {}", 3, "not_ready"), ("crash", 1, "crashed")],
)
def test_the_doctor_says_what_is_wrong_with_t3000(
    capsys: pytest.CaptureFixture[str], t3000_library: Path, t3000_does: Does, act: str, code: int, outcome: str
) -> None:
    t3000_does(act)
    found, checks = doctor(capsys, "--library", str(t3000_library))
    assert (found, checks["link"]["outcome"]) == (code, outcome)


def test_the_doctor_stores_nothing_and_names_a_damaged_database(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "x.db"
    assert doctor(capsys, "--link", "demo", "--database", f"sqlite:///{file}")[0] == 0
    assert not file.exists()
    file.write_bytes(b"This is a letter." * 500)
    code, checks = doctor(capsys, "--link", "demo", "--database", f"sqlite:///{file}")
    assert (code, checks["database"]["outcome"]) == (5, "database")
    assert "is not an SQLite database" in checks["database"]["text"]


def test_the_doctor_looks_at_every_page(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.database.check_pages", lambda *_: None)  # which has a second for it
    file = tmp_path / "x.db"
    Database(f"sqlite:///{file}").close()
    with closing(sqlite3.connect(file)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'TRENDLOGS'").fetchone()
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096] ^= 0xFF
    file.write_bytes(content)
    code, checks = doctor(capsys, "--link", "demo", "--database", f"sqlite:///{file}")
    assert (code, checks["database"]["outcome"]) == (5, "database")
    assert "is damaged" in checks["database"]["text"]
    assert "carries over what can be read" in checks["database"]["text"]


def test_the_doctor_says_the_same_of_a_folder_and_of_the_database_in_it(
    capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    own_home.mkdir(exist_ok=True)
    (own_home / "data").write_text("in the way")
    _, checks = doctor(capsys, "--link", "demo")
    assert (checks["folders"]["outcome"], checks["database"]["outcome"]) == ("failed", "database")
    assert "cannot be written to" in checks["database"]["text"]


def test_the_doctor_says_which_drive_or_share_of_windows_is_not_there(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "exists", lambda _: False)
    code, checks = doctor(capsys, "--link", "demo", "--database", f"sqlite:///{tmp_path / 'x.db'}")
    assert (code, checks["database"]["outcome"]) == (5, "database")
    assert f"there is no {tmp_path.anchor}; connect the drive or share" in checks["database"]["text"]


def test_the_doctor_promises_no_file_of_a_name_that_cannot_be_any(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    name = "q%3F.db" if sys.platform == "win32" else f"{'q' * 300}.db"
    code, checks = doctor(capsys, "--link", "demo", "--database", f"sqlite:///{tmp_path / name}")
    assert (code, checks["database"]["outcome"]) == (5, "database")
    assert "cannot be opened" in checks["database"]["text"]


def test_the_doctor_sees_a_database_that_another_program_locks(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.database.BUSY_TIMEOUT_S", 0.01)
    url = f"sqlite:///{tmp_path / 'x.db'}"
    assert main(["sync", "--link", "demo", "--once", "--json", "--database", url]) == 0
    capsys.readouterr()
    with closing(sqlite3.connect(tmp_path / "x.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        code, checks = doctor(capsys, "--link", "demo", "--database", url)
    assert (code, checks["database"]["outcome"]) == (5, "database")
    assert "is locked" in checks["database"]["text"]
