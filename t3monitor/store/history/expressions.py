"""What an expression comes to, with its unit or the reason why it has no sense; numpy, for any thread."""

import ast
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from t3monitor.model.expressions import ExpressionError, place_of, text_of, window_h
from t3monitor.model.quantities import (
    BTU_PER_LB,
    CELSIUS,
    FAHRENHEIT,
    HOUR,
    KILOJOULES_PER_KG,
    NUMBER,
    PASCAL,
    STATE,
    Unit,
    unit_of,
)
from t3monitor.model.units import MULTISTATE, is_counter, is_measured
from t3monitor.store.history.psychrometrics import (
    STANDARD_PRESSURE_PA,
    dew_point,
    enthalpy,
    enthalpy_ip,
    humidity_ratio,
    wet_bulb,
)
from t3monitor.store.history.series import Floats, Holes, Series
from t3monitor.store.history.statistics import KNOWN_PLAIN, counted_up, without_dropouts

_COMPARED = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_HUMIDITY = 27  # range of an input, in %
_REDUCED: dict[str, Callable[..., Floats]] = {"avg": np.mean, "min": np.min, "max": np.max}


class Operand(NamedTuple):
    """One point of an expression: its readings, whole, and when it is not known."""

    series: Series
    unknown: Holes  # from minus infinity on, in order, without overlaps

    @property
    def unit(self) -> Unit:
        """What it measures."""
        if self.series.range in MULTISTATE or not is_measured(digital=self.series.digital, range_=self.series.range):
            return STATE
        is_humidity = (self.series.units, self.series.range) == ("%", _HUMIDITY)
        return unit_of("%RH" if is_humidity else self.series.units)

    def at(self, times: Floats, *, counted: bool = False) -> Floats:
        """Its values at times, NaN where it is not known; of a counter perhaps what it had counted by then."""
        values = self.series.values
        if counted:
            values, _ = counted_up(without_dropouts(values, np.arange(len(values))))
        found = values[np.maximum(np.searchsorted(self.series.times_utc_s, times, side="right") - 1, 0)]
        which = np.searchsorted(self.unknown.ends, times, side="right")
        is_known = np.append(self.unknown.starts, np.inf)[which] > times
        return np.where(is_known, found, np.nan)


class Quantity(NamedTuple):
    """Values and their unit."""

    values: Floats
    unit: Unit
    is_literal: bool = False  # a number that the user wrote, which takes the unit of what stands beside it


class Expression:
    """An expression over points, whose names are for sentences alone."""

    def __init__(self, tree: ast.expr, operands: Sequence[Operand], names: Sequence[str]) -> None:
        self._tree = tree
        self._operands = operands
        self._names = names

    def at(self, times: Floats) -> Quantity:
        """Its values at times, NaN where it has none; raises ExpressionError."""
        with np.errstate(all="ignore"):
            found = self._value(self._tree, times)
        return found._replace(values=np.where(np.isfinite(found.values), found.values, np.nan))

    def _value(self, node: ast.expr, times: Floats) -> Quantity:
        match node:
            case ast.Constant(value=number):
                return Quantity(np.full(len(times), float(number)), NUMBER, is_literal=True)  # type: ignore[arg-type]
            case ast.Name():
                operand = self._operands[place_of(node)]
                return Quantity(operand.at(times), operand.unit)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                return Quantity(1 - self._state(inner, times), STATE)
            case ast.UnaryOp(op=op, operand=inner):
                value = self._number(inner, times)
                if isinstance(op, ast.USub) and value.unit.is_absolute:
                    raise ExpressionError(f"{self._text(inner)} is a temperature, which has no negative")
                return value._replace(values=-value.values if isinstance(op, ast.USub) else value.values)
            case ast.BinOp(left=left, op=op, right=right):
                return self._computed(op, left, right, times)
            case ast.BoolOp(op=op, values=nodes):
                states = [self._state(inner, times) for inner in nodes]
                reduced = np.min if isinstance(op, ast.And) else np.max
                return Quantity(reduced(states, axis=0), STATE)
            case ast.Compare(left=left, ops=[op], comparators=[right]):
                pair = self._alike([left, right], times, "compared")
                found = _COMPARED[type(op)](pair[0].values, pair[1].values)
                return Quantity(np.where(np.isnan(pair[0].values + pair[1].values), np.nan, found), STATE)
            case ast.Call(func=ast.Name(id=name)):
                return self._called(name, node, times)
        raise ExpressionError("It is damaged")

    def _computed(self, op: ast.operator, left: ast.expr, right: ast.expr, times: Floats) -> Quantity:
        if isinstance(op, ast.Add | ast.Sub):
            return self._sum(left, right, times, sign=1 if isinstance(op, ast.Add) else -1)
        first, second = self._number(left, times), self._number(right, times)
        for value, node in ((first, left), (second, right)):
            if value.unit.is_absolute:
                raise ExpressionError(
                    f"{self._text(node)} is a temperature, which cannot be multiplied or divided as a difference of two"
                    " can"
                )
        if isinstance(op, ast.Mult):
            return Quantity(first.values * second.values, first.unit.times(second.unit), _are_literal(first, second))
        quotient = np.divide(first.values, np.where(second.values == 0, np.nan, second.values))
        return Quantity(quotient, first.unit.times(second.unit, -1), _are_literal(first, second))

    def _sum(self, left: ast.expr, right: ast.expr, times: Floats, *, sign: int) -> Quantity:
        first, second = self._number(left, times), self._number(right, times)
        if first.is_literal and not second.is_literal and sign < 0 and second.unit.is_absolute:
            raise ExpressionError(f"{self._text(right)} is a temperature, which cannot be taken from a number")
        unit, other = first.unit, second.unit
        if first.is_literal or second.is_literal:
            unit = other if first.is_literal and not second.is_literal else unit
            return Quantity(first.values + sign * second.values, unit, _are_literal(first, second))
        if unit.dimensions != other.dimensions:
            raise ExpressionError(
                f"{self._what(left, unit)} and {self._what(right, other)} are different quantities, and so cannot be"
                f" {'added' if sign > 0 else 'taken from each other'}"
            )
        if other.is_absolute and (sign > 0 if unit.is_absolute else True):
            if not unit.is_absolute and sign > 0:
                unit, other, first, second = other, unit, second, first
            elif unit.is_absolute:
                raise ExpressionError(
                    f"{self._text(left)} and {self._text(right)} are temperatures, which cannot be added: write avg"
                    " for their mean, or - for their difference"
                )
            else:
                raise ExpressionError(f"{self._text(right)} is a temperature, which cannot be taken from a difference")
        values = _converted(second.values, other, unit if other.is_absolute else unit.difference)
        is_difference = unit.is_absolute and other.is_absolute
        return Quantity(first.values + sign * values, unit.difference if is_difference else unit)

    def _alike(self, nodes: Sequence[ast.expr], times: Floats, done: str) -> list[Quantity]:
        """The values in the unit of the first of them that has one."""
        values = [self._value(node, times) for node in nodes]
        unit, of = next(
            ((value.unit, node) for value, node in zip(values, nodes, strict=True) if not value.is_literal),
            (NUMBER, nodes[0]),
        )
        for value, node in zip(values, nodes, strict=True):
            is_like = (value.unit.dimensions, value.unit.is_absolute) == (unit.dimensions, unit.is_absolute)
            if not (value.is_literal or is_like):
                raise ExpressionError(
                    f"{self._what(of, unit)} and {self._what(node, value.unit)} are different quantities, and so cannot"
                    f" be {done}"
                )
        return [
            value._replace(unit=unit, values=value.values if value.is_literal else _converted(value.values, *of_unit))
            for value in values
            for of_unit in ((value.unit, unit),)
        ]

    def _number(self, node: ast.expr, times: Floats) -> Quantity:
        value = self._value(node, times)
        if value.unit == STATE:
            raise ExpressionError(f"{self._text(node)} is a state, not a number: hours_on, and, or, not take states")
        return value

    def _state(self, node: ast.expr, times: Floats) -> Floats:
        value = self._value(node, times)
        if value.unit != STATE:
            raise ExpressionError(f"{self._what(node, value.unit)} is not a state: compare it, as in SAT > 20")
        return np.where(np.isnan(value.values), np.nan, value.values != 0)

    # -- functions -------------------------------------------------------------------------------------------------

    def _called(self, name: str, call: ast.Call, times: Floats) -> Quantity:
        match name:
            case "abs":
                value = self._number(call.args[0], times)
                return value._replace(values=np.abs(value.values))
            case "delta" | "rate":
                change = self._change(call.args[0], times, window_h(call))
                if name == "delta":
                    return change
                return Quantity(change.values / window_h(call), change.unit.times(HOUR, -1))
            case "hours_on":
                return Quantity(self._hours_on(call.args[0], times, 3600 * window_h(call)), HOUR)
            case "dew_point" | "wet_bulb" | "enthalpy":
                return self._of_air(name, call.args, times)
        values = self._alike(call.args, times, "taken together")
        if values[0].unit == STATE:
            raise ExpressionError(f"{self._text(call.args[0])} is a state, not a number; and, or, not take states")
        return values[0]._replace(values=_REDUCED[name]([value.values for value in values], axis=0))

    def _change(self, node: ast.expr, times: Floats, hours: float) -> Quantity:
        """How much it is above what it was."""
        then = times - 3600 * hours
        if isinstance(node, ast.Name) and is_counter((operand := self._operands[place_of(node)]).series.units):
            values = operand.at(times, counted=True) - operand.at(then, counted=True)
            return Quantity(values, operand.unit)
        now, before = self._number(node, times), self._number(node, then)
        return Quantity(now.values - before.values, now.unit.difference)

    def _hours_on(self, node: ast.expr, times: Floats, window_s: float) -> Floats:
        """For how much of the time before it was on, at least; NaN where not nearly all of that is known."""
        operands = [
            self._operands[place_of(name)] for name in ast.walk(node) if isinstance(name, ast.Name) and _is_point(name)
        ]
        edges = [times, times - window_s]
        for operand in operands:
            unknown = [edge[np.isfinite(edge)] for edge in operand.unknown]
            edges += [operand.series.times_utc_s, *unknown]
        grid = np.unique(np.concatenate(edges))
        states = self._state(node, grid)
        if not len(times):
            return np.empty(0)
        seconds = np.diff(grid)
        on_s = np.append(0.0, np.cumsum(np.nan_to_num(states[:-1]) * seconds))
        unknown_s = np.append(0.0, np.cumsum(np.isnan(states[:-1]) * seconds))
        now, then = np.searchsorted(grid, times), np.searchsorted(grid, times - window_s)
        is_known = unknown_s[now] - unknown_s[then] <= (1 - KNOWN_PLAIN) * window_s
        return np.where(is_known, (on_s[now] - on_s[then]) / 3600, np.nan)

    def _of_air(self, name: str, arguments: Sequence[ast.expr], times: Floats) -> Quantity:
        temperature, humidity = (self._number(node, times) for node in arguments[:2])
        if not temperature.unit.is_absolute:
            raise ExpressionError(f"{name} wants a temperature first, and not {self._text(arguments[0])}")
        if humidity.unit.text not in ("%", "%RH") and not humidity.is_literal:
            raise ExpressionError(f"{name} wants a relative humidity in % second, and not {self._text(arguments[1])}")
        pressure = np.full(len(times), STANDARD_PRESSURE_PA)
        if len(arguments) > 2:
            told = self._number(arguments[2], times)
            if told.unit.dimensions != PASCAL.dimensions:
                raise ExpressionError(f"{name} wants the pressure of the air third, and not {self._text(arguments[2])}")
            pressure = told.values * told.unit.factor
        celsius = _converted(temperature.values, temperature.unit, CELSIUS)
        relative = np.where((humidity.values > 0) & (humidity.values <= 105), humidity.values / 100, np.nan)
        if name == "enthalpy" and temperature.unit == FAHRENHEIT:
            return Quantity(enthalpy_ip(temperature.values, humidity_ratio(celsius, relative, pressure)), BTU_PER_LB)
        if name == "enthalpy":
            return Quantity(enthalpy(celsius, relative, pressure), KILOJOULES_PER_KG)
        if name == "dew_point":
            return Quantity(_converted(dew_point(celsius, relative), CELSIUS, temperature.unit), temperature.unit)
        # it takes its time, and sensors have but so many values
        first, places = _different(celsius, relative, pressure)
        found = wet_bulb(celsius[first], relative[first], pressure[first])[places]
        return Quantity(_converted(found, CELSIUS, temperature.unit), temperature.unit)

    # -- sentences -------------------------------------------------------------------------------------------------

    def _text(self, node: ast.expr) -> str:
        return text_of(ast.unparse(node), self._names)

    def _what(self, node: ast.expr, unit: Unit) -> str:
        return f"{self._text(node)} ({'a state' if unit == STATE else unit.text or 'a number'})"


def _is_point(name: ast.Name) -> bool:
    return name.id[:1] == "p" and name.id[1:].isdecimal()


def _are_literal(first: Quantity, second: Quantity) -> bool:
    return first.is_literal and second.is_literal


def _different(*columns: Floats) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where each combination of values comes first, and which of these each place has."""
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for column in columns:
        _, own = np.unique(column, return_inverse=True)
        _, codes = np.unique(codes * (own.max(initial=0) + 1) + own, return_inverse=True)
    _, first, places = np.unique(codes, return_index=True, return_inverse=True)
    return first, places


def _converted(values: Floats, unit: Unit, to: Unit) -> Floats:
    if (unit.factor, unit.offset) == (to.factor, to.offset):
        return values
    offset = unit.offset - to.offset if to.is_absolute else 0.0
    return (values * unit.factor + offset) / to.factor
