"""The one reader of signals in a web process, and the streams that it feeds.

Lives in the event loop. Memory is bounded: the newest `RING` entries, and in each listener
every topic at most once.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import redis.asyncio
from django.db import connections
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from c360.live.announcing import KEPT, REFRESH, STREAM
from c360.live.listener import Listener

BEGINNING = "0-0"
RING = KEPT
BLOCK_SECONDS = 5
TIMEOUT_SECONDS = 2
CHECK_SECONDS = 3
MOST_STREAMS = 2000
MOST_OF_A_SESSION = 12  # a browser needs one; without a secure context one for each window


class Full(Exception):
    """No further stream is taken, of this session or at all."""


class Hub:
    """Hands signals to listeners until Valkey fails or `close` is called; then all end."""

    def __init__(self, url: str) -> None:
        self.is_open = False
        self._redis = redis.asyncio.Redis.from_url(
            url,
            decode_responses=True,
            socket_connect_timeout=TIMEOUT_SECONDS,
            socket_timeout=BLOCK_SECONDS + TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._ring: deque[tuple[str, list[str]]] = deque(maxlen=RING)
        self._listeners: set[Listener] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._asker = ThreadPoolExecutor(1, thread_name_prefix="live-sessions")

    async def open(self) -> None:
        """Load the newest entries and follow. Raises `RedisError` when Valkey is away."""
        entries: Any = await self._redis.xrevrange(STREAM, count=RING)
        for entry_id, entry in reversed(entries):
            self._ring.append((entry_id, _signals(entry)))
        self.is_open = True
        self._tasks = [
            asyncio.create_task(self._read()),
            asyncio.create_task(self._end_with_sessions()),
        ]

    @property
    def position(self) -> str:
        """The id of the newest entry."""
        return self._ring[-1][0] if self._ring else BEGINNING

    @contextlib.contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Feed a listener meanwhile, first with what it missed. Raises `Full`."""
        key = listener.opening.session_key
        own = sum(each.opening.session_key == key for each in self._listeners)
        if own >= MOST_OF_A_SESSION or len(self._listeners) >= MOST_STREAMS:
            raise Full
        self._listeners.add(listener)
        try:
            self._replay(listener)
            yield
        finally:
            self._listeners.discard(listener)

    def _replay(self, listener: Listener) -> None:
        """What came after the entry it heard last; `REFRESH` where that is not known here."""
        after = listener.opening.after
        if not after or after == self.position:
            return
        ids = [entry_id for entry_id, _signals in self._ring]
        is_whole = len(ids) < RING
        if after not in ids and not (after == BEGINNING and is_whole):
            listener.hear(self.position, [REFRESH])
            return
        missed = ids.index(after) + 1 if after in ids else 0
        for entry_id, signals in list(self._ring)[missed:]:
            listener.hear(entry_id, signals)

    async def _read(self) -> None:
        with contextlib.suppress(redis.RedisError, OSError):
            while self.is_open:
                found: Any = await self._redis.xread(
                    {STREAM: self.position}, count=100, block=BLOCK_SECONDS * 1000
                )
                for _stream, entries in _pairs(found):
                    for entry_id, entry in entries:
                        self._hand_out(entry_id, _signals(entry))
        self.end()

    def _hand_out(self, entry_id: str, signals: list[str]) -> None:
        self._ring.append((entry_id, signals))
        for listener in self._listeners:
            listener.hear(entry_id, signals)

    async def _end_with_sessions(self) -> None:
        """End the streams of sessions that are over, and all where that cannot be asked."""
        from c360.live import sessions  # models, which are not ready when this module is

        while self.is_open:
            await asyncio.sleep(CHECK_SECONDS)
            keys = {each.opening.session_key for each in self._listeners}
            loop = asyncio.get_running_loop()
            living = await loop.run_in_executor(self._asker, sessions.living, keys)
            for listener in self._listeners:
                if listener.opening.session_key in keys - living:
                    listener.end()

    def end(self) -> None:
        """End all streams and take no more."""
        self.is_open = False
        for listener in self._listeners:
            listener.end()

    async def close(self) -> None:
        """End all streams, stop reading, give the connections back."""
        self.end()
        for task in self._tasks:
            task.cancel()
        # A read that only just begins swallows the cancelling, and would wait out its time.
        await self._redis.connection_pool.disconnect()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._asker.submit(connections.close_all)
        self._asker.shutdown(wait=False)
        await self._redis.aclose()


def _signals(entry: dict[str, str]) -> list[str]:
    return entry.get("signals", "").split(" ")


def _pairs(found: Any) -> Any:
    """What XREAD answers: pairs in protocol 2, a mapping in protocol 3."""
    return found.items() if isinstance(found, dict) else found or ()
