"""Which parts of a record each comparison reads, so that equal parts are compared once.

A comparison called on two records reduced to these parts names the same level. One that is
missing here reads the whole record: right, and slower.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from matching.core.comparisons import COMPARISONS
from matching.core.features import Features

UNKNOWN_BIRTH = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Parts:
    """Fields of `Features` that a comparison reads.

    `speaks` names the field without which a record has nothing to say. Where `needs_both`, the
    comparison answers `None` unless both records speak, else unless one of them does.
    """

    reads: tuple[str, ...]
    speaks: str | None
    needs_both: bool = True

    def said(self, features: Features) -> bool:
        said = self.speaks is None or getattr(features, self.speaks)
        return bool(said) and said != UNKNOWN_BIRTH

    def reduced(self, features: Features) -> Features:
        """The record with nothing but these parts."""
        return Features(**{name: getattr(features, name) for name in self.reads})


ALL_FIELDS = Features._fields
EVERYTHING = Parts(ALL_FIELDS, speaks=None)
NAMES = ("given", "name_family", "middle", "family", "family_parts")
PARTS: dict[str, Parts] = {
    "given_name": Parts(NAMES, "given"),
    "family_name": Parts(NAMES, "family"),
    "middle_name": Parts(("middle",), "middle"),
    "generation": Parts(("generation", "given"), "generation", needs_both=False),
    "gender": Parts(("gender",), "gender"),
    "birth_date": Parts(("birth",), "birth"),
    "email": Parts(("emails",), "emails"),
    "phone": Parts(("phones",), "phones"),
    "address": Parts(("address",), "address"),
    "organisation": Parts(("organisation",), "organisation"),
}


def parts_of(comparison: str) -> Parts:
    """The parts a comparison of `COMPARISONS` reads."""
    if comparison not in COMPARISONS:
        raise KeyError(comparison)
    return PARTS.get(comparison, EVERYTHING)


def reader(parts: Parts) -> Callable[[Features], Any]:
    """A function from a record to its parts, hashable and equal where the parts are."""
    return attrgetter(*parts.reads)
