"""Reads what cautions need of a planned join. Three queries at most, whatever its size."""

from collections.abc import Callable, Collection, Sequence

from django.utils import timezone

from c360.once import once
from c360.sql.arrays import id_array
from c360.sql.prepared import ask
from matching.core.features import Features, features_of
from matching.deciding.preview import Group, Preview, changed_groups, moved_records
from matching.live import FEATURES
from matching.models import Decision
from matching.second_person.cautions import Join, cautions_of
from matching.standing import standing
from matching.world import World
from profiles.models import SourceRecord


def cautions_for(
    planned: Preview, events: Callable[[tuple[int, ...]], int] | None = None
) -> list[str]:
    """Why joining as planned needs a second person; empty where one is enough.

    `events` counts those of some records, where they are known.
    """
    before, after = changed_groups(planned)
    joined = [group for group in after if _is_join(group, before)]
    if not joined:
        return []
    sides = _sides(before, [pk for group in joined for pk in group.record_ids])
    join = Join(
        groups=_features(sides, planned.then),
        moving_events=(events or events_of)(tuple(moved_records(before, after))),
        told_apart=_were_told_apart(sides, planned.then),
        today=timezone.localdate(),
    )
    return cautions_of(join, one_per_person=planned.model.one_per_person)


# Events are in many partitions: planning this takes longer than counting.
EVENTS = "SELECT count(*) FROM profiles_event WHERE record_id = ANY(%s::bigint[])"


@once
def events_of(record_ids: tuple[int, ...]) -> int:
    """How many events happened to these records. One query."""
    [(number,)] = ask(EVENTS, [id_array(record_ids)], about=len(record_ids))
    return int(number)


def _is_join(group: Group, before: Sequence[Group]) -> bool:
    return sum(not set(group.record_ids).isdisjoint(each.record_ids) for each in before) > 1


def _sides(before: Sequence[Group], record_ids: Collection[int]) -> list[list[int]]:
    """The records concerned, by the customer they belong to now."""
    concerned = set(record_ids)
    sides = ([pk for pk in group.record_ids if pk in concerned] for group in before)
    return [side for side in sides if side]


def _features(sides: Sequence[Sequence[int]], world: World) -> list[list[Features]]:
    """What the records say, whole; read only where it is not at hand from reading the world."""
    versions = {pk: world.members[pk].version for side in sides for pk in side}
    absent = [pk for pk, version in versions.items() if FEATURES.version(pk) != version]
    read = dict(SourceRecord.objects.filter(pk__in=absent).values_list("pk", "attributes"))
    found = {pk: features_of(attributes) for pk, attributes in read.items()}
    found |= {
        pk: FEATURES.get(pk, versions[pk], None).features
        for pk in versions.keys() - found.keys()
    }
    return [[found[pk] for pk in side] for side in sides]


def _were_told_apart(sides: Sequence[Sequence[int]], world: World) -> bool:
    """Whether a standing decision says "not the same" across the sides."""
    side_of = {pk: number for number, side in enumerate(sides) for pk in side}
    if not any(side_of.get(lo, -1) != side_of.get(hi, -1) for lo, hi in world.mentioned):
        return False  # nobody has ever said anything across them
    said = standing().filter(verdict=Decision.Verdict.DIFFERENT, lo__in=side_of, hi__in=side_of)
    return any(side_of[lo] != side_of[hi] for lo, hi in said.values_list("lo_id", "hi_id"))
