"""Records by call: who may send."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone
from redis.exceptions import RedisError

from c360.attempts import WRONG_TOKENS_PER_ADDRESS
from profiles.models import (
    Source,
    SourceRecord,
    SourceToken,
)
from tests.profiles import calls
from tests.profiles.calls import ANNA, PATH, send, told
from tests.profiles.customers import make_source
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
shop, token = calls.shop, calls.token


@pytest.mark.parametrize("sent", [None, "", "c360_wrong", "c360_" + "é" * 43])
def test_without_a_valid_token_nobody_sends_anything(sent: str | None, token: str) -> None:
    answer = send(sent, ANNA)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert not SourceRecord.objects.exists()


def test_whoever_tries_many_tokens_is_told_to_wait_and_a_right_one_is_taken(token: str) -> None:
    noon = timezone.now().replace(hour=12, minute=0, second=20)
    with time_machine.travel(noon, tick=False):
        tries = [send(f"c360_{n}", ANNA) for n in range(WRONG_TOKENS_PER_ADDRESS + 1)]
        assert {each.status_code for each in tries[:-1]} == {401}
        assert tries[-1].status_code == 429
        assert tries[-1].headers["Retry-After"] == "40"
        assert told(tries[-1]).startswith("Too many wrong tokens came from this address.")

        assert send(token, ANNA).status_code == 200
    with time_machine.travel(noon + timedelta(seconds=40), tick=False):
        assert send("c360_wrong", ANNA).status_code == 401


def test_wrong_tokens_of_one_address_slow_no_other_down(token: str) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        for n in range(WRONG_TOKENS_PER_ADDRESS + 1):
            send(f"c360_{n}", ANNA)

        assert send("c360_wrong", ANNA).status_code == 429
        assert send("c360_wrong", ANNA, address="192.0.2.7").status_code == 401
        assert send(None, ANNA).status_code == 401


def test_while_nobody_can_count_a_wrong_token_is_wrong_all_the_same(
    token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_away(*args: Any) -> None:
        raise RedisError

    monkeypatch.setattr(cache, "add", is_away)

    assert send("c360_wrong", ANNA).status_code == 401
    assert send(token, ANNA).status_code == 200


def test_a_session_opens_nothing_here(shop: Source) -> None:
    body = json.dumps({"source": "shop", "records": [ANNA]})

    answer = signed_in("ada").post(PATH, body, content_type="application/json")

    assert answer.status_code == 401


def test_a_revoked_token_is_refused(shop: Source, token: str) -> None:
    SourceToken.objects.update(revoked_at=timezone.now())

    answer = send(token, ANNA)

    assert answer.status_code == 401
    assert told(answer) == "This token is wrong or was revoked."


def test_of_three_tokens_the_newest_two_are_taken(shop: Source) -> None:
    oldest, older, newest = (SourceToken.rotate(shop) for _ in range(3))

    assert [send(each, ANNA).status_code for each in (oldest, older, newest)] == [401, 200, 200]


def test_an_inactive_source_sends_nothing(shop: Source, token: str) -> None:
    Source.objects.update(is_active=False)

    assert send(token, ANNA).status_code == 403
    assert not SourceRecord.objects.exists()


def test_a_token_sends_for_its_own_source_only(token: str) -> None:
    make_source("crm")

    for other in ("crm", "nowhere"):
        answer = send(token, ANNA, source=other)
        assert answer.status_code == 403
        assert told(answer) == "This token belongs to another source."
    assert not SourceRecord.objects.exists()


def test_the_last_use_is_noted_once_a_minute(token: str) -> None:
    def last_use() -> Any:
        return SourceToken.objects.values_list("last_used_at", flat=True).get()

    began = timezone.now()
    with time_machine.travel(began, tick=False):
        send(token, ANNA)
        assert last_use() == began
    with time_machine.travel(began + timedelta(seconds=50), tick=False):
        send(token, ANNA)
        assert last_use() == began
    with time_machine.travel(began + timedelta(seconds=70), tick=False):
        send(token, ANNA)
        assert last_use() == began + timedelta(seconds=70)
