"""Bring stored clusters in line with the stored links and decisions of locked components."""

from collections.abc import Collection, Mapping

from c360.sql.arrays import id_array, key_array
from c360.sql.prepared import tell
from matching.cases import update_cases
from matching.core.model import MatchModel
from matching.receipts import Cause, write_receipts
from matching.reports import cases as report_cases
from matching.signals import clusters_settled
from matching.world import Linked, Solution, World, load_world, solve, stored_links
from profiles.projection import refresh


def settle(
    record_ids: Collection[int],
    *,
    model: MatchModel,
    cause: Cause,
    changed: Collection[int] = (),
    links: Collection[Linked] | None = None,
    world: World | None = None,
) -> int:
    """Solve complete, locked components again and store what changed; say how many receipts.

    `changed` are records whose content is new, so that their profiles are shown afresh even
    where nobody moved. `links` are all that these records have, where the caller has just
    written them; else they are read. So is the `world` as it is stored now. Runs in the
    caller's transaction and needs its locks.
    """
    links = stored_links(record_ids) if links is None else links
    world = world or load_world(record_ids, links)
    solution = solve(world, model)
    before = world.profiles_now()
    _store(world, solution)
    receipts = write_receipts(
        world,
        before=before,
        after=solution.profile_of,
        model_version=model.version,
        cause=cause,
        links=links,
    )
    reported = report_cases.asked_about(record_ids)
    asked = report_cases.close_answered(reported)
    asked |= update_cases(world, solution, links)
    asked |= report_cases.ask_again(reported)
    refresh(_to_show(before, solution.profile_of, changed))
    clusters_settled.send(
        sender=None,
        profile_ids={*before.values(), *solution.profile_of.values()},
        record_ids=asked,
    )
    return receipts


MOVE = """
UPDATE profiles_membership m SET profile_id = new.profile_id, component = new.component
FROM unnest(%s::bigint[], %s::varchar[], %s::bigint[]) AS new (record_id, profile_id, component)
WHERE m.record_id = new.record_id
"""


def _store(world: World, solution: Solution) -> None:
    """Write the memberships that changed."""
    moved = [
        (pk, solution.profile_of[pk], solution.component_of[pk])
        for pk, member in world.members.items()
        if member.stands != (solution.profile_of[pk], solution.component_of[pk])
    ]
    if moved:
        records, profiles, components = zip(*moved, strict=True)
        columns = [id_array(records), key_array(profiles), id_array(components)]
        tell(MOVE, columns, about=len(moved))


def _to_show(
    before: Mapping[int, str], after: Mapping[int, str], changed: Collection[int]
) -> set[str]:
    moved = [pk for pk in after if before[pk] != after[pk]]
    affected = [*moved, *(pk for pk in changed if pk in after)]
    return {before[pk] for pk in affected} | {after[pk] for pk in affected}
