"""The SQL conditions of Splink's comparison levels, read into a tree.

Only what Splink writes for its own comparison levels is read: columns of either side, literals,
functions, comparisons, `IS NULL`, `AND`, `OR` and `NOT`. Everything else is refused.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

TOKENS = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)
    | '(?P<text>(?:[^']|'')*)'
    | "(?P<quoted>[^"]+)" | `(?P<ticked>[^`]+)`
    | (?P<word>[A-Za-z_][A-Za-z_0-9]*)
    | (?P<sign><=|>=|<>|!=|[=<>(),-])
    )""",
    re.VERBOSE,
)
KEYWORDS = frozenset({"and", "or", "not", "is", "null", "cast", "as"})
COMPARED = frozenset({"=", "<>", "!=", "<", "<=", ">", ">="})
OTHER_SIDE = {"l": "r", "r": "l"}
DEEPEST, LONGEST = 40, 4000


class SqlError(ValueError):
    """A condition that is not read; the message names the place and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the left (`l`) or the right (`r`) record."""

    name: str
    side: str


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | float


@dataclass(frozen=True, slots=True)
class Call:
    """A function of values; `-` is one of two."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Compare:
    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class IsNull:
    value: "Node"


@dataclass(frozen=True, slots=True)
class Not:
    part: "Node"


@dataclass(frozen=True, slots=True)
class Joined:
    """`and` or `or` of two or more conditions."""

    word: str
    parts: tuple["Node", ...]


Node = Column | Literal | Call | Compare | IsNull | Not | Joined
CONDITIONS = (Compare, IsNull, Not, Joined)


def parse(condition: str) -> Node:
    """Read one condition, `ELSE` apart; raises `SqlError`."""
    if len(condition) > LONGEST:
        raise SqlError(f"it is longer than {LONGEST} characters")
    reader = _Reader(_tokens(condition))
    found = reader.disjunction()
    if not isinstance(found, CONDITIONS):
        raise SqlError("it is a value, not a condition")
    reader.expect("end", "")
    return found


def mirrored(node: Node) -> Node:
    """The same condition with left and right exchanged."""
    match node:
        case Column(name, side):
            return Column(name, OTHER_SIDE[side])
        case Call(name, arguments):
            return Call(name, tuple(mirrored(each) for each in arguments))
        case Compare(sign, left, right):
            return Compare(sign, mirrored(left), mirrored(right))
        case IsNull(value):
            return IsNull(mirrored(value))
        case Not(part):
            return Not(mirrored(part))
        case Joined(word, parts):
            return Joined(word, tuple(mirrored(each) for each in parts))
        case _:
            return node


def columns_of(node: Node) -> frozenset[str]:
    """The columns a condition reads, of either side."""
    match node:
        case Column(name, _):
            return frozenset({name})
        case Call(_, parts) | Joined(_, parts):
            return frozenset().union(*(columns_of(each) for each in parts))
        case Compare(_, left, right):
            return columns_of(left) | columns_of(right)
        case IsNull(part) | Not(part):
            return columns_of(part)
        case _:
            return frozenset()


Token = tuple[str, str]


def _tokens(text: str) -> list[Token]:
    found, place = [], 0
    while text[place:].strip():
        match = TOKENS.match(text, place)
        if match is None:
            raise SqlError(f"it is not understood from “{text[place:].strip()[:20]}” on")
        kind = str(match.lastgroup)
        value = match[kind]
        if kind == "word" and value.lower() in KEYWORDS:
            kind, value = "keyword", value.lower()
        found.append((kind, value))
        place = match.end()
    return found


class _Reader:
    """Recursive descent over the tokens, each rule a method."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = [*tokens, ("end", "")]
        self._at = self._depth = 0

    def accept(self, kind: str, value: str) -> bool:
        if self._tokens[self._at] != (kind, value):
            return False
        self._at += 1
        return True

    def expect(self, kind: str, value: str) -> None:
        if not self.accept(kind, value):
            found = self._tokens[self._at][1] or "the end"
            raise SqlError(f"“{found}” stands where “{value or 'the end'}” should")

    def disjunction(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise SqlError(f"it is nested deeper than {DEEPEST}")
        parts = [self._conjunction()]
        while self.accept("keyword", "or"):
            parts.append(self._conjunction())
        self._depth -= 1
        return _joined("or", parts)

    def _conjunction(self) -> Node:
        parts = [self._negation()]
        while self.accept("keyword", "and"):
            parts.append(self._negation())
        return _joined("and", parts)

    def _negation(self) -> Node:
        negations = 0
        while self.accept("keyword", "not"):
            negations += 1
        found = self._predicate()
        return Not(_condition(found)) if negations % 2 else found

    def _predicate(self) -> Node:
        left = self._difference()
        if self.accept("keyword", "is"):
            negated = self.accept("keyword", "not")
            self.expect("keyword", "null")
            return Not(IsNull(_value(left))) if negated else IsNull(_value(left))
        kind, sign = self._tokens[self._at]
        if kind != "sign" or sign not in COMPARED:
            return left
        self._at += 1
        sign = "<>" if sign == "!=" else sign
        return Compare(sign, _value(left), _value(self._difference()))

    def _difference(self) -> Node:
        found = self._operand()
        while self.accept("sign", "-"):
            found = Call("-", (_value(found), _value(self._operand())))
        return found

    def _operand(self) -> Node:
        kind, value = self._tokens[self._at]
        self._at += 1
        match kind:
            case "number":
                return Literal(float(value))
            case "text":
                return Literal(value.replace("''", "'"))
            case "quoted" | "ticked":
                return _column(value)
            case "word":
                return self._call(value) if self.accept("sign", "(") else _column(value)
            case "keyword" if value == "cast":
                return self._cast()
            case "sign" if value == "(":
                inner = self.disjunction()
                self.expect("sign", ")")
                return inner
        raise SqlError(f"“{value or 'the end'}” stands where a value should")

    def _call(self, name: str) -> Node:
        arguments = [_value(self.disjunction())]
        while self.accept("sign", ","):
            arguments.append(_value(self.disjunction()))
        self.expect("sign", ")")
        return Call(name.lower(), tuple(arguments))

    def _cast(self) -> Node:
        self.expect("sign", "(")
        value = _value(self.disjunction())
        self.expect("keyword", "as")
        kind, name = self._tokens[self._at]
        if kind != "word" or name.lower() not in ("varchar", "text", "string"):
            raise SqlError(f"it casts to {name}; only text is supported")
        self._at += 1
        self.expect("sign", ")")
        return value


def _joined(word: str, parts: Sequence[Node]) -> Node:
    if len(parts) == 1:
        return parts[0]
    return Joined(word, tuple(_condition(part) for part in parts))


def _condition(node: Node) -> Node:
    if not isinstance(node, CONDITIONS):
        raise SqlError("a value stands where a condition should")
    return node


def _value(node: Node) -> Node:
    if isinstance(node, CONDITIONS):
        raise SqlError("a condition stands where a value should")
    return node


def _column(name: str) -> Column:
    stem, _, side = name.rpartition("_")
    if not stem or side.lower() not in OTHER_SIDE:
        raise SqlError(f"column {name} names no side: it should end in _l or _r")
    return Column(stem, side.lower())
