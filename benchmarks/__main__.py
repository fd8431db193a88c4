"""``python -m benchmarks``: measures the program against its rivals in one run and prints the ratios."""

import argparse
import os
import platform
import sqlite3
import sys
import tempfile
from pathlib import Path
from time import monotonic

from benchmarks import answers, cycle, memory, sites, store
from benchmarks.measure import WARM_UP, Row, table


def main() -> int:
    """Prints the table, then what belongs to its numbers."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer cycles: for a look, not for a record")
    quick = parser.parse_args().quick
    cycles, cycles_of_selects = (4, 2) if quick else (30, 20)
    began_s = monotonic()
    rows: list[Row] = []
    notes: list[str] = []
    with tempfile.TemporaryDirectory(prefix="t3monitor-benchmarks-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        for input_ in answers.INPUTS:
            _tell(f"storing: {input_}")
            stored = store.measure(input_, cycles, cycles_of_selects, folder)
            rows += stored.rows
            notes += stored.notes
        for input_ in answers.INPUTS:
            _tell(f"whole cycles: {input_}")
            whole = cycle.measure(input_, cycles, folder)
            rows += [*whole.rows, sites.measure(input_, cycles, folder)]
            notes += whole.notes
        _tell("memory")
        notes += memory.measure(folder, cycles + WARM_UP)
    print(table(rows))
    print()
    print("\n".join(notes))
    print(
        f"Measured in {monotonic() - began_s:.0f} s on {os.cpu_count()} processors with Python "
        f"{platform.python_version()} and SQLite {sqlite3.sqlite_version}."
    )
    return 0


def _tell(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
