"""Lighting and meters: eight circuits that follow people and daylight, outdoor lights, electricity and water meters."""

from collections.abc import Mapping

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
    lux_in,
)
from t3monitor.simulation.schedule import MINUTE_S, OCCUPIED
from t3monitor.simulation.weather import Weather, sun_height

_LIGHTS_KW = 9.0
_FANS_KW = 9.5
_COOLING_KW = 18.0
_PLUGS_KW = 8.0
_BASE_KW = 3.2
_WATER_M3_PER_H = 0.35
_LITRES_PER_PULSE = 10
_CIRCUITS = ("Stairs", "Corridors", "Reception", "Office W", "Office E", "Office N", "Meeting", "Office S")
_COUNTER_END = 2_000_000  # counters roll over before value x1000 leaves 32 bits
_CLEAR_SKY_LUX = 98_000
_PHASES = (("L1", 0.36), ("L2", 0.33), ("L3", 0.31))
_NUMBERS = range(1, len(_CIRCUITS) + 1)

INPUTS: PointList = (
    lux_in("OUT_LUX", "Outdoor Light", 50),
    lux_in("LOB_LUX", "Lobby Light", 5),
    None,
    digital_in("PIR_LOB", "Lobby Motion", State.OCCUPIED),
    digital_in("PIR_STR", "Stairs Motion", State.OCCUPIED),
    digital_in("PHOTO", "Photocell Dark", State.OFF_ON),
    None,
    None,
    *(analog_in(f"{phase}_A", f"Main Current {phase}", In.AMPS) for phase, _ in _PHASES),
    analog_in("FREQ", "Mains Frequency", In.HERTZ),
    None,
    analog_in("KWH_PLS", "Main Meter 1 kWh", In.PULSES),
    analog_in("WTR_PLS", "Water Meter 10 l", In.PULSES),
    digital_in("SPD", "Surge Protection", State.NORMAL_ALARM),
)
OUTPUTS: PointList = (
    *(digital_out(f"LTG_{n}", f"Light {_CIRCUITS[n - 1]}", State.OFF_ON) for n in _NUMBERS),
    None,
    None,
    digital_out("LTG_EXT", "Outdoor Lights", State.OFF_ON),
    None,
    analog_out("DIM_LOB", "Lobby Dimming", Out.VOLTS),
    analog_out("DIM_MTG", "Meeting Dimming", Out.VOLTS),
)
VARIABLES: PointList = (
    digital_var("OCC", "Occupied", State.OCCUPIED),
    analog_var("OCC_ON", "Occupied From", Var.TIME, held=OCCUPIED.start_s),
    analog_var("OCC_OFF", "Occupied Until", Var.TIME, held=OCCUPIED.stop_s),
    analog_var("DAYLT", "Daylight Share", Var.PERCENT),
    None,
    analog_var("MAIN_KW", "Main Meter Power", Var.KW),
    analog_var("MAIN_KWH", "Main Meter Energy", Var.KWH, step=1),
    analog_var("LTG_KW", "Lighting Power", Var.KW, step=0.05),
    analog_var("LTG_KWH", "Lighting Energy", Var.KWH),
    analog_var("PLUG_KW", "Plug Load Power", Var.KW, step=0.05),
    analog_var("PLUG_KWH", "Plug Load Energy", Var.KWH),
    analog_var("CLG_KW", "Cooling Power", Var.KW, step=0.05),
    analog_var("CLG_KWH", "Cooling Energy", Var.KWH),
    None,
    None,
    *(analog_var(f"{phase}_V", f"Voltage {phase}-N", Var.VOLTS) for phase, _ in _PHASES),
    *(analog_var(f"{phase}_AMP", f"Current {phase}", Var.AMPS) for phase, _ in _PHASES),
    analog_var("WTR_M3", "Water Meter m3", Var.CUSTOM_1, step=0.01),
    analog_var("WTR_RATE", "Water Rate", Var.M3_PER_HOUR, step=0.01),
    analog_var("LTG_HRS", "Lighting Full Hours", Var.HOURS),
)


class LightingAndMeters:
    """The lights of one building and the meters of its supplies."""

    def __init__(self, key: int, weather: Weather, loads: Loads) -> None:
        self._weather = weather
        self._loads = loads
        self._size = 0.85 + 0.3 * uniform(key, 1)
        self._first_kwh = 20_000 + 60_000 * uniform(key, 2)
        self._first_m3 = 300 + 900 * uniform(key, 3)
        self._motion = key_of(key, "motion")
        self._kettles = Noise(key_of(key, "kettles"), 110, 0.15)
        self._compressors = Noise(key_of(key, "compressors"), 260, 0.12)
        self._haze = Noise(key_of(key, "haze"), 120, 0.04)
        self._mains = Noise(key_of(key, "mains"), 300, 2.4)
        self._frequency = Noise(key_of(key, "frequency"), 75, 0.03)

    def values(self, local_s: float) -> Mapping[str, float]:
        """Value of each point by label."""
        loads, size = self._loads, self._size
        sky = self._weather.at(local_s)
        light = loads.lights(local_s)
        light_h = loads.light_hours(local_s)
        people = loads.people.at(local_s)
        dark = sun_height(local_s) * (0.35 + 0.65 * sky.sun) < 0.01
        outdoor_lux = _CLEAR_SKY_LUX * sky.sun * (1 + self._haze(local_s))
        lights_kw = size * _LIGHTS_KW * light
        # Around the loads that the meters count: kettles and compressors come and go.
        plugs_kw = size * _PLUGS_KW * people * (1 + self._kettles(local_s))
        cooling_kw = size * _COOLING_KW * loads.cooling.at(local_s) * (1 + self._compressors(local_s))
        main_kw = lights_kw + plugs_kw + cooling_kw + size * (_FANS_KW * loads.fans.at(local_s) + _BASE_KW)
        lights_kwh = size * _LIGHTS_KW * light_h
        plugs_kwh = size * _PLUGS_KW * loads.people.hours(local_s)
        cooling_kwh = size * _COOLING_KW * loads.cooling.hours(local_s)
        other_kwh = size * (_FANS_KW * loads.fans.hours(local_s) + _BASE_KW * loads.always.hours(local_s))
        main_kwh = self._first_kwh + lights_kwh + plugs_kwh + cooling_kwh + other_kwh
        water_m3 = self._first_m3 + size * _WATER_M3_PER_H * (
            loads.people.hours(local_s) + 0.01 * loads.always.hours(local_s)
        )
        volts = 230 + self._mains(local_s)
        amps = {phase: main_kw * 1000 * share / volts / 0.93 for phase, share in _PHASES}
        values: dict[str, float] = {
            "OUT_LUX": outdoor_lux,
            "LOB_LUX": 0.012 * outdoor_lux + 280 * min(1.0, light),
            "PIR_LOB": self._seen(local_s, 1),
            "PIR_STR": self._seen(local_s, 2),
            "PHOTO": dark,
            "FREQ": 50 + self._frequency(local_s),
            "KWH_PLS": int(main_kwh) % _COUNTER_END,
            "WTR_PLS": int(water_m3 * 1000 / _LITRES_PER_PULSE) % _COUNTER_END,
            "SPD": False,
            "LTG_EXT": dark,
            "DIM_LOB": 10 * min(1.0, light),
            "DIM_MTG": 8.5 if light > 0.8 else 0.0,
            "OCC": OCCUPIED.run(local_s).on,
            "DAYLT": 100 * min(1.0, outdoor_lux / 40_000),
            "MAIN_KW": main_kw,
            "MAIN_KWH": main_kwh % _COUNTER_END,
            "LTG_KW": lights_kw,
            "LTG_KWH": lights_kwh % _COUNTER_END,
            "PLUG_KW": plugs_kw,
            "PLUG_KWH": plugs_kwh % _COUNTER_END,
            "CLG_KW": cooling_kw,
            "CLG_KWH": cooling_kwh % _COUNTER_END,
            "WTR_M3": water_m3,
            "WTR_RATE": size * _WATER_M3_PER_H * (people + 0.01),
            "LTG_HRS": light_h,
        }
        # The circuits come on one after the other as the lighting load rises, the stairs being on day and night.
        for n in _NUMBERS:
            values[f"LTG_{n}"] = light > (n - 1) / len(_CIRCUITS)
        for phase, share in _PHASES:
            values[f"{phase}_A"] = values[f"{phase}_AMP"] = amps[phase]
            values[f"{phase}_V"] = volts + 6 * (0.33 - share)
        return values

    def _seen(self, local_s: float, sensor: int) -> bool:
        slot = int(local_s // (5 * MINUTE_S))
        return uniform(self._motion, 2 * slot + sensor) < self._loads.people.at(slot * 5 * MINUTE_S)
