"""Some records field by field, as they are stored (`matching.core.codec.as_text`)."""

import marshal
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from matching.core.codec import FORMAT, Flat
from matching.core.features import Address, Email, Features, Phone
from matching.core.words import name_family

Column = Sequence[Any]


class Fields(NamedTuple):
    """One sequence for each stored field, an entry for each record.

    Texts, lists and numbers: `Features` are not made, since most records need none. `values`
    are the block keys stored in the place of what follows from the given name.
    """

    given: Column
    middle: Column
    family: Column
    family_parts: Column
    values: Column
    generation: Column
    gender: Column
    birth: Column
    emails: Column
    phones: Column
    address: Column
    organisation: Column
    identifiers: Column
    custom: Column


def fields_of(flats: Sequence[Flat]) -> Fields:
    """Turn records into fields; raises `ValueError` or `TypeError` for what is no record."""
    if not flats:
        return Fields(*[()] * len(Fields._fields))
    return Fields(*zip(*flats, strict=True))


def _rows(values: Column) -> list[tuple[tuple[Any, ...], ...]]:
    return [tuple(map(tuple, each)) for each in values]


def _named(values: Column) -> list[tuple[Any, ...]]:
    return [tuple([(name, tuple(held)) for name, held in each]) for each in values]


_FROZEN: dict[str, Callable[[Column], Column]] = {
    "middle": lambda values: list(map(tuple, values)),
    "family_parts": lambda values: list(map(tuple, values)),
    "birth": lambda values: list(map(tuple, values)),
    "emails": _rows,
    "phones": _rows,
    "address": lambda values: [each if each is None else tuple(each) for each in values],
    "identifiers": _named,
    "custom": _rows,
}
_MADE: dict[str, Callable[[Any], Any]] = {
    "name_family": name_family,
    "middle": tuple,
    "family_parts": tuple,
    "birth": tuple,
    "emails": lambda held: tuple([Email._make(each) for each in held]),
    "phones": lambda held: tuple([Phone._make(each) for each in held]),
    "address": lambda held: None if held is None else Address(*held),
    "identifiers": lambda held: tuple([(name, tuple(values)) for name, values in held]),
    "custom": lambda held: tuple(map(tuple, held)),
}
# What follows from another field is the same where that one is.
_FOLLOWS = {"name_family": "given"}
_SIZE = 4  # bytes that tell how many bytes the names take
_NAMES = Fields._fields.index("values")
_BLANK = list(Features())
_PLACE = {name: place for place, name in enumerate(Fields._fields)}


def hashable(fields: Fields, names: Sequence[str]) -> list[Column]:
    """Fields of `Features` by their names, each entry hashable and equal where they are."""
    stored = dict.fromkeys(_FOLLOWS.get(name, name) for name in names)
    return [_frozen(name, getattr(fields, name)) for name in stored]


def _frozen(name: str, values: Column) -> Column:
    freeze = _FROZEN.get(name)
    return values if freeze is None else freeze(values)


def packed(flat: Flat) -> bytes:
    """A stored record as bytes, its names in front: most of what is looked at is names."""
    names = marshal.dumps(flat[:_NAMES], FORMAT)
    return len(names).to_bytes(_SIZE) + names + marshal.dumps(flat[_NAMES:], FORMAT)


def flat_of(data: bytes) -> Flat:
    """The stored record that `packed` made these bytes of."""
    return names_of(data) + _others_of(data)


def names_of(data: bytes) -> Flat:
    """The first fields of the record, which is quicker."""
    names: Flat = marshal.loads(data[_SIZE:])  # noqa: S302 - bytes of our own
    return names


def _others_of(data: bytes) -> Flat:
    rest = data[_SIZE + int.from_bytes(data[:_SIZE]) :]
    others: Flat = marshal.loads(rest)  # noqa: S302 - bytes of our own
    return others


def read_only(data: bytes, names: tuple[str, ...]) -> Features:
    """The record that `packed` made these bytes of, with nothing but these fields."""
    plan = _plan(names)
    if plan.last < _NAMES:
        return _made(names_of(data), plan, 0)
    if plan.first >= _NAMES:
        return _made(_others_of(data), plan, _NAMES)
    return _made(flat_of(data), plan, 0)


def with_only(flat: Flat, names: tuple[str, ...]) -> Features:
    """A stored record with nothing but these fields."""
    return _made(flat, _plan(names), 0)


class _Plan(NamedTuple):
    """Of each field its place in `Features`, where it is stored, and what makes it of that."""

    steps: list[tuple[int, int, Callable[[Any], Any]]]
    first: int
    last: int


@lru_cache(maxsize=64)
def _plan(names: tuple[str, ...]) -> _Plan:
    own = [Features._fields.index(name) for name in names]
    places = [_PLACE[_FOLLOWS.get(name, name)] for name in names]
    makes = [_MADE.get(name, _as_it_is) for name in names]
    return _Plan(list(zip(own, places, makes, strict=True)), min(places), max(places))


def _made(flat: Flat, plan: _Plan, start: int) -> Features:
    """A record of stored fields, of which the first is that number."""
    values = _BLANK.copy()
    for own, place, make in plan.steps:
        values[own] = make(flat[place - start])
    return Features._make(values)


def _as_it_is(value: Any) -> Any:
    return value
