"""Boiler plant: two boilers in lead and lag that cycle with the demand, hot water reset by the weather, gas meter."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from t3monitor.model.words import Words
from t3monitor.simulation.loads import NO_HEATING_ABOVE_C, Loads
from t3monitor.simulation.noise import Noise, key_of, uniform
from t3monitor.simulation.points import (
    In,
    Out,
    PointList,
    State,
    Var,
    analog_in,
    analog_out,
    analog_var,
    digital_in,
    digital_out,
    digital_var,
)
from t3monitor.simulation.schedule import DAY_S, MINUTE_S
from t3monitor.simulation.weather import Weather

_BOILER_KW = 80.0
_BOILERS_AT_FULL_LOAD = 1.5  # boilers the heat load needs on a day of the design season
_M3_PER_KWH = 1 / 9.3  # natural gas at this efficiency
_PULSES_PER_M3 = 10
_COUNTER_END = 2_000_000  # counters roll over before value x1000 leaves 32 bits
_MAX_WATER_C, _MIN_WATER_C = 80.0, 45.0
_HYSTERESIS_K = 3.0
_SHORTEST_SHARE = 0.08  # of a cycle that a burner fires
_FLUE_HEATS_S, _FLUE_COOLS_S = 120, 420
LEADERS: Words = ((1, "Boiler 1"), (2, "Boiler 2"))

INPUTS: PointList = (
    analog_in("HWS_T", "HW Supply Temp", In.THERMISTOR_C),
    analog_in("HWR_T", "HW Return Temp", In.THERMISTOR_C),
    analog_in("B1_OUT", "Boiler 1 Outlet", In.THERMISTOR_C),
    analog_in("B2_OUT", "Boiler 2 Outlet", In.THERMISTOR_C),
    analog_in("B1_FLUE", "Boiler 1 Flue Gas", In.PT_1K_C),
    analog_in("B2_FLUE", "Boiler 2 Flue Gas", In.PT_1K_C),
    analog_in("OAT", "Outdoor Air Temp", In.THERMISTOR_C),
    analog_in("DHW_T", "DHW Tank Temp", In.THERMISTOR_C),
    None,
    analog_in("SYS_PSI", "System Pressure", In.PSI),
    analog_in("GAS_PLS", "Gas Meter 0.1 m3", In.PULSES),
    None,
    digital_in("B1_ST", "Boiler 1 Flame", State.OFF_ON),
    digital_in("B2_ST", "Boiler 2 Flame", State.OFF_ON),
    digital_in("P1_ST", "Pump 1 Status", State.OFF_ON),
    digital_in("P2_ST", "Pump 2 Status", State.OFF_ON),
    digital_in("B1_ALM", "Boiler 1 Lockout", State.NORMAL_ALARM),
    digital_in("B2_ALM", "Boiler 2 Lockout", State.NORMAL_ALARM),
    digital_in("LWCO", "Low Water Cutoff", State.NORMAL_ALARM),
)
OUTPUTS: PointList = (
    digital_out("B1_EN", "Boiler 1 Enable", State.DISABLE_ENABLE),
    digital_out("B2_EN", "Boiler 2 Enable", State.DISABLE_ENABLE),
    digital_out("P1_CMD", "HW Pump 1", State.STOP_START),
    digital_out("P2_CMD", "HW Pump 2", State.STOP_START),
    digital_out("DHW_HTR", "DHW Heater", State.OFF_ON),
    None,
    analog_out("B1_FIRE", "Boiler 1 Firing", Out.PERCENT),
    analog_out("B2_FIRE", "Boiler 2 Firing", Out.PERCENT),
    analog_out("P_SPEED", "HW Pump Speed", Out.VOLTS),
    analog_out("MIX_VLV", "Radiator Mixing", Out.VOLTS_2_10),
)
VARIABLES: PointList = (
    digital_var("HTG_EN", "Heating Enabled", State.DISABLE_ENABLE),
    analog_var("HWS_SP", "HW Supply Setpoint", Var.CELSIUS),
    analog_var("HW_MAX", "HW Reset at -10", Var.CELSIUS, held=_MAX_WATER_C),
    analog_var("HW_MIN", "HW Reset at 15", Var.CELSIUS, held=_MIN_WATER_C),
    analog_var("HYST", "Boiler Hysteresis", Var.CELSIUS, held=_HYSTERESIS_K),
    analog_var("OA_LOCK", "Outdoor Lockout", Var.CELSIUS, held=NO_HEATING_ABOVE_C),
    analog_var("LEAD", "Lead Boiler", Var.MULTISTATE_1),
    None,
    analog_var("LOAD", "Plant Load", Var.PERCENT),
    analog_var("HEAT_KW", "Heat Power", Var.KW),
    analog_var("HEAT_KWH", "Heat Energy", Var.KWH, step=1),
    analog_var("GAS_RATE", "Gas Rate", Var.M3_PER_HOUR, step=0.01),
    analog_var("GAS_M3", "Gas Meter m3", Var.CUSTOM_1),
)


class _Firing(NamedTuple):
    """A boiler at one instant of its cycle."""

    on: bool
    swing: float  # of its water, -1 at the start of firing to 1 at its end
    flue_k: float  # flue gas above the standing boiler
    rate_pct: float


class BoilerPlant:
    """Two boilers of 80 kW that share the heat load of the building, the leader first."""

    def __init__(self, key: int, weather: Weather, loads: Loads) -> None:
        self._weather = weather
        self._loads = loads
        self._cycle_s = (18 * MINUTE_S + int(240 * uniform(key, 1)), 22 * MINUTE_S + int(300 * uniform(key, 2)))
        self._first_m3 = 8000 + 9000 * uniform(key, 3)
        self._size = 0.9 + 0.2 * uniform(key, 4)
        self._water = Noise(key_of(key, "water"), 90, 0.25)
        self._pressure = Noise(key_of(key, "pressure"), 9 * DAY_S, 0.8)
        self._tank_s = 100 * MINUTE_S

    def values(self, local_s: float) -> Mapping[str, float]:
        """Value of each point by label."""
        sky = self._weather.at(local_s)
        load = self._load(local_s)  # 1 = one boiler all the time
        warm = self._loads.heating_season(local_s)
        on = warm > 0
        leader = int(local_s // (7 * DAY_S)) % 2
        firings = [self._firing(local_s, boiler, leader) for boiler in (0, 1)]
        room_c = 23 + 0.15 * (sky.slow_c - 10)
        setpoint_c = min(_MAX_WATER_C, max(_MIN_WATER_C, _MIN_WATER_C + 35 * (15 - sky.slow_c) / 25))
        short_k = 5 * max(0.0, load - 1.9)  # both boilers at their limit
        ripple_k = self._water(local_s)

        def water_c(swing_k: float) -> float:
            return room_c + warm * (setpoint_c - short_k + swing_k + ripple_k - room_c)

        outlets_c = [
            water_c(_HYSTERESIS_K * firing.swing + 1) if boiler == leader or load > 1 else room_c + warm * 12
            for boiler, firing in enumerate(firings)
        ]
        supply_c = water_c(0.7 * _HYSTERESIS_K * firings[leader].swing)
        filling = (local_s % self._tank_s) / self._tank_s  # the tank loses 6 K in 75 minutes and gains them in 25
        tank_c = 61 - 6 * filling / 0.75 if filling < 0.75 else 55 + 6 * (filling - 0.75) / 0.25
        heat_kw = self._kw_per_load() * self._loads.heat.at(local_s)
        heat_kwh = self._kw_per_load() * self._loads.heat.hours(local_s)
        gas_m3 = self._first_m3 + heat_kwh * _M3_PER_KWH
        return {
            "HWS_T": supply_c,
            "HWR_T": room_c + (supply_c - room_c) * (0.88 - 0.2 * min(1.0, load / 2)),
            "B1_OUT": outlets_c[0],
            "B2_OUT": outlets_c[1],
            "B1_FLUE": room_c + warm * 25 + firings[0].flue_k,
            "B2_FLUE": room_c + warm * 25 + firings[1].flue_k,
            "OAT": sky.outdoor_c + 0.2,
            "DHW_T": tank_c,
            "SYS_PSI": 17 + self._pressure(local_s) + (supply_c - 20) / 25,
            "GAS_PLS": int(gas_m3 * _PULSES_PER_M3) % _COUNTER_END,
            "B1_ST": firings[0].on,
            "B2_ST": firings[1].on,
            "P1_ST": on and leader == 0,
            "P2_ST": on and leader == 1,
            "B1_ALM": False,
            "B2_ALM": False,
            "LWCO": False,
            "B1_EN": on and (leader == 0 or load > 1),
            "B2_EN": on and (leader == 1 or load > 1),
            "P1_CMD": on and leader == 0,
            "P2_CMD": on and leader == 1,
            "DHW_HTR": filling >= 0.75,
            "B1_FIRE": firings[0].rate_pct,
            "B2_FIRE": firings[1].rate_pct,
            "P_SPEED": 4 + 5 * min(1.0, load / 2) if on else 0.0,
            "MIX_VLV": min(100.0, 35 + 25 * load) if on else 0.0,
            "HTG_EN": on,
            "HWS_SP": setpoint_c,
            "LEAD": leader + 1,
            "LOAD": min(100.0, 50 * load),
            "HEAT_KW": heat_kw,
            "HEAT_KWH": heat_kwh % _COUNTER_END,
            "GAS_RATE": heat_kw * _M3_PER_KWH,
            "GAS_M3": gas_m3 % _COUNTER_END,
        }

    def _kw_per_load(self) -> float:
        return _BOILER_KW * _BOILERS_AT_FULL_LOAD * self._size

    def _load(self, local_s: float) -> float:
        return _BOILERS_AT_FULL_LOAD * self._size * self._loads.heat.at(local_s)

    def _firing(self, local_s: float, boiler: int, leader: int) -> _Firing:
        """State in the boiler's on/off cycle, the burner being on for the part of it that the load asks for.

        The part is fixed when the cycle begins, so a load that moves does not make the flame flicker.
        """
        cycle_s = self._cycle_s[boiler]
        elapsed_s = local_s % cycle_s
        began_s = local_s - elapsed_s
        load = self._load(began_s)
        share = min(1.0, load if boiler == leader else load - 1)
        if boiler == leader and self._loads.heating_season(began_s):
            share = max(_SHORTEST_SHARE, share)
        if share < _SHORTEST_SHARE:
            return _Firing(False, 0, 0, 0)
        if share > 0.94:
            return _Firing(True, 0, 130, 100 * share)
        on_s, off_s = share * cycle_s, (1 - share) * cycle_s
        rate_pct = 40 + 60 * share
        full_k = 70 + 60 * share
        # In a steady cycle the flue gas starts where the pause left it.
        heated, cooled = math.exp(-on_s / _FLUE_HEATS_S), math.exp(-off_s / _FLUE_COOLS_S)
        top_k = full_k * (1 - heated) / (1 - heated * cooled)
        if elapsed_s < on_s:
            flue_k = full_k + (top_k * cooled - full_k) * math.exp(-elapsed_s / _FLUE_HEATS_S)
            return _Firing(True, 2 * elapsed_s / on_s - 1, flue_k, rate_pct)
        paused_s = elapsed_s - on_s
        return _Firing(False, 1 - 2 * paused_s / off_s, top_k * math.exp(-paused_s / _FLUE_COOLS_S), 0)
