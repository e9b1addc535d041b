"""Corrections of the ledger: new entries that name the one they correct. Nothing is edited."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from c360.models import User
from consent.models import LedgerEntry
from consent.stating import ledger

Decision = LedgerEntry.Decision
NO = (Decision.REFUSED, Decision.WITHDRAWN, Decision.OBJECTED)


class Why(models.TextChoices):
    """Why an entry does not stand. Kept in the ledger, so it names nobody."""

    SOMEBODY_ELSE = "somebody_else", _("It was about somebody else")
    MISTAKE = "mistake", _("It was entered by mistake")
    NO_PROOF = "no_proof", _("There is no proof of it")
    WRONG_TEXT = "wrong_text", _("The text shown was not the one named")
    NOT_FREE = "not_free", _("The yes was not given freely")


class CannotCorrect(ValueError):
    """The entry cannot be corrected like this; the message says why."""


def records_of(entry: LedgerEntry) -> list[int]:
    """The records an entry speaks of."""
    return sorted({entry.record_id, *entry.scope_records})


def how(entry: LedgerEntry) -> LedgerEntry.Decision | None:
    """The decision that corrects an entry: a yes is found invalid, a no was not theirs."""
    if entry.decision == Decision.GRANTED:
        return Decision.INVALIDATED
    return Decision.CORRECTED if entry.decision in NO else None


@transaction.atomic
def correct(
    entry: LedgerEntry, *, records: Collection[int], why: str, by: User, at: datetime
) -> list[UUID]:
    """Append one correction for each of these records of an entry; a repeated one adds nothing.

    Raises `CannotCorrect` for entries that say neither yes nor no, and for other records.
    """
    decision = how(entry)
    if decision is None:
        raise CannotCorrect("only a yes or a no can be corrected")
    if not records or not set(records) <= set(records_of(entry)):
        raise CannotCorrect("the entry does not speak of these records")
    if why not in Why.values:
        raise CannotCorrect("a correction needs its reason")
    return ledger.append(
        ledger.NewEntry(
            record_id=record,
            purpose=entry.purpose_id or "",
            channel=entry.channel,
            contact_point=entry.contact_point_id,
            decision=decision,
            corrects=entry,
            stated_at=at,
            method=entry.Method.FORM,
            actor_type=entry.ActorType.SYSTEM,
            actor=by,
            body={"why": why},
        )
        for record in sorted(records)
    )
