"""Panels of which only history is there, as imports leave them, for ``t3monitor doctor``."""

import time
from itertools import product
from sqlite3 import Cursor
from typing import NamedTuple, cast

from t3monitor.model.point_types import PointType
from t3monitor.store.present_state import every_panel, present_panels
from t3monitor.store.reading import reading
from t3monitor.store.successions import successions_of

_NAMED = 8  # at most
_TIME = "SELECT {}(logging_time) FROM TRENDLOG_FRAMES WHERE serial_number = ? AND point_type = ?"


class PastPanel(NamedTuple):
    """A panel that history alone knows."""

    serial_number: int
    panel_id: int
    points: int
    first_sample_at: int | None  # UTC epoch seconds, as the next one; None: only daily values are left
    last_sample_at: int | None
    successor: int | None  # the panel that took its place, as far as that was said

    def __str__(self) -> str:
        times = (self.first_sample_at, self.last_sample_at)
        days = dict.fromkeys(time.strftime("%Y-%m-%d", time.localtime(at_s)) for at_s in times if at_s is not None)
        successor = f", replaced by {self.successor}" if self.successor else ""
        return f"{self.serial_number} (panel {self.panel_id}, {' to '.join(days) or 'daily values'}{successor})"


def past_panels(url: str) -> list[PastPanel]:
    """All of them, by serial number; raises DatabaseError."""
    present = present_panels(url)
    panels = [panel for serial, panel in sorted(every_panel(url).items()) if serial not in present]
    with reading(url) as connection:
        cursor = cast(Cursor, connection.connection.cursor())
        successors = {its.serial_number: its.successor for its in successions_of(cursor)}
        found = []
        for panel in panels:
            serial = panel.serial_number
            times = [
                cursor.execute(_TIME.format(which), (serial, kind.value)).fetchone()[0]
                for kind, which in product(PointType, ("min", "max"))
            ]
            known = [at_s for at_s in times if at_s is not None]
            span = min(known, default=None), max(known, default=None)
            found.append(PastPanel(serial, panel.panel_id, panel.point_count, *span, successors.get(serial)))
    return found


def sentence(panels: list[PastPanel]) -> str:
    """What is to be said of one or more."""
    count = "1 panel is" if len(panels) == 1 else f"{len(panels)} panels are"
    named = ", ".join(map(str, panels[:_NAMED]))
    more = f" and {len(panels) - _NAMED} more" if len(panels) > _NAMED else ""
    text = f"{count} known by imported history alone, and not read now: {named}{more}"
    if all(panel.successor for panel in panels):
        return text
    return f"{text}; if another panel took the place of one, say so with Successor of… in Devices"
