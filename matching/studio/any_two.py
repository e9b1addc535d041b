"""Any two records, of one customer or of two: what speaks for one person and what against.

Their own evidence by the model of now, what guards say of the two alone, what people said, and
the chain that ties them or keeps them apart.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from c360.sentences import in_words
from matching.confidence import Tie, spanning_tree, ties_among
from matching.core.clustering import Node
from matching.core.guards import Union, objection
from matching.core.model import MatchModel
from matching.core.scoring import Scored, score
from matching.deciding.holds import locks_on
from matching.deciding.preview import live_members, world_around
from matching.models import Decision, Hold, ReviewCase
from matching.studio.comparing import Link, way_between, words_of_tie
from matching.telling import explain
from matching.telling.casefile import CaseFile, open_file
from matching.telling.contradiction import said_by
from matching.telling.evidence import Evidence, evidence_now
from matching.telling.why_not import why_not
from profiles.models import SourceRecord

MOST_WORDS = 10


@dataclass(frozen=True, slots=True)
class AnyTwo:
    """Two records. `sentence` says why they are together, or why not; `objection` is what keeps
    them apart by themselves; `way` leads from one to the other, over what denies it as well.
    """

    file: CaseFile
    evidence: Evidence
    are_together: bool
    sentence: str
    detail: str
    objection: str
    said: list[Decision]
    way: list[Link]
    locks: list[Hold]


def any_two(one: SourceRecord, other: SourceRecord, *, model: MatchModel) -> AnyTwo:
    """Compare two live records, with source and membership at hand. At most 30 queries."""
    lo, hi = sorted((one, other), key=lambda record: record.pk)
    case = ReviewCase(lo=one, hi=other, reason=ReviewCase.Reason.UNCERTAIN)
    ours, theirs = (live_members(record.membership.profile) for record in (one, other))
    nodes = world_around([lo.pk, hi.pk]).live_nodes()
    weighed = score(model, nodes[one.pk].features, nodes[other.pk].features)
    are_together = one.membership.profile_id == other.membership.profile_id
    way = _way(one.pk, other.pk, ours, theirs)
    found = (
        None
        if are_together
        else why_not(one.membership.profile, other.membership.profile, model=model)
    )
    return AnyTwo(
        file=open_file(case),
        evidence=evidence_now(weighed, (one, other), model),
        are_together=are_together,
        sentence=found.sentence if found else _sentence(way),
        detail=in_words(found.detail) if found else "",
        objection=_objection(nodes[one.pk], nodes[other.pk], weighed, model),
        said=_said(ours, theirs),
        way=way,
        locks=locks_on({one.pk, other.pk}),
    )


def _sentence(way: Collection[Link]) -> str:
    if not way:
        return _("They are one customer, but nothing stored ties these two together any more.")
    if len(way) == 1:
        return _("They are one customer, and tied directly.")
    return _("They are one customer through others.")


def _objection(one: Node, other: Node, weighed: Scored, model: MatchModel) -> str:
    """What a guard would say of joining just these two."""
    union = Union([one.features], [other.features], lambda _i, _j: weighed.weight_bits)
    found = objection(union, model)
    return explain.refusal(found.reason) if found else ""


def _said(ours: Collection[int], theirs: Collection[int]) -> list[Decision]:
    """The newest words that hold among the records of the two customers, or of the one."""
    words = Decision.objects.binding().filter(lo__in={*ours, *theirs}, hi__in={*ours, *theirs})
    both = words.select_related("decided_by", "lo__source", "hi__source")
    return list(both.order_by("-decided_at", "-pk")[:MOST_WORDS])


def _way(one: int, other: int, ours: Collection[int], theirs: Collection[int]) -> list[Link]:
    """The strongest way between two records; of two customers, over the word that parts them.

    Empty where nothing leads from one to the other. Four queries.
    """
    tree = spanning_tree([*ours], ties_among(ours))
    if other in ours:
        return _links(way_between(one, other, tree))
    theirs_tree = spanning_tree([*theirs], ties_among(theirs))
    ways = []
    for word in _told_apart(ours, theirs):
        here, there = (
            (word.lo_id, word.hi_id) if word.lo_id in ours else (word.hi_id, word.lo_id)
        )
        before, after = way_between(one, here, tree), way_between(there, other, theirs_tree)
        if (before or one == here) and (after or there == other):
            ways.append((len(before) + len(after), word.pk, before, (here, there, word), after))
    if not ways:
        return []
    _steps, _pk, before, (here, there, word), after = min(ways, key=lambda each: each[:2])
    records = _records([here, there])
    denied = Link(records[here], records[there], _("not the same person, %s") % said_by(word))
    return [*_links(before), denied, *_links(after)]


def _told_apart(ours: Collection[int], theirs: Collection[int]) -> list[Decision]:
    """The words "not the same" across two customers. One query."""
    words = Decision.objects.binding().filter(
        verdict=Decision.Verdict.DIFFERENT,
        lo__in={*ours, *theirs},
        hi__in={*ours, *theirs},
    )
    own = set(ours)
    known = words.select_related("decided_by")
    return [word for word in known if (word.lo_id in own) != (word.hi_id in own)]


def _links(way: Collection[tuple[tuple[int, int], Tie]]) -> list[Link]:
    records = _records([pk for pair, _tie in way for pk in pair])
    return [Link(records[a], records[b], words_of_tie(tie)) for (a, b), tie in way]


def _records(ids: Collection[int]) -> Mapping[int, SourceRecord]:
    return SourceRecord.objects.select_related("source").in_bulk(ids)
