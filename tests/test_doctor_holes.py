"""The holes of the last day, as the doctor tells them."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from holed_file import SERIAL, HoledFile
from t3monitor.cli import main
from t3monitor.commands.holes import holes_of_last_day, lines, summary
from t3monitor.config.database_url import sqlite_url
from t3monitor.model.point_types import PointType
from t3monitor.store.layouts import LayoutPoint
from t3monitor.store.schema import CREATED_BY_CAPTURE, DATA_SOURCE_CAPTURE
from t3monitor.store.writing.imported import ImportedFrame, add_frames

NOW_S = 1_000_000.0


@pytest.fixture
def file(tmp_path: Path) -> Iterator[HoledFile]:
    made = HoledFile(tmp_path / "holes.db")
    with closing(made.connection):
        yield made


def told(file: HoledFile) -> list[str]:
    return list(lines(holes_of_last_day(file.url, NOW_S)))


def test_holes_are_told_by_panel_and_cause_the_worst_first(file: HoledFile) -> None:
    file.panel(5)
    file.read(NOW_S - 7200, NOW_S - 3600, NOW_S - 1800, *range(int(NOW_S) - 600, int(NOW_S), 30))
    file.read(*range(int(NOW_S) - 1800, int(NOW_S) - 600, 30), NOW_S - 30, serial=5)
    file.cover(NOW_S - 7170, NOW_S - 3600, "timeout", "No answer")
    file.cover(NOW_S - 3570, NOW_S - 40, "not_ready")
    assert told(file) == [
        f"Panel {SERIAL} ({SERIAL}) INPUT: 1.8 hours: "
        "T3000 did not answer in time 1 hour (1); T3000 was not ready 49 minutes (2)",
        "Panel 5 (5) INPUT: 10 minutes: T3000 was not ready 10 minutes (1)",
    ]
    assert summary(holes_of_last_day(file.url, NOW_S)) == "2 panels had holes in the last 24 hours"


def test_types_of_a_panel_with_like_holes_stand_in_one_line(file: HoledFile) -> None:
    for kind, later_s in (("INPUT", 0), ("OUTPUT", 1), ("VARIABLE", 2)):
        file.read(NOW_S - 3600 - later_s, NOW_S - later_s, kind=kind)
    assert told(file) == [f"Panel {SERIAL} ({SERIAL}): 1 hour: Cause not recorded 1 hour (1)"]


def test_a_hole_that_began_earlier_counts_from_a_day_ago_and_one_that_is_open_up_to_now(file: HoledFile) -> None:
    file.read(NOW_S - 100_000)
    [panel] = holes_of_last_day(file.url, NOW_S)
    assert panel.seconds == 86_400


def test_what_is_left_out_by_choice_and_what_was_never_read_has_no_hole(file: HoledFile) -> None:
    file.panel(5)
    file.read(NOW_S - 3600)
    file.cover(NOW_S - 3570, NOW_S, "not_recorded", serial_number=SERIAL)
    assert holes_of_last_day(file.url, NOW_S) == []
    assert summary([]) == "no holes in the last 24 hours"


def test_the_spacing_of_older_readings_is_what_was_usual_before_and_at_least_the_interval_of_their_cycle(
    file: HoledFile,
) -> None:
    file.read(NOW_S - 300, NOW_S - 200, NOW_S - 20)
    file.run(NOW_S - 300, NOW_S - 299, "ok")
    for column in ("expected_spacing", "sync_interval"):
        file.connection.execute(f"UPDATE TRENDLOG_FRAMES SET {column} = NULL")
    assert holes_of_last_day(file.url, NOW_S) == []
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET run_id = (SELECT max(id) FROM SYNC_RUNS)")
    [panel] = holes_of_last_day(file.url, NOW_S)
    assert panel.seconds == 70, "after a gap of 100 s one of 180 s is none, here as in the trend"


def test_many_panels_are_told_in_few_lines(file: HoledFile) -> None:
    for serial in range(1, 12):
        file.panel(serial)
        file.read(NOW_S - 1000 - 100 * serial, serial=serial)
    assert len(told(file)) == 9
    assert told(file)[0].startswith("Panel 11 ")
    assert told(file)[-1] == "and 3 more with fewer holes"


def test_the_doctor_prints_them_and_lists_them_all_as_json(
    file: HoledFile, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file.read(1000)
    command = ["doctor", "--link", "demo", "--database", sqlite_url(tmp_path / "holes.db")]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "; 0 cycles, history in 0 packed blocks and 1 hot frames, " in text
    assert "holes      ok             1 panel had holes in the last 24 hours" in text
    assert f"{'':26}Panel {SERIAL} ({SERIAL}) INPUT: 1 day: Cause not recorded 1 day (1)\n" in text
    assert main([*command, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    [panel] = answer["holes"]
    assert (panel["serial_number"], panel["point_types"]) == (SERIAL, ["INPUT"])
    [cause] = panel["causes"]
    assert (cause["cause"], cause["hole_class"], cause["number"]) == ("unknown", "unknown", 1)
    assert cause["seconds"] == pytest.approx(86_400, abs=1)


def test_panels_that_only_imported_history_knows_are_told(
    file: HoledFile, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ["doctor", "--link", "demo", "--database", sqlite_url(tmp_path / "holes.db")]
    assert main(command) == 0
    assert "\npast " not in capsys.readouterr().out
    source = DATA_SOURCE_CAPTURE, CREATED_BY_CAPTURE
    for serial, kind, time_s in (
        (42, PointType.INPUT, 1_000_000),
        (42, PointType.OUTPUT, 1_100_000),
        (43, PointType.INPUT, 1_000_000),
    ):
        points = (LayoutPoint("IN1", 1, "L", 3, "°C", 1), LayoutPoint("IN2", 2, "M", 3, "°C", 1))
        frame = ImportedFrame(serial, kind, 7, source, time_s, 1, points, {1: 20.0})
        add_frames(file.connection.cursor(), [frame])
    file.add("PANEL_SUCCESSORS", serial_number=43, successor=SERIAL, since=1, created_at=1, author="ann")
    assert main(command) == 0
    assert (
        "past       ok             2 panels are known by imported history alone, and not read now: "
        f"42 (panel 7, 1970-01-12 to 1970-01-13), 43 (panel 7, 1970-01-12, replaced by {SERIAL}); if another panel "
        "took the place of one, say so with Successor of… in Devices\n"
    ) in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    names = "serial_number", "panel_id", "points", "first_sample_at", "last_sample_at", "successor"
    assert json.loads(capsys.readouterr().out)["past_panels"] == [
        dict(zip(names, (42, 7, 4, 1_000_000, 1_100_000, None), strict=True)),
        dict(zip(names, (43, 7, 2, 1_000_000, 1_000_000, SERIAL), strict=True)),
    ]
