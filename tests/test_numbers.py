"""Numbers as people read them: decimals of their unit, and powers of ten for what these cannot tell."""

import math

import pytest

from t3monitor.model.numbers import difference, entered, exact_text, number_text, typed


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (21.5, "°C", "21.50"),
        (0.012, "inWC", "0.012"),
        (0.004, "%", "0.004"),
        (-0.004, "°C", "-0.004"),
        (0.0, "°C", "0.00"),
        (-0.0, "A", "0.000"),
        (1e-12, "A", "1.00×10⁻¹²"),
        (-4e-4, "°C", "-4.00×10⁻⁴"),
        (2_147_483.647, "kWh", "2147483.647"),
        (999_999_999.0, "counts", "999999999.00"),
        (3.4028235e35, "°C", "3.403×10³⁵"),
        (-1.7e308, "", "-1.700×10³⁰⁸"),
        (1e300, "ppm", "1.000×10³⁰⁰"),
        (math.inf, "V", "inf"),
        (20.0, "counts/h", "20.00"),
        (0.25, "°C/d", "0.25"),
        (1.5, "kWh/h", "1.500"),
        (3.5, "L/h", "3.50"),
    ],
)
def test_a_number_is_told_with_the_decimals_of_its_unit_or_with_a_power_of_ten(
    value: float, unit: str, text: str
) -> None:
    assert number_text(value, unit) == text
    assert len(text) <= 13
    if math.isfinite(value):
        assert float(typed(text)) == pytest.approx(value, rel=1e-3)


def test_what_is_copied_with_its_unit_is_read_by_a_spreadsheet() -> None:
    assert typed("3.403×10³⁵ °C") == "3.403e35 °C"
    assert typed("-4.00×10⁻⁴") == "-4.00e-4"
    assert typed("A×10 B") == "A×10 B"


@pytest.mark.parametrize(
    ("value", "text"),
    [(24.0, "24"), (1_234_567.8, "1234567.8"), (101_325.5, "101325.5"), (0.1 + 0.2, "0.3"), (-2e35, "-2×10³⁵")],
)
def test_what_somebody_typed_keeps_all_its_digits(value: float, text: str) -> None:
    assert exact_text(value) == text
    assert float(entered(text)) == pytest.approx(value, rel=1e-15)


def test_what_the_window_prints_is_understood_when_it_is_typed() -> None:
    assert (entered("3.403×10³⁵"), entered("−5"), entered("−1.00×10⁻¹²")) == ("3.403e35", "-5", "-1.00e-12")


def test_rounding_is_no_difference() -> None:
    assert difference(0.1 + 0.2, 0.3) == 0
    assert difference(21.5, 21.25) == 0.25
