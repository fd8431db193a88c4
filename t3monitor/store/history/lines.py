"""The lines of a point, of the rows of its panel and type: one for each unit, range and wording; for any thread."""

import math
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np

from t3monitor.model.words import Words
from t3monitor.store.history.past_words import PastWords
from t3monitor.store.history.places import Kind, Place
from t3monitor.store.history.places_taken import AnyReadings
from t3monitor.store.history.rows import PointReadings
from t3monitor.store.history.series import Floats, Holes, Series, Stretches
from t3monitor.store.history.thinning import FEWEST, stretch_s, thinned

_WORTH_SUMMING = 16  # times as many readings as are asked for: else all are read, and perhaps found to be few enough


class Readings(NamedTuple):
    """Readings of a point, oldest first, while it was called and measured alike, and so were its states."""

    times_utc_s: Floats
    values: Floats
    units: str
    range: int
    digital: bool
    label: str
    words: Words = ()  # what the site called its states then


class Asked:
    """What part of a history is asked for, and how finely."""

    def __init__(self, start_s: float, end_s: float, max_points: int) -> None:
        self.times = start_s, end_s
        self.max_points = max_points
        self._stretch_s = length_s = stretch_s(start_s, end_s, max_points)
        # Stretches are whole, wherever the part begins.
        self.outer = math.floor(start_s / length_s) * length_s, math.ceil(end_s / length_s) * length_s

    def of(self, vector: AnyReadings, index: int, words: PastWords) -> tuple[Series, ...]:
        """The series of a point."""
        fewest = max(self.max_points, FEWEST)
        is_worth_it = vector.reading_count > _WORTH_SUMMING * self.max_points
        edges = {since_s for place in _places(vector, index).values() for since_s, _ in _wordings(words, place)}
        summed_up = vector.summed_up(index, self._stretch_s, [*edges]) if is_worth_it else None
        whole = self._within(series_of(vector, index, summed_up, *self.outer, words)) if summed_up else []
        if sum(counts.sum() for _, counts in whole) <= fewest:
            readings = vector.of(index)
            asked = readings.between(*self.times)
            are_few = all(len(asked.rows.times[own]) <= fewest for *_, own in _parts(vector, index, asked, words))
            whole = self._within(series_of(vector, index, readings, *(self.times if are_few else self.outer), words))
        return tuple(thinned(part, counts, *self.times, self.max_points) for part, counts in whole)

    def _within(self, parts: Iterable[tuple[Series, Floats]]) -> list[tuple[Series, Floats]]:
        """Those with a reading that holds in the time asked for, and the last one."""
        parts = list(parts)
        return [part for part in parts if part is parts[-1] or part[0].is_known_within(*self.times, self.times[1])]


def series_of(
    vector: AnyReadings, index: int, readings: PointReadings, start_s: float, end_s: float, words: PastWords
) -> Iterator[tuple[Series, Floats]]:
    """The point's lines, that with the sample that came last last, and of how many readings each of their places is."""
    readings = readings.between(start_s, end_s)
    for place, its_words, own in _parts(vector, index, readings, words):
        yield _line(readings, own, place, vector.delay_s, its_words), readings.rows.counts[own]


def _places(vector: AnyReadings, index: int) -> dict[int, Place]:
    """The point in each layout that has it."""
    return {layout: vector.places[layout][index] for layout in vector.layouts & vector.layouts_of(index)}


def _wordings(words: PastWords, place: Place) -> list[tuple[float, Words]]:
    return [] if place.is_measured else words.of(digital=place.digital, range_=place.range)


def _parts(
    vector: AnyReadings, index: int, readings: PointReadings, words: PastWords
) -> list[tuple[Place, Words, Any]]:
    """What was told last of the point in each of its units and wordings, and in which rows it has these."""
    rows, parts = readings.rows, []
    for place, own in _parts_in_one_unit(vector, index, readings):
        wordings = _wordings(words, place)
        if len(wordings) < 2 and all(since_s == -math.inf for since_s, _ in wordings):
            parts.append((place, wordings[0][1] if wordings else (), own))
            continue
        own = np.arange(len(rows.times))[own]
        which = np.searchsorted([since_s for since_s, _ in wordings], rows.times[own], side="right")
        each = [(), *(its_words for _, its_words in wordings)]
        for its_words in {each[number]: None for number in which.tolist()}:
            alike = [number for number, others in enumerate(each) if others == its_words]
            parts.append((place, its_words, own[np.isin(which, alike)]))
    if len(parts) > 1:
        parts.sort(key=lambda part: (float(rows.runs[part[-1]].max()), float(rows.times[part[-1]].max())))
    return parts


def _parts_in_one_unit(vector: AnyReadings, index: int, readings: PointReadings) -> list[tuple[Place, Any]]:
    rows, known = readings.rows, ~np.isnan(readings.values.means)
    places = _places(vector, index)
    if len({place._replace(position=0) for place in places.values()}) == 1:
        place = next(iter(places.values()))
        return [(place, slice(None) if known.all() else np.flatnonzero(known))] if known.any() else []
    newest: dict[Kind, tuple[float, Place]] = {}  # by which cycle its last sample came
    for layout, place in places.items():
        runs = rows.runs[(rows.layouts == layout) & known]
        if runs.size:
            newest[place.kind] = max((float(runs.max()), place), newest.get(place.kind, (-1.0, place)))
    return [
        (newest_place, np.flatnonzero(known & np.isin(rows.layouts, alike)))
        for _, newest_place in sorted(newest.values())
        for alike in ([layout for layout, place in places.items() if place.kind == newest_place.kind],)
    ]


def _line(readings: PointReadings, own: Any, place: Place, delay_s: float, words: Words) -> Series:
    """The line of some of the rows."""
    rows, values, are_single = readings
    times, ends, until = rows.times[own], rows.ends[own], rows.until[own]
    next_times = np.append(times[1:], np.inf)
    before_hole = np.flatnonzero(until < next_times)  # after the last one: if there are later rows, which lack it
    return Series(
        times,
        values.means[own],
        Holes(until[before_hole], next_times[before_hole]),
        place.units,
        place.range,
        place.digital,
        place.label,
        float(rows.spacings[own][-1]),
        None if are_single else Stretches(ends, values.lows[own], values.highs[own], np.ones(len(times))),
        delay_s,
        words,
    )


def readings_of(vector: AnyReadings, index: int, start_s: float, end_s: float, words: PastWords) -> Iterator[Readings]:
    """The readings between two times."""
    rows, (values, *_), _ = vector.of(index).between(start_s, end_s)
    known = ~np.isnan(values) & (rows.times >= start_s) & (rows.times <= end_s)
    times, values, layouts = rows.times[known], values[known], rows.layouts[known]
    for part in np.split(np.arange(len(times)), np.flatnonzero(np.diff(layouts)) + 1):
        if part.size:
            place = vector.places[int(layouts[part[0]])][index]
            wordings = _wordings(words, place)
            which = np.searchsorted([since_s for since_s, _ in wordings], times[part], side="right")
            for alike in np.split(part, np.flatnonzero(np.diff(which)) + 1):
                its_words = wordings[which[alike[0] - part[0]] - 1][1] if which[alike[0] - part[0]] else ()
                yield Readings(
                    times[alike], values[alike], place.units, place.range, place.digital, place.label, its_words
                )
