"""How many customers one person may look for in a minute, and what counts as one lookup."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings
from redis.exceptions import RedisError

from consent.models import AccessEntry
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _three_in_a_minute(settings: Settings) -> Iterator[None]:
    settings.C360_LOOKUPS_PER_MINUTE = 3
    with time_machine.travel("2026-11-29T12:00:20Z", tick=False):
        yield


def lookup(browser: Client, text: str, place: str = "/search/") -> Any:
    return browser.post(place, {"q": text})


def typed(browser: Client, text: str) -> list[int]:
    """The statuses of what is asked while somebody types a text, sign by sign."""
    return [
        lookup(browser, text[:length], "/search/suggest/").status_code
        for length in range(1, len(text) + 1)
    ]


def test_who_looks_for_too_many_waits_and_is_told_how_long() -> None:
    make_customer(make_record(given_name="Dora", family_name="Quell"))
    ana = signed_in("ana")
    for name in ("anna", "boris", "carla"):
        assert lookup(ana, name).status_code == 200

    answer = lookup(ana, "dora")

    assert answer.status_code == 429
    assert answer["Retry-After"] == "40"
    assert "Wait 40 seconds." in answer.content.decode()
    assert "Quell" not in answer.content.decode()


def test_one_text_typed_and_sent_is_one_lookup() -> None:
    ana = signed_in("ana")

    for name in ("anna kowalska", "boris lindqvist", "carla mendes"):
        assert set(typed(ana, name)) == {200}
        assert lookup(ana, name).status_code == 200

    assert lookup(ana, "carla mendes").status_code == 200
    assert lookup(ana, "dora").status_code == 429


def test_a_number_taken_back_by_a_digit_and_ended_differently_counts_again() -> None:
    ana = signed_in("ana")
    for end in "123":
        assert lookup(ana, f"07700 90000{end}", "/search/suggest/").status_code == 200
        assert lookup(ana, "07700 90000", "/search/suggest/").status_code == 200

    assert lookup(ana, "07700 900004", "/search/suggest/").status_code == 429


def test_suggestions_that_are_refused_tell_it_aloud_and_name_nobody() -> None:
    make_customer(make_record(given_name="Dora", family_name="Quell"))
    ana = signed_in("ana")
    for name in ("anna", "boris", "carla"):
        lookup(ana, name)

    fragment = lookup(ana, "dora", "/search/suggest/").content.decode()

    assert 'id="alert"' in fragment
    assert "Wait 40 seconds." in fragment
    assert "Quell" not in fragment


def test_the_next_minute_and_other_people_start_anew() -> None:
    ana = signed_in("ana")
    for name in ("anna", "boris", "carla", "dora"):
        last = lookup(ana, name)
    assert last.status_code == 429

    assert lookup(signed_in("sol"), "dora").status_code == 200
    with time_machine.travel("2026-11-29T12:01:01Z", tick=False):
        assert lookup(ana, "dora").status_code == 200


def test_the_first_refusal_of_a_minute_stays_in_the_access_log() -> None:
    ana = signed_in("ana")
    for name in ("anna", "boris", "carla", "dora", "edith"):
        lookup(ana, name)

    entries = AccessEntry.objects.filter(status=429)

    assert [entry.reason for entry in entries] == ["refused: more than 3 lookups in a minute"]
    assert entries[0].action == "search"


def test_a_text_too_short_to_look_for_does_not_count() -> None:
    ana = signed_in("ana")

    assert {lookup(ana, letter).status_code for letter in "abcdefgh"} == {200}


def test_search_goes_on_while_the_counter_is_away() -> None:
    make_customer(make_record(given_name="Dora", family_name="Quell"))
    ana = signed_in("ana")
    with patch("profiles.finding.pace.cache.get", side_effect=RedisError):
        answers = [lookup(ana, name) for name in ("anna", "boris", "carla", "edith", "dora")]

    assert {answer.status_code for answer in answers} == {200}
    assert "Quell" in answers[-1].content.decode()


def test_the_cache_holds_nothing_of_what_was_typed() -> None:
    ana = signed_in("ana")

    with patch("profiles.finding.pace.cache.set", wraps=cache.set) as kept:
        lookup(ana, "kowalska")

    assert kept.called
    assert "kowal" not in str(kept.call_args)
