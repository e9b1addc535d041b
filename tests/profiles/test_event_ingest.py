"""Events come in: where they go, what state they tell, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profiles.ingest.suppression import key_id, source_key_digest
from profiles.models import (
    CustomerObject,
    Event,
    EventMessage,
    Profile,
    QuarantinedRow,
    SourceMapping,
    Suppression,
)
from tests.profiles.customers import (
    make_customer,
    make_event,
    make_record,
    make_source,
    may_hold,
)
from tests.profiles.happenings import (
    SPEC,
    event,
    forget_events,
    make_event_mapping,
    objects,
    tell,
)
from tests.profiles.rows import make_mapping, record, row, send

pytestmark = pytest.mark.django_db


def day(number: int) -> datetime:
    return datetime(2025, 3, number, 12, tzinfo=UTC)


def test_an_event_goes_to_the_record_its_row_names() -> None:
    send(make_mapping(), row("1", 3))
    stored = tell(
        make_event_mapping(),
        event("m1", 2, who="1", email="Ana@Example.com", text="Two chairs", shelf="4b"),
    )

    found = Event.objects.get()
    assert stored.counts.new == 1
    assert (found.record, found.occurred_at, found.text) == (record("1"), day(2), "Two chairs")
    assert found.identifiers == {"email": "ana@example.com"}
    assert found.properties == {"shelf": "4b"}


def test_an_event_of_an_unknown_record_waits_for_it() -> None:
    stored = tell(make_event_mapping(), event("m1", who="1", order="HP-1"))
    assert (stored.counts.new, stored.counts.waiting) == (1, 1)
    assert Event.objects.get().record is None

    send(make_mapping(), row("1", 3))
    assert Event.objects.get().record == CustomerObject.objects.get().record == record("1")


def test_a_message_counts_once_whatever_it_says_the_second_time() -> None:
    mapping = make_event_mapping()
    tell(mapping, event("m1", text="first"), event("m1", text="in the same batch"))
    stored = tell(mapping, event("m1", day=9, text="later"))
    assert (stored.counts.new, stored.counts.same) == (0, 1)
    assert Event.objects.get().text == "first"


def test_two_sources_may_use_the_same_message_id() -> None:
    for slug in ("crm", "shop"):
        assert tell(make_event_mapping(make_source(slug)), event("m1")).counts.new == 1
    assert Event.objects.count() == EventMessage.objects.count() == 2


def test_events_of_a_month_nobody_has_seen_get_a_partition() -> None:
    tell(make_event_mapping(), event("m1", at="1999-12-31T23:59:59Z"))
    assert Event.objects.get().occurred_at.year == 1999


def test_the_newest_event_gives_the_state_and_the_earliest_the_beginning() -> None:
    mapping = make_event_mapping()
    tell(mapping, event("m3", 7, order="HP-1", state="sent"))
    tell(mapping, event("m1", 2, order="HP-1", state="placed", amount="12.50"))

    found = CustomerObject.objects.get()
    assert (found.state, found.state_at, found.opened_at) == ("sent", day(7), day(2))
    assert (found.amount_minor, found.currency) == (1250, "GBP")


def test_an_event_without_a_state_leaves_the_state_alone() -> None:
    mapping = make_event_mapping()
    tell(mapping, event("m1", 2, order="HP-1", state="placed"))
    tell(mapping, event("m2", 3, order="HP-1"))
    assert (CustomerObject.objects.get().state, CustomerObject.objects.get().state_at) == (
        "placed",
        day(2),
    )


def test_the_amount_is_that_of_the_order_not_of_its_refund() -> None:
    mapping = make_event_mapping()
    tell(mapping, event("m1", 2, order="HP-1", amount="40"))
    tell(mapping, event("m2", 5, "refund", order="HP-1", amount="10"))
    assert CustomerObject.objects.get().amount_minor == 4000


def test_two_events_of_one_moment_are_told_apart_by_their_message() -> None:
    mapping = make_event_mapping()
    tell(mapping, event("m2", 2, order="HP-1", state="sent"))
    tell(mapping, event("m1", 2, order="HP-1", state="packed"))
    assert CustomerObject.objects.get().state == "sent"


def test_a_customer_is_told_when_the_last_event_happened() -> None:
    send(make_mapping(), row("1", 3), row("2", 3))
    customer = make_customer(record("1"), record("2"))
    mapping = make_event_mapping()
    tell(mapping, event("m1", 9, who="2"))
    tell(mapping, event("m2", 4, who="1"))

    customer.refresh_from_db()
    assert customer.last_event_at == day(9)
    others = Profile.objects.exclude(pk=customer.pk)
    assert list(others.values_list("last_event_at", flat=True)) == [None]


def test_events_are_kept_as_long_as_the_longest_of_their_bases() -> None:
    source = make_source("crm")
    may_hold(source, "events", retention_days=10, purpose_id="marketing")
    may_hold(source, "events", retention_days=30)
    may_hold(source, "email", retention_days=90)
    tell(make_event_mapping(source), event("m1", 2))
    assert Event.objects.get().retention_until == day(2) + timedelta(days=30)


def test_a_bad_row_is_kept_with_its_reason_and_stops_nothing() -> None:
    mapping = make_event_mapping()
    for _ in range(2):
        stored = tell(
            mapping,
            event("m1", kind="dance"),
            event("m2", at="soon"),
            event("m3", amount="much"),
            event("m" * 201),
            event("m5", order="9" * 121),
            event("m6"),
        )
        assert stored.counts.quarantined == 5
    assert Event.objects.count() == 1
    assert QuarantinedRow.objects.count() == 5
    assert set(QuarantinedRow.objects.values_list("mapping", flat=True)) == {mapping.pk}


def test_an_object_of_an_unknown_kind_is_refused_with_its_row() -> None:
    spec = SPEC | {"object": SPEC["object"] | {"kind": "promise of marriage"}}
    mapping = SourceMapping.objects.create(
        source=make_source("crm"), reads="events", version=2, spec=spec
    )
    assert tell(mapping, event("m1", order="1")).counts.quarantined == 1


def test_a_mended_row_settles_the_one_that_waited() -> None:
    mapping = make_event_mapping()
    tell(mapping, event("m1", at="soon"))
    tell(mapping, event("m1"))
    assert QuarantinedRow.objects.get().settled_at is not None


def test_events_of_an_erased_record_are_refused_and_those_of_others_stored() -> None:
    Suppression.objects.create(
        kind=Suppression.Kind.SOURCE_KEY,
        digest=source_key_digest("crm", "1"),
        key_id=key_id(),
        mode=Suppression.Mode.BLOCK_INGEST,
        cause=Suppression.Cause.ERASURE,
    )
    stored = tell(make_event_mapping(), event("m1", who="1"), event("m2", who="2"))
    assert (stored.counts.suppressed, stored.counts.new) == (1, 1)
    assert EventMessage.objects.get().message_id == "m2"


def test_a_batch_costs_the_same_queries_whatever_its_size() -> None:
    mapping = make_event_mapping()
    send(make_mapping(), *[row(f"r{number}", 3) for number in range(60)])

    def queries(prefix: str, size: int) -> int:
        rows = [
            event(f"{prefix}{number}", who=f"r{number}", order=f"{prefix}{number}", state="new")
            for number in range(size)
        ]
        with CaptureQueriesContext(connection) as captured:
            tell(mapping, *rows)
        return len(captured)

    queries("first", 1)  # makes the month
    assert queries("few", 2) == queries("many", 60) <= 19


EVENTS = st.lists(
    st.tuples(
        st.integers(1, 4),
        st.sampled_from(["order", "refund"]),
        st.sampled_from(["HP-1", "HP-2"]),
        st.sampled_from(["", "placed", "sent"]),
        st.sampled_from(["", "10", "20"]),
        st.sampled_from(["", "1", "2", "unknown"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(happened=EVENTS, data=st.data())
def test_order_and_repetition_and_batching_of_events_make_no_difference(
    happened: list[tuple[int, str, str, str, str, str]], data: st.DataObject
) -> None:
    forget_events()
    make_event(make_record("shop"))  # another source's, to be left alone
    send(make_mapping(), row("1", 3), row("2", 3))
    mapping = make_event_mapping()
    rows = [
        event(f"m{number}", at, kind, order=order, state=state, amount=amount, who=who)
        for number, (at, kind, order, state, amount, who) in enumerate(happened)
    ]
    tell(mapping, *rows)
    expected = objects()
    forget_events()

    again = data.draw(st.permutations(rows + data.draw(st.lists(st.sampled_from(rows)))))
    while again:
        size = data.draw(st.integers(1, len(again)))
        tell(mapping, *again[:size])
        again = again[size:]
    assert objects() == expected


def test_a_return_that_names_its_order_is_kept_with_it() -> None:
    mapping = make_event_mapping()
    whole = {"namespace": "crm:order", "id": "order_no"}
    about = {"namespace": "crm:return", "kind": "return", "id": "order", "part_of": whole}
    mapping.spec = {**SPEC, "object": about}
    mapping.save()

    tell(
        mapping,
        event("m1", kind="return", order="R-7", order_no="HP-1"),
        event("m2", kind="return", order="R-8", order_no=""),
        event("m3", kind="return", order="R-9", order_no="x" * 121),
    )

    told = Event.objects.order_by("message_id").values_list("part_of_namespace", "part_of_id")
    assert list(told) == [("crm:order", "HP-1"), ("", "")]
    assert "order_no" not in Event.objects.get(message_id="m1").properties
