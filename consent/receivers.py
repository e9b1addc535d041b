"""What consent does when records change: their statements enter the ledger."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.signals import post_save
from django.dispatch import receiver

from consent import contact_points
from consent.contact_points import Value, values_of
from consent.models import ConsentEvidence, LedgerEntry, PolicyVersion, Purpose
from consent.permitting import projection
from consent.permitting.facts import KIND_OF
from consent.policies import policy_named
from consent.stating import proof
from consent.stating.ledger import NewEntry
from consent.stating.proof import Evidence
from matching.signals import clusters_settled
from profiles.mappings.records import ConsentStatement
from profiles.models import RecordVersion
from profiles.signals import RecordChange, records_changed

Decision, Precision = LedgerEntry.Decision, LedgerEntry.Precision
Version = tuple[int, str]  # a record and the hash of one of its payloads


@receiver(records_changed)
def append_statements(sender: Any, changes: Sequence[RecordChange], **kwargs: Any) -> None:
    """Append what the rows state, in the transaction that stored them.

    Rows older than the current version count too: a statement is a fact at its own time. Where
    the source does not say when, that is the time of the row.
    """
    stating = [change for change in changes if change.consent]
    late = _times_of_late_rows([change for change in stating if not change.is_current])
    points = contact_points.find_or_make(
        {value for change in stating for value in _spoken_of(change)}
    )
    texts = _texts_of(stating)
    proof.append_with_evidence(
        [
            (replace(entry, **texts.get(statement.policy, {})), _evidence(change, statement))
            for change in stating
            for entry, statement in _entries(change, _time_of_row(change, late), points)
        ]
    )
    projection.spread_refusals(_refused_by_late_rows(stating))
    projection.take_note(
        {
            change.record.pk: contact_points.values_of(change.attributes)
            for change in changes
            if change.is_current
        }
    )


def _entries(
    change: RecordChange, time_of_row: datetime, points: Mapping[Value, UUID]
) -> Iterator[tuple[NewEntry, ConsentStatement]]:
    """One entry for each contact point the row has for the channel; else one without."""
    for statement in change.consent:
        for point in _points(change, statement.channel):
            entry = NewEntry(
                record_id=change.record.pk,
                purpose=statement.purpose,
                channel=statement.channel,
                decision=Decision.GRANTED if statement.granted else Decision.REFUSED,
                stated_at=statement.stated_at or time_of_row,
                precision=_precision(statement),
                contact_point=points[point] if point else None,
            )
            yield entry, statement


def _texts_of(stating: Sequence[RecordChange]) -> dict[str, dict[str, Any]]:
    """What an entry says of the text people were shown, by its name. A query for each name.

    A name nobody published a text under says nothing; imports refuse it before they begin.
    """
    names = {said.policy for change in stating for said in change.consent if said.policy}
    found = {name: policy_named(name) for name in names}
    return {
        name: {
            "policy_version": text,
            "jurisdiction": text.jurisdiction,
            "language": text.language,
        }
        for name, text in found.items()
        if text
    }


def _evidence(change: RecordChange, statement: ConsentStatement) -> Evidence:
    """The columns the statement was read from, and no others; else what was told instead."""
    told = {
        "purpose": statement.purpose,
        "channel": statement.channel,
        "granted": statement.granted,
    }
    row = {"cells": dict(statement.cells)} if statement.cells else {"told": told}
    return Evidence(ConsentEvidence.Kind.ROW, {**row, "row": change.received_payload_hash})


def _precision(statement: ConsentStatement) -> LedgerEntry.Precision:
    if statement.stated_at is None:
        return Precision.UNDATED
    return Precision.DAY if statement.is_day else Precision.EXACT


def _points(change: RecordChange, channel: str) -> Sequence[Value | None]:
    kind = KIND_OF.get(channel.strip().lower())
    return [each for each in values_of(change.read) if each.kind == kind] or [None]


def _spoken_of(change: RecordChange) -> Iterator[Value]:
    for statement in change.consent:
        yield from (point for point in _points(change, statement.channel) if point)


def _refused_by_late_rows(stating: Sequence[RecordChange]) -> set[Value]:
    """Values of older rows, which their records may no longer have and others may."""
    return {
        point
        for change in stating
        if not change.is_current
        for statement in change.consent
        if not statement.granted
        for point in _points(change, statement.channel)
        if point
    }


def _time_of_row(change: RecordChange, late: dict[Version, datetime]) -> datetime:
    """When its source wrote the row, else when it came."""
    record = change.record
    written = late.get((record.pk, change.received_payload_hash))
    return written or record.source_updated_at or record.received_at


def _times_of_late_rows(changes: Sequence[RecordChange]) -> dict[Version, datetime]:
    """When each row was written; its record only knows the time of a newer one. One query."""
    if not changes:
        return {}
    versions = RecordVersion.objects.filter(
        record__in={change.record.pk for change in changes},
        content_hash__in={change.received_payload_hash for change in changes},
    ).exclude(source_updated_at=None)
    fields = ("record_id", "content_hash", "source_updated_at")
    return {
        (record, content_hash): written
        for record, content_hash, written in versions.values_list(*fields)
        if written is not None
    }


@receiver(clusters_settled)
def follow_clusters(
    sender: Any, profile_ids: Collection[str], record_ids: Collection[int], **kwargs: Any
) -> None:
    """Bring permissions up to date with who is joined, confirmed and under review."""
    projection.refresh_permissions(profile_ids, record_ids=record_ids)


@receiver(post_save, sender=Purpose)
def follow_purposes(sender: Any, **kwargs: Any) -> None:
    """Purposes decide too: until permissions are worked out again, they are no."""
    projection.purpose_changed()


@receiver(post_save, sender=PolicyVersion)
def follow_texts(sender: Any, instance: PolicyVersion, **kwargs: Any) -> None:
    """A published text may end what was said under an earlier one; a draft changes nothing."""
    if instance.published_at is not None:
        projection.purpose_changed()
