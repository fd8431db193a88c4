"""Lines as the strokes that QPainter draws quickest: one by one, also of a dashed line; plain arrays, in pixels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from t3monitor.store.history.series import Floats

Strokes = NDArray[np.float64]  # x and y of the begin, x and y of the end


ANEW = 32  # places after which a pattern begins anew, so that it stands still while the line is moved


def strokes(x: Floats, y: Floats, first: int = 0, pattern: Sequence[float] = ()) -> Strokes:
    """Between each two places that follow each other; none to or from one whose y is NaN.

    ``pattern``: strokes and gaps in turn; ``first``: which of all places of the line the first one is, a multiple of
    `ANEW`.
    """
    lines = np.column_stack((x[:-1], y[:-1], x[1:], y[1:]))
    there = np.flatnonzero(~np.isnan(lines[:, 1] + lines[:, 3]))
    if not pattern or not len(there):
        return lines[there]
    begins = (first + there) % ANEW == 0
    begins[1:] |= np.diff(there) > 1
    begins[0] = True
    return _dashed(lines[there], pattern, begins)


def within(lines: Strokes, width: float, height: float) -> Strokes:
    """What of lines lies in a rectangle that begins at 0, 0: an SVG file knows no such thing as a clip."""
    begins, along = lines[:, :2], lines[:, 2:] - lines[:, :2]
    size = np.array([width, height])
    with np.errstate(divide="ignore", invalid="ignore"):
        edges = np.sort(np.stack((-begins / along, (size - begins) / along)), axis=0)
    is_inside = (begins >= 0) & (begins <= size)
    edges[0] = np.where(along == 0, np.where(is_inside, -np.inf, np.inf), edges[0])
    edges[1] = np.where(along == 0, np.where(is_inside, np.inf, -np.inf), edges[1])
    first, last = np.maximum(edges[0].max(axis=1), 0.0), np.minimum(edges[1].min(axis=1), 1.0)
    there = first < last
    return np.hstack([begins[there] + along[there] * share[there, None] for share in (first, last)])


def _dashed(lines: Strokes, pattern: Sequence[float], begins: NDArray[np.bool_]) -> Strokes:
    """What is left of lines that follow each other; the pattern begins anew with some of them."""
    lengths = np.hypot(lines[:, 2] - lines[:, 0], lines[:, 3] - lines[:, 1])
    done = np.cumsum(lengths) - lengths
    done -= np.repeat(done[begins], np.diff(np.append(np.flatnonzero(begins), len(lines))))
    period = sum(pattern)
    first, last = np.floor(done / period), np.floor((done + lengths) / period)
    turns = (last - first).astype(np.intp) + 1
    of = np.repeat(np.arange(len(lines)), turns)
    turn = (np.arange(len(of)) - np.repeat(np.cumsum(turns) - turns, turns) + first[of]) * period - done[of]
    found = []
    begin = 0.0
    for stroke, gap in zip(pattern[::2], pattern[1::2], strict=True):
        share = np.clip(np.stack((turn + begin, turn + begin + stroke)) / np.maximum(lengths[of], 1e-9), 0, 1)
        there = share[1] > share[0]
        line = lines[of[there]]
        along = line[:, 2:] - line[:, :2]
        found.append(np.hstack([line[:, :2] + along * share[end, there][:, None] for end in (0, 1)]))
        begin += stroke + gap
    return np.concatenate(found)
