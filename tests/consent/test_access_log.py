"""Who saw which customer: one entry before each answer that shows one, or no answer.

Every address is asked in `test_access_log_addresses.py`.
"""

import hashlib
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.urls import ResolverMatch
from django.views import View

from c360.showing import Action, Notes, Undeclared, note_access, noting, shows
from consent import middleware
from consent.access.log import Answer, hashed_terms, write
from consent.models import AccessEntry
from profiles.access import profile_for
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


def test_pages_that_show_no_customer_need_no_log(log_is_away: None) -> None:
    assert signed_in("ada").get("/admin/").status_code == 200
    assert signed_in("otto").get("/").status_code == 200


def test_a_table_that_takes_no_rows_closes_the_pages() -> None:
    profile = make_customer(make_record("shop", given_name="Anna", family_name="Kowalska"))
    ana = signed_in("ana")
    page = f"/c/{profile.pk}/timeline/"
    opened = ana.get(page)
    before = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "ALTER TABLE consent_accessentry ADD CONSTRAINT full_up CHECK (seq < 0) NOT VALID"
        )

    closed = ana.get(page)
    transaction.savepoint_rollback(before)

    assert (opened.status_code, closed.status_code) == (200, 503)
    assert "Kowalska" in opened.content.decode()
    assert "Kowalska" not in closed.content.decode()
    assert ana.get(page).status_code == 200


# What one entry says


@pytest.fixture
def anna() -> str:
    return make_customer(
        make_record("shop", given_name="Anna", family_name="Kowalska", email=["a@example.com"])
    ).pk


def test_an_entry_says_who_whom_what_and_where_from(anna: str) -> None:
    ana = signed_in("ana")

    answer = ana.get(f"/c/{anna}/", REMOTE_ADDR="203.0.113.7")

    entry = AccessEntry.objects.get()
    assert entry.actor == staff("ana")
    assert entry.roles == "Service agents"
    assert entry.profiles == [anna]
    assert (entry.action, entry.view, entry.status) == ("view", "profiles:customer", 200)
    assert entry.address == "203.0.113.7"
    assert entry.request_id == answer["X-Request-ID"]
    assert len(entry.session) == 16
    assert entry.session not in (ana.session.session_key or "")


def test_the_entries_of_one_session_share_its_hash_and_others_do_not(anna: str) -> None:
    first, second = signed_in("ana"), signed_in("ana")
    for browser in (first, first, second):
        browser.get(f"/c/{anna}/")

    one, same, other = AccessEntry.objects.order_by("seq").values_list("session", flat=True)

    assert one == same != other


def test_a_popover_names_the_field_it_showed(anna: str) -> None:
    signed_in("ana").get(f"/c/{anna}/field/email/")

    assert AccessEntry.objects.get().fields == ["email"]


def test_a_search_keeps_who_was_listed_and_not_what_was_typed(anna: str) -> None:
    signed_in("ana").post("/search/", {"q": "Anna Kowalska"})

    entry = AccessEntry.objects.get()
    assert (entry.action, entry.results, entry.profiles) == ("search", 1, [anna])
    assert entry.terms == hashed_terms(["anna", "kowalska"])
    assert "kowalska" not in str(entry.__dict__).casefold()


def test_a_search_for_an_address_typed_in_capitals_has_the_terms_of_the_plain_one(
    anna: str,
) -> None:
    ana = signed_in("ana")
    for typed in ("B@EXAMPLE.COM", "b@example.com"):
        ana.post("/search/suggest/", {"q": typed})

    first, second = AccessEntry.objects.order_by("seq").values_list("terms", flat=True)

    assert first == second == hashed_terms(["b@example.com"])


def test_hashes_of_words_are_of_no_use_without_the_key(settings: Any) -> None:
    [mine] = hashed_terms(["kowalska"])
    settings.BLOCK_KEY_SECRET = "another secret that is long enough to be one"

    assert hashed_terms(["kowalska"]) != [mine]
    assert mine not in hashlib.sha256(b"kowalska").hexdigest()


def test_a_search_that_opens_a_customer_is_logged_beside_the_page_it_leads_to(
    anna: str,
) -> None:
    signed_in("ana").post("/search/", {"q": anna}, follow=True)

    views = AccessEntry.objects.order_by("pk").values_list("view", flat=True)
    assert list(views) == ["profiles:search", "profiles:customer"]


@pytest.mark.parametrize(("name", "status"), [("otto", 403), ("ada", 403)])
def test_who_is_refused_saw_nothing_and_leaves_no_entry(
    name: str, status: int, anna: str
) -> None:
    assert signed_in(name).get(f"/c/{anna}/").status_code == status
    assert not AccessEntry.objects.exists()


def test_entries_are_numbered_without_gaps_and_chained(anna: str) -> None:
    ana = signed_in("ana")
    for _ in range(3):
        ana.get(f"/c/{anna}/records/")

    rows = list(AccessEntry.objects.order_by("seq"))

    assert [row.seq for row in rows] == [1, 2, 3]
    assert rows[1].prev_hash == rows[0].row_hash
    assert rows[2].prev_hash == rows[1].row_hash


# What a view may not do


def answer_of(view: Any, request: HttpRequest | None = None) -> HttpResponse:
    """Put a view behind the middleware, as the product does with its own."""
    request = request or RequestFactory().get("/")
    request.user = staff("ana")
    request.session = Client().session
    request.resolver_match = ResolverMatch(view, (), {}, "made-up")

    def run(request: HttpRequest) -> HttpResponse:
        log.process_view(request, view, (), {})
        found: HttpResponse = view(request)
        return found

    log = middleware.AccessLog(run)
    answer = log(request)
    assert isinstance(answer, HttpResponse)
    return answer


def test_a_view_that_declares_nothing_does_not_answer() -> None:
    with pytest.raises(Undeclared, match="does not declare what it shows"):
        answer_of(lambda request: HttpResponse("Anna"))


def test_a_class_is_declared_for_all_its_methods() -> None:
    @shows(Action.EXPORT)
    class Export(View):
        def get(self, request: HttpRequest) -> HttpResponse:
            return HttpResponse("Anna")

    assert answer_of(Export.as_view()).status_code == 200
    assert AccessEntry.objects.get().action == "export"


def test_a_view_that_declares_nothing_to_show_and_opens_a_customer_does_not_answer(
    anna: str,
) -> None:
    def sly(request: HttpRequest) -> HttpResponse:
        return HttpResponse(profile_for(staff("ana"), anna).display_name)

    sly.shows = None  # type: ignore[attr-defined]  # as the decorator does

    with pytest.raises(Undeclared, match="opened one"):
        answer_of(sly)


@pytest.mark.parametrize("path", ["/", "/api/v1/things/"])
def test_a_body_in_parts_is_held_back_too(path: str, log_is_away: None) -> None:
    @shows(Action.EXPORT)
    def export(request: HttpRequest) -> Any:
        return StreamingHttpResponse(iter(["Anna"]))

    answer = answer_of(export, RequestFactory().get(path))

    assert answer.status_code == 503
    assert b"Anna" not in answer.content
    assert answer["Content-Type"].startswith(
        "application/json" if "api" in path else "text/html"
    )


def test_what_is_noted_outside_of_an_answer_is_noted_nowhere(anna: str) -> None:
    with noting(Notes(Action.VIEW)) as notes:
        note_access(profiles=["P-1", "P-2", "P-1"], results=2)
    note_access(profiles=["P-3"])

    assert list(notes.profiles) == ["P-1", "P-2"]


def test_what_is_too_long_is_cut_and_never_keeps_an_entry_away(anna: str) -> None:
    notes = Notes(Action.VIEW, {anna: None, "P-" * 20: None, "Ł": None}, reason="r" * 500)
    write(Answer(view="v" * 200, status=200, roles="x" * 500, address="no address"), notes)

    entry = AccessEntry.objects.get()
    assert (len(entry.view), len(entry.roles), len(entry.reason)) == (80, 120, 200)
    assert entry.address is None
    assert entry.profiles == [anna]


# Commands that write customer data


def test_an_export_by_command_is_logged_before_it_is_written(tmp_path: Path, anna: str) -> None:
    call_command("export_clusters", tmp_path / "clusters.csv")

    entry = AccessEntry.objects.get()
    assert (entry.action, entry.view, entry.roles) == ("export", "export_clusters", "command")
    assert entry.actor is None
    assert entry.fields == ["source", "external_id", "profile_id"]
    assert entry.results == 1


def test_an_export_that_cannot_be_logged_writes_no_file(tmp_path: Path, anna: str) -> None:
    file = tmp_path / "clusters.csv"

    with (
        patch("consent.access.log.write", side_effect=OperationalError("no room")),
        pytest.raises(OperationalError),
    ):
        call_command("export_clusters", file)

    assert not file.exists()
