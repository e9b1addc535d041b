"""Pages that people ask for while something else goes on, timed by a process of its own."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
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


class Meanwhile:
    """Has pages asked for as long as the block runs; then `milliseconds` by name of the page.

    Django is set up, and the people exist.
    """

    def __init__(self, pages: Sequence[Page]) -> None:
        self._pages = pages
        self.milliseconds: dict[str, dict[str, float]] = {}

    def __enter__(self) -> "Meanwhile":
        from django.db import connection

        connection.close()  # no child may inherit it
        context = get_context("fork")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_ask, args=(self._pages, theirs), daemon=True)
        self._process.start()
        self._ours.recv()  # it has signed in and asked for everything once
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ours.send("enough")
        spent: dict[str, list[float]] = self._ours.recv()
        self._process.join()
        self.milliseconds = {name: figures(times) for name, times in spent.items()}


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
    assert answer.status_code == 200, (page, answer.status_code)  # noqa: S101 - or it is nothing
    return spent
