"""Pages that people ask for while something else goes on, timed by a process of its own."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from bench.consent import figures

PAUSE_SECONDS = 0.05  # between two pages


@dataclass(frozen=True)
class Page:
    """What somebody asks for again and again; `body` is that of a POST."""

    name: str
    email: str
    path: str
    body: dict[str, str] | None = None


@contextmanager
def asking(pages: Sequence[Page]) -> Iterator[dict[str, dict[str, float]]]:
    """Have pages asked for while the block runs; afterwards holds milliseconds by page.

    Django is set up, and the people exist.
    """
    from django.db import connection

    connection.close()  # no child may inherit it
    context = get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=_ask, args=(pages, theirs), daemon=True)
    process.start()
    ours.recv()  # it has signed in and asked for everything once
    milliseconds: dict[str, dict[str, float]] = {}
    yield milliseconds
    ours.send("enough")
    spent: dict[str, list[float]] = ours.recv()
    process.join()
    milliseconds.update({name: figures(times) for name, times in spent.items()})


def _ask(pages: Sequence[Page], whoever_waits: Connection) -> None:
    from django.test import Client

    from c360.models import User

    people: dict[str, Any] = {}
    for email in {page.email for page in pages}:
        people[email] = Client(headers={"Host": "localhost"})
        people[email].force_login(User.objects.get(email=email))
    for page in pages:
        _milliseconds(people[page.email], page)
    spent: dict[str, list[float]] = {page.name: [] for page in pages}
    whoever_waits.send("ready")
    for page in cycle(pages):
        spent[page.name].append(_milliseconds(people[page.email], page))
        if whoever_waits.poll(PAUSE_SECONDS):
            break
    whoever_waits.send(spent)


def _milliseconds(person: Any, page: Page) -> float:
    start = time.perf_counter()
    ask = person.get if page.body is None else person.post
    answer = ask(page.path, page.body)
    spent = (time.perf_counter() - start) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{page.path} answered {answer.status_code}: no time of a page")
    return spent
