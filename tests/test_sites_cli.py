"""Several T3000 computers on the command line."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from programs import PATIENCE_S
from t3monitor.cli import main
from t3monitor.config.paths import user_paths
from t3monitor.config.settings import Settings
from t3monitor.config.settings_file import save
from t3monitor.model.errors import Outcome
from t3monitor.sync.service import SyncService
from t3000_model import make_panels
from t3000_stand_in import Mood, StandIn

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture
def closed_url() -> Iterator[str]:
    """A port on which nothing listens for as long as the test runs."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


@pytest.fixture
def office() -> Iterator[StandIn]:
    with StandIn(make_panels(2), hurries=True) as stand_in:
        save_sites(Office=stand_in.url)
        yield stand_in


def save_sites(**urls: str) -> None:
    sites = [{"name": name, "url": url} for name, url in urls.items()]
    values = {"link": "webapi", "sites": sites, "timeout_seconds": 5, "retry_attempts": 0}
    save(user_paths().settings_file, Settings().with_values(**values))


def test_each_site_has_its_lines_and_the_first_bad_one_the_exit_code(
    office: StandIn, closed_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    save_sites(Office=office.url, Plant=closed_url)
    assert main(["sync", "--once", "--json"]) == 3
    lines = {line["site"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert {site: (line["outcome"], line["devices"]) for site, line in lines.items()} == {
        "Office": ("ok", 2),
        "Plant": ("unreachable", 0),
    }
    assert lines["Plant"]["reason"].startswith("Nothing listens on 127.0.0.1:")


def test_as_many_cycles_of_each_site_as_were_asked_for(
    office: StandIn, capsys: pytest.CaptureFixture[str], seconds_fly: None
) -> None:
    with StandIn(make_panels(3), hurries=True) as plant:
        save_sites(Office=office.url, Plant=plant.url)
        assert main(["sync", "--cycles", "2", "--interval", "1"]) == 0
    out = capsys.readouterr().out
    assert (out.count("Office: "), out.count("Plant: ")) == (2, 2)


def test_a_cycle_that_a_site_began_before_it_was_stopped_is_neither_printed_nor_the_exit_code(
    office: StandIn, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    office_was_stopped, stop = threading.Event(), SyncService.stop

    def stop_late(service: SyncService, *by: str) -> None:
        office.mood = Mood.LOCKED
        assert service.sync_once().result(PATIENCE_S).outcome is Outcome.TIMEOUT
        stop(service, *by)
        office_was_stopped.set()

    monkeypatch.setattr(SyncService, "stop", stop_late)
    with StandIn(make_panels(3), wait_until=lambda _: wait(office_was_stopped)) as plant:
        save_sites(Office=office.url, Plant=plant.url)
        assert main(["sync", "--cycles", "1", "--interval", "3600", "--timeout", "600", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["site"], line["outcome"]) for line in lines] == [("Office", "ok"), ("Plant", "ok")]


def wait(event: threading.Event) -> None:
    assert event.wait(PATIENCE_S)


def test_a_named_single_site_has_its_name_too_and_an_url_takes_its_place(
    office: StandIn, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sync", "--once", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["site"] == "Office"
    assert main(["sync", "--once", "--json", "--url", office.url]) == 0
    assert "site" not in json.loads(capsys.readouterr().out)


def test_the_doctor_looks_at_each_site(office: StandIn, closed_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    save_sites(Office=office.url, Plant=closed_url)
    assert main(["doctor", "--json"]) == 3
    checks = {check["name"]: check["outcome"] for check in json.loads(capsys.readouterr().out)["checks"]}
    assert checks["link Office"] == "ok"
    assert checks["service Plant"] == "unreachable"
    assert "link Plant" not in checks
