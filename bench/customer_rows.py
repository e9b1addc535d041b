"""What four systems write down of a person, each with its columns, formats and habits."""

from dataclasses import dataclass
from random import Random

from bench import customer_words as words
from bench.customer_people import YEAR, Home, Person
from bench.dice import Weighted, below, one
from c360.demo import noise
from c360.demo.names import NICKNAMES, SOUND_ALIKES

Row = list[str]
COLUMNS = {
    "crm": (
        *("source_id", "title", "first_name", "last_name", "email", "phone", "dob"),
        *("street", "city", "postcode", "created_at"),
    ),
    "shop": (
        *("source_id", "loyalty_no", "first_name", "last_name", "email", "phone"),
        *("street", "city", "postcode", "created_at"),
    ),
    "support": ("source_id", "full_name", "email", "phone", "created_at"),
    "loyalty": (
        *("source_id", "loyalty_no", "first_name", "last_name", "email", "phone", "dob"),
        *("postcode", "created_at"),
    ),
}
SOURCES = Weighted(tuple(COLUMNS), (30, 34, 22, 14))
RECORDS_EACH = Weighted((1, 2, 3, 4, 5, 6, 8, 11), (298, 263, 185, 122, 68, 32, 22, 10))


@dataclass(slots=True)
class Written:
    """A row without its key, and what was done to it on the way."""

    source: str
    values: Row
    person: Person
    is_junk: bool


def rows_of(rng: Random, person: Person, counter_phone: str) -> list[Written]:
    """Write a person down in one to eleven records; `counter_phone` is the shop's own."""
    return [_row(rng, person, counter_phone) for _ in range(RECORDS_EACH.pick(rng))]


def _row(rng: Random, person: Person, counter_phone: str) -> Written:
    source, year = SOURCES.pick(rng), YEAR - 10 + below(rng, 11)
    created = f"{year}-{1 + below(rng, 12):02d}-{1 + below(rng, 28):02d}"
    is_junk = rng.random() < 0.0015
    given, family = one(rng, words.JUNK_NAMES) if is_junk else _names(rng, person, source, year)
    home = person.homes[-1] if year < person.moved else person.homes[0]
    if source == "crm":
        values = [_title(rng, person), given, family, _email(rng, person, 0.72)]
        values += [
            _phone(rng, person, 0.85, ""),
            _birth(rng, person, 0.61, "{0}-{1:02d}-{2:02d}"),
        ]
        values += _address(rng, home) if rng.random() < 0.84 else ["", "", ""]
    elif source == "shop":
        card = person.card if rng.random() < 0.185 else ""
        given = "" if rng.random() < 0.024 else given
        values = [card, given, family, _email(rng, person, 1.0)]
        values += [_phone(rng, person, 0.61, counter_phone), *_address(rng, home)]
    elif source == "loyalty":
        card = person.card if rng.random() < 0.923 else ""
        values = [card, given, family, _email(rng, person, 0.45)]
        values += [_phone(rng, person, 0.61, counter_phone)]
        values += [_birth(rng, person, 0.81, "{2:02d}/{1:02d}/{0}")]
        values += [_postcode(rng, home.postcode) if rng.random() < 0.9 else ""]
    else:
        email = _email(rng, person, 0.904)
        phone = _phone(rng, person, 0.35 if email else 1.0, "")
        values = [_full_name(rng, given, family), email, phone]
    return Written(source, [*values, created], person, is_junk)


def _title(rng: Random, person: Person) -> str:
    if rng.random() < 0.4:
        return ""
    if rng.random() < 0.2:
        return "Dr"
    return one(rng, ("Ms", "Mrs", "Miss")) if person.is_woman else "Mr"


def _names(rng: Random, person: Person, source: str, year: int) -> tuple[str, str]:
    given, family = person.given, person.family
    if person.old_family and (year < 2021) != (rng.random() < 0.1):
        family = person.old_family
    given, family = _slipped_given(rng, given), _slipped_family(rng, family)
    if person.middle and rng.random() < 0.05:
        given = f"{given} {person.middle}"
    if rng.random() < (0.12 if source == "support" else 0.045):
        given = given[0]
    if person.generation and rng.random() < 0.4:
        family = f"{family} {person.generation}"
    if rng.random() < 0.015:
        given, family = family, given
    return _cased(rng, given, family)


def _slipped_given(rng: Random, given: str) -> str:
    dice = rng.random()
    if dice < 0.08 and given in NICKNAMES:
        return noise.nickname(rng, given)
    if dice < 0.105:
        return noise.typo(rng, given)
    if dice < 0.115:
        return noise.scan(rng, given)
    return SOUND_ALIKES.get(given, given) if dice < 0.13 else given


def _slipped_family(rng: Random, family: str) -> str:
    dice = rng.random()
    if "-" in family and dice < 0.45:
        first, _, second = family.partition("-")
        return first if dice < 0.15 else second if dice < 0.3 else f"{first} {second}"
    if not family.isascii() and dice < 0.5:
        return dict(words.ACCENTED)[family]
    if dice < 0.03:
        return noise.typo(rng, family)
    if dice < 0.043:
        return noise.scan(rng, family)
    return SOUND_ALIKES.get(family, family) if dice < 0.06 else family


def _cased(rng: Random, given: str, family: str) -> tuple[str, str]:
    dice = rng.random()
    if dice < 0.05:
        return given.upper(), family.upper()
    return (given.lower(), family.lower()) if dice < 0.1 else (given, family)


def _full_name(rng: Random, given: str, family: str) -> str:
    dice = rng.random()
    if dice < 0.055:
        return ""
    if dice < 0.09:
        return given
    if dice < 0.2:
        return f"{family}, {given}"
    if len(given) == 1 and dice < 0.6:
        return f"{given}.{family}"
    return f"{given} {family}"


def _email(rng: Random, person: Person, share: float) -> str:
    if rng.random() >= share:
        return ""
    dice = rng.random()
    if dice < 0.012:
        return one(rng, words.JUNK_EMAILS)
    mailboxes = person.emails
    email = mailboxes[0] if dice < 0.35 else one(rng, mailboxes)
    dice = rng.random()
    if dice < 0.03:
        return email.replace("@", f"+{one(rng, ('news', 'shop', 'offers'))}@")
    if dice < 0.055:
        return noise.mistyped_email(rng, email)
    if dice < 0.1:
        return email.upper() if dice < 0.07 else email.capitalize()
    return email


def _phone(rng: Random, person: Person, share: float, counter_phone: str) -> str:
    if rng.random() >= share:
        return ""
    dice = rng.random()
    if dice < 0.018:
        return one(rng, words.JUNK_PHONES)
    if counter_phone and dice < 0.023:
        return noise.written_phone(rng, counter_phone)
    digits = person.mobiles[0] if dice < 0.8 else one(rng, person.mobiles)
    if person.landline and rng.random() < 0.2:
        digits = person.landline
    if rng.random() < 0.025:
        digits = noise.mistyped_phone(rng, digits)
    return noise.written_phone(rng, digits)


def _birth(rng: Random, person: Person, share: float, form: str) -> str:
    if rng.random() >= share:
        return ""
    year, month, day = person.birth
    dice = rng.random()
    if dice < 0.03:
        year, month, day = one(rng, words.JUNK_DATES)
    elif dice < 0.045 and day <= 12:
        month, day = day, month
    elif dice < 0.06:
        day = 1 + below(rng, 28)
    elif dice < 0.075:
        year += one(rng, (-10, -1, 1))
    elif dice < 0.085:
        month = 1 + below(rng, 12)
    return form.format(min(year, YEAR - 1), month, day)


def _address(rng: Random, home: Home) -> Row:
    """Street line, town and postcode, each as somebody typed it."""
    kind = home.kind
    if rng.random() < 0.35:
        kind = words.STREET_SHORT.get(kind, kind) + (rng.random() < 0.3) * "."
    street = noise.typo(rng, home.street) if rng.random() < 0.04 else home.street
    line = f"{home.number} {street} {kind}"
    if home.flat and rng.random() < 0.85:
        line = f"Flat {home.flat}, {line}" if rng.random() < 0.6 else f"Apt {home.flat} {line}"
    town = noise.typo(rng, home.town) if rng.random() < 0.03 else home.town
    return [line, town, _postcode(rng, home.postcode)]


def _postcode(rng: Random, postcode: str) -> str:
    if rng.random() < 0.02:
        postcode = postcode[:-1] + one(rng, "ABDEFGHJLN")
    dice = rng.random()
    if dice < 0.3:
        postcode = postcode.replace(" ", "")
    return postcode.lower() if dice > 0.92 else postcode
