"""The stored evidence of a pair as a page shows it: a sentence and a waterfall.

Weights are those of the moment the link was written, under the model version it names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from matching.core.model import MatchModel
from matching.core.scoring import Scored
from matching.live import fold, generic_values, model_of_version
from matching.models import Link, ReviewCase
from matching.telling import explain
from matching.telling.waterfall import Part, Waterfall, waterfall
from profiles.models import SourceRecord


@dataclass(frozen=True, slots=True)
class Evidence:
    """`drawn` is empty where no link is stored, as for a pair that an agent reported."""

    drawn: Waterfall | None = None
    sentence: str = ""
    version: str = ""
    threshold_words: str = ""


def evidence_of(case: ReviewCase) -> Evidence:
    """Read the link of a case. Three queries at most."""
    link = Link.objects.filter(lo=case.lo_id, hi=case.hi_id).first()
    if link is None:
        return Evidence()
    model = model_of_version(link.model_version_id)
    parts = [
        Part(bar.label, bar.words, bar.bits) for bar in explain.bars(link.levels, link.bits)
    ]
    prior = link.weight_bits - sum(part.bits for part in parts)
    needed = number_format(model.join_bits, 1)
    return Evidence(
        drawn=waterfall(
            Part(_("Before looking"), _("any two records"), prior),
            parts,
            Part(_("Together"), "", link.weight_bits),
            marks={"join": model.join_bits},
        ),
        sentence=sentence_of(case.lo.attributes, case.hi.attributes),
        version=link.model_version_id,
        threshold_words=_("joined by itself from %s bits") % needed,
    )


def evidence_now(weighed: Scored, pair: Sequence[SourceRecord], model: MatchModel) -> Evidence:
    """A pair as the review page draws one, weighed by the model of now. One query."""
    bars = explain.bars(weighed.levels, weighed.bits)
    left, right = (record.attributes for record in pair)
    return Evidence(
        drawn=waterfall(
            Part(_("Before looking"), _("any two records"), model.prior_bits),
            [Part(bar.label, bar.words, bar.bits) for bar in bars],
            Part(_("Together"), "", weighed.weight_bits),
            marks={"join": model.join_bits},
        ),
        sentence=sentence_of(left, right),
        version=model.version,
        threshold_words=_("joined by itself from %s bits") % number_format(model.join_bits, 1),
    )


def sentence_of(left: dict[str, Any], right: dict[str, Any]) -> str:
    """What speaks for two records and what against, by their attributes. One query."""
    generic = generic_values()
    ours, theirs = (fold(each).telling(generic) for each in (left, right))
    return explain.sentence(ours, theirs)


def levels_in_words(levels: Mapping[str, str], bits: Mapping[str, float]) -> str:
    """What was found, strongest first, in one line: "same e-mail, similar family name"."""
    found = sorted(explain.bars(levels, bits), key=lambda bar: -abs(bar.bits))
    return ", ".join(f"{bar.label}: {bar.words}" for bar in found)
