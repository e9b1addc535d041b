"""Run everything: the servers, the pages, the worker and its clock, as one process tree."""

import os
import sys
from pathlib import Path
from typing import Any

import psycopg
from django.core.management.base import BaseCommand, CommandParser

from c360.checks import check_queue, check_reachable
from c360.processes import Plan
from c360.services import StartError, attach, postgres
from c360.services.addresses import database_url, redis_url
from c360.services.attach import ROOT, data_folder
from c360.services.lock import FolderLock, Owner
from c360.services.ports import is_free
from c360.supervisor import Stopped, Supervisor

IS_EMPTY = (
    "SELECT NOT EXISTS (SELECT FROM c360_user) AND NOT EXISTS (SELECT FROM profiles_source)"
)


class Command(BaseCommand):
    help = "Runs database, queue, pages, worker and clock. Ctrl-C stops all of it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8360)
        parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 for every network")
        parser.add_argument("--data-dir", type=Path, help="instead of .data or C360_DATA_DIR")
        parser.add_argument("--workers", type=int, default=2, help="processes that do tasks")
        parser.add_argument(
            "--no-demo", action="store_true", help="leave an empty database empty"
        )

    def handle(self, **options: Any) -> None:
        if options["data_dir"]:
            os.environ["C360_DATA_DIR"] = str(options["data_dir"].absolute())
        plan = Plan(data_folder(), options["host"], options["port"], options["workers"])
        plan.folder.prepare()
        lock = FolderLock(plan.folder.path)
        with lock.try_to_own() as mine:
            if not mine:
                raise StartError(already_running(lock.owner(), plan.folder.path))
            self._run(plan, lock, demo=not options["no_demo"])

    def _run(self, plan: Plan, lock: FolderLock, *, demo: bool) -> None:
        lock.describe("manage.py up", plan.address, ready=False)
        if not is_free(plan.port, plan.host):
            raise StartError(
                f"Port {plan.port} on {plan.host} is in use by another program. Stop that, or "
                f"choose another port: make run PORT={plan.port + 1}"
            )
        supervisor = Supervisor(self._say)
        with supervisor.listening():
            try:
                self._start(plan, lock, supervisor, demo=demo)
                supervisor.watch()
            except Stopped:
                pass
            self._say("Stopping")
        self._say("Stopped")

    def _start(
        self, plan: Plan, lock: FolderLock, supervisor: Supervisor, *, demo: bool
    ) -> None:
        self._start_servers(plan, supervisor)
        lock.describe("manage.py up", plan.address, ready=True)
        self._manage(supervisor, plan, "migrate", "--verbosity=0", "--skip-checks")
        check_reachable(plan.environment()["DATABASE_APP_URL"])
        if demo:
            self._load_demo(supervisor, plan)
        for service in plan.processes():
            supervisor.start(service)
        self._say(self._welcome(plan))

    def _start_servers(self, plan: Plan, supervisor: Supervisor) -> None:
        if "valkey" not in attach.embedded():
            check_queue(redis_url(os.environ, plan.folder))
        attach.ready_ports(plan.folder)
        if "postgres" in attach.embedded() and postgres.set_up(plan.folder):
            self._say(f"Made a database in {plan.folder.path}")
        for service in plan.servers():
            supervisor.start(service)
        if "postgres" in attach.embedded():
            postgres.make_roles(plan.folder)

    def _load_demo(self, supervisor: Supervisor, plan: Plan) -> None:
        """Load the demo into an empty database; again if it was interrupted the last time."""
        unfinished = plan.folder.path / "demo-unfinished"
        if not unfinished.exists() and not self._ask(plan, IS_EMPTY):
            return
        self._say("Loading the demo; this is done once and takes a minute or two")
        unfinished.touch()
        self._manage(supervisor, plan, "demo")
        unfinished.unlink()

    def _manage(self, supervisor: Supervisor, plan: Plan, *command: str) -> None:
        env = {**os.environ, "C360_DATA_DIR": str(plan.folder.path)}
        argv = [sys.executable, str(ROOT / "manage.py"), *command]
        if supervisor.run(command[0], argv, env):
            raise StartError(f"manage.py {command[0]} failed; see above.")

    def _ask(self, plan: Plan, question: str, *values: object) -> Any:
        """The first column of the first row, asked as the owner."""
        url = database_url({**os.environ, "C360_DATABASE_ROLE": "owner"}, plan.folder)
        with psycopg.connect(url, connect_timeout=3) as connection:
            return connection.execute(question, values).fetchone()[0]  # type: ignore[index]

    def _welcome(self, plan: Plan) -> str:
        from c360.demo.accounts import SIGN_INS

        emails = [each.email for each in SIGN_INS]
        known = "SELECT coalesce(array_agg(email), '{}') FROM c360_user WHERE email = ANY(%s)"
        there = self._ask(plan, known, emails)
        lines = [f"Customer 360 runs at {plan.address}", ""]
        shown = [each for each in SIGN_INS if each.email in there]
        lines += [f"  {role:<17} {email:<28} {word}" for role, email, word in shown]
        if not shown:
            lines.append("  Make the first sign-in: .venv/bin/python manage.py createsuperuser")
        lines += ["", f"Data and logs are in {plan.folder.path}. Ctrl-C stops everything."]
        return "\n".join(["", *lines, ""])

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def already_running(owner: Owner | None, folder: Path) -> str:
    """Why a second `up` is refused, and what to do."""
    if owner is None:
        return f"The data folder {folder} is in use by a process that is starting or stopping."
    if owner.address:
        return (
            f"Customer 360 already runs on this data folder: {owner.address} (process "
            f"{owner.pid}). Use that one, stop it with Ctrl-C where it runs, or start another "
            "with a folder and a port of its own: make run DATA_DIR=… PORT=…"
        )
    return (
        f"{owner.command} (process {owner.pid}) is using the data folder {folder} and its "
        "database. Wait until it has ended, then try again."
    )
