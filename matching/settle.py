"""Bring stored clusters in line with the stored links and decisions of locked components."""

from collections.abc import Collection, Mapping

from matching.cases import update_cases
from matching.model import MatchModel
from matching.models import MergeEvent
from matching.receipts import Cause, write_receipts
from matching.world import Solution, load_world, solve
from profiles.models import Membership
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


def _store(record_ids: Collection[int], solution: Solution) -> dict[int, str]:
    """Write changed memberships; return the profile each record had before."""
    rows = list(Membership.objects.filter(record_id__in=list(record_ids)))
    before = {row.record_id: row.profile_id for row in rows}
    moved = []
    for row in rows:
        profile = solution.profile_of[row.record_id]
        component = solution.component_of[row.record_id]
        if (row.profile_id, row.component) != (profile, component):
            row.profile_id, row.component = profile, component
            moved.append(row)
    Membership.objects.bulk_update(moved, ["profile", "component"], batch_size=500)
    return before


def _to_show(
    before: Mapping[int, str], after: Mapping[int, str], changed: Collection[int]
) -> set[str]:
    moved = [pk for pk in after if before[pk] != after[pk]]
    affected = [*moved, *(pk for pk in changed if pk in after)]
    return {before[pk] for pk in affected} | {after[pk] for pk in affected}
