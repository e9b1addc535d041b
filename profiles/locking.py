"""Locks of components: the records tied to each other by links and decisions.

A component is locked by the membership row of the record that names it. Rows are locked all at
once in ascending order, so two workers never wait for each other in a circle; afterwards the
components are read again, since they may have grown while waiting.
"""

from collections.abc import Collection

from django.db import transaction

from c360.sql.arrays import id_array
from c360.sql.prepared import ask

MAX_TRIES = 6


class ComponentsKeepMoving(Exception):
    """Components changed during every try; the batch is taken up again later."""


def lock_components(record_ids: Collection[int]) -> dict[int, int]:
    """Lock the components of these records; return the component of each of their members.

    Must run inside a transaction, whose end releases the locks.
    """
    for _ in range(MAX_TRIES):
        point = transaction.savepoint()
        locked = _lock_components_of(record_ids)
        members = _members_of(locked, and_of=record_ids)
        if locked.issuperset(members.values()):
            transaction.savepoint_commit(point)
            return members
        transaction.savepoint_rollback(point)
    raise ComponentsKeepMoving(f"{len(record_ids)} records")


# An array, so that rows are looked up by their index however many are expected.
LOCK = """
SELECT record_id FROM profiles_membership WHERE record_id = ANY(ARRAY(
    SELECT DISTINCT component FROM profiles_membership WHERE record_id = ANY(%s::bigint[])
))
ORDER BY record_id FOR NO KEY UPDATE
"""
MEMBERS_OF = """
SELECT record_id, component FROM profiles_membership WHERE component = ANY(%s::bigint[])
UNION
SELECT record_id, component FROM profiles_membership WHERE record_id = ANY(%s::bigint[])
"""


def _lock_components_of(record_ids: Collection[int]) -> set[int]:
    """Lock the components these records are in as the statement begins; return which."""
    rows = ask(LOCK, [id_array(record_ids)], about=len(record_ids))
    return {component for (component,) in rows}


def _members_of(components: Collection[int], *, and_of: Collection[int]) -> dict[int, int]:
    """The component of each member of these, and of these records wherever they are now."""
    about = len(components) + len(and_of)
    return dict(ask(MEMBERS_OF, [id_array(components), id_array(and_of)], about=about))
