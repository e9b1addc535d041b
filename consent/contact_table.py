"""The contact panel of a customer: every purpose and channel, and points where they differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from consent import contact_points
from consent.contact_points import Kind, Value, values_of
from consent.models import LedgerEntry, Purpose
from consent.permitting.answers import Origin, answers_about, origins_about
from consent.permitting.facts import Answer, Reason
from consent.permitting.permissions import Asked
from profiles.desk.masking import DOTS, hint
from profiles.desk.values import joined_records
from profiles.models import Profile


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
    """Every purpose people are asked about, with the answer for each channel. Five queries."""
    answers, origins = answers_about(profile), origins_about(profile)
    hints = _hints(profile)

    def row(question: Asked) -> ContactRow:
        answer = answers.of[question]
        is_stale = answer.reason == Reason.STALE_PROJECTION
        points = {} if is_stale else answers.by_point[question]
        channel = LedgerEntry.Channel(question.channel)
        return ContactRow(channel, answer, origins.of(answer), _differing(points, hints))

    return [
        (purpose, [row(question) for question in answers.of if question.purpose == purpose.key])
        for purpose in answers.purposes
    ]


def _differing(answers: Mapping[UUID, Answer], hints: Mapping[UUID, str]) -> list[PointRow]:
    if len({(each.allowed, each.reason) for each in answers.values()}) < 2:
        return []
    rows = [PointRow(hints[point], each) for point, each in answers.items() if point in hints]
    return sorted(rows, key=lambda row: (not row.answer.allowed, row.hint))


def _hints(profile: Profile) -> dict[UUID, str]:
    """Masked values of the joined records by reference. Two queries."""
    values = {
        value for record in joined_records(profile) for value in values_of(record.attributes)
    }
    return {ref: hint_of(value) for value, ref in contact_points.find(values).items()}


def hint_of(value: Value) -> str:
    """What people tell a contact point by, with most of it left out."""
    if value.kind == Kind.EMAIL:
        return hint("email", value.plain)
    if value.kind == Kind.PHONE:
        return hint("phone", value.plain)
    return f"{DOTS} {contact_points.code_of(value)[-3:].upper()}"
