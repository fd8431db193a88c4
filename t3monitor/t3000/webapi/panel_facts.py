"""A panel's own word on itself, from the 400 bytes of entry type 98 (docs/t3000.md 7).

Those bytes also hold a user name and a password of the panel. So nothing but the bytes that are named here is looked
at, and the answer goes no further than this module.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Raw, Struct

from t3monitor.model.errors import BadReplyError
from t3monitor.model.point_types import PointType
from t3monitor.t3000.wire_json import WireError, read

ENTRY_TYPE = 98
_SERIAL_NUMBER = slice(177, 181)
_COUNTS = {PointType.VARIABLE: 266, PointType.INPUT: 267, PointType.OUTPUT: 268}
_SIZE = 400


class _Settings(Struct):
    all: list[int] = msgspec.field(name="All")


_read_all = msgspec.json.Decoder(_Settings)


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """What a panel says of itself: its serial number, and how many points of each type it has."""

    serial_number: int
    counts: Mapping[PointType, int]


def read_panel_facts(sent: list[Raw]) -> PanelFacts:
    """The facts in the points of an answer; raises BadReplyError, whose text tells nothing of them."""
    try:
        settings = bytes(read(_read_all, sent[0]).all)
    except (WireError, ValueError, IndexError):
        settings = b""
    if len(settings) < _SIZE:
        raise BadReplyError("T3000's answer with the panel's settings cannot be read") from None
    return PanelFacts(
        int.from_bytes(settings[_SERIAL_NUMBER], "little"), {kind: settings[place] for kind, place in _COUNTS.items()}
    )
