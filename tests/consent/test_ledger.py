"""The ledger only grows: one way in, none to change it, in Python and in the database."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from consent import tasks
from consent.models import LedgerEntry, LedgerOnlyGrows, Purpose
from consent.stating import ledger
from tests.consent.statements import day, say
from tests.profiles.customers import make_record
from tests.staff import staff

pytestmark = pytest.mark.django_db
APP_ROLE = "ledger_test_app"


def entry_for(record_id: int, **fields: object) -> ledger.NewEntry:
    plain = {"purpose": "marketing", "channel": "email", "decision": "granted"}
    return ledger.NewEntry(record_id=record_id, **{**plain, "stated_at": day(1), **fields})  # type: ignore[arg-type]  # defaults above


def test_a_statement_that_is_known_already_adds_nothing() -> None:
    record = make_record()

    assert len(ledger.append([entry_for(record.pk)])) == 1
    assert (
        len(ledger.append([entry_for(record.pk), entry_for(record.pk, decision="refused")]))
        == 1
    )
    assert LedgerEntry.objects.count() == 2


def test_a_statement_twice_in_one_batch_is_one_statement() -> None:
    record = make_record()

    assert len(ledger.append([entry_for(record.pk), entry_for(record.pk)])) == 1


def test_a_yes_and_a_no_of_one_moment_are_both_kept() -> None:
    record = make_record()

    assert (
        len(ledger.append([entry_for(record.pk), entry_for(record.pk, decision="refused")]))
        == 2
    )


def test_a_purpose_nobody_made_is_refused_and_made_by_nobody() -> None:
    with pytest.raises(ledger.BadStatement, match="Offers by partners"):
        ledger.append([entry_for(make_record().pk, purpose="Offers by partners")])

    assert not Purpose.objects.filter(key="offers-by-partners").exists()


def test_a_purpose_that_is_known_keeps_its_name() -> None:
    ledger.append([entry_for(make_record().pk, purpose="Marketing")])

    assert Purpose.objects.get(key="marketing").name == "Marketing"
    assert Purpose.objects.count() == 2


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"channel": "pigeon"}, "known are email, sms, phone, post"),
        ({"purpose": "…"}, "letters"),
    ],
)
def test_a_bad_statement_is_refused_with_everything_beside_it(
    fields: dict[str, str], told: str
) -> None:
    record = make_record()

    with pytest.raises(ledger.BadStatement, match=told):
        ledger.append([entry_for(record.pk), entry_for(record.pk, **fields)])

    assert not LedgerEntry.objects.exists()


def test_an_agent_is_named_on_what_was_told_to_them() -> None:
    entry = say(make_record(), True, method=LedgerEntry.Method.AGENT, actor=staff("ana"))

    assert (entry.method, entry.actor) == ("agent", staff("ana"))


def test_many_statements_take_as_many_queries_as_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    record = make_record()
    entries = [entry_for(record.pk, stated_at=day(number)) for number in range(2, 52)]
    ledger.append([entry_for(record.pk)])
    with CaptureQueriesContext(connection) as one:
        ledger.append(entries[:1])

    with django_assert_num_queries(len(one)):
        assert len(ledger.append(entries[1:])) == 49


@pytest.mark.parametrize(
    "write",
    [
        lambda entry: entry.save(),
        lambda entry: entry.delete(),
        lambda entry: LedgerEntry.objects.update(decision="granted"),
        lambda entry: LedgerEntry.objects.all().delete(),
        lambda entry: LedgerEntry.objects.bulk_update([entry], ["decision"]),
        lambda entry: LedgerEntry.objects.create(record=entry.record),
        lambda entry: LedgerEntry.objects.bulk_create([entry]),
        lambda entry: entry.record.ledger_entries.all().update(decision="granted"),
    ],
)
def test_python_code_is_told_to_append(write: Callable[[LedgerEntry], object]) -> None:
    entry = say(make_record(), False)

    with pytest.raises(LedgerOnlyGrows, match=r"consent\.stating\.ledger\.append"):
        write(entry)


CHANGES = [
    "UPDATE consent_ledgerentry SET decision = 'granted'",
    "DELETE FROM consent_ledgerentry",
    "TRUNCATE consent_ledgerentry",
]


def refused(sql: str) -> str:
    """Run a statement that must fail and return what the database said."""
    connection.check_constraints()  # pending foreign keys would stop a TRUNCATE first
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    return str(error.value)


@pytest.mark.parametrize("sql", CHANGES)
def test_the_owner_of_the_table_cannot_change_the_ledger(sql: str) -> None:
    say(make_record(), False)

    assert "the consent ledger only grows" in refused(sql)


@pytest.fixture
def as_app_role() -> None:
    """Act as a role like the web application's, which was given far too much by mistake."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {APP_ROLE}")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {APP_ROLE}")
        cursor.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {APP_ROLE}")


@pytest.mark.usefixtures("as_app_role")
@pytest.mark.parametrize("sql", CHANGES)
def test_a_role_with_every_grant_cannot_change_the_ledger(sql: str) -> None:
    say(make_record(), False)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")

    assert "the consent ledger only grows" in refused(sql)


@pytest.mark.usefixtures("as_app_role")
@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE consent_ledgerentry DISABLE TRIGGER ledger_rows_stay",
        "DROP TRIGGER ledger_rows_stay ON consent_ledgerentry",
        "SET session_replication_role = replica",
        "DROP TABLE consent_ledgerentry",
    ],
)
def test_such_a_role_cannot_take_the_guard_away(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")

    message = refused(sql)

    assert "must be owner" in message or "permission denied" in message


@pytest.mark.usefixtures("as_app_role")
def test_such_a_role_can_still_append() -> None:
    record = make_record()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")

    assert len(ledger.append([entry_for(record.pk)])) == 1


def test_the_guard_also_holds_where_triggers_are_off_for_replication() -> None:
    say(make_record(), False)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")

    assert "the consent ledger only grows" in refused(CHANGES[0])


@pytest.mark.parametrize(("count", "asked"), [(2, 0), (3, 1), (7, 1)])
def test_after_so_many_entries_a_signature_is_asked_for_once_they_are_committed(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    count: int,
    asked: int,
) -> None:
    monkeypatch.setattr(ledger, "SIGN_EVERY", 3)
    record = make_record()

    with django_capture_on_commit_callbacks() as callbacks:
        ledger.append(entry_for(record.pk, stated_at=day(number)) for number in range(count))

    assert callbacks.count(tasks.ask_for_signature) == asked
