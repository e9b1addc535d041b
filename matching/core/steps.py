"""Comparisons ready to run, and which of them two records need.

Most candidates are strangers, and the first few differences tell: who cannot reach a threshold
any more, whatever the comparisons left would say, need not be compared to the end.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from matching.core.comparisons import Comparison
from matching.core.features import Features

BitTable = Mapping[str, tuple[float, float]]
ByValue = Callable[[Features], tuple[float, float]]
Outcome = tuple[str, float, float]  # level, bits against "unrelated" and against "household"
Weigh = Callable[[Features, Features], Outcome | None]
NOBODY = "\0"  # no name, so as rare as names get
# The part of a record without which a comparison has no answer, whatever the other one says.
NEEDS: Mapping[str, str] = {
    "given_name": "given",
    "family_name": "family",
    "middle_name": "middle",
    "gender": "gender",
    "email": "emails",
    "phone": "phones",
    "address": "address",
    "organisation": "organisation",
}


@dataclass(frozen=True)
class Step:
    """One comparison ready to run: its bits by level, and by value where frequency counts."""

    name: str
    compare: Comparison
    bits: BitTable
    by_value: ByValue | None

    @cached_property
    def weigh(self) -> Weigh:
        """Level, evidence against "unrelated" and against "one household"; none if missing."""
        compare = self.compare
        outcomes: dict[str | None, Outcome | None] = {None: None}
        outcomes |= {level: (level, *bits) for level, bits in self.bits.items()}
        if self.by_value is not None:
            return _weigh_by_value(compare, outcomes, self.by_value)
        return lambda left, right: outcomes[compare(left, right)]

    @property
    def most(self) -> tuple[float, float]:
        """The most bits any pair gains against "unrelated" and against "one household".

        Nothing gains more than the best level, or than agreeing on a name nobody else has.
        """
        worth = list(self.bits.values())
        if self.by_value is not None:
            worth.append(self.by_value(Features(given=NOBODY, family=NOBODY)))
        return max(gained for gained, _ in worth), max(kept for _, kept in worth)


def _weigh_by_value(
    compare: Comparison, outcomes: Mapping[str | None, Outcome | None], by_value: ByValue
) -> Weigh:
    """Of swapped names the commoner reading counts: the other one is no name of its kind. A
    slip of the pen tells no more than agreeing on the commoner of the two would.
    """

    def weigh(left: Features, right: Features) -> Outcome | None:
        found = outcomes[compare(left, right)]
        if found is None or found[0] not in ("exact", "swapped", "fuzzy"):
            return found
        level, gained, kept = found
        if level == "exact":
            return (level, *by_value(left))
        commoner = min(by_value(left), by_value(right))
        if level == "swapped":
            return (level, *commoner)
        return level, min(gained, commoner[0]), kept

    return weigh


# In this order strangers are told apart soonest: by what a comparison usually takes off what
# they may still come to, for the time it takes. The others say little.
SOONEST = ("birth_date", "phone", "email", "address", "given_name", "family_name")


class Course(NamedTuple):
    """In which order two records are compared: place of each step, itself, the most it gains.

    `most_bits` is what these steps may come to together.
    """

    most_bits: float
    steps: Sequence[tuple[int, Weigh, float]]


class Courses(dict[int, Course]):
    """By the parts both records have: the comparisons that tell soonest first."""

    def __init__(self, steps: Sequence[Step]) -> None:
        super().__init__()
        self._steps = steps

    def __missing__(self, parts: int) -> Course:
        ranked = {name: rank for rank, name in enumerate(SOONEST)}
        places = sorted(
            range(len(self._steps)), key=lambda place: ranked.get(self._steps[place].name, 99)
        )
        chosen = [
            (place, step.weigh, max(0.0, step.most[0]))  # it may say nothing
            for place in places
            for step in (self._steps[place],)
            if step.name not in NEEDS or parts & _PART[NEEDS[step.name]]
        ]
        self[parts] = Course(sum(most for *_, most in chosen), chosen)
        return self[parts]


def parts_of(features: Features) -> int:
    """Which parts a record has: one byte for each, in their order; what both have is `&`."""
    return int.from_bytes(bytes(map(bool, features)), "little")


_PART = {name: 1 << 8 * place for place, name in enumerate(Features._fields)}
