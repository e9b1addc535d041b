"""Candidate pairs of a sample: what shares a key, counted over all that is stored."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matching.fitting.meetings import meetings
from matching.models import BlockKey

KINDS = ("email", "name", "house")
LIMITS = {"email": 2, "name": 3}  # of houses the model knows nothing
FIRST = 900_001  # of the ids of records that are nowhere else
# a key says its kind as well, as block keys do: they are hashed together
Keys = Sequence[tuple[int, int]]
keys_of_records = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.integers(-3, 3)), unique=True, max_size=5),
    max_size=8,
)


def stored(records: Sequence[Keys]) -> None:
    BlockKey.objects.bulk_create(
        BlockKey(record_id=FIRST + number, kind=KINDS[kind], key=kind * 10**15 + key)
        for number, keys in enumerate(records)
        for kind, key in keys
    )


def met(record_ids: Sequence[int], limits: Mapping[str, int] = LIMITS) -> list[tuple[int, int]]:
    lo, hi = meetings(record_ids, limits)
    return list(zip(lo.tolist(), hi.tolist(), strict=True))


def expected(records: Sequence[Keys], chosen: Sequence[int]) -> list[tuple[int, int]]:
    place_of = {pk: place for place, pk in enumerate(chosen)}
    under: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, keys in enumerate(records):
        for key in keys:
            under[key].append(FIRST + number)
    found = set()
    for (kind, _), ids in under.items():
        if len(ids) <= LIMITS.get(KINDS[kind], 0):
            places = sorted(place_of[pk] for pk in ids if pk in place_of)
            found |= set(combinations(places, 2))
    return sorted(found)


@pytest.mark.django_db
@settings(max_examples=60)
@given(keys_of_records, st.data())
def test_a_sample_meets_by_the_keys_that_few_of_all_records_share(
    records: Sequence[Keys], data: st.DataObject
) -> None:
    BlockKey.objects.all().delete()
    stored(records)
    ids = [FIRST + number for number in range(len(records))]
    chosen = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []

    assert met(chosen) == expected(records, chosen)


@pytest.mark.django_db
def test_a_key_that_one_record_too_many_shares_brings_no_pair_of_a_sample() -> None:
    stored([[(0, 1)], [(0, 1)], [(0, 1)]])

    assert met([FIRST, FIRST + 1]) == []
    assert met([FIRST, FIRST + 1], {"email": 3}) == [(0, 1)]
