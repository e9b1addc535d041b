"""A weight in plain words."""

from django.utils import translation
from hypothesis import given

from matching.core import comparisons
from matching.core.features import Features
from matching.core.model import default_model
from matching.core.scoring import score
from matching.telling import explain
from matching.telling.keys import WORDS, key_words
from tests.matching.people import people, person

MODEL = default_model()


@given(people(), people())
def test_prior_and_bars_add_up_to_the_weight(left: Features, right: Features) -> None:
    scored = score(MODEL, left, right)

    bars = explain.bars(scored.levels, scored.bits)

    assert abs(MODEL.prior_bits + sum(bar.bits for bar in bars) - scored.weight_bits) < 1e-9
    assert all(bar.label and bar.words for bar in bars)


def test_every_level_of_every_comparison_has_words() -> None:
    for name in comparisons.COMPARISONS:
        for level in comparisons.LEVELS[name]:
            assert explain.words_of(name, level) != level or level == "different", (name, level)


def test_the_household_comes_last() -> None:
    names = [bar.name for bar in explain.bars({"household": "possible", "email": "exact"}, {})]

    assert names == ["email", "household"]


def test_an_account_number_is_called_by_its_kind() -> None:
    assert explain.label_of("identifiers.loyalty_card") == "Loyalty card"


def test_a_pair_is_told_in_one_sentence() -> None:
    left = person("Anna", "Smith", email="anna84@example.com", birth_date="1984-03-02")
    right = person("Amna", "Smith", email="anna84@example.com", birth_date="1961-11-20")

    assert explain.sentence(left, right) == (
        "Same family name and e-mail; given name nearly the same; but different birth date."
    )


def test_a_pair_is_told_in_the_language_of_the_reader() -> None:
    left = person("Anna", "Smith", email="anna84@example.com", birth_date="1984-03-02")
    right = person("Amna", "Smith", email="anna84@example.com", birth_date="1961-11-20")

    with translation.override("de"):
        told = explain.sentence(left, right)

    assert told == (
        "Gleich: Nachname und E-Mail; Vorname: fast gleich; aber verschieden: Geburtsdatum."
    )


@given(people(), people())
def test_every_pair_has_a_sentence(left: Features, right: Features) -> None:
    text = explain.sentence(left, right)

    assert text.endswith(".")
    assert text[0].isupper()


def test_records_with_nothing_in_common_are_told_so() -> None:
    assert "nothing in common" in explain.sentence(person("Anna"), Features())


def test_every_refusal_has_its_sentence() -> None:
    for reason in ("different", "identifier", "birth_date", "twins", "generation"):
        assert explain.refusal(reason) == str(explain.REFUSALS[reason])
    assert explain.refusal("unheard of")


def test_every_kind_of_key_has_its_words_and_german_ones() -> None:
    kinds = set(MODEL.generic_limits())
    assert kinds == WORDS.keys()
    assert key_words("of_tomorrow") == "of tomorrow"

    with translation.override("de"):
        assert [kind for kind in kinds if key_words(kind) == kind.replace("_", " ")] == []
