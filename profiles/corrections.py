"""Corrections people propose: facts beside a record that change neither it nor any customer.

A new value is read by the functions that read the rows of sources, so what is stored here is
what the source would have sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import User
from c360.sentences import in_words
from profiles.access import STEWARD
from profiles.announcing import announce_customers, announce_records
from profiles.ingest.payload import as_json
from profiles.keyed import keyed_digest
from profiles.locking import ComponentsKeepMoving, lock_components
from profiles.mappings.columns import RowError
from profiles.mappings.records import ADDRESS_PARTS, MappingError, RecordMapping
from profiles.models import CorrectionProposal, Membership, Profile, SourceRecord
from profiles.signals import RecordChange, records_changed

HASHED = "value that a correction objects to"


class CorrectionRefused(Exception):
    """Nothing was stored; the message is a sentence for the person who proposed."""


def cells_of(attribute: str) -> list[str]:
    """The cells a new value is typed into: one, or the parts of an address."""
    if attribute == "address":
        return [f"address.{part}" for part in ADDRESS_PARTS]
    return [attribute]


def read_value(attribute: str, typed: Mapping[str, str], *, region: str) -> dict[str, Any]:
    """Attributes as ingest would read them from what was typed, by cell; empty for nothing.

    Raises `CorrectionRefused` for what ingest would leave out: a placeholder, a broken date.
    """
    row = {cell: typed.get(cell, "").strip() for cell in cells_of(attribute)}
    if not any(row.values()):
        return {}
    try:
        spec = {"key": "key", "region": region, "attributes": {cell: cell for cell in row}}
        read = RecordMapping.parse(spec).read({"key": "-", **row}).attributes
    except RowError as error:
        raise CorrectionRefused(
            _("This cannot be read: %s.") % in_words(error.reason)
        ) from error
    except MappingError as error:
        raise CorrectionRefused(_("Values of this kind cannot be corrected.")) from error
    if not read:
        raise CorrectionRefused(_("This is no value that could be kept."))
    return read


def region_of(record: SourceRecord) -> str:
    """Where numbers without a country code of a record's source belong."""
    return record.source.region or settings.C360_DEFAULT_REGION


def value_hash(attribute: str, golden: Mapping[str, Any]) -> str:
    """Knows a golden value again without keeping it."""
    told = f"{attribute}\n{as_json(golden.get('value'))}"
    return keyed_digest(HASHED, told).hex()


@transaction.atomic
def propose_correction(
    profile: Profile, attribute: str, *, form: UUID, seen: str, proposed_by: User, **facts: Any
) -> CorrectionProposal:
    """Store a proposal on the record whose value a customer shows; nothing else changes.

    The same `form` sent again returns what it stored. `seen` is the hash of the value the
    person looked at; raises `CorrectionRefused` once another one is shown.
    """
    known = CorrectionProposal.objects.filter(pk=form, proposed_by=proposed_by).first()
    if known is not None:
        return known
    golden = _locked(profile).golden.get(attribute, {})
    is_taken = CorrectionProposal.objects.filter(pk=form).exists()
    if is_taken or not golden.get("record") or seen != value_hash(attribute, golden):
        raise CorrectionRefused(_("This value changed while you looked. Nothing was saved."))
    announce_customers([profile.pk])
    return CorrectionProposal.objects.create(
        id=form,
        record_id=golden["record"],
        attribute=attribute,
        old_hash=seen,
        proposed_by=proposed_by,
        **facts,
    )


def _locked(profile: Profile) -> Profile:
    """The profile as it is once its records can no longer be joined or split."""
    members = Membership.objects.filter(profile=profile).values_list("record_id", flat=True)
    try:
        lock_components(list(members))
    except ComponentsKeepMoving as error:
        raise CorrectionRefused(_("New data is changing this customer. Try again.")) from error
    return Profile.objects.get(pk=profile.pk)


def may_withdraw(user: User, proposal: CorrectionProposal) -> bool:
    """Its author and every steward may."""
    return proposal.proposed_by_id == user.pk or user.has_perm(STEWARD)


@transaction.atomic
def withdraw(proposal: CorrectionProposal, *, by: User) -> None:
    """Take a proposal back; one that is taken back already stays as it is."""
    if not may_withdraw(by, proposal):
        raise PermissionDenied
    CorrectionProposal.objects.filter(
        pk=proposal.pk, state=CorrectionProposal.State.PROPOSED
    ).update(
        state=CorrectionProposal.State.WITHDRAWN, withdrawn_by=by, withdrawn_at=timezone.now()
    )
    announce_records([proposal.record_id])


@receiver(records_changed)
def forget_with_the_record(sender: Any, changes: Sequence[RecordChange], **kwargs: Any) -> None:
    """What was proposed for a record goes with it when its source deletes it."""
    gone = [change.record.pk for change in changes if not change.record.is_live]
    if gone:
        CorrectionProposal.objects.filter(record__in=gone).delete()
