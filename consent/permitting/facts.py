"""What the rule of consent reads, and what it answers. Pure: no clock and no database."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from uuid import UUID

Pair = tuple[int, int]
REFUSALS = frozenset({"refused", "withdrawn", "objected"})
# A channel speaks to contact points of one kind.
KIND_OF = {"email": "email", "sms": "phone", "phone": "phone", "post": "postal"}
CHANNELS_OF: dict[str, tuple[str, ...]] = {
    kind: tuple(channel for channel, of in KIND_OF.items() if of == kind)
    for kind in dict.fromkeys(KIND_OF.values())
}
DAY = timedelta(days=1)


class Reason(StrEnum):
    """Why the answer is what it is."""

    GRANTED = "granted"
    IMPLICIT_BASIS = "implicit_basis"
    NECESSARY = "necessary"
    OBJECTED = "objected"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    PENDING_MATCH = "pending_match"
    EXPIRED = "expired"
    POLICY_SUPERSEDED = "policy_superseded"
    INVALIDATED = "invalidated"
    NO_CONTACT_POINT = "no_contact_point"
    NO_GRANT = "no_grant"
    PURPOSE_RETIRED = "purpose_retired"
    STALE_PROJECTION = "stale_projection"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class Statement:
    """One ledger entry as the rule needs it; empty purpose or channel means all of them."""

    entry: int
    record: int
    decision: str
    stated_at: datetime
    recorded_at: datetime
    purpose: str = ""
    channel: str = ""
    point: UUID | None = None
    precision: str = "exact"
    scope: str = "record"
    scope_records: tuple[int, ...] = ()
    valid_until: datetime | None = None
    policy: int | None = None
    corrects: int | None = None

    @property
    def begins(self) -> datetime:
        """A yes counts from its own time on; a no dated ahead from when we learnt of it."""
        opens = self.decision in ("granted", "corrected")
        return self.stated_at if opens else min(self.stated_at, self.recorded_at)

    @property
    def earliest(self) -> datetime:
        """The first moment at which it may have been said: a day begins at its midnight."""
        if self.precision != "day":
            return self.stated_at
        return self.stated_at.replace(hour=0, minute=0, second=0, microsecond=0)

    @property
    def is_over(self) -> datetime:
        """From this moment on it had been said: a day is over at its end."""
        return self.earliest + DAY if self.precision == "day" else self.stated_at

    def is_later_than(self, other: "Statement") -> bool:
        """Whether it was certainly said after the other; on one day nobody knows."""
        if other.precision == "day":
            return self.earliest >= other.is_over
        return self.earliest > other.stated_at

    def concerns(self, purpose: str, channel: str) -> bool:
        """Whether it speaks of this purpose and channel; an objection is to every channel."""
        any_channel = not self.channel or self.decision == "objected"
        return (not self.purpose or self.purpose == purpose) and (
            any_channel or self.channel == channel
        )


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """What of a purpose decides: `mode` is `opt_in`, `opt_out` or `necessary`."""

    key: str
    mode: str = "opt_in"
    validity_months: int | None = None
    is_retired: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """One version of the text people were shown; unpublished ones change nothing."""

    id: int
    series: tuple[str, str, str]  # purpose, jurisdiction, language
    version: int
    material_change: bool
    published_at: datetime | None


@dataclass(frozen=True)
class Rules:
    """The purposes and texts that hold for everybody."""

    purposes: Mapping[str, PurposeRule]
    policies: Mapping[int, Policy] = field(default_factory=dict)

    def policy_ends(self, policy_id: int | None) -> datetime | None:
        """When a materially different text replaced this one; `None` for never."""
        policy = self.policies.get(policy_id) if policy_id is not None else None
        if policy is None:
            return None
        later = (
            each.published_at
            for each in self.policies.values()
            if each.series == policy.series
            and each.version > policy.version
            and each.material_change
            and each.published_at is not None
        )
        return min(later, default=None)


@dataclass(frozen=True)
class Held:
    """A contact point of a customer: its kind, and the live joined records that have it."""

    kind: str
    records: frozenset[int]


@dataclass(frozen=True)
class Customer:
    """A profile as the rule sees it.

    `joined` maps the joined records to whether their source still has them. `tied` are records
    of other profiles that open review cases tie to this one. `confirmed` are pairs a person
    said are one human being; pairs with a record that is not joined here say nothing here.
    `statements` are all that may bear on it; others are passed over.
    """

    joined: Mapping[int, bool]
    held: Mapping[UUID, Held]
    tied: frozenset[int] = frozenset()
    confirmed: Collection[Pair] = ()
    statements: Collection[Statement] = ()

    @cached_property
    def people(self) -> dict[int, int]:
        """Joined records, each with the smallest record id of those said to be one with it."""
        people = {record: record for record in self.joined}
        for one, other in self.confirmed:
            if one in people and other in people:
                lo, hi = sorted((people[one], people[other]))
                people = {pk: lo if root == hi else root for pk, root in people.items()}
        return people

    @cached_property
    def annulled(self) -> dict[int, list[Statement]]:
        """Entries that later ones found invalid or corrected, with those."""
        found: dict[int, list[Statement]] = {}
        for each in self.statements:
            if each.corrects is not None and each.decision in ("invalidated", "corrected"):
                found.setdefault(each.corrects, []).append(each)
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """May we, why, since when, and on whose word.

    `record` and `entry` name the joined record and the ledger entry that decide. Both are empty
    where nobody said anything and where the word is that of a record not joined here: whose it
    is stays hidden. `changes_at` is when time alone may change the answer. `points` are the
    contact points it is about: those that may be used, or those that may not.
    """

    allowed: bool
    reason: Reason
    since: datetime | None = None
    record: int | None = None
    entry: int | None = None
    records_disagree: bool = False
    valid_until: datetime | None = None
    changes_at: datetime | None = None
    points: tuple[UUID, ...] = ()


# Of several points that may not be used, the reason that says most comes first.
TELLING = {reason: place for place, reason in enumerate(Reason)}


def summed_up(answers: Iterable[tuple[UUID, Answer]]) -> Answer | None:
    """One answer for all points of a channel: allowed if any is. `None` for no points."""
    ordered = sorted(answers, key=_telling)
    if not ordered:
        return None
    best = ordered[0][1]
    alike = {point: each for point, each in ordered if each.allowed == best.allowed}
    changes = [each.changes_at for _, each in ordered if each.changes_at is not None]
    return Answer(
        best.allowed,
        best.reason,
        best.since,
        best.record,
        best.entry,
        any(each.records_disagree for each in alike.values()),
        best.valid_until,
        min(changes, default=None),
        tuple(sorted(alike)),
    )


def _telling(found: tuple[UUID, Answer]) -> tuple[bool, int, float, UUID]:
    """Allowed first, then by reason, the longest valid, and the point for a fixed order."""
    point, answer = found
    ends = answer.valid_until.timestamp() if answer.valid_until else float("inf")
    return (not answer.allowed, TELLING[answer.reason], -ends, point)
