"""The data folder: its secrets, the ports of its servers, and the addresses made of them."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from c360.services import StartError
from c360.services.ports import free_port

SUPERUSER = "postgres"
OWNER = "c360_owner"
APP = "c360_app"
AUDITOR = "c360_auditor"
DATABASE = "c360"

SECRETS: dict[str, Callable[[], str]] = {
    "secret_key": lambda: secrets.token_urlsafe(50),
    "block_key_secret": lambda: secrets.token_urlsafe(32),
    "evidence_key": lambda: secrets.token_hex(32),
    "ledger_key": lambda: secrets.token_hex(32),
    "superuser_password": lambda: secrets.token_urlsafe(32),
    "owner_password": lambda: secrets.token_urlsafe(32),
    "app_password": lambda: secrets.token_urlsafe(32),
    "auditor_password": lambda: secrets.token_urlsafe(32),
    "valkey_password": lambda: secrets.token_urlsafe(32),
}
PASSWORDS = {
    SUPERUSER: "superuser_password",
    OWNER: "owner_password",
    APP: "app_password",
    AUDITOR: "auditor_password",
}


def postgres_url(role: str, password: str, port: int, database: str = DATABASE) -> str:
    return f"postgresql://{role}:{quote(password, safe='')}@127.0.0.1:{port}/{database}"


@dataclass(frozen=True)
class DataFolder:
    """One folder holds everything that must survive: databases, secrets, logs.

    `saved` and `ports` are empty until `prepare` has run once, so that reading the settings
    never writes anything.
    """

    path: Path

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def valkey(self) -> Path:
        return self.path / "valkey"

    @property
    def saved(self) -> dict[str, str]:
        """The secrets by name; see `SECRETS`."""
        return _read(self.path / "secrets.json")

    @property
    def ports(self) -> dict[str, int]:
        """`postgres` and `valkey`, on 127.0.0.1."""
        return _read(self.path / "ports.json")

    def database_url(self, role: str) -> str:
        """Address of the embedded database for one of `PASSWORDS`."""
        password = self.saved.get(PASSWORDS[role], "")
        database = "postgres" if role == SUPERUSER else DATABASE
        return postgres_url(role, password, self.ports.get("postgres", 0), database)

    def redis_url(self) -> str:
        password = quote(self.saved.get("valkey_password", ""), safe="")
        return f"redis://:{password}@127.0.0.1:{self.ports.get('valkey', 0)}/0"

    def prepare(self) -> None:
        """Make the folder, what is missing of its secrets, and choose ports. Safe to repeat."""
        try:
            self._make()
            with self._alone():
                self._make_secrets()
                if not self.ports:
                    self.choose_ports()
        except OSError as error:
            raise StartError(
                f"The data folder {self.path} cannot be used ({error.strerror}). Run as the "
                "user it belongs to, or choose another folder with DATA_DIR."
            ) from error

    def choose_ports(self) -> None:
        """Note two ports nobody uses now."""
        postgres = free_port()
        ports = {"postgres": postgres, "valkey": free_port(other_than=postgres)}
        _write(self.path / "ports.json", ports)

    def _make(self) -> None:
        """Others may pass through, as the account of the database must, but not look around."""
        self.path.mkdir(parents=True, exist_ok=True)
        if not any(self.path.iterdir()):
            self.path.chmod(0o711)
        self.logs.mkdir(mode=0o700, exist_ok=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.path / "prepare.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make_secrets(self) -> None:
        saved = self.saved
        if not saved and self.postgres.exists():
            raise StartError(
                f"{self.path / 'secrets.json'} is missing but there is a database that needs "
                "it. Put the file back from a backup, or choose an empty folder with DATA_DIR."
            )
        if missing := SECRETS.keys() - saved.keys():
            saved |= {name: SECRETS[name]() for name in missing}
            _write(self.path / "secrets.json", saved)


def _read(path: Path) -> dict:
    try:
        return dict(json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError) as error:
        raise StartError(f"{path} is damaged. Put it back from a backup.") from error


def _write(path: Path, content: dict) -> None:
    """Replace a file whole, readable by its owner alone."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
