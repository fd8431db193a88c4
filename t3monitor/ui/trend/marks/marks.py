"""What is marked on the time axis: changes at points, restarts of T3000, notes; GUI thread."""

import json
from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from itertools import groupby
from typing import NamedTuple

from t3monitor.model.causes import PointChange
from t3monitor.model.notes import Note
from t3monitor.model.point_types import PointType
from t3monitor.model.points import HW_SWITCH_WORDS, INPUT_STATUS_WORDS, PointKey
from t3monitor.model.successions import Succession
from t3monitor.model.units import range_name
from t3monitor.store.history.changes import Change
from t3monitor.store.marks import Restart
from t3monitor.ui.kit.texts import age_text, translate


class MarkKind(IntEnum):
    """What a flag stands for; of several together the last one is drawn."""

    CHANGE = 0
    OVERRIDE = 1
    RESTART = 2
    NOTE = 3


class Mark(NamedTuple):
    """One thing at a time, or (a note) in a stretch; UTC epoch seconds."""

    time_s: float
    kind: MarkKind
    text: str
    note: Note | None = None

    @property
    def end_s(self) -> float | None:
        """Of a stretch."""
        return self.note.end_s if self.note else None


class Cluster(NamedTuple):
    """Marks that stand too close together for a flag of each, in the order of their times."""

    marks: tuple[Mark, ...]

    @property
    def time_s(self) -> float:
        """Where its flag stands."""
        return self.marks[0].time_s

    @property
    def kind(self) -> MarkKind:
        """What is drawn."""
        return max(mark.kind for mark in self.marks)


def clusters(marks: Sequence[Mark], apart_s: float) -> list[Cluster]:
    """Marks in the order of their times, those together that are less than so far behind the first of them."""
    found: list[list[Mark]] = []
    for mark in marks:
        if found and mark.time_s - found[-1][0].time_s < apart_s:
            found[-1].append(mark)
        else:
            found.append([mark])
    return [Cluster(tuple(together)) for together in found]


def marks_of_changes(key: PointKey, name: str, changes: Iterable[Change]) -> Iterator[Mark]:
    """What changed at a point; a range and the unit that comes with it are one."""
    for time_s, together in groupby(changes, key=lambda change: change.at_s):
        at_once = {change.what: change for change in together}
        has_range = PointChange.RANGE in at_once
        for what, change in at_once.items():
            if what is PointChange.STATUS or (what is PointChange.UNITS and has_range):
                continue  # a faulty sensor is a hole; the range says the unit
            units = at_once.get(PointChange.UNITS)
            old, new = (_value(key.point_type, what, value, units, place) for place, value in enumerate(change[2:]))
            kind = MarkKind.OVERRIDE if what in (PointChange.MODE, PointChange.SWITCH) else MarkKind.CHANGE
            yield Mark(time_s, kind, f"{name} {_what(what)} {old} → {new}")


def mark_of_restart(restart: Restart) -> Mark:
    """When T3000 was ready again."""
    text = translate("Marks", "T3000 was started; it was not ready for %s") % age_text(
        restart.ready_s - restart.since_s
    )
    return Mark(restart.ready_s, MarkKind.RESTART, " · ".join(filter(None, (text, restart.site))))


def mark_of_succession(its: Succession) -> Mark:
    """When a panel took the place of another one."""
    text = translate("Marks", "panel replaced: %1 → %2")
    return Mark(
        its.since_s, MarkKind.CHANGE, text.replace("%1", f"{its.serial_number}").replace("%2", f"{its.successor}")
    )


def mark_of_note(note: Note, name: str) -> Mark:
    """A note, with whose it is."""
    first, *more = note.text.splitlines() or [""]
    told = f"{first} …" if more else first
    return Mark(note.start_s, MarkKind.NOTE, f"{told} ({', '.join(filter(None, (name, note.author)))})", note)


def _what(what: PointChange) -> str:
    return {
        PointChange.LABEL: translate("Marks", "label"),
        PointChange.RANGE: translate("Marks", "range"),
        PointChange.UNITS: translate("Marks", "unit"),
        PointChange.MODE: translate("Marks", "mode"),
        PointChange.SWITCH: translate("Marks", "switch"),
        PointChange.CALIBRATION: translate("Marks", "calibration"),
        PointChange.FILTER: translate("Marks", "filter"),
        PointChange.STATUS: translate("Marks", "status"),
        PointChange.WORDS: translate("Marks", "words"),
    }[what]


def _value(kind: PointType, what: PointChange, value: str | None, units: Change | None, place: int) -> str:
    """A stored value in the words of T3000."""
    if value is None:
        return "?"
    number = int(value) if value.isdigit() else None
    match what:
        case PointChange.MODE if number is not None:
            return translate("Marks", "manual") if number else translate("Marks", "auto")
        case PointChange.SWITCH if number in HW_SWITCH_WORDS:
            return HW_SWITCH_WORDS[number]
        case PointChange.STATUS if number in INPUT_STATUS_WORDS:
            return INPUT_STATUS_WORDS[number]
        case PointChange.WORDS:
            return _words(value)
        case PointChange.RANGE:
            digits, _, digital = value.partition(" ")
            if digits.isdigit():
                unit = (units.old, units.new)[place] if units else None
                name = range_name(kind, digital=bool(digital), range_=int(digits))
                return " ".join(filter(None, (name, unit if unit != name else "")))
    return value or translate("Marks", "(none)")


def _words(stored: str) -> str:
    try:
        return "/".join(str(word) for _, word in json.loads(stored))
    except (ValueError, TypeError):  # of a later version
        return stored
