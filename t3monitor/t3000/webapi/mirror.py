"""What T3000 has told of its panels so far, point by point as it came, and the answer that this amounts to.

The bytes of a point stay what they were until it is read again, so that the decoder sees which ones changed.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from t3monitor.model.identity import Identity
from t3monitor.model.point_types import PointType
from t3monitor.t3000.text import clean

_NAME_SIZE = 20
_ADDRESS_SIZE = 45


class Reading(Struct, frozen=True):
    """The points of one type of a panel, and the UTC epoch second at which they were read."""

    points: list[Raw]
    logging_time: int


class MirroredPanel(Struct):
    """One panel with the newest reading of each type; a type that was never read is missing."""

    serial_number: int
    panel_id: int
    name: str
    ip_address: str
    readings: dict[PointType, Reading]

    @property
    def identity(self) -> Identity:
        """What it is called."""
        return Identity(self.panel_id, clean(self.name, _NAME_SIZE), clean(self.ip_address, _ADDRESS_SIZE))


class _WirePanel(Struct):
    device_data: list[Raw]
    input_logging_time: int
    output_logging_time: int
    panel_id: int
    panel_ipaddress: str
    panel_name: str
    panel_serial_number: int
    variable_logging_time: int


class _WireAnswer(Struct):
    action: str
    data: list[_WirePanel]


_encode = msgspec.json.Encoder().encode
_NEVER = Reading([], 0)


class Mirror:
    """The panels by serial number; ``doubles`` are other controllers with the number of one, from the same answer."""

    def __init__(self) -> None:
        self.panels: dict[int, MirroredPanel] = {}
        self.doubles: dict[int, MirroredPanel] = {}

    def held(self) -> Iterable[MirroredPanel]:
        """The panels in the order of their numbers, each before its double."""
        in_order = sorted(self.panels.values(), key=lambda panel: (panel.panel_id, panel.serial_number))
        return (
            held[panel.serial_number]
            for panel in in_order
            for held in (self.panels, self.doubles)
            if panel.serial_number in held
        )


def answer_body(panels: Iterable[MirroredPanel]) -> bytes:
    """A LOGGING_DATA answer of these panels, in the shape of docs/t3000.md 4.1."""
    return _encode(_WireAnswer("LOGGING_DATA_RES", [_wire_panel(panel) for panel in panels]))


def _wire_panel(panel: MirroredPanel) -> _WirePanel:
    inputs, outputs, variables = (panel.readings.get(kind, _NEVER) for kind in PointType)
    return _WirePanel(
        device_data=[*inputs.points, *outputs.points, *variables.points],
        input_logging_time=inputs.logging_time,
        output_logging_time=outputs.logging_time,
        panel_id=panel.panel_id,
        panel_ipaddress=panel.ip_address,
        panel_name=panel.name,
        panel_serial_number=panel.serial_number,
        variable_logging_time=variables.logging_time,
    )
