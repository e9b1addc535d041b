"""Runs the servers and our own processes as one tree: starts, watches, restarts, stops them.

One thread and no tricks: children are started by the main thread, so that the kernel ends them
with us, and looked at a few times a second. docs/decisions/0001 says why it is our own.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from c360.services import StartError
from c360.services.process import Command, kill_group, last_lines, spawn, stop, wait_until

TICK_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 30
STEADY_SECONDS = 60  # after so long without a crash the next pause is a second again
ASK_EVERY_SECONDS = 5


class Stopped(Exception):
    """Somebody asked to stop while something was being started."""


@dataclass
class Service:
    """A process to keep running.

    `make` builds its command anew for each start. `ready` tells when it can be relied on;
    `trouble` says what is wrong with one that still runs, given when it was started (seconds
    since 1970), or nothing.
    """

    name: str
    make: Callable[[], Command]
    ready: Callable[[], bool] = lambda: True
    ready_seconds: float = 60
    trouble: Callable[[float], str] = lambda started_at: ""


@dataclass
class _Watched:
    service: Service
    command: Command
    child: "subprocess.Popen[bytes]"
    started_at: float = field(default_factory=time.time)
    crashes: int = 0
    restart_at: float | None = None


class Supervisor:
    """Keeps services running until it is told to stop."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.signals = 0
        self._watched: list[_Watched] = []
        self._asked_at = 0.0

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Let Ctrl-C, SIGTERM and a closed terminal stop us in order; stop all at the end."""
        before = {
            number: signal.signal(number, self._on_signal)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            yield
        finally:
            self.stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: object) -> None:
        self.signals += 1

    def start(self, service: Service) -> None:
        """Start a service and wait until it is ready; `StartError` if it does not get there."""
        watched = self._launch(service)
        self._watched.append(watched)

        def ready_or_stopped() -> bool:
            return bool(self.signals) or service.ready()

        came_up = wait_until(ready_or_stopped, watched.child, service.ready_seconds)
        self._stop_if_asked()
        if not came_up:
            log = watched.command.log
            raise StartError(f"{service.name} did not start:\n{last_lines(log)}\n(log: {log})")

    def run(self, name: str, argv: Sequence[str], env: dict[str, str]) -> int:
        """Run a step to its end, its output on our own, and return its exit status.

        The services are watched meanwhile; asked to stop, the step is stopped first.
        """
        child = subprocess.Popen(list(argv), env=env, start_new_session=True)  # noqa: S603
        try:
            while child.poll() is None:
                self.tick()
                self._stop_if_asked()
                time.sleep(TICK_SECONDS)
        except Stopped:
            self.say(f"Stopping {name}")
            child.send_signal(signal.SIGINT)
            _end_within(child, 5)
            raise
        return child.returncode

    def watch(self) -> None:
        """Keep everything running until somebody asks to stop."""
        while not self.signals:
            self.tick()
            time.sleep(TICK_SECONDS)

    def tick(self) -> None:
        """Look at every child once."""
        ask = time.monotonic() - self._asked_at > ASK_EVERY_SECONDS
        if ask:
            self._asked_at = time.monotonic()
        for watched in self._watched:
            if watched.restart_at is not None:
                if time.monotonic() >= watched.restart_at:
                    self._restart(watched)
            elif watched.child.poll() is not None:
                self._bury(watched, how_it_ended(watched.child.returncode))
            elif ask and (trouble := watched.service.trouble(watched.started_at)):
                self._bury(watched, trouble)

    def _bury(self, watched: _Watched, why: str) -> None:
        """End the rest of a crashed or useless service, and plan its restart."""
        kill_group(watched.child)  # its own children may still hold the port
        if time.time() - watched.started_at > STEADY_SECONDS:
            watched.crashes = 0
        pause = min(LONGEST_PAUSE_SECONDS, 2**watched.crashes)
        watched.crashes += 1
        watched.restart_at = time.monotonic() + pause
        self.say(
            f"{watched.service.name} {why}; restarting in {pause} s ({watched.command.log})"
        )

    def _restart(self, watched: _Watched) -> None:
        fresh = self._launch(watched.service)
        watched.child, watched.command = fresh.child, fresh.command
        watched.started_at, watched.restart_at = fresh.started_at, None

    def _launch(self, service: Service) -> _Watched:
        command = service.make()
        return _Watched(service, command, spawn(command))

    def _stop_if_asked(self) -> None:
        if self.signals:
            raise Stopped

    def stop_all(self) -> None:
        """Stop everything, last started first. A second Ctrl-C stops waiting for anybody."""
        first_signals = self.signals
        while self._watched:
            watched = self._watched.pop()
            hurried = self.signals > max(1, first_signals)
            stop(watched.child, watched.command, 0.5 if hurried else -1)


def how_it_ended(code: int) -> str:
    if code >= 0:
        return f"ended with status {code}"
    return f"was ended by {signal.Signals(-code).name}"


def _end_within(child: "subprocess.Popen[bytes]", seconds: float) -> None:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        kill_group(child)
