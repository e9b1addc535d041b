"""From statements to an answer. Pure: no clock, no database, and no order of arrival.

Grants travel narrow and refusals wide. What a record said last is its word; a refusing word of
any joined record refuses for all of them, and only a person's confirmation that two records
are one human being lets a later, dated yes on the one lift a no on the other. Records that may
belong here but were not joined can refuse and never allow. What nobody stated is a no.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Pair = tuple[int, int]


class Reason(StrEnum):
    GRANTED = "granted"
    REFUSED = "refused"
    PENDING_MATCH = "pending_match"
    NO_GRANT = "no_grant"


@dataclass(frozen=True, slots=True)
class Statement:
    """One ledger entry as the fold needs it.

    `is_dated` says that the source told when the person said so; otherwise `stated_at` is the
    time of the row. `is_joined` is false for records of a profile that a review case ties to
    this one. `is_live` is false once the source deleted the record.
    """

    entry: int
    record: int
    purpose: str
    channel: str
    granted: bool
    stated_at: datetime
    recorded_at: datetime
    is_dated: bool = True
    is_joined: bool = True
    is_live: bool = True

    def counts_at(self, moment: datetime) -> bool:
        """A yes counts from its own time on; a no dated ahead from when we learnt of it."""
        begins = self.stated_at if self.granted else min(self.stated_at, self.recorded_at)
        return begins <= moment


@dataclass(frozen=True, slots=True)
class Answer:
    """May we, why, since when, and on whose word.

    `record` and `decided_by_entry` name the record that allows or refuses; a grant opens the
    contact details of that record only. Both are empty, as is `since`, where nothing is known
    and where a possible match refuses: whose no that is stays hidden.
    """

    allowed: bool
    reason: Reason
    since: datetime | None = None
    record: int | None = None
    decided_by_entry: int | None = None
    records_disagree: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    """What one record says: the run of equal statements that ends with its latest."""

    record: int
    granted: bool
    since: datetime
    entry: int
    last: datetime
    last_dated: datetime | None

    def lifts(self, refusal: "_Word") -> bool:
        """A yes without a date of its own may only repeat an old one: it lifts nothing."""
        return self.last_dated is not None and self.last_dated > refusal.last

    def answer(self, reason: Reason, *, records_disagree: bool) -> Answer:
        return Answer(
            self.granted, reason, self.since, self.record, self.entry, records_disagree
        )


def effective(
    entries: Collection[Statement],
    *,
    purpose: str,
    channel: str,
    at: datetime,
    confirmed: Iterable[Pair] = (),
) -> Answer:
    """Fold `entries` into the answer for one purpose and channel at one moment.

    `entries` are all statements of the joined records and of records tied to them by open
    review cases; others purposes and channels are passed over. `confirmed` are pairs of joined
    records a person said are one human being. The result does not depend on any order.
    """
    relevant = [
        each
        for each in entries
        if (each.purpose, each.channel) == (purpose, channel) and each.counts_at(at)
    ]
    joined = _words(each for each in relevant if each.is_joined)
    grants = [word for word in joined if word.granted]
    refusals = [word for word in joined if not word.granted]
    standing = _standing(refusals, grants, _people(confirmed))
    if standing:
        return _latest(standing).answer(Reason.REFUSED, records_disagree=bool(grants))
    if not grants:
        return Answer(allowed=False, reason=Reason.NO_GRANT)
    if any(not word.granted for word in _words(e for e in relevant if not e.is_joined)):
        return Answer(allowed=False, reason=Reason.PENDING_MATCH)
    return _latest(grants).answer(Reason.GRANTED, records_disagree=False)


def _words(statements: Iterable[Statement]) -> list[_Word]:
    """The word of each record. A yes of a record its source deleted is no word."""
    by_record: defaultdict[int, list[Statement]] = defaultdict(list)
    for statement in statements:
        by_record[statement.record].append(statement)
    words = ((_word(said), said[0].is_live) for said in by_record.values())
    return [word for word, is_live in words if is_live or not word.granted]


def _word(statements: list[Statement]) -> _Word:
    """At equal times the no comes last, so it wins."""
    ordered = sorted(statements, key=lambda s: (s.stated_at, not s.granted, s.entry))
    run = [ordered.pop()]
    while ordered and ordered[-1].granted == run[0].granted:
        run.append(ordered.pop())
    newest, first = run[0], run[-1]
    dated = (each.stated_at for each in run if each.is_dated)
    return _Word(
        newest.record,
        newest.granted,
        since=first.stated_at,
        entry=first.entry,
        last=newest.stated_at,
        last_dated=next(dated, None),
    )


def _standing(
    refusals: list[_Word], grants: list[_Word], people: dict[int, int]
) -> list[_Word]:
    """The refusals that no later yes of the same human being lifts."""

    def person(word: _Word) -> int:
        return people.get(word.record, word.record)

    return [
        refusal
        for refusal in refusals
        if not any(person(yes) == person(refusal) and yes.lifts(refusal) for yes in grants)
    ]


def _people(confirmed: Iterable[Pair]) -> dict[int, int]:
    """Records that people said are one, each with the smallest record id of its group."""
    people: dict[int, int] = {}
    for pair in confirmed:
        lo, hi = sorted(people.get(record, record) for record in pair)
        people.update({record: lo for record, root in people.items() if root == hi})
        people.update(dict.fromkeys((*pair, lo, hi), lo))
    return people


def _latest(words: list[_Word]) -> _Word:
    return max(words, key=lambda word: (word.last, word.record))
