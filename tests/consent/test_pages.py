"""The contact panel and the ledger page: what each role sees, in words."""

import pytest
from pytest_django import DjangoAssertNumQueries

from consent.stating import ledger
from matching.models import ReviewCase
from matching.signals import clusters_settled
from profiles.models import Profile
from tests.consent.statements import day, say
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Profile:
    house = {"line1": "1 High Street", "postal_code": "AB1 2CD"}
    ways = {"email": ["anna@example.org"], "phone": ["+447700900909"], "address": house}
    names = {"given_name": "Anna", "family_name": "Kowalska"}
    return make_customer(make_record("shop", **names, **ways))


def settled(*profiles: Profile) -> None:
    """Tell who listens that records were joined or a case opened."""
    ids = {profile.pk for profile in profiles}
    clusters_settled.send(sender=None, profile_ids=ids, record_ids=())


def panel(name: str, profile: Profile) -> str:
    browser = signed_in(name)
    answer = browser.get(f"/c/{profile.pk}/contact/", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.parametrize("name", ["ana", "sol", "pia"])
def test_the_panel_says_allowed_since_when_and_by_whom(name: str, anna: Profile) -> None:
    say(anna.birth_record, True, on=120)

    body = panel(name, anna)

    assert "Allowed" in body
    assert "1 May 2026" in body
    assert "came with a record of Shop" in body
    assert "<html" not in body


@pytest.mark.parametrize("name", ["ada", "otto"])
@pytest.mark.parametrize("page", ["contact", "consent"])
def test_who_may_not_see_customers_is_refused(name: str, page: str, anna: Profile) -> None:
    assert signed_in(name).get(f"/c/{anna.pk}/{page}/").status_code == 403


def test_unknown_counts_as_no_and_says_so(anna: Profile) -> None:
    body = panel("ana", anna)

    assert body.count("Unknown, so no") == 2 + 8  # each purpose in short; all four channels
    assert "Nobody said anything." in body
    assert "Allowed" not in body


def test_joined_records_that_differ_are_mentioned(anna: Profile) -> None:
    crm = make_record("crm", given_name="Ann")
    say(anna.birth_record, True, on=2)
    say(crm, False, on=1)
    settled(make_customer(anna.birth_record, crm))

    assert "Two records disagree, so the stricter answer applies." in panel("ana", anna)


def test_a_possible_match_is_mentioned_without_any_trace_of_it(anna: Profile) -> None:
    other = make_record("helpdesk", given_name="Zofia", family_name="Nowak")
    make_customer(other)
    say(anna.birth_record, True)
    say(other, False, contact_point=None)
    ReviewCase.objects.create(
        lo=anna.birth_record, hi=other, reason="uncertain", weight_bits=3.0
    )
    settled(anna)

    body = panel("ana", anna)

    assert "A possible match is under review." in body
    for trace in ("Zofia", "Nowak", "Helpdesk", other.external_id, other.birth_profile.pk):
        assert trace not in body


def test_without_javascript_the_panel_is_a_page(anna: Profile) -> None:
    assert "<html" in signed_in("ana").get(f"/c/{anna.pk}/contact/").content.decode()


def test_only_privacy_officers_are_led_to_the_ledger(anna: Profile) -> None:
    link = f"/c/{anna.pk}/consent/"

    assert link in panel("pia", anna)
    for name in ("ana", "sol"):
        assert link not in panel(name, anna)
        assert signed_in(name).get(link).status_code == 403


def test_the_panel_takes_the_same_queries_for_many_statements(
    anna: Profile, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        say(anna.birth_record, number % 2 == 0, on=number)
    browser = signed_in("ana")
    panel = f"/c/{anna.pk}/contact/"
    browser.get(panel)  # the first request notes when the session began

    with django_assert_num_queries(12):  # session, user, permissions, customer,
        # seven own, the access log
        browser.get(panel, headers={"HX-Request": "true"})


def test_the_ledger_lists_statements_newest_first(anna: Profile) -> None:
    say(anna.birth_record, True, on=1)
    say(anna.birth_record, False, on=31, channel="sms", precision="undated")

    body = signed_in("pia").get(f"/c/{anna.pk}/consent/").content.decode()

    assert body.index("1 Feb 2026") < body.index("2 Jan 2026")
    assert "time of the row" in body
    assert anna.birth_record.external_id in body


def test_the_ledger_shows_no_statement_of_records_not_joined(anna: Profile) -> None:
    other = make_record("helpdesk")
    say(other, True)

    assert "No statements" in signed_in("pia").get(f"/c/{anna.pk}/consent/").content.decode()


def test_the_ledger_goes_on_where_its_first_page_ends(
    anna: Profile, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ledger.append(
        ledger.NewEntry(
            record_id=anna.birth_record.pk,
            purpose="marketing",
            channel="email",
            decision="refused" if number == 0 else "granted",
            stated_at=day(max(number, 1)),  # two at one time, a yes and a no
        )
        for number in range(60)
    )
    browser = signed_in("pia")

    first = browser.get(f"/c/{anna.pk}/consent/")
    with django_assert_num_queries(7):
        browser.get(f"/c/{anna.pk}/consent/")
    older = first.context["page"].older
    second = browser.get(f"/c/{anna.pk}/consent/", {"before": older})

    shown = [entry.pk for page in (first, second) for entry in page.context["page"].entries]
    assert len(first.context["page"].entries) == 50
    assert len(shown) == len(set(shown)) == 60
    assert second.context["page"].older == ""


@pytest.mark.parametrize("before", ["", "x", "1-", "9" * 40 + "-1", "1-" + "9" * 40, "²-1"])
def test_a_place_that_makes_no_sense_is_no_error(anna: Profile, before: str) -> None:
    answer = signed_in("pia").get(f"/c/{anna.pk}/consent/", {"before": before})

    assert answer.status_code == 200


def test_admins_mend_purposes_and_never_reach_the_ledger() -> None:
    browser = signed_in("ada")

    assert browser.get("/admin/consent/purpose/marketing/change/").status_code == 200
    assert browser.get("/admin/consent/purpose/marketing/delete/").status_code == 403
    assert browser.get("/admin/consent/ledgerentry/").status_code == 404
