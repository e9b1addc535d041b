"""Receipts of changes of membership: immutable rows that say what moved and why."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from c360.models import User
from matching.models import MergeEvent
from matching.world import Pair, World

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


Groups = Mapping[str, list[int]]


def write_receipts(
    world: World,
    *,
    before: Mapping[int, str],
    after: Mapping[int, str],
    model_version: str,
    cause: Cause,
) -> list[MergeEvent]:
    """Store one receipt for each move and return them."""
    moves = moves_between(before, after)
    if not moves:
        return []
    evidence = _Evidence(world, moves)
    were, are = _groups(before), _groups(after)
    receipts = [
        MergeEvent(
            kind=_kind(move, before, were, are),
            from_profile_id=move.origin,
            to_profile_id=move.target,
            records=list(move.records),
            members_after=are[move.target],
            evidence=evidence.of(move, are[move.target]),
            model_version_id=model_version,
            action=cause.action,
            actor=cause.actor,
            hash_before=_hash(were, move),
            hash_after=_hash(are, move),
        )
        for move in moves
    ]
    _store(receipts)
    return receipts


STORE = """
INSERT INTO matching_mergeevent (kind, from_profile_id, to_profile_id, records, members_after,
    evidence, model_version_id, action, actor_id, happened_at, hash_before, hash_after)
SELECT * FROM json_to_recordset(%s::json) AS new(kind varchar, from_profile_id varchar,
    to_profile_id varchar, records bigint[], members_after bigint[], evidence jsonb,
    model_version_id varchar, action uuid, actor_id bigint, happened_at timestamptz,
    hash_before varchar, hash_after varchar)
"""
COLUMNS = (
    *("kind", "from_profile_id", "to_profile_id", "records", "members_after", "evidence"),
    *("model_version_id", "action", "actor_id", "happened_at", "hash_before", "hash_after"),
)


def _store(receipts: Collection[MergeEvent]) -> None:
    """Write them by one statement; for thousands `bulk_create` takes many times as long."""
    rows = [{name: getattr(receipt, name) for name in COLUMNS} for receipt in receipts]
    with connection.cursor() as cursor:
        cursor.execute(STORE, [json.dumps(rows, default=str)])


def _groups(profile_of: Mapping[int, str]) -> Groups:
    """The records of each profile, ascending."""
    groups: dict[str, list[int]] = defaultdict(list)
    for pk in sorted(profile_of):
        groups[profile_of[pk]].append(pk)
    return groups


def _kind(move: Move, before: Mapping[int, str], were: Groups, are: Groups) -> MergeEvent.Kind:
    if len({before[pk] for pk in are[move.target]}) > 1:
        return MergeEvent.Kind.JOIN
    if set(were[move.origin]) - set(are[move.target]):
        return MergeEvent.Kind.SPLIT
    return MergeEvent.Kind.MOVE


def _hash(groups: Groups, move: Move) -> str:
    """SHA-256 over the members of both profiles of a move, in record order."""
    text = ";".join(
        f"{profile}:{','.join(map(str, groups.get(profile, ())))}"
        for profile in sorted((move.origin, move.target))
    )
    return hashlib.sha256(text.encode()).hexdigest()


LINKS_OF = """
SELECT lo_id, hi_id, weight_bits, levels, bits FROM matching_link
WHERE joins AND lo_id = ANY(%(records)s::bigint[])
UNION ALL  -- a link of two of them comes twice
SELECT lo_id, hi_id, weight_bits, levels, bits FROM matching_link
WHERE joins AND hi_id = ANY(%(records)s::bigint[])
"""


class _Evidence:
    """Links and decisions that tie moved records to the others of their new profile."""

    def __init__(self, world: World, moves: Collection[Move]) -> None:
        moved = [pk for move in moves for pk in move.records]
        self._links: dict[int, dict[Pair, _Row]] = defaultdict(dict)
        for row in _links_of(moved):
            for pk in row[:2]:
                self._links[pk][row[:2]] = row
        self._same = sorted(world.same)
        self._different = sorted(world.different)

    def of(self, move: Move, members: Collection[int]) -> dict[str, object]:
        moved = set(move.records)
        others = set(members) - moved
        links = {
            pair: row
            for pk in move.records
            for pair, row in self._links[pk].items()
            if _crosses(pair, moved, others)
        }
        return {
            "links": [_as_json(row) for row in _strongest(links.values())],
            "same": [pair for pair in self._same if _crosses(pair, moved, others)],
            "different": [pair for pair in self._different if set(pair) & moved],
        }


_Row = tuple[int, int, float, str, str]  # lo, hi, weight in bits, levels and bits as JSON


def _links_of(records: Collection[int]) -> list[_Row]:
    """Joining links of some records."""
    with connection.cursor() as cursor:
        cursor.execute(LINKS_OF, {"records": list(records)})
        return list(cursor.fetchall())


def _crosses(pair: Pair, moved: Collection[int], others: Collection[int]) -> bool:
    lo, hi = pair
    return (lo in moved and hi in others) or (hi in moved and lo in others)


def _strongest(links: Iterable[_Row]) -> list[_Row]:
    return sorted(links, key=lambda row: (-row[2], row[0], row[1]))[:MOST_EVIDENCE]


def _as_json(row: _Row) -> dict[str, object]:
    lo, hi, weight_bits, levels, bits = row
    return {
        "lo": lo,
        "hi": hi,
        "weight_bits": weight_bits,
        "levels": json.loads(levels),
        "bits": json.loads(bits),
    }
