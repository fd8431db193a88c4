"""What the trend shows, as it is saved, undone and brought back; plain data, without Qt. Times are UTC seconds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from t3monitor.model.series_keys import SeriesKey
from t3monitor.ui.trend.legend.styles import FIRST, Style, free_style
from t3monitor.ui.trend.plot.axis_choices import NOTHING_CHOSEN, AxisChoices
from t3monitor.ui.trend.stretch.stretch import NOTHING_MARKED, Stretch
from t3monitor.ui.trend.time.local_calendar import Span
from t3monitor.ui.trend.time.time_range import Preset


class ZoneChoice(Enum):
    """Whose times are shown; the value is what is saved."""

    SITE = "site"  # that of the first series whose site has one, else this computer's
    PC = "pc"
    UTC = "utc"


class DataBegin(Enum):
    """Beside the day and the week, what the time in sight can begin with while it ends with the present."""

    DATA = "data"


Since = Span | DataBegin


@dataclass(frozen=True, slots=True)
class Chosen:
    """A series on the plot."""

    key: SeriesKey
    style: Style = FIRST
    hidden: bool = False
    plot: int = 0  # of those above each other, from the top


@dataclass(frozen=True, slots=True)
class Shown:
    """What undo brings back: series in their order, a time, and the zone in whose times it is read.

    ``end_s`` is None while it is the present. Then the time may begin with the day or the week instead of a length
    before; or with the data, at most that length before, which is so until another time is chosen.
    """

    series: tuple[Chosen, ...] = ()
    length_s: float = Preset.DAY.length_s
    end_s: float | None = None
    since: Since | None = None
    zone: ZoneChoice = ZoneChoice.SITE
    grouped: bool = False  # the list of the series, by their units
    axes: AxisChoices = NOTHING_CHOSEN
    stretch: Stretch = NOTHING_MARKED
    marks: bool = True  # flags of changes, restarts and notes
    heights: tuple[int, ...] = ()  # of the plots, in pixels, as a user chose them; else all are alike

    @property
    def plot_count(self) -> int:
        """How many plots stand above each other."""
        return 1 + max((chosen.plot for chosen in self.series), default=0)

    @property
    def of_series(self) -> tuple[object, ...]:
        """What is drawn anew with the series."""
        return self.series, self.grouped, self.axes.lines, self.marks, self.zone

    def stacked(self) -> "Shown":
        """The same, with plots without a number that no series has: an empty plot vanishes."""
        there = {chosen.plot for chosen in self.series} or {0}
        heights = self.heights if len(self.heights) == len(there) else ()
        shown = self._renumbered({plot: place for place, plot in enumerate(sorted(there))})
        return replace(shown, heights=heights)

    def with_in(self, key: SeriesKey, plot: int, *, anew: bool) -> "Shown":
        """The same, with a series in a plot, or (``anew``) in a new one that gets this number."""
        shown = self
        if anew:
            shown = self._renumbered({number: number + (number >= plot) for number in range(self.plot_count)})
        series = tuple(replace(its, plot=plot) if its.key == key else its for its in shown.series)
        return replace(shown, series=series)

    def _renumbered(self, plots: Mapping[int, int]) -> "Shown":
        if all(plot == its for plot, its in plots.items()) and all(axis.plot in plots for axis in self.axes.limits):
            return self  # as mostly while a hand moves the time
        series = tuple(replace(chosen, plot=plots[chosen.plot]) for chosen in self.series)
        return replace(self, series=series, axes=self.axes.renumbered(plots))


def added(series: Iterable[Chosen], keys: Iterable[SeriesKey], plot: int) -> tuple[Chosen, ...]:
    """These, and behind them those of the keys that are not among them, each in a style of its own."""
    found = list(series)
    for key in keys:
        if all(chosen.key != key for chosen in found):
            found.append(Chosen(key, free_style(chosen.style for chosen in found), plot=plot))
    return tuple(found)


def moved(
    series: Iterable[Chosen], key: SeriesKey, before: SeriesKey | None, plot: int | None = None
) -> tuple[Chosen, ...]:
    """These, one of them before another one or behind all (None); in another plot, if one is named."""
    found = [its if plot is None or its.key != key else replace(its, plot=plot) for its in series]
    if key != before:
        own, found = [its for its in found if its.key == key], [its for its in found if its.key != key]
        place = next((place for place, its in enumerate(found) if its.key == before), len(found))
        found[place:place] = own
    return tuple(found)
