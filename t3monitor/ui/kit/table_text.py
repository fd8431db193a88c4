"""Rows as text for a spreadsheet: what is a number stays one, and what is text stays text."""

import re
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QLocale

# Text that a spreadsheet would take for a formula, or for a date or a time: =AHU+1, 4-20, 1:2.
_TAKEN_AMISS = re.compile(r"[=+\-@]|\d+(?: ?[-/.:,] ?\d+)+$")


class Figure(str):
    """A number with a decimal point and no unit, or a time: a spreadsheet is to read it as such."""

    __slots__ = ()


def table_text(titles: Sequence[str], rows: Iterable[Sequence[str]], locale: QLocale | None = None) -> str:
    """Tab-separated lines under a header, with the decimal point that spreadsheets of this computer use."""
    point = (locale or QLocale.system()).decimalPoint()
    lines = ["\t".join(_one_line(title) for title in titles)]
    lines += ["\t".join(_cell(cell, point) for cell in row) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _cell(cell: str, point: str) -> str:
    if isinstance(cell, Figure):
        return cell.replace(".", point)
    text = _one_line(cell)
    return f"'{text}" if _TAKEN_AMISS.match(text) else text


def _one_line(text: str) -> str:
    return " ".join(text.split())
