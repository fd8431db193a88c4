"""What the view knows of a chosen series that is computed: its points, and what history makes of them."""

import ast
from collections.abc import Collection, Sequence

import numpy as np
from typing_extensions import override

from t3monitor.model.expressions import ExpressionError, lookback_s, text_of, tree_of
from t3monitor.model.freshness import PanelState
from t3monitor.model.points import Point
from t3monitor.model.quantities import STATE
from t3monitor.model.series_keys import ComparedKey, ComputedKey, points_of
from t3monitor.model.units import has_states, value_text
from t3monitor.store.history.computed import present, result_range
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.series.trace import Names, Trace

_WORSE = list(PanelState).index


class ComputedTrace(Trace):
    """One chosen computed series, perhaps as it was on another day.

    Its samples are computed where all readings are at hand, which is where history is read: snapshots tell its
    present value alone, and that there is more to load (`behind_s`).
    """

    def __init__(self, key: ComputedKey | ComparedKey, expression: str) -> None:
        super().__init__(key)
        self._expression = expression
        self.parts = tuple(map(Trace, points_of(key)))
        self._loading_s = self._loaded_s = 0.0  # how far snapshots had come when the reading of it began

    @property
    @override
    def names(self) -> Names:
        names = [part.names for part in self.parts]
        first, is_alone = names[0], len({name.panel for name in names}) == 1
        labels = [name.own if is_alone or name.panel == first.panel else name.short for name in names]
        label = text_of(self._expression, labels)
        if self.series and not self._points:
            label = self.series[-1].label
        full = [name.full_label for name in names]
        told = self._refusal(labels) or (text_of(self._expression, full) if all(full) else "")
        sites = " · ".join(dict.fromkeys(name.site for name in names if name.site))
        if self.shift.days and not isinstance(tree_of(self._expression), ast.Call):
            label = f"({label})"
        return Names(first.panel, self._on_its_day(label), told, sites)

    def _refusal(self, labels: Sequence[str]) -> str:
        """Why it has no sense any more, since a point has another unit than when it was written; mostly empty."""
        try:
            if points := self._points:
                present_text(self._expression, points, labels)
        except ExpressionError as error:
            return str(error)
        return ""

    @property
    def _points(self) -> list[Point]:
        """What is known of its points; none, as long as nothing is of one of them."""
        points = [part.point for part in self.parts if part.point]
        return points if len(points) == len(self.parts) else []

    @property
    @override
    def current_text(self) -> str:
        points = self._points
        if not points or self.shift.days:
            return ""
        if lookback_s(tree_of(self._expression)):  # which snapshots cannot tell
            told_s = self._told_s
            return self.text_at(told_s + min(0.0, self.ahead_s(told_s)), told_s) or ""
        return present_text(self._expression, points, ["?"] * len(points), strict=False)

    @property
    @override
    def behind_s(self) -> float:
        return self._told_s - self._loaded_s if self.reaches_present else 0.0

    @override
    def ahead_s(self, now_s: float) -> float:
        """Its present is that of what was loaded: what is still to be computed is no hole."""
        return super().ahead_s(now_s) - (self.behind_s if self._loaded_s else 0.0)

    @property
    def _told_s(self) -> float:
        return max(part.read_at_s for part in self.parts)

    @override
    def forget(self) -> None:
        super().forget()
        for part in self.parts:
            part.forget()

    @override
    def begin_loading(self) -> None:
        self._loading_s = self._told_s

    @override
    def set_history(self, series: tuple[Series, ...], *, reaches_present: bool) -> None:
        super().set_history(series, reaches_present=reaches_present)
        self._loaded_s = self._loading_s

    @override
    def judge(self, now_s: float, interval_s: int, links_up: Collection[str] | None = None) -> bool:
        news = [part.judge(now_s, interval_s, links_up) for part in self.parts]
        if self.shift.days:
            return False
        self.state = max((part.state for part in self.parts), key=_WORSE)
        return any(news)


def present_text(expression: str, points: Sequence[Point], names: Sequence[str], *, strict: bool = True) -> str:
    """What an expression comes to at present; empty if it has no value, or looks back.

    Raises ExpressionError, with these names of its points, if it has no sense; unless ``strict`` it is empty then, too.
    """
    series = [_of_one(point) for point in points]
    try:
        found = present(expression, series, names)
    except ExpressionError:
        if strict:
            raise
        return ""
    if not found.values.size or np.isnan(found.values[0]):
        return ""
    return value_text(
        float(found.values[0]),
        found.unit.text,
        point_type=points[0].point_type,
        digital=found.unit == STATE,
        range_=result_range(found, series[0]),
    )


def _of_one(point: Point) -> Series:
    digital = has_states(digital=point.is_digital, range_=point.range)
    times, values = np.zeros(1), np.array([point.value])
    return Series(times, values, Holes.none(), point.units, point.range, digital, point.label, 1.0)
