"""Daily values in the place of samples that are no longer kept: a stretch for each day, before the readings."""

from dataclasses import replace
from sqlite3 import Cursor

import numpy as np

from t3monitor.model.holes import is_hole
from t3monitor.model.points import PointKey
from t3monitor.model.successions import Span
from t3monitor.model.units import is_measured
from t3monitor.model.words import Words
from t3monitor.store.history.days import Day, days_of_point
from t3monitor.store.history.past_words import PastWords
from t3monitor.store.history.series import Floats, Holes, Series, Stretches
from t3monitor.store.history.thinning import thinned

_OLDEST_SAMPLE = "SELECT min(logging_time) FROM TRENDLOG_FRAMES WHERE serial_number = ? AND point_type = ?"


def with_days(
    cursor: Cursor,
    key: PointKey,
    parts: tuple[Series, ...],
    start_s: float,
    end_s: float,
    max_points: int,
    span: Span,
    words: PastWords,
) -> tuple[Series, ...]:
    """The series of a point with its daily values before them, where there are some in the time asked for.

    ``span``: when its panel was the one in its place. A day on which a state got another word has none for it.
    """
    (oldest_s,) = cursor.execute(_OLDEST_SAMPLE, (key.serial_number, key.point_type.value)).fetchone()
    until_s = min(np.inf if oldest_s is None else float(oldest_s), span.end_s)
    days = [
        day._replace(start_s=int(max(day.start_s, span.start_s)))
        for day in days_of_point(cursor, key, start_s, end_s)
        if day.start_s < until_s and day.end_s > span.start_s
    ]
    if not days:
        return parts
    # A reading after the time asked for may be years after the last of these days.
    found = {part.kind: part for part in parts if part.times_utc_s[0] <= end_s}
    of_kinds: dict[tuple[str, bool, int | None, Words], list[Day]] = {}
    for day in days:
        its_words = words.throughout(day.start_s, day.end_s, digital=day.digital, range_=day.range)
        range_ = None if is_measured(digital=day.digital, range_=day.range) else day.range
        of_kinds.setdefault((day.units, day.digital, range_, its_words), []).append(day)
    for kind, its_days in of_kinds.items():
        later = found.pop(kind, None)
        whole, weights = _whole(sorted(its_days), until_s, later, kind[-1])
        found[kind] = thinned(whole, weights, start_s, end_s, max_points) if len(weights) > max_points else whole
    return tuple(sorted(found.values(), key=lambda series: float(series.ends_utc_s[-1])))


def _whole(days: list[Day], until_s: float, later: Series | None, words: Words) -> tuple[Series, Floats]:
    """The days and the readings after them as one series, and how much each place weighs."""
    newest = days[-1]
    starts = np.array([day.start_s for day in days], dtype=float)
    ends = np.minimum([day.end_s for day in days], until_s)
    lows, highs = np.array([day.minimum for day in days]), np.array([day.maximum for day in days])
    means = np.array([day.minimum if day.mean is None else day.mean for day in days])
    known_s = np.array([day.known_s for day in days])
    shares = np.minimum(1.0, known_s / (np.append(starts[1:], ends[-1]) - starts))
    series = Series(
        starts,
        means,
        _between(starts, ends),
        newest.units,
        newest.range,
        newest.digital,
        newest.label,
        float(newest.end_s - newest.start_s),
        Stretches(ends, lows, highs, shares),
        words=words,
    )
    if later is None:
        return series, known_s
    times, spacing_s = later.times_utc_s, later.spacing_s
    first_s, last_s = float(times[0]), float(ends[-1])
    gap = Holes(np.array([last_s]), np.array([first_s])) if is_hole(first_s - last_s, spacing_s) else Holes.none()
    after = later.stretches or Stretches(times, later.values, later.values, np.ones(len(times)))
    joined = replace(
        later,
        times_utc_s=np.concatenate((starts, times)),
        values=np.concatenate((means, later.values)),
        holes=Holes(*map(np.concatenate, zip(series.holes, gap, later.holes, strict=True))),
        stretches=Stretches(*map(np.concatenate, zip((ends, lows, highs, shares), after, strict=True))),
    )
    return joined, np.concatenate((known_s, after.ends - times + spacing_s))


def _between(starts: Floats, ends: Floats) -> Holes:
    """Whole days of which nothing is known."""
    before = np.flatnonzero(starts[1:] > ends[:-1])
    return Holes(ends[before], starts[before + 1])
