"""What a person stated, how the records came together, and who looked at them."""

from django.db.models import Q

from c360.roles import role_words
from c360.sentences import in_words
from c360.showing import Action
from consent.access.episodes import trail_of
from consent.access.filter import shown_to
from consent.access.log import COMMAND
from consent.access.report import page_words
from consent.models import AccessEntry, LedgerEntry
from consent.own_data.person import Coded, Person, Row, by
from consent.stating.proof import EvidenceAltered, EvidenceGone, evidence_of
from matching.models import MergeEvent
from profiles.models import Profile


def statements(person: Person) -> list[Row]:
    """Statements of consent on the records, and those said of them while joined with others."""
    ids = list(person.records)
    rows = LedgerEntry.objects.filter(Q(record__in=ids) | Q(scope_records__overlap=ids))
    found = rows.select_related("purpose", "policy_version").prefetch_related("actor__groups")
    return [_statement(person, entry) for entry in found.order_by("stated_at", "pk")]


def _statement(person: Person, entry: LedgerEntry) -> Row:
    return {
        "records": person.named([entry.record_id, *entry.scope_records]),
        "decision": Coded(entry.decision, entry.get_decision_display()),
        "purpose": entry.purpose.name if entry.purpose else "",
        "channel": Coded(entry.channel, entry.get_channel_display()),
        "at": entry.stated_at,
        "recorded_at": entry.recorded_at,
        "until": entry.valid_until,
        "how": Coded(entry.method, entry.get_method_display()),
        "by": by(entry.actor),
        "text_shown": entry.policy_version.body if entry.policy_version else "",
        "evidence": _evidence(entry) if entry.record_id in person.records else None,
    }


def _evidence(entry: LedgerEntry) -> object:
    try:
        found = evidence_of(entry)
    except (EvidenceGone, EvidenceAltered):
        return None
    return found.payload if found else None


def joins(person: Person) -> list[Row]:
    """When records of the person were joined or split, and whether by a person or by rules."""
    ids = list(person.records)
    births = Profile.objects.filter(birth_record__in=ids).values("pk")
    rows = MergeEvent.objects.filter(Q(to_profile__in=births) | Q(from_profile__in=births))
    found = rows.filter(records__overlap=ids).prefetch_related("actor__groups")
    return [
        {
            "records": person.named(row.records),
            "kind": Coded(row.kind, row.get_kind_display()),
            "by": by(row.actor),
            "model": row.model_version_id,
            "at": row.happened_at,
        }
        for row in found.order_by("happened_at", "pk")
    ]


def readers(person: Person) -> list[Row]:
    """Who looked at the person, when and why: by role, from the access log."""
    entries = AccessEntry.objects.filter(shown_to(trail_of(person.profile.pk)))
    return [
        _reader(entry) for entry in entries.select_related("source").order_by("chain", "seq")
    ]


def _reader(entry: AccessEntry) -> Row:
    roles = entry.roles.split(", ") if entry.roles else []
    is_command = entry.roles == COMMAND  # its reason names the account it ran under
    is_alone = len(entry.profiles) == 1 and not is_command
    return {
        "at": entry.at,
        "by": [Coded(name, role_words(name)) for name in roles],
        "source": entry.source.name if entry.source else "",
        "action": Coded(entry.action, Action(entry.action).label),
        "page": Coded(entry.view, page_words(entry.view)),
        "fields": entry.fields if is_alone else [],
        "reason": Coded(entry.reason, in_words(entry.reason)) if is_alone else "",
    }
