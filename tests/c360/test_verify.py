"""`verify` says that all is well only when it is, and names what is not."""

import io
import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F, Value
from django.db.models.functions import Replace
from django.utils import timezone

from c360.management.commands.verify import in_words
from consent.models import EffectivePermission
from matching.models import BlockKey, KeyedRecord, Link
from profiles.models import Membership, Override, Profile
from profiles.projection import refresh
from profiles.survivorship.overrides import value_hash
from tests.consent.statements import say
from tests.matching.arrivals import arrive, resolve
from tests.profiles.survivors import published
from tests.staff import staff

ANNA: dict[str, Any] = {
    "given_name": "Anna",
    "family_name": "Kowalska",
    "birth_date": "1984-03-02",
}


def verify() -> tuple[int, dict[str, Any]]:
    """Exit status and report."""
    out = io.StringIO()
    try:
        call_command("verify", json=True, stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


@pytest.fixture
def joined(db: None, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """Anna, known to two sources. The test's transaction stands for the command's own."""
    monkeypatch.setattr("c360.management.commands.verify.one_moment", lambda: None)
    arrive("crm", "1", email=["anna@example.org"], **ANNA)
    arrive("shop", "2", email=["anna@example.org"], **ANNA)
    resolve()
    return Profile.objects.get(record_count=2)


def test_a_settled_installation_is_well(joined: Profile) -> None:
    assert verify() == (
        0,
        {
            "ok": True,
            "waiting": 0,
            "set_aside": 0,
            "counts": {},
            "keys_behind": 0,
            "values_waiting": 0,
            "overrides_late": 0,
            "differences": [],
        },
    )


def test_while_records_wait_nothing_is_compared_and_nothing_is_called_well(
    joined: Profile,
) -> None:
    arrive("shop", "3", **ANNA)

    status, report = verify()

    assert status == 1
    assert (report["ok"], report["waiting"], report["differences"]) == (False, 1, [])


@pytest.mark.parametrize(
    "check", ["block keys", "features", "links", "clusters", "golden values"]
)
def test_whatever_was_tampered_with_is_named(joined: Profile, check: str) -> None:
    if check == "block keys":
        BlockKey.objects.filter(record=joined.birth_record).update(
            kind="date", key=F("key") + 1
        )
    elif check == "features":
        kept = KeyedRecord.objects.filter(record=joined.birth_record)
        kept.update(folded=Replace("folded", Value("kowalska"), Value("mallory")))
    elif check == "links":
        Link.objects.update(weight_bits=1.5)
    elif check == "clusters":
        second = Membership.objects.exclude(record=joined.birth_record).get()
        Membership.objects.filter(pk=second.pk).update(profile=second.record.birth_profile)
    else:
        Profile.objects.filter(pk=joined.pk).update(display_name="Mallory")

    status, report = verify()

    assert status == 1
    assert check in report["counts"]
    assert "Mallory" not in json.dumps(report)


def test_values_that_are_still_to_follow_their_rules_are_told_until_resolve_chose_them(
    joined: Profile,
) -> None:
    published(trust={"email": ["shop"]})

    status, report = verify()
    assert (status, report["values_waiting"], report["counts"]) == (1, 1, {})
    assert "Values of 1 customers are still those" in in_words(Counter(), 0, 0, 1)
    call_command("resolve", verbosity=0)

    assert verify()[0] == 0
    assert Profile.objects.get(pk=joined.pk).rules_version == "crm-first"


def test_values_held_for_later_are_what_their_own_rules_say(joined: Profile) -> None:
    published(scope="new", trust={"email": ["shop"]})

    assert verify()[0] == 0


def test_a_new_installation_is_well(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("c360.management.commands.verify.one_moment", lambda: None)

    assert verify()[0] == 0


def test_records_with_keys_of_another_version_are_counted_and_what_to_run_is_said(
    joined: Profile,
) -> None:
    KeyedRecord.objects.filter(record=joined.birth_record).update(scheme=0)
    out = io.StringIO()

    call_command("verify", stdout=out)

    assert verify()[1]["keys_behind"] == 1
    assert "1 records have block keys of another version" in out.getvalue()
    assert "run rekey" in out.getvalue()


def test_a_settled_installation_is_told_nothing_of_keys(joined: Profile) -> None:
    out = io.StringIO()

    call_command("verify", stdout=out)

    assert "rekey" not in out.getvalue()


def test_a_permission_changed_by_hand_is_named_and_what_to_run_is_said(joined: Profile) -> None:
    say(joined.birth_record, False)
    EffectivePermission.objects.filter(profile=joined).update(allowed=True, reason="granted")

    assert verify()[1]["counts"] == {"permissions": 1}
    assert "permissions_rebuild works permissions out again." in in_words(
        Counter(permissions=1), 0, 0
    )


def test_what_only_grows_is_not_said_to_be_computed_anew() -> None:
    told = in_words(Counter(ledger=1), 0, 0)

    assert "ledger verify names the first such row" in told
    assert "resolve --all" not in told


def test_overrides_that_should_have_ended_are_named_until_they_have(joined: Profile) -> None:
    email = joined.golden["email"]
    before = timezone.now() - timedelta(days=1)
    Override.objects.create(
        record_id=email["record"],
        attribute="email",
        value_hash=value_hash("email", email["value"]),
        reason="She told us so.",
        said_by=staff("sol"),
        said_at=before,
        until=before + timedelta(hours=1),
    )
    refresh([joined.pk])

    status, report = verify()
    assert (status, report["overrides_late"], report["counts"]) == (1, 1, {})

    call_command("resolve", fit=False, verbosity=0)
    assert verify()[0] == 0
