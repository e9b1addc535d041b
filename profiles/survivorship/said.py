"""What one record says: its attributes as golden values are named, and what says the same."""

import json
from typing import Any

from profiles.keyed import keyed_digest
from profiles.mappings.normalise import fold
from profiles.survivorship.facts import Saying

NAME_PARTS = ("given_name", "middle_name", "family_name", "suffix")
ADDRESS_PARTS = ("line1", "city", "region", "postal_code", "country")
HASHED = "value that an override prefers"
GENDERS = {"f": "female", "m": "male"}
PLAIN = ("email", "phone", "birth_date", "gender", "organisation")


def name_words(record: Saying) -> str:
    """The name without title, e.g. "Anna M Smith Jr"; empty where the record has none.

    A title is no part of it: "Dr Anna Smith" and "Anna Smith" are one name.
    """
    attributes = record.attributes
    return " ".join(attributes[part] for part in NAME_PARTS if attributes.get(part))


def values_of(record: Saying) -> list[tuple[str, list[Any]]]:
    """Every attribute with its values in the record's order; blank ones may be among them."""
    attributes = record.attributes
    found: list[tuple[str, list[Any]]] = [("full_name", [name_words(record)])]
    found += [(name, _listed(value)) for name in PLAIN if (value := attributes.get(name))]
    if address := attributes.get("address"):
        parts = {part: address[part] for part in ADDRESS_PARTS if address.get(part)}
        found.append(("address", [parts]))
    for group in ("identifiers", "custom"):
        if held := attributes.get(group):
            found += [(f"{group}.{name}", _listed(value)) for name, value in held.items()]
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def is_blank(value: Any) -> bool:
    return not value.strip() if isinstance(value, str) else value is None or value == {}


def same(attribute: str, value: Any) -> str:
    """What two values share that say the same.

    Contact points and numbers differ by any accent, words people write do not.
    """
    if attribute == "address":
        return "\n".join(
            fold(str(value[part])) if part in value else "" for part in ADDRESS_PARTS
        )
    if not isinstance(value, str):
        return json.dumps(value, sort_keys=True)
    if attribute in ("email", "phone") or attribute.startswith("identifiers."):
        return value.strip().casefold()
    return fold(value) or value.strip()


def hash_of(attribute: str, says: str) -> str:
    """Knows what a record says again without keeping it; `says` is what `same` returns."""
    return keyed_digest(HASHED, f"{attribute}\n{says}").hex()


def display_of(attribute: str, value: Any) -> str:
    """The text of a value that is no readable text itself; empty for all others."""
    if attribute == "gender":
        return GENDERS.get(value, "")
    if isinstance(value, str) or attribute == "address":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
