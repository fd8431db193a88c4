"""The bands between the smallest and the largest readings as one picture; plain arrays.

A band changes from one column of pixels to the next, which QPainter fills one by one: as a picture it costs the same
however high it is.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.store.history.series import Floats

Pixels = NDArray[np.uint32]  # premultiplied alpha, red, green and blue of each; rows from above


class Band(NamedTuple):
    """Where a curve has several readings: from the left, in pixels; tops are above bottoms."""

    lefts: Floats
    rights: Floats
    tops: Floats
    bottoms: Floats

    def columns(self, width: int, column_px: float) -> tuple[Floats, Floats]:
        """Tops and bottoms of so many columns; where there is nothing the bottom is no lower than the top."""
        edges = np.arange(width + 1) * column_px
        first = np.searchsorted(self.rights, edges[:-1], side="right")
        last = np.searchsorted(self.lefts, edges[1:])
        parts = np.column_stack((first, np.maximum(last, first))).ravel()
        tops = np.minimum.reduceat(np.append(self.tops, np.inf), parts)[::2]
        bottoms = np.maximum.reduceat(np.append(self.bottoms, -np.inf), parts)[::2]
        bottoms[last <= first] = -np.inf
        return tops, bottoms


def band_pixels(bands: Iterable[tuple[Band, int]], width: int, height: int, size_px: int) -> Pixels:
    """The picture of bands, the last one on top; each with a quarter of its opaque colour (0xffrrggbb).

    Its squares stand for so many pixels each way.
    """
    pixels = np.zeros((height, width), dtype=np.uint32)
    for band, colour in bands:
        tops, bottoms = (edges / size_px for edges in band.columns(width, size_px))
        inside = bottoms > tops
        if not inside.any():
            continue
        first = np.clip(np.where(inside, np.floor(tops), height), 0, height).astype(np.int16)
        last = np.clip(np.where(inside, np.ceil(bottoms), 0), 0, height).astype(np.int16)
        top, bottom = int(first.min()), int(last.max())
        rows = np.arange(top, bottom, dtype=np.int16)[:, None]
        covered = (rows >= first) & (rows < last)
        part = pixels[top:bottom]
        # a quarter of each of the four channels goes, in one number: none of them borrows from the next
        blended = part - ((part >> 2) & 0x3F3F3F3F) + np.uint32((colour >> 2) & 0x3F3F3F3F)
        np.copyto(part, blended, where=covered)
    return pixels
