"""The spacings of readings that an older program stored without: the same, however much of the history is looked at."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from t3monitor.model.holes import GAPS_TO_TELL, is_hole
from t3monitor.store.history.series import Floats


def filled(times: Floats, spacings: Floats, intervals: Floats) -> Floats:
    """The spacings; those that are not known as `usual_spacing` tells them, but not less than the sync interval.

    Times are those of all readings of a vector, each once, from `GAPS_TO_TELL` before the first that is not known. The
    usual spacing is looked for only where that decides whether there is a hole.
    """
    unknown = np.isnan(spacings)
    spacings = np.where(unknown, intervals, spacings)
    gaps = np.diff(times)
    open_ = np.flatnonzero(unknown & np.append(is_hole(gaps, spacings[:-1]), True))
    if open_.size:
        before = np.concatenate((np.full(GAPS_TO_TELL, np.inf), gaps))
        sorted_gaps = np.sort(sliding_window_view(before, GAPS_TO_TELL)[open_], axis=1)
        middle = (np.minimum(open_, GAPS_TO_TELL) - 1) // 2
        usual = np.where(middle < 0, 0.0, sorted_gaps[np.arange(len(open_)), middle])
        spacings[open_] = np.maximum(spacings[open_], usual)
    return spacings
