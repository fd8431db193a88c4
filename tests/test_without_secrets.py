"""What is sent to somebody tells no password and no user's folder."""

import getpass
from pathlib import Path

import pytest

from t3monitor.config.without_secrets import without_secrets


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("postgresql://u:p/s@x@host/db is none", "postgresql://***@host/db is none"),
        ("http://user@10.0.0.4:9103", "http://***@10.0.0.4:9103"),
        (r"C:\Users\John Smith\AppData\x.db", r"~\AppData\x.db"),
        (r"C:\\Users\\bob\\x.db", r"~\\x.db"),
        ("sqlite:///C:/Users/ann lee/x.db", "sqlite:///~/x.db"),
        ("The database /home/jörg/x.db is locked; a/b", "The database ~/x.db is locked; a/b"),
        ("/Users/ann cannot be opened; see /srv", "~ cannot be opened; see /srv"),
        ('{"password": "x y", "apiKey":"abc"}', '{"password": ***, "apiKey":***}'),
        ("PROXY_PASSWORD=abc&token=def", "PROXY_PASSWORD=***&token=***"),
    ],
)
def test_passwords_and_folders_of_users_are_not_told(text: str, told: str) -> None:
    assert without_secrets(text) == told


@pytest.mark.parametrize(
    "text",
    ["http://127.0.0.1:9103/api: no answer", "/opt/home/x/y", "Panel AHU-1: 3 points", "write to office@temco.example"],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text) == text


def test_neither_the_own_folder_nor_the_own_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/srv/people/wilhelmine"))
    monkeypatch.setattr(getpass, "getuser", lambda: "wilhelmine")
    without_secrets.cache_clear()
    assert without_secrets("/srv/people/wilhelmine/t3.db and /mnt/wilhelmine/t3.db") == "~/t3.db and /mnt/***/t3.db"
    without_secrets.cache_clear()
