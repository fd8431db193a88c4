"""Rows as text for a spreadsheet: what is a number stays one, and what is text stays text."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QLocale

from t3monitor.exchange.cells import one_line, text_cell


class Figure(str):
    """A number with a decimal point and no unit, or a time: a spreadsheet is to read it as such."""

    __slots__ = ()


def table_text(titles: Sequence[str], rows: Iterable[Sequence[str]], locale: QLocale | None = None) -> str:
    """Tab-separated lines under a header, with the decimal point that spreadsheets of this computer use."""
    point = (locale or QLocale.system()).decimalPoint()
    lines = ["\t".join(one_line(title) for title in titles)]
    lines += ["\t".join(_cell(cell, point) for cell in row) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _cell(cell: str, point: str) -> str:
    if isinstance(cell, Figure):
        return cell.replace(".", point)
    return text_cell(cell)
