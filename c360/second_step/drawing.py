"""A QR code as numbers that a template draws: no picture is fetched, no style is inlined."""

from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

import segno

QUIET = 4  # modules of empty space that readers need around the code


class Drawing(NamedTuple):
    """`size` is the side of the square in modules, `path` an SVG path for strokes 1 wide."""

    size: int
    path: str


def drawing_of(text: str) -> Drawing:
    """The QR code of a text, each run of dark modules as one stroke."""
    rows = [list(row) for row in segno.make_qr(text, error="m").matrix]
    strokes = [
        f"M{x + QUIET} {y + QUIET}.5h{length}"
        for y, row in enumerate(rows)
        for x, length in _dark_runs(row)
    ]
    return Drawing(len(rows) + 2 * QUIET, "".join(strokes))


def _dark_runs(row: list[int]) -> Iterator[tuple[int, int]]:
    """Where each run of dark modules begins, and how long it is."""
    x = 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            yield x, length
        x += length
