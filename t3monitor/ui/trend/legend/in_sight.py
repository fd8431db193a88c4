"""What a series did in the time in sight, and how much of that is known, in words; plain data."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from t3monitor.model.times import duration_text
from t3monitor.model.units import is_measured, written_unit
from t3monitor.store.history.series import Series
from t3monitor.store.history.statistics import KNOWN_PLAIN, KNOWN_WELL, StateTime, Statistics, statistics
from t3monitor.ui.kit.texts import translate
from t3monitor.ui.trend.holes.hole_texts import cause_texts
from t3monitor.ui.trend.holes.missing import CAUSES, Pieces, faults
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.series.words_told import by_word
from t3monitor.ui.trend.time.time_range import TimeRange


class InSight(NamedTuple):
    """What a series did in the time in sight up to the present, in each of its units."""

    start_s: float
    end_s: float
    parts: Sequence[tuple[Series, Statistics]]
    lines: Sequence[tuple[Series, Statistics]] = ()  # of the same, as it is shown: counters perhaps as their increase

    @property
    def known_s(self) -> float:
        """How much of the time is known."""
        return sum(told.known_s for _, told in self.parts)

    @property
    def _read(self) -> list[tuple[Series, Statistics]]:
        return [line for line in self.lines if line[1].known]

    @property
    def is_changed(self) -> bool:
        """Whether there are readings in several units."""
        return len(self._read) > 1

    @property
    def newest(self) -> tuple[Series, Statistics] | None:
        """In the unit of the newest reading."""
        return max(self._read, key=lambda line: _newest_s(line[0], self.end_s), default=None)

    @property
    def as_newest(self) -> list[tuple[Series, Statistics]]:
        """Those in the unit of the newest reading; of states those in its range, whatever they were called."""
        newest = self.newest
        return [line for line in self._read if newest and line[0].kind[:-1] == newest[0].kind[:-1]]

    @property
    def known(self) -> float:
        """The share of the time that is known."""
        return self.known_s / (self.end_s - self.start_s)


class ToMeasure(NamedTuple):
    """A series in its parts, what it lacks up to the present, and when that is on its time axis; for any thread."""

    series: Sequence[Series]
    shown: TimeRange
    lacking: Pieces
    now_s: float
    is_loaded: bool = False  # so that no reading means that there is none
    lines: Sequence[Series] | None = None  # the parts as they are shown, if that is otherwise


def measure(its: ToMeasure) -> InSight | None:
    """What a series did in a time; None if nothing can be said of it."""
    now_s = its.now_s
    start_s, end_s = its.shown.start_s, min(its.shown.end_s, now_s)
    if start_s >= end_s or not its.series:
        return InSight(start_s, end_s, ()) if its.is_loaded and start_s < end_s else None
    at_fault = faults(its.lacking)
    found = [(series, statistics(series, start_s, end_s, now_s, at_fault)) for series in its.series]
    end_s = min(told.end_s for _, told in found)
    if start_s >= end_s:  # nothing is told of it yet
        return None
    lines = [
        (line, told if line is series else statistics(line, start_s, end_s, now_s))
        for line, (series, told) in zip(its.lines or its.series, found, strict=True)
    ]
    return InSight(start_s, end_s, found, lines)


def in_sight(trace: Trace, its: ToMeasure) -> list[str]:
    """The lines of a tooltip: how much is known, what the series did then, and why the rest is missing."""
    found = measure(its)
    if not found:
        return []
    lines = [_known_text(found.known)]
    lines += [
        ", ".join(filter(None, (_figures(trace, *line), _increase(trace, *part))))
        for line, part in zip(found.lines, found.parts, strict=True)
        if part[1].known and _is_measured(line[0])
    ]
    lines += _states(trace, [part for part in found.parts if part[1].known and not _is_measured(part[0])])
    if found.is_changed and found.newest:
        lines.append(_told_of_change(found.newest[0], [series for series, told in found.lines if told.known]))
    if (missing_s := found.end_s - found.start_s - found.known_s) >= 1:
        why = _why(its.lacking, found.start_s, found.end_s)
        lines.append(": ".join(filter(None, (translate("InSight", "missing %s") % duration_text(missing_s), why))))
    return lines


def _told_of_change(newest: Series, parts: Sequence[Series]) -> str:
    if len({part.kind[:-1] for part in parts}) == 1:
        return translate("InSight", "Its states had other words before: each time is told in those of then")
    unit = written_unit(newest.units) or translate("InSight", "the newest range")
    return translate("InSight", "The unit changed in sight: the figures in the list are those in %s") % unit


def _newest_s(series: Series, end_s: float) -> float:
    """When it was read last before a time."""
    return float(series.times_utc_s[np.searchsorted(series.times_utc_s, end_s) - 1])


def _known_text(known: float) -> str:
    if not known:
        return translate("InSight", "In sight: no reading")
    if known >= KNOWN_PLAIN:
        return translate("InSight", "In sight")
    percent = f"{min(100 * known, 98.9):.1f}"  # less than what is plain
    if known >= KNOWN_WELL:
        return translate("InSight", "In sight, %s %% known") % percent
    return translate("InSight", "In sight, partial: of the %s %% of the time that are known") % percent


def _at_least(told: Statistics) -> str:
    return "" if told.known >= KNOWN_PLAIN else _least()


def _least() -> str:
    return translate("InSight", "at least ")


def _increase(trace: Trace, series: Series, told: Statistics) -> str:
    if told.increase is None:
        return ""
    return translate("InSight", "increase %s") % (_at_least(told) + trace.text_of(series, told.increase))


def _figures(trace: Trace, series: Series, told: Statistics) -> str:
    words = translate("InSight", "mean"), translate("InSight", "lowest"), translate("InSight", "highest")
    values = told.mean, told.minimum, told.maximum
    figures = [
        f"{word} {trace.text_of(series, value)}" for word, value in zip(words, values, strict=True) if value is not None
    ]
    if told.deviation is not None:
        figures.append(translate("InSight", "standard deviation %s") % trace.text_of(series, told.deviation))
    return ", ".join(figures)


def _is_measured(series: Series) -> bool:
    return is_measured(digital=series.digital, range_=series.range)


def _states(trace: Trace, parts: Sequence[tuple[Series, Statistics]]) -> list[str]:
    """A line for each range that its states had, whatever they were called."""
    alike: dict[tuple[object, ...], list[tuple[Series, Statistics]]] = {}
    for series, told in parts:
        alike.setdefault(series.kind[:-1], []).append((series, told))
    return [
        "; ".join(
            _state_text(word, state, "" if sum(told.known for _, told in its) >= KNOWN_PLAIN else _least())
            for word, state in by_word(trace, ((series, told.states) for series, told in its)).items()
        )
        for its in alike.values()
    ]


def _state_text(word: str, told: StateTime, at_least: str) -> str:
    text = f"{word} {at_least}{duration_text(told.seconds)}"
    if told.starts is None:
        return text
    return f"{text}, {translate('InSight', 'starts: %d') % told.starts}"


def _why(lacking: Pieces, start_s: float, end_s: float) -> str:
    starts, ends, causes = lacking.reaching(start_s, end_s)
    lasted_s = np.minimum(ends, end_s) - np.maximum(starts, start_s)
    seconds = [(CAUSES[cause], float(lasted_s[causes == cause].sum())) for cause in np.unique(causes)]
    if all(cause is None for cause, _ in seconds):  # nobody has looked yet
        return ""
    return "; ".join(cause_texts(sorted(seconds, key=lambda item: item[1], reverse=True)))
