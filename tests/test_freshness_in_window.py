"""How old a reading is: as old as its group, whatever nobody uses; what claims to be of the future is not live."""

import random
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from t3monitor.model.point_types import PointType
from t3monitor.model.points import PointKey
from t3monitor.model.snapshot import Panel, PointGroup
from t3monitor.ui.devices.columns import DeviceColumn
from t3monitor.ui.devices.model import DevicesModel
from t3monitor.ui.kit.texts import age_text
from t3monitor.ui.points.columns import Column
from t3monitor.ui.points.filter import PointFilter
from t3monitor.ui.points.model import PointsModel
from t3monitor.ui.trend.legend.legend_model import Told
from t3monitor.ui.trend.series.traces import Traces
from t3monitor.ui.trend.shown import Chosen
from values import NOW_S, device, points, snapshot

INTERVAL_S = 30
TIP = Qt.ItemDataRole.ToolTipRole


def in_groups(*read_at: int | None, **fields: object) -> Panel:
    """A panel with ten inputs in each group, the groups read at these times."""
    inputs = points(PointType.INPUT, *range(10 * len(read_at)))
    groups = tuple(
        PointGroup(10 * n + 1, 10 * n + 10, time_s, in_use=True, is_new=True) for n, time_s in enumerate(read_at)
    )
    oldest = min((time_s for time_s in read_at if time_s is not None), default=None)
    return device(
        inputs=inputs,
        outputs=(),
        variables=(),
        input_logging_time=oldest,
        groups={PointType.INPUT: groups},
        **fields,  # type: ignore[arg-type]
    )


@pytest.fixture
def model(qtbot: QtBot) -> PointsModel:
    model = PointsModel()
    model.set_now(NOW_S, INTERVAL_S)
    return model


def ages(model: PointsModel) -> list[str]:
    return [model.text(row, Column.AGE) for row in range(model.rowCount())]


def test_each_point_is_as_old_as_its_group(model: PointsModel) -> None:
    model.apply(snapshot(in_groups(NOW_S - 5, NOW_S - 1000, None)))
    assert ages(model) == ["5 s"] * 10 + ["stale 16 min"] * 10 + ["never read"] * 10
    assert "never" in str(model.index(25, Column.AGE).data(TIP))
    assert "never" in str(model.index(25, Column.VALUE).data(TIP))
    model.sort(Column.AGE, Qt.SortOrder.DescendingOrder)
    assert ages(model)[0] == "stale 16 min"
    assert ages(model)[-1] == "never read", "what has no age is last whatever the order"
    model.set_filter(PointFilter(stale=True))
    assert model.rowCount() == 20


def test_a_group_that_is_read_again_is_fresh_and_told_of(model: PointsModel) -> None:
    first = in_groups(NOW_S - 5, NOW_S - 1000)
    model.apply(snapshot(first))
    told = []
    model.dataChanged.connect(lambda top, bottom: told.append((top.row(), bottom.row(), top.column())))
    model.apply(snapshot(replace(in_groups(NOW_S - 5, NOW_S - 1), inputs=first.inputs)))
    assert (10, 19, 0) in told, "their colours are others"
    assert ages(model)[10:] == ["1 s"] * 10


def test_groups_that_appear_change_ages_and_no_row(model: PointsModel) -> None:
    grouped = in_groups(NOW_S - 5, NOW_S - 20)
    resets = []
    model.apply(snapshot(replace(grouped, groups={}, input_logging_time=NOW_S - 40)))
    assert ages(model) == ["40 s"] * 20
    model.modelReset.connect(lambda: resets.append(1))
    model.apply(snapshot(grouped))
    assert ages(model) == ["5 s"] * 10 + ["20 s"] * 10
    model.apply(snapshot(replace(grouped, groups={})))
    assert ages(model) == ["20 s"] * 20
    assert resets == []


def test_a_point_outside_of_all_groups_has_the_age_of_its_type(model: PointsModel) -> None:
    panel = in_groups(NOW_S - 5, NOW_S - 20)
    (first, _) = panel.groups[PointType.INPUT]
    model.apply(snapshot(replace(panel, groups={PointType.INPUT: (first,)})))
    assert ages(model) == ["5 s"] * 10 + ["20 s"] * 10
    assert len(model._rows.all_blocks[0].parts) == 2


def test_a_changed_value_changed_when_its_group_was_read(model: PointsModel) -> None:
    panel = in_groups(NOW_S - 30, NOW_S - 20)
    model.apply(snapshot(panel))
    changed = tuple(p._replace(value=p.value + 1) if p.point_index == 15 else p for p in panel.inputs)
    model.apply(snapshot(replace(in_groups(NOW_S - 30, NOW_S - 10), inputs=changed)))
    assert model.text(14, Column.CHANGED) == "10 s"


def test_whatever_is_applied_a_row_has_the_age_that_its_panel_says(model: PointsModel) -> None:
    dice = random.Random(9)
    for _ in range(40):
        times = [dice.choice([None, NOW_S - dice.randrange(900)]) for _ in range(dice.randrange(1, 5))]
        panel = in_groups(*times, panel_id=dice.randrange(3))
        if dice.random() < 0.3:
            panel = replace(panel, groups={})
        model.apply(snapshot(panel, device(5, 2)))
        for row in range(model.rowCount()):
            key = model.key(row)
            of = panel if key.serial_number == panel.serial_number else device(5, 2)
            read_at = of.point_read_at(key.point_type, key.point_index)
            shown = model.text(row, Column.AGE)
            assert shown.removeprefix("stale ") == ("never read" if read_at is None else age_text(NOW_S - read_at))


def test_a_type_that_nobody_uses_makes_no_panel_old(qtbot: QtBot) -> None:
    unused = points(PointType.OUTPUT, 0.0, range=0, label="OUT1", full_label="OUT 1", point_id="OUT1")
    model = DevicesModel()
    model.set_now(NOW_S, INTERVAL_S)
    model.apply(snapshot(device(1, outputs=unused, output_logging_time=NOW_S - 5000)))
    assert model.index_of(1).siblingAtColumn(DeviceColumn.AGE).data() == "5 s"


def test_a_reading_of_the_future_makes_nothing_live(qtbot: QtBot, model: PointsModel) -> None:
    ahead = device(1, time_s=NOW_S + 7200)
    panels = DevicesModel()
    panels.set_now(NOW_S, INTERVAL_S)
    panels.apply(snapshot(ahead))
    assert panels.index_of(1).siblingAtColumn(DeviceColumn.AGE).data() == "stale 2 h ahead"
    assert "still to come" in " ".join(str(panels.index_of(1).data(TIP)).split())
    model.apply(snapshot(ahead))
    assert ages(model)[0] == "stale 2 h ahead"
    assert "still to come" in str(model.index(0, Column.AGE).data(TIP))
    traces = Traces()
    traces.keep((Chosen(PointKey(1, PointType.INPUT, 1)),))
    traces.describe(snapshot(ahead))
    traces.judge(NOW_S, INTERVAL_S)
    (entry,) = traces.entries(lambda trace: Told(trace.current_text))
    assert entry.state.value == "stale"


def test_a_clock_that_is_a_little_ahead_is_no_fault(qtbot: QtBot, model: PointsModel) -> None:
    model.apply(snapshot(device(1, time_s=NOW_S + 20)))
    assert ages(model)[0] == "0 s"


def test_the_trend_takes_the_time_of_the_group(qtbot: QtBot) -> None:
    traces = Traces()
    traces.keep((Chosen(PointKey(237219, PointType.INPUT, 15)),))
    told = snapshot(in_groups(NOW_S - 5, NOW_S - 1000))
    traces.describe(told)
    trace = traces[traces.keys[0]]
    assert trace.read_at_s == NOW_S - 1000
    assert trace.series[0].delay_s == told.received_at - (NOW_S - 1000) > 900
