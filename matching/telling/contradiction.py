"""Why a decision would contradict what is known already, told step by step."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from matching.models import Decision, Hold
from matching.telling.casefile import name_of, note_records
from profiles.models import SourceRecord


@dataclass(frozen=True, slots=True)
class Step:
    """Two records of a chain and what ties them or keeps them apart."""

    left: str
    right: str
    left_profile: str
    right_profile: str
    verb: str
    said: str


def steps_of(chain: Sequence[int]) -> list[Step]:
    """The steps from the first record of a chain to its last. Three queries."""
    records = SourceRecord.objects.select_related("source", "membership").in_bulk(list(chain))
    note_records(*records.values())
    said = Decision.objects.binding().filter(lo__in=chain, hi__in=chain)
    words = {(row.lo_id, row.hi_id): row for row in said.select_related("decided_by")}
    locks = dict(Hold.objects.binding().filter(record__in=chain).values_list("record", "lock"))
    return [
        _step(
            records[a],
            records[b],
            words.get((min(a, b), max(a, b))),
            is_held=a in locks and locks[a] == locks.get(b),
        )
        for a, b in pairwise(chain)
        if a in records and b in records
    ]


def _step(
    left: SourceRecord, right: SourceRecord, decision: Decision | None, *, is_held: bool
) -> Step:
    return Step(
        left=_full_name(left),
        right=_full_name(right),
        left_profile=left.membership.profile_id,
        right_profile=right.membership.profile_id,
        verb=_verb(decision, is_held=is_held),
        said=said_by(decision) if decision else "",
    )


def _full_name(record: SourceRecord) -> str:
    return f"{name_of(record)} ({record.source.name})"


def _verb(decision: Decision | None, *, is_held: bool) -> str:
    if decision is None:
        return _("is locked together with") if is_held else _("is linked to")
    same = decision.verdict == Decision.Verdict.SAME
    return _("is the same person as") if same else _("is not the same person as")


def said_by(decision: Decision) -> str:
    """Who said it and when, e.g. "said Sol, 3 May 2026"."""
    day = date_format(timezone.localtime(decision.decided_at), "DATE_FORMAT")
    return _("said %(who)s, %(day)s") % {"who": decision.decided_by, "day": day}
