"""A weight in plain words: one bar per comparison, one sentence per pair, one per refusal."""

from collections.abc import Mapping
from dataclasses import dataclass

from matching.core import comparisons
from matching.core.features import Features

LABELS = {
    "given_name": "Given name",
    "family_name": "Family name",
    "middle_name": "Middle name",
    "generation": "Junior or senior",
    "gender": "Gender",
    "birth_date": "Birth date",
    "email": "E-mail",
    "phone": "Phone",
    "address": "Address",
    "organisation": "Organisation",
    "household": "Could be one household",
}
_NAME_WORDS = {
    "exact": "the same",
    "nickname": "a short form of the other",
    "fuzzy": "nearly the same",
    "initial": "only an initial, and it fits",
    "elsewhere": "among the other's names",
    "similar": "alike",
    "swapped": "given and family name swapped",
    "part": "part of the other",
    "different": "different",
}
_PLAIN_WORDS = {
    "exact": "the same",
    "same": "the same",
    "fuzzy": "nearly the same",
    "slip": "one character off",
    "initial": "only an initial, and it fits",
    "different": "different",
}
WORDS: dict[str, dict[str, str]] = {
    "given_name": _NAME_WORDS,
    "family_name": _NAME_WORDS,
    "generation": _PLAIN_WORDS | {"one_side": "stated on one side only"},
    "birth_date": _PLAIN_WORDS
    | {
        "swapped": "day and month swapped",
        "close": "two of day, month and year agree",
        "near": "every part a little off",
        "month": "the same month",
        "year": "the same year, the day unknown",
        "near_year": "a neighbouring year, the day unknown",
        "other_year": "different years, the day unknown",
    },
    "email": _PLAIN_WORDS
    | {
        "household": "the same mailbox, one a family may share",
        "role": "the same mailbox, one an office shares",
        "mailbox": "the same mailbox name at another provider",
        "namesake": "the same name as mailbox at another provider, as namesakes have",
    },
    "phone": _PLAIN_WORDS | {"landline": "the same landline"},
    "address": {
        "house": "the same house",
        "street": "the same street",
        "neighbour": "the same postcode, another number",
        "postcode": "the same postcode",
        "near": "postcode one character off",
        "area": "the same postal area",
        "city": "the same town",
        "different": "different",
    },
    "household": {"possible": "two people living together would look like this too"},
}
REFUSALS = {
    "different": "A person decided that these are different people.",
    "identifier": "They have different numbers of a kind that a person has only once.",
    "generation": "One is the junior and the other the senior.",
    "birth_date": "Their birth dates contradict each other.",
    "twins": "They share a birthday but not a given name: they may be twins.",
    "household": "Their given names contradict: they may be two people of one household.",
    "weak_bridge": "Only a thin link holds two groups together that otherwise differ.",
    "locked": "A steward locked one of the two customers as it is.",
    "size": "The group would grow beyond the limit.",
}
HELPS = {"exact", "same", "nickname", "house", "landline", "household", "role", "mailbox"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One comparison: what was compared, what was found, and its bits for or against."""

    name: str
    label: str
    level: str
    words: str
    bits: float


def bars(levels: Mapping[str, str], bits: Mapping[str, float]) -> list[Bar]:
    """Return one bar per comparison in the order compared; prior + their bits = weight.

    `levels` and `bits` are those of `Scored`, as stored with a link; a name without bits
    counts zero, a name without a level is told by its label alone.
    """
    names = [*levels, *(name for name in bits if name not in levels)]
    return [
        Bar(
            name,
            label_of(name),
            levels.get(name, ""),
            words_of(name, levels.get(name, "")),
            bit,
        )
        for name in sorted(names, key=_place)
        if (bit := bits.get(name, 0.0)) is not None
    ]


def _place(name: str) -> tuple[int, str]:
    """Names, dates and contacts first, then identifiers and customs, the household last."""
    order = [each for each in LABELS if each != "household"]
    if name in order:
        return order.index(name), name
    return (len(order) + 1 if name == "household" else len(order)), name


def label_of(name: str) -> str:
    """Return what a comparison is called on the page."""
    if name in LABELS:
        return LABELS[name]
    return name.partition(".")[2].replace("_", " ").strip().capitalize() or name.capitalize()


def words_of(name: str, level: str) -> str:
    """Return what a level means; an unknown level is shown as it is."""
    table = WORDS.get(name, _PLAIN_WORDS)
    return table.get(level, level.replace("_", " "))


def refusal(reason: str) -> str:
    """Return why a link did not join, in one sentence."""
    return REFUSALS.get(reason, "They were kept apart.")


def sentence(left: Features, right: Features) -> str:
    """Say in plain words what speaks for and against two records being one person."""
    found = _levels(left, right)
    agree = [_named(name) for name, level in found if level in HELPS]
    differ = [_named(name) for name, level in found if level in ("different", "other_year")]
    close = [
        f"{_named(name)} {words_of(name, level)}"
        for name, level in found
        if level not in HELPS and level not in ("different", "other_year")
    ]
    parts = [f"same {_listed(agree)}"] if agree else []
    parts += [", ".join(close)] if close else []
    parts += [f"but different {_listed(differ)}"] if differ and parts else []
    parts += [f"different {_listed(differ)}"] if differ and not parts else []
    if not parts:
        return "The two records have nothing in common that could be compared."
    text = "; ".join(parts)
    return text[0].upper() + text[1:] + "."


def _levels(left: Features, right: Features) -> list[tuple[str, str]]:
    """Name and level of every comparison both records allow, in the order of the bars."""
    found = [(name, compare(left, right)) for name, compare in comparisons.COMPARISONS.items()]
    theirs = dict(right.identifiers)
    found += [
        (f"identifiers.{namespace}", comparisons.identifier(values, theirs[namespace]))
        for namespace, values in left.identifiers
        if namespace in theirs
    ]
    return [(name, level) for name, level in found if level]


def _named(name: str) -> str:
    label = label_of(name)
    return label if label.isupper() else label[0].lower() + label[1:]


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
