"""Why two records of one customer are together: their own evidence, and what ties them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from matching.confidence import Tie, spanning_tree, ties_among
from matching.core.model import MatchModel
from matching.core.scoring import score
from matching.live import fold, generic_values
from matching.studio.layout import Pair
from matching.telling.evidence import Evidence, evidence_now
from profiles.models import SourceRecord


@dataclass(frozen=True, slots=True)
class Link:
    """One step of the way from one record to the other."""

    left: SourceRecord
    right: SourceRecord
    words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two records: what speaks for them alone, and the strongest way from one to the other."""

    left: SourceRecord
    right: SourceRecord
    evidence: Evidence
    way: list[Link]
    sentence: str


def compare_two(
    pair: tuple[SourceRecord, SourceRecord],
    records: Sequence[SourceRecord],
    *,
    model: MatchModel,
) -> Comparison:
    """Compare two of a customer's `records` by the model of now. Three queries."""
    left, right = pair
    generic = generic_values()
    ours, theirs = (fold(each.attributes).telling(generic) for each in pair)
    known = {record.pk: record for record in records}
    way = way_between(left.pk, right.pk, spanning_tree(list(known), ties_among(list(known))))
    return Comparison(
        left=left,
        right=right,
        evidence=evidence_now(score(model, ours, theirs), pair, model),
        way=[Link(known[a], known[b], words_of_tie(tie)) for (a, b), tie in way],
        sentence=_sentence(len(way)),
    )


def _sentence(steps: int) -> str:
    if not steps:
        return _("Nothing stored ties these two together any more.")
    if steps == 1:
        return _("These two are tied directly.")
    return _("These two are together through others:")


def words_of_tie(tie: Tie) -> str:
    if tie.is_held:
        return _("a steward locked them together")
    if tie.is_said:
        return _("a steward said that they are one person")
    return _("a link of %s bits") % number_format(tie.weight_bits, 1)


def way_between(start: int, end: int, tree: Sequence[Tie]) -> list[tuple[Pair, Tie]]:
    """The steps between two records on a tree: the way whose weakest step is strongest."""
    came: dict[int, tuple[int, Tie | None]] = {start: (start, None)}
    waiting = [start]
    for here in waiting:
        for tie in tree:
            if here in (tie.lo, tie.hi):
                there = tie.hi if here == tie.lo else tie.lo
                if there not in came:
                    came[there] = (here, tie)
                    waiting.append(there)
    way: list[tuple[Pair, Tie]] = []
    while end in came:
        before, step = came[end]
        if step is None:
            break
        way.append(((before, end), step))
        end = before
    return way[::-1]
