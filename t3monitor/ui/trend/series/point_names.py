"""What points are called in expressions: by their label, with their panel where others have it too; plain data.

Points on the plot come before others: where but one of them has a label, it means that one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from t3monitor.model.expressions import ExpressionError, written
from t3monitor.model.points import PointKey


class Named(NamedTuple):
    """A point, and what it and its panel are called."""

    key: PointKey
    panel: str
    label: str

    @property
    def point_id(self) -> str:
        """``IN1``."""
        return f"{self.key.point_type.prefix}{self.key.point_index}"

    @property
    def ways(self) -> tuple[str, str, str, str]:
        """From the shortest name to the one that no other point has."""
        by_label = self.label and f"{self.panel}.{self.label}"
        return self.label, by_label, f"{self.panel}.{self.point_id}", f"{self.key.serial_number}.{self.point_id}"


class PointNames:
    """The names of all points that are known."""

    def __init__(self, points: Iterable[Named], plotted: Collection[PointKey] = ()) -> None:
        self._plotted = frozenset(plotted)
        self._named = {point.key: point for point in points}
        self._by_name: dict[str, set[PointKey]] = defaultdict(set)
        for point in self._named.values():
            for name in filter(None, point.ways):
                self._by_name[_folded(name)].add(point.key)

    def find(self, name: str) -> PointKey:
        """The point of a name, however it is spaced and capitalised; raises ExpressionError."""
        found = self._found(name)
        if len(found) == 1:
            return next(iter(found))
        if not found:
            raise ExpressionError(f"There is no point {name}")
        one, *_ = sorted(found)
        raise ExpressionError(f"Several points are called {name}: write {written(self.name(one))}, for instance")

    def name(self, key: PointKey) -> str:
        """The shortest name that is its own."""
        point = self._named.get(key) or Named(key, str(key.serial_number), "")
        ways = [way for way in point.ways if way]
        return next((way for way in ways if self._found(way) == {key}), ways[-1])

    def _found(self, name: str) -> set[PointKey]:
        found = self._by_name.get(_folded(name), set())
        exact = {key for key in found if name in self._named[key].ways} or found
        for some in (found, exact, exact & self._plotted):
            if len(some) == 1:
                return some
        return found


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
