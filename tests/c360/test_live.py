"""The stream of live signals, from the announcement to the browser, through a real Valkey."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
import redis
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.test import Client

from c360.live import announce, announcing, hub, stream
from c360.live.listener import Listener, Opening
from c360.middleware import IDLE_SECONDS
from c360.models import User
from c360.services.attach import ROOT
from tests.c360.streams import Server, run
from tests.committed import committed_rows
from tests.staff import signed_in, staff


def forget() -> None:
    Session.objects.all().delete()
    User.objects.all().delete()


rows_are_committed = committed_rows(forget)

PHILIPPA = "customer:P-7K3M9QW2XA4T"
SOMEBODY = "customer:P-000000000001"


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator["redis.Redis"]:
    """An empty stream, and a publisher that has not met trouble yet."""
    monkeypatch.setattr(announcing, "_publisher", announcing.Publisher())
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.delete(announcing.STREAM)
    yield client
    client.delete(announcing.STREAM)
    client.close()


def say(*signals: str) -> None:
    with transaction.atomic():
        announce(signals)


told = sync_to_async(say)


def test_an_agent_hears_of_the_customer_on_the_screen_and_of_nobody_else() -> None:
    ana = signed_in("ana")

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA)
        await told(SOMEBODY)
        await told("queue", PHILIPPA)

        assert await browser.signal() == PHILIPPA
        browser.leaves()
        assert await browser.signal() == ""

    run(story)


def test_what_is_taken_back_is_not_told() -> None:
    ana = signed_in("ana")

    def change_of_mind() -> None:
        with transaction.atomic():
            announce([PHILIPPA])
            transaction.set_rollback(True)

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA, SOMEBODY)
        await sync_to_async(change_of_mind)()
        await told(SOMEBODY)

        assert await browser.signal() == SOMEBODY

    run(story)


@pytest.mark.parametrize(
    ("name", "topic", "status"),
    [
        ("", PHILIPPA, 401),
        ("otto", PHILIPPA, 403),
        ("ada", PHILIPPA, 403),
        ("ana", PHILIPPA, 200),
        ("pia", PHILIPPA, 200),
        ("ana", "queue", 403),
        ("sol", "queue", 200),
        ("sol", "refresh", 403),
        ("sol", "customer:*", 403),
        ("sol", "unheard:of", 403),
    ],
)
def test_a_stream_is_for_those_who_may_open_what_it_is_about(
    name: str, topic: str, status: int
) -> None:
    client = signed_in(name) if name else Client()

    async def story(server: Server) -> None:
        browser = await server.opens(client, topic)

        assert browser.status == status

    run(story)


def test_what_somebody_may_not_follow_is_left_out_and_said_to_be() -> None:
    ana = signed_in("ana")

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA, "queue", "no\nname")
        assert browser.status == 200
        await told("queue")
        await told(PHILIPPA)

        assert await browser.signal() == PHILIPPA

    run(story)
    answer = ana.get("/live/", {"on": [PHILIPPA, "queue", "no\nname"]})
    assert answer.content.startswith(b": 2 not followed: queue\nretry: ")
    assert b"not followed" not in ana.get("/live/", {"on": [PHILIPPA]}).content


def test_nothing_on_the_way_may_pack_or_keep_a_stream() -> None:
    ana = signed_in("ana")

    async def story(server: Server) -> None:
        headers = (await server.opens(ana, PHILIPPA)).headers

        assert headers["content-type"] == "text/event-stream"
        assert headers["content-encoding"] == "identity"
        assert headers["cache-control"] == "no-cache"
        assert headers["x-accel-buffering"] == "no"
        assert "content-length" not in headers

    run(story)


def test_who_comes_back_hears_what_was_missed() -> None:
    ana = signed_in("ana")

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA)
        await told(PHILIPPA)
        await browser.signal()
        browser.leaves()
        await told(SOMEBODY)
        await told(PHILIPPA)

        again = await server.opens(ana, PHILIPPA, SOMEBODY, after=browser.ids[-1])

        assert [await again.signal(), await again.signal()] == [SOMEBODY, PHILIPPA]

    run(story)


def test_who_comes_back_to_another_process_hears_what_was_missed() -> None:
    ana = signed_in("ana")
    say(SOMEBODY)
    heard: list[str] = []

    async def before(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA)
        await told(PHILIPPA)
        await browser.signal()
        heard.extend(browser.ids)

    async def after(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA, after=heard[-1])

        assert await browser.signal() == PHILIPPA

    run(before)
    say(PHILIPPA)
    run(after)


def test_who_was_away_for_too_long_is_told_to_look_again() -> None:
    ana = signed_in("ana")
    say(SOMEBODY)

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA, after="12345-0")

        assert await browser.signal() == "refresh"

    run(story)


def test_a_flood_is_one_message(queue: "redis.Redis") -> None:
    ana = signed_in("ana")

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA)
        many = [f"customer:P-{number:012}" for number in range(announcing.MOST + 1)]
        await told(*many)

        assert await browser.signal() == "refresh"

    run(story)
    assert queue.xlen(announcing.STREAM) == 1


def test_a_batch_is_one_message(queue: "redis.Redis") -> None:
    say(PHILIPPA, SOMEBODY, PHILIPPA, "queue")

    assert queue.xlen(announcing.STREAM) == 1


def test_a_signal_waits_once_however_often_it_comes() -> None:
    listener = Listener(Opening(frozenset({PHILIPPA}), "key"))
    for number in range(1000):
        listener.hear(f"{number}-0", [PHILIPPA, SOMEBODY])

    assert listener.take() == {PHILIPPA: "999-0"}
    assert listener.take() == {}


def test_a_browser_that_stops_reading_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "SLOW_SECONDS", 0.1)
    ana = signed_in("ana")

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA)
        browser.stops_reading = True
        await told(PHILIPPA)
        await asyncio.wait_for(server.all_over(), 20)

    run(story)


def test_a_session_has_only_so_many_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_OF_A_SESSION", 2)
    ana, pia = signed_in("ana"), signed_in("pia")

    async def story(server: Server) -> None:
        opened = [await server.opens(ana, PHILIPPA) for _ in range(3)]
        assert [each.status for each in opened] == [200, 200, 429]
        assert (await server.opens(pia, PHILIPPA)).status == 200

        opened[0].leaves()
        await opened[0].signal()
        assert (await server.opens(ana, PHILIPPA)).status == 200

    run(story)


def sign_out(client: Client) -> None:
    client.post("/logout/")


def leave_alone(client: Client) -> None:
    session = client.session
    session["seen_at"] = int(time.time()) - IDLE_SECONDS - 1
    session.save()


def lock_out(client: Client) -> None:
    ana = staff("ana")
    ana.is_active = False
    ana.save()


def change_password(client: Client) -> None:
    ana = staff("ana")
    ana.set_password("another horse 8")
    ana.save()


@pytest.mark.parametrize("end", [sign_out, leave_alone, lock_out, change_password])
def test_a_stream_ends_with_its_session(
    end: Callable[[Client], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "CHECK_SECONDS", 0.1)
    ana, pia = signed_in("ana"), signed_in("pia")

    async def story(server: Server) -> None:
        hers, other = await server.opens(ana, PHILIPPA), await server.opens(pia, PHILIPPA)
        await sync_to_async(end)(ana)
        assert await hers.signal() == ""

        await told(PHILIPPA)
        assert await other.signal() == PHILIPPA
        assert (await server.opens(ana, PHILIPPA)).status == 401

    run(story)


def test_an_open_stream_keeps_nobody_signed_in() -> None:
    ana = signed_in("ana")
    ana.get("/")
    session = ana.session
    session["seen_at"] = before = int(time.time()) - 600
    session.save()

    async def story(server: Server) -> None:
        await server.opens(ana, PHILIPPA)

    run(story)
    ana.get("/", headers={"X-Unasked": "1"})
    assert ana.session["seen_at"] == before
    ana.get("/")
    assert ana.session["seen_at"] > before


def test_streams_end_when_valkey_goes_and_pages_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    ana = signed_in("ana")

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA)
        await sync_to_async(cut_off)(settings.REDIS_URL)
        assert await browser.signal() == ""

        assert (await server.opens(ana, PHILIPPA)).status == 200
        monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
        await server.live.close()
        assert (await server.opens(ana, PHILIPPA)).status == 503

    run(story)
    say(PHILIPPA)
    assert ana.get("/").status_code == 302


def cut_off(url: str) -> None:
    """End the connection of every other client, as a restart does."""
    client = redis.Redis.from_url(url)
    client.client_kill_filter(_type="normal", skipme=True)
    client.close()


def test_after_trouble_the_next_message_says_to_look_again(
    queue: "redis.Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    address = settings.REDIS_URL
    monkeypatch.setattr(settings, "REDIS_URL", "redis://127.0.0.1:1/0")
    say(PHILIPPA)
    monkeypatch.setattr(settings, "REDIS_URL", address)
    say(PHILIPPA)  # still quiet
    assert queue.xlen(announcing.STREAM) == 0

    monkeypatch.setattr(announcing._publisher, "_quiet_until", 0)
    say(PHILIPPA)

    [(_id, entry)] = cast(Any, queue.xrange(announcing.STREAM))
    assert entry == {b"signals": b"refresh"}


def test_a_session_that_is_gone_from_the_table_ends_its_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hub, "CHECK_SECONDS", 0.1)
    ana = signed_in("ana")

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA)
        await Session.objects.all().adelete()

        assert await browser.signal() == ""

    run(story)


def test_a_stream_beats_and_ends_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(stream, "LIFE_SECONDS", 0.3)
    ana = signed_in("ana")

    async def story(server: Server) -> None:
        browser = await server.opens(ana, PHILIPPA)
        assert await browser.signal() == ""
        assert ": still here" in browser.text

    run(story)


def test_the_entry_for_servers_can_be_imported_by_itself() -> None:
    """As web servers do, before anybody has made Django ready."""
    done = subprocess.run([sys.executable, "-c", "import c360.asgi"], cwd=ROOT, timeout=60)

    assert done.returncode == 0
