"""What arriving rows do to a record: a pure fold, without the database.

Versions are ordered by the time their source gives them (`source_updated_at`). An older row
never changes a newer record, deletions included; it is kept as history. Between equal or
missing times the later arrival wins, unless it is a repetition: a row that is stored already
changes nothing, so that delivering an earlier file again never turns a record back. A source
that never says when can therefore not return to a content it had before; mapping `updated_at`
is what makes that visible.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from profiles.mappings.records import ReadRecord


class Outcome(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    DELETED = "deleted"
    OLDER = "older"
    SAME = "same"
    RESTATED = "restated"  # read anew by another mapping, which only found more consent


STORED = frozenset({Outcome.NEW, Outcome.CHANGED, Outcome.DELETED, Outcome.OLDER})


@dataclass(frozen=True, slots=True)
class Arrival:
    """A row that could be read. `text` is its payload as canonical JSON."""

    read: ReadRecord
    payload: dict[str, Any]
    text: str
    content_hash: str
    position: int
    line: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a record. `known` are hashes of its versions, as far as they matter.

    `updated_at` is the newest time any current version had: a row without a time does not
    open the door to older ones. `attributes` may be left out (`None`) where `mapping_id` is
    the mapping in use.
    """

    version: int
    content_hash: str
    mapping_id: int | None
    attributes: dict[str, Any] | None
    updated_at: datetime | None
    received_at: datetime
    deleted_at: datetime | None = None
    erased_at: datetime | None = None
    known: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True, slots=True)
class Step:
    """One row, what it did, when it came, and the record after it."""

    arrival: Arrival
    outcome: Outcome
    at: datetime
    state: State


def fold(
    state: State | None, arrivals: Iterable[Arrival], *, mapping_id: int | None, now: datetime
) -> list[Step]:
    """Let rows of one record arrive one after the other, a microsecond apart."""
    steps: list[Step] = []
    for number, arrival in enumerate(arrivals):
        at = now + timedelta(microseconds=number)
        outcome = _outcome(state, arrival, mapping_id)
        state = _after(state, arrival, outcome, mapping_id, at)
        steps.append(Step(arrival, outcome, at, state))
    return steps


def _outcome(state: State | None, arrival: Arrival, mapping_id: int | None) -> Outcome:
    read = arrival.read
    if state is not None and state.erased_at is None:  # an erased one only begins anew
        if arrival.content_hash == state.content_hash:
            return _reread(state, read, mapping_id)
        if arrival.content_hash in state.known:
            return Outcome.SAME
        if read.updated_at and state.updated_at and read.updated_at < state.updated_at:
            return Outcome.OLDER
    if read.deleted:
        return Outcome.DELETED
    return Outcome.CHANGED if state else Outcome.NEW


def _reread(state: State, read: ReadRecord, mapping_id: int | None) -> Outcome:
    """The current payload came again: only another mapping may find something new in it."""
    if state.mapping_id == mapping_id or read.deleted:
        return Outcome.SAME
    if state.attributes is not None and state.attributes != read.attributes:
        return Outcome.CHANGED
    return Outcome.RESTATED if read.consent else Outcome.SAME


def _after(
    state: State | None,
    arrival: Arrival,
    outcome: Outcome,
    mapping_id: int | None,
    at: datetime,
) -> State:
    read = arrival.read
    if state is not None and outcome is Outcome.OLDER:
        return replace(state, known=state.known | {arrival.content_hash})
    if state is not None and outcome is Outcome.RESTATED:
        return replace(state, mapping_id=mapping_id, attributes=read.attributes)
    if state is not None and outcome is Outcome.SAME:
        return state
    before = state.updated_at if state and state.erased_at is None else None
    times = [each for each in (before, read.updated_at) if each]
    known = state.known | {state.content_hash} if state else frozenset()
    return State(
        version=state.version + 1 if state else 1,
        content_hash=arrival.content_hash,
        mapping_id=mapping_id,
        attributes={} if read.deleted else read.attributes,
        updated_at=max(times, default=None),
        received_at=at,
        deleted_at=(read.updated_at or at) if read.deleted else None,
        known=known | {arrival.content_hash},
    )
