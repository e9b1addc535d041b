"""The supervisor with processes that do little; `test_up.py` has the real ones."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from c360.services import StartError
from c360.services.process import Command
from c360.supervisor import Service, Stopped, Supervisor
from tests.tree import is_gone, wait_for

SLEEPS = "exec sleep 60"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Supervisor:
    return Supervisor(said.append)


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., Service]:
    """Make a service out of a line for the shell."""

    def make(line: str, name: str = "one", **how: object) -> Service:
        argv = ["/bin/sh", "-c", line]
        command = Command(name=name, argv=argv, log=tmp_path / f"{name}.log", stop_seconds=2)
        return Service(name, lambda: command, **how)  # type: ignore[arg-type]  # as given

    return make


def marks(path: Path) -> list[int]:
    return [int(line) for line in path.read_text().split()] if path.exists() else []


def tick_until(supervisor: Supervisor, claim: Callable[[], object], what: str) -> None:
    def look() -> object:
        supervisor.tick()
        return claim()

    wait_for(look, 10, what)


def test_a_crashed_process_is_started_again_after_a_pause_that_grows(
    supervisor: Supervisor, said: list[str], shell: Callable[..., Service], tmp_path: Path
) -> None:
    with supervisor.listening():
        supervisor.start(shell(f"echo $$ >> {tmp_path}/pids; sleep 0.3; exit 7"))
        tick_until(supervisor, lambda: len(marks(tmp_path / "pids")) == 3, "two restarts")

    assert said[0].startswith("one ended with status 7; restarting in 1 s")
    assert said[1].startswith("one ended with status 7; restarting in 2 s")


def test_children_of_a_crashed_process_are_ended_before_its_restart(
    supervisor: Supervisor, shell: Callable[..., Service], tmp_path: Path
) -> None:
    with supervisor.listening():
        supervisor.start(shell(f"sleep 60 & echo $! > {tmp_path}/pids; sleep 0.3; kill -9 $$"))
        tick_until(supervisor, lambda: marks(tmp_path / "pids"), "the child of the child")
        (orphan,) = marks(tmp_path / "pids")

        tick_until(supervisor, lambda: is_gone(orphan), "its end")


def test_a_process_that_runs_and_does_nothing_is_restarted(
    supervisor: Supervisor, said: list[str], shell: Callable[..., Service]
) -> None:
    with supervisor.listening():
        supervisor.start(shell(SLEEPS, trouble=lambda started_at: "takes no tasks"))

        supervisor.tick()

    assert said[0].startswith("one takes no tasks; restarting in 1 s")


def test_a_service_that_does_not_come_up_is_told_with_its_last_words(
    supervisor: Supervisor, shell: Callable[..., Service]
) -> None:
    broken = shell("echo no such file >&2; exit 1", ready=lambda: False)

    with supervisor.listening(), pytest.raises(StartError, match="no such file"):
        supervisor.start(broken)


def test_services_are_stopped_in_the_reverse_order_of_their_start(
    supervisor: Supervisor, shell: Callable[..., Service], tmp_path: Path
) -> None:
    wait = "while :; do sleep 0.05; done"
    with supervisor.listening():
        for name in ("database", "pages"):
            line = f"trap 'echo {name} >> {tmp_path}/order; exit' TERM; touch {tmp_path}/{name}"
            supervisor.start(shell(f"{line}; {wait}", name, ready=(tmp_path / name).exists))

    assert (tmp_path / "order").read_text().split() == ["pages", "database"]


def test_one_that_does_not_want_to_stop_is_ended(
    supervisor: Supervisor, shell: Callable[..., Service], tmp_path: Path
) -> None:
    stubborn = f"trap '' TERM; echo $$ > {tmp_path}/pids; while :; do sleep 0.05; done"
    began = time.monotonic()
    with supervisor.listening():
        supervisor.start(shell(stubborn, ready=lambda: bool(marks(tmp_path / "pids"))))

    assert time.monotonic() - began < 5
    assert is_gone(marks(tmp_path / "pids")[0])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_watch_and_handlers_are_put_back(
    supervisor: Supervisor, shell: Callable[..., Service], number: signal.Signals
) -> None:
    before = signal.getsignal(number)
    with supervisor.listening():
        supervisor.start(shell(SLEEPS))
        os.kill(os.getpid(), number)
        supervisor.watch()

    assert signal.getsignal(number) == before


def test_a_signal_while_a_service_starts_or_a_step_runs_stops_that(
    supervisor: Supervisor, shell: Callable[..., Service]
) -> None:
    with supervisor.listening():
        supervisor.signals = 1
        with pytest.raises(Stopped):
            supervisor.start(shell(SLEEPS, ready=lambda: False))
        with pytest.raises(Stopped):
            supervisor.run("step", ["/bin/sleep", "60"], {})


def test_a_step_tells_how_it_ended(supervisor: Supervisor) -> None:
    assert supervisor.run("step", ["/bin/sh", "-c", "exit 3"], {}) == 3


def test_a_child_ends_with_a_killed_parent(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path\n"
        "from c360.services.process import Command, spawn\n"
        "child = spawn(Command('one', ['/bin/sleep', '60'], Path(sys.argv[1])))\n"
        "print(child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "log")],
        cwd=root,
        capture_output=True,
        check=False,
    )

    wait_for(lambda: is_gone(int(done.stdout)), 5, "the end of the child")
