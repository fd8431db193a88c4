"""The table of chosen series: its columns, its keys, its mouse, and the figures of the time in sight."""

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QItemSelectionModel, QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QCursor, QDragEnterEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTreeView, QWidget
from pytestqt.qtbot import QtBot

from drawn import drawn
from legend_rows import LegendRow
from t3monitor.model.causes import Cause, sentence, word
from t3monitor.model.freshness import PanelState
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.history.series import Holes, Series, Stretches
from t3monitor.ui.keys import table_keys
from t3monitor.ui.kit.brief_names import brief_names
from t3monitor.ui.kit.layout import stack
from t3monitor.ui.trend.holes.missing import Pieces
from t3monitor.ui.trend.legend.figures import Figures, FiguresInSight, figures_of
from t3monitor.ui.trend.legend.in_sight import InSight, ToMeasure, in_sight, measure
from t3monitor.ui.trend.legend.legend import Legend
from t3monitor.ui.trend.legend.legend_model import Column, Entry, Told
from t3monitor.ui.trend.legend.legend_splitter import NARROW_PX, LegendSplitter
from t3monitor.ui.trend.legend.styles import FIRST, Style
from t3monitor.ui.trend.series.trace import Names, Trace
from t3monitor.ui.trend.time.time_range import TimeRange

SAT, CO2, FAN, RAT = (PointKey(1, PointType.INPUT, number) for number in range(1, 5))
FIGURES = Figures("15.00", "19.60", "25.00", "100 %")
_Key = Qt.Key

offscreen_popup = pytest.mark.qt_log_ignore(r"This plugin does not support (raise|grabbing the keyboard)")


def entry(key: PointKey, label: str, value: str, unit: str | None, **values: Any) -> Entry:
    plain = Entry(
        key,
        Names("AHU-1", label, "Supply air"),
        QColor("#2067d4"),
        FIRST,
        hidden=False,
        told=Told(value),
        state=PanelState.LIVE,
        recorded=True,
        unit=unit,
        figures=FIGURES,
    )
    return replace(plain, **values)


ENTRIES = [
    entry(SAT, "SAT", "17.30 °C", "°C"),
    entry(CO2, "CO2", "455.00 PPM", "PPM"),
    entry(FAN, "FAN", "Off", None, figures=Figures(mean="On 42 %", known="100 %")),
    entry(RAT, "RAT", "16.90 °C", "°C"),
]


@pytest.fixture
def legend(qtbot: QtBot) -> Legend:
    legend = Legend(lambda _key: ["In sight"])
    QAbstractItemModelTester(legend.model(), legend)
    qtbot.addWidget(legend)
    legend.resize(600, 300)
    legend.show_entries(ENTRIES, "Now")
    legend.show()
    return legend


def told(signal: Any) -> list[Any]:
    """What a signal says from now on."""
    said: list[Any] = []
    signal.connect(lambda *what: said.append(what if len(what) > 1 else what[0]))
    return said


def figures_shown(legend: Legend) -> list[Column]:
    figures = Column.MINIMUM, Column.MEAN, Column.MAXIMUM, Column.KNOWN
    return [column for column in figures if not legend.isColumnHidden(column)]


def test_the_narrower_the_fewer_figures_and_name_and_value_always_have_room(legend: Legend) -> None:
    shown = []
    for width in (600, 360, 290, 230, 190):
        legend.resize(width, 300)
        shown.append(len(figures_shown(legend)))
        assert sum(map(legend.columnWidth, Column)) == legend.viewport().width(), "it is filled, and nothing is cut"
        assert {"SAT", "17.30 °C", "CO2", "455.00 PPM", "FAN", "Off"} <= set(drawn(legend))
    assert shown == sorted(shown, reverse=True)
    assert shown[0] == 4
    assert shown[-1] == 0


def test_a_long_value_is_not_cut_a_figure_makes_room_for_it(legend: Legend) -> None:
    legend.resize(420, 300)
    legend.show_entries(ENTRIES, "Now")
    before = figures_shown(legend)
    counter, compared = entry(SAT, "MAIN_KWH", "497507.000 kWh", "kWh"), entry(CO2, "OAT −1 d", "6.60 °C (+0.30)", "°C")
    legend.show_entries([counter, compared, *ENTRIES[2:]], "Now")
    assert {"MAIN_KWH", "497507.000 kWh", "OAT −1 d", "6.60 °C (+0.30)"} <= set(drawn(legend))
    assert 0 < len(figures_shown(legend)) < len(before), "and others stay"


def test_figures_are_chosen_in_its_menu_and_kept(legend: Legend) -> None:
    menu = legend.make_menu()
    for action in menu.actions():
        if action.text() in ("Min", "Max"):
            action.trigger()
    assert figures_shown(legend) == [Column.MEAN, Column.KNOWN]
    assert legend.save_columns() == ["mean", "known"]
    legend.restore_columns(["maximum", 7])
    assert figures_shown(legend) == [Column.MAXIMUM]
    legend.restore_columns("damaged")
    assert figures_shown(legend) == [Column.MAXIMUM]


def test_no_figure_goes_for_a_heading_with_a_date_which_is_not_cut(legend: Legend) -> None:
    for width in range(190, 600, 10):
        legend.resize(width, 300)
        before = figures_shown(legend)
        legend.show_entries(ENTRIES, "11-01 01:30 EST")
        assert figures_shown(legend) == before
        if width > 260:
            assert legend.columnWidth(Column.VALUE) > legend.fontMetrics().horizontalAdvance("11-01 01:30 EST")
        assert sum(map(legend.columnWidth, Column)) == legend.viewport().width()
        legend.show_entries(ENTRIES, "Now")


def test_columns_do_not_jump_when_figures_get_shorter(legend: Legend) -> None:
    def show(minimum: str) -> int:
        entries = [replace(entry, figures=entry.figures._replace(minimum=minimum)) for entry in ENTRIES]
        legend.show_entries(entries, "Now")
        return legend.columnWidth(Column.MINIMUM)

    before = show("98560.00")
    assert show("1") == before
    assert show("198560.00") > before


def test_grouped_by_unit_the_series_of_a_unit_stand_beneath_it(legend: Legend) -> None:
    chosen = told(legend.grouped_changed)
    legend.make_menu().actions()[-1].trigger()
    assert chosen == [True]
    legend.show_entries(ENTRIES, "Now", grouped=True)
    model = legend.model()
    first = [model.index(row, Column.SHOWN).data() or model.index(row, Column.NAME).data() for row in range(7)]
    assert first == ["°C", "SAT", "RAT", "PPM", "CO2", "States", "FAN"]
    assert legend.isFirstColumnSpanned(0, QModelIndex())
    assert not legend.isFirstColumnSpanned(1, QModelIndex())


@pytest.mark.parametrize(
    ("grouped", "row", "to", "moved"),
    [
        (False, 0, 2, (SAT, FAN)),
        (False, 3, 0, (RAT, SAT)),
        (False, 0, -1, (SAT, None)),  # beneath all rows
        (True, 1, 3, (SAT, None)),  # at the end of its group: behind RAT, the last one of all
        (True, 4, 0, (CO2, None)),  # above all groups is nowhere: told by nothing
    ],
)
def test_a_row_is_dragged_to_another_place(
    legend: Legend, grouped: bool, row: int, to: int, moved: tuple[PointKey, PointKey | None]
) -> None:
    legend.show_entries(ENTRIES, "Now", grouped=grouped)
    model, asked = legend.model(), told(legend.moved)
    dragged = model.mimeData([model.index(row, Column.NAME)])
    assert not model.dropMimeData(dragged, Qt.DropAction.MoveAction, to, 0, QModelIndex()), "nothing is taken away"
    assert asked == ([(*moved, 0)] if (grouped, row) != (True, 4) else [])


def test_points_that_are_dragged_into_it_are_left_to_the_view(legend: Legend) -> None:
    data = QMimeData()
    data.setData("application/x-t3monitor-points", b"1")
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    event = QDragEnterEvent(QPointF(9, 9).toPoint(), action, data, button, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(legend.viewport(), event)
    assert not event.isAccepted()


def test_a_cursor_that_moves_has_names_and_values_alone_painted_anew(legend: Legend) -> None:
    changed = told(legend.model().dataChanged)
    moved = [replace(entry, told=Told(f"1{entry.told.text}")) for entry in ENTRIES]
    legend.show_entries(moved, "18:04:30")
    legend.show_entries([*moved[:3], replace(moved[3], hidden=True)], "18:04:30")
    cells = [(first.row(), first.column(), last.row(), last.column()) for first, last, *_ in changed]
    assert cells == [(0, Column.NAME, 3, Column.VALUE), (3, Column.SHOWN, 3, Column.REMOVE)]


def test_the_keys_hide_remove_move_and_go_from_row_to_row(legend: Legend, qtbot: QtBot) -> None:
    legend.activateWindow()
    legend.setFocus(Qt.FocusReason.TabFocusReason)
    pointed, hidden = told(legend.pointed_at), told(legend.hidden_changed)
    removed, moved = told(legend.remove_asked), told(legend.moved)
    qtbot.keyClick(legend, _Key.Key_Down)
    qtbot.keyClick(legend, _Key.Key_Space)
    qtbot.keyClick(legend, _Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(legend, _Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    qtbot.keyClick(legend, _Key.Key_Delete)
    assert (pointed, hidden, removed) == ([CO2], [(CO2, True)], [CO2])
    assert moved == [(CO2, SAT, 0), (CO2, RAT, 0)]


def test_the_list_of_keys_has_those_that_are_heard(legend: Legend, monkeypatch: pytest.MonkeyPatch) -> None:
    legend.setFocus(Qt.FocusReason.TabFocusReason)
    monkeypatch.setattr(legend, "ask_style", lambda _key: None)
    listed = {key for keys in table_keys() if keys.place == "Plotted points" for key in keys.keys}

    def is_heard(key: str) -> bool:
        pressed = QKeySequence(key)[0]
        event = QKeyEvent(QEvent.Type.KeyPress, pressed.key(), pressed.keyboardModifiers())
        legend.selectionModel().setCurrentIndex(
            legend.cell(CO2, Column.NAME), QItemSelectionModel.SelectionFlag.NoUpdate
        )
        event.accept()
        legend.keyPressEvent(event)
        return event.isAccepted()

    others = "Left Right Home End PgUp PgDown + - Esc A Backspace Ctrl+Z Ctrl+A".split()
    assert {key for key in (*listed, *others) if is_heard(key)} == listed


def test_other_keys_are_the_plots_and_a_click_leaves_them_to_it(qtbot: QtBot) -> None:
    class Plot(QWidget):
        keys: list[int]

        def keyPressEvent(self, event: Any) -> None:  # noqa: N802
            self.keys.append(event.key())

    plot, legend = Plot(), Legend(lambda _key: [])
    plot.keys = []
    plot.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    stack(plot, legend)
    qtbot.addWidget(plot)
    legend.show_entries(ENTRIES, "Now")
    plot.show()
    plot.activateWindow()
    QApplication.processEvents()
    plot.setFocus()
    LegendRow(legend, SAT).click(Column.NAME)
    assert QApplication.focusWidget() is plot
    legend.setFocus(Qt.FocusReason.TabFocusReason)
    for key in (_Key.Key_Left, _Key.Key_Home, _Key.Key_Plus, _Key.Key_PageUp):
        qtbot.keyClick(legend, key)
    assert plot.keys == [_Key.Key_Left, _Key.Key_Home, _Key.Key_Plus, _Key.Key_PageUp]


def test_the_series_under_the_mouse_is_told_until_the_mouse_leaves(legend: Legend, qtbot: QtBot) -> None:
    QApplication.processEvents()
    legend.clearFocus()
    pointed = told(legend.pointed_at)
    for key in (SAT, FAN):
        at = legend.visualRect(legend.cell(key, Column.VALUE)).center()
        qtbot.mouseMove(legend.viewport(), at)
    qtbot.mouseMove(legend.viewport(), legend.viewport().rect().bottomLeft())
    assert pointed == [SAT, FAN, None]


@offscreen_popup
def test_the_swatch_opens_the_choice_of_colour_dash_width_and_steps(legend: Legend) -> None:
    chosen = told(legend.style_chosen)
    LegendRow(legend, CO2).click(Column.LOOKS)
    assert legend.popup.isVisible()
    legend.popup.colours.button(4).click()
    legend.popup.dashes.button(2).click()
    legend.popup.widths.button(1).click()
    legend.popup.step.click()
    assert chosen == [
        (CO2, Style(4)),
        (CO2, Style(4, 2)),
        (CO2, Style(4, 2, 2)),
        (CO2, Style(4, 2, 2, step=True)),
    ]
    legend.popup.hide()
    legend.ask_style(FAN)
    assert not legend.popup.dashes.button(1).isEnabled(), "a series with states is no line"
    assert legend.popup.colours.button(1).isEnabled()
    legend.popup.hide()


def test_the_list_has_its_share_of_the_room_until_its_border_was_moved(qtbot: QtBot) -> None:
    splitter = LegendSplitter(QWidget(), QWidget())
    qtbot.addWidget(splitter)
    splitter.show()
    wide = []
    for width in (675, 980, 1600):
        splitter.resize(width, 300)
        wide.append(splitter.sizes()[1])
    assert wide == sorted(set(wide))
    splitter.choose([600, 200])
    splitter.resize(1200, 300)
    assert splitter.sizes()[1] == pytest.approx(300, abs=110), "as a splitter gives room"
    assert splitter.is_chosen


def test_a_cause_leaves_a_label_its_room_and_values_of_states_their_words(legend: Legend) -> None:
    cause = "no reading: T3000 did not answer in time"
    told = Told(f"{cause}: No answer within 30 s", True, (cause, "no reading: T3000 timeout", "T3000 timeout"))
    legend.show_entries([replace(ENTRIES[0], told=told), *ENTRIES[1:]], "18:04:30")
    for width, text in ((1000, told.text), (620, cause), (480, told.shorter[1]), (NARROW_PX, told.shorter[2])):
        legend.resize(width, 300)
        assert {"SAT", text} <= set(drawn(legend)), width
    legend.resize(620, 300)
    assert "On 42 %" in drawn(legend)


def test_a_word_that_has_no_room_beside_its_label_has_a_line_of_its_own(legend: Legend) -> None:
    word = "◉ Warm-up stage 04 ABC"
    mode = replace(ENTRIES[2], names=Names("AHU-1", "AHU_MODE", ""), told=Told(word), state=PanelState.LIVE)
    legend.show_entries([ENTRIES[0], mode], "Now")
    heights = {}
    for width in (NARROW_PX, 900, NARROW_PX):
        legend.resize(width, 300)
        assert {"AHU_MODE", word} <= set(drawn(legend)), width
        heights[width] = [
            legend.visualRect(legend.cell(entry.key, Column.NAME)).height() for entry in (ENTRIES[0], mode)
        ]
    assert heights[900][1] == heights[900][0] == heights[NARROW_PX][0]
    assert heights[NARROW_PX][1] > 1.4 * heights[NARROW_PX][0]
    legend.show_entries([ENTRIES[0], replace(mode, told=Told("On"))], "Now")
    assert legend.visualRect(legend.cell(mode.key, Column.NAME)).height() == heights[NARROW_PX][1], "nothing jumps"


def test_states_alone_have_no_room_for_extremes_and_their_shares_have_their_words(legend: Legend) -> None:
    share = Figures(mean="Occupied 42 %", known="100 %")
    legend.show_entries([replace(ENTRIES[2], figures=share), replace(ENTRIES[2], key=RAT, figures=share)], "Now")
    assert figures_shown(legend) == [Column.MEAN, Column.KNOWN]
    assert "Occupied 42 %" in drawn(legend)
    legend.show_entries(ENTRIES, "Now")
    assert len(figures_shown(legend)) == 4


def test_a_long_label_is_whole_beside_the_word_for_a_hole(legend: Legend) -> None:
    missing = Told("no reading: No answer", True, ("no reading: no such hour", "no such hour"))
    legend.show_entries([replace(ENTRIES[2], names=Names("AHU-1", "SF_ST −1 d", ""), told=missing)], "18:04:30")
    for width in range(NARROW_PX + 20, 600, 20):
        legend.resize(width, 300)
        texts = set(drawn(legend))
        assert "SF_ST −1 d" in texts, (width, texts)
        assert {missing.text, *missing.shorter} & texts, (width, texts)


def test_of_what_stands_behind_a_label_the_panel_is_cut_last_and_in_its_middle(legend: Legend) -> None:
    legend.show_entries([replace(ENTRIES[0], names=Names("AHU-1", "SAT", "Supply air temperature"))], "Now")
    small = []
    for width in range(190, 600, 3):
        legend.resize(width, 300)
        small += [text for text in drawn(legend) if text.startswith("A")]
    assert "AHU-1" in small
    assert "A…1" not in small, "nobody knows a name again by that"
    assert all(text.split(" · ")[0].endswith("1") for text in small), sorted(set(small))


def test_equal_labels_are_told_apart_by_their_panels_at_any_width_and_figures_give_way_for_that(legend: Legend) -> None:
    names = Names("VAV-1 Floor 1", "RAT", "Return air"), Names("VAV-2 Floor 2", "RAT", "Return air")
    alike = [replace(ENTRIES[n], names=its, apart=its.panel) for n, its in enumerate(names)]
    legend.show_entries(alike, "Now")
    for width in range(NARROW_PX, 700, 20):
        legend.resize(width, 300)
        small = {text.split(" ·")[0][-1] for text in drawn(legend) if text.startswith("V")}
        assert small == {"1", "2"}, (width, drawn(legend))
    legend.resize(400, 300)
    before = figures_shown(legend)
    legend.show_entries([], "Now")
    legend.show_entries([replace(row, apart="") for row in alike], "Now")
    assert len(figures_shown(legend)) > len(before), "unless labels are enough"


def test_where_a_panel_has_no_room_the_words_stay_that_tell_it_apart_also_beside_a_reading_of_t3000s(
    legend: Legend,
) -> None:
    panels = ("VAV-1 Floor 1 North", "VAV-2 Floor 1 North")
    told = Told("17.20 °C (filled from T3000)", shorter=("17.20 °C (filled)", "17.20 °C"))
    legend.show_entries(
        [
            replace(ENTRIES[n], names=Names(panel, "RAT", "Return air"), apart=panel, brief=brief, told=told)
            for n, (panel, brief) in enumerate(zip(panels, brief_names(panels), strict=True))
        ],
        "18:04:30",
    )
    told_at = {}
    for width in range(NARROW_PX, 900, 20):
        legend.resize(width, 300)
        texts = drawn(legend)
        small = [text.split(" · ")[0] for text in texts if text.startswith("V")]
        assert small in (list(panels), list(brief_names(panels))), (width, texts)
        told_at[width] = next(text for text in texts if text.startswith("17.20"))
    assert list(dict.fromkeys(told_at.values())) == ["17.20 °C", "17.20 °C (filled)", told.text]


@pytest.mark.parametrize("cause", Cause)
def test_each_cause_has_a_word_that_is_whole_in_the_narrowest_list_that_nobody_chose(
    legend: Legend, cause: Cause
) -> None:
    long = Names("AHU-1", "ZONE_TEMP", "")
    told = Told(f"no reading: {sentence(cause)}", True, (word(cause),))
    legend.show_entries([replace(entry_, names=long, told=told) for entry_ in ENTRIES], "18:04:30")
    legend.resize(NARROW_PX, 300)
    assert word(cause) in drawn(legend)


# -- the figures themselves ----------------------------------------------------------------------------------------


def figures(values: list[float], *, units: str = "°C", range_: int = 3, digital: bool = False, end_s: float) -> Figures:
    """Of readings every 10 s from 0 on, each of which holds for 10 s."""
    trace = Trace(SAT)
    times = np.arange(len(values)) * 10.0
    trace.series = (Series(times, np.array(values), Holes.none(), units, range_, digital, "", 10.0),)
    return figures_of(trace, measure(ToMeasure(trace.series, TimeRange(0.0, end_s), Pieces.none(), 9999.0)))


def test_figures_have_the_decimals_of_values_without_their_unit() -> None:
    assert figures([1.0, 3.0] * 5, end_s=100.0) == ("1.00", "2.00", "3.00", "100 %", False)


@pytest.mark.parametrize(
    ("readings", "end_s", "known", "is_partial"),
    [
        (99, 990.1, "99.9 %", False),
        (90, 1000.0, "90 %", False),
        (89, 990.0, "89 %", True),
        (1, 9000.0, "< 1 %", True),
    ],
)
def test_what_is_known_is_never_overstated_and_partial_below_90_percent(
    readings: int, end_s: float, known: str, is_partial: bool
) -> None:
    told = figures([1.0] * readings, end_s=end_s)
    assert (told.known, told.is_partial) == (known, is_partial)


def test_where_nothing_is_known_there_is_no_number() -> None:
    series = (Series(np.array([0.0]), np.array([1.0]), Holes.none(), "°C", 3, False, "", 10.0),)
    told = measure(ToMeasure(series, TimeRange(100.0, 200.0), Pieces.none(), 200.0))
    assert figures_of(Trace(SAT), told) == ("", "", "", "0 %", True)
    assert figures_of(Trace(SAT), None) == Figures()
    never_read = ToMeasure((), TimeRange(100.0, 200.0), Pieces.none(), 150.0, is_loaded=True)
    assert measure(never_read) == InSight(100.0, 150.0, ())
    assert measure(never_read._replace(is_loaded=False)) is None


def test_of_two_states_the_mean_is_how_much_of_the_time_it_was_the_second_one() -> None:
    assert figures([0, 1, 1, 0], units="", range_=1, digital=True, end_s=40.0) == ("", "On 50 %", "", "100 %", False)
    assert figures([0] * 999 + [1], units="", range_=1, digital=True, end_s=1e4).mean == "On 1 %"
    assert figures([0, 1, 2], units="", range_=101, end_s=30.0) == ("", "", "", "100 %", False)


@pytest.mark.parametrize(
    ("before", "since", "said", "in_words"),
    [
        (("°C", 3, False), ("°F", 4, False), ("7.00 °F", "7.50 °F", "8.00 °F"), "in °F"),
        (("°C", 3, False), ("", 1, True), ("", "On 50 %", ""), "in the newest range"),
        (("", 1, True), ("°C", 3, False), ("7.00 °C", "7.50 °C", "8.00 °C"), "in °C"),
    ],
)
def test_a_series_that_changed_its_unit_has_the_figures_of_the_newest_one_and_says_so(
    before: tuple[str, int, bool], since: tuple[str, int, bool], said: tuple[str, str, str], in_words: str
) -> None:
    trace = Trace(SAT)
    newest = (0.0, 1.0) if since[2] else (7.0, 8.0)
    trace.series = tuple(
        Series(np.array(times), np.array(values), Holes(np.array(starts), np.array(ends)), *kind, "", 10.0)
        for times, values, kind, starts, ends in (
            ((0.0, 30.0), newest, since, [10.0], [30.0]),
            ((10.0, 20.0), (1.0, 0.0), before, [30.0], [np.inf]),
        )
    )
    to_measure = ToMeasure(trace.series, TimeRange(0.0, 40.0), Pieces.none(), 40.0)
    assert figures_of(trace, measure(to_measure)) == (*said, "50 %", True), "of the time in which it had that unit"
    assert in_sight(trace, to_measure)[-1].endswith(f"the figures in the list are those {in_words}")


def test_of_states_that_had_other_words_each_time_is_told_in_its_own() -> None:
    trace = Trace(SAT)
    low_high, night_day = (((0, off), (1, on)) for off, on in (("Low", "High"), ("Night", "Day")))
    trace.series = tuple(
        Series(np.array([at_s]), np.array([1.0]), Holes(np.array([end_s]), np.array([np.inf])), "", 1, True, "", 10.0)
        for at_s, end_s in ((0.0, 20.0), (20.0, 40.0))
    )
    trace.series = replace(trace.series[0], words=low_high), replace(trace.series[1], words=night_day)
    *_, states, told = in_sight(trace, ToMeasure(trace.series, TimeRange(0.0, 40.0), Pieces.none(), 40.0))
    assert [word in states for word in ("High", "Day", "Low", "Night")] == [True, True, False, False]
    assert told == "Its states had other words before: each time is told in those of then"


def test_a_counter_has_what_it_counted_in_place_of_its_mean() -> None:
    def counted(values: list[float], end_s: float) -> str:
        return figures(values, units="kWh", range_=25, end_s=end_s).mean

    assert counted([100.0, 104.0, 0.0, 5.0], 40.0) == "+9.000", "it was set to zero"
    assert counted([100.0, 104.0], 90.0) == "≥ +4.000", "of the rest nothing is known"


def test_of_a_counter_of_which_there_are_too_many_readings_it_is_nearly_what_it_counted() -> None:
    times = np.arange(4) * 100.0
    stretches = Stretches(times + 90.0, np.arange(4) * 10.0, np.arange(4) * 10.0 + 9.0, np.ones(4))
    series = Series(times, np.arange(4) * 10.0 + 4.5, Holes.none(), "kWh", 25, False, "", 10.0, stretches)
    told = measure(ToMeasure((series,), TimeRange(0.0, 390.0), Pieces.none(), 390.0))
    assert figures_of(Trace(SAT), told).mean == "≈ +39.000"


def test_what_is_partial_is_said_in_a_word_where_there_is_room_and_marked_where_there_is_none(legend: Legend) -> None:
    partial = FIGURES._replace(known="88 %", is_partial=True)
    legend.show_entries([replace(ENTRIES[0], figures=partial), *ENTRIES[1:]], "Now")
    legend.resize(700, 300)
    assert "partial 88 %" in drawn(legend)
    legend.resize(285, 300)
    assert "◔ 88 %" in drawn(legend)
    legend.resize(375, 300)
    legend.show_entries(ENTRIES, "Now")
    shown = figures_shown(legend)
    legend.show_entries([replace(ENTRIES[0], figures=partial), *ENTRIES[1:]], "Now")
    assert figures_shown(legend) == shown, "no figure goes for a word"
    assert "partial 88 %" in str(LegendRow(legend, SAT).data(Column.NAME, Qt.ItemDataRole.AccessibleTextRole))


IN_SIGHT, EARLIER = TimeRange(0.0, 100.0), TimeRange(-50.0, 50.0)


class Measured:
    """What is asked of the figures, and the threads in which they are measured."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.shown = IN_SIGHT
        self.asked = 0
        self.done: list[asyncio.Event] = []
        self.figures = FiguresInSight(self.ask, lambda key, told: FIGURES, self.in_thread, loop.create_task)
        self._loop = loop

    def ask(self) -> tuple[TimeRange, dict[PointKey, ToMeasure]]:
        self.asked += 1
        return self.shown, {SAT: ToMeasure((), self.shown, Pieces.none(), 0.0)}

    async def in_thread(self, function: Any, *arguments: Any) -> Any:
        self.done.append(asyncio.Event())
        await self.done[-1].wait()
        return function(*arguments)

    def begin(self) -> None:
        self.figures._timer.timeout.emit()
        self._loop.run_until_complete(asyncio.sleep(0))

    def end(self, number: int) -> None:
        self.done[number].set()
        for _ in range(3):
            self._loop.run_until_complete(asyncio.sleep(0))


def test_figures_are_asked_for_when_all_is_at_rest_and_not_with_each_movement(
    qtbot: QtBot, loop: asyncio.AbstractEventLoop
) -> None:
    measured = Measured(loop)
    for _ in range(20):
        measured.figures.want()
        QApplication.processEvents()
    assert measured.asked == 0
    qtbot.waitUntil(lambda: measured.asked == 1)


def test_figures_of_another_time_are_not_shown(loop: asyncio.AbstractEventLoop) -> None:
    measured = Measured(loop)
    measured.begin()
    assert measured.figures.of(IN_SIGHT) == {}
    measured.end(0)
    assert measured.figures.of(IN_SIGHT) == {SAT: FIGURES}
    assert measured.figures.of(TimeRange(0.5, 100.5)) == {SAT: FIGURES}, "while the present is followed"
    assert measured.figures.of(EARLIER) == measured.figures.of(TimeRange(0.0, 50.0)) == {}
    measured.figures.forget()
    assert measured.figures.of(IN_SIGHT) == {}


def test_one_thread_at_a_time_measures_and_what_was_asked_meanwhile_is_measured_after_it(
    loop: asyncio.AbstractEventLoop,
) -> None:
    measured = Measured(loop)
    measured.begin()
    measured.shown = EARLIER
    for _ in range(3):
        measured.begin()
    assert len(measured.done) == 1
    measured.end(0)
    assert measured.figures.of(EARLIER) == {}, "these are of the time before"
    assert measured.figures._timer.isActive()
    measured.begin()
    measured.end(1)
    assert measured.figures.of(EARLIER) == {SAT: FIGURES}
    assert len(measured.done) == 2
    measured.begin()
    measured.figures.forget()
    measured.end(2)
    assert measured.figures.of(EARLIER) == {}, "the series are others"


def test_after_a_drag_the_row_beneath_the_mouse_is_strong_and_no_other(
    legend: Legend, monkeypatch: pytest.MonkeyPatch
) -> None:
    legend.show_entries(ENTRIES, "Now")
    legend.clearFocus()
    pointed_at: list[PointKey | None] = []
    legend.pointed_at.connect(pointed_at.append)

    def drag(start: QPoint, end: QPoint) -> None:
        monkeypatch.setattr(QAbstractItemView, "startDrag", lambda *_: QCursor.setPos(end))
        monkeypatch.setattr(QTreeView, "mouseMoveEvent", lambda *_: legend.startDrag(Qt.DropAction.MoveAction))
        places, none = (QPointF(start), QPointF(legend.viewport().mapToGlobal(start))), Qt.MouseButton.NoButton
        legend.mouseMoveEvent(QMouseEvent(QEvent.Type.MouseMove, *places, none, none, Qt.KeyboardModifier.NoModifier))

    row = legend.visualRect(legend.cell(CO2, Column.NAME)).center()
    drag(row, legend.viewport().mapToGlobal(legend.viewport().rect().bottomRight() + QPoint(60, 60)))
    assert pointed_at == [CO2, None]
    drag(row, legend.viewport().mapToGlobal(row))
    assert pointed_at[-1] == CO2
