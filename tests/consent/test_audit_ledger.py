"""What a superuser changed in the two logs, or cut off, is found (check 2)."""

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from consent.chain import checkpoints
from consent.chain.check import BrokenChain, Walk
from consent.chain.format import CONSENT, LOGS, Log
from consent.chain.rows import rows
from consent.verification import differences
from tests.consent.chains import change, columns_of, delete_last, execute, fill, ledger, see
from tests.consent.statements import say
from tests.profiles.customers import make_record

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("heads_file")]
both = pytest.mark.parametrize("log", LOGS, ids=lambda log: log.name)


@both
def test_every_column_is_hashed(log: Log) -> None:
    assert set(columns_of(log)) == {*log.columns, "prev_hash", "row_hash"}


@both
def test_a_log_as_it_was_written_is_whole(log: Log) -> None:
    fill()

    assert Walk(log).over(rows(log)).count == 5


def test_one_byte_changed_in_any_column_of_any_row_is_found_and_its_number_named() -> None:
    fill()

    @given(st.data())
    @hypothesis_settings(max_examples=120)
    def is_found(data: st.DataObject) -> None:
        with transaction.atomic():
            log = data.draw(st.sampled_from(LOGS))
            column = data.draw(st.sampled_from(sorted(columns_of(log))))
            seq = data.draw(st.integers(1, 5))

            change(log, column, seq)

            with pytest.raises(BrokenChain, match=rf"/{seq}\b"):
                Walk(log).over(rows(log))
            transaction.set_rollback(True)

    is_found()


@both
def test_the_command_ends_with_2_and_names_the_changed_row(log: Log) -> None:
    fill()
    change(log, "row_hash", 3)
    third = [row.place for row in rows(log)][2]

    status, report = ledger("verify")

    assert status == 2
    assert f"{log.name} {third.chain}/3" in report["found"]


@both
def test_verify_of_everything_derived_names_the_changed_row_as_well(log: Log) -> None:
    fill()
    assert list(differences()) == []
    change(log, "entry_id", 3)
    place = list(log.columns).index("entry_id")
    third = list(rows(log))[2].parts[place]

    assert [each.where for each in differences()] == [f"entry {third}"]


@both
def test_a_row_taken_out_of_the_middle_is_missed(log: Log) -> None:
    fill()
    execute(f"DELETE FROM {log.table} WHERE seq = 3")  # noqa: S608 - our names

    assert ledger("verify")[0] == 2


@both
@pytest.mark.parametrize("count", [1, 4, 5])
def test_the_last_rows_deleted_contradict_the_signed_head(log: Log, count: int) -> None:
    fill()
    checkpoints.sign_all()
    delete_last(log, count)

    status, report = ledger("verify")

    assert status == 3
    assert "/5 was signed and is not there" in report["found"]


@both
def test_an_older_dump_put_back_contradicts_the_file_of_heads(log: Log) -> None:
    fill()
    checkpoints.sign_all()
    delete_last(log, 2)
    execute("DELETE FROM consent_checkpoint")

    assert ledger("verify")[0] == 3


@both
def test_a_tail_written_anew_with_right_hashes_contradicts_the_signed_head(log: Log) -> None:
    fill()
    checkpoints.sign_all()
    delete_last(log, 1)
    if log is CONSENT:
        say(make_record(), True)
    else:
        see(records=[77])

    status, report = ledger("verify")

    assert status == 3
    assert "is not what was signed" in report["found"]


def test_guards_that_are_switched_off_are_told() -> None:
    fill()
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_ledgerentry DISABLE TRIGGER ledger_rows_stay")

    status, report = ledger("verify")

    assert status == 2
    assert "consent_ledgerentry" in report["found"]
