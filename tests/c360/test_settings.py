import re
import subprocess
import sys
from pathlib import Path

import pytest

from c360.checks import CHECKS, check_environment, check_queue, check_reachable
from c360.services import StartError
from c360.services.addresses import app_credentials, database_url, redis_url
from c360.services.attach import ROOT
from c360.services.folder import SUPERUSER, DataFolder, postgres_url
from tests.tree import clean_environment, embedded_servers, manage

GIVEN = "postgresql://boss:s3cret@db.example.org:6432/customers?sslmode=require"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "data")
    folder.prepare()
    return folder


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("SECRET_KEY", "n2x-b7e0ZqT4uWmKr9LsYcJd5vHgPaFo"),
        ("ALLOWED_HOSTS", "c360.example.org,localhost,[::1]"),
        ("DATABASE_URL", GIVEN),
        ("DATABASE_APP_URL", "postgres://c360_app:x@localhost/c360"),
        ("REDIS_URL", "rediss://:x@cache.example.org:6380/2"),
        ("REDIS_URL", "redis://localhost"),
        ("C360_HTTPS", "1"),
        ("C360_DATABASE_ROLE", "owner"),
        ("TIME_ZONE", "Asia/Kolkata"),
        ("C360_DEFAULT_REGION", "DE"),
        ("C360_LOOKUPS_PER_MINUTE", "120"),
        ("C360_EVIDENCE_KEY", "0f" * 32),
        ("C360_LEDGER_KEY", f"{'0f' * 32},public:{'1e' * 32}"),
        ("C360_LEDGER_HEADS", "/mnt/worm/heads.ndjson"),
        ("C360_ORGANISATION", "Brücke & Söhne"),
        ("C360_PRIVACY_CONTACT", "mailto:privacy@example.org"),
        ("C360_MASKED", "phone,identifiers.*,!identifiers.loyalty_card"),
        ("C360_SHOW_SECONDS", "30"),
        ("C360_VERIFY_CALLERS", "on"),
        ("C360_REQUIRE_SECOND_STEP", "Admins,Privacy officers"),
    ],
)
def test_a_setting_that_makes_sense_is_accepted(name: str, good: str) -> None:
    check_environment({name: good})


@pytest.mark.parametrize(
    ("name", "bad", "said"),
    [
        ("SECRET_KEY", "changeme", "too easy to guess"),
        ("C360_REQUIRE_SECOND_STEP", "admins", "write roles of Service agents"),
        ("C360_REQUIRE_SECOND_STEP", "Admins, Data stewards", "with commas only between"),
        ("SECRET_KEY", "a" * 60, "too easy to guess"),
        ("ALLOWED_HOSTS", "https://c360.example.org", "write names only"),
        ("ALLOWED_HOSTS", "c360.example.org:8360", "write names only"),
        ("ALLOWED_HOSTS", "a.example, b.example", "write names only"),
        ("DATABASE_URL", "mysql://boss@db/x", "not the address of a PostgreSQL database"),
        ("DATABASE_URL", "postgresql://boss@db:abc/x", "not the address of a PostgreSQL"),
        ("DATABASE_URL", "postgresql://db/customers", "names no role"),
        ("DATABASE_APP_URL", "postgresql://c360_app@db", "names no role or no database"),
        ("REDIS_URL", "localhost:6379", "not the address of a Valkey"),
        ("REDIS_URL", "redis://localhost/main", "not the address of a Valkey"),
        ("C360_HTTPS", "maybe", "write 1 or 0"),
        ("C360_DATABASE_ROLE", "admin", "choose one of app, owner"),
        ("TIME_ZONE", "Leeds", "no time zone"),
        ("C360_DEFAULT_REGION", "UK", "no country"),
        ("C360_LOOKUPS_PER_MINUTE", "many", "write a whole number"),
        ("C360_LOOKUPS_PER_MINUTE", "0", "write a whole number"),
        ("C360_EVIDENCE_KEY", "changeme", "needs 64 hex digits"),
        ("C360_LEDGER_KEY", "0F" * 32, "needs 64 hex digits"),
        ("C360_LEDGER_HEADS", "heads.ndjson", "needs a whole path"),
        ("C360_ORGANISATION", "Acme\n", "cannot be printed"),
        ("C360_PRIVACY_CONTACT", "privacy@example.org", "write https://… or mailto:…"),
        ("C360_MASKED", "phone, birth_date", "write names of attributes"),
        ("C360_SHOW_SECONDS", "0", "a number of seconds"),
        ("C360_VERIFY_CALLERS", "often", "write 1 or 0"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_with_what_to_write(
    name: str, bad: str, said: str
) -> None:
    with pytest.raises(StartError, match=f"{name} .*{said}"):
        check_environment({name: bad})


def test_all_that_is_wrong_is_told_at_once() -> None:
    with pytest.raises(StartError) as error:
        check_environment({"TIME_ZONE": "Leeds", "C360_HTTPS": "maybe"})

    assert len(str(error.value).splitlines()) == 2


def test_the_owner_is_not_accepted_as_the_role_of_the_pages() -> None:
    with pytest.raises(StartError, match="which owns the tables"):
        check_environment({"DATABASE_URL": GIVEN, "DATABASE_APP_URL": GIVEN})


def test_pages_use_the_given_server_as_the_lesser_role(folder: DataFolder) -> None:
    password = folder.saved["app_password"]

    assert database_url({"DATABASE_URL": GIVEN}, folder) == (
        f"postgresql://c360_app:{password}@db.example.org:6432/customers?sslmode=require"
    )
    owner = {"DATABASE_URL": GIVEN, "C360_DATABASE_ROLE": "owner"}
    assert database_url(owner, folder) == GIVEN


def test_a_lesser_role_made_by_somebody_else_comes_first(folder: DataFolder) -> None:
    app = "postgresql://reader:p%40ss@db.example.org/customers"
    environ = {"DATABASE_URL": GIVEN, "DATABASE_APP_URL": app}

    assert database_url(environ, folder) == app
    assert app_credentials(environ, folder) == ("reader", "p@ss")


def test_without_addresses_the_servers_of_the_data_folder_are_used(folder: DataFolder) -> None:
    assert f"@127.0.0.1:{folder.ports['postgres']}/c360" in database_url({}, folder)
    assert f"@127.0.0.1:{folder.ports['valkey']}/0" in redis_url({}, folder)


def test_an_unreachable_database_is_told_in_a_sentence_without_its_password() -> None:
    with pytest.raises(StartError) as error:
        check_reachable("postgresql://boss:s3cret@127.0.0.1:1/x")

    said = str(error.value)
    assert said.startswith(
        "boss cannot reach the database x at 127.0.0.1:1: Connection refused"
    )
    assert "s3cret" not in said


def test_an_unreachable_queue_is_told_in_a_sentence() -> None:
    with pytest.raises(StartError, match=r"The queue at 127\.0\.0\.1:1 does not answer"):
        check_queue("redis://:s3cret@127.0.0.1:1/0")


@pytest.mark.parametrize(
    "argv",
    [
        ["manage.py", "check"],
        ["-m", "celery", "--app=c360.celery", "worker"],
        ["-m", "uvicorn", "c360.asgi:application"],
    ],
)
def test_every_way_to_start_tells_a_wrong_setting_without_a_traceback(argv: list[str]) -> None:
    env = clean_environment() | {"TIME_ZONE": "Leeds"}

    done = subprocess.run(
        [sys.executable, *argv], cwd=ROOT, env=env, capture_output=True, text=True, timeout=30
    )

    assert done.returncode != 0
    assert "TIME_ZONE is 'Leeds', which is no time zone" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


STARTS = {
    "pages": "import c360.asgi",
    "worker": "import c360.celery; from celery.signals import worker_init;"
    " worker_init.send(sender=None)",
}


def start_as(path: Path, start: str, **env: str) -> "subprocess.CompletedProcess[str]":
    return manage("shell", "-v0", "-c", start, C360_DATA_DIR=str(path), **env)


def test_neither_pages_nor_workers_start_as_owner_or_superuser() -> None:
    with embedded_servers() as folder:
        path = folder.path
        empty = start_as(path, "; ".join(STARTS.values()), C360_DATABASE_ROLE="owner")
        assert empty.returncode == 0, "an empty database has no tables to own"
        manage("migrate", "-v0", C360_DATA_DIR=str(path))
        password = folder.saved["superuser_password"]
        root = postgres_url(SUPERUSER, password, folder.ports["postgres"])
        for start in STARTS.values():
            owner = start_as(path, start, C360_DATABASE_ROLE="owner")
            superuser = start_as(path, start, DATABASE_APP_URL=root)
            app = start_as(path, start)

            assert (owner.returncode, superuser.returncode) == (1, 1)
            assert "The role 'c360_owner' owns the tables of the database." in owner.stderr
            assert "The role 'postgres' is a superuser of the database." in superuser.stderr
            assert "must run as a lesser one" in superuser.stderr
            assert "Traceback" not in owner.stderr + superuser.stderr
            assert app.returncode == 0, app.stderr


def test_the_table_of_settings_is_complete() -> None:
    text = (ROOT / "README.md").read_text("utf-8")

    listed = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", text, re.MULTILINE))

    assert listed == {*CHECKS, "C360_DATA_DIR"}
