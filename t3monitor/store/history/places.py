"""Where the points of a panel and type stand in its layouts, and what these know of them."""

from collections.abc import Sequence
from sqlite3 import Cursor
from typing import NamedTuple

from sqlalchemy import bindparam, select

from t3monitor.model.units import has_states, is_measured
from t3monitor.store.layouts import RowVector
from t3monitor.store.schema import trendlog_layout_points, trendlog_layouts
from t3monitor.store.statements import sql_text

_layout, _place = trendlog_layouts.c, trendlog_layout_points.c
_PLACES = sql_text(
    select(
        _place.layout_id,
        _place.point_index,
        _place.position,
        _place.label,
        _place.range,
        _place.units,
        _place.digital_analog,
    )
    .join(trendlog_layouts, _layout.id == _place.layout_id)
    .where(_layout.serial_number == bindparam("serial_number"), _layout.point_type == bindparam("point_type"))
)


class Kind(NamedTuple):
    """What must not change along a line."""

    units: str
    digital: bool
    range: int | None  # None: does not matter, as for measured numbers


class Place(NamedTuple):
    """Where a point stands in a layout, and what the layout knows of it."""

    position: int
    label: str
    range: int
    units: str
    digital_analog: int

    @property
    def digital(self) -> bool:
        """Whether it shows one of two states."""
        return has_states(digital=self.digital_analog == 0, range_=self.range)

    @property
    def range_text(self) -> str:
        """The range as it stands in ``POINT_CHANGES``."""
        return f"{self.range}" if self.digital_analog else f"{self.range} digital"

    @property
    def kind(self) -> Kind:
        """What its line is of."""
        return Kind(self.units, self.digital, None if self.is_measured else self.range)

    @property
    def is_measured(self) -> bool:
        """Whether it has a number rather than a state."""
        return is_measured(digital=self.digital, range_=self.range)


def read_places(cursor: Cursor, vector: RowVector, indexes: Sequence[int]) -> dict[int, dict[int, Place]]:
    """Where the points stand in each layout of the vector."""
    wanted = frozenset(indexes)
    places: dict[int, dict[int, Place]] = {}
    for layout_id, index, position, label, range_, units, digital_analog in cursor.execute(_PLACES, vector):
        if index in wanted:
            places.setdefault(layout_id, {})[index] = Place(position, label, range_, units, digital_analog)
    return places
