"""Shadow runs: which values customers would show by another version; nothing is changed."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_noop

from c360.jobs import Run, Unable
from c360.jobs.model import Job
from c360.jobs.working import start_once
from c360.models import User
from profiles.joined import members_of, overrides_of
from profiles.models import Profile, SurvivorshipVersion
from profiles.survivorship.choosing import golden_values
from profiles.survivorship.live import live_rules, rules_of
from profiles.survivorship.rules import OFFERED, Rules, RulesError

SIMULATE = "simulate_values"
SAMPLE = 20_000  # customers
AT_ONCE = 500
MOST_EXAMPLES = 20
Golden = Mapping[str, Mapping[str, Any]]
State = SurvivorshipVersion.State


class Flip(NamedTuple):
    """A value that another would take the place of: names of sources, and no values."""

    profile: str
    attribute: str
    before: str
    after: str


def start_simulation(version: SurvivorshipVersion, *, whole: bool, by: User) -> Job:
    """Have a worker try a version on a sample or on all customers.

    One that waits or runs already is returned instead of a second one.
    """
    return start_once(
        SIMULATE,
        about=version.version,
        started_by=by,
        version=version.version,
        most=None if whole else SAMPLE,
    )


def simulate(run: Run, *, version: str, most: int | None) -> dict[str, Any]:
    """The job: stores the report with the version and returns its figures, without examples."""
    rows = SurvivorshipVersion.objects.filter(version=version)
    try:
        rules = rules_of(version)
    except (SurvivorshipVersion.DoesNotExist, RulesError) as problem:
        raise Unable(str(problem)) from None
    report = report_of(rules, most=most, run=run)
    rows.update(report=report)
    rows.filter(state=State.DRAFT).update(state=State.SHADOW)
    return {name: told for name, told in report.items() if name != "examples"}


def report_of(
    rules: Rules, *, most: int | None = None, run: Run | None = None
) -> dict[str, Any]:
    """What would change if these rules held for all customers, counted over the first `most`.

    Ids of profiles are drawn by lot, so the first of them are a fair sample.
    """
    against, made_at = live_rules().version, timezone.now()
    stored = Profile.objects.filter(record_count__gt=0).count()
    found = _Found()
    for shown in _shown(most):
        _, members = members_of(shown)
        for profile, records in members.items():
            said = overrides_of(records)
            before = golden_values(records, rules_of(shown[profile]), said)
            found.add(profile, before, golden_values(records, rules, said))
        if run is not None:
            run.at(
                gettext_noop("Choosing values"), found.customers, min(stored, most or stored)
            )
    return {
        "against": against,
        "made_at": made_at.isoformat(timespec="microseconds"),
        "customers": found.customers,
        "customers_stored": stored,
        **found.told(),
    }


def _shown(most: int | None) -> Iterator[dict[str, str]]:
    """Shown customers and the version that chose their values, some hundred at a time."""
    last, left = "", most
    rows = Profile.objects.filter(record_count__gt=0).order_by("pk")
    while left is None or left > 0:
        size = AT_ONCE if left is None else min(AT_ONCE, left)
        shown = dict(rows.filter(pk__gt=last).values_list("pk", "rules_version")[:size])
        if not shown:
            return
        yield shown
        last, left = list(shown)[-1], None if left is None else left - size


class _Found:
    """What is counted on the way."""

    def __init__(self) -> None:
        self.customers = self.changed = 0
        self.flips: Counter[str] = Counter()
        self.moved: Counter[str] = Counter()
        self.examples: dict[str, list[Flip]] = defaultdict(list)

    def add(self, profile: str, before: Golden, after: Golden) -> None:
        self.customers += 1
        flips = list(flips_between(profile, before, after))
        self.changed += bool(flips)
        for flip in flips:
            self.flips[flip.attribute] += 1
            if len(self.examples[flip.attribute]) < MOST_EXAMPLES:
                self.examples[flip.attribute].append(flip)
        self.moved.update(_moved(before, after))

    def told(self) -> dict[str, Any]:
        columns = [self.examples[name] for name, _ in self.flips.most_common()]
        in_turn = [
            flip._asdict()
            for each in zip_longest(*columns)
            for flip in each
            if flip is not None
        ]
        return {
            "customers_changed": self.changed,
            "flips": dict(self.flips.most_common()),
            "other_source": dict(self.moved.most_common()),
            "examples": in_turn[:MOST_EXAMPLES],
        }


def flips_between(profile: str, before: Golden, after: Golden) -> Iterator[Flip]:
    """The attributes that show another value; parts of a name change with the name."""
    for name in _compared(before):
        if before[name]["value"] != after[name]["value"]:
            yield Flip(profile, name, before[name]["source"], after[name]["source"])


def _moved(before: Golden, after: Golden) -> list[str]:
    """Attributes whose value, the same or another, would rest on another source."""
    return [
        name for name in _compared(before) if before[name]["source"] != after[name]["source"]
    ]


def _compared(golden: Golden) -> list[str]:
    """Whatever the rules, the same attributes have a value."""
    return [name for name in golden if name.partition(".")[0] in OFFERED]
