"""What a site calls the states and units of its custom ranges (docs/t3000.md 6.5)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from t3monitor.model.point_types import PointType

CUSTOM_DIGITAL = range(23, 31)  # of every type of point
CUSTOM_TABLES = range(20, 25)  # of analog inputs
NAMED_MULTISTATES = range(101, 104)

Words = tuple[tuple[int, str], ...]  # state number and its word, in the order of the numbers


def has_custom_words(point_type: PointType, *, digital: bool, range_: int) -> bool:
    """Whether the words or the unit of a range are the site's own."""
    if range_ in NAMED_MULTISTATES:
        return True
    if digital:
        return range_ in CUSTOM_DIGITAL
    return point_type is PointType.INPUT and range_ in CUSTOM_TABLES


@dataclass(frozen=True, slots=True)
class RangeWords:
    """The words of one panel; a range that is missing has none, and keeps the neutral ones."""

    digital: Mapping[int, Words] = field(default_factory=dict)  # by range, for states 0 and 1
    units: Mapping[int, str] = field(default_factory=dict)  # by range of an input's table
    multistate: Mapping[int, Words] = field(default_factory=dict)  # by range

    def updated_by(self, newer: "RangeWords") -> "RangeWords":
        """These words with the newer ones in their place; a word that is blank or missing there stays as it is."""
        return RangeWords(
            digital=_updated(self.digital, newer.digital),
            units=dict(self.units) | {range_: unit for range_, unit in newer.units.items() if unit},
            multistate=_updated(self.multistate, newer.multistate),
        )

    def of_states(self, *, digital: bool, range_: int) -> Words:
        """The words for the states of a point with this range; empty where the site has none."""
        if range_ in NAMED_MULTISTATES:
            return self.multistate.get(range_, ())
        return self.digital.get(range_, ()) if digital else ()

    def unit(self, point_type: PointType, *, digital: bool, range_: int) -> str:
        """The unit of a point with this range; empty where the site has none."""
        return self.units.get(range_, "") if point_type is PointType.INPUT and not digital else ""


def are_renamed(old: Words, new: Words) -> bool:
    """Whether any state has another word than before; a word that is only known now, or not any more, is no other."""
    before = dict(old)
    return any(before.get(state, word) != word for state, word in new)


def joined(old: Words, new: Words) -> Words:
    """What is known together of words of which none is another one."""
    return new if len(new) >= len(old) and {*new} >= {*old} else tuple(sorted((dict(old) | dict(new)).items()))


def common(some: Sequence[Words]) -> Words:
    """The words that are the same in all of them."""
    return tuple(sorted(frozenset.intersection(*map(frozenset, some)))) if some else ()


def _updated(known: Mapping[int, Words], newer: Mapping[int, Words]) -> dict[int, Words]:
    updated = dict(known)
    for range_, words in newer.items():
        if there_are := {state: word for state, word in words if word}:
            updated[range_] = tuple(sorted((dict(known.get(range_, ())) | there_are).items()))
    return updated


NO_WORDS = RangeWords()
