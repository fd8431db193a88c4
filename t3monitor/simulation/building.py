"""The simulated building: which panels it has, and what T3000 would answer about them at any time."""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from t3monitor.model.point_types import PointType
from t3monitor.model.words import RangeWords, Words
from t3monitor.simulation import ahu, boilers, lighting, vav
from t3monitor.simulation.ahu import AirHandler
from t3monitor.simulation.boilers import BoilerPlant
from t3monitor.simulation.faults import Interruption, standstill, with_faults
from t3monitor.simulation.lighting import LightingAndMeters
from t3monitor.simulation.loads import Loads
from t3monitor.simulation.noise import key_of, uniform
from t3monitor.simulation.points import HW_AUTO, Plant, PointConfig, PointList, Var
from t3monitor.simulation.vav import VavFloor
from t3monitor.simulation.weather import Weather
from t3monitor.simulation.wire import LAST_OFFSET_S, PanelAddress, PanelText, answer_text

MAX_PANELS = 200

_WING = 6  # two air handlers, their two floors, a boiler plant, lighting and meters
_FIRST_SERIAL = 237_219
_SERIAL_SPACING = 29
_POINTS: tuple[tuple[PointList, PointList, PointList], ...] = (
    (ahu.INPUTS, ahu.OUTPUTS, ahu.VARIABLES),
    (ahu.INPUTS, ahu.OUTPUTS, ahu.VARIABLES),
    (vav.INPUTS, vav.OUTPUTS, vav.VARIABLES),
    (vav.INPUTS, vav.OUTPUTS, vav.VARIABLES),
    (boilers.INPUTS, boilers.OUTPUTS, boilers.VARIABLES),
    (lighting.INPUTS, lighting.OUTPUTS, lighting.VARIABLES),
)
_STATES: tuple[Words, ...] = (ahu.MODES, ahu.MODES, (), (), boilers.LEADERS, ())  # of the first multistate


class SimulatedPanel(NamedTuple):
    """One panel of the building."""

    address: PanelAddress
    place: int  # in its wing, 0..5: which kind of panel it is
    plant: Plant
    text: PanelText
    standstill: Interruption
    read_before_s: int  # how long before an answer T3000 had read its inputs


@lru_cache(maxsize=8)
def _weather_and_loads(seed: int) -> tuple[Weather, Loads]:
    """One pair for all buildings of a seed: the loads add up each day since 2022, which takes a building's start."""
    weather = Weather(seed)
    return weather, Loads(seed, weather)


@lru_cache(maxsize=MAX_PANELS)
def _text(address: PanelAddress, points: tuple[tuple[PointType, tuple[PointConfig | None, ...]], ...]) -> PanelText:
    """Made once for all buildings that have this panel."""
    return PanelText(address, dict(points))


class Building:
    """All panels; every reading is a function of seed, number of panels and time.

    ``utc_offset_s`` sets the local time by which people come and the sun rises; it is fixed, without summer time.
    """

    def __init__(self, panels: int = 6, seed: int = 1, utc_offset_s: int = 0) -> None:
        if not 1 <= panels <= MAX_PANELS:
            raise ValueError(f"A simulated building has 1 to {MAX_PANELS} panels, not {panels}.")
        self._seed = seed
        self._utc_offset_s = utc_offset_s
        self.weather, self.loads = _weather_and_loads(seed)
        self._air_handlers: list[AirHandler] = []
        self.panels = tuple(self._panel(n) for n in range(panels))

    def answer(self, now_utc_s: float, *, undisturbed_until_s: float = float("-inf")) -> bytes:
        """LOGGING_DATA as of a UTC epoch time, always with data.

        A panel whose stretch without new values began before ``undisturbed_until_s`` goes on as if nothing happened.
        """
        return answer_text(
            [panel.text.filled(*self._reading(panel, now_utc_s, undisturbed_until_s)) for panel in self.panels]
        )

    def panel_text(self, serial_number: int, panel_id: int, utc_s: float) -> str | None:
        """One panel's part of an answer, as of a time at which it was read; None if there is no such panel."""
        for panel in self.panels:
            if (panel.address.serial_number, panel.address.panel_id) == (serial_number, panel_id):
                return panel.text.filled(panel.plant.values(utc_s + self._utc_offset_s), int(utc_s))
        return None

    def words(self) -> dict[int, RangeWords]:
        """What its panels call the states of their multistates, by serial number."""
        return {
            panel.address.serial_number: RangeWords(multistate={int(Var.MULTISTATE_1): states})
            for panel in self.panels
            if (states := _STATES[panel.place])
        }

    def values(self, panel_id: int, utc_s: float) -> Mapping[str, float]:
        """What a panel measures and commands at a UTC epoch time, by label, in units and not rounded."""
        (panel,) = (panel for panel in self.panels if panel.address.panel_id == panel_id)
        return panel.plant.values(utc_s + self._utc_offset_s)

    def _reading(
        self, panel: SimulatedPanel, now_utc_s: float, undisturbed_until_s: float
    ) -> tuple[Mapping[str, float], int]:
        began_s = panel.standstill.began(now_utc_s)
        if began_s is not None and began_s >= undisturbed_until_s:
            now_utc_s = began_s
        read_s = int(now_utc_s // 1) - panel.read_before_s
        return panel.plant.values(read_s + self._utc_offset_s), read_s

    def _panel(self, n: int) -> SimulatedPanel:
        wing, place = divmod(n, _WING)
        key = key_of(self._seed, "panel", n)
        address = PanelAddress(
            panel_id=2 + n + n // 4,  # real sites have gaps in their numbers
            name=_name(wing, place),
            serial_number=_FIRST_SERIAL + n * _SERIAL_SPACING + int(uniform(key, 0) * _SERIAL_SPACING),
            ip_address=f"192.168.1.{2 + n + n // 4}",
        )
        points = {
            point_type: with_faults(tuple(listed), place, wing)
            for point_type, listed in zip(PointType, _POINTS[place], strict=True)
        }
        return SimulatedPanel(
            address,
            place,
            self._plant(key, wing, place, _overridden(points)),
            _text(address, tuple(points.items())),
            standstill(self._seed, address.panel_id),
            LAST_OFFSET_S + int(uniform(key, 1) * 6),
        )

    def _plant(self, key: int, wing: int, place: int, held: Mapping[str, float]) -> Plant:
        if place < 2:
            self._air_handlers.append(AirHandler(key, self.weather, self.loads, held))
            return self._air_handlers[-1]
        if place < 4:
            return VavFloor(key, self.weather, self.loads, self._air_handlers[2 * wing + place - 2], held)
        if place == 4:
            return BoilerPlant(key, self.weather, self.loads)
        return LightingAndMeters(key, self.weather, self.loads)


def _overridden(points: Mapping[PointType, tuple[PointConfig | None, ...]]) -> dict[str, float]:
    """Values that somebody took out of the program's hands, by label."""
    return {
        point.label: point.held
        for listed in points.values()
        for point in listed
        if point and point.held is not None and (point.manual or point.hw_switch != HW_AUTO)
    }


def _name(wing: int, place: int) -> str:
    if place < 2:
        return f"AHU-{2 * wing + place + 1}"
    if place < 4:
        return f"VAV-{2 * wing + place - 1} Floor {2 * wing + place - 1}"
    if wing == 0:
        return "Boiler plant" if place == 4 else "Lighting & meters"
    return f"Boiler plant {wing + 1}" if place == 4 else f"Ltg & meters {wing + 1}"
