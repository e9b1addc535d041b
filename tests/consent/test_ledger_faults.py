"""Writers that are killed leave no gap, no half of a transaction and no broken link."""

import time
from collections import Counter
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from django.db import connection, transaction

from consent.audit import audit
from consent.chain.check import Walk
from consent.chain.format import CONSENT
from consent.chain.rows import rows
from consent.models import LedgerEntry
from consent.stating import ledger
from profiles.models import SourceRecord
from tests.committed import committed_rows
from tests.consent.statements import day
from tests.matching.crew import Crew
from tests.profiles.customers import make_record

pytestmark = [pytest.mark.faults]
WRITERS, TRANSACTIONS, AT_ONCE = 8, 250, 4


def forget_everything() -> None:
    tables = (
        "consent_ledgerentry", "consent_effectivepermission", "consent_permissionstate",
        "profiles_membership", "profiles_profile", "profiles_sourcerecord", "profiles_source",
    )  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_ledgerentry DISABLE TRIGGER USER")
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names from above
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for trigger in ("rows_are_chained", "ledger_rows_stay", "ledger_is_not_emptied"):
            cursor.execute(f"ALTER TABLE consent_ledgerentry ENABLE ALWAYS TRIGGER {trigger}")


rows_of_tests = committed_rows(forget_everything)


def write(record_id: int) -> None:
    """Append a few statements in each of many transactions, as an import does."""
    for number in range(TRANSACTIONS):
        ledger.append(
            ledger.NewEntry(
                record_id=record_id,
                purpose="marketing",
                channel=channel,
                decision="granted",
                stated_at=day(number),
            )
            for channel in ("email", "sms", "phone", "post")
        )


def kill_until_none_is_left(crew: Crew, dice: Random, records: list[SourceRecord]) -> None:
    """Kill writers while they write, and let one take over for each that is gone."""
    successors = iter(records)
    for record in islice(successors, WRITERS):
        crew.start(write, record.pk)
    for record in successors:
        time.sleep(dice.uniform(0.1, 1.0))
        crew.kill_some(dice, crew.processes)
        crew.start(write, record.pk)


def test_eight_writers_some_of_them_killed_leave_a_chain_without_gaps(tmp_path: Path) -> None:
    crew = Crew(tmp_path)
    records = [make_record() for _ in range(2 * WRITERS)]

    kill_until_none_is_left(crew, Random(3), records)
    crew.finish(300)

    assert not crew.failed(), crew.said()
    assert crew.killed() > 0
    with transaction.atomic():
        assert Walk(CONSENT).over(rows(CONSENT)).count == LedgerEntry.objects.count()
    assert [report.log for report in audit()] == ["consent", "access"]
    written = Counter(LedgerEntry.objects.values_list("record_id", "stated_at"))
    assert set(written.values()) == {AT_ONCE}
    whole = Counter(record for record, _ in written)
    assert (
        sum(number == TRANSACTIONS for number in whole.values())
        == len(crew.processes) - crew.killed()
    )
