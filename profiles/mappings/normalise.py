"""Raw cell values to clean values: e-mails, phones, names, dates, addresses, account numbers.

Every function takes text as a source wrote it and returns the cleaned value, or `None` where
nothing usable is left: blanks, placeholders such as "n/a" and values people type when a form
insists (`test@test.com`, `000-000`, 1900-01-01). None of them raises on any text except
`birth_date` and `moment`, whose callers must tell a broken date from a missing one. All are
idempotent: cleaning a clean value changes nothing. Values keep the case and the accents people
read; `fold` makes the form that searching compares.
"""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

import phonenumbers
from anyascii import anyascii

from profiles.mappings.names import drop_placeholders, split_full_name, strip_suffix

__all__ = [
    "address_part",
    "birth_date",
    "country",
    "drop_placeholders",
    "email",
    "fold",
    "gender",
    "identifier",
    "moment",
    "phone",
    "postcode",
    "search_identifiers",
    "split_full_name",
    "strip_suffix",
    "text",
]

# fmt: off
PLACEHOLDERS = frozenset(
    (
        "n/a", "na", "n.a.", "n.a", "none", "null", "nil", "nan", "-", "--", "---", ".", "..",
        "?", "??", "???", "x", "xx", "xxx", "xxxx", "tbc", "tba", "tbd", "unknown",
        "undefined", "missing", "blank", "empty", "unspecified", "(none)", "(null)", "#n/a",
        "not known", "not provided", "not available", "not applicable", "no name", "no email",
        "no phone",
    )
)
JUNK_MAILBOXES = frozenset(
    (
        "test", "tester", "testing", "noemail", "no-email", "no.email", "none", "na", "n/a",
        "null", "nil", "nobody", "noone", "unknown", "anonymous", "noreply", "no-reply",
        "no_reply", "donotreply", "do-not-reply", "customer", "guest", "email", "mail",
        "asdf", "qwerty", "fake", "example", "abc", "xxx", "nomail",
    )
)
# fmt: on
JUNK_DATES = frozenset({"1900-01-01", "1901-01-01", "1970-01-01", "1111-11-11", "0001-01-01"})

_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\".]+")
_UK_POSTCODE = re.compile(r"([A-Z]{1,2}\d[A-Z\d]?)\s*(\d[A-Z]{2})")
_PARTIAL_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_GENDERS = {"female": "f", "woman": "f", "male": "m", "man": "m"}


def text(value: str | None) -> str | None:
    """Trim, collapse white space; `None` for blanks and placeholders."""
    if not value:
        return None
    cleaned = " ".join(value.replace("\x00", "").split())
    return None if not cleaned or cleaned.casefold() in PLACEHOLDERS else cleaned


@lru_cache(maxsize=65_536)
def fold(value: str) -> str:
    """Return the form that search compares: plain letters of any script, lower case."""
    return " ".join(anyascii(anyascii(value.casefold()).casefold()).split())


def email(value: str | None) -> str | None:
    """Return the address in lower case, or `None` where it is no address or a placeholder."""
    cleaned = (text(value) or "").casefold().removeprefix("mailto:").strip("<>'\" .,;")
    if not _EMAIL.fullmatch(cleaned):
        return None
    mailbox, domain = cleaned.split("@")
    base = mailbox.split("+")[0]
    if base in JUNK_MAILBOXES or base == domain.split(".")[0] or not base:
        return None
    return cleaned


@lru_cache(maxsize=65_536)
def phone(value: str | None, region: str = "GB") -> str | None:
    """Return E.164 where `region` can dial the number, else its bare digits (six or more).

    `None` for numbers people invent: one digit over and over, 1234567890, 07000000000.
    """
    cleaned = text(value)
    if cleaned is None:
        return None
    written = anyascii(cleaned)
    digits = re.sub(r"\D", "", written)
    if len(digits) < 6 or _is_invented(digits):
        return None
    return _dialled(written, region) or _dialled(digits, region) or digits


def _dialled(written: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _is_invented(digits: str) -> bool:
    """True for digits typed to get past a form, by their monotony or their order."""
    tail = digits[-7:]
    return (
        len(set(tail)) == 1
        or len(set(digits)) <= 2
        or "123456789" in digits
        or "987654321" in digits
    )


def postcode(value: str | None) -> str | None:
    """Return the postal code in capitals; British ones with their space in place."""
    cleaned = (text(value) or "").upper()
    if not cleaned or not any(char.isalnum() for char in cleaned):
        return None
    if set(cleaned) <= set("0 -"):
        return None
    british = _UK_POSTCODE.fullmatch(cleaned.replace(" ", ""))
    return f"{british[1]} {british[2]}" if british else cleaned


def address_part(value: str | None) -> str | None:
    """Return a street line, city or region as people read it, without trailing commas."""
    cleaned = (text(value) or "").strip(" ,;")
    return text(cleaned)


def country(value: str | None) -> str | None:
    """Return a country; two- and three-letter codes in capitals, names as they are."""
    cleaned = text(value)
    return cleaned.upper() if cleaned and len(cleaned) <= 3 else cleaned


def identifier(value: str | None) -> str | None:
    """Return an account number in capitals without spaces; `None` for 0000 and the like."""
    cleaned = re.sub(r"\s+", "", (text(value) or "").upper())
    meaningful = re.sub(r"[^\w]", "", cleaned)
    return cleaned if meaningful and set(meaningful) != {"0"} else None


def gender(value: str | None) -> str | None:
    """Return `f`, `m` or any other word in lower case."""
    cleaned = (text(value) or "").casefold()
    return _GENDERS.get(cleaned, cleaned) or None


def birth_date(
    value: str | None, format_: str | None = None, *, today: date | None = None
) -> str | None:
    """Return YYYY-MM-DD, YYYY-MM or YYYY; `None` for blanks and well-known placeholders.

    Without `format_` (as in `strptime`) ISO, YYYYMMDD and the partial forms are read, and an
    ISO date with an impossible day or month is read as far as it can be. Raises `ValueError`
    with the reason for what is no date, or lies in the future.
    """
    cleaned = text(value)
    if cleaned is None or _is_no_day(cleaned):
        return None
    found = _partial(cleaned) or _whole_date(cleaned, format_)
    if found in JUNK_DATES:
        return None
    now = (today or datetime.now(UTC).date()).isoformat()
    if found > now[: len(found)]:
        raise ValueError("a birth date in the future")
    return found


def _is_no_day(cleaned: str) -> bool:
    """True for 0000-00-00, 99/99/9999, 9999-12-31: forms that mean "no date"."""
    digits = re.sub(r"\D", "", cleaned)
    same = len(digits) >= 6 and len(set(digits)) == 1 and digits[0] in "09"
    return same or "9999" in (digits[:4], digits[-4:])


def _partial(cleaned: str) -> str | None:
    found = _PARTIAL_DATE.fullmatch(cleaned)
    if found is None:
        return None
    if found[2] and not 1 <= int(found[2]) <= 12:
        raise ValueError("there is no such month")
    return cleaned


def _whole_date(cleaned: str, format_: str | None) -> str:
    """Read a full date; two-digit years that would lie ahead belong to the last century."""
    if format_ is None:
        return _impossible_day(cleaned) or _iso_moment(cleaned).date().isoformat()
    try:
        found = datetime.strptime(cleaned, format_).date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise ValueError(f"not a date of the form {format_}") from None
    if "%y" in format_ and found > datetime.now(UTC).date():
        found = date(found.year - 100, found.month, found.day)
    return found.isoformat()


def _impossible_day(cleaned: str) -> str | None:
    """Read 1588-01-00 as 1588-01 and 1957-21-08 as 1957: what is left of a mistyped date.

    `None` where the date is whole, or its month and day are both impossible.
    """
    found = _ISO_DATE.fullmatch(cleaned)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups())
    if not 1 <= month <= 12:
        return found[1] if 0 <= day <= 31 else None
    in_month = monthrange(max(year, 1), month)[1]
    return None if 1 <= day <= in_month else f"{found[1]}-{found[2]}"


def moment(value: str | None, format_: str | None = None) -> datetime | None:
    """Return an aware time; naive ones are UTC, ten or thirteen digits count from 1970.

    `None` for blanks; raises `ValueError` with the reason for what is no time.
    """
    cleaned = text(value)
    if cleaned is None or _is_no_day(cleaned):
        return None
    if format_ is not None:
        try:
            found = datetime.strptime(cleaned, format_)  # noqa: DTZ007 - zone added below
        except ValueError:
            raise ValueError(f"not a time of the form {format_}") from None
        return _in_utc(found)
    if re.fullmatch(r"\d{10}|\d{13}", cleaned):
        seconds = int(cleaned) / (1000 if len(cleaned) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    return _iso_moment(cleaned)


def _iso_moment(cleaned: str) -> datetime:
    try:
        return _in_utc(datetime.fromisoformat(cleaned.replace(" UTC", "Z")))
    except (ValueError, OverflowError):
        raise ValueError("not a date or time") from None


def _in_utc(found: datetime) -> datetime:
    aware = found.replace(tzinfo=UTC) if found.tzinfo is None else found
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        raise ValueError("not a date or time") from None


def search_identifiers(attributes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List every identifier a record can be looked up by: (namespace, normalised value)."""
    found = [("email", value) for value in _texts(attributes.get("email"))]
    found += [("phone", value) for value in _texts(attributes.get("phone"))]
    for namespace, values in sorted(dict(attributes.get("identifiers") or {}).items()):
        found += [(str(namespace), value) for value in _texts(values)]
    return list(dict.fromkeys(found))


def _texts(values: object) -> list[str]:
    if isinstance(values, str):
        return [values]
    if isinstance(values, Sequence):
        return [value for value in values if isinstance(value, str)]
    return []
