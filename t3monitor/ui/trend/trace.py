"""What the view knows of one chosen point: its names, its samples, what it shows at a time; plain data."""

from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from t3monitor.model.freshness import SHORTEST_STALE_AGE_S, is_stale
from t3monitor.model.points import Point, PointKey
from t3monitor.model.snapshot import Device
from t3monitor.model.units import has_states, value_text
from t3monitor.model.words import Words
from t3monitor.store.history import BREAK_AFTER_INTERVALS, Series
from t3monitor.ui.devices.panels import PanelState

_LIVE_KEPT = 4000  # more than are ever waited for: history that reaches the present holds them as well
_LAST_FEW = 3


class _Sample(NamedTuple):
    time_s: float
    point: Point


@dataclass(slots=True)
class Names:
    """How a point is called; from the newest snapshot, until then from its history."""

    panel: str
    label: str
    full_label: str
    site: str = ""  # where there are several

    @property
    def short(self) -> str:
        """Panel and label."""
        return f"{self.panel} {self.label}"

    @property
    def everywhere(self) -> str:
        """Panel and label, and the site where there are several."""
        return " · ".join(filter(None, (self.short, self.site)))


class Trace:
    """One chosen point."""

    def __init__(self, key: PointKey, colour: int) -> None:
        self.key = key
        self.colour = colour  # place among the curve colours of the theme
        self.hidden = False
        self.series: tuple[Series, ...] = ()
        self.point: Point | None = None  # as of the newest snapshot that told it
        self.read_at_s = 0.0  # that value, UTC epoch seconds
        self.answered = True  # in the newest snapshot
        self.state = PanelState.LIVE  # of that value
        self._panel = self._site = ""
        self._reaches_present = True
        self._live: deque[_Sample] = deque(maxlen=_LIVE_KEPT)
        self._appended = 0

    @property
    def point_id(self) -> str:
        """IN1, OUT1, VAR1."""
        return f"{self.key.point_type.prefix}{self.key.point_index}"

    @property
    def names(self) -> Names:
        """What to call it."""
        point = self.point
        label = (point.label if point else self.series[-1].label if self.series else "") or self.point_id
        panel = self._panel or str(self.key.serial_number)
        return Names(panel, label, point.full_label if point else "", self._site)

    @property
    def appended(self) -> int:
        """Samples added since the history was loaded."""
        return self._appended

    @property
    def current_text(self) -> str:
        """The present value with its unit or state word; empty if no snapshot told it."""
        return self.point.value_text if self.point else ""

    def forget(self) -> None:
        """Drops all samples, the present value and the names that came with it."""
        self.point = None
        self._panel = self._site = ""
        self.answered, self.state = True, PanelState.LIVE
        self._live.clear()
        self.set_history((), reaches_present=True)

    def set_history(self, series: tuple[Series, ...], *, reaches_present: bool) -> None:
        """Takes loaded samples; those of snapshots continue them if they reach the present."""
        self._reaches_present = reaches_present
        self._appended = 0
        self.series = series
        if reaches_present:
            for sample in self._missing_of_live():
                self._take(sample)

    def describe(self, device: Device, point: Point, time_s: float, *, panel: str = "", site: str = "") -> bool:
        """Takes what a snapshot tells, read at ``time_s``, what its panel is called and at which of several sites.

        Returns whether the line changed.
        """
        self._panel, self._site = panel or device.panel_name, site
        self.point = point
        self.read_at_s = time_s
        self.answered = True
        sample = _Sample(time_s, point)
        if self._live and (time_s, point.value) == (self._live[-1].time_s, self._live[-1].point.value):
            return False
        self._live.append(sample)  # also if its time is before that of the last one: a clock was set back
        return self._reaches_present and self._take(sample)

    def judge(self, now_s: float, interval_s: int) -> bool:
        """Whether its value is of the present, as of now; returns whether that is news."""
        before = self.state
        if self.point is None:
            self.state = PanelState.LIVE
        elif not self.answered:
            self.state = PanelState.NO_ANSWER
        else:
            self.state = PanelState.STALE if is_stale(int(self.read_at_s), now_s, interval_s) else PanelState.LIVE
        return self.state is not before

    def text_at(self, time_s: float) -> str | None:
        """Value of the last sample before a time, with unit or state word; None where there is no data."""
        found: tuple[float, int] | None = None
        for number, series in enumerate(self.series):
            at = int(np.searchsorted(series.times_utc_s, time_s, side="right")) - 1
            if at < 0 or np.isnan(series.values[at]):
                continue
            is_last = at == len(series.times_utc_s) - 1
            if is_last and time_s - series.times_utc_s[at] > BREAK_AFTER_INTERVALS * _interval_s(series):
                continue
            if found is None or float(series.times_utc_s[at]) >= found[0]:
                found = float(series.times_utc_s[at]), number
        if found is None:
            return None
        series = self.series[found[1]]
        at = int(np.searchsorted(series.times_utc_s, time_s, side="right")) - 1
        return self._text(series, float(series.values[at]))

    def next_sample_s(self, time_s: float, step: int) -> float | None:
        """Time of the nearest sample after (step 1) or before (-1) a time."""
        found = []
        for series in self.series:
            times = series.times_utc_s[~np.isnan(series.values)]
            at = np.searchsorted(times, time_s, side="right") if step > 0 else np.searchsorted(times, time_s) - 1
            if 0 <= at < len(times):
                found.append(float(times[at]))
        return (min if step > 0 else max)(found) if found else None

    def has_samples(self, start_s: float, end_s: float) -> bool:
        """Whether anything is drawn in that time."""
        for series in self.series:
            first, last = np.searchsorted(series.times_utc_s, (start_s, end_s))
            if not np.isnan(series.values[first:last]).all():
                return True
            if 0 < first < len(series.values) and not np.isnan(series.values[first - 1 : first + 1]).any():
                return True  # between two samples
        return False

    def words(self, series: Series) -> Words:
        """What the site calls the states of a series; empty where it has no words, or they are of another range."""
        point = self.point
        return point.words if point is not None and point.range == series.range else ()

    def _text(self, series: Series, value: float) -> str:
        return value_text(
            value,
            series.units,
            point_type=self.key.point_type,
            digital=series.digital,
            range_=series.range,
            words=self.words(series),
        )

    def _missing_of_live(self) -> list[_Sample]:
        """The samples of snapshots that the loaded ones lack.

        They are looked for in what is not thinned; else they are those after it, and the very last ones, which may have
        come while it was loaded: these may stand before it, if a clock was set back.
        """
        live = list(self._live)
        if not self.series:
            return live
        first = min(float(series.times_utc_s[0]) for series in self.series)
        last = max(_last_known_s(series) for series in self.series)
        if any(series.thinned for series in self.series):
            return [sample for sample in live[:-_LAST_FEW] if sample.time_s > last] + live[-_LAST_FEW:]
        return [sample for sample in live if sample.time_s >= first]

    def _take(self, sample: _Sample) -> bool:
        """Puts a live sample into the line, at its time; returns whether the line changed."""
        time_s, point = sample
        digital = has_states(digital=point.is_digital, range_=point.range)
        for number, series in enumerate(self.series):
            if (series.units, series.digital) == (point.units, digital) and (
                not digital or series.range == point.range
            ):
                longer = _with_sample(series, time_s, point)
                self.series = (*self.series[:number], *self.series[number + 1 :], longer)
                self._appended += longer is not series
                return longer is not series
        self._appended += 1
        times, values = np.array([float(time_s)]), np.array([point.value])
        interval_s = self.series[-1].interval_s if self.series else 0
        new = Series(times, values, point.units, point.range, digital, point.label, interval_s)
        self.series = (*self.series, new)
        return True


def _interval_s(series: Series) -> float:
    return series.interval_s or SHORTEST_STALE_AGE_S  # 0: nothing was stored yet


def _last_known_s(series: Series) -> float:
    known = np.flatnonzero(~np.isnan(series.values[-2:]))
    return float(series.times_utc_s[-2:][known[-1]]) if known.size else float("-inf")


def _with_sample(series: Series, time_s: float, point: Point) -> Series:
    """The series with a sample at its time, which is mostly after all others; itself if it has that one already."""
    times, values = series.times_utc_s, series.values
    known = np.flatnonzero(~np.isnan(values))
    place = int(np.searchsorted(times[known], time_s))
    before, after = known[:place], known[place:]
    if after.size and times[after[0]] == time_s:
        if values[after[0]] == point.value:
            return series
        values = values.copy()
        values[after[0]] = point.value
        return replace(series, values=values, range=point.range, label=point.label)
    interval_s = _interval_s(series)
    start, end = (int(before[-1]) + 1 if before.size else 0), (int(after[0]) if after.size else len(times))
    between = times[start:end]  # no values there
    if before.size and after.size and times[after[0]] - times[before[-1]] > BREAK_AFTER_INTERVALS * interval_s:
        between = between[between != times[before[-1]] + interval_s]  # the break of a hole that the sample may fill
    earlier, later = between[between < time_s], between[between > time_s] if after.size else between[:0]
    if not series.thinned or not after.size:  # the neighbours of a sample that was thinned out are not next to it
        if before.size and not earlier.size and time_s - times[before[-1]] > BREAK_AFTER_INTERVALS * interval_s:
            earlier = np.array([times[before[-1]] + interval_s])
        if after.size and not later.size and times[after[0]] - time_s > BREAK_AFTER_INTERVALS * interval_s:
            later = np.array([time_s + interval_s])
    new_times = np.concatenate((earlier, [time_s], later))
    new_values = np.full(len(new_times), np.nan)
    new_values[len(earlier)] = point.value
    return replace(
        series,
        times_utc_s=np.concatenate((times[:start], new_times, times[end:])),
        values=np.concatenate((values[:start], new_values, values[end:])),
        range=point.range,
        label=point.label,
    )
