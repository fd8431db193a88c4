"""What the plot paints of measured values: lines, bands, and the picture that is moved with the time."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsRectItem

from t3monitor.store.history.series import Holes, Series, Stretches
from t3monitor.store.history.thinning import thinned
from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.plot import curves as curves_module
from t3monitor.ui.trend.plot.curve import Curve
from t3monitor.ui.trend.plot.curves import CurvesItem
from t3monitor.ui.trend.plot.extremes import Band, band_pixels
from t3monitor.ui.trend.plot.last_values import LastValue, placed
from t3monitor.ui.trend.plot.line import drawn_line
from t3monitor.ui.trend.plot.strokes import ANEW, strokes
from t3monitor.ui.trend.plot.ticks import Scale
from t3monitor.ui.trend.time.time_range import TimeRange

RED, BLUE = QColor("#d00000"), QColor("#0000d0")
WIDTH, HEIGHT = 200, 100


def series(times: Any, values: Any, holes: Holes | None = None, stretches: Stretches | None = None) -> Series:
    arrays = np.array(times, dtype=float), np.array(values, dtype=float)
    return Series(*arrays, holes or Holes.none(), "°C", 3, False, "X", 30.0, stretches)


def test_samples_that_share_a_pixel_are_a_band_of_their_extremes_around_their_mean() -> None:
    dense = series(np.arange(0, 1000, 10), np.tile([1.0, 3.0, 5.0, 3.0], 25))
    line = drawn_line(dense, -np.inf).coarse(40.0)
    assert len(line.times_s) == 25
    assert (line.values == 3).all()
    assert (line.lows == 1).all()
    assert (line.highs == 5).all()


def test_values_whose_sum_is_no_number_any_more_are_thinned_all_the_same() -> None:
    dense = series(np.arange(0, 1000, 10), np.full(100, 1.7e308))
    assert (drawn_line(dense, -np.inf).coarse(40.0).highs == 1.7e308).all()
    assert (thinned(dense, np.ones(100), 0.0, 1000.0, 40).values == 1.7e308).all()


def test_single_samples_stay_as_they_are_and_so_does_a_hole_that_is_seen() -> None:
    holes = Holes(np.array([95.0, 305.0]), np.array([99.0, 500.0]))
    times = [*range(0, 91, 10), *range(99, 300, 10), 299.5, 500, 540]
    line = drawn_line(series(times, np.arange(len(times)), holes), -np.inf)
    coarse = line.coarse(40.0)
    assert coarse.times_s[np.isnan(coarse.values)].tolist() == [305.0]
    assert coarse.values[-2:].tolist() == line.values[-2:].tolist()
    assert line.coarse(2.0) is line


def test_what_holds_for_long_after_values_that_share_a_pixel_is_drawn_alone() -> None:
    """A fan that stands still for a night had the band of its last minutes all night."""
    times, values = np.array([*range(0, 400, 10), 5000, *range(5010, 5400, 10)]), np.zeros(80)
    values[:36], values[41:] = 5.0, 7.0  # it stands still from 360 on
    ends = np.where(times == 390, 4990.0, times + 5.0)
    equal = Stretches(ends, values, values, np.ones(80))
    line = drawn_line(series(times, values, stretches=equal), -np.inf).coarse(400.0)
    begins, ends_s = line.times_s[:-1], line.times_s[1:]
    long = ends_s - begins > 400
    assert long.any()
    assert (line.lows[:-1][long] == 0).all()
    assert (line.highs[:-1][long] == 0).all()
    assert (line.values[:-1][long] == 0).all()
    assert (line.values[1:][long] == 0).all()


def test_a_band_is_as_high_as_its_extremes_in_each_column_and_nowhere_else() -> None:
    band = Band(np.array([1.0, 3.0]), np.array([3.0, 4.0]), np.array([2.0, 5.0]), np.array([6.0, 6.0]))
    one = band_pixels([(band, RED.rgb())], 6, 8, 1)
    assert np.count_nonzero(one, axis=0).tolist() == [0, 4, 4, 1, 0, 0]
    assert one[2, 1] == one[5, 3] == (RED.rgb() >> 2) & 0x3F3F3F3F
    both = band_pixels([(band, RED.rgb()), (band, BLUE.rgb())], 6, 8, 1)
    alpha, red, _, blue = both[2:3, 1:2].view(np.uint8)[0][::-1].tolist()
    assert alpha == pytest.approx(255 * 7 / 16, abs=2), "what is beneath is seen"
    assert blue > red > 0


@pytest.fixture
def box() -> QGraphicsRectItem:
    box = QGraphicsRectItem(0, 0, WIDTH, HEIGHT)
    box.setPen(Qt.PenStyle.NoPen)  # which would make it larger
    return box


@pytest.fixture
def waves() -> list[Curve]:
    curves = []
    for number, colour in enumerate((RED, BLUE)):
        times = np.arange(0, 2000, 2.0)
        curve = Curve()
        its = series(times, 50 + 30 * np.sin(times / 60 + number))
        curve.set_series(its, "°C", colour, Style(width=1 + number), None)
        curve.scale = Scale(0.0, 25.0, 100.0)
        curves.append(curve)
    return curves


@pytest.fixture
def paint(qapp: Any) -> Callable[..., QImage]:
    def paint(item: CurvesItem, ratio: float = 1.0) -> QImage:
        image = QImage(int(WIDTH * ratio), int(HEIGHT * ratio), QImage.Format.Format_ARGB32_Premultiplied)
        image.setDevicePixelRatio(ratio)
        image.fill(0xFFFFFFFF)
        painter = QPainter(image)
        item.paint(painter, None)  # type: ignore[arg-type]
        painter.end()
        return image

    return paint


def pixels(image: QImage) -> Any:
    return np.frombuffer(image.constBits(), dtype=np.uint32).copy()


def painted(image: QImage) -> int:
    """How many pixels are not white."""
    return int(np.count_nonzero(pixels(image) != 0xFFFFFFFF))


Paint = Callable[..., QImage]


@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("by_px", [50, -70])
def test_a_picture_that_was_moved_is_the_one_that_would_be_painted_there(
    waves: list[Curve], paint: Paint, box: QGraphicsRectItem, ratio: float, by_px: int
) -> None:
    moved, fresh = CurvesItem(box), CurvesItem(box)
    for item in (moved, fresh):
        item.set_curves(waves)
    moved.set_time(TimeRange(500, 900), 2000)
    paint(moved, ratio)
    for step in (1, 2):
        moved.set_time(TimeRange(500 + 2 * by_px * step, 900 + 2 * by_px * step), 2000)
        image = paint(moved, ratio)
    fresh.set_time(TimeRange(500 + 4 * by_px, 900 + 4 * by_px), 2000)
    differing = pixels(image) != pixels(paint(fresh, ratio))
    assert np.count_nonzero(differing) < 10, "where one part meets another, smooth lines may be a trace darker"


def test_lines_are_a_pixel_of_the_screen_while_they_move_and_have_their_width_at_rest(
    waves: list[Curve], paint: Paint, box: QGraphicsRectItem
) -> None:
    item = CurvesItem(box)
    item.set_curves(waves)
    item.set_time(TimeRange(500, 600), 2000)
    paint(item, 2.0)
    item.set_moving(True)
    item.set_time(TimeRange(500, 700), 2000)
    moving = painted(paint(item, 2.0))
    item.set_moving(False)
    assert moving < 0.5 * painted(paint(item, 2.0))


def test_for_the_rest_a_part_after_the_other_is_painted_until_it_is_what_would_be_painted_at_once(
    waves: list[Curve], paint: Paint, box: QGraphicsRectItem
) -> None:
    asked = []
    item, fresh = CurvesItem(box, lambda: asked.append(True)), CurvesItem(box)
    for its in (item, fresh):
        its.set_curves(waves)
        its.set_time(TimeRange(500, 600), 2000)
    item.set_moving(True)
    assert not item.refine(), "nothing was painted yet"
    thin = pixels(paint(item, 2.0))
    assert asked, "who paints it quickly wants it to be painted well"
    more = [item.refine()]
    while more[-1]:
        assert np.array_equal(pixels(paint(item, 2.0)), thin), "what is not whole is not seen"
        more.append(item.refine())
    assert len(more) > 1, "no part takes as long as the whole"
    assert np.count_nonzero(pixels(paint(item, 2.0)) != pixels(paint(fresh, 2.0))) < 20, "where parts meet"
    asked.clear()
    paint(item, 2.0)
    assert not asked


def test_what_becomes_other_while_parts_are_painted_is_painted_anew(
    waves: list[Curve], paint: Paint, box: QGraphicsRectItem
) -> None:
    item, fresh = CurvesItem(box), CurvesItem(box)
    item.set_curves(waves[:1])
    item.set_time(TimeRange(500, 600), 2000)
    item.set_moving(True)
    paint(item)
    assert item.refine()
    for its in (item, fresh):
        its.set_curves(waves[1:])
        its.set_time(TimeRange(550, 650), 2000)
    paint(item)
    while item.refine():
        pass
    assert np.count_nonzero(pixels(paint(item)) != pixels(paint(fresh))) < 20


def test_while_it_is_zoomed_the_picture_is_stretched_to_where_its_times_are(
    waves: list[Curve], paint: Paint, box: QGraphicsRectItem
) -> None:
    zoomed, fresh = CurvesItem(box), CurvesItem(box)
    for item in (zoomed, fresh):
        item.set_curves(waves[:1])
    for to in (TimeRange(540, 860), TimeRange(450, 950)):
        zoomed.set_moving(False)
        zoomed.set_time(TimeRange(500, 900), 2000)
        paint(zoomed)
        zoomed.set_moving(True)
        zoomed.set_time(to, 2000)
        fresh.set_time(to, 2000)
        found, expected = (pixels(paint(item)).reshape(HEIGHT, WIDTH) != 0xFFFFFFFF for item in (zoomed, fresh))
        near = expected | np.roll(expected, 1, 0) | np.roll(expected, -1, 0) | np.roll(expected, 1, 1)
        assert np.count_nonzero(found & ~near) < 0.05 * np.count_nonzero(found)
        assert np.count_nonzero(found.any(axis=0)) == WIDTH, "also at the sides"
        zoomed.set_moving(False)
        assert np.array_equal(pixels(paint(zoomed)), pixels(paint(fresh)))


def test_others_than_the_active_curve_are_pale(waves: list[Curve], paint: Paint, box: QGraphicsRectItem) -> None:
    item = CurvesItem(box)
    item.set_time(TimeRange(500, 900), 2000)

    def has(colour: QColor) -> bool:
        image = paint(item)
        return any(image.pixelColor(x, y) == colour for x in range(WIDTH) for y in range(HEIGHT))

    item.set_curves(waves, waves[1:])
    assert has(BLUE)
    assert not has(RED)


def test_the_newest_reading_is_drawn_for_as_long_as_it_holds(waves: list[Curve]) -> None:
    assert waves[0].tail(2020.0) == (1998.0, 2020.0, waves[0].line.values[-1])
    assert waves[0].tail(9000.0) == (1998.0, 2028.0, waves[0].line.values[-1])


def test_the_newest_of_many_readings_is_told_as_it_was_read_and_never_as_their_mean(
    paint: Callable[..., QImage], box: QGraphicsRectItem
) -> None:
    stretch = Stretches(np.array([990.0]), np.array([1.0]), np.array([5.0]), np.array([1.0]))
    of_many = series([10], [3.0], stretches=stretch)
    item, tags = CurvesItem(box), []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(curves_module, "paint_last_values", lambda _painter, _rect, values: tags.extend(values))
        for newest in (None, 4.5):
            curve = Curve()
            curve.set_series(replace(of_many, newest=newest), "°C", RED, Style(), None)
            curve.scale = Scale(0.0, 1.0, 5.0)
            item.set_curves([curve])
            item.set_time(TimeRange(0, 1000), 1000.0)
            paint(item)
    assert [tag.value for tag in tags] == [4.5]
    assert tags[0].end.y() == pytest.approx(HEIGHT * (1 - 4.5 / 5)), "and its line ends there"


def test_readings_of_a_faulty_sensor_are_left_out_of_what_an_axis_fits_unless_there_are_no_others() -> None:
    curve = Curve()
    its = series(np.arange(0, 100, 10), [20, 21, 999, 999, 22, 20, 20, 20, 20, 20])
    for faulty, extent in (
        (None, (20, 999)),
        (Holes(np.array([15.0]), np.array([40.0])), (20, 22)),
        (Holes(np.array([0.0]), np.array([400.0])), (20, 999)),
    ):
        curve.set_series(its, "°C", RED, Style(), faulty)
        assert curve.extent(TimeRange(0, 100)) == extent


def test_what_is_no_number_breaks_the_line_and_what_is_too_large_stays_paintable(
    paint: Paint, box: QGraphicsRectItem
) -> None:
    curve = Curve()
    curve.set_series(series(range(0, 60, 10), [1, np.nan, np.inf, 1.7e308, -1.7e308, 2]), "", RED, Style(), None)
    curve.scale = Scale(-1e300, 1e300, 1e300)
    item = CurvesItem(box)
    item.set_curves([curve])
    item.set_time(TimeRange(0, 60), 60)
    assert painted(paint(item)) > 0
    assert curve.extent(TimeRange(0, 60)) == (-1.7e308, 1.7e308)


def test_a_dashed_line_has_its_strokes_along_it_and_they_stand_still_while_it_is_moved() -> None:
    x = np.arange(0.0, 1000.0, 7.0)
    y = np.where(np.arange(len(x)) == 70, np.nan, 10 * np.sin(x))
    whole = strokes(x, y, 0, (5.0, 3.0))
    length = np.hypot(*(whole[:, 2:] - whole[:, :2]).T).sum()
    assert length == pytest.approx(5 / 8 * np.hypot(*(strokes(x, y)[:, 2:] - strokes(x, y)[:, :2]).T).sum(), rel=0.05)
    part = strokes(x[ANEW:], y[ANEW:], ANEW, (5.0, 3.0))
    np.testing.assert_allclose(part, whole[-len(part) :])


def test_tags_stand_at_their_values_and_never_on_each_other() -> None:
    assert placed([20, 80], 15, 100) == [20, 80]
    assert placed([20, 22], 15, 100) == [20, 35]
    assert placed([2, 97], 15, 100) == [7.5, 92.5], "whole, at the edges too"
    assert placed([20, 20, 20, 20], 15, 100) == [20, 35, None, None], "one above would be cut"
    assert placed([50, 50, 50, 50], 15, 100) == [50, 35, 65, None], "no farther from it than a tag is high"
    assert placed([60, 50, 52], 15, 100) == [60, 45, None], "higher values have higher tags"


@given(some.lists(some.floats(0, 300), max_size=25))
def test_no_tag_covers_another_or_is_far_from_its_value(values: list[float]) -> None:
    tags = sorted((at, value) for at, value in zip(placed(values, 14, 300), values, strict=True) if at is not None)
    assert all(abs(at - value) <= 14 and 7 <= at <= 293 for at, value in tags)
    assert all(below[0] - above[0] > 13.5 and above[1] <= below[1] for above, below in pairwise(tags))
    assert len(tags) > 0 or not values, "the first one has always room"


def test_a_tag_tells_a_value_that_is_too_long_for_it_with_a_power_of_ten() -> None:
    texts = {"-2147483.648": -2147483.648, "340282350000.00": 3.4028235e11, "94522879:52:30": 340282367550.0}
    told = [LastValue(QPointF(), value, text, RED).text for text, value in texts.items()]
    assert told == ["-2147483.648", "3.40×10¹¹", "3.40×10¹¹"]


def test_the_value_with_which_a_step_comes_into_sight_is_on_the_axis() -> None:
    curve = Curve()
    its = series([0, 3600, 7200], [5, 40, 50])
    for step, low in ((False, 40), (True, 5)):
        curve.set_series(its, "°C", RED, Style(step=step), None)
        assert curve.extent(TimeRange(1800, 7201)) == (low, 50)
        assert curve.extent(TimeRange(1000, 2000)) == (5, 5 if step else 40)
        assert curve.extent(TimeRange(8000, 9000)) == (50, 50)


def test_the_newest_value_has_a_tag_while_it_holds_and_the_edge_is_the_present(
    waves: list[Curve], paint: Paint, box: QGraphicsRectItem
) -> None:
    item = CurvesItem(box)
    waves[0].value_text = "{:.1f}".format
    item.set_curves(waves[:1])

    def tags(end_s: float, now_s: float) -> bool:
        item.set_time(TimeRange(end_s - 400, end_s), now_s)
        near_edge = pixels(paint(item)).reshape(HEIGHT, WIDTH)[:, -14:]
        return int(np.count_nonzero(near_edge == RED.rgb(), axis=0).max()) > 10

    assert tags(2002, 2000)
    assert tags(1998, 1998), "it was just read"
    assert not tags(2100, 2000), "the edge is later"
    assert not tags(1500, 2000), "the edge is earlier"
    assert not tags(2092, 2090), "it holds no longer"
