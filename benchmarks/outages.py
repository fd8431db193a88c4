"""``python -m benchmarks.outages``: outages of every cause, made for real while ``sync`` records; planted and found.

Planted is what the driver did and what T3000 gave meanwhile, with the rule for holes written down anew; found is what
the program tells of the holes afterwards. Ends with 1 unless all was found, with its cause, and nothing besides.
"""

import argparse
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))  # the stages stand on what T3000 is there

from benchmarks.outage_library import LibraryStage
from benchmarks.outage_others import BackgroundStage, RecorderStage
from benchmarks.outage_stage import Stage
from benchmarks.outage_web import WebStage
from benchmarks.planted import Hole, Planted
from t3monitor.model.causes import Cause
from t3monitor.model.points import PointKey
from t3monitor.store.causes.holes import faulty, holes
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Series
from t3monitor.store.history.statistics import statistics

STAGES: tuple[type[Stage], ...] = (WebStage, LibraryStage, RecorderStage, BackgroundStage)

_OFF_S = 1.0  # times are stored in whole seconds, and a reading is given a moment before it is taken
_SHARE_OFF = 0.001
_REST_SPACINGS = 4  # of each outage: until all is read again, and a little more
_VERDICTS = ("found", "missed", "invented", "wrong cause", "wrong time", "unplanned")
_PLANTED_FILE = "planted.json"


class _Compared(NamedTuple):
    planted: Hole
    found: list[Hole]
    verdict: str


def main() -> int:
    """Plants for so many minutes, then compares."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.outages", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="longer if the outages need it")
    parser.add_argument("--folder", type=Path, help="where databases and logs are kept (default: a new temporary one)")
    parser.add_argument("--stages", nargs="*", metavar="NAME", help=f"{', '.join(stage.stage for stage in STAGES)}")
    parser.add_argument("--compare", action="store_true", help="what an earlier run has planted in --folder, once more")
    args = parser.parse_args()
    folder = args.folder or Path(tempfile.mkdtemp(prefix="t3monitor-outages-"))
    folder.mkdir(parents=True, exist_ok=True)
    names = args.stages or [
        stage.stage for stage in STAGES if stage is not BackgroundStage
    ]  # which takes most of an hour
    broken_off = 0 if args.compare else _plant(folder, args.minutes, names)
    counts: Counter[str] = Counter()
    causes = set(Cause)
    shares_differ = 0
    for name in names:
        planted = Planted.read(folder / name / _PLANTED_FILE)
        counts += _compare(planted)
        causes -= {hole.cause for key in planted.points() for hole in planted.holes(key)}
        shares_differ += _compare_shares(planted)
        print()
    print(f"causes that were not planted: {', '.join(sorted(causes)) or 'none'}")
    print("holes of points: " + ", ".join(f"{counts[verdict]} {verdict}" for verdict in _VERDICTS))
    is_good = counts["found"] and not any(counts[verdict] for verdict in _VERDICTS[1:])
    return int(bool(broken_off or shares_differ or not is_good))


def _plant(folder: Path, minutes: float, names: list[str]) -> int:
    """How many of the stages broke off; what they planted stands beside their databases."""
    began_s = time.monotonic()
    interval_s = 3 if minutes >= 30 else 2
    stages = [kind(folder, interval_s, _say) for kind in STAGES if kind.stage in names]
    for stage in stages:
        each_s = stage.interval_s
        stage.outage_s = max(5 * each_s, (60 * minutes / len(stage.plans()) - _REST_SPACINGS * each_s) / 2)
        print(f"{stage.stage}: a cycle every {each_s} s, {len(stage.plans())} outages of {stage.outage_s:.0f} s")
    print(f"files in {folder}", flush=True)
    for stage in stages:
        stage.start()
    for stage in stages:
        stage.join()
        stage.planted().write(stage.folder / _PLANTED_FILE)
    print(f"planted in {(time.monotonic() - began_s) / 60:.1f} minutes; threads left: {threading.active_count() - 1}")
    for stage in stages:
        if stage.error:
            print(f"stage {stage.stage} broke off: {stage.error!r}")
    print()
    return sum(stage.error is not None for stage in stages)


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


def _compare(planted: Planted) -> Counter[str]:
    """Prints each outage with what was found of it, and counts holes of points."""
    lines: dict[tuple[str, str], list[_Compared]] = defaultdict(list)
    for key in planted.points():
        for each in _compared(planted, key):
            lines[each.planted.outage, each.planted.cause].append(each)
    print(f"{planted.stage:<38}planted            cause               found              causes")
    for (name, cause), line in sorted(lines.items(), key=lambda line: line[1][0].planted.start_s):
        found = [hole for each in line for hole in each.found]
        causes = ", ".join(sorted({hole.cause for hole in found})) or "none"
        told = "; ".join(f"{count} {verdict}" for verdict, count in Counter(each.verdict for each in line).items())
        print(f"  {name or '?':<36}{_span(e.planted for e in line)}  {cause:<18}  {_span(found)}  {causes}: {told}")
    for outage in planted.outages:
        if not any(name == outage.name for name, _ in lines):
            print(f"  {outage.name:<36}no hole planted, none found")
    return Counter(each.verdict for line in lines.values() for each in line)


def _compared(planted: Planted, key: PointKey) -> list[_Compared]:
    """The holes of a point: each that was planted, and each that was found though none was."""
    seconds = planted.seconds(key)
    left = _found(planted.url, key, planted.looked_at_s(key), seconds[-1])
    compared = []
    for hole in planted.holes(key):
        found = [other for other in left if min(other.end_s, hole.end_s) > max(other.start_s, hole.start_s)]
        left = [other for other in left if other not in found]
        compared.append(_Compared(hole, found, verdict(planted, key, hole, found)))
    invented = [Hole(other.start_s, other.end_s, "none") for other in left]
    return compared + [_Compared(hole, [other], "invented") for hole, other in zip(invented, left, strict=True)]


def verdict(planted: Planted, key: PointKey, hole: Hole, found: list[Hole]) -> str:
    """What is to be said of a hole that was planted and what was found of it."""
    if not hole.outage:
        return "unplanned"
    if not found:
        return "missed"
    others = [piece for piece in found if piece.cause != hole.cause]
    if len(others) == len(found) or not all(planted.is_told(key, piece) for piece in others):
        return "wrong cause"
    is_whole = all(before.end_s == after.start_s for before, after in pairwise(found))
    off_s = found[0].start_s - hole.start_s, found[-1].end_s - hole.end_s
    is_right = all(-_OFF_S <= each_s <= _OFF_S + planted.slack_s(hole) for each_s in off_s)
    return "found" if is_whole and is_right else "wrong time"


def _span(holes_: Iterable[Hole]) -> str:
    """From the earliest start to the latest end."""
    times = [(hole.start_s, hole.end_s) for hole in holes_]
    if not times:
        return f"{'':17}"
    edges_s = min(start_s for start_s, _ in times), max(end_s for _, end_s in times)
    return "-".join(time.strftime("%H:%M:%S", time.localtime(edge_s)) for edge_s in edges_s)


def _found(url: str, key: PointKey, start_s: float, end_s: float) -> list[Hole]:
    """What the program tells of the holes of a point between two times."""
    told = holes(url, _series(url, key, start_s, end_s), key, start_s, end_s, time.time())
    return [Hole(hole.start_s, hole.end_s, hole.cause) for hole in told]


def _series(url: str, key: PointKey, start_s: float, end_s: float) -> Series | None:
    """The readings of a point, in the unit that it had longest."""
    read = HistoryReader(url).read(key, start_s, end_s, 10**6)
    return max(read, key=lambda series: len(series.times_utc_s), default=None)


def _compare_shares(planted: Planted) -> int:
    """Prints the known share of three points, by hand and by the program's statistics; how many differ."""
    sensors = {Cause.SENSOR_OPEN, Cause.SENSOR_SHORTED}
    hurt = [key for outage in planted.outages if outage.cause in sensors for key in outage.points]
    differ = 0
    for key in [*hurt, *planted.points()[:: len(planted.points()) // 3]][:3]:
        seconds = planted.seconds(key)
        by_hand = _known_by_hand(planted, key)
        series = _series(planted.url, key, seconds[0], seconds[-1])
        told = 0.0
        if series:
            told = statistics(series, seconds[0], seconds[-1], time.time(), faulty(planted.url, key)).known
        differs = abs(told - by_hand) > _SHARE_OFF
        differ += differs
        name = f"{key.serial_number} {key.point_type.prefix}{key.point_index}"
        print(f"  known of {name}: {by_hand:.2%} by hand, {told:.2%} told{', WRONG' if differs else ''}")
    return differ


def _known_by_hand(planted: Planted, key: PointKey) -> float:
    """From rows of the view: each reading holds until the next, or for one interval if that is too far away.

    What was read while the driver had the sensor open or shorted holds for no time.
    """
    with closing(sqlite3.connect(planted.database)) as connection:
        rows = connection.execute(
            "SELECT DISTINCT logging_time FROM TRENDLOG_DATA WHERE serial_number = ? AND point_type = ?"
            " AND point_index = ? ORDER BY logging_time",
            key,
        ).fetchall()
    each_s = planted.interval_s
    bad = [(hole.start_s - each_s, hole.end_s) for hole in planted.holes(key) if hole.cause.startswith("sensor")]
    known_s = 0.0
    for (read_s,), (next_s,) in pairwise(rows):
        if not any(last_good_s < read_s < end_s for last_good_s, end_s in bad):
            known_s += next_s - read_s if next_s - read_s <= 2.5 * each_s else each_s
    return known_s / float(rows[-1][0] - rows[0][0])


if __name__ == "__main__":
    sys.exit(main())
