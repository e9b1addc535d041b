"""Records that come with the product's own attribute names: what a call may hold.

The shape of a call is checked whole before anything is read; `Malformed` names the place. The
values are then read as those of a file are, through the mapping that `canonical_spec` makes:
every attribute comes from the cell of its own name (see `profiles.ingest.payload.cells`).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from profiles.mappings.records import ADDRESS_PARTS, PLAIN, MappingError, RecordMapping
from profiles.mappings.verified import VERIFIABLE

MOST_RECORDS = 1000
MOST_NAMES = 500
LONGEST_NAME = 72  # "identifiers." and a namespace as the database holds it
MOST_TOLD = 10
GROUPS = ("address", "identifiers", "custom")
REPEATABLE = ("email", "phone", "identifiers")
KNOWN = (
    f"Known are {', '.join(PLAIN)}, address ({', '.join(ADDRESS_PARTS)}), and identifiers and "
    "custom with names of letters, digits and underscores."
)
RECORD_KEYS = ("external_id", "updated_at", "attributes", "deleted", "verified")


class Malformed(ValueError):
    """A call that cannot be taken; the message says where and why, without values."""


def checked_call(body: object) -> tuple[str, list[dict[str, Any]]]:
    """Return the source's slug and the records of a call; raises `Malformed`."""
    call = _object(body, "The body", ("source", "records"))
    source, records = call.get("source"), call.get("records")
    if not isinstance(source, str):
        raise Malformed("source: expected the short name of the source.")
    if not isinstance(records, list) or not records:
        raise Malformed("records: expected a list with at least one record.")
    if len(records) > MOST_RECORDS:
        raise Malformed(f"records: {len(records)} at once; send at most {MOST_RECORDS}.")
    return source, [_record(each, f"records[{number}]") for number, each in enumerate(records)]


def canonical_spec(records: Iterable[Mapping[str, Any]], region: str) -> dict[str, Any]:
    """Return the mapping spec of records; raises `Malformed` naming unknown attributes."""
    places: dict[str, str] = {}
    for number, record in enumerate(records):
        for name in _names(record.get("attributes") or {}):
            places.setdefault(name, f"records[{number}].attributes.{name}")
    unknown = [place[:120] for name, place in places.items() if not _is_known(name)]
    if unknown:
        raise Malformed(f"Unknown attributes: {', '.join(unknown[:MOST_TOLD])}. {KNOWN}")
    if len(places) > MOST_NAMES:
        raise Malformed(f"{len(places)} different attributes; send at most {MOST_NAMES}.")
    return {
        "key": "external_id",
        "updated_at": "updated_at",
        "deleted": "deleted",
        "region": region,
        "attributes": {name: f"attributes.{name}" for name in places or ["full_name"]},
        "verified": {name: f"verified.{name}" for name in VERIFIABLE},
    }


def _record(value: object, at: str) -> dict[str, Any]:
    record = _object(value, at, RECORD_KEYS)
    for key in ("external_id", "updated_at"):
        _check_plain(record.get(key), f"{at}.{key}")
    deleted = record.get("deleted", False)
    if not isinstance(deleted, bool):
        raise Malformed(f"{at}.deleted: expected true or false.")
    if "attributes" not in record and not deleted:
        raise Malformed(f"{at}: attributes are missing.")
    _check_attributes(record.get("attributes", {}), f"{at}.attributes")
    _check_verified(record.get("verified", {}), f"{at}.verified")
    return record


def _check_verified(verified: object, at: str) -> None:
    for name, said in _object(verified, at, VERIFIABLE).items():
        if not isinstance(said, bool):
            raise Malformed(f"{at}.{name}: expected true or false.")


def _check_attributes(attributes: object, at: str) -> None:
    """Check which values are text, lists of text or objects of these."""
    if not isinstance(attributes, dict):
        raise Malformed(f"{at}: expected an object of attributes.")
    for name, value in attributes.items():
        if name in GROUPS:
            if not isinstance(value, dict):
                raise Malformed(f"{at}.{name}: expected an object.")
            for part, inner in value.items():
                _check_value(name, inner, f"{at}.{name}.{part[:LONGEST_NAME]}")
        else:
            group = name.partition(".")[0]
            _check_value(group, value, f"{at}.{name[:LONGEST_NAME]}")
    twice = [name for group in GROUPS for name in _twice(attributes, group)]
    if twice:
        raise Malformed(f"{at}: {twice[0][:LONGEST_NAME]} is given twice.")


def _check_value(group: str, value: object, at: str) -> None:
    if isinstance(value, list) and group in REPEATABLE:
        for number, each in enumerate(value):
            _check_plain(each, f"{at}[{number}]")
    else:
        _check_plain(value, at)


def _check_plain(value: object, at: str) -> None:
    if isinstance(value, dict | list):
        raise Malformed(f"{at}: expected text, not a list or an object.")


def _twice(attributes: Mapping[str, Any], group: str) -> list[str]:
    """Attributes written both nested and with a dot."""
    dotted = [f"{group}.{part}" for part in attributes.get(group, {})]
    return [name for name in dotted if name in attributes]


def _names(attributes: Mapping[str, Any]) -> Iterator[str]:
    """The names of attributes with a dot, also of nested ones."""
    for name, value in attributes.items():
        if name in GROUPS:
            yield from (f"{name}.{part}" for part in value)
        else:
            yield name


def _is_known(name: str) -> bool:
    if len(name) > LONGEST_NAME:
        return False
    try:
        RecordMapping.parse({"key": "external_id", "attributes": {name: "cell"}})
    except MappingError:
        return False
    return True


def _object(value: object, at: str, known: tuple[str, ...]) -> dict[str, Any]:
    """Return an object that has none but the known keys."""
    if not isinstance(value, dict):
        raise Malformed(f"{at}: expected an object with {', '.join(known)}.")
    unknown = [str(key)[:LONGEST_NAME] for key in value if key not in known]
    if unknown:
        told = ", ".join(unknown[:MOST_TOLD])
        raise Malformed(f"{at}: unknown {told}; known are {', '.join(known)}.")
    return value
