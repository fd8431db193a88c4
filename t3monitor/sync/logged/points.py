"""The points that own what T3000 logged: who they are, and how their raw numbers become values."""

from collections import deque
from collections.abc import Iterable, Iterator

from t3monitor.model.holes import GAPS_TO_TELL, usual_spacing
from t3monitor.model.point_types import PointType, parse_point_id
from t3monitor.model.points import PointKey
from t3monitor.model.units import has_states, unit
from t3monitor.model.words import NO_WORDS
from t3monitor.store.layouts import LayoutPoint
from t3monitor.sync.logged.known import Known
from t3monitor.t3000.wire_points import LEAST_RAW, MOST_RAW

_SCALE = 1000  # of T3000's raw numbers


class UnreadableError(ValueError):
    """A row that says nothing; the text tells what it is."""


def left_out_texts(rows: Iterable[tuple[str, int]]) -> Iterator[str]:
    """How many rows are left out, by what they are."""
    for why, count in rows:
        yield f"{count:,} {'row that is left out:' if count == 1 else 'rows that are left out, each because'} {why}"


class Pace:
    """How often a point is read, whoever of T3000's parts reads it."""

    def __init__(self) -> None:
        self._last_s: int | None = None
        self._gaps: deque[int] = deque(maxlen=GAPS_TO_TELL)
        self._spacing_s: float | None = 0.0

    def take(self, time_s: int) -> None:
        """There is a reading of that time; of one that comes late nothing can be told."""
        if self._last_s is not None:
            if time_s <= self._last_s:
                return
            self._gaps.append(time_s - self._last_s)
            self._spacing_s = None
        self._last_s = time_s

    @property
    def spacing_s(self) -> int:
        """After how many seconds the next reading was to be expected; 0: that is not known yet."""
        if self._spacing_s is None:
            self._spacing_s = usual_spacing(self._gaps)
        return int(self._spacing_s)


class SourcePoint:
    """A point as some rows describe it."""

    __slots__ = ("by_service", "entry", "has_states", "kept_since_s", "key", "pace", "panel_id", "vector")

    def __init__(
        self, key: PointKey, panel_id: int, entry: LayoutPoint, pace: Pace, kept_since_s: float, *, by_service: bool
    ) -> None:
        """``by_service``: T3000's sync service wrote it, not a browser; that counts points from 0."""
        self.key = key
        self.panel_id = panel_id
        self.vector = key.serial_number, key.point_type, panel_id
        self.entry = entry
        self.pace = pace
        self.kept_since_s = kept_since_s
        self.by_service = by_service
        self.has_states = has_states(digital=entry.digital_analog == 0, range_=entry.range)

    def value(self, raw: object, *, by_service: bool) -> float:
        """What a raw number means: a state, or thousandths of a unit. Raises UnreadableError.

        ``by_service``: T3000's sync service wrote it, which logs the ``value`` of a point with states, not ``control``.
        """
        if self.has_states and by_service:
            raise UnreadableError("it is a state that T3000's service logged, which need not be the one shown")
        try:
            number = int(str(raw))
        except ValueError:
            try:
                number = int(as_float := float(str(raw)))
            except (ValueError, OverflowError):
                raise UnreadableError("its value is no number") from None
            if number != as_float:
                raise UnreadableError("its value is not whole, so its scale is not known") from None
        if not LEAST_RAW <= number <= MOST_RAW:
            raise UnreadableError("its value is no number of T3000's")
        return float(number != 0) if self.has_states else number / _SCALE


def point_named(point_id: object, point_type: object) -> tuple[PointType, int] | None:
    """Type and number of a point, which its id tells and its type confirms; None if they name none."""
    parsed = parse_point_id(str(point_id).strip().upper())
    return parsed if parsed and parsed[0].value == str(point_type).strip().upper() else None


def layout_point(key: PointKey, label: str, range_: int, *, digital: bool, known: Known) -> LayoutPoint:
    """A point with the unit that follows from its range: what T3000 says of units is not to be relied on."""
    kind, number = key.point_type, key.point_index
    words = known.words.get(key.serial_number, NO_WORDS)
    units = words.unit(kind, digital=digital, range_=range_) or unit(kind, digital=digital, range_=range_)
    return LayoutPoint(f"{kind.prefix}{number}", number, label, range_, units, 0 if digital else 1)


def whole(value: object, otherwise: int = 0) -> int:
    """A whole number that stands as text."""
    try:
        return int(str(value))
    except ValueError:
        return otherwise
