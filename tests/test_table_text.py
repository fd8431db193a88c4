"""Rows for a spreadsheet: numbers are numbers in its own language, text is never a formula or a date."""

import pytest
from PySide6.QtCore import QLocale

from t3monitor.ui.kit.table_text import Figure, table_text


@pytest.mark.parametrize(
    ("language", "number"), [(QLocale.Language.German, "-21,50"), (QLocale.Language.English, "-21.50")]
)
def test_numbers_have_the_decimal_point_of_the_spreadsheet(language: QLocale.Language, number: str) -> None:
    text = table_text(["Label", "Value", "Unit"], [["SAT", Figure("-21.50"), "°C"]], QLocale(language))
    assert text == f"Label\tValue\tUnit\nSAT\t{number}\t°C\n"


@pytest.mark.parametrize("name", ["=AHU+1", "+KWH", "-5 to +5 bar", "@X", " =1+1", "4-20", "0-10", "1/2"])
def test_a_name_is_no_formula_and_no_date(name: str) -> None:
    cell = table_text(["Label"], [[name]]).splitlines()[1]
    assert cell == f"'{name.strip()}"


@pytest.mark.parametrize("text", ["0-10 V", "10K Type2", "AHU-1", "237219", "Off/On"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert table_text(["Label"], [[text]]).splitlines()[1] == text


def test_tabs_and_line_ends_within_a_name_make_no_further_cells() -> None:
    assert table_text(["A\tB"], [["Supply\tAir\nTemp"]]) == "A B\nSupply Air Temp\n"
