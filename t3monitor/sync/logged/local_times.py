"""From the times that T3000 wrote to UTC: texts by the clock on the wall, without a zone, and epoch seconds."""

from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

_FIRST_S = 946_684_800  # 2000: before it nothing was read; T3000 writes 1970 where it never read


class Moment(NamedTuple):
    """A time in UTC epoch seconds; ``is_repeated``: the local time came twice, and this is the first of both."""

    time_s: int
    is_repeated: bool = False


class NoTimeError(ValueError):
    """What stands there is no time; the text says what it is."""


class LocalTimes:
    """Reads times of a computer of a zone (None: this one's) that were written before ``now_s``."""

    def __init__(self, zone: tzinfo | None, now_s: float) -> None:
        self._zone = zone
        self._now_s = now_s
        self._last: tuple[str, bool, Moment] | None = None  # rows of one time stand together

    def of_epoch(self, value: object) -> Moment | None:
        """Of whole seconds since 1970; None if there are none. Raises NoTimeError."""
        try:
            time_s = int(str(value))
        except ValueError:
            return None
        return Moment(self._checked(time_s)) if time_s else None

    def of_text(self, text: object, *, is_utc: bool) -> Moment:
        """Of ``YYYY-MM-DD HH:MM:SS``; raises NoTimeError."""
        if self._last is not None and self._last[:2] == (text, is_utc):
            return self._last[2]
        try:
            at = datetime.fromisoformat(str(text).strip())
        except ValueError:
            raise NoTimeError("its time is none") from None
        moment = self._of(at.replace(tzinfo=UTC) if is_utc and at.tzinfo is None else at)
        moment = moment._replace(time_s=self._checked(moment.time_s))
        self._last = str(text), is_utc, moment
        return moment

    def _of(self, at: datetime) -> Moment:
        if at.tzinfo is not None:
            return Moment(int(at.timestamp()))
        try:
            first, second = (int(at.replace(tzinfo=self._zone, fold=fold).timestamp()) for fold in (0, 1))
        except (OverflowError, OSError):  # of Windows, before 1970
            raise NoTimeError("it was never read (1970)") from None
        if first > second:
            raise NoTimeError("its local time does not exist, since clocks were put forward")
        return Moment(first, first < second)

    def _checked(self, time_s: int) -> int:
        if time_s < _FIRST_S:
            raise NoTimeError("it was never read (1970)")
        if time_s > self._now_s:
            raise NoTimeError("its time is yet to come")
        return time_s
