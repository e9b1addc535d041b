"""Receipts of consent by ISO/IEC TS 27560, in JSON-LD with the W3C Data Privacy Vocabulary.

Pure: facts in, a dictionary out. A receipt names the record by number, never a value of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "legal-eu": "https://w3id.org/dpv/legal/eu#",
    "legal-gb": "https://w3id.org/dpv/legal/gb#",
    "pd": "https://w3id.org/dpv/pd#",
    "loc": "https://w3id.org/dpv/loc#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "c360": "urn:c360:ns#",
    **{
        name: {"@type": "@id"}
        for name in (
            "dpv:hasPurpose",
            "dpv:hasPersonalData",
            "dpv:hasLegalBasis",
            "dpv:hasDataController",
            "dpv:isIndicatedBy",
            "dpv:isExercisedAt",
            "dpv:hasJurisdiction",
            "dpv:hasApplicableLaw",
            "dct:conformsTo",
        )
    },
    "dpv:isIndicatedAtTime": {"@type": "xsd:dateTime"},
}
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#"
STATUS = {
    "requested": "dpv:ConsentRequested",
    "granted": "dpv:ConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
    "objected": "dpv:ConsentWithdrawn",
    "invalidated": "dpv:ConsentInvalidated",
    "corrected": "dpv:ConsentInvalidated",
}
UNKNOWN = "dpv:ConsentUnknown"  # a yes without the text that was shown proves nothing
RENEWED, EXPIRED = "dpv:RenewedConsentGiven", "dpv:ConsentExpired"
DATA = {
    "email": "pd:EmailAddress",
    "sms": "pd:TelephoneNumber",
    "phone": "pd:TelephoneNumber",
    "post": "pd:PhysicalAddress",
}
LAW = {"GB": "legal-gb:law-GDPR"}
# Where the GDPR holds: the European Union and the EEA.
EU = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU",
        "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE",
        "SI", "SK",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """The text people were shown, as published."""

    name: str
    language: str
    jurisdiction: str
    published_at: datetime
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One ledger entry of the thread; `valid_until` ends a yes."""

    entry_id: UUID
    decision: str
    stated_at: datetime
    method: str
    by_subject: bool
    chain: int
    seq: int
    row_hash: str
    notice: Notice | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """All that was said about one contact point under one purpose and channel, in order."""

    record_ref: UUID
    purpose: str
    purpose_iri: str
    channel: str
    months: int | None
    controller: str
    organisation: str
    withdraw_at: str
    storage_country: str
    events: Sequence[Event]


def receipt(thread: Thread, event: Event, *, now: datetime) -> dict[str, Any]:
    """The receipt of `event`, which is one of the thread, as a JSON-LD document."""
    record = _record(thread, event, now)
    return {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{uuid5(event.entry_id, 'receipt')}",
        "@type": "dpv:ConsentReceipt",
        "dct:identifier": str(uuid5(event.entry_id, "receipt")),
        "dct:created": now.isoformat(),
        "dct:conformsTo": f"{PROFILE}receipt-eu-gdpr",
        "dpv:hasRecordOfActivity": [record],
    }


def _record(thread: Thread, event: Event, now: datetime) -> dict[str, Any]:
    notice = event.notice or next((e.notice for e in thread.events if e.notice), None)
    country = notice.jurisdiction[:2] if notice else ""
    control = {"dpv:isExercisedAt": thread.withdraw_at} if thread.withdraw_at else {}
    return {
        "@id": f"urn:uuid:{event.entry_id}",
        "@type": "dpv:ConsentRecord",
        "dct:identifier": str(event.entry_id),
        "dct:conformsTo": f"{PROFILE}record-eu-gdpr",
        "dpv:hasDataSubject": {
            "@id": f"urn:uuid:{thread.record_ref}",
            "@type": "dpv:DataSubject",
        },
        "dpv:hasDataController": {
            "@id": thread.controller,
            "@type": "dpv:DataController",
            "dct:title": thread.organisation,
        },
        **({"dpv:hasJurisdiction": f"loc:{country}"} if country else {}),
        **({"dpv:hasApplicableLaw": law} if (law := _law(country)) else {}),
        "dpv:hasProcess": [_process(thread)],
        "dpv:hasNotice": [_notice(notice)],
        "dpv:hasConsentControl": [
            {"@type": ["dpv:ProvideConsent", "dpv:WithdrawConsent"], **control}
        ],
        "dpv:hasRight": [{"@type": ["dpv:DataSubjectRight", "eu-gdpr:A7-3"], **control}],
        "dpv:hasConsentStatus": _statuses(thread, now),
        "c360:ledgerPlace": [f"{each.chain}/{each.seq}" for each in thread.events],
        "c360:rowHash": [f"sha256:{each.row_hash}" for each in thread.events],
    }


def _law(country: str) -> str:
    return LAW.get(country, "legal-eu:law-GDPR" if country in EU else "")


def _process(thread: Thread) -> dict[str, Any]:
    return {
        "@type": "dpv:Process",
        "dct:title": thread.purpose,
        "dpv:hasPurpose": thread.purpose_iri or "dpv:Purpose",
        "dpv:hasPersonalData": DATA.get(thread.channel, "dpv:PersonalData"),
        "dpv:hasLegalBasis": "eu-gdpr:A6-1-a",
        "dpv:hasStorageCondition": [
            {"@type": "dpv:StorageDuration", "dpv:hasDuration": _duration(thread.months)},
            {
                "@type": "dpv:StorageLocation",
                "dpv:hasLocation": {"@id": f"loc:{thread.storage_country}"},
            },
        ],
    }


def _duration(months: int | None) -> dict[str, str]:
    """How long a yes lasts; without an end until it is taken back."""
    if months is None:
        return {"@type": "dpv:UntilEventDuration", "rdf:value": "until consent is withdrawn"}
    return {"@type": "dpv:TemporalDuration", "rdf:value": f"P{months}M"}


def _notice(notice: Notice | None) -> dict[str, Any]:
    if notice is None:
        title = "not known: no text came with the statement"
        return {"@type": "dpv:ConsentNotice", "dct:title": title, "dct:language": "und"}
    return {
        "@id": f"urn:c360:policy:{notice.name.replace(' ', ':')}",
        "@type": "dpv:ConsentNotice",
        "dct:title": notice.name,
        "dct:language": notice.language,
        "dct:date": notice.published_at.date().isoformat(),
        "c360:sha256": notice.sha256,
    }


def _statuses(thread: Thread, now: datetime) -> list[dict[str, Any]]:
    found = []
    was_given = False
    for event in thread.events:
        found.append(_status(event, thread, is_renewal=was_given))
        was_given = was_given or event.decision == "granted"
    last = thread.events[-1]
    if last.decision == "granted" and last.valid_until and last.valid_until <= now:
        expired = {
            "@type": [EXPIRED],
            "dpv:isIndicatedBy": thread.controller,
            "dpv:hasIndicationMethod": "the time it was given for is over",
            "dpv:isIndicatedAtTime": last.valid_until.isoformat(),
        }
        found.append(expired)
    return found


def _status(event: Event, thread: Thread, *, is_renewal: bool) -> dict[str, Any]:
    kinds = [STATUS[event.decision]]
    if event.decision == "granted" and event.notice is None:
        kinds = [UNKNOWN]
    elif event.decision == "granted":
        kinds = [RENEWED if is_renewal else STATUS["granted"], "dpv:ExpressedConsent"]
    by = "dpv:DataSubject" if event.by_subject else thread.controller
    status: dict[str, Any] = {
        "@type": kinds,
        "dpv:isIndicatedBy": by,
        "dpv:hasIndicationMethod": event.method,
        "dpv:isIndicatedAtTime": event.stated_at.isoformat(),
    }
    if event.decision == "granted":
        status["dpv:hasDuration"] = _duration(thread.months)
    return status
