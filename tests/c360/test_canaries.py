"""No answer to an agent holds what agents may not see: canaries are planted and looked for.

Every address of the product is asked. A page that shows a value past the guard of
`profiles.desk.guard`, or values of a record that is not joined, fails here.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from matching.models import KeyedRecord, ReviewCase
from profiles.models import Membership, Profile, SourceRecord
from tests.c360 import test_authorisation as matrix
from tests.c360.test_authorisation import MATRIX, Entry, ask, entries
from tests.profiles.customers import make_event, make_record, value_of

pytestmark = pytest.mark.django_db
UNMASKED: list[str] = MATRIX["unmasked"]["pages"]
MASKED = {
    "phone": ["+447700900765"],
    "birth_date": "1931-07-23",
    "identifiers": {"passport": ["ZXQ5511908"]},
    "custom": {"faith": "Zoroastrian"},
}
SPELT = ("7700900765", "19310723", "23071931", "23july1931", "zxq5511908", "zoroastrian")
LOST = ("7700900321",)
UNJOINED = ("quillonbreve", "7700900654")
DELETED = ("deletrix", "7700900543")
ALL = entries()
SHOWING = [
    ("GET", "profiles:customer"),
    ("GET", "profiles:timeline"),
    ("GET", "profiles:field"),
]
objects = matrix.objects  # what the addresses name


@pytest.fixture
def planted(objects: dict[str, object]) -> dict[str, object]:
    """The customer of the matrix with canaries in every corner."""
    profile = Profile.objects.get(pk=objects["profile_id"])
    record = profile.birth_record
    _plant(record, {**record.attributes, **MASKED})
    said = "Ring 07700 900 765, born 23/7/1931, passport ZXQ-5511908"
    make_event(record, "call", text=said)
    make_event(record, "chat", text=said, occurred_at=timezone.now() - timedelta(days=1))
    gone = make_record("crm", given_name="Deletrix", phone=["+447700900543"])
    SourceRecord.objects.filter(pk=gone.pk).update(deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    Membership.objects.filter(record=gone).update(profile=profile, component=record.pk)
    for case in ReviewCase.objects.filter(pk=str(objects["pk"])):
        other = case.hi if case.lo == record else case.lo
        _plant(other, {"given_name": "Quillonbreve", "phone": ["+447700900654"]})
    lost = value_of(record, "+447700900321", reason="older")
    profile.golden |= {
        "phone": value_of(record, "+447700900765", losers=[lost]),
        "birth_date": value_of(record, "1931-07-23"),
        "identifiers.passport": value_of(record, "ZXQ5511908"),
        "custom.faith": value_of(record, "Zoroastrian"),
    }
    profile.save()
    return objects


def _plant(record: SourceRecord, attributes: dict[str, Any]) -> None:
    SourceRecord.objects.filter(pk=record.pk).update(attributes=attributes)
    KeyedRecord.objects.filter(record=record).delete()


def leaks(
    role: str,
    objects: dict[str, object],
    canaries: tuple[str, ...],
    asked: Iterable[Entry] = ALL,
) -> Iterator[tuple[str, str]]:
    """The addresses that tell a canary to somebody, as pages and as fragments."""
    for method, name in asked:
        for headers in ({}, {"HX-Request": "true"}):
            for given in places(name, objects):
                told = everything(ask(role, method, name, given, headers=headers))
                yield from ((f"{method} {name}", each) for each in canaries if each in told)


def places(name: str, objects: dict[str, object]) -> list[dict[str, object]]:
    """What to ask an address for: where attributes are named, each that is masked as well."""
    if name != "profiles:field":
        return [objects]
    masked = ("phone", "birth_date", "identifiers.passport", "custom.faith")
    return [objects, *({**objects, "attribute": each} for each in masked)]


def everything(answer: Any) -> str:
    """Letters and digits of an answer's headers and body, in small letters."""
    body = "" if answer.streaming else answer.content.decode(errors="replace")
    heads = " ".join(f"{name} {value}" for name, value in answer.items())
    return re.sub(r"[\W_]", "", f"{heads} {body}").casefold()


def test_no_answer_to_an_agent_holds_what_is_masked_unjoined_or_deleted(
    planted: dict[str, object],
) -> None:
    canaries = (*SPELT, *LOST, *UNJOINED, *DELETED)

    assert set(leaks("ana", planted, canaries)) == set()


def test_without_masking_the_same_walk_finds_the_canaries(
    planted: dict[str, object], settings: Settings
) -> None:
    settings.C360_MASKED = []

    found = set(leaks("ana", planted, (*SPELT, *LOST), SHOWING))

    assert {page for page, _canary in found} == {" ".join(entry) for entry in SHOWING}
    assert {canary for _page, canary in found} >= {*LOST, "23july1931", "zxq5511908"}


def test_only_the_listed_pages_show_stewards_whole_values(planted: dict[str, object]) -> None:
    found = {page.split(" ")[1] for page, _canary in leaks("sol", planted, (*SPELT, *LOST))}

    assert found <= set(UNMASKED)


def test_agents_may_open_none_of_the_listed_pages() -> None:
    for line, answers in MATRIX["answers"].items():
        if line.split(" ")[1] in UNMASKED:
            assert answers[matrix.ROLES.index("ana")] == 403, line
