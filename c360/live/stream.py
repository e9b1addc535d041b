"""`GET /live/`: server-sent events, native to the event loop, so that none holds a thread.

Whether a stream may be opened is asked of the pages first, as an ordinary request: the view
`c360.live.views.live` leaves an `Opening` in the scope. Without one its answer is passed on.
Imported by `c360.asgi` before there are models.
"""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import partial
from types import FrameType
from typing import Any

import redis
from django.conf import settings

from c360.live.hub import Full, Hub
from c360.live.listener import OPENED, Listener, Opening

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

BEAT_SECONDS = 15
LIFE_SECONDS = 600
SLOW_SECONDS = 20  # a browser that takes nothing for so long is let go


class Live:
    """The streams of one web process. `pages` is the rest of the product."""

    def __init__(self, pages: Application) -> None:
        self._pages = pages
        self._hub: Hub | None = None
        self._opening = asyncio.Lock()
        self._heeds_signals = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: a stream, or what the pages say instead."""
        answer = await self._ask(scope)
        opening: Opening | None = scope.get(OPENED)
        if opening is None or answer[0]["status"] != 200:
            for message in answer:
                await send(message)
            return
        listener = Listener(opening)
        try:
            hub = await self._open_hub()
            with hub.listening(listener):
                await _run(listener, answer, hub.position, receive, send)
        except Full:
            await _refuse(send, 429)
        except (redis.RedisError, OSError):
            await _refuse(send, 503)

    async def _ask(self, scope: Scope) -> list[Message]:
        """The answer of the pages, which read no body here."""
        answer: list[Message] = []

        async def nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._pages(scope, nothing, keep)
        return answer

    async def _open_hub(self) -> Hub:
        async with self._opening:
            if self._hub is None or not self._hub.is_open:
                await self.close()
                hub = Hub(settings.REDIS_URL)
                try:
                    await hub.open()
                except BaseException:
                    await hub.close()
                    raise
                self._hub = hub
                self._heed_signals()
            return self._hub

    def _heed_signals(self) -> None:
        """Let streams end at once when the server is told to stop: it waits for answers."""
        if not self._heeds_signals:
            self._heeds_signals = True
            for number in (signal.SIGTERM, signal.SIGINT):
                _before(number, partial(_soon, asyncio.get_running_loop(), self._end))

    def _end(self) -> None:
        if self._hub is not None:
            self._hub.end()

    async def close(self) -> None:
        """End every stream."""
        hub, self._hub = self._hub, None
        if hub is not None:
            await hub.close()


async def _run(
    listener: Listener, answer: list[Message], position: str, receive: Receive, send: Send
) -> None:
    """Send the beginning and all that is heard, until somebody ends it."""
    missed = _text(listener.take())
    hello = f"event: hello\nid: {position}\ndata: 1\n\n"
    gone = asyncio.create_task(_end_when_gone(receive, listener))
    try:
        await send(_without_length(answer[0]))
        beginning = b"".join(message.get("body", b"") for message in answer[1:])
        await _put(send, beginning + (missed + hello).encode())
        await _tell(listener, send)
        await _put(send, b"", more=False)
    except TimeoutError:
        pass  # too slow; the server closes what was left open
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


async def _tell(listener: Listener, send: Send) -> None:
    loop = asyncio.get_running_loop()
    ends_at = loop.time() + LIFE_SECONDS
    while not listener.has_ended and (left := ends_at - loop.time()) > 0:
        try:
            await asyncio.wait_for(listener.wake.wait(), min(BEAT_SECONDS, left))
        except TimeoutError:
            await _put(send, b": still here\nevent: beat\ndata: 1\n\n")
            continue
        if text := _text(listener.take()):
            await _put(send, text.encode())


def _text(heard: Mapping[str, str]) -> str:
    return "".join(f"id: {entry_id}\ndata: {each}\n\n" for each, entry_id in heard.items())


async def _put(send: Send, body: bytes, *, more: bool = True) -> None:
    """Raises `TimeoutError` where the other side does not read."""
    message = {"type": "http.response.body", "body": body, "more_body": more}
    await asyncio.wait_for(send(message), SLOW_SECONDS)


async def _end_when_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()


def _without_length(start: Message) -> Message:
    headers = [each for each in start["headers"] if each[0] != b"content-length"]
    return {**start, "headers": headers}


async def _refuse(send: Send, status: int) -> None:
    headers = [(b"content-length", b"0"), (b"retry-after", b"10")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _soon(loop: asyncio.AbstractEventLoop, act: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(act)


def _before(number: int, act: Callable[[], None]) -> None:
    """Do something more on a signal, then what the server does. Not outside a main thread."""
    servers = signal.getsignal(number)

    def both(number: int, frame: FrameType | None) -> None:
        act()
        if callable(servers):
            servers(number, frame)

    if callable(servers):
        with contextlib.suppress(ValueError):
            signal.signal(number, both)
