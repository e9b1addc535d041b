"""May we contact this customer? The one place that answers; everything else asks here."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone

from c360.sql.prepared import ask
from consent.permitting.evidence import customers_of, rules_now
from consent.permitting.facts import Answer, Reason, summed_up
from consent.permitting.fold import effective
from consent.permitting.rows import answer_of
from profiles.models import Membership, Profile

__all__ = ["Answer", "Asked", "may_contact", "may_contact_each", "may_contact_many"]

MOST = 10_000
# Ids of profiles that were joined into others lead to those. What a profile has is only looked
# at where nothing is stored about it.
ASK = """
SELECT asked.place, purpose.mode, purpose.is_retired, state.is_stale,
    found.contact_point_id, found.allowed, found.reason, found.since, found.record_id,
    found.entry_id, found.records_disagree, found.valid_until, found.changes_at,
    CASE WHEN found.profile_id IS NULL THEN (
        SELECT CASE
            WHEN bool_or(CASE asked.channel
                WHEN 'email' THEN jsonb_array_length(coalesce(r.attributes->'email', '[]')) > 0
                WHEN 'post' THEN r.attributes #>> '{address,line1}' <> ''
                    AND r.attributes #>> '{address,postal_code}' <> ''
                ELSE jsonb_array_length(coalesce(r.attributes->'phone', '[]')) > 0 END)
            THEN 'reachable' ELSE 'unreachable' END
        FROM profiles_membership m JOIN profiles_sourcerecord r ON r.id = m.record_id
        WHERE m.profile_id = now.profile_id AND r.deleted_at IS NULL AND r.erased_at IS NULL
        HAVING count(*) > 0
    ) END
FROM unnest(%s::varchar[], %s::varchar[], %s::varchar[])
    WITH ORDINALITY AS asked (profile_id, purpose_id, channel, place)
LEFT JOIN profiles_profile born ON born.id = asked.profile_id
LEFT JOIN profiles_membership now ON now.record_id = born.birth_record_id
LEFT JOIN consent_purpose purpose ON purpose.key = asked.purpose_id
LEFT JOIN consent_permissionstate state ON state.profile_id = now.profile_id
LEFT JOIN consent_effectivepermission found ON found.profile_id = now.profile_id
    AND found.purpose_id = asked.purpose_id AND found.channel = asked.channel
"""


class Asked(NamedTuple):
    """One question: the id of a profile, the key of a purpose, a channel."""

    profile: str
    purpose: str
    channel: str


def may_contact(
    profile: Profile | str, purpose: str, channel: str, *, at: datetime | None = None
) -> Answer:
    """Answer for one purpose and channel, now or at another moment.

    Now is one indexed query on what is stored. For another moment the statements are folded:
    those known today that had begun by then, while records, contact points and purposes are
    those of today. An unknown profile, purpose or channel is a no.
    """
    profile_id = profile if isinstance(profile, str) else profile.pk
    if at is not None:
        return _folded(profile_id, purpose, channel, at)
    return may_contact_many([Asked(profile_id, purpose, channel)])[0]


def may_contact_many(asked: Sequence[Asked]) -> list[Answer]:
    """Answers in the order of the questions, in one query. Raises `ValueError` past 10,000."""
    return [answer for answer, _points in may_contact_each(asked)]


def may_contact_each(asked: Sequence[Asked]) -> list[tuple[Answer, dict[UUID, Answer]]]:
    """The same, with the answers for the single contact points something is stored about."""
    if len(asked) > MOST:
        raise ValueError(f"at most {MOST:,} questions at once, not {len(asked):,}")
    if not asked:
        return []
    now = timezone.now()
    rows = ask(ASK, [list(column) for column in zip(*asked, strict=True)], about=len(asked))
    found: list[list[Any]] = [[] for _ in asked]
    for place, *row in rows:
        found[place - 1].append(row)
    return [(_answer(rows_of_one, now), _points(rows_of_one, now)) for rows_of_one in found]


def _points(rows: Sequence[Sequence[Any]], now: datetime) -> dict[UUID, Answer]:
    return dict(_now(row[3:12], now) for row in rows if row[3] is not None)


def _answer(rows: Sequence[Sequence[Any]], now: datetime) -> Answer:
    """From the rows of one question, which are one at least."""
    mode, is_retired, is_stale, point, *_, has = rows[0]
    if is_retired:
        return Answer(allowed=False, reason=Reason.PURPOSE_RETIRED)
    if is_stale:
        return Answer(allowed=False, reason=Reason.STALE_PROJECTION)
    if point is not None:
        return summed_up(_now(row[3:12], now) for row in rows) or _no(Reason.NO_GRANT)
    if mode is None:
        return _no(Reason.NO_GRANT)
    if has is None:
        return _no(Reason.ERASED)
    if has == "unreachable":
        return _no(Reason.NO_CONTACT_POINT)
    return _unspoken(mode) if is_stale is None else _no(Reason.NO_GRANT)


def _no(reason: Reason) -> Answer:
    return Answer(allowed=False, reason=reason)


def _unspoken(mode: str) -> Answer:
    """What the purpose alone says of a customer about whom nobody said anything."""
    if mode == "necessary":
        return Answer(allowed=True, reason=Reason.NECESSARY)
    if mode == "opt_out":
        return Answer(allowed=True, reason=Reason.IMPLICIT_BASIS)
    return _no(Reason.NO_GRANT)


def _now(row: Sequence[Any], now: datetime) -> tuple[Any, Answer]:
    """A stored answer as it stands at this moment: what has run out is no longer a yes."""
    stored = answer_of(*row)
    until = stored.valid_until
    if stored.allowed and until is not None and until <= now:
        stored = replace(
            stored, allowed=False, reason=Reason.EXPIRED, since=until, valid_until=None
        )
    return row[0], stored


def _folded(profile_id: str, purpose: str, channel: str, at: datetime) -> Answer:
    rules = rules_now()
    current = Membership.objects.filter(record__birth_profile=profile_id).values_list(
        "profile_id", flat=True
    )
    customers: Iterable[Any] = customers_of(list(current)).values()
    for customer in customers:
        if any(customer.joined.values()):
            return effective(customer, purpose=purpose, channel=channel, at=at, rules=rules)
    return _no(Reason.ERASED)
