"""Features as bytes and back: small to keep by the million, quick to read one at a time."""

import marshal
from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any

from matching.features import Address, Email, Features, Phone

FORMAT = 2  # of marshal: without references, so that equal parts have equal bytes


_NAMES = [each.name for each in fields(Features)]
_ADDRESS: Callable[[Address], tuple[Any, ...]] = attrgetter(
    *(each.name for each in fields(Address))
)
_FEATURES: Callable[[Features], tuple[Any, ...]] = attrgetter(*_NAMES)
_EMAILS, _PHONES, _PLACE = (_NAMES.index(name) for name in ("emails", "phones", "address"))

Flat = list[Any]


def flatten(features: Features) -> Flat:
    """The fields of a record in their order, as plain tuples, texts and numbers."""
    flat = list(_FEATURES(features))
    flat[_EMAILS] = tuple(map(tuple, features.emails))
    flat[_PHONES] = tuple(map(tuple, features.phones))
    flat[_PLACE] = None if features.address is None else _ADDRESS(features.address)
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
