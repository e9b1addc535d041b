"""Quality figures against cases worked out by hand, and against counting pairs one by one."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.core.metrics import b_cubed, pairwise

LABELS = st.dictionaries(st.integers(0, 11), st.sampled_from("abc"), max_size=12)


def test_a_perfect_clustering_scores_one() -> None:
    truth = {1: "anna", 2: "anna", 3: "ravi"}

    for quality in (pairwise(truth, truth), b_cubed(truth, truth)):
        assert (quality.precision, quality.recall, quality.f1) == (1.0, 1.0, 1.0)


def test_a_missed_join_costs_recall_and_a_wrong_one_precision() -> None:
    truth = {1: "anna", 2: "anna", 3: "ravi"}

    missed, wrong = {1: "x", 2: "y", 3: "z"}, {1: "x", 2: "x", 3: "x"}

    assert (pairwise(truth, missed).precision, pairwise(truth, missed).recall) == (1.0, 0.0)
    assert pairwise(truth, wrong).precision == pytest.approx(1 / 3)
    assert b_cubed(truth, missed).recall == pytest.approx((0.5 + 0.5 + 1) / 3)
    assert b_cubed(truth, wrong).precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)


def test_a_record_no_cluster_knows_stands_alone() -> None:
    assert pairwise({1: "anna", 2: "anna"}, {1: "x"}).recall == 0.0


@given(LABELS, LABELS)
def test_pairwise_is_counting_pairs(truth: dict[int, str], clusters: dict[int, str]) -> None:
    pairs = list(combinations(sorted(truth), 2))
    together = {
        p for p in pairs if p[0] in clusters and clusters[p[0]] == clusters.get(p[1], "none")
    }
    true = {p for p in pairs if truth[p[0]] == truth[p[1]]}

    quality = pairwise(truth, clusters)

    right = len(together & true)
    assert quality.precision == (right / len(together) if together else 1.0)
    assert quality.recall == (right / len(true) if true else 1.0)
