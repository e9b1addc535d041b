"""Processes that share the work of one bulk run, forked before it opens any connection."""

import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from types import TracebackType
from typing import ParamSpec, TypeVar

from django.db import connections

from c360.garbage import collect_seldom

P = ParamSpec("P")
R = TypeVar("R")
AHEAD = 3  # pieces of work prepared per process, so that none waits and memory stays bounded
LOOK_SECONDS = 2.0
GIVE_WAY = 10  # added to the niceness of these processes: pages go first


class Workers:
    """A number of forked processes. They end with their parent, however it ends.

    Forked, so that hashes of texts are the same in all of them. Each opens database connections
    of its own when its work asks for one.
    """

    def __init__(self, number: int | None = None) -> None:
        self.number = number or _processors()
        connections.close_all()  # two processes must not speak on one connection
        self._pool = ProcessPoolExecutor(
            self.number, get_context("fork"), initializer=_begin, initargs=(os.getpid(),)
        )
        self._pool.submit(os.getpid).result()  # forks all of them now

    def __enter__(self) -> "Workers":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def each(self, work: Callable[..., R], pieces: Iterable[tuple[object, ...]]) -> Iterator[R]:
        """Yield what `work` returns for each piece, in their order, preparing few ahead."""
        running: deque[Future[R]] = deque()
        for piece in pieces:
            running.append(self._pool.submit(work, *piece))
            if len(running) >= AHEAD * self.number:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()


def _processors() -> int:
    """How many this process may use; not every system tells."""
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1


def _begin(parent: int) -> None:
    """Give way to pages; leave Ctrl-C to the parent, which waits for what is being written."""
    os.nice(GIVE_WAY)
    collect_seldom(1_000_000)  # more than a group makes, and it makes hardly a cycle
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)
