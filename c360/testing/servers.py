"""pytest plugin: real PostgreSQL and Valkey for a test run, or those of `DATABASE_URL`.

Loaded before everything else (`-p` in `addopts`), so that the settings find the addresses in
the environment. The servers start once, in the process that starts the workers of xdist, and
end with it, however it ends. They keep nothing: no syncing, in memory where there is room.
"""

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from c360.services import StartError, attach, postgres
from c360.services.folder import APP, AUDITOR, OWNER, SUPERUSER, DataFolder
from c360.services.lock import FolderLock

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a private folder is made inside
ROOM_BYTES = 2 * 2**30
PREFIX = "c360-tests-"
OLD_SECONDS = 60
SERVERS = pytest.StashKey[contextlib.ExitStack]()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start the servers before pytest-django reads the settings."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        _take_own_queue()
        return
    stack = early_config.stash.setdefault(SERVERS, contextlib.ExitStack())
    folder = DataFolder(stack.enter_context(_temporary_folder()))
    try:
        folder.prepare()
        _start(stack, folder)
    except StartError as error:
        stack.close()
        raise pytest.UsageError(str(error)) from error
    os.environ.setdefault("SECRET_KEY", folder.saved["secret_key"])
    os.environ.setdefault("C360_BLOCK_KEY_SECRET", folder.saved["block_key_secret"])
    os.environ["C360_DATA_DIR"] = str(folder.path)
    os.environ["C360_DATABASE_ROLE"] = "owner"


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVERS in config.stash:
        config.stash[SERVERS].close()


@contextlib.contextmanager
def _temporary_folder() -> Iterator[Path]:
    roomy = SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ROOM_BYTES
    parent = SHARED_MEMORY if roomy else Path(tempfile.gettempdir())
    _remove_left_behind(parent)
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    path.chmod(0o711)  # the account of the database passes through
    try:
        with FolderLock(path).try_to_own():
            yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _remove_left_behind(parent: Path) -> None:
    """Remove folders of test runs that were killed: older ones whose lock nobody holds."""
    for path in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > OLD_SECONDS:
                with FolderLock(path).try_to_own() as abandoned:
                    if abandoned:
                        shutil.rmtree(path, ignore_errors=True)


def _start(stack: contextlib.ExitStack, folder: DataFolder) -> None:
    """Start what no address was given for, and put the addresses into the environment."""
    ours = attach.embedded()
    if not ours:
        return
    stack.enter_context(attach.started(folder, postgres.FOR_TESTS))
    if "postgres" in ours:
        postgres.make_roles(folder, owner_may="CREATEDB CREATEROLE")
        with psycopg.connect(folder.database_url(SUPERUSER), autocommit=True) as connection:
            for right in (APP, AUDITOR, "SET ON PARAMETER session_replication_role"):
                connection.execute(sql.SQL(f"GRANT {right} TO {OWNER}"))
        os.environ["DATABASE_URL"] = folder.database_url(OWNER)
        os.environ["DATABASE_APP_URL"] = folder.database_url(APP)
    if "valkey" in ours:
        os.environ["REDIS_URL"] = folder.redis_url()


def _take_own_queue() -> None:
    """Give each worker of xdist a database of its own in Valkey."""
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) + 1
    server, _, _ = os.environ["REDIS_URL"].rpartition("/")
    os.environ["REDIS_URL"] = f"{server}/{number}"
