"""What sketches say of a pair: only what the comparison would say of it too."""

from dataclasses import replace

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matching.bulk.certain import ALONE, CERTAIN, DIFFERENT
from matching.bulk.sketches import digit_sketch, sketched, text_sketch
from matching.core.comparisons import COMPARISONS
from matching.core.features import Address, Email, Features, Phone, features_of

LETTERS = st.text("abcdenrst0z", min_size=1, max_size=9)
NUMBERS = st.text("0123456789", min_size=6, max_size=9)


def told(name: str, left: Features, right: Features) -> list[str]:
    """The levels that the sketches of two records name."""
    found = CERTAIN[name](sketched([left, right]), np.array([0]), np.array([1]))
    return [level for level, is_certain in found if is_certain[0]]


def certain(name: str, left: Features, right: Features) -> bool:
    """Whether the sketches of two records say that they differ by a comparison."""
    return told(name, left, right) == [DIFFERENT]


def mistyped(text: str, signs: str) -> st.SearchStrategy[str]:
    """The text after no, one or two slips of the pen, or turned round."""
    place = st.integers(0, len(text) - 1)
    slips = st.lists(st.tuples(place, st.sampled_from(signs)), max_size=2)

    def slipped(made: list[tuple[int, str]]) -> str:
        found = text
        for where, sign in made:
            found = found[:where] + sign + found[where + 1 :]
        return found

    return st.one_of(slips.map(slipped), st.just(text[::-1]), st.just(text[1:] + text[0]))


@st.composite
def names(draw: st.DrawFn) -> tuple[Features, Features]:
    """Two records whose names are alike, swapped, short forms, or have nothing in common."""
    given_name, family = draw(LETTERS), draw(LETTERS)
    other = draw(st.one_of(LETTERS, mistyped(given_name, "abez"), mistyped(family, "abez")))
    last = draw(st.one_of(LETTERS, mistyped(family, "abez"), mistyped(given_name, "abez")))
    formal = st.frozensets(st.sampled_from((given_name, other, "elizabeth", "john")))
    middle = st.sampled_from(((), ("b",), (given_name,), (last,)))
    return (
        Features(given_name, draw(middle), family, (), draw(formal)),
        Features(
            other, draw(middle), last, draw(st.sampled_from(((), (last, family)))), draw(formal)
        ),
    )


@given(names())
@settings(max_examples=500)
def test_names_called_different_unseen_are_different_when_seen(
    pair: tuple[Features, Features],
) -> None:
    for name in ("given_name", "family_name"):
        if certain(name, *pair):
            assert COMPARISONS[name](*pair) == DIFFERENT


@given(names())
@settings(max_examples=300)
def test_names_that_are_the_same_ask_for_nothing_else(pair: tuple[Features, Features]) -> None:
    left, right = pair
    for name, column in ALONE.items():
        part = column.removeprefix("~same_")
        right = replace(right, **{part: getattr(left, part)})
        bare = Features(**{part: getattr(left, part)})

        assert sketched([left, right])[column].tolist() == [hash(getattr(left, part))] * 2
        assert COMPARISONS[name](left, right) == COMPARISONS[name](bare, bare)


def test_an_address_of_a_postcode_alone_is_told_from_another_one() -> None:
    whole = Features(address=Address("5", "ash rd", "", "york", "yo261zn", "yo26"))
    bare = Features(address=Address(postcode="se71ad", area="se7"))
    near = Features(address=Address(postcode="yo261zm", area="yo26"))
    none = Features(address=Address(city="leeds"))

    assert told("address", whole, bare) == [DIFFERENT]
    assert told("address", bare, near) == [DIFFERENT]
    assert told("address", whole, near) == told("address", bare, none) == []


def test_a_day_and_month_swapped_or_nearly_met_are_looked_at() -> None:
    def dates(*two: tuple[int, int, int]) -> list[str]:
        return told("birth_date", *(Features(birth=each) for each in two))

    assert dates((1981, 4, 22), (1981, 11, 9)) == [DIFFERENT]
    assert dates((1981, 4, 12), (1981, 12, 4)) == []
    assert dates((1981, 9, 9), (1981, 10, 11)) == []
    assert dates((1981, 4, 22), (1966, 4, 22)) == []


def with_email(*addresses: str) -> Features:
    return features_of({"email": list(addresses)})


@given(LETTERS.flatmap(lambda name: st.tuples(st.just(name), mistyped(name, "ab1."))))
@settings(max_examples=300)
def test_mailboxes_called_different_unseen_are_different_when_seen(
    both: tuple[str, str],
) -> None:
    ours, theirs = (with_email(f"{name}@mail.example") for name in both)
    if certain("email", ours, theirs):
        assert COMPARISONS["email"](ours, theirs) == DIFFERENT


@given(NUMBERS.flatmap(lambda tail: st.tuples(st.just(tail), mistyped(tail, "0123456789"))))
@settings(max_examples=300)
def test_numbers_called_different_unseen_are_different_when_seen(both: tuple[str, str]) -> None:
    ours, theirs = (Features(phones=(Phone(tail, tail, False),)) for tail in both)
    if certain("phone", ours, theirs):
        assert COMPARISONS["phone"](ours, theirs) == DIFFERENT


DATES = st.tuples(st.integers(0, 2030), st.integers(0, 12), st.integers(0, 31))
NEAR = st.tuples(st.integers(-11, 11), st.integers(-2, 2), st.integers(-5, 5))


@given(DATES, st.one_of(DATES, NEAR))
@example((1981, 4, 22), (1, 0, 0))
@settings(max_examples=500)
def test_dates_called_different_unseen_are_different_when_seen(
    ours: tuple[int, int, int], more: tuple[int, int, int]
) -> None:
    near = tuple(max(0, mine + off) for mine, off in zip(ours, more, strict=True))
    for year, month, day in (more, near):
        pair = Features(birth=ours), Features(birth=(abs(year), abs(month), abs(day)))
        if certain("birth_date", *pair):
            assert COMPARISONS["birth_date"](*pair) == DIFFERENT


TOWNS = st.sampled_from(("york", "yorck", "leeds", "london", "oxford", ""))
CODES = st.sampled_from(("yo261zn", "yo261zm", "yo1", "ls97xt", "ls97xa", "n216yz", ""))
STREETS = st.sampled_from(("midwood dr", "midwod dr", "kingwood dr", "granwood ct", "a", ""))
PLACES = st.builds(
    lambda number, street, city, postcode: Features(
        address=Address(number, street, "", city, postcode, postcode[:3])
    ),
    st.sampled_from(("", "5", "56")),
    STREETS,
    TOWNS,
    CODES,
)


@given(PLACES, PLACES)
@settings(max_examples=1000)
def test_what_is_told_of_addresses_unseen_holds_when_they_are_seen(
    ours: Features, theirs: Features
) -> None:
    assert told("address", ours, theirs) in ([], [COMPARISONS["address"](ours, theirs)])


def test_strangers_need_not_be_looked_at() -> None:
    ours = features_of(
        {
            "given_name": "Murphy",
            "family_name": "Alison",
            "email": ["alisonm81@mail.example"],
            "phone": ["+441311323836"],
            "birth_date": "1981-04-22",
            "address": {"line1": "5 Ash Rd", "city": "York", "postal_code": "YO26 1ZN"},
        }
    )
    theirs = features_of(
        {
            "given_name": "Doris",
            "family_name": "Keck",
            "email": ["dot.keck@mail.example"],
            "phone": ["+447285257749"],
            "birth_date": "1976-02-17",
            "address": {"line1": "9 Granwood Ct", "city": "London", "postal_code": "SE7 1AD"},
        }
    )

    assert [name for name in CERTAIN if not certain(name, ours, theirs)] == []


def test_nothing_is_certain_of_several_values_or_none() -> None:
    several = with_email("dot.keck@mail.example", "doris@mail.example")
    one = Features(emails=(Email("bob@mail.example", "bob", "mail.example", "personal"),))

    assert not certain("email", several, one)
    assert not any(certain(name, one, Features()) for name in CERTAIN)


def test_texts_too_long_and_numbers_with_letters_have_no_sketch() -> None:
    assert text_sketch("a" * 64) == text_sketch("") == 0
    assert digit_sketch("12a4") == digit_sketch("1" * 15) == digit_sketch("") == 0
