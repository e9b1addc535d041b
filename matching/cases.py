"""Review cases brought up to date with links, refusals and decisions."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db import connection
from django.db.models.expressions import RawSQL
from django.utils import timezone

from matching.clustering import Refusal
from matching.models import ReviewCase
from matching.world import Pair, Solution, World

SETTLED_BY_PEOPLE = {"different"}  # refusals that need no new question


@dataclass(frozen=True, slots=True)
class Question:
    """A pair that should be asked, and why."""

    weight_bits: float
    reason: str
    detail: str = ""


def update_cases(world: World, solution: Solution) -> None:
    """Open, refresh and settle the cases that touch these records. Locks held by the caller.

    Whether a pair is asked depends on its own link and on the clusters of its two ends: ends in
    different components are in different clusters whatever happens elsewhere.
    """
    wanted = questions(world, solution, _uncertain_links(world.members))
    open_cases = {(case.lo_id, case.hi_id): case for case in _open_cases(world.members)}
    _settle(case for pair, case in open_cases.items() if pair not in wanted)
    _refresh(open_cases, wanted)
    ReviewCase.objects.bulk_create(
        [
            ReviewCase(lo_id=lo, hi_id=hi, **vars_of(question))
            for (lo, hi), question in sorted(wanted.items())
            if (lo, hi) not in open_cases
        ],
        ignore_conflicts=True,
    )


def questions(
    world: World, solution: Solution, uncertain: Iterable[tuple[int, int, float]]
) -> dict[Pair, Question]:
    """The pairs a person should be asked about. Pure."""
    found = {
        (lo, hi): Question(weight, ReviewCase.Reason.UNCERTAIN) for lo, hi, weight in uncertain
    }
    for refusal in solution.refused:
        if refusal.reason not in SETTLED_BY_PEOPLE:
            found[_pair(refusal)] = Question(
                refusal.weight_bits, refusal.reason, refusal.detail
            )
    apart = _held_apart(world, solution)
    return {
        pair: question
        for pair, question in found.items()
        if not _is_answered(pair, solution, apart)
    }


def _pair(refusal: Refusal) -> Pair:
    return (min(refusal.lo, refusal.hi), max(refusal.lo, refusal.hi))


def _held_apart(world: World, solution: Solution) -> set[frozenset[str]]:
    """Pairs of profiles that a person has told apart through some of their records."""
    return {
        frozenset((solution.profile_of[lo], solution.profile_of[hi]))
        for lo, hi in world.different
        if lo in solution.profile_of and hi in solution.profile_of
    }


def _is_answered(pair: Pair, solution: Solution, apart: set[frozenset[str]]) -> bool:
    low, high = (solution.profile_of.get(pk) for pk in pair)
    if low is None or high is None:
        return False
    return low == high or frozenset((low, high)) in apart


def vars_of(question: Question) -> dict[str, object]:
    return {
        "weight_bits": question.weight_bits,
        "reason": question.reason,
        "detail": question.detail,
    }


UNCERTAIN = """
SELECT lo_id, hi_id, weight_bits FROM matching_link
WHERE NOT joins AND lo_id = ANY(%(records)s::bigint[])
UNION
SELECT lo_id, hi_id, weight_bits FROM matching_link
WHERE NOT joins AND hi_id = ANY(%(records)s::bigint[])
"""


def _uncertain_links(record_ids: Collection[int]) -> list[tuple[int, int, float]]:
    with connection.cursor() as cursor:
        cursor.execute(UNCERTAIN, {"records": list(record_ids)})
        return list(cursor.fetchall())


def _open_cases(record_ids: Collection[int]) -> list[ReviewCase]:
    """One end at a time, so that each side is read by its index."""
    ids = list(record_ids)
    cases = ReviewCase.objects.open().exclude(reason=ReviewCase.Reason.REPORTED)
    lo = RawSQL("SELECT unnest(%s::bigint[])", [ids])
    found = {case.pk: case for case in (*cases.filter(lo__in=lo), *cases.filter(hi__in=lo))}
    return sorted(found.values(), key=lambda case: (case.lo_id, case.hi_id))


def _settle(cases: Iterable[ReviewCase]) -> None:
    ids = [case.pk for case in cases]
    if ids:
        ReviewCase.objects.filter(pk__in=ids).update(settled_at=timezone.now())


def _refresh(open_cases: dict[Pair, ReviewCase], wanted: dict[Pair, Question]) -> None:
    """New evidence changes weight or reason and wakes a case that was put off."""
    changed = []
    for pair, case in open_cases.items():
        question = wanted.get(pair)
        if question and vars_of(question) != {
            "weight_bits": case.weight_bits,
            "reason": case.reason,
            "detail": case.detail,
        }:
            case.weight_bits, case.reason = question.weight_bits, question.reason
            case.detail, case.snoozed_until = question.detail, None
            changed.append(case)
    ReviewCase.objects.bulk_update(
        changed, ["weight_bits", "reason", "detail", "snoozed_until"], batch_size=500
    )
