"""What a steward can choose to show, and what would then change; nothing is stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from profiles.joined import JoinedOverride, members_of, overrides_of
from profiles.models import Profile
from profiles.survivorship.choosing import golden_values
from profiles.survivorship.live import rules_of
from profiles.survivorship.overrides import Preferred, value_hash
from profiles.survivorship.rules import OFFERED

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Offer:
    """A value that can be shown: the one that is, or one that lost."""

    preferred: Preferred
    entry: Entry
    is_shown: bool

    @property
    def key(self) -> str:
        """Names it in a form, without the value."""
        return "-".join(map(str, self.preferred))


@dataclass(frozen=True, slots=True)
class Flip:
    """A value that another would take the place of."""

    attribute: str
    now: Entry
    then: Entry


@dataclass(frozen=True, slots=True)
class Foretold:
    """What choosing a value would do: what flips, and what is shown again after it ends."""

    flips: list[Flip]
    afterwards: Entry


def offers(profile: Profile, attribute: str) -> list[Offer]:
    """The values of an attribute, the one that is shown first; none where it has none."""
    entry = profile.golden.get(attribute)
    if entry is None or attribute.partition(".")[0] not in OFFERED:
        return []
    found: dict[Preferred, Offer] = {}
    for each in (entry, *entry["losers"]):
        preferred = Preferred(each["record"], value_hash(attribute, each["value"]))
        found.setdefault(preferred, Offer(preferred, each, each is entry))
    return list(found.values())


def foretell(profile: Profile, attribute: str, preferred: Preferred) -> Foretold | None:
    """What a customer would show if a steward chose this now; `None` where it has gone.

    One query, and one more for rules that are not known yet.
    """
    version, members = members_of([profile.pk])
    records, rules = members.get(profile.pk, []), rules_of(version)
    others = [
        each
        for each in overrides_of(records)
        if (each.record_id, each.attribute) != (preferred.record, attribute)
    ]
    now = timezone.now()
    said = JoinedOverride("new", preferred.record, attribute, preferred.value_hash, now, now)
    then = golden_values(records, rules, [*others, said])
    if then.get(attribute, {}).get("override", {}).get("id") != said.pk:
        return None
    afterwards = golden_values(records, rules, others)[attribute]
    return Foretold(list(_flips(profile.golden, then)), afterwards)


def _flips(now: Mapping[str, Entry], then: Mapping[str, Entry]) -> Iterator[Flip]:
    """Attributes that would show something else; parts of a name change with the name."""
    for name, entry in then.items():
        shown = now.get(name)
        if name.partition(".")[0] in OFFERED and shown and shown["value"] != entry["value"]:
            yield Flip(name, shown, entry)
