"""Points as they are dragged from the points table to the trend, and kept in JSON; any thread, no state."""

import json
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QMimeData

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey

POINTS_MIME_TYPE = "application/x-t3monitor-points"


def encode_point_keys(keys: Iterable[PointKey]) -> QMimeData:
    """The keys as a JSON list of [serial, type, index]."""
    mime = QMimeData()
    mime.setData(POINTS_MIME_TYPE, json.dumps([list(key) for key in keys]).encode())
    return mime


def decode_point_keys(mime: QMimeData) -> list[PointKey]:
    """The keys in the order they were given; nothing if the data are not of this program, or broken."""
    if not mime.hasFormat(POINTS_MIME_TYPE):
        return []
    try:
        return keys_from(json.loads(bytes(mime.data(POINTS_MIME_TYPE).data())))
    except ValueError:
        return []


def keys_from(listed: Any) -> list[PointKey]:
    """The keys of a list out of JSON; nothing if it is no such list."""
    try:
        return [_key(*item) for item in listed]
    except (ValueError, TypeError):
        return []


def _key(serial_number: object, point_type: object, point_index: object) -> PointKey:
    if not (isinstance(serial_number, int) and isinstance(point_type, str) and isinstance(point_index, int)):
        raise TypeError("a serial number, a type and an index are expected")
    return PointKey(serial_number, PointType(point_type), point_index)
