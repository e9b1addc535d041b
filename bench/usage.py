"""What a process tree and the servers below it use while stages go by, read from /proc."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
LOOK_SECONDS = 0.25
ENDING_SECONDS = 1.0


class Usage:
    """Wall and CPU seconds and peak memory by stage, of this process with its children.

    The servers it may have started are children too, and counted apart.
    """

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._name, self._since, self._cpu, self._server = "", 0.0, 0.0, 0.0
        self._peak = 0

    def enter(self, name: str, *, at: float | None = None) -> None:
        """End the stage before and begin this one, now or at an earlier moment of the clock.

        The same name goes on with it.
        """
        if name == self._name:
            return
        now = time.perf_counter() if at is None else at
        cpu, server = sum(map(_cpu, _ours())), _cpu_of_server()
        if self._name:
            spent = self.stages.setdefault(
                self._name,
                {"seconds": 0.0, "cpu_seconds": 0.0, "server_cpu_seconds": 0.0, "peak_mb": 0.0},
            )
            spent["seconds"] += now - self._since
            spent["cpu_seconds"] += cpu - self._cpu
            spent["server_cpu_seconds"] += server - self._server
            spent["peak_mb"] = max(spent["peak_mb"], self._peak / 2**20)
        self._name, self._since, self._cpu, self._server = name, now, cpu, server
        self._peak = 0

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at memory now and then; the children's is summed up as it is resident."""
        over = threading.Event()
        watch = threading.Thread(target=self._watch, args=(over,), daemon=True)
        watch.start()
        try:
            yield
        finally:
            ended = time.perf_counter()
            time.sleep(ENDING_SECONDS)  # a process that is ending is counted nowhere
            self.enter("end", at=ended)
            over.set()
            watch.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(LOOK_SECONDS):
            self._peak = max(self._peak, sum(map(_own_memory, _ours())))

    def as_dict(self) -> dict[str, dict[str, Any]]:
        return {
            name: {what: round(value, 1) for what, value in spent.items()}
            for name, spent in self.stages.items()
        }


SERVERS = ("postgres", "valkey")


def _ours() -> list[int]:
    """This process and its children that are no servers."""
    return [pid for pid in _tree(os.getpid()) if not _is_server(pid)]


def _is_server(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text().startswith(SERVERS)
    except OSError:
        return False


def _tree(pid: int) -> list[int]:
    """A process and all its children that live."""
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    except OSError:
        pass
    return found


def _own_memory(pid: int) -> int:
    """Resident memory that is no file's: pages of files can be dropped at any time."""
    try:
        resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    except OSError:
        return 0
    return (int(resident) - int(shared)) * PAGE


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(each) for each in fields[11:15]) / TICKS  # its own and ended children's


def _cpu_of_server() -> float:
    """CPU seconds of the servers this process has started."""
    return sum(_cpu(pid) for pid in _tree(os.getpid()) if _is_server(pid))
