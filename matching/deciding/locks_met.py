"""Which locked customers a planned join adds to, and how much of it their locks do not hold."""

from collections.abc import Iterator
from dataclasses import dataclass

from matching.deciding.holds import locks_on
from matching.deciding.preview import Group, Preview, changed_groups
from matching.models import Hold


@dataclass(frozen=True, slots=True)
class LockMet:
    """A locked customer that records of others would join.

    `word` is what a steward said when locking it; `unheld` counts the records that would join
    and that no lock holds.
    """

    profile_id: str
    word: Hold
    unheld: int


def locks_met(planned: Preview) -> tuple[LockMet, ...]:
    """The locks that a planned decision meets, oldest first. One query where there are any."""
    growing = list(_growing(planned))
    if not growing:
        return ()
    holds, by_any = planned.then.held, _held(planned)
    return tuple(
        LockMet(home.profile_id, word, len(new - by_any))
        for word in locks_on([pk for home, _new in growing for pk in home.record_ids])
        for home, new in growing
        if holds[str(word.lock)].intersection(home.record_ids)
    )


def _growing(planned: Preview) -> Iterator[tuple[Group, frozenset[int]]]:
    """Each customer with locked records that would get others, and these."""
    locked = _held(planned)
    before, after = changed_groups(planned)
    for home in before:
        held = locked.intersection(home.record_ids)
        for group in after:
            new = frozenset(group.record_ids).difference(home.record_ids)
            if new and held.intersection(group.record_ids):
                yield home, new


def _held(planned: Preview) -> frozenset[int]:
    """All records that some lock holds."""
    return frozenset[int]().union(*planned.then.held.values())
