"""The pages on which stewards change which value is shown."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from c360.jobs.model import Job
from c360.jobs.working import run_waiting
from consent.models import AccessEntry
from profiles.models import Profile, SurvivorshipVersion
from profiles.projection import refresh
from profiles.survivorship import spreading
from profiles.survivorship.live import live_rules, live_version
from profiles.survivorship.rules import SHIPPED
from tests.matching.pages import HTMX, Answer, text
from tests.profiles.survivors import anna, phone_of, published, simulated
from tests.staff import signed_in

pytestmark = pytest.mark.django_db
CRM_FIRST = {"phone_0": "complete", "phone_1": "priority", "phone_2": "", "phone_3": "newest"}


@pytest.fixture
def customer() -> Profile:
    return anna()


@pytest.fixture
def sol(customer: Profile) -> Client:
    return signed_in("sol")


def sent(**changed: str) -> dict[str, str]:
    """What the form of a draft sends, but for what is changed."""
    spec = live_version().spec
    facts = {"name": "crm-first"}
    for name, order in spec["strategies"].items():
        facts |= {f"{name}_{place}": said for place, said in enumerate(order)}
    return {**facts, **changed}


def make_draft(browser: Client, **changed: str) -> Answer:
    return browser.post(f"/rules/values/draft/{SHIPPED}/", sent(**{**CRM_FIRST, **changed}))


def simulate(browser: Client) -> None:
    browser.post("/rules/values/simulate/crm-first/", {"size": "all"})
    run_waiting()


def test_the_way_from_the_rules_to_a_draft_and_what_it_changes(sol: Client) -> None:
    assert "/rules/values/" in sol.get("/rules/").content.decode()
    assert "The rules that ship with the product" in text(sol.get("/rules/values/"))

    answer = make_draft(sol, phone_trust="shop, crm")

    assert answer["Location"] == "/rules/values/version/crm-first/"
    page = text(sol.get("/rules/values/version/crm-first/"))
    assert "complete before partial, rank of the source, newest (trusted: shop, crm)" in page
    assert "Made by Sol" in page
    made = SurvivorshipVersion.objects.get(version="crm-first").spec
    assert made["strategies"]["phone"] == ["complete", "priority", "newest"]
    assert made["trust"] == {"phone": ["shop", "crm"]}


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"phone_3": "complete"}, "“complete before partial” is there twice"),
        ({"gender_0": "complete"}, "Select a valid choice"),
        (dict.fromkeys(("gender_0", "gender_1", "gender_2"), ""), "Choose at least one"),
        ({"phone_trust": "shop mars"}, "There is no source “mars”. Write some of crm, shop"),
        ({"phone_trust": "shop, shop"}, "A source is there twice"),
        ({"phone_1": "newest", "phone_3": "", "phone_trust": "shop"}, "rank of the source"),
        ({"name": "a/b"}, "Use letters, digits"),
        ({"name": SHIPPED}, "exists already"),
        (
            {"phone_1": "newest", "phone_2": "priority", "phone_3": "first"},
            "Nothing is changed",
        ),
    ],
)
def test_a_draft_that_makes_no_sense_is_asked_again(
    sol: Client, changed: dict[str, str], words: str
) -> None:
    answer = make_draft(sol, **changed)

    assert answer.status_code == 422
    assert words in text(answer)
    assert not SurvivorshipVersion.objects.filter(state="draft").exists()


def test_a_simulation_is_watched_and_cancelled(sol: Client) -> None:
    make_draft(sol)

    waiting = sol.post("/rules/values/simulate/crm-first/", {"size": "all"}, headers=HTMX)
    assert "A worker takes it next" in text(waiting)
    job = Job.objects.get(kind="simulate_values")
    answer = sol.post(f"/rules/jobs/{job.pk}/cancel/")

    assert answer["Location"] == "/rules/values/version/crm-first/"
    assert Job.objects.get(pk=job.pk).state == "cancelled"
    assert "Cancelled" in text(sol.get("/rules/values/report/crm-first/"))


def test_what_would_flip_is_told_and_a_second_person_publishes(
    sol: Client, customer: Profile
) -> None:
    make_draft(sol)
    assert "Simulate it first" in text(sol.get("/rules/values/version/crm-first/"))
    simulate(sol)

    page = text(sol.get("/rules/values/version/crm-first/"))
    assert "1 of 1 customers, against shipped-2026.11" in page
    assert "Look at 1 example" in page
    assert "somebody else must publish" in page
    refused = sol.post("/rules/values/publish/crm-first/", {"scope": "all"})
    assert (refused.status_code, live_rules().version) == (409, SHIPPED)

    kim = signed_in("kim")
    assert kim.post("/rules/values/publish/crm-first/", {}).status_code == 422
    assert kim.post("/rules/values/publish/crm-first/", {"scope": "all"}).status_code == 302
    lab = text(kim.get("/rules/values/"))
    assert "0 % done, 1 customer still shows values of an earlier version" in lab
    spreading.spread()
    assert phone_of(customer).endswith("1")
    fragment = text(kim.get("/rules/values/rollout/", headers=HTMX))
    assert "Every customer shows values chosen by it" in fragment


def test_examples_show_sensitive_values_masked_and_are_in_the_access_log(
    sol: Client, customer: Profile, settings: Any
) -> None:
    settings.C360_MASKED = ["phone"]
    simulated()

    page = sol.get("/rules/values/examples/crm-first/")

    assert f"/c/{customer.pk}/" in page.content.decode()
    said = " ".join(strip_tags(page.content.decode()).split())
    assert "•••• 0002 shop •••• 0001 crm" in said
    assert "20 7946" not in text(page)
    entry = AccessEntry.objects.latest("seq")
    assert (entry.action, entry.profiles, entry.fields) == ("list", [customer.pk], ["phone"])
    assert (entry.view, entry.results) == ("matching:values-examples", 1)


def test_an_example_that_is_no_longer_true_is_left_out(sol: Client) -> None:
    published()
    spreading.spread()

    page = text(sol.get("/rules/values/examples/crm-first/"))

    assert "No examples are left" in page


def test_the_lab_asks_the_same_however_many_versions_and_customers(
    sol: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_draft(sol)
    simulate(sol)
    sol.get("/rules/values/")
    with CaptureQueriesContext(connection) as few:
        sol.get("/rules/values/")
    asked = len(few)  # asked now: the next request begins a new log
    for number in range(4):
        anna()
        make_draft(sol, name=f"other-{number}")

    with django_assert_num_queries(asked):
        sol.get("/rules/values/")


def test_a_version_for_new_data_is_spread_and_taken_back(
    sol: Client, customer: Profile
) -> None:
    published(scope="new")
    assert "Apply it to 1 more customer" in text(sol.get("/rules/values/"))

    sol.post("/rules/values/spread/")
    spreading.spread()
    assert phone_of(customer).endswith("1")
    twice = text(sol.post("/rules/values/spread/", follow=True))
    assert "It applies to all customers already" in twice

    back = text(sol.post("/rules/values/take-back/", follow=True))
    assert "Taken back: shipped-2026.11 is live again" in back
    spreading.spread()
    assert phone_of(customer).endswith("2")


def test_the_popover_names_the_version_that_chose(sol: Client, customer: Profile) -> None:
    url = f"/c/{customer.pk}/field/phone/"
    assert "Rules shipped-2026.11" in text(sol.get(url))

    published(scope="new")
    assert "Rules shipped-2026.11" in text(sol.get(url))
    refresh([customer.pk])

    assert "Rules crm-first" in text(sol.get(url))


def test_agents_officers_and_admins_are_refused(customer: Profile) -> None:
    simulated()
    for name in ("ana", "pia", "ada"):
        browser = signed_in(name)
        for page in ("", "version/crm-first/", "examples/crm-first/", "draft/crm-first/"):
            assert browser.get(f"/rules/values/{page}").status_code == 403
        assert (
            browser.post("/rules/values/publish/crm-first/", {"scope": "all"}).status_code
            == 403
        )
    assert live_rules().version == SHIPPED
