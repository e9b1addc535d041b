"""Writes the access log: a row for each answer of ours, or file, that shows customer data.

Ids are stored, values never: words looked for and sessions enter as keyed hashes.
"""

import contextlib
import getpass
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from django.db import connection
from django.dispatch import receiver

from c360.showing import Action, Notes, customer_data_exported
from profiles.keyed import keyed_digest

COMMAND = "command"  # stands where the roles of a person would
TERM_LENGTH, SESSION_LENGTH = 32, 16  # hex digits
ID_LENGTH = 14  # what is longer, as calls may ask, is no id and shows nobody
INSERT = """
INSERT INTO consent_accessentry (
    entry_id, actor_id, source_id, roles, session, address, action, view, status,
    profiles, records, fields, terms, results, reason, request_id
) VALUES (
    %(entry_id)s, %(actor_id)s, %(source_id)s,
    left(coalesce(%(roles)s, (
        SELECT string_agg(g.name, ', ' ORDER BY g.name)
        FROM c360_user_groups m JOIN auth_group g ON g.id = m.group_id
        WHERE m.user_id = %(actor_id)s
    ), ''), 120),
    %(session)s, %(address)s::inet, %(action)s, left(%(view)s, 80), %(status)s,
    %(profiles)s::varchar[], %(records)s::bigint[], %(fields)s::varchar[], %(terms)s::varchar[],
    %(results)s, left(%(reason)s, 200), left(%(request_id)s, 40)
)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer about to leave: to whom, at which address, with which HTTP status.

    `roles` is read from the database where it is `None`; `session` is the session's own key.
    """

    view: str
    status: int
    actor_id: int | None = None
    source_id: int | None = None
    roles: str | None = None
    session: str = ""
    address: str = ""
    request_id: str = ""


def write(answer: Answer, notes: Notes) -> None:
    """Add one entry, committed at once outside of a transaction. One statement.

    Raises `django.db.Error` where the entry cannot be written: then nothing may be shown.
    """
    with connection.cursor() as cursor:
        cursor.execute(INSERT, _row(answer, notes))


def _row(answer: Answer, notes: Notes) -> dict[str, Any]:
    return {
        "entry_id": uuid.uuid4(),
        "actor_id": answer.actor_id,
        "source_id": answer.source_id,
        "roles": answer.roles,
        "session": keyed_hash("session", answer.session)[:SESSION_LENGTH],
        "address": _address(answer.address),
        "action": str(notes.action),
        "view": answer.view,
        "status": answer.status,
        "profiles": [pk for pk in notes.profiles if pk.isascii() and len(pk) <= ID_LENGTH],
        "records": list(notes.records),
        "fields": [name[:80] for name in notes.fields],
        "terms": hashed_terms(notes.terms),
        "results": notes.results,
        "reason": notes.reason,
        "request_id": answer.request_id,
    }


def hashed_terms(words: Iterable[str]) -> list[str]:
    """Keyed hashes of words looked for, without their order."""
    return sorted({keyed_hash("term", word)[:TERM_LENGTH] for word in words})


def keyed_hash(kind: str, plain: str) -> str:
    """64 hex digits; nothing for nothing."""
    return keyed_digest("access log", f"{kind}\x1f{plain}").hex() if plain else ""


def _address(text: str) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:  # a socket of this machine has none
        return None


@receiver(customer_data_exported)
def log_export(
    sender: str, fields: Iterable[str], results: int | None = None, **kwargs: Any
) -> None:
    """Log a command that writes data of all customers to a file, before it does."""
    notes = Notes(Action.EXPORT, fields=dict.fromkeys(fields), results=results)
    with contextlib.suppress(OSError, KeyError):  # an account without a name
        notes.reason = f"account {getpass.getuser()}"
    write(Answer(view=sender, status=200, roles=COMMAND), notes)
