"""Child processes that never outlive us."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from c360.services.account import Account

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Command:
    """How to start a child, and how to ask it to stop."""

    name: str
    argv: Sequence[str]
    log: Path
    account: Account = field(default_factory=Account)
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    stop_signal: int = signal.SIGTERM
    stop_seconds: float = 10


def _dies_with_us(stop_signal: int) -> Callable[[], None]:
    """Ask the kernel (Linux) to pass on the signal when we die, even by `kill -9`.

    The kernel means the thread that forked: children must be started by the main thread.
    """
    parent = os.getpid()
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform == "linux" else None

    def in_the_child() -> None:
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, stop_signal)
            if os.getppid() != parent:
                os._exit(1)

    return in_the_child


def spawn(command: Command) -> "subprocess.Popen[bytes]":
    """Start a child in a session of its own, its output in its log.

    Of its own, so that Ctrl-C in the terminal reaches only us: the order of stopping is ours.
    """
    with command.log.open("ab") as log:
        return subprocess.Popen(  # noqa: S603 - our own commands
            list(command.argv),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=command.cwd,
            env=None if command.env is None else dict(command.env),
            start_new_session=True,
            preexec_fn=_dies_with_us(command.stop_signal),
            **command.account.popen_arguments(),
        )


def stop(child: "subprocess.Popen[bytes]", command: Command, seconds: float = -1) -> None:
    """Ask it to stop, wait for the time it is given, then end its whole group."""
    if child.poll() is None:
        child.send_signal(command.stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(command.stop_seconds if seconds < 0 else seconds)
    kill_group(child)


def kill_group(child: "subprocess.Popen[bytes]") -> None:
    """End what is left of the child and of its own children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def last_lines(log: Path, count: int = 3) -> str:
    """The end of a log, to quote in an error."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 4000))
        lines = file.read().decode("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines[-count:] if line.strip())
    return ""


def wait_until(
    ready: Callable[[], bool], child: "subprocess.Popen[bytes]", seconds: float
) -> bool:
    """Whether it became ready before it ended or the time was up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and child.poll() is None:
        if ready():
            return True
        time.sleep(0.03)
    return False
