"""The holes of the last day by cause, as ``t3monitor doctor`` tells them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from t3monitor.model.causes import Cause, HoleClass, sentence
from t3monitor.model.point_types import PointType
from t3monitor.model.times import duration_text
from t3monitor.store.causes.holes import ExplainedHole, holes_of_vectors
from t3monitor.store.present_state import read_present_state

_DAY_S = 86_400.0
_LINES, _CAUSES = 8, 4  # at most


class CauseTime(NamedTuple):
    """How long one cause lasted, and how often it came."""

    cause: Cause
    hole_class: HoleClass
    seconds: float
    number: int


class PanelHoles(NamedTuple):
    """The holes of some types of a panel, which have alike ones."""

    serial_number: int
    panel_name: str
    point_types: tuple[PointType, ...]
    seconds: float  # of the type with the most
    causes: tuple[CauseTime, ...]  # the worst first

    def __str__(self) -> str:
        types = "" if len(self.point_types) == len(PointType) else f" {', '.join(self.point_types)}"
        causes = [f"{sentence(cause)} {duration_text(seconds)} ({number})" for cause, _, seconds, number in self.causes]
        more = [f"{len(causes) - _CAUSES} more causes"] if len(causes) > _CAUSES else []
        told = "; ".join((*causes[:_CAUSES], *more))
        return f"{self.panel_name} ({self.serial_number}){types}: {duration_text(self.seconds)}: {told}"


def holes_of_last_day(url: str, now_s: float) -> list[PanelHoles]:
    """Those of each panel, the worst first; what is not recorded by choice is none. Raises DatabaseError."""
    known = read_present_state(url)
    names = {panel.serial_number: panel.panel_name for panel in (*known.panels, *known.silent)} if known else {}
    alike: dict[tuple[int, tuple[tuple[Cause, int], ...]], list[tuple[PointType, tuple[CauseTime, ...]]]]
    alike = defaultdict(list)
    for (serial, point_type), holes in holes_of_vectors(url, now_s - _DAY_S, now_s).items():
        if causes := tuple(_by_cause(hole for hole in holes if hole.cause is not Cause.NOT_RECORDED)):
            alike[serial, tuple((cause.cause, cause.number) for cause in causes)].append((point_type, causes))
    found = []
    for (serial, _), of_types in alike.items():
        worst = max((causes for _, causes in of_types), key=_seconds)
        kinds = tuple(point_type for point_type, _ in of_types)
        found.append(PanelHoles(serial, names[serial], kinds, _seconds(worst), worst))
    return sorted(found, key=lambda panel: panel.seconds, reverse=True)


def summary(panels: list[PanelHoles]) -> str:
    """One sentence."""
    if not panels:
        return "no holes in the last 24 hours"
    count = len({panel.serial_number for panel in panels})
    return f"{count} panel{'s' if count > 1 else ''} had holes in the last 24 hours"


def lines(panels: list[PanelHoles]) -> Iterator[str]:
    """One for each of the worst."""
    yield from map(str, panels[:_LINES])
    if len(panels) > _LINES:
        yield f"and {len(panels) - _LINES} more with fewer holes"


def _by_cause(holes: Iterable[ExplainedHole]) -> list[CauseTime]:
    times: dict[Cause, list[float]] = defaultdict(list)
    for hole in holes:
        times[hole.cause].append(hole.end_s - hole.start_s)
    found = [CauseTime(cause, cause.hole_class, sum(seconds), len(seconds)) for cause, seconds in times.items()]
    return sorted(found, key=lambda cause: cause.seconds, reverse=True)


def _seconds(causes: Iterable[CauseTime]) -> float:
    return sum(cause.seconds for cause in causes)
