"""Several workers at the same queue, on connections of their own and rows really committed."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction
from pytest_django.plugin import DjangoDbBlocker

from matching import keys
from matching.models import MatchModelVersion
from matching.resolve import resolve_batch, resolve_waiting
from profiles.models import Source
from tests.matching.arrivals import (
    are_together,
    arrive,
    deliver,
    depart,
    everything_off,
    record,
    resolve,
    row,
    say,
)

TABLES = (
    "matching_reviewcase", "matching_decision", "matching_mergeevent", "matching_link",
    "matching_dirtyrecord", "matching_generickey", "matching_blockkey",
    "matching_matchmodelversion", "profiles_membership", "profiles_profile",
    "profiles_identifier", "profiles_recordversion", "profiles_sourcerecord",
    "profiles_source", "c360_user_groups", "c360_user",
)  # fmt: skip


@pytest.fixture(autouse=True, name="db")
def committed_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Rows every connection sees, deleted afterwards: the ledger lets no test truncate.

    By the name `db` pytest-django knows that these tests need the database of tests.
    """
    with django_db_blocker.unblock():
        yield
        with transaction.atomic(), connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names from above
        connection.close()


CARD = {"card": ["70001"]}
ANNA: dict[str, Any] = {"given_name": "Anna", "family_name": "Kowalska", "identifiers": CARD}


def cross_the_limit() -> None:
    """Eleven more customers with the card: now it says nothing any more."""
    names = (f"{letter * 4}o" for letter in "bcdefghijkl")
    rows = (row(f"T-{name}", given_name=name, identifiers=CARD) for name in names)
    deliver("till", *rows)


def only_suggest() -> None:
    source = Source.objects.get(slug="shop")
    source.stage = "suggest"
    source.save()


def publish_a_stricter_model() -> None:
    live = MatchModelVersion.objects.get(state="live")
    spec = live.spec | {"version": "strict", "thresholds": {"join_bits": 90, "review_bits": -3}}
    with transaction.atomic():
        MatchModelVersion.objects.update(state="retired")
        MatchModelVersion.objects.create(version="strict", state="live", spec=spec)
        keys.mark_all_dirty()


MEANWHILE: dict[str, Callable[[], Any]] = {
    "the card has become generic": cross_the_limit,
    "the shop may only suggest": only_suggest,
    "a stricter model was published": publish_a_stricter_model,
    "the other record has changed": lambda: arrive("shop", "S-1", given_name="Boris"),
    "the other record has gone": lambda: depart("shop", "S-1"),
    "a person told them apart": lambda: say(
        "different", record("crm", "A-1"), record("shop", "S-1")
    ),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_a_slow_worker_does_not_bring_back_what_is_over(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive("crm", "A-0", given_name="Zoe", identifiers=CARD)
    arrive("shop", "S-1", **ANNA)
    resolve()
    crm = arrive("crm", "A-1", **ANNA)
    at_the_failpoint("after_score", also_resolving(MEANWHILE[what]), monkeypatch)

    resolve_batch()
    resolve()

    assert everything_off() == []
    assert not are_together(crm, record("shop", "S-1"))


def also_resolving(act: Callable[[], Any]) -> Callable[[], None]:
    def everything() -> None:
        act()
        resolve_waiting()

    return everything


def at_the_failpoint(
    place: str, act: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let something happen on another connection, once, while the first worker stands there."""
    happened: list[str] = []

    def on_a_connection_of_its_own() -> None:
        try:
            act()
        finally:
            connections.close_all()

    def failpoint(name: str) -> None:
        if name == place and not happened:
            happened.append(name)
            other = Thread(target=on_a_connection_of_its_own)
            other.start()
            other.join()

    monkeypatch.setattr("matching.resolve.failpoint", failpoint)
