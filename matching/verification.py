"""Everything derived from records, computed again from nothing and compared.

Reads in chunks with the code that resolves; memory grows with the number of records and links,
not with their contents. Call it in a repeatable-read transaction, beside running work.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import pairwise

from matching.cases import questions
from matching.core.blocking import KEY_SCHEME
from matching.core.model import MatchModel
from matching.live import live_model
from matching.models import (
    BlockKey,
    Decision,
    DirtyRecord,
    Hold,
    KeyedRecord,
    Link,
    ReviewCase,
)
from matching.models.review import NOT_OF_THE_MACHINE
from matching.resolving.keys import Made, made_of
from matching.resolving.links import score_candidates
from matching.resolving.snapshot import take_snapshot
from matching.strays import strays
from matching.world import Pair, Solution, World, connected, load_world, solve
from profiles.models import Membership, SourceRecord
from profiles.verification import Difference

CHUNK = 500
SOLVED_AT_ONCE = 2000


def differences() -> Iterator[Difference]:
    """Compare block keys, features, links, clusters and review cases with what records say now.

    Records that are held, as the live version is for new data only so far, are what an earlier
    version made of them: pairs and groups with one of these are left out.
    """
    ids = list(SourceRecord.objects.order_by("pk").values_list("pk", flat=True))
    names = _Names()
    model, held = live_model(), _held()
    for chunk in _chunks(ids, CHUNK):
        yield from _keys(chunk, names)
        yield from _links(chunk, model, names, held)
    yield from _clusters(ids, model, names, held)
    yield from strays()


def _held() -> set[int]:
    marks = DirtyRecord.objects.filter(lane=DirtyRecord.Lane.HELD)
    return set(marks.values_list("record_id", flat=True))


class _Names:
    """Records as `source key`, read when a difference is told."""

    def of(self, *record_ids: int) -> str:
        rows = SourceRecord.objects.filter(pk__in=record_ids).order_by("pk")
        return " – ".join(
            f"{source} {key}" for source, key in rows.values_list("source__slug", "external_id")
        )


def _chunks(ids: list[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _keys(ids: list[int], names: _Names) -> Iterator[Difference]:
    held: dict[int, set[tuple[str, int]]] = defaultdict(set)
    rows = BlockKey.objects.filter(record__in=ids).values_list("record_id", "kind", "key")
    for record_id, kind, key in rows:
        held[record_id].add((kind, key))
    kept = {each.record_id: each for each in KeyedRecord.objects.filter(record__in=ids)}
    for record in SourceRecord.objects.filter(pk__in=ids).order_by("pk"):
        wanted = made_of(record, record.attributes)
        if {key for _, key in held[record.pk]} != {key for _, key in wanted.keys}:
            yield Difference("block keys", names.of(record.pk))
        if (known := kept.get(record.pk)) and _is_off(known, wanted):
            yield Difference("features", names.of(record.pk))


def _is_off(known: KeyedRecord, wanted: Made) -> bool:
    """Whether features are kept of what is gone, or would be read and are not what they say."""
    if known.source_id != wanted.source:
        return True
    if wanted.folded is None or known.folded is None:
        return known.folded is not None
    if known.scheme != KEY_SCHEME:
        return False
    return (known.version, known.folded) != (wanted.version, wanted.folded)


Weighed = tuple[float, bool, int, int]


def _links(
    ids: list[int], model: MatchModel, names: _Names, held_back: Collection[int]
) -> Iterator[Difference]:
    """Links whose smaller record is in the chunk, so that each is looked at once."""
    snapshot = take_snapshot(ids, model=model)
    chosen = set(ids)
    wanted: dict[Pair, Weighed] = {
        (pair.lo, pair.hi): (
            pair.scored.weight_bits,
            pair.joins,
            snapshot.records[pair.lo].version,
            snapshot.records[pair.hi].version,
        )
        for pair in score_candidates(snapshot, model)
        if pair.lo in chosen
    }
    rows = Link.objects.filter(lo__in=ids).values_list(
        "lo_id", "hi_id", "weight_bits", "joins", "lo_version", "hi_version"
    )
    held: dict[Pair, Weighed] = {
        (lo, hi): (bits, joins, lo_version, hi_version)
        for lo, hi, bits, joins, lo_version, hi_version in rows
    }
    for lo, hi in sorted(wanted.keys() | held.keys()):
        if lo in held_back or hi in held_back:
            continue
        if wanted.get((lo, hi)) != held.get((lo, hi)):
            yield Difference("links", names.of(lo, hi))


def _clusters(
    ids: list[int], model: MatchModel, names: _Names, held: Collection[int]
) -> Iterator[Difference]:
    components = connected(ids, _ties())
    stored = {
        pk: (component, profile)
        for pk, component, profile in Membership.objects.values_list(
            "record_id", "component", "profile_id"
        )
    }
    mixed = {components[pk] for pk in held if pk in components}
    current = {pk: each for pk, each in components.items() if each not in mixed}
    for group in _whole_components(current):
        world = load_world(group)
        solution = solve(world, model)
        for pk in group:
            wanted = (components[pk], solution.profile_of[pk])
            if stored.get(pk) != wanted:
                yield Difference("clusters", names.of(pk))
        yield from _cases(world, solution, names)
        yield from _broken_words(world, solution, names)


def _ties() -> Iterator[Pair]:
    """Joining links between live records, all binding decisions and locks."""
    live = set(SourceRecord.objects.live().values_list("pk", flat=True))
    links = Link.objects.filter(joins=True).values_list("lo_id", "hi_id")
    for lo, hi in links.iterator(chunk_size=10_000):
        if lo in live and hi in live:
            yield lo, hi
    said = Decision.objects.binding().values_list("lo_id", "hi_id")
    yield from said.iterator(chunk_size=10_000)
    locks = Hold.objects.binding().order_by("lock", "record").values_list("lock", "record_id")
    for (lock, lo), (other, hi) in pairwise(locks):
        if lock == other:
            yield lo, hi


def _whole_components(components: Mapping[int, int]) -> Iterator[list[int]]:
    """Groups of complete components, a few thousand records each."""
    members: dict[int, list[int]] = defaultdict(list)
    for pk, component in components.items():
        members[component].append(pk)
    group: list[int] = []
    for ids in members.values():
        group += ids
        if len(group) >= SOLVED_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def _cases(world: World, solution: Solution, names: _Names) -> Iterator[Difference]:
    """Open cases of these records against the questions that should be asked."""
    ids = list(world.members)
    uncertain = Link.objects.filter(joins=False, lo__in=ids)
    # of a pair in two components only its own words count, and they name the smaller record
    rows = uncertain.values_list("lo_id", "hi_id", "weight_bits")
    wanted = questions(world, solution, rows)
    cases = ReviewCase.objects.open().filter(lo__in=ids)
    held = set(cases.values_list("lo_id", "hi_id", "weight_bits", "reason"))
    reported = {each[:2] for each in held if each[3] in NOT_OF_THE_MACHINE}
    held = {each for each in held if each[:2] not in reported}
    should = {
        (lo, hi, question.weight_bits, str(question.reason))
        for (lo, hi), question in wanted.items()
        if (lo, hi) not in reported  # asked already, more urgently
    }
    for pair in sorted({each[:2] for each in held ^ should}):
        yield Difference("review cases", names.of(*pair))


def _broken_words(world: World, solution: Solution, names: _Names) -> Iterator[Difference]:
    """People's words that the clusters do not keep."""
    live = world.live_nodes()
    yield from _unkept(world.same, solution, live, together=True, names=names)
    yield from _unkept(world.different, solution, live, together=False, names=names)
    for held in world.held.values():
        yield from _unkept(pairwise(sorted(held)), solution, live, together=True, names=names)


def _unkept(
    pairs: Iterable[Pair],
    solution: Solution,
    live: Collection[int],
    *,
    together: bool,
    names: _Names,
) -> Iterator[Difference]:
    for lo, hi in sorted(pairs):
        if lo in live and hi in live:
            are_together = solution.profile_of[lo] == solution.profile_of[hi]
            if are_together != together:
                yield Difference("decisions", names.of(lo, hi))
