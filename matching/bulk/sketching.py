"""The columns of sketches and of other small facts about some records."""

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from matching.bulk.fields import Fields
from matching.bulk.sketches import (
    BLANK,
    EXACT,
    UNKNOWN,
    Sketches,
    date_sketches,
    place_sketches,
    text_sketches,
)
from matching.core.features import Address, Email
from matching.core.words import name_family

NOTHING = 0  # instead of the number of a value where there is none
LANDLINE = EXACT  # a sketch of a telephone is exact, or unknown
PERSONAL, HOUSEHOLD, ROLE = 1, 2, 3
_KINDS = {"personal": PERSONAL, "household": HOUSEHOLD, "role": ROLE}
_NO_EMAIL = Email("", "", "", "")
_NO_ADDRESS = ("",) * len(Address._fields)
_LONG_MAILBOX = 4
_TEXT_SIGNS = 24
_TEXT = f"S{_TEXT_SIGNS}"
_NOT_DIGITS = re.compile(r"\D+")


def sketched(fields: Fields) -> dict[str, Sketches]:
    """The columns of sketches of some records. "~same_…" are equal where values are."""
    return {
        **_names(fields),
        **_emails(fields),
        "~generation": numbers(fields.generation),
        "~birth": date_sketches(fields.birth),
        "~phone": _phones(fields),
        **_places(fields),
        **{f"~{name}": codes for name, codes in _accounts(fields)},
    }


def numbers(values: Sequence[Hashable]) -> Sketches:
    """A number for each value, equal for equal ones, and `NOTHING` for an empty text."""
    found = np.fromiter(map(hash, values), np.int64, len(values))
    return np.where(found != 0, found | 1, NOTHING)  # the hash of an empty text is 0


def _are_there(values: Sequence[Any]) -> NDArray[np.bool_]:
    return np.fromiter(map(bool, values), bool, len(values))


def _names(fields: Fields) -> dict[str, Sketches]:
    """Sketches and texts where a record has a given and a family name.

    "~parts" has a bit for each part of a double family name, or for the name; "~first_part" and
    "~last_part" are their numbers, the latter `NOTHING` where there are more. "~middle" has a
    bit for each second name in full.
    """
    is_plain = _are_there(fields.given) & _are_there(fields.family)
    given, family = _short_ascii(fields.given), _short_ascii(fields.family)
    return {
        "~given": np.where(is_plain, text_sketches(given), UNKNOWN),
        "~family": np.where(is_plain, text_sketches(family), UNKNOWN),
        "~text_given": np.array(given, _TEXT),
        "~text_family": np.array(family, _TEXT),
        "~formal": np.fromiter(map(_formal, fields.given), np.int64, len(given)),
        "~middle": np.fromiter(map(_bits_in_full, fields.middle), np.int64, len(given)),
        "~same_given": numbers(fields.given),
        **_family_parts(fields),
    }


def _family_parts(fields: Fields) -> dict[str, Sketches]:
    """Of a family name in one part, this is the name itself."""
    names = numbers(fields.family)
    bits = np.fromiter(map(_bit, fields.family), np.int64, len(names))
    first, last = names.copy(), names.copy()
    for row, parts in enumerate(fields.family_parts):
        if parts:
            bits[row] = _bits(parts)
            first[row], last[row] = numbers([parts[0], parts[-1] if len(parts) < 3 else ""])
    return {"~same_family": names, "~parts": bits, "~first_part": first, "~last_part": last}


def _short_ascii(names: Sequence[str]) -> list[str]:
    """Of which the first sign is known for certain, and which are kept whole."""
    return [name if name.isascii() and len(name) <= _TEXT_SIGNS else "" for name in names]


def _bits(names: Iterable[str]) -> int:
    """A bit for each name, the same in every process; some share one."""
    bits = 0
    for name in names:
        bits |= _bit(name)
    return bits


@lru_cache(maxsize=65_536)
def _bit(name: str) -> int:
    return 1 << crc32(name.encode()) % 62


def _bits_in_full(names: Sequence[str]) -> int:
    """Of most records there are none."""
    return _bits(name for name in names if len(name) > 1) if names else 0


@lru_cache(maxsize=65_536)
def _formal(given: str) -> int:
    """A bit for each name a given name may be short for; some names share a bit."""
    return _bits(name_family(given))


def _emails(fields: Fields) -> dict[str, Sketches]:
    """Of a record with one address; its mailbox is sketched without the dots."""
    lone = [each[0] if len(each) == 1 else _NO_EMAIL for each in fields.emails]
    full, mailbox, domain, kind, _ = _columns(lone, 5)
    return {
        "~email": text_sketches([each.replace(".", "") for each in mailbox]),
        "~domain": text_sketches(domain),
        "~email_kind": np.fromiter(
            (_KINDS.get(each, UNKNOWN) for each in kind), np.int64, len(kind)
        ),
        "~same_email": numbers(full),
        "~same_mailbox": numbers(mailbox),
        "~same_digits": numbers([_NOT_DIGITS.sub("", each) for each in mailbox]),
        "~same_domain": numbers(
            [
                (domain, is_name_only, len(mailbox) >= _LONG_MAILBOX) if domain else ""
                for _, mailbox, domain, _, is_name_only in lone
            ]
        ),
    }


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _phones(fields: Fields) -> Sketches:
    """The digits of a record with one number."""
    lone = [each[0] if len(each) == 1 else ("", "", False) for each in fields.phones]
    _, tail, is_landline = _columns(lone, 3)
    found = place_sketches(tail)
    landline = np.fromiter(is_landline, bool, len(lone)) * LANDLINE
    return np.where(found & EXACT, found & ~EXACT | landline, UNKNOWN)


def _places(fields: Fields) -> dict[str, Sketches]:
    address = [each if each is not None else _NO_ADDRESS for each in fields.address]
    number, street, _, city, postcode, area, _ = _columns(address, len(_NO_ADDRESS))
    parts = {"street": street, "city": city, "postcode": postcode}
    sketches = {f"~{name}": _or_blank(part) for name, part in parts.items()}
    parts |= {"number": number, "area": area}
    return sketches | {f"~same_{name}": numbers(part) for name, part in parts.items()}


def _or_blank(texts: Sequence[str]) -> Sketches:
    return np.where(_are_there(texts), text_sketches(texts), BLANK)


def _accounts(fields: Fields) -> Iterator[tuple[str, Sketches]]:
    """By namespace, the number of a record that has one there."""
    held: dict[str, list[str]] = {}
    for row, accounts in enumerate(fields.identifiers):
        for namespace, values in accounts:
            if namespace not in held:
                held[namespace] = [""] * len(fields.identifiers)
            if len(values) == 1:
                held[namespace][row] = values[0]
    for namespace, texts in held.items():
        yield f"identifiers.{namespace}", place_sketches(texts)
