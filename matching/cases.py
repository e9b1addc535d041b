"""Review cases brought up to date with links, refusals and decisions."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

from django.utils import timezone

from c360.sql.arrays import id_array
from c360.sql.prepared import ask, tell
from matching.core.clustering import Refusal
from matching.models import ReviewCase
from matching.models.review import NOT_OF_THE_MACHINE
from matching.world import Linked, Pair, Solution, World
from profiles.ingest.payload import as_rows

SETTLED_BY_PEOPLE = {"different"}  # refusals that need no new question


@dataclass(frozen=True, slots=True)
class Question:
    """A pair that should be asked, and why."""

    weight_bits: float
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that waits, and what it asks so far."""

    id: int
    question: Question


def update_cases(world: World, solution: Solution, links: Collection[Linked]) -> set[int]:
    """Open, refresh and settle the cases that touch these records. Locks held by the caller.

    Returns the records of the cases that were opened or settled. `links` are all that these
    records have.

    Whether a pair is asked depends on its own link and on the clusters of its two ends: ends in
    different components are in different clusters whatever happens elsewhere.
    """
    uncertain = [
        (each.lo, each.hi, each.scored.weight_bits) for each in links if not each.joins
    ]
    wanted = questions(world, solution, uncertain)
    asked = open_cases(world.members)
    settled, opened = asked.keys() - wanted.keys(), wanted.keys() - asked.keys()
    _settle(asked[pair].id for pair in sorted(settled))
    _refresh(
        (asked[pair].id, question)
        for pair, question in sorted(wanted.items())
        if pair in asked and asked[pair].question != question
    )
    _open((pair, wanted[pair]) for pair in sorted(opened))
    return {pk for pair in settled | opened for pk in pair}


def pairs_asked(world: World, solution: Solution) -> set[Pair]:
    """The pairs among these records, or with one of them, that the machine asks about."""
    return set(questions(world, solution, _uncertain_links(world.members)))


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


UNCERTAIN = """
SELECT lo_id, hi_id, weight_bits FROM matching_link
WHERE NOT joins AND lo_id = ANY(%(records)s::bigint[])
UNION
SELECT lo_id, hi_id, weight_bits FROM matching_link
WHERE NOT joins AND hi_id = ANY(%(records)s::bigint[])
"""


def _uncertain_links(record_ids: Collection[int]) -> list[tuple[int, int, float]]:
    rows = ask(UNCERTAIN, {"records": id_array(record_ids)}, about=len(record_ids))
    return [(lo, hi, weight) for lo, hi, weight in rows]


# Both ends are looked up record by record (OFFSET 0): for an array of them a planner that does
# not know the table yet goes through all open cases, and holds each against the whole array.
_CASES_FROM = """
SELECT held.* FROM unnest(%(records)s::bigint[]) AS asked (record_id)
CROSS JOIN LATERAL (
    SELECT id, lo_id, hi_id, weight_bits, reason, detail FROM matching_reviewcase
    WHERE settled_at IS NULL AND {end} = asked.record_id
        AND reason <> ALL(%(others)s::varchar[])
    OFFSET 0
) held
"""
# a case of two of them comes twice
OPEN_CASES = " UNION ALL ".join(_CASES_FROM.format(end=end) for end in ("lo_id", "hi_id"))


def open_cases(record_ids: Collection[int]) -> dict[Pair, OpenCase]:
    """Those the machine opened, by their pairs; each end is looked up by its index."""
    parameters = {
        "records": id_array(record_ids),
        "others": [reason.value for reason in NOT_OF_THE_MACHINE],
    }
    return {
        (lo, hi): OpenCase(pk, Question(*asked))
        for pk, lo, hi, *asked in ask(OPEN_CASES, parameters, about=len(record_ids))
    }


SETTLE = "UPDATE matching_reviewcase SET settled_at = %s WHERE id = ANY(%s::bigint[])"


def _settle(case_ids: Iterable[int]) -> None:
    if ids := list(case_ids):
        tell(SETTLE, [timezone.now(), id_array(ids)], about=len(ids))


REFRESH = """
UPDATE matching_reviewcase held SET weight_bits = new.weight_bits, reason = new.reason,
    detail = new.detail, snoozed_until = NULL
FROM json_to_recordset(%s::json) AS new (id bigint, weight_bits float8, reason varchar,
    detail text)
WHERE held.id = new.id
"""
OPEN = """
INSERT INTO matching_reviewcase (lo_id, hi_id, weight_bits, reason, detail, opened_at)
SELECT lo, hi, weight_bits, reason, detail, %s FROM json_to_recordset(%s::json) AS new (
    lo bigint, hi bigint, weight_bits float8, reason varchar, detail text)
ON CONFLICT DO NOTHING
"""


def _refresh(changed: Iterable[tuple[int, Question]]) -> None:
    """New evidence changes weight or reason and wakes a case that was put off."""
    rows = [{"id": pk, **asdict(question)} for pk, question in changed]
    if rows:
        tell(REFRESH, [as_rows(rows)], about=len(rows))


def _open(asked: Iterable[tuple[Pair, Question]]) -> None:
    rows = [{"lo": lo, "hi": hi, **asdict(question)} for (lo, hi), question in asked]
    if rows:
        tell(OPEN, [timezone.now(), as_rows(rows)], about=len(rows))
