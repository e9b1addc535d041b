"""What a piece of work tells of itself while it is done."""

import time
from collections.abc import Mapping

from django.db import models

from c360.live import announce

EVERY_SECONDS = 1.0  # progress is stored and told no more often


class Cancelled(Exception):
    """Somebody has cancelled the job; nothing more should be done for it."""


class Unable(Exception):
    """The work cannot be done; the words are for the person who started it."""


class Run:
    """One job while it is worked on."""

    def __init__(self, jobs: "models.QuerySet[models.Model]", signal: str) -> None:
        self._jobs, self._signal = jobs, signal
        self._parts: Mapping[str, tuple[int, int]] = {}
        self._told = 0.0

    def plan(self, parts: Mapping[str, tuple[int, int]]) -> None:
        """Say which stage takes the progress from where to where, in percent."""
        self._parts = parts

    def at(self, stage: str, done: int, total: int) -> None:
        """Note that `done` of `total` is done of a stage. Raises `Cancelled`.

        Cheap to call often: it looks at the database once a second.
        """
        now = time.monotonic()
        if now - self._told < EVERY_SECONDS and done < total:
            return
        self._told = now
        first, last = self._parts.get(stage, (0, 100))
        percent = first + round((last - first) * min(1.0, done / total if total else 1.0))
        self._jobs.update(stage=stage[:40], percent=percent)
        announce([self._signal])
        if not self._jobs.filter(wants_cancel=False).exists():
            raise Cancelled
