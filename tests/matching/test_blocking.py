"""Who meets whom: block keys."""

from hypothesis import given

from matching.core.blocking import KINDS, block_keys, plain_keys, sound, without_generic
from matching.core.features import Features
from matching.core.model import default_model
from tests.matching.people import people, person

SECRET = b"a secret outside the database"


def meet(left: Features, right: Features) -> set[str]:
    """Kinds of keys two records share."""
    shared = block_keys(left, secret=SECRET) & block_keys(right, secret=SECRET)
    return {kind for kind, _ in shared}


@given(people())
def test_keys_are_signed_64_bit_numbers_of_known_kinds(features: Features) -> None:
    for kind, key in block_keys(features, secret=SECRET):
        assert kind in KINDS
        assert -(2**63) <= key < 2**63


def test_every_kind_of_key_has_a_limit_in_the_shipped_model() -> None:
    assert set(default_model().generic_limits()) == set(KINDS)
    assert all(len(kind) <= 24 for kind in KINDS)


def test_without_the_secret_a_key_tells_nothing() -> None:
    features = person("Anna", "Smith", email="anna@example.com")

    assert not block_keys(features, secret=b"one") & block_keys(features, secret=b"two")


def test_a_full_name_alone_meets_and_a_single_name_alone_does_not() -> None:
    anna = person("Anna", "Smith")

    assert meet(anna, person("Anna", "Smith")) >= {"full_name", "sound_names"}
    assert meet(anna, person("Smith", "Anna")) >= {"full_name", "sound_names"}
    assert meet(anna, person("A", "Smith")) == {"initial_family"}
    assert not block_keys(person("Anna"), secret=SECRET)


def test_a_postcode_or_a_whole_birthday_alone_meets_and_a_town_or_year_does_not() -> None:
    assert meet(person(postcode="LS1 4AB"), person(postcode="ls14ab")) == {"postcode"}
    assert meet(person(birth_date="1984-03-02"), person(birth_date="1984-03-02")) == {"date"}
    assert not list(plain_keys(person(city="Leeds", birth_date="1984")))


def test_values_too_many_share_are_taken_away_and_others_stay() -> None:
    anna = person("Anna", email="a@b.example", phone="+447700900123", ids={"card": "LC1"})
    stays = person("Anna", email="anna@b.example", ids={"card": "LC2"})
    generic = {key for kind, key in block_keys(anna, secret=SECRET) if kind != "full_name"}

    left = without_generic(anna, generic, secret=SECRET)

    assert left == person("Anna")
    assert without_generic(stays, generic, secret=SECRET) == stays
    assert without_generic(anna, (), secret=SECRET) is anna


def test_one_shared_mailbox_number_or_account_is_enough() -> None:
    anna = person("Anna", email="anna@example.com", phone="+447700900123", ids={"card": "LC1"})

    assert "email" in meet(anna, person(email="anna@example.com"))
    assert "phone" in meet(anna, person(phone="07700900123"))
    assert "identifier" in meet(anna, person(ids={"card": "LC1"}))


def test_a_mistyped_name_still_meets_by_date_and_place() -> None:
    right = person("Anna", "Smith", birth_date="1984-03-02", postcode="LS1 4AB")

    assert meet(right, person("Anna", "Smyht", birth_date="1984-03-02"))
    assert meet(right, person("Anna", "Xmith", postcode="LS1 4AB"))
    assert meet(right, person("Smith", "Anna", birth_date="1984-03-02"))


def test_a_swapped_day_and_month_still_meet() -> None:
    one = person("Anna", "Smith", birth_date="1984-03-02")

    assert meet(one, person("Anna", "Smith", birth_date="1984-02-03"))


def test_a_slip_in_number_or_mailbox_still_meets() -> None:
    one = person("Anna", "Smith", phone="+447700900123", email="asmith863@example.com")

    assert "sound_phone" in meet(one, person("Anna", phone="+447700980123"))
    assert "sound_mailbox" in meet(one, person("", "Smith", email="asmiht863@example.com"))


def test_names_that_sound_alike_share_a_sound() -> None:
    assert sound("catherine") == sound("katherine")
    assert sound("philip") == sound("filip")
    assert sound("smith") != sound("jones")
