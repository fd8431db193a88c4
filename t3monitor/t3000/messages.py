"""From a LOGGING_DATA answer to a Snapshot; pure decoding, in whichever one thread owns the decoder.

Two shapes are understood (docs/t3000.md 4.1, 4.3): the documented one, ``devices[]`` with three lists of
points in engineering units, and the one that T3000 really sends, ``data[]`` with one list in thousandths.
"""

import contextlib
from collections.abc import Sequence
from itertools import compress
from operator import ne
from typing import NamedTuple, cast

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType
from msgspec.structs import asdict, replace

from t3monitor.model.causes import Cause
from t3monitor.model.errors import BadReplyError, NoNewDataError, RefusedError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import LeftOut, Panel, PanelSettings, Snapshot
from t3monitor.model.words import CUSTOM_TABLES, NO_WORDS, RangeWords
from t3monitor.t3000.link import Body
from t3monitor.t3000.text import clean, message
from t3monitor.t3000.wire_json import NoJsonError, WireError, read
from t3monitor.t3000.wire_panels import PanelInfo, RealPanel, panel_info, real_panel, unreadable_panel
from t3monitor.t3000.wire_points import (
    Shape,
    is_other_object,
    logging_time,
    read_point,
    serial_number,
    with_new_value,
)

_ANSWER_ACTION = "LOGGING_DATA_RES"
# 20 in the controller; the byte behind it is a flag that cuts the name as a control character, and the documented
# example has 21.
_PANEL_NAME_SIZE = 21
_ADDRESS_SIZE = 45
_NOTHING_READ = "T3000 has read no panel yet: wait until it has, and look at the request in the settings"
_NO_BYTES = Raw(b"")
_NO_POINT = ""  # in place of a point or of what is wrong with one


class _Answer(Struct):
    action: Raw | UnsetType = UNSET
    debug: Raw | UnsetType = UNSET
    error: Raw | UnsetType = UNSET
    panel_serial_number: Raw | UnsetType = UNSET  # of a build of August 2025, with one panel, whose points are data
    data: list[Raw] | UnsetType | None = UNSET
    devices: list[Raw] | UnsetType | None = UNSET


class _RealAnswer(Struct):
    data: list[RealPanel]
    action: str = _ANSWER_ACTION


class _DocumentedPanel(Struct):
    device_info: Raw
    input_points: list[Raw] = []
    output_points: list[Raw] = []
    variable_points: list[Raw] = []


_read_real_answer = msgspec.json.Decoder(_RealAnswer, strict=False)
_read_answer = msgspec.json.Decoder(_Answer)
_read_documented_panel = msgspec.json.Decoder(_DocumentedPanel)
_read_text = msgspec.json.Decoder(str)


class _PanelPoints(Struct, frozen=True):
    """The points of a panel, position by position, beside the bytes they were read from."""

    panel_id: int
    raw: list[Raw]
    listed_as: list[PointType] | None
    read: list[Point | str]  # a text says why there is no point
    positions: dict[PointType, slice | list[int]]  # of each type, in the order of the points' numbers
    by_type: dict[PointType, tuple[Point, ...]]
    skipped: tuple[str, ...]


class AnswerDecoder:
    """Decodes one answer after another.

    A point whose bytes are those of the last answer is the same object as in the last Snapshot: most of a building
    stands still from one reading to the next, so this is faster than decoding anew, and tells the store what changed.
    """

    def __init__(self) -> None:
        self._known: dict[int, _PanelPoints] = {}
        self._words: dict[int, RangeWords] = {}

    def set_words(self, serial: int, words: RangeWords) -> None:
        """What a panel calls its custom ranges, from the next answer on."""
        if self._words.get(serial, NO_WORDS) == words:
            return
        self._words[serial] = words
        if known := self._known.get(serial):  # whatever may have words is read anew
            raw = [
                _NO_BYTES if _may_have_words(point) else sent for point, sent in zip(known.read, known.raw, strict=True)
            ]
            self._known[serial] = replace(known, raw=raw)

    def decode(self, body: Body, received_at: int) -> Snapshot:
        """Decodes an answer received at ``received_at`` (UTC epoch seconds), panel by panel.

        Panels and points that cannot be read are left out, with a sentence each in the Snapshot. Raises
        NoNewDataError, RefusedError or BadReplyError, and no other exception whatever the bytes are.
        """
        shape, raw_panels = _panels(body)
        panels: dict[int, Panel] = {}
        doubles: list[Panel] = []
        skipped_panels: list[str] = []
        skipped_points: list[str] = []
        left_out: list[LeftOut] = []
        known: dict[int, _PanelPoints] = {}
        unreadable = 0
        for position, raw_panel in enumerate(raw_panels, start=1):
            try:
                info, raw_points, listed_as = _read_panel(raw_panel, shape)
            except WireError as error:
                unreadable += 1
                skipped_panels.append(f"panel {position} of the answer cannot be read: {message(str(error))}")
                left_out.append(unreadable_panel(raw_panel, skipped_panels[-1]))
                continue
            name = clean(info.panel_name, _PANEL_NAME_SIZE)
            try:
                serial = serial_number(info.panel_serial_number)
            except WireError as error:
                skipped_panels.append(f"panel {info.panel_id} '{name}' cannot be told from others: {error}")
                left_out.append(LeftOut(skipped_panels[-1], panel_id=info.panel_id))
                continue
            if serial == 0:
                skipped_panels.append(f"panel {info.panel_id} '{name}' has serial number 0")
                left_out.append(LeftOut(skipped_panels[-1], panel_id=info.panel_id, cause=Cause.SERIAL_ZERO))
                continue
            words = self._words.get(serial, NO_WORDS)
            if serial in panels:  # another controller, of which nothing is known by its serial number
                points = _read_points(None, info.panel_id, shape, raw_points, listed_as, words)
                doubles.append(_panel(serial, name, info, points, shape, received_at))
                continue
            points = _read_points(self._known.get(serial), info.panel_id, shape, raw_points, listed_as, words)
            known[serial] = points
            skipped_points += points.skipped
            panels[serial] = _panel(serial, name, info, points, shape, received_at)
        if not panels and unreadable:
            raise BadReplyError(
                f"T3000's answer holds no readable panel: {skipped_panels[0]}; look at the panels in T3000 itself"
            )
        self._known = known
        return Snapshot(
            received_at,
            tuple(panels.values()),
            tuple(skipped_panels),
            tuple(skipped_points),
            doubles=tuple(doubles),
            left_out=tuple(left_out),
        )


def _panels(body: Body) -> tuple[Shape, Sequence[Raw | RealPanel]]:
    """The panels of an answer, their points undecoded; raises what an answer without any means.

    A whole answer is read in one go if nothing is wrong with any of its panels, which is faster; else the panels stay
    undecoded too, for each to be read on its own.
    """
    if not isinstance(body, bytes):
        if body:
            return Shape.REAL, body
        raise NoNewDataError(_NOTHING_READ)
    if not body.strip():
        raise NoNewDataError("T3000 returned an empty answer: look at the request in the settings if that stays so")
    with contextlib.suppress(ValueError, RecursionError):
        whole = _read_real_answer.decode(body)
        if whole.data and whole.action == _ANSWER_ACTION:
            return Shape.REAL, whole.data
    try:
        answer = read(_read_answer, body)
    except NoJsonError as error:
        raise BadReplyError(
            "T3000's answer is not a LOGGING_DATA answer: the library or the recording sent something that is no JSON "
            f"({message(str(error))}); choose another one, or look at the request in the settings"
        ) from None
    except WireError as error:
        raise BadReplyError(
            f"T3000's answer is not a LOGGING_DATA answer: {message(str(error))}; look at the request in the settings"
        ) from None
    action = _text(answer.action)
    if action and action != _ANSWER_ACTION:
        no_text = ", which is no text," if answer.action and not bytes(answer.action).startswith(b'"') else ""
        raise BadReplyError(
            f"T3000 answered {message(action)}{no_text} instead of {_ANSWER_ACTION}: "
            "look at the request in the settings"
        )
    if answer.data and answer.panel_serial_number is not UNSET:
        return Shape.REAL, [_panel_at_the_top(body, answer.data)]
    if answer.data:
        return Shape.REAL, answer.data
    if answer.devices:
        return Shape.DOCUMENTED, answer.devices
    if error_text := _text(answer.error):
        raise RefusedError(
            f"T3000 answered with an error: {message(error_text)}; look at the request in the settings if that stays so"
        )
    if answer.debug is not UNSET:
        raise NoNewDataError(
            "T3000 had nothing new: it ignores calls that follow each other too soon, and reads no panel before its "
            f"Trend Log beta window was opened once, so open that if it stays so ({message(_text(answer.debug))})"
        )
    raise NoNewDataError(_NOTHING_READ)


def _panel_at_the_top(body: bytes, points: list[Raw]) -> RealPanel:
    try:
        return RealPanel(**asdict(panel_info.read(body)), device_data=points)
    except WireError as error:
        raise BadReplyError(
            f"T3000's answer holds no readable panel: {message(str(error))}; look at the panels in T3000 itself"
        ) from None


def _text(raw: Raw | UnsetType) -> str:
    """A member that should be text; any other JSON value as it stands, null as empty."""
    if raw is UNSET or bytes(raw) == b"null":
        return ""
    try:
        return read(_read_text, raw)
    except WireError:
        return bytes(raw).decode("utf-8", "replace")


def _read_panel(raw: Raw | RealPanel, shape: Shape) -> tuple[PanelInfo, list[Raw], list[PointType] | None]:
    """A panel, its points undecoded, and their types where the lists they stand in tell them."""
    if isinstance(raw, RealPanel):
        return raw, raw.device_data, None
    if shape is Shape.REAL:
        panel = real_panel.read(raw)
        return panel, panel.device_data, None
    documented = read(_read_documented_panel, raw)
    lists = {
        PointType.INPUT: documented.input_points,
        PointType.OUTPUT: documented.output_points,
        PointType.VARIABLE: documented.variable_points,
    }
    raw_points = [raw_point for listed in lists.values() for raw_point in listed]
    return (
        panel_info.read(documented.device_info),
        raw_points,
        [kind for kind, listed in lists.items() for _ in listed],
    )


def _read_points(
    known: _PanelPoints | None,
    panel_id: int,
    shape: Shape,
    raw: list[Raw],
    listed_as: list[PointType] | None,
    words: RangeWords,
) -> _PanelPoints:
    """Decodes those points of a panel whose bytes are not those of the last answer."""

    def read_at(position: int) -> Point | str:
        try:
            return read_point(raw[position], shape, listed_as[position] if listed_as else None, panel_id, words)
        except WireError as error:
            if is_other_object(raw[position]):
                return _NO_POINT
            return f"panel {panel_id}: point {position + 1} of the answer cannot be used: {message(str(error))}"

    if known is None or (known.panel_id, known.listed_as, len(known.raw)) != (panel_id, listed_as, len(raw)):
        return _grouped(panel_id, raw, listed_as, [read_at(position) for position in range(len(raw))])
    points = known.read.copy()
    touched: set[PointType] = set()
    keep_places = True
    for position in compress(range(len(raw)), map(ne, raw, known.raw)):
        old = points[position]
        new: Point | str | None = None
        if shape is Shape.REAL and isinstance(old, Point):
            new = with_new_value(old, known.raw[position], raw[position])
        if new is None:
            new = read_at(position)
        if new == old:
            continue
        if not _same_place(new, old):
            keep_places = False
        points[position] = new
        if isinstance(new, Point):
            touched.add(new.point_type)
    if not keep_places:
        return _grouped(panel_id, raw, listed_as, points)
    by_type = known.by_type | {kind: _points_at(points, known.positions[kind]) for kind in touched}
    # The new bytes, although equal ones were known: each of them keeps the whole answer it stands in alive.
    return replace(known, raw=raw, read=points, by_type=by_type)


def _grouped(
    panel_id: int, raw: list[Raw], listed_as: list[PointType] | None, points: list[Point | str]
) -> _PanelPoints:
    places: dict[PointType, dict[int, int]] = {kind: {} for kind in PointType}
    skipped = []
    for position, point in enumerate(points):
        if point == _NO_POINT:
            continue
        if isinstance(point, str):
            skipped.append(point)
        elif places[point.point_type].setdefault(point.point_index, position) != position:
            skipped.append(f"panel {panel_id}: {point.point_id} is listed twice")
    positions = {kind: _run([place[number] for number in sorted(place)]) for kind, place in places.items()}
    by_type = {kind: _points_at(points, listed) for kind, listed in positions.items()}
    return _PanelPoints(panel_id, raw, listed_as, points, positions, by_type, tuple(skipped))


def _run(positions: list[int]) -> slice | list[int]:
    """Positions that follow each other, as T3000 lists them, as a slice: it takes a tenth of the time."""
    run = slice(positions[0], positions[0] + len(positions)) if positions else slice(0)
    return run if positions == [*range(run.stop)[run]] else positions


def _points_at(points: list[Point | str], positions: slice | list[int]) -> tuple[Point, ...]:
    """The points at positions where there are points."""
    at = points[positions] if isinstance(positions, slice) else map(points.__getitem__, positions)
    return cast(tuple[Point, ...], tuple(at))


def _same_place(point: Point | str, old: Point | str) -> bool:
    return (
        isinstance(point, Point)
        and isinstance(old, Point)
        and point.point_type is old.point_type
        and point.point_index == old.point_index
    )


class _Read(NamedTuple):
    """The points of one type, and when they were read: as taken, and as T3000 says."""

    points: tuple[Point, ...]
    time_s: int | None
    own_time_s: int | None

    @classmethod
    def of(cls, sent: float | str | None, points: tuple[Point, ...], shape: Shape, received_at: int) -> "_Read":
        own_s = logging_time(sent)
        if own_s == 0 and shape is Shape.REAL:  # never read: its values are those of an empty memory
            return cls((), None, None)
        return cls(points, own_s or received_at, own_s or None)


def _may_have_words(point: Point | str) -> bool:
    return isinstance(point, Point) and point.range >= CUSTOM_TABLES.start  # the lowest of the custom ranges


def _panel(serial: int, name: str, info: PanelInfo, points: _PanelPoints, shape: Shape, received_at: int) -> Panel:
    ip_address = clean(info.ip_address or info.panel_ipaddress, _ADDRESS_SIZE)
    inputs, outputs, variables = (
        _Read.of(sent, points.by_type[kind], shape, received_at)
        for kind, sent in zip(
            PointType, (info.input_logging_time, info.output_logging_time, info.variable_logging_time), strict=True
        )
    )
    return Panel(
        serial_number=serial,
        panel_id=info.panel_id,
        panel_name=name,
        building_name=clean(info.building_name, _PANEL_NAME_SIZE),
        address=clean(info.panel_ipaddress or info.ip_address, _ADDRESS_SIZE),
        inputs=inputs.points,
        outputs=outputs.points,
        variables=variables.points,
        input_logging_time=inputs.time_s,
        output_logging_time=outputs.time_s,
        variable_logging_time=variables.time_s,
        own_times=(inputs.own_time_s, outputs.own_time_s, variables.own_time_s),
        settings=PanelSettings(ip_address or None, info.port, info.modbus_address, info.bacnet_mstp_mac_id),
    )
