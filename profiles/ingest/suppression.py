"""Keyed hashes of source keys that must not come back, and the check ingest makes."""

from collections.abc import Iterable

from c360.sql.prepared import ask
from profiles import keyed
from profiles.models import Suppression

USE = "suppression"
ERASED = "this record was erased; a person has to look at it before it comes back"
REFUSING = (Suppression.Mode.BLOCK_INGEST, Suppression.Mode.QUARANTINE)
REFUSED = """
SELECT digest, mode FROM profiles_suppression
WHERE kind = %s AND digest = ANY(%s::bytea[]) AND mode = ANY(%s::varchar[])
    AND lifted_at IS NULL
"""


def source_key_digest(source_slug: str, external_id: str) -> bytes:
    """HMAC-SHA256 under which the key of one source record is suppressed."""
    return keyed.keyed_digest(USE, f"{source_slug}\x1f{external_id}")


def key_id() -> str:
    """Names the key in use without telling it, so that a change of secret can be noticed."""
    return keyed.key_id(USE)


def refused_keys(source_slug: str, external_ids: Iterable[str]) -> dict[str, str]:
    """Return the mode of each of these keys that ingest must refuse. One query."""
    keys = {source_key_digest(source_slug, each): each for each in external_ids}
    facts = [Suppression.Kind.SOURCE_KEY.value, list(keys), [mode.value for mode in REFUSING]]
    modes: dict[str, str] = {}
    for digest, mode in ask(REFUSED, facts, about=len(keys)):
        key = keys[bytes(digest)]
        if modes.get(key) != Suppression.Mode.BLOCK_INGEST:  # the stricter one holds
            modes[key] = mode
    return modes
