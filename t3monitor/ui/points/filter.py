"""Which points the table shows; a plain value, without Qt."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from t3monitor.model.point_types import PointType

STATES = ("overridden", "faulty", "stale", "changed")
CHANGED_RECENTLY_S = 300


@dataclass(frozen=True, slots=True)
class PointFilter:
    """What a point must be to be shown.

    Several states widen the choice (overridden or faulty), as several types do; words, types, states and the panel
    narrow it. No type means all of them, no state any.
    """

    text: str = ""
    types: frozenset[PointType] = field(default=frozenset())
    overridden: bool = False
    faulty: bool = False
    stale: bool = False
    changed: bool = False  # in the last CHANGED_RECENTLY_S
    unused: bool = False  # unused points are shown as well
    serial_number: int | None = None  # None: all panels

    @property
    def has_states(self) -> bool:
        """Whether it depends on the state of a point, which changes by itself."""
        return self.overridden or self.faulty or self.stale or self.changed

    @property
    def narrows(self) -> bool:
        """Whether it leaves out more than unused points and other panels."""
        return bool(self.text.strip() or self.types or self.has_states)

    def cleared(self) -> Self:
        """The same panel without any condition."""
        return replace(self, text="", types=frozenset(), **dict.fromkeys(STATES, False))

    def to_dict(self) -> dict[str, Any]:
        """For a JSON file; the panel is not part of it."""
        return {
            "text": self.text,
            "types": [kind.value for kind in PointType if kind in self.types],
            **{name: getattr(self, name) for name in (*STATES, "unused")},
        }

    @classmethod
    def from_dict(cls, saved: Mapping[str, Any]) -> Self:
        """From what `to_dict` gave; what is missing or of no use is as in a new filter."""
        flags = {name: saved.get(name) is True for name in (*STATES, "unused")}
        text, types = saved.get("text"), saved.get("types")
        listed = types if isinstance(types, list) else []
        return cls(
            text=text if isinstance(text, str) else "",
            types=frozenset(kind for kind in PointType if kind.value in listed),
            **flags,
        )
