"""A town in which several people and workers act at once, with rows really committed.

    python -m tests.consent.permission_races [ACTORS] [HAPPENINGS]

In a database of its own, since the ledger forgets nothing. Prints one JSON object: how much
happened, how often somebody was in the way, which permissions had drifted afterwards, and how
many answers were yes after the worker that works them out had been killed.
"""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from bench.own_database import own_database
from c360.services.attach import ROOT

SEED = 11
ROUNDS = 10


def main(arguments: list[str]) -> int:
    actors, happenings = [int(each) for each in arguments] or [4, 2_000]
    with own_database():
        sys.stdout.write(json.dumps(happen(actors, happenings)) + "\n")
    return 0


def happen(actors: int, happenings: int) -> dict[str, Any]:
    from django.db import OperationalError, connections

    from consent.permitting.catching_up import catch_up
    from consent.permitting.drift import drift
    from tests.consent.town import Town

    town = Town(Random(SEED), size=16)

    def act(seed: int) -> int:
        mine, tries = Town.__new__(Town), 0
        mine.__dict__.update(town.__dict__ | {"random": Random(seed)})
        try:
            for _ in range(happenings // actors // ROUNDS):
                try:
                    mine.live(1)
                except OperationalError as error:  # somebody was in the way: once more, later
                    if "deadlock" not in str(error):
                        raise
                    tries += 1
        finally:
            connections.close_all()
        return tries

    deadlocks, drifted, told_by_the_dead = 0, [], 0
    for number in range(ROUNDS):
        with ThreadPoolExecutor(actors) as pool:
            seeds = range(number * actors, (number + 1) * actors)
            deadlocks += sum(pool.map(act, seeds))
        drifted += [str(each) for each in drift()]
        town.rule()
        told_by_the_dead += allowed_after_a_kill()
        catch_up(max_seconds=60)
        drifted += [str(each) for each in drift()]
    return {
        "happened": happenings,
        "deadlocks": deadlocks,
        "drift": drifted,
        "allowed_after_kills": told_by_the_dead,
    }


def allowed_after_a_kill() -> int:
    """Kill a worker while it works out what is stale; how many answers are yes afterwards."""
    from consent.permitting.permissions import Asked, may_contact_many
    from profiles.models import Profile

    died = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), "permissions_rebuild"],
        env=os.environ | {"C360_FAILPOINT": "permissions_written=kill"},
        capture_output=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died
    profiles = Profile.objects.filter(permission_state__isnull=False)
    asked = [
        Asked(profile.pk, purpose, channel)
        for profile in profiles
        for purpose in ("marketing", "service")
        for channel in ("email", "sms", "post")
    ]
    return sum(answer.allowed for answer in may_contact_many(asked))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
