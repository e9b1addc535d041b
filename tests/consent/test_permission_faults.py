"""Permissions while several act at once and workers are killed."""

import json
import subprocess
import sys

import pytest

from c360.services.attach import ROOT
from tests.tree import clean_environment

pytestmark = pytest.mark.faults


def test_checks_18_and_19_with_four_acting_at_once_and_workers_killed() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.consent.permission_races", "4", "600"],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"happened": 600, "deadlocks": 0, "drift": [], "allowed_after_kills": 0}
