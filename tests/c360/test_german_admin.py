"""Pages of the admin in German: what models, columns, roles and permissions are called."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from consent.models import Purpose
from tests.matching.pages import text
from tests.profiles.customers import make_source, may_hold
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db
ENGLISH = (
    "source ändern", "Sources", "user ändern", "Users", "Personal tokens", "Purposes",
    "Profiles", "Field basis", "Trust class", "Owner", "Stage", "Is active", "E-mail address",
    "Data stewards", "Service agents", "Can view", "Can search", "Validity", "Retention",
    "Reset password",
)  # fmt: skip


@pytest.fixture
def ada() -> Client:
    browser = signed_in("ada")
    browser.post("/preferences/", {"language": "de"})
    return browser


def admin_pages() -> list[str]:
    source = make_source("shop")
    may_hold(source, "email")
    group = Group.objects.get(name="Data stewards")
    ours = ("profiles_source", "c360_user", "c360_personaltoken", "consent_purpose")
    return [
        reverse("admin:index"),
        *(reverse(f"admin:{name}_changelist") for name in (*ours, "auth_group")),
        reverse("admin:profiles_source_change", args=[source.pk]),
        reverse("admin:profiles_source_add"),
        reverse("admin:c360_user_change", args=[staff("sol").pk]),
        reverse("admin:auth_group_change", args=[group.pk]),
        reverse("admin:consent_purpose_change", args=[Purpose.objects.get(key="service").pk]),
    ]


def test_no_page_names_a_model_a_column_or_a_role_in_english(ada: Client) -> None:
    found = {
        page: [word for word in ENGLISH if word in shown]
        for page in admin_pages()
        for shown in [text(ada.get(page))]
    }

    assert {page: words for page, words in found.items() if words} == {}


def test_a_role_is_told_with_what_it_allows(ada: Client) -> None:
    group = Group.objects.get(name="Data stewards")

    told = text(ada.get(reverse("admin:auth_group_change", args=[group.pk])))

    assert "Datenpflege" in told
    assert "Kunden suchen und öffnen" in told
    assert "Ansehen: Quelle" in told
    assert Group.objects.get(pk=group.pk).name == "Data stewards"


def test_people_are_found_by_role_and_a_role_that_is_none_finds_all(ada: Client) -> None:
    assert {staff("sol"), staff("ana")}
    people = reverse("admin:c360_user_changelist")
    stewards = Group.objects.get(name="Data stewards").pk

    found, all_of_them = (text(ada.get(people, {"role": asked})) for asked in (stewards, "x"))

    assert ("sol@example.org" in found, "ana@example.org" in found) == (True, False)
    assert "ana@example.org" in all_of_them
