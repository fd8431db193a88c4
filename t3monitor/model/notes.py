"""What users write down about a time."""

from typing import NamedTuple

from t3monitor.model.points import PointKey


class Note(NamedTuple):
    """A text that is pinned to a time, or to a stretch if it has an end, of the site or of one point.

    Times are UTC epoch seconds. Of two notes that differ in nothing but when they were written one says all.
    """

    start_s: float
    end_s: float | None
    point: PointKey | None
    text: str
    author: str  # the login name
    created_at: float
    changed_at: float
    note_id: int | None = None  # None: it is not stored yet


class NoteEdit(NamedTuple):
    """A note to be written, in the place of the one with its id if that is there; or (None) one to be deleted."""

    note: Note | None
    note_id: int | None = None  # of the one to be deleted
