"""Before a command needs a database: find the servers, or start them for its duration."""

import contextlib
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from c360.checks import check_environment, check_reachable
from c360.services import StartError, postgres, valkey
from c360.services.addresses import database_url
from c360.services.folder import DataFolder
from c360.services.lock import FolderLock
from c360.services.ports import is_free
from c360.services.process import Command, spawn, stop, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
NEEDS_NO_DATABASE = {"", "help", "version", "diffsettings", "makemessages", "compilemessages"}
NEEDS_NO_DATABASE |= {"startapp", "findstatic", "collectstatic", "up", "check"}
RUNS_AS_OWNER = {"migrate", "makemigrations", "flush", "sqlflush", "optimizemigration"}
START_SECONDS = 120  # a crash recovery after much writing takes its time
ATTACH_SECONDS = 60
LEFTOVER_SECONDS = 30  # a PostgreSQL whose supervisor was killed writes its checkpoint first
PORT_SECONDS = 2  # Valkey is quicker


def data_folder() -> DataFolder:
    """The folder named by `C360_DATA_DIR`, or `.data` beside manage.py."""
    return DataFolder(Path(os.environ.get("C360_DATA_DIR") or ROOT / ".data").absolute())


@contextlib.contextmanager
def servers_for(argv: list[str]) -> Iterator[None]:
    """Let the command in `argv` find a database and a queue while it runs.

    Prepares the data folder before the settings read it. Nothing is started when both
    `DATABASE_URL` and `REDIS_URL` are set, or when the command needs neither.
    """
    name = next((word for word in argv[1:2] if not word.startswith("-")), "")
    for before, word in itertools.pairwise(argv):
        if before == "--data-dir":
            os.environ["C360_DATA_DIR"] = word
        elif word.startswith("--data-dir="):
            os.environ["C360_DATA_DIR"] = word.partition("=")[2]
    if name in RUNS_AS_OWNER:
        os.environ["C360_DATABASE_ROLE"] = "owner"
    check_environment(os.environ)
    folder = data_folder()
    folder.prepare()
    if "postgres" not in embedded() and (name == "up" or name not in NEEDS_NO_DATABASE):
        role = "owner" if name == "up" else os.environ.get("C360_DATABASE_ROLE", "app")
        check_reachable(database_url(os.environ | {"C360_DATABASE_ROLE": role}, folder))
    if name in NEEDS_NO_DATABASE or not embedded() or {"-h", "--help"} & {*argv}:
        yield
    else:
        with _attached(folder, f"manage.py {name}"):
            yield


def embedded() -> list[str]:
    """Which servers are ours to start: those no address is given for."""
    wanted = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
    return [name for name, variable in wanted.items() if not os.environ.get(variable)]


@contextlib.contextmanager
def _attached(folder: DataFolder, command: str) -> Iterator[None]:
    """Use the servers of whoever owns the folder, or own it for a while."""
    lock = FolderLock(folder.path)
    end = time.monotonic() + ATTACH_SECONDS
    while time.monotonic() < end:
        with lock.try_to_own() as mine:
            if mine:
                with _owned(folder, lock, command):
                    yield
                return
        with lock.try_to_use() as welcome:
            owner = lock.owner()
            if welcome and owner is not None and owner.ready:
                yield
                return
        time.sleep(0.1)
    owner = lock.owner()
    who = f"{owner.command} (process {owner.pid})" if owner else "another process"
    raise StartError(
        f"{folder.path} is in use by {who}, whose servers do not answer. Stop it and try again."
    )


@contextlib.contextmanager
def _owned(folder: DataFolder, lock: FolderLock, command: str) -> Iterator[None]:
    """Run the servers for this command, and on until nobody who joined it needs them."""
    with contextlib.ExitStack() as closed_for_others:
        lock.describe(command, ready=False)
        with started(folder):
            lock.describe(command, ready=True)
            try:
                yield
            finally:
                # Whoever presses Ctrl-C is not made to wait for others.
                if not isinstance(sys.exc_info()[1], KeyboardInterrupt):
                    closed_for_others.enter_context(lock.last_user())


@contextlib.contextmanager
def started(folder: DataFolder, extra: dict[str, str] | None = None) -> Iterator[None]:
    """Run the embedded servers we need. The caller owns the folder."""
    with contextlib.ExitStack() as stack:
        ready_ports(folder)
        if "postgres" in embedded():
            postgres.set_up(folder)
            child = _run(stack, postgres.command(folder, extra))
            if not wait_until(lambda: postgres.answers(folder), child, START_SECONDS):
                raise postgres.failure(folder)
            postgres.make_roles(folder)
        if "valkey" in embedded():
            child = _run(stack, valkey.command(folder))
            if not wait_until(lambda: valkey.answers(folder), child, START_SECONDS):
                raise valkey.failure(folder)
        yield


def ready_ports(folder: DataFolder) -> None:
    """Wait for servers of an earlier run to end; choose new ports if others took ours."""
    if not _within(LEFTOVER_SECONDS, lambda: postgres.leftover(folder) is None):
        pid = postgres.leftover(folder)
        raise StartError(
            f"A PostgreSQL of an earlier run (process {pid}) still uses {folder.path} and "
            f"does not end. Stop it with: kill -INT {pid}"
        )
    if not _within(PORT_SECONDS, lambda: all(is_free(port) for port in folder.ports.values())):
        folder.choose_ports()


def _within(seconds: float, claim: Callable[[], bool]) -> bool:
    end = time.monotonic() + seconds
    while not (came_true := claim()) and time.monotonic() < end:
        time.sleep(0.1)
    return came_true


def _run(stack: contextlib.ExitStack, command: Command) -> "subprocess.Popen[bytes]":
    child = spawn(command)
    stack.callback(stop, child, command)
    return child
