"""One flat row of texts for each record: what the columns of a Splink model read.

The texts are folded as `matching.core.features` folds them (plain lower-case letters, dates as
YYYY-MM-DD, the national part of a phone number), so a model is trained and applied on the same
values. Of several e-mail addresses, numbers or names the first counts.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from operator import attrgetter

from matching.core.features import Features

Read = Callable[[Features], str]


def _birth_date(features: Features) -> str:
    """A whole date; one of which a part is unknown is no value, as it would equal others."""
    year, month, day = features.birth
    return f"{year:04}-{month:02}-{day:02}" if year and month and day else ""


def _place(part: str) -> Read:
    read = attrgetter(part)
    return lambda features: read(features.address) if features.address else ""


# Attribute, as a mapping names it, to the part of `Features` it lies in and how it is read.
FIELDS: dict[str, tuple[str, Read]] = {
    "given_name": ("given", attrgetter("given")),
    "middle_name": ("middle", lambda features: next(iter(features.middle), "")),
    "family_name": ("family", attrgetter("family")),
    "gender": ("gender", attrgetter("gender")),
    "birth_date": ("birth", _birth_date),
    "email": ("emails", lambda features: features.emails[0].full if features.emails else ""),
    "phone": ("phones", lambda features: features.phones[0].tail if features.phones else ""),
    "organisation": ("organisation", attrgetter("organisation")),
    "address.number": ("address", _place("number")),
    "address.street": ("address", _place("street")),
    "address.unit": ("address", _place("unit")),
    "address.city": ("address", _place("city")),
    "address.region": ("address", _place("region")),
    "address.postal_code": ("address", _place("postcode")),
}
# Columns by the names people give them in Splink models, where no mapping says otherwise.
USUAL = {
    **{name: name for name in FIELDS if "." not in name},
    **{name.partition(".")[2]: name for name in FIELDS if "." in name},
    **dict.fromkeys(("first_name", "forename", "firstname", "fname"), "given_name"),
    **dict.fromkeys(("surname", "last_name", "lastname", "lname"), "family_name"),
    **dict.fromkeys(("dob", "date_of_birth", "birthdate"), "birth_date"),
    **dict.fromkeys(("email_address", "e_mail"), "email"),
    **dict.fromkeys(("phone_number", "telephone", "mobile"), "phone"),
    **dict.fromkeys(("sex",), "gender"),
    **dict.fromkeys(("company", "organization"), "organisation"),
    **dict.fromkeys(("postcode", "post_code", "zip", "zip_code"), "address.postal_code"),
    **dict.fromkeys(("town", "suburb"), "address.city"),
    **dict.fromkeys(("street_number", "house_number"), "address.number"),
    **dict.fromkeys(("state",), "address.region"),
}


class FieldError(ValueError):
    """An attribute no column can read; the message names it and those that there are."""


@lru_cache(maxsize=256)
def reader(attribute: str) -> tuple[str, Read]:
    """The part of `Features` an attribute lies in, and how its text is read.

    `identifiers.<namespace>` and `custom.<name>` lead to the first value of that name. Raises
    `FieldError`.
    """
    if attribute in FIELDS:
        return FIELDS[attribute]
    group, _, name = attribute.partition(".")
    if name and group == "identifiers":
        return group, lambda features: dict(features.identifiers).get(name, ("",))[0]
    if name and group == "custom":
        return group, lambda features: dict(features.custom).get(name, "")
    known = ", ".join(FIELDS)
    raise FieldError(
        f"{attribute} is no attribute: use {known}, identifiers.NAME or custom.NAME"
    )


def row(features: Features, columns: Mapping[str, str]) -> dict[str, str]:
    """One record as texts by column; `columns` names the attribute of each. Empty is NULL."""
    return {column: reader(attribute)[1](features) for column, attribute in columns.items()}


def shares(counts: Mapping[str, int]) -> tuple[float, dict[str, float]]:
    """How common each value is among the records that have one, as Splink counts it.

    `counts` says how many records hold each text; the empty one is left out. Returns the share
    of a value met once, which stands for all others, and the shares of those met more often.
    """
    total = sum(count for value, count in counts.items() if value) or 1
    often = sorted((value, count) for value, count in counts.items() if value and count > 1)
    return 1 / total, {value: count / total for value, count in often}
