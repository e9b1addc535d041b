"""Finds sensitive values of a customer in texts, however they are spelt there.

A note of a call may say "ring her on 07700 900 909, born 2/3/84": the phone and the day are
masked in Details, and must be here too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from re import Pattern
from typing import Any

import phonenumbers
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.translation import override

from profiles.desk.masking import is_sensitive
from profiles.models import SourceRecord

GAP = r"[\s().\-/]*"  # between the digits of a number
BETWEEN = r"[\s.\-/,]+"  # between the parts of a date
NO_DIGITS = re.compile(r"\D+")
SHORTEST = 5  # letters and digits; what is shorter stands in every second text


@dataclass(frozen=True)
class Secret:
    """A sensitive value, named as its golden value is."""

    attribute: str
    value: str

    @cached_property
    def spelling(self) -> str:
        """A pattern of the ways to write it; empty for what is too short to be looked for."""
        if self.attribute == "phone":
            return _phone(*self._number)
        if self.attribute == "birth_date" and self._day:
            return _date(self._day)
        signs = [re.escape(sign) for sign in self.value if sign.isalnum()]
        return r"[\W_]*".join(signs) if len(signs) >= SHORTEST else ""

    @cached_property
    def digits(self) -> str:
        """Digits in a row that every way to write it has, whatever stands between them."""
        if self.attribute == "phone":
            return self._number[1]
        if self.attribute == "birth_date" and self._day:
            return str(self._day.year % 100)
        return digits_in(self.value)

    @cached_property
    def _number(self) -> tuple[str, str]:
        """The code of the country and the number within it."""
        try:
            parsed = phonenumbers.parse(self.value)
        except phonenumbers.NumberParseException:
            return "", digits_in(self.value)
        return str(parsed.country_code), str(parsed.national_number)

    @cached_property
    def _day(self) -> date | None:
        try:
            return date.fromisoformat(self.value)
        except ValueError:  # a partial date says little, and years stand in every text
            return None


def digits_in(text: str) -> str:
    """All digits of a text in a row."""
    return NO_DIGITS.sub("", text)


def secrets_of(records: Iterable[SourceRecord]) -> list[Secret]:
    """Every sensitive value of the records, each once, longest first."""
    found = {
        (attribute, value)
        for record in records
        for attribute, value in _values(record.attributes)
        if is_sensitive(attribute)
    }
    return [Secret(*each) for each in sorted(found, key=lambda each: (-len(each[1]), each))]


def likely_in(text: str, secrets: Iterable[Secret]) -> list[Secret]:
    """Those that a text may spell: it has their digits. Looking at it closely takes long."""
    digits = digits_in(text)
    return [secret for secret in secrets if secret.digits in digits]


def _values(attributes: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Every value with the name its golden value has."""
    for name, value in attributes.items():
        if isinstance(value, dict):
            for part, inner in _values(value):
                yield (name if name == "address" else f"{name}.{part}"), inner
        else:
            values = value if isinstance(value, list) else [value]
            yield from ((name, str(each)) for each in values if each)


def spelt_any_way(secrets: Sequence[Secret]) -> Pattern[str] | None:
    """Finds any of the values; the group that met is `s` and its place in the list."""
    ways = [
        f"(?P<s{place}>{secret.spelling})"
        for place, secret in enumerate(secrets)
        if secret.spelling
    ]
    return re.compile("|".join(ways), re.IGNORECASE) if ways else None


def pattern_of(secrets: Sequence[Secret]) -> str:
    """The same for PostgreSQL, which knows no names of groups; empty where nothing is found."""
    return "|".join(f"(?:{secret.spelling})" for secret in secrets if secret.spelling)


def _phone(code: str, national: str) -> str:
    """With the code of its country, with a zero in its place, or without either."""
    if len(national) < SHORTEST:
        return ""
    start = rf"(?:(?:\+|00)?{GAP.join(code)}{GAP})?" if code else ""
    return rf"\+?{start}(?:\(?0\)?{GAP})?{GAP.join(national)}"


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
