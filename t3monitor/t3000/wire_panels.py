"""A panel of an answer as it comes over the wire, its points undecoded (docs/t3000.md 4.1, 4.3)."""

from msgspec import Raw, Struct

from t3monitor.model.snapshot import LeftOut
from t3monitor.t3000.wire_json import LenientDecoder, WireError
from t3monitor.t3000.wire_points import Number, serial_number


class PanelInfo(Struct):
    """What an answer says of a panel beside its points."""

    panel_id: Number
    panel_serial_number: int
    panel_name: str | None = None
    building_name: str | None = None
    panel_ipaddress: str | None = None
    ip_address: str | None = None
    port: Number | None = None
    modbus_address: Number | None = None
    bacnet_mstp_mac_id: Number | None = None
    # Whole numbers on the wire, digits in text in the documented shape, empty where T3000 never read that type.
    input_logging_time: int | float | str | None = None
    output_logging_time: int | float | str | None = None
    variable_logging_time: int | float | str | None = None


class RealPanel(PanelInfo, kw_only=True):
    """A panel in the shape that T3000 really sends, its points of all types in one list."""

    device_data: list[Raw]


real_panel = LenientDecoder(RealPanel, {"panel_id", "panel_serial_number", "device_data"})
panel_info = LenientDecoder(PanelInfo, {"panel_id", "panel_serial_number"})


def unreadable_panel(raw: Raw | RealPanel, sentence: str) -> LeftOut:
    """A panel that cannot be used as it came, with its numbers if those at least can be read."""
    try:
        info = raw if isinstance(raw, RealPanel) else panel_info.read(raw)
        return LeftOut(sentence, serial_number(info.panel_serial_number) or None, info.panel_id)
    except WireError:
        return LeftOut(sentence)
