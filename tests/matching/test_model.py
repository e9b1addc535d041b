"""The match model: checked whole, written back as it was read."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from matching.core.model import MatchModel, ModelError, default_model

Spec = dict[str, Any]


def test_the_shipped_model_survives_being_written_and_read() -> None:
    model = default_model()

    assert MatchModel.from_spec(model.to_spec()) == model
    assert model.review_bits < model.join_bits
    assert model.provenance


def test_the_shipped_model_is_parsed_once() -> None:
    assert default_model() is default_model()


def test_levels_of_one_comparison_are_probabilities_of_one_whole() -> None:
    for name, table in default_model().comparisons.items():
        for side in ("m", "u", "h"):
            total = sum(getattr(odds, side) for odds in table.values())
            assert total < 1.1, (name, side, total)


def test_a_common_name_is_weaker_evidence_than_a_rare_one() -> None:
    frequencies = default_model().frequencies["family_name"]

    assert frequencies.of("smith") > frequencies.of("szczepanski") == frequencies.rare


def test_a_kind_of_key_has_its_limit() -> None:
    model = default_model()

    assert model.generic_limit("email") == model.generic_limits()["email"]
    with pytest.raises(KeyError):
        model.generic_limit("shoe_size")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda spec: spec.pop("prior"), "prior is missing"),
        (lambda spec: spec.update(version=""), "version"),
        (lambda spec: spec["thresholds"].update(review_bits=50), "lower it"),
        (lambda spec: spec["thresholds"].update(join_bits="high"), "give a number"),
        (lambda spec: spec["prior"].update(prior_bits=1000), "outside -100 to 100"),
        (lambda spec: spec["comparisons"].update(shoe={}), "comparisons.shoe is unknown"),
        (lambda spec: spec["comparisons"]["email"].pop("exact"), "wrong levels"),
        (lambda spec: spec["comparisons"]["email"]["exact"].update(u=0), "1e-9 to 1"),
        (lambda spec: spec["comparisons"]["email"]["exact"].pop("h"), "give a probability"),
        (lambda spec: spec["identifiers"].pop("default"), "identifiers.default"),
        (lambda spec: spec["generic_limits"].update(email=1), "choose 2 to 1000"),
        (lambda spec: spec["guards"].update(size_cap=0), "size_cap"),
        (lambda spec: spec["frequencies"].update(email={}), "no use"),
        (lambda spec: spec["frequencies"]["given_name"].update(rare=2), "rare"),
    ],
)
def test_a_wrong_spec_is_refused_with_value_limit_and_remedy(
    spoil: Callable[[Spec], object], told: str
) -> None:
    spec = copy.deepcopy(default_model().to_spec())
    spoil(spec)

    with pytest.raises(ModelError, match=told):
        MatchModel.from_spec(spec)


def test_a_spec_in_another_order_adds_bits_in_the_same_one() -> None:
    spec = default_model().to_spec()
    shuffled = {**spec, "comparisons": dict(reversed(spec["comparisons"].items()))}

    steps = MatchModel.from_spec(shuffled).steps

    assert [step.name for step in steps] == [step.name for step in default_model().steps]
