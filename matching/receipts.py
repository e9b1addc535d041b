"""Receipts of changes of membership: immutable rows that say what moved and why."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from c360.models import User
from matching.models import Link, MergeEvent
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
    evidence = _Evidence(world, moves) if moves else None
    return MergeEvent.objects.bulk_create(
        [
            MergeEvent(
                kind=_kind(move, before, after),
                from_profile_id=move.origin,
                to_profile_id=move.target,
                records=list(move.records),
                members_after=_members(after, move.target),
                evidence=evidence.of(move, _members(after, move.target)) if evidence else {},
                model_version_id=model_version,
                action=cause.action,
                actor=cause.actor,
                hash_before=_hash(before, move),
                hash_after=_hash(after, move),
            )
            for move in moves
        ]
    )


def _kind(move: Move, before: Mapping[int, str], after: Mapping[int, str]) -> MergeEvent.Kind:
    if len({before[pk] for pk in _members(after, move.target)}) > 1:
        return MergeEvent.Kind.JOIN
    if set(_members(before, move.origin)) - set(_members(after, move.target)):
        return MergeEvent.Kind.SPLIT
    return MergeEvent.Kind.MOVE


def _members(profile_of: Mapping[int, str], profile: str) -> list[int]:
    return sorted(pk for pk, found in profile_of.items() if found == profile)


def _hash(profile_of: Mapping[int, str], move: Move) -> str:
    """SHA-256 over the members of both profiles of a move, in record order."""
    text = ";".join(
        f"{profile}:{','.join(map(str, _members(profile_of, profile)))}"
        for profile in sorted((move.origin, move.target))
    )
    return hashlib.sha256(text.encode()).hexdigest()


class _Evidence:
    """Links and decisions that tie moved records to the others of their new profile."""

    def __init__(self, world: World, moves: Collection[Move]) -> None:
        self._world = world
        moved = [pk for move in moves for pk in move.records]
        rows = Link.objects.filter(joins=True).order_by("-weight_bits", "lo", "hi")
        self._links = [*rows.filter(lo__in=moved), *rows.filter(hi__in=moved)]

    def of(self, move: Move, members: Collection[int]) -> dict[str, object]:
        others = set(members) - set(move.records)
        links = {
            (link.lo_id, link.hi_id): link
            for link in self._links
            if _crosses((link.lo_id, link.hi_id), move.records, others)
        }
        return {
            "links": [_as_json(link) for link in _strongest(links.values())],
            "same": sorted(p for p in self._world.same if _crosses(p, move.records, others)),
            "different": sorted(p for p in self._world.different if set(p) & set(move.records)),
        }


def _crosses(pair: Pair, moved: Collection[int], others: Collection[int]) -> bool:
    lo, hi = pair
    return (lo in moved and hi in others) or (hi in moved and lo in others)


def _strongest(links: Iterable[Link]) -> list[Link]:
    ordered = sorted(links, key=lambda link: (-link.weight_bits, link.lo_id, link.hi_id))
    return ordered[:MOST_EVIDENCE]


def _as_json(link: Link) -> dict[str, object]:
    return {
        "lo": link.lo_id,
        "hi": link.hi_id,
        "weight_bits": link.weight_bits,
        "levels": link.levels,
        "bits": link.bits,
    }
