"""What the desk shows of a customer follows the records: joined, split and back again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from matching.deciding.acts import Outcome
from matching.deciding.decisions import record_decision, split_records, undo
from matching.models import ReviewCase
from profiles.desk.attention.banner import attention
from profiles.desk.figures import figures
from profiles.desk.timeline import Filters, page
from profiles.desk.values import joined_records
from profiles.models import Profile, SourceRecord
from tests.matching.pairs import make_pair
from tests.profiles.customers import make_event, make_object
from tests.staff import staff

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def happen(record: SourceRecord, number: str) -> None:
    """An order that is late, a complaint that waits, a call."""
    at = NOW - timedelta(days=20)
    name = record.source.slug
    order = {"object_namespace": f"{name}:order", "object_id": f"HP-{number}"}
    ticket = {"object_namespace": f"{name}:ticket", "object_id": f"T-{number}"}
    make_event(record, "order", occurred_at=at, object_state="placed", **order)
    make_event(
        record, "ticket", occurred_at=at, object_state="open", text="Where is it?",
        properties={"priority": "complaint"}, **ticket,
    )  # fmt: skip
    make_event(record, "call", occurred_at=at + timedelta(days=1))
    made: dict[str, Any] = {"state_at": at, "opened_at": at}
    make_object(record, f"HP-{number}", amount_minor=5000, currency="GBP", **made)
    make_object(record, f"T-{number}", "ticket", **{**made, "state": "open"})


def desk(profile: Profile) -> dict[str, Any]:
    """Everything an agent is shown of a profile that depends on its records."""
    records = joined_records(profile)
    items = attention(staff("ana"), profile, records, NOW)
    rows = page(records, filters=Filters(), before=None).days
    return {
        "figures": figures([record.pk for record in records]),
        "attention": [(item.rule, item.title, item.reasons) for item in items],
        "timeline": [item.event.id for day in rows for item in day.items],
    }


@pytest.fixture
def pair() -> ReviewCase:
    found = make_pair()
    happen(found.lo, "1")
    happen(found.hi, "2")
    return found


def join(pair: ReviewCase) -> Outcome:
    return record_decision(
        pair, lo=pair.lo_id, hi=pair.hi_id, verdict="same", decided_by=staff("sol")
    )


def test_undoing_a_join_shows_the_same_as_before(pair: ReviewCase) -> None:
    one, other = pair.lo.birth_profile, pair.hi.birth_profile
    apart = desk(one), desk(other)
    joined = join(pair)
    together = desk(one)
    undo(joined.action, decided_by=staff("sol"))

    assert [each.value for each in apart[0]["figures"]][:2] == ["1", "£50.00"]
    assert [each.value for each in together["figures"]][:2] == ["2", "£100.00"]
    assert sorted(together["timeline"]) == sorted(apart[0]["timeline"] + apart[1]["timeline"])
    assert {title for _rule, title, _why in together["attention"]} >= {
        "Open complaint T-1", "Open complaint T-2", "2 orders have not arrived",
    }  # fmt: skip
    assert (desk(one), desk(other)) == apart


def test_splitting_and_undoing_that_shows_the_same_as_before_each(pair: ReviewCase) -> None:
    one, other = pair.lo.birth_profile, pair.hi.birth_profile
    apart = desk(one), desk(other)
    join(pair)
    together = desk(one)
    split = split_records(one, [pair.hi_id], reason="", decided_by=staff("sol"))

    assert (desk(one), desk(other)) == apart
    undo(split.action, decided_by=staff("sol"))
    assert desk(one) == together
