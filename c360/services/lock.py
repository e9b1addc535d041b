"""Who owns the servers of a data folder: one process at a time, and those who use them too.

The kernel gives a lock up when its process ends, however it ends: a lock cannot go stale.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Owner:
    """Who holds the lock, as it described itself."""

    pid: int
    command: str
    address: str = ""
    ready: bool = False


@contextlib.contextmanager
def _held(path: Path, kind: int) -> Iterator[IO[str] | None]:
    with path.open("a+") as file:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield file


class FolderLock:
    """The right to start and stop the servers of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file: IO[str] | None = None

    @contextlib.contextmanager
    def try_to_own(self) -> Iterator[bool]:
        """Hold the lock for a while, if nobody else does."""
        with _held(self.folder / "owner.lock", fcntl.LOCK_EX) as file:
            self._file = file
            try:
                yield file is not None
            finally:
                if file is not None:
                    file.truncate(0)
                self._file = None

    def describe(self, command: str, address: str = "", *, ready: bool) -> None:
        """Tell others what the owner is."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate(0)
            about = {"pid": os.getpid(), "command": command, "address": address}
            json.dump(about | {"ready": ready}, self._file)
            self._file.flush()

    def owner(self) -> Owner | None:
        """What the owner says of itself; nothing while it is coming or going."""
        try:
            return Owner(**json.loads((self.folder / "owner.lock").read_text("utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    @contextlib.contextmanager
    def try_to_use(self) -> Iterator[bool]:
        """Be counted among the users of servers somebody else owns."""
        with _held(self.folder / "users.lock", fcntl.LOCK_SH) as file:
            yield file is not None

    @contextlib.contextmanager
    def last_user(self) -> Iterator[None]:
        """Wait until nobody else uses the servers, and let nobody begin."""
        with (self.folder / "users.lock").open("a+") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
