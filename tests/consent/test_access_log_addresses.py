"""Every address that shows customers leaves an entry that names them, or shows nothing.

That each answer leaves the entries it must, and no other, is asked with the answers themselves
in `tests/c360/test_authorisation.py`.
"""

import pytest

from c360.showing import declared
from consent.access.report import PAGES
from consent.models import AccessEntry
from tests.c360 import test_authorisation as matrix
from tests.c360.test_authorisation import (
    ANSWERS,
    MATRIX,
    PASSING,
    PATTERNS,
    ROLES,
    SHOWS,
    Entry,
    action_of,
    ask,
    entries,
    parameters,
)
from tests.staff import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everybody_signed_in")]
CANARIES = ("Kowalska", "anna@example.com", "anna@exmaple.com")
objects = matrix.objects  # what the addresses name
everybody_signed_in = matrix.everybody_signed_in


def showing() -> list[Entry]:
    """Methods and addresses that show customers to somebody."""
    return [entry for entry in entries() if action_of(*entry) and allowed(entry)]


def allowed(entry: Entry) -> str | None:
    """The first role that is answered with a page there."""
    answers = zip(ROLES, ANSWERS[" ".join(entry)], strict=True)
    return next((role for role, answer in answers if answer in PASSING), None)


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


def test_the_admin_shows_no_customer(objects: dict[str, object]) -> None:
    browser = signed_in("ada")
    for label in MATRIX["admin"]["models"]:
        app, model = label.split(".")
        page = browser.get(f"/admin/{app}/{model}/").content.decode()
        for canary in (*CANARIES, str(objects["profile_id"])):
            assert canary not in page


def test_a_page_of_a_pair_names_both_customers_and_their_records(
    objects: dict[str, object],
) -> None:
    signed_in("sol").get(f"/review/{objects['pk']}/")

    entry = AccessEntry.objects.get()
    assert objects["profile_id"] in entry.profiles
    assert len(entry.profiles) == len(entry.records) == 2
