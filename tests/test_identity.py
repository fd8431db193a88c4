"""Two controllers with one serial number are never taken for one, and a controller that is renamed never for two."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answers import real_answer, real_panel, real_point
from clock import FakeClock
from live_site import LiveSite
from scripted_link import ScriptedLink, Step
from t3monitor.config.settings import LinkName, Settings, WebReading
from t3monitor.model.errors import Outcome
from t3monitor.model.events import AnswerDecoded, CycleFinished, CycleReport, SyncEvent
from t3monitor.model.identity import Identity, StoredIdentity
from t3monitor.model.snapshot import Panel, PanelSettings, Snapshot
from t3monitor.sync.identity import GONE_AFTER_S, Controllers
from t3monitor.sync.service import SyncService
from t3monitor.t3000.link import Answer
from t3monitor.t3000.webapi.panels import REFRESH_S
from t3000_model import make_panels
from values import NOW_S, device

SERIAL = 237219
A = Identity(5, "AHU5", "192.168.1.5")
B = Identity(9, "VAV9", "192.168.1.9")
INTERVAL_S = 30


def panel(identity: Identity, serial_number: int = SERIAL) -> Panel:
    number, name, address = identity
    return device(serial_number, number, panel_name=name, address=address)


class Watch:
    """What comes of one answer after another, one each interval."""

    def __init__(self, *stored: StoredIdentity, site: str = "", watched: set[str] | None = None) -> None:
        self.controllers = Controllers(stored)
        self.site = site
        self.watched = {site} if watched is None else watched
        self.now_s = NOW_S

    def settled(self, *entries: Identity, silent: tuple[Identity, ...] = (), site: str | None = None) -> Snapshot:
        self.now_s += INTERVAL_S
        shown, *doubles = map(panel, entries) if entries else [None]
        answer = Snapshot(
            self.now_s,
            (shown,) if shown else (),
            silent=tuple(map(panel, silent)),
            doubles=tuple(doubles),
        )
        return self.controllers.settled(self.site if site is None else site, answer, self.watched)

    def sees(self, *entries: Identity, silent: tuple[Identity, ...] = (), site: str | None = None) -> Identity | None:
        """What is believed to be the known controller of an answer."""
        believed = self.settled(*entries, silent=silent, site=site).panels
        return Identity.of(believed[0]) if believed else None

    def says(self, *entries: Identity, silent: tuple[Identity, ...] = (), site: str | None = None) -> str:
        """What is said of two controllers; nothing if there is but one."""
        after = self.settled(*entries, silent=silent, site=site)
        assert after.conflicts == ((SERIAL,) if after.skipped_panels else ())
        return "; ".join(after.skipped_panels)


def assert_names_both(said: str, *titles: str) -> None:
    assert str(SERIAL) in said
    for title in titles or (A.title(), B.title()):
        assert title in said
    assert not said.endswith(".")


# Identities


@pytest.mark.parametrize(
    "unknown", [Identity(5), Identity(5, "", "0.0.0.0"), Identity(5, "ahu5 ", ""), Identity(0, "AHU5")]
)
def test_what_is_not_known_contradicts_nothing(unknown: Identity) -> None:
    assert not unknown.contradictions(A)
    assert not A.contradictions(unknown)


def test_a_name_that_runs_a_byte_over_its_field_is_the_same_name() -> None:
    assert not Identity(5, "A" * 21).contradictions(Identity(5, "A" * 20))


def test_a_title_holds_number_name_address_and_site() -> None:
    assert A.title("Office") == "panel 5 'AHU5' (192.168.1.5, site Office)"
    assert Identity(5, "AHU5", "0.0.0.0").title() == "panel 5 'AHU5' (address not known)"


def test_the_address_of_the_settings_serves_where_the_panel_tells_none() -> None:
    shown = replace(panel(Identity(5, "AHU5")), settings=PanelSettings(ip_address="192.168.1.5"))
    assert Identity.of(shown) == A


# Within an answer


def test_two_in_one_answer_are_two_at_once_and_the_first_is_the_known_one() -> None:
    watch = Watch()
    assert_names_both(watch.says(A, B))
    assert watch.sees(A, B) == A


def test_of_two_in_one_answer_the_one_that_was_seen_before_keeps_its_history() -> None:
    watch = Watch()
    watch.sees(B)
    assert watch.sees(A, B) == B
    assert watch.sees(B, A) == B


def test_of_two_in_one_answer_the_one_that_is_stored_keeps_its_history() -> None:
    assert Watch(StoredIdentity(SERIAL, B, NOW_S, "")).sees(A, B) == B


def test_two_in_one_answer_that_differ_in_little_are_two_all_the_same() -> None:
    watch = Watch()
    renumbered = A._replace(panel_id=6)
    assert_names_both(watch.says(A, renumbered), A.title(), renumbered.title())
    assert watch.sees(renumbered) is None


def test_two_in_one_answer_that_differ_in_nothing_are_said_for_as_long_as_there_are_two() -> None:
    watch = Watch()
    assert_names_both(watch.says(A, A), A.title())
    assert watch.says(A) == ""


# Across answers


def test_all_at_once_is_another_controller() -> None:
    watch = Watch()
    assert watch.says(A) == ""
    assert_names_both(watch.says(B))
    assert watch.sees(B) is None
    assert watch.sees(A) == A
    assert_names_both(watch.says(A))


def test_another_controller_is_the_successor_of_one_not_seen_for_an_hour() -> None:
    watch = Watch()
    watch.sees(A)
    refused = [watch.sees(B) for _ in range(GONE_AFTER_S // INTERVAL_S - 1)]
    assert set(refused) == {None}
    assert watch.sees(B) == B
    assert watch.says(B) == ""


def test_a_successor_whose_predecessor_was_not_gone_is_found_out() -> None:
    watch = Watch(StoredIdentity(SERIAL, A, NOW_S - GONE_AFTER_S, ""))
    assert watch.sees(B) == B
    assert watch.sees(A) == A
    assert watch.sees(B) is None


@pytest.mark.parametrize("changes", [{"panel_id": 6}, {"name": "AHU 6"}, {"name": "AHU 6", "address": "192.168.1.6"}])
def test_a_change_of_one_or_two_is_a_renumbering_or_renaming(changes: dict[str, object]) -> None:
    watch, renamed = Watch(), A._replace(**changes)
    watch.sees(A)
    assert watch.sees(renamed) == renamed
    assert watch.says(renamed) == ""


def test_a_change_that_comes_back_is_two_controllers_and_the_original_keeps_its_history() -> None:
    watch, renumbered = Watch(), A._replace(panel_id=6)
    assert [watch.sees(identity) for identity in (A, renumbered, A, renumbered, A)] == [A, renumbered, A, None, A]
    assert_names_both(watch.says(renumbered), A.title(), renumbered.title())


def test_two_are_said_no_more_when_the_other_was_not_seen_for_an_hour() -> None:
    watch = Watch()
    watch.sees(A)
    watch.sees(B)
    said = [watch.says(A) for _ in range(GONE_AFTER_S // INTERVAL_S)]
    assert all(said[:-1])
    assert said[-1] == ""


def test_renaming_back_after_more_than_an_hour_is_a_renaming() -> None:
    watch, renamed = Watch(), A._replace(name="AHU 6")
    watch.sees(A)
    for _ in range(GONE_AFTER_S // INTERVAL_S + 1):
        assert watch.sees(renamed) == renamed
    assert watch.says(A) == ""
    assert watch.sees(A) == A


def test_a_list_that_changes_one_after_the_other_and_back_is_found_out_at_the_first_return() -> None:
    watch = Watch()
    on_the_way = (A, A._replace(panel_id=9), B._replace(address=A.address), B)
    assert [watch.sees(identity) for identity in on_the_way] == [*on_the_way]
    returning = (B._replace(panel_id=5), A._replace(address=B.address), A)
    assert [watch.sees(identity) for identity in returning] == [None, None, A]
    assert [watch.sees(identity) for identity in on_the_way] == [A, None, None, None]


def test_of_three_names_the_older_of_the_two_that_alternate_is_the_known_one() -> None:
    watch = Watch()
    five, six, seven = (A._replace(panel_id=number) for number in (5, 6, 7))
    assert [watch.sees(identity) for identity in (five, six, seven, six, seven, six)] == [
        five,
        six,
        seven,
        six,
        None,
        six,
    ]


def test_an_unknown_address_neither_makes_another_controller_nor_hides_one() -> None:
    watch = Watch()
    without = A._replace(address="")
    assert [watch.sees(identity) for identity in (A, without, A, without)] == [A, without, A, without]
    assert watch.sees(B) is None


def test_what_may_be_either_of_two_is_left_out() -> None:
    watch, moved = Watch(), A._replace(address="192.168.1.6")
    watch.sees(A, moved)
    assert watch.sees(A._replace(address="")) is None
    assert watch.sees(A) == A


def test_a_clock_that_is_set_back_keeps_nobody_for_longer_than_an_hour() -> None:
    watch = Watch(StoredIdentity(SERIAL, A, NOW_S + 86_400, ""))
    for _ in range(GONE_AFTER_S // INTERVAL_S):
        assert watch.sees(B) is None
    assert watch.sees(B) == B


# Listed panels that do not answer


def test_a_listed_panel_that_is_another_controller_is_left_out_and_said() -> None:
    watch = Watch()
    watch.sees(A)
    after = watch.settled(silent=(B,))
    assert after.silent == ()
    assert_names_both(after.skipped_panels[0])
    assert watch.settled(silent=(A,)).silent == (panel(A),)


# Across restarts


def test_what_is_stored_is_the_known_controller() -> None:
    watch = Watch(StoredIdentity(SERIAL, A, NOW_S - 60, "Office"))
    assert_names_both(watch.says(B))
    assert watch.sees(A) == A


def test_a_stored_panel_that_was_never_seen_or_long_ago_gives_way() -> None:
    for seen_at in (None, NOW_S - 2 * GONE_AFTER_S):
        assert Watch(StoredIdentity(SERIAL, A, seen_at, "")).sees(B) == B


# The user's word


def test_what_the_user_says_is_the_same_controller_is_it_from_then_on() -> None:
    watch = Watch()
    watch.sees(A)
    watch.sees(B)
    watch.controllers.accept(SERIAL)
    assert [watch.sees(identity) for identity in (B, A, B)] == [B, A, B]
    assert watch.says(A) == ""
    assert_names_both(watch.says(Identity(12, "Other", "192.168.1.12")), "panel 12 'Other' (192.168.1.12)")


# Across sites


def test_one_panel_that_two_sites_see_is_one() -> None:
    watch = Watch(watched={"Office", "Plant"})
    assert watch.sees(A, site="Office") == A
    for same in (A, A._replace(address=""), A._replace(name="")):
        assert watch.says(same, site="Plant") == ""


@pytest.mark.parametrize("other", [B, A._replace(panel_id=6), A._replace(address="192.168.1.6")])
def test_whatever_differs_between_two_sites_makes_two(other: Identity) -> None:
    watch = Watch(watched={"Office", "Plant"})
    watch.sees(A, site="Office")
    assert_names_both(watch.says(other, site="Plant"), A.title("Office"), other.title("Plant"))
    assert watch.sees(other, site="Plant") is None
    after = watch.settled(A, site="Office")
    assert (after.panels, after.skipped_panels, after.conflicts) == ((panel(A),), (), (SERIAL,))


def test_a_site_that_sleeps_loses_no_history_to_another() -> None:
    watch = Watch(StoredIdentity(SERIAL, A, NOW_S - 86_400, "Office"), watched={"Office", "Plant"})
    assert watch.sees(B, site="Plant") is None
    watch.now_s += 86_400
    assert watch.sees(B, site="Plant") is None
    assert watch.sees(A, site="Office") == A


def test_a_site_that_is_removed_leaves_its_panels_to_others() -> None:
    watch = Watch(watched={"Office", "Plant"})
    watch.sees(A, site="Office")
    watch.sees(A._replace(panel_id=6), site="Plant")
    watch.watched = {"Office"}
    assert watch.settled(A, site="Office").conflicts == ()
    watch.watched = {"Plant"}
    assert watch.sees(A._replace(panel_id=7), site="Plant") is None  # two were seen there just now
    watch.now_s += GONE_AFTER_S
    assert watch.sees(B, site="Plant") == B


# For any order of changes

fields = st.sets(st.sampled_from(Identity._fields), min_size=1, max_size=2)


@given(st.lists(st.tuples(fields, st.booleans()), max_size=40))
def test_renumbering_and_renaming_to_what_was_not_there_before_is_never_refused(
    steps: list[tuple[set[str], bool]],
) -> None:
    watch, fresh, now = Watch(), count(10), A
    assert watch.sees(now) == now
    for changed, pauses in steps:
        n = next(fresh)
        new = Identity(n, f"AHU {n}", f"192.168.1.{n}")
        now = now._replace(**{name: getattr(new, name) for name in changed})
        if pauses:
            watch.now_s += GONE_AFTER_S
        assert watch.sees(now) == now
        assert watch.says(now) == ""


two_controllers = st.tuples(
    st.sets(st.sampled_from(Identity._fields), min_size=1), st.lists(st.booleans(), min_size=1, max_size=40)
)


@given(two_controllers)
def test_of_two_that_alternate_the_other_is_never_believed_once_the_first_was_seen_again(
    drawn: tuple[set[str], list[bool]],
) -> None:
    differing, order = drawn
    other = A._replace(**{name: getattr(B, name) for name in differing})
    watch = Watch()
    watch.sees(A)
    was_other = is_found_out = False
    for is_other in order:
        believed = watch.sees(other if is_other else A)
        is_found_out |= was_other and not is_other
        if not is_other:
            assert believed == A
        elif is_found_out or len(differing) == 3:
            assert believed is None
        was_other |= is_other
        if is_found_out:
            assert_names_both(watch.says(A), A.title(), other.title())


@given(st.lists(st.sets(st.sampled_from(Identity._fields)), min_size=1, max_size=40))
def test_of_a_list_that_goes_to_and_fro_piece_by_piece_only_the_original_is_believed_after_the_first_return(
    steps: list[set[str]],
) -> None:
    watch, before, came_back = Watch(), set[str](), False
    watch.sees(A)
    for of_other in steps:
        shown = A._replace(**{name: getattr(B, name) for name in of_other})
        came_back |= bool(before - of_other)
        believed = watch.sees(shown)
        assert believed in (shown, None)
        if came_back:
            assert (believed is None) == bool(of_other)
        if not came_back and believed is None:
            assert of_other == {*Identity._fields}
            return  # another controller at once; the rest is the property above
        before = of_other


# Through the service


class Building:
    """A service on answers of controllers A and B, cycle by cycle, on a clock of its own."""

    def __init__(self, file: Path, *answers: bytes | Answer, interval_s: int = INTERVAL_S) -> None:
        self.file = file
        self.link: Any = ScriptedLink(*answers or (b"",))
        self.clock = FakeClock()
        self.events: list[SyncEvent] = []
        self.service = SyncService(
            Settings(link=LinkName.DEMO, database=f"sqlite:///{file}", sync_interval_secs=interval_s),
            lambda _: self.link,
            lambda current: current.database,
            self.clock,
        )
        self.service.add_listener(self.events.append)

    def run(self, cycles: int) -> list[CycleReport]:
        """Runs the service in this thread, for so many cycles."""

        def close_at_last(event: SyncEvent) -> None:
            if isinstance(event, CycleFinished) and len(self.reports) == cycles:
                self.service.close()

        self.service.add_listener(close_at_last)
        self.service.start()
        self.service.run()
        return self.reports

    @property
    def reports(self) -> list[CycleReport]:
        return [event.report for event in self.events if isinstance(event, CycleFinished)]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(sql).fetchall()


def entry(identity: Identity, value: float) -> dict[str, object]:
    """A panel of an answer with one input, of this value."""
    number, name, address = identity
    points = [real_point(value=int(value * 1000), pid=number)]
    return real_panel(SERIAL, points, panel_id=number, panel_name=name, panel_ipaddress=address)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


STORED = "SELECT DISTINCT value FROM TRENDLOG_DATA"
ROW = "SELECT panel_id, panel_name, address FROM DEVICES"


def test_of_two_controllers_that_alternate_for_ten_cycles_the_history_is_that_of_one(file: Path) -> None:
    building = Building(file, *[real_answer(entry(A, 21)), real_answer(entry(B, 99))] * 5)
    reports = building.run(10)
    assert [report.outcome for report in reports] == [Outcome.OK, *[Outcome.PARTIAL] * 9]
    for report in reports[1:]:
        assert_names_both(report.reason or "")
    assert building.rows(STORED) == [(21.0,)]
    assert building.rows("SELECT count(*) FROM TRENDLOG_DATA") == [(5,)]
    assert building.rows("SELECT value FROM INPUT_POINTS") == [(21.0,)]
    assert building.rows(ROW) == [A]
    shown = [event.snapshot for event in building.events if isinstance(event, AnswerDecoded)]
    assert [snapshot.conflicts for snapshot in shown] == [(), *[(SERIAL,)] * 9]


def test_of_two_controllers_in_each_answer_the_history_is_that_of_one(file: Path) -> None:
    there = [real_answer(entry(A, 21), entry(B, 99)), real_answer(entry(B, 99), entry(A, 21))]
    building = Building(file, *there)
    assert [report.outcome for report in building.run(4)] == [Outcome.PARTIAL] * 4
    assert building.rows(STORED) == [(21.0,)]
    assert building.rows(ROW) == [A]


def test_another_controller_that_is_listed_and_silent_does_not_rename_the_known_one(file: Path) -> None:
    listed = replace(panel(B), inputs=(), outputs=(), variables=())
    neighbour = real_panel(5)
    silent = Answer(real_answer(neighbour), failed_panels=(f"{B.title()} does not answer",), silent=(listed,))
    building = Building(file, real_answer(entry(A, 21), neighbour), silent)
    building.run(2)
    assert building.rows(f"{ROW} WHERE serial_number = {SERIAL}") == [A]
    assert_names_both(building.reports[1].reason or "")


@pytest.mark.parametrize("reading", ["live", "logging_data"])
def test_two_controllers_in_t3000s_list_that_goes_to_and_fro_are_never_one(file: Path, reading: WebReading) -> None:
    known, other, neighbour = make_panels(3, used=(10, 0, 0), alike=False)
    other.serial_number, other.name = known.serial_number, "OTHER"
    live = LiveSite([known, other, neighbour], reading=reading)
    live.t3000.scan_interval_s = REFRESH_S
    building = Building(file, interval_s=60)
    building.link, building.clock = live.link, live.clock
    building.service.clock = live.clock
    reports = building.run(int(2.5 * REFRESH_S / 60))
    assert reports[2].outcome is Outcome.OK
    disputed = [report for report in reports if report.outcome is Outcome.PARTIAL]
    assert {report.devices for report in disputed} == {1, 2}, "the one was read, the other left out"
    for report in disputed:
        assert_names_both(
            (report.reason or "").replace(str(known.serial_number), str(SERIAL)),
            f"panel 1 '{known.name}' ({known.ip_address})",
            f"panel 2 'OTHER' ({other.ip_address})",
        )
    assert building.rows("SELECT panel_id, panel_name FROM DEVICES ORDER BY panel_id") == [(1, "AHU-1"), (3, "AHU-3")]
    assert building.rows("SELECT DISTINCT panel_id FROM TRENDLOG_DATA ORDER BY 1") == [(1,), (3,)]
    assert building.rows("SELECT label FROM INPUT_POINTS WHERE point_index = 1") == [("A1-1",), ("A3-1",)]


def test_a_restart_of_ours_forgets_nobody(file: Path) -> None:
    Building(file, real_answer(entry(A, 21))).run(1)
    (report,) = Building(file, real_answer(entry(B, 99))).run(1)
    assert report.outcome is Outcome.PARTIAL
    assert_names_both(report.reason or "")
    assert (report.devices, report.samples) == (0, 0)
    later = Building(file, real_answer(entry(B, 99)))
    later.clock.now_s = GONE_AFTER_S
    assert [report.outcome for report in later.run(1)] == [Outcome.OK]
    assert Building(file, real_answer(entry(B, 99))).rows(ROW) == [B]


def test_what_the_user_says_is_one_controller_is_recorded_as_one(file: Path) -> None:
    building = Building(file, real_answer(entry(A, 21)), real_answer(entry(B, 22)))

    def accept(event: SyncEvent) -> None:
        if isinstance(event, CycleFinished) and event.report.outcome is Outcome.PARTIAL:
            building.service.accept_controller(SERIAL)

    building.service.add_listener(accept)
    assert [report.outcome for report in building.run(3)] == [Outcome.OK, Outcome.PARTIAL, Outcome.OK]
    assert building.rows(f"{STORED} ORDER BY value") == [(21.0,), (22.0,)]
    assert building.rows(ROW) == [B]


def test_another_database_has_its_own_known_controllers(file: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    Building(other, real_answer(entry(B, 99))).run(1)
    building = Building(file, real_answer(entry(A, 21)))

    def move(event: SyncEvent) -> None:
        if isinstance(event, CycleFinished) and len(building.reports) == 1:
            building.service.apply(Settings(link=LinkName.DEMO, database=f"sqlite:///{other}"))

    building.service.add_listener(move)
    assert [report.outcome for report in building.run(2)] == [Outcome.OK, Outcome.PARTIAL]
    building.file = other
    assert building.rows(STORED) == [(99.0,)]


class SettingsLink(ScriptedLink):
    """Tells of each panel an address that ends in its number, and keeps whom it was asked for."""

    def __init__(self, *steps: Step) -> None:
        super().__init__(*steps)
        self.asked: list[int] = []

    def panel_settings(self, panel_id: int, serial_number: int, timeout_s: float) -> PanelSettings:
        self.asked.append(panel_id)
        return PanelSettings(modbus_address=panel_id)


def test_settings_of_another_controller_are_not_taken_for_those_of_the_known_one(file: Path) -> None:
    Building(file, real_answer(entry(A, 21))).run(1)
    building = Building(file)
    building.link = SettingsLink(real_answer(entry(B, 99)), real_answer(entry(A, 21)))
    building.run(2)
    assert building.link.asked == [A.panel_id]
    assert building.rows("SELECT modbus_address FROM DEVICES") == [(A.panel_id,)]


def test_a_successor_has_settings_of_its_own(file: Path) -> None:
    building = Building(file)
    building.link = SettingsLink(real_answer(entry(A, 21)), real_answer(entry(B, 22)))

    def wait(event: SyncEvent) -> None:
        if isinstance(event, CycleFinished):
            building.clock.now_s += GONE_AFTER_S

    building.service.add_listener(wait)
    assert [report.outcome for report in building.run(2)] == [Outcome.OK, Outcome.OK]
    assert building.rows("SELECT modbus_address FROM DEVICES") == [(B.panel_id,)]
