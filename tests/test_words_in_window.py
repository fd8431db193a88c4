"""The site's own words for states and units stand in table, legend, lanes, cursor and clipboard."""

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from drawn import drawn
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point, PointKey
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.points.columns import Column
from t3monitor.ui.points.filter import PointFilter
from t3monitor.ui.points.view import PointsView
from t3monitor.ui.trend.legend.styles import Style
from t3monitor.ui.trend.plot.lanes import lane_words, stretches
from t3monitor.ui.trend.plot.plot import TrendPlot
from t3monitor.ui.trend.series.coverage import Request
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.shown import Chosen
from t3monitor.ui.trend.time.time_range import TimeRange
from values import NOW_S, device, point, snapshot

SHUT_RUN = ((0, "Shut"), (1, "Run"))
MODES = ((1, "Night"), (2, "Day"))
SERIAL = 237219
FAN, MODE = (PointKey(SERIAL, PointType.VARIABLE, number) for number in (1, 2))


def fan(value: float = 1.0, **fields: Any) -> Point:
    given: dict[str, Any] = {"label": "FAN", "units": "", "range": 23, "digital_analog": 0, "words": SHUT_RUN}
    return point(PointType.VARIABLE, 1, value, **(given | fields))


def mode(value: float = 2.0, **fields: Any) -> Point:
    given: dict[str, Any] = {"label": "MODE", "units": "", "range": 101, "words": MODES}
    return point(PointType.VARIABLE, 2, value, **(given | fields))


def tank(value: float = 12.5) -> Point:
    return point(PointType.INPUT, 3, value, label="TANK", units="litres", range=20)


def panel(*variables: Point, time_s: int = NOW_S) -> Any:
    return device(
        SERIAL,
        panel_name="AHU-1",
        inputs=(tank(),),
        outputs=(),
        variables=variables or (fan(), mode()),
        variable_logging_time=time_s,
    )


def history(value_of: Any, range_: int, *, digital: bool) -> Series:
    times = np.arange(NOW_S - 600, NOW_S, 30, dtype=float)
    return Series(
        times, np.array([float(value_of(n)) for n in range(len(times))]), Holes.none(), "", range_, digital, "X", 30
    )


def test_the_table_shows_them_with_what_each_state_is_called(qtbot: QtBot) -> None:
    view = PointsView()
    qtbot.addWidget(view)
    view.apply(snapshot(panel()))
    model = view.model
    cells = [[model.text(row, column) for column in (Column.VALUE, Column.RANGE)] for row in range(3)]
    assert cells == [["12.500 litres", "Table 1"], ["Run", "Shut/Run"], ["Day", "Multistate 1"]]
    tips = [model.index(row, Column.RANGE).data(Qt.ItemDataRole.ToolTipRole) for row in range(3)]
    assert tips == ["Table 1", "Shut/Run\n0: Shut\n1: Run", "Multistate 1\n1: Night\n2: Day"]
    view.table.selectAll()
    assert "\tRun\t" in view.table.selected_text()
    assert "\tDay\t" in view.table.selected_text()
    view.model.set_filter(PointFilter(text="shut"))
    assert [model.key(row) for row in range(model.rowCount())] == [FAN]


def test_a_state_without_a_name_shows_its_number_and_a_missing_word_is_the_neutral_one() -> None:
    assert mode(3.0).value_text == "State 3"
    assert fan(0.0, words=((1, "Run"),)).value_text == "Custom 1 off"


def load(traces: Traces, found: dict[PointKey, tuple[Series, ...]], *, reaches_present: bool) -> None:
    request = Request(tuple(found), 0.0, NOW_S if reaches_present else NOW_S - 1.0, 1000)
    traces.set_history(request, found, NOW_S)


def test_legend_and_cursor_say_them(qtbot: QtBot) -> None:
    traces = Traces()
    traces.keep((Chosen(FAN), Chosen(MODE, Style(1))))
    load(
        traces,
        {
            FAN: (history(lambda n: n % 2, 23, digital=True),),
            MODE: (history(lambda n: 1 + n % 3, 101, digital=False),),
        },
        reaches_present=True,
    )
    traces.describe(snapshot(panel()))
    at_cursor = [[traces[key].text_at(NOW_S - 600 + 30 * n, NOW_S) for key in (FAN, MODE)] for n in range(3)]
    assert at_cursor == [["Shut", "Night"], ["Run", "Day"], ["Shut", "State 3"]]
    assert [traces[key].current_text for key in (FAN, MODE)] == ["Run", "Day"]


def test_words_of_a_range_are_not_those_of_the_range_before_it(qtbot: QtBot) -> None:
    traces = Traces()
    traces.keep((Chosen(FAN),))
    load(traces, {FAN: (history(lambda n: 1, 1, digital=True),)}, reaches_present=False)
    traces.describe(snapshot(panel()))
    assert traces[FAN].text_at(NOW_S - 300, NOW_S) == "On"
    (drawn,) = traces.drawn(NOW_S)
    assert [words.of(1) for _, words in drawn.series if words] == ["On"]


def test_a_multistate_is_a_lane_of_its_states(qtbot: QtBot) -> None:
    series = history(lambda n: (1, 1, 5, 5, 2, 0)[n % 6], 101, digital=False)
    words = lane_words(series, MODES)
    assert words is not None
    assert [words.of(state) for state in (1.0, 2.0, 5.0, 0.0)] == ["Night", "Day", "State 5", "State 0"]
    assert stretches(series, NOW_S).states.tolist()[:5] == [1, 5, 2, 0, 1]
    assert lane_words(history(lambda n: n, 3, digital=False), ()) is None, "a measured value is a line"


def test_the_lanes_draw_the_words_of_the_site(qtbot: QtBot) -> None:
    traces = Traces()
    traces.keep((Chosen(FAN), Chosen(MODE, Style(1))))
    load(
        traces,
        {
            FAN: (history(lambda n: n // 10, 23, digital=True),),
            MODE: (history(lambda n: 1 + n // 7, 101, digital=False),),
        },
        reaches_present=True,
    )
    traces.describe(snapshot(panel()))
    plot = TrendPlot()
    qtbot.addWidget(plot)
    plot.resize(1200, 300)
    plot.draw(traces.drawn(NOW_S), NOW_S)
    plot.set_range(TimeRange(NOW_S - 600, NOW_S))
    plot.show()
    assert [lane.name for lane in plot.lanes] == ["FAN", "MODE"]
    assert plot.value_axes == {}
    assert {"Shut", "Run", "Night", "Day", "State 3"} <= set(drawn(plot))
