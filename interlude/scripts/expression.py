"""Conditions in content files (`rise >= 20 or after >= 80`): parsed once, read safely, never executed.

The grammar is a small part of Python's: `and or not`, comparisons, `in`, `+ -`, numbers, quoted
words, lists, names of answers, values and facts, and the functions below. An answer that isn't there
makes a comparison false and a sum empty, so a skipped question never raises.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Scope = Mapping[str, Any]


class BadExpression(ValueError):
    """The text isn't in the grammar; says which part."""


def _numbers(value: Any) -> list[float]:
    if isinstance(value, Mapping):
        return [n for n in value.values() if isinstance(n, int | float)]
    return [value] if isinstance(value, int | float) else []


def _items(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list | tuple | frozenset) else []


def _highest(value: Any) -> float | None:
    return max(_numbers(value), default=None)


def _largest_rise(before: Any, after: Any) -> float | None:
    """The largest change upwards of any item rated both times; negative when all came down."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        pairs = [(before[item], after[item]) for item in after if item in before]
    else:
        pairs = [(before, after)]
    rises = [b - a for a, b in pairs if isinstance(a, int | float) and isinstance(b, int | float)]
    return max(rises, default=None)


def _change(before: Any, after: Any) -> float | None:
    """After minus before, of the item that was strongest before."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        rated = [item for item in before if _numbers(before[item]) and _numbers(after.get(item))]
        strongest = max(rated, key=lambda item: before[item], default=None)
        return None if strongest is None else after[strongest] - before[strongest]
    return _largest_rise(before, after)


def _count(value: Any) -> int:
    return len(value) if isinstance(value, list | Mapping | tuple) else int(value is not None)


def _answered(value: Any) -> bool:
    return bool(_numbers(value)) if isinstance(value, Mapping) else value not in (None, "", [])


def _says(value: Any, *words: str) -> bool:
    text = " ".join(" ".join(_items(value)).casefold().replace("’", "'").split())
    return any(word in text for word in words)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "highest": _highest,
    "largest_rise": _largest_rise,
    "change": _change,
    "count": _count,
    "answered": _answered,
    "says": _says,
    "asks": lambda value: "?" in " ".join(_items(value)),
    "first": lambda *values: next((value for value in values if _answered(value)), None),
}

#: sums of option scores; their arguments are names of steps
SCORED = ("score", "total")

_ORDER: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_ALLOWED = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Eq,
    ast.NotEq, ast.In, ast.NotIn, ast.BinOp, ast.Add, ast.Sub, ast.List, ast.Name, ast.Load,
    ast.Constant, ast.Call, *_ORDER,
)  # fmt: skip


@dataclass(frozen=True)
class Expression:
    """One parsed condition or value. `names` are the answers, values and facts it looks at."""

    source: str
    tree: ast.expr
    names: frozenset[str]

    def read(self, scope: Scope) -> Any:
        """Its value; `scope` maps names to answers, and `score:<name>` to the score of an answer."""
        return _read(self.tree, scope)

    def holds(self, scope: Scope) -> bool:
        """Its value as a condition."""
        return bool(self.read(scope))


@lru_cache(maxsize=2048)
def parse(source: str) -> Expression:
    """The expression in `source`, or BadExpression naming what isn't allowed."""
    try:
        tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise BadExpression(f"'{source}' can't be read") from error
    names: set[str] = set()
    called: set[ast.expr] = set()
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED):
            raise BadExpression(f"'{source}': {type(node).__name__} is not allowed")
        if isinstance(node, ast.Call):
            _check_call(node, source)
            called.add(node.func)
        if isinstance(node, ast.Constant) and not isinstance(node.value, int | float | str):
            raise BadExpression(f"'{source}': {node.value!r} is not a number or a quoted word")
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node not in called}
    return Expression(source, tree, frozenset(names))


def _check_call(node: ast.Call, source: str) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in FUNCTIONS and name not in SCORED:
        known = ", ".join(sorted([*FUNCTIONS, *SCORED]))
        raise BadExpression(f"'{source}': there is no function '{name}', only {known}")
    if node.keywords:
        raise BadExpression(f"'{source}': {name} takes no named arguments")
    fixed = {"largest_rise": 2, "change": 2, "highest": 1, "count": 1, "answered": 1, "asks": 1, "score": 1}
    if name in fixed and len(node.args) != fixed[name]:
        raise BadExpression(f"'{source}': {name} takes {fixed[name]} arguments, not {len(node.args)}")
    if name in SCORED and not (node.args and all(isinstance(arg, ast.Name) for arg in node.args)):
        raise BadExpression(f"'{source}': {name} takes names of steps")
    if name == "says" and not (
        len(node.args) > 1
        and all(isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in node.args[1:])
    ):
        raise BadExpression(f"'{source}': says takes a name and quoted words")


def _read(node: ast.expr, scope: Scope) -> Any:  # noqa: PLR0911 - one return for each kind of node
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return scope.get(name)
        case ast.List(elts=parts):
            return [_read(part, scope) for part in parts]
        case ast.BoolOp(op=op, values=parts):
            every = isinstance(op, ast.And)
            return (all if every else any)(bool(_read(part, scope)) for part in parts)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return not _read(operand, scope)
        case ast.UnaryOp(operand=operand):
            value = _read(operand, scope)
            return -value if isinstance(value, int | float) else None
        case ast.BinOp(left=left, op=op, right=right):
            a, b = _read(left, scope), _read(right, scope)
            if not (isinstance(a, int | float) and isinstance(b, int | float)):
                return None
            return a + b if isinstance(op, ast.Add) else a - b
        case ast.Compare(left=left, ops=ops, comparators=rights):
            values = [_read(part, scope) for part in (left, *rights)]
            return all(_compare(op, a, b) for op, a, b in zip(ops, values, values[1:], strict=False))
        case ast.Call(func=ast.Name(id=name), args=args):
            if name in SCORED:
                return _total([scope.get(f"score:{arg.id}") for arg in args if isinstance(arg, ast.Name)])
            return FUNCTIONS[name](*(_read(arg, scope) for arg in args))
    raise BadExpression(f"{type(node).__name__} is not allowed")  # parse() refuses it before


def _compare(op: ast.cmpop, a: Any, b: Any) -> bool:
    if isinstance(op, ast.Eq | ast.NotEq):
        return (a == b) is isinstance(op, ast.Eq)
    if isinstance(op, ast.In | ast.NotIn):
        return (a in _items(b)) is isinstance(op, ast.In)
    comparable = isinstance(a, int | float) and isinstance(b, int | float)
    return comparable and _ORDER[type(op)](a, b)


def _total(scores: list[Any]) -> float | None:
    """The sum, or nothing when an item is missing: a sum over some of the items would mislead."""
    return sum(scores) if scores and all(isinstance(n, int | float) for n in scores) else None
