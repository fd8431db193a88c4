"""How times are written everywhere in the window, how tooltips are wrapped, and how names are sorted."""

import re
import textwrap
from collections.abc import Iterable
from datetime import date, tzinfo
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QLocale

from t3monitor.model.freshness import is_ahead
from t3monitor.model.zones import is_repeated, local, zone_text
from t3monitor.ui.kit.plain import tooltip

translate = QCoreApplication.translate  # the name that lupdate looks for
_TOOLTIP_WIDTH = 90  # in characters
_DIGITS = re.compile(r"(\d+)")
_INDENT = "    "  # of the second and further lines of a sentence


def age_text(age_s: float) -> str:
    """An age as people say it: ``12 s``, ``7 min``, ``3 h``, ``2 d``; a future time counts as now."""
    age_s = max(0.0, age_s)
    if age_s < 60:
        return translate("texts", "%d s") % int(age_s)
    if age_s < 3600:
        return translate("texts", "%d min") % int(age_s / 60)
    if age_s < 86400:
        return translate("texts", "%d h") % int(age_s / 3600)
    return translate("texts", "%d d") % int(age_s / 86400)


def interval_text(interval_s: int) -> str:
    """A time between cycles in full: ``90 s``, ``5 min``, ``2 h``."""
    if interval_s % 3600 == 0:
        return translate("texts", "%d h") % (interval_s // 3600)
    return translate("texts", "%d min") % (interval_s // 60) if interval_s % 60 == 0 else f"{interval_s} s"


def duration_text(spent_ms: float) -> str:
    """Milliseconds up to a second, then seconds: ``143 ms``, ``2.4 s``."""
    if spent_ms < 999.5:
        return translate("Duration", "%d ms") % round(spent_ms)
    return translate("Duration", "%.1f s") % (spent_ms / 1000)


def reading_age_text(read_at: int | None, now_s: float) -> str:
    """The age of a reading: ``12 s``, ``3 h ahead`` of our clock, ``never``; times in UTC epoch seconds."""
    if read_at is None:
        return translate("texts", "never")
    if is_ahead(read_at, now_s):
        return translate("texts", "%s ahead") % age_text(read_at - now_s)
    return age_text(now_s - read_at)


class Ages(dict[int | None, str]):
    """The texts of `reading_age_text` as of one moment: many readings are of the same second."""

    def __init__(self, now_s: float) -> None:
        super().__init__()
        self._now_s = now_s

    def __missing__(self, read_at: int | None) -> str:
        self[read_at] = text = reading_age_text(read_at, self._now_s)
        return text


def reading_time_text(read_at: int | None) -> str:
    """When a reading was taken, or ``never``."""
    return translate("texts", "never") if read_at is None else moment_text(read_at)


def moment_text(utc_s: float) -> str:
    """Date and time of this computer with its zone, as the trend may show another: ``2026-11-23 10:31:12 EST``."""
    return f"{local(utc_s, None):%Y-%m-%d %H:%M:%S} {zone_text(utc_s, None)}"


def date_text(day: date, *, weekday: bool = False, year: bool = True) -> str:
    """A date as it is written everywhere, in the log files too: ``2026-11-27``, ``Fri 2026-11-27``, ``11-27``."""
    text = day.isoformat() if year else f"{day:%m-%d}"
    return f"{weekday_text(day)} {text}" if weekday else text


def weekday_text(day: date) -> str:
    """The day of the week in the user's language: ``Fri``."""
    return QLocale().dayName(day.isoweekday(), QLocale.FormatType.ShortFormat)


def local_time_text(utc_s: float, zone: tzinfo | None = None) -> str:
    """Date and time of day in a zone, for tooltips and logs: ``2026-11-23 10:31:12``.

    In an hour that comes twice it says which: ``2026-11-01 01:30:00 EST``. Without a zone it is this computer's.
    """
    return _marked(utc_s, zone, "%Y-%m-%d %H:%M:%S")


def clock_text(utc_s: float, zone: tzinfo | None = None, *, seconds: bool = True) -> str:
    """The time of day alone, as in `local_time_text`: ``10:31:12``, ``01:30:00 EST``; without seconds ``10:31``."""
    return _marked(utc_s, zone, "%H:%M:%S" if seconds else "%H:%M")


def _marked(utc_s: float, zone: tzinfo | None, form: str) -> str:
    text = local(utc_s, zone).strftime(form)
    return f"{text} {zone_text(utc_s, zone)}" if is_repeated(utc_s, zone) else text


def tooltip_text(lines: Iterable[str]) -> str:
    """A tooltip of the lines that are not empty, wrapped: plain text would be as wide as its longest sentence."""
    wrapped = (textwrap.fill(line, _TOOLTIP_WIDTH, subsequent_indent=_INDENT, break_on_hyphens=False) for line in lines)
    return tooltip("\n".join(filter(None, wrapped)))


@lru_cache(maxsize=32_768)
def natural_key(text: str) -> tuple[str | int, ...] | None:
    """Sorts AHU-2 before AHU-10, whatever the case; None for an empty text."""
    parts = _DIGITS.split(text.casefold())
    return tuple(int(part) if place % 2 else part for place, part in enumerate(parts)) if text else None
