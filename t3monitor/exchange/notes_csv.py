"""Notes as a CSV file that spreadsheets open, and back."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, tzinfo

from t3monitor.exchange.cells import csv_bytes, formula_free, with_formulas
from t3monitor.model.errors import MonitorError
from t3monitor.model.notes import Note
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey

_COLUMNS = (
    *("start", "end", "serial_number", "point_type", "point_index", "name", "text", "author", "created", "changed"),
)


class NotesFileError(MonitorError):
    """A file that has no notes, or one that cannot be read."""


def notes_csv(
    notes: Iterable[Note], name_of: Callable[[PointKey], str], zone: tzinfo | None, delimiter: str = ","
) -> bytes:
    """The notes as a file, with times in a zone (None: this computer's) and their offset; no text is a formula."""
    return csv_bytes((_COLUMNS, *(_row(note, name_of, zone) for note in notes)), delimiter)


def read_notes_csv(content: bytes, author: str, now_s: float) -> list[Note]:
    """The notes of such a file, by ``author`` and of now where it does not say; raises NotesFileError."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotesFileError("The file is not UTF-8; save it as “CSV UTF-8”") from None
    header = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=header.count))
    if not {"start", "text"} <= set(rows.fieldnames or ()):
        raise NotesFileError("The file has no columns start and text")
    try:
        return list(_notes(rows, author, now_s))
    except (csv.Error, ValueError, OverflowError) as error:
        raise NotesFileError(f"Line {rows.line_num}: {error}") from None


def _row(note: Note, name_of: Callable[[PointKey], str], zone: tzinfo | None) -> Iterable[str]:
    times = [_iso(time_s, zone) for time_s in (note.start_s, note.end_s, note.created_at, note.changed_at)]
    name = name_of(note.point) if note.point else ""
    return (
        *times[:2],
        *map(str, note.point or ("", "", "")),
        *map(formula_free, (name, note.text, note.author)),
        *times[2:],
    )


def _notes(rows: Iterable[Mapping[str, str | None]], author: str, now_s: float) -> Iterator[Note]:
    for row in rows:
        cells = {name: (cell or "").strip() for name, cell in row.items() if isinstance(cell, str)}
        if not any(cells.values()):
            continue
        start_s, end_s = _time_s(cells["start"]), _time_s(cells["end"]) if cells.get("end") else None
        if end_s is not None and end_s <= start_s:
            raise ValueError("its end is not after its start")
        created_s = _time_s(cells["created"]) if cells.get("created") else now_s
        yield Note(
            start_s,
            end_s,
            _point(cells),
            with_formulas(cells["text"]),
            with_formulas(cells.get("author", "")) or author,
            created_s,
            _time_s(cells["changed"]) if cells.get("changed") else created_s,
        )


def _point(cells: Mapping[str, str]) -> PointKey | None:
    serial, kind, index = (cells.get(name, "") for name in ("serial_number", "point_type", "point_index"))
    if not (serial or kind or index):
        return None
    if not (serial.isdecimal() and kind in PointType.__members__ and index.isdecimal()):
        raise ValueError(f"“{serial} {kind} {index}” is no point")
    return PointKey(int(serial), PointType(kind), int(index))


def _iso(time_s: float | None, zone: tzinfo | None) -> str:
    return "" if time_s is None else datetime.fromtimestamp(round(time_s), UTC).astimezone(zone).isoformat()


def _time_s(text: str) -> float:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"“{text}” has no offset, such as 2026-11-28T14:05:00+01:00")
    return at.timestamp()
