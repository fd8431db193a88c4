"""Two points in sight that are called alike are told apart by their ids, wherever the trend names them."""

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComparedKey, ComputedKey, SeriesKey
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.shown import Chosen
from values import device, point, snapshot

ONE, TWO, OTHER = (PointKey(1, PointType.INPUT, number) for number in (1, 2, 3))
ELSEWHERE = PointKey(2, PointType.INPUT, 1)


def shown(*keys: SeriesKey, second: str = "A&B") -> Traces:
    traces = Traces()
    traces.keep(tuple(map(Chosen, keys)))
    inputs = [point(PointType.INPUT, 1, label="A&B"), point(PointType.INPUT, 2, label=second)]
    inputs.append(point(PointType.INPUT, 3, label="RAT"))
    traces.describe(
        snapshot(
            device(1, panel_name="AHU-1", inputs=tuple(inputs)),
            device(2, panel_id=2, panel_name="AHU-2", inputs=(point(PointType.INPUT, 1, label="A&B"),)),
        )
    )
    return traces


def test_only_points_of_one_panel_and_label_have_their_ids() -> None:
    traces = shown(ONE, TWO, OTHER, ELSEWHERE)
    assert [traces[key].names.everywhere for key in traces.keys] == [
        "AHU-1 A&B (IN1)",
        "AHU-1 A&B (IN2)",
        "AHU-1 RAT",
        "AHU-2 A&B",
    ]
    assert traces.name_of(TWO) == "AHU-1 A&B (IN2)"
    traces.keep((Chosen(ONE), Chosen(OTHER)))
    assert traces[ONE].names.short == "AHU-1 A&B", "there is no other in sight"
    assert shown(ONE, TWO, second="MAT")[ONE].names.own == "A&B"


def test_a_point_beside_itself_on_another_day_needs_no_id() -> None:
    before = ComparedKey(ONE, 1)
    traces = shown(ONE, before)
    assert [traces[key].names.own for key in (ONE, before)] == ["A&B", "A&B −1 d"]
    assert shown(TWO, before)[before].names.own == "A&B −1 d (IN1)"


def test_what_is_computed_names_its_points_apart() -> None:
    key = ComputedKey("p0 - p1", (ONE, TWO))
    assert shown(key)[key].names.label == "A&B (IN1) − A&B (IN2)"
