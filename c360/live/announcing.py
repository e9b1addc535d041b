"""Telling open pages that something changed, after the commit and without ever failing.

Signals lie in one capped stream of Valkey, an entry for each transaction that announced. The
stream is both the way to the web processes and what those who reconnect are replayed from.
"""

import functools
import logging
import time
from collections.abc import Iterable

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

STREAM = "c360:live"
KEPT = 3000  # entries, some minutes of a busy day; at most 20 MB where all are of `MOST`
MOST = 500  # signals in one entry; above, a single `REFRESH` takes their place
REFRESH = "refresh"  # to everybody: look again, we cannot say at what
TIMEOUT_SECONDS = 0.5
PAUSE_SECONDS = 5

log = logging.getLogger(__name__)


def announce(signals: Iterable[str]) -> None:
    """Tell open pages after the commit that these changed, e.g. `customer:P-…` or `queue`.

    Call it once for a batch: each call is one message, whatever the number of signals. Where
    Valkey is away nothing is told and nobody is held up for long.
    """
    told = sorted(set(signals))
    if told:
        text = " ".join(told) if len(told) <= MOST else REFRESH
        transaction.on_commit(functools.partial(_publisher.publish, text), robust=True)


class Publisher:
    """Writes to the stream; leaves Valkey alone for a while when it did not answer."""

    def __init__(self) -> None:
        self._quiet_until = 0.0
        self._has_missed = False

    def publish(self, text: str) -> None:
        """Add an entry now. After one that was lost the next says to look again at all."""
        if time.monotonic() < self._quiet_until:
            return
        try:
            entry: dict[str, str] = {"signals": REFRESH if self._has_missed else text}
            _client(settings.REDIS_URL).xadd(STREAM, entry, maxlen=KEPT)  # type: ignore[arg-type]  # invariant in its stubs
            self._has_missed = False
        except redis.RedisError:
            self._has_missed = True
            self._quiet_until = time.monotonic() + PAUSE_SECONDS
            log.warning("queue not reachable; open pages are not told what changes")


_publisher = Publisher()


@functools.cache
def _client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )
