"""The history of one profile: what joined and split it, what people said, newest first."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from c360.models import User
from c360.showing import note_access
from matching.models import Decision, Hold, MergeEvent
from matching.second_person.proposals import proposers_of
from matching.standing import standing
from matching.telling.casefile import name_of
from matching.telling.evidence import levels_in_words
from profiles.desk.values import label
from profiles.models import Override, Profile, SourceRecord
from profiles.survivorship.overrides import last_day

PAGE = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history. `action` is set where a person can take it back."""

    at: datetime
    icon: str
    title: str
    who: User | None
    records: list[SourceRecord] = field(default_factory=list)
    why: list[str] = field(default_factory=list)
    reason: str = ""
    model_version: str = ""
    other_profile: str = ""
    action: UUID | None = None
    proposed_by: User | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Up to `PAGE` entries; `older` is the time to ask for the next ones, or empty."""

    entries: list[Entry]
    older: str

    @property
    def older_query(self) -> str:
        return urlencode({"before": self.older})


def history_of(profile: Profile, *, before: datetime | None = None) -> Page:
    """Receipts and decisions of a profile and of those joined into it. Ten queries."""
    members = set(profile.memberships.values_list("record_id", flat=True))
    receipts = _receipts(profile, members, before)
    said = _silent_decisions(members, before)
    words = _words_of(receipts)
    actions = [*words, *(row.action for row in said)]
    undoable = set(standing().filter(action__in=actions).values_list("action", flat=True))
    locks = _locks(members, before)
    records, proposers = _records(said, receipts), proposers_of(actions)
    entries = [
        _of_receipt(row, profile, records, undoable, words, proposers) for row in receipts
    ]
    entries += [_of_decision(row, records, undoable) for row in said]
    entries += [_of_lock(row) for row in locks]
    entries += _of_overrides(members, before)
    entries.sort(key=lambda entry: entry.at, reverse=True)
    older = entries[PAGE - 1].at.isoformat() if len(entries) > PAGE else ""
    return Page(entries[:PAGE], older)


def _receipts(
    profile: Profile, members: Collection[int], before: datetime | None
) -> list[MergeEvent]:
    births = Profile.objects.filter(birth_record__in=members).values_list("pk", flat=True)
    ids = {profile.pk, *births}
    rows = MergeEvent.objects.filter(Q(to_profile__in=ids) | Q(from_profile__in=ids))
    if before is not None:
        rows = rows.filter(happened_at__lt=before)
    return list(rows.select_related("actor").order_by("-happened_at", "-pk")[: PAGE + 1])


def _silent_decisions(members: Collection[int], before: datetime | None) -> list[Decision]:
    """One row for each action of people that moved nothing and so left no receipt."""
    moved = MergeEvent.objects.filter(action=OuterRef("action"))
    rows = Decision.objects.filter(Q(lo__in=members) | Q(hi__in=members)).exclude(Exists(moved))
    if before is not None:
        rows = rows.filter(decided_at__lt=before)
    first = rows.order_by("action", "pk").distinct("action").values("pk")
    newest = Decision.objects.filter(pk__in=first).order_by("-decided_at", "-pk")
    return list(newest.select_related("decided_by")[: PAGE + 1])


def _locks(members: Collection[int], before: datetime | None) -> list[Hold]:
    """One row for each time people locked some of these records or took a lock off."""
    rows = Hold.objects.filter(record__in=members)
    if before is not None:
        rows = rows.filter(decided_at__lt=before)
    first = rows.order_by("action", "pk").distinct("action").values("pk")
    newest = Hold.objects.filter(pk__in=first).order_by("-decided_at", "-pk")
    return list(newest.select_related("decided_by", "superseded_by")[: PAGE + 1])


def _words_of(receipts: Iterable[MergeEvent]) -> dict[UUID, Decision]:
    """The decision behind each receipt that a person caused, by action."""
    actions = {row.action for row in receipts if row.action}
    rows = Decision.objects.filter(action__in=actions).order_by("action", "pk")
    return {row.action: row for row in rows.distinct("action")}


def _records(
    said: Iterable[Decision], receipts: Iterable[MergeEvent]
) -> dict[int, SourceRecord]:
    """Every record the entries name, with its source."""
    ids = {pk for row in said for pk in (row.lo_id, row.hi_id)}
    for receipt in receipts:
        ids.update(receipt.records)
        ids.update(pk for pair in _pairs(receipt.evidence) for pk in pair)
    note_access(records=sorted(ids))
    return SourceRecord.objects.select_related("source").in_bulk(ids)


def _pairs(evidence: Mapping[str, Any]) -> list[tuple[int, int]]:
    links = [(link["lo"], link["hi"]) for link in evidence.get("links", ())]
    return [*links, *((lo, hi) for lo, hi in evidence.get("same", ()))]


def _of_receipt(
    row: MergeEvent,
    profile: Profile,
    records: Mapping[int, SourceRecord],
    standing: Collection[UUID],
    said: Mapping[UUID, Decision],
    proposers: Mapping[UUID, User],
) -> Entry:
    decision = said.get(row.action) if row.action else None
    is_undo = decision is not None and decision.kind == Decision.Kind.UNDO
    other = row.from_profile_id if row.to_profile_id == profile.pk else row.to_profile_id
    proposed = proposers.get(row.action) if row.action else None
    return Entry(
        at=row.happened_at,
        icon="undo" if is_undo else _ICONS[row.kind],
        title=_undone(row) if is_undo else _title(row),
        who=row.actor,
        records=[records[pk] for pk in row.records if pk in records],
        why=_why(row.evidence, records),
        reason=decision.reason if decision else "",
        model_version=row.model_version_id,
        other_profile=other if other != profile.pk else "",
        action=row.action if row.action in standing else None,
        proposed_by=proposed,
    )


_ICONS = {"join": "merge", "split": "split", "move": "right"}


def _title(row: MergeEvent) -> str:
    number = len(row.records)
    titles = {
        "join": ngettext("%d record joined", "%d records joined", number),
        "split": ngettext("%d record split off", "%d records split off", number),
        "move": ngettext("%d record moved", "%d records moved", number),
    }
    return titles[row.kind] % number


def _undone(row: MergeEvent) -> str:
    number = len(row.records)
    return (
        ngettext("Undone: %d record went back", "Undone: %d records went back", number) % number
    )


def _of_decision(
    row: Decision, records: Mapping[int, SourceRecord], standing: Collection[UUID]
) -> Entry:
    """A word that moved nothing, such as "not the same" of two customers."""
    titles = {
        Decision.Verdict.SAME: _("Marked as the same person"),
        Decision.Verdict.DIFFERENT: _("Marked as not the same person"),
    }
    title = titles.get(Decision.Verdict(row.verdict), _("Decision withdrawn"))
    is_undo = row.kind == Decision.Kind.UNDO
    return Entry(
        at=row.decided_at,
        icon="undo" if is_undo else "note",
        title=_("Undone: an earlier decision") if is_undo else title,
        who=row.decided_by,
        records=[records[pk] for pk in (row.lo_id, row.hi_id) if pk in records],
        reason=row.reason,
        action=row.action if row.action in standing else None,
    )


def _of_lock(row: Hold) -> Entry:
    """That the customer was locked, or is not any more."""
    titles = {
        Hold.Kind.LOCK: _("Locked as it is"),
        Hold.Kind.UNLOCK: _("Lock taken off"),
        Hold.Kind.UNDO: _("Undone: locked again") if row.lock else _("Undone: not locked"),
    }
    return Entry(
        at=row.decided_at,
        icon="undo" if row.kind == Hold.Kind.UNDO else "shield",
        title=titles[Hold.Kind(row.kind)],
        who=row.decided_by,
        reason=row.reason,
        action=row.action if row.stands else None,
    )


def _of_overrides(members: Collection[int], before: datetime | None) -> list[Entry]:
    """That stewards chose what is shown, and took it back; the end by time is in the first."""
    rows = Override.objects.filter(record__in=members).select_related(
        "said_by", "ended_by", "record__source"
    )
    if before is not None:
        rows = rows.filter(Q(said_at__lt=before) | Q(ended_at__lt=before))
    newest = rows.order_by(Greatest("said_at", "ended_at").desc(), "-pk")[: PAGE + 1]
    note_access(records=[row.record_id for row in newest])
    entries = [each for row in newest for each in _of_override(row)]
    return [each for each in entries if before is None or each.at < before]


def _of_override(row: Override) -> Iterator[Entry]:
    words = {
        "name": label(row.attribute),
        "day": date_format(last_day(row), "SHORT_DATE_FORMAT"),
    }
    yield Entry(
        at=row.said_at,
        icon="note",
        title=_("%(name)s: a value chosen to be shown until %(day)s") % words,
        who=row.said_by,
        records=[row.record],
        reason=row.reason,
    )
    if row.ended_at and row.end == Override.End.TAKEN_BACK:
        yield Entry(
            at=row.ended_at,
            icon="undo",
            title=_("%(name)s: the choice was taken back") % words,
            who=row.ended_by,
            records=[row.record],
        )


def _why(evidence: Mapping[str, Any], records: Mapping[int, SourceRecord]) -> list[str]:
    """The strongest evidence of a receipt in words: who was tied to whom, by what."""
    words = [
        _("%(pair)s: marked as the same person") % {"pair": _pair_words((lo, hi), records)}
        for lo, hi in evidence.get("same", ())
    ]
    words += [
        _("%(pair)s: %(found)s")
        % {
            "pair": _pair_words((link["lo"], link["hi"]), records),
            "found": levels_in_words(link["levels"], link["bits"]),
        }
        for link in evidence.get("links", ())
    ]
    return words


def _pair_words(pair: tuple[int, int], records: Mapping[int, SourceRecord]) -> str:
    names = [_with_source(records[pk]) for pk in pair if pk in records]
    return " + ".join(names)


def _with_source(record: SourceRecord) -> str:
    return f"{name_of(record)} ({record.source.name})"
