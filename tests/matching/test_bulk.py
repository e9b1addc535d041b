"""The columns of the bulk path: the same levels, weights and pairs as one record at a time."""

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.customer_rows import COLUMNS
from bench.customers import customers, mapping
from matching.bulk.candidates import blocks_of, generic, rows_under
from matching.bulk.columns import Chunk, encode, joined, parts_read
from matching.bulk.comparers import comparers
from matching.bulk.fields import flat_of, with_only
from matching.bulk.groups import components, groups_of
from matching.bulk.parts import PARTS, parts_of
from matching.bulk.reading import rows_of
from matching.bulk.weighing import Weighed, Weigher, merged, scored
from matching.core.blocking import block_keys
from matching.core.codec import Flat, as_text, flatten, from_json, packed, unpacked
from matching.core.comparisons import COMPARISONS
from matching.core.features import Features, features_of
from matching.core.model import MatchModel, default_model
from matching.core.scoring import Scored, score
from matching.world import connected
from profiles.mappings.records import RecordMapping, RowError
from tests.matching.parted import pairs_of
from tests.matching.people import as_stored, people, person

Rows = list[tuple[int, int]]


def keeping(review_bits: float) -> MatchModel:
    """The shipped model with another review threshold, knowing two custom attributes."""
    spec = default_model().to_spec()
    odds = {
        "exact": {"m": 0.9, "u": 0.01, "h": 0.2},
        "fuzzy": {"m": 0.05, "u": 0.01, "h": 0.1},
        "different": {"m": 0.05, "u": 0.98, "h": 0.7},
    }
    spec["thresholds"] |= {"review_bits": review_bits}
    return MatchModel.from_spec(spec | {"custom": {"job": odds, "town": odds}})


ALL, SOME = keeping(-100), keeping(-3)


def weighed(model: MatchModel, records: list[Features], pairs: Rows) -> Weighed:
    """All pairs by the columns, the records encoded in two chunks, weighed in two runs."""
    reads, half = parts_read(model), len(records) // 2
    flats = [as_stored(each) for each in records]
    chunks = [encode(flats[:half], reads), encode(flats[half:], reads)]
    columns = joined([chunk.columns for chunk in chunks], [half, len(records) - half])
    kept = [flat for chunk in chunks for flat in unpacked_all(chunk)]
    weigh = Weigher(model, columns, lambda row, names: with_only(kept[row], names))
    lo, hi = np.array(pairs, np.int64).reshape(-1, 2).T
    cut = len(pairs) // 3
    return merged([weigh(lo[part], hi[part]) for part in (slice(None, cut), slice(cut, None))])


def unpacked_all(chunk: Chunk) -> Iterator[Flat]:
    ends = np.cumsum(chunk.sizes).tolist()
    for start, end in zip([0, *ends], ends, strict=False):
        yield flat_of(chunk.packed[start:end])


def as_pairs(model: MatchModel, found: Weighed, records: list[Features]) -> dict[Any, Scored]:
    names = [each.name for each in comparers(model, _columns(model, records))]
    rows = zip(
        found.lo.tolist(),
        found.hi.tolist(),
        found.weights.tolist(),
        found.outcomes.tolist(),
        strict=True,
    )
    return {
        (lo, hi): scored(model, names, found.tables, reached, weight)
        for lo, hi, weight, reached in rows
    }


def _columns(model: MatchModel, records: list[Features]) -> set[str]:
    return set(encode([as_stored(each) for each in records], parts_read(model)).columns)


def one_by_one(model: MatchModel, records: list[Features], pairs: Rows) -> dict[Any, Scored]:
    each = {(lo, hi): score(model, records[lo], records[hi]) for lo, hi in pairs}
    return {pair: s for pair, s in each.items() if s.weight_bits >= model.review_bits}


def records() -> st.SearchStrategy[Features]:
    """People as in the other tests, some with more than a name: jobs, towns, generations."""
    custom = st.dictionaries(
        st.sampled_from(("job", "town", "shoe")), st.sampled_from(("painter", "pianter", "x"))
    )
    return st.builds(
        lambda who, more, jr: who._replace(custom=tuple(sorted(more.items())), generation=jr),
        people(),
        custom,
        st.sampled_from(("", "junior", "senior")),
    )


@given(st.lists(records(), min_size=2, max_size=9), st.sampled_from((ALL, SOME)))
@settings(max_examples=150)
def test_columns_give_the_same_evidence_to_the_last_bit(
    everyone: list[Features], model: MatchModel
) -> None:
    pairs = list(combinations(range(len(everyone)), 2))

    found = as_pairs(model, weighed(model, everyone, pairs), everyone)

    assert found == one_by_one(model, everyone, pairs)


@pytest.fixture(scope="module", name="invented")
def invented_customers() -> list[Features]:
    """Customers of four systems, with households and all the traps of the benchmark."""
    read = {name: RecordMapping.parse(mapping(name)) for name in COLUMNS}
    found = []
    for each in customers(1500, seed=7):
        try:
            values = dict(zip(COLUMNS[each.source], each.values, strict=True))
            found.append(features_of(read[each.source].read(values).attributes))
        except RowError:
            continue
    return found


def test_all_candidates_of_invented_customers_weigh_the_same(invented: list[Features]) -> None:
    model = default_model()
    pairs = candidates(invented, model)

    found = as_pairs(model, weighed(model, invented, pairs), invented)

    assert len(found) > 1000
    assert found == one_by_one(model, invented, pairs)


def candidates(everyone: list[Features], model: MatchModel) -> Rows:
    """The slow twin of candidate pairs."""
    under: dict[tuple[str, int], list[int]] = defaultdict(list)
    for row, each in enumerate(everyone):
        for key in block_keys(each, secret=b"test"):
            under[key].append(row)
    small = [rows for (kind, _), rows in under.items() if len(rows) <= model.limits[kind]]
    return sorted({pair for rows in small for pair in combinations(sorted(rows), 2)})


@pytest.mark.parametrize("name", COMPARISONS)
@given(left=records(), right=records())
def test_a_comparison_reads_no_more_than_the_parts_it_declares(
    name: str, left: Features, right: Features
) -> None:
    compare, parts = COMPARISONS[name], parts_of(name)

    level = compare(left, right)

    assert level == compare(parts.reduced(left), parts.reduced(right))
    if parts.needs_both and not (parts.said(left) and parts.said(right)):
        assert level is None


@given(records())
def test_a_record_made_with_some_fields_has_these_alone(features: Features) -> None:
    for parts in PARTS.values():
        assert with_only(as_stored(features), parts.reads) == parts.reduced(features)


def test_every_comparison_declares_its_parts() -> None:
    assert set(PARTS) == set(COMPARISONS)


def test_a_comparison_that_nobody_has_heard_of_has_no_parts() -> None:
    with pytest.raises(KeyError):
        parts_of("shoe_size")


@given(records(), st.lists(st.integers(-(2**63), 2**63 - 1), max_size=4))
def test_a_packed_record_comes_back_as_it_was(features: Features, values: list[int]) -> None:
    assert unpacked(packed(flatten(features))) == features
    assert from_json(json.loads(as_text(features, values))) == (features, tuple(values))


def test_many_values_of_one_record_survive_packing(invented: list[Features]) -> None:
    many = person("Anna", "Kowalska", ids={"card": "1", "passport": "2"})

    for each in (many, Features(), *invented[:200]):
        assert unpacked(packed(flatten(each))) == each


entries = st.sets(st.tuples(st.integers(-5, 5), st.integers(0, 7)), max_size=40)
flags = st.lists(st.booleans(), min_size=8, max_size=8)


@given(entries=entries, seed=st.randoms())
def test_blocks_are_the_same_in_whatever_order_keys_are_read(
    entries: set[tuple[int, int]], seed: Random
) -> None:
    mixed = sorted(entries)
    seed.shuffle(mixed)

    for each in (sorted(entries), mixed):
        keys, rows = np.array(each, np.int64).reshape(-1, 2).T
        blocks = blocks_of(keys, np.zeros(len(keys), np.int8), rows.astype(np.int32))
        standing = np.repeat(blocks.keys, blocks.sizes).tolist()
        assert list(zip(standing, blocks.rows.tolist(), strict=True)) == sorted(entries)


@given(entries=entries, dirty=flags, matching=flags, limit=st.integers(2, 5))
def test_pairs_are_those_who_share_a_key_few_others_have(
    entries: set[tuple[int, int]], dirty: list[bool], matching: list[bool], limit: int
) -> None:
    keys, rows = np.array(sorted(entries), np.int64).reshape(-1, 2).T
    blocks = blocks_of(keys, np.zeros(len(keys), np.int8), rows.astype(np.int32))
    is_generic = generic(blocks, np.array([limit], np.int64))

    found = pairs_of(blocks, ~is_generic, np.array(dirty), np.array(matching))

    under: dict[int, list[int]] = defaultdict(list)
    for key, row in sorted(entries):
        under[key].append(row)
    wanted = {
        (low, high)
        for members in under.values()
        if len(members) <= limit
        for low, high in combinations(members, 2)
        if (dirty[low] or dirty[high]) and matching[low] and matching[high]
    }
    assert sorted(found) == sorted(wanted)
    over = {row for members in under.values() if len(members) > limit for row in members}
    assert rows_under(blocks, is_generic).tolist() == sorted(over)


ties = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30)


@given(ties=ties, wanted=st.sets(st.integers(0, 19)), most=st.integers(1, 30))
def test_groups_hold_whole_components_with_something_to_do(
    ties: Rows, wanted: set[int], most: int
) -> None:
    lo, hi = np.array(ties, np.int64).reshape(-1, 2).T
    component = components(20, lo, hi)
    is_wanted = np.isin(np.arange(20), sorted(wanted))

    groups = [group.tolist() for group in groups_of(component, is_wanted, most)]

    assert dict(enumerate(component.tolist())) == connected(range(20), ties)
    concerned = {component[row] for row in wanted}
    assert sorted(row for group in groups for row in group) == [
        row for row in range(20) if component[row] in concerned
    ]
    assert all(len(group) <= 2 * most for group in groups)
    for group in groups:
        for row in group:
            mates = np.flatnonzero(component == component[row])
            assert len(mates) > most or set(mates.tolist()) <= set(group)


@pytest.mark.parametrize("ids", [[3, 4, 7], [3, 4, 7_000_000]], ids=["near", "far apart"])
def test_rows_are_found_by_the_ids_of_records(ids: list[int]) -> None:
    find = rows_of(np.array(ids, np.int64))

    assert find(np.array(ids[::-1])).tolist() == [2, 1, 0]
