"""What every yes in the ledger must yield (check 6)."""

from random import Random
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from consent.models import LedgerEntry, PolicyVersion
from consent.policies import text_hash
from consent.stating import proof
from consent.stating.threads import thread_of
from profiles.mappings.records import ConsentColumn
from profiles.signals import RecordChange, records_changed
from tests.consent.chains import ledger
from tests.consent.statements import day, say
from tests.profiles.customers import make_record
from tests.staff import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("heads_file")]


def publish(body: str = "May we write to you? You can say no at any time.") -> PolicyVersion:
    return PolicyVersion.objects.create(
        purpose_id="marketing",
        jurisdiction="GB",
        language="en",
        version=1,
        body=body,
        body_sha256=text_hash(body),
        published_at=day(0),
    )


def grant_in_two_ways(text: PolicyVersion, count: int) -> None:
    """Half of them come with rows, half are told to Ana."""
    column = ConsentColumn.parse(
        {"column": "ok", "purpose": "marketing", "channel": "email", "policy": str(text)}, "x"
    )
    said = column.read({"ok": "yes"}, [])
    assert said is not None
    rows = [
        RecordChange(make_record(), {}, [said], True, f"row {n}") for n in range(count // 2)
    ]
    records_changed.send(sender=None, changes=rows)
    for number in range(count // 2):
        told: dict[str, Any] = {"method": "agent", "actor_type": "agent", "actor": staff("ana")}
        say(make_record(), True, on=number, policy_version=text, **told)


def test_a_sample_of_yeses_tells_who_when_how_to_what_text_and_how_it_ends(
    settings: Settings,
) -> None:
    settings.C360_PRIVACY_CONTACT = "https://example.org/no-more"
    grant_in_two_ways(publish(), 40)
    grants = list(LedgerEntry.objects.filter(decision="granted"))
    assert len(grants) == 40

    for entry in Random(6).sample(grants, 20):
        thread, event = thread_of(entry)
        text = entry.policy_version
        assert text is not None
        assert entry.actor_type == "source" or entry.actor == staff("ana")
        assert event.stated_at <= entry.recorded_at
        assert event.method in {"Came with a record", "Told to an agent"}
        assert text_hash(text.body) == text.body_sha256 == entry.body["text_sha256"]
        assert thread.withdraw_at == "https://example.org/no-more"
        if entry.method == "import":
            evidence = proof.evidence_of(entry)
            assert evidence is not None
            assert evidence.payload["cells"] == {"ok": "yes"}


def test_a_text_changed_after_people_answered_is_found_though_its_own_hash_is_changed() -> None:
    text = publish()
    grant_in_two_ways(text, 2)
    assert ledger("verify")[0] == 0
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE consent_policyversion DISABLE TRIGGER USER")
        changed = ["We may do what we like.", text_hash("We may do what we like.")]
        cursor.execute("UPDATE consent_policyversion SET body = %s, body_sha256 = %s", changed)

    status, report = ledger("verify")

    assert status == 2
    assert f"text {text.pk} is not what people were shown" in report["found"]
