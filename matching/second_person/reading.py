"""Reads what cautions need of a planned join. Five queries, whatever its size."""

from collections.abc import Collection, Sequence

from django.utils import timezone

from matching.features import Features, features_of
from matching.live import live_model
from matching.models import Decision
from matching.preview import Group, Preview, changed_groups, moved_records
from matching.second_person.cautions import Join, cautions_of
from matching.standing import standing
from profiles.models import Event, SourceRecord


def cautions_for(planned: Preview) -> list[str]:
    """Why joining as planned needs a second person; empty where one is enough."""
    before, after = changed_groups(planned)
    joined = [group for group in after if _is_join(group, before)]
    if not joined:
        return []
    record_ids = [pk for group in joined for pk in group.record_ids]
    join = Join(
        groups=_features(_sides(before, record_ids)),
        moving_events=Event.objects.filter(record__in=moved_records(before, after)).count(),
        told_apart=_were_told_apart(_sides(before, record_ids)),
        today=timezone.localdate(),
    )
    return cautions_of(join, one_per_person=live_model().one_per_person)


def _is_join(group: Group, before: Sequence[Group]) -> bool:
    return sum(not set(group.record_ids).isdisjoint(each.record_ids) for each in before) > 1


def _sides(before: Sequence[Group], record_ids: Collection[int]) -> list[list[int]]:
    """The records concerned, by the customer they belong to now."""
    concerned = set(record_ids)
    sides = ([pk for pk in group.record_ids if pk in concerned] for group in before)
    return [side for side in sides if side]


def _features(sides: Sequence[Sequence[int]]) -> list[list[Features]]:
    ids = [pk for side in sides for pk in side]
    attributes = dict(SourceRecord.objects.filter(pk__in=ids).values_list("pk", "attributes"))
    return [[features_of(attributes[pk]) for pk in side] for side in sides]


def _were_told_apart(sides: Sequence[Sequence[int]]) -> bool:
    """Whether a standing decision says "not the same" across the sides."""
    side_of = {pk: number for number, side in enumerate(sides) for pk in side}
    said = standing().filter(verdict=Decision.Verdict.DIFFERENT, lo__in=side_of, hi__in=side_of)
    return any(side_of[lo] != side_of[hi] for lo, hi in said.values_list("lo_id", "hi_id"))
