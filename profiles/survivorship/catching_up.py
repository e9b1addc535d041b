"""What is due, done by one worker at a time, a transaction after the other."""

import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from c360.turns import turn

T = TypeVar("T")


def catch_up(
    whose: tuple[int, int],
    due: Callable[[], Iterable[list[T]]],
    do: Callable[[list[T]], int],
    *,
    max_seconds: float | None,
) -> int:
    """Do what is due until nothing of it can be done or time is up; return how much was done.

    Nothing where another worker has the turn. `due` is asked again after each round. Must be
    called outside a transaction.
    """
    done, start = 0, time.monotonic()
    with turn(whose) as is_ours:
        while is_ours:
            now = 0
            for some in due():
                now += do(some)
                if max_seconds is not None and time.monotonic() - start > max_seconds:
                    return done + now
            done += now
            if not now:
                break
    return done
