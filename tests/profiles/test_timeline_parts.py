"""Returns, refunds and deliveries in the row of their order, through joins and splits."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from profiles.desk.figures import figures
from profiles.desk.timeline import Cursor, Filters, Item
from profiles.desk.timeline.reading import events_passing
from profiles.desk.timeline.steps import opened
from profiles.models import Event, Membership, Profile, SourceRecord
from tests.profiles.customers import make_customer, make_event, make_object, make_record
from tests.profiles.timelines import all_rows
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 5, 3, 12, tzinfo=UTC)
ORDER = {"object_namespace": "shop:order", "object_id": "HP-1"}
OF_ORDER = {"part_of_namespace": "shop:order", "part_of_id": "HP-1"}


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en-gb"):
        yield


def ordered(record: SourceRecord, number: str = "HP-1") -> None:
    about = {**ORDER, "object_id": number}
    make_object(record, number, state="delivered", amount_minor=9_900, currency="GBP")
    make_event(record, "order", object_state="placed", amount_minor=9_900, currency="GBP",
               occurred_at=NOW - timedelta(days=20), **about)  # fmt: skip
    make_event(record, "delivery", object_state="delivered",
               occurred_at=NOW - timedelta(days=18), **about)  # fmt: skip


def sent_back(
    record: SourceRecord, number: str, *states: str, kind: str = "return", **whole: str
) -> None:
    """A return or its kin that went through these states, a day each."""
    about = {"object_namespace": f"shop:{kind}", "object_id": number, **(whole or OF_ORDER)}
    make_object(record, number, kind, state=states[-1], namespace=f"shop:{kind}")
    for day, state in enumerate(states):
        told = "refund" if state == "refunded" else kind
        at = NOW - timedelta(days=10 - day, minutes=len(number))
        make_event(
            record, told, object_state=state, occurred_at=at, name=f"{kind} {state}", **about
        )


def rows(records: Sequence[SourceRecord], filters: Filters | None = None) -> list[Item]:
    return list(all_rows(records, filters or Filters()))


def numbers(records: Sequence[SourceRecord]) -> list[str]:
    return [row.number for row in rows(records)]


def test_a_return_stands_in_the_row_of_its_order() -> None:
    record = make_record("shop", given_name="Anna")
    ordered(record)
    sent_back(record, "R-7", "requested", "received")

    (row,) = rows([record])

    assert (row.kind, row.number, row.state, row.amount) == (
        "order", "HP-1", "delivered", "£99.00"
    )  # fmt: skip
    assert row.part_number == "R-7"
    assert row.thing is not None
    assert row.thing.all_steps == 4


@pytest.mark.parametrize(
    ("back", "words", "is_open"),
    [
        ([("requested",)], "return asked for", False),
        ([("requested",), ("requested",)], "2 returns asked for", False),
        ([("requested", "received"), ("requested",)], "returned 1 of 2, refund open", True),
        ([("requested", "received")], "returned, refund open", True),
        ([("requested", "received", "refunded")], "returned, refunded", False),
        ([("received", "refunded"), ("received",)], "returned 2 of 2, refund open", True),
        ([("requested", "rejected")], "return refused", False),
    ],
)
def test_an_order_tells_what_came_back_and_whether_money_is_due(
    back: list[tuple[str, ...]], words: str, is_open: bool
) -> None:
    record = make_record("shop", given_name="Anna")
    ordered(record)
    for number, states in enumerate(back):
        sent_back(record, f"R-{number}", *states)

    (row,) = rows([record])

    assert (row.outcome.words, row.outcome.is_open) == (words, is_open)


def test_parcels_of_an_order_are_counted_and_a_refund_of_a_return_is_one_of_the_order() -> None:
    record = make_record("shop", given_name="Anna")
    ordered(record)
    sent_back(record, "P-1", "delivered", kind="delivery")
    sent_back(record, "P-2", "shipped", kind="delivery")
    sent_back(record, "R-7", "received")
    of_return = {"part_of_namespace": "shop:return", "part_of_id": "R-7"}
    sent_back(record, "C-9", "paid", kind="refund", **of_return)

    (row,) = rows([record])

    assert row.outcome.words == "delivered 1 of 2, returned, refunded"


def test_a_return_of_an_order_of_somebody_else_stands_alone_and_never_names_it() -> None:
    shop, desk = make_record("shop", given_name="Anna"), make_record("crm", given_name="Anna")
    ordered(shop)
    sent_back(desk, "R-7", "requested", "received")
    profile = make_customer(desk)

    (row,) = rows([desk])
    ana = signed_in("ana")
    bodies = [
        ana.get(f"/c/{profile.pk}/{part}").content.decode()
        for part in ("", f"timeline/{row.place}/")
    ]

    assert (row.number, row.kind) == ("R-7", "return")
    for body in bodies:
        assert "R-7" in body
        assert "HP-1" not in body


def test_two_returns_of_an_order_nobody_knows_are_two_rows() -> None:
    record = make_record("shop", given_name="Anna")
    sent_back(record, "R-7", "received")
    sent_back(record, "R-88", "received")

    assert sorted(numbers([record])) == ["R-7", "R-88"]


def told(profile: Profile) -> list[tuple[str, str]]:
    of_profile = Membership.objects.filter(profile=profile).values("record_id")
    ids = list(of_profile.values_list("record_id", flat=True))
    return [(each.label, each.value) for each in figures(ids)]


def test_joining_folds_a_return_into_its_order_and_splitting_takes_it_out_again() -> None:
    shop, desk = make_record("shop", given_name="Anna"), make_record("crm", given_name="Anna")
    ordered(shop)
    sent_back(desk, "R-7", "received")
    alone = [told(shop.birth_profile), told(desk.birth_profile)]

    joined = make_customer(shop, desk)
    assert numbers([shop, desk]) == ["HP-1"]
    assert {("Orders", "1"), ("Returns", "1")} <= set(told(joined))

    make_customer(shop)
    Membership.objects.filter(record=desk).update(profile=desk.birth_profile)
    assert (numbers([shop]), numbers([desk])) == (["HP-1"], ["R-7"])
    assert [told(shop.birth_profile), told(desk.birth_profile)] == alone


def test_the_open_row_shows_all_steps_in_order_with_the_number_of_the_return() -> None:
    record, other = make_record("shop", given_name="Anna"), make_record("shop")
    ordered(record)
    sent_back(record, "R-7", "requested", "received")
    sent_back(other, "R-99", "received")
    (row,) = rows([record])
    cursor = Cursor.parse(row.place)
    assert cursor is not None

    found = opened([record], cursor)
    assert found is not None
    body = signed_in("ana").get(f"/c/{make_customer(record).pk}/timeline/{row.place}/")

    assert [step.event.object_id for step in found.steps] == ["HP-1", "HP-1", "R-7", "R-7"]
    assert (found.thing.id, found.left_out) == ("HP-1", 0)
    assert "R-7" in body.content.decode()
    assert "R-99" not in body.content.decode()


def test_things_that_are_part_of_each_other_stand_alone() -> None:
    record = make_record("shop", given_name="Anna")
    for mine, other in (("R-1", "R-2"), ("R-2", "R-1")):
        whole = {"part_of_namespace": "shop:return", "part_of_id": other}
        sent_back(record, mine, "received", **whole)

    assert sorted(numbers([record])) == ["R-1", "R-2"]


def test_what_a_source_said_last_decides_of_which_order_a_return_is_part() -> None:
    record = make_record("shop", given_name="Anna")
    ordered(record)
    ordered(record, "HP-2")
    sent_back(record, "R-7", "requested")
    make_event(record, "return", occurred_at=NOW, object_namespace="shop:return",
               object_id="R-7", part_of_namespace="shop:order", part_of_id="HP-2")  # fmt: skip

    by_number = {row.number: row.thing for row in rows([record])}

    assert set(by_number) == {"HP-1", "HP-2"}
    assert by_number["HP-2"] is not None
    assert [part.id for part in by_number["HP-2"].parts] == ["R-7"]


def history(dice: random.Random) -> list[SourceRecord]:
    """Sixty events of orders, some of them known, and of returns that name one of them."""
    records = [make_record(source, given_name="Anna") for source in ("shop", "crm")]
    moments = [NOW - timedelta(hours=dice.randrange(900)) for _ in range(20)]
    for _ in range(60):
        thing = dice.choice(("", "O-1", "O-2", "R-11", "R-12", "R-21", "R-91"))
        is_part = thing.startswith("R") and dice.random() < 0.6
        make_event(
            dice.choice(records),
            dice.choice(("order", "return", "refund", "call")),
            occurred_at=dice.choice(moments),
            object_namespace="all",
            object_id=thing,
            part_of_namespace="all" if is_part else "",
            part_of_id=f"O-{thing[2]}" if is_part else "",
        )
    return records


def folded(records: Sequence[SourceRecord], filters: Filters) -> list[int]:
    """The rule, said slowly: the first event of every row, newest first."""
    of_records = Event.objects.filter(record__in=records)
    known = {event.object_id for event in of_records}
    whole = {event.object_id: event.part_of_id for event in of_records if event.part_of_id}
    seen, heads = set(), []
    passing = events_passing(records, filters).order_by("-occurred_at", "-id")
    for event in passing:
        top = whole.get(event.object_id, event.object_id)
        key = top if top in known else event.object_id
        if not key or key not in seen:
            heads.append(event.id)
        seen.add(key)
    return heads


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("groups", [(), ("returns",), ("orders", "calls")])
def test_each_event_is_in_one_row_whatever_is_filtered(
    seed: int, groups: tuple[str, ...]
) -> None:
    records = history(random.Random(seed))
    filters = Filters(groups=frozenset(groups))

    assert [row.event.id for row in rows(records, filters)] == folded(records, filters)
