"""The five systems: who is in them, their columns, and the way each of them writes."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from c360.demo import noise
from c360.demo.people import Person
from c360.demo.readings import Habits, Reader, Reading

Row = dict[str, str]


@dataclass(frozen=True)
class System:
    """One source: the share of people it knows, and who of them it holds twice.

    `youngest` and `oldest` bound the age of its records in days.
    """

    slug: str
    share: float
    twice: float
    youngest: int
    oldest: int
    habits: Habits


# fmt: off
SYSTEMS = (
    System("crm", 0.61, 0.05, 10, 1400, Habits(
        email=0.86, mobile=0.78, landline=0.6, born=0.72, address=0.96, middle=0.6,
        nickname=0.04, initial=0.02, misheard=0.03, slip=0.012, counter_number=0.008)),
    System("shop", 0.76, 0.07, 1, 900, Habits(
        email=0.99, mobile=0.72, address=0.97, card=0.3,
        nickname=0.09, initial=0.04, swapped=0.012, slip=0.022)),
    System("support", 0.36, 0.06, 1, 700, Habits(
        email=0.74, mobile=0.6, landline=0.15, address=0.3,
        nickname=0.16, initial=0.06, misheard=0.07, slip=0.03)),
    System("loyalty", 0.55, 0.03, 20, 1700, Habits(
        email=0.5, mobile=0.7, born=0.86, address=0.92, card=1.0, nickname=0.04, initial=0.05,
        scanned=0.035, slip=0.02, junk=0.02, counter_number=0.022)),
    System("app", 0.46, 0.03, 1, 500, Habits(
        email=1.0, mobile=0.35, born=0.35, card=0.45,
        nickname=0.15, initial=0.04, slip=0.018)),
)
# fmt: on


@dataclass
class Record:
    """One person record as its file holds it; `person` is `None` for a junk row."""

    source: str
    external_id: str
    person: Person | None
    updated: datetime
    row: Row
    tags: set[str] = field(default_factory=set)


def build_records(rng: random.Random, people: Iterable[Person], today: date) -> list[Record]:
    """Every record of every source; the ids of a source say nothing of who is who."""
    people = list(people)
    present: dict[str, list[Person]] = {each.slug: [] for each in SYSTEMS}
    for person in people:
        known = [each.slug for each in SYSTEMS if person.story or rng.random() < each.share]
        for slug in known or [rng.choice(("crm", "shop", "loyalty"))]:
            present[slug].append(person)
    records = []
    for system in SYSTEMS:
        records += _SourceFile(rng, system, today).fill(present[system.slug])
    return records


class _SourceFile:
    def __init__(self, rng: random.Random, system: System, today: date) -> None:
        self._rng, self._system, self._today = rng, system, today
        self._reader = Reader(rng, system.habits)

    def fill(self, people: list[Person]) -> list[Record]:
        rng, system = self._rng, self._system
        twice = [each for each in people if not each.story and rng.random() < system.twice]
        entries: list[Person | None] = [*people, *twice]
        if system.slug in ("crm", "shop", "support"):
            entries += [None] * max(1, len(people) // 300)
        rng.shuffle(entries)
        doubled = {each.id for each in twice}
        records = []
        for number, person in enumerate(entries):
            record = self._record(number, person)
            if person and person.id in doubled:
                record.tags.add("twice")
            records.append(record)
        return records

    def _record(self, number: int, person: Person | None) -> Record:
        system, rng = self._system, self._rng
        oldest = 40 if person and person.story else system.oldest
        age = rng.randint(min(system.youngest, oldest), oldest)
        seconds = rng.randrange(8 * 3600, 20 * 3600)
        day = self._today - timedelta(days=max(age, 1))
        updated = datetime.combine(day, time(), UTC) + timedelta(seconds=seconds)
        if person is None:
            reading = Reading(*rng.choice(JUNK_NAMES), email="test@test.com", tags={"junk"})
            reading.mobile = rng.choice(noise.JUNK_PHONES)
        else:
            reading = self._reader.read(person, day, cleanly=bool(person.story))
        external_id = external_ids[system.slug](number, rng)
        row = writers[system.slug](_Form(external_id, reading, person, updated, rng))
        return Record(system.slug, external_id, person, updated, row, reading.tags)


JUNK_NAMES = (("Test", "Test"), ("Test", "Customer"), ("N/A", "N/A"), ("Guest", ""))

external_ids: dict[str, Callable[[int, random.Random], str]] = {
    "crm": lambda number, rng: f"C-{100_200 + number}",
    "shop": lambda number, rng: f"{20_010 + 3 * number}",
    "support": lambda number, rng: f"S-{4_000 + number}",
    "loyalty": lambda number, rng: f"M{7_000 + number:07d}",
    "app": lambda number, rng: f"{rng.getrandbits(40):010x}",
}


@dataclass(frozen=True)
class _Form:
    """All a writer needs for one row."""

    external_id: str
    reading: Reading
    person: Person | None
    updated: datetime
    rng: random.Random

    def says(self, yes: str, no: str, *, asked: float, willing: float = 0.8) -> str:
        """An answer to a consent question, blank where nobody asked.

        Most people answer as they answer everywhere; one in ten said something else here.
        """
        if self.person is None or self.rng.random() > asked:
            return ""
        agrees = self.person.wants_news
        if self.rng.random() < 0.1:
            agrees = not agrees
        elif agrees and self.rng.random() > willing:
            agrees = False
        return yes if agrees else no

    def answered(self) -> datetime:
        """When the questions were answered: some time before the record last changed."""
        return self.updated - timedelta(days=self.rng.randint(0, 60), minutes=5)


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _millis(moment: datetime) -> str:
    return f"{int(moment.timestamp())}000"


def _crm_row(form: _Form) -> Row:
    """Well kept: tidy numbers, ISO dates, titles."""
    found, place = form.reading, form.reading.address
    mobile = noise.tidy_phone(found.mobile) if found.mobile.isdigit() else found.mobile
    return {
        "customer_no": form.external_id,
        "title": form.person.title if form.person and form.rng.random() < 0.8 else "",
        "first_name": found.given,
        "middle_name": found.middle,
        "last_name": found.family,
        "birth_date": found.born.isoformat() if found.born else "",
        "company": form.person.company if form.person else "",
        "email": found.email,
        "phone_mobile": mobile,
        "phone_home": noise.written_phone(form.rng, found.landline) if found.landline else "",
        "street": place.line1 if place else "",
        "town": place.town if place else "",
        "postcode": place.postcode if place else "",
        "segment": form.rng.choice(("", "gardener", "homemaker", "gift buyer", "trade")),
        "newsletter": form.says("yes", "no", asked=0.7),
        "sms_ok": form.says("yes", "no", asked=0.5, willing=0.4),
        "phone_ok": form.says("yes", "no", asked=0.5, willing=0.3),
        "post_ok": form.says("yes", "no", asked=0.6, willing=0.9),
        "consent_changed": form.answered().date().isoformat(),
        "modified": form.updated.strftime("%Y-%m-%d %H:%M:%S"),
    }


def _shop_row(form: _Form) -> Row:
    """Typed by customers: any way of writing a number, postcodes without their space."""
    found, place, rng = form.reading, form.reading.address, form.rng
    street = place.line1 if place else ""
    postcode = place.postcode if place else ""
    shape = rng.random()
    if shape < 0.3:
        postcode = postcode.replace(" ", "")
    elif shape < 0.4:
        postcode = postcode.lower()
    return {
        "user_id": form.external_id,
        "firstname": found.given.lower() if rng.random() < 0.06 else found.given,
        "surname": found.family,
        "email_address": found.email.upper() if rng.random() < 0.02 else found.email,
        "mobile": _as_typed(form, found.mobile),
        "ship_to_street": noise.short_street(street) if rng.random() < 0.3 else street,
        "ship_to_city": place.town if place else "",
        "ship_to_postcode": postcode,
        "loyalty_card": found.card,
        "marketing_opt_in": form.says("true", "false", asked=0.85),
        "delivery_texts": form.says("true", "false", asked=0.6, willing=0.95),
        "opt_in_at": _iso(form.answered()),
        "updated_at": _iso(form.updated),
    }


def _as_typed(form: _Form, digits: str) -> str:
    return noise.written_phone(form.rng, digits) if digits.isdigit() else digits


def _support_row(form: _Form) -> Row:
    """Heard on the telephone: one field for the name, whatever number was shown."""
    found, rng = form.reading, form.rng
    name = f"{found.given} {found.family}".strip()
    shape = rng.random()
    if shape < 0.06:
        name = f"{found.family}, {found.given}"
    elif shape < 0.18 and form.person:
        name = f"{form.person.title} {name}"
    return {
        "contact_id": form.external_id,
        "full_name": name,
        "email": found.email,
        "phone": _as_typed(form, found.landline or found.mobile),
        "postcode": found.address.postcode if found.address else "",
        "last_contact": form.updated.strftime("%d/%m/%Y %H:%M"),
    }


def _loyalty_row(form: _Form) -> Row:
    """Cards filled in by hand at the till, keyed in capitals."""
    found, place, rng = form.reading, form.reading.address, form.rng
    phone = found.mobile
    if phone.isdigit() and rng.random() < 0.15:
        phone = phone.removeprefix("0")  # a spreadsheet took it for a number
    return {
        "MEMBER_ID": form.external_id,
        "CARD_NO": found.card,
        "TITLE": form.person.title.upper() if form.person and rng.random() < 0.5 else "",
        "FORENAME": found.given.upper(),
        "SURNAME": found.family.upper(),
        "DOB": found.born.strftime("%d/%m/%Y") if found.born else "",
        "TEL": phone,
        "EMAIL": found.email.upper(),
        "ADDRESS_1": noise.short_street(place.line1).upper() if place else "",
        "TOWN": place.town.upper() if place else "",
        "POSTCODE": place.postcode if place else "",
        "LAST_CHANGED": form.updated.strftime("%d/%m/%Y"),
    }


def _app_row(form: _Form) -> Row:
    """Signed up with an address and little else; times in milliseconds."""
    found, rng = form.reading, form.rng
    given, family = found.given, found.family
    shape = 1.0 if form.person and form.person.story else rng.random()
    if shape < 0.05:
        given, family = "", ""
    elif shape < 0.12:
        family = family[:1]
    return {
        "account_id": form.external_id,
        "login_email": found.email,
        "first": given,
        "last": family,
        "mobile": found.mobile,
        "birthday": found.born.isoformat() if found.born else "",
        "linked_card": found.card,
        "newsletter": form.says("Y", "N", asked=0.8),
        "sms_offers": form.says("Y", "N", asked=0.4, willing=0.4),
        "newsletter_ms": _millis(form.answered()),
        "updated_ms": _millis(form.updated),
    }


writers: dict[str, Callable[[_Form], Row]] = {
    "crm": _crm_row,
    "shop": _shop_row,
    "support": _support_row,
    "loyalty": _loyalty_row,
    "app": _app_row,
}
