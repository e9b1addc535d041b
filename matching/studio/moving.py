"""Moving records to another customer: out of one and into the other, as one action."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from c360.models import User
from matching.deciding.acts import Outcome
from matching.deciding.decisions import record_words
from matching.deciding.preview import (
    Preview,
    Words,
    check,
    live_members,
    preview_words,
    words_for_split,
    world_around,
)
from matching.groups.words import words_for_groups
from matching.live import live_model
from matching.models import Decision
from matching.refusals import DecisionRefused, NeedsSecondPerson, StaleView
from matching.review import cases_of
from matching.second_person.reading import cautions_for
from matching.world import World
from profiles.models import Profile


@dataclass(frozen=True, slots=True)
class Move:
    """What moving records would do; with `cautions` one person alone may not."""

    target: Profile
    preview: Preview
    cautions: tuple[str, ...]


def plan_move(profile: Profile, record_ids: Collection[int], target: Profile) -> Move:
    """Preview moving records from one customer to another. Raises `DecisionRefused`."""
    own, others = _members(profile, target)
    world = world_around([*own, *others])
    words = _words(world, own, others, record_ids)
    planned = preview_words(world, words, live_model(), of=[*own, *others])
    cautions = tuple(cautions_for(planned)) if settings.C360_FOUR_EYES else ()
    return Move(target, planned, cautions)


def move_records(
    profile: Profile,
    record_ids: Collection[int],
    target: Profile,
    *,
    reason: str,
    decided_by: User,
    seen: str,
) -> Outcome:
    """Take records out of a profile and join them to another, by one undo undone.

    Raises `NeedsSecondPerson` where the join is risky, and any `DecisionRefused` of a stale or
    contradicting move; nothing is saved then.
    """
    own, others = _members(profile, target)
    plan = plan_move(profile, record_ids, target)
    if plan.preview.fingerprint != seen:
        raise StaleView
    if plan.cautions:
        raise NeedsSecondPerson(list(plan.cautions))
    return record_words(
        [*own, *others],
        lambda world: _words(world, own, others, record_ids),
        decided_by=decided_by,
        reason=reason,
        seen=seen,
        kind=Decision.Kind.SPLIT,
    )


def _members(profile: Profile, target: Profile) -> tuple[list[int], list[int]]:
    if profile.pk == target.pk:
        raise DecisionRefused(_("The records belong to this customer already."))
    return live_members(profile), live_members(target)


def _words(
    world: World, own: Collection[int], others: Collection[int], leaving: Collection[int]
) -> Words:
    """They are not the person of those that stay, and the same person as all of the target.

    Raises `DecisionRefused`, and `Contradiction` where words about other records deny it.
    """
    apart = words_for_split(own, leaving, held=world.held.values())
    joined = words_for_groups([[*leaving, *others]], same=world.same, different=world.different)
    words = Words(same=joined.same, different=apart.different)
    for newest in sorted(words.same)[:1]:
        check(world, words, newest=newest)
    return words


def tied_customers(profile: Profile) -> Iterable[Profile]:
    """Customers about whom a question with this one is open: where records may belong."""
    ids = {pk for case in cases_of(profile) for pk in (case.lo_profile, case.hi_profile)}
    return Profile.objects.filter(pk__in=ids - {profile.pk}).order_by("pk")
