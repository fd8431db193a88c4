"""A T3000 that is modelled, its clock, and short ways to call it."""

from answers import JsonObject
from clock import FakeClock
from t3000_model import T3000Model, Timed
from t3000_panels import PanelModel, make_panels, signed

OUTPUTS, INPUTS, VARIABLES, SETTINGS = 0, 1, 2, 98
MISMATCH = {"error": "The serial number does not match the panel."}
COLLECT = {"action": 15, "panelId": -1, "serialNumber": 0}


class Site:
    """A model, its clock, and short ways to call it."""

    def __init__(self, *panels: PanelModel, loaded: bool = True) -> None:
        self.clock = FakeClock()
        self.panels = list(panels) or make_panels(2, alike=False)
        self.t3000 = T3000Model(self.panels, self.clock.monotonic_s, self.clock.utc_s, loaded=loaded)

    def begin(self, request: JsonObject) -> Timed:
        return self.t3000.begin(request)

    def finish(self, request: JsonObject) -> JsonObject:
        """The answer, when it is there."""
        timed = self.begin(request)
        self.clock.now_s = timed.until_s
        return timed.answer

    def live(self, panel: PanelModel, kind: int = INPUTS, start: int = 0, end: int = 9) -> JsonObject:
        return self.finish(live(panel, kind, start, end))

    def seconds(self, request: JsonObject) -> float:
        return round(self.begin(request).until_s - self.clock.now_s, 3)

    def load(self, panel: PanelModel) -> JsonObject:
        return self.finish({"action": 0, "panelId": panel.panel_id})

    def restart(self) -> None:
        """A start of T3000 whose web service has warmed up and whose scan is over."""
        self.t3000.restart()
        self.finish(COLLECT)
        self.clock.now_s += self.t3000.scan_s

    def read_in_background(self, panel: PanelModel) -> None:
        self.finish({"action": 15, "panelId": panel.panel_id, "serialNumber": signed(panel.serial_number)})
        self.clock.now_s += 15

    def logged(self) -> dict[int, JsonObject]:
        found = self.finish(COLLECT)
        self.clock.now_s += 15
        return {panel["panel_id"]: panel for panel in found.get("data", ())}


def live(panel: PanelModel, kind: int = INPUTS, start: int = 0, end: int = 9) -> JsonObject:
    return {
        "action": 17,
        "panelId": panel.panel_id,
        "serialNumber": signed(panel.serial_number),
        "objectinstance": panel.object_instance,
        "entryType": kind,
        "entryIndexStart": start,
        "entryIndexEnd": end,
    }


def points(answer: JsonObject) -> list[JsonObject]:
    found: list[JsonObject] = answer["data"].get("device_data", [])
    return found


def ids(answer: JsonObject) -> list[str]:
    return [point["id"] for point in points(answer)]


def asked(panel: PanelModel, kind: int = INPUTS, start: int = 0, end: int = 9) -> dict[str, int]:
    return {name: value for name, value in live(panel, kind, start, end).items() if name != "action"}
