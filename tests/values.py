"""Model values for tests, with believable defaults."""

from typing import Any

from t3monitor.model.errors import Outcome
from t3monitor.model.events import CycleReport
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.store.history.series import Series

NOW_S = 1_761_960_900


def point(point_type: PointType, number: int, value: float = 0.0, **fields: Any) -> Point:
    defaults: dict[str, Any] = {
        "point_id": f"{point_type.prefix}{number}",
        "panel": 1,
        "full_label": f"{point_type.prefix} {number}",
        "label": f"L{number}",
        "units": "°C",
        "range": 3,
        "auto_manual": 0,
        "control": 0,
        "digital_analog": 1,
    }
    return Point(point_type=point_type, point_index=number, value=value, **{**defaults, **fields})


def points(point_type: PointType, *values: float, **fields: Any) -> tuple[Point, ...]:
    return tuple(point(point_type, number, value, **fields) for number, value in enumerate(values, start=1))


def device(serial_number: int = 237219, panel_id: int = 1, time_s: int = NOW_S - 5, **fields: Any) -> Panel:
    defaults: dict[str, Any] = {
        "panel_name": f"Panel {panel_id}",
        "inputs": points(PointType.INPUT, 20.5, 21.0, 0.0),
        "outputs": points(PointType.OUTPUT, 35.0, 0.0),
        "variables": points(PointType.VARIABLE, 1.0, 2.0),
        "input_logging_time": time_s,
        "output_logging_time": time_s + 1,
        "variable_logging_time": time_s + 2,
    }
    return Panel(serial_number=serial_number, panel_id=panel_id, **{**defaults, **fields})


def snapshot(*devices: Panel, **fields: Any) -> Snapshot:
    return Snapshot(NOW_S, devices, **fields)


def line(series: Series) -> list[tuple[float, float | None]]:
    """The readings of a series, and in their order where each hole begins, as None."""
    readings = zip(series.times_utc_s.tolist(), series.values.tolist(), strict=True)
    return sorted([*readings, *((start, None) for start in series.holes.starts.tolist())], key=lambda place: place[0])


def report(outcome: Outcome = Outcome.OK, reason: str | None = None, **fields: Any) -> CycleReport:
    times: dict[str, Any] = {"started_at": NOW_S - 1.0, "finished_at": float(NOW_S), "elapsed_ms": 1.0, "phases_ms": {}}
    return CycleReport(outcome=outcome, reason=reason, **{**times, **fields})
