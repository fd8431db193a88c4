"""What happened: the holes of all shown series as incidents, each once; plain data. Times are UTC epoch seconds."""

from collections.abc import Sequence
from typing import NamedTuple

from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.ui.trend.holes.missing import MOMENT_S, Missing


class Incident(NamedTuple):
    """A time without readings for one reason, of some of the series."""

    start_s: float
    end_s: float  # infinite while it goes on
    sentence: str  # empty if the reason is not known yet
    series: tuple[int, ...]  # their places among the shown ones

    @property
    def length_s(self) -> float:
        """How long it lasted."""
        return self.end_s - self.start_s


def incidents(
    parts: Sequence[Missing], start_s: float, end_s: float, days: Sequence[int] | None = None
) -> list[Incident]:
    """Those that reach into a time, the longest first; ``days``: of which other day each of them is.

    Panels are read one after the other: what series lack for one reason at one time is one incident, from the first
    that lacks it to the last, whatever single reading there was. On another day it is another one.
    """
    found: dict[tuple[str, int], list[Incident]] = {}
    pieces = sorted(
        Incident(
            float(part.pieces.starts[place]), float(part.pieces.ends[place]), _sentence(part.told(place)), (number,)
        )
        for number, part in enumerate(parts)
        for place in part.pieces.places(start_s, end_s)
    )
    for piece in pieces:
        of_reason = found.setdefault((piece.sentence, days[piece.series[0]] if days else 0), [])
        last = of_reason[-1] if of_reason else None
        if last and piece.start_s < last.end_s + MOMENT_S:
            series = tuple(sorted({*last.series, *piece.series}))
            of_reason[-1] = last._replace(end_s=max(last.end_s, piece.end_s), series=series)
        else:
            of_reason.append(piece)
    return sorted((one for ones in found.values() for one in ones), key=lambda one: (-one.length_s, one.start_s))


def _sentence(told: ExplainedHole | None) -> str:
    return told.sentence if told else ""
