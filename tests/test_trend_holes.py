"""How the trend shows what is missing: bands, strip, incidents, and the words for them."""

from collections.abc import Sequence
from datetime import UTC

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from t3monitor.model.causes import Cause, HoleClass
from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.store.causes.holes import ExplainedHole
from t3monitor.store.history.series import Holes, Series
from t3monitor.ui.trend.holes.bands import bands, bands_of_days, widened
from t3monitor.ui.trend.holes.hatches import MASKS
from t3monitor.ui.trend.holes.hole_items import BandRow, CurveHoles
from t3monitor.ui.trend.holes.hole_texts import cause_texts, incident_texts
from t3monitor.ui.trend.holes.incidents import Incident, incidents
from t3monitor.ui.trend.holes.missing import CAUSES, CLASSES, Explained, Missing, Pieces, missing, with_filled_as_one
from t3monitor.ui.trend.holes.strip import codes
from t3monitor.ui.trend.plot.columns import MissingTime, band_columns, by_class
from t3monitor.ui.trend.series.trace import Trace

DAY_S = 86_400.0
SPACING_S = 30.0


def series(*times: float, holes: Sequence[tuple[float, float]] = (), units: str = "°C") -> Series:
    edges = np.array(holes, dtype=float).reshape(-1, 2).T
    values = np.ones(len(times))
    return Series(np.array(times, dtype=float), values, Holes(*edges), units, 3, False, "", SPACING_S)


def told(start_s: float, end_s: float, cause: Cause, words: str = "") -> ExplainedHole:
    return ExplainedHole(start_s, end_s, cause, words or cause.value, ())


def pieces(*parts: tuple[float, float, Cause | None]) -> Pieces:
    starts, ends = np.array([part[:2] for part in parts], dtype=float).reshape(-1, 2).T
    return Pieces(starts, ends, np.array([CAUSES.index(cause) for *_, cause in parts], dtype=np.int8))


def listed(found: Pieces) -> list[tuple[float, float, Cause | None]]:
    return [
        (start_s, end_s, CAUSES[cause])
        for start_s, end_s, cause in zip(*(column.tolist() for column in found), strict=True)
    ]


def causes(parts: Sequence[Series], *explained: ExplainedHole, now_s: float = 1000, end_s: float = np.inf) -> object:
    return listed(missing(parts, Explained.of(explained), 0, end_s, now_s).pieces)


# -- what is missing -----------------------------------------------------------------------------------------------


def test_a_hole_is_there_before_its_cause_is_and_goes_on_with_it_until_something_else_is_found_out() -> None:
    parts = [series(0, 100, 900, 960, holes=[(130, 900)])]
    assert causes(parts) == [(130, 900, None)]
    first, second = told(130, 400, Cause.TIMEOUT), told(400, 500, Cause.NOT_READY)
    assert causes(parts, first, second) == [(130, 400, Cause.TIMEOUT), (400, 900, Cause.NOT_READY)]


def test_a_hole_that_goes_on_is_open_and_another_one_has_not_its_cause() -> None:
    parts = [series(0, 100, 500, holes=[(130, 500)])]
    assert causes(parts, told(130, 450, Cause.TIMEOUT), now_s=2000) == [
        (130, 500, Cause.TIMEOUT),
        (530, np.inf, None),
    ]
    assert causes(parts, now_s=2000, end_s=1200)[-1] == (530, 1200, None)  # type: ignore[index]
    assert causes(parts, now_s=540) == [(130, 500, None)]


def test_while_a_point_has_another_unit_there_is_no_hole() -> None:
    celsius, fahrenheit = series(0, 300, holes=[(60, 300)]), series(60, 200, holes=[(230, np.inf)], units="°F")
    assert causes([celsius, fahrenheit], now_s=310) == [(230, 300, None)]


def test_a_faulty_sensor_is_missing_though_its_line_goes_on_and_another_cause_is_not() -> None:
    parts = [series(*range(0, 1000, 30))]
    found = causes(parts, told(100, 200, Cause.SENSOR_OPEN), told(300, 400, Cause.TIMEOUT))
    assert found == [(100, 200, Cause.SENSOR_OPEN)]


def test_what_was_never_read_is_missing_as_far_as_it_was_loaded() -> None:
    assert causes([], end_s=500) == [(0, 500, None)]


def test_another_point_of_the_panel_lacks_the_same_unless_its_holes_or_their_causes_differ() -> None:
    parts, words = [series(0, 100, 200, holes=[(30, 100)])], "T3000 was out"
    of_one = missing(parts, Explained.of([told(30, 100, Cause.TIMEOUT)]), 0, 150, 210)
    other = Explained.of([told(30, 100, Cause.TIMEOUT, words)])
    same = missing([series(0, 100, 200, holes=[(30, 100)])], other, 0, 150, 210, of_one)
    assert same.pieces is of_one.pieces
    assert (found := same.told_at(50)) is not None
    assert found.sentence == words
    for pieces_ in (
        missing(parts, other, 0, 140, 210, of_one).pieces,
        missing([series(0, 100, 200, holes=[(31, 100)])], other, 0, 150, 210, of_one).pieces,
        missing(parts, Explained.of([told(30, 100, Cause.ASLEEP)]), 0, 150, 210, of_one).pieces,
    ):
        assert pieces_ is not of_one.pieces


def test_what_is_found_out_anew_takes_the_place_of_what_was_known_of_that_time() -> None:
    holes = [told(0, 10, Cause.ASLEEP), told(20, 50, Cause.TIMEOUT), told(60, 70, Cause.UNKNOWN)]

    def renewed(start_s: float, end_s: float, *newer: ExplainedHole) -> object:
        found = Explained.of(holes).renewed(start_s, end_s, Explained.of(newer))
        assert listed(found.pieces) == [(*hole[:2], hole.cause) for hole in found.holes]
        return listed(found.pieces)

    assert renewed(40, np.inf, told(40, 55, Cause.TIMEOUT), told(60, 90, Cause.CRASHED)) == [
        (0, 10, Cause.ASLEEP),
        (20, 55, Cause.TIMEOUT),
        (60, 90, Cause.CRASHED),
    ]
    assert renewed(55, np.inf) == [(0, 10, Cause.ASLEEP), (20, 50, Cause.TIMEOUT)]
    assert renewed(50, 100, told(50, 52, Cause.TIMEOUT))[1:] == [(20, 52, Cause.TIMEOUT)]  # type: ignore[index]
    assert renewed(-50, 5, told(-50, 5, Cause.ASLEEP))[:1] == [(-50, 10, Cause.ASLEEP)]  # type: ignore[index]
    assert renewed(30, 40)[1:3] == [(20, 30, Cause.TIMEOUT), (40, 50, Cause.TIMEOUT)]  # type: ignore[index]
    assert renewed(12, 15) == [(*hole[:2], hole.cause) for hole in holes]
    assert Explained.of().renewed(0, 9, Explained.of(holes[:1])).holes == (holes[0],)


# -- bands ---------------------------------------------------------------------------------------------------------


def test_what_all_series_lack_is_one_band_what_a_panel_does_another_and_the_rest_is_of_its_series() -> None:
    quit_s, of_panel, of_point = (0, 10, Cause.STOPPED), (20, 30, Cause.NOT_REREAD), (40, 50, Cause.SENSOR_OPEN)
    found = bands([pieces(quit_s, of_panel), pieces(quit_s, of_panel, of_point), pieces(quit_s)], ["A", "A", "B"])
    assert listed(found.common) == [quit_s]
    assert [(row.series, listed(row.pieces)) for row in found.rows] == [((0, 1), [of_panel]), ((1,), [of_point])]


def test_series_that_lack_readings_for_different_causes_have_no_band_in_common() -> None:
    found = bands([pieces((0, 10, Cause.TIMEOUT)), pieces((5, 10, Cause.PANEL_MISSING))], ["A", "B"])
    assert listed(found.common) == []
    assert [row.series for row in found.rows] == [(0,), (1,)]


TIMES = st.lists(st.integers(0, 300), min_size=2, max_size=20, unique=True)
KINDS = st.sampled_from([Cause.TIMEOUT, Cause.ASLEEP, Cause.PANEL_MISSING])


@st.composite
def lacking(draw: st.DrawFn) -> Pieces:
    times = sorted(draw(TIMES))
    return pieces(*((start_s, end_s, draw(KINDS)) for start_s, end_s in zip(times[::2], times[1::2], strict=False)))


def test_what_another_day_lacks_has_rows_and_leaves_the_bands_of_the_day_itself_whole() -> None:
    own, other, of_point = (0, 10, Cause.ASLEEP), (5, 30, Cause.TIMEOUT), (40, 50, Cause.SENSOR_OPEN)
    parts = [pieces(own), pieces(other), pieces(own), pieces(other, of_point)]
    found = bands_of_days(parts, "AAAA", [0, 1, 0, 1])
    assert listed(found.common) == [own]
    assert [(row.series, listed(row.pieces)) for row in found.rows] == [((1, 3), [other]), ((3,), [of_point])]
    assert listed(bands_of_days(parts[1:2], "A", [7]).common) == [other], "where it is alone it is as any"


@given(
    st.lists(lacking(), min_size=1, max_size=4),
    st.lists(st.sampled_from("AB"), min_size=4, max_size=4),
    st.lists(st.sampled_from([0, 0, 1, 7]), min_size=4, max_size=4),
)
def test_bands_and_strip_show_each_hole_of_each_series_once(
    parts: list[Pieces], panels: list[str], days: list[int]
) -> None:
    days = days[: len(parts)]
    found = bands_of_days(parts, panels[: len(parts)], days)
    shown: list[list[tuple[float, Cause | None]]] = [[] for _ in parts]
    own = [place for place, day in enumerate(days) if day == (0 if 0 in days else days[0])]
    for series_, its in [(own, found.common), *((row.series, row.pieces) for row in found.rows)]:
        for start_s, end_s, cause in listed(its):
            for place in series_:
                shown[place] += [(time_s, cause) for time_s in np.arange(start_s, end_s).tolist()]
    by_second = [
        [(time_s, cause) for start_s, end_s, cause in listed(its) for time_s in np.arange(start_s, end_s).tolist()]
        for its in parts
    ]
    assert [sorted(its) for its in shown] == by_second
    columns = MissingTime(parts).columns(-5, 7, 50, 3)
    for place, hole_class in enumerate(CLASSES):
        expected = np.zeros(50)
        for time_s, cause in (second for its in by_second for second in its):
            expected[int((time_s + 5) // 7)] += cause is not None and cause.hole_class is hole_class
        assert columns.shares[place] * 7 * len(parts) == pytest.approx(expected)


def test_a_band_is_never_narrower_than_asked_and_those_that_meet_are_one() -> None:
    starts, ends = widened(np.array([0.0, 100.0, 104.0, 200.0]), np.array([50.0, 101.0, 105.0, 202.0]), 10.0)
    assert starts.tolist() == [0.0, 95.5, 196.0]
    assert ends.tolist() == [50.0, 109.5, 206.0]


@given(lacking(), st.integers(0, 40), st.sampled_from([1.0, 3.0, 30.0]))
def test_a_band_is_at_least_three_columns_wide_and_stands_still_when_the_time_is_moved(
    its: Pieces, moved: int, s_per_column: float
) -> None:
    whole = band_columns(by_class(its), -10, 400, s_per_column, 3)
    part = band_columns(by_class(its), -10 + moved, 300, s_per_column, 3)
    assert part.tolist() == whole[moved : moved + 300].tolist()
    marked = whole >= 0
    for start_s, end_s, _ in listed(its):
        assert marked[10 + int(start_s / s_per_column + 0.5) : 10 + int(end_s / s_per_column + 0.5)].all()
    edges = np.flatnonzero(np.diff(marked, prepend=False, append=False))
    assert (edges[1::2] - edges[::2] >= 3).all()
    seconds = sum(end_s - start_s for start_s, end_s, _ in listed(its))
    assert marked.sum() <= seconds / s_per_column + 4 * len(its.starts)


def test_what_is_too_short_beside_a_band_of_all_is_no_band_and_is_one_when_it_is_looked_at_closely() -> None:
    item = CurveHoles()
    of_all = pieces((100, 200, Cause.TIMEOUT), (200, 203, Cause.NOT_READY))
    item.set_rows([BandRow(of_all), BandRow(pieces((95, 100, None), (203, 206, None), (300, 302, None)))])

    def bands_seen(place: int, least_s: float) -> list[float]:
        return sorted(start for starts, _ in item.seen(place, least_s).values() for start in starts.tolist())

    assert bands_seen(1, 30.0) == [300], "which stands alone"
    assert bands_seen(1, 4.0) == [95, 300]
    assert bands_seen(1, 1.0) == [95, 203, 300]
    assert bands_seen(0, 30.0) == [100, 200], "a band beside another one of all series is one"


# -- the strip -----------------------------------------------------------------------------------------------------


def test_thirty_seconds_in_a_year_are_marked_and_do_not_paint_a_day() -> None:
    midnight_s = 181 * DAY_S
    columns = MissingTime([pieces((midnight_s - 30, midnight_s, Cause.TIMEOUT))]).columns(0, DAY_S, 365, 3)
    marked = np.flatnonzero(columns.worst == CLASSES.index(HoleClass.T3000))
    assert marked.tolist() == [179, 180, 181]
    assert len(marked) == 3
    assert columns.shares.max() == pytest.approx(30 / DAY_S)
    assert set(codes(columns, 0, 1)[4:].ravel().tolist()) == {0}
    assert set(codes(columns, 0, 1)[:3, marked].ravel().tolist()) == {2 * CLASSES.index(HoleClass.T3000) + 2}


def test_the_absence_of_the_monitor_is_seen_whatever_else_is_missing() -> None:
    columns = MissingTime(
        [pieces((0, 100, Cause.SENSOR_OPEN)), pieces((0, 40, Cause.PANEL_MISSING), (40, 41, Cause.NOT_RUNNING))]
    ).columns(0, 100, 1, 3)
    shares = dict(zip(CLASSES, columns.shares[:, 0].tolist(), strict=True))
    assert shares[HoleClass.POINT] == 0.5
    assert shares[HoleClass.PANEL] == 0.2
    assert CLASSES[columns.worst[0]] is HoleClass.MONITOR


def test_each_class_has_its_share_of_a_column_and_a_hatch_of_its_own() -> None:
    columns = MissingTime([pieces((0, 500, Cause.NOT_RUNNING), (500, 800, Cause.DATABASE))]).columns(0, 1000, 1, 3)
    (column,) = codes(columns, 0, 1)[4:].T.tolist()
    classes = [CLASSES[(code - 1) // 2] if code else None for code in column]
    assert classes == [None] * 2 + [HoleClass.DATABASE] * 3 + [HoleClass.MONITOR] * 5
    assert len({mask.tobytes() for mask in MASKS}) == len(CLASSES)


# -- incidents -----------------------------------------------------------------------------------------------------


def test_holes_with_nothing_but_single_readings_of_t3000s_between_them_are_shown_as_one() -> None:
    filled, other = Cause.FILLED, Cause.NOT_RUNNING
    parts = pieces((0, 50, other), (50, 100, filled), (101, 200, filled), (201, 250, filled), (300, 350, filled))
    assert listed(with_filled_as_one(parts)) == [(0, 50, other), (50, 250, filled), (300, 350, filled)]
    assert listed(with_filled_as_one(Pieces.none())) == []
    apart = pieces((0, 50, other), (51, 100, other))
    assert listed(with_filled_as_one(apart)) == [(0, 50, other), (51, 100, other)]


def test_what_panels_lack_at_one_time_for_one_reason_is_one_incident_and_the_longest_comes_first() -> None:
    def of(*holes: ExplainedHole) -> Missing:
        explained = Explained.of(holes)
        return Missing(explained.pieces, np.arange(len(holes)), explained, Holes.none(), (0, 0))

    parts = [
        of(told(100, 150, Cause.TIMEOUT), told(200, 210, Cause.TIMEOUT), told(300, 900, Cause.CRASHED)),
        of(told(0, 50, Cause.ASLEEP), told(110, 160, Cause.TIMEOUT)),
    ]
    assert incidents(parts, 90, 250) == [
        Incident(100, 160, "timeout", (0, 1)),
        Incident(200, 210, "timeout", (0,)),
    ]
    assert incidents(parts, 90, 190, days=(0, 1)) == [  # the second one is of the day before
        Incident(100, 150, "timeout", (0,)),
        Incident(110, 160, "timeout", (1,)),
    ]


def test_an_incident_says_when_whose_and_why() -> None:
    shown = []
    for serial, panel, index in ((1, "AHU-1", 1), (1, "AHU-1", 2), (2, "VAV-2", 1)):
        trace = Trace(PointKey(serial, PointType.INPUT, index))
        trace._panel = panel
        shown.append(trace)
    noon_s = 1_764_244_800.0  # 2025-11-27 12:00 UTC
    found = [
        Incident(noon_s, noon_s + 1740, "T3000 had no newer reading", (0, 1)),
        Incident(noon_s, noon_s + 100, "The sensor was open", (1,)),
        Incident(noon_s - DAY_S, np.inf, "", (0, 2)),
        Incident(noon_s + 3600, noon_s + 9000, "T3000 was not ready", (2,)),  # of another day, which has more of it
    ]
    assert incident_texts(found, shown, noon_s + 4000, UTC) == [
        "12:00–12:29 AHU-1: T3000 had no newer reading",
        "12:00:00–12:01:40 AHU-1 IN2: The sensor was open",
        "2025-11-26 12:00–now AHU-1 IN1, VAV-2 IN1: the cause is not known yet",
        "13:00–now VAV-2: T3000 was not ready",
    ]
    assert incident_texts(found * 3, shown, noon_s, UTC)[-1] == "… and 4 shorter ones"


def test_causes_and_those_that_are_not_named_add_up_to_what_is_missing() -> None:
    missing = [(cause, 3600.0 - 60 * number) for number, cause in enumerate(Cause)]
    assert len(cause_texts(missing[:4])) == 4
    assert cause_texts(missing[:6])[4:] == ["others 1.9 hours"]
