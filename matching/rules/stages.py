"""How far a source is trusted: it climbs when a person says so, and falls by itself.

`observe` takes no part, `suggest` asks a person about every match, `assist` joins and has every
fifth join checked, `auto` joins and has every fiftieth checked.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from c360.models import User
from matching.live import live_model
from matching.models import StageChange
from matching.rules.precision import LONG_AGO, Right, fewest, of_source, would_join
from matching.rules.publishing import in_percent
from matching.rules.topics import announce_rules
from profiles.models import Source

logger = logging.getLogger(__name__)

Stage = Source.Stage
ORDER = [Stage.OBSERVE, Stage.SUGGEST, Stage.ASSIST, Stage.AUTO]
FALLS_TO = {Stage.AUTO: Stage.ASSIST, Stage.ASSIST: Stage.SUGGEST}
NEWS = timedelta(days=14)  # how long the menu counts a source that fell


class StageRefused(Exception):
    """A source does not climb; the words say what is missing."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A source at its stage, the evidence since it came there, and what it may climb to."""

    source: Source
    evidence: Right
    above: Stage | None
    below: Stage | None
    problem: str
    last: StageChange | None

    @property
    def fell(self) -> bool:
        return self.last is not None and self.last.kind == StageChange.Kind.FELL

    @property
    def above_words(self) -> str:
        return str(self.above.label) if self.above else ""

    @property
    def below_words(self) -> str:
        return str(self.below.label) if self.below else ""


def standings() -> list[Standing]:
    """All active sources; a query for the changes and one for each source."""
    last = last_changes()
    return [standing_of(each, last) for each in Source.objects.filter(is_active=True)]


def last_changes() -> Mapping[int, StageChange]:
    """The newest change of each source. One query."""
    newest = StageChange.objects.order_by("source_id", "-pk").distinct("source_id")
    return {change.source_id: change for change in newest.select_related("by")}


def standing_of(source: Source, last: Mapping[int, StageChange] | None = None) -> Standing:
    """One source and what speaks for or against its stage."""
    change = (last_changes() if last is None else last).get(source.pk)
    place = ORDER.index(Stage(source.stage))
    evidence = _evidence(source, change)
    above = ORDER[place + 1] if place + 1 < len(ORDER) else None
    return Standing(
        source=source,
        evidence=evidence,
        above=above,
        below=ORDER[place - 1] if place else None,
        problem=_problem(source, evidence) if above else "",
        last=change,
    )


def _evidence(source: Source, change: StageChange | None) -> Right:
    """Answers since the source came to its stage: older ones were about another stage."""
    since = change.at if change else LONG_AGO
    if source.stage in (Stage.OBSERVE, Stage.SUGGEST):
        return would_join(source.pk, join_bits=live_model().join_bits, since=since)
    return of_source(source.slug, since=since)


def _problem(source: Source, evidence: Right) -> str:
    """What is missing to climb. To be asked about needs no evidence: people answer then."""
    if source.stage == Stage.OBSERVE or (evidence.is_enough and evidence.holds):
        return ""
    if not evidence.is_enough:
        return _("%(answered)d of %(fewest)d answers that are needed") % {
            "answered": evidence.answered,
            "fewest": fewest(),
        }
    return _("the lower end, %(low)s %%, is below the floor") % {
        "low": in_percent(evidence.low)
    }


@transaction.atomic
def move(source: Source, *, to: str, by: User) -> StageChange:
    """Let a source climb or step down by one stage. Raises `StageRefused`.

    Climbing needs evidence, stepping down needs none. Its records are resolved again.
    """
    locked = Source.objects.select_for_update().get(pk=source.pk)
    standing = standing_of(locked)
    if to not in (standing.above, standing.below):
        raise StageRefused(_("The stage has changed meanwhile. Look again."))
    if to == standing.above and standing.problem:
        raise StageRefused(_("Not yet: %s.") % standing.problem)
    return _store(locked, Stage(to), standing.evidence, by)


def step_back_where_due() -> list[StageChange]:
    """Let sources fall whose joins are no longer sure to be right. Safe to repeat."""
    fallen = []
    for source in Source.objects.filter(is_active=True, stage__in=FALLS_TO):
        with transaction.atomic():
            locked = Source.objects.select_for_update().get(pk=source.pk)
            standing = standing_of(locked)
            to = FALLS_TO.get(Stage(locked.stage))
            if to is not None and standing.evidence.has_fallen:
                fallen.append(_store(locked, to, standing.evidence, None))
                logger.warning("source %s stepped back to %s", locked.slug, to.value)
    return fallen


def _store(source: Source, to: Stage, evidence: Right, by: User | None) -> StageChange:
    change = StageChange.objects.create(
        source=source,
        kind=StageChange.Kind.SET if by else StageChange.Kind.FELL,
        before=source.stage,
        after=to,
        evidence=evidence.as_json(),
        by=by,
    )
    source.stage = to
    source.save(update_fields=["stage"])  # matching hears of it and looks at its records again
    announce_rules()
    return change


def fallen_lately() -> int:
    """How many sources fell and were not set by a person since: what the menu counts."""
    since = timezone.now() - NEWS
    return sum(
        change.kind == StageChange.Kind.FELL and change.at >= since
        for change in last_changes().values()
    )
