"""The three kinds of points a panel has, and how T3000 names them."""

import re
from enum import StrEnum
from functools import lru_cache


class PointType(StrEnum):
    """Kind of a point; the value is what T3000 sends as ``type`` and what the tables hold as ``point_type``."""

    INPUT = "INPUT"
    OUTPUT = "OUTPUT"
    VARIABLE = "VARIABLE"

    @property
    def prefix(self) -> str:
        """First letters of a point id: IN, OUT, VAR."""
        return _PREFIXES[self]

    @property
    def per_panel(self) -> int:
        """How many points of this type T3000 lists for each panel, used or not (docs/t3000.md 12)."""
        return 128 if self is PointType.VARIABLE else 64


_PREFIXES = {PointType.INPUT: "IN", PointType.OUTPUT: "OUT", PointType.VARIABLE: "VAR"}
_TYPES = {prefix: point_type for point_type, prefix in _PREFIXES.items()}
_ID = re.compile(r"(IN|OUT|VAR)([1-9][0-9]{0,3})")


@lru_cache(maxsize=1024)
def parse_point_id(point_id: str) -> tuple[PointType, int] | None:
    """Type and number of an id such as ``IN1`` (number 1); None if it is not one."""
    match = _ID.fullmatch(point_id)
    return (_TYPES[match[1]], int(match[2])) if match else None
