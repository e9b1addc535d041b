"""Filters with the number of events behind each, counted under all other filters chosen.

Every number is a sum of the cells of `counting`, which one statement reads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from django.utils.translation import gettext as _

from profiles.desk.timeline.counting import Cell, cells, passes
from profiles.desk.timeline.filters import PERIODS, STATES, Filters
from profiles.desk.timeline.finding import Matches, matches
from profiles.desk.timeline.kinds import GROUPS
from profiles.models import SourceRecord


@dataclass(frozen=True)
class Chip:
    """A filter with the number of events behind it; `filters` is what choosing it gives."""

    label: str
    count: int | None  # None for what changes how rows are shown, not which
    is_on: bool
    filters: Filters


@dataclass(frozen=True)
class Facet:
    """Choices of which at most one is on; an empty one is not worth showing."""

    label: str
    chips: list[Chip]


@dataclass(frozen=True)
class Facets:
    """Everything a timeline can be narrowed by. `newest` is the last event's id, 0 for none.

    Where not all were counted, older events fit the filters, too.
    """

    groups: list[Chip]
    more: list[Facet]
    newest: int
    are_all_counted: bool = True


def facets(
    records: Sequence[SourceRecord], filters: Filters, found: Matches | None = None
) -> Facets:
    """What each filter would show beside the others that are on. One query.

    `found` are the events that say what is looked for, where that is known already.
    """
    found = found or matches(records, filters.find)
    counted = cells(records, found)
    sources = {record.source.slug: record.source.name for record in records}
    sources |= {
        cell.source: cell.source_name for cell in counted
    }  # notes have one of their own

    def under(but: str) -> list[Cell]:
        return [cell for cell in counted if passes(cell, filters, but=but)]

    return Facets(
        groups=_groups(under("kind"), filters),
        more=[
            _sources(under("source"), filters, sources),
            _states(under("state"), filters),
            _periods(under("period"), filters),
            _unfolding(filters),
        ],
        newest=max((cell.newest for cell in counted), default=0),
        are_all_counted=found is None or found.are_all,
    )


def _chip(label: object, found: Iterable[Cell], is_on: bool, chosen: Filters) -> Chip:
    return Chip(str(label), sum(cell.count for cell in found), is_on, chosen)


def _groups(found: Sequence[Cell], filters: Filters) -> list[Chip]:
    everything = replace(filters, groups=frozenset())
    chips = [_chip(_("All"), found, not filters.groups, everything)]
    for group, (label, _kinds) in GROUPS.items():
        of_group = [cell for cell in found if cell.group == group]
        if of_group or group in filters.groups:
            is_on = group in filters.groups
            chips.append(_chip(label, of_group, is_on, filters.toggled(group)))
    return chips


def _sources(found: Sequence[Cell], filters: Filters, sources: dict[str, str]) -> Facet:
    chips = []
    for slug, name in sorted(sources.items(), key=itemgetter(1)):
        is_on = filters.source == slug
        chosen = replace(filters, source="" if is_on else slug)
        of_source = [cell for cell in found if cell.source == slug]
        chips.append(_chip(name, of_source, is_on, chosen))
    return Facet(_("Source"), _worth_showing(chips, least=2))


def _states(found: Sequence[Cell], filters: Filters) -> Facet:
    chips = []
    for state, label in STATES.items():
        is_on = filters.state == state
        chosen = replace(filters, state="" if is_on else state)
        chips.append(
            _chip(label, [cell for cell in found if cell.state == state], is_on, chosen)
        )
    return Facet(_("State"), _worth_showing(chips))


def _periods(found: Sequence[Cell], filters: Filters) -> Facet:
    chips = []
    for period, (label, _span) in PERIODS.items():
        is_on = filters.period == period
        chosen = replace(filters, period="" if is_on else period)
        within = [cell for cell in found if cell.lies_in(period)]
        chips.append(_chip(label, within, is_on, chosen))
    return Facet(_("Period"), _worth_showing(chips))


def _unfolding(filters: Filters) -> Facet:
    chosen = replace(filters, each=not filters.each)
    return Facet(_("Rows"), [Chip(_("Each event"), None, filters.each, chosen)])


def _worth_showing(chips: Sequence[Chip], *, least: int = 1) -> list[Chip]:
    """Chips that would show something, or that are on; none where there are too few."""
    shown = [chip for chip in chips if chip.count or chip.is_on]
    return shown if len(shown) >= least or any(chip.is_on for chip in shown) else []
