"""Features as bytes or as a text, and back: small to keep by the million, quick to read.

Bytes serve one run on one machine. The text is JSON, since it is kept in the database, and has
no field that follows from another one.
"""

import json
import marshal
from collections.abc import Sequence
from typing import Any

from matching.core.features import Address, Email, Features, Phone
from matching.core.words import name_family

FORMAT = 2  # of marshal: without references, so that equal parts have equal bytes

_FORMAL = Features._fields.index("name_family")
_EMAILS, _PHONES, _PLACE = map(Features._fields.index, ("emails", "phones", "address"))

Flat = list[Any]
_make = tuple.__new__


def flatten(features: Features) -> Flat:
    """The fields of a record in their order, as plain tuples, texts and numbers."""
    flat: Flat = list(features)
    flat[_EMAILS] = tuple(map(tuple, features.emails))
    flat[_PHONES] = tuple(map(tuple, features.phones))
    flat[_PLACE] = None if features.address is None else tuple(features.address)
    return flat


def packed(flat: Flat) -> bytes:
    return marshal.dumps(flat, FORMAT)


def unpacked(data: bytes | memoryview) -> Features:
    """The record that was flattened and packed, equal in every field."""
    flat = marshal.loads(data)  # noqa: S302 - bytes of our own, written by this run
    flat[_EMAILS] = tuple(map(Email._make, flat[_EMAILS]))
    flat[_PHONES] = tuple(map(Phone._make, flat[_PHONES]))
    if flat[_PLACE] is not None:
        flat[_PLACE] = Address(*flat[_PLACE])
    return Features(*flat)


def as_text(features: Features, values: Sequence[int]) -> str:
    """Features and the block keys of their identifying values, for `from_json`."""
    flat = flatten(features)
    flat[_FORMAL] = values
    return json.dumps(flat, ensure_ascii=False, separators=(",", ":"))


def from_json(flat: Flat) -> tuple[Features, tuple[int, ...]]:
    """What `as_text` wrote, once the JSON is read; equal in every field.

    Made of the tuples at hand, without a call of their classes for each: every candidate of a
    record is read so.
    """
    given, middle, family, family_parts, values, generation, gender, birth, *more = flat
    emails, phones, address, organisation, identifiers, custom = more
    fields = (
        given,
        tuple(middle),
        family,
        tuple(family_parts),
        name_family(given),
        generation,
        gender,
        tuple(birth),
        tuple([_make(Email, each) for each in emails]) if emails else (),
        tuple([_make(Phone, each) for each in phones]) if phones else (),
        None if address is None else _make(Address, address),
        organisation,
        tuple([(each[0], tuple(each[1])) for each in identifiers]) if identifiers else (),
        tuple(map(tuple, custom)) if custom else (),
    )
    return _make(Features, fields), tuple(values)
