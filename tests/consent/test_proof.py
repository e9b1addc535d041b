"""Evidence lies under a key of its record; the ledger only commits to it."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from c360 import sealing
from consent.models import ConsentEvidence, LedgerEntry, PolicyVersion, SubjectKey
from consent.policies import text_hash
from consent.stating import proof
from consent.stating.ledger import NewEntry
from consent.stating.proof import Evidence, EvidenceAltered, EvidenceGone
from profiles.mappings.records import ConsentColumn
from profiles.models import SourceRecord
from profiles.signals import RecordChange, records_changed
from tests.consent.statements import day
from tests.profiles.customers import make_record

pytestmark = pytest.mark.django_db
ROW = Evidence("row", {"cells": {"newsletter": " Ja ", "asked": "3.1.2026"}})


def proven(
    record: SourceRecord, number: int = 0, evidence: Evidence = ROW
) -> tuple[NewEntry, Evidence]:
    entry = NewEntry(
        record_id=record.pk,
        purpose="marketing",
        channel="email",
        decision="granted",
        stated_at=day(number),
    )
    return entry, evidence


def keep(record: SourceRecord, evidence: Evidence = ROW) -> LedgerEntry:
    (entry_id,) = proof.append_with_evidence([proven(record, evidence=evidence)])
    return LedgerEntry.objects.get(entry_id=entry_id)


def test_evidence_is_read_back_as_it_was_kept() -> None:
    assert proof.evidence_of(keep(make_record())) == ROW


def test_neither_ledger_nor_evidence_holds_it_in_the_clear() -> None:
    entry = keep(make_record())

    kept = ConsentEvidence.objects.get(entry_id=entry.entry_id)
    assert b"newsletter" not in bytes(kept.payload) + bytes(entry.evidence_commitment or b"")
    assert len(entry.evidence_commitment or b"") == 32


def test_the_same_evidence_of_two_records_commits_to_two_things() -> None:
    first, second = keep(make_record()), keep(make_record())

    assert first.evidence_commitment != second.evidence_commitment


def test_the_statements_of_a_record_lie_under_one_key() -> None:
    record = make_record()

    proof.append_with_evidence([proven(record, number) for number in range(3)])
    proof.append_with_evidence([proven(record, 9)])

    assert SubjectKey.objects.get().record_id == record.pk
    assert ConsentEvidence.objects.count() == 4


def test_a_statement_that_is_known_keeps_its_first_evidence() -> None:
    record = make_record()
    entry = keep(record)

    assert proof.append_with_evidence([proven(record, evidence=Evidence("row", {}))]) == []
    assert proof.evidence_of(entry) == ROW


def test_many_statements_take_as_many_queries_as_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    one, many = make_record(), [make_record() for _ in range(20)]
    with connection.execute_wrapper(counting := Counting()):
        keep(one)
    with django_assert_num_queries(counting.number - 1):  # without reading it back
        proof.append_with_evidence([proven(each) for each in many])


class Counting:
    """Counts the statements that go through it."""

    number = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.number += 1
        return execute(sql, params, many, context)


def test_without_its_key_evidence_is_gone_and_guesses_cannot_be_tested() -> None:
    entry = keep(make_record())

    assert proof.destroy_keys([entry.record_id]) == 1

    key = SubjectKey.objects.get()
    assert (key.wrapped_key, key.destroyed_at is None) == (None, False)
    with pytest.raises(EvidenceGone):
        proof.evidence_of(entry)
    assert LedgerEntry.objects.get() == entry


def test_other_records_keep_their_keys_when_one_is_destroyed() -> None:
    gone, stays = keep(make_record()), keep(make_record())

    proof.destroy_keys([gone.record_id])

    assert proof.evidence_of(stays) == ROW


def test_of_a_record_whose_key_was_destroyed_nothing_more_is_kept() -> None:
    entry = keep(make_record())
    proof.destroy_keys([entry.record_id])

    proof.append_with_evidence([proven(entry.record, 5)])

    assert ConsentEvidence.objects.count() == 1
    assert LedgerEntry.objects.latest("pk").evidence_commitment is None


def test_deleted_evidence_is_told_from_evidence_that_never_was() -> None:
    entry = keep(make_record())
    ConsentEvidence.objects.all().delete()

    with pytest.raises(EvidenceGone, match="deleted"):
        proof.evidence_of(entry)


def test_a_statement_without_evidence_has_none() -> None:
    assert proof.evidence_of(LedgerEntry(entry_id=uuid4())) is None


def test_changed_evidence_is_not_taken_for_proof() -> None:
    entry = keep(make_record())
    kept = ConsentEvidence.objects.get()
    kept.payload = bytes(kept.payload)[:-1] + bytes([bytes(kept.payload)[-1] ^ 1])
    kept.save()

    with pytest.raises(EvidenceAltered):
        proof.evidence_of(entry)


def test_evidence_of_one_statement_proves_no_other() -> None:
    record = make_record()
    yes = keep(record)
    (other,) = proof.append_with_evidence([proven(record, 8, Evidence("row", {"no": 1}))])
    moved = ConsentEvidence.objects.get(entry_id=other)
    ConsentEvidence.objects.filter(entry_id=yes.entry_id).delete()
    ConsentEvidence.objects.filter(pk=moved.pk).update(entry_id=yes.entry_id)

    with pytest.raises(EvidenceAltered):
        proof.evidence_of(yes)


def test_a_new_wrapping_key_reads_what_the_old_one_wrapped_if_it_is_still_named(
    settings: Settings,
) -> None:
    entry = keep(make_record())
    old = settings.EVIDENCE_KEY
    settings.EVIDENCE_KEY = f"{'1e' * 32},{old}"
    assert proof.evidence_of(entry) == ROW

    settings.EVIDENCE_KEY = "1e" * 32

    with pytest.raises(EvidenceGone, match="not known here"):
        proof.evidence_of(entry)


@given(st.binary(max_size=200), st.binary(max_size=20), st.integers(0), st.integers(1, 255))
def test_whatever_is_sealed_opens_whole_or_not_at_all(
    plain: bytes, bound: bytes, place: int, flip: int
) -> None:
    key = bytes(32)
    sealed = sealing.seal(key, plain, bound)

    assert sealing.unseal(key, sealed, bound) == plain
    broken = bytearray(sealed)
    broken[place % len(broken)] ^= flip
    for attempt in (
        (key, bytes(broken), bound),
        (key, sealed, bound + b"x"),
        (b"1" * 32, sealed, bound),
    ):
        with pytest.raises(sealing.CannotOpen):
            sealing.unseal(*attempt)


def tell(record: SourceRecord, **mapped: str) -> Iterator[LedgerEntry]:
    """Say that a row came with an answer; yield what the ledger holds then."""
    spec = {"column": "ok", "at": "when", "purpose": "marketing", "channel": "email", **mapped}
    column = ConsentColumn.parse(spec, "consent")
    row = {"ok": " YES ", "when": "2026-01-05", "name": "Anna", "email": "anna@example.org"}
    statement = column.read(row, [])
    assert statement is not None
    change = RecordChange(record, {}, [statement], received_payload_hash="ab12")
    records_changed.send(sender=None, changes=[change])
    yield from record.ledger_entries.all()


def test_of_a_row_only_the_columns_about_consent_are_kept_word_for_word() -> None:
    (entry,) = tell(make_record())

    assert proof.evidence_of(entry) == Evidence(
        "row", {"cells": {"ok": " YES ", "when": "2026-01-05"}, "row": "ab12"}
    )


def test_a_row_rests_on_the_text_its_mapping_names() -> None:
    text = PolicyVersion.objects.create(
        purpose_id="marketing",
        jurisdiction="GB",
        language="en",
        version=2,
        body="We write to you.",
        body_sha256=text_hash("We write to you."),
        published_at=day(0),
    )

    (entry,) = tell(make_record(), policy="marketing GB/en v2")

    assert (entry.policy_version, entry.jurisdiction, entry.language) == (text, "GB", "en")


def test_a_text_nobody_published_proves_nothing() -> None:
    (entry,) = tell(make_record(), policy="marketing GB/en v9")

    assert entry.policy_version is None
