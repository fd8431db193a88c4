"""Moist air, by the equations of the ASHRAE Handbook of Fundamentals 2017 (SI), chapter 1; for numbers and arrays.

Their numbers stand beside the functions. Temperatures are °C, pressures Pa, ratios kg of water in a kg of dry air.
"""

from typing import Any

import numpy as np

STANDARD_PRESSURE_PA = 101_325.0
_ZERO_K = 273.15
_TRIPLE_C = 0.01  # where ice and water meet: the equation of the one, then that of the other
_HALVINGS = 20  # of at most 100 °C: to 0.0001; where water freezes the equations jump, and steps of Newton go astray


def saturation_pressure(celsius: Any) -> Any:
    """Pressure of water vapour over ice or water; equations 5 and 6."""
    kelvin = np.asarray(celsius, dtype=float) + _ZERO_K
    log = np.log(kelvin)
    ice = -5.6745359e3 / kelvin + 6.3925247 + 4.1635019 * log
    ice += kelvin * (-9.677843e-3 + kelvin * (6.2215701e-7 + kelvin * (2.0747825e-9 + kelvin * -9.484024e-13)))
    water = -5.8002206e3 / kelvin + 1.3914993 + 6.5459673 * log
    water += kelvin * (-4.8640239e-2 + kelvin * (4.1764768e-5 + kelvin * -1.4452093e-8))
    return np.exp(np.where(kelvin <= _ZERO_K + _TRIPLE_C, ice, water))


def humidity_ratio(celsius: Any, relative: Any, pressure_pa: Any = STANDARD_PRESSURE_PA) -> Any:
    """Of air with a relative humidity of 0 to 1; equations 12 and 20."""
    vapour = relative * saturation_pressure(celsius)
    return 0.621945 * vapour / (pressure_pa - vapour)


def enthalpy(celsius: Any, relative: Any, pressure_pa: Any = STANDARD_PRESSURE_PA) -> Any:
    """KJ in a kg of dry air with its water, above 0 °C; equation 30."""
    ratio = humidity_ratio(celsius, relative, pressure_pa)
    return 1.006 * celsius + ratio * (2501 + 1.86 * celsius)


def enthalpy_ip(fahrenheit: Any, ratio: Any) -> Any:
    """Btu in a pound of dry air with its water, above 0 °F; equation 30 of the Handbook's I-P edition."""
    return 0.240 * fahrenheit + ratio * (1061 + 0.444 * fahrenheit)


def dew_point(celsius: Any, relative: Any) -> Any:
    """At which temperature its vapour is saturated: the inverse of equations 5 and 6, by Newton's steps."""
    log_vapour = np.log(relative * saturation_pressure(celsius))
    magnus = log_vapour - np.log(611.2)
    at = 243.12 * magnus / (17.62 - magnus)
    for _ in range(6):
        slope = np.where(at <= _TRIPLE_C, 22.46 * 272.62 / (272.62 + at) ** 2, 17.62 * 243.12 / (243.12 + at) ** 2)
        at = at - (np.log(saturation_pressure(at)) - log_vapour) / slope
    return at


def wet_bulb(celsius: Any, relative: Any, pressure_pa: Any = STANDARD_PRESSURE_PA) -> Any:
    """The thermodynamic wet bulb temperature: at which equations 33 (above freezing) and 35 give its ratio."""
    ratio = humidity_ratio(celsius, relative, pressure_pa)

    def excess(at: Any) -> Any:
        saturated = humidity_ratio(at, 1.0, pressure_pa)
        above = ((2501 - 2.326 * at) * saturated - 1.006 * (celsius - at)) / (2501 + 1.86 * celsius - 4.186 * at)
        below = ((2830 - 0.24 * at) * saturated - 1.006 * (celsius - at)) / (2830 + 1.86 * celsius - 2.1 * at)
        return np.where(at >= 0, above, below) - ratio

    low, high = np.broadcast_arrays(dew_point(celsius, relative), np.asarray(celsius, dtype=float))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_above = excess(middle) > 0
        low, high = np.where(is_above, low, middle), np.where(is_above, middle, high)
    return (low + high) / 2
