"""The whole program by its command line against T3000's web service in each of its moods."""

import json
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from t3monitor.cli import main
from t3monitor.config.paths import user_paths
from t3monitor.config.settings import Settings
from t3monitor.config.settings_file import save
from t3monitor.t3000.webapi import panel_reader
from t3monitor.t3000.webapi.exchange import Exchange
from t3000_model import make_panels
from t3000_stand_in import Mood, StandIn

PANELS = 3
HURRY = 3  # how much sooner than it says a call is given up here
LONG_S, SHORT_S = 100, 1


pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture(autouse=True)
def deadlines_come_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings have whole seconds."""
    run = Exchange.run
    monkeypatch.setattr(Exchange, "run", lambda exchange, timeout_s: run(exchange, timeout_s / HURRY))


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    with StandIn(make_panels(PANELS), hurries=True) as stand_in:
        stand_in.t3000.silent_group_s = 0.3
        monkeypatch.setattr(panel_reader, "_AT_ONCE_S", 0.1)
        yield stand_in


class Program:
    """Runs commands in this process and keeps what came of them."""

    def __init__(self, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
        self._capsys = capsys
        self._file = folder / "x.db"
        self.database = f"sqlite:///{self._file}"

    def sync(self, url: str, *options: str) -> tuple[int, dict[str, Any]]:
        """One cycle: its exit code and its line."""
        link = ("--link", "webapi", "--url", url, "--database", self.database)
        code = main(["sync", *link, "--once", "--json", "--timeout", str(LONG_S), "--retries", "0", *options])
        [line] = self._capsys.readouterr().out.splitlines()
        return code, json.loads(line)

    def doctor(self, *options: str) -> tuple[int, dict[str, dict[str, str]]]:
        """The exit code, and the checks by name."""
        code = main(["doctor", "--json", *options])
        checks = json.loads(self._capsys.readouterr().out)["checks"]
        return code, {check["name"]: check for check in checks}

    def rows(self, sql: str) -> list[Any]:
        with closing(sqlite3.connect(self._file)) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Program:
    return Program(capsys, tmp_path)


def read_by(name: str) -> None:
    save(user_paths().settings_file, Settings().with_values(web_reading=name))


def close_gate(stand_in: StandIn) -> None:
    stand_in.t3000.gate_open = False


def know_nothing_live(stand_in: StandIn) -> None:
    stand_in.t3000.build.knows_live = False
    stand_in.t3000.gate_open = False


def kill_one(stand_in: StandIn) -> None:
    stand_in.t3000.panels[1].reachable = False


def be(mood: Mood) -> Callable[[StandIn], None]:
    def set_mood(stand_in: StandIn) -> None:
        stand_in.mood = mood

    return set_mood


def time_limit(stand_in: StandIn) -> str:
    """Short where an answer does not end, else longer than a busy machine takes."""
    return str(SHORT_S if stand_in.mood in (Mood.HANG, Mood.SLOW_BODY) else LONG_S)


# What is wrong, how it is read; outcome, exit code, words of the reason.
CASES = [
    (be(Mood.WELL), "auto", "ok", 0, None),
    (close_gate, "auto", "ok", 0, None),
    (kill_one, "auto", "partial", 6, "1 panel skipped: panel 2 'AHU-2' was not read: it gives T3000 no answer"),
    (know_nothing_live, "auto", "no_new_data", 7, "live reading failed too: None of 3 panels gave values"),
    (close_gate, "logging_data", "no_new_data", 7, "or its background reading is off; the next call in 15 s will tell"),
    (be(Mood.WELL), "logging_data", "no_new_data", 7, "T3000 has read no panel in the background yet"),
    (be(Mood.STARTING), "auto", "not_ready", 3, "T3000 is starting (-2): MFC application not initialized"),
    (be(Mood.WARM_UP), "auto", "not_ready", 3, "T3000 is starting, its web service is warming up: wait"),
    (be(Mood.NOT_LOADED), "auto", "unreachable", 3, "does not find its way into T3000.exe"),
    (be(Mood.OLD_BUILD), "auto", "unreachable", 3, "is of a build before September 2025"),
    (be(Mood.OTHER_PROGRAM), "auto", "unreachable", 3, "Something else than T3000 answers on 127.0.0.1:"),
    (be(Mood.GARBAGE), "auto", "unreachable", 3, "and not in HTTP"),
    (be(Mood.CLOSED), "auto", "unreachable", 3, "broke the connection off without an answer"),
    (be(Mood.LOCKED), "auto", "timeout", 4, "if that stays so, restart T3000"),
    (be(Mood.HANG), "auto", "timeout", 4, "took the call and gave no answer within 1 s"),
    (be(Mood.SLOW_BODY), "logging_data", "timeout", 4, "T3000's answer was not complete after 1 s"),
    (be(Mood.CODE_MINUS_1), "auto", "refused", 1, "T3000 refused the call: FFI call returned error code: -1"),
    (be(Mood.BRIDGE_ERROR), "logging_data", "refused", 1, "Exception in BacnetWebView HandleWebViewMsg bridge"),
    (be(Mood.TOO_LARGE), "logging_data", "refused", 1, "(HTTP 413): length limit exceeded"),
    (be(Mood.REDIRECT), "auto", "refused", 1, "(HTTP 302), which T3000 never does"),
    (be(Mood.TEXT), "logging_data", "bad_reply", 1, "is not JSON, its web service passed it on as text"),
    (be(Mood.NOT_JSON), "auto", "bad_reply", 1, "text/plain that is no JSON object"),
    (be(Mood.CUT_OFF), "auto", "bad_reply", 1, "T3000's answer broke off after 28 bytes"),
    (be(Mood.BOMB), "logging_data", "bad_reply", 1, "T3000's answer is longer than 104857600 bytes"),
]
NAMES = [
    f"{prepare.__name__ if prepare.__name__ != 'set_mood' else ''}{reading}-{outcome}-{position}"
    for position, (prepare, reading, outcome, _, _) in enumerate(CASES)
]


@pytest.mark.parametrize(("prepare", "reading", "outcome", "code", "words"), CASES, ids=NAMES)
def test_each_mood_of_t3000_has_its_outcome_its_sentence_and_its_exit_code(
    stand_in: StandIn,
    program: Program,
    prepare: Callable[[StandIn], None],
    reading: str,
    outcome: str,
    code: int,
    words: str | None,
) -> None:
    read_by(reading)
    prepare(stand_in)
    timeout_s = time_limit(stand_in)
    found, cycle = program.sync(stand_in.url, "--timeout", timeout_s)
    assert (found, cycle["outcome"]) == (code, outcome)
    assert cycle["reason"] is None if words is None else words in cycle["reason"]
    assert program.rows("SELECT outcome, reason FROM SYNC_RUNS") == [(outcome, cycle["reason"])]


@pytest.mark.parametrize(("prepare", "reading", "outcome", "code", "words"), CASES, ids=NAMES)
def test_the_doctor_says_the_same_of_each_mood(
    stand_in: StandIn,
    program: Program,
    prepare: Callable[[StandIn], None],
    reading: str,
    outcome: str,
    code: int,
    words: str | None,
) -> None:
    read_by(reading)
    prepare(stand_in)
    timeout_s = time_limit(stand_in)
    found, checks = program.doctor("--link", "webapi", "--url", stand_in.url, "--timeout", timeout_s)
    assert found == code
    wrong = [check for check in checks.values() if check["outcome"] != "ok"]
    assert [check["outcome"] for check in wrong] == ([] if outcome == "ok" else [outcome])
    if words:
        assert words.removeprefix("1 panel skipped: ") in wrong[0]["text"]


def test_a_port_on_which_nothing_listens_is_unreachable(program: Program) -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        code, cycle = program.sync(url)
        assert (code, cycle["outcome"]) == (3, "unreachable")
        assert cycle["reason"].startswith("Nothing listens on 127.0.0.1:")
        code, checks = program.doctor("--url", url)
    assert code == 3
    assert checks["service"]["text"] == cycle["reason"]
    assert "link" not in checks


def test_a_cycle_stores_every_panel_with_the_time_of_its_reading(stand_in: StandIn, program: Program) -> None:
    began = int(time.time())
    stand_in.t3000.panels[0].serial_number = 2**32 - 7
    code, cycle = program.sync(stand_in.url)
    assert code == 0
    # A panel is read whole at first; of that the groups in use are recorded, one of each type.
    assert (cycle["devices"], cycle["points"], cycle["samples"], cycle["skipped"]) == (3, 768, 90, 0)
    devices = program.rows(
        "SELECT serial_number, panel_id, panel_name, ip_address, modbus_address, object_instance,"
        " input_logging_time FROM DEVICES ORDER BY panel_id"
    )
    assert [device[:6] for device in devices] == [
        (2**32 - 7, 1, "AHU-1", "192.168.1.1", 1, 1001),
        (237221, 2, "AHU-2", "192.168.1.2", 2, 1002),
        (237222, 3, "AHU-3", "192.168.1.3", 3, 1003),
    ]
    assert all(began <= device[6] <= time.time() for device in devices)


def test_a_frozen_panel_is_stored_once_and_keeps_its_age(stand_in: StandIn, program: Program) -> None:
    read_by("logging_data")
    stand_in.t3000.build.cooldown_s = 0
    stand_in.t3000.read_all()
    for panel in stand_in.t3000.panels:
        panel.reachable = False
    code, first = program.sync(stand_in.url)
    assert (code, first["samples"]) == (0, 768)
    assert program.rows("SELECT count(DISTINCT logging_time) FROM TRENDLOG_DATA") == [(1,)]


def test_nothing_but_reading_calls_and_pages_arrives(stand_in: StandIn, program: Program) -> None:
    for reading in ("live", "logging_data", "auto"):
        read_by(reading)
        program.sync(stand_in.url)
        program.doctor("--url", stand_in.url)
    assert {call["action"] for call in stand_in.calls} <= {4, 15, 17}
    assert {(request.method, request.path) for request in stand_in.requests} == {
        ("GET", "/api/health"),
        ("GET", "/api/server/time"),
        ("GET", "/api/t3_device/devices"),
        ("POST", "/api/t3000/ffi/call"),
    }


def test_the_doctor_tells_of_the_service_its_panels_and_a_real_fetch(stand_in: StandIn, program: Program) -> None:
    code, checks = program.doctor("--url", stand_in.url)
    place = stand_in.url.removeprefix("http://")
    assert code == 0
    assert checks["service"]["text"] == f"T3000's web service answers on {place}"
    assert checks["clock"]["text"] == "T3000's clock agrees with this computer's"
    assert checks["panels"]["text"] == "3 panels from T3000's device list"
    assert checks["link"]["text"].startswith(f"T3000 web service {stand_in.url}: 3 panels, 768 points in ")
    assert checks["link"]["text"].endswith(" ms, read live from each panel")


def test_the_doctor_looks_at_each_site_under_its_name(stand_in: StandIn, program: Program) -> None:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        plant = f"http://127.0.0.1:{unused.getsockname()[1]}"
        sites = [{"name": "Plant", "url": plant}, {"name": "Office", "url": stand_in.url}]
        save(user_paths().settings_file, Settings().with_values(link="webapi", sites=sites))
        code, checks = program.doctor()
    assert code == 3
    looked_at = {name: check["outcome"] for name, check in checks.items() if "Plant" in name or "Office" in name}
    assert looked_at == {
        "service Plant": "unreachable",
        "service Office": "ok",
        "clock Office": "ok",
        "panels Office": "ok",
        "link Office": "ok",
    }


def test_a_site_that_has_had_its_cycles_does_not_go_on_while_another_one_hangs(
    stand_in: StandIn,
    program: Program,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    seconds_fly: None,
) -> None:
    run = Exchange.run
    with StandIn(make_panels(1, first_serial=5000), hurries=True) as plant:
        plant.mood = Mood.HANG
        hangs = plant.url.removeprefix("http://")
        monkeypatch.setattr(
            Exchange,
            "run",
            # Far longer than the interval, so that the other site could go on.
            lambda exchange, timeout_s: run(exchange, HURRY if exchange._target.place == hangs else timeout_s),
        )
        sites = [{"name": "Plant", "url": plant.url}, {"name": "Office", "url": stand_in.url}]
        save(user_paths().settings_file, Settings().with_values(link="webapi", sites=sites))
        options = ("--database", program.database, "--interval", "1", "--timeout", str(LONG_S), "--json")
        code = main(["sync", "--cycles", "1", *options])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sorted((line["site"], line["outcome"]) for line in lines) == [("Office", "ok"), ("Plant", "timeout")]
    assert code == 4
    [(cycles,)] = program.rows("SELECT count(*) FROM SYNC_RUNS WHERE site = 'Office'")
    assert cycles <= 2, "one more may have begun before it was stopped"
