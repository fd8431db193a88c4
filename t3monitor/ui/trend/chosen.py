"""The chosen points with their traces and colours, and what of them goes to plot and legend; GUI thread."""

from collections.abc import Iterable, Iterator, Sequence

from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Snapshot
from t3monitor.ui.kit.panel_names import PanelNames
from t3monitor.ui.kit.recording import Recording
from t3monitor.ui.kit.theme import current_theme
from t3monitor.ui.trend.lanes import lane_words
from t3monitor.ui.trend.legend import Entry
from t3monitor.ui.trend.loader import Found
from t3monitor.ui.trend.plot import Drawn
from t3monitor.ui.trend.time_range import TimeRange
from t3monitor.ui.trend.trace import Trace


class ChosenPoints:
    """Traces by point, in the order of adding."""

    def __init__(self) -> None:
        self._traces: dict[PointKey, Trace] = {}
        self._names = PanelNames()
        self.recording = Recording()

    def __len__(self) -> int:
        return len(self._traces)

    def __iter__(self) -> Iterator[Trace]:
        return iter(self._traces.values())

    def __contains__(self, key: object) -> bool:
        return key in self._traces

    def __getitem__(self, key: PointKey) -> Trace:
        return self._traces[key]

    @property
    def keys(self) -> list[PointKey]:
        """The points."""
        return list(self._traces)

    @property
    def shown(self) -> list[Trace]:
        """Those that are not hidden."""
        return [trace for trace in self if not trace.hidden]

    @property
    def appended(self) -> int:
        """Live samples that the longest line got since it was loaded."""
        return max((trace.appended for trace in self), default=0)

    def add(self, keys: Iterable[PointKey]) -> bool:
        """Adds those that are not there yet, each with a free colour; returns whether there were any."""
        new = [key for key in dict.fromkeys(keys) if key not in self]
        for key in new:
            self._traces[key] = Trace(key, self._free_colour())
        return bool(new)

    def remove(self, key: PointKey) -> bool:
        """Removes a point, if it is there."""
        return self._traces.pop(key, None) is not None

    def describe(self, snapshot: Snapshot) -> None:
        """Gives each its names and present value."""
        self._names.learn(snapshot)
        devices = {device.serial_number: device for device in snapshot.devices}
        has_several_sites = len({device.site for device in snapshot.devices}) > 1
        for key, trace in self._traces.items():
            trace.answered = key.serial_number in devices
            if device := devices.get(key.serial_number):
                points = next(points for kind, points, _ in device.vectors() if kind is key.point_type)
                point = next((point for point in points if point.point_index == key.point_index), None)
                read_at = device.point_read_at(key.point_type, key.point_index)
                if point and read_at is not None:
                    name, site = self._names.of_site(key.serial_number), device.site if has_several_sites else ""
                    trace.describe(device, point, read_at, panel=name, site=site)
                missed_at = device.read_without(key.point_type, key.point_index)
                if missed_at is not None:
                    trace.miss(missed_at)

    def judge(self, now_s: float, interval_s: int) -> bool:
        """Whether their values are of the present, as of now; returns whether any is news."""
        news = [trace.judge(now_s, interval_s) for trace in self]  # of each, not only up to the first
        return any(news)

    def set_history(self, keys: Iterable[PointKey], found: Found, *, reaches_present: bool) -> bool:
        """Gives those of the keys that are still chosen their history; returns whether any of it is thinned."""
        series = {key: found.get(key, ()) for key in keys if key in self}
        for key, parts in series.items():
            self[key].set_history(parts, reaches_present=reaches_present)
        return any(part.thinned for parts in series.values() for part in parts)

    def forget(self) -> None:
        """Drops all samples, present values and names."""
        self._names.clear()
        for trace in self:
            trace.forget()

    def next_sample_s(self, time_s: float, step: int) -> float | None:
        """Time of the nearest sample of a shown point after (step 1) or before (-1) a time."""
        found = [at_s for trace in self.shown if (at_s := trace.next_sample_s(time_s, step)) is not None]
        return (min if step > 0 else max)(found) if found else None

    def without_samples(self, shown: TimeRange, now_s: float) -> list[Trace]:
        """The shown points, if none of them has anything to draw in that time, as of now."""
        traces = self.shown
        return [] if any(trace.has_samples(*shown, now_s) for trace in traces) else traces

    def drawn(self) -> list[Drawn]:
        """What the plot draws; lanes of equal labels tell their panel as well, then their site, then the point."""
        colours = current_theme().curves
        shown = self.shown
        return [
            Drawn(
                trace.key,
                name,
                colours[trace.colour % len(colours)],
                tuple((series, lane_words(series, trace.words(series))) for series in trace.series),
            )
            for trace, name in zip(shown, self._lane_names(shown), strict=True)
        ]

    def _lane_names(self, traces: Sequence[Trace]) -> list[str]:
        """The shortest names with which no two are called alike."""

        def with_panel(trace: Trace) -> str:
            return f"{self._names.briefly(trace.key.serial_number)} {trace.names.label}"

        def with_site(trace: Trace) -> str:
            return " · ".join(filter(None, (with_panel(trace), trace.names.site)))

        names = [f"{with_site(trace)} ({trace.point_id})" for trace in traces]
        for way in (with_site, with_panel, lambda trace: trace.names.label):
            shorter = [way(trace) for trace in traces]
            names = [name if shorter.count(short) > 1 else short for name, short in zip(names, shorter, strict=True)]
        return names

    def entries(self, cursor_s: float | None, now_s: float, nothing: str) -> list[Entry]:
        """The rows of the legend; ``nothing`` stands where there is no data at the crosshair, as of now."""
        colours = current_theme().curves
        return [
            Entry(
                trace.key,
                trace.names,
                colours[trace.colour % len(colours)],
                trace.hidden,
                trace.current_text,
                trace.state,
                self.recording.has_point(trace.key),
                "" if cursor_s is None else trace.text_at(cursor_s, now_s) or nothing,
            )
            for trace in self
        ]

    def _free_colour(self) -> int:
        used = [trace.colour for trace in self]
        return min(range(len(current_theme().curves)), key=lambda colour: (used.count(colour), colour))
