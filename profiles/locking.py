"""Locks of components: the records tied to each other by links and decisions.

A component is locked by the membership row of the record that names it. Rows are locked all at
once in ascending order, so two workers never wait for each other in a circle; afterwards the
components are read again, since they may have grown while waiting.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from profiles.arrays import id_array
from profiles.prepared import ask

MAX_TRIES = 6


class ComponentsKeepMoving(Exception):
    """Components changed during every try; the batch is taken up again later."""


def lock_components(record_ids: Collection[int]) -> dict[int, int]:
    """Lock the components of these records; return the component of each of their members.

    Must run inside a transaction, whose end releases the locks.
    """
    wanted = _components_of(record_ids)
    for _ in range(MAX_TRIES):
        point = transaction.savepoint()
        _lock_rows(set(wanted.values()))
        members = _members_of(set(wanted.values()))
        if members.keys() >= wanted.keys():
            transaction.savepoint_commit(point)
            return members
        transaction.savepoint_rollback(point)
        wanted = _components_of(record_ids)
    raise ComponentsKeepMoving(f"{len(wanted)} records")


COMPONENTS_OF = """
SELECT record_id, component FROM profiles_membership WHERE record_id = ANY(%s::bigint[])
"""
LOCK = """
SELECT record_id FROM profiles_membership WHERE record_id = ANY(%s::bigint[])
ORDER BY record_id FOR NO KEY UPDATE
"""
MEMBERS_OF = """
SELECT record_id, component FROM profiles_membership WHERE component = ANY(%s::bigint[])
"""


def _components_of(record_ids: Collection[int]) -> dict[int, int]:
    return dict(_rows(COMPONENTS_OF, record_ids))


def _lock_rows(components: Collection[int]) -> None:
    _rows(LOCK, components)


def _members_of(components: Collection[int]) -> dict[int, int]:
    return dict(_rows(MEMBERS_OF, components))


def _rows(query: str, ids: Collection[int]) -> list[tuple[Any, ...]]:
    """Rows of a query about ids."""
    return ask(query, [id_array(ids)], about=len(ids))
