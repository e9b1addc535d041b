"""A database for one benchmark, made at its start and gone at its end."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from c360.services.attach import ROOT, servers_for


@contextlib.contextmanager
def own_database() -> Iterator[Path]:
    """Run migrated servers on a new data folder, with Django set up; yields the folder."""
    with tempfile.TemporaryDirectory(prefix="c360-bench-") as data:
        Path(data).chmod(0o711)  # the account of the database passes through
        os.environ["C360_DATA_DIR"] = data
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "c360.settings")
        migrate = [sys.executable, str(ROOT / "manage.py"), "migrate", "--verbosity=0"]
        subprocess.run(migrate, check=True)
        with servers_for(["manage.py", "resolve"]):
            import django

            django.setup()
            yield Path(data)
