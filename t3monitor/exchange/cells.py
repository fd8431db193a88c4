"""Cells as spreadsheets read them: what is a number stays one, and what is text stays text."""

import csv
import re
from collections.abc import Iterable
from functools import lru_cache
from io import StringIO

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for one begins with any of them
_MONTH = (
    "(?:jan(?:uary?)?|feb(?:ruary?)?|mar(?:ch)?|märz?|mrz|apr(?:il)?|may|mai|jun[ei]?|jul[yi]?|aug(?:ust)?"
    "|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?)"
)
# Text that a spreadsheet would take for a formula, a date, a time, a number or an error: =AHU+1, 4-20, 1:2, DEC1, 1E5,
# 007, #N/A, which is #NV in German.
_TAKEN_AMISS = re.compile(
    rf"[{re.escape(''.join(_FORMULA))}]|"
    rf"#[^\W\d][\w/]*[!?]?$|"
    rf"\d+(?: ?[-/.:,] ?\d+)+$|{_MONTH}[- ./]*\d+$|\d+[- ./]*{_MONTH}$|\d+e\d+$|0\d+$|(?:true|false)$",
    re.IGNORECASE,
)


def one_line(text: str) -> str:
    """Text without what would begin another cell or row."""
    return " ".join(text.split())


@lru_cache
def text_cell(text: str) -> str:
    """Text that stays text."""
    text = one_line(text)
    return f"'{text}" if _TAKEN_AMISS.match(text) else text


def formula_free(text: str) -> str:
    """Text as it is, but for what a spreadsheet would take for a formula; `with_formulas` gives it back."""
    return f"'{text}" if text.lstrip("'").startswith(_FORMULA) else text


def with_formulas(text: str) -> str:
    """Text as it was before it was made `formula_free`."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_FORMULA) else text


def number_cell(number: float, decimal: str) -> str:
    """A number with the decimal point of a language."""
    return f"{number:.12g}".replace(".", decimal)


def csv_bytes(rows: Iterable[Iterable[str]], delimiter: str) -> bytes:
    """A CSV file that Excel opens without asking; of a table that is small enough to be held as a whole."""
    text = StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")
