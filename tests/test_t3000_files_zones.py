"""A file of T3000's that is imported once more with its local times read in another zone."""

from contextlib import closing
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from imported_files import NEW_YORK, ours, past, rows
from programs import Run, opened, until
from storing_imports import storing
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import Paths
from t3monitor.config.settings import LinkName, Settings
from t3monitor.config.sites import Site
from t3monitor.exchange.t3000_files.importing import import_file
from t3monitor.exchange.t3000_files.zones import OtherZoneError
from t3monitor.store.database import Database
from t3monitor.store.work import LongWork
from t3monitor.sync.logged.known import Known
from t3monitor.ui.importing import ImportDialog
from t3000_databases import SPLIT, point, sample, split

__all__ = ["ours"]
BERLIN = ZoneInfo("Europe/Berlin")


def imported(file: Path, ours: Database, zone: ZoneInfo) -> int:
    known = Known(url=sqlite_url(ours.path))
    return import_file(file, zone, file.parent / "copies", storing(ours), LongWork(), known).added


@pytest.mark.parametrize("is_told_only", [True, False])
def test_read_in_another_zone_nothing_is_added_and_it_is_said_how_far_off_it_is(
    is_told_only: bool, tmp_path: Path, ours: Database
) -> None:
    file = past(tmp_path)
    imported(file, ours, NEW_YORK)
    before = rows(ours)
    with pytest.raises(OtherZoneError, match=r"panel 237219 are there already, 6 hours later"):
        if is_told_only:
            import_file(file, BERLIN, tmp_path, None, LongWork(), Known(url=sqlite_url(ours.path)))
        else:
            imported(file, ours, BERLIN)
    assert rows(ours) == before
    assert imported(file, ours, ZoneInfo("America/Toronto")) == 0  # another name of the same times


def test_a_part_of_it_is_known_for_that_as_well(tmp_path: Path, ours: Database) -> None:
    imported(past(tmp_path), ours, NEW_YORK)
    part = past(tmp_path, "part.db", range(20, 30))
    with pytest.raises(OtherZoneError):
        imported(part, ours, BERLIN)


def test_rows_that_a_browser_wrote_in_utc_hide_nothing(tmp_path: Path, ours: Database) -> None:
    """They are the same in each zone."""
    times = [f"2025-12-0{day} {hour:02}:00:00" for day in (7, 8, 9) for hour in range(24)]
    samples = [sample(1, f"{20_000 + number}", text) for number, text in enumerate(times)]
    file = split(tmp_path / "t3000.db", SPLIT["2025-10-30"], [point(1, "IN1", 1)], samples)
    imported(file, ours, NEW_YORK)
    with pytest.raises(OtherZoneError, match="6 hours later"):
        imported(file, ours, BERLIN)


def test_what_is_new_or_repeats_itself_is_none_of_another_zone(tmp_path: Path, ours: Database) -> None:
    """A pump that runs every hour, and a setpoint of two values, are the same at many other times."""
    points = [point(1, "IN1", 1), point(2, "OUT1", 1, Digital_Analog="0", Range_Field="1"), point(3, "VAR1", 1)]

    def day(number: int) -> Path:
        samples = [
            sample(parent, f"{value}", f"2026-01-{number:02} {minute // 60:02}:{minute % 60:02}:00")
            for minute in range(0, 1440, 10)
            for parent, value in (
                (1, number * 1_000_000 + minute),
                (2, int(minute % 60 < 30)),
                (3, 20_000 + minute % 60),
            )
        ]
        return split(tmp_path / f"{number}.db", SPLIT["2025-10-30"], points, samples)

    for number in (5, 6, 7):
        assert imported(day(number), ours, NEW_YORK) == 3 * 144


def test_states_before_what_is_measured_are_not_added_either(tmp_path: Path, ours: Database) -> None:
    """They come first, in more than one window, and tell nothing of the zone."""
    points = [point(1, "OUT1", 1, Digital_Analog="0", Range_Field="1"), point(2, "IN1", 1)]
    states = [
        sample(
            1,
            f"{number % 2}",
            f"2026-01-0{5 + number // 10_800} {number // 3600 % 3:02}:{number // 60 % 60:02}:{number % 60:02}",
        )
        for number in range(12_000)
    ]
    measured = [sample(2, f"{20_000 + number}", f"2026-01-07 12:{number:02}:00") for number in range(40)]
    file = split(tmp_path / "t3000.db", SPLIT["2025-10-30"], points, [*states, *measured])
    imported(file, ours, NEW_YORK)
    before = rows(ours)
    with pytest.raises(OtherZoneError):
        imported(file, ours, BERLIN)
    assert rows(ours) == before


def test_what_a_browser_wrote_in_utc_hides_nothing_however_much_it_is(tmp_path: Path, ours: Database) -> None:
    browser = [f"2025-11-{20 + minute // 1440} {minute // 60 % 24:02}:{minute % 60:02}:00" for minute in range(1000)]
    service = [f"2025-12-1{number // 24} {number % 24:02}:00:00" for number in range(48)]
    samples = [sample(1, f"{20_000 + number}", text) for number, text in enumerate([*browser, *service])]
    file = split(tmp_path / "t3000.db", SPLIT["2025-10-30"], [point(1, "IN1", 1)], samples)
    imported(file, ours, NEW_YORK)
    with pytest.raises(OtherZoneError, match="6 hours later"):
        imported(file, ours, BERLIN)


def test_in_one_zone_what_repeats_itself_is_new(tmp_path: Path, ours: Database) -> None:
    """A curve of half a day, as of a simulator, is there twelve hours earlier."""
    for part in range(2):
        samples = [sample(1, f"{20_000 + hour}", f"2026-01-05 {12 * part + hour:02}:00:00") for hour in range(12)]
        file = split(tmp_path / f"{part}.db", SPLIT["2025-10-30"], [point(1, "IN1", 1)], samples)
        assert imported(file, ours, NEW_YORK) == 12


def test_the_command_refuses_it_before_and_when_it_is_meant_to_be_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("T3MONITOR_HOME", str(tmp_path / "home"))
    command = ["import", str(past(tmp_path)), "--zone"]
    assert main([*command, "America/New_York"]) == 0
    capsys.readouterr()
    for options in (["--dry-run"], []):
        assert main([*command, "Europe/Berlin", *options]) == 1
        assert "so as not to have each of them twice nothing is added" in capsys.readouterr().err
    assert main([*command, "America/New_York"]) == 0
    assert "0 samples were added; 120 were there already" in capsys.readouterr().out


def test_the_window_says_it_when_it_looks(run: Run, paths: Paths, tmp_path: Path) -> None:
    file, database = past(tmp_path), paths.database_file(None)
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(Database(sqlite_url(database))) as opened_before:
        imported(file, opened_before, BERLIN)
    settings = Settings(link=LinkName.WEBAPI, auto_start=False, sites=(Site(zone="America/New_York"),))

    async def scenario() -> None:
        async with opened(paths, settings) as program:
            program.importer.look_at([str(file)])
            dialog = program.importer.dialog
            assert isinstance(dialog, ImportDialog)
            await until(lambda: "are there already, 6 hours earlier" in dialog.text.toPlainText(), program)
            assert not dialog.import_button.isEnabled()

    run(scenario())
