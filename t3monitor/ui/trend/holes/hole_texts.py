"""Holes in words: whose they are, when they were, and why."""

from collections.abc import Sequence
from datetime import tzinfo

from t3monitor.model.causes import Cause, sentence
from t3monitor.model.times import duration_text
from t3monitor.model.zones import local
from t3monitor.ui.kit.texts import clock_text, translate
from t3monitor.ui.trend.holes.incidents import Incident
from t3monitor.ui.trend.series.trace import Trace

_INCIDENTS, _NAMES, _CAUSES = 8, 3, 4  # told at most
_MINUTE_S = 60.0


def whose(series: Sequence[int], shown: Sequence[Trace]) -> str:
    """Whose holes they are, of the shown series: panels, where nothing of them is left, else points."""
    panels = list(dict.fromkeys(shown[place].names.panel for place in series))
    rest = {trace.names.panel for place, trace in enumerate(shown) if place not in series}
    names = panels if rest.isdisjoint(panels) else [shown[place].names.short for place in series]
    more = [translate("Holes", "%d more") % (len(names) - _NAMES)] if len(names) > _NAMES else []
    return ", ".join([*names[:_NAMES], *more])


def incident_texts(found: Sequence[Incident], shown: Sequence[Trace], now_s: float, zone: tzinfo | None) -> list[str]:
    """A line for each of the first ones: ``20:50–21:19 AHU-1: T3000 had no newer reading``."""
    lines = [
        f"{_times(one, now_s, zone)} {whose(one.series, shown)}: "
        + (one.sentence or translate("Holes", "the cause is not known yet"))
        for one in found[:_INCIDENTS]
    ]
    more = len(found) - _INCIDENTS
    return [*lines, translate("Holes", "… and %d shorter ones") % more] if more > 0 else lines


def cause_texts(missing: Sequence[tuple[Cause | None, float]]) -> list[str]:
    """For how long the first causes took readings away, in words, and all others; None: nobody has found out why."""
    told = [
        f"{translate('Holes', 'not found out') if cause is None else sentence(cause)} {duration_text(lasted_s)}"
        for cause, lasted_s in missing[:_CAUSES]
    ]
    others_s = sum(lasted_s for _, lasted_s in missing[_CAUSES:])
    return [*told, translate("Holes", "others %s") % duration_text(others_s)] if others_s >= 1 else told


def _times(one: Incident, now_s: float, zone: tzinfo | None) -> str:
    """With the days, unless it is of today; with seconds, if it was a matter of them."""

    def text(time_s: float, day_s: float) -> str:
        day = local(time_s, zone).date()
        date = "" if day == local(day_s, zone).date() else f"{day.isoformat()} "
        return date + clock_text(time_s, zone, seconds=one.length_s < 2 * _MINUTE_S)

    until = text(one.end_s, one.start_s) if one.end_s <= now_s else translate("Holes", "now")
    return f"{text(one.start_s, now_s)}–{until}"
