"""Versions of survivorship that go live while others are at work."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from c360.jobs.model import Job
from c360.models import User
from profiles.models import (
    Membership,
    Profile,
    Source,
    SourceRecord,
    SurvivorshipPublication,
    SurvivorshipVersion,
)
from profiles.projection import differences, refresh
from profiles.survivorship import live, publishing, spreading
from profiles.survivorship.rules import SHIPPED
from tests.committed import committed_rows
from tests.matching.test_versions import wait_until_somebody_waits
from tests.profiles.survivors import anna, phone_of, simulated
from tests.staff import staff


def forget_everything() -> None:
    for model in (
        Job,
        SurvivorshipPublication,
        SurvivorshipVersion,
        Membership,
        Profile,
        SourceRecord,
        Source,
    ):
        model._default_manager.all().delete()
    User.objects.filter(email__endswith="@example.org").delete()
    live._parsed.cache_clear()


rows_are_committed = committed_rows(forget_everything)


def publish(name: str, scope: str) -> None:
    try:
        version = SurvivorshipVersion.objects.get(version=name)
        publishing.publish(version, scope=scope, by=staff("kim"))
    finally:
        connection.close()


def test_values_of_a_worker_that_a_publication_overtook_are_brought_in_line() -> None:
    customer, version = anna(), simulated().version
    staff("kim")
    with ThreadPoolExecutor(1) as others, transaction.atomic():
        Profile.objects.filter(pk=customer.pk).update(golden={})
        refresh([customer.pk])  # by the rules that ship; not committed yet
        others.submit(publish, version, "all").result(timeout=20)

    late = Profile.objects.get(pk=customer.pk)
    assert (late.rules_version, phone_of(customer)[-1]) == (SHIPPED, "2")
    assert (spreading.waiting(), list(differences())) == (1, [])

    spreading.spread()
    assert (phone_of(customer)[-1], spreading.waiting()) == ("1", 0)


@pytest.mark.parametrize("scope", ["new", "all"])
def test_publishing_waits_for_who_spreads_and_then_decides_how_far_it_goes(scope: str) -> None:
    customers, first = [anna(), anna()], simulated().version
    publishing.publish(
        SurvivorshipVersion.objects.get(version=first), scope="all", by=staff("kim")
    )
    order = {"strategies": _newest_first()}
    second = simulated("newest", **order).version
    with ThreadPoolExecutor(1) as others, transaction.atomic():
        assert spreading._may_go_on()
        late = others.submit(publish, second, scope)
        wait_until_somebody_waits()
        assert not late.done()
        refresh([customers[0].pk])
    late.result(timeout=20)

    spreading.spread()
    found = [Profile.objects.get(pk=each.pk).rules_version for each in customers]
    assert found == ([first, SHIPPED] if scope == "new" else [second, second])
    assert list(differences()) == []


def _newest_first() -> dict[str, list[str]]:
    return {**live.live_version().spec["strategies"], "phone": ["newest"]}
