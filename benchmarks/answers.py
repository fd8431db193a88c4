"""What is measured with: LOGGING_DATA answers of a building, 30 s apart, and what T3000 would say beside them."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec

from t3monitor.simulation.building import Building

PANELS = 100
INTERVAL_S = 30
_FIRST_S = 1_761_048_000  # a Tuesday in October, 12:00 UTC: a building in use
_BUSY_STEP = 100  # on the wire, in thousandths: a tenth of a unit


class Answer(NamedTuple):
    """One answer and the UTC epoch second it arrives at."""

    received_at: int
    body: bytes


def demo(count: int, panels: int = PANELS) -> Iterator[Answer]:
    """The simulated building: some points move, most stand still."""
    building = Building(panels)
    for cycle in range(count):
        now_s = _FIRST_S + cycle * INTERVAL_S
        yield Answer(now_s, building.answer(now_s))


def busy(count: int, panels: int = PANELS) -> Iterator[Answer]:
    """The same answers, but no analog point that is in use has the value it had in the answer before."""
    last: dict[tuple[int, str], int] = {}
    for cycle, answer in enumerate(demo(count, panels)):
        message: dict[str, Any] = msgspec.json.decode(answer.body)
        for panel in message["data"]:
            for point in panel["device_data"]:
                if point["digital_analog"] and point["range"]:
                    key = panel["panel_serial_number"], point["id"]
                    value = point["value"] + _BUSY_STEP * (cycle % 2)
                    if value == last.get(key):
                        value += _BUSY_STEP
                    point["value"] = last[key] = value
        yield Answer(answer.received_at, msgspec.json.encode(message))


INPUTS: dict[str, Callable[[int], Iterator[Answer]]] = {"demo": demo, "busy": busy}
