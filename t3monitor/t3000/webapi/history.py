"""From a reply of T3000's history page to its rows (docs/t3000.md 8.5)."""

import msgspec
from msgspec import Raw, Struct

from t3monitor.model.errors import BadReplyError
from t3monitor.t3000.link import Logged, LoggedRow
from t3monitor.t3000.wire_json import LenientDecoder, WireError, read


class _History(Struct):
    data: list[Raw]


class _Row(Struct):
    """Only ``raw_value`` is what T3000 has stored: where that is no number, the other two say zero."""

    time: str
    point_id: str
    point_type: str
    raw_value: str
    point_index: int = -1
    range: str | None = None
    is_analog: bool = True


_history = msgspec.json.Decoder(_History)
_row = LenientDecoder(_Row, {"time", "point_id", "point_type", "raw_value"})


def logged_rows(body: bytes, limit: int) -> Logged:
    """The rows of a reply, of which there are ``limit`` at most; raises BadReplyError."""
    try:
        raw = read(_history, body).data
    except WireError as error:
        raise BadReplyError(f"T3000's history cannot be read ({error}): update T3000 if it stays so") from None
    rows: list[LoggedRow] = []
    for each in raw:
        try:
            row = _row.read(each)
        except WireError:
            continue
        told = row.time, row.point_id, row.point_type, row.point_index, row.raw_value, row.range or "", row.is_analog
        rows.append(LoggedRow(*told))
    return Logged(rows, len(raw) >= limit, len(raw) - len(rows))
