"""What the customer page says of a person: records, freshness, values and their reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from c360.once import once
from profiles.bases import HeldBasis, bases_of
from profiles.models import Profile, Source, SourceRecord

LABELS = {
    "full_name": gettext_lazy("Name"),
    "given_name": gettext_lazy("Given name"),
    "family_name": gettext_lazy("Family name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "birth_date": gettext_lazy("Born"),
    "gender": gettext_lazy("Gender"),
    "address": gettext_lazy("Address"),
    "organisation": gettext_lazy("Organisation"),
}
PARTS = {  # what only records and mappings name
    "prefix": gettext_lazy("Title"),
    "middle_name": gettext_lazy("Middle name"),
    "suffix": gettext_lazy("Name suffix"),
    "address.line1": gettext_lazy("Street and number"),
    "address.city": gettext_lazy("Town"),
    "address.region": gettext_lazy("Region"),
    "address.postal_code": gettext_lazy("Postal code"),
    "address.country": gettext_lazy("Country"),
    "events": gettext_lazy("Events"),
    "identifiers": gettext_lazy("Identifiers"),
    "custom": gettext_lazy("Own attributes"),
    "verified": gettext_lazy("Verified"),
}
ICONS = {
    "full_name": "user", "email": "mail", "phone": "phone", "birth_date": "calendar",
    "address": "pin", "organisation": "building",
}  # fmt: skip
IN_THE_NAME = ("given_name", "family_name")


@dataclass(frozen=True)
class Field:
    """One golden value as a page shows it; `display` is plain text of one or more lines."""

    attribute: str
    label: str
    display: str
    icon: str
    others: int  # values that lost and differ
    record: int | None = None  # the record whose value was chosen


@dataclass(frozen=True)
class Loser:
    """A value that was not chosen, and why."""

    display: str
    source: str
    external_id: str
    since: datetime | None
    reason: str


@dataclass(frozen=True)
class Provenance:
    """Where a golden value comes from and which rule chose it."""

    field: Field
    source: str
    external_id: str
    since: datetime | None
    received_at: datetime | None
    bases: list[HeldBasis]
    rule: str
    rules_version: str
    losers: list[Loser]

    @property
    def is_limited(self) -> bool:
        """Whether every basis limits the use by law; false where there is none at all."""
        return bool(self.bases) and all(held.is_limited for held in self.bases)


@dataclass(frozen=True)
class Freshness:
    """How old the newest data of one source is; `is_stale` by the source's own limit."""

    source: Source
    records: int
    at: datetime
    is_stale: bool


@once
def joined_records(profile: Profile) -> list[SourceRecord]:
    """The live records joined here with their sources, oldest first. One query."""
    records = SourceRecord.objects.live().filter(membership__profile=profile)
    return list(records.select_related("source").order_by("born_at", "pk"))


def name_as_given(record: SourceRecord) -> str:
    """The name as the source has it, or its organisation; empty where it sent neither."""
    parts = ("prefix", "given_name", "middle_name", "family_name", "suffix")
    name = " ".join(record.attributes[part] for part in parts if record.attributes.get(part))
    return name or str(record.attributes.get("organisation", ""))


def freshness(records: Sequence[SourceRecord]) -> list[Freshness]:
    """One entry per source, in the order of its oldest record here."""
    by_source: dict[Source, list[SourceRecord]] = {}
    for record in records:
        by_source.setdefault(record.source, []).append(record)
    return [_freshness(source, of_source) for source, of_source in by_source.items()]


def _freshness(source: Source, records: Sequence[SourceRecord]) -> Freshness:
    newest = max(record.received_at for record in records)
    limit = source.max_age_days
    is_stale = limit is not None and timezone.now() - newest > timedelta(days=limit)
    return Freshness(source, len(records), newest, is_stale)


def fields(profile: Profile) -> list[Field]:
    """The golden values in reading order; account numbers last."""
    order = list(LABELS)
    known = sorted(
        (name for name in profile.golden if name not in IN_THE_NAME),
        key=lambda name: (order.index(name) if name in order else len(order), name),
    )
    return [field_of(profile, name) for name in known]


def field_of(profile: Profile, attribute: str) -> Field:
    """One golden value. Raises `KeyError` where the profile has none of that name."""
    golden = profile.golden[attribute]
    display = shown(attribute, golden)
    others = {display_text(loser) for loser in golden.get("losers", ())}
    others -= {display_text(golden)}
    return Field(
        attribute,
        label(attribute),
        display,
        ICONS.get(attribute, ""),
        len(others),
        golden.get("record"),
    )


def label(attribute: str) -> str:
    """The word for an attribute; `identifiers.loyalty_card` reads "Loyalty card"."""
    known = LABELS.get(attribute) or PARTS.get(attribute)
    bare = attribute.rpartition(".")[2].replace("_", " ").capitalize()
    return str(known) if known else bare


def phone_text(number: str) -> str:
    """`+447700900909` as people read it, `+44 7700 900909`; anything else as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def shown(attribute: str, entry: dict[str, Any]) -> str:
    """The text of a golden value or a loser as people read values of its kind."""
    text = display_text(entry)
    if attribute == "phone":
        return phone_text(text)
    return date_text(text) if attribute == "birth_date" else text


def date_text(text: str) -> str:
    """`1984-03-02` as people read it, `2 March 1984`; a partial date as it is."""
    day = parse_date(text) if len(text) == 10 else None
    return date_format(day, "DATE_FORMAT") if day else text


def display_text(golden: dict[str, Any]) -> str:
    """The text of a golden value or a loser, from its stored display or its value."""
    shown = golden.get("display") or golden.get("value") or ""
    if isinstance(shown, dict):
        order = ("line1", "city", "region", "postal_code", "country")
        return "\n".join(str(shown[part]) for part in order if shown.get(part))
    return ", ".join(map(str, shown)) if isinstance(shown, list) else str(shown)


def provenance(profile: Profile, attribute: str) -> Provenance:
    """Everything that is known about one golden value. Three queries; `KeyError` if none."""
    golden = profile.golden[attribute]
    lost = golden.get("losers", [])
    records = SourceRecord.objects.select_related("source").in_bulk(
        [entry["record"] for entry in (golden, *lost) if entry.get("record")]
    )
    record = records.get(golden.get("record"))
    source = record.source if record else None
    return Provenance(
        field=field_of(profile, attribute),
        source=source.name if source else golden.get("source", ""),
        external_id=record.external_id if record else "",
        since=_time(golden.get("since")),
        received_at=record.received_at if record else None,
        bases=bases_of(source, attribute) if source else [],
        rule=rule_words(golden.get("rule", "")),
        rules_version=profile.rules_version,
        losers=[_loser(attribute, entry, records.get(entry.get("record"))) for entry in lost],
    )


def _loser(attribute: str, entry: dict[str, Any], record: SourceRecord | None) -> Loser:
    return Loser(
        display=shown(attribute, entry),
        source=record.source.name if record else entry.get("source", ""),
        external_id=record.external_id if record else "",
        since=_time(entry.get("since")),
        reason=rule_words(entry.get("reason", "")),
    )


def _time(text: str | None) -> datetime | None:
    return parse_datetime(text) if text else None


def rule_words(code: str) -> str:
    """A rule or a reason of survivorship as a sentence; unknown ones as they are."""
    return {
        "only": _("The only value there is."),
        "newest": _("The newest value wins."),
        "priority": _("The source with the higher rank wins."),
        "frequent": _("The value most records agree on wins."),
        "complete": _("A complete value goes before a partial one."),
        "first": _("The record names this value first."),
        "verified": _("A value its source has verified goes before others."),
        "override": _("A steward chose this value."),
        "tie": _("No rule tells them apart: the first by source and record number is shown."),
        "older": _("An older value."),
        "outranked": _("From a source of lower rank."),
        "rarer": _("Fewer records agree on it."),
        "partial": _("Less complete."),
        "unverified": _("Not verified by its source."),
        "later": _("Not named first by its record."),
        "overridden": _("The rules would go by it; a steward chose another value."),
    }.get(code, code)
