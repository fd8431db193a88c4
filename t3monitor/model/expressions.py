"""Expressions over points as a user writes them, and as they are kept: with ``p0``, ``p1`` … for their points.

They are Python's grammar, of which the few nodes that are listed here are allowed; nothing of it is ever run as Python.
"""

import ast
import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from t3monitor.model.points import PointKey
from t3monitor.model.series_keys import ComputedKey

FUNCTIONS = {  # with how many arguments at least and at most
    "avg": (1, 20),
    "min": (1, 20),
    "max": (1, 20),
    "abs": (1, 1),
    "delta": (1, 2),
    "rate": (1, 2),
    "hours_on": (1, 2),
    "dew_point": (2, 2),
    "wet_bulb": (2, 3),
    "enthalpy": (2, 3),
}
WINDOW_H = {"delta": 1.0, "rate": 1.0, "hours_on": 24.0}  # back from each time, unless it is said
_LONGEST_WINDOW_H = 31 * 24.0
_MOST_CHARACTERS, _MOST_POINTS, _LARGEST = 1000, 20, 1e15
_SIGNS = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "≤": "<=", "≥": ">=", "≠": "!="})
_OUTSIDE_QUOTES = re.compile("""("[^"]*"|'[^']*')""")
_POINT = re.compile("p([0-9]+)")
_MISTAKES = (  # of a text that is no expression; the first that is found in it is told
    (re.compile(r"(?:[-+*/<>=,]|\b(?:and|or|not))\s*$"), "Something is missing at its end"),
    (re.compile(r"(?<![<>=!])=(?!=)"), "Two values are compared with ==, as in SAT == 20"),
    (re.compile("°"), "A number has the unit of the point beside it: write it without its unit"),
    (re.compile(r"(\w+(?:-\w+)+\.[^\W\d]\w*)"), "The name {0} wants quotes: '{0}'"),
    (
        re.compile(r"\b(?!and\b|or\b|not\b)(\w+)\s+(?!and\b|or\b|not\b|if\b|in\b|is\b)(\w+)"),
        "Between {0} and {1} something is missing; if they are one name, it wants quotes: '{0} {1}'",
    ),
)
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.UAdd, ast.Not, ast.And, ast.Or)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


class ExpressionError(ValueError):
    """Why an expression cannot be used, in one sentence without a full stop."""


def parsed(text: str, find: Callable[[str], PointKey]) -> ComputedKey:
    """What a user wrote; ``find`` tells the point of a name, both raise ExpressionError."""
    if not text.strip():
        raise ExpressionError("Write an expression, such as SAT - MAT")
    if len(text) > _MOST_CHARACTERS:
        raise ExpressionError(f"It is longer than {_MOST_CHARACTERS} characters")
    parts = _OUTSIDE_QUOTES.split(text.strip())
    parts[::2] = [part.translate(_SIGNS) for part in parts[::2]]
    points: dict[PointKey, None] = {}

    def named(name: str) -> ast.Name:
        key = find(name)
        points.setdefault(key)
        return ast.Name(f"p{list(points).index(key)}")

    try:
        tree = _Names(named).visit(ast.parse("".join(parts), mode="eval"))
        _check(tree.body)
        expression = ast.unparse(tree.body)
    except SyntaxError as error:
        raise ExpressionError(_mistake("".join(parts))) from error
    except (MemoryError, RecursionError) as error:
        raise ExpressionError("It has too many brackets in each other") from error
    if not points:
        raise ExpressionError("There is no point in it")
    if len(points) > _MOST_POINTS:
        raise ExpressionError(f"It has more than {_MOST_POINTS} points")
    return ComputedKey(expression, tuple(points))


@lru_cache(maxsize=256)
def tree_of(expression: str) -> ast.expr:
    """The tree of an expression that is kept; raises ExpressionError for what none is."""
    try:
        tree = ast.parse(expression, mode="eval").body
        _check(tree)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ExpressionError("It is damaged") from error
    return tree


def is_expression_of(expression: str, points: int) -> bool:
    """Whether it is one that is kept, of so many points."""
    try:
        names = {node.id for node in ast.walk(tree_of(expression)) if isinstance(node, ast.Name)}
    except ExpressionError:
        return False
    return len(expression) <= 10 * _MOST_CHARACTERS and all(
        (match := _POINT.fullmatch(name)) and int(match[1]) < points for name in names - FUNCTIONS.keys()
    )


def text_of(expression: str, names: Sequence[str]) -> str:
    """The expression with these names in place of its points, and the signs that are printed."""
    told = _POINT.sub(lambda match: names[int(match[1])], expression)
    return re.sub(r" ([-*]) ", lambda match: {"-": " − ", "*": " × "}[match[1]], told)


def written(name: str) -> str:
    """A name as it stands in an expression: in quotes where it would be read as something else."""
    try:
        node = ast.parse(name, mode="eval").body
    except (SyntaxError, ValueError):
        node = None
    is_plain = isinstance(node, ast.Name) or (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name))
    return name if is_plain and name not in FUNCTIONS and ast.unparse(node) == name else f"'{name}'"  # type: ignore[arg-type]


def place_of(name: ast.Name) -> int:
    """Which of its points a name is."""
    return int(name.id[1:])


def window_h(call: ast.Call) -> float:
    """How far back a function looks."""
    assert isinstance(call.func, ast.Name)  # noqa: S101 - as it was checked
    if call.func.id not in WINDOW_H:
        return 0.0
    return call.args[1].value if len(call.args) > 1 else WINDOW_H[call.func.id]  # type: ignore[attr-defined]


def lookback_s(node: ast.expr) -> float:
    """How much time before the first value is needed."""
    own = 3600 * window_h(node) if isinstance(node, ast.Call) else 0.0
    children = (child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr))
    return own + max(map(lookback_s, children), default=0.0)


def _mistake(text: str) -> str:
    """What is wrong with a text that cannot be read."""
    bare = _OUTSIDE_QUOTES.sub("''", text)
    if "'" in bare.replace("''", "") or '"' in bare:
        return "A quote is not closed: a name stands between two of them, as in 'SPACE TMP'"
    if (opened := bare.count("(") - bare.count(")")) > 0:
        return "A bracket is not closed: ) is missing"
    if opened < 0:
        return "A bracket is closed that was not opened: ( is missing"
    for pattern, sentence in _MISTAKES:
        if match := pattern.search(bare):
            return sentence.format(*match.groups())
    return "It is not complete, or a name in it wants quotes, such as 'SPACE TMP'"


class _Names(ast.NodeTransformer):
    """Puts points in the place of names."""

    def __init__(self, named: Callable[[str], ast.Name]) -> None:
        self._named = named

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._named(node.id)

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        return self._named(ast.unparse(node))

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return self._named(node.value) if isinstance(node.value, str) else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        if isinstance(node.func, ast.Name) and node.func.id.lower() in FUNCTIONS:
            node.func.id = node.func.id.lower()
        return node


def _check(node: ast.expr) -> None:
    """Raises ExpressionError for whatever is not of this language."""
    match node:
        case ast.Constant(value=bool() as word):
            raise ExpressionError(f"{word} is no number")
        case ast.Constant(value=(int() | float()) as number):
            if not abs(number) < _LARGEST:
                raise ExpressionError(f"Numbers are less than {_LARGEST:.0e}")
        case ast.Name():
            if not _POINT.fullmatch(node.id):
                raise ExpressionError(f"{node.id} is no point")
        case ast.UnaryOp(op=op, operand=operand) if isinstance(op, _OPERATORS):
            _check(operand)
        case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATORS):
            _check(left)
            _check(right)
        case ast.BoolOp(values=values):
            for value in values:
                _check(value)
        case ast.Compare(left=left, ops=[op], comparators=[right]) if isinstance(op, _COMPARISONS):
            _check(left)
            _check(right)
        case ast.Call():
            _check_call(node)
        case ast.Tuple():
            raise ExpressionError("Numbers have a decimal point, as in 20.5; commas stand between values in brackets")
        case ast.Compare():
            raise ExpressionError("Write and between two comparisons, as in SAT > 10 and SAT < 20")
        case _:
            raise ExpressionError("It may have numbers, points, + - * / ( ), comparisons, and or not, and functions")


def _check_call(node: ast.Call) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in FUNCTIONS:
        raise ExpressionError(f"There is no function {ast.unparse(node.func)}; there are {', '.join(FUNCTIONS)}")
    least, most = FUNCTIONS[name]
    if node.keywords or not least <= len(node.args) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise ExpressionError(f"{name} wants {wanted} values in its brackets")
    for argument in node.args:
        _check(argument)
    if name in WINDOW_H and len(node.args) > 1:
        hours = node.args[1].value if isinstance(node.args[1], ast.Constant) else None
        if not isinstance(hours, int | float) or not 0 < hours <= _LONGEST_WINDOW_H:
            raise ExpressionError(f"The hours of {name} are a number up to {_LONGEST_WINDOW_H:.0f}")
