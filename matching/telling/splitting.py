"""What the studio lists: who is joined and how firmly, and what taking some out would leave."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from matching.confidence import Bridge, Tie, strongest_ties, ties_among, weakest_bridge
from matching.deciding.impact import what_moves
from matching.deciding.preview import (
    Group,
    Preview,
    changed_groups,
    moved_records,
    preview_split,
)
from matching.telling.casefile import name_of
from profiles.desk.values import joined_records, label, phone_text, shown
from profiles.models import Override, Profile, SourceRecord
from profiles.survivorship.choosing import golden_values
from profiles.survivorship.live import live_rules
from profiles.survivorship.overrides import overrides_on
from profiles.survivorship.rules import Rules

SHOWN = ("full_name", "email", "phone")


@dataclass(frozen=True, slots=True)
class Member:
    """A joined record with the strongest reason it is here; `tie` is empty for none."""

    record: SourceRecord
    name: str
    emails: list[str]
    phones: list[str]
    tie: str
    is_weak: bool
    tie_bits: float = 0.0


@dataclass(frozen=True, slots=True)
class Value:
    """A golden value after the split, and what the customer shows now."""

    label: str
    after: str
    before: str

    @property
    def changes(self) -> bool:
        return self.after != self.before


@dataclass(frozen=True, slots=True)
class Part:
    """One of the profiles a split leaves. `is_new` where the records leave today's profile."""

    profile_id: str
    is_new: bool
    records: list[SourceRecord]
    values: list[Value]
    has: list[str]
    foretold: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a split would leave; `seen` is the fingerprint it was computed from."""

    parts: list[Part]
    moving: int
    preview: Preview

    @property
    def seen(self) -> str:
        return self.preview.fingerprint


def members_of(profile: Profile) -> tuple[list[Member], Bridge | None]:
    """The joined records, oldest first, and the weakest link between them. Three queries."""
    records = joined_records(profile)
    ids = [record.pk for record in records]
    ties = ties_among(ids)
    bridge = weakest_bridge(ids, ties)
    weak = bridge.side if bridge else frozenset()
    names = {record.pk: name_of(record) for record in records}
    strongest = strongest_ties(ids, ties)
    members = [
        Member(
            record=record,
            name=names[record.pk],
            emails=list(record.attributes.get("email", [])),
            phones=[phone_text(number) for number in record.attributes.get("phone", [])],
            tie=_tie_words(record.pk, strongest.get(record.pk), records),
            is_weak=record.pk in weak,
            tie_bits=strongest[record.pk].weight_bits if record.pk in strongest else 0.0,
        )
        for record in records
    ]
    return members, bridge


def _tie_words(record_id: int, tie: Tie | None, records: Iterable[SourceRecord]) -> str:
    """Who a record is tied to most strongly, and whether a person said so."""
    if tie is None:
        return ""
    other = tie.hi if tie.lo == record_id else tie.lo
    source = next(f"{r.source.name} {r.external_id}" for r in records if r.pk == other)
    if tie.is_held:
        return _("%s, by a lock") % source
    if tie.is_said:
        return _("%s, by a steward") % source
    return source


def plan_split(profile: Profile, record_ids: Collection[int]) -> Plan:
    """Preview taking records out: both resulting profiles with values and what they hold."""
    planned = preview_split(profile, record_ids)
    before, after = changed_groups(planned)
    records = _records(after)
    chosen = set(record_ids)
    rules, said = live_rules(), overrides_on(records)
    parts = [_part(group, {profile.pk: profile}, records, rules, said) for group in after]
    parts.sort(key=lambda part: bool({record.pk for record in part.records} & chosen))
    return Plan(parts, len(moved_records(before, after)), planned)


def _records(groups: Iterable[Group]) -> dict[int, SourceRecord]:
    ids = [pk for group in groups for pk in group.record_ids]
    return SourceRecord.objects.select_related("source").in_bulk(ids)


def parts_of(planned: Preview) -> list[Part]:
    """The customers a plan leaves, those it changes; each with what it shows and holds."""
    before, after = changed_groups(planned)
    profiles = Profile.objects.in_bulk([group.profile_id for group in before])
    records, rules = _records(after), live_rules()
    said = overrides_on(records)
    return [_part(group, profiles, records, rules, said) for group in after]


def _part(
    group: Group,
    profiles: Mapping[str, Profile],
    records: Mapping[int, SourceRecord],
    rules: Rules,
    said: Sequence[Override],
) -> Part:
    own = [records[pk] for pk in group.record_ids]
    golden = golden_values(own, rules, said)
    profile = profiles.get(group.profile_id)
    before = profile.golden if profile else next(iter(profiles.values())).golden
    return Part(
        profile_id=group.profile_id,
        is_new=profile is None,
        records=own,
        values=[_value(name, golden, before) for name in SHOWN],
        has=what_moves(group.record_ids),
    )


def _value(name: str, after: Mapping[str, dict], before: Mapping[str, dict]) -> Value:
    return Value(label(name), _text(name, after), _text(name, before))


def _text(name: str, golden: Mapping[str, dict]) -> str:
    return shown(name, golden[name]) if name in golden else ""
