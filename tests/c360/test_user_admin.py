"""People and roles in the admin: Ada looks after others, and cannot give herself more."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from c360.models import User
from tests.staff import PASSWORD, signed_in, staff

pytestmark = pytest.mark.django_db
TWICE = {"password1": PASSWORD, "password2": PASSWORD}
PEOPLE = "admin:c360_user_changelist"


def page(user: User) -> str:
    return reverse("admin:c360_user_change", args=[user.pk])


def role(name: str) -> int:
    return Group.objects.get(name=name).pk


def form_of(user: User, **changes: Any) -> dict[str, Any]:
    """What the browser sends for the page of a user."""
    form = {
        "email": user.email,
        "name": user.name,
        "groups": [group.pk for group in user.groups.all()],
        "is_active": "on" if user.is_active else "",
        "is_staff": "on" if user.is_staff else "",
        **changes,
    }
    return {name: value for name, value in form.items() if value != ""}


def make_root() -> User:
    return User.objects.create_superuser("root@example.org", PASSWORD, name="Root")


def save(browser: Client, user: User, **changes: Any) -> Any:
    answer = browser.post(page(user), form_of(user, **changes))
    user.refresh_from_db()
    return answer


def test_ada_makes_somebody_who_can_then_sign_in(client: Client) -> None:
    made = signed_in("ada").post(
        reverse("admin:c360_user_add"),
        {
            "email": "Nia@Example.org",
            "name": "Nia",
            **TWICE,
        },
    )

    nia = User.objects.get(email="Nia@example.org")
    assert made.headers["Location"] == page(nia)
    assert not (nia.is_staff or nia.is_superuser or nia.groups.exists())
    answer = client.post("/login/", {"username": "nia@example.org", "password": PASSWORD})
    assert answer.status_code == 302


def test_a_new_person_cannot_be_made_a_superuser_on_the_way() -> None:
    signed_in("ada").post(
        reverse("admin:c360_user_add"),
        {
            "email": "nia@example.org",
            "name": "Nia",
            **TWICE,
            "is_superuser": "on",
            "is_staff": "on",
        },
    )

    nia = User.objects.get(email="nia@example.org")
    assert not (nia.is_superuser or nia.is_staff)


def test_an_address_somebody_signs_in_with_is_refused_in_any_capitals() -> None:
    staff("ana")

    answer = signed_in("ada").post(
        reverse("admin:c360_user_add"),
        {"email": "ANA@example.org", "name": "A", **TWICE},
    )

    assert "Somebody signs in with this address already." in answer.content.decode()
    assert User.objects.filter(email__iexact="ana@example.org").count() == 1


def test_ada_gives_a_role_and_takes_it_away() -> None:
    otto = staff("otto")
    browser = signed_in("ada")

    save(browser, otto, groups=[role("Service agents")])
    assert otto.has_perm("profiles.search_customers")

    save(browser, otto, groups=[])
    assert not otto.groups.exists()


def test_ada_makes_somebody_inactive_and_they_are_out_at_once() -> None:
    ana = staff("ana")
    at_work = signed_in("ana")

    save(signed_in("ada"), ana, is_active="")

    assert at_work.get("/search/").headers["Location"].startswith("/login/")


def test_ada_cannot_make_anybody_a_superuser_or_hand_out_single_permissions() -> None:
    otto = staff("otto")
    permission = Permission.objects.get(codename="search_customers")

    save(signed_in("ada"), otto, is_superuser="on", user_permissions=[permission.pk])

    assert not otto.is_superuser
    assert not otto.user_permissions.exists()


def test_ada_cannot_change_her_own_rights() -> None:
    ada = staff("ada")
    browser = signed_in("ada")
    everything = [role("Admins"), role("Privacy officers")]

    save(browser, ada, groups=everything, is_superuser="on", is_active="", is_staff="")

    assert [group.name for group in ada.groups.all()] == ["Admins"]
    assert ada.is_active
    assert ada.is_staff
    assert not ada.is_superuser


def test_ada_can_change_her_own_name() -> None:
    ada = staff("ada")

    save(signed_in("ada"), ada, name="Ada L.")

    assert ada.name == "Ada L."


def test_ada_sees_a_superuser_and_changes_nothing_about_them() -> None:
    root = make_root()
    browser = signed_in("ada")

    assert browser.get(page(root)).status_code == 200
    assert save(browser, root, name="Taken over").status_code == 403
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    assert browser.get(password).status_code == 403
    new = {"password1": "mine now 77", "password2": "mine now 77", "usable_password": "true"}
    assert browser.post(password, new).status_code == 403
    root.refresh_from_db()
    assert root.name == "Root"
    assert root.check_password(PASSWORD)


def test_a_superuser_may_make_another_but_not_unmake_themselves() -> None:
    root, otto = make_root(), staff("otto")
    browser = Client()
    browser.force_login(root)

    save(browser, otto, is_superuser="on", is_staff="on")
    save(browser, root, is_superuser="", is_staff="")

    assert otto.is_superuser
    assert root.is_superuser
    assert root.is_staff


@pytest.mark.parametrize("weak", ["short 7", "password123", "8412007733"])
def test_a_weak_password_is_refused(weak: str) -> None:
    ana = staff("ana", PASSWORD)
    address = reverse("admin:auth_user_password_change", args=[ana.pk])

    answer = signed_in("ada").post(
        address, {"password1": weak, "password2": weak, "usable_password": "true"}
    )

    assert answer.status_code == 200
    ana.refresh_from_db()
    assert ana.check_password(PASSWORD)


def test_ada_sets_a_new_password_for_somebody() -> None:
    ana = staff("ana")
    address = reverse("admin:auth_user_password_change", args=[ana.pk])

    signed_in("ada").post(
        address,
        {"password1": "blue kettle 9", "password2": "blue kettle 9", "usable_password": "true"},
    )

    ana.refresh_from_db()
    assert ana.check_password("blue kettle 9")


def test_nobody_is_ever_deleted_not_even_by_a_superuser() -> None:
    ana = staff("ana")
    browser = Client()
    browser.force_login(make_root())
    address = reverse("admin:c360_user_delete", args=[ana.pk])

    assert browser.post(address, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=ana.pk).exists()


@pytest.mark.parametrize("name", ["otto", "ana", "sol", "pia"])
def test_nobody_but_admins_reaches_people_and_roles(name: str) -> None:
    ada = staff("ada")
    browser = signed_in(name)

    for address in (reverse(PEOPLE), page(ada), reverse("admin:auth_group_changelist")):
        assert browser.get(address, follow=True).status_code == 403
    assert browser.post(page(ada), form_of(ada, name="X"), follow=True).status_code == 403


def test_roles_can_be_read_and_by_nobody_changed() -> None:
    group = Group.objects.get(name="Admins")
    address = reverse("admin:auth_group_change", args=[group.pk])
    before = set(group.permissions.all())
    root = Client()
    root.force_login(make_root())

    for browser in (signed_in("ada"), root):
        assert "Can change source" in browser.get(address).content.decode()
        taken = {"name": "Admins", "permissions": [Permission.objects.earliest("pk").pk]}
        assert browser.post(address, taken).status_code == 403
        assert browser.post(reverse("admin:auth_group_add"), {"name": "X"}).status_code == 403
        delete = reverse("admin:auth_group_delete", args=[group.pk])
        assert browser.post(delete, {"post": "yes"}).status_code == 403
    assert set(group.permissions.all()) == before


def test_the_list_of_people_asks_as_often_for_six_as_for_two() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(reverse(PEOPLE)).status_code == 200
        return len(asked)

    browser = signed_in("ada")
    staff("ana")
    browser.get(reverse(PEOPLE))
    for_two = queries()
    for name in ("sol", "kim", "pia", "otto"):
        staff(name)

    assert queries() == for_two
