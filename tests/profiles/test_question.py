"""What a text in the search box is taken for."""

import pytest

from profiles.finding.question import Kind, read


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("anna kowalska", Kind.NAME),
        ("O'Brien", Kind.NAME),
        ("anna 1984", Kind.NAME),
        ("Müller", Kind.NAME),
        ("anna@example.com", Kind.EMAIL),
        ("07700 900909", Kind.PHONE),
        ("+44 (0)7700 900-909", Kind.PHONE),
        ("ls1 4ab", Kind.POSTCODE),
        ("HP-104421", Kind.NUMBER),
        ("order 104421", Kind.NUMBER),
        ("#T-881", Kind.NUMBER),
        ("104421", Kind.NUMBER),
        ("P-7K3M9QW2XA4T", Kind.PROFILE),
        ("p-7k3m9qw2xa4t", Kind.PROFILE),
        ("a", Kind.NOTHING),
        ("  ", Kind.NOTHING),
        ("%%", Kind.NOTHING),
    ],
)
def test_the_kind_of_a_text_is_recognised(typed: str, kind: Kind) -> None:
    assert read(typed, "GB").kind is kind


@pytest.mark.parametrize(
    "typed", ["07700 900909", "+44 7700 900909", "0044 7700 900909", "(07700) 900-909"]
)
def test_every_way_of_writing_a_phone_number_reads_the_same(typed: str) -> None:
    assert "+447700900909" in read(typed, "GB").identifiers


def test_digits_are_looked_for_as_a_number_and_as_the_end_of_a_phone() -> None:
    question = read("900909", "GB")

    assert question.number == "900909"
    assert question.phone_tail == "900909"


def test_a_word_before_a_number_is_not_part_of_it() -> None:
    assert read("Order HP-104421", "GB").number == "HP-104421"


def test_a_year_beside_a_name_is_a_year_of_birth() -> None:
    question = read("anna 1984", "GB")

    assert question.words == ("anna",)
    assert question.year == "1984"


def test_a_very_long_text_is_cut() -> None:
    assert len(read("a" * 10_000, "GB").text) == 120
