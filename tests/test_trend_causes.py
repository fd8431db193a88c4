"""What the trend says of times without a reading, and of the time in sight."""

import asyncio
import logging
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from drawn import drawn
from holed_file import IN1, SERIAL, HoledFile
from legend_rows import LegendRow
from t3monitor.model.causes import Cause, sentence
from t3monitor.model.errors import DatabaseError
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, SeriesKey, StoredKey, difference
from t3monitor.store.causes.holes import ExplainedHole, holes_of_points
from t3monitor.store.history.reader import HistoryReader
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.kit.texts import local_time_text
from t3monitor.ui.kit.theme import DARK, LIGHT, apply_theme
from t3monitor.ui.trend.holes.explainer import ASK_AGAIN_S, HoleExplainer
from t3monitor.ui.trend.holes.missing import CAUSES, Explained, Pieces
from t3monitor.ui.trend.legend.in_sight import ToMeasure, in_sight
from t3monitor.ui.trend.plot.lanes import LANE_INSET_PX
from t3monitor.ui.trend.plot.time_box import TimeBox
from t3monitor.ui.trend.series.trace import Trace
from t3monitor.ui.trend.state import ZoneChoice
from t3monitor.ui.trend.time.time_range import TimeRange
from t3monitor.ui.trend.view import TrendView
from values import device, point, snapshot

NOW_S = 1_761_960_900
IN2 = PointKey(SERIAL, PointType.INPUT, 2)
LAST_HOUR = TimeRange(NOW_S - 3600, NOW_S)


class Owner:
    """What the window's owner gives the view, and the present."""

    def __init__(self, file: HoledFile) -> None:
        self.url = file.url
        self.now_s = float(NOW_S)
        self.asked: list[tuple[list[PointKey], float, float]] = []
        self.error: Exception | None = None

    async def load(
        self, keys: Sequence[StoredKey], start_s: float, end_s: float, max_points: int
    ) -> Mapping[StoredKey, tuple[Series, ...]]:
        return HistoryReader(self.url).read_many(keys, start_s, end_s, max_points)

    async def explain(
        self, keys: Sequence[PointKey], start_s: float, end_s: float
    ) -> Mapping[PointKey, tuple[ExplainedHole, ...]]:
        self.asked.append((list(keys), start_s, end_s))
        if self.error:
            raise self.error
        return holes_of_points(self.url, keys, start_s, end_s, self.now_s)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[HoledFile]:
    """An hour of readings, in its middle a quarter of an hour without any."""
    made = HoledFile(tmp_path / "holes.db")
    made.read(*range(NOW_S - 3600, NOW_S - 2400, 30), *range(NOW_S - 1500, NOW_S + 1, 30))
    with closing(made.connection):
        yield made


@pytest.fixture
def owner(file: HoledFile) -> Owner:
    return Owner(file)


@pytest.fixture
def view(qtbot: QtBot, owner: Owner, loop: asyncio.AbstractEventLoop) -> Iterator[TrendView]:
    view = TrendView(owner.load, lambda: owner.now_s, explain=owner.explain, spawn=loop.create_task)
    qtbot.addWidget(view)
    view.resize(1000, 500)
    view.show()
    yield view
    view.forget()


@pytest.fixture
def settle(loop: asyncio.AbstractEventLoop) -> Callable[[TrendView], None]:
    def settle(view: TrendView) -> None:
        for _ in range(4):
            view.loader.flush()
            loop.run_until_complete(asyncio.sleep(0))
            QApplication.sendPostedEvents()

    return settle


Settle = Callable[[TrendView], None]


def at_cursor(view: TrendView, key: SeriesKey, time_s: float) -> str:
    view.state.set_cursor(time_s)
    return LegendRow(view.legend, key).value


def test_the_crosshair_says_why_there_is_no_reading(view: TrendView, settle: Settle, file: HoledFile) -> None:
    file.cover(NOW_S - 2370, NOW_S - 1510, "timeout", "<b>No answer</b> within 20 s")
    view.state.add([IN1])
    settle(view)
    text = "no reading: T3000 did not answer in time: <b>No answer</b> within 20 s"
    assert at_cursor(view, IN1, NOW_S - 2000.0) == text
    assert text in LegendRow(view.legend, IN1).tip
    assert view.plots.foot.time_axis.cursor_text.endswith(" · no reading: T3000 did not answer in time")
    assert at_cursor(view, IN1, NOW_S - 1000.0) == "20.00 °C"
    assert " · " not in view.plots.foot.time_axis.cursor_text


def test_beside_the_time_stands_the_cause_only_if_it_is_that_of_all(
    view: TrendView, settle: Settle, file: HoledFile
) -> None:
    file.layout(2, {1: "°C"})
    file.read(NOW_S - 1990, NOW_S - 1960, values=(20.0,), layout=2)
    view.state.add([IN1, IN2])
    settle(view)
    view.state.set_cursor(NOW_S - 1980.0)
    assert LegendRow(view.legend, IN1).value == "20.00 °C"
    assert LegendRow(view.legend, IN2).value == "no reading: The point was not in use, and so not read"
    assert " · " not in view.plots.foot.time_axis.cursor_text
    view.state.set_hidden(IN1, True)
    assert view.plots.foot.time_axis.cursor_text.endswith(" · no reading: The point was not in use, and so not read")


def test_a_cause_that_nobody_recorded_is_said_to_be_none(view: TrendView, settle: Settle) -> None:
    view.state.add([IN1])
    settle(view)
    assert at_cursor(view, IN1, NOW_S - 2000.0) == "no reading: Cause not recorded"


def test_what_an_open_sensor_reads_is_no_reading_and_stands_in_the_tooltip_alone(
    view: TrendView, settle: Settle, file: HoledFile
) -> None:
    file.status(NOW_S - 1200, "0", "1")
    file.status(NOW_S - 900, "1", "0")
    view.state.add([IN1])
    settle(view)
    assert at_cursor(view, IN1, NOW_S - 1000.0) == "no reading: The sensor was open"
    assert view.plots.foot.time_axis.cursor_text.endswith(" · no reading: The sensor was open")
    row = LegendRow(view.legend, IN1)
    assert row.value_is_muted
    assert "read all the same: 20.00 °C" in row.tip.splitlines()
    assert at_cursor(view, IN1, NOW_S - 800.0) == "20.00 °C"


def test_a_point_as_it_was_earlier_has_the_causes_of_then(
    view: TrendView, settle: Settle, file: HoledFile, owner: Owner
) -> None:
    file.cover(NOW_S - 2370, NOW_S - 1510, "not_ready")
    earlier = ComparedKey(IN1, 1)
    owner.now_s += 86400
    view.state.set_zone(ZoneChoice.UTC)
    view.state.add([earlier])
    settle(view)
    held = view.loader.held
    assert held is not None
    assert owner.asked == [([IN1], held.request.start_s - 86400, held.request.end_s - 86400)]
    assert at_cursor(view, earlier, NOW_S + 86400 - 2000.0) == "no reading: T3000 was not ready"
    assert at_cursor(view, earlier, NOW_S + 86400 - 1000.0) == "20.00 °C"


def test_a_difference_has_the_causes_of_both_of_its_points(view: TrendView, settle: Settle, file: HoledFile) -> None:
    file.cover(NOW_S - 2370, NOW_S - 1510, "not_ready")
    rise = difference(IN2, IN1)
    view.state.add([rise])
    settle(view)
    assert at_cursor(view, rise, NOW_S - 2000.0) == "no reading: T3000 was not ready"
    assert at_cursor(view, rise, NOW_S - 1000.0) == "1.00 Δ°C"
    assert [hole[:2] for hole in view.explainer.within(rise, NOW_S - 3600, NOW_S)] == [(NOW_S - 2400, NOW_S - 1500)]


def test_what_two_points_lack_at_one_time_is_missing_once(loop: asyncio.AbstractEventLoop) -> None:
    async def explain(keys: Sequence[PointKey], *_: float) -> Mapping[PointKey, tuple[ExplainedHole, ...]]:
        return {
            IN1: (hole(0, 100, Cause.TIMEOUT), hole(300, 400, Cause.TIMEOUT)),
            IN2: (hole(2, 90, Cause.TIMEOUT), hole(90, 120, Cause.ASLEEP)),
        }

    explainer = HoleExplainer(explain, lambda: 0.0, loop.create_task)
    explainer.request([difference(IN1, IN2)], 0, 1000)
    loop.run_until_complete(asyncio.sleep(0))
    assert [(*part[:2], part.cause) for part in explainer.within(difference(IN1, IN2), 0, 1000)] == [
        (0, 100, Cause.TIMEOUT),
        (100, 120, Cause.ASLEEP),
        (300, 400, Cause.TIMEOUT),
    ]


def test_a_hole_without_a_cause_is_asked_for_again_while_it_may_get_one(
    view: TrendView, settle: Settle, file: HoledFile, owner: Owner
) -> None:
    file.read(NOW_S + 300)
    owner.now_s += 310
    view.state.add([IN1])
    settle(view)

    def pass_time(seconds: float) -> None:
        owner.now_s += seconds
        view.holes.pass_time()
        settle(view)

    pass_time(ASK_AGAIN_S - 1)
    assert at_cursor(view, IN1, NOW_S + 200.0) == "no reading: Cause not recorded"
    assert len(owner.asked) == 1
    file.cover(NOW_S + 30, NOW_S + 290, "timeout")
    pass_time(1)
    assert at_cursor(view, IN1, NOW_S + 200.0) == "no reading: T3000 did not answer in time"
    assert at_cursor(view, IN1, NOW_S - 2000.0) == "no reading: Cause not recorded"
    assert owner.asked[1] == (owner.asked[0][0], NOW_S + 30, owner.asked[0][2]), "of the time before nothing is news"
    pass_time(ASK_AGAIN_S)
    assert len(owner.asked) == 2


def test_what_was_explained_once_is_not_asked_for_again_when_more_comes_into_sight(
    loop: asyncio.AbstractEventLoop,
) -> None:
    asked: list[tuple[list[PointKey], float, float]] = []

    async def explain(keys: Sequence[PointKey], start_s: float, end_s: float) -> Mapping[PointKey, tuple[Any, ...]]:
        asked.append((list(keys), start_s, end_s))
        there = hole(500, 900, Cause.TIMEOUT)
        return {key: (there.within(start_s, end_s),) if start_s < 900 and end_s > 500 else () for key in keys}

    def request(keys: list[SeriesKey], start_s: float, end_s: float) -> object:
        asked.clear()
        explainer.request(keys, start_s, end_s)
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))
        assert [part[:2] for part in explainer.within(IN1, start_s, end_s)] == [(500, 900)]
        return asked

    explainer = HoleExplainer(explain, lambda: 2000.0, loop.create_task)
    assert request([IN1], 400, 1000) == [([IN1], 400, 1000)]
    assert request([IN1], 450, 990) == []
    assert request([IN1], 200, 1000) == [([IN1], 200, 400)]
    assert request([IN1, IN2], 200, 1100) == [([IN1], 1000, 1100), ([IN2], 200, 1100)]
    assert request([IN1], 1, 5000) == [([IN1], 1, 200), ([IN1], 1100, 2000)], "the future is not known yet"
    explainer.request([IN1], 8000, 9000)
    loop.run_until_complete(asyncio.sleep(0))
    assert explainer.within(IN1, 0, 1000) == [], "of a time apart, nothing else is kept"


def test_a_hole_long_after_the_history_was_loaded_is_explained_as_well(loop: asyncio.AbstractEventLoop) -> None:
    now_s = 1000.0

    async def explain(keys: Sequence[PointKey], start_s: float, end_s: float) -> Mapping[PointKey, tuple[Any, ...]]:
        return {key: (hole(start_s, min(end_s, now_s), Cause.TIMEOUT),) if start_s < end_s else () for key in keys}

    explainer = HoleExplainer(explain, lambda: now_s, loop.create_task)
    explainer.request([IN1], 0, 2000)
    loop.run_until_complete(asyncio.sleep(0))
    now_s = 9000.0
    explainer.ask_again(8000)
    loop.run_until_complete(asyncio.sleep(0))
    assert [part[:2] for part in explainer.within(IN1, 2000, 1e6)] == [(8000, 9000)]


def test_causes_that_cannot_be_read_are_not_said(
    view: TrendView, settle: Settle, owner: Owner, caplog: pytest.LogCaptureFixture
) -> None:
    owner.error = DatabaseError("The disk is gone")
    with caplog.at_level(logging.WARNING):
        view.state.add([IN1])
        settle(view)
    assert at_cursor(view, IN1, NOW_S - 2000.0) == "no reading"
    assert "The disk is gone" in caplog.text
    assert not view.is_busy
    owner.error = None
    owner.now_s += ASK_AGAIN_S
    at_cursor(view, IN1, NOW_S - 2001.0)
    settle(view)
    assert at_cursor(view, IN1, NOW_S - 2000.0) == "no reading: Cause not recorded"


def test_of_another_database_nothing_is_known(view: TrendView, settle: Settle, owner: Owner) -> None:
    view.state.add([IN1])
    settle(view)
    view.reload()
    assert view.explainer.within(IN1, 0, NOW_S) == []
    settle(view)
    assert len(owner.asked) == 2
    assert view.explainer.within(IN1, NOW_S - 2000, NOW_S - 1990) == [
        ExplainedHole(NOW_S - 2000, NOW_S - 1990, Cause.UNKNOWN, "Cause not recorded", ())
    ]


def test_the_tooltip_of_a_point_tells_of_the_time_in_sight(view: TrendView, settle: Settle, file: HoledFile) -> None:
    file.cover(NOW_S - 2400, NOW_S - 1510, "timeout")
    view.state.add([IN1])
    view.state.show_range(LAST_HOUR)
    settle(view)
    assert LegendRow(view.legend, IN1).tip.splitlines()[1:] == [
        "In sight, partial: of the 75.0 % of the time that are known",
        "mean 20.00 °C, lowest 20.00 °C, highest 20.00 °C, standard deviation 0.00 °C",
        "missing 15 minutes: T3000 did not answer in time 15 minutes",
    ]


# -- what is drawn of them -----------------------------------------------------------------------------------------


def place_of(view: TrendView, time_s: float, box: TimeBox) -> QPointF:
    """Where a time stands in the middle of a box, on the scene."""
    return box.mapToScene(QPointF(box.x_of(time_s), box.rect().center().y()))


def test_a_band_says_its_cause_inside_or_in_plain_words_under_the_mouse(
    view: TrendView, settle: Settle, file: HoledFile
) -> None:
    file.cover(NOW_S - 2400, NOW_S - 1510, "timeout", "<b>No answer</b> within 20 s")
    view.state.add([IN1])
    view.state.show_range(LAST_HOUR)
    settle(view)
    assert "T3000 did not answer in time" in " ".join(drawn(view.plot))
    box = view.plots.foot.strip
    tip = view.plots.foot.tip_of(place_of(view, NOW_S - 2000.0, box))
    assert local_time_text(NOW_S - 2400)[11:16] in tip
    assert "did not answer in time: &lt;b&gt;No answer" in tip
    assert view.plots.foot.tip_of(place_of(view, NOW_S - 1000.0, box)) == "Nothing is missing here"
    view.state.show_range(TimeRange(NOW_S - 3 * 86_400, NOW_S))
    settle(view)
    assert "T3000 did not answer in time" not in " ".join(drawn(view.plot)), "there is no room"
    assert "T3000 did not answer" in view.plots.foot.tip_of(place_of(view, NOW_S - 2000.0, box))


def test_under_a_narrow_plot_the_time_at_the_cursor_is_whole_and_covers_no_mark_in_part(
    view: TrendView, settle: Settle, file: HoledFile
) -> None:
    file.cover(NOW_S - 2400, NOW_S - 1510, "timeout")
    view.state.add([IN1])
    view.state.show_range(LAST_HOUR)
    view.resize(500, 500)
    settle(view)
    view.state.set_cursor(NOW_S - 2000.0)
    texts = drawn(view.plots.foot)
    (told,) = (text for text in texts if text.startswith(local_time_text(NOW_S - 2000)))
    assert told.endswith("…")
    marks = {tick.text for tick in view.plots.foot.time_axis.ticks}
    assert not marks <= set(texts)
    view.state.set_cursor(None)
    assert marks <= set(drawn(view.plots.foot))
    view.state.show_range(TimeRange(NOW_S // 3600 * 3600.0 - 3600, NOW_S // 3600 * 3600.0))
    marks = {tick.text for tick in view.plots.foot.time_axis.ticks}
    assert marks <= set(drawn(view.plots.foot)), "the one where the axis begins, too"


def test_bands_take_the_colours_of_another_theme(view: TrendView, settle: Settle, qapp: QApplication) -> None:
    view.state.add([IN1])
    view.state.show_range(LAST_HOUR)
    settle(view)
    for theme in (LIGHT, DARK):
        apply_theme(qapp, theme)
        place = place_of(view, NOW_S - 2000.0, view.plot._curve_box).toPoint()
        found = view.plot.grab().toImage().pixelColor(place.x(), place.y() - 60)
        blended = 0.9 * theme.base.red() + 0.1 * theme.muted.red()
        assert found.red() == pytest.approx(blended, abs=2)


def test_a_click_on_the_strip_asks_for_the_cycles_of_its_time(qtbot: QtBot, view: TrendView, settle: Settle) -> None:
    view.state.add([IN1])
    view.state.show_range(LAST_HOUR)
    settle(view)
    asked: list[float] = []
    view.cycles_asked.connect(asked.append)
    foot = view.plots.foot
    at = foot.mapFromScene(place_of(view, NOW_S - 2000.0, foot.strip))
    qtbot.mouseClick(foot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert asked == [pytest.approx(NOW_S - 2000.0, abs=10)]
    view.show_time(NOW_S - 86_400.0)
    assert view.state.time_range == TimeRange(NOW_S - 86_400.0 - 1800, NOW_S - 86_400.0 + 1800)
    assert view.state.cursor_s == NOW_S - 86_400.0
    view.show_time(NOW_S - 60.0)
    assert view.state.time_range.end_s == NOW_S, "no future in sight"


def test_a_hole_that_opens_now_is_banded_and_has_its_cause_ten_seconds_after_it_was_recorded(
    view: TrendView, settle: Settle, file: HoledFile, owner: Owner
) -> None:
    view.state.add([IN1])
    settle(view)
    asked = len(owner.asked)

    def a_second_later() -> None:
        owner.now_s += 1
        view.set_now(owner.now_s, 30)
        settle(view)

    def cause_at(time_s: float) -> Cause | None:
        hole = view.holes.at(IN1, time_s)
        return hole and hole.cause

    while owner.now_s < NOW_S + 75:
        a_second_later()
    assert cause_at(NOW_S + 40.0) is None
    assert len(owner.asked) == asked, "nothing is missing yet"
    a_second_later()
    assert cause_at(NOW_S + 40.0) is Cause.UNKNOWN
    file.cover(NOW_S + 30, NOW_S + 100, "timeout")
    for _ in range(int(ASK_AGAIN_S)):
        a_second_later()
    assert cause_at(NOW_S + 40.0) is Cause.TIMEOUT
    assert "did not answer" in view.holes.tip(owner.now_s - 1, 1, IN1)
    a_second_later()
    (band,) = view.plot._curve_holes.rows
    assert band.pieces.ends[-1] == owner.now_s
    assert len(owner.asked) == asked + 2
    assert owner.asked[-1][1] == NOW_S + 30, "of the past nothing is asked for once more"
    file.cover(NOW_S + 100, NOW_S + 120, "not_ready")
    while owner.now_s < NOW_S + 125:
        a_second_later()
    assert cause_at(NOW_S + 90.0) is Cause.TIMEOUT
    assert cause_at(NOW_S + 124.0) is Cause.NOT_READY, "it goes on for another reason"


def test_a_sensor_that_opens_now_reads_nothing_from_then_on_until_it_is_mended(
    view: TrendView, settle: Settle, file: HoledFile, owner: Owner
) -> None:
    view.state.add([IN1])
    settle(view)

    def read(status: int) -> None:
        inputs = (point(PointType.INPUT, 1, -40.0 if status else 20.0, status=status),)
        panel = device(SERIAL, 1, int(owner.now_s), inputs=inputs, spacings_s=(30, 30, 30))
        view.describe(replace(snapshot(panel), received_at=int(owner.now_s)))

    def seconds_pass(seconds: int) -> None:
        for _ in range(seconds):
            owner.now_s += 1
            view.set_now(owner.now_s, 30)
            settle(view)

    row = LegendRow(view.legend, IN1)
    seconds_pass(30)
    opened_s = int(owner.now_s)
    file.read(opened_s, values=(-40.0, 21.0))
    file.status(opened_s, "0", "1")
    read(1)
    seconds_pass(int(ASK_AGAIN_S))
    assert row.value == "no reading: The sensor was open"
    assert "read all the same: -40.00 °C" in row.tip.splitlines()
    for _ in range(int(ASK_AGAIN_S)):
        seconds_pass(1)
        assert view.holes.is_in(IN1, owner.now_s), "it goes on, whenever it was asked for"
        assert view.holes.pieces(IN1, owner.now_s).ends[-1] == owner.now_s
    assert owner.asked[-1][1] >= opened_s - 600, "of what was long before nothing is news"
    seconds_pass(30 - 2 * int(ASK_AGAIN_S))
    mended_s = int(owner.now_s)
    file.read(mended_s)
    file.status(mended_s, "1", "0")
    read(0)
    seconds_pass(int(ASK_AGAIN_S))
    assert row.value == "20.00 °C"
    assert [incident[:2] for incident in view.holes.incidents(IN1, opened_s - 10, owner.now_s)] == [
        (opened_s, mended_s)
    ]


def test_while_a_hole_goes_on_the_list_says_why_and_the_tooltip_what_was_read_last(
    view: TrendView, settle: Settle, file: HoledFile, owner: Owner
) -> None:
    panel = device(SERIAL, 1, NOW_S, inputs=(point(PointType.INPUT, 1, 20.0),), spacings_s=(30, 30, 30))
    view.state.add([IN1])
    settle(view)
    view.describe(snapshot(panel))
    row = LegendRow(view.legend, IN1)
    assert row.value == "20.00 °C"
    file.cover(NOW_S + 30, NOW_S + 100, "timeout")
    while owner.now_s < NOW_S + 90:
        owner.now_s += 1
        view.set_now(owner.now_s, 30)
        settle(view)
    assert row.value == "no reading: T3000 did not answer in time"
    assert row.value_is_muted
    assert "read last: 20.00 °C" in row.tip.splitlines()
    view.spoken.tell()
    assert "L1: no reading at the end, " in view.accessibleDescription()


# -- the lines themselves ------------------------------------------------------------------------------------------


def lines(
    values: Sequence[float],
    *holes: ExplainedHole,
    units: str = "°C",
    range_: int = 3,
    digital: bool = False,
    end_s: float = 100.0,
    now_s: float = 1000.0,
) -> list[str]:
    """Of readings every 10 s from 0 on, each of which holds for 10 s."""
    trace = Trace(IN1)
    times = np.arange(len(values)) * 10.0
    trace.series = (Series(times, np.array(values, dtype=float), Holes.none(), units, range_, digital, "", 10.0),)
    return in_sight(trace, ToMeasure(trace.series, TimeRange(0.0, end_s), Explained.of(holes).pieces, now_s))


def hole(start_s: float, end_s: float, cause: Cause) -> ExplainedHole:
    return ExplainedHole(start_s, end_s, cause, "", ())


def test_what_is_known_well_enough_is_said_without_a_figure() -> None:
    assert lines([1, 3] * 5) == [
        "In sight",
        "mean 2.00 °C, lowest 1.00 °C, highest 3.00 °C, standard deviation 1.00 °C",
    ]


def test_what_is_known_fairly_well_has_the_figure() -> None:
    assert lines([1] * 9)[0] == "In sight, 90.0 % known"
    assert lines([1] * 98, end_s=990.1, now_s=5000)[0] == "In sight, 98.9 % known"  # not 99.0, which is plain


def test_what_is_missing_is_told_by_its_causes_the_longest_first() -> None:
    told = lines([1] * 3, hole(30, 40, Cause.TIMEOUT), hole(40, 90, Cause.NOT_READY), hole(90, 100, Cause.TIMEOUT))
    assert told[0] == "In sight, partial: of the 30.0 % of the time that are known"
    assert told[-1] == "missing 1 minute: T3000 was not ready 50 seconds; T3000 did not answer in time 20 seconds"
    assert lines([1] * 3)[-1] == "missing 1 minute"


def test_what_is_not_told_yet_is_not_missing() -> None:
    trace = Trace(IN1)
    times, values = np.arange(10) * 10.0, np.ones(10)
    trace.series = (Series(times, values, Holes.none(), "°C", 3, False, "", 10.0, delay_s=50.0),)
    assert in_sight(trace, ToMeasure(trace.series, TimeRange(0.0, 140.0), Pieces.none(), 140.0))[0] == "In sight"
    assert in_sight(trace, ToMeasure(trace.series, TimeRange(120.0, 140.0), Pieces.none(), 140.0)) == []


def test_of_a_time_without_any_reading_there_is_no_number() -> None:
    trace = Trace(IN1)
    trace.series = (Series(np.array([0.0]), np.array([1.0]), Holes.none(), "°C", 3, False, "", 10.0),)
    told = in_sight(
        trace, ToMeasure(trace.series, TimeRange(100, 200), Explained.of([hole(100, 200, Cause.ASLEEP)]).pieces, 1000)
    )
    assert told == [
        "In sight: no reading",
        "missing 2 minutes: This computer slept, or the program was halted 2 minutes",
    ]


def test_the_time_of_an_open_sensor_is_left_out() -> None:
    told = lines([20] * 5 + [900] * 5, hole(50, 100, Cause.SENSOR_OPEN))
    assert told[1].startswith("mean 20.00 °C, lowest 20.00 °C, highest 20.00 °C")
    assert told[2] == "missing 50 seconds: The sensor was open 50 seconds"


def test_the_future_and_a_series_without_readings_have_no_lines() -> None:
    assert lines([1], now_s=-5) == []
    assert in_sight(Trace(IN1), ToMeasure((), TimeRange(0, 100), Pieces.none(), 1000)) == []


def test_states_have_their_times_and_starts() -> None:
    assert lines([0, 1, 1, 1, 0, 0, 1, 0, 0, 0], units="", range_=1, digital=True)[1] == (
        "Off 1 minute, starts: 2; On 40 seconds, starts: 2"
    )
    assert lines([0, 1], units="", range_=1, digital=True)[1] == (
        "Off at least 10 seconds, starts: 0; On at least 10 seconds, starts: 1"
    )


def test_a_counter_has_its_increase() -> None:
    assert lines([100, 101, 0, 5] + [5] * 6, units="counts", range_=15)[1].endswith(", increase 6.00 counts")
    assert lines([100, 101], units="counts", range_=15)[1].endswith(", increase at least 1.00 counts")


def test_the_plot_in_words_tells_how_long_readings_are_missing_and_why(
    view: TrendView, settle: Settle, file: HoledFile
) -> None:
    file.cover(NOW_S - 2370, NOW_S - 1510, "timeout", "No answer within 20 s")
    view.state.add([IN1])
    view.state.show_range(LAST_HOUR)
    settle(view)
    view.spoken.tell()
    said = view.accessibleDescription()
    why = "T3000 did not answer in time: No answer within 20 s"
    assert said.endswith(f": 20.00 °C, holes: 1, 15 minutes in all, the longest: {why}")


def test_what_t3000_filled_is_told_at_the_crosshair_in_the_list_and_as_one_incident(
    view: TrendView, settle: Settle, file: HoledFile
) -> None:
    times = [NOW_S - 2200, NOW_S - 2000, NOW_S - 1800]
    file.fill(*times)
    own = {"serial_number": IN1.serial_number, "point_type": "INPUT", "cycles": 0}
    file.cover(times[0], times[-1] + 60, "filled", "T3 Monitor was not running", **own)
    view.state.add([IN1])
    settle(view)
    assert at_cursor(view, IN1, NOW_S - 1900.0) == "Filled from T3000: T3 Monitor was not running"
    assert view.plots.foot.time_axis.cursor_text.endswith(" · Filled from T3000")
    assert at_cursor(view, IN1, times[1] + 0.5) == "22.00 °C (filled from T3000)"
    assert at_cursor(view, IN1, NOW_S - 1000.0) == "20.00 °C"
    filled = [one for one in view.holes.incidents(IN1, NOW_S - 3600, NOW_S) if one.sentence.startswith("Filled")]
    assert [one[:2] for one in filled] == [(times[0] + 1, times[-1] + 60)]
    (curve,) = view.plot._curves.values()
    alone_s = curve.line.times_s[curve.line.alone]
    assert alone_s.tolist() == times
    assert curve.is_filled(alone_s).all()


def test_curves_are_painted_anew_when_it_is_found_out_what_was_filled(
    view: TrendView, settle: Settle, file: HoledFile
) -> None:
    view.state.add([IN1])
    settle(view)
    item, starts = view.plot._curves_item, np.array([NOW_S - 2000.0])
    filled = Pieces(starts, starts + 60, np.array([CAUSES.index(Cause.FILLED)], dtype=np.int8))
    before = item._version
    for _ in range(2):
        view.plot.set_holes(Pieces.none(), [], {IN1: filled})
        assert item._version == before + 1  # once


def test_single_readings_that_nobody_filled_are_no_hollow_dots(
    view: TrendView, settle: Settle, file: HoledFile
) -> None:
    file.fill(NOW_S - 2000)
    view.state.add([IN1])
    settle(view)
    (curve,) = view.plot._curves.values()
    alone_s = curve.line.times_s[curve.line.alone]
    assert alone_s.tolist() == [NOW_S - 2000]
    assert not curve.is_filled(alone_s).any()
    assert at_cursor(view, IN1, NOW_S - 1999.5) == "22.00 °C"


@pytest.mark.parametrize("is_filled", [True, False])
def test_a_filled_reading_is_a_ring_and_another_one_a_dot(
    view: TrendView, settle: Settle, file: HoledFile, *, is_filled: bool
) -> None:
    time_s = NOW_S - 2000
    file.fill(time_s, value=25.0)
    file.fill(time_s - 200, value=30.0)  # so that the first is amid the plot
    if is_filled:
        own = {"serial_number": IN1.serial_number, "point_type": "INPUT", "cycles": 0}
        file.cover(time_s, time_s + 60, "filled", "T3 Monitor was not running", **own)
    view.state.add([IN1])
    settle(view)
    view.plots.rest()
    (curve,) = view.plot._curves.values()
    item = view.plot._curves_item
    shown, rect = item._range, item.boundingRect()
    height = rect.height() * (1 - (25.0 - curve.scale.lowest) / curve.scale.span)
    at = item.mapToScene(QPointF((time_s - shown.start_s) / shown.length_s * rect.width(), height))
    picture = view.plot.grab().toImage()
    middle = picture.pixelColor(math.floor(at.x()), math.floor(at.y()))
    assert (middle == curve.colour) is not is_filled


@pytest.mark.parametrize("is_filled", [True, False])
def test_a_filled_state_is_a_ring_at_its_height_and_another_single_one_a_stroke(
    view: TrendView, settle: Settle, file: HoledFile, *, is_filled: bool
) -> None:
    times = [NOW_S - 2200, NOW_S - 2000, NOW_S - 1800]
    for time_s, state in zip(times, (1.0, 0.0, 1.0), strict=True):
        file.fill(time_s, value=state)
    file.connection.execute("UPDATE TRENDLOG_FRAMES SET vals = '[1.0, 0.0]' WHERE layout_id = 1")
    file.connection.execute("UPDATE TRENDLOG_LAYOUT_POINTS SET range = 1, units = '', digital_analog = 0")
    if is_filled:
        own = {"serial_number": IN1.serial_number, "point_type": "INPUT", "cycles": 0}
        file.cover(times[0], times[-1] + 60, "filled", "T3 Monitor was not running", **own)
    view.state.add([IN1])
    settle(view)
    view.plots.rest()
    (lane,) = view.plot.lanes
    assert (sentence(Cause.UNKNOWN) in drawn(view.plot), sentence(Cause.FILLED) in drawn(view.plot)) == (True, False)
    box, picture = view.plot._lane_box, view.plot.grab().toImage()
    for time_s, state in zip(times, (1.0, 0.0, 1.0), strict=True):
        height = box.rect().height() - LANE_INSET_PX if not state else LANE_INSET_PX
        at = box.mapToScene(QPointF(box.x_of(time_s), height))
        row = [picture.pixelColor(math.floor(at.x()) + beside, math.floor(at.y())) for beside in range(-3, 4)]
        assert (row[3] == lane.colour) is not is_filled
        if is_filled:
            sides = (min(one.lightness() for one in side) for side in (row[:3], row[4:]))
            assert max(sides) < 200, "a ring has an edge on both sides"
    if is_filled:
        assert at_cursor(view, IN1, times[1] + 0.5) == "Off (filled from T3000)"
        assert "Rings are" in view.plot.tip_at(times[1] + 100, 1.0, IN1)
        assert "Rings are" not in view.plot.tip_at(times[0] - 100, 1.0, IN1)
        assert view.plot._lane_holes.rows[0].pieces.causes.tolist().count(CAUSES.index(Cause.FILLED)) == 1, "one band"
