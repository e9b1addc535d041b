"""Receipts of consent, read as other systems read linked data: without asking anybody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from pyld import jsonld

from consent.stating.receipts import Event, Notice, Thread, receipt
from tests.consent.statements import day

TERMS = frozenset((Path(__file__).parent / "dpv" / "terms.txt").read_text("utf-8").split())
DPV = "https://w3id.org/dpv"
NOTICE = Notice(
    name="marketing GB/en v2",
    language="en",
    jurisdiction="GB",
    published_at=day(0),
    sha256="ab" * 32,
)


def event(decision: str, number: int, **facts: Any) -> Event:
    known: dict[str, Any] = {"notice": NOTICE if decision == "granted" else None, **facts}
    return Event(
        entry_id=UUID(int=number),
        decision=decision,
        stated_at=day(number),
        method="Told to an agent",
        by_subject=decision not in ("invalidated", "corrected"),
        chain=2026,
        seq=number,
        row_hash="cd" * 32,
        **known,
    )


def thread(*events: Event, **facts: Any) -> Thread:
    known: dict[str, Any] = {
        "record_ref": UUID(int=7),
        "purpose": "Marketing",
        "purpose_iri": f"{DPV}#DirectMarketing",
        "channel": "email",
        "months": 24,
        "controller": "urn:c360:org:harbour-pine",
        "organisation": "Harbour & Pine",
        "withdraw_at": "https://harbourpine.example/consent/",
        "storage_country": "GB",
        "events": events,
        **facts,
    }
    return Thread(**known)


def refuse(url: str, options: dict[str, Any]) -> Any:
    raise AssertionError(f"a receipt asked the network for {url}")


def expanded(told: Thread, number: int = 0) -> dict[str, Any]:
    """The receipt of one event of a thread, expanded; nothing is fetched."""
    document = receipt(told, told.events[number], now=day(40))
    (found,) = jsonld.expand(document, {"documentLoader": refuse})
    return dict(found)


def iris(node: Any) -> Iterator[str]:
    """Every name of a thing, kind or property in an expanded document."""
    if isinstance(node, list):
        for each in node:
            yield from iris(each)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "@id":
                yield value
            elif key == "@type":
                yield from value if isinstance(value, list) else [value]
            elif key != "@value":
                yield key
                yield from iris(value)


def record_of(document: dict[str, Any]) -> dict[str, Any]:
    (record,) = document[f"{DPV}#hasRecordOfActivity"]
    return dict(record)


def statuses(told: Thread) -> list[list[str]]:
    found = record_of(expanded(told))[f"{DPV}#hasConsentStatus"]
    return [[kind.rpartition("#")[2] for kind in each["@type"]] for each in found]


EVERYTHING = [
    *("requested", "granted", "granted", "refused", "withdrawn", "objected"),
    *("invalidated", "corrected"),
]


@pytest.mark.parametrize("channel", ["email", "sms", "phone", "post"])
@pytest.mark.parametrize("country", ["GB", "IE", "DE"])
@pytest.mark.parametrize("months", [24, None])
def test_every_name_in_a_receipt_is_one_the_vocabulary_has(
    channel: str, country: str, months: int | None
) -> None:
    notice = replace(NOTICE, jurisdiction=country)
    events = [
        event(decision, number, notice=notice) for number, decision in enumerate(EVERYTHING)
    ]
    told = thread(*events, channel=channel, months=months, storage_country=country)

    names = {each for each in iris(expanded(told)) if each.startswith(DPV)}

    assert len(names) > 30
    assert names <= TERMS


def test_a_receipt_without_a_text_or_a_term_has_only_known_names_too() -> None:
    told = thread(event("granted", 1, notice=None), purpose_iri="", withdraw_at="")

    assert {each for each in iris(expanded(told)) if each.startswith(DPV)} <= TERMS


def test_a_receipt_has_what_iso_27560_asks_for() -> None:
    document = expanded(thread(event("granted", 1)))
    record = record_of(document)
    (process,) = record[f"{DPV}#hasProcess"]
    (notice,) = record[f"{DPV}#hasNotice"]
    (status,) = record[f"{DPV}#hasConsentStatus"]
    dct = "http://purl.org/dc/terms/"

    for node, names in (
        (document, [f"{dct}conformsTo", f"{dct}identifier", f"{dct}created"]),
        (record, [f"{dct}conformsTo", f"{dct}identifier", f"{DPV}#hasDataSubject"]),
        (record, [f"{DPV}#hasDataController", f"{DPV}#hasConsentControl", f"{DPV}#hasRight"]),
        (process, [f"{DPV}#{part}" for part in ("hasPurpose", "hasPersonalData")]),
        (process, [f"{DPV}#{part}" for part in ("hasLegalBasis", "hasStorageCondition")]),
        (notice, [f"{dct}language", f"{dct}date", "urn:c360:ns#sha256"]),
        (status, [f"{DPV}#isIndicatedBy", f"{DPV}#isIndicatedAtTime", f"{DPV}#hasDuration"]),
    ):
        for name in names:
            assert node[name], name
    assert status[f"{DPV}#isIndicatedAtTime"][0]["@type"].endswith("#dateTime")


def test_each_statement_of_the_thread_is_a_status_in_its_order() -> None:
    told = thread(*(event(decision, number) for number, decision in enumerate(EVERYTHING)))

    assert statuses(told) == [
        ["ConsentRequested"],
        ["ConsentGiven", "ExpressedConsent"],
        ["RenewedConsentGiven", "ExpressedConsent"],
        ["ConsentRefused"],
        ["ConsentWithdrawn"],
        ["ConsentWithdrawn"],
        ["ConsentInvalidated"],
        ["ConsentInvalidated"],
    ]


def test_a_yes_without_the_text_shown_proves_nothing_and_says_so() -> None:
    assert statuses(thread(event("granted", 1, notice=None))) == [["ConsentUnknown"]]


@pytest.mark.parametrize(("days", "is_over"), [(39, True), (41, False)])
def test_a_yes_that_has_run_out_is_told(days: int, is_over: bool) -> None:
    told = thread(event("granted", 1, valid_until=day(0) + timedelta(days=days)))

    assert (["ConsentExpired"] in statuses(told)) == is_over


def test_what_the_person_did_not_say_is_indicated_by_the_organisation() -> None:
    told = thread(event("granted", 1), event("invalidated", 2))

    given, found_invalid = record_of(expanded(told))[f"{DPV}#hasConsentStatus"]

    assert given[f"{DPV}#isIndicatedBy"][0]["@id"] == f"{DPV}#DataSubject"
    assert found_invalid[f"{DPV}#isIndicatedBy"][0]["@id"] == "urn:c360:org:harbour-pine"


def test_the_same_statement_has_the_same_receipt_whenever_it_is_asked() -> None:
    told = thread(event("granted", 1))

    first, later = (receipt(told, told.events[0], now=day(n)) for n in (40, 50))

    assert first["@id"] == later["@id"]
    assert first["dpv:hasRecordOfActivity"] == later["dpv:hasRecordOfActivity"]
