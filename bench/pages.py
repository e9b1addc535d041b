"""How long the pages of a service agent take the server, among many customers.

    python -m bench.pages [PROFILES…]

200,000 and 1,000,000 profiles unless said otherwise, one after the other, made by the database
itself as `pages_rows` says; among them one customer of forty records and one of 100,000 events.
Every page is asked through the whole WSGI stack, signed in, by one user who never looks up and
by eight at once (processes) who look at what came for half a second to one and a half. Prints
one JSON object: milliseconds of wall time, queries, bytes after gzip.
"""

import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from random import Random
from typing import Any

from bench.clock import machine
from bench.consent import figures
from bench.own_database import own_database
from bench.pages_rows import FAMILY, FILL, GIVEN, JOINED, MANY_EVENTS, MANY_RECORDS, SAID

SIZES = (200_000, 1_000_000)
ASKED, ASKED_AT_ONCE, USERS, SEED = 200, 12, 8, 7
LOOKS_SECONDS = (0.5, 1.5)
HTMX = {"HX-Request": "true"}
OLD = f"{(int(time.time()) - 300 * 86_400) * 1_000_000}-0"  # three hundred days ago
OLDER = {**HTMX, "HX-Target": "older"}


@dataclass(frozen=True)
class Ask:
    """A request: where, with what body (None for GET) and headers."""

    path: str
    body: dict[str, str] | None = None
    headers: dict[str, str] | None = None


Question = Callable[[Random, int], Ask]


def main(arguments: list[str]) -> int:
    sizes = [int(each) for each in arguments] or list(SIZES)
    os.environ["C360_DATABASE_ROLE"] = "owner"  # who may have the tables analysed
    os.environ["C360_LOOKUPS_PER_MINUTE"] = "9999"
    told: dict[str, Any] = {"machine": machine(), "sizes": []}
    for size in sizes:
        # Settings are read once, so each size is a process of its own.
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            told["sizes"].append(alone.submit(measured, size).result())
    print(json.dumps(told, indent=2))
    return 0


def measured(profiles: int) -> dict[str, Any]:
    """All pages among that many customers, in a database of their own."""
    with own_database():
        filling = fill(profiles)
        pages = {name: of_one(name, profiles) for name in QUESTIONS}
        for name, figures_of_eight in of_many(profiles).items():
            pages[name]["eight_users"] = figures_of_eight
        return {"profiles": profiles, "filling_seconds": filling, "pages": pages}


def fill(profiles: int) -> int:
    """Make the rows; return how many seconds that took."""
    from django.db import connection

    from c360.demo.accounts import make_sign_ins
    from c360.garbage import collect_seldom

    collect_seldom()  # as the server of pages does
    start = time.perf_counter()
    make_sign_ins()
    with connection.cursor() as cursor:
        cursor.execute(SAID)
        cursor.execute(FILL.format(profiles=profiles))
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    return round(time.perf_counter() - start)


def customer(random: Random, profiles: int) -> str:
    """The page of anybody whose id does not lead on to another one."""
    while (number := random.randint(1, profiles)) in JOINED:
        pass
    return f"/c/P-{number:012d}/"


def _a_customer(tail: str = "", headers: dict[str, str] | None = None) -> Question:
    return lambda random, profiles: Ask(customer(random, profiles) + tail, headers=headers)


def _of(profile: str, tail: str = "", headers: dict[str, str] | None = None) -> Question:
    return lambda _random, _profiles: Ask(f"/c/{profile}/{tail}", headers=headers)


def _found(profile: str, words: str) -> Question:
    path = f"/c/{profile}/timeline/"
    return lambda _random, _profiles: Ask(path, {"find": words}, HTMX)


def _search(random: Random, _profiles: int) -> Ask:
    return Ask("/search/", {"q": _name(random)})


def _suggest(random: Random, _profiles: int) -> Ask:
    return Ask("/search/suggest/", {"q": _name(random)[: random.randint(4, 12)]}, HTMX)


def _number(random: Random, profiles: int) -> Ask:
    return Ask("/search/suggest/", {"q": f"07{random.randint(1, profiles):09d}"}, HTMX)


def _name(random: Random) -> str:
    """A name with a letter left out, as people type them."""
    name = f"{random.choice(GIVEN)} {random.choice(FAMILY)}"
    gap = random.randrange(1, len(name))
    return name[:gap] + name[gap + 1 :]


QUESTIONS: dict[str, Question] = {
    "search": _search,
    "suggest_name": _suggest,
    "suggest_number": _number,
    "customer": _a_customer(),
    "timeline": _a_customer("timeline/", HTMX),
    "timeline_orders": _a_customer("timeline/?kind=orders", HTMX),
    "records": _a_customer("records/", HTMX),
    "field": _a_customer("field/email/", HTMX),
    "contact": _a_customer("contact/", HTMX),
    "confidence": _a_customer("confidence/", HTMX),
    "40_records": _of(MANY_RECORDS),
    "40_records_timeline": _of(MANY_RECORDS, "timeline/", HTMX),
    "100000_events": _of(MANY_EVENTS),
    "100000_events_timeline": _of(MANY_EVENTS, "timeline/", HTMX),
    "100000_events_older": _of(MANY_EVENTS, f"timeline/?before={OLD}", OLDER),
    "100000_events_orders": _of(MANY_EVENTS, "timeline/?kind=orders", HTMX),
    "100000_events_open": _of(MANY_EVENTS, "timeline/?state=open", HTMX),
    "100000_events_find_common": _found(MANY_EVENTS, "Benches"),
    "100000_events_find_rare": _found(MANY_EVENTS, "order 99990"),
    "100000_events_find_none": _found(MANY_EVENTS, "lorry"),
}


def of_one(name: str, profiles: int) -> dict[str, Any]:
    """One page asked again and again by one user."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = Browser()
    random = Random(SEED)  # noqa: S311 - no secret
    ask = QUESTIONS[name](random, profiles)
    browser.milliseconds(ask)
    with CaptureQueriesContext(connection) as queries:
        body = browser.answer(ask)
    asked = len(queries)  # before the log is cleared
    spent = [browser.milliseconds(QUESTIONS[name](random, profiles)) for _ in range(ASKED)]
    bytes_gz = len(gzip.compress(body, 6))
    return {"queries": asked, "bytes_gz": bytes_gz, "one_user": figures(spent)}


def of_many(profiles: int) -> dict[str, dict[str, float]]:
    """Every page by eight users at once, one page after the other."""
    from django.db import connection

    connection.close()  # no child may inherit it
    found = {}
    with ProcessPoolExecutor(USERS, get_context("fork")) as users:
        for name in QUESTIONS:
            tasks = [(SEED + user, profiles, name) for user in range(USERS)]
            found[name] = figures(
                [each for spent in users.map(_of_many, tasks) for each in spent]
            )
    return found


def _of_many(task: tuple[int, int, str]) -> list[float]:
    seed, profiles, name = task
    browser, random = Browser(), Random(seed)  # noqa: S311 - no secret
    browser.milliseconds(QUESTIONS[name](random, profiles))
    spent = []
    for _ in range(ASKED_AT_ONCE):
        time.sleep(random.uniform(*LOOKS_SECONDS))
        spent.append(browser.milliseconds(QUESTIONS[name](random, profiles)))
    return spent


class Browser:
    """Ana, signed in; what she asks for passes all middleware and is rendered."""

    def __init__(self) -> None:
        from django.test import Client

        from c360.demo.accounts import SIGN_INS
        from c360.models import User

        self.client = Client(headers={"Host": "localhost"})
        self.client.force_login(User.objects.get(email=SIGN_INS[0].email))

    def answer(self, ask: Ask) -> bytes:
        if ask.body is None:
            answer = self.client.get(ask.path, headers=ask.headers)
        else:
            answer = self.client.post(ask.path, ask.body, headers=ask.headers)
        assert answer.status_code == 200, (ask, answer.status_code)  # noqa: S101 - or it is nothing
        return bytes(answer.content)

    def milliseconds(self, ask: Ask) -> float:
        start = time.perf_counter()
        self.answer(ask)
        return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
