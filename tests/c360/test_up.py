"""The whole tree under attack; each takes a real start, so they run with `make test-faults`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain

import psycopg
import pytest

from c360 import liveness
from c360.services.attach import ROOT
from c360.services.folder import APP, OWNER, SUPERUSER, DataFolder
from c360.services.ports import free_port
from tests.tree import Tree, clean_environment, data_folder, is_gone, manage, running, wait_for

pytestmark = [pytest.mark.faults, pytest.mark.skipif(sys.platform != "linux", reason="/proc")]


@pytest.fixture(scope="module")
def tree() -> Iterator[Tree]:
    with running("--no-demo") as tree:
        wait_for(tree.is_well, 60, "health after the start")
        yield tree


@pytest.mark.parametrize("name", ["web", "worker", "beat", "valkey", "postgres"])
def test_a_killed_process_comes_back_and_all_is_well(tree: Tree, name: str) -> None:
    killed = tree.processes()[name]

    os.kill(killed[0], signal.SIGKILL)

    wait_for(lambda: set(tree.processes().get(name, ())) - set(killed), 20, f"a new {name}")
    wait_for(lambda: tree.processes().keys() >= {"web", "worker", "beat"}, 20, "the others")
    wait_for(tree.is_well, 30, f"health after {name} was killed")
    if name == "valkey":
        back = time.time()
        queue = DataFolder(tree.data).redis_url()
        wait_for(lambda: (liveness.seen(queue) or 0) > back, 60, "a task done afterwards")
    assert f"{name} was ended by SIGKILL; restarting in" in tree.said()
    assert all(is_gone(pid) for pid in killed)


def test_a_second_start_on_the_folder_is_told_who_runs_there(tree: Tree) -> None:
    second = manage("up", "--data-dir", str(tree.data), "--port", "8399")

    assert second.returncode == 1
    assert f"already runs on this data folder: {tree.address}" in second.stderr
    assert f"process {tree.process.pid}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_busy_port_is_named_before_anything_is_started(tree: Tree) -> None:
    with data_folder() as data:
        second = manage("up", "--data-dir", str(data), "--port", str(tree.port))

        assert not (data / "postgres").exists()
    assert second.returncode == 1
    assert f"Port {tree.port} on 127.0.0.1 is in use by another program" in second.stderr


def test_a_command_uses_the_servers_that_run_already(tree: Tree) -> None:
    shown = manage("showmigrations", "--plan", C360_DATA_DIR=str(tree.data))

    assert "[X]  profiles.0001_initial" in shown.stdout


def test_the_processes_are_not_given_the_address_of_the_owner(tree: Tree) -> None:
    password = DataFolder(tree.data).saved["owner_password"].encode()
    for name in ("web", "worker", "beat"):
        for pid in tree.processes()[name]:
            with open(f"/proc/{pid}/environ", "rb") as environment:
                assert password not in environment.read()


@pytest.fixture
def own_servers(tree: Tree) -> dict[str, str]:
    """Addresses of a database and a queue that somebody else looks after."""
    folder = DataFolder(tree.data)
    with psycopg.connect(folder.database_url(SUPERUSER), autocommit=True) as connection:
        connection.execute("CREATE ROLE boss LOGIN PASSWORD 'boss'")
        connection.execute("CREATE DATABASE customers OWNER boss")
    place = f"127.0.0.1:{folder.ports['postgres']}/customers"
    return {
        "DATABASE_URL": f"postgresql://boss:boss@{place}",
        "DATABASE_APP_URL": f"postgresql://{APP}:{folder.saved['app_password']}@{place}",
        "REDIS_URL": folder.redis_url().removesuffix("0") + "5",
    }


def test_with_servers_of_ones_own_only_our_processes_run(own_servers: dict[str, str]) -> None:
    with data_folder() as data:
        lacking = {name: own_servers[name] for name in ("DATABASE_URL", "REDIS_URL")}
        other = manage("up", "--data-dir", str(data), "--port", str(free_port()), **lacking)
        assert other.returncode == 1
        assert "c360_app cannot reach the database customers" in other.stderr

        tree = Tree(data, "--no-demo", **own_servers).start()
        wait_for(tree.is_well, 30, "health")
        assert tree.processes().keys() & {"web", "worker", "beat", "postgres", "valkey"} == {
            "web",
            "worker",
            "beat",
        }
        assert not (data / "postgres").exists()
        tree.stop()


def test_of_two_commands_at_once_the_first_waits_with_the_servers_for_the_second() -> None:
    ask = "import time; from django.db import connection; time.sleep({}); connection.cursor()"
    with data_folder() as data:
        env = clean_environment() | {"C360_DATA_DIR": str(data)}
        argv = [sys.executable, str(ROOT / "manage.py"), "shell", "-v0", "-c"]
        first = subprocess.Popen([*argv, ask.format(0)], env=env)
        wait_for((data / "owner.lock").exists, 10, "the first command")
        second = subprocess.Popen([*argv, ask.format(3)], env=env)

        assert second.wait(30) == 0
        assert first.poll() is None or first.returncode == 0
        assert first.wait(10) == 0


def test_stopped_and_started_again_it_has_its_data() -> None:
    with data_folder() as data:
        first = Tree(data, "--no-demo").start()
        pids = list(chain(*first.processes().values()))
        with psycopg.connect(DataFolder(data).database_url(OWNER)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1")

        assert first.stop() < 10
        assert all(is_gone(pid) for pid in pids)
        assert first.process.returncode == 0

        second = Tree(data, "--no-demo").start(seconds=30)
        with psycopg.connect(DataFolder(data).database_url(OWNER)) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (1,)
        second.stop(signal.SIGTERM)


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works() -> None:
    with data_folder() as data:
        first = Tree(data, "--no-demo").start()
        pids = list(chain(*first.processes().values()))

        first.process.kill()
        first.process.wait()

        again = Tree(data, "--no-demo").start(seconds=60)
        wait_for(lambda: all(is_gone(pid) for pid in pids), 20, "the end of the old ones")
        again.stop()


def test_ctrl_c_during_the_start_leaves_nothing_behind() -> None:
    with data_folder() as data:
        argv = [sys.executable, str(ROOT / "manage.py"), "up", "--no-demo", "--data-dir"]
        child = subprocess.Popen([*argv, str(data)], env=clean_environment())
        wait_for((data / "postgres" / "18").exists, 20, "the database")
        tree = Tree(data)
        tree.process = child
        pids = list(chain(*tree.processes().values()))

        time.sleep(0.5)
        child.send_signal(signal.SIGINT)

        assert child.wait(20) == 0
        assert all(is_gone(pid) for pid in pids)
