"""What happened to the recording, as it is stored: of times without any cycle these rows alone tell."""

from collections.abc import Iterable
from sqlite3 import Cursor

import msgspec

from t3monitor.model.causes import EventKind
from t3monitor.store import statements


class RecordingEvent(msgspec.Struct, frozen=True):
    """A row of SYNC_EVENTS; ``at`` in UTC epoch seconds."""

    at: float
    site: str
    kind: EventKind
    detail: str = ""


def write_events(cursor: Cursor, events: Iterable[RecordingEvent]) -> None:
    """Adds those that are not there yet, stored by a run that could not remove the file of what was late."""
    for event in events:
        row = event.at, event.site, event.kind.value
        if not cursor.execute("SELECT 1 FROM SYNC_EVENTS WHERE at = ? AND site = ? AND kind = ?", row).fetchone():
            cursor.execute(statements.INSERT_EVENT, (None, *row, event.detail))
