"""Who saw which customer: one entry before each answer that shows one, or no answer."""

import hashlib
from collections.abc import Iterator
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

from c360.showing import Action, Notes, Undeclared, declared, note_access, noting, shows
from consent import middleware
from consent.access.log import Answer, hashed_terms, write
from consent.access.report import PAGES
from consent.models import AccessEntry
from profiles.access import profile_for
from tests.c360 import test_authorisation as matrix
from tests.c360.test_authorisation import (
    ANSWERS,
    MATRIX,
    PATTERNS,
    ROLES,
    Entry,
    ask,
    entries,
    expected,
    of_each_role,
    parameters,
)
from tests.profiles.customers import make_customer, make_record
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
SHOWS: dict[str, str] = MATRIX["shows"]
CANARIES = ("Kowalska", "anna@example.com", "anna@exmaple.com")
PASSING = (200, 201, 409, 422)
# Redirects that are logged, and of whom: here the author and a steward do change something.
CHANGED_AND_LEFT = {
    "POST profiles:withdraw-correction": ("ana", "sol"),
    "POST profiles:take-back-override": ("sol",),
}


def action_of(method: str, name: str) -> str | None:
    """What the log calls it, `None` for addresses that show nothing."""
    return SHOWS.get(f"{method} {name}", SHOWS.get(name))


def showing() -> list[Entry]:
    """Methods and addresses that show customers to somebody."""
    return [entry for entry in entries() if action_of(*entry) and allowed(entry)]


def allowed(entry: Entry) -> str | None:
    """The first role that is answered with a page there."""
    answers = zip(ROLES, ANSWERS[" ".join(entry)], strict=True)
    return next((role for role, answer in answers if answer in PASSING), None)


objects = matrix.objects  # what the addresses name


@pytest.fixture
def log_is_away() -> Iterator[None]:
    with patch("consent.middleware.write", side_effect=OperationalError("no room")):
        yield


# Every address


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_every_address_declares_what_it_shows(name: str) -> None:
    found = declared(PATTERNS[name].callback)

    assert (found is None) == (name not in SHOWS), name
    assert found in (SHOWS.get(name), None)


@pytest.mark.parametrize("name", sorted({name.split(" ")[-1] for name in SHOWS}))
def test_every_address_that_shows_customers_has_words_in_the_report(name: str) -> None:
    assert name in PAGES


def test_the_matrix_names_no_address_that_is_gone() -> None:
    assert {name.split(" ")[-1] for name in SHOWS} <= set(PATTERNS)


@pytest.mark.parametrize(("method", "name"), entries())
def test_an_answer_with_customer_data_leaves_one_entry_and_no_other_leaves_any(
    method: str, name: str, objects: dict[str, object]
) -> None:
    found = of_each_role(lambda role: entries_after(role, method, name, objects))

    action = action_of(method, name)
    answers = {role: expected(role, method, name) for role in ROLES}
    answers |= dict.fromkeys(CHANGED_AND_LEFT.get(f"{method} {name}", ()), 302)
    assert found == {
        role: [(action, name, answer, role.title())]
        if action and answer in (*PASSING, 302)
        else []
        for role, answer in answers.items()
    }


def entries_after(
    role: str, method: str, name: str, objects: dict[str, object]
) -> list[tuple[Any, ...]]:
    """What the log has once somebody has asked."""
    ask(role, method, name, objects)
    return list(AccessEntry.objects.values_list("action", "view", "status", "actor__name"))


@pytest.mark.parametrize(
    ("method", "name"), [entry for entry in showing() if "profile_id" in parameters(entry[1])]
)
def test_the_entry_names_the_customer_of_the_address(
    method: str, name: str, objects: dict[str, object]
) -> None:
    ask(allowed((method, name)) or "", method, name, objects)

    assert AccessEntry.objects.get().profiles == [objects["profile_id"]]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize(("method", "name"), showing())
def test_without_its_log_no_address_shows_anything(
    method: str,
    name: str,
    headers: dict[str, str],
    objects: dict[str, object],
    log_is_away: None,
) -> None:
    role = allowed((method, name)) or ""

    answer = ask(role, method, name, objects, headers=headers)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    for canary in (*CANARIES, str(objects["profile_id"])):
        assert canary not in answer.content.decode()
    assert not AccessEntry.objects.exists()


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


def test_the_admin_shows_no_customer(objects: dict[str, object]) -> None:
    browser = signed_in("ada")
    for label in MATRIX["admin"]["models"]:
        app, model = label.split(".")
        page = browser.get(f"/admin/{app}/{model}/").content.decode()
        for canary in (*CANARIES, str(objects["profile_id"])):
            assert canary not in page


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


def test_a_page_of_a_pair_names_both_customers_and_their_records(
    objects: dict[str, object],
) -> None:
    signed_in("sol").get(f"/review/{objects['pk']}/")

    entry = AccessEntry.objects.get()
    assert objects["profile_id"] in entry.profiles
    assert len(entry.profiles) == len(entry.records) == 2


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
