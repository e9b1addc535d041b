"""What sketches say of a pair: what the comparison would say of it too, or nothing."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from matching.bulk.certain import CERTAIN, SHOWN
from matching.bulk.certain_contacts import account_teller
from matching.bulk.columns import encode, parts_read
from matching.bulk.sketches import EXACT, UNKNOWN, place_sketches, text_sketches
from matching.bulk.told import NONE, UNTOLD, Columns, Tell
from matching.core.comparisons import COMPARISONS, LEVELS, identifier
from matching.core.features import Address, Email, Features, Phone, features_of
from matching.core.model import default_model
from matching.core.words import name_family
from tests.matching.people import as_stored, people

LETTERS = st.text("abcdenrst0z", min_size=1, max_size=9)
NUMBERS = st.text("0123456789", min_size=6, max_size=9)
LEFT_OPEN = "left open"


def columns_of(*records: Features) -> Columns:
    return encode([as_stored(each) for each in records], parts_read(default_model())).columns


def _told(tell: Tell, levels: tuple[str, ...], left: Features, right: Features) -> str | None:
    found = tell(columns_of(left, right), np.array([0]), np.array([1])).item()
    return {UNTOLD: LEFT_OPEN, NONE: None}.get(found, levels[found - 1])


def told(name: str, left: Features, right: Features) -> str | None:
    """The level that the sketches of two records name; `None` where the comparison would be.

    Who says nothing at all is not asked.
    """
    codes = columns_of(left, right)[name]
    return _told(CERTAIN[name], LEVELS[name], left, right) if codes.all() else None


def holds(name: str, left: Features, right: Features) -> bool:
    """Whether what sketches say of two records by a comparison is what it says."""
    return told(name, left, right) in (LEFT_OPEN, COMPARISONS[name](left, right))


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
    middle = st.sampled_from(((), ("b",), (given_name,), (last,)))
    parts = st.sampled_from(((), (), (last, family)))
    return (
        named(given_name, draw(middle), family, draw(parts)),
        named(other, draw(middle), last, draw(parts)),
    )


Words = tuple[str, ...]


def named(given_name: str, middle: Words, family: str, parts: Words) -> Features:
    return Features(given_name, middle, family, parts, name_family(given_name))


SHORT = st.sampled_from(("a", "al", "alb", "albe", "albert", "bert", "b", "e", "le", "la"))


@given(
    st.one_of(
        names(),
        st.tuples(SHORT, SHORT, SHORT, SHORT).map(
            lambda four: (named(four[0], (), four[1], ()), named(four[2], (), four[3], ()))
        ),
    )
)
@settings(max_examples=400)
def test_what_is_told_of_names_unseen_holds_when_they_are_seen(
    pair: tuple[Features, Features],
) -> None:
    assert holds("given_name", *pair)
    assert holds("family_name", *pair)


@given(people(), people())
@settings(max_examples=200)
def test_what_is_told_of_people_unseen_holds_when_they_are_seen(
    left: Features, right: Features
) -> None:
    for name in CERTAIN:
        assert holds(name, left, right)


@given(st.lists(st.one_of(people(), names().map(lambda both: both[0])), min_size=4, max_size=8))
@settings(max_examples=300)
def test_pairs_that_show_a_comparison_the_same_reach_the_same(everyone: list[Features]) -> None:
    pairs = list(combinations(range(len(everyone)), 2))
    lo, hi = np.array(pairs, np.int64).T
    columns = columns_of(*everyone)
    for name, shown in SHOWN.items():
        levels: dict[tuple[int, int], str | None] = {}
        codes = shown(columns, lo, hi, (columns[name][lo], columns[name][hi]))
        for (left, right), *both in zip(pairs, *(each.tolist() for each in codes), strict=True):
            level = COMPARISONS[name](everyone[left], everyone[right])
            assert levels.setdefault((both[0], both[1]), level) == level


def test_names_show_nothing_else_where_they_were_not_swapped() -> None:
    ours, theirs, third = (
        named("anna", ("b",), "kowalska", ()),
        named("hannah", (), "marchetti", ()),
        named("anna", (), "marchetti", ()),
    )
    columns = columns_of(ours, theirs, third)
    lo, hi = np.array([0, 1]), np.array([1, 2])

    mine, yours = SHOWN["given_name"](columns, lo, hi, (columns["given_name"][lo],) * 2)

    assert {mine[0], yours[0]} == {mine[1], yours[1]}


def test_an_address_of_a_postcode_alone_is_told_from_another_one() -> None:
    whole = Features(address=Address("5", "ash rd", "", "york", "yo261zn", "yo26"))
    bare = Features(address=Address(postcode="se71ad", area="se7"))
    near = Features(address=Address(postcode="yo261zm", area="yo26"))
    none = Features(address=Address(city="leeds"))

    assert told("address", whole, bare) == told("address", bare, near) == "different"
    assert told("address", whole, near) == LEFT_OPEN
    assert told("address", bare, none) is None


def with_email(*addresses: str) -> Features:
    return features_of({"email": list(addresses)})


@given(LETTERS.flatmap(lambda name: st.tuples(st.just(name), mistyped(name, "ab1."))))
@settings(max_examples=300)
def test_what_is_told_of_mailboxes_unseen_holds_when_they_are_seen(
    both: tuple[str, str],
) -> None:
    ours, theirs = (with_email(f"{name}@mail.example") for name in both)
    assert holds("email", ours, theirs)
    assert holds("email", ours, with_email(f"{both[1]}@mail.test"))


def test_mailboxes_with_other_digits_are_told_apart() -> None:
    ours, theirs = with_email("anna.b84@mail.example"), with_email("anna.b85@mail.example")
    swapped = with_email("annb.a84@mail.example")

    assert told("email", ours, theirs) == COMPARISONS["email"](ours, theirs) == "different"
    assert told("email", ours, swapped) == LEFT_OPEN


@pytest.mark.parametrize("kind", ["info", "thesmiths", "anna.smith"])
def test_one_address_is_told_by_its_kind(kind: str) -> None:
    one = with_email(f"{kind}@mail.example")

    assert told("email", one, one) == COMPARISONS["email"](one, one)


@given(NUMBERS.flatmap(lambda tail: st.tuples(st.just(tail), mistyped(tail, "0123456789"))))
@settings(max_examples=300)
def test_every_level_of_two_numbers_is_told(both: tuple[str, str]) -> None:
    for is_landline in (True, False):
        ours, theirs = (Features(phones=(Phone(n, n, is_landline),)) for n in both)
        assert told("phone", ours, theirs) == COMPARISONS["phone"](ours, theirs)


@given(st.one_of(NUMBERS, st.text("ab0129", min_size=1, max_size=17)), st.data())
@settings(max_examples=300)
def test_what_is_told_of_account_numbers_holds_when_they_are_seen(
    number: str, data: st.DataObject
) -> None:
    other = data.draw(mistyped(number, "0123456789ab"))
    ours, theirs = (Features(identifiers=(("card", (each,)),)) for each in (number, other))
    level = _told(account_teller("identifiers.card"), LEVELS["identifier"], ours, theirs)

    assert level in (LEFT_OPEN, identifier((number,), (other,)))
    if number.isdigit() and other.isdigit() and len(number) == len(other) < 15:
        assert level != LEFT_OPEN


DATES = st.tuples(st.integers(0, 2030), st.integers(0, 12), st.integers(0, 31))
NEAR = st.tuples(st.integers(-11, 11), st.integers(-2, 2), st.integers(-5, 5))


@given(DATES, st.one_of(DATES, NEAR))
@example((1981, 4, 22), (1, 0, 0))
@example((1981, 4, 12), (0, 8, -8))
@settings(max_examples=250)
def test_every_level_of_two_dates_with_a_year_is_told(
    ours: tuple[int, int, int], more: tuple[int, int, int]
) -> None:
    near = tuple(max(0, mine + off) for mine, off in zip(ours, more, strict=True))
    for year, month, day in (more, near):
        pair = Features(birth=ours), Features(birth=(abs(year), abs(month), abs(day)))
        assert holds("birth_date", *pair)
        assert told("birth_date", *pair) != LEFT_OPEN or not (ours[0] and year)


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
@settings(max_examples=400)
def test_what_is_told_of_addresses_unseen_holds_when_they_are_seen(
    ours: Features, theirs: Features
) -> None:
    assert holds("address", ours, theirs)


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

    names = ("given_name", "family_name", "email", "phone", "birth_date", "address")
    assert {told(name, ours, theirs) for name in names} == {"different"}


def test_nothing_is_told_of_several_addresses() -> None:
    several = with_email("dot.keck@mail.example", "doris@mail.example")
    one = Features(emails=(Email("bob@mail.example", "bob", "mail.example", "personal"),))

    assert told("email", several, one) == told("email", one, several) == LEFT_OPEN


def test_texts_too_long_have_no_sketch_and_letters_no_exact_one() -> None:
    assert text_sketches(["a" * 64, ""]).tolist() == [UNKNOWN, UNKNOWN]
    assert place_sketches(["1" * 64, ""]).tolist() == [UNKNOWN, UNKNOWN]
    exact = place_sketches(["12", "12a4", "1" * 15, "1" * 14]) & EXACT != 0
    assert exact.tolist() == [True, False, False, True]


def test_a_number_with_letters_is_left_to_the_comparison() -> None:
    ours, theirs = (Features(phones=(Phone(each, each, False),)) for each in ("12a4", "1234"))

    assert told("phone", ours, theirs) == LEFT_OPEN
