"""What is shown, and of what, without a window: whatever comes in whatever order."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from t3monitor.config.paths import Paths
from t3monitor.config.settings import Settings
from t3monitor.model.events import (
    CallStarted,
    Committed,
    CycleFinished,
    CycleStarted,
    ServiceStarted,
    ServiceStopped,
    SyncEvent,
)
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Panel, Snapshot, by_site, merged
from t3monitor.session import Session
from values import NOW_S, device, report

PATHS = Paths(Path("config"), Path("data"), Path("logs"))


def watching(*names: str, **values: Any) -> Settings:
    """Settings with the T3000 computers of these names."""
    sites = [{"name": name, "url": f"http://10.0.0.{number}:9103"} for number, name in enumerate(names, start=1)]
    return Settings(link="webapi").with_values(sites=sites, **values)


@pytest.fixture
def session() -> Session:
    return Session(PATHS, watching("Office", "Plant"))


def snapshot(at_s: int, *devices: Panel, **fields: Any) -> Snapshot:
    return Snapshot(at_s, devices, **fields)


def begins(session: Session, site: str = "Office") -> CycleStarted:
    return CycleStarted(session.database, False, 30, 3, site=site)


def ends(site: str = "Office") -> CycleFinished:
    return CycleFinished(report(site=site), 30.0, site=site)


def stored(session: Session, site: str, *devices: Panel, at_s: int = NOW_S, **fields: Any) -> Committed:
    return Committed(snapshot(at_s, *devices, **fields), session.database, len(devices), site=site)


def names(shown: Snapshot | None) -> list[str]:
    assert shown is not None
    return [panel.panel_name for panel in shown.panels]


OFFICE = device(1, 1, site="Office", panel_name="AHU-1")
PLANT = device(2, 2, site="Plant", panel_name="Boiler")


def test_nothing_is_shown_before_something_is_known(session: Session) -> None:
    assert session.shown is None
    assert (session.is_started, session.is_in_cycle, session.can_record) == (False, False, True)


def test_what_each_site_committed_last_is_shown_together(session: Session) -> None:
    assert session.take(stored(session, "Office", OFFICE))
    assert names(session.shown) == ["AHU-1"]
    session.take(stored(session, "Plant", PLANT, at_s=NOW_S + 1))
    assert names(session.shown) == ["AHU-1", "Boiler"]
    session.take(stored(session, "Office", replace(OFFICE, panel_name="AHU-1 new"), at_s=NOW_S + 2))
    assert names(session.shown) == ["Boiler", "AHU-1 new"]


def test_of_a_panel_that_two_sites_tell_of_the_newest_reading_is_shown_whichever_came_first() -> None:
    old, new = (
        snapshot(NOW_S, replace(OFFICE, panel_name="old")),
        snapshot(NOW_S + 9, replace(OFFICE, panel_name="new")),
    )
    for told in ([old, new], [new, old]):
        both = merged(told)
        assert both is not None
        assert both.received_at == NOW_S + 9
        assert [panel.panel_name for panel in both.panels] == ["new"]


def test_a_panel_that_is_silent_at_one_site_and_answers_at_another_answers() -> None:
    both = merged([snapshot(NOW_S, OFFICE), snapshot(NOW_S + 1, silent=(OFFICE, PLANT))])
    assert both is not None
    assert (both.panels, both.silent) == ((OFFICE,), (PLANT,))


def test_a_snapshot_of_all_sites_comes_apart_into_those_of_each() -> None:
    silent = device(3, 3, site="Roof")
    parts = by_site(snapshot(NOW_S, OFFICE, PLANT, silent=(silent,)))
    assert {site: (part.panels, part.silent) for site, part in parts.items()} == {
        "Office": ((OFFICE,), ()),
        "Plant": ((PLANT,), ()),
        "Roof": ((), (silent,)),
    }


def test_a_cycle_that_was_faster_than_opening_the_database_is_not_undone_by_what_was_stored(session: Session) -> None:
    session.take(stored(session, "Office", replace(OFFICE, panel_name="just read")))
    session.recall(snapshot(NOW_S - 60, replace(OFFICE, panel_name="of last night"), PLANT))
    assert sorted(names(session.shown)) == ["Boiler", "just read"]


def test_what_only_sites_tell_of_that_are_gone_is_left_out(session: Session) -> None:
    session.recall(snapshot(NOW_S, OFFICE, device(9, 9, site="Barn", panel_name="Barn")))
    assert names(session.shown) == ["AHU-1", "Barn"]
    session.leave_out_gone()
    assert names(session.shown) == ["AHU-1"]


def test_where_nothing_stored_is_of_a_watched_site_it_stays_until_the_first_cycle(session: Session) -> None:
    session.recall(snapshot(NOW_S, device(9, 9, site="Barn", panel_name="Barn")))
    session.leave_out_gone()
    assert names(session.shown) == ["Barn"], "the site may just have been renamed"


def test_what_a_removed_site_still_commits_is_not_shown(session: Session) -> None:
    session.take(begins(session, "Plant"))
    session.apply(watching("Office"))
    session.take(stored(session, "Office", OFFICE))
    shown = session.shown
    assert not session.is_in_cycle
    assert not session.take(begins(session, "Plant")), "told late"
    assert not session.take(stored(session, "Plant", PLANT))
    assert session.shown is shown
    assert not session.is_in_cycle


def test_what_goes_into_a_database_that_was_left_is_not_shown(session: Session) -> None:
    late = stored(session, "Office", OFFICE)
    assert session.apply(watching("Office", "Plant", database="sqlite:///other.db"))
    session.take(late)
    assert session.shown is None


def test_another_link_or_database_forgets_what_was_shown_and_any_other_setting_does_not(session: Session) -> None:
    session.take(stored(session, "Office", OFFICE))
    assert not session.apply(watching("Office", "Plant", sync_interval_secs=7))
    assert session.settings.sync_interval_secs == 7
    assert session.shown is not None
    assert session.apply(watching("Office", "Plant", database="sqlite:///other.db"))
    assert session.shown is None
    session.take(stored(session, "Plant", PLANT))
    assert names(session.shown) == ["Boiler"], "without the panels of before"
    here = session.database
    assert session.apply(Settings(link="library", library="T3000.dll", database=here))
    assert (session.shown, session.database, session.sites) == (None, here, ("",))


def test_a_cycle_that_began_before_a_change_is_none_of_what_is_watched_until_the_next_begins(session: Session) -> None:
    assert session.take(begins(session))
    before = begins(session, "Plant")
    session.apply(watching("Office", "Plant", database="sqlite:///other.db"))
    assert not session.take(CallStarted(1, 4, site="Office"))
    assert not session.take(before), "told late: it stores into the database that was left"
    assert session.is_in_cycle
    assert not session.take(ends())
    assert not session.take(ends("Plant"))
    assert not session.is_in_cycle
    assert session.take(begins(session))
    assert session.take(ends())


def test_it_is_started_while_the_services_of_all_sites_are(session: Session) -> None:
    def after(*events: SyncEvent) -> bool:
        for event in events:
            assert session.take(event)
        return session.is_started

    assert not after(ServiceStarted(30, site="Office"))
    assert after(ServiceStarted(30, site="Plant"))
    assert not after(ServiceStopped("", site="Office"))
    session.apply(watching("Plant"))
    assert after()
    session.apply(watching("Office"))
    session.apply(watching("Plant"))
    assert not after(), "the one that came back is not started by having been so once"


def test_it_is_in_a_cycle_while_any_site_is(session: Session) -> None:
    for event, expected in [
        (begins(session), True),
        (begins(session, "Plant"), True),
        (ends(), True),
        (ends("Plant"), False),
    ]:
        session.take(event)
        assert session.is_in_cycle is expected


def test_nothing_can_be_recorded_without_a_link_or_with_a_bad_database(session: Session) -> None:
    session.apply(Settings())
    assert (session.can_record, session.database_problem) == (False, "")
    session.apply(watching("Office", database="mysql://host/db"))
    assert not session.can_record
    assert "'mysql://host/db' is no database this program can use" in session.database_problem
    session.apply(Settings(link="demo", database="mysql://host/db"))
    assert session.can_record, "the simulated building has a database of its own"


def test_what_the_user_looks_at_is_told_once_for_each_change(session: Session) -> None:
    one, other = (frozenset({PointKey(serial, PointType.INPUT, 1)}) for serial in (1, 2))
    looked_at = (one, one, other, frozenset[PointKey](), frozenset[PointKey]())
    assert [session.prefer(points) for points in looked_at] == [True, False, True, True, False]
