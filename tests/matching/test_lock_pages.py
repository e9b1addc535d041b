"""Locking from the studio: for a reason, shown where the customer is, undone like the rest."""

import re
from typing import Any

import pytest
from django.test import Client

from matching.models import Hold
from profiles.models import Profile, SourceRecord
from tests.matching.anna import SHOP
from tests.matching.arrivals import are_together, arrive, day, lock, profile_of, resolve
from tests.matching.pages import Answer, text
from tests.staff import signed_in, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(anna: tuple[SourceRecord, ...]) -> Profile:
    return profile_of(anna[0])


def press(browser: Client, profile: Profile, step: str, **fields: Any) -> Answer:
    """What the button of the page sends, as a browser does."""
    page = browser.get(f"/clusters/{profile.pk}/lock/")
    found = re.search(r'name="seen" value="([^"]+)"', page.content.decode())
    assert found is not None, text(page)
    data = {"step": step, "seen": found[1], **fields}
    return browser.post(f"/clusters/{profile.pk}/lock/", data)


@pytest.mark.parametrize("name", ["ana", "pia", "ada", "otto"])
def test_only_stewards_lock(name: str, profile: Profile) -> None:
    link, data = f"/clusters/{profile.pk}/lock/", {"step": "lock", "reason": "checked"}
    assert signed_in(name).get(link).status_code == 403
    assert signed_in(name).post(link, data).status_code == 403
    assert not Hold.objects.exists()


def test_a_lock_is_shown_in_the_studio_and_in_the_history_with_who_and_why(
    profile: Profile,
) -> None:
    sol = signed_in("sol")

    done = press(sol, profile, "lock", reason="checked by telephone")

    assert done["Location"] == f"/c/{profile.pk}/history/"
    history = text(sol.get(done["Location"]))
    assert "Locked as it is" in history
    assert "checked by telephone" in history
    studio = text(sol.get(f"/clusters/{profile.pk}/"))
    assert f"Locked by {staff('sol')}: “checked by telephone”" in studio
    assert "This customer is locked" in text(sol.get(f"/clusters/{profile.pk}/lock/"))


def test_without_a_reason_or_on_an_old_page_nothing_is_locked(profile: Profile) -> None:
    sol = signed_in("sol")

    silent = press(sol, profile, "lock", reason="")
    stale = press(sol, profile, "lock", reason="checked", seen="as it was")
    nonsense = press(sol, profile, "weld", reason="checked")

    assert (silent.status_code, stale.status_code, nonsense.status_code) == (422, 409, 422)
    assert "Say why" in text(silent)
    assert "Reload" in text(stale)
    assert not Hold.objects.exists()


def test_the_page_tells_what_joins_when_the_lock_comes_off_and_then_it_does(
    anna: tuple[SourceRecord, ...], profile: Profile
) -> None:
    sol = signed_in("sol")
    press(sol, profile, "lock", reason="checked")
    new = arrive("till", "N-1", updated_at=day(5), **SHOP)
    resolve()
    page = text(sol.get(f"/clusters/{profile.pk}/lock/"))
    assert "When the lock comes off" in page
    assert page.partition("When the lock comes off")[2].count('<li><span class="pill') == 4

    press(sol, profile, "unlock")

    assert are_together(*anna, new)
    assert "Lock taken off" in text(sol.get(f"/c/{profile.pk}/history/"))


def test_a_lock_is_undone_from_the_history_by_a_steward_only(profile: Profile) -> None:
    action = lock(profile).action
    link, data = f"/review/undo/{action}/", {"back": profile.pk}
    assert link in text(signed_in("sol").get(f"/c/{profile.pk}/history/"))
    assert signed_in("ana").post(link, data).status_code == 403
    assert Hold.objects.binding().exists()

    signed_in("kim").post(link, data)

    assert not Hold.objects.binding().exists()
    history = text(signed_in("kim").get(f"/c/{profile.pk}/history/"))
    assert "Undone: not locked" in history
    assert link not in history


def test_what_would_take_a_locked_customer_apart_is_refused_with_the_chain(
    anna: tuple[SourceRecord, ...], profile: Profile
) -> None:
    lock(profile)
    data = {"step": "preview", "records": [anna[2].pk]}

    answer = signed_in("sol").post(f"/clusters/{profile.pk}/", data)

    assert answer.status_code == 409
    assert "is locked together with" in text(answer)


def test_what_needs_two_people_is_not_let_in_by_one(
    anna: tuple[SourceRecord, ...], profile: Profile
) -> None:
    lock(profile)
    for number in range(3):
        arrive("till", f"N-{number}", updated_at=day(5), **SHOP)
    resolve()

    page = text(signed_in("sol").get(f"/clusters/{profile.pk}/lock/"))
    data = {"step": "unlock", "reason": ""}
    answer = signed_in("sol").post(f"/clusters/{profile.pk}/lock/", data)

    assert "One person alone may not bring this about" in page
    assert 'value="unlock"' not in page
    assert answer.status_code == 409
    assert Hold.objects.binding().count() == 3
