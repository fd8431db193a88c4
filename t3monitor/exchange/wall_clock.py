"""Times of a stretch by the clock on the wall, quickly: of the many rows of a table."""

from bisect import bisect_right
from datetime import UTC, datetime, tzinfo

from t3monitor.model.zones import clock_changes, offset_s

_AROUND_S = 86_400
_EPOCH_DAYS = 25_569  # of 1970-01-01 in spreadsheets


class WallClock:
    """That of a zone, for times between two; others have the offset of the nearer end."""

    def __init__(self, zone: tzinfo | None, start_s: float, end_s: float) -> None:
        self._changes = clock_changes(start_s - _AROUND_S, end_s + _AROUND_S, zone)
        self._offsets = [offset_s(time_s, zone) for time_s in (start_s - _AROUND_S, *self._changes)]
        self._texts = [_offset_text(offset) for offset in self._offsets]

    def cells(self, time_s: float) -> tuple[str, str]:
        """Date and time of day, and the offset from UTC, which tells two equal ones apart."""
        place = bisect_right(self._changes, time_s)
        return str(datetime.fromtimestamp(int(time_s + self._offsets[place]), UTC))[:19], self._texts[place]

    def serial(self, time_s: float) -> tuple[float, str]:
        """The same with the number that spreadsheets have for it."""
        place = bisect_right(self._changes, time_s)
        return (time_s + self._offsets[place]) / 86_400 + _EPOCH_DAYS, self._texts[place]


def _offset_text(offset: float) -> str:
    minutes = round(offset / 60)
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
