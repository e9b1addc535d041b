"""Work that one process at a time does: who comes second does something else."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def turn(lock: tuple[int, int]) -> Iterator[bool]:
    """Hold an advisory lock, if nobody else does: says whether. Gone with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lock)
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", lock)
