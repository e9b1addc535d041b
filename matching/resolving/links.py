"""Links of a batch, written under locks with the versions they were computed from."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from c360.sql.arrays import id_array
from c360.sql.copying import copy_rows, escaped, escaped_json
from c360.sql.prepared import ask, tell
from matching.core.model import MatchModel
from matching.core.scoring import Scored, likely_pairs
from matching.live import FEATURES, Folded
from matching.resolving.snapshot import SeenRecord, Snapshot
from matching.world import Pair

JOINING_STAGES = {"assist", "auto"}

UPSERT = """
INSERT INTO matching_link (lo_id, hi_id, weight_bits, joins, levels, bits, model_version_id,
    lo_version, hi_version)
SELECT lo, hi, weight_bits, joins, levels, bits, %(model)s, lo_version, hi_version
FROM json_to_recordset(%(links)s::json) AS new(lo bigint, hi bigint, weight_bits float8,
    joins bool, levels jsonb, bits jsonb, lo_version int, hi_version int)
ON CONFLICT (lo_id, hi_id) DO UPDATE SET weight_bits = excluded.weight_bits,
    joins = excluded.joins, levels = excluded.levels, bits = excluded.bits,
    model_version_id = excluded.model_version_id,
    lo_version = excluded.lo_version, hi_version = excluded.hi_version
WHERE matching_link.weight_bits IS DISTINCT FROM excluded.weight_bits
    OR matching_link.joins IS DISTINCT FROM excluded.joins
    OR matching_link.model_version_id IS DISTINCT FROM excluded.model_version_id
    OR matching_link.lo_version IS DISTINCT FROM excluded.lo_version
    OR matching_link.hi_version IS DISTINCT FROM excluded.hi_version
"""

LINKS_OF = """
SELECT lo_id, hi_id FROM matching_link WHERE lo_id = ANY(%(records)s::bigint[])
UNION
SELECT lo_id, hi_id FROM matching_link WHERE hi_id = ANY(%(records)s::bigint[])
"""

NOW = """
SELECT r.id, r.version, s.stage FROM profiles_sourcerecord r
JOIN profiles_source s ON s.id = r.source_id
WHERE r.id = ANY(%s::bigint[])
"""

DELETE = """
DELETE FROM matching_link l USING unnest(%s::bigint[], %s::bigint[]) AS gone (lo, hi)
WHERE l.lo_id = gone.lo AND l.hi_id = gone.hi
"""


class ScoredPair(NamedTuple):
    """A candidate pair worth keeping, and whether it may join by itself."""

    lo: int
    hi: int
    scored: Scored
    joins: bool


def score_candidates(snapshot: Snapshot, model: MatchModel) -> list[ScoredPair]:
    """Weigh the candidate pairs of a snapshot; keep those at or above the review threshold."""
    generic, records = snapshot.generic_values, snapshot.records
    able = {pk for pk, each in records.items() if each.is_live and each.stage != "observe"}
    pairs = [(lo, hi) for lo, hi in snapshot.pairs if lo in able and hi in able]
    involved = {pk for pair in pairs for pk in pair}
    features = {pk: folded(records[pk]).telling(generic) for pk in involved}
    return [
        ScoredPair(
            lo,
            hi,
            scored,
            joins(scored.weight_bits, model, {records[lo].stage, records[hi].stage}),
        )
        for lo, hi, scored in likely_pairs(model, features, pairs)
    ]


def folded(record: SeenRecord) -> Folded:
    """What a snapshot saw of a record, values that too many share included."""
    return FEATURES.get(record.id, record.version, record.said)


def joins(weight_bits: float, model: MatchModel, stages: Collection[str]) -> bool:
    """Whether records of sources at these stages may join by themselves at this weight."""
    return JOINING_STAGES.issuperset(stages) and weight_bits >= model.join_bits


@dataclass(frozen=True)
class Written:
    """What writing the links of a batch left open: records to look at once more.

    `links` are all that are stored of the batch now, where none was before; else not known.
    """

    look_again: set[int]
    links: Collection[ScoredPair] | None


def write_links(
    batch: Collection[int],
    found: Collection[ScoredPair],
    seen: Mapping[int, SeenRecord],
    model: MatchModel,
) -> Written:
    """Store, refresh and remove the links of a batch. The components are locked, and each
    pair found has a record in the batch: nobody else can store a link of it meanwhile.

    `seen` are the records as they were when the pairs were weighed. A pair of which a version
    or a stage moved since then is left alone: what is newer has a dirty mark of its own. Where
    another worker wrote a link to a record not seen, this one is looked at again.
    """
    held = _links_of(batch)
    now = _now({*_ends((pair.lo, pair.hi) for pair in found), *_ends(held)})
    fresh = {
        pk
        for pk, state in now.items()
        if (then := seen.get(pk)) is not None and state == (then.version, then.stage)
    }
    keep = {(p.lo, p.hi): p for p in found if p.lo in fresh and p.hi in fresh}
    gone, look_again = _judge(held, keep, fresh, seen)
    _delete(gone)
    again = keep.keys() & set(held)
    _upsert([keep[pair] for pair in again], seen, model)
    _insert([pair for key, pair in keep.items() if key not in again], seen, model)
    links = None if held else list(keep.values())
    return Written(look_again=look_again & set(batch), links=links)


def ends_of_links(batch: Collection[int]) -> set[int]:
    """Records on either end of the stored links of a batch."""
    return _ends(_links_of(batch))


def _links_of(batch: Collection[int]) -> list[Pair]:
    return [
        (lo, hi) for lo, hi in ask(LINKS_OF, {"records": id_array(batch)}, about=len(batch))
    ]


def _ends(pairs: Iterable[Pair]) -> set[int]:
    return {pk for pair in pairs for pk in pair}


def _now(record_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Version of each record and stage of its source."""
    rows = ask(NOW, [id_array(record_ids)], about=len(record_ids))
    return {pk: (version, stage) for pk, version, stage in rows}


def _judge(
    held: Collection[Pair],
    keep: Mapping[Pair, ScoredPair],
    fresh: Collection[int],
    seen: Mapping[int, SeenRecord],
) -> tuple[list[Pair], set[int]]:
    """Split the stored links that were not found again into gone and undecided ones.

    One with an end this snapshot has not seen was written since. That its versions are current
    proves nothing: its writer may not have known of a key that has become generic.
    """
    gone: list[Pair] = []
    look_again: set[int] = set()
    for pair in held:
        if pair in keep:
            continue
        if all(pk in fresh for pk in pair):
            gone.append(pair)
        elif any(pk not in seen for pk in pair):
            look_again.update(pair)
    return gone, look_again


def _delete(pairs: Collection[Pair]) -> None:
    if pairs:
        los, his = id_array(lo for lo, _ in pairs), id_array(hi for _, hi in pairs)
        tell(DELETE, [los, his], about=len(pairs))


def _upsert(pairs: list[ScoredPair], seen: Mapping[int, SeenRecord], model: MatchModel) -> None:
    if not pairs:
        return
    pairs.sort(key=lambda pair: (pair.lo, pair.hi))
    rows = [
        {
            "lo": pair.lo,
            "hi": pair.hi,
            "weight_bits": pair.scored.weight_bits,
            "joins": pair.joins,
            "levels": pair.scored.levels,
            "bits": pair.scored.bits,
            "lo_version": seen[pair.lo].version,
            "hi_version": seen[pair.hi].version,
        }
        for pair in pairs
    ]
    # one text is read far faster than columns of texts
    tell(UPSERT, {"links": json.dumps(rows), "model": model.version}, about=len(rows))


INSERT = """matching_link (lo_id, hi_id, weight_bits, joins, levels, bits, model_version_id,
    lo_version, hi_version)
"""


def _insert(pairs: list[ScoredPair], seen: Mapping[int, SeenRecord], model: MatchModel) -> None:
    """Store links of which there is none yet."""
    pairs.sort(key=lambda pair: (pair.lo, pair.hi))
    ends = _ends((pair.lo, pair.hi) for pair in pairs)
    versions = {pk: str(seen[pk].version) for pk in ends}
    copy_rows(INSERT, _as_rows(pairs, versions, escaped(model.version)))


def _as_rows(
    pairs: Iterable[ScoredPair], versions: Mapping[int, str], model_version: str
) -> Iterator[tuple[str, ...]]:
    """Links as COPY takes them; evidence that many of them share is written once."""
    written: dict[int, tuple[str, str, str]] = {}
    for lo, hi, scored, is_joining in pairs:
        evidence = written.get(id(scored))
        if evidence is None:
            levels, bits = map(escaped_json, scored.as_json)
            evidence = written[id(scored)] = repr(scored.weight_bits), levels, bits
        weight, levels, bits = evidence
        joined, ends = "t" if is_joining else "f", (versions[lo], versions[hi])
        yield str(lo), str(hi), weight, joined, levels, bits, model_version, *ends
