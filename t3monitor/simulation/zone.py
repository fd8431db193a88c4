"""A room: drifts with the weather while the plant is off, is held near its setpoint while it runs."""

import math

from t3monitor.simulation.loads import Loads
from t3monitor.simulation.noise import Noise, key_of, uniform
from t3monitor.simulation.schedule import DAY_S, HOUR_S, PLANT
from t3monitor.simulation.weather import Weather

SETBACK_C = 16.0
SETUP_C = 28.0
HEATING_BELOW_K = 0.5  # heating begins this far below the setpoint, cooling this far above
COOLING_ABOVE_K = 1.0
_BAND_K = 1.0  # from 0 to 100 % of heating or cooling
# What 100 % of heating or cooling moves a room that is left to itself, and what it takes against the mass of its walls
# to get it from the begin of heating to the begin of cooling within a day.
_HEATING_EFFECT_K, _COOLING_EFFECT_K, _INERTIA_K = 20.0, 12.0, 5.0


class Zone:
    """One zone; ``facing_h`` is the hour at which the sun stands before its windows, None for an inner room."""

    def __init__(
        self, key: int, weather: Weather, loads: Loads, *, facing_h: float | None = None, setpoint_c: float = 22.0
    ) -> None:
        self._weather = weather
        self._loads = loads
        self._facing_h = facing_h
        self.setpoint_c = setpoint_c
        self._equipment_k = 2.0 + 2.0 * uniform(key, 1)
        self._people_k = 4.0 + 4.0 * uniform(key, 2)
        self._off_s = (50 + 25 * uniform(key, 3)) * HOUR_S
        self._on_s = (0.5 + 0.4 * uniform(key, 4)) * HOUR_S
        self._wander = Noise(key_of(key, "wander"), 1.6 * HOUR_S, 0.18)

    def temperature_c(self, local_s: float) -> float:
        """Temperature of the room at a local time."""
        run = PLANT.run(local_s)
        if not run.on:
            return self._night_c(run.since_s, local_s) + self._wander(local_s)
        target_c = self._target_c(local_s)
        fading = math.exp(-(local_s - run.since_s) / self._on_s)
        if fading > 1e-4:
            stopped_s = PLANT.run(run.since_s - 1).since_s
            start_c = self._night_c(stopped_s, run.since_s)
            target_c += (start_c - self._target_c(run.since_s)) * fading
        return target_c + self._wander(local_s)

    def demands_pct(self, temperature_c: float, *, running: bool) -> tuple[float, float]:
        """Heating and cooling the controller asks for at a room temperature, 0..100 % each."""
        heat_c, cool_c = self._limits_c() if running else (SETBACK_C, SETUP_C)
        heating = min(100.0, max(0.0, (heat_c - temperature_c) / _BAND_K * 100))
        cooling = min(100.0, max(0.0, (temperature_c - cool_c) / _BAND_K * 100))
        return heating, cooling

    def _limits_c(self) -> tuple[float, float]:
        return self.setpoint_c - HEATING_BELOW_K, self.setpoint_c + COOLING_ABOVE_K

    def _target_c(self, local_s: float) -> float:
        return _held(self._free_c(local_s), *self._limits_c(), _INERTIA_K)

    def _night_c(self, stopped_s: float, local_s: float) -> float:
        start_k = self._target_c(stopped_s) - self._alone_c(stopped_s)
        drift_c = self._alone_c(local_s) + start_k * math.exp(-(local_s - stopped_s) / self._off_s)
        return _held(drift_c, SETBACK_C, SETUP_C, SETUP_C - SETBACK_C)

    def _free_c(self, local_s: float) -> float:
        """Where the room would end up by itself as it is used now; far off, as people and sun are quick."""
        sky = self._weather.at(local_s)
        quick_k = 0.12 * (sky.outdoor_c - sky.slow_c) + self._people_k * self._loads.people.at(local_s - 1500)
        return sky.slow_c + self._equipment_k + self._sun_k(local_s) + quick_k

    def _alone_c(self, local_s: float) -> float:
        """Where it drifts to when nobody is in; walls and furniture take up most of what the sun brings."""
        return self._weather.at(local_s).slow_c + self._equipment_k + 0.15 * self._sun_k(local_s)

    def _sun_k(self, local_s: float) -> float:
        if self._facing_h is None:
            return 0.0
        late_h = (local_s % DAY_S) / HOUR_S - self._facing_h - 0.7
        return 7.0 * self._weather.at(local_s).sun * max(0.0, 1 - abs(late_h) / 5)


def _held(free_c: float, low_c: float, high_c: float, span_k: float) -> float:
    """Where proportional controllers hold a room that would otherwise go to ``free_c``.

    They heat below ``low_c`` and cool above ``high_c``; ``span_k`` is how far ``free_c`` moves between the two.
    """
    above_k = free_c - low_c
    if above_k < 0:
        return low_c + above_k * _BAND_K / (_BAND_K + _HEATING_EFFECT_K)
    if above_k > span_k:
        return high_c + (above_k - span_k) * _BAND_K / (_BAND_K + _COOLING_EFFECT_K)
    return low_c + above_k * (high_c - low_c) / span_k
