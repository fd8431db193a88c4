"""What the view knows of one chosen point: its names, its samples, what it shows at a time; plain data."""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import NamedTuple

import numpy as np

from t3monitor.model.day_shifts import DayShift
from t3monitor.model.freshness import PanelState, is_link_up, panel_state
from t3monitor.model.holes import UNKNOWN_SPACING_S
from t3monitor.model.points import Point
from t3monitor.model.series_keys import SeriesKey, points_of, shift_of
from t3monitor.model.snapshot import Panel
from t3monitor.model.units import has_states, is_measured, value_text
from t3monitor.model.words import are_renamed, joined
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.plot.axis_choices import Per
from t3monitor.ui.trend.plot.ticks import axis_unit
from t3monitor.ui.trend.series.increase_series import increase_series

_LIVE_KEPT = 4000  # more than are ever waited for: history that reaches the present holds them as well
_LAST_FEW = 3


class _Sample(NamedTuple):
    time_s: float
    point: Point
    spacing_s: float
    delay_s: float


@dataclass(slots=True)
class Names:
    """How a point is called; from the newest snapshot, until then from its history."""

    panel: str
    label: str
    full_label: str
    site: str = ""  # where there are several
    point_id: str = ""  # where another point of the panel has the same label

    @property
    def own(self) -> str:
        """The label, by which it is told from all others of its panel."""
        return f"{self.label} ({self.point_id})" if self.point_id else self.label

    @property
    def short(self) -> str:
        """Panel and label, by which it is told from all others of its site."""
        return f"{self.panel} {self.own}"

    @property
    def everywhere(self) -> str:
        """The same, and the site where there are several."""
        return " · ".join(filter(None, (self.short, self.site)))


class Trace:
    """One chosen series."""

    def __init__(self, key: SeriesKey) -> None:
        self.key = key
        self.of = points_of(key)[0]
        self.parts: tuple[Trace, ...] = (self,)  # to be told what snapshots say, each of its point
        self.zone: tzinfo | None = None  # whose clocks compare days
        self.reaches_present = True  # samples of snapshots continue it
        self.series: tuple[Series, ...] = ()
        self.point: Point | None = None  # as of the newest snapshot that told it
        self.read_at_s = 0.0  # that value, UTC epoch seconds
        self.answered = True  # in the newest snapshot
        self.state = PanelState.LIVE  # of that value
        self.tells_id = False  # since another point has the same names
        self._panel = self._site = ""
        self._of_site = ""  # as its panel says, however many sites there are
        self._live: deque[_Sample] = deque(maxlen=_LIVE_KEPT)
        self._appended = 0
        self.increases: Mapping[str, Per] = {}  # counters that are shown as their increase, by the units of axes
        self._increases: dict[int, tuple[object, Series]] = {}  # of parts, and what they were made of

    @property
    def point_id(self) -> str:
        """IN1, OUT1, VAR1."""
        return f"{self.of.point_type.prefix}{self.of.point_index}"

    def set_zone(self, zone: tzinfo | None) -> None:
        """Compares days by the clocks of another zone; what stands by those of the one before is loaded again."""
        if zone != self.zone:
            self.zone = zone
            if self.shift.days:
                self._live.clear()

    @property
    def shift(self) -> DayShift:
        """From when its readings were taken to where they stand on the time axis."""
        return shift_of(self.key, self.zone)

    def ahead_s(self, now_s: float) -> float:
        """How far after the present its present stands on the time axis."""
        return self.shift.ahead_s(now_s)

    @property
    def names(self) -> Names:
        """What to call it."""
        panel, point = self._panel or str(self.of.serial_number), self.point
        full_label, point_id = point.full_label if point else "", self.point_id if self.tells_id else ""
        return Names(panel, self._on_its_day(self._label), full_label, self._site, point_id)

    @property
    def _label(self) -> str:
        point = self.point
        return (point.label if point else self.series[-1].label if self.series else "") or self.point_id

    @property
    def called(self) -> tuple[str, str, str]:
        """By what its point is told from others, where that is enough: site, panel and label."""
        return self._site, self._panel or str(self.of.serial_number), self._label

    def _on_its_day(self, label: str) -> str:
        """A label, with how many days earlier (−) or later its series is."""
        days = self.shift.days
        return f"{label} {'−' if days > 0 else '+'}{abs(days)} d" if days else label

    @property
    def appended(self) -> int:
        """Samples added since the history was loaded."""
        return self._appended

    @property
    def behind_s(self) -> float:
        """How much newer what snapshots told is than what was loaded, if its samples must be loaded again for that."""
        return 0.0

    @property
    def unit(self) -> str | None:
        """Unit of what it measures; None of states, and as long as nothing is known of it."""
        told = self.point or (self.series[-1] if self.series else None)
        if told is None:
            return None
        digital = told.is_digital if isinstance(told, Point) else told.digital
        return told.units if is_measured(digital=digital, range_=told.range) else None

    @property
    def current_text(self) -> str:
        """The present value with its unit or state word; empty if no snapshot told it, or it shows another time."""
        return self.point.value_text if self.point and not self.shift.days else ""

    @property
    def is_faulty(self) -> bool:
        """Whether a sensor of it is open or shorted, as the newest snapshot tells; never, if it shows another time."""
        return not self.shift.days and any(part.point is not None and bool(part.point.fault) for part in self.parts)

    def text_now(self, now_s: float) -> str:
        """What it shows at present, see `current_text`; of an increase, that of the hour or day that goes on."""
        text = self.current_text
        if text and any(line is not series for line, series in zip(self.lines(now_s), self.series, strict=True)):
            return self.text_at(now_s, now_s) or ""
        return text

    def forget(self) -> None:
        """Drops all samples, the present value and the names that came with it."""
        self.point = None
        self._panel = self._site = ""
        self.answered, self.state = True, PanelState.LIVE
        self._live.clear()
        self.set_history((), reaches_present=True)

    def begin_loading(self) -> None:
        """Its history is being read, which may lack what snapshots tell from now on."""

    def set_history(self, series: tuple[Series, ...], *, reaches_present: bool) -> None:
        """Takes loaded samples; those of snapshots continue them if they reach the present."""
        self.reaches_present = reaches_present
        self._appended = 0
        self.series = series
        if reaches_present:
            for sample in self._missing_of_live():
                self._take(sample)

    def describe(
        self, panel: Panel, point: Point, time_s: float, delay_s: float = 0.0, *, panel_name: str = "", site: str = ""
    ) -> bool:
        """Takes what a snapshot tells, read at ``time_s``, what its panel is called and at which of several sites.

        The reading was there ``delay_s`` later.

        Returns whether the line changed.
        """
        self._panel, self._site, self._of_site = panel_name or panel.panel_name, site, panel.site
        self.point = point
        self.read_at_s = time_s
        self.answered = True
        spacing_s = panel.spacing_s(point.point_type) or UNKNOWN_SPACING_S
        if (placed_s := self.shift.placed(time_s)) is None:
            return False
        sample = _Sample(placed_s, point, spacing_s, max(0.0, delay_s))
        if self._live and (sample.time_s, point.value) == (self._live[-1].time_s, self._live[-1].point.value):
            return False
        self._live.append(sample)  # also if its time is before that of the last one: a clock was set back
        return self.reaches_present and self._take(sample)

    def judge(self, now_s: float, interval_s: int, links_up: Collection[str] | None = None) -> bool:
        """Whether its value is of the present, as of now (see `is_link_up`); returns whether that is news."""
        before = self.state
        if not self.current_text:
            self.state = PanelState.LIVE
        else:
            self.state = panel_state(
                int(self.read_at_s),
                now_s,
                interval_s,
                answers=self.answered,
                link_is_up=is_link_up(self._of_site, links_up),
            )
        return self.state is not before

    def miss(self, time_s: float) -> bool:
        """Takes that a reading of its panel and type came without it; returns whether the line changed."""
        before = self.series
        if self.reaches_present:
            placed_s = time_s + self.ahead_s(time_s)
            self.series = tuple(series.without_reading(placed_s) for series in before)
        return any(new is not old for new, old in zip(self.series, before, strict=True))

    def text_at(self, time_s: float, now_s: float) -> str | None:
        """Value at a time, with unit or state word; None where there is no reading, as of now.

        Of a stretch, what the readings in it had: from which value to which, or how much of them the second state.
        """
        if (held := self._held_at(time_s, now_s)) is None:
            return None
        series, place = held
        if series.stretches is None or series.stretches.lows[place] == series.stretches.highs[place]:
            return self.text_of(series, float(series.values[place]))
        if series.digital:
            percent = min(max(round(100 * float(series.values[place])), 1), 99)  # it had both states
            return f"{self.text_of(series, 1)} {percent} %"
        lowest, highest = float(series.stretches.lows[place]), float(series.stretches.highs[place])
        return f"{self.text_of(series, lowest, with_unit=False)} … {self.text_of(series, highest)}"

    def number_at(self, time_s: float, now_s: float) -> tuple[Series, float, bool] | None:
        """The line with a reading at a time, as of now, its value, and whether that is of one reading, not a mean."""
        if (held := self._held_at(time_s, now_s)) is None:
            return None
        series, place = held
        is_one = series.stretches is None or series.stretches.lows[place] == series.stretches.highs[place]
        return series, float(series.values[place]), bool(is_one)

    def _held_at(self, time_s: float, now_s: float) -> tuple[Series, int] | None:
        now_s += self.ahead_s(now_s)
        lines = self.lines(now_s)
        held = [
            (float(series.times_utc_s[place]), number, place)
            for number, series in enumerate(lines)
            if (place := series.place_at(time_s, now_s)) is not None
        ]
        if not held:
            return None
        _, number, place = max(held)
        return lines[number], place

    def lines(self, now_s: float) -> tuple[Series, ...]:
        """Its samples as they are shown, as of now on its time axis: of a counter the increase, if that was chosen."""
        if not self.increases:
            return self.series
        return tuple(self._line(number, series, now_s) for number, series in enumerate(self.series))

    def _line(self, number: int, series: Series, now_s: float) -> Series:
        per = self.increases.get(axis_unit(series, self.key))
        if per is None or not is_measured(digital=series.digital, range_=series.range):
            return series
        made_of = series, per, self.zone, series.known_until(now_s) < now_s
        if number not in self._increases or self._increases[number][0] != made_of:
            self._increases[number] = made_of, increase_series(series, per, self.zone, now_s)
        return self._increases[number][1]

    def next_sample_s(self, time_s: float, step: int) -> float | None:
        """Time of the nearest sample after (step 1) or before (-1) a time; of a stretch, of its first and last ones."""
        found = []
        for series in self.series:
            times = np.union1d(series.times_utc_s, series.ends_utc_s)
            at = np.searchsorted(times, time_s, side="right") if step > 0 else np.searchsorted(times, time_s) - 1
            if 0 <= at < len(times):
                found.append(float(times[at]))
        return (min if step > 0 else max)(found) if found else None

    def has_samples(self, start_s: float, end_s: float, now_s: float) -> bool:
        """Whether anything is drawn in that time, as of now."""
        now_s += self.ahead_s(now_s)
        return any(series.is_known_within(start_s, end_s, now_s) for series in self.series)

    def text_of(self, series: Series, value: float, *, with_unit: bool = True) -> str:
        """A value of a series with its unit or state word."""
        return value_text(
            value,
            series.units,
            point_type=self.of.point_type,
            digital=series.digital,
            range_=series.range,
            words=series.words,
            with_unit=with_unit,
        )

    def _missing_of_live(self) -> list[_Sample]:
        """The samples of snapshots that the loaded ones lack.

        They are looked for among readings; of stretches, they are those after the last one, and the very last ones,
        which may have come while it was loaded: these may stand before it, if a clock was set back.
        """
        live = list(self._live)
        if not self.series:
            return live
        if any(series.thinned for series in self.series):
            newest_s = max((sample.time_s for sample in live), default=0.0)  # what is later is a row of the future
            loaded = np.concatenate([series.ends_utc_s for series in self.series])
            last_s = np.max(loaded[loaded <= newest_s], initial=-np.inf)
            return [sample for sample in live[:-_LAST_FEW] if sample.time_s > last_s] + live[-_LAST_FEW:]
        first_s = min(series.times_utc_s[0] for series in self.series)
        return [sample for sample in live if sample.time_s >= first_s]

    def _take(self, sample: _Sample) -> bool:
        """Puts a live sample into the line, at its time; returns whether the line changed."""
        time_s, point, spacing_s, delay_s = sample
        digital = has_states(digital=point.is_digital, range_=point.range)
        kind = point.units, digital, None if is_measured(digital=digital, range_=point.range) else point.range
        alike = (series for series in self.series if series.kind[:-1] == kind)
        own = next((series for series in alike if not are_renamed(series.words, point.words)), None)
        longer = own.with_reading(time_s, point.value, spacing_s, delay_s) if own else _begun(sample, digital)
        if longer is own:
            return False
        if own is None or longer.values is not own.values or longer.stretches is not own.stretches:
            self._appended += 1  # else it was loaded already, in a stretch that does not tell it
        words = joined(own.words, point.words) if own else point.words
        longer = replace(longer, range=point.range, label=point.label, words=words)
        self.series = (*(series.without_reading(time_s) for series in self.series if series is not own), longer)
        return True


def _begun(sample: _Sample, digital: bool) -> Series:
    time_s, point, spacing_s, delay_s = sample
    times, values = np.array([time_s], dtype=float), np.array([point.value], dtype=float)
    no_holes = Holes.none()
    return Series(times, values, no_holes, point.units, point.range, digital, point.label, spacing_s, None, delay_s)
