"""Receipts of changes of membership: immutable rows that say what moved and why."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.utils import timezone

from c360.models import User
from c360.sql.arrays import id_array
from c360.sql.copying import NULL, copy_rows, escaped, escaped_json
from matching.models import MergeEvent
from matching.world import Linked, Pair, World

MOST_EVIDENCE = 10  # strongest links kept in a receipt


@dataclass(frozen=True)
class Cause:
    """Who brought a change about: a person's action, or new data (both empty)."""

    action: UUID | None = None
    actor: User | None = None


@dataclass(frozen=True)
class Move:
    """Records that went from one profile to another."""

    origin: str
    target: str
    records: tuple[int, ...]


def moves_between(before: Mapping[int, str], after: Mapping[int, str]) -> list[Move]:
    """Group the records whose profile changed by where they came from and went to."""
    moved: dict[tuple[str, str], list[int]] = defaultdict(list)
    for record_id in sorted(after):
        if before[record_id] != after[record_id]:
            moved[before[record_id], after[record_id]].append(record_id)
    return [Move(origin, to, tuple(ids)) for (origin, to), ids in sorted(moved.items())]


def write_receipts(
    world: World,
    *,
    before: Mapping[int, str],
    after: Mapping[int, str],
    model_version: str,
    cause: Cause,
    links: Collection[Linked],
) -> int:
    """Store one receipt for each move and say how many, by one statement.

    `links` are all that the records of this world have.
    """
    moves = moves_between(before, after)
    if not moves:
        return 0
    shared = (
        escaped(model_version),
        str(cause.action) if cause.action else NULL,
        str(cause.actor.pk) if cause.actor else NULL,
        timezone.now().isoformat(),
    )
    evidence = _Evidence(world, links)
    copy_rows(STORE, (shared + row for row in _rows(evidence, moves, before, after)))
    return len(moves)


STORE = """matching_mergeevent (model_version_id, action, actor_id, happened_at, kind,
    from_profile_id, to_profile_id, records, members_after, evidence, hash_before, hash_after)
"""


def _rows(
    evidence: "_Evidence",
    moves: Collection[Move],
    before: Mapping[int, str],
    after: Mapping[int, str],
) -> Iterator[tuple[str, ...]]:
    """What is in each receipt but in no other of its cause, as COPY takes it."""
    were, are = Groups(before), Groups(after)
    for move in moves:
        yield (
            _kind(move, before, were, are).value,
            move.origin,
            move.target,
            id_array(move.records),
            f"{{{are.text(move.target)}}}",
            escaped_json(evidence.of(move, are.members[move.target])),
            were.hash(move),
            are.hash(move),
        )


class Groups:
    """The records of each profile, ascending, and their text, made once for all its moves."""

    def __init__(self, profile_of: Mapping[int, str]) -> None:
        self.members: dict[str, list[int]] = defaultdict(list)
        for pk in sorted(profile_of):
            self.members[profile_of[pk]].append(pk)
        self._texts: dict[str, str] = {}

    def text(self, profile: str) -> str:
        """Record ids with commas between; empty where the profile has none."""
        text = self._texts.get(profile)
        if text is None:
            text = self._texts[profile] = ",".join(map(str, self.members.get(profile, ())))
        return text

    def hash(self, move: Move) -> str:
        """SHA-256 over the members of both profiles of a move, in record order."""
        one, other = move.origin, move.target
        if other < one:
            one, other = other, one
        text = f"{one}:{self.text(one)};{other}:{self.text(other)}"
        return hashlib.sha256(text.encode()).hexdigest()


def _kind(move: Move, before: Mapping[int, str], were: Groups, are: Groups) -> MergeEvent.Kind:
    joined = are.members[move.target]
    if any(before[pk] != move.origin for pk in joined):
        return MergeEvent.Kind.JOIN
    if set(were.members[move.origin]).difference(joined):
        return MergeEvent.Kind.SPLIT
    return MergeEvent.Kind.MOVE


class _Evidence:
    """Links and decisions that tie moved records to the others of their new profile."""

    def __init__(self, world: World, links: Collection[Linked]) -> None:
        self._links = _by_end((row[:2], row) for row in _rows_of(links))
        self._same = _by_end((pair, pair) for pair in world.same)
        self._different = _by_end((pair, pair) for pair in world.different)
        self._written: dict[Pair, str] = {}  # most links are in the receipts of both ends

    def of(self, move: Move, members: Collection[int]) -> str:
        """The evidence of a move as a JSON object."""
        moved = set(move.records)
        others = set(members) - moved
        links = _of_ends(self._links, moved)
        crossing = [row for pair, row in links.items() if _crosses(pair, moved, others)]
        told = f'{{"links":[{",".join(map(self._as_json, _strongest(crossing)))}],'
        if not (self._same or self._different):  # nobody has said anything of these records
            return told + '"same":[],"different":[]}'
        same = [pair for pair in _of_ends(self._same, moved) if _crosses(pair, moved, others)]
        different = _of_ends(self._different, moved)
        return f'{told}"same":{_pairs_as_json(same)},"different":{_pairs_as_json(different)}}}'

    def _as_json(self, row: "_Row") -> str:
        lo, hi, weight_bits, levels, bits = row
        known = self._written.get((lo, hi))
        if known is None:
            known = self._written[lo, hi] = (
                f'{{"lo":{lo},"hi":{hi},"weight_bits":{weight_bits!r},"levels":{levels},'
                f'"bits":{bits}}}'
            )
        return known


_Row = tuple[int, int, float, str, str]  # lo, hi, weight in bits; levels and bits as JSON
T = TypeVar("T")
ByEnd = Mapping[int, Mapping[Pair, T]]


def _by_end(things: Iterable[tuple[Pair, T]]) -> ByEnd[T]:
    """What is about a pair, found from either record of it."""
    found: dict[int, dict[Pair, T]] = defaultdict(dict)
    for pair, thing in things:
        for pk in pair:
            found[pk][pair] = thing
    return found


def _of_ends(things: ByEnd[T], records: Collection[int]) -> Mapping[Pair, T]:
    if len(records) == 1:
        [only] = records
        return things.get(only, {})
    return {pair: thing for pk in records if pk in things for pair, thing in things[pk].items()}


def _rows_of(links: Iterable[Linked]) -> list[_Row]:
    return [
        (each.lo, each.hi, each.scored.weight_bits, *each.scored.as_json)
        for each in links
        if each.joins
    ]


def _crosses(pair: Pair, moved: Collection[int], others: Collection[int]) -> bool:
    lo, hi = pair
    return (lo in moved and hi in others) or (hi in moved and lo in others)


def _strongest(links: Collection[_Row]) -> Collection[_Row]:
    if len(links) < 2:
        return links
    return sorted(links, key=lambda row: (-row[2], row[0], row[1]))[:MOST_EVIDENCE]


def _pairs_as_json(pairs: Collection[Pair]) -> str:
    return json.dumps(sorted(pairs)) if pairs else "[]"
