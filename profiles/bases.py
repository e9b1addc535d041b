"""Whom to ask on what basis data is held: bases are known above `profiles`, and asked for here.

Whoever knows them answers the signals below; `consent.bases` does.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.dispatch import Signal

from profiles.mappings.records import ADDRESS_PARTS, NAME_PARTS, EventMapping, RecordMapping
from profiles.models import Source, SourceMapping

AnyMapping = RecordMapping | EventMapping
PARSERS: dict[str, Callable[[Mapping[str, object]], AnyMapping]] = {
    SourceMapping.Reads.RECORDS: RecordMapping.parse,
    SourceMapping.Reads.EVENTS: EventMapping.parse,
}
PARTS = {  # attributes of a mapping that a golden value is put together from
    "full_name": NAME_PARTS,
    **dict.fromkeys(NAME_PARTS, ("full_name",)),
    "address": tuple(f"address.{part}" for part in ADDRESS_PARTS),
}

# Asked before anything of a source is taken in and before it is made active, with `source`,
# `mapping` (a parsed one) and `is_new` (its declarations are not stored yet). Receivers answer
# a list of complaints; with any, nothing is taken.
mapping_checked = Signal()

# Sent inside the transaction that stored a new version of a mapping, with `source`, `mapping`
# and `before` (the parsed version before, or None). What receivers raise undoes it.
mapping_stored = Signal()

# Asked by pages and ingest, with `source` and `attributes`. Receivers answer `HeldBasis` rows.
bases_asked = Signal()


@dataclass(frozen=True, slots=True)
class HeldBasis:
    """Why an attribute of a source is held, in words, and how many days after last seen.

    `is_limited` of what law lets us use for nothing else: legal obligations, special data.
    """

    purpose: str
    basis: str
    retention_days: int
    special_condition: str = ""
    reference: str = ""
    is_limited: bool = False


def complaints(source: Source, mapping: AnyMapping, *, is_new: bool = False) -> list[str]:
    """What forbids taking in rows by this mapping, in sentences; empty if nothing does."""
    return list(_answers(mapping_checked, source=source, mapping=mapping, is_new=is_new))


def complaints_of(source: Source) -> list[str]:
    """What forbids switching a source on: complaints about its newest mappings."""
    if source.pk is None:
        return []
    newest = source.mappings.order_by("reads", "-version").distinct("reads")
    return [
        each
        for stored in newest
        for each in complaints(source, PARSERS[stored.reads](stored.spec))
    ]


def bases_of(source: Source, attribute: str) -> list[HeldBasis]:
    """The bases of a golden value of this source, or of `events`; each once.

    Names and addresses are put together from several attributes, and have the bases of all.
    """
    sent_as = [attribute, *PARTS.get(attribute, ())]
    return list(dict.fromkeys(_answers(bases_asked, source=source, attributes=sent_as)))


def retention(source: Source, attribute: str) -> timedelta | None:
    """How long an attribute is kept after last seen, by its longest basis; None without."""
    days = [each.retention_days for each in bases_of(source, attribute)]
    return timedelta(days=max(days)) if days else None


def _answers(signal: Signal, **facts: Any) -> Iterator[Any]:
    for _receiver, said in signal.send(sender=Source, **facts):
        yield from said or ()
