"""``python -m benchmarks.migration``: a file of an earlier commit, migrated and packed while the program records.

The file is written by that commit's own code. The real ``t3monitor sync`` goes on with it, is killed again and again in
the middle, and at last left alone until everything is packed. Then each panel must have the samples it had before.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from time import monotonic, time
from typing import NamedTuple

from benchmarks import older
from benchmarks.measure import plain_table
from benchmarks.readings import cached
from benchmarks.victim import CYCLE_BEGINS, Home, Victim

_COMMIT = "cdd20dc"
_PANELS, _MEGABYTES = 100, 300
_HOT_FRAMES = 270  # of a vector, at most, when all is packed
_LOOK_EVERY_S, _PATIENCE_S = 1.0, 1800.0
_LONGEST_S = 4.0  # after the work has begun
_REPOSITORY = Path(__file__).parents[1]
_TOTALS = """
    SELECT serial_number, count(*), sum(value), sum(CAST(round(value * 1000) AS INTEGER)) FROM TRENDLOG_DATA
    WHERE logging_time < ? GROUP BY serial_number
"""


class Totals(NamedTuple):
    """Of the samples of one panel."""

    count: int
    total: float
    thousandths: int  # does not depend on the order


def main() -> int:
    """Prints a line for each kill and the table; exit code 1 if a panel has other samples than before."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.migration", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--megabytes", type=int, default=_MEGABYTES)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    began_s = monotonic()
    original = older_file(args.megabytes)
    before = _totals_of(original)
    folder = Path(tempfile.mkdtemp(prefix="t3monitor-migration-"))
    database = Path(shutil.copyfile(original, folder / "history.db"))
    begun_at, home, chance = int(time()), Home(folder / "home", _PANELS), random.Random(args.seed)
    for number in range(1, args.kills + 1):
        with Victim(home, database, "--interval", "2") as victim:
            _wait_until_begun(victim, database, migrates=number <= args.kills // 3)
            victim.let_run(chance.uniform(0, _LONGEST_S))
            victim.kill()
        print(f"kill {number:2}: {_state(database)}", flush=True)
    with Victim(home, database, "--interval", "2") as victim:
        victim.wait_for_line(CYCLE_BEGINS, 2)
        until_s = monotonic() + _PATIENCE_S
        while _hot_frames(database) > 3 * _PANELS * _HOT_FRAMES:
            victim.let_run(_LOOK_EVERY_S)
            if monotonic() > until_s:
                raise TimeoutError(f"Not packed within {_PATIENCE_S:.0f} s: {_state(database)}")
        reports = victim.reports()
        victim.kill()
    print(f"at last: {_state(database)}; {len(reports)} cycles stored meanwhile", flush=True)
    after = _totals(database, begun_at)
    differing = [serial for serial in before.keys() | after.keys() if before.get(serial) != after.get(serial)]
    print(table(before, after))
    print(
        f"{sum(panel.count for panel in before.values()):,} samples in {original.stat().st_size / 1e6:.0f} MB before, "
        f"{sum(panel.count for panel in after.values()):,} after; panels that differ: {len(differing)}. "
        f"The file now: {database.stat().st_size / 1e6:.0f} MB. In {monotonic() - began_s:.0f} s."
    )
    if differing or not before:
        print(f"The database is kept in {folder}.")
        return 1
    shutil.rmtree(folder)
    return 0


def _wait_until_begun(victim: Victim, database: Path, *, migrates: bool) -> None:
    """Until it opens the file, which it has to migrate; or until it has packed something."""
    if migrates:
        victim.wait_for_line(CYCLE_BEGINS, 1)
        return
    before = _blocks(database)
    while _blocks(database) <= before:
        victim.let_run(_LOOK_EVERY_S / 10)


def older_file(megabytes: int) -> Path:
    """The file, written by the code of the commit."""

    def make(path: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="t3monitor-older-") as folder:
            packed = subprocess.run(
                ["git", "archive", _COMMIT, "t3monitor"], cwd=_REPOSITORY, check=True, stdout=subprocess.PIPE
            )
            subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)
            subprocess.run(
                [sys.executable, str(older.__file__), str(path), str(megabytes)],
                env=os.environ | {"PYTHONPATH": folder},
                cwd=folder,
                check=True,
            )

    return cached(f"older-{_COMMIT}-{megabytes}", ".db", (older,), make)


def table(before: Mapping[int, Totals], after: Mapping[int, Totals]) -> str:
    """A line for each panel."""
    nothing = Totals(0, 0.0, 0)
    lines = [("panel", "count(*) before", "after", "sum(value) before", "after", "")]
    for serial in sorted(before.keys() | after.keys()):
        one, other = before.get(serial, nothing), after.get(serial, nothing)
        counts = f"{one.count:,}", f"{other.count:,}"
        verdict = "same" if one == other else "DIFFERS"
        lines.append((str(serial), *counts, f"{one.total:.3f}", f"{other.total:.3f}", verdict))
    return plain_table(lines)


def _totals_of(original: Path) -> dict[int, Totals]:
    """Before, which is the same each time."""
    known = original.with_suffix(".json")
    if not known.exists():
        known.write_text(json.dumps(_totals(original, int(time()))), encoding="utf-8")
    return {int(serial): Totals(*of) for serial, of in json.loads(known.read_text(encoding="utf-8")).items()}


def _totals(database: Path, before_s: int) -> dict[int, Totals]:
    with closing(sqlite3.connect(database)) as connection:
        return {serial: Totals(*of) for serial, *of in connection.execute(_TOTALS, (before_s,))}


def _state(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        (revision,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        (check,) = connection.execute("PRAGMA quick_check").fetchone()
    blocks = f", {_blocks(database):,} blocks, {_hot_frames(database):,} hot frames" if revision >= "0005" else ""
    return f"schema {revision}{blocks}, quick_check {check}"


def _blocks(database: Path) -> int:
    """0 in a file that is not migrated."""
    with closing(sqlite3.connect(database)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'TRENDLOG_BLOCKS'").fetchone():
            return 0
        count: int
        (count,) = connection.execute("SELECT count(*) FROM TRENDLOG_BLOCKS").fetchone()
        return count


def _hot_frames(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        count: int
        (count,) = connection.execute("SELECT count(*) FROM TRENDLOG_FRAMES WHERE seq IS NULL").fetchone()
    return count


if __name__ == "__main__":
    sys.exit(main())
