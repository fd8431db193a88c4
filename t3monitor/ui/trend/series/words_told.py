"""How long a point was in what its states were called: one time for each word, whatever was renamed; plain data."""

from collections.abc import Iterable

from t3monitor.store.history.series import Series
from t3monitor.store.history.statistics import StateTime
from t3monitor.ui.trend.series.trace import Trace


def by_word(trace: Trace, parts: Iterable[tuple[Series, Iterable[StateTime]]]) -> dict[str, StateTime]:
    """The times of all states of one word, in the order in which they are told."""
    found: dict[str, StateTime] = {}
    for series, states in parts:
        for state in states:
            word = trace.text_of(series, state.state)
            found[word] = _joined(found[word], state) if word in found else state
    return found


def _joined(one: StateTime, other: StateTime) -> StateTime:
    starts = None if one.starts is None or other.starts is None else one.starts + other.starts
    shortest = [its.shortest_s for its in (one, other) if its.shortest_s is not None]
    longest = [its.longest_s for its in (one, other) if its.longest_s is not None]
    return one._replace(
        seconds=one.seconds + other.seconds,
        starts=starts,
        shortest_s=min(shortest, default=None),
        longest_s=max(longest, default=None),
    )
