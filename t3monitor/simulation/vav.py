"""VAV floor panel: six zones with a damper for cooling and a radiator valve for heating each."""

import math
from collections.abc import Mapping

from t3monitor.simulation.ahu import AirHandler
from t3monitor.simulation.loads import Loads
from t3monitor.simulation.noise import Noise, key_of, uniform
from t3monitor.simulation.points import (
    In,
    Out,
    PointConfig,
    PointList,
    State,
    Var,
    analog_in,
    analog_out,
    analog_var,
    digital_in,
    digital_var,
)
from t3monitor.simulation.schedule import MINUTE_S, OCCUPIED, PLANT
from t3monitor.simulation.weather import Weather
from t3monitor.simulation.zone import SETBACK_C, SETUP_C, Zone

_ROOMS = ("Open Off E", "Meeting E", "Open Off S", "Reception", "Open Off W", "Core")
_FACING_H = (8.5, 9.0, 12.5, 12.5, 16.0, None)  # hour of the sun before the windows
_SETPOINTS_C = (22.0, 21.5, 22.0, 21.0, 22.0, 22.5)
_CROWDED = (2, 4)  # rooms with a CO2 sensor and a motion sensor
_NUMBERS = range(1, len(_ROOMS) + 1)


def _inputs() -> PointList:
    temperatures = [analog_in(f"Z{n}_T", f"{_ROOMS[n - 1]} Temp", In.THERMISTOR_C) for n in _NUMBERS]
    discharge = [analog_in(f"Z{n}_DAT", f"Zone {n} Disch Air", In.THERMISTOR_C) for n in _NUMBERS]
    flow = [analog_in(f"Z{n}_DP", f"Zone {n} Flow Sensor", In.VOLTS) for n in _NUMBERS]
    air = [analog_in(f"Z{n}_CO2", f"{_ROOMS[n - 1]} CO2", In.CO2) for n in _CROWDED]
    motion = [digital_in(f"Z{n}_PIR", f"{_ROOMS[n - 1]} Motion", State.OCCUPIED) for n in _CROWDED]
    return (*temperatures, None, None, *discharge, None, None, *flow, *air, *motion)


def _outputs() -> PointList:
    dampers = [analog_out(f"Z{n}_DMP", f"Zone {n} Damper", Out.PERCENT_OPEN) for n in _NUMBERS]
    radiators = [analog_out(f"Z{n}_RAD", f"Zone {n} Radiator", Out.PERCENT_PWM) for n in _NUMBERS]
    return (*dampers, None, None, *radiators)


def _variables() -> PointList:
    points: list[PointConfig | None] = [
        digital_var("OCC", "Occupied", State.OCCUPIED),
        analog_var("SETBACK", "Night Heating Limit", Var.CELSIUS, held=SETBACK_C),
        analog_var("SETUP", "Night Cooling Limit", Var.CELSIUS, held=SETUP_C),
        analog_var("SUPPLY", "Supply Air from AHU", Var.CELSIUS),
        None,
    ]
    for n in _NUMBERS:
        points += [
            analog_var(f"Z{n}_SP", f"{_ROOMS[n - 1]} Setpt", Var.CELSIUS, held=_SETPOINTS_C[n - 1]),
            analog_var(f"Z{n}_HTG", f"Zone {n} Heating", Var.PERCENT),
            analog_var(f"Z{n}_CLG", f"Zone {n} Cooling", Var.PERCENT),
            analog_var(f"Z{n}_FLOW", f"Zone {n} Air Flow", Var.CFM),
            None,
        ]
    return points


INPUTS, OUTPUTS, VARIABLES = _inputs(), _outputs(), _variables()


class _Box:
    """One zone with its VAV box."""

    def __init__(self, key: int, weather: Weather, loads: Loads, n: int, setpoint_c: float) -> None:
        self.zone = Zone(key, weather, loads, facing_h=_FACING_H[n - 1], setpoint_c=setpoint_c)
        self.n = n
        self._loads = loads
        self._min_cfm = 90 + 20 * int(4 * uniform(key, 11))
        self._max_cfm = 420 + 40 * int(6 * uniform(key, 12))
        self._sensor = Noise(key_of(key, "sensor"), 240, 0.06)
        self._turbulence = Noise(key_of(key, "flow"), 120, 0.02)
        self._seat = key_of(key, "motion")
        self._breath = Noise(key_of(key, "breath"), 1800, 110)

    def values(self, local_s: float, supply_c: float) -> dict[str, float]:
        """Value of each of its points; ``supply_c`` is what the air handler delivers."""
        n = self.n
        run = PLANT.run(local_s)
        room_c = self.zone.temperature_c(local_s)
        heating_pct, cooling_pct = self.zone.demands_pct(room_c, running=run.on)
        if not self._loads.heating_season(local_s):
            heating_pct = 0.0
        flow_cfm = 0.0
        damper_pct = 0.0
        if run.on:
            part = self._min_cfm / self._max_cfm
            part += (1 - part) * cooling_pct / 100
            damper_pct = 100 * part**0.8
            flow_cfm = self._max_cfm * part * (1 + self._turbulence(local_s))
            flow_cfm *= 1 - math.exp(-(local_s - run.since_s) / (2 * MINUTE_S))
        through = flow_cfm / (flow_cfm + 30)  # standing air in the box takes on the temperature of the room
        values = {
            f"Z{n}_T": room_c + self._sensor(local_s),
            f"Z{n}_DAT": room_c + (supply_c + 0.6 - room_c) * through,
            f"Z{n}_DP": 10 * (flow_cfm / 700) ** 2,
            f"Z{n}_DMP": damper_pct,
            f"Z{n}_RAD": heating_pct,
            f"Z{n}_HTG": heating_pct,
            f"Z{n}_CLG": cooling_pct if run.on else 0.0,
            f"Z{n}_FLOW": flow_cfm,
        }
        if n in _CROWDED:
            people = self._loads.people.at(local_s - 1200)
            slot = int(local_s // (8 * MINUTE_S))
            values[f"Z{n}_CO2"] = 430 + 480 * people + (0.1 + people) * self._breath(local_s)
            values[f"Z{n}_PIR"] = uniform(self._seat, slot) < self._loads.people.at(slot * 8 * MINUTE_S)
        return values


class VavFloor:
    """The zones of one floor; ``held`` are its overridden points, of which a setpoint changes the room."""

    def __init__(
        self, key: int, weather: Weather, loads: Loads, air_handler: AirHandler, held: Mapping[str, float]
    ) -> None:
        self._air_handler = air_handler
        self._boxes = [
            _Box(key_of(key, n), weather, loads, n, held.get(f"Z{n}_SP", _SETPOINTS_C[n - 1])) for n in _NUMBERS
        ]

    def values(self, local_s: float) -> Mapping[str, float]:
        """Value of each point by label."""
        supply_c = self._air_handler.supply_c(local_s)
        values: dict[str, float] = {"OCC": OCCUPIED.run(local_s).on, "SUPPLY": supply_c}
        for box in self._boxes:
            values.update(box.values(local_s, supply_c))
        return values
