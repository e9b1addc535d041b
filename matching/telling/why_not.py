"""Why two customers are not one: what keeps them apart, and the best that speaks for it.

The first answer that holds is given: a person's word, a guard, evidence that asks or is too
weak, a stage of a source that does not join, or that the two were never compared.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from c360.sentences import in_words
from matching.core.clustering import Refusal
from matching.core.model import MatchModel
from matching.core.scoring import Scored, score
from matching.deciding.preview import live_members, world_around
from matching.models import BlockKey, Decision, GenericKey
from matching.resolving.links import JOINING_STAGES
from matching.telling import explain
from matching.telling.keys import key_words
from matching.world import Pair, Solution, World, solve
from profiles.models import Profile, SourceRecord

MOST_PAIRS = 4000  # across; two groups at the limit of their size
OBSERVE = "observe"


@dataclass(frozen=True, slots=True)
class WhyNot:
    """One answer. `reason` is a code: told_apart, a guard's reason, observed, stage, uncertain,
    weak, generic, no_key, together.

    `lo` and `hi` are the pair the answer is about, `best` how the pair that looks most alike
    weighs and `best_pair` which it is; all are empty where there is nothing to compare.
    """

    reason: str
    sentence: str
    detail: str = ""
    pair: Pair | None = None
    best_pair: Pair | None = None
    best: Scored | None = None


def why_not(profile: Profile, other: Profile, *, model: MatchModel) -> WhyNot:
    """Say why the live records of two profiles are two customers. At most ten queries."""
    ours, theirs = live_members(profile), live_members(other)
    if profile.pk == other.pk:
        return WhyNot("together", _("These are one customer."))
    world = world_around([*ours, *theirs])
    best_pair, best = _best(world, ours, theirs, model)
    found = (
        _told_apart(ours, theirs)
        or _refused(solve(world, model), ours, theirs)
        or _not_compared(ours, theirs)
        or _too_weak(best_pair, best, model)
    )
    return WhyNot(
        reason=found.reason,
        sentence=found.sentence,
        detail=in_words(found.detail),
        pair=found.pair,
        best_pair=best_pair,
        best=best,
    )


def _best(
    world: World, ours: Collection[int], theirs: Collection[int], model: MatchModel
) -> tuple[Pair | None, Scored | None]:
    """The pair across with the greatest weight; of equal ones that of the smallest keys."""
    nodes = world.live_nodes()
    pairs = [(a, b) for a in ours for b in theirs if a in nodes and b in nodes][:MOST_PAIRS]
    if not pairs:
        return None, None
    weighed = [
        (score(model, nodes[a].features, nodes[b].features), nodes[a].key, nodes[b].key, (a, b))
        for a, b in pairs
    ]
    best, _ours, _theirs, pair = min(weighed, key=lambda w: (-w[0].weight_bits, *w[1:3]))
    return pair, best


def _across(ours: Collection[int], theirs: Collection[int]) -> Q:
    return Q(lo__in=ours, hi__in=theirs) | Q(lo__in=theirs, hi__in=ours)


def _told_apart(ours: Collection[int], theirs: Collection[int]) -> WhyNot | None:
    """The newest word "not the same" between records of the two."""
    said = (
        Decision.objects.binding()
        .filter(_across(ours, theirs), verdict=Decision.Verdict.DIFFERENT)
        .select_related("decided_by")
        .order_by("-decided_at", "-pk")
        .first()
    )
    if said is None:
        return None
    day = date_format(localtime(said.decided_at), "DATE_FORMAT")
    told = _("%(who)s said on %(day)s that these are different people.")
    sentence = told % {"who": said.decided_by, "day": day}
    return WhyNot("told_apart", sentence, said.reason, (said.lo_id, said.hi_id))


def _refused(
    solution: Solution, ours: Collection[int], theirs: Collection[int]
) -> WhyNot | None:
    """The strongest link across that clustering refused."""
    sides = set(ours), set(theirs)
    across = [each for each in solution.refused if _crosses(each, *sides)]
    if not across:
        return None
    strongest = max(across, key=lambda each: (each.weight_bits, -each.lo, -each.hi))
    told = _("A link of %(bits)s bits speaks for one person, but it was refused: %(why)s")
    why = explain.refusal(strongest.reason)
    sentence = told % {"bits": number_format(strongest.weight_bits, 1), "why": why}
    return WhyNot(strongest.reason, sentence, strongest.detail, (strongest.lo, strongest.hi))


def _crosses(refusal: Refusal, ours: Collection[int], theirs: Collection[int]) -> bool:
    return (refusal.lo in ours and refusal.hi in theirs) or (
        refusal.hi in ours and refusal.lo in theirs
    )


def _not_compared(ours: Collection[int], theirs: Collection[int]) -> WhyNot | None:
    """No pair across shares a block key, or only such as too many records share."""
    mine, yours = _keys_of(ours), _keys_of(theirs)
    shared = mine.keys() & yours.keys()
    generic = set(GenericKey.objects.filter(key__in=shared).values_list("key", flat=True))
    if shared - generic:
        return _by_stage(ours, theirs)
    if not shared:
        sentence = _("They were never compared: they have no block key in common.")
        return WhyNot("no_key", sentence)
    kinds = sorted({mine[key] for key in shared})
    sentence = _(
        "They were never compared: what they have in common is shared by too many records."
    )
    return WhyNot("generic", sentence, ", ".join(map(key_words, kinds)))


def _keys_of(records: Collection[int]) -> dict[int, str]:
    """Block keys of some records with their kinds."""
    return dict(BlockKey.objects.filter(record__in=records).values_list("key", "kind"))


def _by_stage(ours: Collection[int], theirs: Collection[int]) -> WhyNot | None:
    """Records of a source that is only observed are not compared, whatever they say."""
    rows = SourceRecord.objects.filter(pk__in=[*ours, *theirs])
    stages = dict(rows.values_list("pk", "source__stage"))
    for side in (ours, theirs):
        if side and all(stages[pk] == OBSERVE for pk in side):
            return WhyNot(
                "observed", _("One of them comes from a source that is only observed.")
            )
    for side in (ours, theirs):
        if side and all(stages[pk] not in JOINING_STAGES for pk in side):
            sentence = _("One of them comes from a source that never joins by itself.")
            return WhyNot("stage", sentence)
    return None


def _too_weak(pair: Pair | None, best: Scored | None, model: MatchModel) -> WhyNot:
    """The evidence itself."""
    if pair is None or best is None:
        return WhyNot("no_key", _("There is nothing to compare."))
    bits = number_format(best.weight_bits, 1)
    if best.weight_bits >= model.review_bits:
        told = _("The strongest pair weighs %(bits)s bits; %(needed)s join by themselves.")
        sentence = told % {"bits": bits, "needed": number_format(model.join_bits, 1)}
        return WhyNot("uncertain", sentence, pair=pair)
    told = _("The strongest pair weighs %(bits)s bits; from %(asked)s a person is asked.")
    sentence = told % {"bits": bits, "asked": number_format(model.review_bits, 1)}
    return WhyNot("weak", sentence, pair=pair)
