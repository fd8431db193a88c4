"""One answer decoded, and what stands in it, for tests."""

from answers import (
    JsonObject,
    documented_answer,
    documented_panel,
    real_answer,
    real_panel,
    real_point,
)
from t3monitor.model.point_types import PointType
from t3monitor.model.points import Point
from t3monitor.model.snapshot import Panel, Snapshot
from t3monitor.t3000.messages import AnswerDecoder

INPUT, OUTPUT, VARIABLE = PointType
RECEIVED_S = 1_761_960_900


def decode(body: bytes) -> Snapshot:
    return AnswerDecoder().decode(body, RECEIVED_S)


def only_device(body: bytes) -> Panel:
    (device,) = decode(body).panels
    return device


def only_point(wire: JsonObject) -> Point:
    """The one point of an answer of the real shape."""
    (point,) = only_device(real_answer(real_panel(points=[wire]))).points()
    return point


def documented_only_point(kind: PointType, wire: JsonObject) -> Point:
    lists = {INPUT: "inputs", OUTPUT: "outputs", VARIABLE: "variables"}
    (point,) = only_device(documented_answer(documented_panel(**{"inputs": [], lists[kind]: [wire]}))).points()
    return point


def labelled(label: bytes) -> bytes:
    """An answer of two inputs of which the second has this label, byte for byte."""
    points = [real_point(number=1), real_point(number=2, label="<label>"), real_point(number=3)]
    return real_answer(real_panel(points=points)).replace(b"<label>", label)
