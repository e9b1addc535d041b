"""Bring stored clusters in line with the stored links and decisions of locked components."""

from collections.abc import Collection, Mapping

from django.db import connection

from matching.cases import update_cases
from matching.model import MatchModel
from matching.models import MergeEvent
from matching.receipts import Cause, write_receipts
from matching.world import Solution, load_world, solve
from profiles.projection import refresh


def settle(
    record_ids: Collection[int],
    *,
    model: MatchModel,
    cause: Cause,
    changed: Collection[int] = (),
) -> list[MergeEvent]:
    """Solve complete, locked components again and store what changed; return the receipts.

    `changed` are records whose content is new, so that their profiles are shown afresh even
    where nobody moved. Runs in the caller's transaction and needs its locks.
    """
    world = load_world(record_ids)
    solution = solve(world, model)
    before = _store(record_ids, solution)
    receipts = write_receipts(
        world,
        before=before,
        after=solution.profile_of,
        model_version=model.version,
        cause=cause,
    )
    update_cases(world, solution)
    refresh(_to_show(before, solution.profile_of, changed))
    return receipts


STANDING = """
SELECT record_id, profile_id, component FROM profiles_membership
WHERE record_id = ANY(%s::bigint[])
"""

MOVE = """
UPDATE profiles_membership m SET profile_id = new.profile_id, component = new.component
FROM unnest(%s::bigint[], %s::varchar[], %s::bigint[]) AS new (record_id, profile_id, component)
WHERE m.record_id = new.record_id
"""


def _store(record_ids: Collection[int], solution: Solution) -> dict[int, str]:
    """Write changed memberships; return the profile each record had before."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [list(record_ids)])
        rows = cursor.fetchall()
        moved = [
            (pk, solution.profile_of[pk], solution.component_of[pk])
            for pk, profile, component in rows
            if (profile, component) != (solution.profile_of[pk], solution.component_of[pk])
        ]
        if moved:
            cursor.execute(MOVE, [list(column) for column in zip(*moved, strict=True)])
    return {pk: profile for pk, profile, _ in rows}


def _to_show(
    before: Mapping[int, str], after: Mapping[int, str], changed: Collection[int]
) -> set[str]:
    moved = [pk for pk in after if before[pk] != after[pk]]
    affected = [*moved, *(pk for pk in changed if pk in after)]
    return {before[pk] for pk in affected} | {after[pk] for pk in affected}
