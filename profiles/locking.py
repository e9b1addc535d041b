"""Locks of components: the records tied to each other by links and decisions.

A component is locked by the membership row of the record that names it. Rows are locked all at
once in ascending order, so two workers never wait for each other in a circle; afterwards the
components are read again, since they may have grown while waiting.
"""

from collections.abc import Collection

from django.db import transaction

from profiles.models import Membership

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
        _lock_rows(wanted)
        members = _members_of(wanted)
        missing = _components_of(record_ids) - wanted
        if not missing:
            transaction.savepoint_commit(point)
            return members
        transaction.savepoint_rollback(point)
        wanted = _components_of(record_ids)
    raise ComponentsKeepMoving(f"{len(wanted)} components")


def _components_of(record_ids: Collection[int]) -> set[int]:
    rows = Membership.objects.filter(record_id__in=record_ids)
    return set(rows.values_list("component", flat=True))


def _lock_rows(components: Collection[int]) -> None:
    rows = Membership.objects.filter(record_id__in=components).order_by("record_id")
    list(rows.select_for_update(no_key=True).values_list("record_id", flat=True))


def _members_of(components: Collection[int]) -> dict[int, int]:
    rows = Membership.objects.filter(component__in=components)
    return dict(rows.values_list("record_id", "component"))
