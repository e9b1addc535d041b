"""The threshold curve as lines of an SVG. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 600, 200


@dataclass(frozen=True, slots=True)
class Drawn:
    """Points of lines in a box of `WIDTH` by `HEIGHT`, as texts; `mark` is the threshold."""

    precision: str
    recall: str
    band: str
    mark: str
    first_bits: float
    last_bits: float


def drawn(curve: Sequence[Mapping[str, Any]], join_bits: float) -> Drawn | None:
    """Draw a curve of at least two points; nothing where no pair was decided."""
    known = [point for point in curve if point["precision"] is not None]
    if len(known) < 2:
        return None
    first, last = curve[0]["bits"], curve[-1]["bits"]

    def x(bits: float) -> str:
        return f"{(bits - first) / (last - first) * WIDTH:.1f}"

    def line(points: Sequence[Mapping[str, Any]], name: str) -> str:
        return " ".join(f"{x(p['bits'])},{(1 - p[name]) * HEIGHT:.1f}" for p in points)

    return Drawn(
        precision=line(known, "precision"),
        recall=line([point for point in curve if point["recall"] is not None], "recall"),
        band=f"{line(known, 'high')} {line(known[::-1], 'low')}",
        mark=x(min(max(join_bits, first), last)),
        first_bits=first,
        last_bits=last,
    )
