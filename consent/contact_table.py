"""The contact panel of a customer: every purpose and channel, and points where they differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from consent import contact_points
from consent.contact_points import Kind, Value, values_of
from consent.facts import Answer, Reason
from consent.models import LedgerEntry, Purpose
from consent.permission_rows import stored
from consent.permissions import Asked, may_contact_many
from profiles.desk.masking import DOTS, mask_email, mask_phone
from profiles.models import Profile, SourceRecord


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of the record whose word it is, and how the statement was obtained."""

    source: str
    method: str


@dataclass(frozen=True, slots=True)
class PointRow:
    """The answer for one contact point, which is only hinted at."""

    hint: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One channel under one purpose; `points` where not all of them have one answer."""

    channel: LedgerEntry.Channel
    answer: Answer
    origin: Origin | None
    points: list[PointRow]


def contact_table(profile: Profile) -> list[tuple[Purpose, list[ContactRow]]]:
    """Every purpose people are asked about, with the answer for each channel. Seven queries."""
    purposes = list(Purpose.objects.asked().order_by("name", "key"))
    asked = [
        Asked(profile.pk, purpose.key, channel)
        for purpose in purposes
        for channel in LedgerEntry.Channel
    ]
    answers = dict(zip(asked, may_contact_many(asked), strict=True))
    origins, hints = Origins(answers.values()), _hints(profile)
    by_point = _by_point(profile)

    def row(question: Asked) -> ContactRow:
        answer = answers[question]
        is_stale = answer.reason == Reason.STALE_PROJECTION
        points = {} if is_stale else by_point.get(question, {})
        channel = LedgerEntry.Channel(question.channel)
        return ContactRow(channel, answer, origins.of(answer), _differing(points, hints))

    return [
        (purpose, [row(question) for question in asked if question.purpose == purpose.key])
        for purpose in purposes
    ]


def _by_point(profile: Profile) -> dict[Asked, dict[UUID, Answer]]:
    found: dict[Asked, dict[UUID, Answer]] = {}
    for (profile_id, purpose, channel, point), answer in stored([profile.pk]).items():
        found.setdefault(Asked(profile_id, purpose, channel), {})[point] = answer
    return found


def _differing(answers: Mapping[UUID, Answer], hints: Mapping[UUID, str]) -> list[PointRow]:
    if len({(each.allowed, each.reason) for each in answers.values()}) < 2:
        return []
    rows = [PointRow(hints[point], each) for point, each in answers.items() if point in hints]
    return sorted(rows, key=lambda row: (not row.answer.allowed, row.hint))


def _hints(profile: Profile) -> dict[UUID, str]:
    """Masked values of the joined records by reference. Two queries."""
    records = SourceRecord.objects.live().filter(membership__profile=profile)
    values = {
        value
        for attributes in records.values_list("attributes", flat=True)
        for value in values_of(attributes)
    }
    return {ref: hint_of(value) for value, ref in contact_points.find(values).items()}


def hint_of(value: Value) -> str:
    """What people tell a contact point by, with most of it left out."""
    if value.kind == Kind.EMAIL:
        return mask_email(value.plain)
    if value.kind == Kind.PHONE:
        return mask_phone(value.plain)
    return f"{DOTS} {contact_points.code_of(value)[-3:].upper()}"


class Origins:
    """Where deciding statements came from. Two queries for any number of answers."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        told = [each for each in answers if each.record and each.entry]
        entries = LedgerEntry.objects.filter(pk__in=[each.entry for each in told])
        self._methods = dict(entries.values_list("pk", "method"))
        records = SourceRecord.objects.filter(pk__in=[each.record for each in told])
        self._sources = dict(records.values_list("pk", "source__name"))

    def of(self, answer: Answer) -> Origin | None:
        """Empty where nobody's word decides, or the word of somebody not joined."""
        method = self._methods.get(answer.entry or 0)
        source = self._sources.get(answer.record or 0)
        return Origin(source, method) if source and method else None
