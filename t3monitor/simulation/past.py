"""Gives the simulated building a past: its answers of earlier times, stored as cycles would have stored them."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from t3monitor.config.database_url import sqlite_url
from t3monitor.model.baselines import BaselineEdit, Frozen
from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.model.snapshot import Snapshot
from t3monitor.simulation.building import Building
from t3monitor.simulation.place import place_of_building
from t3monitor.simulation.story import PAST_S, Story
from t3monitor.store.baselines import keep
from t3monitor.store.database import Database
from t3monitor.store.notes import write_notes
from t3monitor.store.reading import reading, stored_rows
from t3monitor.store.schema import sync_runs
from t3monitor.store.writing.events import write_events
from t3monitor.store.writing.writer import Writer
from t3monitor.t3000.messages import AnswerDecoder

_DEMO_STEP_S: int | None = None
_DEMO_LATEST_S = 30  # before now: the first cycle follows
_MADE_UP = "made up: the past of the simulated building"
_COMMISSIONED = "Commissioning"  # the baseline of the first cycle of its days
_one_past_at_a_time = threading.Lock()


def backfill(
    database_url: str,
    building: Building,
    start_utc_s: int,
    end_utc_s: int,
    step_s: int | None = None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> int:
    """Stores answers from the start up to the end with what happened meanwhile, and returns how many cycles ran.

    They come every ``step_s``, else as `Story` has it, with some from before the start. Each cycle is a transaction of
    its own, so it may be cancelled between any two. Raises DatabaseError.
    """
    database = Database(database_url)
    try:
        writer, decoder, story = Writer(database), AnswerDecoder(), Story(start_utc_s, end_utc_s, step_s)
        with database.writing() as cursor:
            write_events(cursor, list(story.events()))
        write_notes(database, story.notes())
        words = building.words()
        for serial, its_words in words.items():
            decoder.set_words(serial, its_words)
        cycles, is_commissioned = 0, False
        for now_s, next_s in pairwise((*story.times(), end_utc_s)):
            if is_cancelled():
                break
            if not story.runs(now_s):
                continue
            spacing_s, failure = next_s - now_s, story.failure(now_s)
            report = CycleReport(Outcome.OK, _MADE_UP, now_s, now_s, elapsed_ms=0.0, phases_ms={}, attempts=1)
            if failure:
                outcome, blank = failure
                report = replace(report, outcome=outcome, reason=blank.reason)
                writer.record_failure(report, spacing_s, blanks=[blank])
            else:
                body = building.answer(now_s)
                panels, blanks = story.told(decoder.decode(body, now_s).panels, now_s)
                points = sum(panel.point_count for panel in panels)
                with writer.cycle(spacing_s) as transaction:
                    for serial in words:
                        transaction.take_words(serial, words[serial], now_s)
                    words.clear()
                    for panel in panels:
                        transaction.upsert(panel, now_s)
                        transaction.log(replace(panel, spacings_s=(spacing_s, spacing_s, spacing_s)))
                    transaction.record(
                        replace(report, devices=len(panels), points=points, samples=points, bytes=len(body)), blanks
                    )
                if not is_commissioned and now_s >= start_utc_s:
                    frozen = Frozen.of(Snapshot(now_s, tuple(panels)), now_s, spacing_s)
                    with database.writing() as cursor:
                        keep(cursor, BaselineEdit("freeze", _COMMISSIONED, author="demo"), frozen)
                    is_commissioned = True
            cycles += 1
        return cycles
    finally:
        database.close()


def give_demo_a_past(
    path: Path, panels: int, is_cancelled: Callable[[], bool], write: Callable[[Callable[[Database], None]], None]
) -> None:
    """Makes the simulated building's database with some days in it, whole or not at all.

    One that has begun without them gets them by ``write``, which has something done by the one writer of the file.
    Raises DatabaseError.
    """
    with _one_past_at_a_time:
        past = path.with_name(f"{path.name}.partial")
        _remove(past)  # of a program that was killed
        is_new = not path.exists()
        begun_s = time.time() if is_new else _begun_without_past(path)
        if begun_s is None:
            return
        end_s = int(begun_s) - _DEMO_LATEST_S
        try:
            building = Building(panels, utc_offset_s=place_of_building(end_s).standard_offset_s)
            backfill(sqlite_url(past), building, end_s - PAST_S, end_s, _DEMO_STEP_S, is_cancelled)
            if is_cancelled():
                return
            if not is_new:
                write(lambda database: _put_before(database, past))
            elif not path.exists():
                past.replace(path)
        finally:
            _remove(past)


def _begun_without_past(path: Path) -> float | None:
    """When the first cycle of a database ran; None if it has a past, or no cycle yet."""
    with reading(sqlite_url(path)) as connection:
        cycles = stored_rows(connection, sync_runs)
        if cycles is None:  # an empty file, or one that is being made
            return None
        first = connection.execute(cycles.order_by(sync_runs.c.started_at).limit(1)).first()
        return None if first is None or first.reason == _MADE_UP else float(first.started_at)


def _put_before(database: Database, past: Path) -> None:
    """Adds what another file has; its cycles, causes and events stand before all that are there."""
    with closing(sqlite3.connect(past)) as source, database.writing() as cursor:

        def rows(table: str) -> list[Any]:
            return source.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 - a table of ours

        def add(table: str, new: list[Any]) -> None:
            if new:
                places = ", ".join("?" * len(new[0]))
                cursor.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({places})", new)  # noqa: S608 - as above

        def add_before(table: str) -> int:
            new = rows(table)
            shift = max((row[0] for row in new), default=0)  # by numbers up to 0
            add(table, [(row[0] - shift, *row[1:]) for row in new])
            return shift

        shift = add_before("SYNC_RUNS")
        add_before("SYNC_EVENTS")
        add_before("COVERAGE")
        add_before("NOTES")
        baselines = add_before("BASELINES")
        for table in ("BASELINE_PANELS", "BASELINE_POINTS"):
            add(table, [(row[0] - baselines, *row[1:]) for row in rows(table)])
        add("POINT_CHANGES", rows("POINT_CHANGES"))
        there = dict(cursor.execute("SELECT serial_number || point_type || fingerprint, id FROM TRENDLOG_LAYOUTS"))
        first = min(there.values(), default=1)
        layouts = {row[0]: there.get(f"{row[1]}{row[2]}{row[4]}", first - row[0]) for row in rows("TRENDLOG_LAYOUTS")}
        add("TRENDLOG_LAYOUTS", [(layouts[row[0]], *row[1:]) for row in rows("TRENDLOG_LAYOUTS")])
        points = rows("TRENDLOG_LAYOUT_POINTS")
        add("TRENDLOG_LAYOUT_POINTS", [(layouts[layout], *point) for layout, *point in points])
        frames = rows("TRENDLOG_FRAMES")
        add("TRENDLOG_FRAMES", [(*row[:3], row[3] - shift, layouts[row[4]], *row[5:]) for row in frames])
        cursor.executemany(
            "UPDATE DEVICES SET first_seen = min(first_seen, ?) WHERE serial_number = ?",
            source.execute("SELECT first_seen, serial_number FROM DEVICES").fetchall(),
        )


def _remove(database: Path) -> None:
    for file in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
        file.unlink(missing_ok=True)
