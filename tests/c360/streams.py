"""Driving `GET /live/` as a web server does, without one."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import urlencode

from a2wsgi import WSGIMiddleware
from asgiref.sync import sync_to_async
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client

from c360.live.stream import Live, Message

PATIENCE_SECONDS = 20


class Browser:
    """The other end of one stream. `status`, `headers`; what was heard comes by `signal`."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.has_ended = False
        self.ids: list[str] = []
        self.text = ""
        self._sent: asyncio.Queue[Message] = asyncio.Queue()
        self._left = asyncio.Event()
        self._blocks: list[str] = []
        self.stops_reading = False

    async def receive(self) -> Message:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        if self.stops_reading:
            await asyncio.Event().wait()
        await self._sent.put(message)

    def leaves(self) -> None:
        self._left.set()

    async def answer(self) -> None:
        """Wait for the status and the headers."""
        start = await asyncio.wait_for(self._sent.get(), PATIENCE_SECONDS)
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}

    async def signal(self) -> str:
        """The next signal; an empty text when the stream has ended."""
        while not self.has_ended:
            while self._blocks:
                lines = self._blocks.pop(0).split("\n")
                told = dict(line.split(": ", 1) for line in lines)
                self.ids += [told["id"]] if "id" in told else []
                if "data" in told and "event" not in told:
                    return told["data"]
            await self._read()
        return ""

    async def _read(self) -> None:
        message = await asyncio.wait_for(self._sent.get(), PATIENCE_SECONDS)
        text = message["body"].decode()
        self.text += text
        self._blocks += filter(None, text.split("\n\n"))
        self.has_ended = not message.get("more_body") and not self._blocks


class Server:
    """A web process with nothing but its streams."""

    def __init__(self) -> None:
        self._pages = WSGIMiddleware(cast(Any, get_wsgi_application()), workers=1)
        self.live = Live(self._pages)
        self._tasks: list[asyncio.Task[None]] = []

    async def opens(self, client: Client, *topics: str, after: str = "") -> Browser:
        """Ask for a stream as `client` and wait for the answer."""
        browser = Browser()
        query = [("on", topic) for topic in topics] + [("after", after)] * bool(after)
        cookies = "; ".join(f"{name}={each.value}" for name, each in client.cookies.items())
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/live/",
            "http_version": "1.1",
            "scheme": "http",
            "query_string": urlencode(query).encode(),
            "headers": [(b"host", b"localhost"), (b"cookie", cookies.encode())],
        }
        running = self.live(scope, browser.receive, browser.send)
        self._tasks.append(asyncio.create_task(running))
        await browser.answer()
        return browser

    async def stops(self) -> None:
        await self.live.close()
        await self.all_over()
        self._pages.executor.submit(connections.close_all).result()
        await sync_to_async(connections.close_all)()

    async def all_over(self) -> None:
        """Wait until every stream has ended."""
        await asyncio.wait_for(asyncio.gather(*self._tasks), PATIENCE_SECONDS)


@asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server()
    try:
        yield server
    finally:
        await server.stops()


def run(story: Callable[[Server], Coroutine[Any, Any, None]]) -> None:
    """Let a story happen with a server, which stops at its end."""

    async def whole() -> None:
        async with serving() as server:
            await story(server)

    asyncio.run(whole())
