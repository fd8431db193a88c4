"""How the line of a series looks, as its user wants it; plain data, without Qt."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

TOLD_APART = 6  # curve colours of a theme, the first ones, that anybody tells apart without a dash
COLOURS = 12  # curve colours of a theme
DASHES: tuple[tuple[float, ...], ...] = (
    (),
    (5, 3),
    (1.5, 2),
    (6, 2, 1.5, 2),
)  # strokes and gaps, in widths of the line
WIDTHS = (1, 2, 3)


class Style(NamedTuple):
    """Colour and dash are places in those of the theme and in `DASHES`; the width is in pixels."""

    colour: int = 0
    dash: int = 0
    width: int = 1
    step: bool = False  # each value lasts until the next one, without a slope between them


FIRST = Style()


def free_style(used: Iterable[Style]) -> Style:
    """What no other series looks like, or the fewest: solid lines first, from the seventh series on dashed ones."""
    taken = Counter((style.colour, style.dash) for style in used)
    free = (Style(place % COLOURS, place // TOLD_APART) for place in range(TOLD_APART * len(DASHES)))
    return min(free, key=lambda style: taken[style.colour, style.dash])
