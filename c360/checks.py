"""Settings are checked at start, and said in plain words. The README has their table.

`check_environment` needs no Django: it runs before the settings are read.
"""

import contextlib
import functools
import re
import zoneinfo
from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, urlsplit

from c360.services import StartError, complain

YES = {"1", "true", "yes", "on"}
NO = {"", "0", "false", "no", "off"}
SHORTEST_SECRET = 32
ROLES = ("Service agents", "Data stewards", "Privacy officers", "Admins")  # of the migrations
Check = Callable[[str], str]  # what is wrong with a value, as the end of "NAME …"; or nothing


def check_environment(environ: Mapping[str, str]) -> None:
    """Raise `StartError` with one line per setting that cannot be right."""
    wrong = [
        f"{n} {said}" for n, check in CHECKS.items() if (said := check(environ.get(n, "")))
    ]
    owner, app = environ.get("DATABASE_URL", ""), environ.get("DATABASE_APP_URL", "")
    if not wrong and owner and app and _user(owner) == _user(app):
        wrong.append(
            "DATABASE_APP_URL names the role of DATABASE_URL, which owns the tables. The pages "
            "need a lesser one: leave it out and run manage.py migrate, or see "
            "docs/sql/roles.sql."
        )
    if wrong:
        raise StartError("\n".join(wrong))


def https(environ: Mapping[str, str]) -> bool:
    """Whether people reach the pages by https."""
    return environ.get("C360_HTTPS", "").lower() in YES


def secret(value: str) -> str:
    if value and (len(value) < SHORTEST_SECRET or len(set(value)) < 8):
        return (
            f"is too easy to guess: it needs {SHORTEST_SECRET} random characters. Leave it out "
            "and one is made and kept in the data folder."
        )
    return ""


def keys(value: str) -> str:
    """The first may be followed by keys of earlier times, with commas between."""
    for each in filter(None, value.split(",")):
        digits = each.removeprefix("public:")
        if len(digits) != 64 or not set(digits) <= set("0123456789abcdef"):
            return "needs 64 hex digits, as openssl rand -hex 32 makes them"
    return ""


def absolute(value: str) -> str:
    return "" if not value or value.startswith("/") else "needs a whole path, beginning with /"


def text(value: str) -> str:
    return "" if value.isprintable() else "has signs that cannot be printed"


def contact(value: str) -> str:
    if value and not value.startswith(("https://", "http://", "mailto:")):
        return "is no place to turn to; write https://… or mailto:…"
    return ""


def patterns(value: str) -> str:
    """Names of attributes with `*` for any ending, and `!` before those that are shown."""
    for each in filter(None, value.split(",")):
        if not re.fullmatch(r"!?[a-z0-9_.*]+", each):
            return (
                f"has {each!r}; write names of attributes, e.g. "
                "C360_MASKED=phone,birth_date,identifiers.*,!identifiers.loyalty_card"
            )
    return ""


def seconds(value: str) -> str:
    fits = value.isascii() and value.isdigit() and 1 <= int(value) <= 3600
    return "" if not value or fits else "needs a number of seconds from 1 to 3600"


def hosts(value: str) -> str:
    for host in filter(None, value.split(",")):
        if "/" in host or host != host.strip() or (":" in host and not host.endswith("]")):
            return (
                f"has {host!r}; write names only, e.g. ALLOWED_HOSTS=c360.example.org,localhost"
            )
    return ""


def origins(value: str) -> str:
    for origin in filter(None, value.split(",")):
        parts = _split(origin)
        if not parts or parts.scheme not in {"https", "http"} or not parts.hostname:
            return f"has {origin!r}; write e.g. C360_EMBED_ORIGINS=https://desk.example.org"
        if origin != f"{parts.scheme}://{parts.netloc}" or set(origin) & set(" *;'@"):
            return f"has {origin!r}; write origins only, without a path or a star"
    return ""


def database(value: str) -> str:
    example = "write it as postgresql://role:password@host:5432/database"
    parts = _split(value)
    if value and (parts is None or parts.scheme not in {"postgresql", "postgres"}):
        return f"is not the address of a PostgreSQL database; {example}"
    if parts is not None and value and not (parts.username and parts.path.strip("/")):
        return f"names no role or no database; {example}"
    return ""


def queue(value: str) -> str:
    parts = _split(value)
    if value and (
        parts is None
        or parts.scheme not in {"redis", "rediss"}
        or not parts.hostname
        or not (parts.path.strip("/") or "0").isdigit()
    ):
        return (
            "is not the address of a Valkey or Redis; write it as redis://:password@host:6379/0"
        )
    return ""


def yes_or_no(value: str) -> str:
    return "" if value.lower() in YES | NO else f"is {value!r}; write 1 or 0"


def one_of(allowed: set[str], value: str) -> str:
    if value in {"", *allowed}:
        return ""
    return f"is {value!r}; choose one of {', '.join(sorted(allowed))}"


def roles(value: str) -> str:
    """A name that is none would ask nobody for anything, and nobody would notice."""
    for role in filter(None, value.split(",")):
        if role not in ROLES:
            return f"has {role!r}; write roles of {', '.join(ROLES)}, with commas only between"
    return ""


def positive(value: str) -> str:
    if not value or (value.isascii() and value.isdigit() and 0 < int(value) < 10_000):
        return ""
    return f"is {value!r}; write a whole number from 1 to 9999"


def share(value: str) -> str:
    fits = re.fullmatch(r"0\.\d{1,4}", value) and 0.5 <= float(value) < 1
    return "" if not value or fits else f"is {value!r}; write a share from 0.5 to 0.9999"


def part(value: str) -> str:
    fits = re.fullmatch(r"[01]|0\.\d{1,4}", value)
    return "" if not value or fits else f"is {value!r}; write a share from 0 to 1"


def time_zone(value: str) -> str:
    if value and value not in zoneinfo.available_timezones():
        return f"is {value!r}, which is no time zone; write e.g. Europe/London"
    return ""


def region(value: str) -> str:
    from phonenumbers import SUPPORTED_REGIONS

    if value and value not in SUPPORTED_REGIONS:
        return f"is {value!r}, which is no country; write two capital letters, e.g. GB"
    return ""


CHECKS: dict[str, Check] = {
    "SECRET_KEY": secret,
    "C360_BLOCK_KEY_SECRET": secret,
    "C360_EVIDENCE_KEY": keys,
    "C360_LEDGER_KEY": keys,
    "C360_LEDGER_HEADS": absolute,
    "ALLOWED_HOSTS": hosts,
    "C360_EMBED_ORIGINS": origins,
    "DATABASE_URL": database,
    "DATABASE_APP_URL": database,
    "REDIS_URL": queue,
    "C360_HTTPS": yes_or_no,
    "C360_DATABASE_ROLE": functools.partial(one_of, {"app", "owner"}),
    "C360_FOUR_EYES": yes_or_no,
    "C360_PRECISION_FLOOR": share,
    "C360_DOUBLE_READS": part,
    "C360_ORGANISATION": text,
    "C360_PRIVACY_CONTACT": contact,
    "C360_MASKED": patterns,
    "C360_SHOW_SECONDS": seconds,
    "C360_VERIFY_CALLERS": yes_or_no,
    "C360_REQUIRE_SECOND_STEP": roles,
    "TIME_ZONE": time_zone,
    "C360_DEFAULT_REGION": region,
    "C360_LOOKUPS_PER_MINUTE": positive,
}


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - reading it is what finds a broken one
    except ValueError:
        return None
    return parts


def _user(url: str) -> str | None:
    return urlsplit(url).username


def check_reachable(url: str) -> None:
    """Raise `StartError` with a sentence if the database there does not let us in."""
    import psycopg

    parts = urlsplit(url)
    where = f"the database {parts.path.strip('/')} at {parts.hostname}:{parts.port or 5432}"
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        raise StartError(
            f"{parts.username} cannot reach {where}: {reason(error)}. Check DATABASE_URL and "
            "DATABASE_APP_URL; after a first installation run manage.py migrate. Without "
            "DATABASE_URL the database that comes along is used."
        ) from error


def check_queue(url: str) -> None:
    """Raise `StartError` with a sentence if the queue there does not answer."""
    import redis

    parts = urlsplit(url)
    try:
        with contextlib.closing(
            redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3)
        ) as client:
            client.ping()
    except redis.RedisError as error:
        raise StartError(
            f"The queue at {parts.hostname}:{parts.port or 6379} does not answer: "
            f"{reason(error)}. Check REDIS_URL; without it the queue that comes along is used."
        ) from error


def refuse_to_start() -> None:
    """End the process with a sentence if neither pages nor workers may run as things are."""
    from django.db import DatabaseError, connection

    from c360.database import too_powerful

    try:
        too_much = too_powerful()
    except DatabaseError as error:
        complain(StartError(f"The database cannot be used: {reason(error)}."))
    finally:
        connection.close()
    if too_much:
        complain(
            StartError(
                f"{too_much} Pages and workers must run as a lesser one, so that a mistake in "
                "them cannot change tables or rights: run manage.py migrate, leave "
                "C360_DATABASE_ROLE out, and see docs/sql/roles.sql for DATABASE_APP_URL."
            )
        )


def reason(error: BaseException) -> str:
    """The last part of what a driver says, which is the one that tells."""
    said = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return said.rpartition("failed: ")[2].removesuffix(".")
