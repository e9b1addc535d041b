"""Customers whose records disagree, and versions of survivorship about them."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from c360.jobs.working import run_waiting
from profiles.models import Membership, Profile, SourceRecord, SurvivorshipVersion
from profiles.projection import differences, refresh
from profiles.survivorship import publishing
from profiles.survivorship.drafts import make_draft
from profiles.survivorship.live import live_version
from profiles.survivorship.simulating import start_simulation
from tests.profiles.customers import LONG_AGO, make_record, make_source
from tests.staff import staff

NEXT_DAY = LONG_AGO + timedelta(days=1)


def a_record(source: str, at: datetime | None = None, **attributes: Any) -> SourceRecord:
    """A record that its source has changed at some time."""
    record = make_record(source, **attributes)
    SourceRecord.objects.filter(pk=record.pk).update(source_updated_at=at)
    record.refresh_from_db()
    return record


def a_customer(*records: SourceRecord) -> Profile:
    """These records joined, with the values that the live rules choose."""
    first = records[0]
    Membership.objects.filter(record__in=records).update(
        profile=first.birth_profile, component=first.pk
    )
    refresh([record.birth_profile.pk for record in records])
    return Profile.objects.get(pk=first.birth_profile.pk)


def anna() -> Profile:
    """Two phones: the CRM, which ranks first, says one, and the shop a newer one."""
    make_source("crm", priority=10)
    make_source("shop", priority=50)
    return a_customer(
        a_record("crm", LONG_AGO, given_name="Anna", phone=["+442079460001"]),
        a_record("shop", NEXT_DAY, given_name="Anna", phone=["+442079460002"]),
    )


def bo() -> Profile:
    """One phone, whoever is asked."""
    return a_customer(
        a_record("crm", LONG_AGO, given_name="Bo", phone=["+442079460003"]),
        a_record("shop", given_name="Bo", phone=["+442079460003"]),
    )


def a_draft(name: str = "crm-first", **changed: Any) -> SurvivorshipVersion:
    """A draft of Sol's by which the source that ranks first has the phone."""
    spec = live_version().spec
    facts = {
        "strategies": {**spec["strategies"], "phone": ["complete", "priority", "newest"]},
        "trust": spec["trust"],
    }
    return make_draft(live_version(), name=name, made_by=staff("sol"), **{**facts, **changed})


def simulated(name: str = "crm-first", **changed: Any) -> SurvivorshipVersion:
    made = a_draft(name, **changed)
    start_simulation(made, whole=True, by=staff("sol"))
    run_waiting()
    return SurvivorshipVersion.objects.get(version=made.version)


def published(name: str = "crm-first", scope: str = "all", **changed: Any) -> None:
    publishing.publish(simulated(name, **changed), scope=scope, by=staff("kim"))


def phone_of(profile: Profile) -> str:
    return str(Profile.objects.get(pk=profile.pk).golden["phone"]["value"])


def nothing_is_off() -> bool:
    """Whether every customer shows what the rules say that its row names."""
    return list(differences()) == []


def hashes() -> dict[str, str]:
    """What every customer shows, as a hash."""
    rows = Profile.objects.values_list("pk", "golden", "display_name", "rules_version")
    return {
        pk: hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
        for pk, *told in rows
    }
