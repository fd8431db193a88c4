"""What T3000 has told of its panels so far, point by point as it came.

The bytes of a point stay what they were until it is read again, so that the decoder sees which ones changed.
"""

from collections.abc import Iterable

from msgspec import Raw, Struct

from t3monitor.model.identity import Identity
from t3monitor.model.point_types import PointType
from t3monitor.t3000.text import clean
from t3monitor.t3000.wire_panels import RealPanel

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

    def as_sent(self) -> RealPanel:
        """The panel as an answer would hold it."""
        inputs, outputs, variables = (self.readings.get(kind, _NEVER) for kind in PointType)
        return RealPanel(
            self.panel_id,
            self.serial_number,
            device_data=[*inputs.points, *outputs.points, *variables.points],
            panel_name=self.name,
            panel_ipaddress=self.ip_address,
            input_logging_time=inputs.logging_time,
            output_logging_time=outputs.logging_time,
            variable_logging_time=variables.logging_time,
        )


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
