"""What T3000 has read in the background, from its LOGGING_DATA answers into the mirror (docs/t3000.md 3, 4.1)."""

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct

from t3monitor.model.causes import Cause
from t3monitor.model.errors import BadReplyError
from t3monitor.model.point_types import PointType
from t3monitor.model.snapshot import LeftOut
from t3monitor.t3000.text import message
from t3monitor.t3000.webapi.mirror import Mirror, MirroredPanel, Reading
from t3monitor.t3000.wire_json import WireError, read
from t3monitor.t3000.wire_panels import RealPanel, real_panel, unreadable_panel
from t3monitor.t3000.wire_points import logging_time, serial_number


class _Typed(Struct):
    type: str | None = None


_panels = msgspec.json.Decoder(list[Raw])
_typed = msgspec.json.Decoder(_Typed)
_TYPES: dict[str | None, PointType] = {kind.value: kind for kind in PointType}

Times = tuple[int, ...]  # of the types in their order; 0: never read


class CachedPanels:
    """Takes over one answer after another.

    A type that T3000 has never read in this run holds values of an earlier one, so it is left out. After action 4 the
    values of a type are saved ones as long as its logging time stands still, so what was known before is kept.
    """

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._times: dict[int, Times] = {}
        self._overwritten: dict[int, Times] = {}  # the types of these panels show saved values at these times
        self._is_all_overwritten = False

    def overwritten(self, awaited: Iterable[int]) -> None:
        """Action 4 has put saved values in the place of everything that T3000 had read.

        The ``awaited`` panels, by serial number, may have been read just before, at a time that nobody has seen yet.
        """
        for serial in awaited:
            self._times.pop(serial, None)
        self._overwritten = dict(self._times)
        self._is_all_overwritten = True

    def take(self, data: Raw | None) -> tuple[dict[int, int], list[int], list[LeftOut]]:
        """The newest logging times of the panels shown, their numbers, and those that cannot be read.

        Raises BadReplyError if the whole cannot be read.
        """
        try:
            raw_panels = read(_panels, data) if data is not None else []
        except WireError as error:
            raise BadReplyError(f"T3000's answer cannot be read ({message(str(error))})") from None
        shown: dict[int, int] = {}
        panel_ids: list[int] = []
        left_out: list[LeftOut] = []
        for position, raw in enumerate(raw_panels, start=1):
            try:
                panel = real_panel.read(raw)
            except WireError as error:
                sentence = f"panel {position} of T3000's answer cannot be read: {message(str(error))}"
                left_out.append(unreadable_panel(raw, sentence))
                continue
            panel_ids.append(panel.panel_id)
            try:
                serial = serial_number(panel.panel_serial_number)
            except WireError as error:
                sentence = f"panel {panel.panel_id} cannot be told from others: {error}"
                left_out.append(LeftOut(sentence, panel_id=panel.panel_id))
                continue
            if serial == 0:
                sentence = f"panel {panel.panel_id} has serial number 0"
                left_out.append(LeftOut(sentence, panel_id=panel.panel_id, cause=Cause.SERIAL_ZERO))
                continue
            times = _times(panel)
            if serial in shown:
                self._mirror.doubles[serial] = _mirrored(serial, panel, _read_anew(panel, times))
                continue
            shown[serial] = max(times)
            self._mirror.doubles.pop(serial, None)
            self._mirror_panel(serial, panel, times)
            self._times[serial] = times
        return shown, panel_ids, left_out

    def _mirror_panel(self, serial: int, panel: RealPanel, times: Times) -> None:
        if self._is_all_overwritten and serial not in self._times:
            self._overwritten[serial] = times
        saved_at = dict(zip(PointType, self._overwritten.get(serial, ()), strict=False))
        readings = {
            kind: reading
            for kind, reading in _read_anew(panel, times).items()
            if reading.logging_time != saved_at.get(kind)
        }
        new = _mirrored(serial, panel, readings)
        known = self._mirror.panels.get(serial)
        if known and not new.identity.contradictions(known.identity):  # else it may be another controller
            new.readings = known.readings | readings
        if new.readings:
            self._mirror.panels[serial] = new


def _mirrored(serial: int, panel: RealPanel, readings: dict[PointType, Reading]) -> MirroredPanel:
    return MirroredPanel(serial, panel.panel_id, panel.panel_name or "", panel.panel_ipaddress or "", readings)


def _read_anew(panel: RealPanel, times: Times) -> dict[PointType, Reading]:
    """The types that T3000 has read in this run."""
    points = _by_type(panel.device_data)
    return {kind: Reading(points[kind], time_s) for kind, time_s in zip(PointType, times, strict=True) if time_s}


def _by_type(raw_points: list[Raw]) -> dict[PointType, list[Raw]]:
    points: dict[PointType, list[Raw]] = {kind: [] for kind in PointType}
    for raw in raw_points:
        points[_type(raw)].append(raw)
    return points


def _type(raw: Raw) -> PointType:
    """The type of a point; one that has none is left among the inputs, for the decoder to say what is wrong."""
    try:
        return _TYPES.get(read(_typed, raw).type, PointType.INPUT)
    except WireError:
        return PointType.INPUT


def _times(panel: RealPanel) -> Times:
    sent = (panel.input_logging_time, panel.output_logging_time, panel.variable_logging_time)
    return tuple(logging_time(value) or 0 for value in sent)
