"""The settings file: its defaults, its bounds, what bad values and broken files do, and the folders it lives in."""

import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import appdirs
import pytest

from t3monitor.config import settings as settings_module
from t3monitor.config.database_url import sqlite_path
from t3monitor.config.errors import SettingsError
from t3monitor.config.paths import DATABASE_NAME, Paths, user_paths
from t3monitor.config.settings import Appearance, Kept, LinkName, Settings
from t3monitor.config.settings_file import load, save
from t3monitor.config.sites import Site
from t3monitor.model.errors import DatabaseUnusableError
from t3monitor.store.files import database_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def write(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))


def stored(path: Path) -> Any:
    return json.loads(path.read_bytes())


def names_in(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def refuse(*_: object, **__: object) -> None:
    raise PermissionError(13, "Permission denied")


# Defaults and bounds


def test_the_defaults_are_those_of_the_sync_service_document() -> None:
    defaults = Settings()
    assert (defaults.sync_interval_secs, defaults.timeout_seconds, defaults.retry_attempts) == (30, 30, 3)
    assert defaults.auto_start is True
    assert defaults.buffer_bytes == 104_857_600


def test_a_missing_file_is_the_defaults_without_a_warning(path: Path) -> None:
    assert load(path) == (Settings(), [])
    assert not path.parent.exists()


BOUNDS = {"sync_interval_secs": (1, 31_536_000), "timeout_seconds": (1, 600), "retry_attempts": (0, 10)}


@pytest.mark.parametrize(("name", "bounds"), BOUNDS.items())
def test_the_bounds_themselves_are_allowed(name: str, bounds: tuple[int, int], path: Path) -> None:
    for value in bounds:
        write(path, json.dumps({name: value}))
        loaded, warnings = load(path)
        assert (getattr(loaded, name), warnings) == (value, [])
        assert getattr(Settings().with_values(**{name: value}), name) == value


BAD_NUMBERS = ["30", 30.5, True, None, [30], {}, float("nan"), 10**30]


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, low - 1) for name, (low, _) in BOUNDS.items()]
    + [(name, high + 1) for name, (_, high) in BOUNDS.items()]
    + [(name, value) for name in BOUNDS for value in BAD_NUMBERS],
)
def test_a_bad_number_falls_back_with_a_sentence_naming_the_key_and_the_allowed_values(
    name: str, value: Any, path: Path
) -> None:
    write(path, json.dumps({name: value, "demo_panels": 9}))
    loaded, (warning,) = load(path)
    assert getattr(loaded, name) == getattr(Settings(), name)
    assert loaded.demo_panels == 9
    low, high = BOUNDS[name]
    assert warning.startswith(f"{name} cannot be ")
    assert f"a whole number from {low} to {high}" in warning
    assert warning.endswith("; the default is in force")
    with pytest.raises(SettingsError) as refused:
        Settings().with_values(**{name: value})
    assert warning == f"{refused.value}; the default is in force"


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("auto_start", 1, "true or false"),
        ("auto_start", "yes", "true or false"),
        ("auto_start", None, "true or false"),
        ("library", None, "a text"),
        ("link", "modbus", "demo, library"),
        ("link", 5, "demo, library"),
        ("request", "\ud800", "whole characters"),
        ("appearance", "\ud800", "system, light, dark"),
        ("library", "/opt/t3000\0.so", "none of them zero"),
    ],
)
def test_a_bad_value_of_another_kind_falls_back_with_what_it_may_be(
    name: str, value: Any, allowed: str, path: Path
) -> None:
    write(path, json.dumps({name: value}))
    loaded, (warning,) = load(path)
    assert loaded == Settings()
    assert warning.startswith(f"{name} cannot be ")
    assert allowed in warning
    assert warning.encode()


def test_a_path_in_the_place_of_a_database_url_is_shown_as_it_is() -> None:
    with pytest.raises(DatabaseUnusableError) as refused:
        database_file(r"C:\data\history.db")
    assert str(refused.value).startswith(r"'C:\data\history.db' is no database")


@pytest.mark.parametrize(
    "sent", [5, None, True, ["sqlite:///x.db"], {"a": 1}, "nonsense", "\ud800", "sqlite:///\0.db", "sqlite:///x.db?a=1"]
)
def test_a_bad_database_is_kept_to_be_refused_and_begins_no_other_file(sent: Any, path: Path, tmp_path: Path) -> None:
    write(path, json.dumps({"database": sent, "timeout_seconds": 7}))
    loaded, warnings = load(path)
    assert (loaded.timeout_seconds, warnings) == (7, [])
    url = Paths(tmp_path, tmp_path, tmp_path).database_url(loaded)
    assert sqlite_path(url) is None
    with pytest.raises(DatabaseUnusableError, match="is no database this program can use; write it as sqlite:///FILE"):
        database_file(url)
    save(path, loaded)
    assert stored(path)["recording"]["database"] == loaded.database


@pytest.mark.skipif(sys.platform == "win32", reason="on Windows it can be the name of a file")
@pytest.mark.parametrize("name", ["library", "replay"])
def test_a_file_name_that_no_file_can_have_falls_back(name: str, path: Path) -> None:
    write(path, json.dumps({name: "\ud800"}))
    loaded, (warning,) = load(path)
    assert loaded == Settings()
    assert warning.startswith(f"{name} cannot be ")


def test_a_request_that_is_too_long_falls_back_and_the_longest_is_allowed(path: Path) -> None:
    assert Settings().with_values(request="ü" * 2048).request == "ü" * 2048
    write(path, json.dumps({"request": "ü" * 2049}))
    assert load(path) == (Settings(), ["request cannot be longer than 4096 bytes; the default is in force"])


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:9103"),
        ("  T3000-PC:8080/ ", "http://t3000-pc:8080"),
        ("http://t3000-pc", "http://t3000-pc:9103"),
        ("[::1]", "http://[::1]:9103"),
        ("https://t3000.example", "https://t3000.example"),
        ("https://t3000.example:8443/", "https://t3000.example:8443"),
        ("büro", "http://xn--bro-hoa:9103"),
    ],
)
def test_the_address_of_a_web_service_is_completed(typed: str, url: str) -> None:
    assert Settings().with_values(sites=[{"url": typed}]).sites == (Site(url=url),)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "http://",
        "ftp://t3000",
        "t3000:port",
        "t3000:0",
        "t3000:99999",
        "http://t3000/api",
        "http://me:pw@t3000",
        "http://t3000?x",
        "[::1",
        "two words",
        "a..b",
        "x" * 100,
    ],
)
def test_what_is_no_address_of_a_web_service_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(SettingsError, match=r"is not the address of a T3000 web service; it looks like http://127"):
        Settings().with_values(sites=[{"url": typed}])


@pytest.mark.parametrize(
    ("sites", "sentence"),
    [
        ([], "there are 1 to 32 T3000 computers"),
        ([{"name": f"{n}", "url": f"h{n}"} for n in range(33)], "there are 1 to 32 T3000 computers"),
        ([{"name": "A", "url": "a"}, {"name": " A ", "url": "b"}], "two have the name 'A'"),
        ([{"name": "A", "url": "a"}, {"name": "B", "url": "http://A:9103"}], "two have the URL 'http://a:9103'"),
        ([{"name": "A", "url": "a"}, {"url": "b"}], "give each of several T3000 computers a name"),
        ([{"name": "A\n", "url": "a"}], "characters that cannot be shown"),
        ([{"name": "A" * 41, "url": "a"}], "it is a list such as"),
        ([{"url": "a", "zone": "New York"}], "there is no time zone 'New York'; give a name such as America/New_York"),
        ([{"url": "a", "zone": "../../etc/passwd"}], "there is no time zone"),
        ("127.0.0.1", "it is a list such as"),
    ],
)
def test_sites_that_cannot_be_told_apart_or_reached_fall_back(sites: Any, sentence: str, path: Path) -> None:
    write(path, json.dumps({"sites": sites}))
    settings, (warning,) = load(path)
    assert settings == Settings()
    assert sentence in warning


def test_what_is_recorded_falls_back_to_everything(path: Path) -> None:
    write(path, json.dumps({"recorded_types": ["INPUTS"], "unrecorded_panels": [0]}))
    settings, warnings = load(path)
    assert (settings.recorded_types, settings.unrecorded_panels) == (("INPUT", "OUTPUT", "VARIABLE"), ())
    assert [warning.partition(" cannot")[0] for warning in warnings] == ["recorded_types", "unrecorded_panels"]


def test_history_is_kept_for_ever_until_somebody_says_how_long() -> None:
    assert Settings().kept(7, "INPUT") == Kept(samples_days=0, daily_values_days=0)


@pytest.mark.parametrize(
    ("vector", "days"),
    [((7, "INPUT"), 1), ((7, "OUTPUT"), 2), ((8, "INPUT"), 3), ((8, "OUTPUT"), 4)],
)
def test_of_exceptions_that_tells_how_long_which_says_most_the_panel_before_the_type(
    vector: tuple[int, str], days: int
) -> None:
    exceptions = [
        {"point_type": "INPUT", "samples_days": 3},
        {"serial_number": 7, "samples_days": 2},
        {"serial_number": 7, "point_type": "INPUT", "samples_days": 1},
    ]
    settings = Settings().with_values(keep_samples_days=4, keep_exceptions=exceptions)
    assert settings.kept(*vector).samples_days == days


@pytest.mark.parametrize(
    ("exceptions", "sentence"),
    [
        ([{"samples_days": 3}], "each needs a serial_number, a point_type or both"),
        ([{"point_type": "INPUT"}, {"point_type": "INPUT", "samples_days": 3}], "two are about the same"),
        ([{"point_type": "INPUT", "samples_days": -1}], "a list such as"),
        ([{"serial_number": 0}], "a list such as"),
        ("INPUT", "a list such as"),
    ],
)
def test_an_exception_that_cannot_be_used_has_nothing_deleted(exceptions: Any, sentence: str, path: Path) -> None:
    write(path, json.dumps({"history": {"keep_samples_days": 30, "keep_exceptions": exceptions}}))
    loaded, warnings = load(path)
    assert loaded == Settings()
    assert sentence in warnings[0]
    assert warnings[1:] == ["No history is deleted until that is corrected"]


def test_the_settings_of_one_site_know_no_other(path: Path) -> None:
    sites = (Site(name="A", url="http://a:9103"), Site(name="B", url="http://b:9103"))
    settings = Settings().with_values(link="webapi", sites=sites)
    assert settings.at_site(sites[1]) == settings.with_values(sites=sites[1:])
    save(path, settings)
    assert load(path) == (settings, [])


def test_a_site_has_a_time_zone_which_changes_nothing_of_its_link() -> None:
    site = Site(name="A", url="http://a:9103")
    in_berlin = Settings().with_values(sites=[{"name": "A", "url": "a", "zone": " Europe/Berlin "}])
    assert in_berlin.sites[0].zone == "Europe/Berlin"
    assert in_berlin != Settings(sites=(site,))
    assert in_berlin.has_link_of(Settings(sites=(site,)))
    assert not in_berlin.has_link_of(Settings(sites=(Site(name="B", url="http://a:9103"),)))


def test_each_bad_value_has_its_own_warning_and_the_good_ones_count(path: Path) -> None:
    write(path, '{"retry_attempts": 11, "timeout_seconds": 60, "sync_interval_secs": 0, "link": "demo"}')
    loaded, warnings = load(path)
    assert loaded == Settings(timeout_seconds=60, link=LinkName.DEMO)
    assert sorted(warning.split()[0] for warning in warnings) == ["retry_attempts", "sync_interval_secs"]


def test_every_setting_has_a_help_text_and_every_number_bounds_and_a_unit() -> None:
    for field in settings_module._FIELDS.values():
        meta = field.type.__metadata__[0]
        assert meta.description
        if isinstance(field.default, int) and not isinstance(field.default, bool):
            assert meta.ge <= field.default <= meta.le
            assert meta.extra["unit"]


@pytest.mark.parametrize(("interval", "cautions"), [(1, 1), (15, 1), (16, 0), (30, 0)])
def test_an_interval_below_the_cooldown_is_cautioned_for_the_library(interval: int, cautions: int) -> None:
    found = Settings(link=LinkName.LIBRARY, sync_interval_secs=interval).cautions()
    assert len(found) == cautions
    assert all(f"{interval} s" in caution and "16 s" in caution for caution in found)


@pytest.mark.parametrize("link", ["demo", "replay", None])
def test_no_other_link_has_a_cooldown_to_caution_about(link: Any) -> None:
    assert Settings(link=link, sync_interval_secs=1).cautions() == []


# The file


def test_what_was_saved_is_loaded(path: Path) -> None:
    settings = Settings(
        link=LinkName.LIBRARY,
        library="/opt/Bürogebäude/t3000.so",
        database="sqlite:////tmp/日本.db",
        sync_interval_secs=900,
        auto_start=False,
        keep_samples_days=30,
        keep_exceptions=(Kept(serial_number=7, samples_days=365),),
    )
    save(path, settings)
    assert load(path) == (settings, [])
    assert "Bürogebäude" in path.read_text(encoding="utf-8")
    assert names_in(path.parent) == ["settings.json"]


def test_unknown_keys_stay_when_the_settings_are_saved(path: Path) -> None:
    future = {"theme": "dark", "nested": {"a": [1, None, "ü"]}, "sync": {"sync_interval_secs": 60, "jitter": 3}}
    write(path, json.dumps(future))
    loaded, warnings = load(path)
    assert warnings == []
    save(path, loaded.with_values(timeout_seconds=10))
    kept = stored(path)
    assert (kept["theme"], kept["nested"]) == (future["theme"], future["nested"])
    assert kept["sync"] | {"sync_interval_secs": 60, "jitter": 3, "timeout_seconds": 10} == kept["sync"]


def test_settings_stand_in_groups_each_in_one(path: Path) -> None:
    save(path, Settings())
    names = [name for group in stored(path).values() for name in group]
    assert sorted(names) == sorted(Settings.__struct_fields__)
    assert not set(stored(path)) & set(names)
    assert list(stored(path)["sync"])[:3] == ["sync_interval_secs", "timeout_seconds", "retry_attempts"]


def test_a_file_of_an_older_version_without_groups_is_read_and_saved_with_them(path: Path) -> None:
    old = {"link": "demo", "sync_interval_secs": 60, "database": "sqlite:////x.db", "unrecorded_panels": [7], "odd": 1}
    write(path, json.dumps(old))
    loaded, warnings = load(path)
    expected = Settings(link=LinkName.DEMO, sync_interval_secs=60, database="sqlite:////x.db", unrecorded_panels=(7,))
    assert (loaded, warnings) == (expected, [])
    save(path, loaded)
    assert load(path) == (expected, [])
    assert list(stored(path)) == ["odd", "t3000", "sync", "recording", "history", "backup", "window"]


def test_what_an_older_version_wrote_beside_the_groups_is_the_newest(path: Path) -> None:
    save(path, Settings(timeout_seconds=10))
    write(path, json.dumps(stored(path) | {"timeout_seconds": 20}))
    loaded, warnings = load(path)
    assert (loaded, warnings) == (Settings(timeout_seconds=20), [])
    save(path, loaded)
    assert load(path) == (loaded, [])
    assert "timeout_seconds" not in stored(path)


@pytest.mark.parametrize("what", [5, None, "x", [1]])
def test_a_group_that_is_none_is_said_and_costs_that_group_alone(path: Path, what: object) -> None:
    write(path, json.dumps({"sync": what, "window": {"appearance": "dark"}}))
    loaded, (warning,) = load(path)
    assert loaded == Settings(appearance=Appearance.DARK)
    assert warning == f"sync cannot be {what!r}: it is a group of settings; their defaults are in force"
    save(path, loaded)
    assert load(path) == (loaded, [])


@pytest.mark.parametrize("what", [5, None, "x", [1]])
def test_a_group_of_the_database_that_is_none_begins_no_other_file(path: Path, tmp_path: Path, what: object) -> None:
    write(path, json.dumps({"recording": what}))
    loaded, (warning,) = load(path)
    assert warning.startswith("recording cannot be ")
    assert sqlite_path(Paths(tmp_path, tmp_path, tmp_path).database_url(loaded)) is None


def test_a_file_name_that_is_no_text_survives(path: Path) -> None:
    settings = Settings(link=LinkName.REPLAY, replay="/captures/Geb\udce4ude.txt")
    save(path, settings)
    assert load(path) == (settings, [])


def test_a_byte_order_mark_is_no_damage(path: Path) -> None:
    write(path, b'\xef\xbb\xbf{"timeout_seconds": 10}')
    assert load(path) == (Settings(timeout_seconds=10), [])


BROKEN = {
    "nothing": b"",
    "half": b'{"sync_interval_secs": 60, "timeo',
    "a list": b"[]",
    "null": b"null",
    "a number": b"5",
    "no text": b'{"library": "\xff"}',
    "zeros": b"\x00" * 512,
    "endless nesting": b"[" * 200_000,
    "an endless number": b'{"timeout_seconds": ' + b"9" * 10_000 + b"}",
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_set_aside_and_the_defaults_are_in_force(content: bytes, path: Path) -> None:
    write(path, content)
    loaded, (warning,) = load(path)
    assert loaded == Settings()
    (aside,) = path.parent.iterdir()
    assert aside.name != path.name
    assert aside.read_bytes() == content
    assert str(path) in warning
    assert aside.name in warning
    assert load(path) == (Settings(), [])


def test_a_second_broken_file_does_not_replace_the_first_one_set_aside(path: Path) -> None:
    contents = {b"{broken 1", b"{broken 2", b"{broken 3"}
    for content in contents:
        write(path, content)
        load(path)
    assert {aside.read_bytes() for aside in path.parent.iterdir()} == contents


@pytest.mark.parametrize("content", [b"{broken while the program ran", b"[1]"])
def test_saving_over_a_broken_file_loses_nothing(content: bytes, path: Path) -> None:
    write(path, content)
    save(path, Settings(timeout_seconds=10))
    assert load(path) == (Settings(timeout_seconds=10), [])
    asides = [entry for entry in path.parent.iterdir() if entry != path]
    assert [aside.read_bytes() for aside in asides] == [content]


def test_a_broken_file_that_cannot_be_set_aside_is_left_and_said_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(path, b"{broken")
    monkeypatch.setattr(os, "replace", refuse)
    loaded, (warning,) = load(path)
    assert loaded == Settings()
    assert "could not be set aside" in warning
    assert path.read_bytes() == b"{broken"


def test_a_file_that_cannot_be_read_is_the_defaults_and_stays(tmp_path: Path) -> None:
    loaded, (warning,) = load(tmp_path)  # a folder
    assert loaded == Settings()
    assert "cannot be read" in warning
    assert tmp_path.is_dir()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["fifo", "socket", "device"])
def test_what_is_no_file_is_neither_read_nor_written_and_holds_nobody_up(
    kind: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    monkeypatch.chdir(path.parent)  # the name of a socket cannot be long
    with socket.socket(socket.AF_UNIX) as listener:
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "socket":
            listener.bind(path.name)
        else:
            path.symlink_to("/dev/zero")
        before = path.stat()
        loaded, (warning,) = load(path)
        assert loaded == Settings()
        assert "the defaults are in force" in warning
        with pytest.raises(OSError, match="it is no file"):
            save(path, Settings(timeout_seconds=7))
        assert path.stat().st_mode == before.st_mode
        assert names_in(path.parent) == ["settings.json"]


@pytest.mark.parametrize("step", ["replace", "fsync"])
def test_a_save_that_fails_leaves_the_old_file_and_no_temporary_one(
    step: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(path, Settings(timeout_seconds=10))
    before = path.read_bytes()
    monkeypatch.setattr(os, step, refuse)
    with pytest.raises(PermissionError):
        save(path, Settings(timeout_seconds=20))
    assert path.read_bytes() == before
    assert names_in(path.parent) == ["settings.json"]


def test_a_file_that_another_program_has_open_on_windows_is_replaced_once_that_has_done(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.config.files._PAUSE_S", 0.0)
    save(path, Settings(timeout_seconds=10))
    open_for = iter(range(4))
    replace = os.replace

    def be_open(source: str, target: str) -> None:
        if next(open_for, None) is not None:
            raise PermissionError(13, "Access is denied")
        replace(source, target)

    monkeypatch.setattr(os, "replace", be_open)
    save(path, Settings(timeout_seconds=20))
    assert stored(path)["sync"]["timeout_seconds"] == 20
    assert names_in(path.parent) == ["settings.json"]


def test_the_old_file_is_whole_until_the_new_one_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(path, Settings(timeout_seconds=10))
    seen = []
    replace = os.replace

    def look(source: str, target: str) -> None:
        seen.append((stored(Path(target))["sync"]["timeout_seconds"], stored(Path(source))["sync"]["timeout_seconds"]))
        replace(source, target)

    monkeypatch.setattr(os, "replace", look)
    save(path, Settings(timeout_seconds=20))
    assert seen == [(10, 20)]
    assert stored(path)["sync"]["timeout_seconds"] == 20


def test_a_folder_that_cannot_be_made_is_an_error_of_the_operating_system(tmp_path: Path) -> None:
    write(tmp_path / "file", b"")
    with pytest.raises(OSError):
        save(tmp_path / "file" / "settings.json", Settings())
    assert names_in(tmp_path) == ["file"]


def test_settings_that_cannot_be_read_are_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(path, '{"theme": "dark"}')
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(PermissionError):
        save(path, Settings())
    monkeypatch.undo()
    assert stored(path) == {"theme": "dark"}


# The folders


def all_folders(paths: Paths) -> set[Path]:
    return {paths.config, paths.data, paths.logs}


def test_one_variable_moves_all_three_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "home"))
    paths = user_paths()
    home = tmp_path / "home"
    assert paths == Paths(home / "config", home / "data", home / "logs")
    assert paths.settings_file.parent == home / "config"
    assert paths.log_folder == home / "logs" / "T3WebLog"
    assert not home.exists()


def test_a_relative_or_personal_home_becomes_a_whole_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("T3MONITOR_HOME", "here")
    assert user_paths().data == tmp_path / "here" / "data"
    monkeypatch.setenv("USERPROFILE" if sys.platform == "win32" else "HOME", str(tmp_path))
    monkeypatch.setenv("T3MONITOR_HOME", "~/there")
    assert user_paths().data == tmp_path / "there" / "data"


@pytest.mark.skipif(sys.platform == "win32", reason="there it is the folder of that name beside one's own")
def test_the_home_of_a_user_who_is_not_known_is_an_error_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", "~nosuchuser/x")
    with pytest.raises(SettingsError, match=r"^T3MONITOR_HOME: the home folder in '~nosuchuser/x' is not known"):
        user_paths()


def test_a_home_that_is_a_file_is_an_error_that_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "file"))
    with pytest.raises(SettingsError, match=r"^T3MONITOR_HOME: .*file is no folder; name one"):
        user_paths()


@pytest.mark.parametrize("home", [None, ""])
def test_without_the_variable_the_folders_are_those_of_appdirs(
    home: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if home is None:
        monkeypatch.delenv("T3MONITOR_HOME", raising=False)
    else:
        monkeypatch.setenv("T3MONITOR_HOME", home)
    roaming = []

    def folder(name: str) -> Any:
        def of(appname: str, *_: object, **options: Any) -> str:
            roaming.append(options.get("roaming", False))
            return str(tmp_path / name / appname)

        return of

    for name in ("user_config_dir", "user_data_dir", "user_log_dir"):
        monkeypatch.setattr(appdirs, name, folder(name))
    paths = user_paths()
    assert [path.parent.name for path in (paths.config, paths.data, paths.logs)] == [
        "user_config_dir",
        "user_data_dir",
        "user_log_dir",
    ]
    assert len({path.name for path in all_folders(paths)}) == 1
    assert not any(roaming)


def test_the_simulated_building_has_its_own_database_file(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "data", tmp_path / "logs")
    real, demo = paths.database_file(None), paths.database_file("demo")
    assert real == tmp_path / "data" / "webview_t3_device.db"
    assert demo != real
    assert demo.is_relative_to(paths.data)
    assert demo.name == DATABASE_NAME
