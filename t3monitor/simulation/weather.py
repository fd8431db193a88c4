"""The weather outside: temperate, 48° north, with seasons, days, fronts that pass in days and clouds in hours."""

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from t3monitor.simulation.noise import Noise, key_of
from t3monitor.simulation.schedule import DAY_S, HOUR_S

_YEAR_DAYS = 365.2425
_COLDEST_DAY = 19.0  # of the year
_SHORTEST_DAY = -10.0
_LATITUDE = math.radians(48)
_TURN = 2 * math.pi


class Sky(NamedTuple):
    """The weather of one instant."""

    outdoor_c: float
    slow_c: float  # as walls and floors feel it: some hours late, the day's swing damped
    humidity_pct: float
    sun: float  # on the horizontal, 0..1 of 1000 W/m²


class Weather:
    """Weather at any local time; ``at`` remembers the latest instants, as several plants ask for the same ones."""

    def __init__(self, seed: int) -> None:
        self._front = Noise(key_of(seed, "front"), 2.5 * DAY_S, 5.0)
        self._shower = Noise(key_of(seed, "shower"), 7 * HOUR_S, 0.9)
        self._gust = Noise(key_of(seed, "gust"), 600, 0.25)
        self._cloud = Noise(key_of(seed, "cloud"), 9 * HOUR_S, 0.6)
        self._passing_cloud = Noise(key_of(seed, "passing cloud"), 900, 0.25)
        self._moisture = Noise(key_of(seed, "moisture"), 0.8 * DAY_S, 12.0)
        self.at: Callable[[float], Sky] = lru_cache(maxsize=512)(self._at)

    def slow_c(self, local_s: float) -> float:
        """Outdoor temperature as the fabric of the building feels it, °C."""
        lag_s = 10 * HOUR_S
        swing = 0.2 * (2.2 + 3.3 * _summer(local_s)) * _daily(local_s - 5.5 * HOUR_S)
        return _season_c(local_s) + self._front(local_s - lag_s) + swing

    def clear(self, local_s: float) -> float:
        """How much of the sun the clouds let through, 0.15..1."""
        cloud = 0.5 + self._cloud(local_s) + self._passing_cloud(local_s)
        return 1 - 0.85 * min(1.0, max(0.0, cloud))

    def _at(self, local_s: float) -> Sky:
        clear = self.clear(local_s)
        swing_k = (1.4 + 3.4 * _summer(local_s)) * (0.7 + 0.6 * clear) * _daily(local_s)
        outdoor_c = _season_c(local_s) + swing_k + self._front(local_s) + self._shower(local_s) + self._gust(local_s)
        humidity_pct = 80 - 8 * _summer(local_s) - 3.0 * swing_k + self._moisture(local_s) - 10 * (clear - 0.5)
        return Sky(
            outdoor_c=outdoor_c,
            slow_c=self.slow_c(local_s),
            humidity_pct=min(98.0, max(22.0, humidity_pct)),
            sun=sun_height(local_s) * clear,
        )


def sun_height(local_s: float) -> float:
    """Sine of the sun's height above the horizon, 0 at night; noon is at 12:00."""
    declination = -math.radians(23.44) * math.cos(_TURN * (local_s / DAY_S - _SHORTEST_DAY) / _YEAR_DAYS)
    hour_angle = _TURN * (local_s / DAY_S - 0.5)
    return max(
        0.0,
        math.sin(_LATITUDE) * math.sin(declination)
        + math.cos(_LATITUDE) * math.cos(declination) * math.cos(hour_angle),
    )


def relative_humidity_indoors(sky: Sky, indoor_c: float) -> float:
    """Relative humidity in % of outdoor air brought to room temperature, with what people and plants add."""
    vapour = sky.humidity_pct * _saturation(sky.outdoor_c) / _saturation(indoor_c)
    return min(68.0, max(14.0, vapour + 6))


def _saturation(celsius: float) -> float:
    return math.exp(17.62 * celsius / (243.12 + celsius))  # Magnus; the constant factor cancels


def _season_c(local_s: float) -> float:
    return 10.0 - 9.5 * math.cos(_TURN * (local_s / DAY_S - _COLDEST_DAY) / _YEAR_DAYS)


def _summer(local_s: float) -> float:
    return 0.5 - 0.5 * math.cos(_TURN * (local_s / DAY_S - _SHORTEST_DAY) / _YEAR_DAYS)


def _daily(local_s: float) -> float:
    return math.cos(_TURN * (local_s / DAY_S - 15 / 24))
