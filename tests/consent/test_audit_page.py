"""The audit page: who may read it, its filters and pages, and how much each person saw."""

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from c360.showing import Action
from consent.access.figures import figures_of
from consent.access.report import Cursor
from consent.models import AccessEntry
from profiles.models import Profile
from tests.consent import looks
from tests.consent.looks import change_log, lines, looks_at, text
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
anna = looks.anna
boris = looks.boris


def test_officers_may_open_customers_from_the_log_and_admins_see_ids_only(
    anna: Profile,
) -> None:
    looks_at(anna.pk)

    officer, admin = text(signed_in("pia")), text(signed_in("ada"))

    assert f'href="/c/{anna.pk}/"' in officer
    assert anna.pk in admin
    assert f'href="/c/{anna.pk}/"' not in admin
    for page in (officer, admin):
        assert "Kowalska" not in page


@pytest.mark.parametrize("name", ["ana", "sol", "otto"])
def test_others_may_neither_read_nor_verify_the_log(name: str, anna: Profile) -> None:
    browser = signed_in(name)

    assert browser.get("/audit/").status_code == 403
    assert browser.post("/audit/verify/").status_code == 403
    assert "/audit/" not in browser.get("/", follow=True).content.decode()


def test_reading_the_log_is_logged_with_the_customer_asked_for(anna: Profile) -> None:
    text(signed_in("pia"), customer=anna.pk)

    entry = AccessEntry.objects.get()
    assert (entry.view, entry.action, entry.profiles) == ("consent:audit", "list", [anna.pk])


def test_the_customer_page_leads_officers_to_who_looked(anna: Profile) -> None:
    link = f"/audit/?customer={anna.pk}"

    assert link in signed_in("pia").get(f"/c/{anna.pk}/").content.decode()
    assert link not in signed_in("ana").get(f"/c/{anna.pk}/").content.decode()


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({}, 2),
        ({"action": "reveal"}, 1),
        ({"since": "2026-01-01", "until": "2026-01-02"}, 0),
        ({"since": "2026-01-01"}, 2),
        ({"customer": "P-NOBODY000000"}, 0),
    ],
)
def test_filters_narrow_the_list(
    filters: dict[str, str], number: int, anna: Profile, boris: Profile
) -> None:
    looks_at(anna.pk)
    looks_at(boris.pk, action=Action.REVEAL)

    answer = signed_in("pia").get("/audit/", filters)

    assert len(answer.context["page"].lines) == number


@pytest.mark.parametrize(
    "filters",
    [{"since": "someday"}, {"person": "0"}, {"action": "stole"}, {"customer": "8ca7a512"}],
)
def test_a_filter_that_makes_no_sense_shows_nothing_and_says_so(
    filters: dict[str, str], anna: Profile
) -> None:
    looks_at(anna.pk)

    answer = signed_in("pia").get("/audit/", filters)

    assert answer.status_code == 422
    assert answer.context["page"].lines == []
    assert "field-error" in answer.content.decode()


def test_pages_follow_each_other_without_gap_or_repetition(anna: Profile) -> None:
    for _ in range(120):
        looks_at(anna.pk)

    found = lines(signed_in("pia"), action="view")

    assert [line.entry.seq for line in found] == list(range(120, 0, -1))


@pytest.mark.parametrize("text", ["", "1", "-", "1-x", "²-1", "1-2-3", "9" * 40 + "-1"])
def test_a_cursor_that_makes_no_sense_shows_the_newest(text: str) -> None:
    assert Cursor.parse(text) is None
    assert signed_in("pia").get("/audit/", {"before": text}).status_code == 200


def test_the_page_asks_as_often_for_fifty_entries_as_for_one(
    anna: Profile, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    pia = signed_in("pia")
    pia.get("/audit/")
    for number in (1, 50):
        for _ in range(number):
            looks_at(anna.pk)
        # session, user, two for permissions; people to choose from, entries, two for figures,
        # the entry of this answer
        with django_assert_num_queries(8):
            pia.get("/audit/")


# Figures


MORNING = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)


def seen_at(when: datetime, *profiles: str, by: str, action: Action = Action.VIEW) -> None:
    """Entries of another time: the database tells the time, so its owner has to help."""
    newest = AccessEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for profile in profiles:
        looks_at(profile, by=by, action=action)
    change_log(
        "UPDATE consent_accessentry SET at = %s WHERE id > %s",
        when,
        newest,
    )


def test_who_opens_fifty_customers_in_an_hour_is_pointed_at() -> None:
    seen_at(MORNING, *(f"P-{number:012d}" for number in range(50)), by="ana")
    seen_at(MORNING, *(f"P-{number:012d}" for number in range(49)), by="sol")

    ana, sol = figures_of(MORNING.date())

    assert (ana.person, ana.customers, ana.busiest) == (staff("ana"), 50, 50)
    assert ana.warning == "50 customers opened from 11:00 to 12:00; 50 are unusual"
    assert (sol.customers, sol.warning) == (49, "")


def test_fifty_customers_over_a_day_are_work_as_usual() -> None:
    for hour in range(10):
        ids = [f"P-{hour:06d}{number:06d}" for number in range(10)]
        seen_at(MORNING.replace(hour=8 + hour), *ids, by="ana")

    [ana] = figures_of(MORNING.date())

    assert (ana.customers, ana.busiest, ana.warning) == (100, 10, "")


def test_a_customer_opened_often_counts_once_and_hits_of_a_search_do_not() -> None:
    seen_at(MORNING, "P-1", "P-1", "P-1", by="ana")
    seen_at(MORNING, "P-2", by="ana", action=Action.SEARCH)
    seen_at(MORNING.replace(day=5), "P-3", by="ana")

    [ana] = figures_of(MORNING.date())

    assert (ana.answers, ana.customers, ana.busiest) == (4, 1, 1)
