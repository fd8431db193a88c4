"""FFI.log over many cycles: a lasting fault and the good news of a hundred panels do not drown what is new."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from clock import FastClock
from t3monitor.cli import main
from t3monitor.config.database_url import sqlite_url
from t3monitor.config.paths import user_paths
from t3monitor.config.settings import Settings
from t3monitor.config.settings_file import save
from t3monitor.model.errors import Outcome
from t3monitor.model.events import (
    AnswerDecoded,
    CycleFinished,
    CycleStarted,
    FillEnded,
    FillOffered,
    PanelCounts,
    PanelLogged,
    PanelUpserted,
    SyncEvent,
    Validated,
)
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.simulation.building import Building
from t3monitor.store.ledger import read_cycles
from t3monitor.sync import service
from t3monitor.sync.flow_log import FlowLines
from t3monitor.t3000.messages import AnswerDecoder
from values import report

NOW = 1_790_000_000
OTHERS = ("PROGRAM", "PID", "SCHEDULE", "HOLIDAY", "GRP", "MON")
OFF = "panel 3 'AHU-3' was not read: it gives T3000 no answer"


def answer(*points: Any, panel_id: int = 1, serial: int = 237219) -> bytes:
    panel = {
        "panel_id": panel_id,
        "panel_serial_number": serial,
        "panel_name": "AHU-1",
        "input_logging_time": NOW,
        "output_logging_time": NOW,
        "variable_logging_time": NOW,
        "device_data": [*points],
    }
    return json.dumps({"action": "LOGGING_DATA_RES", "data": [panel]}).encode()


def point(number: int, **members: Any) -> dict[str, Any]:
    return {"id": f"IN{number}", "index": number - 1, "type": "INPUT", "value": 21000, "range": 3} | members


def other(kind: str, **members: Any) -> dict[str, Any]:
    return {"id": f"{kind}1", "index": 0, "label": "X", "pid": 1, "type": kind, "value": 0} | members


# --- objects that are no points (cases/13)


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("members", [{}, {"value": "x"}, {"control": [1], "range": {}}, {"id": 7}])
def test_objects_of_other_known_types_are_passed_over(kind: str, members: dict[str, Any]) -> None:
    decoder = AnswerDecoder()
    for value in (21000, 21500, 21500):
        decoded = decoder.decode(answer(point(1, value=value), other(kind, **members), point(2)), NOW)
        assert decoded.skipped_points == ()
        assert [each.point_id for each in decoded.panels[0].points()] == ["IN1", "IN2"]


@pytest.mark.parametrize("kind", ["ROBOT", "mon", "", None, 5])
def test_an_object_of_a_type_that_nobody_knows_is_said(kind: Any) -> None:
    decoded = AnswerDecoder().decode(answer(point(1), other("MON", type=kind)), NOW)
    assert len(decoded.skipped_points) == 1


# --- by the command line


@pytest.fixture
def replayed(
    tmp_path: Path, own_home: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Plays answers back, a cycle each; the JSON of the cycles and the lines of FFI.log."""
    monkeypatch.setattr(service, "SystemClock", FastClock)

    def replay(*answers: bytes) -> tuple[list[Any], list[str]]:
        recording = tmp_path / "answers.ndjson"
        recording.write_bytes(b"\n".join(answers))
        save(user_paths().settings_file, Settings(sync_interval_secs=1))
        main(["sync", "--file", str(recording), "--cycles", str(len(answers)), "--json"])
        cycles = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        text = (user_paths().log_folder / "FFI.log").read_text("utf-8")
        return cycles, [line.split("] ", 1)[1] for line in text.splitlines()]

    return replay


def test_a_fault_that_lasts_is_in_the_log_once_and_in_the_ledger_in_every_cycle(
    replayed: Callable[..., Any], tmp_path: Path
) -> None:
    bad = answer(point(1), other("MON"), point(2, value=None), point(3, value=None))
    cycles, lines = replayed(bad, bad, answer(point(1), point(2), point(3, value=None)))
    reason = "2 points skipped: panel 1: point 3, point 4 of the answer cannot be used: it has no value"
    assert [(cycle["outcome"], cycle["skipped"], cycle["reason"]) for cycle in cycles] == [
        ("ok", 2, reason),
        ("ok", 2, reason),
        ("ok", 1, "1 point skipped: panel 1: point 3 of the answer cannot be used: it has no value"),
    ]
    told = [line for line in lines if "Skipped" in line or "Used again" in line]
    assert told == [
        "⚠️ Skipped: panel 1: point 3 of the answer cannot be used: it has no value",
        "⚠️ Skipped: panel 1: point 4 of the answer cannot be used: it has no value",
        "✅ Used again: panel 1: point 4",
    ]
    file = user_paths().database_file("replay")
    in_ledger = [cycle.reason for cycle in reversed(read_cycles(sqlite_url(file), 10).reports)]
    assert in_ledger[:3] == [cycle["reason"] for cycle in cycles]  # a fourth one may have begun, where time flies


# --- many panels


@cache
def devices() -> tuple[Panel, ...]:
    """More than have their lines in every cycle."""
    return AnswerDecoder().decode(Building(panels=30).answer(NOW), NOW).panels


def cycle(
    panels: tuple[Panel, ...], limit: int = 20, skipped: tuple[str, ...] = (), site: str = ""
) -> Iterator[SyncEvent]:
    counts = tuple(
        PanelCounts(place, len(panels), each.serial_number, each.panel_name, 64, 64, 128)
        for place, each in enumerate(panels, start=1)
    )
    yield CycleStarted("sqlite:///x.db", False, 30, 3, limit, site=site)
    yield AnswerDecoded(Snapshot(NOW, panels, skipped_panels=skipped), 5_500_000, site=site)
    for each in counts:
        yield PanelUpserted(each, site=site)
        yield PanelLogged(each, site=site)
    yield Validated(counts, site=site)


def written(flow: FlowLines, events: Iterator[SyncEvent]) -> list[str]:
    return [text for event in events for _, text in flow.of(event)]


def told_devices(lines: list[str]) -> list[str]:
    return [line.rpartition("Name=")[2] for line in lines if line.startswith("📱 Device")]


def test_up_to_the_number_in_the_settings_every_panel_has_its_lines_in_every_cycle() -> None:
    flow, panels = FlowLines(), devices()[:20]
    first, second = written(flow, cycle(panels)), written(flow, cycle(panels))
    assert first == second
    assert len(first) == 1 + 2 + 20 * 9 + 1 + 20
    fewer = written(flow, cycle(panels, limit=19))
    assert told_devices(fewer) == []
    assert written(flow, cycle(panels)) == first


def test_beyond_it_a_panel_has_its_lines_when_it_is_new_and_all_others_are_one_line() -> None:
    flow, panels = FlowLines(), devices()
    assert len(told_devices(written(flow, cycle(panels[:-1])))) == 29
    lines = written(flow, cycle(panels))
    assert told_devices(lines) == [f"'{panels[-1].panel_name}'"]
    assert lines[-1] == (
        "📊 Validation results: 29 other devices as before: 29 record(s) in DEVICES table; "
        "1856 INPUT points; 1856 OUTPUT points; 3712 VARIABLE points;"
    )
    quiet = written(flow, cycle(panels))
    assert told_devices(quiet) == []
    assert quiet[-1].startswith("📊 Validation results: all 30 devices as before: 30 record(s) in DEVICES table; ")
    assert len("\n".join(quiet).encode()) < 1000


@pytest.mark.parametrize("change", ["renamed", "renumbered", "fewer points"])
def test_beyond_it_a_panel_that_changes_has_its_lines(change: str) -> None:
    flow, panels = FlowLines(), devices()
    written(flow, cycle(panels))
    values: dict[str, Any] = {
        "renamed": {"panel_name": "New"},
        "renumbered": {"panel_id": 200},
        "fewer points": {"inputs": panels[4].inputs[:-1]},
    }
    panels = (*panels[:4], replace(panels[4], **values[change]), *panels[5:])
    assert told_devices(written(flow, cycle(panels))) == [f"'{panels[4].panel_name}'"]
    assert told_devices(written(flow, cycle(panels))) == []


def test_beyond_it_a_panel_that_fails_and_comes_back_is_told() -> None:
    flow, panels = FlowLines(), devices()
    without = tuple(panel for panel in panels if panel.panel_id != 3)
    written(flow, cycle(panels))
    lines = written(flow, cycle(without, skipped=(OFF,)))
    assert f"⚠️ Skipped: {OFF}" in lines
    assert told_devices(lines) == []
    assert f"⚠️ Skipped: {OFF}" not in written(flow, cycle(without, skipped=(OFF,)))
    lines = written(flow, cycle(panels))
    assert "✅ Used again: panel 3 'AHU-3'" in lines
    assert len(told_devices(lines)) == 1


def test_each_site_has_its_own_faults_and_its_own_panels() -> None:
    flow, panels = FlowLines(), devices()
    for site in ("North", "South"):
        lines = written(flow, cycle(panels, skipped=(OFF,), site=site))
        assert f"⚠️ Skipped: {OFF} [{site}]" in lines
        assert sum(line.startswith("📱 Device") for line in lines) == 30


def test_a_skipped_panel_is_a_warning_and_its_return_is_none() -> None:
    flow, panels = FlowLines(), devices()[:4]
    levels = [level for event in cycle(panels, skipped=("panel 9 'X' has no value",)) for level, _ in flow.of(event)]
    assert levels.count(logging.WARNING) == 1
    again = [level for event in cycle(panels) for level, _ in flow.of(event)]
    assert logging.WARNING not in again


@pytest.mark.parametrize("outcome", Outcome)
def test_the_end_of_a_cycle_is_as_grave_in_the_log_as_its_outcome_is(outcome: Outcome) -> None:
    (level, text), *_ = FlowLines().of(CycleFinished(report(outcome, "Why"), None))
    if outcome.is_stored:
        assert (level, text) == (logging.INFO, "🎉 SYNC CYCLE COMPLETED")
    elif outcome.heals:
        assert (level, text) == (logging.WARNING, f"⚠️ Sync cycle ended ({outcome}): Why")
    else:
        assert outcome.is_failure
        assert (level, text) == (logging.ERROR, f"❌ Sync cycle failed ({outcome}): Why")


def test_each_outcome_is_of_one_class() -> None:
    classes = {outcome: (outcome.is_stored, outcome.heals, outcome.is_failure) for outcome in Outcome}
    assert all(sum(of) == 1 for of in classes.values())
    assert [outcome for outcome, of in classes.items() if of[0]] == [Outcome.OK, Outcome.PARTIAL]
    assert {outcome for outcome, of in classes.items() if of[1]} == {
        Outcome.NO_NEW_DATA,
        Outcome.NOT_READY,
        Outcome.INTERRUPTED,
    }


def test_what_is_filled_from_t3000_is_told_with_how_much_and_what_went_wrong_with_when_it_is_tried_again() -> None:
    lines = FlowLines()

    def told(event: SyncEvent) -> list[str]:
        return [line for _, line in lines.of(event)]

    assert told(FillOffered(3, 0.0, 7200.0, 7200.0)) == [
        "📥 T3000 may have logged what was missed while T3 Monitor did not record (2 hours)"
    ]
    assert told(FillEnded(1200, 1, 7200.0, 6840.0)) == [
        "📥 Filled from T3000's own history: 1200 samples of 1 panel, 1.9 hours of 2 hours"
    ]
    left_out = FillEnded(0, 1, 7200.0, 0.0, left_out=(("its value is no number", 1200),))
    assert told(left_out)[1:] == [
        "📥 T3000's own history: 1,200 rows that are left out, each because its value is no number"
    ]
    assert told(FillEnded(0, 0, 0.0, 0.0, "T3000 did not answer", 600.0)) == [
        "⚠️ Filling from T3000's own history: T3000 did not answer - tried again in 10 minutes"
    ]
    assert told(FillEnded(0, 0, 0.0, 0.0, "T3000 did not answer")) == [
        "⚠️ Filling from T3000's own history: T3000 did not answer"
    ]
