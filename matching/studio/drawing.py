"""The graph of a cluster, ready for an SVG: chips for records, lines for what ties them.

A source has a shape and a letter, a line is as thick as it is strong and dashed where weak, so
that nothing depends on colours.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from matching.confidence import STRONG_BITS, Bridge, Tie, spanning_tree, ties_among
from matching.studio.layout import Place, places
from matching.telling.casefile import name_of
from profiles.models import SourceRecord

MOST_NODES = 60
MOST_LINES = 150  # beyond the tree, only the strongest are drawn
CHIP_WIDTH, CHIP_HEIGHT, COLUMN, ROW, MARGIN = 164, 46, 236, 62, 14
THINNEST, THICKEST, THICK_BITS = 1.5, 7.0, 25.0
SHAPES = ("circle", "square", "diamond", "hexagon", "triangle")


@dataclass(frozen=True, slots=True)
class Chip:
    """A record in the graph. `code` is the letter of its source and a number: "S1"."""

    record: SourceRecord
    name: str
    code: str
    letter: str
    shape: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Line:
    """What ties two records; `tone` is said, strong or weak. `path` is an SVG path."""

    left: str
    right: str
    words: str
    tone: str
    width: float
    path: str
    is_weakest: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Chips in reading order, lines from the weakest to the strongest, and the room of both.

    `sources` are letters with the names they stand for.
    """

    chips: list[Chip]
    lines: list[Line]
    sources: list[tuple[str, str]]
    width: int
    height: int
    chip_width: int = CHIP_WIDTH
    chip_height: int = CHIP_HEIGHT


def codes_of(records: Sequence[SourceRecord]) -> dict[int, tuple[str, str, str]]:
    """Code, letter and shape of each record; sources take them in the order of their slugs."""
    sources = sorted({each.source.slug: each.source.name for each in records}.items())
    marks: dict[str, tuple[str, str]] = {}
    for number, (slug, name) in enumerate(sources):
        taken = {letter for letter, _shape in marks.values()}
        marks[slug] = _letter(name, taken), SHAPES[number % len(SHAPES)]
    counted: dict[str, int] = {}
    found = {}
    for record in records:
        letter, shape = marks[record.source.slug]
        counted[letter] = counted.get(letter, 0) + 1
        found[record.pk] = f"{letter}{counted[letter]}", letter, shape
    return found


def _letter(name: str, taken: Collection[str]) -> str:
    """The first letter of a name that no other source has; else two letters, else a star."""
    letters = [each for each in name.upper() if each.isalpha()]
    pairs = [f"{letters[0]}{each}" for each in letters[1:]] if letters else []
    return next((each for each in (*letters, *pairs) if each not in taken), "*")


def draw(
    records: Sequence[SourceRecord], bridge: Bridge | None, *, join_bits: float
) -> Graph | None:
    """Lay out the records, oldest first; `None` for more than `MOST_NODES`. One query."""
    if len(records) > MOST_NODES:
        return None
    ids = [record.pk for record in records]
    ties = ties_among(ids)
    tree = spanning_tree(ids, ties)
    place = places(ids, [(tie.lo, tie.hi) for tie in tree])
    codes = codes_of(records)
    lines = [
        _line(tie, place, codes, bridge, join_bits=join_bits) for tie in _drawn(tree, ties)
    ]
    columns = max((column for column, _row in place.values()), default=0)
    rows = max((row for _column, row in place.values()), default=0)
    return Graph(
        chips=[_chip(record, place[record.pk], codes[record.pk]) for record in records],
        lines=lines,
        sources=sorted({(codes[each.pk][1], each.source.name) for each in records}),
        width=columns * COLUMN + CHIP_WIDTH + 4 * MARGIN,
        height=round(rows * ROW) + CHIP_HEIGHT + 2 * MARGIN,
    )


def _drawn(tree: Sequence[Tie], ties: Sequence[Tie]) -> list[Tie]:
    """The tree and the strongest others, one for each pair, from the weakest to the said."""
    told = [tie for tie in ties if not tie.is_held]  # a lock ties where nothing else does
    others = sorted(told, key=lambda tie: (not tie.is_said, -tie.weight_bits, tie.lo, tie.hi))
    of_pair = {(tie.lo, tie.hi): tie for tie in reversed([*tree, *others[:MOST_LINES]])}
    return sorted(
        of_pair.values(), key=lambda tie: (tie.is_said, tie.weight_bits, tie.lo, tie.hi)
    )


def _chip(record: SourceRecord, place: Place, code: tuple[str, str, str]) -> Chip:
    x, y = _corner(place)
    return Chip(record, name_of(record), code[0], code[1], code[2], x, y)


def _corner(place: Place) -> tuple[int, int]:
    column, row = place
    return 3 * MARGIN + column * COLUMN, MARGIN + round(row * ROW)


def _line(
    tie: Tie,
    place: Mapping[int, Place],
    codes: Mapping[int, tuple[str, str, str]],
    bridge: Bridge | None,
    *,
    join_bits: float,
) -> Line:
    left, right = sorted((tie.lo, tie.hi), key=lambda pk: place[pk])
    tone = "said" if tie.is_said or tie.is_held else _strength(tie.weight_bits, join_bits)
    return Line(
        left=codes[left][0],
        right=codes[right][0],
        words=_words(tie, tone),
        tone=tone,
        width=_width(tie),
        path=_path(place[left], place[right]),
        is_weakest=bridge is not None and (tie.lo, tie.hi) == (bridge.lo, bridge.hi),
    )


def _strength(weight_bits: float, join_bits: float) -> str:
    return "weak" if weight_bits < join_bits + STRONG_BITS else "strong"


def _words(tie: Tie, tone: str) -> str:
    if tie.is_held:
        return _("Locked together by a steward")
    if tie.is_said:
        return _("A steward said: one person")
    bits = number_format(tie.weight_bits, 1)
    told = _("weak, %s bits") if tone == "weak" else _("strong, %s bits")
    return told % bits


def _width(tie: Tie) -> float:
    if tie.is_said or tie.is_held:
        return THICKEST
    share = min(1.0, max(0.0, tie.weight_bits / THICK_BITS))
    return round(THINNEST + share * (THICKEST - THINNEST), 1)


def _path(left: Place, right: Place) -> str:
    """From the right edge of one chip to the left of the other; a bow within one column."""
    (x1, y1), (x2, y2) = _corner(left), _corner(right)
    y1, y2 = y1 + CHIP_HEIGHT // 2, y2 + CHIP_HEIGHT // 2
    if left[0] == right[0]:
        bow = x1 - 2 * MARGIN
        return f"M{x1} {y1}C{bow} {y1} {bow} {y2} {x2} {y2}"
    x1 += CHIP_WIDTH
    middle = (x1 + x2) // 2
    return f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
