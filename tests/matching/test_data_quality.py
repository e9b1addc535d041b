"""What is wrong with the data: each figure of the board equals what one counts by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from matching.data_quality.board import board
from matching.data_quality.counting import EVERY, count_if_due, count_now
from matching.data_quality.trend import Trend
from matching.models import QualityFigure, QualityRun, ReviewCase
from matching.resolving.resolve import resolve_until_settled
from profiles.ingest.records import Row, store_rows
from profiles.models import SourceRecord
from tests.matching.arrivals import arrive, record
from tests.profiles.customers import make_source
from tests.profiles.rows import make_mapping

pytestmark = pytest.mark.django_db
SPEC: dict[str, Any] = {
    "key": "id",
    "updated_at": "changed",
    "attributes": {
        "given_name": "first",
        "family_name": "last",
        "birth_date": "born",
        "email": ["mail", "mail2"],
        "phone": "tel",
        "address.postal_code": "code",
        "identifiers.card": "card",
    },
}
OLD, NEW = "2020-01-01", timezone.now().date().isoformat()
PEOPLE = (
    {"id": "1", "changed": OLD, "first": "Anna", "last": "Kowalska", "mail": "a@b.example",
     "tel": "n/a", "born": "1984-03-02", "card": "0000"},
    {"id": "2", "changed": NEW, "first": "Anna", "last": "Kowalska", "mail": "a@b.example",
     "mail2": "anna@c.example", "tel": "07700 900900", "born": "1984-03-02", "code": "LS1 4AB"},
    {"id": "3", "changed": NEW, "first": "Jan", "last": "Nowak", "mail": "none",
     "tel": "n/a", "born": "1900-01-01"},
    {"id": "4", "changed": NEW, "first": "Eva", "last": "", "mail": "", "tel": "n/a"},
    {"id": "5", "changed": NEW, "first": "Bad", "last": "Row", "born": "yesterday"},
    {"id": "", "changed": NEW, "first": "No", "last": "Key"},
)  # fmt: skip


@pytest.fixture
def till() -> None:
    """Six rows of one source: two of one person, two that are thin, two that are refused."""
    source = make_source("till", max_age_days=90)
    mapping = make_mapping(source, SPEC)
    columns = {name for person in PEOPLE for name in person}
    rows = [Row({name: person.get(name, "") for name in columns}) for person in PEOPLE]
    store_rows(source, mapping, rows, origin="till.csv")
    resolve_until_settled(max_seconds=60)


def figures(metric: str, source: str = "till") -> dict[str, tuple[int, int]]:
    found = QualityFigure.objects.filter(metric=metric, source__slug=source)
    return {each.attribute: (each.count, each.total) for each in found}


LIVE = """SELECT count(*) FROM profiles_sourcerecord r
JOIN profiles_source s ON s.id = r.source_id
WHERE s.slug = 'till' AND r.deleted_at IS NULL AND """


def by_hand(condition: str) -> int:
    """How many live records of the till meet a condition, asked the slow and obvious way."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE + condition)
        return int(cursor.fetchone()[0])


@pytest.mark.usefixtures("till")
def test_missing_values_are_counted_against_all_records_of_their_source() -> None:
    count_now()

    assert figures("missing") == {
        "full_name": (0, 4),
        "birth_date": (by_hand("NOT r.attributes ? 'birth_date'"), 4),
        "email": (by_hand("NOT r.attributes ? 'email'"), 4),
        "phone": (by_hand("NOT r.attributes ? 'phone'"), 4),
        "address": (by_hand("NOT r.attributes ? 'address'"), 4),
        "identifiers.card": (4, 4),
    }
    assert figures("missing")["phone"] == (3, 4)
    assert figures("missing")["birth_date"] == (2, 4)


@pytest.mark.usefixtures("till")
def test_unusable_is_what_a_source_said_and_nothing_was_left_of() -> None:
    count_now()

    assert figures("invalid") == {
        "": (1, 6),  # the row without a key
        "full_name": (0, 6),
        "birth_date": (2, 6),  # 1900-01-01, and "yesterday", for which its row was refused
        "email": (1, 6),  # "none"; what is blank was never said
        "phone": (3, 6),
        "address": (0, 6),
        "identifiers.card": (1, 6),
    }


@pytest.mark.usefixtures("till")
def test_an_unusable_value_is_named_only_where_several_customers_share_it() -> None:
    count_now()

    found = QualityFigure.objects.filter(metric="invalid")
    examples = {each.attribute: each.detail["examples"] for each in found}
    assert examples["phone"] == [["n/a", 3]]
    assert examples["email"] == []


def test_what_calls_send_is_read_without_a_mapping() -> None:
    source = make_source("api")
    payload = {"email": "nobody", "phone": ["07700 900901"], "address": {"city": "-"}}
    mapping = make_mapping(
        source,
        {"key": "external_id",
         "attributes": {"email": "attributes.email", "phone": "attributes.phone",
                        "address.city": "attributes.address.city"}},
    )  # fmt: skip
    mapping.pk = None  # calls have one that is not kept
    store_rows(
        source, mapping, [Row({"external_id": "1", "attributes": payload})], origin="api"
    )

    count_now()

    assert figures("invalid", "api") == {"email": (1, 1), "phone": (0, 1), "address": (1, 1)}


@pytest.mark.usefixtures("till")
def test_data_is_out_of_date_when_its_source_says_so() -> None:
    arrive("shop", "S-1", email=["s@b.example"], updated_at=datetime(2001, 1, 1, tzinfo=UTC))

    count_now()

    assert figures("stale")[""] == (
        by_hand("r.source_updated_at < now() - '90 days'::interval"),
        4,
    )
    assert figures("stale")["phone"] == (0, 1)
    assert figures("stale")["email"] == (1, 2)
    assert figures("stale", "shop") == {}  # it has no limit


def test_records_of_one_customer_disagree_where_neither_has_the_value_of_the_other() -> None:
    facts: dict[str, Any] = {"given_name": "Anna", "family_name": "Kowalska"}
    facts |= {"birth_date": "1984-03-02", "phone": ["+447700900111"]}
    arrive("crm", "1", email=["a@b.example"], address={"city": "Leeds"}, **facts)
    arrive("shop", "1", email=["a@b.example", "x@b.example"], address={"city": "York"}, **facts)
    arrive("app", "1", email=["x@b.example"], **facts)
    resolve_until_settled(max_seconds=60)
    assert record("app", "1").membership.profile.record_count == 3

    count_now()

    golden = record("app", "1").membership.profile.golden
    winner = golden["email"]["source"]
    assert figures("conflict", "crm")["address"] == (1, 1)
    assert figures("conflict", "shop")["address"] == (1, 1)
    assert "address" not in figures("conflict", "app")
    assert figures("conflict", "crm")["full_name"] == (0, 1)
    held = {"crm": {"a@b.example"}, "shop": {"a@b.example", "x@b.example"}}
    held["app"] = {"x@b.example"}
    apart = {slug for slug, values in held.items() if golden["email"]["value"] not in values}
    for slug in held:
        expected = int(slug in apart or (slug == winner and bool(apart)))
        assert figures("conflict", slug)["email"] == (expected, 1), slug
    cell = QualityFigure.objects.get(metric="conflict", source__slug="crm", attribute="address")
    assert cell.detail["wins"] == {golden["address"]["source"]: 1}


@pytest.mark.usefixtures("till")
def test_the_harm_to_matching_is_fewer_keys_and_questions_a_value_would_answer() -> None:
    thin, whole = record("till", "3"), record("till", "2")
    lo, hi = sorted((thin, whole), key=lambda each: each.pk)
    ReviewCase.objects.create(lo=lo, hi=hi, weight_bits=1.0)

    count_now()

    def harm(attribute: str) -> dict[str, Any]:
        found = QualityFigure.objects.get(
            metric="missing", source__slug="till", attribute=attribute
        )
        return dict(found.detail)

    assert harm("email")["pairs"] == 1
    assert harm("phone")["pairs"] == 1
    assert harm("full_name")["pairs"] == 0  # both have one
    assert harm("birth_date")["keys"] < harm("birth_date")["keys_with"]
    assert harm("email")["keyless"] == by_hand(
        "NOT r.attributes ? 'email' AND NOT EXISTS"
        " (SELECT 1 FROM matching_blockkey k WHERE k.record_id = r.id)"
    )


@pytest.mark.usefixtures("till")
def test_rows_in_quarantine_are_counted_until_a_later_import_reads_them() -> None:
    count_now()
    assert figures("quarantined") == {"": (2, 6)}

    mended = {**PEOPLE[4], "born": "1990-05-05"}
    source = make_source("till")
    row = Row({name: mended.get(name, "") for name in {n for p in PEOPLE for n in p}})
    store_rows(source, source.mappings.get(), [row], origin="till.csv")
    count_now()

    assert figures("quarantined") == {"": (1, 6)}


@pytest.mark.usefixtures("till")
def test_a_deleted_record_counts_nowhere() -> None:
    SourceRecord.objects.filter(external_id="4").update(deleted_at=timezone.now())

    count_now()

    assert figures("missing")["phone"] == (2, 3)


@pytest.mark.usefixtures("till")
def test_a_day_has_one_count_the_last_and_another_is_due_after_an_hour() -> None:
    first = count_if_due()
    assert first is not None
    assert count_if_due() is None

    QualityRun.objects.update(taken_at=timezone.now() - EVERY)
    again = count_if_due()

    assert again is not None
    assert again.pk == first.pk
    assert QualityRun.objects.count() == 1


def test_a_trend_is_drawn_to_scale_and_said_in_words() -> None:
    day = datetime(2026, 5, 1, tzinfo=UTC).date()
    trend = Trend(
        ((day, 50.0), (day + timedelta(days=1), 25.0), (day + timedelta(days=4), 0.0))
    )

    assert trend.line == "2.0,2.0 25.0,12.0 94.0,22.0"
    assert trend.words == "From 50.0 % to 0.0 % over 3 counts"
    assert not Trend(trend.points[:1]).is_drawn


def test_without_a_count_the_board_is_empty() -> None:
    assert board().run is None
    assert board().problems == []
