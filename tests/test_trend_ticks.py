import math
import os
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtCore import QLocale

from t3monitor.ui.trend.plot.axis_choices import LARGEST
from t3monitor.ui.trend.plot.ticks import TIME_UNIT, Scale, fit, still_fits, value_of, whole_text
from t3monitor.ui.trend.plot.ticks import labels as value_labels
from t3monitor.ui.trend.time.time_ticks import time_ticks


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def in_zone() -> Iterator[Callable[[str], None]]:
    if not hasattr(time, "tzset"):
        pytest.skip("this system cannot change the time zone of a running program")
    before = os.environ.get("TZ")

    def change(zone: str | None) -> None:
        if zone is None:
            os.environ.pop("TZ", None)
        else:
            os.environ["TZ"] = zone
        time.tzset()

    yield change
    change(before)


def local(*parts: int) -> float:
    return datetime(*parts).timestamp()  # type: ignore[arg-type]


def labels(start_s: float, end_s: float, width_px: float) -> list[tuple[str, str]]:
    return [(tick.text, tick.date) for tick in time_ticks(start_s, end_s, width_px)]


def test_the_first_time_and_each_midnight_carry_the_date() -> None:
    assert labels(local(2025, 11, 22, 12, 13), local(2025, 11, 23, 12, 13), 530) == [
        ("15:00", "Sat 11-22"),
        ("18:00", ""),
        ("21:00", ""),
        ("00:00", "Sun 11-23"),
        ("03:00", ""),
        ("06:00", ""),
        ("09:00", ""),
        ("12:00", ""),
    ]


def test_a_first_date_without_room_before_midnight_is_left_out() -> None:
    found = labels(local(2025, 11, 22, 20, 30), local(2025, 11, 23, 20, 30), 530)
    assert found[:2] == [("21:00", ""), ("00:00", "Sun 11-23")]


def test_minutes_and_seconds_are_round() -> None:
    assert [text for text, _ in labels(local(2025, 1, 5, 10, 2, 7), local(2025, 1, 5, 11, 2, 7), 700)] == [
        "10:05",
        *(f"10:{minute}" for minute in range(10, 60, 5)),
        "11:00",
    ]
    assert [text for text, _ in labels(local(2025, 1, 5, 10, 2, 7), local(2025, 1, 5, 10, 3, 7), 300)] == [
        "10:02:15",
        "10:02:30",
        "10:02:45",
        "10:03:00",
    ]


def test_days_have_the_day_of_the_week_and_weeks_begin_on_monday() -> None:
    week = labels(local(2025, 11, 16, 12), local(2025, 11, 23, 12), 600)
    assert week[0] == ("11-17", "Mon")
    assert len(week) == 7
    month = labels(local(2025, 10, 24, 12), local(2025, 11, 23, 12), 400)
    assert [date for _, date in month] == ["Mon"] * len(month)


def test_a_year_is_marked_by_months() -> None:
    found = labels(local(2025, 2, 10), local(2026, 2, 10), 900)
    assert found[0] == ("2025-03", "")
    assert ("2026-01", "") in found


def test_decades_do_not_overlap() -> None:
    ticks = time_ticks(local(2000, 1, 1), local(2026, 1, 1), 400)
    assert 2 <= len(ticks) <= 8


@pytest.mark.parametrize("width_px", [0, 20])
def test_a_plot_without_room_has_no_marks(width_px: int) -> None:
    assert time_ticks(0, 86400, width_px) == []


@pytest.mark.parametrize(("day", "hours"), [((2025, 3, 30), 23), ((2025, 10, 26), 25)])
def test_marks_stay_on_round_local_times_when_the_clock_changes(
    in_zone: Callable[[str], None], day: tuple[int, int, int], hours: int
) -> None:
    in_zone("Europe/Berlin")
    start_s = local(*day)
    end_s = start_s + hours * 3600
    ticks = time_ticks(start_s, end_s, 300)
    assert [tick.text for tick in ticks if tick.text] == ["00:00", "06:00", "12:00", "18:00", "00:00"]
    assert all(tick.text in ("", f"{datetime.fromtimestamp(tick.utc_s):%H:%M}") for tick in ticks)
    single = time_ticks(start_s, end_s, 2000)
    assert [tick.utc_s for tick in single] == sorted({tick.utc_s for tick in single})
    assert {datetime.fromtimestamp(tick.utc_s).minute for tick in single} <= {0, 30}


def test_marks_are_round_in_a_zone_of_half_hours(in_zone: Callable[[str], None]) -> None:
    in_zone("Asia/Kolkata")
    start_s = local(2025, 11, 22, 0, 10)
    found = labels(start_s, start_s + 3600, 400)
    assert [text for text, _ in found] == ["00:10", "00:20", "00:30", "00:40", "00:50", "01:00", "01:10"]


@pytest.mark.parametrize(
    ("extents", "height_px"),
    [
        ({"°C": (18.4, 31.2)}, 120),
        ({"°C": (-1.6, 16.6), "%": (0.0, 100.0), "ppm": (425.0, 1310.0)}, 280),
        ({"kWH": (123_456.7, 123_999.9), "Volts": (0.001, 0.0042)}, 500),
        ({"": (-5.0, -5.0), "h": (0.0, 0.0)}, 280),
    ],
)
def test_steps_are_round_and_hold_every_value(extents: dict[str, tuple[float, float]], height_px: float) -> None:
    found = fit(extents, height_px)
    assert found.divisions in (4, 6, 8, 10)
    for unit, (low, high) in extents.items():
        scale = found.scales[unit]
        mantissa = float(f"{scale.step:e}".split("e")[0])
        assert mantissa in (1.0, 2.0, 2.5, 5.0)
        assert scale.lowest <= low + scale.step * 1e-6
        assert scale.highest >= high - scale.step * 1e-6
        assert round(scale.lowest / scale.step, 6) % 1 == 0, "marks stand on multiples of the step"


def test_percent_fill_their_axis() -> None:
    found = fit({"%": (0.0, 100.0)}, 400)
    assert (found.scales["%"].lowest, found.scales["%"].highest) == (0.0, 100.0)


def test_no_axis_is_half_empty_for_the_sake_of_the_others() -> None:
    extents = {"°C": (-2.0, 30.0), "%": (0.0, 59.0), "ppm": (425.0, 980.0)}
    found = fit(extents, 460)
    for unit, (low, high) in extents.items():
        assert found.scales[unit].step * found.divisions < 1.6 * (high - low)


def test_noise_of_a_constant_value_is_not_blown_up() -> None:
    found = fit({"ppm": (440.0, 445.0)}, 280)
    assert found.scales["ppm"].step * found.divisions >= 100


@pytest.mark.parametrize(
    ("unit", "scale", "texts"),
    [
        ("", Scale(0, 2.5, 5), ["0.0", "2.5", "5.0"]),
        ("", Scale(0.25, 0.25, 0.75), ["0.25", "0.50", "0.75"]),
        ("", Scale(-5, 5, 5), ["-5", "0", "5"]),
        ("", Scale(20, 0.1, 20.2), ["20.0", "20.1", "20.2"]),
        ("", Scale(400, 300, 1000), ["600", "900"]),
        ("", Scale(120_000, 20_000, 160_000), ["120,000", "140,000", "160,000"]),
        ("kWH", Scale(1_234_560, 10, 1_234_580), ["1,234,560", "1,234,570", "1,234,580"]),
        ("Pa", Scale(-1e38, 5e37, 1e38), ["-1.0×10³⁸", "-0.5×10³⁸", "0", "0.5×10³⁸", "1.0×10³⁸"]),
        ("A", Scale(0, 2e-12, 4e-12), ["0", "2×10⁻¹²", "4×10⁻¹²"]),
        ("Counts", Scale(1e12, 20, 1e12 + 40), ["1,000,000,000,000", "+20", "+40"]),
        ("°C", Scale(3.4028235e35, 1e27, 3.4028235e35 + 2e27), ["3.40282×10³⁵", "+1×10²⁷", "+2×10²⁷"]),
        (TIME_UNIT, Scale(0, 900, 3600), ["0:00:00", "0:15:00", "0:30:00", "0:45:00", "1:00:00"]),
    ],
)
def test_marks_are_called_as_briefly_as_tells_them_apart(unit: str, scale: Scale, texts: list[str]) -> None:
    assert value_labels(scale, unit) == texts


@pytest.mark.parametrize("garbage", [3.4028235e38, 1.7e308, -1.7e308, 5e-324])
def test_whatever_a_panel_sends_an_axis_has_short_marks(garbage: float) -> None:
    found = fit({"": (min(garbage, 21.0), max(garbage, 22.0)), "°C": (20.0, 25.0)}, 280)
    assert max(map(len, value_labels(found.scales[""]))) <= 11
    assert value_labels(found.scales["°C"])[0] == "20"


@pytest.mark.parametrize("unit", ["°C", "°F", "%", "ppm", "kWh", "V", "Counts", "kg", TIME_UNIT, ""])
@given(garbage=st.lists(st.floats(allow_nan=False), min_size=1, max_size=2).map(sorted), height_px=st.floats(0, 2000))
@example(garbage=[1e16], height_px=400)
@example(garbage=[-3.4028235e38], height_px=400)
@example(garbage=[1.7e308], height_px=400)
@example(garbage=[-1.7e308, 1.7e308], height_px=400)
@example(garbage=[0.0, 5e-324], height_px=400)
@example(garbage=[math.inf], height_px=400)
def test_whatever_a_unit_reads_its_axis_holds_it_and_its_marks_stand_apart(
    unit: str, garbage: list[float], height_px: float
) -> None:
    found = fit({unit: (garbage[0], garbage[-1])}, height_px)
    scale = found.scales[unit]
    assert -math.inf < scale.lowest < scale.highest < math.inf
    assert scale.lowest <= max(garbage[0], -LARGEST) + scale.step * 1e-6, "beyond the largest it ends there"
    assert scale.highest >= min(garbage[-1], LARGEST) - scale.step * 1e-6
    texts = value_labels(scale, unit)
    assert len(set(texts)) == len(set(scale.marks)) == len(scale.marks) >= 2
    assert max(map(len, texts[1:])) <= 14, "the first may tell it all"
    assert still_fits(found, {unit: (garbage[0], garbage[-1])}, found)


def test_fifty_kwh_of_a_large_meter_fill_their_axis_and_so_does_a_time() -> None:
    found = fit({"kWH": (1_234_567.0, 1_234_617.0), TIME_UNIT: (0.0, 5000.0)}, 280).scales
    assert 50 / found["kWH"].span > 0.5
    assert found[TIME_UNIT].step == 900


def test_an_axis_whose_ends_were_chosen_has_them_and_the_others_fit() -> None:
    chosen = {"°C": (3.3, 7.7), "gone": (0.0, 1.0)}
    found = fit({"°C": (0.0, 100.0), "%": (0.0, 100.0)}, 280, chosen)
    assert found.scales["°C"][::2] == (3.3, 7.7)
    assert value_labels(found.scales["°C"]) == ["4", "6"]
    assert found.scales["%"][::2] == (0.0, 100.0)
    assert still_fits(found, {"°C": (0.0, 900.0), "%": (0.0, 100.0)}, found, chosen)
    free = fit({"°C": (0.0, 100.0), "%": (0.0, 100.0)}, 280)
    assert not still_fits(found, {"°C": (4.0, 7.0), "%": (0.0, 100.0)}, free)


def test_an_axis_is_zoomed_around_a_value_and_never_finer_than_numbers_are() -> None:
    assert Scale(0, 10, 100).zoomed(0.5, 20) == (10, 60)
    low, high = Scale(1e6, 1, 1e6 + 10).zoomed(1e-30, 1e6)
    assert low == 1e6 < high


def test_a_scale_is_kept_until_values_leave_it_or_shrink_to_half() -> None:
    old = fit({"°C": (15.0, 25.0)}, 280)
    for extent, kept in (((15.5, 24.0), True), ((15.0, 27.0), False), ((19.0, 20.0), False)):
        assert still_fits(old, {"°C": extent}, fit({"°C": extent}, 280)) is kept
    other = {"°C": (15.0, 25.0), "%": (0.0, 1.0)}
    assert not still_fits(old, other, fit(other, 280))


def test_a_low_plot_has_few_marks_and_gives_up_many() -> None:
    extents = {"°C": (15.0, 24.0)}
    many, few, fewest = (fit(extents, height_px) for height_px in (400, 100, 30))
    assert many.divisions > few.divisions > fewest.divisions == 2
    assert not still_fits(many, extents, few)
    assert not still_fits(few, extents, fewest)


@pytest.mark.parametrize("value", [1e-12, 0.012, 3e-200])
def test_tiny_values_fill_their_axis(value: float) -> None:
    scale = fit({"A": (value, 2 * value)}, 300).scales["A"]
    assert scale.span < 3 * value
    assert "×10" in value_labels(scale, "A")[-1] or value > 1e-3


@pytest.mark.parametrize("value", [3.403e35, -5.0, 1_234_567.8, 1e-12])
def test_an_end_of_an_axis_is_typed_as_the_window_writes_it(value: float) -> None:
    text = whole_text(value, "°C")
    assert "e" not in text
    assert value_of(text) == value_of(text.replace("-", "−")) == value
