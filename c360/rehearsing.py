"""Threads that answer pages connect and plan before anybody waits for them.

A new connection knows no table and has no plan: a page of many statements takes half as long
again on it. What apps connect to `rehearsing` asks what such pages ask, of nobody.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from django.db import DatabaseError, connection
from django.dispatch import Signal

rehearsing = Signal()  # sent in each thread; receivers read and change nothing
_one_at_a_time = Lock()


def rehearsed_pool(threads: int) -> ThreadPoolExecutor:
    """A pool whose threads begin at once, and answer as soon as each has rehearsed."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="pages", initializer=rehearse)
    for _ in range(threads):  # none is idle yet, so each of these begins another one
        pool.submit(int)
    return pool


def rehearse() -> None:
    """Ask what pages will ask. Never fails: who comes first then waits a little longer."""
    with _one_at_a_time:
        try:
            connection.ensure_connection()
        except DatabaseError:
            return
        rehearsing.send_robust(sender=None)
