"""What makes joining customers so risky that a second person must agree. Pure.

A wrong join shows one person's life to another, so it is the join that is looked at twice:
large ones, ones against the evidence or against an earlier word, and those of the young.
Nothing is asked about consent here: joining opens no channel, whoever decides it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

from django.utils.translation import gettext as _

from matching.core.features import Features
from matching.core.guards import in_conflict

MOST_RECORDS = 5
MOST_EVENTS = 50
ADULT_YEARS = 18


class Caution(StrEnum):
    """Why a second person is asked."""

    RECORDS = "records"
    EVENTS = "events"
    BIRTH_DATE = "birth_date"
    IDENTIFIER = "identifier"
    TOLD_APART = "told_apart"
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class Join:
    """A join as cautions see it: the groups that become one, record by record.

    `moving_events` happened to records that will answer to another profile; `told_apart` says
    that a person once said of two records across the groups that they are not the same.
    """

    groups: Sequence[Sequence[Features]]
    moving_events: int
    told_apart: bool
    today: date


def cautions_of(join: Join, *, one_per_person: Collection[str]) -> list[str]:
    """Return the codes that hold for a join, in the order they are told."""
    found = {
        Caution.TOLD_APART: join.told_apart,
        Caution.BIRTH_DATE: _any_across(join, _born_apart),
        Caution.IDENTIFIER: _any_across(join, _numbered_apart(one_per_person)),
        Caution.MINOR: any(
            _is_minor(each, join.today) for group in join.groups for each in group
        ),
        Caution.RECORDS: sum(map(len, join.groups)) > MOST_RECORDS,
        Caution.EVENTS: join.moving_events > MOST_EVENTS,
    }
    return [code.value for code, holds in found.items() if holds]


Side = Sequence[Features]


def _any_across(join: Join, conflict: Callable[[Side, Side], bool]) -> bool:
    return any(conflict(left, right) for left, right in combinations(join.groups, 2))


def _born_apart(left: Side, right: Side) -> bool:
    """Both sides state whole birth dates, and not one in common."""
    ours, theirs = ({each.birth for each in side if all(each.birth)} for side in (left, right))
    return bool(ours and theirs and ours.isdisjoint(theirs))


def _numbered_apart(one_per_person: Collection[str]) -> Callable[[Side, Side], bool]:
    def conflict(left: Side, right: Side) -> bool:
        return any(
            namespace in one_per_person
            for ours in left
            for theirs in right
            for namespace in in_conflict(ours, theirs)
        )

    return conflict


def _is_minor(features: Features, today: date) -> bool:
    year, month, day = features.birth
    if not year:
        return False
    return (year + ADULT_YEARS, month or 12, day or 31) > (today.year, today.month, today.day)


def caution_words(code: str) -> str:
    """A code as a sentence for the page."""
    return {
        Caution.RECORDS: _("More than %d records become one customer.") % MOST_RECORDS,
        Caution.EVENTS: _("More than %d events move to another customer.") % MOST_EVENTS,
        Caution.BIRTH_DATE: _("The two sides state different birth dates."),
        Caution.IDENTIFIER: _("The two sides carry different verified identifiers."),
        Caution.TOLD_APART: _("A person said before that they are not the same."),
        Caution.MINOR: _("One of them is under %d years old.") % ADULT_YEARS,
    }[Caution(code)]
