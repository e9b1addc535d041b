"""Where outcomes of names stand in the table of a comparer: some are worth what the name is."""

from collections.abc import Callable, Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from matching.bulk.sketches import Sketches
from matching.bulk.told import Told
from matching.core.features import Features
from matching.core.steps import NOBODY, Outcome, Step

Bits = tuple[float, float]
Table = dict[Outcome, int]


class NamePlaces:
    """The places of exact, swapped and fuzzy names by their rank, the commonest first.

    Names that are worth the same have one rank; without `by_value` all have the same.
    """

    def __init__(self, step: Step, values: Collection[str], table: Table) -> None:
        """Add the outcomes to the table; `values` are names that have a worth of their own."""
        worth_of = step.by_value or (lambda _: step.bits["exact"])
        of_rare = _worth(worth_of, NOBODY)
        of_value = {number_of(value): _worth(worth_of, value) for value in values}
        worths = sorted({of_rare, *of_value.values()})
        self._numbers = np.array(sorted(of_value), np.int64)
        self._ranks = np.array(
            [worths.index(of_value[number]) for number in sorted(of_value)], np.int32
        )
        self._rare = np.int32(worths.index(of_rare))
        self.exact = _places(table, [("exact", *worth) for worth in worths])
        if step.by_value is None:
            worths = [step.bits["swapped"]]
        self.swapped = _places(table, [("swapped", *worth) for worth in worths])
        gained, kept = step.bits["fuzzy"]
        most = [gained if step.by_value is None else min(gained, each) for each, _ in worths]
        self.fuzzy = _places(table, [("fuzzy", each, kept) for each in most])

    def ranks(self, names: Sketches) -> NDArray[np.int32]:
        """The ranks of names by their numbers."""
        if not len(self._numbers):
            return np.full(len(names), self._rare)
        place = np.searchsorted(self._numbers, names)
        place[place == len(self._numbers)] = 0
        return np.where(self._numbers[place] == names, self._ranks[place], self._rare)


def number_of(name: str) -> int:
    """As `matching.bulk.sketching.numbers` has it."""
    return hash(name) | 1


def _worth(worth_of: Callable[[Features], Bits], name: str) -> Bits:
    return worth_of(Features(given=name, family=name))


def _places(table: Table, outcomes: Sequence[Outcome]) -> Told:
    return np.array([table.setdefault(each, len(table) + 1) for each in outcomes], np.int32)
