"""``python -m benchmarks.torture``: kills the program in mid-work, again and again, and examines what it left.

Of the cycles, all kills hit the same database. After each one SQLite alone looks for anything that is not the work of
whole cycles, and then the program has to store one more cycle into it. What is done between the cycles comes after:
see `benchmarks.kills`.
"""

import argparse
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.examine import uncommitted_pages, violations
from benchmarks.kills import CAMPAIGNS
from benchmarks.victim import CYCLE_BEGINS, IN_TRANSACTION, PHASES, TRANSACTION_BEGINS, Home, Victim

_STORED = ("ok", "partial")
_WRITING_S = 0.002  # about what SQLite takes to write a cycle's pages


class _Aim(Enum):
    CYCLE = auto()
    TRANSACTION = auto()
    WRITING = auto()


@dataclass(slots=True)
class Outcome:
    """What came of all kills."""

    kills: int = 0
    hits: Counter[str] = field(default_factory=Counter)  # by phase
    torn_logs: int = 0  # kills that left uncommitted pages in the database's log
    violations: list[str] = field(default_factory=list)

    def summary(self) -> str:
        """For people."""
        hits = ", ".join(f"{phase} {self.hits[phase]}" for phase in PHASES if self.hits[phase])
        inside = sum(self.hits[phase] for phase in IN_TRANSACTION)
        return (
            f"{self.kills} kills: {hits}. Inside the transaction: {inside}; with uncommitted pages left in the -wal "
            f"file: {self.torn_logs}. Violations: {len(self.violations)}."
        )


class Torture:
    """A building of ``panels`` and one database in a folder, with kills at moments that follow from the seed."""

    def __init__(self, folder: Path, panels: int, seed: int, last_cycle: int, say: Callable[[str], None]) -> None:
        """Kills come in the first ``last_cycle`` cycles of a process."""
        self._home = Home(folder / "home", panels)
        self._database = folder / "tortured.db"
        self._random = random.Random(seed)
        self._last_cycle = last_cycle
        self._say = say
        self._reported: set[int] = set()
        self._scratch = folder / "scratch.db"

    def run(self, kills: int) -> Outcome:
        """Kills that many processes, each after it has begun to work."""
        outcome = Outcome()
        for number in range(1, kills + 1):
            cycle = self._random.randint(1, self._last_cycle)
            phase, torn = self._kill(cycle)
            found = violations(self._database, self._reported) + self._violations_of_next_run()
            outcome.kills += 1
            outcome.hits[phase] += 1
            outcome.torn_logs += torn > 0
            outcome.violations += found
            left = f", {torn} uncommitted pages in the -wal file" if torn else ""
            self._say(f"kill {number:2}: cycle {cycle}, {phase}{left}: {'; '.join(found) or 'nothing amiss'}")
        outcome.violations += violations(self._database, self._reported)  # after the last run, too
        return outcome

    @cached_property
    def _spans_s(self) -> dict[tuple[int, str], float]:
        """Seconds of the first and the later cycles of a process: the whole cycle, and its transaction."""
        for cycles in (1, 2):  # the first process has the tables to make
            with Victim(self._home, self._scratch, "--cycles", str(cycles), "--interval", "1") as victim:
                if victim.finish():
                    raise RuntimeError(f"The command cannot even do this undisturbed: {victim.reports()}")
                reports = victim.reports()
        spans = {}
        for cycle in range(1, self._last_cycle + 1):
            report = reports[min(cycle, 2) - 1]
            spans[cycle, CYCLE_BEGINS] = report["elapsed_ms"] / 1000
            spans[cycle, TRANSACTION_BEGINS] = sum(report["phases_ms"][phase] for phase in IN_TRANSACTION) / 1000
        return spans

    def _kill(self, cycle: int) -> tuple[str, int]:
        """Kills a process in one of its cycles; what it was at, and how many uncommitted pages it left.

        By turns of luck the moment is anywhere in the cycle, anywhere in its transaction, or amid the writing of pages.
        """
        aim = self._random.choice(list(_Aim))
        begins = CYCLE_BEGINS if aim is _Aim.CYCLE else TRANSACTION_BEGINS
        span_s = _WRITING_S if aim is _Aim.WRITING else self._spans_s[cycle, begins]
        with Victim(self._home, self._database, "--interval", "1") as victim:
            victim.wait_for_line(begins, cycle)
            if aim is _Aim.WRITING:
                victim.wait_for_pages()
            victim.let_run(self._random.uniform(0, span_s))
            victim.kill()
            self._reported |= _stored_runs(victim.reports())
            return victim.phase(), uncommitted_pages(self._database)

    def _violations_of_next_run(self) -> list[str]:
        """Whether the program can go on where it was killed."""
        with Victim(self._home, self._database, "--once") as victim:
            code = victim.finish()
            reports = victim.reports()
        self._reported |= _stored_runs(reports)
        if code or len(reports) != 1:
            return [f"the next sync --once ended with exit code {code} and reported {reports}"]
        return []


def _stored_runs(reports: list[dict[str, Any]]) -> set[int]:
    return {report["run_id"] for report in reports if report["outcome"] in _STORED}


def main() -> int:
    """Prints a line for each kill and a summary; exit code 1 if anything was amiss."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.torture", description=__doc__)
    names = ["cycles", *(campaign.name for campaign, _ in CAMPAIGNS)]
    parser.add_argument("--kills", type=int, default=50, help="of cycles; of packing half as many more, and so on")
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--panels", type=int, default=100, help="size of the simulated building")
    parser.add_argument("--seed", type=int, help="for the same aims once more; what they hit is up to the system")
    args = parser.parse_args()
    seed = random.randrange(2**32) if args.seed is None else args.seed
    print(f"seed {seed}, {args.panels} panels", flush=True)
    began_s, folder = monotonic(), Path(tempfile.mkdtemp(prefix="t3monitor-torture-"))
    summaries, violations_, kills = [], 0, 0
    if "cycles" in args.only:
        outcome = Torture(folder, args.panels, seed, 3, _say).run(args.kills)
        summaries.append(f"cycles: {outcome.summary()}")
        kills, violations_ = outcome.kills, len(outcome.violations)
    for campaign, share in CAMPAIGNS:
        if campaign.name in args.only:
            killed = campaign(folder, random.Random(seed), _say).run(round(args.kills * share))
            summaries.append(str(killed))
            kills, violations_ = kills + killed.kills, violations_ + len(killed.violations)
    print("\n".join(summaries))
    print(f"{kills} kills in {monotonic() - began_s:.0f} s. Violations: {violations_}.")
    if violations_:
        print(f"The databases are kept in {folder}.")
        return 1
    shutil.rmtree(folder)
    return 0


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
