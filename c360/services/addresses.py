"""Addresses of the database and the queue, out of the environment and the data folder."""

from collections.abc import Mapping
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from c360.services.folder import APP, OWNER, DataFolder


def database_url(environ: Mapping[str, str], folder: DataFolder) -> str:
    """Where to connect, in the role the environment asks for.

    `DATABASE_URL` is the owner's address. Pages and workers use `DATABASE_APP_URL`, or the same
    server as `c360_app` with the password `manage.py migrate` chose and noted.
    """
    given = environ.get("DATABASE_URL", "")
    if environ.get("C360_DATABASE_ROLE") == "owner":
        return given or folder.database_url(OWNER)
    if app := environ.get("DATABASE_APP_URL"):
        return app
    return as_app(given, folder) if given else folder.database_url(APP)


def as_app(owner_url: str, folder: DataFolder) -> str:
    """The owner's address with the application's role and password in it."""
    parts = urlsplit(owner_url)
    _, _, place = parts.netloc.rpartition("@")
    password = quote(folder.saved.get("app_password", ""), safe="")
    return urlunsplit(parts._replace(netloc=f"{APP}:{password}@{place}"))


def app_credentials(environ: Mapping[str, str], folder: DataFolder) -> tuple[str, str]:
    """Role and password of pages and workers."""
    if app := environ.get("DATABASE_APP_URL"):
        parts = urlsplit(app)
        return unquote(parts.username or ""), unquote(parts.password or "")
    return APP, folder.saved.get("app_password", "")


def redis_url(environ: Mapping[str, str], folder: DataFolder) -> str:
    return environ.get("REDIS_URL") or folder.redis_url()
