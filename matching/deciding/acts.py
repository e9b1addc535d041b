"""What every action of a person does around what it says: locks, freshness, settling."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils import timezone

from c360.models import User
from matching.core.model import MatchModel
from matching.deciding.preview import fingerprint
from matching.models.word import Word
from matching.receipts import Cause
from matching.refusals import Busy, StaleView
from matching.settle import settle
from matching.world import Pair, World, load_world
from profiles.locking import ComponentsKeepMoving, lock_components

W = TypeVar("W", bound=Word)
K = TypeVar("K", int, Pair)  # a record or two


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did; `action` is what undoes it."""

    action: uuid.UUID
    receipts: int


@dataclass(frozen=True, slots=True)
class Act:
    """One action of one person, as its rows have it."""

    kind: str
    decided_by: User
    reason: str = ""
    undoes: uuid.UUID | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)


def open_world(record_ids: Collection[int]) -> World:
    """Lock the components of these records and read them. Raises `Busy`."""
    try:
        return load_world(lock_components(record_ids))
    except ComponentsKeepMoving as error:
        raise Busy from error


def compare_seen(seen: str, record_ids: Collection[int]) -> None:
    """Raise `StaleView` where the records are others than when `seen` was made; empty skips."""
    if seen and seen != fingerprint(record_ids):
        raise StaleView


def write_words(
    model: type[W], said: Mapping[K, Mapping[str, Any]], current: Mapping[K, W], act: Act
) -> None:
    """Add one row of an action for each thing `said`, by the pair or record it is about.

    The `current` row of the same thing is superseded, never edited away.
    """
    now = timezone.now()
    rows = model._default_manager
    rows.filter(pk__in=[row.pk for row in current.values()]).update(superseded_at=now)
    rows.bulk_create(
        model(
            **facts,
            action=act.id,
            kind=act.kind,
            undoes=act.undoes,
            reason=act.reason,
            decided_by=act.decided_by,
            decided_at=now,
            supersedes=current.get(about),
        )
        for about, facts in sorted(said.items())
    )


def settle_for(act: Act, then: World, model: MatchModel) -> Outcome:
    """Settle a locked world of which somebody has just said something."""
    cause = Cause(action=act.id, actor=act.decided_by)
    receipts = settle(then.members.keys(), model=model, cause=cause, world=then)
    return Outcome(act.id, receipts)
