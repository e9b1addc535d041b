"""What a process tree and the database server use while stages go by, read from /proc."""

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


class Usage:
    """Wall and CPU seconds and peak memory by stage, of this process with its children."""

    def __init__(self) -> None:
        self.stages: dict[str, dict[str, float]] = {}
        self._name, self._since, self._cpu, self._server = "", 0.0, 0.0, 0.0
        self._peak = 0

    def enter(self, name: str) -> None:
        """End the stage before and begin this one; the same name goes on with it."""
        if name == self._name:
            return
        now, cpu, server = time.perf_counter(), _cpu_of_tree(os.getpid()), _cpu_of_server()
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
            self.enter("end")
            over.set()
            watch.join()

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(LOOK_SECONDS):
            self._peak = max(self._peak, sum(map(_own_memory, _tree(os.getpid()))))

    def as_dict(self) -> dict[str, dict[str, Any]]:
        return {
            name: {what: round(value, 1) for what, value in spent.items()}
            for name, spent in self.stages.items()
        }


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


def _cpu_of_tree(pid: int) -> float:
    """CPU seconds of a process, its living children and those that ended."""
    return sum(map(_cpu, _tree(pid)))


def _cpu_of_server() -> float:
    """CPU seconds of all PostgreSQL processes on this machine."""
    total = 0.0
    for each in Path("/proc").glob("[0-9]*/comm"):
        try:
            if each.read_text().startswith("postgres"):
                total += _cpu(int(each.parent.name))
        except OSError:
            continue
    return total
