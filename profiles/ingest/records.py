"""The one way in for person records: rows of a file or a call become records with versions.

One batch is one transaction: payloads, records, what they can be found by, profiles of new
ones, and whatever the listeners of `records_changed` derive. A row that cannot be taken in is
quarantined and never stops the others. Batches may be repeated, may overlap and may run at the
same time; the number of queries does not depend on their size.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from profiles.ingest import quarantine, record_rows
from profiles.ingest.arrivals import STORED, Arrival, Outcome, State, Step, fold
from profiles.ingest.quarantine import BadRow
from profiles.ingest.reading import Reading, ReadRow, Row, read_rows, take_read
from profiles.ingest.suppression import ERASED, refused_keys
from profiles.ingest.waiting import attach_waiting
from profiles.mappings.records import RecordMapping
from profiles.models import Source, SourceMapping, SourceRecord, Suppression
from profiles.signals import RecordChange, records_changed

__all__ = ["Counts", "ReadRow", "Row", "Stored", "store_read", "store_rows"]

APPLIED = frozenset({Outcome.NEW, Outcome.CHANGED, Outcome.DELETED})


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows did what; each row counts once."""

    new: int = 0
    changed: int = 0
    same: int = 0
    deleted: int = 0
    older: int = 0
    suppressed: int = 0
    quarantined: int = 0

    def plus(self, other: "Counts") -> "Counts":
        mine, others = self.as_dict(), other.as_dict()
        return Counts(**{name: mine[name] + others[name] for name in mine})

    def as_dict(self) -> dict[str, int]:
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch did.

    `record_ids` and `outcomes` go by external id; where a key came twice, its last row counts.
    `bad` are the refused rows in the order they came, `notes` remarks without values.
    """

    counts: Counts
    record_ids: dict[str, int] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    bad: list[BadRow] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)


def store_rows(
    source: Source, mapping: SourceMapping, rows: Iterable[Row | BadRow], *, origin: str
) -> Stored:
    """Read rows through a mapping and store them, in one transaction.

    `origin` names the file or the call for the people who mend quarantined rows.
    """
    reader = RecordMapping.parse(mapping.spec)
    batch = Batch(source, mapping.pk, reader.key.name, read_rows(reader, rows))
    return store(batch, mapping, origin=origin)


def store_read(
    source: Source, mapping: SourceMapping | None, rows: Iterable[ReadRow], *, origin: str
) -> Stored:
    """Store rows whose attributes came ready made, in one transaction.

    A quarantined row is settled by a later one with the same `external_id` in its payload.
    """
    batch = Batch(source, mapping.pk if mapping else None, "external_id", take_read(rows))
    return store(batch, mapping, origin=origin)


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows that were read, and where they belong."""

    source: Source
    mapping_id: int | None
    key_column: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Taken:
    """One record of the batch and what its rows did to it."""

    pk: int
    key: str
    born_at: datetime
    was_held: bool
    steps: list[Step]

    @property
    def state(self) -> State:
        return self.steps[-1].state

    @property
    def applied(self) -> Step | None:
        """The last row that changed the record, if any did."""
        return next((each for each in reversed(self.steps) if each.outcome in APPLIED), None)


@transaction.atomic
def store(batch: Batch, mapping: SourceMapping | None, *, origin: str) -> Stored:
    """Store what was read; the records of the batch stay locked until the end."""
    now = timezone.now()
    refused = refused_keys(
        batch.source.slug, [each.read.external_id for each in batch.reading.arrivals]
    )
    taken = list(_take(batch, refused, now))
    _write(batch, taken)
    good, suppressed, erased = without_refused(batch.reading.arrivals, refused)
    bad = sorted(batch.reading.bad + erased, key=lambda placed: placed[0])
    quarantine.settle_and_keep(
        batch.source,
        mapping,
        texts=[each.text for each in good],
        last_good={each.read.external_id: each.position for each in good},
        bad=bad,
        key_column=batch.key_column,
        origin=origin,
        at=now,
    )
    _tell(batch, taken)
    return Stored(
        counts=count(
            (each.steps for each in taken), suppressed=suppressed, quarantined=len(bad)
        ),
        record_ids={each.key: each.pk for each in taken},
        outcomes={each.key: each.steps[-1].outcome for each in taken},
        bad=[row for _, row in bad],
        notes=batch.reading.notes,
    )


def without_refused(
    arrivals: Iterable[Arrival], refused: Mapping[str, str]
) -> tuple[list[Arrival], int, list[tuple[int, BadRow]]]:
    """Part rows from suppressed ones: some leave no trace but a count, some are quarantined."""
    good: list[Arrival] = []
    suppressed, held_back = 0, []
    for each in arrivals:
        mode = refused.get(each.read.external_id)
        if mode is None:
            good.append(each)
        elif mode == Suppression.Mode.QUARANTINE:
            held_back.append((each.position, BadRow(each.payload, ERASED, each.line)))
        else:
            suppressed += 1
    return good, suppressed, held_back


def by_key(arrivals: Iterable[Arrival], refused: Mapping[str, str]) -> dict[str, list[Arrival]]:
    found: dict[str, list[Arrival]] = defaultdict(list)
    for each in arrivals:
        if each.read.external_id not in refused:
            found[each.read.external_id].append(each)
    return found


def count(records: Iterable[Sequence[Step]], *, suppressed: int, quarantined: int) -> Counts:
    found = Counter(step.outcome for steps in records for step in steps)
    return Counts(
        new=found[Outcome.NEW],
        changed=found[Outcome.CHANGED],
        same=found[Outcome.SAME] + found[Outcome.RESTATED],
        deleted=found[Outcome.DELETED],
        older=found[Outcome.OLDER],
        suppressed=suppressed,
        quarantined=quarantined,
    )


def _take(batch: Batch, refused: dict[str, str], now: datetime) -> Iterator[Taken]:
    """Insert new records as their rows leave them, lock the others and fold theirs.

    `refused` grows by keys whose record turns out to have been erased while we waited for it.
    """
    rows = by_key(batch.reading.arrivals, refused)
    as_new = {
        key: fold(None, arrivals, mapping_id=batch.mapping_id, now=now)
        for key, arrivals in rows.items()
    }
    born = record_rows.insert_or_lock(
        batch.source, {key: steps[-1].state for key, steps in as_new.items()}, born_at=now
    )
    for key, pk in born.items():
        yield Taken(pk, key, now, was_held=False, steps=as_new[key])
    held = record_rows.read_held(batch.source, batch.mapping_id, rows.keys() - born.keys())
    erased = [key for key, (_, _, state) in held.items() if state.erased_at]
    if erased:
        refused |= refused_keys(batch.source.slug, erased)
    states = record_rows.with_known_versions(
        {pk: state for pk, _, state in held.values()},
        [(held[key][0], each.content_hash) for key in held for each in rows[key]],
    )
    for key, (pk, born_at, _) in held.items():
        if key not in refused:
            steps = fold(states[pk], rows[key], mapping_id=batch.mapping_id, now=now)
            yield Taken(pk, key, born_at, was_held=True, steps=steps)


def _write(batch: Batch, taken: Sequence[Taken]) -> None:
    """Write versions, records, identifiers, and the profiles new records are born with."""
    rewritten = (*APPLIED, Outcome.RESTATED)
    record_rows.update_records(
        {
            each.pk: each.state
            for each in taken
            if each.was_held and any(step.outcome in rewritten for step in each.steps)
        }
    )
    record_rows.insert_versions(
        [(each.pk, step) for each in taken for step in each.steps if step.outcome in STORED],
        batch.mapping_id,
    )
    applied = [each for each in taken if each.applied]
    record_rows.replace_identifiers(
        {each.pk: each.state.attributes or {} for each in applied},
        held=[each.pk for each in applied if each.was_held],
    )
    born = {each.key: each.pk for each in taken if not each.was_held}
    if born:
        record_rows.insert_profiles(born.values())
        attach_waiting(batch.source, born)


def _tell(batch: Batch, taken: Sequence[Taken]) -> None:
    """Send the news inside the transaction: whoever listens writes with us or undoes us."""
    changes = [change for each in taken for change in _changes(batch.source, each)]
    if changes:
        records_changed.send(sender=SourceRecord, changes=changes)


def _changes(source: Source, taken: Taken) -> Iterator[RecordChange]:
    """One piece of news for each stored row; only the last one applied is current.

    A row that another mapping found more consent in is told as one that is not current.
    """
    for step in taken.steps:
        if step.outcome in STORED or step.outcome is Outcome.RESTATED:
            is_current = step is taken.applied
            yield RecordChange(
                record=_record(source, taken, step.state),
                attributes=dict(step.state.attributes or {}) if is_current else {},
                consent=step.arrival.read.consent,
                is_current=is_current,
                received_payload_hash=step.arrival.content_hash,
                read=step.arrival.read.attributes,
            )


def _record(source: Source, taken: Taken, state: State) -> SourceRecord:
    """The record as the row left it, without asking the database again."""
    record = SourceRecord(
        pk=taken.pk,
        external_id=taken.key,
        version=state.version,
        attributes=state.attributes or {},
        content_hash=state.content_hash,
        mapping_id=state.mapping_id,
        source_updated_at=state.updated_at,
        born_at=taken.born_at,
        received_at=state.received_at,
        deleted_at=state.deleted_at,
        erased_at=state.erased_at,
        source=source,
    )
    record._state.adding = False
    return record
