"""What runs: the two servers where they are ours, and web, worker and beat."""

import http.client
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import redis

from c360 import liveness
from c360.services import postgres, valkey
from c360.services.addresses import database_url, redis_url
from c360.services.attach import ROOT, START_SECONDS, embedded
from c360.services.folder import DataFolder
from c360.services.process import Command
from c360.supervisor import Service

BIGGEST_LOG_BYTES = 10 * 2**20


@dataclass(frozen=True)
class Plan:
    """What `up` was asked to run."""

    folder: DataFolder
    host: str
    port: int
    workers: int

    @property
    def address(self) -> str:
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def environment(self) -> dict[str, str]:
        """For our own processes: they get the lesser role's address, never the owner's."""
        given = {"C360_DATABASE_ROLE", "DATABASE_URL"}
        env = {name: value for name, value in os.environ.items() if name not in given}
        return env | {
            "C360_DATA_DIR": str(self.folder.path),
            "DATABASE_APP_URL": database_url(
                {**os.environ, "C360_DATABASE_ROLE": "app"}, self.folder
            ),
            "REDIS_URL": redis_url(os.environ, self.folder),
            "PYTHONUNBUFFERED": "1",
        }

    def servers(self) -> list[Service]:
        """PostgreSQL and Valkey, unless the environment names others."""
        known = {
            "postgres": Service(
                "postgres",
                lambda: postgres.command(self.folder),
                lambda: postgres.answers(self.folder),
                START_SECONDS,
            ),
            "valkey": Service(
                "valkey",
                lambda: valkey.command(self.folder),
                lambda: valkey.answers(self.folder),
                START_SECONDS,
            ),
        }
        return [known[name] for name in embedded()]

    def processes(self) -> list[Service]:
        """Worker, beat and web, in the order in which they start."""
        return [
            Service("worker", self._worker, trouble=self._deaf),
            Service("beat", self._beat),
            Service("web", self._web, self._web_answers),
        ]

    def _worker(self) -> Command:
        concurrency = f"--concurrency={self.workers}"
        return self._celery("worker", "worker", "--pool=prefork", concurrency)

    def _beat(self) -> Command:
        return self._celery(
            "beat", "beat", "--schedule", str(self.folder.path / "beat-schedule")
        )

    def _celery(self, name: str, *arguments: str) -> Command:
        argv = ["-m", "celery", "--app=c360.celery", "--quiet", *arguments]
        return self._python(name, *argv, "--loglevel=WARNING", stop_seconds=8)

    def _web(self) -> Command:
        listen = [f"--host={self.host}", f"--port={self.port}"]
        quiet = ["--log-level=warning", "--no-access-log", "--no-server-header"]
        stopping = ["--lifespan=off", "--timeout-graceful-shutdown=3"]
        return self._python(
            "web", "-m", "uvicorn", "c360.asgi:application", *listen, *quiet, *stopping
        )

    def _python(self, name: str, *argv: str, stop_seconds: float = 6) -> Command:
        return Command(
            name=name,
            argv=[sys.executable, *argv],
            log=_roomy(self.folder.logs / f"{name}.log"),
            env=self.environment(),
            cwd=ROOT,
            stop_signal=signal.SIGTERM,
            stop_seconds=stop_seconds,
        )

    def _deaf(self, started_at: float) -> str:
        """Whether the worker has run long enough without doing its canary task."""
        try:
            last = max(liveness.seen(redis_url(os.environ, self.folder)) or 0, started_at)
        except redis.RedisError:
            return ""  # then it is the queue that is away
        return "" if liveness.is_recent(last) else "runs but takes no tasks"

    def _web_answers(self) -> bool:
        """Any answer will do: how well the parts are is told by what is in it."""
        host = self.address.removeprefix("http://").rpartition(":")[0].strip("[]")
        connection = http.client.HTTPConnection(host, self.port, timeout=3)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status in (200, 503)
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def _roomy(log: Path) -> Path:
    """Put a log aside when it has grown big, and drop the one put aside before."""
    if log.exists() and log.stat().st_size > BIGGEST_LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    return log
