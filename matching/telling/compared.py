"""What was compared: two records folded as matching sees them."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.translation import gettext as _

from matching.core.features import Address, Features
from profiles.desk.values import label


class Folded(NamedTuple):
    """One feature of both records; empty where one has none."""

    label: str
    left: str
    right: str


def compared(left: Features, right: Features) -> list[Folded]:
    """The features that one of the two has, in reading order."""
    ours, theirs = dict(_texts(left)), dict(_texts(right))
    names = [*ours, *(name for name in theirs if name not in ours)]
    rows = [Folded(name, ours.get(name, ""), theirs.get(name, "")) for name in names]
    return [row for row in rows if row.left or row.right]


def _texts(features: Features) -> Iterable[tuple[str, str]]:
    yield label("given_name"), features.given
    yield _("May be short for"), _many(sorted(features.name_family))
    yield label("middle_name"), _many(features.middle)
    yield label("family_name"), features.family
    yield label("suffix"), features.generation
    yield label("birth_date"), _date(features.birth)
    yield label("email"), _many(each.full for each in features.emails)
    yield label("phone"), _many(each.digits for each in features.phones)
    yield _("Address"), _address(features.address)
    yield label("organisation"), features.organisation
    for name, values in features.identifiers:
        yield label(f"identifiers.{name}"), _many(values)
    for name, value in features.custom:
        yield label(f"custom.{name}"), value


def _date(birth: tuple[int, int, int]) -> str:
    parts = (f"{part:02}" if part else "?" for part in birth)
    return "-".join(parts) if any(birth) else ""


def _address(address: Address | None) -> str:
    if address is None:
        return ""
    street = " ".join(filter(None, (address.number, address.street, address.unit)))
    return ", ".join(filter(None, (street, address.city, address.postcode, address.region)))


def _many(values: Iterable[str]) -> str:
    return ", ".join(values)
