"""What stewards chose to show, as pages tell it, and the values they can choose from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from profiles.desk.values import IN_THE_NAME, joined_records, label, shown
from profiles.models import Override, Profile, SourceRecord
from profiles.survivorship.offering import Foretold, Offer
from profiles.survivorship.overrides import last_day, says


@dataclass(frozen=True, slots=True)
class Chosen:
    """A steward's override: whether its value is shown, and else whether it is said still."""

    override: Override
    is_shown: bool
    is_said: bool

    @property
    def last_day(self) -> date:
        return last_day(self.override)


@dataclass(frozen=True, slots=True)
class Offered:
    """A value that can be chosen, as people read it."""

    key: str
    display: str
    source: str
    external_id: str
    since: datetime | None
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A value that would take the place of another; with what it is called."""

    attribute: str
    label: str
    now: str
    then: str


def chosen(profile: Profile, attribute: str = "") -> list[Chosen]:
    """What stewards said of a value, or of all, and nobody has ended.

    First what is shown, then the latest. Two queries.
    """
    about = "full_name" if attribute in IN_THE_NAME else attribute
    records = {record.pk: record for record in joined_records(profile)}
    found = [
        _chosen(each, records[each.record_id], profile)
        for each in standing_on(profile)
        if about in ("", each.attribute) and each.record_id in records
    ]
    return sorted(found, key=lambda each: not each.is_shown)


def standing_on(profile: Profile) -> list[Override]:
    """Every override that stands on the records of a profile, the latest first. One query."""
    rows = Override.objects.standing().filter(record__membership__profile=profile)
    return list(rows.select_related("said_by", "record__source").order_by("-said_at", "-pk"))


def _chosen(override: Override, record: SourceRecord, profile: Profile) -> Chosen:
    entry = profile.golden.get(override.attribute, {})
    is_shown = entry.get("override", {}).get("id") == str(override.pk)
    return Chosen(override, is_shown, says(record, override.attribute, override.value_hash))


def offered(profile: Profile, attribute: str, found: Sequence[Offer]) -> list[Offered]:
    """The values a steward can choose from, as people read them. One query."""
    records = {record.pk: record for record in joined_records(profile)}
    return [_offered(attribute, each, records.get(each.preferred.record)) for each in found]


def _offered(attribute: str, offer: Offer, record: SourceRecord | None) -> Offered:
    since = offer.entry.get("since")
    return Offered(
        key=offer.key,
        display=shown(attribute, dict(offer.entry)),
        source=record.source.name if record and record.source.name else offer.entry["source"],
        external_id=record.external_id if record else "",
        since=parse_datetime(since) if since else None,
        is_shown=offer.is_shown,
    )


def changes(foretold: Foretold) -> list[Change]:
    """What would flip, as people read it."""
    return [
        Change(
            flip.attribute,
            label(flip.attribute),
            _text(flip.attribute, flip.now),
            _text(flip.attribute, flip.then),
        )
        for flip in foretold.flips
    ]


def afterwards(attribute: str, foretold: Foretold) -> str:
    """What would be shown again once the choice has ended."""
    return _text(attribute, foretold.afterwards)


def _text(attribute: str, entry: Mapping[str, Any]) -> str:
    return shown(attribute, dict(entry))
