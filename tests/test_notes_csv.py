"""Notes leave as CSV for spreadsheets and come back as they were."""

import csv
import io
from zoneinfo import ZoneInfo

import pytest

from t3monitor.exchange.cells import formula_free, with_formulas
from t3monitor.exchange.notes_csv import NotesFileError, notes_csv, read_notes_csv
from t3monitor.model.notes import Note
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey

IN1 = PointKey(237219, PointType.INPUT, 1)
AFTER_S = 1_793_514_600.0  # 1 November 2026, 01:30 EST, which comes after 01:30 EDT
NEW_YORK = ZoneInfo("America/New_York")


def note(text: str, **fields: object) -> Note:
    return Note(AFTER_S - 3600, AFTER_S, IN1, text, "ann", AFTER_S + 1, AFTER_S + 2)._replace(**fields)


NOTES = [
    note("Filter changed"),
    note('Says "off",\nsecond line; ü °C', end_s=None, point=None),
    *map(note, ("=1+1", "+49 30 1234", "-5 K", "@SUM(A1)", "\tx", "'quoted", "'=1", "''quoted", "''=1", "\rx")),
    note("x", author="=cmd"),
]


def test_notes_come_back_as_they_left() -> None:
    content = notes_csv(NOTES, lambda _: "AHU-1 SAT", NEW_YORK)
    expected = [its._replace(text=its.text) for its in NOTES]
    assert read_notes_csv(content, "bob", 0.0) == expected


def test_no_cell_is_a_formula_and_times_have_their_offset() -> None:
    content = notes_csv(NOTES, lambda _: "-AHU", NEW_YORK)
    assert content.startswith(b"\xef\xbb\xbf"), "the mark by which Excel knows UTF-8"
    header, first, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert header[0:2] == ["start", "end"]
    assert first[0:2] == ["2026-11-01T01:30:00-04:00", "2026-11-01T01:30:00-05:00"]
    assert not [cell for row in (first, *rows) for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_names_are_free_of_formulas_as_in_every_other_table() -> None:
    for text in ("=1", "'=1", "'quoted", "4-20"):
        [_, row] = csv.reader(io.StringIO(notes_csv([note(text)], lambda _: "", None).decode("utf-8-sig")))
        assert row[6] == formula_free(text)
        assert with_formulas(row[6]) == text


def test_a_file_of_a_spreadsheet_needs_no_more_than_times_and_texts() -> None:
    content = b"start;text\r\n2026-11-28T14:05:00+01:00;Belt\r\n;\r\n"
    assert read_notes_csv(content, "bob", 9.0) == [Note(1_795_871_100.0, None, None, "Belt", "bob", 9.0, 9.0)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"a,b\n1,2\n", "no columns start and text"),
        (b"start,text\n2026-11-28T14:05:00,x\n", "Line 2: “2026-11-28T14:05:00” has no offset"),
        (b"start,text\nsoon,x\n", "Line 2: "),
        ("start,text\n2026-11-28,ä\n".encode("latin-1"), "not UTF-8"),
        (b"start,end,text\n2026-11-28T14:00Z,2026-11-28T13:00Z,x\n", "Line 2: its end is not after its start"),
        (b"start,text,point_type\n2026-11-28T14:00Z,x,INPUT\n", "is no point"),
    ],
)
def test_what_is_no_file_of_notes_is_refused_with_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(NotesFileError, match=sentence):
        read_notes_csv(content, "bob", 0.0)
