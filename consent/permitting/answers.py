"""Every answer about one customer, read once for all parts of a page."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from c360.once import once
from consent.models import LedgerEntry, Purpose
from consent.permitting.facts import Answer
from consent.permitting.permissions import Asked, may_contact_each
from profiles.models import Profile


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of the record whose word it is, and how the statement was obtained."""

    source: str
    method: str


class Origins:
    """Where deciding statements came from. One query for any number of answers."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        told = [each.entry for each in answers if each.record and each.entry]
        rows = LedgerEntry.objects.filter(pk__in=told)
        self._origins = {
            pk: Origin(source, method)
            for pk, source, method in rows.values_list("pk", "record__source__name", "method")
        }

    def of(self, answer: Answer) -> Origin | None:
        """Empty where nobody's word decides, or the word of somebody not joined."""
        return self._origins.get(answer.entry or 0) if answer.record else None


@dataclass(frozen=True, slots=True)
class Answers:
    """What holds for each purpose people are asked about, by channel, and for single points."""

    purposes: list[Purpose]
    of: Mapping[Asked, Answer]
    by_point: Mapping[Asked, Mapping[UUID, Answer]]


@once
def answers_about(profile: Profile) -> Answers:
    """What a customer allowed. Two queries."""
    purposes = list(Purpose.objects.asked().order_by("name", "key"))
    asked = [
        Asked(profile.pk, purpose.key, channel)
        for purpose in purposes
        for channel in LedgerEntry.Channel
    ]
    each = dict(zip(asked, may_contact_each(asked), strict=True))
    return Answers(
        purposes,
        {question: answer for question, (answer, _points) in each.items()},
        {question: points for question, (_answer, points) in each.items()},
    )


@once
def origins_about(profile: Profile) -> Origins:
    """On whose word the answers rest. One query beside theirs."""
    return Origins(answers_about(profile).of.values())
