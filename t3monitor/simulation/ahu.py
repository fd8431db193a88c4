"""Air handler: mixed air, heating and cooling valve in sequence with an economizer, supply fan on a drive."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from t3monitor.model.words import Words
from t3monitor.simulation.loads import Loads
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
from t3monitor.simulation.schedule import DAY_S, MINUTE_S, OCCUPIED, PLANT
from t3monitor.simulation.weather import Sky, Weather, relative_humidity_indoors
from t3monitor.simulation.zone import Zone

HEATING_COIL_K = 24.0  # what a fully open heating valve adds to the mixed air
COOLING_COIL_K = 14.0
_FAN_HEAT_K = 0.7
_COIL_LAG_S = 70  # from valve to supply air sensor
_MIN_OUTDOOR_AIR_PCT = 25.0
_WARM_UP_BELOW_C = 15.0
_DUCT_STATIC_PA = 250.0
_FILTER_LIFE_S = 100 * DAY_S
_OFF, _WARM_UP, _HEATING, _ECONOMIZER, _COOLING = range(5)
MODES: Words = (
    (_OFF, "Off"),
    (_WARM_UP, "Warm-up"),
    (_HEATING, "Heating"),
    (_ECONOMIZER, "Economizer"),
    (_COOLING, "Cooling"),
)

INPUTS: PointList = (
    analog_in("OAT", "Outdoor Air Temp", In.THERMISTOR_C, calibration_tenths=-4),
    analog_in("MAT", "Mixed Air Temp", In.THERMISTOR_C),
    analog_in("SAT", "Supply Air Temp", In.THERMISTOR_C, calibration_tenths=12),
    analog_in("RAT", "Return Air Temp", In.THERMISTOR_C),
    analog_in("EXH_T", "Exhaust Air Temp", In.THERMISTOR_C),
    None,
    analog_in("RA_RH", "Return Air Humidity", In.HUMIDITY),
    analog_in("RA_CO2", "Return Air CO2", In.CO2),
    analog_in("DUCT_MA", "Duct Static 0-500Pa", In.MILLIAMPS),
    analog_in("FLT_DP", "Filter DP Tx", In.VOLTS),
    analog_in("SF_AMPS", "Supply Fan Current", In.AMPS),
    None,
    digital_in("SF_ST", "Supply Fan Status", State.OFF_ON),
    digital_in("RF_ST", "Return Fan Status", State.OFF_ON),
    digital_in("FILTER", "Filter Alarm", State.NORMAL_ALARM),
    digital_in("FROST", "Frost Thermostat", State.NORMAL_ALARM),
    digital_in("SMOKE", "Duct Smoke Detector", State.NORMAL_ALARM),
)
OUTPUTS: PointList = (
    digital_out("SF_CMD", "Supply Fan Cmd", State.STOP_START),
    digital_out("RF_CMD", "Return Fan Cmd", State.STOP_START),
    digital_out("EF_CMD", "Toilet Exhaust", State.OFF_ON),
    digital_out("HC_PUMP", "Heating Coil Pump", State.OFF_ON),
    None,
    None,
    analog_out("SF_VFD", "Supply Fan Speed", Out.PERCENT),
    analog_out("RF_VFD", "Return Fan Speed", Out.PERCENT),
    analog_out("HTG_VLV", "Heating Valve", Out.PERCENT),
    analog_out("CLG_VLV", "Cooling Valve", Out.PERCENT),
    analog_out("OAD", "Outdoor Air Damper", Out.PERCENT_OPEN),
)
VARIABLES: PointList = (
    digital_var("OCC", "Occupied", State.OCCUPIED),
    analog_var("AHU_MODE", "AHU Mode", Var.MULTISTATE_1),
    digital_var("WARMUP", "Morning Warm-up", State.DISABLE_ENABLE),
    digital_var("ECON", "Economizer", State.DISABLE_ENABLE),
    analog_var("SAT_SP", "Supply Air Setpoint", Var.CELSIUS),
    analog_var("HTG_DMD", "Heating Demand", Var.PERCENT),
    analog_var("CLG_DMD", "Cooling Demand", Var.PERCENT),
    analog_var("DUCT_PA", "Duct Static", Var.PASCAL),
    analog_var("DUCT_SP", "Duct Static Setpt", Var.PASCAL, held=_DUCT_STATIC_PA),
    analog_var("OA_MIN", "Min Outdoor Air", Var.PERCENT_OPEN, held=_MIN_OUTDOOR_AIR_PCT),
    analog_var("CO2_SP", "CO2 Setpoint", Var.PPM, held=900),
    analog_var("SA_FLOW", "Supply Air Flow", Var.CFM, step=10),
    None,
    None,
    analog_var("SF_KW", "Supply Fan Power", Var.KW, step=0.01),
    analog_var("SF_KWH", "Supply Fan Energy", Var.KWH),
    analog_var("SF_HRS", "Supply Fan Run Time", Var.HOURS),
    None,
    analog_var("OCC_ON", "Occupied From", Var.TIME, held=OCCUPIED.start_s),
    analog_var("OCC_OFF", "Occupied Until", Var.TIME, held=OCCUPIED.stop_s),
    analog_var("FROST_SP", "Frost Limit", Var.CELSIUS, held=4),
)


class _Air(NamedTuple):
    """The air side at one instant; °C and %."""

    mixed_c: float
    supply_c: float
    return_c: float
    setpoint_c: float
    heating_pct: float
    cooling_pct: float
    outdoor_air_pct: float
    mode: int


class AirHandler:
    """One air handler with the rooms it serves, of which it knows an inner one; ``held`` are its overridden points."""

    def __init__(self, key: int, weather: Weather, loads: Loads, held: Mapping[str, float]) -> None:
        self._weather = weather
        self._loads = loads
        self._damper_by_hand_pct = held.get("OAD")
        self._core = Zone(key_of(key, "core"), weather, loads)
        self._fan_kw = 4.5 + 2.5 * uniform(key, 1)
        self._flow_cfm = 7000 + 2500 * uniform(key, 2)
        self._first_kwh = 2000 + 6000 * uniform(key, 3)
        self._filter_age_s = _FILTER_LIFE_S * uniform(key, 4)
        self._sensor_error_k = 0.8 * (uniform(key, 5) - 0.5)
        self._hunting = Noise(key_of(key, "valve"), 150, 1.6)
        self._mixing = Noise(key_of(key, "mixing"), 100, 0.25)
        self._draught = Noise(key_of(key, "static"), 45, 9.0)
        self._crowd = Noise(key_of(key, "crowd"), 1500, 45)
        self._steam = Noise(key_of(key, "humidity"), 2400, 2.0)

    def supply_c(self, local_s: float) -> float:
        """Temperature of the air it sends to its zones."""
        return self._air(local_s).supply_c

    def values(self, local_s: float) -> Mapping[str, float]:
        """Value of each point by label."""
        air = self._air(local_s)
        sky = self._weather.at(local_s)
        run = PLANT.run(local_s)
        occupied = OCCUPIED.run(local_s).on
        fan = self._loads.fans.at(local_s)
        # By the fan law power goes with the cube of speed; drive and belt make it a bit less steep.
        speed_pct = 100 * fan**0.4 + 0.1 * self._draught(local_s) if run.on else 0.0
        static_pa = (_DUCT_STATIC_PA * min(1.0, fan * 3) + self._draught(local_s)) if run.on else 0.0
        clogged = ((local_s + self._filter_age_s) % _FILTER_LIFE_S) / _FILTER_LIFE_S
        filter_pa = (60 + 170 * clogged) * fan
        people = self._loads.people.at(local_s - 2400)
        power_kw = self._fan_kw * fan
        return {
            "OAT": sky.outdoor_c + self._sensor_error_k,
            "MAT": air.mixed_c,
            "SAT": air.supply_c,
            "RAT": air.return_c,
            "EXH_T": air.return_c - 0.6,
            "RA_RH": relative_humidity_indoors(sky, air.return_c) + self._steam(local_s),
            "RA_CO2": 440 + 380 * people + (0.3 + people) * self._crowd(local_s),
            "DUCT_MA": 4 + 16 * max(0.0, static_pa) / 500,
            "FLT_DP": filter_pa / 50,
            "SF_AMPS": power_kw * 1000 / (3 * 230 * 0.85),
            "SF_ST": run.on,
            "RF_ST": run.on,
            "FILTER": run.on and clogged > 0.94,
            "FROST": False,
            "SMOKE": False,
            "SF_CMD": run.on,
            "RF_CMD": run.on,
            "EF_CMD": occupied,
            "HC_PUMP": air.heating_pct > 2 or sky.slow_c < 6,
            "SF_VFD": speed_pct,
            "RF_VFD": speed_pct * 0.9,
            "HTG_VLV": air.heating_pct,
            "CLG_VLV": air.cooling_pct,
            "OAD": air.outdoor_air_pct,
            "OCC": occupied,
            "AHU_MODE": air.mode,
            "WARMUP": air.mode == _WARM_UP,
            "ECON": air.mode == _ECONOMIZER,
            "SAT_SP": air.setpoint_c,
            "HTG_DMD": air.heating_pct,
            "CLG_DMD": air.cooling_pct,
            "DUCT_PA": max(0.0, static_pa),
            "SA_FLOW": self._flow_cfm * speed_pct / 100,
            "SF_KW": power_kw,
            "SF_KWH": self._first_kwh + self._fan_kw * self._loads.fans.hours(local_s),
            "SF_HRS": self._loads.running.hours(local_s),
        }

    def _air(self, local_s: float) -> _Air:
        sky = self._weather.at(local_s)
        room_c = self._core.temperature_c(local_s)
        run = PLANT.run(local_s)
        since_s = local_s - run.since_s
        # How far the ducts are from standing still (0) to blown through (1).
        blown = 1 - math.exp(-since_s / (5 * MINUTE_S)) if run.on else math.exp(-since_s / (45 * MINUTE_S))
        standing_c = 0.6 * room_c + 0.4 * (17 + 0.15 * sky.outdoor_c)
        if blown < 0.001:
            return _Air(standing_c - 0.4, standing_c, room_c, _setpoint_c(sky), _frost_pct(sky), 0, 0, _OFF)
        air = self._moving_air(local_s, sky, room_c)
        air = air._replace(
            mixed_c=standing_c - 0.4 + (air.mixed_c - standing_c + 0.4) * blown,
            supply_c=standing_c + (air.supply_c - standing_c) * blown,
            return_c=room_c + (air.return_c - room_c) * blown,
        )
        if run.on:
            return air
        return air._replace(heating_pct=_frost_pct(sky), cooling_pct=0.0, outdoor_air_pct=0.0, mode=_OFF)

    def _moving_air(self, local_s: float, sky: Sky, room_c: float) -> _Air:
        occupied = OCCUPIED.run(local_s)
        preparing = PLANT.run(local_s).on and not occupied.on
        # The way from the morning's setpoint to the day's takes some minutes.
        early = 1.0 if preparing else math.exp(-(local_s - occupied.since_s) / (4 * MINUTE_S)) if occupied.on else 0.0
        cold = sky.slow_c < _WARM_UP_BELOW_C
        early_setpoint_c = 22 + 10 * min(1.0, (_WARM_UP_BELOW_C - sky.slow_c) / 13) if cold else 18.0
        setpoint_c = _setpoint_c(sky) + (early_setpoint_c - _setpoint_c(sky)) * early
        return_c = room_c + 0.6
        wanted_c = setpoint_c - _FAN_HEAT_K
        outdoor_air_pct = _outdoor_air_pct(sky.outdoor_c, return_c, wanted_c)
        if cold:
            outdoor_air_pct *= 1 - early  # warm-up recirculates
        if self._damper_by_hand_pct is not None:
            outdoor_air_pct = self._damper_by_hand_pct
        mixed_c = return_c + outdoor_air_pct / 100 * (sky.outdoor_c - return_c)
        lift_k = wanted_c - mixed_c
        heating_pct, cooling_pct = max(0.0, lift_k) / HEATING_COIL_K * 100, max(0.0, -lift_k) / COOLING_COIL_K * 100
        mixed_c += self._mixing(local_s)
        coil_k = 0.0
        mode = _ECONOMIZER
        # The valve hunts around its place and the air follows a little later.
        if heating_pct > 1:
            mode = _WARM_UP if preparing else _HEATING
            coil_k = HEATING_COIL_K / 100 * _valve(heating_pct + self._hunting(local_s - _COIL_LAG_S))
            heating_pct = _valve(heating_pct + self._hunting(local_s))
        elif cooling_pct > 1:
            mode = _COOLING
            coil_k = -COOLING_COIL_K / 100 * _valve(cooling_pct + self._hunting(local_s - _COIL_LAG_S))
            cooling_pct = _valve(cooling_pct + self._hunting(local_s))
        else:
            heating_pct = cooling_pct = 0.0
        return _Air(
            mixed_c,
            mixed_c + coil_k + _FAN_HEAT_K,
            return_c,
            setpoint_c,
            heating_pct,
            cooling_pct,
            outdoor_air_pct,
            mode,
        )


def _valve(position_pct: float) -> float:
    return min(100.0, max(0.0, position_pct))


def _setpoint_c(sky: Sky) -> float:
    """Supply air setpoint, reset by the weather: 21 °C at 0 °C outside, 14 °C from 18 °C on."""
    return 21 - 7 * min(1.0, max(0.0, sky.slow_c / 18))


def _frost_pct(sky: Sky) -> float:
    """Heating valve while the fan stands: opened a little in frost."""
    return 15 * min(1.0, max(0.0, (3 - sky.outdoor_c) / 2))


def _outdoor_air_pct(outdoor_c: float, return_c: float, wanted_c: float) -> float:
    """Damper position of a dry-bulb economizer: free cooling as long as it is colder outside than in."""
    if outdoor_c >= return_c:
        return _MIN_OUTDOOR_AIR_PCT
    if outdoor_c >= wanted_c:
        return 100.0
    return min(100.0, max(_MIN_OUTDOOR_AIR_PCT, (return_c - wanted_c) / (return_c - outdoor_c) * 100))
