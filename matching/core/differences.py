"""The rows of a side-by-side comparison, with the characters that differ. Plain Python.

A value is cut into pieces; a piece is marked where the other side has something else. Values
that have little in common are marked as a whole: scattered marks would only hide the answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple
from unicodedata import normalize

from anyascii import anyascii
from rapidfuzz.distance import Indel, Levenshtein

_WORDS = re.compile(r"\w+|\W")
ALIKE = 0.65  # share of common characters from which marking single characters helps


class Result(StrEnum):
    """How the two sides of a row compare."""

    DIFFERS = "differs"
    CLOSE = "close"  # at least one pair of values is alike, none is equal
    SHARED = "shared"  # one value is on both sides, others are not
    ONE_SIDE = "one_side"
    WRITTEN = "written"  # equal but for case, accents, spaces and punctuation
    SAME = "same"


class Piece(NamedTuple):
    text: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Value:
    """One value of one side; `instead` is what the marked characters face on the other."""

    pieces: tuple[Piece, ...]
    instead: str = ""

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    @property
    def marked(self) -> str:
        """The marked characters, runs parted by an ellipsis: what a screen reader says."""
        return "…".join(piece.text for piece in self.pieces if piece.differs)


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    left: tuple[Value, ...]
    right: tuple[Value, ...]
    result: Result

    @property
    def agrees(self) -> bool:
        return self.result in (Result.SAME, Result.WRITTEN)

    @property
    def place(self) -> int:
        """What differs comes first, then what one side lacks, then what agrees."""
        return 2 if self.agrees else int(self.result is Result.ONE_SIDE)


def compare(fields: Sequence[tuple[str, Sequence[str], Sequence[str]]]) -> list[Row]:
    """Return the rows of `(label, left values, right values)`: what differs comes first.

    Fields empty on both sides are left out. Otherwise the given order is kept, so that the
    eye finds a field in its place from pair to pair.
    """
    rows = [compare_field(*field) for field in fields if field[1] or field[2]]
    return sorted(rows, key=lambda row: row.place)


def compare_field(label: str, left: Sequence[str], right: Sequence[str]) -> Row:
    """Pair the values of one field, most alike first, and mark what differs in each pair."""
    left, right = _clean(left), _clean(right)
    if not left or not right:
        return Row(label, _plain(left), _plain(right), Result.ONE_SIDE)
    pairs, only_left, only_right = _paired(left, right)
    marked = [mark(a, b) for a, b in pairs]
    return Row(
        label,
        tuple(pair[0] for pair in marked) + _whole(only_left),
        tuple(pair[1] for pair in marked) + _whole(only_right),
        _result(pairs, bool(only_left or only_right)),
    )


def mark(left: str, right: str) -> tuple[Value, Value]:
    """Cut two values into pieces, marking the characters the other one does not have."""
    if left == right:
        return Value((Piece(left, False),)), Value((Piece(right, False),))
    if likeness(left, right) < ALIKE:
        return Value((Piece(left, True),), right), Value((Piece(right, True),), left)
    steps = _smooth(_steps(left, right))
    a = tuple(Piece(step.left, step.differs) for step in steps if step.left)
    b = tuple(Piece(step.right, step.differs) for step in steps if step.right)
    return Value(a, Value(b).marked), Value(b, Value(a).marked)


def likeness(left: str, right: str) -> float:
    """Share of characters two values have in common, in order and whatever their case: 0–1."""
    return Indel.normalized_similarity(fold(left), fold(right))


def fold(value: str) -> str:
    """The value without case, accents, spaces and punctuation, in Latin letters."""
    plain = anyascii(value).casefold()
    return "".join(letter for letter in plain if letter.isalnum()) or value


def _clean(values: Sequence[str]) -> list[str]:
    """Compose accents so that one letter is one character; drop repeats, keep the order."""
    return list(dict.fromkeys(normalize("NFC", value) for value in values if value))


def _paired(
    left: list[str], right: list[str]
) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Pair values greedily by likeness, ties in the order given; return pairs and leftovers."""
    only_left, only_right = list(left), list(right)
    ranked = sorted(((a, b) for a in left for b in right), key=lambda pair: -_closeness(*pair))
    pairs = []
    for a, b in ranked:
        if a in only_left and b in only_right:
            pairs.append((a, b))
            only_left.remove(a)
            only_right.remove(b)
    return pairs, only_left, only_right


def _closeness(left: str, right: str) -> float:
    return 2.0 if left == right else likeness(left, right)


def _result(pairs: list[tuple[str, str]], has_more: bool) -> Result:
    same = [a == b for a, b in pairs]
    folded = [fold(a) == fold(b) for a, b in pairs]
    if all(folded) and not has_more:
        return Result.SAME if all(same) else Result.WRITTEN
    if any(folded):
        return Result.SHARED
    return Result.CLOSE if any(likeness(a, b) >= ALIKE for a, b in pairs) else Result.DIFFERS


def _plain(values: Sequence[str]) -> tuple[Value, ...]:
    return tuple(Value((Piece(value, False),)) for value in values)


def _whole(values: Sequence[str]) -> tuple[Value, ...]:
    """Values the other side has nothing to put beside."""
    return tuple(Value((Piece(value, True),)) for value in values)


class _Step(NamedTuple):
    left: str
    right: str
    differs: bool


def _steps(left: str, right: str) -> list[_Step]:
    """Walk both values word by word, and letter by letter where a word was replaced."""
    left_words, right_words = _WORDS.findall(left), _WORDS.findall(right)
    steps: list[_Step] = []
    for word in Levenshtein.opcodes(left_words, right_words):
        a = "".join(left_words[word.src_start : word.src_end])
        b = "".join(right_words[word.dest_start : word.dest_end])
        if word.tag != "replace":
            steps.append(_Step(a, b, word.tag != "equal"))
            continue
        steps += [
            _Step(a[o.src_start : o.src_end], b[o.dest_start : o.dest_end], o.tag != "equal")
            for o in Levenshtein.opcodes(a, b)
        ]
    return steps


def _smooth(steps: list[_Step]) -> list[_Step]:
    """Join neighbours of one kind, and let marks swallow a lone equal letter between them."""
    joined: list[_Step] = []
    for step in steps:
        if joined and joined[-1].differs == step.differs:
            joined[-1] = _joined(joined[-1:], step)
        elif len(joined) > 1 and step.differs and len(joined[-1].left) == 1:
            joined[-2:] = [_joined(joined[-2:], step)]
        else:
            joined.append(step)
    return joined


def _joined(steps: list[_Step], last: _Step) -> _Step:
    every = [*steps, last]
    left, right = "".join(s.left for s in every), "".join(s.right for s in every)
    return _Step(left, right, last.differs)
