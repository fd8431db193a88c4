"""What the states of a panel's ranges were called when they were read; for any thread."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import inf
from sqlite3 import Cursor

from t3monitor.model.successions import Span
from t3monitor.model.words import RangeWords, Words, are_renamed, common, joined
from t3monitor.store.words import words_in_turn

_Wording = tuple[float, Words]  # since when, up to the next one


class PastWords:
    """The words of a panel, and of those whose place it took while they were there.

    What was read before any words were known has the first ones; a word that is known later than others of its range,
    and was no other before, holds from the begin of these.
    """

    def __init__(self, panels: Iterable[tuple[Span, list[tuple[int, RangeWords]]]]) -> None:
        self._panels = [(span, in_turn) for span, in_turn in panels if in_turn]

    @classmethod
    def read(cls, cursor: Cursor, spans: Iterable[Span]) -> "PastWords":
        """Those of the panels that were in one place, as they are stored."""
        return cls((span, list(words_in_turn(cursor, span.serial_number))) for span in spans)

    def of(self, *, digital: bool, range_: int) -> list[_Wording]:
        """The wordings of a range, the earliest first; none holds before the first."""
        found: list[_Wording] = []
        for span, in_turn in self._panels:
            its = [*_wordings(in_turn, digital=digital, range_=range_), (inf, ())]
            found += [
                (max(since_s, span.start_s), words)
                for (since_s, words), (until_s, _) in pairwise(its)
                if since_s < span.end_s and until_s > span.start_s
            ]
            found.append((span.end_s, ()))
        return [(since_s, words) for since_s, words in found if since_s < inf]

    def throughout(self, start_s: float, end_s: float, *, digital: bool, range_: int) -> Words:
        """The words that held all that time."""
        wordings = [*self.of(digital=digital, range_=range_), (inf, ())]
        held = [words for (since_s, words), (until_s, _) in pairwise(wordings) if since_s < end_s and until_s > start_s]
        return common(held)


def _wordings(in_turn: list[tuple[int, RangeWords]], *, digital: bool, range_: int) -> Iterator[_Wording]:
    since_s = -inf
    words: Words = ()
    for changed_s, its in in_turn:
        new = its.of_states(digital=digital, range_=range_)
        if are_renamed(words, new):
            yield since_s, words
            since_s, words = changed_s, new
        else:
            words = joined(words, new)
    yield since_s, words
