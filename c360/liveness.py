"""Whether a worker really takes tasks: it notes the time each time the canary reaches it.

A worker process can be alive and deaf, e.g. after the queue was restarted; only a task that was
done proves otherwise. Needs no Django, so that the supervisor can ask too.
"""

import contextlib
import time
from collections.abc import Iterator

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

EVERY_SECONDS = 15
# Both processes of a worker may be busy for a minute (the task time limit) before the canary
# gets its turn.
DEAF_AFTER_SECONDS = 90
KEY = "c360:canary"
TIMEOUT_SECONDS = 0.8


@contextlib.contextmanager
def _queue(url: str) -> Iterator["redis.Redis"]:
    client = redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
    with contextlib.closing(client):
        yield client


def note(url: str) -> None:
    """Note that a worker did a task now."""
    with _queue(url) as queue:
        queue.set(KEY, int(time.time()))


def seen(url: str) -> int | None:
    """When a worker last did the canary task, in seconds since 1970; nothing if never.

    Raises `redis.RedisError` when the queue does not answer.
    """
    with _queue(url) as queue:
        found = queue.get(KEY)
    return None if found is None else int(found)


def is_recent(when: float | None) -> bool:
    return when is not None and time.time() - when < DEAF_AFTER_SECONDS
