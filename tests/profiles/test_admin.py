"""Sources in the admin: for admins only, and never with a customer's data."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from matching.models import DirtyRecord
from profiles.models import QuarantinedRow, Source, SourceMapping, SourceToken
from profiles.models.source import token_digest
from tests.profiles.customers import make_customer, make_record, make_source
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
CANARY = "Zebulon-Canary"
CANARY_EMAIL = "zebulon.canary@example.com"
FORM = {
    "name": "Shop",
    "slug": "shop",
    "kind": "Shop",
    "owner": "Mara",
    "is_active": "on",
    "stage": "auto",
    "trust_class": "server",
    "priority": "50",
    "field_bases-TOTAL_FORMS": "0",
    "field_bases-INITIAL_FORMS": "0",
    "region": "GB",
}


def page(name: str, source: Source) -> str:
    return reverse(f"admin:profiles_source_{name}", args=[source.pk])


def renew(browser: Client, source: Source, newest: SourceToken | None = None) -> Any:
    """Press the button that makes a token, on a page that showed `newest`."""
    seen = newest.pk if newest else ""
    return browser.post(page("renew", source), {"newest": seen})


def revoking(token: SourceToken) -> str:
    return reverse("admin:profiles_source_revoke", args=[token.source_id, token.pk])


def shown_secret(answer: Any) -> str:
    found = re.search(r"c360_[\w-]{43}", answer.content.decode())
    assert found
    return found[0]


def newest_of(source: Source) -> SourceToken:
    return source.tokens.latest("pk")


def make_quarantined(source: Source, **fields: Any) -> QuarantinedRow:
    facts = {"origin": "may.csv", "line": 7, "column": "dob", "reason": "no date", **fields}
    facts = {"value": CANARY, "raw": {"dob": CANARY, "email": CANARY_EMAIL}, **facts}
    return QuarantinedRow.objects.create(source=source, row_hash=str(len(facts)), **facts)


def test_ada_makes_a_source_and_goes_on_to_its_page() -> None:
    answer = signed_in("ada").post(reverse("admin:profiles_source_add"), FORM)

    source = Source.objects.get(slug="shop")
    assert answer.headers["Location"] == page("change", source)


def test_the_slug_of_a_source_never_changes() -> None:
    source = make_source("shop")

    signed_in("ada").post(page("change", source), {**FORM, "name": "Web shop", "slug": "web"})

    source.refresh_from_db()
    assert (source.name, source.slug) == ("Web shop", "shop")


@pytest.mark.parametrize(("typed", "stored"), [("de", "DE"), ("", "")])
def test_a_region_is_a_country_with_telephones(typed: str, stored: str) -> None:
    source = make_source("shop")

    signed_in("ada").post(page("change", source), {**FORM, "region": typed})

    source.refresh_from_db()
    assert source.region == stored


def test_a_region_that_no_telephone_knows_is_refused() -> None:
    source = make_source("shop")

    answer = signed_in("ada").post(page("change", source), {**FORM, "region": "QQ"})

    assert "Give a country as two letters" in answer.content.decode()


def test_the_list_shows_freshness_records_and_rows_in_quarantine() -> None:
    record = make_record("shop")
    make_record("shop")
    gone = make_record("shop")
    gone.deleted_at = timezone.now()
    gone.save()
    make_quarantined(record.source)
    make_quarantined(record.source, reason="mended", settled_at=timezone.now())

    answer = signed_in("ada").get(reverse("admin:profiles_source_changelist"))

    shown = answer.context["cl"].result_list[0]
    assert (shown.live_records, shown.in_quarantine) == (2, 1)
    assert shown.newest == record.received_at


def test_the_list_asks_as_often_for_ten_sources_as_for_one() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(reverse("admin:profiles_source_changelist")).status_code == 200
        return len(asked)

    browser = signed_in("ada")
    make_record("shop")
    queries()  # the first look learns what models there are
    for_one = queries()
    for number in range(9):
        make_quarantined(make_record(f"source-{number}").source)

    assert queries() == for_one


def test_a_changed_stage_has_the_records_looked_at_again() -> None:
    record = make_record("shop")

    signed_in("ada").post(page("change", record.source), {**FORM, "stage": "observe"})

    assert DirtyRecord.objects.filter(record=record).exists()


def test_a_source_that_sent_records_cannot_be_deleted_and_the_page_says_why() -> None:
    record = make_record("shop", given_name=CANARY)
    browser = signed_in("ada")

    for answer in (
        browser.get(page("delete", record.source)),
        browser.post(page("delete", record.source), {"post": "yes"}),
    ):
        assert answer.headers["Location"] == page("change", record.source)
        told = [str(message) for message in get_messages(answer.wsgi_request)]
        assert "Shop has sent data, so it cannot be deleted." in told[-1]
    assert Source.objects.filter(pk=record.source_id).exists()
    assert (
        page("delete", record.source)
        not in browser.get(page("change", record.source)).content.decode()
    )


def test_a_source_that_never_sent_anything_can_be_deleted() -> None:
    source = make_source("typo")

    signed_in("ada").post(page("delete", source), {"post": "yes"})

    assert not Source.objects.filter(pk=source.pk).exists()


def test_mappings_are_shown_and_cannot_be_edited() -> None:
    source = make_source("shop")
    spec = {"key": "rec_id", "attributes": {"email": "mail<script>"}}
    SourceMapping.objects.create(source=source, reads="records", version=1, spec=spec)

    shown = signed_in("ada").get(page("change", source)).content.decode()

    assert "&quot;key&quot;: &quot;rec_id&quot;" in shown
    assert "mail&lt;script&gt;" in shown
    assert 'name="spec"' not in shown


def test_a_token_is_shown_once_and_only_its_hash_is_stored() -> None:
    source = make_source("shop")
    browser = signed_in("ada")

    answer = renew(browser, source)

    secret = shown_secret(answer)
    token = newest_of(source)
    assert token.digest == token_digest(secret)
    assert token.hint == secret[-4:]
    assert "no-store" in answer.headers["Cache-Control"]
    stored = [str(value) for row in everything_stored() for value in row]
    assert not any(secret in text for text in stored)
    assert secret not in browser.get(page("change", source)).content.decode()
    assert secret not in browser.get(page("history", source)).content.decode()


def everything_stored() -> list[tuple[Any, ...]]:
    """Every row of every table in which a secret could have been left."""
    tables = ("profiles_sourcetoken", "profiles_source", "django_session", "django_admin_log")
    rows: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT * FROM {table}")  # noqa: S608 - named above
            rows += cursor.fetchall()
    return rows


def test_two_tokens_are_valid_and_a_third_revokes_the_oldest() -> None:
    source = make_source("shop")
    browser = signed_in("ada")
    renew(browser, source)
    first = newest_of(source)
    renew(browser, source, first)
    second = newest_of(source)
    assert source.tokens.filter(revoked_at=None).count() == 2

    renew(browser, source, second)

    valid = source.tokens.filter(revoked_at=None).order_by("pk")
    assert list(valid) == [second, newest_of(source)]
    first.refresh_from_db()
    assert first.revoked_at


def test_sending_the_page_twice_makes_no_second_token() -> None:
    source = make_source("shop")
    browser = signed_in("ada")
    renew(browser, source)

    answer = renew(browser, source)

    assert answer.headers["Location"] == page("change", source)
    assert source.tokens.count() == 1


def test_a_token_can_be_revoked_and_who_did_it_is_noted() -> None:
    source = make_source("shop")
    browser = signed_in("ada")
    renew(browser, source)
    token = newest_of(source)

    browser.post(revoking(token))

    token.refresh_from_db()
    assert token.revoked_at
    noted = LogEntry.objects.filter(user=staff("ada")).first()
    assert noted is not None
    assert noted.change_message == f"Revoked the token ending in {token.hint}."


def test_a_token_is_revoked_on_the_page_of_its_own_source_only() -> None:
    SourceToken.rotate(make_source("shop"))
    token = SourceToken.objects.get()
    other = make_source("crm")

    answer = signed_in("ada").post(
        reverse("admin:profiles_source_revoke", args=[other.pk, token.pk])
    )

    assert answer.status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


@pytest.mark.parametrize("name", ["anonymous", "otto", "ana", "sol", "pia"])
def test_nobody_but_admins_reaches_a_source_or_its_tokens(name: str) -> None:
    record = make_record("shop")
    SourceToken.rotate(record.source)
    token = SourceToken.objects.get()
    browser = Client() if name == "anonymous" else signed_in(name)

    answers = [
        browser.get(page("change", record.source), follow=True),
        browser.get(page("quarantine", record.source), follow=True),
        browser.post(page("change", record.source), FORM, follow=True),
        renew(browser, record.source, token),
        browser.post(
            reverse("admin:profiles_source_revoke", args=[record.source_id, token.pk])
        ),
        browser.post(page("delete", record.source), {"post": "yes"}),
    ]

    if name == "anonymous":
        assert all("/login/" in answer.request["PATH_INFO"] for answer in answers[:3])
        assert all(answer.status_code == 302 for answer in answers[3:])
    else:
        assert {answer.status_code for answer in answers[:3]} == {403}
        ends = {answer.headers["Location"].split("?")[0] for answer in answers[3:]}
        assert ends == {"/admin/login/"}  # which answers 403 to who has signed in
    assert list(SourceToken.objects.filter(revoked_at=None)) == [token]


def test_a_staff_member_without_the_permission_makes_and_revokes_no_token() -> None:
    source = make_source("shop")
    SourceToken.rotate(source)
    token = newest_of(source)
    ana = staff("ana")
    ana.is_staff = True
    ana.save()
    browser = signed_in("ana")

    assert renew(browser, source, token).status_code == 403
    assert browser.post(revoking(token)).status_code == 403
    assert browser.get(page("quarantine", source)).status_code == 403
    assert list(SourceToken.objects.filter(revoked_at=None)) == [token]


def test_making_a_token_needs_a_form_of_ours() -> None:
    source = make_source("shop")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff("ada"))

    assert renew(strict, source).status_code == 403
    assert signed_in("ada").get(page("renew", source)).status_code == 405
    assert not SourceToken.objects.exists()


def test_quarantine_tells_where_and_why_and_not_what() -> None:
    source = make_source("shop")
    make_quarantined(source)

    shown = signed_in("ada").get(page("quarantine", source)).content.decode()

    assert all(word in shown for word in ("may.csv", "7", "dob", "no date"))
    assert CANARY not in shown


def test_no_page_of_the_admin_shows_a_customer() -> None:
    record = make_record(
        "shop", given_name=CANARY, family_name="Kowalska", email=[CANARY_EMAIL]
    )
    make_customer(record)
    make_quarantined(record.source)
    spec = {"key": "id", "attributes": {"email": "mail"}}
    SourceMapping.objects.create(source=record.source, reads="records", version=1, spec=spec)
    SourceToken.rotate(record.source)
    browser = signed_in("ada")
    browser.post(page("change", record.source), FORM)

    pages = crawl(browser)

    assert page("quarantine", record.source) in pages
    assert page("history", record.source) in pages
    assert reverse("admin:c360_user_changelist") in pages
    for address, content in pages.items():
        assert CANARY.lower() not in content.lower(), address
        assert CANARY_EMAIL not in content, address
        assert record.external_id not in content, address


def crawl(browser: Client) -> dict[str, str]:
    """Every page that can be reached by links from the start of the admin."""
    found: dict[str, str] = {}
    waiting = [reverse("admin:index")]
    while waiting:
        address = waiting.pop()
        answer = browser.get(address)
        if answer.status_code != 200 or "html" not in answer.headers["Content-Type"]:
            continue
        found[address] = answer.content.decode()
        for link in re.findall(r'href="([^"#]+)"', found[address]):
            target = link if link.startswith("/") else address.split("?")[0] + link
            is_new = target.startswith("/admin/") and target not in {*found, *waiting}
            if is_new and "?" not in target:  # not every order and filter of a list
                waiting.append(target)
    return found


def test_pages_of_the_admin_need_nothing_inline() -> None:
    make_record("shop")
    for address, content in crawl(signed_in("ada")).items():
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style", content), address
        scripts = re.findall(r"<script\b[^>]*>", content)
        assert all("src=" in script for script in scripts), address


def test_the_colours_of_the_admin_are_those_of_the_pages() -> None:
    css = Path(project.BASE_DIR) / "static" / "css"
    tokens = re.compile(r"--[\w-]+: light-dark\([^;]+\);")
    ours = set(tokens.findall((css / "admin.css").read_text()))

    assert len(ours) > 15
    assert ours <= set(tokens.findall((css / "app.css").read_text()))
