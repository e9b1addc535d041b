"""Which records are compared at all: a record's block keys.

Two records are a candidate pair when they share a key. Every key combines enough to stay small
(an identifier, or a name with a date or a place; never a name alone), and the kinds differ in
what they rely on, so that one mistyped value leaves others to meet on. Keys are keyed hashes:
without the secret they tell nothing of the person. A key with more records than the model's
limit for its kind is generic and brings no candidates; the caller enforces that.
"""

from collections.abc import Iterator
from functools import lru_cache
from hashlib import blake2b

from matching.features import Features

KINDS = (
    *("identifier", "email", "mailbox", "sound_mailbox", "phone", "sound_phone"),
    *("initial_date", "sound_day", "names_year"),
    *("sound_postcode", "sound_house", "names_town", "names_custom"),
)
_ALIKE = str.maketrans("ckqgjzxsvfwpbdtmny", "kkkggsssfffbbddnni")
_VOWELS = frozenset("aeiouhyw")


@lru_cache(maxsize=65_536)
def sound(name: str) -> str:
    """A rough sound of a name: first letter, then consonants in families, at most four."""
    if not name:
        return ""
    clean = name.replace("ph", "f").replace("gh", "g").replace("ck", "k")
    coded = clean.translate(_ALIKE)
    out = [coded[0] if clean[0] not in _VOWELS else "a"]
    for char, original in zip(coded[1:], clean[1:], strict=True):
        if original not in _VOWELS and char != out[-1]:
            out.append(char)
    return "".join(out[:4])


def block_keys(features: Features, *, secret: bytes) -> frozenset[tuple[str, int]]:
    """Return (kind, signed 64-bit keyed hash) for every way this record may be met."""
    return frozenset(
        (kind, _hash(kind, value, secret)) for kind, value in set(plain_keys(features))
    )


def _hash(kind: str, value: str, secret: bytes) -> int:
    digest = blake2b(f"{kind}\x1f{value}".encode(), digest_size=8, key=secret[:64]).digest()
    return int.from_bytes(digest, "big", signed=True)


def plain_keys(features: Features) -> Iterator[tuple[str, str]]:
    """Yield (kind, value) before hashing; for explanations and tests, never for storage."""
    yield from _identifier_keys(features)
    names = sorted({name for name in (features.given, features.family) if name})
    yield from _date_keys(features, names)
    yield from _place_keys(features)
    yield from _custom_keys(features)


def _identifier_keys(features: Features) -> Iterator[tuple[str, str]]:
    for namespace, values in features.identifiers:
        for value in values:
            yield "identifier", f"{namespace}|{value}"
    for email in features.emails:
        yield "email", email.full
        if email.kind == "personal" and len(email.mailbox) >= 5:
            yield "mailbox", email.mailbox
        digits = "".join(char for char in email.mailbox if char.isdigit())
        if len(digits) >= 3 and features.family:
            yield "sound_mailbox", f"{sound(features.family)}|{digits}"
    for phone in features.phones:
        yield "phone", phone.tail
        if features.given:
            yield "sound_phone", f"{sound(features.given)}|{phone.tail[:5]}|"
            yield "sound_phone", f"{sound(features.given)}|{phone.tail[-4:]}"


def _date_keys(features: Features, names: list[str]) -> Iterator[tuple[str, str]]:
    """Name × birth date, either half of each allowed to be wrong."""
    year, month, day = features.birth
    if not year or not names:
        return
    initials = {name[0] for name in names}
    if day:
        low, high = sorted((month, day))
        for initial in initials:
            yield "initial_date", f"{initial}|{year}|{low}|{high}"
        for name in names:
            yield "sound_day", f"{sound(name)}|{low}|{high}"
    if len(names) == 2:
        yield "names_year", f"{sound(names[0])}|{sound(names[1])}|{year}"


def _place_keys(features: Features) -> Iterator[tuple[str, str]]:
    """Name × place: postcode, house, town."""
    place = features.address
    if place is None:
        return
    for name in {features.given, features.family} - {""}:
        if place.postcode:
            yield "sound_postcode", f"{sound(name)}|{place.postcode}"
        if place.number and place.street:
            yield "sound_house", f"{sound(name)}|{place.number}|{place.street[:4]}"
    if features.given and features.family:
        whole = "|".join(sorted((sound(features.given), sound(features.family))))
        for town in {place.city, place.area} - {""}:
            yield "names_town", f"{whole}|{town}"


def _custom_keys(features: Features) -> Iterator[tuple[str, str]]:
    """Both names × any custom value, such as a birth place."""
    if features.given and features.family:
        whole = "|".join(sorted((sound(features.given), sound(features.family))))
        for name, value in features.custom:
            yield "names_custom", f"{whole}|{name}|{value}"
