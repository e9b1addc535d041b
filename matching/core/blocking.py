"""Which records are compared at all: a record's block keys.

Two records are a candidate pair when they share a key. The kinds differ in what they rely on,
so that one mistyped value leaves others to meet on. Keys are keyed hashes: without the secret
they tell nothing of the person. A key with more records than the model's limit for its kind is
generic and brings no candidates (the caller enforces that); so a kind may be as plain as a full
name or a birth date, which meets people with rare ones and falls silent for common ones.
"""

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from hashlib import blake2b

from matching.core.features import Address, Features

# To be raised with every change here or in `features` that changes keys or features: both are
# kept as they were made.
KEY_SCHEME = 2
IDENTIFYING = ("identifier", "email", "phone", "house")  # kinds made of one value alone
KINDS = (
    *("identifier", "email", "mailbox", "sound_mailbox", "phone", "sound_phone"),
    *("full_name", "sound_names", "initial_family"),
    *("date", "initial_date", "sound_day", "sound_year", "names_year"),
    *("house", "postcode", "sound_postcode", "sound_house", "sound_town", "names_town"),
    *("sound_custom", "names_custom"),
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


@lru_cache(maxsize=65_536)
def _hash(kind: str, value: str, secret: bytes) -> int:
    digest = blake2b(f"{kind}\x1f{value}".encode(), digest_size=8, key=secret[:64]).digest()
    return int.from_bytes(digest, "big", signed=True)


def value_keys(features: Features, *, secret: bytes) -> tuple[int, ...]:
    """The block keys of those values that `without_generic` would take away, ascending."""
    found = (_hash(kind, value, secret) for kind, value in _identifier_values(features))
    return tuple(sorted(found))


def without_generic(features: Features, generic: Collection[int], *, secret: bytes) -> Features:
    """Take away identifiers, e-mails, phones and houses of which the block key is generic.

    What too many share says nothing of one person: it neither proposes nor proves.
    """
    if not generic or not any(key in generic for key in value_keys(features, secret=secret)):
        return features

    def says_something(kind: str, value: str) -> bool:
        return _hash(kind, value, secret) not in generic

    held = (
        (namespace, tuple(v for v in values if says_something(*_account(namespace, v))))
        for namespace, values in features.identifiers
    )
    return features._replace(
        identifiers=tuple((namespace, values) for namespace, values in held if values),
        emails=tuple(e for e in features.emails if says_something("email", e.full)),
        phones=tuple(p for p in features.phones if says_something("phone", p.tail)),
        address=_without_house(features.address, says_something),
    )


def _without_house(
    address: Address | None, says_something: Callable[[str, str], bool]
) -> Address | None:
    """Of a hotel or an office only postcode and town are left."""
    house = _house(address)
    if address is None or not house or says_something("house", house):
        return address
    return Address(
        city=address.city, postcode=address.postcode, area=address.area, region=address.region
    )


def _house(address: Address | None) -> str:
    if address is None or not (address.number and address.street):
        return ""
    return f"{address.number}|{address.street}|{address.postcode or address.city}"


def _identifier_values(features: Features) -> Iterator[tuple[str, str]]:
    """The values that identify by themselves, as (kind, value) of their block keys."""
    for namespace, values in features.identifiers:
        for value in values:
            yield _account(namespace, value)
    for email in features.emails:
        yield "email", email.full
    for phone in features.phones:
        yield "phone", phone.tail
    if house := _house(features.address):
        yield "house", house


def _account(namespace: str, value: str) -> tuple[str, str]:
    return "identifier", f"{namespace}|{value}"


def plain_keys(features: Features) -> Iterator[tuple[str, str]]:
    """Yield (kind, value) before hashing; for explanations and tests, never for storage."""
    names = sorted({name for name in (features.given, features.family) if name})
    sounds = sorted({sound(name) for name in names})
    both = "|".join(sorted((sound(features.given), sound(features.family))))
    whole = both if features.given and features.family else ""
    yield from _identifier_keys(features)
    yield from _name_keys(features, whole)
    yield from _date_keys(features, names, sounds)
    yield from _place_keys(features, sounds, whole)
    yield from _custom_keys(features, sounds, whole)


def _identifier_keys(features: Features) -> Iterator[tuple[str, str]]:
    yield from _identifier_values(features)
    for email in features.emails:
        if email.kind == "personal" and len(email.mailbox) >= 5:
            yield "mailbox", email.mailbox
        digits = "".join(char for char in email.mailbox if char.isdigit())
        if len(digits) >= 3 and features.family:
            yield "sound_mailbox", f"{sound(features.family)}|{digits}"
    for phone in features.phones:
        if features.given:
            yield "sound_phone", f"{sound(features.given)}|{phone.tail[:5]}|"
            yield "sound_phone", f"{sound(features.given)}|{phone.tail[-4:]}"


def _name_keys(features: Features, whole: str) -> Iterator[tuple[str, str]]:
    """The name alone, in either order; initials meet full names."""
    given, family = features.given, features.family
    if not whole:
        return
    yield "sound_names", whole
    if len(given) > 1 and len(family) > 1:
        yield "full_name", "|".join(sorted((given, family)))
    if len(family) > 1:
        yield "initial_family", f"{given[0]}|{family}"


def _date_keys(
    features: Features, names: list[str], sounds: list[str]
) -> Iterator[tuple[str, str]]:
    """Birth dates and a name, either half of each allowed to be wrong."""
    year, month, day = features.birth
    if day:
        low, high = sorted((month, day))
        yield "date", f"{year}|{low}|{high}"
        for initial in {name[0] for name in names}:
            yield "initial_date", f"{initial}|{year}|{low}|{high}"
        for each in sounds:
            yield "sound_day", f"{each}|{low}|{high}"
    if year:
        for each in sounds:
            yield "sound_year", f"{each}|{year}"
        if len(names) == 2:
            yield "names_year", f"{sound(names[0])}|{sound(names[1])}|{year}"


def _place_keys(features: Features, sounds: list[str], whole: str) -> Iterator[tuple[str, str]]:
    """Places and a name: postcode, house, town."""
    place = features.address
    if place is None:
        return
    if place.postcode:
        yield "postcode", place.postcode
    for each in sounds:
        if place.postcode:
            yield "sound_postcode", f"{each}|{place.postcode}"
        if place.number and place.street:
            yield "sound_house", f"{each}|{place.number}|{place.street[:4]}"
        if place.city:
            yield "sound_town", f"{each}|{sound(place.city)}"
    if whole:
        for town in {place.city, place.area} - {""}:
            yield "names_town", f"{whole}|{town}"


def _custom_keys(
    features: Features, sounds: list[str], whole: str
) -> Iterator[tuple[str, str]]:
    """Names and any custom value, such as a birth place."""
    for name, value in features.custom:
        for each in sounds:
            yield "sound_custom", f"{each}|{name}|{value}"
        if whole:
            yield "names_custom", f"{whole}|{name}|{value}"
