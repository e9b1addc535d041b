"""Invented people for the pure matching tests: attributes by keyword, features ready made."""

import json
from functools import cache
from typing import Any

from hypothesis import strategies as st

from matching.core.codec import Flat, as_text
from matching.core.features import Features, features_of


def person(given: str = "", family: str = "", **more: Any) -> Features:
    """Features of a record; `email`, `phone` take one value, `ids` namespace to value."""
    attributes: dict[str, Any] = {"given_name": given, "family_name": family}
    for name in ("email", "phone"):
        if name in more:
            attributes[name] = [more.pop(name)]
    if "ids" in more:
        attributes["identifiers"] = {key: [value] for key, value in more.pop("ids").items()}
    if "line1" in more or "postcode" in more or "city" in more:
        attributes["address"] = {
            "line1": more.pop("line1", ""),
            "postal_code": more.pop("postcode", ""),
            "city": more.pop("city", ""),
        }
    return features_of(attributes | more)


GIVEN = ("", "Anna", "Ann", "A", "Hanna", "William", "Bill", "Jon", "John", "Müller")
FAMILY = ("", "Smith", "Smyth", "Smith-Jones", "Jones", "Müller", "Mueller", "S")


@cache
def people() -> st.SearchStrategy[Features]:
    """Records that are often alike, with many blanks.

    Made once: Hypothesis looks a strategy over whenever it meets a new one.
    """
    return st.builds(
        _person,
        given=st.sampled_from(GIVEN),
        family=st.sampled_from(FAMILY),
        birth=st.sampled_from(
            ("", "1984-03-02", "1984-02-03", "1985-03-02", "1984", "1991-07")
        ),
        email=st.sampled_from(
            ("", "anna.smith@example.com", "anna.smith@example.org", "x9@e.org")
        ),
        phone=st.sampled_from(("", "+447700900123", "+447700900132", "+442079460123")),
        postcode=st.sampled_from(("", "LS1 4AB", "LS1 4AC", "M1 1AA")),
        line1=st.sampled_from(("", "1 High St", "2 High Street", "Flat 2, 1 High St")),
        card=st.sampled_from(("", "LC100", "LC101", "LC900")),
    )


def _person(
    *,
    given: str,
    family: str,
    birth: str,
    email: str,
    phone: str,
    postcode: str,
    line1: str,
    card: str,
) -> Features:
    more: dict[str, Any] = {"birth_date": birth, "postcode": postcode, "line1": line1}
    if email:
        more["email"] = email
    if phone:
        more["phone"] = phone
    if card:
        more["ids"] = {"loyalty_card": card}
    return person(given, family, **more)


def as_stored(features: Features) -> Flat:
    """A record as the database keeps it, read from its JSON."""
    flat: Flat = json.loads(as_text(features, ()))
    return flat
