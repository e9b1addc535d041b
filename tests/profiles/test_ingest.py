"""Records come in: what changes them, what does not, and what is refused."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.models import LedgerEntry
from matching.models import BlockKey, DirtyRecord
from profiles.ingest.records import ReadRow, Row, store_read
from profiles.ingest.suppression import key_id, source_key_digest
from profiles.mappings.records import ReadRecord
from profiles.models import (
    CustomerObject,
    Event,
    Identifier,
    Membership,
    Profile,
    QuarantinedRow,
    RecordVersion,
    SourceRecord,
    Suppression,
)
from tests.profiles.customers import make_event, make_object, make_source
from tests.profiles.rows import SPEC, contents, forget, make_mapping, news, record, row, send

pytestmark = pytest.mark.django_db


def test_a_new_record_is_stored_with_version_identifiers_profile_and_marks() -> None:
    stored = send(make_mapping(), row("1", 3, name="Ana", email="ana@example.com", card="A 1"))

    found = record("1")
    assert (stored.counts.new, stored.record_ids) == (1, {"1": found.pk})
    assert found.attributes["email"] == ["ana@example.com"]
    assert found.versions.get().payload["card"] == "A 1"
    assert set(found.identifiers.values_list("namespace", "value_norm")) == {
        ("email", "ana@example.com"),
        ("card", "A1"),
    }
    membership = Membership.objects.get(record=found)
    assert (membership.profile, membership.component) == (found.birth_profile, found.pk)
    assert DirtyRecord.objects.filter(record=found).exists()
    assert BlockKey.objects.filter(record=found).exists()


def test_the_same_row_again_changes_nothing() -> None:
    mapping = make_mapping()
    send(mapping, row("1", 3, name="Ana", news="y"))
    with news() as heard:
        stored = send(mapping, row("1", 3, name="Ana", news="y"))

    assert stored.counts.same == 1
    assert (record("1").version, RecordVersion.objects.count(), heard) == (1, 1, [])


def test_a_newer_row_changes_the_record_and_what_it_is_found_by() -> None:
    mapping = make_mapping()
    send(mapping, row("1", 3, name="Ana", email="old@example.com"))
    stored = send(mapping, row("1", 4, name="Anna", email="new@example.com"))

    assert stored.counts.changed == 1
    assert (record("1").version, record("1").attributes["given_name"]) == (2, "Anna")
    assert Identifier.objects.get().value_norm == "new@example.com"
    assert Profile.objects.count() == 1


def test_an_older_row_is_kept_as_history_and_its_consent_still_counts() -> None:
    mapping = make_mapping()
    send(mapping, row("1", 9, name="Anna"))
    with news() as heard:
        stored = send(mapping, row("1", 4, name="Ana", news="n"))

    assert stored.counts.older == 1
    assert (record("1").version, record("1").attributes["given_name"]) == (1, "Anna")
    assert RecordVersion.objects.count() == 2
    assert [change.is_current for change in heard] == [False]
    assert LedgerEntry.objects.get().stated_at.day == 4


def test_an_older_row_comes_twice_and_is_kept_once() -> None:
    mapping = make_mapping()
    send(mapping, row("1", 9), row("1", 4, name="Ana"))
    assert send(mapping, row("1", 4, name="Ana")).counts.same == 1
    assert RecordVersion.objects.count() == 2


@pytest.mark.parametrize("day", [None, 5])
def test_of_rows_of_one_time_the_later_wins_but_a_repetition_turns_nothing_back(
    day: int | None,
) -> None:
    mapping = make_mapping()
    first, second = row("1", day, name="Ana"), row("1", day, name="Bea")
    send(mapping, first)
    assert send(mapping, second).counts.changed == 1
    assert send(mapping, first).counts.same == 1
    assert record("1").attributes["given_name"] == "Bea"


def test_a_row_without_a_time_opens_no_door_to_older_rows() -> None:
    mapping = make_mapping()
    send(mapping, row("1", 9, name="Ana"), row("1", name="Bea"))
    assert send(mapping, row("1", 5, name="Cleo")).counts.older == 1
    assert record("1").attributes["given_name"] == "Bea"


def test_a_deletion_empties_the_record_and_leaves_its_events() -> None:
    mapping = make_mapping()
    send(mapping, row("1", 3, name="Ana", email="ana@example.com"))
    make_event(record("1"))
    with news() as heard:
        stored = send(mapping, row("1", 4, name="Ana", email="ana@example.com", gone="yes"))

    found = record("1")
    assert stored.counts.deleted == 1
    assert (found.is_live, found.attributes, found.version) == (False, {}, 2)
    assert not found.identifiers.exists()
    assert found.events.count() == 1
    assert [(change.is_current, change.attributes) for change in heard] == [(True, {})]
    assert not BlockKey.objects.filter(record=found).exists()


def test_a_late_older_row_does_not_revive_a_deleted_record() -> None:
    mapping = make_mapping()
    send(mapping, row("1", 5, gone="yes"))
    assert send(mapping, row("1", 4, name="Ana")).counts.older == 1
    assert not record("1").is_live


def test_an_older_deletion_does_not_delete_a_newer_record() -> None:
    mapping = make_mapping()
    send(mapping, row("1", 5, name="Ana"))
    assert send(mapping, row("1", 4, gone="yes")).counts.older == 1
    assert record("1").is_live


def test_a_newer_row_brings_a_deleted_record_back() -> None:
    mapping = make_mapping()
    send(mapping, row("1", 5, gone="yes"))
    send(mapping, row("1", 6, name="Ana", email="ana@example.com"))
    assert (record("1").is_live, record("1").version) == (True, 2)
    assert Identifier.objects.count() == 1


def test_two_rows_of_one_key_in_one_batch_arrive_one_after_the_other() -> None:
    with news() as heard:
        stored = send(make_mapping(), row("1", 3, name="Ana", news="y"), row("1", 4, news="n"))

    assert (stored.counts.new, stored.counts.changed, record("1").version) == (1, 1, 2)
    assert [change.is_current for change in heard] == [False, True]
    stated = LedgerEntry.objects.order_by("stated_at").values_list("stated_at__day", "decision")
    assert list(stated) == [(3, "granted"), (4, "refused")]


def test_another_mapping_that_reads_more_changes_the_record() -> None:
    first = make_mapping()
    send(first, row("1", 3, name="Ana", town="Hull"))
    more = SPEC | {"attributes": SPEC["attributes"] | {"address.city": "town"}}
    stored = send(make_mapping(spec=more), row("1", 3, name="Ana", town="Hull"))

    assert (stored.counts.changed, record("1").version) == (1, 2)
    assert record("1").attributes["address"] == {"city": "Hull"}


def test_another_mapping_that_reads_the_same_changes_nothing_but_adds_its_consent() -> None:
    plain = {key: value for key, value in SPEC.items() if key != "consent"}
    send(make_mapping(spec=plain), row("1", 3, name="Ana", news="y"))
    stored = send(make_mapping(), row("1", 3, name="Ana", news="y"))

    assert (stored.counts.same, record("1").version) == (1, 1)
    assert LedgerEntry.objects.get().stated_at.day == 3


def test_a_row_that_cannot_be_read_is_kept_once_and_stops_nothing() -> None:
    mapping = make_mapping()
    rows = [row("1", 3), Row({"id": "2", "born": "31.31.1980"}, line=7), row("", 3)]
    for _ in range(2):
        stored = send(mapping, *rows)
        assert stored.counts.quarantined == 2

    bad = QuarantinedRow.objects.get(line=7)
    assert (bad.column, bad.value, bad.origin) == ("born", "31.31.1980", "rows.csv")
    assert bad.reason == "not a date or time"
    assert QuarantinedRow.objects.count() == 2
    assert SourceRecord.objects.count() == 1


@pytest.mark.parametrize("together", [True, False])
def test_a_mended_row_settles_the_one_that_waited(together: bool) -> None:
    mapping = make_mapping()
    rows = [row("2", 3, born="31.31.1980"), row("3", 3, born="?!"), row("2", 3, born="1980")]
    for batch in [rows] if together else [[each] for each in rows]:
        send(mapping, *batch)

    settled = QuarantinedRow.objects.filter(settled_at__isnull=False)
    assert [each.raw["id"] for each in settled] == ["2"]


def test_what_no_column_can_hold_is_quarantined_not_an_error() -> None:
    mapping = make_mapping()
    deep: Any = "x"
    for _ in range(2000):
        deep = [deep]
    stored = send(
        mapping,
        row("k" * 201, 3),
        row("2", 3, card="9" * 300),
        Row({"id": "3", "deep": deep}),
        row("4", 3),
    )
    assert (stored.counts.quarantined, stored.counts.new) == (3, 1)


def test_characters_that_cannot_be_stored_are_left_out_with_a_note() -> None:
    stored = send(make_mapping(), row("1\x00", 3, name="A\x00na\ud800", note="\ud83d"))
    assert stored.counts.new == 1
    assert record("1").attributes["given_name"] == "Ana"
    assert sum(stored.notes.values()) == 1


def test_numbers_lists_and_objects_of_json_are_read_as_text() -> None:
    payload: dict[str, Any] = {
        "id": 17,
        "name": None,
        "email": ["a@example.com", "b@example.com"],
        "x": {},
    }
    send(make_mapping(), Row(payload))
    assert record("17").attributes == {"email": ["a@example.com", "b@example.com"]}


def test_a_suppressed_key_is_refused_and_leaves_nothing() -> None:
    mapping = make_mapping()
    suppress("1", Suppression.Mode.BLOCK_INGEST)
    stored = send(mapping, row("1", 3), row("2", 3))

    assert (stored.counts.suppressed, stored.counts.new) == (1, 1)
    assert not SourceRecord.objects.filter(external_id="1").exists()
    assert not QuarantinedRow.objects.exists()


def test_a_suppressed_key_may_wait_for_a_person() -> None:
    mapping = make_mapping()
    suppress("1", Suppression.Mode.QUARANTINE)
    assert send(mapping, row("1", 3)).counts.quarantined == 1
    assert "erased" in QuarantinedRow.objects.get().reason


def test_a_lifted_suppression_and_that_of_another_source_refuse_nobody() -> None:
    mapping = make_mapping()
    suppress("1", Suppression.Mode.BLOCK_INGEST, lifted_at=timezone.now())
    suppress("1", Suppression.Mode.BLOCK_INGEST, slug="shop")
    assert send(mapping, row("1", 3)).counts.new == 1


def suppress(key: str, mode: str, slug: str = "crm", **fields: Any) -> None:
    Suppression.objects.create(
        kind=Suppression.Kind.SOURCE_KEY,
        digest=source_key_digest(slug, key),
        key_id=key_id(),
        mode=mode,
        cause=Suppression.Cause.ERASURE,
        **fields,
    )


def test_events_and_objects_that_came_first_find_their_record() -> None:
    mapping = make_mapping()
    send(mapping, row("other", 1))
    make_event(record("other"))
    make_object(record("other"), "HP-1")
    Event.objects.update(record=None, record_key="1")
    CustomerObject.objects.update(record=None, record_key="1")
    send(mapping, row("1", 3))

    assert Event.objects.get().record == record("1")
    assert CustomerObject.objects.get().record == record("1")


def test_events_of_another_source_with_the_same_key_are_left_alone() -> None:
    shop = make_mapping(make_source("shop"))
    send(shop, row("other", 1))
    make_event(record("other"))
    Event.objects.update(record=None, record_key="1")
    send(make_mapping(), row("1", 3))
    assert Event.objects.get().record is None


def test_rows_read_already_are_stored_like_those_of_a_file() -> None:
    read = ReadRecord("7", None, deleted=False, attributes={"email": ["ana@example.com"]})
    payload = {"external_id": "7", "attributes": {"email": "ana@example.com"}}
    for expected in ("new", "same"):
        stored = store_read(make_source("crm"), None, [ReadRow(payload, read)], origin="api")
        assert stored.outcomes == {"7": expected}
    assert Identifier.objects.get().record == record("7")


def test_a_listener_that_fails_undoes_the_whole_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = make_mapping()
    monkeypatch.setattr("matching.resolving.marks.mark_dirty", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        send(mapping, row("1", 3))
    assert not SourceRecord.objects.exists()


def test_a_batch_costs_the_same_queries_whatever_its_size() -> None:
    mapping = make_mapping()

    def queries(size: int, day: int) -> int:
        rows = [row(f"{size}-{each}", day, card=f"C{each}", note="x") for each in range(size)]
        with CaptureQueriesContext(connection) as captured:
            send(mapping, *rows)
        return len(captured)

    assert queries(2, day=3) == queries(200, day=3)  # new
    assert queries(2, day=4) == queries(200, day=4)  # changed
    assert queries(2, day=3) == queries(200, day=3)  # older, and known
    assert queries(2, day=4) == queries(200, day=4) <= 10  # the same


DELIVERIES = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(1, 6), st.booleans()),
    min_size=1,
    max_size=8,
    unique_by=lambda each: each[:2],
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(deliveries=DELIVERIES, data=st.data())
def test_order_repetition_and_batching_of_deliveries_make_no_difference(
    deliveries: list[tuple[str, int, bool]], data: st.DataObject
) -> None:
    forget()
    mapping = make_mapping()
    rows = [
        row(key, day, name=f"N{day}", email=f"{key}{day}@example.com", gone="x" * gone)
        for key, day, gone in deliveries
    ]
    for each in rows:
        send(mapping, each)
    expected = contents()
    forget()

    repeated = data.draw(st.lists(st.sampled_from(rows), max_size=4))
    again = data.draw(st.permutations(rows + repeated))
    while again:
        size = data.draw(st.integers(1, len(again)))
        send(mapping, *again[:size])
        again = again[size:]
    assert contents() == expected
