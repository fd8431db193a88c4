"""What stands on the plot, for tests."""

import numpy as np

from t3monitor.model.points import PointKey
from t3monitor.ui.trend.plot import TrendPlot


def lines(plot: TrendPlot, key: PointKey) -> list[tuple[np.ndarray, np.ndarray]]:
    """Times and values of the lines that are drawn for a point, as they are drawn."""
    found = []
    for (of, _), curve in plot._curves.items():
        if of == key and (scale := plot.fit.scales.get(curve.unit)) and curve.line.xData is not None:
            found.append((curve.line.xData, curve.line.yData * scale.step + scale.lowest))
    return found
