"""What a customer tells an agent: a yes to one contact point, a no to one or to everything.

A yes belongs to the record whose contact point it is about, so that a split takes it along. A
no that is not about one contact point is kept for every record joined at that moment.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from c360.models import User
from consent import contact_points
from consent.contact_points import Value, values_of
from consent.contact_table import hint_of
from consent.models import ConsentEvidence, LedgerEntry, PolicyVersion, Purpose
from consent.permitting.facts import KIND_OF
from consent.stating import ledger, proof
from profiles.locking import lock_components
from profiles.models import Membership, Profile, SourceRecord

Decision, Scope = LedgerEntry.Decision, LedgerEntry.Scope


class Said(StrEnum):
    """What the customer said."""

    YES = "granted"
    NO = "refused"
    TAKEN_BACK = "withdrawn"
    OBJECTED = "objected"


class NotAsShown(Exception):
    """Records were joined or split since the form was opened; nothing was recorded."""


@dataclass(frozen=True)
class Place:
    """A contact point of one record: where a yes belongs."""

    record: SourceRecord
    value: Value

    @property
    def key(self) -> str:
        """Names it in a form without telling it."""
        return f"{self.record.pk}-{contact_points.digest(self.value).hex()[:16]}"

    @property
    def label(self) -> str:
        source, number = self.record.source.name, self.record.external_id
        told = _("%(value)s of %(source)s %(number)s")
        return told % {"value": hint_of(self.value), "source": source, "number": number}

    def is_for(self, channel: str) -> bool:
        """Whether messages of that channel go there."""
        return KIND_OF.get(channel) == self.value.kind


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement as it was told. `place` is `None` where it is about all of a customer."""

    purpose: Purpose
    channel: str
    said: Said
    place: Place | None
    text: PolicyVersion | None
    at: datetime


def places_of(records: Iterable[SourceRecord]) -> list[Place]:
    """Every contact point of every record, in the order of the records."""
    return [
        Place(record, value) for record in records for value in values_of(record.attributes)
    ]


def fingerprint(records: Iterable[SourceRecord]) -> str:
    """Tells whether the joined records are those that a form showed."""
    told = ",".join(map(str, sorted(record.pk for record in records)))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@transaction.atomic
def record_statement(
    profile: Profile, statement: Statement, *, told_to: User, seen: str
) -> UUID | None:
    """Append what a customer said; `None` where the very same was recorded before.

    `seen` is the fingerprint of the records the agent looked at; raises `NotAsShown` where
    others are joined now. Memberships stand still meanwhile.
    """
    members = Membership.objects.filter(profile=profile).values_list("record_id", flat=True)
    lock_components(list(members))
    records = list(
        SourceRecord.objects.live().filter(membership__profile=profile).order_by("pk")
    )
    if fingerprint(records) != seen:
        raise NotAsShown(f"the records of {profile.pk} have changed")
    entry = _entry(statement, records, told_to)
    added = proof.append_with_evidence([(entry, _evidence(statement, records))])
    return added[0] if added else None


def _entry(
    statement: Statement, records: Sequence[SourceRecord], told_to: User
) -> ledger.NewEntry:
    text = statement.text if statement.said == Said.YES else None
    return ledger.NewEntry(
        record_id=statement.place.record.pk if statement.place else records[0].pk,
        contact_point=_point(statement.place) if statement.place else None,
        purpose=statement.purpose.key,
        channel="" if statement.said == Said.OBJECTED else statement.channel,
        decision=statement.said,
        scope=_scope(statement, records),
        scope_records=_snapshot(statement, records),
        policy_version=text,
        jurisdiction=text.jurisdiction if text else "",
        language=text.language if text else "",
        stated_at=statement.at,
        method=LedgerEntry.Method.AGENT,
        actor_type=LedgerEntry.ActorType.AGENT,
        actor=told_to,
    )


def _evidence(statement: Statement, records: Sequence[SourceRecord]) -> proof.Evidence:
    """What the agent had before them: the text and the records, as they were."""
    text = statement.text
    script = {"name": str(text), "sha256": text.body_sha256, "read_out": True} if text else None
    payload = {
        "opened_at": statement.at.isoformat(),
        "purpose": statement.purpose.key,
        "channel": statement.channel,
        "said": str(statement.said),
        "contact_point": statement.place.value.plain if statement.place else None,
        "records": [record.pk for record in records],
        "script": script if statement.said == Said.YES else None,
    }
    return proof.Evidence(ConsentEvidence.Kind.SCRIPT, payload)


def _scope(statement: Statement, records: Sequence[SourceRecord]) -> LedgerEntry.Scope:
    if statement.place:
        return Scope.CONTACT_POINT
    return Scope.SNAPSHOT if len(records) > 1 else Scope.RECORD


def _point(place: Place) -> UUID:
    return contact_points.find_or_make([place.value])[place.value]


def _snapshot(statement: Statement, records: Sequence[SourceRecord]) -> tuple[int, ...]:
    is_snapshot = _scope(statement, records) == Scope.SNAPSHOT
    return tuple(record.pk for record in records) if is_snapshot else ()
