"""An auditor's questions to the access log: is it complete, and who looked at this customer?

Check 44 is `test_access_log.py`, which asks every address; here is what is made of the entries.
"""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from c360.showing import Action, Notes
from consent.access.check import Check, check_newest
from consent.access.episodes import Episode, trail_of
from consent.access.figures import figures_of
from consent.access.log import Answer, write
from consent.access.report import Cursor, Line
from consent.models import AccessEntry
from matching.deciding.decisions import record_decision, split_records
from matching.models import ReviewCase
from profiles.models import Membership, Profile, SourceRecord
from tests.matching.pairs import ANNA, make_pair
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
Step = tuple[str, list[str]]  # the name of an address, and the customers it showed


@pytest.fixture
def anna() -> Profile:
    return make_customer(make_record("shop", **ANNA))


@pytest.fixture
def boris() -> Profile:
    person = {"given_name": "Boris", "family_name": "Nowak", "email": ["boris@example.com"]}
    return make_customer(make_record("crm", **person))


def lines(browser: Client, **filters: Any) -> list[Line]:
    """What the audit page lists, over all its pages, newest first."""
    found: list[Line] = []
    older = ""
    while True:
        answer = browser.get("/audit/", {**filters, "before": older})
        assert answer.status_code == 200
        found += answer.context["page"].lines
        older = answer.context["page"].older
        if not older:
            return found


def steps(found: list[Line]) -> list[Step]:
    """Lines as steps, oldest first."""
    return [(line.entry.view, line.entry.profiles) for line in reversed(found)]


def looks_at(profile: str, *, by: str = "ana", action: Action = Action.VIEW) -> None:
    """An entry as the middleware would write it."""
    notes = Notes(action, profiles={profile: None})
    write(Answer(view="profiles:customer", status=200, actor_id=staff(by).pk), notes)


# Check 45


def session(browser: Client, anna: str, boris: str) -> list[Step]:
    """Thirty requests of an agent; returns what the log must say of them."""
    told: list[Step] = []

    def ask(name: str, path: str, *shown: str, post: dict[str, str] | None = None) -> None:
        answer = browser.post(path, post) if post else browser.get(path, headers=HTMX)
        assert answer.status_code == 200
        told.append((name, list(shown)))

    def ask_in_vain(path: str, status: int, post: dict[str, str] | None = None) -> None:
        answer = browser.post(path, post) if post else browser.get(path)
        assert answer.status_code == status

    ask_in_vain("/", 302)
    ask("profiles:search", "/search/")
    ask("profiles:suggest", "/search/suggest/", post={"q": "nobody like that"})
    ask("profiles:suggest", "/search/suggest/", anna, post={"q": "kowal"})
    ask("profiles:search", "/search/", anna, post={"q": "kowalska"})
    for customer in (anna, boris, anna):
        ask("profiles:customer", f"/c/{customer}/", customer)
        ask("matching:confidence", f"/c/{customer}/confidence/", customer)
        ask("consent:panel", f"/c/{customer}/contact/", customer)
        ask("profiles:timeline", f"/c/{customer}/timeline/", customer)
        ask("profiles:field", f"/c/{customer}/field/email/", customer)
        ask_in_vain(f"/c/{customer}/consent/", 403)
    ask_in_vain("/search/", 302, {"q": "boris@example.com"})
    told.append(("profiles:search", [boris]))  # one hit: it leads to the customer at once
    ask_in_vain("/c/P-000000000000/", 404)
    ask_in_vain(f"/c/{anna}/field/unheard-of/", 404)
    ask_in_vain("/review/", 403)
    ask_in_vain("/audit/", 403)
    ask("profiles:records", f"/c/{boris}/records/", boris)
    ask("profiles:search", "/search/", anna, boris, anna)
    return told


def test_the_report_on_an_agent_is_complete_in_order_and_holds_nothing_else(
    anna: Profile, boris: Profile
) -> None:
    told = session(signed_in("ana"), anna.pk, boris.pk)
    told[-1] = ("profiles:search", [anna.pk, boris.pk])  # the customers opened lately
    signed_in("sol").get(f"/c/{anna.pk}/")

    found = lines(signed_in("pia"), person=staff("ana").pk)

    assert steps(found) == told
    assert {line.entry.actor for line in found} == {staff("ana")}
    assert AccessEntry.objects.filter(actor=staff("sol")).count() == 1


# Who looked at this customer


def test_the_report_on_a_customer_names_who_saw_them_and_nobody_else(
    anna: Profile, boris: Profile
) -> None:
    signed_in("ana").get(f"/c/{anna.pk}/")
    signed_in("ana").get(f"/c/{boris.pk}/")
    signed_in("sol").post("/search/", {"q": "Kowalska"})

    found = lines(signed_in("pia"), customer=anna.pk)

    assert [
        (line.entry.actor.name, line.entry.action) for line in found if line.entry.actor
    ] == [
        ("Sol", "search"),
        ("Ana", "view"),
    ]


def join(pair: ReviewCase) -> None:
    page = signed_in("sol").get(f"/review/{pair.pk}/")
    seen = page.context["impact"].seen
    record_decision(
        pair, lo=pair.lo_id, hi=pair.hi_id, verdict="same", seen=seen, decided_by=staff("sol")
    )


def profile_of(record: SourceRecord) -> str:
    return Membership.objects.get(record=record).profile_id


def test_a_joined_customer_was_seen_under_both_ids() -> None:
    pair = make_pair()
    for record in (pair.lo, pair.hi):
        looks_at(profile_of(record))
    join(pair)

    now = profile_of(pair.hi)
    looks_at(now)

    found = lines(signed_in("pia"), customer=now, action="view")
    assert len(found) == 3
    gone = next(
        each.birth_profile.pk for each in (pair.lo, pair.hi) if each.birth_profile.pk != now
    )
    assert len(lines(signed_in("pia"), customer=gone, action="view")) == 3


def test_after_a_split_each_side_keeps_what_was_seen_of_it_and_no_more() -> None:
    with time_machine.travel(datetime(2026, 3, 1, 9, tzinfo=UTC), tick=False):
        pair = make_pair()
        join(pair)
    one = profile_of(pair.lo)
    trail = trail_of(one)
    with time_machine.travel(datetime(2026, 3, 2, 9, tzinfo=UTC), tick=False):
        split_records(
            Profile.objects.get(pk=one),
            [pair.hi_id],
            reason="another person",
            decided_by=staff("sol"),
            seen=seen_of_split(one, pair.hi_id),
        )
    left = profile_of(pair.hi)

    assert trail.records == [pair.lo_id, pair.hi_id]
    assert trail_of(one).episodes == [Episode(one, None, None)]
    assert trail_of(left).episodes == [
        Episode(left, None, datetime(2026, 3, 1, 9, 1, tzinfo=UTC)),
        Episode(
            one, datetime(2026, 3, 1, 9, tzinfo=UTC), datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
        ),
        Episode(left, datetime(2026, 3, 2, 9, tzinfo=UTC), None),
    ]
    looks_at(one)  # long after the split: the other side is not shown any more
    assert len(lines(signed_in("pia"), customer=one, action="view")) == 1
    assert lines(signed_in("pia"), customer=left, action="view") == []


def seen_of_split(profile: str, record: int) -> str:
    data = {"records": [record], "step": "preview"}
    answer = signed_in("sol").post(f"/clusters/{profile}/", data)
    return str(answer.context["plan"].seen)


def test_a_history_that_names_a_record_of_another_customer_counts_for_both() -> None:
    pair = make_pair()
    sol = signed_in("sol")
    seen = sol.get(f"/review/{pair.pk}/").context["impact"].seen
    data = {"verdict": "different", "seen": seen}
    sol.post(f"/review/{pair.pk}/decide/", data, headers=HTMX)
    signed_in("pia").get(f"/c/{profile_of(pair.lo)}/history/")

    found = lines(signed_in("pia"), customer=profile_of(pair.hi), action="view")

    assert [line.entry.view for line in found] == ["matching:history"]


def test_an_export_of_everyone_is_in_the_report_on_each(anna: Profile) -> None:
    notes = Notes(Action.EXPORT, results=2)
    write(Answer(view="export_clusters", status=200, roles="command"), notes)

    found = lines(signed_in("pia"), customer=anna.pk)

    assert [line.is_of_everyone for line in found] == [True]
    assert "All customers" in text(signed_in("pia"), customer=anna.pk)


def test_what_was_seen_of_a_customer_who_is_gone_is_still_told() -> None:
    looks_at("P-GONE00000000")

    assert len(lines(signed_in("pia"), customer="p-gone00000000")) == 1


# The page


def text(browser: Client, **filters: Any) -> str:
    return " ".join(browser.get("/audit/", filters).content.decode().split())


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


def change_log(statement: str, *values: Any) -> None:
    """Do what only the owner of the table can: put its guard aside."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE consent_accessentry DISABLE TRIGGER access_rows_stay")
        cursor.execute(statement, values or None)
        cursor.execute("ALTER TABLE consent_accessentry ENABLE ALWAYS TRIGGER access_rows_stay")


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


# Verify


def damaged(change: str) -> str:
    """What the page says once somebody with all rights changed the table."""
    change_log(change)
    return verified()


def verified() -> str:
    return " ".join(
        signed_in("pia").post("/audit/verify/", follow=True).content.decode().split()
    )


@pytest.fixture
def three(anna: Profile) -> None:
    for _ in range(3):
        looks_at(anna.pk)


def test_a_log_as_it_was_written_is_unbroken(three: None) -> None:
    assert "3 entries are as they were written" in verified()


def test_an_empty_log_is_no_broken_one() -> None:
    assert check_newest() == Check(0, None)
    assert "The log is empty." in verified()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE consent_accessentry SET profiles = '{P-1}' WHERE seq = 2",
        "UPDATE consent_accessentry SET actor_id = NULL WHERE seq = 2",
        "UPDATE consent_accessentry SET row_hash = sha256('x') WHERE seq = 2",
        "UPDATE consent_accessentry SET at = at + interval '1 microsecond' WHERE seq = 2",
    ],
)
def test_an_entry_that_was_changed_is_named(three: None, change: str) -> None:
    said = damaged(change)

    assert "Broken: access" in said
    assert "/2 " in said or "/3 " in said
    assert "are as they were written" not in said


def test_the_entry_behind_one_that_is_gone_is_named(three: None) -> None:
    said = damaged("DELETE FROM consent_accessentry WHERE seq = 2")

    assert "/3 stands where" in said


def test_only_the_newest_entries_are_read_while_somebody_waits(three: None) -> None:
    change_log("UPDATE consent_accessentry SET actor_id = NULL WHERE seq = 1")

    assert not check_newest(1).problem
    assert check_newest(1).entries == 2  # with the one it follows
    assert check_newest(3).problem
