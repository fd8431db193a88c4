"""Named views: what the trend shows, kept under a name, and as a file for a colleague; plain data, without Qt."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import points_of
from t3monitor.ui.trend.saved import from_json, to_json
from t3monitor.ui.trend.shown import Shown

SUFFIX = "t3view"
_MARK, _FORMAT = "t3view", 1
_LONGEST_NAME = 80


class NotAViewError(Exception):
    """A file is no view."""


class ReadView(NamedTuple):
    """What a file says."""

    name: str
    shown: Shown
    names: Mapping[PointKey, str]  # of its points, where it comes from


class Views:
    """Views by their names, in the order in which they were saved, and the one to begin with."""

    def __init__(self) -> None:
        self._views: dict[str, Shown] = {}
        self.start: str | None = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._views)

    def __contains__(self, name: str) -> bool:
        return name in self._views

    def __getitem__(self, name: str) -> Shown:
        return self._views[name]

    def __setitem__(self, name: str, shown: Shown) -> None:
        self._views[name] = shown

    def name_of(self, shown: Shown) -> str:
        """The name of the view that has these series, whatever the time; empty if none has."""
        return next((name for name, its in self._views.items() if shown.series and its.series == shown.series), "")

    def free_name(self, name: str) -> str:
        """The name, with a number if there is one like it."""
        name = " ".join(name.split())[:_LONGEST_NAME] or "?"
        found, number = name, 2
        while found in self._views:
            found, number = f"{name} ({number})", number + 1
        return found

    def rename(self, name: str, other: str) -> None:
        """Calls a view otherwise; it keeps its place."""
        other = name if " ".join(other.split()) == name else self.free_name(other)
        self._views = {other if its == name else its: shown for its, shown in self._views.items()}
        self.start = other if self.start == name else self.start

    def remove(self, name: str) -> None:
        """Forgets a view."""
        del self._views[name]
        self.start = None if self.start == name else self.start

    def to_json(self) -> dict[str, Any]:
        """As JSON's types."""
        views = [{"name": name, "view": to_json(shown, ())} for name, shown in self._views.items()]
        return {"views": views, "start": self.start}

    def restore(self, saved: object) -> None:
        """From what `to_json` gave; what cannot be used of it is left out."""
        self._views, self.start = {}, None
        match saved:
            case {"views": list(views), "start": start}:
                for view in views:
                    match view:
                        case {"name": str(name), "view": dict(its)}:
                            self._views[name] = from_json(its)[0]
                self.start = start if start in self._views else None


def file_text(name: str, shown: Shown, names: Mapping[PointKey, str]) -> str:
    """The file of a view; ``names`` are those of its points, for who reads it elsewhere."""
    points = [
        {"serial": point.serial_number, "type": point.point_type.value, "index": point.point_index, "name": its}
        for point, its in names.items()
        if point in points_in(shown)
    ]
    content = {_MARK: _FORMAT, "name": name, "points": points, "view": to_json(shown, ())}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read_file_text(text: str) -> ReadView:
    """What a file of a view says; raises NotAViewError with a sentence."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAViewError("it is no view of T3 Monitor") from error
    match content:
        case {"t3view": int(version), "name": str(name), "view": dict(view)} if version <= _FORMAT:
            shown, _ = from_json(view)
        case {"t3view": int()}:
            raise NotAViewError("it is a view of a newer T3 Monitor")
        case _:
            raise NotAViewError("it is no view of T3 Monitor")
    told = content.get("points")
    return ReadView(name, shown, _names(told if isinstance(told, list) else ()))


def points_in(shown: Shown) -> list[PointKey]:
    """The points of which a view is made."""
    return list(dict.fromkeys(point for chosen in shown.series for point in points_of(chosen.key)))


def _names(told: Sequence[object]) -> dict[PointKey, str]:
    found = {}
    for its in told:
        match its:
            case {"serial": int(serial), "type": str(kind), "index": int(index), "name": str(name)}:
                state = {"points": [[serial, kind, index]]}
                for point in points_in(from_json(state)[0]):
                    found[point] = name
    return found
