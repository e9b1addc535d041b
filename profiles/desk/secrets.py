"""Finds sensitive values of a customer in texts, however they are spelt there.

A note of a call may say "ring her on 07700 900 909, born 2/3/84": the phone and the day are
masked in Details, and must be here too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from re import Pattern
from typing import Any

import phonenumbers
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import override

from profiles.desk.masking import is_sensitive
from profiles.models import SourceRecord

GAP = r"[\s().\-/]*"  # between the digits of a number
BETWEEN = r"[\s.\-/,]+"  # between the parts of a date
SHORTEST = 5  # letters and digits; what is shorter stands in every second text


def secrets_of(records: Iterable[SourceRecord]) -> list[tuple[str, str]]:
    """Every sensitive value of the records with its attribute, each once, longest first."""
    found = {
        (attribute, value)
        for record in records
        for attribute, value in _values(record.attributes)
        if is_sensitive(attribute)
    }
    return sorted(found, key=lambda each: (-len(each[1]), each))


def _values(attributes: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every value with the name its golden value has."""
    for name, value in attributes.items():
        if isinstance(value, dict):
            for part, inner in _values(value):
                yield (name if name == "address" else f"{name}.{part}"), inner
        else:
            values = value if isinstance(value, list) else [value]
            yield from ((name, str(each)) for each in values if each)


def spelt_any_way(secrets: Sequence[tuple[str, str]]) -> Pattern[str] | None:
    """Finds any of the values; the group that met is `s` and its place in the list."""
    ways = [
        f"(?P<s{place}>{spelling})"
        for place, (attribute, value) in enumerate(secrets)
        if (spelling := _spelling(attribute, value))
    ]
    return re.compile("|".join(ways), re.IGNORECASE) if ways else None


def pattern_of(secrets: Sequence[tuple[str, str]]) -> str:
    """The same for PostgreSQL, which knows no names of groups; empty where nothing is found."""
    ways = (_spelling(attribute, value) for attribute, value in secrets)
    return "|".join(f"(?:{spelling})" for spelling in ways if spelling)


def _spelling(attribute: str, value: str) -> str:
    if attribute == "phone":
        return _phone(value)
    if attribute == "birth_date" and (day := _day(value)):
        return _date(day)
    signs = [re.escape(sign) for sign in value if sign.isalnum()]
    return r"[\W_]*".join(signs) if len(signs) >= SHORTEST else ""


def _phone(value: str) -> str:
    """With the code of its country, with a zero in its place, or without either."""
    try:
        parsed = phonenumbers.parse(value)
        code, national = str(parsed.country_code), str(parsed.national_number)
    except phonenumbers.NumberParseException:
        code, national = "", re.sub(r"\D", "", value)
    if len(national) < SHORTEST:
        return ""
    start = rf"(?:(?:\+|00)?{GAP.join(code)}{GAP})?" if code else ""
    return rf"\+?{start}(?:\(?0\)?{GAP})?{GAP.join(national)}"


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:  # a partial date says little, and years stand in every text
        return None


def _date(day: date) -> str:
    with override("en"):
        names = {str(MONTHS[day.month]), str(MONTHS_3[day.month])}
    names |= {str(MONTHS[day.month]), str(MONTHS_3[day.month])}  # of the reader's language
    month = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    d, m, y = rf"0?{day.day}", rf"0?{day.month}", rf"(?:{day.year}|{day.year % 100:02})"
    named = rf"(?:{month})\.?"
    orders = [
        rf"{day.year}{BETWEEN}{m}{BETWEEN}{d}",
        rf"{d}{BETWEEN}{m}{BETWEEN}{y}",
        rf"{m}{BETWEEN}{d}{BETWEEN}{y}",
        rf"{day:%Y%m%d}",
        rf"{day:%d%m%Y}",
        rf"{d}(?:st|nd|rd|th)?\.?\s*(?:of\s+)?{named}{BETWEEN}{y}",
        rf"{named}\s*{d}(?:st|nd|rd|th)?{BETWEEN}{y}",
    ]
    return rf"(?<!\d)(?:{'|'.join(orders)})(?!\d)"
