"""From statements to answers: the rule of consent. Pure, and without any order of arrival.

Grants travel narrow: a yes opens the one contact point it names, held by a joined record, for
its own purpose and channel. Refusals travel wide: a no binds its contact point wherever it is,
and every contact point of the profile that its record belongs to, or may belong to. A later yes
lifts a no only within one record, on one contact point, or between records that a person said
are one human being. What nobody stated is a no.
"""

from calendar import monthrange
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from consent.permitting.facts import (
    CHANNELS_OF,
    KIND_OF,
    REFUSALS,
    Answer,
    Customer,
    Held,
    PurposeRule,
    Reason,
    Rules,
    Statement,
    summed_up,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A refusal as one record means it; one over several records is a word of each of them."""

    said: Statement
    record: int
    is_joined: bool
    is_about_point: bool

    @property
    def is_hidden(self) -> bool:
        """It binds through a possible match alone, so it must not be told."""
        return not self.is_joined and not self.is_about_point


@dataclass(frozen=True, slots=True)
class Grant:
    """A yes to a contact point; `flaw` says why it no longer counts."""

    said: Statement
    until: datetime | None
    flaw: Reason | None


@dataclass(frozen=True, slots=True)
class Question:
    """May we use this contact point of this customer for a purpose, on a channel, at a time?"""

    customer: Customer
    point: UUID
    held: Held
    purpose: PurposeRule
    channel: str
    at: datetime
    rules: Rules


def effective(
    customer: Customer, *, purpose: str, channel: str, at: datetime, rules: Rules
) -> Answer:
    """The answer for a customer at a moment: allowed if any of its contact points is.

    An unknown purpose or channel is a no. The result does not depend on any order.
    """
    rule = rules.purposes.get(purpose)
    if rule is None:
        return Answer(allowed=False, reason=Reason.NO_GRANT)
    if rule.is_retired:
        return Answer(allowed=False, reason=Reason.PURPOSE_RETIRED)
    points = {
        point: held
        for point, held in customer.held.items()
        if held.kind == KIND_OF.get(channel)
    }
    asked = (
        (point, answer(Question(customer, point, held, rule, channel, at, rules)))
        for point, held in points.items()
    )
    return summed_up(asked) or Answer(allowed=False, reason=Reason.NO_CONTACT_POINT)


def permissions(
    customer: Customer, *, at: datetime, rules: Rules
) -> Iterator[tuple[str, str, UUID, Answer]]:
    """Purpose, channel, contact point and answer, where there is more to say than nothing."""
    for point, held in customer.held.items():
        for channel in CHANNELS_OF[held.kind]:
            for purpose in rules.purposes.values():
                if purpose.mode == "opt_in" and not _is_spoken_of(customer, purpose, channel):
                    continue
                asked = Question(customer, point, held, purpose, channel, at, rules)
                found = answer(asked)
                if found.reason != Reason.NO_GRANT or found.changes_at is not None:
                    yield purpose.key, channel, point, found


def _is_spoken_of(customer: Customer, purpose: PurposeRule, channel: str) -> bool:
    return any(each.concerns(purpose.key, channel) for each in customer.statements)


def answer(asked: Question) -> Answer:
    """The answer for one contact point."""
    if asked.purpose.is_retired:
        return Answer(allowed=False, reason=Reason.PURPOSE_RETIRED, points=(asked.point,))
    if asked.purpose.mode == "necessary":
        return Answer(
            True, Reason.NECESSARY, record=min(asked.held.records), points=(asked.point,)
        )
    said = [
        each
        for each in asked.customer.statements
        if each.concerns(asked.purpose.key, asked.channel)
    ]
    words = list(words_against(asked, said))
    grants = list(grants_for(asked, said))
    standing = [grant for grant in grants if grant.flaw is None]
    opening = [grant for grant in standing if opens(asked.customer, grant, words)]
    if opening:
        found = _allowed(opening)
    elif asked.purpose.mode == "opt_out" and not words:
        found = Answer(True, Reason.IMPLICIT_BASIS, record=min(asked.held.records))
    else:
        found = _refused(asked, said, words, grants)
    return replace(found, changes_at=_changes_at(asked, said, grants), points=(asked.point,))


def words_against(asked: Question, said: Collection[Statement]) -> Iterator[Word]:
    """Every refusal that binds the contact point at that time, as the records mean it."""
    customer = asked.customer
    for each in said:
        if each.decision not in REFUSALS or each.begins > asked.at:
            continue
        is_about_point = each.point == asked.point
        records = {each.record}
        if each.scope == "snapshot":
            records |= set(each.scope_records)
        for record in records:
            is_joined = record in customer.joined
            reaches = each.scope != "contact_point" and (is_joined or record in customer.tied)
            if not (is_about_point or reaches) or _is_corrected(asked, each, record):
                continue
            yield Word(each, record, is_joined, is_about_point)


def _is_corrected(asked: Question, refusal: Statement, record: int) -> bool:
    return any(
        each.decision == "corrected" and each.record == record and each.begins <= asked.at
        for each in asked.customer.annulled.get(refusal.entry, ())
    )


def grants_for(asked: Question, said: Collection[Statement]) -> Iterator[Grant]:
    """Every yes to this very contact point of a live joined record that has it itself.

    A yes to an address its record no longer has would otherwise open it for somebody else.
    """
    for each in said:
        if (
            each.decision == "granted"
            and each.point == asked.point
            and each.purpose == asked.purpose.key
            and each.channel == asked.channel
            and each.record in asked.held.records
            and each.begins <= asked.at
        ):
            yield Grant(each, *_validity(asked, each))


def _validity(asked: Question, grant: Statement) -> tuple[datetime | None, Reason | None]:
    """Until when a yes counts, and why it does not count at the time asked."""
    until = _until(grant, asked.purpose)
    policy_ends = asked.rules.policy_ends(grant.policy)
    annulled = asked.customer.annulled.get(grant.entry, ())
    if any(each.decision == "invalidated" and each.begins <= asked.at for each in annulled):
        return until, Reason.INVALIDATED
    if policy_ends is not None and policy_ends <= asked.at:
        return until, Reason.POLICY_SUPERSEDED
    if until is not None and until <= asked.at:
        return until, Reason.EXPIRED
    return until, None


def _until(grant: Statement, purpose: PurposeRule) -> datetime | None:
    ends = [grant.valid_until] if grant.valid_until else []
    if purpose.validity_months is not None:
        ends.append(months_after(grant.stated_at, purpose.validity_months))
    return min(ends, default=None)


def months_after(moment: datetime, months: int) -> datetime:
    """The same day and time so many months later; the last day of a month that is shorter."""
    year, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + year, month + 1
    return moment.replace(
        year=year, month=month, day=min(moment.day, monthrange(year, month)[1])
    )


def opens(customer: Customer, grant: Grant, words: Collection[Word]) -> bool:
    """Whether this one yes lifts every no that binds its contact point."""
    return all(lifts(customer, grant.said, word) for word in words)


def lifts(customer: Customer, grant: Statement, word: Word) -> bool:
    """Whether a yes is certainly later than a no and surely of the same person.

    That is the same record, the same contact point, or records of this profile that a person
    said are one. A yes that has only the time of its row lifts nothing outside its record.
    """
    if not grant.is_later_than(word.said):
        return False
    if grant.record == word.record:
        return True
    if grant.precision == "undated":
        return False
    return word.is_about_point or _are_confirmed(customer, grant.record, word.record)


def _are_confirmed(customer: Customer, one: int, other: int) -> bool:
    people = customer.people
    return one in people and other in people and people[one] == people[other]


def _allowed(opening: list[Grant]) -> Answer:
    """Allowed since the first of these; the one that lasts longest carries it on."""
    ordered = sorted(opening, key=lambda grant: (grant.said.stated_at, grant.said.entry))
    ends = [grant.until for grant in ordered if grant.until is not None]
    until = max(ends) if len(ends) == len(ordered) else None
    bearing = next(grant for grant in ordered if grant.until == until)
    return Answer(
        True,
        Reason.GRANTED,
        since=ordered[0].said.stated_at,
        record=bearing.said.record,
        entry=bearing.said.entry,
        valid_until=until,
    )


def _refused(
    asked: Question, said: list[Statement], words: list[Word], grants: list[Grant]
) -> Answer:
    """The no, by the newest yes that might have opened: what stands against it, or its flaw."""
    standing = [grant for grant in grants if grant.flaw is None]
    newest = max(
        standing or grants, key=lambda g: (g.said.stated_at, g.said.entry), default=None
    )
    blocking = [
        word for word in words if newest is None or not lifts(asked.customer, newest.said, word)
    ]
    if told := [word for word in blocking if not word.is_hidden]:
        return _told(told, standing)
    if blocking and (standing or asked.purpose.mode == "opt_out"):
        return Answer(allowed=False, reason=Reason.PENDING_MATCH)
    if newest is not None and newest.flaw is not None:
        return _flawed(newest)
    is_unplaced = any(
        each.decision == "granted"
        and each.point is None
        and asked.customer.joined.get(each.record, False)
        and each.begins <= asked.at
        for each in said
    )
    return Answer(False, Reason.NO_CONTACT_POINT if is_unplaced else Reason.NO_GRANT)


def _told(words: list[Word], standing: list[Grant]) -> Answer:
    """A no that may be told: of a joined record before one on the same contact point."""
    own = [word for word in words if word.is_joined]
    newest = max(own or words, key=lambda w: (w.said.stated_at, w.said.entry, w.record))
    run = [
        word.said
        for word in own or words
        if (word.record, word.said.decision) == (newest.record, newest.said.decision)
    ]
    first = min(run, key=lambda each: (each.stated_at, each.entry))
    deniers = {word.record for word in own}
    return Answer(
        False,
        Reason(newest.said.decision),
        since=first.stated_at,
        record=newest.record if own else None,
        entry=first.entry if own else None,
        records_disagree=bool(own)
        and any(grant.said.record not in deniers for grant in standing),
    )


def _flawed(grant: Grant) -> Answer:
    assert grant.flaw is not None  # noqa: S101 - only flawed ones come here
    since = grant.until if grant.flaw == Reason.EXPIRED else grant.said.stated_at
    return Answer(
        False, grant.flaw, since=since, record=grant.said.record, entry=grant.said.entry
    )


def _changes_at(asked: Question, said: list[Statement], grants: list[Grant]) -> datetime | None:
    """The next moment at which the answer may change though nobody says anything."""
    moments = [grant.until for grant in grants if grant.until is not None]
    moments += [each.begins for each in said]
    moments += [
        each.begins for one in said for each in asked.customer.annulled.get(one.entry, ())
    ]
    ends = (asked.rules.policy_ends(grant.said.policy) for grant in grants)
    moments += [moment for moment in ends if moment is not None]
    return min((moment for moment in moments if moment > asked.at), default=None)
