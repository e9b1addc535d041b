"""Whether a condition can be run, asked once when a model is read and not for each pair."""

import re
from collections.abc import Collection

from matching.splink.functions import EXCHANGEABLE, FUNCTIONS, NUMBER, TEXT
from matching.splink.sql import (
    Call,
    Column,
    Compare,
    IsNull,
    Joined,
    Literal,
    Node,
    Not,
    SqlError,
    mirrored,
)

LONGEST_PATTERN = 200


def check(node: Node, columns: Collection[str]) -> None:
    """Raise `SqlError` for an unknown column or function, or values of the wrong kind."""
    match node:
        case Compare(sign, low, high):
            kinds = _kind(low, columns), _kind(high, columns)
            if kinds[0] != kinds[1]:
                raise SqlError(f"it compares a {kinds[0]} {sign} a {kinds[1]}")
        case IsNull(value):
            _kind(value, columns)
        case Not(part):
            check(part, columns)
        case Joined(_, parts):
            for part in parts:
                check(part, columns)


def _kind(node: Node, columns: Collection[str]) -> str:
    """Text, number or time; checks the arguments on the way."""
    match node:
        case Column(name, _):
            if name not in columns:
                raise SqlError(f"it reads column {name}, which is none of ours by now")
            return TEXT
        case Literal(value):
            return TEXT if isinstance(value, str) else NUMBER
        case Call(name, parts):
            return _call(name, parts, columns)
    raise SqlError("a condition stands where a value should")


def _call(name: str, parts: tuple[Node, ...], columns: Collection[str]) -> str:
    function = FUNCTIONS.get(name)
    if function is None:
        raise SqlError(f"function {name} is not supported; use {supported()}")
    given = tuple(_kind(part, columns) for part in parts)
    fewest = len(function.takes) - function.optional
    if len(given) < fewest or given != function.takes[: len(given)]:
        wanted = ", ".join(function.takes)
        raise SqlError(f"{name} takes {wanted} and is given {', '.join(given)}")
    if name == "regexp_extract":
        _pattern(parts)
    if name == "try_strptime" and not isinstance(parts[1], Literal):
        raise SqlError("try_strptime needs its form as a text")
    return function.gives


def supported() -> str:
    """The functions a condition may use, in words."""
    return ", ".join(sorted(set(FUNCTIONS) - {"-"}))


def _pattern(parts: tuple[Node, ...]) -> None:
    pattern, group = parts[1], parts[2] if len(parts) > 2 else Literal(0.0)
    if not isinstance(pattern, Literal) or not isinstance(group, Literal):
        raise SqlError("regexp_extract needs its pattern and group as literals")
    if len(str(pattern.value)) > LONGEST_PATTERN:
        raise SqlError(f"a pattern is longer than {LONGEST_PATTERN} characters")
    try:
        groups = re.compile(str(pattern.value)).groups
    except re.error as problem:
        raise SqlError(f"the pattern {pattern.value} is wrong: {problem}") from None
    if not 0 <= float(group.value) <= groups:
        raise SqlError(f"the pattern {pattern.value} has no group {group.value:g}")


def is_symmetric(node: Node) -> bool:
    """Whether a condition reads the same with left and right exchanged."""
    return _unordered(node) == _unordered(mirrored(node))


def _unordered(node: Node) -> str:
    """The node as a text in which the order of what may be exchanged does not show."""
    match node:
        case Column(name, side):
            return f"{name}.{side}"
        case Literal(value):
            return repr(value)
        case Call("abs", (Call("-", parts),)):
            return f"apart{_sorted(parts)}"
        case Call(name, parts) if name in EXCHANGEABLE:
            return f"{name}{_sorted(parts)}"
        case Call(name, parts):
            return f"{name}{[_unordered(part) for part in parts]}"
        case Compare("=" | "<>" as sign, low, high):
            return f"{sign}{_sorted((low, high))}"
        case Compare(sign, low, high):
            return f"{sign}{[_unordered(low), _unordered(high)]}"
        case Joined(word, parts):
            return f"{word}{_sorted(parts)}"
        case IsNull(part):
            return f"null({_unordered(part)})"
        case Not(part):
            return f"not({_unordered(part)})"


def _sorted(parts: tuple[Node, ...]) -> str:
    return str(sorted(map(_unordered, parts)))
