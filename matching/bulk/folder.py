"""The folder of one bulk run, and what is left of runs that were killed."""

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PREFIX, LOCK = "c360-bulk-", "lock"
UNLOCKED_SECONDS = 60.0  # a folder made just now may have no lock yet


@contextlib.contextmanager
def run_folder() -> Iterator[Path]:
    """A new folder, gone at the end. Those of runs that were killed go now.

    A run holds a lock in its folder, which ends with its processes, however they end.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another's, or gone meanwhile
            if _is_left(folder):
                shutil.rmtree(folder)
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX) as name,
        (Path(name) / LOCK).open("wb") as lock,
    ):
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(name)


def _is_left(folder: Path) -> bool:
    """Whether nobody works in a folder of ours any more."""
    facts = folder.lstat()
    if facts.st_uid != os.geteuid():
        return False
    try:
        with (folder / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return time.time() - facts.st_mtime > UNLOCKED_SECONDS
    except BlockingIOError:
        return False
    return True
