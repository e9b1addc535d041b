"""A weight in plain words: one bar per comparison, one sentence per pair, one per refusal."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from matching.core import comparisons
from matching.core.features import Features

LABELS = {
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "middle_name": _("Middle name"),
    "generation": _("Junior or senior"),
    "gender": _("Gender"),
    "birth_date": _("Birth date"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "address": _("Address"),
    "organisation": _("Organisation"),
    "household": _("Could be one household"),
}
_NAME_WORDS = {
    "exact": _("the same"),
    "nickname": _("a short form of the other"),
    "fuzzy": _("nearly the same"),
    "initial": _("only an initial, and it fits"),
    "elsewhere": _("among the other's names"),
    "similar": _("alike"),
    "swapped": _("given and family name swapped"),
    "part": _("part of the other"),
    "different": _("different"),
}
_PLAIN_WORDS = {
    "exact": _("the same"),
    "same": _("the same"),
    "fuzzy": _("nearly the same"),
    "slip": _("one character off"),
    "initial": _("only an initial, and it fits"),
    "different": _("different"),
}
WORDS = {
    "given_name": _NAME_WORDS,
    "family_name": _NAME_WORDS,
    "generation": _PLAIN_WORDS | {"one_side": _("stated on one side only")},
    "birth_date": _PLAIN_WORDS
    | {
        "swapped": _("day and month swapped"),
        "close": _("two of day, month and year agree"),
        "near": _("every part a little off"),
        "month": _("the same month"),
        "year": _("the same year, the day unknown"),
        "near_year": _("a neighbouring year, the day unknown"),
        "other_year": _("different years, the day unknown"),
    },
    "email": _PLAIN_WORDS
    | {
        "household": _("the same mailbox, one a family may share"),
        "role": _("the same mailbox, one an office shares"),
        "mailbox": _("the same mailbox name at another provider"),
        "namesake": _("the same name as mailbox at another provider, as namesakes have"),
    },
    "phone": _PLAIN_WORDS | {"landline": _("the same landline")},
    "address": {
        "house": _("the same house"),
        "street": _("the same street"),
        "neighbour": _("the same postcode, another number"),
        "postcode": _("the same postcode"),
        "near": _("postcode one character off"),
        "area": _("the same postal area"),
        "city": _("the same town"),
        "different": _("different"),
    },
    "household": {"possible": _("two people living together would look like this too")},
}
REFUSALS = {
    "different": _("A person decided that these are different people."),
    "identifier": _("They have different numbers of a kind that a person has only once."),
    "generation": _("One is the junior and the other the senior."),
    "birth_date": _("Their birth dates contradict each other."),
    "twins": _("They share a birthday but not a given name: they may be twins."),
    "household": _("Their given names contradict: they may be two people of one household."),
    "weak_bridge": _("Only a thin link holds two groups together that otherwise differ."),
    "locked": _("A steward locked one of the two customers as it is."),
    "size": _("The group would grow beyond the limit."),
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
        return str(LABELS[name])
    return name.partition(".")[2].replace("_", " ").strip().capitalize() or name.capitalize()


def words_of(name: str, level: str) -> str:
    """Return what a level means; an unknown level is shown as it is."""
    table = WORDS.get(name, _PLAIN_WORDS)
    return str(table.get(level, level.replace("_", " ")))


def refusal(reason: str) -> str:
    """Return why a link did not join, in one sentence."""
    return str(REFUSALS.get(reason, _("They were kept apart.")))


def sentence(left: Features, right: Features) -> str:
    """Say in plain words what speaks for and against two records being one person."""
    found = _levels(left, right)
    agree = [_named(name) for name, level in found if level in HELPS]
    differ = [_named(name) for name, level in found if level in ("different", "other_year")]
    close = [
        gettext("%(name)s %(words)s") % {"name": _named(name), "words": words_of(name, level)}
        for name, level in found
        if level not in HELPS and level not in ("different", "other_year")
    ]
    parts = [gettext("same %s") % _listed(agree)] if agree else []
    parts += [", ".join(close)] if close else []
    differing = gettext("but different %s") if parts else gettext("different %s")
    parts += [differing % _listed(differ)] if differ else []
    if not parts:
        return gettext("The two records have nothing in common that could be compared.")
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
    """A label as it stands inside a sentence; abbreviations and German keep their capitals."""
    label = label_of(name)
    keeps = label.isupper() or (get_language() or "").startswith("de")
    return label if keeps else label[0].lower() + label[1:]


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    told = {"first": ", ".join(names[:-1]), "last": names[-1]}
    return gettext("%(first)s and %(last)s") % told
