"""What happened to the recording, as it is stored: of times without any cycle these rows alone tell."""

from collections.abc import Collection, Iterable
from sqlite3 import Cursor

import msgspec

from t3monitor.model.causes import EventKind
from t3monitor.store import statements

_AT_ONCE_S = 5.0
_LAST_TWO = """
    SELECT id, at, kind, detail FROM SYNC_EVENTS
    WHERE site = ? AND kind IN ('started', 'resumed', 'stopped', 'quit') ORDER BY id DESC LIMIT 2"""


class RecordingEvent(msgspec.Struct, frozen=True):
    """A row of SYNC_EVENTS; ``at`` in UTC epoch seconds."""

    at: float
    site: str
    kind: EventKind
    detail: str = ""
    goes_on_s: float = 0.0  # of single cycles: a start so soon after an end is no news, and neither is that end


def write_events(cursor: Cursor, events: Collection[RecordingEvent]) -> None:
    """Adds those that are not there yet, stored by a run that could not remove the file of what was late.

    A program that a scheduler starts for each cycle has one begin and one end, as long as it comes in time.
    """
    for event in events:
        if _quits_at_once(event, events) or _goes_on(cursor, event):
            continue
        row = event.at, event.site, event.kind.value
        if not cursor.execute("SELECT 1 FROM SYNC_EVENTS WHERE at = ? AND site = ? AND kind = ?", row).fetchone():
            cursor.execute(statements.INSERT_EVENT, (None, *row, event.detail))


def _quits_at_once(event: RecordingEvent, events: Iterable[RecordingEvent]) -> bool:
    """Whether it is a stop of which the end of the program says all."""
    return event.kind is EventKind.STOPPED and any(
        later.kind is EventKind.QUIT and later.site == event.site and 0 <= later.at - event.at < _AT_ONCE_S
        for later in events
    )


def _goes_on(cursor: Cursor, event: RecordingEvent) -> bool:
    """Whether it is a start after which all is as if the run before had not ended; its end is taken back."""
    if event.kind is not EventKind.STARTED:
        return False
    last = cursor.execute(_LAST_TWO, (event.site,)).fetchall()
    kinds = [kind for _, _, kind, _ in last]
    if kinds not in ([EventKind.QUIT, on] for on in (EventKind.STARTED, EventKind.RESUMED)):
        return False
    quit_id, quit_at, _, why = last[0]
    if why or not 0 <= event.at - quit_at <= event.goes_on_s:
        return False
    cursor.execute("DELETE FROM SYNC_EVENTS WHERE id = ?", (quit_id,))
    return True
