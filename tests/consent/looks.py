"""Who looks at whom, for the tests of the access log."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from c360.showing import Action, Notes
from consent.access.log import Answer, write
from consent.access.report import Line
from profiles.models import Profile
from tests.matching.pairs import ANNA
from tests.profiles.customers import make_customer, make_record
from tests.staff import staff


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


def looks_at(profile: str, *, by: str = "ana", action: Action = Action.VIEW) -> None:
    """An entry as the middleware would write it."""
    notes = Notes(action, profiles={profile: None})
    write(Answer(view="profiles:customer", status=200, actor_id=staff(by).pk), notes)


def text(browser: Client, **filters: Any) -> str:
    return " ".join(browser.get("/audit/", filters).content.decode().split())


def change_log(statement: str, *values: Any) -> None:
    """Do what only the owner of the table can: put its guard aside."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE consent_accessentry DISABLE TRIGGER access_rows_stay")
        cursor.execute(statement, values or None)
        cursor.execute("ALTER TABLE consent_accessentry ENABLE ALWAYS TRIGGER access_rows_stay")
