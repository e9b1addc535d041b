"""Processes that work on one database at the same time, for the tests that kill some of them.

They are forked, so they begin at once and may be given any function; each logs into a file.
"""

import logging
import os
import signal
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random
from typing import Any

from django.db import connection, connections

from matching.resolving import failpoints

FORK = get_context("fork")


class Crew:
    """The processes of one test and what they logged."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self.processes: list[BaseProcess] = []

    def start(
        self, work: Callable[..., None], *arguments: Any, failpoint: str = ""
    ) -> BaseProcess:
        """Begin some work in a process of its own; `failpoint` as in `C360_FAILPOINT`."""
        connection.close()  # two processes must not speak on one connection
        log = self._logs / f"{len(self.processes)}.log"
        started = FORK.Process(target=_run, args=(log, failpoint, work, arguments), daemon=True)
        started.start()
        self.processes.append(started)
        return started

    def kill_some(self, dice: Random, among: list[BaseProcess]) -> None:
        """Kill one of these as the system would when memory runs out."""
        alive = [each for each in among if each.is_alive()]
        if alive:
            dice.choice(alive).kill()

    def finish(self, seconds: float) -> None:
        """Wait for those that are left; whoever does not end is killed and named."""
        for each in self.processes:
            each.join(seconds)
        late = [each.name for each in self.processes if each.is_alive()]
        for each in self.processes:
            each.kill()
            each.join()
        assert not late

    def killed(self) -> int:
        """How many ended by SIGKILL."""
        return sum(each.exitcode == -signal.SIGKILL for each in self.processes)

    def failed(self) -> list[BaseProcess]:
        """Those that ended otherwise than well or by SIGKILL."""
        return [each for each in self.processes if each.exitcode not in (0, -signal.SIGKILL)]

    def said(self) -> str:
        """All they logged: what failed and was put off, with its traceback."""
        return "\n".join(log.read_text() for log in sorted(self._logs.glob("*.log")))


def _run(log: Path, failpoint: str, work: Callable[..., None], arguments: Any) -> None:
    logging.basicConfig(filename=log, level=logging.WARNING, force=True)
    logging.getLogger("matching").addHandler(logging.FileHandler(log))
    os.dup2(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), 2)
    failpoints.ACTION = failpoint
    try:
        work(*arguments)
    finally:
        connections.close_all()
