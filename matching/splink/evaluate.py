"""Conditions run on two records, with the three values of SQL: true, false and unknown."""

from collections.abc import Callable, Mapping
from typing import Any

from matching.core.features import Features
from matching.splink.checking import check, is_symmetric
from matching.splink.functions import FUNCTIONS
from matching.splink.sql import (
    Call,
    Column,
    Compare,
    IsNull,
    Joined,
    Literal,
    Node,
    Not,
    mirrored,
)

Read = Callable[[Features], str]
Holds = Callable[[Features, Features], bool | None]
Run = Callable[[Features, Features], Any]


def condition(node: Node, fields: Mapping[str, Read]) -> Holds:
    """Make a condition ready to run; raises `SqlError` for what is not supported.

    `fields` says how each column is read from a record; an empty text is NULL. The answer is
    the same whichever record comes first: a condition that favours a side holds where it holds
    in either direction.
    """
    check(node, fields)
    if not is_symmetric(node):
        node = Joined("or", (node, mirrored(node)))
    return _run(node, fields)


def _run(node: Node, fields: Mapping[str, Read]) -> Run:
    match node:
        case Column(name, side):
            return _column(fields[name], side)
        case Literal(value):
            return lambda left, right: value
        case Call(name, parts):
            return _call(name, tuple(_run(part, fields) for part in parts))
        case Compare(sign, low, high):
            return _compare(sign, _run(low, fields), _run(high, fields))
        case IsNull(part):
            run = _run(part, fields)
            return lambda left, right: run(left, right) is None
        case Not(part):
            return _not(_run(part, fields))
        case Joined("and", parts):
            return _and(tuple(_run(part, fields) for part in parts))
        case Joined(_, parts):
            return _or(tuple(_run(part, fields) for part in parts))


def _column(read: Read, side: str) -> Run:
    if side == "l":
        return lambda left, right: read(left) or None
    return lambda left, right: read(right) or None


def _call(name: str, runs: tuple[Run, ...]) -> Run:
    function = FUNCTIONS[name].run

    def call(left: Features, right: Features) -> Any:
        values = [run(left, right) for run in runs]
        return None if None in values else function(*values)

    return call


SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda low, high: low == high,
    "<>": lambda low, high: low != high,
    "<": lambda low, high: low < high,
    "<=": lambda low, high: low <= high,
    ">": lambda low, high: low > high,
    ">=": lambda low, high: low >= high,
}


def _compare(sign: str, low: Run, high: Run) -> Run:
    holds = SIGNS[sign]

    def compare(left: Features, right: Features) -> bool | None:
        ours = low(left, right)
        if ours is None:
            return None
        theirs = high(left, right)
        return None if theirs is None else holds(ours, theirs)

    return compare


def _not(run: Run) -> Run:
    def negated(left: Features, right: Features) -> bool | None:
        found = run(left, right)
        return None if found is None else not found

    return negated


def _and(runs: tuple[Run, ...]) -> Run:
    """False where a part is false, else unknown where a part is unknown."""

    def every(left: Features, right: Features) -> bool | None:
        answer: bool | None = True
        for run in runs:
            found = run(left, right)
            if found is False:
                return False
            answer = answer if found else None
        return answer

    return every


def _or(runs: tuple[Run, ...]) -> Run:
    """True where a part is true, else unknown where a part is unknown."""

    def some(left: Features, right: Features) -> bool | None:
        answer: bool | None = False
        for run in runs:
            found = run(left, right)
            if found:
                return True
            answer = answer if found is False else None
        return answer

    return some
