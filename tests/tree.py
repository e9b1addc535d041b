"""Customer 360 as people run it: `manage.py up` in a process tree of its own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from c360.services import attach, postgres
from c360.services.attach import ROOT
from c360.services.folder import DataFolder
from c360.services.lock import FolderLock
from c360.services.ports import free_port

OURS = ("DATABASE_", "REDIS_URL", "C360_", "SECRET_KEY", "PYTEST_", "PYTHON")


def clean_environment() -> dict[str, str]:
    """The environment without what the test run put into it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}


def manage(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, as from a terminal."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=clean_environment() | env,
        capture_output=True,
        text=True,
        timeout=600,
    )


def wait_for(claim: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true answer; an assertion error naming `what` when none comes in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := claim():
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {what}")


def health_at(address: str) -> dict[str, Any]:
    """What /healthz tells there; empty while nobody answers."""
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=3) as answer:  # noqa: S310 - ours
            return dict(json.load(answer))
    except urllib.error.HTTPError as refused:
        with refused:
            return dict(json.load(refused))
    except OSError:
        return {}


class Tree:
    """One `manage.py up` on a data folder."""

    def __init__(self, data: Path, *arguments: str, **env: str) -> None:
        self.data = data
        self.env = clean_environment() | env
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.arguments = arguments
        self.output = data.with_name(f"{data.name}-output")

    def start(self, seconds: float = 180) -> "Tree":
        """Start it and wait until it says that it runs."""
        command = [sys.executable, str(ROOT / "manage.py"), "up", "--port", str(self.port)]
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [*command, "--data-dir", str(self.data), *self.arguments],
                env=self.env,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_for(self._runs, seconds, "the address on the console")
        return self

    def _runs(self) -> bool:
        assert self.process.poll() is None, self.said()
        return f"runs at {self.address}" in self.said()

    def said(self) -> str:
        """What it wrote to the console so far."""
        return self.output.read_text()

    def health(self) -> dict[str, Any]:
        """What /healthz tells; empty while nobody answers."""
        return health_at(self.address)

    def is_well(self) -> bool:
        return self.health().get("status") == "ok"

    def processes(self) -> dict[str, list[int]]:
        """Process ids by what they are, oldest first; `other` for helpers of theirs."""
        found: dict[str, list[int]] = {}
        for pid in _descendants(self.process.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # just ended
                found.setdefault(_what_is(pid), []).append(pid)
        return found

    def stop(self, number: int = signal.SIGINT, seconds: float = 20) -> float:
        """Ask it to stop as Ctrl-C does; return how many seconds it took."""
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(seconds)
        return time.monotonic() - began


NAMES = {"celery --app=c360.celery --quiet worker": "worker", "--quiet beat": "beat"}
NAMES |= {"uvicorn": "web", "bin/postgres -D": "postgres", "valkey-server": "valkey"}


def _what_is(pid: int) -> str:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return next((name for part, name in NAMES.items() if part in command), "other")


def _descendants(pid: int) -> list[int]:
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [p for child in map(int, children) for p in (child, *_descendants(child))]
    return []


def is_gone(pid: int) -> bool:
    """Whether a process has ended (one that only waits to be buried has)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


@contextlib.contextmanager
def data_folder() -> Iterator[Path]:
    """A folder that also the account of the database can enter, as it cannot pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="c360-tree-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        path.with_name(f"{path.name}-output").unlink(missing_ok=True)


@contextlib.contextmanager
def embedded_servers() -> Iterator[DataFolder]:
    """A data folder with its servers running, as a command finds them."""
    kept = {name: os.environ.pop(name) for name in ("DATABASE_URL", "REDIS_URL")}
    try:
        with data_folder() as path:
            folder = DataFolder(path)
            folder.prepare()
            lock = FolderLock(path)
            with lock.try_to_own(), attach.started(folder, postgres.FOR_TESTS):
                lock.describe("tests", ready=True)
                yield folder
    finally:
        os.environ.update(kept)


@contextlib.contextmanager
def running(*arguments: str, **env: str) -> Iterator[Tree]:
    """A tree that runs, with an empty database unless told otherwise."""
    with data_folder() as data, running_on(data, *arguments, **env) as tree:
        yield tree


@contextlib.contextmanager
def running_on(data: Path, *arguments: str, **env: str) -> Iterator[Tree]:
    """A tree that runs on a folder which may hold something already."""
    tree = Tree(data, *arguments, **env).start()
    try:
        yield tree
    finally:
        if tree.process.poll() is None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                tree.stop()
        tree.process.kill()
        tree.process.wait()
