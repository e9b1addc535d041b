import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from socket import create_server

import psycopg
import pytest

from c360.services import StartError, attach, postgres
from c360.services.account import Account
from c360.services.folder import APP, AUDITOR, OWNER, PASSWORDS, SUPERUSER, DataFolder
from c360.services.lock import FolderLock
from c360.services.ports import free_port, is_free
from tests.tree import data_folder, embedded_servers, is_gone, manage, wait_for


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return folder


def test_secrets_are_made_once_and_only_their_owner_reads_them(folder: DataFolder) -> None:
    first = folder.saved

    folder.prepare()

    assert folder.saved == first
    assert len(set(first.values())) == len(first)
    mode = (folder.path / "secrets.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert stat.S_IMODE(folder.logs.stat().st_mode) == 0o700


def test_reading_the_settings_of_a_new_folder_writes_nothing(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "nothing")

    assert (folder.saved, folder.ports) == ({}, {})
    assert not folder.path.exists()


def test_new_secrets_are_never_made_for_an_old_database(folder: DataFolder) -> None:
    folder.postgres.mkdir()
    (folder.path / "secrets.json").unlink()

    with pytest.raises(StartError, match="Put the file back from a backup"):
        folder.prepare()


def test_a_damaged_file_is_named(folder: DataFolder) -> None:
    (folder.path / "secrets.json").write_text("{")

    with pytest.raises(StartError, match=r"secrets.json is damaged"):
        folder.prepare()


def test_a_folder_that_cannot_be_made_is_explained() -> None:
    with pytest.raises(StartError, match="choose another folder with DATA_DIR"):
        DataFolder(Path("/proc/c360")).prepare()


def test_a_taken_port_is_seen_as_taken() -> None:
    port = free_port()
    assert is_free(port)
    with closing(create_server(("127.0.0.1", port))):
        assert not is_free(port)


def test_ports_taken_by_others_meanwhile_are_chosen_anew(folder: DataFolder) -> None:
    before = folder.ports
    with closing(create_server(("127.0.0.1", before["valkey"]))):
        attach.ready_ports(folder)

        assert folder.ports["valkey"] != before["valkey"]
        assert all(is_free(port) for port in folder.ports.values())


def test_one_process_owns_a_folder_and_the_next_is_told_who(tmp_path: Path) -> None:
    first, second = FolderLock(tmp_path), FolderLock(tmp_path)
    with first.try_to_own() as mine:
        first.describe("manage.py resolve", ready=True)
        with second.try_to_own() as theirs:
            owner = second.owner()
        assert mine
        assert not theirs

    assert owner is not None
    assert (owner.pid, owner.command) == (os.getpid(), "manage.py resolve")
    with second.try_to_own() as theirs:
        assert theirs
        assert second.owner() is None


def test_the_lock_of_a_killed_process_is_no_lock(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from c360.services.lock import FolderLock\n"
        "with FolderLock(Path(sys.argv[1])).try_to_own(): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=attach.ROOT, check=False)

    with FolderLock(tmp_path).try_to_own() as mine:
        assert mine


def test_an_account_cannot_enter_what_is_closed_to_others(tmp_path: Path) -> None:
    stranger = Account(uid=65534, gid=65534)
    closed, opened = tmp_path / "closed", Path("/")
    closed.mkdir(mode=0o700)

    assert stranger.can_enter(opened)
    assert not stranger.can_enter(closed)
    assert Account().can_enter(closed)


def test_the_wheel_is_copied_whole_for_an_account_that_cannot_read_it(tmp_path: Path) -> None:
    from c360.services.account import _copy_readable

    wheel = tmp_path / "packages" / "server" / "bin"
    wheel.mkdir(parents=True)
    (wheel / "run").touch(mode=0o700)
    (wheel / "share").touch(mode=0o600)

    _copy_readable(tmp_path / "packages", tmp_path / "programs" / "copy", ["server/bin"])

    copy = tmp_path / "programs" / "copy" / "server" / "bin"
    assert stat.S_IMODE((copy / "run").stat().st_mode) == 0o755
    assert stat.S_IMODE((copy / "share").stat().st_mode) == 0o644


def test_a_lock_file_postgresql_left_behind_is_not_in_the_way(folder: DataFolder) -> None:
    home = folder.postgres / "18"
    home.mkdir(parents=True)
    (home / "postmaster.pid").write_text(f"{os.getpid()}\n{home}\n")

    assert postgres.leftover(folder) is None  # this process is no PostgreSQL on that folder


@pytest.fixture(scope="module")
def embedded() -> Iterator[DataFolder]:
    with embedded_servers() as folder:
        yield folder


def test_a_wrong_password_is_refused(embedded: DataFolder) -> None:
    for role, password in PASSWORDS.items():
        url = embedded.database_url(role)
        psycopg.connect(url).close()
        wrong = url.replace(embedded.saved[password], "guess")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)


def test_no_role_of_ours_is_a_superuser_and_only_the_owner_makes_tables(
    embedded: DataFolder,
) -> None:
    ask = "SELECT rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls FROM pg_roles"
    for role, may_create in ((OWNER, True), (APP, False), (AUDITOR, False)):
        with psycopg.connect(embedded.database_url(role)) as connection:
            powers = connection.execute(f"{ask} WHERE rolname = current_user").fetchone()
            create = "SELECT has_schema_privilege('public', 'CREATE')"
            assert powers == (False,)
            assert connection.execute(create).fetchone() == (may_create,)


@pytest.mark.parametrize("role", [APP, AUDITOR])
def test_a_lesser_role_cannot_become_the_owner(embedded: DataFolder, role: str) -> None:
    with (
        psycopg.connect(embedded.database_url(role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(f"SET ROLE {OWNER}")


def test_the_database_checks_its_pages_and_folds_every_alphabet(embedded: DataFolder) -> None:
    with psycopg.connect(embedded.database_url(APP)) as connection:
        assert connection.execute("SHOW data_checksums").fetchone() == ("on",)
        assert connection.execute("SELECT lower('ÉÇÅ')").fetchone() == ("éçå",)


def test_the_database_listens_on_this_machine_only(embedded: DataFolder) -> None:
    with psycopg.connect(embedded.database_url(SUPERUSER)) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert connection.execute("SHOW unix_socket_directories").fetchone() == ("",)


def test_failed_statements_and_their_values_are_not_logged(embedded: DataFolder) -> None:
    with (
        psycopg.connect(embedded.database_url(OWNER)) as connection,
        pytest.raises(psycopg.errors.UniqueViolation),
    ):
        connection.execute("CREATE TEMP TABLE people (email text UNIQUE)")
        for _ in range(2):
            connection.execute("INSERT INTO people VALUES ('ana@example.org')")

    log = (embedded.logs / "postgres.log").read_text()
    assert "duplicate key value" in log
    assert "ana@example.org" not in log


def test_a_command_alone_brings_its_servers_and_leaves_none_running() -> None:
    with data_folder() as path:
        done = manage("migrate", "profiles", "zero", "--plan", C360_DATA_DIR=str(path))
        folder = DataFolder(path)

        assert done.returncode == 0, done.stderr
        assert "No planned migration operations" in done.stdout
        assert postgres.leftover(folder) is None
        assert all(is_free(port) for port in folder.ports.values())


def test_servers_end_with_a_killed_command() -> None:
    with data_folder() as path:
        folder = DataFolder(path)
        folder.prepare()
        code = (
            "import os, sys; from c360.services import attach; from pathlib import Path\n"
            "from c360.services.folder import DataFolder\n"
            "with attach.started(DataFolder(Path(sys.argv[1]))): os.kill(os.getpid(), 9)"
        )
        env = {"PATH": os.environ["PATH"]}
        command = [sys.executable, "-c", code, str(path)]
        subprocess.run(command, cwd=attach.ROOT, env=env, check=False)

        pid = postgres.leftover(folder)
        wait_for(lambda: pid is None or is_gone(pid), 10, "the end of PostgreSQL")
        wait_for(lambda: is_free(folder.ports["valkey"]), 10, "the end of Valkey")


@pytest.mark.parametrize(
    ("limit", "buffers"), [("4294967296\n", "512MB"), ("268435456", "128MB"), ("max\n", None)]
)
def test_in_a_container_the_database_goes_by_its_share_of_the_memory(
    limit: str, buffers: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "MEMORY_LIMITS", ())
    of_machine = postgres.memory_settings()["shared_buffers"]
    file = tmp_path / "memory.max"
    file.write_text(limit)
    monkeypatch.setattr(postgres, "MEMORY_LIMITS", (tmp_path / "none", file))

    assert postgres.memory_settings()["shared_buffers"] == (buffers or of_machine)
