"""What consent tells pages of a customer that are open: another answer to "may we contact?"."""

import json
import zlib
from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from c360.models import User
from consent.permitting.answers import answers_about
from consent.permitting.facts import Answer
from profiles.models import Profile


def mark(profile: Profile, reader: User) -> str:
    """A checksum over the answers for each channel and contact point. Two queries."""
    about = answers_about(profile)
    told = [
        [question.purpose, question.channel, *_said(about.of[question]), _of_points(points)]
        for question, points in sorted(about.by_point.items())
    ]
    return str(zlib.crc32(json.dumps(told).encode()))


def _of_points(points: Mapping[UUID, Answer]) -> list[list[str]]:
    return sorted([str(point), *_said(answer)] for point, answer in points.items())


def _said(answer: Answer) -> tuple[str, ...]:
    return str(answer.allowed), str(answer.reason), str(answer.since)


def say(profile: Profile, then: str, now: str) -> str:
    """That permissions changed; which, the reader sees on demand."""
    return _("Whether we may contact has changed")
