"""Points as they were at a time: what changed since is taken back; for any thread.

What nobody records the changes of is as at present: names of panels, the kind of signal, low and high voltage, and a
description that became another one together with the label.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from math import inf
from sqlite3 import Cursor
from typing import cast

from t3monitor.model.causes import PointChange
from t3monitor.model.points import Point, PointKey
from t3monitor.model.snapshot import Panel
from t3monitor.model.successions import Span
from t3monitor.store.history.changes import Change
from t3monitor.store.history.past_words import PastWords
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.reading import reading

_FIELDS = {
    PointChange.MODE: ("auto_manual", int),
    PointChange.SWITCH: ("hw_switch_status", int),
    PointChange.CALIBRATION: ("calibration", float),
    PointChange.FILTER: ("filter", int),
    PointChange.STATUS: ("status", int),
    PointChange.UNITS: ("units", str),
}


def with_past_points(
    url: str, panels: Mapping[int, Panel], points: Iterable[PointKey], at_s: float
) -> dict[int, Panel]:
    """The panels, with those of their points as they were at a time (UTC epoch seconds); raises DatabaseError."""
    reader, wanted = HistoryReader(url), frozenset(points)

    def past(panel: Panel, words: PastWords, point: Point) -> Point:
        key = PointKey(panel.serial_number, point.point_type, point.point_index)
        if key not in wanted:
            return point
        for change in reversed(reader.changes(key, at_s, inf)):
            if change.at_s > at_s:
                point = _taken_back(point, change)
        then = words.throughout(at_s, at_s + 1, digital=point.is_digital, range_=point.range)
        return point._replace(words=then)

    found = dict(panels)
    for serial in {key.serial_number for key in wanted} & panels.keys():
        panel = panels[serial]
        with reading(url) as connection:
            words = PastWords.read(cast(Cursor, connection.connection.cursor()), [Span(serial, -inf, inf)])
        kinds = (
            tuple(past(panel, words, point) for point in its) for its in (panel.inputs, panel.outputs, panel.variables)
        )
        inputs, outputs, variables = kinds
        found[serial] = replace(panel, inputs=inputs, outputs=outputs, variables=variables)
    return found


def _taken_back(point: Point, change: Change) -> Point:
    """The point as it was before it changed."""
    what, old, new = change.what, change.old, change.new
    if old is None:
        return point
    if what is PointChange.LABEL:  # or the description
        if point.label == new:
            return point._replace(label=old)
        return point._replace(full_label=old) if point.full_label == new else point
    with suppress(ValueError):  # a number that a later version has told otherwise
        if what is PointChange.RANGE:
            range_, _, digital = old.partition(" ")
            return point._replace(range=int(range_), digital_analog=0 if digital else 1)
        if what in _FIELDS:
            name, kind = _FIELDS[what]
            return point._replace(**{name: kind(old)})
    return point  # words are read as they were
