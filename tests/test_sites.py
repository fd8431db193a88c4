import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from answers import few_points
from scripted_link import ScriptedLink, Step
from service_site import Runner
from t3monitor.config.settings import LinkName, Settings
from t3monitor.model.errors import Outcome, UnreachableError
from t3monitor.model.events import AnswerDecoded, CycleFinished, SyncEvent
from t3monitor.simulation.building import Building
from t3monitor.sync.links import site_zones
from t3monitor.sync.sites import SiteServices
from t3monitor.t3000.link import Answer

NOW_S = 1_761_960_895
OFFICE = few_points(Building(panels=2).answer(NOW_S))
POINTS = 2 * 3 * 8
PLANT = OFFICE.replace(b'"panel_serial_number":2', b'"panel_serial_number":9')
PATIENCE_S = 20.0


class Campus:
    """Sites with scripted links, by name, and what their services told."""

    def __init__(self, folder: Path, **links: ScriptedLink) -> None:
        self.file = folder / "history.db"
        self.links = links
        self.finished = {name: threading.Semaphore(0) for name in ("", *links)}
        self.events: list[SyncEvent] = []
        self.services = SiteServices(
            self.settings(*links), self.open_link, lambda current: current.database, Runner, self.listen
        )
        self.services.run()

    def settings(self, *names: str, **values: Any) -> Settings:
        sites = [{"name": name, "url": f"{name.lower()}:9103"} for name in names]
        return Settings(link=LinkName.WEBAPI, database=f"sqlite:///{self.file}").with_values(sites=sites, **values)

    def open_link(self, settings: Settings) -> ScriptedLink:
        return self.links[settings.sites[0].name if settings.link == "webapi" else "demo"]

    def listen(self, event: SyncEvent) -> None:
        self.events.append(event)
        if isinstance(event, CycleFinished):
            self.finished[event.site].release()

    def outcomes(self) -> dict[str, Outcome]:
        return {event.site: event.report.outcome for event in self.events if isinstance(event, CycleFinished)}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def campus(tmp_path: Path) -> Iterator[Campus]:
    made = Campus(tmp_path, Office=ScriptedLink(OFFICE), Plant=ScriptedLink(PLANT))
    yield made
    made.services.close()


def sync(campus: Campus) -> None:
    for future in campus.services.sync_once():
        future.result(PATIENCE_S)


def test_every_site_has_its_cycle_its_ledger_row_and_its_panels(campus: Campus) -> None:
    sync(campus)
    assert campus.outcomes() == {"Office": Outcome.OK, "Plant": Outcome.OK}
    assert sorted(campus.rows("SELECT site, outcome, devices FROM SYNC_RUNS")) == [
        ("Office", "ok", 2),
        ("Plant", "ok", 2),
    ]
    assert campus.rows("SELECT site, count(*) FROM DEVICES GROUP BY site ORDER BY site") == [
        ("Office", 2),
        ("Plant", 2),
    ]
    assert {event.site for event in campus.events} == {"Office", "Plant"}


def test_a_site_that_hangs_holds_up_no_other(campus: Campus) -> None:
    office = campus.links["Office"]
    office.steps = [office.hang]
    campus.services.start()
    assert office.hanging.wait(PATIENCE_S)
    assert campus.finished["Plant"].acquire(timeout=PATIENCE_S)
    assert campus.outcomes() == {"Plant": Outcome.OK}
    campus.services.stop()
    assert campus.finished["Office"].acquire(timeout=PATIENCE_S)
    assert campus.outcomes()["Office"] is Outcome.INTERRUPTED


def test_each_site_has_its_own_reason(campus: Campus) -> None:
    campus.links["Plant"].steps = [UnreachableError("Nothing listens on plant:9103")]
    sync(campus)
    assert sorted(campus.rows("SELECT site, outcome, reason FROM SYNC_RUNS")) == [
        ("Office", "ok", None),
        ("Plant", "unreachable", "Nothing listens on plant:9103"),
    ]


def test_a_panel_that_both_sites_see_is_stored_once(campus: Campus) -> None:
    campus.links["Plant"].steps = [OFFICE]
    campus.services.sync_once()[0].result(PATIENCE_S)
    sync(campus)
    (owners,) = campus.rows("SELECT count(DISTINCT site) FROM DEVICES")
    assert owners == (1,)
    per_panel = campus.rows(
        "SELECT count(DISTINCT run.site) FROM TRENDLOG_FRAMES JOIN SYNC_RUNS AS run ON run.id = run_id"
    )
    assert per_panel == [(1,)]


@pytest.mark.parametrize(
    ("what", "instead"), [(b'"panel_id":2', b'"panel_id":7'), (b'"panel_name":"', b'"panel_name":"Plant ')]
)
def test_two_controllers_of_one_serial_number_at_two_sites_are_never_one(
    campus: Campus, what: bytes, instead: bytes
) -> None:
    assert what in OFFICE
    campus.links["Plant"].steps = [UnreachableError("Nothing listens on plant:9103"), OFFICE.replace(what, instead)]
    sync(campus)
    stored = campus.rows("SELECT serial_number, panel_id, panel_name, site FROM DEVICES")
    sync(campus)
    assert campus.outcomes() == {"Office": Outcome.OK, "Plant": Outcome.PARTIAL}
    assert campus.rows("SELECT serial_number, panel_id, panel_name, site FROM DEVICES") == stored
    reasons = campus.rows("SELECT reason FROM SYNC_RUNS WHERE site = 'Plant' AND outcome = 'partial'")
    assert all(
        "two controllers" in reason and "site Office" in reason and "site Plant" in reason for (reason,) in reasons
    )


def test_the_users_word_that_two_are_one_reaches_every_site(campus: Campus) -> None:
    sync(campus)  # each has panels of its own
    moved = OFFICE.replace(b'"panel_name":"', b'"panel_name":"New ')
    campus.links["Plant"].steps = [moved]
    sync(campus)
    assert campus.outcomes()["Plant"] is Outcome.PARTIAL
    for (serial,) in campus.rows("SELECT serial_number FROM DEVICES"):
        campus.services.accept_controller(serial)
    sync(campus)
    assert campus.outcomes() == {"Office": Outcome.OK, "Plant": Outcome.OK}


def test_a_site_that_is_removed_ends_and_one_that_is_added_begins(campus: Campus) -> None:
    campus.services.start()
    for name in ("Office", "Plant"):
        assert campus.finished[name].acquire(timeout=PATIENCE_S)
    campus.links["Annex"] = ScriptedLink(PLANT)
    campus.finished["Annex"] = threading.Semaphore(0)
    campus.services.apply(campus.settings("Annex", "Office"))
    assert campus.services.sites == ("Annex", "Office")
    assert campus.finished["Annex"].acquire(timeout=PATIENCE_S)
    campus.services.close()
    assert all(link.closed for link in campus.links.values())
    assert campus.rows("SELECT DISTINCT site FROM DEVICES ORDER BY site") == [("Annex",), ("Office",)]
    assert campus.rows("SELECT site, detail FROM SYNC_EVENTS WHERE kind = 'quit' ORDER BY site") == [
        ("Annex", ""),
        ("Office", ""),
        ("Plant", "for other settings: this T3000 computer is not among them"),
    ]


def test_another_link_ends_the_sites(campus: Campus) -> None:
    sync(campus)
    campus.links["demo"] = ScriptedLink(OFFICE)
    campus.services.apply(campus.settings("Office").with_values(link="demo"))
    assert campus.services.sites == ("",)
    sync(campus)
    assert campus.outcomes()[""] is Outcome.OK


class ForgetfulLink(ScriptedLink):
    """Keeps after how many calls it was to forget its panels."""

    def __init__(self, *steps: Step) -> None:
        super().__init__(*steps)
        self.forgot: list[int] = []

    def forget_panels(self) -> None:
        self.forgot.append(self.fetches)


def test_looking_for_panels_again_reaches_the_link_before_its_next_call(tmp_path: Path) -> None:
    link = ForgetfulLink(OFFICE)
    campus = Campus(tmp_path, Office=link)
    try:
        sync(campus)
        campus.services.find_panels()
        assert campus.finished["Office"].acquire(timeout=PATIENCE_S)
        assert campus.finished["Office"].acquire(timeout=PATIENCE_S)
        assert link.forgot == [1]
    finally:
        campus.services.close()


def test_looking_for_panels_again_reaches_a_link_that_was_not_open_yet(tmp_path: Path) -> None:
    link = ForgetfulLink(OFFICE)
    campus = Campus(tmp_path, Office=link)
    try:
        campus.services.find_panels()
        assert campus.finished["Office"].acquire(timeout=PATIENCE_S)
        assert link.forgot == [0]
    finally:
        campus.services.close()


def test_looking_for_panels_again_during_a_cycle_has_another_one_follow(tmp_path: Path) -> None:
    asked, going_on = threading.Event(), threading.Event()

    def slow() -> bytes:
        going_on.set()
        assert asked.wait(PATIENCE_S)
        return OFFICE

    link = ForgetfulLink(slow, OFFICE)
    campus = Campus(tmp_path, Office=link)
    try:
        campus.services.sync_once()
        assert going_on.wait(PATIENCE_S)
        campus.services.find_panels()
        asked.set()
        assert campus.finished["Office"].acquire(timeout=PATIENCE_S)
        assert campus.finished["Office"].acquire(timeout=PATIENCE_S)
        assert link.forgot == [1]
    finally:
        campus.services.close()


def test_what_an_answer_repeats_is_not_stored_again_and_an_errand_keeps_its_time(tmp_path: Path) -> None:
    errands = []

    class Link(ScriptedLink):
        @property
        def errand_due_s(self) -> float | None:
            return 0.0 if not errands else None

        def run_errand(self, timeout_s: float) -> None:
            errands.append(timeout_s)

    campus = Campus(tmp_path, Office=Link(Answer(OFFICE, repeats=True, note="read from the cache")))
    try:
        campus.services.apply(campus.settings("Office", sync_interval_secs=3600))
        campus.services.start()
        assert campus.finished["Office"].acquire(timeout=PATIENCE_S)
        sync(campus)
        assert errands == [30]
        assert campus.rows("SELECT outcome, points, samples FROM SYNC_RUNS") == [
            ("ok", POINTS, POINTS),
            ("ok", POINTS, 0),
        ]
        assert campus.rows("SELECT count(*) FROM TRENDLOG_DATA") == [(POINTS,)]
    finally:
        campus.services.close()


def test_another_database_gets_all_of_what_an_answer_repeats(tmp_path: Path) -> None:
    campus = Campus(tmp_path, Office=ScriptedLink(Answer(OFFICE, repeats=True)))
    try:
        sync(campus)
        campus.file = tmp_path / "other.db"
        campus.services.apply(campus.settings("Office"))
        sync(campus)
        assert campus.rows("SELECT count(*) FROM TRENDLOG_DATA") == [(POINTS,)]
        assert campus.rows("SELECT count(*) FROM VARIABLE_POINTS") == [(16,)]
    finally:
        campus.services.close()


def test_what_a_lock_kept_out_is_stored_once_although_the_answer_repeats_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("t3monitor.store.keeper._PATIENCE_S", 0.0)
    newer = OFFICE.replace(b'"value":', b'"value":1').replace(str(NOW_S)[:9].encode(), str(NOW_S + 10)[:9].encode())
    answers = (Answer(answer, repeats=True) for answer in (OFFICE, newer))
    campus = Campus(tmp_path, Office=ScriptedLink(*answers))
    try:
        sync(campus)
        with closing(sqlite3.connect(campus.file)) as other:
            other.execute("BEGIN IMMEDIATE")
            sync(campus)
        sync(campus)
        assert [outcome for (outcome,) in campus.rows("SELECT outcome FROM SYNC_RUNS")] == ["ok", "database", "ok"]
        assert campus.rows("SELECT samples FROM SYNC_RUNS") == [(POINTS,), (POINTS,), (0,)]
        assert campus.rows("SELECT count(*) FROM TRENDLOG_DATA") == [(2 * POINTS,)]
        newest = "SELECT max(logging_time) FROM TRENDLOG_FRAMES WHERE point_type = 'INPUT'"
        assert campus.rows("SELECT max(logging_time) FROM INPUT_POINTS") == campus.rows(newest)
    finally:
        campus.services.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not remove a file that is open")
def test_a_database_made_anew_in_the_place_of_a_removed_one_gets_all_of_it_too(tmp_path: Path) -> None:
    campus = Campus(tmp_path, Office=ScriptedLink(Answer(OFFICE, repeats=True)))
    try:
        sync(campus)
        for file in tmp_path.glob("history.db*"):
            file.unlink()
        sync(campus)
        assert campus.outcomes() == {"Office": Outcome.DATABASE}
        sync(campus)
        assert campus.rows("SELECT count(*) FROM TRENDLOG_DATA") == [(POINTS,)]
    finally:
        campus.services.close()


def test_a_panel_that_failed_makes_the_cycle_partial_and_is_named(campus: Campus) -> None:
    campus.links["Office"].steps = [Answer(OFFICE, failed_panels=("panel 5 does not answer",))]
    sync(campus)
    assert campus.rows("SELECT outcome, reason, skipped FROM SYNC_RUNS WHERE site = 'Office'") == [
        ("partial", "1 panel skipped: panel 5 does not answer", 1)
    ]


def test_what_is_not_recorded_is_told_to_the_window_but_not_stored(campus: Campus) -> None:
    campus.services.apply(campus.settings("Office", unrecorded_panels=[237221], recorded_types=["INPUT"]))
    sync(campus)
    (shown,) = [event.snapshot for event in campus.events if isinstance(event, AnswerDecoded)]
    assert shown.point_count == POINTS
    assert campus.rows("SELECT serial_number FROM DEVICES") == [(237273,)]
    assert campus.rows("SELECT serial_number, count(*) FROM INPUT_POINTS") == [(237273, 8)]
    assert campus.rows("SELECT count(*) FROM OUTPUT_POINTS") == [(0,)]
    assert campus.rows("SELECT DISTINCT point_type FROM TRENDLOG_DATA") == [("INPUT",)]
    assert campus.rows("SELECT points, samples FROM SYNC_RUNS") == [(POINTS, 8)]


def test_upkeep_of_the_databases_goes_by_the_settings_in_force(campus: Campus) -> None:
    changed = campus.settings("Office", "Plant", retry_attempts=7)
    campus.services.apply(changed)
    assert campus.services._keepers._context.settings() is changed


def test_what_is_of_no_site_is_in_the_zone_that_all_are_in_also_where_no_link_is_chosen_yet() -> None:
    one, two = ({"name": name, "url": f"http://{name}", "zone": "America/New_York"} for name in "ab")
    for settings in (Settings(link=LinkName.WEBAPI), Settings()):
        assert set(site_zones(settings.with_values(sites=[one]))) == {"a", ""}
        assert set(site_zones(settings.with_values(sites=[one, two]))) == {"a", "b", ""}
        assert set(site_zones(settings.with_values(sites=[one, {**two, "zone": "UTC"}]))) == {"a", "b"}
        assert site_zones(settings.with_values(sites=[{"url": "http://a"}])) == {}
    library = Settings(link=LinkName.LIBRARY, library="a.so").with_values(sites=[one])
    assert site_zones(library) == {}  # T3000 is here
