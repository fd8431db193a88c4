"""Series that are computed of the readings of several points; for any thread."""

import ast
from collections.abc import Iterable, Sequence
from itertools import islice, product

import numpy as np

from t3monitor.model.expressions import ExpressionError, lookback_s, text_of, tree_of
from t3monitor.model.quantities import STATE
from t3monitor.store.history.expressions import Expression, Operand, Quantity
from t3monitor.store.history.series import Holes, Series

NO_OR_YES = 8  # the range of what is true or not
_MOST = 64  # combinations of the units that the points had


def computed(expression: str, points: Sequence[Sequence[Series]], start_s: float, end_s: float) -> tuple[Series, ...]:
    """What an expression comes to between two times, for each combination of units of its points that has a sense.

    The series of each point are whole, not thinned, from `read_from_s` on and up to the first reading after ``end_s``,
    if there is one. There is a value for each reading of any point while all are known: elsewhere, and where the
    expression has no value, is a hole.
    """
    tree = tree_of(expression)
    found = []
    for parts in islice(product(*points), _MOST):
        try:
            series = _series(tree, parts, start_s, end_s)
        except ExpressionError:
            continue  # of other units
        if series.times_utc_s.size:
            found.append(series)
    return tuple(found)


def read_from_s(expression: str, start_s: float) -> float:
    """From when on readings are needed."""
    return start_s - lookback_s(tree_of(expression))


def present(expression: str, points: Sequence[Series], names: Sequence[str]) -> Quantity:
    """What an expression comes to at the newest readings; raises ExpressionError, with these names.

    Nothing, if it looks back.
    """
    operands = [
        Operand(each, Holes.none()._replace(starts=np.array([np.inf]), ends=np.array([np.inf]))) for each in points
    ]
    tree = tree_of(expression)
    times = np.array([max((float(each.times_utc_s[-1]) for each in points if each.times_utc_s.size), default=0.0)])
    is_told = all(each.times_utc_s.size for each in points) and not lookback_s(tree)
    return Expression(tree, operands, names).at(times if is_told else np.empty(0))


def result_range(quantity: Quantity, first: Series) -> int:
    """The range of a result: that of its first point if it is of its unit, which tells how it is written."""
    if quantity.unit == STATE:
        return NO_OR_YES
    return first.range if quantity.unit == Operand(first, Holes.none()).unit else 0


def _series(tree: ast.expr, parts: Sequence[Series], start_s: float, end_s: float) -> Series:
    told_s = max(end_s, min(part.times_utc_s[-1] for part in parts))  # later readings were read of some alone
    newest_s = max(part.times_utc_s[-1] for part in parts)  # all of them may go on after it
    each_unknown = [_unknown(part, told_s, newest_s) for part in parts]
    names = [part.label for part in parts]
    expression = Expression(tree, [Operand(*pair) for pair in zip(parts, each_unknown, strict=True)], names)
    expression.at(np.empty(0))  # whether it has a sense
    unknown = _joined([*each_unknown, _ended(parts)])
    times = np.unique(np.concatenate([part.times_utc_s for part in parts]))
    times = times[max(0, np.searchsorted(times, start_s, side="right") - 1) :]
    times = times[times <= told_s]
    times = times[unknown.starts[np.searchsorted(unknown.ends, times, side="right")] > times]
    value = expression.at(times)
    has_value = ~np.isnan(value.values)
    unknown = _joined([unknown, _without_value(times, has_value)])
    times = times[has_value]
    between = np.isfinite(unknown.starts) & (unknown.ends > times[0] if times.size else False)
    return Series(
        times,
        value.values[has_value],
        Holes(unknown.starts[between], unknown.ends[between]),
        value.unit.text,
        result_range(value, parts[0]),
        digital=value.unit == STATE,
        label=text_of(ast.unparse(tree), names),
        spacing_s=min(part.spacing_s for part in parts),
        delay_s=max(part.delay_s for part in parts),
    )


def _without_value(times: np.ndarray, has_value: np.ndarray) -> Holes:
    """From each time without a value to the next one that has one."""
    lacks = np.flatnonzero(~has_value)
    following = np.append(times[has_value], np.inf)
    return Holes(times[lacks], following[np.searchsorted(np.flatnonzero(has_value), lacks)])


def _unknown(series: Series, told_s: float, newest_s: float) -> Holes:
    """When it is not known, as far as it was read: before its first reading too, and after its last if others go on."""
    starts, ends = series.holes
    until_s = series.known_until(told_s)
    end = [until_s] if until_s < min(told_s, newest_s) else []
    return Holes(
        np.concatenate(([-np.inf], starts, end)),
        np.concatenate((series.times_utc_s[:1], np.where(ends > told_s, np.inf, ends), np.full(len(end), np.inf))),
    )


def _ended(parts: Sequence[Series]) -> Holes:
    """From when on one of them is not known, if any ended for good: others may have been silent then."""
    lasting = [part.holes.starts[-1] for part in parts if np.isinf(part.holes.ends[-1:]).any()]
    if not lasting:
        return Holes.none()
    return Holes(np.array([min(part.known_until(min(lasting)) for part in parts)]), np.array([np.inf]))


def _joined(parts: Iterable[Holes]) -> Holes:
    """The stretches of all, with those that touch or overlap as one; the last one begins or ends at infinity."""
    starts, ends = (np.append(np.concatenate(edges), np.inf) for edges in zip(*parts, strict=True))
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    begins = np.flatnonzero(np.append(True, starts[1:] > ends[:-1]))
    return Holes(starts[begins], ends[np.append(begins[1:] - 1, len(ends) - 1)])
