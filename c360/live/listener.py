"""One open stream, as the hub sees it. Plain Python; lives in the event loop alone."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from c360.live.announcing import REFRESH

PATH = "/live/"
OPENED = "c360.opened"  # the `Opening` in the scope of a request that may have a stream


@dataclass(frozen=True)
class Opening:
    """What a stream was opened for: topics, the session, the last id its browser heard."""

    topics: frozenset[str]
    session_key: str
    after: str = ""


class Listener:
    """Holds what was not sent yet: each signal once, so never more than there are topics."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self.has_ended = False
        self.wake = asyncio.Event()
        self._pending: dict[str, str] = {}

    def hear(self, entry_id: str, signals: Iterable[str]) -> None:
        """Keep what is wanted of an entry; a signal heard again waits with its newest id."""
        for signal in signals:
            if signal in self.opening.topics or signal == REFRESH:
                self._pending.pop(signal, None)
                self._pending[signal] = entry_id
                self.wake.set()

    def end(self) -> None:
        """Let the stream say goodbye and close."""
        self.has_ended = True
        self.wake.set()

    def take(self) -> dict[str, str]:
        """What is to be sent, signal to id of its entry, oldest first."""
        self.wake.clear()
        taken, self._pending = self._pending, {}
        return taken
