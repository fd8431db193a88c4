"""Cells as spreadsheets read them: what is a number stays one, and what is text stays text."""

import re

# Text that a spreadsheet would take for a formula, or for a date or a time: =AHU+1, 4-20, 1:2.
_TAKEN_AMISS = re.compile(r"[=+\-@]|\d+(?: ?[-/.:,] ?\d+)+$")


def one_line(text: str) -> str:
    """Text without what would begin another cell or row."""
    return " ".join(text.split())


def text_cell(text: str) -> str:
    """Text that stays text."""
    text = one_line(text)
    return f"'{text}" if _TAKEN_AMISS.match(text) else text
