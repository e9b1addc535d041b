"""The acceptance of resolving: the whole product imports and resolves while parts die."""

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest

from c360.demo.generate import File, generate
from c360.services.attach import ROOT
from c360.services.folder import OWNER, DataFolder
from tests.tree import Tree, clean_environment, is_gone, running, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.skipif(sys.platform != "linux", reason="/proc")]

Files = tuple[Path, list[File]]


def files_of(folder: Path, people: int) -> Files:
    """The person records of the invented retailer, five systems, three records a person."""
    manifest = generate(folder, people=people, today=date(2026, 5, 1))
    return folder, [file for file in manifest.files if file.reads == "records"]


def command(tree: Tree, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command against a running tree, to its end."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=clean_environment() | {"C360_DATA_DIR": str(tree.data)},
        capture_output=True,
        text=True,
        timeout=240,
    )


def import_all(tree: Tree, files: Files) -> None:
    """Import every file; one whose import was interrupted is imported again from the start."""
    folder, rows = files
    lawful = "from c360.demo.lawful import make_lawful; make_lawful()"
    assert _succeeds(tree, "shell", "--command", lawful)
    for file in rows:
        words = ("import_records", file.source, str(folder / file.rows), "--create-source")
        how = ("--mapping", str(folder / file.mapping))
        wait_for(partial(_succeeds, tree, *words, *how), 120, f"{file.rows} imported")


def _succeeds(tree: Tree, *arguments: str) -> bool:
    return command(tree, *arguments).returncode == 0


class Meter:
    """What the database of a running tree tells, also while it is away."""

    def __init__(self, tree: Tree) -> None:
        self._url = DataFolder(tree.data).database_url(OWNER)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives; nothing while the database does not answer."""
        with suppress(psycopg.OperationalError), psycopg.connect(self._url) as connection:
            return connection.execute(query.encode()).fetchall()
        return []

    def count(self, query: str) -> int:
        """The number a query gives; -1 while the database does not answer."""
        found = self.rows(query)
        return int(found[0][0]) if found else -1

    def records(self) -> int:
        return self.count("SELECT count(*) FROM profiles_sourcerecord")

    def resolved(self) -> int:
        return self.count(RESOLVED)

    def is_settled(self) -> bool:
        return self.count("SELECT count(*) FROM matching_dirtyrecord") == 0


RESOLVED = """
SELECT count(*) FROM profiles_sourcerecord r
WHERE NOT EXISTS (SELECT FROM matching_dirtyrecord d WHERE d.record_id = r.id)
"""
STORED = """
SELECT s.slug, r.external_id FROM profiles_sourcerecord r
JOIN profiles_source s ON s.id = r.source_id
"""


@pytest.fixture
def tree() -> Iterator[Tree]:
    with running("--no-demo") as tree:
        wait_for(tree.is_well, 60, "health after the start")
        yield tree


def test_ten_thousand_records_survive_killed_workers_and_a_killed_queue(
    tree: Tree, tmp_path: Path
) -> None:
    files, meter = files_of(tmp_path, people=3200), Meter(tree)
    importing = Thread(target=import_all, args=(tree, files))
    importing.start()

    for number, (name, which) in enumerate(DEATHS, 1):
        wait_for(lambda reached=number * 600: meter.resolved() > reached, 120, "progress")  # type: ignore[misc]  # the default binds the loop's value
        kill(tree, name, which)
    importing.join()
    wait_for(meter.is_settled, 240, "everything resolved by the worker")

    assert_all_is_there(tree, files)


def test_a_killed_database_costs_nothing_but_time(tree: Tree, tmp_path: Path) -> None:
    files, meter = files_of(tmp_path, people=800), Meter(tree)
    importing = Thread(target=import_all, args=(tree, files))
    importing.start()

    for reached in (300, 1200):
        wait_for(lambda reached=reached: meter.resolved() > reached, 120, "progress")  # type: ignore[misc]  # the default binds the loop's value
        kill(tree, "postgres", 0)
    importing.join()
    wait_for(meter.is_settled, 240, "everything resolved by the worker")

    assert_all_is_there(tree, files)
    wait_for(tree.is_well, 60, "health afterwards")


PARENT, CHILD = 0, -1
DEATHS = (
    ("worker", PARENT), ("worker", CHILD), ("valkey", PARENT),
    ("worker", PARENT), ("worker", CHILD),
)  # fmt: skip


def kill(tree: Tree, name: str, which: int) -> None:
    """Kill a process as the system would when memory runs out; wait until it is gone."""
    pid = wait_for(lambda: tree.processes().get(name), 60, f"a running {name}")[which]
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: is_gone(pid), 20, f"the end of {name}")


def assert_all_is_there(tree: Tree, files: Files) -> None:
    """Every row is one record in one version, counted in one customer, and all is verified."""
    meter = Meter(tree)
    rows = list(_keys_in(files))
    assert sorted(meter.rows(STORED)) == sorted(rows)
    assert meter.count("SELECT count(*) FROM profiles_recordversion") == len(rows)
    assert meter.count("SELECT sum(record_count) FROM profiles_profile") == len(rows)
    verified = command(tree, "verify", "--json")
    assert verified.returncode == 0, verified.stdout + verified.stderr


def _keys_in(files: Files) -> Iterator[tuple[str, str]]:
    folder, written = files
    for file in written:
        key = json.loads((folder / file.mapping).read_text())["key"]
        with (folder / file.rows).open(encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                yield file.source, row[key]
