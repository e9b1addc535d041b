"""What the pages about survivorship read: which value of a customer is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _

from c360.models import User
from c360.showing import note_access
from matching.review import ask_permission
from matching.rules.page import Line
from profiles.desk.values import label, shown
from profiles.joined import members_of, overrides_of
from profiles.models import Profile, SurvivorshipVersion
from profiles.survivorship.choosing import golden_values
from profiles.survivorship.live import live_version, rules_of
from profiles.survivorship.rules import OFFERED, Strategy


def version_for(user: User, name: str) -> SurvivorshipVersion:
    """The one door to a version; asks who wants to know before it looks."""
    ask_permission(user)
    live_version()  # the rules that ship are stored when somebody first looks
    try:
        return SurvivorshipVersion.objects.select_related("made_by").get(version=name)
    except SurvivorshipVersion.DoesNotExist:
        raise Http404 from None


def strategy_words(strategy: str) -> str:
    """A strategy as people say it."""
    return {
        Strategy.COMPLETE: _("complete before partial"),
        Strategy.NEWEST: _("newest"),
        Strategy.PRIORITY: _("rank of the source"),
        Strategy.FREQUENT: _("what most records agree on"),
        Strategy.FIRST: _("what its record names first"),
        Strategy.VERIFIED: _("verified by its source"),
    }[Strategy(strategy)]


def lines(version: SurvivorshipVersion, live: SurvivorshipVersion) -> list[Line]:
    """Each attribute as the live version and as this one decide it."""
    return [
        Line(label(name), _in_words(live.spec, name), _in_words(version.spec, name))
        for name in OFFERED
    ]


def _in_words(spec: Mapping[str, Any], name: str) -> str:
    words = ", ".join(strategy_words(each) for each in spec["strategies"][name])
    if trusted := spec["trust"].get(name):
        return _("%(order)s (trusted: %(sources)s)") % {
            "order": words,
            "sources": ", ".join(trusted),
        }
    return words


@dataclass(frozen=True, slots=True)
class Told:
    """The report of a version as the page shows it: attribute, values that flip, that move."""

    report: Mapping[str, Any]
    by_attribute: Sequence[tuple[str, int, int]]
    values: int
    moved: int


def told(version: SurvivorshipVersion) -> Told | None:
    """The report of a version, if there is one."""
    report = version.report
    if not report:
        return None
    flips, moved = report["flips"], report["other_source"]
    names = [*flips, *(name for name in moved if name not in flips)]
    rows = [(label(name), flips.get(name, 0), moved.get(name, 0)) for name in names]
    return Told(report, rows, sum(flips.values()), sum(moved.values()))


@dataclass(frozen=True, slots=True)
class Example:
    """One value that would flip, as it is shown now and as it would be."""

    profile: str
    name: str
    attribute: str
    label: str
    now: str
    now_from: str
    then: str
    then_from: str


def examples(version: SurvivorshipVersion) -> list[Example]:
    """The examples of a report, worked out again from the records as they are now.

    Those whose customer is gone, or that have settled otherwise meanwhile, are left out. Notes
    whom it shows.
    """
    asked = [(each["profile"], each["attribute"]) for each in _asked(version)]
    profiles = Profile.objects.filter(record_count__gt=0).in_bulk({pk for pk, _ in asked})
    _live, members = members_of(list(profiles))
    rules = rules_of(version.version)
    then = {
        pk: golden_values(records, rules, overrides_of(records))
        for pk, records in members.items()
    }
    found = []
    for pk, attribute in asked:
        if pk in then and attribute in profiles[pk].golden and attribute in then[pk]:
            now, other = profiles[pk].golden[attribute], then[pk][attribute]
            if now["value"] != other["value"]:
                found.append(_example(profiles[pk], attribute, now, other))
    note_access(
        profiles=[each.profile for each in found],
        fields=sorted({each.attribute for each in found}),
        results=len(found),
    )
    return found


def _asked(version: SurvivorshipVersion) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (version.report or {}).get("examples", [])
    return found


def _example(
    profile: Profile, attribute: str, now: dict[str, Any], then: dict[str, Any]
) -> Example:
    return Example(
        profile=profile.pk,
        name=profile.display_name,
        attribute=attribute,
        label=label(attribute),
        now=shown(attribute, now),
        now_from=now["source"],
        then=shown(attribute, then),
        then_from=then["source"],
    )
