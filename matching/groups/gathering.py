"""Which customers hang together by open questions, and the records to be told apart."""

from dataclasses import dataclass
from typing import NamedTuple

from c360.sql.arrays import key_array
from c360.sql.prepared import ask
from matching.models import ReviewCase
from matching.telling.casefile import name_of, note_records
from profiles.desk.values import phone_text
from profiles.models import SourceRecord

MOST_CUSTOMERS = 12  # there is a letter for each record, and a screen holds so many
MOST_RECORDS = 60


@dataclass(frozen=True, slots=True)
class Row:
    """One record to be put into a group, and the letter of the customer it belongs to now."""

    record: SourceRecord
    profile_id: str
    letter: str
    name: str
    birth_date: str
    emails: list[str]
    phones: list[str]
    address: str
    identifiers: list[str]


@dataclass(frozen=True, slots=True)
class Gathering:
    """Rows by customer, those of the case first; `left_out` customers are beyond the limits."""

    rows: list[Row]
    customers: int
    left_out: int


class Beside(NamedTuple):
    """What else is asked about the two customers of a case.

    `siblings` are other cases between the same two; none where the records are joined, since an
    answer about two of them says nothing of the others. `hanging` is how many customers open
    questions tie to the two directly, themselves included.
    """

    siblings: int
    hanging: int


def beside(case: ReviewCase) -> Beside:
    """Look around a case. One query."""
    own = {case.lo.membership.profile_id, case.hi.membership.profile_id}
    asked = _asked_of(own)
    same_two = sum({*profiles} == own for pk, *profiles in asked if pk != case.pk)
    tied = {profile for _, *profiles in asked for profile in profiles}
    return Beside(same_two if len(own) == 2 else 0, len(own | tied))


def _tied_to(profiles: set[str]) -> set[str]:
    """Customers with an open question about one of these. One query."""
    return {each for _, *ends in _asked_of(profiles) for each in ends} - profiles


# Arrays, so that each end is looked up by its index however many cases wait.
ASKED = """
WITH own AS (
    SELECT array_agg(record_id) AS records FROM profiles_membership
    WHERE profile_id = ANY(%s::varchar[])
)
SELECT c.id, lo.profile_id, hi.profile_id FROM matching_reviewcase c
JOIN profiles_membership lo ON lo.record_id = c.lo_id
JOIN profiles_membership hi ON hi.record_id = c.hi_id
WHERE c.settled_at IS NULL AND (
    c.lo_id = ANY((SELECT records FROM own)::bigint[])
    OR c.hi_id = ANY((SELECT records FROM own)::bigint[])
)
"""


def _asked_of(profiles: set[str]) -> list[tuple[int, str, str]]:
    """Open cases about one of these customers, with both their customers. One query."""
    return [(pk, lo, hi) for pk, lo, hi in ask(ASKED, [key_array(profiles)])]


def gather(case: ReviewCase) -> Gathering:
    """The live records of all customers tied to a case, also through third ones, up to a limit.

    The nearest come first, then by id. A query for each step outwards, and one for the records.
    """
    own = (case.lo.membership.profile_id, case.hi.membership.profile_id)
    ring = found = list(dict.fromkeys(own))
    while ring and len(found) <= MOST_CUSTOMERS:
        ring = sorted(_tied_to(set(found)))
        found = found + ring
    return _gathered(found)


def _gathered(profiles: list[str]) -> Gathering:
    kept = profiles[:MOST_CUSTOMERS]
    records = SourceRecord.objects.live().filter(membership__profile__in=kept)
    of_profile: dict[str, list[SourceRecord]] = {}
    for record in records.select_related("source", "membership").order_by("born_at", "pk"):
        of_profile.setdefault(record.membership.profile_id, []).append(record)
    rows: list[Row] = []
    customers = 0
    for profile in kept:
        own = of_profile.get(profile, [])
        if customers > 1 and len(rows) + len(own) > MOST_RECORDS:
            break
        rows += [_row(record, letter_of(customers)) for record in own]
        customers += 1
    note_records(*(row.record for row in rows))
    return Gathering(rows, customers, len(profiles) - customers)


def letter_of(number: int) -> str:
    """A, B, … Z, then AA, AB, …"""
    head, tail = divmod(number, 26)
    return (letter_of(head - 1) if head else "") + chr(ord("A") + tail)


def _row(record: SourceRecord, letter: str) -> Row:
    said = record.attributes
    address = said.get("address", {})
    return Row(
        record=record,
        profile_id=record.membership.profile_id,
        letter=letter,
        name=name_of(record),
        birth_date=said.get("birth_date", ""),
        emails=list(said.get("email", [])),
        phones=[phone_text(number) for number in said.get("phone", [])],
        address=", ".join(
            address[part] for part in ("line1", "postal_code", "city") if address.get(part)
        ),
        identifiers=[
            f"{namespace} {value}"
            for namespace, values in sorted(said.get("identifiers", {}).items())
            for value in values
        ],
    )
