"""Values people can be reached at, known to consent by their keyed hashes alone."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import connection

from consent.locking import lock
from consent.models import ContactPoint
from profiles import keyed
from profiles.mappings.normalise import fold

Kind = ContactPoint.Kind
USE = "contact points"


class Value(NamedTuple):
    """A normalised value of one kind, e.g. `("email", "anna@example.org")`."""

    kind: str
    plain: str


def values_of(attributes: Mapping[str, Any]) -> list[Value]:
    """The e-mail addresses, phone numbers and postal address of a record, each once."""
    found = [Value(Kind.EMAIL, each) for each in attributes.get("email") or ()]
    found += [Value(Kind.PHONE, each) for each in attributes.get("phone") or ()]
    if postal := _postal(attributes.get("address") or {}):
        found.append(Value(Kind.POSTAL, postal))
    return list(dict.fromkeys(found))


def _postal(address: Mapping[str, Any]) -> str:
    """Street line and postal code as they compare; empty unless both are known."""
    line, code = (fold(str(address.get(part) or "")) for part in ("line1", "postal_code"))
    return f"{line}\x1f{code.replace(' ', '')}" if line and code else ""


def code_of(value: Value) -> str:
    """The postal code within a postal value: small letters and digits, no blanks."""
    return value.plain.partition("\x1f")[2]


def digest(value: Value) -> bytes:
    """HMAC-SHA256 under which a value is known."""
    return keyed.keyed_digest(USE, f"{value.kind}\x1f{value.plain}")


def key_id() -> str:
    """Names the key in use without telling it."""
    return keyed.key_id(USE)


FIND = """
SELECT p.ref, asked.place FROM unnest(%s::text[], %s::bytea[])
    WITH ORDINALITY AS asked (kind, digest, place)
JOIN consent_contactpoint p ON p.kind = asked.kind AND p.digest = asked.digest
    AND p.key_id = %s
"""
MAKE = """
INSERT INTO consent_contactpoint (ref, kind, digest, key_id, created_at)
SELECT ref, kind, digest, %s, now() FROM unnest(%s::uuid[], %s::text[], %s::bytea[])
    AS made (ref, kind, digest)
ON CONFLICT (kind, digest, key_id) DO NOTHING
"""


def find(values: Iterable[Value]) -> dict[Value, UUID]:
    """The references of those that are known. One query, none for no values."""
    asked = list(dict.fromkeys(values))
    if not asked:
        return {}
    with connection.cursor() as cursor:
        kinds = [str(value.kind) for value in asked]
        cursor.execute(FIND, [kinds, [digest(value) for value in asked], key_id()])
        return {asked[place - 1]: ref for ref, place in cursor.fetchall()}


def find_or_make(values: Collection[Value]) -> dict[Value, UUID]:
    """The references of all values; unknown ones get one. At most four queries.

    Makes them under the lock of consent: two makers of one value never wait for each other.
    """
    known = find(values)
    new = sorted(set(values) - known.keys())
    if not new:
        return known
    lock()
    with connection.cursor() as cursor:
        refs, kinds = [uuid4() for _ in new], [str(value.kind) for value in new]
        cursor.execute(MAKE, [key_id(), refs, kinds, [digest(value) for value in new]])
    return known | find(new)
