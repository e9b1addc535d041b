"""Whether a number in international form may be a landline, without reading it in full.

Reading a number and naming its type takes `phonenumbers` some thirty microseconds, most of them
for mobiles. A number that fits no pattern of landlines in its country is none; only the others
are read.
"""

import re
from dataclasses import dataclass
from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

WORLDWIDE = "001"  # the "region" of numbers that belong to no country


@dataclass(frozen=True, slots=True)
class _Country:
    """Patterns of one calling code: what is dialled inside the country before a number, and
    what follows the code in its landlines."""

    trunk: re.Pattern[str] | None
    landlines: tuple[re.Pattern[str], ...]


def may_be_landline(digits: str) -> bool:
    """False where the digits after a "+" are no landline for certain."""
    for size in (1, 2, 3):
        code, national = digits[:size], digits[size:]
        if code in _CODES:
            country = _country(code)
            if country is None or (country.trunk and country.trunk.match(national)):
                return True
            return any(pattern.fullmatch(national) for pattern in country.landlines)
    return False


_CODES = frozenset(map(str, COUNTRY_CODE_TO_REGION_CODE))


@cache
def _country(code: str) -> _Country | None:
    """The patterns of a calling code; none where the plan is not that of a country."""
    regions = COUNTRY_CODE_TO_REGION_CODE[int(code)]
    plans = [PhoneMetadata.metadata_for_region(region, None) for region in regions]
    if WORLDWIDE in regions or plans[0] is None:
        return None
    trunk = plans[0].national_prefix_for_parsing
    known = [plan.fixed_line for plan in plans if plan is not None and plan.fixed_line]
    lines = [line.national_number_pattern for line in known]
    return _Country(
        re.compile(trunk) if trunk else None, tuple(re.compile(line) for line in lines if line)
    )
