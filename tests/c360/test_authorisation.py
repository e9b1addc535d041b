"""Every address, every role: what `authorisation.toml` says is what the product answers."""

import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from c360.jobs.model import Job
from consent.models import AccessEntry, PolicyVersion, ProcessingActivity
from consent.policies import next_draft
from matching.live import live_model
from matching.models import Decision, MatchModelVersion, Reading, ReviewCase
from profiles.desk.timeline.filters import Cursor
from profiles.models import CorrectionProposal, Override
from profiles.survivorship.live import live_version
from tests.c360.phones import at_the_code, with_phone
from tests.consent.statements import say
from tests.matching.figures import make_figure
from tests.matching.pairs import make_pair
from tests.profiles.customers import make_event
from tests.staff import PASSWORD, signed_in, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everybody_signed_in")]

MATRIX = tomllib.loads(Path(__file__).with_name("authorisation.toml").read_text("utf-8"))
ROLES: list[str] = MATRIX["roles"]
ANSWERS: dict[str, list[int | str]] = MATRIX["answers"]
SHOWS: dict[str, str] = MATRIX["shows"]
PASSING = (200, 201, 409, 422)
# Redirects that are logged, and of whom: here the author and a steward do change something.
CHANGED_AND_LEFT = {
    "POST profiles:withdraw-correction": ("ana", "sol"),
    "POST profiles:take-back-override": ("sol",),
}
REFUSED = ("sign in", 401, 403)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FOR_ANY_METHOD = {"home", "login", "login-code", "/admin/login/"}
T = TypeVar("T")
Entry = tuple[str, str]  # a method and the name of an address
Logged = tuple[Any, ...]  # action, view, status, name of who asked


def addresses(
    resolver: URLResolver, space: str = "", route: str = "/"
) -> Iterator[tuple[str, URLPattern]]:
    """Every address with its full name (its path where it has no name), admin pages apart."""
    for pattern in resolver.url_patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield space + pattern.name if pattern.name else here, pattern
        elif pattern.namespace != "admin":
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from addresses(pattern, space + inner, here)


PATTERNS = dict(addresses(get_resolver()))


def entries() -> list[Entry]:
    return [(method, name) for method, name in (line.split(" ", 1) for line in ANSWERS)]


def parameters(name: str) -> dict[str, Any]:
    """What an address names; nothing for one that is gone, which has a test of its own."""
    return dict(PATTERNS[name].pattern.converters) if name in PATTERNS else {}


@pytest.fixture(scope="module")
def objects(rows_of_module: None) -> dict[str, object]:
    """What addresses name: a pair that waits, one of its customers, an action of Sol's."""
    case = make_pair()
    other = make_pair()
    said = Decision.objects.create(
        lo=other.lo, hi=other.hi, verdict="different", decided_by=staff("sol")
    )
    customer = case.lo.birth_profile.pk
    text = next_draft(
        PolicyVersion(purpose_id="marketing", jurisdiction="GB", language="en", body="May we?")
    )
    activity = ProcessingActivity.objects.create(name="Mailings")
    entry = say(case.lo, True)
    told = make_event(case.lo, object_namespace="shop:order", object_id="HP-1")
    proposal = CorrectionProposal.objects.create(
        record=case.lo,
        attribute="email",
        why="outdated",
        said_by="customer",
        proposed_by=staff("ana"),
    )
    said_so = Override.objects.create(
        record=case.lo,
        attribute="email",
        value_hash="x",
        reason="He told us so.",
        said_by=staff("sol"),
        until=timezone.now() + timedelta(days=9),
    )
    reading = Reading.objects.create(
        lo=other.lo,
        hi=other.hi,
        action=said.action,
        first_verdict="different",
        first_by=staff("kim"),
    )
    return {
        "reading_id": reading.pk,
        "profile_id": customer,
        "secret": "none",
        "attribute": "email",
        "place": Cursor(told.occurred_at, told.id),
        "pk": case.pk,
        "action": said.action,
        "key": "marketing",
        "text_id": text.pk,
        "activity_id": activity.pk,
        "entry_id": entry.entry_id,
        "proposal_id": proposal.pk,
        "override_id": said_so.pk,
        "version": _simulated(case),
        "rules": live_version().version,
        "number": 1,
        "slug": case.lo.source.slug,
        "job_id": Job.objects.create(kind="train").pk,
        "metric": "missing",
        "source": make_figure(case.lo.source, "email").source.slug,
    }


def _simulated(case: ReviewCase) -> str:
    """The live version, as if it had a report of which the case is the riskiest change."""
    name = live_model().version
    change = {"lo": case.lo_id, "hi": case.hi_id, "change": "joins", "bits": 4.0}
    sizes = {"records_before": 2, "records_after": 2}
    report = {"riskiest": [{**change, **sizes}]}
    MatchModelVersion.objects.filter(version=name).update(report=report)
    return name


UNKNOWN = {
    "reading_id": 2**31,
    "profile_id": "P-000000000000",
    "secret": "none",
    "pk": 2**31,
    "action": uuid4(),
    "attribute": "none",
    "place": "none",
    "key": "none",
    "text_id": 2**31,
    "activity_id": 2**31,
    "entry_id": uuid4(),
    "proposal_id": uuid4(),
    "override_id": uuid4(),
    "version": "nowhere",
    "rules": "nowhere",
    "number": 2**31,
    "slug": "nowhere",
    "job_id": 2**31,
    "metric": "none",
    "source": "none",
}


SESSIONS: dict[str, str] = {}  # of roles that have signed in for a whole module


@pytest.fixture(scope="module")
def everybody_signed_in(rows_of_module: None) -> Iterator[None]:
    """Each role signs in once, and not anew for each address."""
    for role in ROLES:
        if role != "anonymous":
            SESSIONS[role] = signed_in(role).cookies["sessionid"].value
    yield
    SESSIONS.clear()


def browser_of(role: str) -> Client:
    if role in SESSIONS:
        browser = Client()
        browser.cookies["sessionid"] = SESSIONS[role]
        return browser
    return Client() if role == "anonymous" else signed_in(role)


def ask(
    role: str,
    method: str,
    name: str,
    objects: dict[str, object],
    headers: dict[str, str] | None = None,
) -> Any:
    return ask_in(browser_of(role), method, name, objects, headers)


def ask_in(
    browser: Client,
    method: str,
    name: str,
    objects: dict[str, object],
    headers: dict[str, str] | None = None,
) -> Any:
    body = MATRIX["bodies"].get(f"{method} {name}", {})
    return browser.generic(
        method,
        path_of(name, objects),
        _encoded(body),
        content_type="application/x-www-form-urlencoded",
        headers=headers,
    )


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside leaves nothing behind for the next role."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def of_each_role(ask_as: Callable[[str], T]) -> dict[str, T]:
    """What each role is told, each as if nobody had asked before."""
    answers = {}
    for role in ROLES:
        with undone():
            answers[role] = ask_as(role)
    return answers


def path_of(name: str, objects: dict[str, object]) -> str:
    if name.startswith("/"):
        return name
    return reverse(name, kwargs={key: objects[key] for key in parameters(name)})


def _encoded(body: dict[str, str]) -> str:
    return "&".join(f"{key}={value}" for key, value in body.items())


def told(answer: Any) -> int | str:
    """An answer in the words of the matrix."""
    if answer.status_code != 302:
        return int(answer.status_code)
    place = urlsplit(answer["Location"])
    if place.path == "/login/" and "next=" in place.query:
        return "sign in"
    return re.sub(r"/P-\w+/", "/<id>/", re.sub(r"/\d+/", "/<pk>/", place.path))


def expected(role: str, method: str, name: str) -> int | str:
    return ANSWERS[f"{method} {name}"][ROLES.index(role)]


def test_the_matrix_knows_every_address_and_no_other() -> None:
    assert {name for _, name in entries()} == set(PATTERNS)


def test_every_line_has_an_answer_for_every_role() -> None:
    assert {len(answers) for answers in ANSWERS.values()} == {len(ROLES)}


@pytest.mark.parametrize(("method", "name"), entries())
def test_the_answers_are_those_in_the_matrix_and_each_with_customer_data_leaves_one_entry(
    method: str, name: str, objects: dict[str, object]
) -> None:
    def ask_as(role: str) -> tuple[int | str, list[Logged]]:
        return told(ask(role, method, name, objects)), logged()

    found = of_each_role(ask_as)

    assert {role: answer for role, (answer, _) in found.items()} == {
        role: expected(role, method, name) for role in ROLES
    }
    assert {role: entries for role, (_, entries) in found.items()} == {
        role: to_be_logged(role, method, name) for role in ROLES
    }


def logged() -> list[Logged]:
    """What the access log has once somebody has asked."""
    return list(AccessEntry.objects.values_list("action", "view", "status", "actor__name"))


def to_be_logged(role: str, method: str, name: str) -> list[Logged]:
    """One entry where customer data is shown or changed, else none."""
    action, answer = action_of(method, name), expected(role, method, name)
    if role in CHANGED_AND_LEFT.get(f"{method} {name}", ()):
        answer = 302
    if action and answer in (*PASSING, 302):
        return [(action, name, answer, role.title())]
    return []


def action_of(method: str, name: str) -> str | None:
    """What the access log calls it, `None` for addresses that show nothing."""
    return SHOWS.get(f"{method} {name}", SHOWS.get(name))


def test_the_right_password_without_the_code_opens_nothing(objects: dict[str, object]) -> None:
    ada = staff("ada")
    ada.set_password(PASSWORD)
    ada.is_superuser = True
    ada.save()
    with_phone(ada)
    session = at_the_code(ada).cookies["sessionid"].value
    strangers = {f"{m} {name}": expected("anonymous", m, name) for m, name in entries()}

    answers = {}
    for method, name in entries():
        browser = Client()
        browser.cookies["sessionid"] = session
        with undone():
            answer = ask_in(browser, method, name, objects)
            answers[f"{method} {name}"] = told(answer)

    the_code = {"GET login-code": 200, "POST login-code": 422}
    assert answers == strangers | the_code


@pytest.mark.parametrize(
    ("method", "name"), [entry for entry in entries() if parameters(entry[1])]
)
def test_who_is_refused_cannot_tell_whether_an_object_exists(method: str, name: str) -> None:
    missing = MATRIX["unknown"].get(f"{method} {name}", 404)
    usual = {role: expected(role, method, name) for role in ROLES}

    answers = of_each_role(lambda role: told(ask(role, method, name, UNKNOWN)))

    assert answers == {
        role: answer if answer in REFUSED else missing for role, answer in usual.items()
    }


@pytest.mark.parametrize("name", sorted(set(PATTERNS) - FOR_ANY_METHOD))
def test_a_method_that_is_not_listed_is_not_allowed(name: str) -> None:
    others = [method for method in METHODS if f"{method} {name}" not in ANSWERS]

    answers = {method: ask("sol", method, name, UNKNOWN).status_code for method in others}

    assert answers == dict.fromkeys(others, 405)


def asked_to_sign_in() -> list[Entry]:
    """Our own addresses that strangers may not see; the admin is no place for fragments."""
    ours = [entry for entry in entries() if not entry[1].startswith("/")]
    return [entry for entry in ours if expected("anonymous", *entry) == "sign in"]


@pytest.mark.parametrize(("method", "name"), asked_to_sign_in())
def test_a_fragment_sends_strangers_and_their_whole_page_to_sign_in(
    method: str, name: str
) -> None:
    path = path_of(name, UNKNOWN)

    answer = Client().generic(method, path, headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/login/?next=")
    assert not answer.content


def admin_pages() -> list[str]:
    """The pages of the admin that need no object."""
    lists = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
    return [reverse("admin:index"), *lists]


def test_the_admin_holds_no_model_but_those_of_the_matrix() -> None:
    assert (
        sorted(model._meta.label_lower for model in admin.site._registry)
        == (MATRIX["admin"]["models"])
    )


@pytest.mark.parametrize("role", ROLES)
def test_only_admins_open_the_admin(role: str) -> None:
    for path in admin_pages():
        answer = browser_of(role).get(path, follow=True)

        allowed = {"ada": 200, "anonymous": 200}  # a stranger ends on the sign-in page
        assert answer.status_code == allowed.get(role, 403)
        assert (answer.request["PATH_INFO"] == path) == (role == "ada")
