"""The evidence waterfall: where each bar begins and how long it is. Plain Python.

Each comparison moves the sum of evidence to the right (for) or to the left (against), starting
from the prior. Lengths are in hundredths of the lane, so that bars stretch with the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SILENT_BITS = 0.05  # below it a comparison says nothing either way
NARROWEST = 0.6  # so that a bar that says little can still be seen


@dataclass(frozen=True, slots=True)
class Part:
    """One step of the sum, in bits. `level` says in words what was found."""

    label: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One step as drawn; `tone` is for, against, silent or sum."""

    part: Part
    total: float
    x: float
    width: float
    tone: str


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Bars from the prior to the sum. `zero` and `marks` are places in the lane, 0–100."""

    bars: tuple[Bar, ...]
    zero: float
    marks: tuple[tuple[str, float], ...]
    total: float


def waterfall(
    prior: Part, parts: Sequence[Part], total: Part, *, marks: Mapping[str, float]
) -> Waterfall:
    """Lay out prior, comparisons in the order given, and the sum, which is drawn from zero.

    `marks` are weights worth a line across all lanes, such as the join threshold, in bits.
    """
    ends = _running([prior.bits, *(part.bits for part in parts)])
    scale = _Scale([0.0, total.bits, *ends, *marks.values()])
    begins = [0.0, *ends[:-1]]
    steps = [
        scale.bar(part, begin, end)
        for part, begin, end in zip([prior, *parts], begins, ends, strict=True)
    ]
    return Waterfall(
        bars=(*steps, scale.bar(total, 0.0, total.bits, tone="sum")),
        zero=scale.place(0.0),
        marks=tuple((label, scale.place(bits)) for label, bits in marks.items()),
        total=total.bits,
    )


def _running(steps: Sequence[float]) -> list[float]:
    totals: list[float] = []
    for step in steps:
        totals.append(step + (totals[-1] if totals else 0.0))
    return totals


class _Scale:
    """Bits to hundredths of the lane."""

    def __init__(self, values: Sequence[float]) -> None:
        self._low, high = min(values), max(values)
        self._span = max(high - self._low, 1.0)

    def place(self, bits: float) -> float:
        return round((bits - self._low) / self._span * 100, 2)

    def bar(self, part: Part, begin: float, end: float, tone: str = "") -> Bar:
        low, high = self.place(min(begin, end)), self.place(max(begin, end))
        width = max(high - low, NARROWEST)
        return Bar(
            part=part,
            total=end,
            x=round(min(low, 100 - width), 2),
            width=round(width, 2),
            tone=tone or _tone(part.bits),
        )


def _tone(bits: float) -> str:
    if abs(bits) < SILENT_BITS:
        return "silent"
    return "for" if bits > 0 else "against"
