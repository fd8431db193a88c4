"""``python -m benchmarks.outages``: outages of every cause, made for real while ``sync`` records; planted and found.

Planted is what the driver did and what T3000 gave meanwhile, with the rule for holes written down anew; found is what
the program tells of the holes afterwards. Ends with 1 unless all was found, with its cause, and nothing besides.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from benchmarks.outage_stages import STAGES, Stage
from benchmarks.planted import Hole
from t3monitor.model.points import PointKey
from t3monitor.store.history import HistoryReader

_OFF_S = 1.0  # times are stored in whole seconds, and a reading is given a moment before it is taken
_REST_SPACINGS = 4  # of each outage: until all is read again, and a little more


def main() -> int:
    """Plants for so many minutes, then compares."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outages", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="at least as long as all outages take")
    parser.add_argument("--folder", type=Path, help="where the databases are kept (default: a temporary one)")
    parser.add_argument("--stages", nargs="*", default=[stage.stage for stage in STAGES], metavar="NAME")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="t3monitor-outages-"))
    folder.mkdir(parents=True, exist_ok=True)
    interval_s = 3 if args.minutes >= 30 else 2
    began_s = time.time()

    def say(line: str) -> None:
        print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)

    stages = []
    for kind in STAGES:
        if kind.stage in args.stages:
            stage = kind(folder, interval_s, say)
            stage.outage_s = max(5 * interval_s, (60 * args.minutes / len(stage.plans()) - 4 * interval_s) / 2)
            stages.append(stage)
    print(f"{', '.join(stage.stage for stage in stages)}: a cycle every {interval_s} s; files in {folder}", flush=True)
    for stage in stages:
        stage.start()
    for stage in stages:
        stage.join()
    print(f"planted in {(time.time() - began_s) / 60:.1f} minutes, {threading.active_count()} threads left\n")
    counts: Counter[str] = Counter()
    for stage in stages:
        counts += _compare(stage)
    print("; ".join(f"{what} {counts[what]}" for what in _COUNTED))
    failed = [stage.stage for stage in stages if stage.error]
    for stage in stages:
        if stage.error:
            print(f"stage {stage.stage} broke off: {stage.error!r}")
    return int(bool(failed or any(counts[what] for what in _COUNTED[1:])))


_COUNTED = ("found", "missed", "invented", "wrong cause", "wrong time", "unplanned")


def _compare(stage: Stage) -> Counter[str]:
    """Prints each outage with what was found of it, and counts holes of points."""
    counts: Counter[str] = Counter()
    lines: dict[tuple[str, str], list[tuple[Hole, list[Hole], str]]] = defaultdict(list)
    for key in stage.given.points():
        left = found_holes(stage, key)
        for hole in stage.given.holes(key, stage.interval_s, stage.outages):
            found = [other for other in left if min(other.end_s, hole.end_s) > max(other.start_s, hole.start_s)]
            left = [other for other in left if other not in found]
            verdict = _verdict(hole, found, _slack(stage, hole))
            counts[verdict] += 1
            lines[hole.outage, hole.cause].append((hole, found, verdict))
        for other in left:
            counts["invented"] += 1
            lines["", "nothing"].append((Hole(other.start_s, other.start_s, "nothing"), [other], f"invented ({key})"))
    print(f"{stage.stage:<34}planted            cause               found              cause(s)")
    planted = {outage.name for outage in stage.outages}
    for (name, cause), compared in sorted(lines.items(), key=lambda line: line[1][0][0].start_s):
        verdicts = Counter(verdict for _, _, verdict in compared)
        starts, ends = _range(hole for hole, _, _ in compared)
        found_starts, found_ends = _range(hole for _, holes, _ in compared for hole in holes)
        causes = ", ".join(sorted({other.cause for _, holes, _ in compared for other in holes})) or "none"
        told = "; ".join(f"{count} {verdict}" for verdict, count in verdicts.items())
        print(f"  {name or '?':<32}{starts}-{ends}  {cause:<18}  {found_starts}-{found_ends}  {causes}: {told}")
    for name in sorted(planted - {name for name, _ in lines}):
        print(f"  {name:<32}no hole, and none found")
    print()
    return counts


def _verdict(planted: Hole, found: list[Hole], slack_s: float) -> str:
    if planted.outage == "":
        return "unplanned"
    if not found:
        return "missed"
    if any(hole.cause != planted.cause for hole in found):
        return "wrong cause"
    if any(after.start_s > before.end_s for before, after in pairwise(found)):
        return "wrong time"
    late_s = found[-1].end_s - planted.end_s
    is_right = abs(found[0].start_s - planted.start_s) <= _OFF_S and -_OFF_S <= late_s <= _OFF_S + slack_s
    return "found" if is_right else "wrong time"


def _slack(stage: Stage, hole: Hole) -> float:
    return next(outage.slack_s for outage in stage.outages if outage.name == hole.outage) if hole.outage else 0.0


def _range(holes: Iterable[Hole]) -> tuple[str, str]:
    """From the earliest start to the latest end."""
    holes = list(holes)
    if not holes:
        return "--:--:--", "--:--:--"
    return _time(min(hole.start_s for hole in holes)), _time(max(hole.end_s for hole in holes))


def _time(at_s: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at_s))


def found_holes(stage: Stage, key: PointKey) -> list[Hole]:
    """What the program tells of the holes between the first reading of a point and its last."""
    seconds = stage.given.seconds(key)
    reader = HistoryReader(stage.database_url)
    found = []
    for series in reader.read(key, seconds[0], seconds[-1], 1_000_000):
        for start_s, end_s in zip(series.holes.starts, series.holes.ends, strict=True):
            found.append(Hole(float(start_s), float(end_s), "?"))
    return found


if __name__ == "__main__":
    sys.exit(main())
