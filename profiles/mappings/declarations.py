"""On what basis a mapping says its attributes are held. Pure; nothing here is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from profiles.mappings.columns import MappingError, checked_keys

EVERY = "*"
KEYS = (
    "purpose",
    "basis",
    "retention_days",
    "special_condition",
    "reference",
    "activity",
)
REQUIRED = KEYS[:3]
LONGEST = {"special_condition": 80, "reference": 200, "activity": 120}
MOST_DAYS = 100 * 366
LAWFUL = (  # GDPR article 6(1), as `profiles.models.source.LawfulBasis` names them
    "consent",
    "contract",
    "legal_obligation",
    "vital_interests",
    "public_task",
    "legitimate_interests",
)


@dataclass(frozen=True, slots=True)
class DeclaredBasis:
    """Why one attribute may be held, for which purpose, and how many days after last seen."""

    attribute: str
    purpose: str
    basis: str
    retention_days: int
    special_condition: str = ""
    reference: str = ""
    activity: str = ""


def parse_bases(spec: object, attributes: Iterable[str]) -> tuple[DeclaredBasis, ...]:
    """Read the `basis` of a mapping: by attribute, one basis or a list of them.

    What stands under `*` holds for every attribute of the mapping that is not named itself; a
    named one need not be mapped, since calls may send it. Raises `MappingError` naming the key.
    """
    if spec is None:
        return ()
    if not isinstance(spec, Mapping) or not spec:
        raise MappingError('basis: expected {"*": {"purpose": …, "basis": …}, …}')
    by_name = {
        str(name): _several(str(name), each, f"basis.{name}") for name, each in spec.items()
    }
    rest = by_name.pop(EVERY, [])
    unnamed = [name for name in attributes if name not in by_name]
    found = [each for bases in by_name.values() for each in bases]
    return tuple(found + [replace(each, attribute=name) for name in unnamed for each in rest])


def _several(attribute: str, spec: object, at: str) -> list[DeclaredBasis]:
    listed = spec if isinstance(spec, list) else [spec]
    if not listed:
        raise MappingError(f"{at}: the list is empty")
    found = [_one(attribute, each, at) for each in listed]
    if len({each.purpose for each in found}) < len(found):
        raise MappingError(f"{at}: two bases name the same purpose")
    return found


def _one(attribute: str, spec: object, at: str) -> DeclaredBasis:
    checked = checked_keys(spec, KEYS, at, required=REQUIRED)
    days = checked["retention_days"]
    if isinstance(days, bool) or not isinstance(days, int) or not 0 < days <= MOST_DAYS:
        raise MappingError(f"{at}.retention_days: expected a number of days, not {days!r}")
    if checked["basis"] not in LAWFUL:
        raise MappingError(f"{at}.basis: expected one of {', '.join(LAWFUL)}")
    purpose = checked["purpose"]
    if not isinstance(purpose, str) or not purpose.strip():
        raise MappingError(f"{at}.purpose: expected the key of a purpose, not {purpose!r}")
    more = {key: _text(checked.get(key, ""), f"{at}.{key}", LONGEST[key]) for key in LONGEST}
    return DeclaredBasis(attribute, purpose.strip(), str(checked["basis"]), days, **more)


def _text(value: object, at: str, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest:
        raise MappingError(f"{at}: expected a text of at most {longest} letters")
    return value.strip()
