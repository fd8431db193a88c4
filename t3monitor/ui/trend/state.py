"""What the trend shows, and the way there and back; plain data, without Qt. Times are UTC epoch seconds."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, tzinfo
from enum import Flag, auto
from typing import Any

from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import SeriesKey, points_of
from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.plot.axis_choices import AxisChoices, AxisKey, Limits
from t3monitor.ui.trend.shown import Chosen, DataBegin, Shown, ZoneChoice, added, moved
from t3monitor.ui.trend.steps import Deed, Steps
from t3monitor.ui.trend.stretch.stretch import Stretch
from t3monitor.ui.trend.time.local_calendar import LocalCalendar, Span
from t3monitor.ui.trend.time.time_range import LONGEST_S, SHORTEST_S, Preset, TimeRange, fitting, growing

_SLIVER = 0.01


class Change(Flag):
    """What is to be drawn anew."""

    NOTHING = 0
    SERIES = auto()
    TIME = auto()
    CURSOR = auto()
    MOVING = auto()  # more of it is to be expected at once


class TrendState:
    """Chosen series, the time in sight and the crosshair; ``changed`` is called after each change of them.

    Each change of series or time can be undone, with a hand's movements that follow each other without a pause as one.
    The passing of time is none. ``clock`` tells the present.
    """

    def __init__(self, clock: Callable[[], float], changed: Callable[[Change], None], first_weekday: int = 1) -> None:
        """``first_weekday``: with which weeks begin, 1 is Monday."""
        self._clock = clock
        self._first_weekday = first_weekday
        self._changed = changed
        self._now_s = clock()
        self._shown = Shown(since=DataBegin.DATA)
        self._steps = Steps()
        self._site_zone: tzinfo | None = None
        self._data_since_s: float | None = None
        self.cursor_s: float | None = None

    # -- what is shown ---------------------------------------------------------------------------------------------

    @property
    def shown(self) -> Shown:
        """Series and time, as they are saved and undone."""
        return self._shown

    @property
    def series(self) -> tuple[Chosen, ...]:
        """The chosen series in their order."""
        return self._shown.series

    @property
    def points(self) -> list[PointKey]:
        """The points that the series are made of."""
        return list(dict.fromkeys(point for chosen in self.series for point in points_of(chosen.key)))

    @property
    def time_range(self) -> TimeRange:
        """The time in sight."""
        now_s, looked_in = self._now_s, self.looked_in
        if self._shown.since is not DataBegin.DATA or self._shown.end_s is not None or self._data_since_s is None:
            return looked_in
        return growing(self._data_since_s, looked_in.length_s, now_s)

    @property
    def looked_in(self) -> TimeRange:
        """The time in sight, or that whose readings decide which part of it is."""
        now_s, length_s = self._now_s, self._shown.length_s
        if self._shown.end_s is not None:
            return TimeRange.ending(self._shown.end_s, length_s).within_history(now_s)
        if isinstance(span := self._shown.since, Span):
            return TimeRange(min(self.calendar.around(span, now_s).start_s, now_s - SHORTEST_S), now_s)
        return TimeRange.ending(now_s, length_s).within_history(now_s)

    @property
    def drawn_range(self) -> TimeRange:
        """The time in sight, with a sliver after the present while that is followed: there the newest value is seen."""
        start_s, end_s = shown = self.time_range
        return TimeRange(start_s, end_s + _SLIVER * shown.length_s) if self.follows else shown

    @property
    def looked_at(self) -> tuple[float, float | None]:
        """The time of the crosshair (with None), else that from A to B, else the time in sight."""
        if self.cursor_s is not None:
            return self.cursor_s, None
        return self.shown.stretch.between or self.time_range

    @property
    def follows(self) -> bool:
        """Whether the right edge stays at the present."""
        return self._shown.end_s is None

    @property
    def preset(self) -> Preset | None:
        """The preset whose length is shown, if it is one."""
        if isinstance(self._shown.since, Span):
            return None
        return Preset.of_length(self.time_range.length_s)

    @property
    def span(self) -> Span | None:
        """Whether a day or a week of the calendar is in sight, as far as it has passed."""
        if self.follows:
            return self._shown.since if isinstance(self._shown.since, Span) else None
        return self.calendar.span_of(self.time_range)

    @property
    def zone(self) -> tzinfo | None:
        """In whose times it is read; None: this computer's."""
        match self._shown.zone:
            case ZoneChoice.SITE:
                return self._site_zone
            case ZoneChoice.PC:
                return None
            case ZoneChoice.UTC:
                return UTC

    @property
    def site_zone(self) -> tzinfo | None:
        """The zone of the site; None: that of this computer."""
        return self._site_zone

    @property
    def calendar(self) -> LocalCalendar:
        """Days and weeks of that zone."""
        return LocalCalendar(self.zone, self._first_weekday)

    # -- series ----------------------------------------------------------------------------------------------------

    def add(self, keys: Iterable[SeriesKey], plot: int = 0) -> None:
        """Plots those that are not there yet, each in a style of its own."""
        self._show(replace(self._shown, series=added(self.series, keys, plot)))

    def exchange(self, key: SeriesKey, new: SeriesKey) -> None:
        """Plots another series in the place and the style of one, unless it is there already."""
        if all(chosen.key != new for chosen in self.series):
            self._change(key, key=new)

    def remove(self, key: SeriesKey) -> None:
        """Takes a series off the plot, if it is there."""
        self._show(replace(self._shown, series=tuple(chosen for chosen in self.series if chosen.key != key)))

    def remove_all(self) -> None:
        """Takes every series off the plot."""
        self._show(replace(self._shown, series=()))

    def set_hidden(self, key: SeriesKey, hidden: bool) -> None:
        """Hides or shows a series that stays chosen."""
        self._change(key, hidden=hidden)

    def set_style(self, key: SeriesKey, style: Style) -> None:
        """Draws a series in another way."""
        self._change(key, style=style)

    def show_in(self, key: SeriesKey, plot: int, *, anew: bool = False) -> None:
        """Shows a series in another plot, or (``anew``) in a new one that gets this number."""
        self._show(self._shown.with_in(key, plot, anew=anew))

    def move(self, key: SeriesKey, before: SeriesKey | None, plot: int | None = None) -> None:
        """Puts a series before another one, or behind all (None); in another plot, if one is named."""
        self._show(replace(self._shown, series=moved(self.series, key, before, plot)))

    def set_marks(self, shown: bool) -> None:
        """Shows flags of changes, restarts and notes, or none."""
        self._show(replace(self._shown, marks=shown))

    def set_grouped(self, grouped: bool) -> None:
        """Lists the series by their units, or in their order alone."""
        self._show(replace(self._shown, grouped=grouped))

    def choose_axes(self, axes: AxisChoices) -> None:
        """Has axes of values as a user chose them."""
        self._show(replace(self._shown, axes=axes))

    def move_axis(self, axis: AxisKey, limits: Limits) -> None:
        """Lets an axis end there as a hand moves it."""
        self._show(replace(self._shown, axes=self._shown.axes.with_limits(axis, limits)), by_hand=True)

    def set_heights(self, heights: Sequence[int]) -> None:
        """Makes plots as high as a hand does."""
        self._show(replace(self._shown, heights=tuple(heights)), by_hand=True)

    def mark(self, stretch: Stretch, *, by_hand: bool = False) -> None:
        """Has these cursors A and B, and that told of the time between them."""
        self._show(replace(self._shown, stretch=stretch), by_hand=by_hand)

    def _change(self, which: SeriesKey, **values: Any) -> None:
        series = tuple(replace(chosen, **values) if chosen.key == which else chosen for chosen in self.series)
        self._show(replace(self._shown, series=series))

    # -- time ------------------------------------------------------------------------------------------------------

    def show_preset(self, preset: Preset) -> None:
        """Shows that much time: up to the present if it is followed, else up to the end that is shown."""
        self._show(replace(self._shown, length_s=preset.length_s, since=None))

    def show_range(self, shown: TimeRange) -> None:
        """Shows this time, as far as it has passed, and does not follow the present."""
        now_s = self._clock()
        if shown.start_s <= now_s - SHORTEST_S:
            shown = TimeRange(shown.start_s, min(shown.end_s, now_s))
        shown = TimeRange.ending(shown.end_s, min(shown.length_s, LONGEST_S))
        self._show(self._at(shown.within_history(now_s)))

    def show_calendar(self, span: Span, by: int = 0) -> None:
        """Shows the day or week of today, which grows; or (negative) one before, whole."""
        if by == 0:
            self._show(replace(self._shown, end_s=None, since=span))
        else:
            self.show_range(self.calendar.around(span, self._clock(), by))

    def show_data(self, first_s: float, last_s: float) -> None:
        """Shows all from the first reading to the last; if that is new, what comes as well."""
        found, is_new = fitting(first_s, last_s, self._clock())
        if is_new:
            self._show(replace(self._shown, length_s=found.length_s, end_s=None, since=None))
        else:
            self.show_range(found)

    def set_follow(self, follow: bool = True) -> None:
        """Keeps the present at the right edge, or lets the time stand still."""
        shown = self._shown
        if follow != self.follows:
            shown = replace(self._at(self.time_range), end_s=None if follow else self.time_range.end_s)
        self._show(shown)

    def move_windows(self, windows: int) -> None:
        """Goes back (negative) or forward by what is shown, from a day or week to the next by the calendar.

        On reaching the present it follows it again.
        """
        shown, span = self.time_range, self.span
        moved = shown.moved(windows * shown.length_s)
        if span:
            moved = self.calendar.around(span, shown.start_s, windows)
        self._step(moved, span, forward=windows > 0)

    def move_days(self, days: int) -> None:
        """Goes back (negative) or forward by days, by the clock on the wall; as `move_windows` at the present."""
        span = Span.DAY if self.span is Span.DAY else None
        moved = self.calendar.around(span, self.time_range.start_s, days) if span else None
        self._step(moved or self.calendar.moved(self.time_range, days), span, forward=days > 0)

    def pan(self, by_s: float) -> None:
        """Moves the time as a hand does; it stops at the present, and follows it from there on."""
        if not (self.follows and by_s >= 0):
            self._move(self.time_range.moved(by_s))

    def zoom(self, factor: float, around_s: float | None = None) -> None:
        """Shows ``factor`` times as much time around a time, else around the crosshair, else around the middle.

        While the present is followed it stays at the right edge.
        """
        if self.follows:
            length_s = self.time_range.zoomed(factor, self.time_range.end_s).length_s
            self._show(replace(self._shown, length_s=length_s, since=None), by_hand=True)
            return
        if around_s is None:
            around_s = sum(self.time_range) / 2 if self.cursor_s is None else self.cursor_s
        self._move(self.time_range.zoomed(factor, around_s))

    def set_zone(self, zone: ZoneChoice) -> None:
        """Reads all times in another zone."""
        self._show(replace(self._shown, zone=zone))

    def set_site_zone(self, zone: tzinfo | None) -> None:
        """Tells the zone of the site; None: nobody said it."""
        if zone != self._site_zone:
            self._site_zone = zone
            self._tell(Change.SERIES | Change.TIME | Change.CURSOR)

    def set_data_since(self, first_s: float | None) -> None:
        """Tells the time of the first reading that `looked_in` has; None: there is none, or it is not known yet."""
        if first_s != self._data_since_s:
            self._data_since_s = first_s
            self._tell(Change.TIME)

    def time_passed(self) -> None:
        """Goes along with the present, if it is followed."""
        self._now_s = self._clock()
        self._tell(Change.TIME)

    # -- crosshair -------------------------------------------------------------------------------------------------

    def set_cursor(self, time_s: float | None) -> None:
        """Reads all series at a time; at none (None), or none in sight, it takes the crosshair away."""
        if time_s is not None and not self._can_stand_at(time_s):
            time_s = None
        if time_s != self.cursor_s:
            self.cursor_s = time_s
            self._changed(Change.CURSOR)

    def step_cursor(self, step: int, next_sample_s: Callable[[float, int], float | None]) -> None:
        """Moves the crosshair to the next sample in sight (1) or the one before (-1)."""
        start_s, end_s = self.time_range
        from_s = self.cursor_s if self.cursor_s is not None else (end_s + 1 if step < 0 else start_s - 1)
        to_s = next_sample_s(from_s, step)
        if to_s is not None and self._can_stand_at(to_s):
            self.set_cursor(to_s)

    def _can_stand_at(self, time_s: float) -> bool:
        start_s, end_s = self.time_range
        return bool(self.series) and start_s <= time_s <= end_s

    # -- there and back --------------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """Whether there was a change."""
        return self._steps.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether the last step was an undo."""
        return self._steps.can_redo

    def undo(self) -> None:
        """Shows what was shown before the last change."""
        if self.can_undo:
            self._go_to(self._steps.undo(self._shown))

    def redo(self) -> None:
        """Takes the last undo back."""
        if self.can_redo:
            self._go_to(self._steps.redo(self._shown))

    def did(self, deed: Deed) -> None:
        """Something else was done, which is a step as well."""
        self._steps.do(deed)
        self._tell(Change.TIME)

    def take_back(self, deed: Deed) -> None:
        """Undoes it, whatever was done since."""
        self._steps.take_back(deed)
        self._tell(Change.TIME)

    def forget_deeds(self) -> None:
        """What was done besides cannot be undone any more."""
        self._steps.forget_deeds()
        self._tell(Change.TIME)

    def open(self, shown: Shown) -> None:
        """Shows something else, which is a step."""
        self._show(shown)

    def restore(self, shown: Shown) -> None:
        """Begins anew with what was saved."""
        self._steps.clear()
        self._replace(shown)

    def _go_to(self, shown: Shown | None) -> None:
        if shown is None:  # a deed, which shows itself
            self._tell(Change.TIME)
        else:
            self._replace(shown)

    def _at(self, shown: TimeRange) -> Shown:
        return replace(self._shown, length_s=shown.length_s, end_s=shown.end_s, since=None)

    def _step(self, to: TimeRange, span: Span | None, *, forward: bool) -> None:
        if forward and to.end_s >= self._clock() - _SLIVER * to.length_s:
            self._show(replace(self._at(self.time_range), end_s=None, since=span))
        else:
            self.show_range(to)

    def _move(self, shown: TimeRange) -> None:
        """Shows that time, and where it reaches the present, follows it."""
        to = self._at(shown.within_history(now_s := self._clock()))
        self._show(replace(to, end_s=None) if shown.end_s >= now_s else to, by_hand=True)

    def _show(self, shown: Shown, *, by_hand: bool = False) -> None:
        shown = shown.stacked()
        self._steps.show(self._shown, shown, self._clock(), by_hand=by_hand)
        self._replace(shown, Change.MOVING if by_hand else Change.NOTHING)

    def _replace(self, shown: Shown, how: Change = Change.NOTHING) -> None:
        before, self._shown = self._shown, shown
        self._now_s = self._clock()
        if shown.of_series != before.of_series:
            how |= Change.SERIES
        if shown.zone != before.zone:
            how |= Change.CURSOR
        self._tell(how | Change.TIME)

    def _tell(self, change: Change) -> None:
        if self.cursor_s is not None and not self._can_stand_at(self.cursor_s):
            self.cursor_s = None
            change |= Change.CURSOR
        self._changed(change)
