"""Finding customers by what people quote, and never through a record that is not joined."""

from datetime import timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from profiles.finding import candidates
from profiles.finding.search import Results, search, suggest
from profiles.models import Profile, SourceRecord
from tests.profiles.customers import LONG_AGO, make_customer, make_object, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


def anna(**more: object) -> SourceRecord:
    return make_record(
        "shop",
        given_name="Anna",
        family_name="Kowalska",
        email=["anna@example.com"],
        phone=["+447700900909"],
        birth_date="1984-03-02",
        address={"city": "Leeds", "postal_code": "LS1 4AB"},
        identifiers={"loyalty_card": ["LC10012040"]},
        **more,
    )


def found(results: Results) -> list[str]:
    return [hit.profile.pk for hit in results.hits]


def why(results: Results) -> list[str]:
    return results.hits[0].reasons


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("Anna Kowalska", "name"),
        ("kowalska", "name"),
        ("kowal", "name"),
        ("kowalzka", "similar spelling"),
        ("Ana Kovalska", "similar spelling"),
        ("koawlska", "similar spelling"),
        ("hannah kowalska", "short name"),
        ("anna leeds", "name, lives in Leeds"),
        ("leeds anna", "name, lives in Leeds"),
        ("anna leeds 1984", "name, lives in Leeds, born 1984"),
        ("anna 1984", "name, born 1984"),
        ("anna 2.3.1984", "name, born 2 March 1984"),
        ("1984-03-02", "born 2 March 1984"),
        ("kowalska LS1", "name, postcode LS1"),
        ("kowalska ls1 4ab", "name, postcode LS1 4AB"),
        ("LS1", "postcode LS1"),
        ("ls1 4", "postcode LS1 4"),
        ("kowalska 0909", "name, phone ends 0909"),
        ("kowalska 909", "name, phone ends 909"),
        ("anna 104421", "name, order HP-104421"),
        ("anna kowalska anna@exa", "name, e-mail begins anna@exa"),
        ("anna@exa", "e-mail begins anna@exa, name"),
        ("anna@exmaple.com", "e-mail begins anna@, name"),
        ("07700 900", "phone begins 07700900"),
        ("a kowalska", "name"),
        ("anna@example.com", "e-mail"),
        ("ANNA@EXAMPLE.COM ", "e-mail"),
        ("07700 900909", "phone ends 0909"),
        ("+44 7700-900 909", "phone ends 0909"),
        ("0909", "phone ends 0909"),
        ("900909", "phone ends 0909"),
        ("lc 1001 2040", "loyalty card LC10012040"),
        ("ls14ab", "postcode LS1 4AB"),
        ("LS1 4AB", "postcode LS1 4AB"),
        ("HP-104421", "order HP-104421"),
        ("hp-104421", "order HP-104421"),
        ("104421", "order HP-104421"),
        ("order #104421", "order HP-104421"),
    ],
)
def test_a_customer_is_found_and_the_hit_says_why(typed: str, reason: str) -> None:
    record = anna()
    profile = make_customer(record)
    make_object(record, "HP-104421")
    make_customer(make_record("crm", given_name="Peter", family_name="Lindqvist"))

    results = search(typed)

    assert found(results) == [profile.pk]
    assert ", ".join(why(results)) == reason


def test_four_digits_may_be_an_order_or_a_phone_so_both_are_listed() -> None:
    record = make_record("desk", given_name="Boris", phone=["+447700900121"])
    make_object(record, "HP-200909")
    make_customer(record)
    make_customer(anna())

    results = search("0909")

    assert len(results.hits) == 2
    assert results.sole_exact is None


def test_a_name_is_found_while_its_address_is_still_being_typed() -> None:
    profile = make_customer(anna())

    assert found(search("anna.kowalska@exa")) == [profile.pk]


def test_names_that_only_sound_alike_are_found() -> None:
    profile = make_customer(make_record(given_name="Phoebe", family_name="Phelan"))

    results = search("feeby felan")

    assert found(results) == [profile.pk]
    assert why(results) == ["name sounds alike"]


@pytest.mark.parametrize("typed", ["anna 1990", "anna york", "boris", "07700 900910", "0910"])
def test_what_does_not_fit_is_not_found(typed: str) -> None:
    make_customer(anna())

    assert found(search(typed)) == []


def test_a_short_name_before_digits_is_a_name() -> None:
    profile = make_customer(make_record(given_name="Bob", phone=["+447700900909"]))

    assert found(search("bob 0909")) == [profile.pk]


@pytest.mark.parametrize("typed", ["smith market oxley", "market oxley smith", "smith oxley"])
def test_a_town_of_several_words_narrows_a_name(typed: str) -> None:
    here: dict[str, Any] = {"address": {"city": "Market Oxley"}}
    profile = make_customer(make_record(family_name="Smith", **here))
    make_customer(make_record(family_name="Smith", address={"city": "Leeds"}))
    make_customer(make_record(family_name="Oxton", **here))

    assert found(search(typed)) == [profile.pk]


@pytest.mark.parametrize("typed", ["o'brien zurich", "obrien zürich", "brien zur"])
def test_accents_and_apostrophes_do_not_matter(typed: str) -> None:
    lived: dict[str, Any] = {"address": {"city": "Zürich"}}
    profile = make_customer(make_record(family_name="O'Brien", **lived))

    assert found(search(typed)) == [profile.pk]


@pytest.mark.parametrize("typed", ["anna\\'s | !(x", "a' & b:*", "anna \\", "''", "n:* :A"])
def test_signs_that_mean_something_to_the_index_are_only_signs(typed: str) -> None:
    make_customer(anna())

    assert len(search(typed).hits) <= 1


def test_the_nearest_name_comes_first() -> None:
    joan = make_customer(make_record(given_name="Joan", family_name="Smith"))
    jon = make_customer(make_record(given_name="Jon", family_name="Smith"))

    assert found(search("jon smith")) == [jon.pk, joan.pk]


def test_a_profile_that_only_redirects_is_never_a_hit() -> None:
    shop = anna()
    crm = make_record("crm", given_name="Anna", family_name="Kowalska")
    profile = make_customer(shop, crm)

    assert found(search("kowalska")) == [profile.pk]
    assert found(search(crm.birth_profile.pk)) == [profile.pk]


def test_a_record_that_is_not_joined_leads_only_to_its_own_profile() -> None:
    profile = make_customer(anna())
    apart = make_record("crm", given_name="Annie", email=["annie@example.net"])
    other = make_customer(apart)
    make_object(apart, "T-881", "ticket")

    for typed in ("annie@example.net", "T-881"):
        assert found(search(typed)) == [other.pk]
        assert profile.pk not in found(search(typed))


def test_a_joined_record_is_found_under_the_profile_it_was_joined_into() -> None:
    crm = make_record("crm", given_name="Ann", email=["ann@example.net"])
    profile = make_customer(anna(), crm)

    assert found(search("ann@example.net")) == [profile.pk]


def test_contact_points_of_a_record_that_is_not_joined_lead_to_nobody_else() -> None:
    profile = make_customer(anna())
    make_customer(
        make_record("crm", given_name="Ann", email=["ak@example.net"], phone=["+447700900777"])
    )

    for typed in ("kowalska 0777", "kowalska ak@", "kowalska ak@example.net"):
        assert profile.pk not in found(search(typed))


def test_who_was_erased_is_found_by_nothing() -> None:
    record = anna()
    make_object(record, "HP-104421")
    make_customer(record)
    SourceRecord.objects.filter(pk=record.pk).update(erased_at=LONG_AGO)
    Profile.objects.filter(pk=record.birth_profile.pk).update(
        record_count=0, golden={}, search_name="", name_sounds=[], postcode_norm=[]
    )

    for typed in ("kowalska", "anna leeds 1984", "0909", "anna@", "LS1", "104421"):
        assert found(search(typed)) == []


def test_orders_of_a_deleted_record_find_nobody() -> None:
    record = anna()
    make_customer(record, make_record("crm", given_name="Anna"))
    make_object(record, "HP-104421")
    SourceRecord.objects.filter(pk=record.pk).update(deleted_at=LONG_AGO)

    assert found(search("HP-104421")) == []


def test_contact_points_are_masked_in_hits() -> None:
    make_customer(anna())

    hit = search("kowalska").hits[0]

    assert (hit.email, hit.phone, hit.city) == ("a•••@ex…", "•••• 0909", "Leeds")


def test_where_callers_are_verified_no_hit_says_where_somebody_lives(settings: Any) -> None:
    settings.C360_VERIFY_CALLERS = True
    make_customer(anna())

    assert search("kowalska").hits[0].city == ""


def test_contact_points_that_pages_show_are_masked_in_hits_all_the_same(settings: Any) -> None:
    settings.C360_MASKED = ["birth_date"]
    make_customer(anna())

    hit = search("kowalska").hits[0]

    assert (hit.email, hit.phone) == ("a•••@ex…", "•••• 0909")


def test_more_hits_than_fit_are_announced() -> None:
    for number in range(4):
        make_customer(make_record(given_name="Anna", email=[f"a{number}@example.com"]))

    assert search("anna", limit=3).more == 1
    assert search("anna", limit=4).more == 0


def test_of_more_than_are_ranked_whole_names_come_first_then_the_newest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "MOST_WRITTEN", 2)
    names = ("Annabel", "Anna", "Anna", "Annamaria", "Anna")
    made = [make_customer(make_record("crm", given_name=name)) for name in names]
    for days, profile in enumerate(made):
        profile.last_event_at = LONG_AGO - timedelta(days=days)
        profile.save(update_fields=["last_event_at"])

    whole, begun = search("anna", limit=1), search("annam", limit=1)

    assert (found(whole), whole.more) == ([made[1].pk], 1)
    assert found(begun) == [made[3].pk]


def test_queries_do_not_grow_with_the_hits(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(12):
        make_customer(make_record(given_name="Anna", email=[f"a{number}@example.com"]))

    with django_assert_num_queries(4):  # sounds, names, profiles, orders
        search("anna", limit=1)
    with django_assert_num_queries(4):
        search("anna", limit=11)


def test_names_spelt_far_off_take_more_queries_but_never_many(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_customer(anna())

    with django_assert_max_num_queries(10):
        search("ana kovalska")


# The pages


def test_enter_on_the_only_exact_hit_opens_the_customer() -> None:
    profile = make_customer(anna())

    answer = signed_in("ana").post("/search/", {"q": "07700 900909"})

    assert answer.headers["Location"] == f"/c/{profile.pk}/"


def test_enter_on_a_name_lists_the_hits_even_if_there_is_one() -> None:
    make_customer(anna())

    page = signed_in("ana").post("/search/", {"q": "kowalska"}).content.decode()

    assert "1 customer found" in page
    assert "looks like a name" in page


def test_nobody_found_says_what_to_try() -> None:
    page = signed_in("ana").post("/search/", {"q": "<b>xyzzy"}).content.decode()

    assert "Nobody found" in page
    assert "<b>xyzzy" not in page


def test_what_was_typed_never_stands_in_an_address() -> None:
    page = signed_in("ana").post("/search/", {"q": "kowalska"}).content.decode()

    assert "?q=" not in page
    assert 'method="post"' in page


def test_customers_opened_lately_are_listed_and_only_ids_are_kept() -> None:
    profile = make_customer(anna())
    browser = signed_in("ana")
    browser.get(f"/c/{profile.pk}/")

    assert "Kowalska" in browser.get("/search/").content.decode()
    assert browser.session["recent"] == [profile.pk]
    Profile.objects.filter(pk=profile.pk).update(record_count=0)
    assert "Kowalska" not in browser.get("/search/").content.decode()


def test_suggestions_are_options_of_the_search_box() -> None:
    profile = make_customer(anna())

    fragment = signed_in("ana").post("/search/suggest/", {"q": "kow"}).content.decode()

    assert 'role="option"' in fragment
    assert f"/c/{profile.pk}/" in fragment
    assert "anna@example.com" not in fragment
    assert "1 result" in fragment


def test_suggestions_look_for_other_spellings_only_where_few_are_called_so() -> None:
    called_so = [
        make_customer(make_record("shop", given_name=name, family_name="Kowalska"))
        for name in ("Anna", "Bea", "Cleo")
    ]
    spelt_nearly_so = make_customer(make_record("shop", family_name="Kovalska"))

    assert set(found(suggest("kowalska"))) == {each.pk for each in called_so}
    assert spelt_nearly_so.pk in found(search("kowalska"))

    Profile.objects.filter(pk=called_so[0].pk).update(record_count=0)
    assert spelt_nearly_so.pk in found(suggest("kowalska"))


def test_a_town_that_is_begun_is_asked_of_those_who_bear_the_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "MOST_WRITTEN", 1)
    anna_of_leeds = make_customer(anna())
    for town in ("Farrow", "Marlsea"):
        newer = make_customer(make_record("shop", given_name="Anna", address={"city": town}))
        Profile.objects.filter(pk=newer.pk).update(last_event_at=LONG_AGO)

    assert found(search("anna lee"))[:1] == [anna_of_leeds.pk]


@pytest.mark.parametrize("path", ["/search/", "/search/suggest/"])
@pytest.mark.parametrize(
    ("name", "status"), [("ana", 200), ("sol", 200), ("pia", 200), ("ada", 403), ("otto", 403)]
)
def test_only_roles_that_serve_customers_search(path: str, name: str, status: int) -> None:
    assert signed_in(name).post(path, {"q": "anna"}).status_code == status
