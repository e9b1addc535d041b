"""What the page of a review case shows: both sides, their differences, and the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from c360.sentences import in_words
from c360.showing import note_access
from matching.core.differences import Row, compare
from matching.core.features import features_of
from matching.models import Reading, ReviewCase
from matching.queueing.picking import short_reasons
from matching.telling.compared import Folded, compared
from profiles.desk.values import label, name_as_given, phone_text
from profiles.models import SourceRecord

SINGLE = ("birth_date", "email", "phone", "organisation", "gender")
ADDRESS = ("line1", "city", "region", "postal_code", "country")


@dataclass(frozen=True, slots=True)
class Side:
    """One record, the profile it belongs to, and who else is joined there already."""

    record: SourceRecord
    name: str
    others: list[SourceRecord]

    @property
    def updated_at(self) -> datetime:
        """When the source changed the record; when it came, where the source does not say."""
        return self.record.source_updated_at or self.record.received_at


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as a page: `differing` rows first, `agreeing` ones are folded away.

    `compared` is what matching made of the values.
    """

    case: ReviewCase
    left: Side
    right: Side
    differing: list[Row]
    agreeing: list[Row]
    compared: list[Folded]
    reason: str
    short_reason: str
    detail: str
    overrides: str

    @property
    def larger(self) -> Side:
        """The side of which records can be picked out."""
        return max(self.left, self.right, key=lambda side: len(side.others))

    @property
    def sides(self) -> tuple[Side, Side]:
        return self.left, self.right


def open_file(case: ReviewCase) -> CaseFile:
    """Read what the page needs beyond `review.with_records`. One query."""
    joined = _joined(case.lo, case.hi)
    note_records(case.lo, case.hi)
    rows = compare(_fields(case.lo.attributes, case.hi.attributes))
    return CaseFile(
        case=case,
        left=_side(case.lo, joined),
        right=_side(case.hi, joined),
        differing=[row for row in rows if not row.agrees],
        agreeing=[row for row in rows if row.agrees],
        compared=compared(features_of(case.lo.attributes), features_of(case.hi.attributes)),
        reason=reason_words(case),
        short_reason=short_reason(case),
        detail=in_words(case.detail),
        overrides=override_words(case),
    )


def rows_of(case: ReviewCase) -> list[Row]:
    """Both records field by field, what differs first; notes that they are shown."""
    note_records(case.lo, case.hi)
    rows = compare(_fields(case.lo.attributes, case.hi.attributes))
    return sorted(rows, key=lambda row: row.agrees)


def open_blind(reading: Reading) -> CaseFile:
    """The two records of an answer as if nobody had decided: not who is joined with them."""
    case = ReviewCase(lo=reading.lo, hi=reading.hi, reason=ReviewCase.Reason.UNCERTAIN)
    found = open_file(case)
    return replace(
        found, left=replace(found.left, others=[]), right=replace(found.right, others=[])
    )


def note_records(*records: SourceRecord) -> None:
    """Note that these records are shown, and the customers they belong to now."""
    note_access(
        profiles=[record.membership.profile_id for record in records],
        records=[record.pk for record in records],
    )


def name_of(record: SourceRecord) -> str:
    """The name a source gave; its key where it gave none."""
    return name_as_given(record) or record.external_id


def reason_words(case: ReviewCase) -> str:
    """Why a person is asked, as a sentence."""
    return {
        "uncertain": _("Some evidence speaks for one person, but not enough to join them."),
        "identifier": _("Strong evidence, but they carry different verified identifiers."),
        "birth_date": _("Strong evidence, but their birth dates contradict each other."),
        "twins": _("They could be twins: much is shared, the given names differ."),
        "generation": _("They could be parent and child of one name."),
        "household": _("They could be two people of one household."),
        "weak_bridge": _("This one weak link would join two groups of records."),
        "size": _("Joining them would make an unusually large group."),
        "locked": _("Strong evidence, but a steward locked one of the two customers as it is."),
        "different": _("A person said some of these records are different people."),
        "reported": _("An agent reported that something is wrong here."),
        "audit": _("Drawn by lot: what would you say?"),
        "disputed": _("Two stewards answered this pair differently: look once more."),
    }[case.reason]


def short_reason(case: ReviewCase) -> str:
    """The reason in two or three words."""
    return short_reasons()[case.reason]


def override_words(case: ReviewCase) -> str:
    """What marking the pair as same would overrule; empty where nothing was refused."""
    return {
        "identifier": _("You override: different verified identifiers."),
        "birth_date": _("You override: different birth dates."),
        "twins": _("You override: signs of twins."),
        "generation": _("You override: signs of parent and child."),
        "household": _("You override: signs of two people of one household."),
        "weak_bridge": _("You override: a single weak link joins two groups."),
        "size": _("You override: the limit on the size of a group."),
        "different": _("You override: a person said these are different people."),
    }.get(case.reason, "")


def _joined(*records: SourceRecord) -> list[SourceRecord]:
    profiles = {record.membership.profile_id for record in records}
    others = SourceRecord.objects.live().filter(membership__profile__in=profiles)
    others = others.exclude(pk__in=[record.pk for record in records])
    return list(others.select_related("source", "membership").order_by("born_at", "pk"))


def _side(record: SourceRecord, joined: list[SourceRecord]) -> Side:
    profile = record.membership.profile_id
    others = [other for other in joined if other.membership.profile_id == profile]
    return Side(record, name_of(record), others)


def _fields(
    left: Mapping[str, Any], right: Mapping[str, Any]
) -> list[tuple[str, list[str], list[str]]]:
    """Label and both sides' values of every field that a person compares."""
    low, high = _texts(left), _texts(right)
    labels = [*low, *(name for name in high if name not in low)]
    return [(name, low.get(name, []), high.get(name, [])) for name in labels]


def _texts(attributes: Mapping[str, Any]) -> dict[str, list[str]]:
    """Label to values as people read them, in reading order, empty ones included."""
    address = attributes.get("address", {})
    texts = {
        label("full_name"): [_name(attributes)],
        _("Title"): _many(attributes.get("prefix")),
    }
    texts |= {label(name): _values(name, attributes.get(name)) for name in SINGLE}
    texts |= {_address_label(part): _many(address.get(part)) for part in ADDRESS}
    for group in ("identifiers", "custom"):
        known = attributes.get(group, {})
        texts |= {label(f"{group}.{name}"): _many(known[name]) for name in sorted(known)}
    return texts


def _name(attributes: Mapping[str, Any]) -> str:
    parts = ("given_name", "middle_name", "family_name", "suffix")
    return " ".join(attributes[part] for part in parts if attributes.get(part))


def _values(name: str, value: object) -> list[str]:
    texts = _many(value)
    return [phone_text(text) for text in texts] if name == "phone" else texts


def _many(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(each) for each in value if each]
    return [str(value)] if value else []


def _address_label(part: str) -> str:
    return {
        "line1": _("Address"),
        "city": _("Town"),
        "region": _("Region"),
        "postal_code": _("Postcode"),
        "country": _("Country"),
    }[part]
