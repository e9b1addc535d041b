"""The partition of some components, computed from what is stored about their records."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple, Protocol

from c360.sql.arrays import id_array
from c360.sql.prepared import ask
from matching.core.clustering import Edge, Node, Partition, Refusal, partition
from matching.core.model import MatchModel
from matching.live import FEATURES, WHAT_IT_SAYS, generic_values

Pair = tuple[int, int]


class Member(NamedTuple):
    """A record as clustering needs it. Age is (born_at, source slug, external id).

    It `stands` in a profile and a component as stored: the outcome does not depend on them.
    """

    node: Node
    version: int
    is_live: bool
    age: tuple[datetime, str, str]
    birth_profile: str
    stands: tuple[str, int]


@dataclass(frozen=True)
class World:
    """Records with the links and decisions among them; complete components only.

    `mentioned` are the pairs that people have said anything of as stored, taken back or not.
    `held` maps each lock to the records it holds together, those that are gone included.
    """

    members: Mapping[int, Member]
    edges: list[Edge]
    same: set[Pair]
    different: set[Pair]
    mentioned: frozenset[Pair] = frozenset()
    held: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def with_decisions(
        self, *, same: Collection[Pair] = (), different: Collection[Pair] = ()
    ) -> "World":
        """The same world if people had said this as well; a new word replaces the old one."""
        return replace(
            self,
            same=(self.same - set(different)) | set(same),
            different=(self.different - set(same)) | set(different),
        )

    def without_decisions(self, pairs: Collection[Pair]) -> "World":
        """The same world if nobody had said anything of these pairs."""
        return replace(self, same=self.same - set(pairs), different=self.different - set(pairs))

    def with_holds(self, lock_of: Mapping[int, str]) -> "World":
        """The same world if each of these records were held by this lock; empty for by none."""
        held = {lock: records - lock_of.keys() for lock, records in self.held.items()}
        for record_id, lock in lock_of.items():
            held[lock] = held.get(lock, frozenset()) | {record_id}
        held.pop("", None)
        return replace(self, held={lock: each for lock, each in held.items() if each})

    def profiles_now(self) -> dict[int, str]:
        """The profile of each record as stored."""
        return {pk: member.stands[0] for pk, member in self.members.items()}

    def live_nodes(self) -> dict[int, Node]:
        return {pk: member.node for pk, member in self.members.items() if member.is_live}


@dataclass(frozen=True)
class Solution:
    """Who belongs together. Every member has an entry; deleted records stand alone."""

    profile_of: dict[int, str]
    component_of: dict[int, int]
    refused: list[Refusal] = field(default_factory=list)

    def groups(self) -> dict[str, tuple[int, ...]]:
        """Profile id to the ids of its records, ascending."""
        groups: dict[str, list[int]] = {}
        for record_id in sorted(self.profile_of):
            groups.setdefault(self.profile_of[record_id], []).append(record_id)
        return {profile: tuple(records) for profile, records in groups.items()}


# times as text, which Python reads faster than the driver does;
# what it says is looked up only for records whose features are not at hand: it is most of the
# reading
MEMBERS = f"""
SELECT r.id, s.slug, r.external_id, r.version, r.deleted_at IS NULL AND r.erased_at IS NULL,
    r.born_at::text, p.id, m.profile_id, m.component,
    CASE WHEN r.version <> known.version THEN (
        SELECT {WHAT_IT_SAYS}
        FROM (SELECT) one LEFT JOIN matching_keyedrecord k ON k.record_id = r.id
    ) END
FROM unnest(%s::bigint[], %s::int[]) AS known (record_id, version)
JOIN profiles_sourcerecord r ON r.id = known.record_id
JOIN profiles_source s ON s.id = r.source_id
JOIN profiles_profile p ON p.birth_record_id = r.id
JOIN profiles_membership m ON m.record_id = r.id
"""  # noqa: S608 - words of our own

SAID = """
SELECT lo_id, hi_id, verdict, NULL::float8 FROM matching_decision
WHERE superseded_at IS NULL
    AND lo_id = ANY(%(records)s::bigint[]) AND hi_id = ANY(%(records)s::bigint[])
UNION ALL  -- what holds a record: one statement less for each batch
SELECT record_id, record_id, lock::text, NULL::float8 FROM matching_hold
WHERE superseded_at IS NULL AND lock IS NOT NULL AND record_id = ANY(%(records)s::bigint[])
"""

JOINING = """
SELECT lo_id, hi_id, NULL, weight_bits FROM matching_link
WHERE joins AND lo_id = ANY(%(records)s::bigint[]) AND hi_id = ANY(%(records)s::bigint[])
"""
SAID_AND_JOINING = "UNION ALL".join((SAID, JOINING))


class Evidence(Protocol):
    """How much a link weighs, and why: levels and bits as JSON."""

    @property
    def weight_bits(self) -> float: ...
    @property
    def as_json(self) -> tuple[str, str]: ...


class Linked(Protocol):
    """A link as it is stored, read or at the hand of whoever has just written it."""

    @property
    def lo(self) -> int: ...
    @property
    def hi(self) -> int: ...
    @property
    def scored(self) -> Evidence: ...
    @property
    def joins(self) -> bool: ...


class _Kept(NamedTuple):
    weight_bits: float
    as_json: tuple[str, str]


class _StoredLink(NamedTuple):
    lo: int
    hi: int
    joins: bool
    scored: _Kept


# why a pair is uncertain is asked by its page alone
STORED = """
SELECT lo_id, hi_id, joins, weight_bits, CASE WHEN joins THEN levels END,
    CASE WHEN joins THEN bits END
FROM matching_link WHERE lo_id = ANY(%(records)s::bigint[])
UNION ALL  -- a link of two of them comes twice
SELECT lo_id, hi_id, joins, weight_bits, CASE WHEN joins THEN levels END,
    CASE WHEN joins THEN bits END
FROM matching_link WHERE hi_id = ANY(%(records)s::bigint[])
"""


def stored_links(record_ids: Collection[int]) -> Collection[Linked]:
    """All links of these records, each once, uncertain ones without evidence. One query."""
    rows = ask(STORED, {"records": id_array(record_ids)}, about=len(record_ids))
    found = {
        (lo, hi): _StoredLink(lo, hi, joins, _Kept(weight_bits, (levels or "{}", bits or "{}")))
        for lo, hi, joins, weight_bits, levels, bits in rows
    }
    return found.values()


def load_world(record_ids: Collection[int], links: Collection[Linked] | None = None) -> World:
    """Read records, joining links and binding decisions. Three queries.

    `links` are all that these records have, where they are known: they are not read then.
    """
    ids, generic, many = id_array(record_ids), generic_values(), len(record_ids)
    known = id_array(map(FEATURES.version, record_ids))
    members = {row[0]: _member(generic, *row) for row in ask(MEMBERS, [ids, known], about=many)}
    rows = ask(SAID_AND_JOINING if links is None else SAID, {"records": ids}, about=many)
    verdicts = {(lo, hi): verdict for lo, hi, verdict, _ in rows if verdict and lo != hi}
    if links is None:
        edges = [Edge(lo, hi, bits) for lo, hi, verdict, bits in rows if not verdict]
    else:
        edges = [
            Edge(each.lo, each.hi, each.scored.weight_bits) for each in links if each.joins
        ]
    return World(
        members=members,
        edges=edges,
        same={pair for pair, verdict in verdicts.items() if verdict == "same"},
        different={pair for pair, verdict in verdicts.items() if verdict == "different"},
        mentioned=frozenset(verdicts),
        held=_held((lo, lock) for lo, hi, lock, _ in rows if lo == hi),
    )


def _held(rows: Iterable[tuple[int, str]]) -> dict[str, frozenset[int]]:
    held: dict[str, set[int]] = {}
    for record_id, lock in rows:
        held.setdefault(lock, set()).add(record_id)
    return {lock: frozenset(records) for lock, records in held.items()}


def _member(
    generic: frozenset[int],
    pk: int,
    slug: str,
    external_id: str,
    version: int,
    is_live: bool,
    born_at: str,
    birth_profile: str,
    profile: str,
    component: int,
    said: str | None,
) -> Member:
    folded = FEATURES.get(pk, version, said)
    return Member(
        node=Node(id=pk, key=(slug, external_id), features=folded.telling(generic)),
        version=version,
        is_live=is_live,
        age=(datetime.fromisoformat(born_at), slug, external_id),
        birth_profile=birth_profile,
        stands=(profile, component),
    )


def solve(world: World, model: MatchModel) -> Solution:
    """Partition the live records; each cluster answers to the profile of its oldest record.

    What was said of records that are gone ties components together too, so that it is at hand
    when they return, and when somebody says what would contradict it then.
    """
    nodes = world.live_nodes()
    edges = [edge for edge in world.edges if edge.lo in nodes and edge.hi in nodes]
    same = _among(world.same, nodes)
    different = _among(world.different, nodes)
    found = partition(
        nodes,
        edges,
        same=same,
        different=different,
        model=model,
        held=[each & nodes.keys() for each in world.held.values()],
    )
    ties = [(edge.lo, edge.hi) for edge in edges] + list(world.same | world.different)
    ties += [pair for each in world.held.values() for pair in pairwise(sorted(each))]
    return Solution(
        profile_of=_profiles(world, found),
        component_of=connected(world.members, ties),
        refused=list(found.refused),
    )


def _among(pairs: Iterable[Pair], nodes: Mapping[int, Node]) -> set[Pair]:
    return {(lo, hi) for lo, hi in pairs if lo in nodes and hi in nodes}


def _profiles(world: World, found: Partition) -> dict[int, str]:
    anchors: dict[int, int] = {}
    for record_id, root in found.cluster_of.items():
        oldest = anchors.setdefault(root, record_id)
        if world.members[record_id].age < world.members[oldest].age:
            anchors[root] = record_id
    return {
        record_id: world.members[
            anchors[found.cluster_of[record_id]] if member.is_live else record_id
        ].birth_profile
        for record_id, member in world.members.items()
    }


def connected(ids: Iterable[int], ties: Iterable[Pair]) -> dict[int, int]:
    """The smallest id reachable from each id over the ties (union-find, path halving)."""
    parent = {pk: pk for pk in ids}

    def root(pk: int) -> int:
        while parent[pk] != pk:
            parent[pk] = parent[parent[pk]]
            pk = parent[pk]
        return pk

    for lo, hi in ties:
        low, high = sorted((root(lo), root(hi)))
        parent[high] = low
    return {pk: root(pk) for pk in parent}
