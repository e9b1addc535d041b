"""What every action of a person does around what it says: locks, freshness, settling."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from c360.models import User
from matching.model import MatchModel
from matching.preview import fingerprint
from matching.receipts import Cause
from matching.refusals import Busy, StaleView
from matching.settle import settle
from matching.world import World, load_world
from profiles.locking import ComponentsKeepMoving, lock_components


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


def settle_for(act: Act, then: World, model: MatchModel) -> Outcome:
    """Settle a locked world of which somebody has just said something."""
    cause = Cause(action=act.id, actor=act.decided_by)
    receipts = settle(then.members.keys(), model=model, cause=cause, world=then)
    return Outcome(act.id, receipts)
