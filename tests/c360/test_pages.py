"""What holds on every page: menus, headers, preferences, error pages, weight of the files."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings as project
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from c360.http import StaffRequest
from c360.navigation import navigation
from c360.views import server_error
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
STATIC = Path(project.BASE_DIR) / "static"
TEMPLATES = Path(project.BASE_DIR) / "templates"


@pytest.mark.parametrize(
    ("name", "place"),
    [("ana", "/search/"), ("sol", "/review/"), ("pia", "/search/"), ("ada", "/admin/")],
)
def test_everyone_starts_where_their_work_is(name: str, place: str) -> None:
    assert signed_in(name).get("/").headers["Location"] == place


def test_without_a_role_the_start_page_says_what_to_do() -> None:
    answer = signed_in("otto").get("/")

    assert answer.status_code == 200
    assert "Ask an admin" in answer.content.decode()


def request_of(name: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = staff(name)
    return request


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("ana", ["Customers"]),
        ("sol", ["Customers", "Review", "Quality", "Rules"]),
        ("pia", ["Customers", "Consent", "Audit"]),
        ("ada", ["Quality", "Audit", "Sources"]),
        ("otto", []),
    ],
)
def test_the_menu_names_only_pages_of_the_role(name: str, labels: list[str]) -> None:
    entries = navigation(request_of(name))["navigation"]()

    assert [entry.label for entry in entries] == labels
    browser = signed_in(name)
    assert all(browser.get(entry.url).status_code == 200 for entry in entries)


def test_a_stranger_sees_no_menu(client: Client) -> None:
    page = client.get("/login/").content.decode()

    assert "<nav" not in page
    assert 'role="search"' not in page


def test_pages_are_kept_by_nobody_and_told_apart_from_fragments() -> None:
    answer = signed_in("ana").get("/search/")

    assert answer.headers["Cache-Control"] == "no-store"
    assert "HX-Request" in answer.headers["Vary"]


def test_the_policy_allows_nothing_inline_and_the_pages_need_nothing_inline() -> None:
    answer = signed_in("sol").get("/search/")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert not re.search(r"<style|\sstyle=|<script>|\son[a-z]+=|hx-on", page)


def test_htmx_two_is_served_with_eval_switched_off() -> None:
    page = signed_in("ana").get("/search/").content.decode()

    assert "htmx-2.min.js" in page
    assert "htmx-4" not in page
    assert '"allowEval":false' in page
    assert '"historyCacheSize":0' in page


def test_the_theme_is_written_into_the_page_by_the_server() -> None:
    browser = signed_in("ana")

    answer = browser.post("/preferences/", {"theme": "dark", "next": "/search/"})

    assert answer.headers["Location"] == "/search/"
    assert 'data-theme="dark"' in browser.get("/search/").content.decode()
    browser.post("/preferences/", {"theme": ""})
    assert "data-theme" not in browser.get("/search/").content.decode()


def test_a_made_up_theme_never_reaches_the_page() -> None:
    browser = signed_in("ana")
    browser.cookies["theme"] = '"><script>'

    assert "data-theme" not in browser.get("/search/").content.decode()


def test_single_keys_can_be_switched_off_and_stay_off() -> None:
    browser = signed_in("ana")
    assert 'data-keys="on"' in browser.get("/search/").content.decode()

    browser.post("/preferences/", {"shortcuts": "off"})

    assert 'data-keys="off"' in browser.get("/search/").content.decode()
    staff("ana").refresh_from_db()
    assert not staff("ana").shortcuts_enabled


def test_changing_preferences_never_leads_to_another_site() -> None:
    answer = signed_in("ana").post("/preferences/", {"next": "//evil.example/"})

    assert answer.headers["Location"] == "/"


def test_an_unknown_address_gets_a_page_with_a_way_home() -> None:
    answer = signed_in("ana").get("/no/such/page/")

    assert answer.status_code == 404
    assert "start page" in answer.content.decode()


def test_a_failure_shows_the_id_that_the_log_repeats(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: StaffRequest) -> HttpResponse:
        raise RuntimeError("disk on fire")

    browser = signed_in("ana")
    browser.raise_request_exception = False
    monkeypatch.setattr("profiles.views.search.finder.recent", fail)

    answer = browser.get("/search/")

    error_id = answer.headers["X-Request-ID"]
    assert answer.status_code == 500
    assert error_id in answer.content.decode()
    assert error_id in caplog.text
    assert "disk on fire" not in answer.content.decode()


def test_the_failure_page_needs_neither_session_nor_database() -> None:
    answer = server_error(RequestFactory().get("/"))

    assert answer.status_code == 500


def test_a_form_without_its_token_changes_nothing_and_says_so() -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff("ana"))

    answer = strict.post("/preferences/", {"shortcuts": "off"})

    assert answer.status_code == 403
    assert "out of date" in answer.content.decode()
    assert staff("ana").shortcuts_enabled


def test_scripts_and_styles_stay_light() -> None:
    scripts = b"".join(path.read_bytes() for path in sorted((STATIC / "js").glob("*.js")))

    assert len(gzip.compress(scripts)) <= 8.5 * 1024  # 25 KB with htmx, which is 16.5
    assert len(gzip.compress((STATIC / "css/app.css").read_bytes())) <= 20 * 1024


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z]+)"', (STATIC / "icons.svg").read_text()))
    used = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% icon "([a-z]+)"', path.read_text())
    }

    assert used <= drawn
    assert len(drawn) <= 40
